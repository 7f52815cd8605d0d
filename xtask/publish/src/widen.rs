//! The narrowest plain schema that accepts everything that several schemas accept.
//!
//! It has no union in it: what has one type keeps it, objects become one object with the members of all, and what has
//! nothing in common is anything. Codes keep their names wherever they end.

use serde_json::{Value, json};

use crate::schema::{Schema, describe, list, named, sentences, text};

/// The codes that are known where others may arrive; the name is that of Zalando's guidelines.
pub const OPEN_CODES: &str = "x-extensible-enum";

/// What stands beside codes, one entry for each.
const BESIDE_CODES: [&str; 2] = ["x-enum-varnames", "x-enum-descriptions"];

/// How deep schemas are followed within one place. What is made of itself is anything from there on.
pub const MAX_DEPTH: usize = 8;

/// The component schemas of a document.
pub struct Components<'c>(pub &'c Schema);

impl Components<'_> {
    /// The schema without a union. References to objects stay.
    pub fn plain(&self, schema: &Schema) -> Schema {
        self.plain_within(schema, MAX_DEPTH)
    }

    /// `left` is how many schemas may still be followed.
    fn plain_within(&self, schema: &Schema, left: usize) -> Schema {
        let Some(choices) = choices(schema) else {
            return schema.clone();
        };
        let choices: Vec<_> = choices.iter().filter_map(Value::as_object).collect();
        let forms: Vec<_> = choices.iter().map(|choice| self.form(choice, left)).collect();
        let mut plain = schema.clone();
        plain.retain(|key, _| !matches!(key.as_str(), "anyOf" | "oneOf" | "discriminator"));
        if !forms.iter().all(|form| text(form, "type") == "string") {
            let phrases: Vec<_> = choices.iter().map(|choice| phrase(choice)).collect();
            describe(&mut plain, &format!("One of: {}.", phrases.join(", ")));
        }
        let widened = forms.into_iter().reduce(|one, other| self.join(&one, &other, left));
        for (key, value) in widened.unwrap_or_default() {
            // What an alternative says of itself is not said of all.
            if !matches!(key.as_str(), "description" | "title" | "example") {
                plain.insert(key, value);
            }
        }
        plain
    }

    /// What a schema says itself: a reference is followed.
    fn form(&self, schema: &Schema, left: usize) -> Schema {
        let Some(left) = left.checked_sub(1) else {
            return Schema::new();
        };
        let mut form = match named(schema).and_then(|name| self.0.get(name)?.as_object()) {
            Some(target) => self.form(target, left),
            None => self.plain_within(schema, left),
        };
        form.extend(schema.get("nullable").map(|is| ("nullable".to_owned(), is.clone())));
        open(&mut form);
        form
    }

    /// The schema of both.
    fn join(&self, one: &Schema, other: &Schema, left: usize) -> Schema {
        if one == other {
            return one.clone();
        }
        let mut joined = one.clone();
        joined.retain(|key, value| other.get(key) == Some(value));
        let both = |kinds: &[&str]| [one, other].iter().all(|schema| kinds.contains(&text(schema, "type")));
        if both(&["object"]) {
            joined.insert("properties".to_owned(), self.join_properties(one, other, left));
            let mut required = list(one, "required").to_vec();
            required.retain(|name| list(other, "required").contains(name));
            joined.insert("required".to_owned(), required.into());
            joined.retain(|key, value| key != "required" || *value != json!([]));
        } else if both(&["array"]) {
            let [one, other] = [one, other].map(|schema| schema.get("items").unwrap_or(&Value::Null));
            joined.insert("items".to_owned(), self.join_parts(one, other, left));
        } else if both(&["integer", "number"]) {
            joined.entry("type").or_insert_with(|| "number".into());
        } else if !joined.contains_key("type") {
            // Nothing that holds for one type holds for anything.
            joined.clear();
        }
        join_codes(&mut joined, [one, other]);
        if joined.contains_key("type") && [one, other].iter().any(|schema| schema.contains_key("nullable")) {
            joined.insert("nullable".to_owned(), true.into());
        }
        joined
    }

    fn join_properties(&self, one: &Schema, other: &Schema, left: usize) -> Value {
        let mut joined = one.get("properties").cloned().unwrap_or_else(|| json!({}));
        for (name, property) in other.get("properties").and_then(Value::as_object).into_iter().flatten() {
            joined[name] = match joined.get(name) {
                Some(known) => self.join_parts(known, property, left),
                None => property.clone(),
            };
        }
        joined
    }

    /// The schema of two members or entries. A component that both name stays named.
    fn join_parts(&self, one: &Value, other: &Value, left: usize) -> Value {
        let none = Schema::new();
        let [one, other] = [one, other].map(|part| part.as_object().unwrap_or(&none));
        let mut joined = match (named(one), named(other)) {
            (Some(name), Some(same)) if name == same => one.clone(),
            _ => self.join(&self.form(one, left), &self.form(other, left), left.saturating_sub(1)),
        };
        let description = match [text(one, "description"), text(other, "description")] {
            [one, other] if one.is_empty() || other.is_empty() || one.contains(other) => sentences(one, other),
            [one, other] => format!("{one} Or: {other}"),
        };
        if !description.is_empty() {
            joined.insert("description".to_owned(), description.into());
        }
        joined.into()
    }
}

/// The alternatives of a schema; none if it has none.
pub fn choices(schema: &Schema) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array())
}

/// What a reader calls an alternative.
fn phrase(choice: &Schema) -> String {
    if let Some(name) = named(choice) {
        return format!("`{name}`");
    }
    match text(choice, "type") {
        "array" => {
            let items = choice.get("items").and_then(Value::as_object).map(phrase);
            format!("an array of {}", items.unwrap_or_else(|| "anything".to_owned()))
        }
        "string" if text(choice, "format").starts_with("date") => "a time".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "an integer".to_owned(),
        "number" => "a number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "object" => "an object".to_owned(),
        _ => "anything".to_owned(),
    }
}

/// Opens a closed list of codes; their names and meanings stay beside them.
pub fn open(schema: &mut Schema) {
    if let Some(codes) = schema.shift_remove("enum") {
        schema.insert(OPEN_CODES.to_owned(), codes);
    }
}

/// The codes of both, each once.
fn join_codes(joined: &mut Schema, both: [&Schema; 2]) {
    let keys = [OPEN_CODES, BESIDE_CODES[0], BESIDE_CODES[1]];
    joined.retain(|key, _| !keys.contains(&key.as_str()));
    let mut known = Vec::new();
    for schema in both {
        for (index, code) in list(schema, OPEN_CODES).iter().enumerate() {
            if known.contains(&code) {
                continue;
            }
            known.push(code);
            for key in keys {
                let entry = list(schema, key).get(index).cloned();
                let entries = joined.entry(key).or_insert_with(|| json!([]));
                if let Value::Array(entries) = entries {
                    entries.push(entry.unwrap_or_else(|| code.to_string().into()));
                }
            }
        }
    }
}
