//! Values that are valid against a schema: examples for a person to replace by ones that tell something.

use serde_json::Value;

use super::components::Components;
use super::describe::{singular, split_words};

/// How deep an example goes. A schema may lead back to itself.
const MAX_DEPTH: usize = 12;

/// A valid value that lies `depth` steps down; `name` is what it is called on the wire.
pub fn example(components: &Components, schema: &Value, name: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    let inner = |schema: &Value, name: &str| example(components, schema, name, depth + 1);
    if schema.get("$ref").is_some() {
        let target = components.resolved(schema);
        return if target == *schema {
            Value::Null
        } else {
            inner(&target, name)
        };
    }
    let codes = schema.get("enum").and_then(|codes| codes.get(0));
    if let Some(known) = schema.get("example").or(schema.get("default")).or(codes) {
        return known.clone();
    }
    let mut choices = ["anyOf", "oneOf", "allOf"]
        .iter()
        .filter_map(|key| schema.get(key)?.get(0));
    if let Some(first) = choices.next().filter(|_| schema.get("type").is_none()) {
        return inner(first, name);
    }
    match schema["type"].as_str() {
        Some("integer") => Value::from(integer(schema, name)),
        Some("number") => {
            let whole = integer(schema, name);
            let half = whole as f64 + 0.5;
            let fits = schema["maximum"].as_f64().is_none_or(|most| half < most);
            if fits { Value::from(half) } else { Value::from(whole) }
        }
        Some("boolean") => Value::Bool(true),
        Some("string") => Value::from(text(schema, name)),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(1).clamp(1, 100);
            let most = schema["maxItems"].as_u64().unwrap_or(least);
            let entry = inner(&schema["items"], &singular(name));
            (0..least.min(most)).map(|_| entry.clone()).collect()
        }
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let members = properties.map(|(name, property)| (name.clone(), inner(property, name)));
            // What nests too deep is left out.
            members.filter(|(_, value)| !value.is_null()).collect()
        }
    }
}

/// Values of a kind that a name tells by its last word, and a format by its name.
const TEXTS: [(&str, &str); 17] = [
    ("mail email", "ada@example.com"),
    ("url uri link endpoint", "https://example.com/"),
    ("id uuid", "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c"),
    ("time date date-time", "2026-03-04T05:06:07Z"),
    ("name title organization", "Contoso"),
    ("user owner operator", "Ada Lovelace"),
    ("country region city", "Sweden"),
    ("language", "en-US"),
    ("phone telephone", "+46 8 123 45"),
    ("version", "1.4.2"),
    ("host domain", "files.example.com"),
    ("path folder location", "/reports"),
    ("token", "c2Vjb25kIHBhZ2U="),
    ("message description comment reason note", "All is as it should be."),
    ("password secret key", "an-invented-secret"),
    ("tenant customer", "Contoso"),
    ("byte binary", "YWJj"),
];
const NUMBERS: [(&str, i64); 6] = [
    ("size", 50),
    ("count total number", 12),
    ("port", 443),
    ("year", 2026),
    ("percentage score", 80),
    ("day days", 30),
];

/// The value of the row that has a word.
fn plausible<T: Copy>(word: &str, values: &[(&str, T)]) -> Option<T> {
    let fits = |(words, _): &&(&str, T)| words.split(' ').any(|known| known == word);
    values.iter().find(fits).map(|(_, value)| *value)
}

fn integer(schema: &Value, name: &str) -> i64 {
    let wanted = split_words(name).pop().and_then(|last| plausible(&last, &NUMBERS));
    let number = wanted.unwrap_or(1).max(schema["minimum"].as_i64().unwrap_or(i64::MIN));
    number.min(schema["maximum"].as_i64().unwrap_or(i64::MAX))
}

/// A text of the right format and length that says what it is.
fn text(schema: &Value, name: &str) -> String {
    let format = schema["format"].as_str();
    let of_format = match (schema["pattern"].as_str(), format) {
        (Some(pattern), _) if pattern.contains('T') => Some("2026-03-04T05:06:07"),
        (Some(_), _) => Some("12"),
        (None, Some("date")) => Some("2026-03-04"),
        (None, format) => format.and_then(|format| plausible(format, &TEXTS)),
    };
    if let Some(text) = of_format {
        return text.to_owned();
    }
    let words = split_words(name);
    let known = words.last().and_then(|last| plausible(last, &TEXTS));
    let text = known.map_or_else(|| format!("example {}", words.join(" ")), str::to_owned);
    let length = |key: &str| schema[key].as_u64().and_then(|length| usize::try_from(length).ok());
    let least = length("minLength").unwrap_or(0).min(1000);
    let most = length("maxLength").unwrap_or(80).max(least);
    let text = format!("{:x<least$}", text.trim());
    text.chars().take(most).collect()
}
