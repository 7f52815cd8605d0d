//! Comparing JSON: a member that is `null` and one that is absent count as equal.

use serde_json::{Map, Value, json};

/// The same value with two members more in each object, which no specification has: `brandNew`, and one without a name.
#[must_use]
pub fn crowded(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), crowded(value)));
            let mut all: Map<_, _> = members.collect();
            let new = json!({"list": [1, null, {"deep": []}], "text": "x"});
            all.insert("brandNew".to_owned(), new);
            all.insert(String::new(), json!(1.5));
            all.into()
        }
        Value::Array(entries) => entries.iter().map(crowded).collect(),
        scalar => scalar.clone(),
    }
}

/// The places at which two values differ; empty if they do not.
pub fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", expected, actual, &mut found);
    found
}

fn compare(place: &str, expected: &Value, actual: &Value, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names: std::collections::BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
            for name in names {
                let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                compare(&format!("{place}.{name}"), &of(expected), &of(actual), found);
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{place}[{index}]"), expected, actual, found);
            }
        }
        // 1.0 and 1 are one number.
        (Value::Number(expected), Value::Number(actual)) if expected.as_f64() == actual.as_f64() => {}
        _ if expected == actual => {}
        _ => found.push(format!("{place}: {expected} became {actual}")),
    }
}
