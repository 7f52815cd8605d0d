//! What the spec has already, and a scaffold refers to instead of writing it again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::placement::Part;
use crate::spec::page_of;
use crate::stems::stems;
use xtask_spec::names::folded;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// The spec.
#[derive(Clone, Copy)]
pub struct ExistingSpec<'s>(pub &'s Spec<'s>);

impl<'s> ExistingSpec<'s> {
    /// The component schemas.
    pub fn schemas(&self) -> impl Iterator<Item = (&'s str, &'s Value)> + use<'s> {
        let schemas = self.0.components("schemas").into_iter();
        schemas.map(|(known, schema)| (known, schema.value))
    }

    /// The component schema of this name.
    pub fn schema(&self, name: &str) -> Option<(&'s str, &'s Value)> {
        self.schemas().find(|(known, _)| *known == name)
    }

    /// Whether a component of a section has this name, or one that some language takes for the same.
    pub fn has(&self, section: &str, name: &str) -> bool {
        let components = self.0.components(section);
        components.iter().any(|(known, _)| folded(known) == folded(name))
    }

    /// The identifier for a member or parameter called `…Id`: a text component of its name, and the folders of the pages
    /// whose operations use it.
    pub fn identifier(&self, name: &str) -> Option<(&'s str, BTreeSet<String>)> {
        let is_it = |(known, schema): &(&str, Place)| {
            known.ends_with("Id") && folded(known) == folded(name) && schema.text("type") == Some("string")
        };
        let (known, schema) = self.0.components("schemas").into_iter().find(is_it)?;
        let uses = |operation: &&Operation<'s>| self.0.reached([operation.place.clone()]).contains(&schema.pointer);
        let users = self.0.operations.iter().filter(uses);
        let folders = users.filter_map(|operation| folder(&page_of(operation.page()?)?));
        Some((known, folders.collect()))
    }

    /// The lists that have the same codes, in any order: their components' names, and those of their codes.
    pub fn code_lists(&self, codes: &[Value]) -> Vec<(&'s str, Vec<&'s str>)> {
        let same = |known: &[Value]| known.len() == codes.len() && codes.iter().all(|code| known.contains(code));
        let schemas = self.0.components("schemas").into_iter();
        let lists = schemas.filter(|(_, schema)| schema.value["enum"].as_array().is_some_and(|known| same(known)));
        let named = lists.map(|(name, schema)| (name, schema.texts("x-enum-varnames")));
        named.collect()
    }

    /// The components that have members of the same names as this schema.
    pub fn objects(&self, schema: &Value) -> Vec<(&'s str, &'s Value)> {
        fn names(schema: &Value) -> Option<BTreeSet<&String>> {
            Some(schema.get("properties")?.as_object()?.keys().collect())
        }
        let wanted = names(schema);
        let schemas = self.0.components("schemas").into_iter();
        let same = schemas.filter(|(_, known)| wanted.is_some() && names(known.value) == wanted);
        same.map(|(name, known)| (name, known.value)).collect()
    }

    /// The shared parameters of a part of the call: their components' names and what they say.
    pub fn parameters(&self, part: Part) -> impl Iterator<Item = (&'s str, &'s Value)> + use<'s> {
        let parameters = self.0.components("parameters").into_iter();
        let of_place = parameters.filter(move |(_, parameter)| parameter.text("in") == Some(part.name()));
        of_place.map(|(component, parameter)| (component, parameter.value))
    }

    /// The scopes that the security scheme declares.
    pub fn scopes(&self) -> Vec<&'s str> {
        let schemes = self.0.components("securitySchemes").into_iter();
        let scopes = schemes.filter_map(|(_, scheme)| scheme.get("flows")?.get("clientCredentials")?.get("scopes"));
        let scopes = scopes.flat_map(|scopes| scopes.members());
        scopes.map(|(scope, _)| scope).collect()
    }

    /// The headers that all shared responses have.
    pub fn headers(&self) -> Map<String, Value> {
        let responses = self.0.components("responses").into_iter();
        let mut headers = responses.map(|(_, response)| {
            let headers = response.members_of("headers").into_iter();
            let headers = headers.map(|(name, header)| (name.to_owned(), header.value.clone()));
            headers.collect::<Map<_, _>>()
        });
        let mut shared = headers.next().unwrap_or_default();
        headers.for_each(|other| shared.retain(|name, header| other.get(name) == Some(header)));
        shared
    }

    /// The failures that most operations share; none before there are operations.
    pub fn failures(&self) -> Map<String, Value> {
        let failures = self.0.operations.iter().map(|operation| {
            let responses = operation.place.members_of("responses").into_iter();
            let failures = responses.filter(|(status, reply)| !status.starts_with('2') && reply.reference().is_some());
            failures
                .map(|(status, reply)| (status.to_owned(), reply.value.clone()))
                .collect()
        });
        let failures: Vec<Map<_, _>> = failures.collect();
        let count = |one: &&Map<_, _>| failures.iter().filter(|other| other == one).count();
        failures.iter().rev().max_by_key(count).cloned().unwrap_or_default()
    }
}

/// The folder of a page, by its last name: a module may have moved, or got an `s`.
pub fn folder(page: &str) -> Option<String> {
    let (folders, _) = page.rsplit_once('/')?;
    let last = folders.rsplit('/').next()?;
    Some(stems(last).into_iter().collect::<Vec<_>>().join(" "))
}

/// The tag of an operation.
pub fn tag<'s>(operation: &Operation<'s>) -> Option<&'s str> {
    operation.place.value.get("tags")?.get(0)?.as_str()
}
