//! Values that are valid against a schema: examples for a person to replace by ones that tell something.

use serde_json::{Map, Value, json};

use super::components::Components;
use super::describe::{singular, words};

/// How deep an example goes. A schema may lead back to itself.
const MAX_DEPTH: usize = 12;

/// A valid value; `name` is what it is called on the wire.
pub fn example(components: &Components, schema: &Value, name: &str) -> Value {
    value(components, schema, name, 0)
}

fn value(components: &Components, schema: &Value, name: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    let inner = |schema: &Value| value(components, schema, name, depth + 1);
    if schema.get("$ref").is_some() {
        let target = components.resolved(schema);
        return if target == *schema { Value::Null } else { inner(&target) };
    }
    if let Some(known) = schema.get("example").or_else(|| schema.get("default")) {
        return known.clone();
    }
    if let Some(code) = schema.get("enum").and_then(|codes| codes.get(0)) {
        return code.clone();
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        let first = schema.get(key).and_then(|choices| choices.get(0));
        if let Some(first) = first.filter(|_| schema.get("type").is_none()) {
            return inner(first);
        }
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => Value::from(integer(schema, name)),
        Some("number") => {
            let whole = integer(schema, name);
            let half = whole as f64 + 0.5;
            let fits = schema
                .get("maximum")
                .and_then(Value::as_f64)
                .is_none_or(|most| half < most);
            if fits { Value::from(half) } else { Value::from(whole) }
        }
        Some("boolean") => Value::Bool(true),
        Some("string") => Value::from(text(schema, name)),
        Some("array") => {
            let least = schema
                .get("minItems")
                .and_then(Value::as_u64)
                .unwrap_or(1)
                .clamp(1, 100);
            let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(least);
            let items = schema.get("items").cloned().unwrap_or_else(|| json!({}));
            let name = singular(name);
            let entry = value(components, &items, &name, depth + 1);
            (0..least.min(most)).map(|_| entry.clone()).collect()
        }
        _ => {
            let properties = schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            let members: Map<String, Value> = properties
                .map(|(name, property)| (name.clone(), value(components, property, name, depth + 1)))
                // What nests too deep is left out.
                .filter(|(_, value)| !value.is_null())
                .collect();
            Value::Object(members)
        }
    }
}

/// Values of a kind that a name tells by its last word.
const TEXTS: [(&str, &str); 16] = [
    ("mail email", "ada@example.com"),
    ("url uri link endpoint", "https://example.com/"),
    ("id", "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c"),
    ("time date", "2026-03-04T05:06:07Z"),
    ("name title organization", "Contoso"),
    ("user owner operator", "Ada Lovelace"),
    ("country region city", "Sweden"),
    ("language", "en-US"),
    ("phone telephone", "+46 8 123 45"),
    ("version", "1.4.2"),
    ("host domain", "files.example.com"),
    ("path folder location", "/reports"),
    ("token link", "c2Vjb25kIHBhZ2U="),
    ("message description comment reason note", "All is as it should be."),
    ("password secret key", "an-invented-secret"),
    ("tenant customer", "Contoso"),
];
const NUMBERS: [(&str, i64); 6] = [
    ("size", 50),
    ("count total number", 12),
    ("port", 443),
    ("year", 2026),
    ("percentage score", 80),
    ("day days", 30),
];

/// The value of the row whose words have the last one of a name.
fn plausible<T: Copy>(name: &str, values: &[(&str, T)]) -> Option<T> {
    let last = words(name).pop()?;
    let fits = |(words, _): &&(&str, T)| words.split(' ').any(|word| word == last);
    values.iter().find(fits).map(|(_, value)| *value)
}

fn integer(schema: &Value, name: &str) -> i64 {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let excluded = |key: &str| i64::from(schema.get(key) == Some(&Value::Bool(true)));
    let least = bound("minimum").map(|least| least.saturating_add(excluded("exclusiveMinimum")));
    let most = bound("maximum").map(|most| most.saturating_sub(excluded("exclusiveMaximum")));
    let wanted = plausible(name, &NUMBERS).unwrap_or(1);
    let number = least.map_or(wanted, |least| least.max(wanted));
    most.map_or(number, |most| number.min(most))
}

/// A text of the right format and length that says what it is.
fn text(schema: &Value, name: &str) -> String {
    let key = |key: &str| schema.get(key).and_then(Value::as_str);
    match (key("format"), key("pattern")) {
        (_, Some(pattern)) if pattern.contains('T') => return "2026-03-04T05:06:07".to_owned(),
        (_, Some(_)) => return "12".to_owned(),
        (Some("date-time"), _) => return "2026-03-04T05:06:07Z".to_owned(),
        (Some("date"), _) => return "2026-03-04".to_owned(),
        (Some("email"), _) => return "ada@example.com".to_owned(),
        (Some("uri"), _) => return "https://example.com/".to_owned(),
        (Some("uuid"), _) => return "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c".to_owned(),
        (Some("byte"), _) => return "YWJj".to_owned(),
        (Some("password"), _) => return "an-invented-secret".to_owned(),
        _ => {}
    }
    let text = plausible(name, &TEXTS).map_or_else(|| format!("example {}", words(name).join(" ")), str::to_owned);
    let length = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|length| usize::try_from(length).ok())
    };
    let least = length("minLength").unwrap_or(0).min(1000);
    let most = length("maxLength").unwrap_or(80).max(least);
    let text: String = text
        .trim()
        .chars()
        .chain(std::iter::repeat('x'))
        .take(text.trim().len().max(least))
        .collect();
    text.chars().take(most).collect()
}
