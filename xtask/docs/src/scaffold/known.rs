//! What the spec has already, and a scaffold refers to instead of writing it again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use xtask_spec::names::folded;

/// The methods that a path may have, as a spec writes them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The spec.
#[derive(Clone, Copy)]
pub struct Known<'s> {
    spec: &'s Value,
}

/// An operation of the spec.
#[derive(Clone, Copy)]
pub struct Operation<'s> {
    /// The path, as the spec has it.
    pub path: &'s str,
    /// The method, in small letters.
    pub method: &'s str,
    value: &'s Value,
}

/// A list of codes of the spec.
pub struct CodeList<'s> {
    /// The component.
    pub name: &'s str,
    /// The codes' names.
    pub names: Vec<&'s str>,
}

impl<'s> Known<'s> {
    /// What this spec has.
    pub fn new(spec: &'s Value) -> Self {
        Self { spec }
    }

    /// The components of a section.
    pub fn components(&self, section: &str) -> impl Iterator<Item = (&'s String, &'s Value)> + use<'s> {
        let section = self
            .spec
            .get("components")
            .and_then(|components| components.get(section));
        section.and_then(Value::as_object).into_iter().flatten()
    }

    /// The schema of this name.
    pub fn schema(&self, name: &str) -> Option<&'s Value> {
        self.spec.get("components")?.get("schemas")?.get(name)
    }

    /// Whether a schema has this name, or one that some language takes for the same.
    pub fn has_schema(&self, name: &str) -> bool {
        self.components("schemas")
            .any(|(known, _)| folded(known) == folded(name))
    }

    /// The identifier for a member or parameter called `…Id`: a text component of its name.
    pub fn identifier(&self, name: &str) -> Option<&'s str> {
        let wanted = folded(name);
        let mut schemas = self.components("schemas");
        let (known, _) = schemas.find(|(known, schema)| {
            known.ends_with("Id") && folded(known) == wanted && schema.get("type") == Some(&Value::from("string"))
        })?;
        Some(known)
    }

    /// The lists that have the same codes, in any order.
    pub fn code_lists(&self, codes: &[Value]) -> Vec<CodeList<'s>> {
        let same = |known: &[Value]| known.len() == codes.len() && codes.iter().all(|code| known.contains(code));
        self.components("schemas")
            .filter_map(|(name, schema)| {
                let known = schema.get("enum")?.as_array()?;
                let names = schema.get("x-enum-varnames").and_then(Value::as_array);
                same(known).then(|| CodeList {
                    name,
                    names: names.into_iter().flatten().filter_map(Value::as_str).collect(),
                })
            })
            .collect()
    }

    /// The objects that have the same members as this schema.
    pub fn objects(&self, schema: &Value) -> Vec<&'s str> {
        fn names(schema: &Value) -> Option<BTreeSet<&String>> {
            Some(schema.get("properties")?.as_object()?.keys().collect())
        }
        let Some(wanted) = names(schema) else {
            return Vec::new();
        };
        let schemas = self.components("schemas");
        let same = schemas.filter(|(_, known)| names(known).is_some_and(|known| known == wanted));
        same.map(|(name, _)| name.as_str()).collect()
    }

    /// The shared parameters of a name and place (`in`): their components' names and what they say.
    pub fn parameters(&self, place: &str, name: &str) -> Vec<(&'s str, &'s Value)> {
        let is = |value: &Value, key: &str, wanted: &str| value.get(key).and_then(Value::as_str) == Some(wanted);
        self.components("parameters")
            .filter(|(_, parameter)| is(parameter, "in", place) && is(parameter, "name", name))
            .map(|(component, parameter)| (component.as_str(), parameter))
            .collect()
    }

    /// Whether parameters of this place (`in`) are kept among the components.
    pub fn shares_parameters(&self, place: &str) -> bool {
        self.components("parameters")
            .any(|(_, parameter)| parameter.get("in").and_then(Value::as_str) == Some(place))
    }

    /// Whether a parameter has this name among the components, or one that some language takes for the same.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.components("parameters")
            .any(|(known, _)| folded(known) == folded(name))
    }

    /// Every operation, in the order of the spec.
    pub fn operations(&self) -> Vec<Operation<'s>> {
        let paths = self.spec.get("paths").and_then(Value::as_object).into_iter().flatten();
        paths
            .flat_map(|(path, item)| {
                let members = item.as_object().into_iter().flatten();
                members
                    .filter(|(method, _)| METHODS.contains(&method.as_str()))
                    .map(move |(method, value)| Operation { path, method, value })
            })
            .collect()
    }

    /// Whether some operation has this id, or one that some language takes for the same.
    pub fn has_id(&self, id: &str) -> bool {
        let operations = self.operations();
        let mut ids = operations.iter().filter_map(Operation::id);
        ids.any(|known| folded(known) == folded(id))
    }

    /// The scopes that the security scheme declares.
    pub fn scopes(&self) -> Vec<&'s str> {
        self.components("securitySchemes")
            .filter_map(|(_, scheme)| scheme.pointer("/flows/clientCredentials/scopes")?.as_object())
            .flatten()
            .map(|(scope, _)| scope.as_str())
            .collect()
    }

    /// The failures that most operations share.
    pub fn failures(&self) -> Map<String, Value> {
        let mut counted: Vec<(Map<String, Value>, usize)> = Vec::new();
        for operation in self.operations() {
            let failures = operation.failures();
            match counted.iter_mut().find(|(known, _)| *known == failures) {
                Some((_, count)) => *count += 1,
                None => counted.push((failures, 1)),
            }
        }
        let most = counted.into_iter().rev().max_by_key(|(_, count)| *count);
        let found = most.map(|(failures, _)| failures).unwrap_or_default();
        if !found.is_empty() {
            return found;
        }
        // A spec without operations yet: its shared responses by the names of the statuses.
        let target = |name: &str| serde_json::json!({ "$ref": format!("#/components/responses/{name}") });
        self.components("responses")
            .filter_map(|(name, _)| Some((status(name)?.to_owned(), target(name))))
            .collect()
    }
}

impl<'s> Operation<'s> {
    /// Its id.
    pub fn id(&self) -> Option<&'s str> {
        self.value.get("operationId")?.as_str()
    }

    /// Its tag.
    pub fn tag(&self) -> Option<&'s str> {
        self.value.get("tags")?.get(0)?.as_str()
    }

    /// Method and path.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The responses that are references to shared failures.
    fn failures(&self) -> Map<String, Value> {
        let responses = self
            .value
            .get("responses")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        responses
            .filter(|(status, response)| !status.starts_with('2') && response.get("$ref").is_some())
            .map(|(status, response)| (status.clone(), response.clone()))
            .collect()
    }
}

/// The status that a shared response is called after.
fn status(name: &str) -> Option<&'static str> {
    Some(match name {
        "BadRequest" => "400",
        "Unauthorized" => "401",
        "Forbidden" => "403",
        "NotFound" => "404",
        "Conflict" => "409",
        "TooManyRequests" => "429",
        "InternalServerError" => "500",
        "ServiceUnavailable" => "503",
        _ => return None,
    })
}
