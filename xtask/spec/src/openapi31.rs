//! The 3.1 edition of a document, and its types as JSON Schema: the same schemas, in the words of JSON Schema 2020-12.

use serde_json::{Map, Value, json};

use crate::model::{Kind, pointers};

/// A schema as it is written.
type Schema = Map<String, Value>;

/// The dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The document in OpenAPI 3.1.
pub fn derive(document: &Value) -> Value {
    let mut derived = document.clone();
    each_schema(&mut derived, translate);
    derived["openapi"] = "3.1.1".into();
    if let Some(Value::Object(license)) = derived.pointer_mut("/info/license") {
        let expression = license
            .shift_remove("x-oai-license-identifier")
            .or_else(|| license.get("name").cloned());
        if let Some(expression) = expression.filter(|name| name.as_str().is_some_and(is_expression)) {
            // The two exclude each other.
            license.shift_remove("url");
            license.insert("identifier".to_owned(), expression);
        }
    }
    derived
}

/// The component schemas of a document as one JSON Schema, each under `$defs`.
pub fn types(document: &Value) -> Value {
    let mut derived = derive(document);
    each_schema(&mut derived, |schema| {
        if let Some(Value::String(reference)) = schema.get_mut("$ref") {
            *reference = reference.replace("#/components/schemas/", "#/$defs/");
        }
    });
    let components = derived.pointer("/components/schemas").cloned();
    json!({
        "$schema": DIALECT,
        "title": document["info"]["title"],
        "$defs": components.unwrap_or_else(|| json!({})),
    })
}

/// Visits every schema; those within a schema before it.
fn each_schema(document: &mut Value, mut visit: impl FnMut(&mut Schema)) {
    for pointer in pointers(document, Kind::Schema).iter().rev() {
        if let Some(Value::Object(schema)) = document.pointer_mut(pointer) {
            visit(schema);
        }
    }
}

/// Whether the name of a licence is an expression of SPDX identifiers.
fn is_expression(name: &str) -> bool {
    let is_word = |word: &str| {
        word.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-.+()".contains(letter))
    };
    name.split(' ').enumerate().all(|(index, word)| match index % 2 {
        0 => is_word(word),
        _ => matches!(word, "OR" | "AND" | "WITH"),
    })
}

fn translate(members: &mut Schema) {
    if let Some(example) = members.shift_remove("example") {
        members.insert("examples".to_owned(), json!([example]));
    }
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if members.get(exclusive).is_some_and(Value::is_boolean)
            && members.shift_remove(exclusive) == Some(Value::Bool(true))
            && let Some(value) = members.shift_remove(limit)
        {
            members.insert(exclusive.to_owned(), value);
        }
    }
    match members.get("format").and_then(Value::as_str) {
        Some("binary") => encoded(members, "contentMediaType", "application/octet-stream"),
        Some("byte") => encoded(members, "contentEncoding", "base64"),
        _ => {}
    }
    if members.shift_remove("nullable") == Some(Value::Bool(true)) {
        nullable(members);
    }
}

fn encoded(members: &mut Schema, key: &str, value: &str) {
    members.shift_remove("format");
    members.insert(key.to_owned(), value.into());
}

/// Null is a type of its own, and a code of its own.
fn nullable(members: &mut Schema) {
    if let Some(kind) = members.get("type").cloned() {
        members.insert("type".to_owned(), json!([kind, "null"]));
        if let Some(Value::Array(codes)) = members.get_mut("enum")
            && !codes.contains(&Value::Null)
        {
            codes.push(Value::Null);
        }
        return;
    }
    let all = ["allOf", "anyOf", "oneOf"]
        .iter()
        .find_map(|key| Some((*key, members.shift_remove(*key)?)));
    let of = match all {
        // A reference alone needs no `allOf` any more.
        Some(("allOf", Value::Array(mut parts))) if parts.len() == 1 => parts.swap_remove(0),
        Some((key, parts)) => json!({ key: parts }),
        None => return,
    };
    members.insert("anyOf".to_owned(), json!([of, { "type": "null" }]));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of 3.0 in 3.1.
    fn translated(schema: Value) -> Value {
        let document = json!({ "components": { "schemas": { "It": schema } } });
        derive(&document)["components"]["schemas"]["It"].take()
    }

    #[test]
    fn what_3_0_says_in_its_own_words_is_json_schema() {
        let reference = json!({ "$ref": "#/components/schemas/Other" });
        for (schema, translation) in [
            (
                json!({ "type": "string", "nullable": true }),
                json!({ "type": ["string", "null"] }),
            ),
            (
                json!({ "type": "integer", "nullable": true, "enum": [1] }),
                json!({ "type": ["integer", "null"], "enum": [1, null] }),
            ),
            (
                json!({ "nullable": true, "allOf": [reference], "description": "It." }),
                json!({ "description": "It.", "anyOf": [reference, { "type": "null" }] }),
            ),
            (
                json!({ "nullable": true, "oneOf": [reference, { "type": "string" }] }),
                json!({ "anyOf": [{ "oneOf": [reference, { "type": "string" }] }, { "type": "null" }] }),
            ),
            (
                json!({ "type": "string", "nullable": false }),
                json!({ "type": "string" }),
            ),
            (
                json!({ "type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 2, "exclusiveMaximum": false }),
                json!({ "type": "number", "exclusiveMinimum": 1, "maximum": 2 }),
            ),
            (
                json!({ "type": "string", "example": "a" }),
                json!({ "type": "string", "examples": ["a"] }),
            ),
            (
                json!({ "type": "string", "format": "binary" }),
                json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
            ),
        ] {
            assert_eq!(translated(schema.clone()), translation, "{schema}");
        }
    }

    #[test]
    fn a_member_may_be_called_like_a_keyword() {
        let member = json!({ "type": "string", "nullable": true });
        let schema =
            json!({ "type": "object", "properties": { "nullable": member, "example": member, "properties": member } });
        let members = translated(schema)["properties"].take();
        for name in ["nullable", "example", "properties"] {
            assert_eq!(members[name], json!({ "type": ["string", "null"] }));
        }
    }

    #[test]
    fn a_licence_has_an_identifier_or_an_address() {
        let licence = |licence: Value| derive(&json!({ "info": { "license": licence } }))["info"]["license"].take();
        let url = "https://example.com/licence";
        assert_eq!(
            licence(json!({ "name": "MIT OR Apache-2.0", "url": url })),
            json!({ "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" })
        );
        assert_eq!(
            licence(json!({ "name": "Ours", "url": url, "x-oai-license-identifier": "MIT" })),
            json!({ "name": "Ours", "identifier": "MIT" })
        );
        let other = json!({ "name": "Our own licence", "url": url });
        assert_eq!(licence(other.clone()), other);
    }
}
