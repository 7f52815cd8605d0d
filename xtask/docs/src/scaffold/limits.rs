//! Limits and defaults of rows, where they fit.

use serde_json::Value;

use crate::facts::Row;
use crate::json_type::JsonType;

use crate::yaml::Map;

/// The limits and the default of a row, where they fit the type; where not, a note.
pub fn limits(row: &Row, form: Option<JsonType>, schema: &mut Map, notes: &mut Map) {
    let is_reference = schema.reference().is_some();
    let is_number = matches!(form, Some(JsonType::Integer | JsonType::Number)) && !is_reference;
    let is_text = form == Some(JsonType::String) && !is_reference;
    let is_list = form == Some(JsonType::Array);
    let (minimum, maximum) = (row.minimum, row.maximum);
    let is_empty = minimum.zip(maximum).is_some_and(|(least, most)| least > most);
    for (key, limit, fits) in [
        ("minimum", minimum.map(Value::from), is_number && !is_empty),
        ("maximum", maximum.map(Value::from), is_number && !is_empty),
        ("maxLength", row.max_length.map(Value::from), is_text),
        ("maxItems", row.max_items.map(Value::from), is_list),
    ] {
        match limit {
            Some(limit) if fits => schema.put(key, limit),
            Some(limit) => notes.todo(format!("the page says `{key}: {limit}`, which does not fit here")),
            None => {}
        }
    }
    let Some(default) = &row.default else {
        return;
    };
    match brought(default, form).filter(|value| is_allowed(row, value, is_reference)) {
        Some(value) => {
            // What stands beside a `$ref` is ignored.
            *schema = std::mem::take(schema).beside();
            schema.put("default", value);
        }
        None => notes.todo(format!("the page says `default: {default}`, which does not fit here")),
    }
}

/// A default as a value of a form.
fn brought(default: &Value, form: Option<JsonType>) -> Option<Value> {
    let text = default.as_str().map(str::trim);
    let read = text.and_then(|text| serde_json::from_str(&text.to_ascii_lowercase()).ok());
    let value = read.as_ref().unwrap_or(default);
    match form? {
        JsonType::Integer => value.as_i64().map(Value::from),
        JsonType::Number => value.as_f64().map(Value::from),
        JsonType::Boolean => value.as_bool().map(Value::from),
        JsonType::String => text.map(Value::from),
        JsonType::Array | JsonType::Null | JsonType::Object => None,
    }
}

/// Whether the row's own limits and codes allow its default.
fn is_allowed(row: &Row, default: &Value, is_reference: bool) -> bool {
    let is_time = row.format.is_some() || row.kind.as_deref() == Some("date-time");
    let is_within = |number: f64| {
        let above = row.minimum.is_none_or(|least| number >= least as f64);
        above && row.maximum.is_none_or(|most| number <= most as f64)
    };
    let is_short = |text: &str| row.max_length.is_none_or(|most| (text.chars().count() as u64) <= most);
    match default {
        _ if is_reference && !row.codes.is_empty() => row.codes.iter().any(|code| code.code == *default),
        Value::Number(number) => number.as_f64().is_none_or(is_within),
        Value::String(text) => is_short(text) && !is_time && !is_reference,
        _ => true,
    }
}
