//! The values in the example of a response, each with its type in the schema.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use xtask_spec::api::Api;
use xtask_spec::document::{Document, child};
use xtask_spec::place::Place as Schema;
use xtask_spec::{Operation, Spec};

use crate::specs::Case;

/// The type of a value, as the spec has it.
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

/// A value in the example of a response.
#[derive(Clone, Debug)]
pub struct ExampleValue {
    /// The JSON pointer.
    pub pointer: String,
    pub kind: Kind,
}

/// Every place in the answer of an operation of Elements v3, but for the whole of it.
///
/// # Panics
/// If the spec cannot be read.
pub fn places(case: &Case) -> Vec<ExampleValue> {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
        let api = Api::parse("elements-v3").expect("an API");
        Document::load(&api.spec()).expect("a spec")
    });
    static SPEC: LazyLock<Spec> = LazyLock::new(|| Spec::new(&DOCUMENT));
    let mut found = Vec::new();
    let Some(answer) = &case.answer else {
        return found;
    };
    let is_case = |operation: &&Operation| operation.id() == Some(&case.id);
    let operation = SPEC.operations.iter().find(is_case).expect("the operation");
    let schema = SPEC.answer(operation).expect("the schema of the answer");
    walk(&SPEC, &schema, answer, "", &mut found);
    found
}

fn walk<'d>(spec: &Spec<'d>, schema: &Schema<'d>, value: &Value, pointer: &str, found: &mut Vec<ExampleValue>) {
    let schema = spec.schema(schema).expect("a reference that leads somewhere");
    if let Some(alternatives) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let alternatives: Vec<_> = alternatives
            .entries()
            .iter()
            .map(|schema| spec.schema(schema).expect("a reference that leads somewhere"))
            .collect();
        let of_type = |name: &str| {
            alternatives
                .iter()
                .filter(|schema| schema.text("type") == Some(name))
                .collect::<Vec<_>>()
        };
        match value {
            Value::Array(_) => walk(spec, of_type("array")[0], value, pointer, found),
            Value::Object(_) => match of_type("object").as_slice() {
                [only] => walk(spec, only, value, pointer, found),
                _ => note(Kind::Free, pointer, found),
            },
            _ if alternatives.iter().any(is_code) => note(Kind::Code, pointer, found),
            _ => note(Kind::Mixed, pointer, found),
        }
        return;
    }
    let kind = match schema.text("type") {
        _ if is_code(&schema) => Kind::Code,
        _ if value.is_object() && schema.get("properties").is_none() => {
            note(Kind::Free, pointer, found);
            return;
        }
        Some("object") => Kind::Object,
        Some("array") => Kind::List,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ if schema.text("format") == Some("date-time") => Kind::Time,
        _ => Kind::Text,
    };
    note(kind, pointer, found);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let member = spec.member(&schema, name).expect("a member of the schema");
                walk(spec, &member, value, &child(pointer, name), found);
            }
        }
        Value::Array(entries) => {
            let item = schema.get("items").expect("the schema of the entries");
            for (index, value) in entries.iter().enumerate() {
                walk(spec, &item, value, &child(pointer, index), found);
            }
        }
        _ => {}
    }
}

fn note(kind: Kind, pointer: &str, found: &mut Vec<ExampleValue>) {
    if !pointer.is_empty() {
        found.push(ExampleValue {
            pointer: pointer.to_owned(),
            kind,
        });
    }
}

fn is_code(schema: &Schema) -> bool {
    schema.get("x-enum-varnames").is_some()
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
