//! The draft as a whole: which operations are new, and the blocks that they make.

use std::collections::{HashMap, HashSet};

use anyhow::bail;
use serde_json::json;
use xtask_spec::Spec;
use xtask_spec::document::MARK;

use super::existing::ExistingSpec;
use super::operation::Draft;
use crate::compare::MatchedPages;
use crate::facts::{Operation, Page};
use crate::yaml::Map;

/// An API, as a scaffold is held against it.
pub struct Api<'a> {
    name: &'a str,
    spec: &'a Spec<'a>,
    pages: &'a [Page],
    /// The operations that the spec has, as their pages have them, and their names in the spec.
    there: HashMap<[String; 3], String>,
}

impl<'a> Api<'a> {
    /// The API of this name, its spec, and as many of its pages as there are. `moved` are the endpoints that have moved, as
    /// their pages have them now: the spec has their operations.
    pub fn new(name: &'a str, spec: &'a Spec<'a>, pages: &'a [Page], moved: &HashSet<String>) -> Self {
        let read = crate::spec::Spec::new(spec.document);
        let described = MatchedPages::new(pages, &read).operations;
        let there = described
            .iter()
            .filter(|one| one.spec.is_some() || moved.contains(&one.documented.endpoint));
        let there = there.map(|one| (key(one.page, one.documented), one.name()));
        Self {
            name,
            spec,
            pages,
            there: there.collect(),
        }
    }

    /// The name in the spec of an operation of a page, if the spec has it.
    fn name_of(&self, page: &Page, operation: &Operation) -> Option<&String> {
        self.there.get(&key(page, operation))
    }

    /// Whether the spec lacks an operation of a page.
    pub fn lacks_some(&self, page: &Page) -> bool {
        let mut operations = page.operations.iter();
        operations.any(|operation| self.name_of(page, operation).is_none())
    }
}

/// The page, the method and the endpoint of an operation.
fn key(page: &Page, operation: &Operation) -> [String; 3] {
    [&page.page, &operation.method, &operation.endpoint].map(Clone::clone)
}

/// The YAML of the operations of some pages that the spec does not have, to be pasted into it block by block.
///
/// # Errors
/// If a page describes no operation.
pub fn scaffold(api: &Api, pages: &[&Page]) -> anyhow::Result<String> {
    let mut draft = Draft::new(ExistingSpec(api.spec), api.pages);
    let mut head = Map::new();
    for page in pages {
        if page.operations.is_empty() {
            bail!(
                "{}: the page describes no operation, so there is nothing to scaffold; {}",
                page.page,
                purpose(page)
            );
        }
        head.note(format!(
            "What specs/{}/openapi.yaml does not have of the page {}.",
            api.name, page.page
        ));
        for operation in &page.operations {
            match api.name_of(page, operation) {
                Some(name) => head.note(format!("The spec has `{name}` already.")),
                None => draft.operation(page, operation),
            }
        }
    }
    head.note(format!(
        "Every place where a person must decide is marked {MARK}, and the lint refuses the mark. Decide, delete the \
         comments, then run `cargo xtask lint --api {}`.",
        api.name
    ));
    head.append(draft.notes);
    head.section(
        "tags",
        draft.tags,
        "`tags`; the operations stand in the order of these.",
    );
    head.section("paths", draft.paths, "`paths`, in the order of the tags.");
    let mut components = Map::new();
    if !draft.scopes.is_empty() {
        let flows = json!({ "clientCredentials": { "scopes": draft.scopes } });
        let schemes = json!({ "oauth2": { "flows": flows } });
        components.section(
            "securitySchemes",
            schemes,
            "the `scopes` of the security scheme `oauth2`.",
        );
    }
    draft.components.put_into(&mut components);
    if !components.is_empty() {
        head.put("components", components);
    }
    Ok(head.render())
}

/// What a page without operations is for.
fn purpose(page: &Page) -> &'static str {
    if page.codes.is_some() {
        "it is a list of codes, to which rows of other pages refer: write its codes to a component with `enum`, \
         `x-enum-varnames` and `x-enum-descriptions`, and name the page of an operation here"
    } else if !page.endpoints.is_empty() {
        "it is an overview that only lists endpoints: name the page of one of them"
    } else if !page.hosts.is_empty() {
        "it lists hosts, which belong in `servers` of the specs: name the page of an operation"
    } else if !page.statuses.is_empty() {
        "it lists status codes, which belong in the shared responses of the specs: name the page of an operation"
    } else {
        "name a page that has a table or a line with a method and an endpoint; pages without one explain or list \
         something"
    }
}
