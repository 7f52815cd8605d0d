//! Every schema of a document, wherever it stands, and on which side of a call.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use xtask_spec::document::child;

/// The side of a call on which a schema stands. A component that both sides use counts as an answer's, whose reader must not
/// fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
}

/// The members of a schema that hold one schema, a list of them, and schemas by name.
const ONE: [&str; 3] = ["items", "additionalProperties", "not"];
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const MAPS: [&str; 1] = ["properties"];

/// A schema, on which side it stands, and its JSON pointer in the document.
pub type Visit<'v> = dyn FnMut(Side, &str, &mut Value) + 'v;

/// A document in the making.
pub struct Draft {
    pub value: Value,
    /// The component schemas that answers use, whatever lies between. One that nothing refers to any more stays on its side.
    pub answers: BTreeSet<String>,
}

impl Draft {
    pub fn new(value: &Value) -> Self {
        Self {
            answers: answered(value),
            value: value.clone(),
        }
    }

    /// Visits every schema; those within a schema before it.
    pub fn each(&mut self, visit: &mut Visit) {
        each(&mut self.value, &self.answers, visit);
    }
}

/// Visits every schema of a document; those within a schema before it.
pub fn each(document: &mut Value, answers: &BTreeSet<String>, visit: &mut Visit) {
    let Value::Object(members) = document else { return };
    for (key, value) in members {
        let pointer = child("", key);
        if key != "components" {
            holders(value, Side::Request, &pointer, visit);
            continue;
        }
        for (section, components) in value.as_object_mut().into_iter().flatten() {
            let pointer = child(&pointer, section);
            for (name, component) in components.as_object_mut().into_iter().flatten() {
                let pointer = child(&pointer, name);
                match section.as_str() {
                    "schemas" if answers.contains(name) => within(component, Side::Answer, &pointer, visit),
                    "schemas" => within(component, Side::Request, &pointer, visit),
                    "responses" | "headers" => holders(component, Side::Answer, &pointer, visit),
                    _ => holders(component, Side::Request, &pointer, visit),
                }
            }
        }
    }
}

/// The schemas in what is no schema itself.
fn holders(value: &mut Value, side: Side, pointer: &str, visit: &mut Visit) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let pointer = child(pointer, key);
                match key.as_str() {
                    "example" | "examples" => {}
                    "schema" => within(value, side, &pointer, visit),
                    "responses" => holders(value, Side::Answer, &pointer, visit),
                    _ => holders(value, side, &pointer, visit),
                }
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter_mut().enumerate() {
                holders(entry, side, &child(pointer, index), visit);
            }
        }
        _ => {}
    }
}

fn within(schema: &mut Value, side: Side, pointer: &str, visit: &mut Visit) {
    if let Value::Object(members) = &mut *schema {
        parts(members, pointer, &mut |pointer, part| {
            within(part, side, pointer, visit)
        });
        visit(side, pointer, schema);
    }
}

/// The schemas directly within a schema, with their JSON pointers.
pub fn parts(members: &mut Map<String, Value>, pointer: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    for (key, value) in members {
        let pointer = child(pointer, key);
        match value {
            Value::Object(_) if ONE.contains(&key.as_str()) => visit(&pointer, value),
            Value::Object(named) if MAPS.contains(&key.as_str()) => {
                named
                    .iter_mut()
                    .for_each(|(name, part)| visit(&child(&pointer, name), part));
            }
            Value::Array(list) if LISTS.contains(&key.as_str()) => {
                list.iter_mut()
                    .enumerate()
                    .for_each(|(index, part)| visit(&child(&pointer, index), part));
            }
            _ => {}
        }
    }
}

/// The component schemas that answers use.
fn answered(document: &Value) -> BTreeSet<String> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = items.filter_map(|(_, item)| item.as_object()).flatten();
    let mut waiting: Vec<_> = operations
        .filter_map(|(_, operation)| operation.get("responses"))
        .collect();
    let mut found = BTreeSet::new();
    while let Some(value) = waiting.pop() {
        for reference in references(value) {
            if found.insert(reference) {
                waiting.extend(
                    reference
                        .strip_prefix('#')
                        .and_then(|pointer| document.pointer(pointer)),
                );
            }
        }
    }
    found.into_iter().filter_map(component).map(str::to_owned).collect()
}

/// Every `$ref` in a value.
pub fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).into_iter();
            let below = members.iter().filter(|(key, _)| !is_example(key));
            own.chain(below.flat_map(|(_, value)| references(value))).collect()
        }
        Value::Array(entries) => entries.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Whether a member of this name holds the API's own words: nothing of OpenAPI stands in it.
pub fn is_example(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "enum") || key.starts_with("x-")
}

/// The name of the component schema that a `$ref` leads to.
pub fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// The component schema that a schema is, or only describes again: by `$ref`, or by an `allOf` of one.
pub fn named(schema: &Value) -> Option<&str> {
    let part = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([part]) => part,
        _ => schema,
    };
    component(part.get("$ref")?.as_str()?)
}

/// Whether a schema describes objects, and so becomes a class. Anything else is a value.
pub fn is_object(schema: &Value) -> bool {
    schema.get("type").is_some_and(|is| is == "object") || schema.get("properties").is_some()
}
