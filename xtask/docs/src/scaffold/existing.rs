//! What the spec has already, and a scaffold refers to instead of writing it again.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::placement::Part;
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

    /// Whether a component of a section has this name, or one that some language takes for the same.
    pub fn has(&self, section: &str, name: &str) -> bool {
        let components = self.spec.components(section);
        components.iter().any(|(known, _)| folded(known) == folded(name))
    }

    /// The identifier for a member or parameter called `…Id`: a text component of its name.
    pub fn identifier(&self, name: &str) -> Option<&'s str> {
        let is_it = |(known, schema): &(&str, Place)| {
            known.ends_with("Id") && folded(known) == folded(name) && schema.text("type") == Some("string")
        };
        self.spec
            .components("schemas")
            .into_iter()
            .find(is_it)
            .map(|(known, _)| known)
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

    /// The objects that have the same members as this schema.
    pub fn objects(&self, schema: &Value) -> Vec<&'s str> {
        fn names(schema: &Value) -> Option<BTreeSet<&String>> {
            Some(schema.get("properties")?.as_object()?.keys().collect())
        }
        let wanted = names(schema);
        let schemas = self.spec.components("schemas").into_iter();
        let same = schemas.filter(|(_, known)| wanted.is_some() && names(known.value) == wanted);
        same.map(|(name, _)| name).collect()
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

    /// The failures that most operations share.
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
        if let Some((failures, _)) = most.filter(|(failures, _)| !failures.is_empty()) {
            return failures;
        }
        // A spec without operations yet: its shared responses by the names of the statuses.
        let responses = self.spec.components("responses").into_iter();
        let target = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
        responses
            .filter_map(|(name, _)| Some((status(name)?, target(name))))
            .collect()
    }
}

/// The tag of an operation.
pub fn tag<'s>(operation: &Operation<'s>) -> Option<&'s str> {
    operation.place.value.get("tags")?.get(0)?.as_str()
}

/// Method and path of an operation.
pub fn method_and_path(operation: &Operation) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

/// The status that a shared response is called after: `NotFound` after 404.
fn status(name: &str) -> Option<String> {
    let mut failures = (400..600).filter_map(|code| StatusCode::from_u16(code).ok());
    let is_it = |status: &StatusCode| {
        status
            .canonical_reason()
            .is_some_and(|reason| folded(reason) == folded(name))
    };
    failures.find(is_it).map(|status| status.as_str().to_owned())
}
