//! The YAML of an operation that has a page and no spec, and the list of edits for a page that has changed.
//!
//! A scaffold is to be pasted: everything that can be known from the page is written, plain words among it, and every
//! place where a person must decide is marked [`MARK`], in a value or in a comment. Once these are decided, it keeps the
//! rules of the lint. No word of the vendor's is in it but names, labels of codes and types.

mod call;
mod codes;
pub mod command;
mod components;
mod describe;
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
mod todo;

use std::collections::HashSet;

use anyhow::bail;
use xtask_spec::Spec;

use super::compare::Side;
use super::facts::{Operation, Page};
use crate::yaml::Map;
use existing::ExistingSpec;
use operation::Draft;

pub use edits::edits;

pub use xtask_spec::document::MARK;

/// An API, as a scaffold is held against it.
pub struct Api<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its spec has.
    pub spec: &'a Spec<'a>,
    /// All its pages, or as many as there are.
    pub pages: &'a [Page],
    /// The endpoints that have moved, as their pages have them now: the spec has their operations.
    pub moved: HashSet<String>,
}

impl Api<'_> {
    /// The operations of a page that the spec does not have, and the names in the spec of those that it has.
    fn sorted<'p>(&self, page: &'p Page) -> (Vec<&'p Operation>, Vec<String>) {
        let spec = crate::spec::Spec::new(self.spec.document);
        let others = self.pages.iter().filter(|other| other.page != page.page);
        let pages: Vec<_> = others.chain([page]).cloned().collect();
        let described = Side::new(&pages, &spec).operations;
        let (mut new, mut there) = (Vec::new(), Vec::new());
        for operation in &page.operations {
            let found = described
                .iter()
                .find(|one| one.page.page == page.page && one.documented == operation);
            match found.and_then(|one| one.spec) {
                Some(known) => there.push(known.name()),
                None if self.moved.contains(&operation.endpoint) => there.push(operation.endpoint.clone()),
                None => new.push(operation),
            }
        }
        (new, there)
    }

    /// Whether the spec lacks an operation of a page.
    pub fn lacks_some(&self, page: &Page) -> bool {
        !self.sorted(page).0.is_empty()
    }
}

/// The YAML of the operations of some pages that the spec does not have, to be pasted into it block by block.
///
/// # Errors
/// If a page describes no operation.
pub fn scaffold(api: &Api, pages: &[&Page]) -> anyhow::Result<String> {
    let mut draft = Draft::new(ExistingSpec::new(api.spec), api.pages);
    let mut head = Vec::new();
    for page in pages {
        if page.operations.is_empty() {
            bail!(
                "{}: the page describes no operation, so there is nothing to scaffold; {}",
                page.page,
                purpose(page)
            );
        }
        head.push(format!(
            "What specs/{}/openapi.yaml does not have of the page {}.",
            api.name, page.page
        ));
        let (new, there) = api.sorted(page);
        head.extend(there.into_iter().map(|name| format!("The spec has `{name}` already.")));
        new.into_iter().for_each(|operation| draft.operation(page, operation));
    }
    head.push(format!(
        "Every place where a person must decide is marked {MARK}, and the lint refuses the mark. Decide, delete the \
         comments, then run `cargo xtask lint --api {}`.",
        api.name
    ));
    Ok(document(head, draft).render())
}

/// The blocks, each below a comment that says where it goes.
fn document(head: Vec<String>, draft: Draft) -> Map {
    let mut document = Map::new();
    document.notes(head);
    document.notes(draft.notes);
    if !draft.tags.is_empty() {
        document.note("Goes into `tags`; the operations stand in the order of these.");
        document.put("tags", draft.tags);
    }
    if !draft.paths.is_empty() {
        document.note("Goes into `paths`, in the order of the tags.");
        document.put("paths", draft.paths);
    }
    let mut parts = Map::new();
    if !draft.scopes.is_empty() {
        parts.note("Goes into the `scopes` of the security scheme `oauth2`.");
        let flow = Map::new().with("scopes", draft.scopes);
        let flows = Map::new().with("clientCredentials", flow);
        parts.put(
            "securitySchemes",
            Map::new().with("oauth2", Map::new().with("flows", flows)),
        );
    }
    parts.append(draft.components.into_map());
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
