//! What stands where in an answer: the example of a spec, walked beside its schema.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use xtask_spec::api::Api;
use xtask_spec::document::{Document, child};

use crate::specs::Case;

/// What the spec says a place of an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code,
    Text,
    Time,
    Integer,
    Number,
    Boolean,
    List,
    Object,
    /// One of several scalars; what arrives is kept.
    Mixed,
    /// An object whose members no schema settles; they are kept as they came.
    Free,
}

/// A place in the example of an answer.
#[derive(Clone, Debug)]
pub struct Place {
    /// The JSON pointer.
    pub pointer: String,
    pub kind: Kind,
}

/// Every place in the answer of an operation of Elements v3, but for the whole of it.
///
/// # Panics
/// If the spec cannot be read.
pub fn places(case: &Case) -> Vec<Place> {
    static SPEC: LazyLock<Value> = LazyLock::new(|| {
        let api = Api::parse("elements-v3").expect("an API");
        Document::load(&api.spec()).expect("a spec").value
    });
    let mut found = Vec::new();
    let Some(answer) = &case.answer else {
        return found;
    };
    let operation = &SPEC["paths"][&case.template][case.method.to_lowercase()];
    let schema = &operation["responses"][case.status.to_string()]["content"]["application/json"]["schema"];
    walk(&SPEC, schema, answer, "", &mut found);
    found
}

fn walk(spec: &Value, schema: &Value, value: &Value, pointer: &str, found: &mut Vec<Place>) {
    let schema = resolve(spec, schema);
    if let Some(alternatives) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let alternatives: Vec<_> = alternatives.iter().map(|schema| resolve(spec, schema)).collect();
        let of_type = |name: &str| {
            alternatives
                .iter()
                .filter(|schema| schema["type"] == name)
                .collect::<Vec<_>>()
        };
        match value {
            Value::Array(_) => walk(spec, of_type("array")[0], value, pointer, found),
            Value::Object(_) => match of_type("object").as_slice() {
                [only] => walk(spec, only, value, pointer, found),
                _ => note(Kind::Free, pointer, found),
            },
            _ if alternatives.iter().any(|schema| is_code(schema)) => note(Kind::Code, pointer, found),
            _ => note(Kind::Mixed, pointer, found),
        }
        return;
    }
    let kind = match schema["type"].as_str() {
        _ if is_code(schema) => Kind::Code,
        _ if value.is_object() && schema.get("properties").is_none() => {
            note(Kind::Free, pointer, found);
            return;
        }
        Some("object") => Kind::Object,
        Some("array") => Kind::List,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ if schema["format"] == "date-time" => Kind::Time,
        _ => Kind::Text,
    };
    note(kind, pointer, found);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                walk(spec, &schema["properties"][name], value, &child(pointer, name), found);
            }
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                walk(spec, &schema["items"], value, &child(pointer, index), found);
            }
        }
        _ => {}
    }
}

fn note(kind: Kind, pointer: &str, found: &mut Vec<Place>) {
    if !pointer.is_empty() {
        found.push(Place {
            pointer: pointer.to_owned(),
            kind,
        });
    }
}

fn is_code(schema: &Value) -> bool {
    schema.get("x-enum-varnames").is_some()
}

/// What a schema stands for behind references and the `allOf` that adds a description to one.
fn resolve<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = spec
            .pointer(reference.trim_start_matches('#'))
            .expect("a reference that leads somewhere");
        return resolve(spec, target);
    }
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => resolve(spec, only),
        _ => schema,
    }
}

/// The answer with another value in one place.
///
/// # Panics
/// If the place is not there.
pub fn with(answer: &Value, pointer: &str, value: Value) -> Value {
    let mut answer = answer.clone();
    *answer.pointer_mut(pointer).expect("a place of the answer") = value;
    answer
}

/// The answer with every member's name rewritten, at any depth.
pub fn renamed(value: &Value, rename: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (rename(name), renamed(value, rename)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(entries) => entries.iter().map(|entry| renamed(entry, rename)).collect(),
        scalar => scalar.clone(),
    }
}

/// The answer without the `null`s among the entries of its lists.
pub fn without_null_entries(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), without_null_entries(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(entries) => entries
            .iter()
            .filter(|entry| !entry.is_null())
            .map(without_null_entries)
            .collect(),
        scalar => scalar.clone(),
    }
}
