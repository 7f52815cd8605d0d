//! The narrowest plain schema that accepts everything that several schemas accept.
//!
//! It has no union in it: what has one type keeps it, objects become one object with the members of all, and what has
//! nothing in common is anything. Codes keep their names wherever they end.

use serde_json::{Map, Value, json};

use crate::schema::{component, named};

/// The codes that are known where others may arrive; the name is that of Zalando's guidelines.
pub const OPEN_CODES: &str = "x-extensible-enum";

/// What stands beside codes, one entry for each.
const BESIDE_CODES: [&str; 2] = ["x-enum-varnames", "x-enum-descriptions"];

type Schema = Map<String, Value>;

/// The component schemas of a document.
pub struct Components<'c>(pub &'c Schema);

impl Components<'_> {
    /// A schema without unions, references to values and `allOf`s around them. References to objects stay.
    pub fn plain(&self, schema: &Value) -> Value {
        let Some(choices) = choices(schema) else {
            return schema.clone();
        };
        let forms: Vec<_> = choices.iter().map(|choice| self.form(choice)).collect();
        let widened = forms.iter().cloned().reduce(|one, other| self.join(one, other));
        let mut widened = widened.unwrap_or_default();
        // What a single alternative says of itself is not said of all.
        for key in ["description", "title", "example"] {
            widened.shift_remove(key);
        }
        if !forms.iter().all(|form| form.get("type") == Some(&json!("string"))) {
            let description = text(schema, "description");
            let listed: Vec<_> = choices.iter().map(phrase).collect();
            let description = sentences(description, &format!("One of: {}.", listed.join(", ")));
            widened.insert("description".to_owned(), description.into());
        }
        let mut plain = Schema::new();
        for (key, value) in schema.as_object().into_iter().flatten() {
            if !matches!(key.as_str(), "anyOf" | "oneOf" | "discriminator") {
                plain.insert(key.clone(), value.clone());
            }
        }
        plain.extend(widened);
        if forms.iter().any(|form| form.contains_key("nullable")) && plain.contains_key("type") {
            plain.insert("nullable".to_owned(), true.into());
        }
        plain.into()
    }

    /// What a schema says itself: a reference or an `allOf` of one is followed.
    fn form(&self, schema: &Value) -> Schema {
        let mut form = match named(schema).and_then(|name| self.0.get(name)) {
            Some(target) => self.form(target),
            None => self.plain(schema).as_object().cloned().unwrap_or_default(),
        };
        if schema.get("nullable").is_some() {
            form.insert("nullable".to_owned(), true.into());
        }
        codes_open(&mut form);
        form
    }

    /// The schema of both.
    fn join(&self, one: Schema, other: Schema) -> Schema {
        if one == other {
            return one;
        }
        let mut joined: Schema = one
            .iter()
            .filter(|(key, value)| other.get(*key) == Some(value))
            .map(owned)
            .collect();
        let is = |schema: &Schema, kind: &str| schema.get("type").is_some_and(|is| is == kind);
        let both = |kind: &str| is(&one, kind) && is(&other, kind);
        let is_number = |schema: &Schema| is(schema, "integer") || is(schema, "number");
        if both("object") {
            joined.insert("properties".to_owned(), self.join_properties(&one, &other).into());
            joined.shift_remove("required");
            let required: Vec<_> = texts(&one, "required")
                .filter(|name| texts(&other, "required").any(|is| is == *name))
                .collect();
            if !required.is_empty() {
                joined.insert("required".to_owned(), required.into());
            }
        } else if both("array") {
            let items = |schema: &Schema| schema.get("items").cloned().unwrap_or_else(|| json!({}));
            joined.insert("items".to_owned(), self.join_parts(&items(&one), &items(&other)));
        } else if is_number(&one) && is_number(&other) {
            let kind = if both("integer") { "integer" } else { "number" };
            joined.insert("type".to_owned(), kind.into());
        } else if joined.get("type").is_none() {
            // Nothing that holds for one type holds for anything.
            joined.clear();
        }
        join_codes(&mut joined, &one, &other);
        let nullable = [&one, &other].iter().any(|schema| schema.contains_key("nullable"));
        if nullable && joined.contains_key("type") {
            joined.insert("nullable".to_owned(), true.into());
        }
        joined
    }

    fn join_properties(&self, one: &Schema, other: &Schema) -> Schema {
        let properties = |schema: &Schema| {
            schema
                .get("properties")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default()
        };
        let mut joined = properties(one);
        for (name, property) in properties(other) {
            let both = match joined.get(&name) {
                Some(known) => self.join_parts(known, &property),
                None => property,
            };
            joined.insert(name, both);
        }
        joined
    }

    /// The schema of two members or entries. A component that both name stays named.
    fn join_parts(&self, one: &Value, other: &Value) -> Value {
        let description = match (text(one, "description"), text(other, "description")) {
            (one, other) if one.is_empty() || one.contains(other) => {
                if one.is_empty() { other } else { one }.to_owned()
            }
            (one, other) => format!("{one} Or: {other}"),
        };
        let mut joined = match (named(one), named(other)) {
            (Some(name), Some(same)) if name == same && description.is_empty() => return one.clone(),
            (Some(name), Some(same)) if name == same => {
                json!({ "allOf": [{ "$ref": format!("#/components/schemas/{name}") }] })
            }
            _ => self.join(self.form(one), self.form(other)).into(),
        };
        if !description.is_empty() {
            joined["description"] = description.into();
        }
        joined
    }
}

/// The alternatives of a schema; none if it has none. Entries of nothing but `required` say what is sent together, which no
/// plain schema can.
pub fn choices(schema: &Value) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array())
}

/// What a reader calls an alternative.
fn phrase(choice: &Value) -> String {
    if let Some(name) = choice.get("$ref").and_then(Value::as_str).and_then(component) {
        return format!("`{name}`");
    }
    match text(choice, "type") {
        "array" => match choice.get("items") {
            Some(items) => format!("an array of {}", phrase(items)),
            None => "an array".to_owned(),
        },
        "string" if text(choice, "format").starts_with("date") => "a time".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "an integer".to_owned(),
        "number" => "a number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "object" => "an object".to_owned(),
        _ => named(choice).map_or_else(|| "anything".to_owned(), |name| format!("`{name}`")),
    }
}

/// Opens a closed list of codes; their names and meanings stay beside them.
pub fn codes_open(schema: &mut Schema) -> bool {
    let Some(codes) = schema.shift_remove("enum") else {
        return false;
    };
    schema.insert(OPEN_CODES.to_owned(), codes);
    true
}

/// The codes of both, each once.
fn join_codes(joined: &mut Schema, one: &Schema, other: &Schema) {
    for key in [OPEN_CODES].into_iter().chain(BESIDE_CODES) {
        joined.shift_remove(key);
    }
    let mut known: Vec<Value> = Vec::new();
    for schema in [one, other] {
        let list = |key: &str| schema.get(key).and_then(Value::as_array);
        for (index, code) in list(OPEN_CODES).into_iter().flatten().enumerate() {
            if known.contains(code) {
                continue;
            }
            known.push(code.clone());
            push(joined, OPEN_CODES, code.clone());
            for key in BESIDE_CODES {
                let beside = list(key).and_then(|list| list.get(index)).cloned();
                push(joined, key, beside.unwrap_or_else(|| code.to_string().into()));
            }
        }
    }
}

fn push(schema: &mut Schema, key: &str, value: Value) {
    let list = schema.entry(key).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(value);
    }
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn texts<'s>(schema: &'s Schema, key: &str) -> impl Iterator<Item = &'s str> {
    let list = schema.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str)
}

/// What a schema says in a member of text; nothing if it has none.
pub fn text<'s>(schema: &'s Value, key: &str) -> &'s str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Two texts as one, unless the first says it already.
pub fn sentences(one: &str, other: &str) -> String {
    match (one, other) {
        ("", other) => other.to_owned(),
        (one, other) if one.contains(other) => one.to_owned(),
        (one, other) => format!("{one} {other}"),
    }
}
