//! The YAML of an operation that has a page and no spec, and the list of edits for a page that has changed.
//!
//! A scaffold is a beginning: everything that can be known from the page is written, and every place where a person
//! must decide is marked [`MARK`], in a value or in a comment. Once these are filled, it keeps the rules of the lint.
//! No word of the vendor's is in it but names, labels of codes and types.

mod call;
mod codes;
mod command;
mod components;
mod edits;
mod example;
mod existing;
mod limits;
mod member;
mod names;
mod operation;
mod paging;
mod schema;
#[cfg(test)]
mod tests;

use anyhow::bail;
use xtask_spec::Spec;

use super::endpoint::template;
use super::facts::Page;
use crate::yaml::Map;
use components::Components;
use existing::ExistingSpec;

pub use command::run;
pub use edits::edits;

/// Marks what a person must decide.
pub const MARK: &str = "TODO(scaffold)";

/// A text for a person.
fn todo(text: &str) -> String {
    format!("{MARK}: {text}")
}

/// The YAML of the operations of a page that the spec does not have, to be pasted into it block by block. `spec` is
/// the API's `openapi.yaml`.
///
/// # Errors
/// If the page describes no operation.
pub fn scaffold(page: &Page, api: &str, spec: &Spec) -> anyhow::Result<String> {
    if page.operations.is_empty() {
        bail!(
            "{}: the page describes no operation, so there is nothing to scaffold; {}",
            page.page,
            purpose(page)
        );
    }
    let known = ExistingSpec::new(spec);
    let mut head = vec![
        format!("What specs/{api}/openapi.yaml does not have of the page {}.", page.page),
        format!(
            "Every place where a person must decide is marked {MARK}. Fill these in your own words and delete the \
             comments, then run `cargo xtask lint --api {api}`."
        ),
    ];
    let mut written = operation::Written::new(known);
    let there = known.operations();
    for operation in &page.operations {
        let path = call::path(&operation.endpoint);
        let same = there.iter().find(|known| {
            template(known.path) == template(&path) && known.method.eq_ignore_ascii_case(&operation.method)
        });
        match same {
            Some(known) => head.push(format!(
                "The spec has `{}` already; `cargo xtask docs drift --api {api}` says what to change.",
                existing::method_and_path(known)
            )),
            None => written.operation(page, operation),
        }
    }
    Ok(document(head, written, api).render())
}

/// The blocks, each below a comment that says where it goes.
fn document(head: Vec<String>, written: operation::Written, api: &str) -> Map {
    let operation::Written {
        paths,
        scopes,
        notes,
        components,
        ..
    } = written;
    let (parameters, schemas) = Components::into_maps(components);
    let mut document = Map::new();
    document.notes(head);
    document.notes(notes);
    if !paths.is_empty() {
        document.note(format!(
            "Goes into `paths` of specs/{api}/openapi.yaml. The operations stand in the order of the tags."
        ));
        document.put("paths", paths);
    }
    let mut parts = Map::new();
    if !scopes.is_empty() {
        parts.note("Goes into the `scopes` of the security scheme `oauth2`.");
        let flow = Map::new().with("scopes", scopes);
        let flows = Map::new().with("clientCredentials", flow);
        parts.put(
            "securitySchemes",
            Map::new().with("oauth2", Map::new().with("flows", flows)),
        );
    }
    if !parameters.is_empty() {
        parts.note("Goes into `components.parameters`, since other operations will have the same parameters.");
        parts.put("parameters", parameters);
    }
    if !schemas.is_empty() {
        parts.note("Goes into `components.schemas`, in alphabetical order.");
        parts.note(todo(
            "the names of these components are guessed; see whether they say what the things are",
        ));
        parts.put("schemas", schemas);
    }
    if !parts.is_empty() {
        document.put("components", parts);
    }
    document
}

/// What a page without operations is for.
fn purpose(page: &Page) -> &'static str {
    if page.codes.is_some() {
        "it is a list of codes, to which rows of other pages refer: write its codes to a component with `enum`, \
         `x-enum-varnames` and `x-enum-descriptions`, and name the page of an operation here"
    } else if !page.endpoints.is_empty() {
        "it is an overview that only lists endpoints: name the page of one of them"
    } else if !page.hosts.is_empty() {
        "it lists hosts, which belong into `servers` of the specs: name the page of an operation"
    } else if !page.statuses.is_empty() {
        "it lists status codes, which belong into the shared responses of the specs: name the page of an operation"
    } else {
        "name a page that has a table or a line with a method and an endpoint; pages without one explain or list \
         something"
    }
}
