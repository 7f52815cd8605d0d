//! The codes in an answer: values of which the spec has a list.

use serde_json::Value;

use super::document::document;
use super::{Api, Operation};

/// Visits each code in the answer with what was asked for.
pub(crate) fn each_code(operation: &Operation, value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let answer = operation.answers.get(&operation.success);
    if let Some((_, Some(schema))) = answer.and_then(|answer| answer.body.as_ref()) {
        within(operation.api, schema.value(), value, visit);
    }
}

fn within(api: Api, schema: &Value, value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let target = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|to| to.strip_prefix('#'));
    if let Some(target) = target.and_then(|to| document(api).pointer(to)) {
        within(api, target, value, visit);
    }
    let codes = schema.get("enum").and_then(Value::as_array);
    if codes.is_some_and(|codes| codes.contains(value)) {
        visit(value);
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let parts = schema.get(key).and_then(Value::as_array).into_iter().flatten();
        parts.for_each(|part| within(api, part, value, visit));
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(name)) {
                    within(api, schema, member, visit);
                }
            }
        }
        Value::Array(entries) => {
            if let Some(schema) = schema.get("items") {
                entries.iter_mut().for_each(|entry| within(api, schema, entry, visit));
            }
        }
        _ => {}
    }
}
