//! What the spec has already, and a scaffold refers to instead of writing it again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::placement::Part;
use crate::spec::page_of;
use crate::words::words;
use xtask_spec::names::folded;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// The spec.
#[derive(Clone, Copy)]
pub struct ExistingSpec<'s> {
    spec: &'s Spec<'s>,
}

/// A list of codes of the spec.
pub struct CodeList<'s> {
    /// The component.
    pub name: &'s str,
    /// The codes' names.
    pub names: Vec<&'s str>,
}

impl<'s> ExistingSpec<'s> {
    /// What this spec has.
    pub fn new(spec: &'s Spec<'s>) -> Self {
        Self { spec }
    }

    /// What a reference leads to.
    pub fn at(&self, reference: &str) -> Option<&'s Value> {
        self.spec.document.value.pointer(reference.strip_prefix('#')?)
    }

    /// The component schemas.
    pub fn schemas(&self) -> impl Iterator<Item = (&'s str, &'s Value)> + use<'s> {
        let schemas = self.spec.components("schemas").into_iter();
        schemas.map(|(known, schema)| (known, schema.value))
    }

    /// The component schema of this name.
    pub fn schema(&self, name: &str) -> Option<(&'s str, &'s Value)> {
        self.schemas().find(|(known, _)| *known == name)
    }

    /// Whether a component of a section has this name, or one that some language takes for the same.
    pub fn has(&self, section: &str, name: &str) -> bool {
        let components = self.spec.components(section);
        components.iter().any(|(known, _)| folded(known) == folded(name))
    }

    /// The identifier for a member or parameter called `…Id`: a text component of its name, and the folders of the pages
    /// whose operations use it.
    pub fn identifier(&self, name: &str) -> Option<(&'s str, BTreeSet<String>)> {
        let is_it = |(known, schema): &(&str, Place)| {
            known.ends_with("Id") && folded(known) == folded(name) && schema.text("type") == Some("string")
        };
        let (known, schema) = self.spec.components("schemas").into_iter().find(is_it)?;
        let uses = |operation: &&Operation<'s>| self.spec.reached([operation.place.clone()]).contains(&schema.pointer);
        let users = self.operations().iter().filter(uses);
        Some((
            known,
            users
                .filter_map(|operation| folder(&page_of(operation.page()?)?))
                .collect(),
        ))
    }

    /// The lists that have the same codes, in any order.
    pub fn code_lists(&self, codes: &[Value]) -> Vec<CodeList<'s>> {
        let same = |known: &[Value]| known.len() == codes.len() && codes.iter().all(|code| known.contains(code));
        let schemas = self.spec.components("schemas").into_iter();
        let lists = schemas.filter_map(|(name, schema)| {
            let known = schema.value.get("enum")?.as_array()?;
            let names = schema.entries_of("x-enum-varnames");
            let names = names.iter().filter_map(|name| name.value.as_str()).collect();
            same(known).then_some(CodeList { name, names })
        });
        lists.collect()
    }

    /// The components that have members of the same names as this schema.
    pub fn objects(&self, schema: &Value) -> Vec<(&'s str, &'s Value)> {
        fn names(schema: &Value) -> Option<BTreeSet<&String>> {
            Some(schema.get("properties")?.as_object()?.keys().collect())
        }
        let wanted = names(schema);
        let schemas = self.spec.components("schemas").into_iter();
        let same = schemas.filter(|(_, known)| wanted.is_some() && names(known.value) == wanted);
        same.map(|(name, known)| (name, known.value)).collect()
    }

    /// The shared parameters of a part of the call: their components' names and what they say.
    pub fn parameters(&self, part: Part) -> impl Iterator<Item = (&'s str, &'s Value)> + use<'s> {
        let parameters = self.spec.components("parameters").into_iter();
        let of_place = parameters.filter(move |(_, parameter)| parameter.text("in") == Some(part.name()));
        of_place.map(|(component, parameter)| (component, parameter.value))
    }

    /// Every operation, in the order of the spec.
    pub fn operations(&self) -> &'s [Operation<'s>] {
        &self.spec.operations
    }

    /// Whether some operation has this id, or one that some language takes for the same.
    pub fn has_id(&self, id: &str) -> bool {
        let mut ids = self.operations().iter().filter_map(Operation::id);
        ids.any(|known| folded(known) == folded(id))
    }

    /// The scopes that the security scheme declares.
    pub fn scopes(&self) -> Vec<&'s str> {
        let schemes = self.spec.components("securitySchemes").into_iter();
        let scopes = schemes.filter_map(|(_, scheme)| scheme.get("flows")?.get("clientCredentials")?.get("scopes"));
        scopes
            .flat_map(|scopes| scopes.members())
            .map(|(scope, _)| scope)
            .collect()
    }

    /// The headers that all shared responses have.
    pub fn headers(&self) -> Map<String, Value> {
        let responses = self.spec.components("responses").into_iter();
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
        let mut counted: Vec<(Map<String, Value>, usize)> = Vec::new();
        for operation in self.operations() {
            let responses = operation.place.members_of("responses").into_iter();
            let failures =
                responses.filter(|(status, response)| !status.starts_with('2') && response.reference().is_some());
            let failures = failures
                .map(|(status, response)| (status.to_owned(), response.value.clone()))
                .collect();
            match counted.iter_mut().find(|(known, _)| *known == failures) {
                Some((_, count)) => *count += 1,
                None => counted.push((failures, 1)),
            }
        }
        let most = counted.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(failures, _)| failures).unwrap_or_default()
    }
}

/// The folder of a page, by its last name: a module may have moved, or got an `s`.
pub fn folder(page: &str) -> Option<String> {
    let (folders, _) = page.rsplit_once('/')?;
    let last = folders.rsplit('/').next()?;
    Some(words(last).into_iter().collect::<Vec<_>>().join(" "))
}

/// The tag of an operation.
pub fn tag<'s>(operation: &Operation<'s>) -> Option<&'s str> {
    operation.place.value.get("tags")?.get(0)?.as_str()
}
