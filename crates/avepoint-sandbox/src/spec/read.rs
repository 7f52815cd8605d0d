//! Text of a path or a query as the value that it stands for.

use serde_json::Value;

use super::schemas::{Kind, Scalar};

/// The value of the texts that were sent for a parameter. What does not read as the type stays text, for the schema to
/// refuse.
pub(super) fn value(kind: Kind, texts: &[String]) -> Value {
    let first = texts.first().map_or("", String::as_str);
    match kind {
        Kind::Text => scalar(Scalar::Text, first),
        Kind::Integer => scalar(Scalar::Integer, first),
        Kind::Number => scalar(Scalar::Number, first),
        Kind::Boolean => scalar(Scalar::Boolean, first),
        Kind::List(of) => texts.iter().map(|text| scalar(of, text)).collect(),
    }
}

fn scalar(kind: Scalar, text: &str) -> Value {
    let value = match kind {
        Scalar::Text => None,
        Scalar::Integer => integer(text),
        Scalar::Number => text
            .parse::<f64>()
            .ok()
            .map(Value::from)
            .filter(|number| !number.is_null()),
        Scalar::Boolean => text.parse::<bool>().ok().map(Value::from),
    };
    value.unwrap_or_else(|| text.into())
}

/// Digits with or without a minus, as JSON writes integers. Those that fit nowhere are numbers, so that a limit refuses them.
fn integer(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    let exact = text.parse::<i64>().ok().map(Value::from);
    exact.or_else(|| text.parse::<f64>().ok().map(Value::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_read_as_its_type_or_stays_text() {
        for (kind, text, expected) in [
            (Kind::Integer, "12", json!(12)),
            (Kind::Integer, "-1", json!(-1)),
            (Kind::Integer, "01", json!("01")),
            (Kind::Integer, "+1", json!("+1")),
            (Kind::Integer, "1.5", json!("1.5")),
            (Kind::Integer, "", json!("")),
            (Kind::Integer, "99999999999999999999", json!(99999999999999999999.0)),
            (Kind::Number, "1.5", json!(1.5)),
            (Kind::Number, "NaN", json!("NaN")),
            (Kind::Boolean, "true", json!(true)),
            (Kind::Boolean, "yes", json!("yes")),
            (Kind::Text, "7", json!("7")),
        ] {
            assert_eq!(value(kind, &[text.to_owned()]), expected, "{kind:?} {text:?}");
        }
    }

    #[test]
    fn a_list_has_an_entry_for_each_text() {
        let texts = ["1".to_owned(), "x".to_owned()];
        assert_eq!(value(Kind::List(Scalar::Integer), &texts), json!([1, "x"]));
    }
}
