//! Every schema of a document, and on which side of a call it stands.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use xtask_spec::model::{Kind, pointers, walk};

/// A schema as it is written.
pub type Schema = Map<String, Value>;

/// The side of a call on which a schema stands. A component that both sides use counts as an answer's, whose reader must not
/// fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
}

/// A document in the making.
pub struct Draft {
    pub value: Value,
    /// The component schemas that answers use. One that nothing refers to any more stays on its side.
    pub answers: BTreeSet<String>,
}

impl Draft {
    pub fn new(value: &Value) -> Self {
        Self {
            value: value.clone(),
            answers: answered(value),
        }
    }

    /// Visits every schema with its side and its JSON pointer; those within a schema before it.
    pub fn each(&mut self, mut visit: impl FnMut(Side, &str, &mut Schema)) {
        for pointer in pointers(&self.value, Kind::Schema).iter().rev() {
            if let Some(Value::Object(schema)) = self.value.pointer_mut(pointer) {
                visit(side(pointer, &self.answers), pointer, schema);
            }
        }
    }

    /// The component schemas by name.
    pub fn components(&mut self) -> Schema {
        self.value
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }
}

/// Every `$ref` with the JSON pointer of where it stands.
pub fn references(document: &Value) -> Vec<(String, &str)> {
    let nodes = walk(document).into_iter();
    nodes
        .filter_map(|node| node.place.reference().map(|to| (node.place.pointer, to)))
        .collect()
}

/// The component schemas that answers use, whatever lies between.
pub fn answered(document: &Value) -> BTreeSet<String> {
    let references = references(document);
    let mut found = BTreeSet::new();
    loop {
        let count = found.len();
        for (from, to) in &references {
            if side(from, &found) == Side::Answer {
                found.extend(component(to).map(str::to_owned));
            }
        }
        if found.len() == count {
            return found;
        }
    }
}

/// The side on which the place stands.
fn side(pointer: &str, answers: &BTreeSet<String>) -> Side {
    let mut words = pointer.split('/').skip(1);
    let is_answer = match (words.next(), words.next(), words.next()) {
        (Some("components"), Some("schemas"), Some(name)) => answers.contains(name),
        (Some("components"), Some(section), _) => matches!(section, "responses" | "headers"),
        // The method comes before.
        _ => words.next() == Some("responses"),
    };
    if is_answer { Side::Answer } else { Side::Request }
}

/// The name of the component schema that a `$ref` leads to.
pub fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// The component schema that a schema is, or only describes again: by `$ref`, or by an `allOf` of one.
pub fn named(schema: &Schema) -> Option<&str> {
    let reference = match list(schema, "allOf") {
        [part] => part.get("$ref"),
        _ => schema.get("$ref"),
    };
    component(reference?.as_str()?)
}

/// Whether a schema describes objects, and so becomes a class. Anything else is a value.
pub fn is_object(schema: &Schema) -> bool {
    text(schema, "type") == "object" || schema.contains_key("properties")
}

/// What a member of text says; nothing if there is none.
pub fn text<'s>(schema: &'s Schema, key: &str) -> &'s str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The entries of a list; none if there is none.
pub fn list<'s>(schema: &'s Schema, key: &str) -> &'s [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Sets a description to what it says, and what is to be said as well unless it says that already.
pub fn describe(schema: &mut Schema, also: &str) {
    let description = sentences(text(schema, "description"), also);
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.into());
    }
}

/// Two texts as one: the sentences of the second follow, but for those that the first says already.
pub fn sentences(one: &str, other: &str) -> String {
    if one.is_empty() {
        return other.to_owned();
    }
    let new = other.split_inclusive(". ").map(str::trim_end);
    new.filter(|sentence| !one.contains(sentence))
        .fold(one.to_owned(), |all, sentence| format!("{all} {sentence}"))
}
