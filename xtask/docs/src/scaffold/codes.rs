//! The codes of a row.

use serde_json::Value;

use crate::facts::{Code, Row};
use crate::yaml::Map;

/// The codes of a row, each once and all of one type; none if they make no list. Numbers in a row of text are text,
/// unless the value is known to be a number.
pub fn of(row: &Row, is_number: bool, notes: &mut Map) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::new();
    let truths = row.codes.iter().filter(|code| code.code.is_boolean()).count();
    if truths == row.codes.len() {
        if !row.codes.is_empty() {
            notes.note("The page has names for true and false.");
        }
        return codes;
    }
    if truths > 0 {
        notes.todo("the page has codes of several types; see which of them the value may be");
    }
    let numbers: Option<Vec<Value>> = row.codes.iter().map(|code| number(&code.code)).collect();
    let numbers = numbers.filter(|_| is_number || !is_text(row));
    let texts = || row.codes.iter().map(|code| Value::String(text(&code.code))).collect();
    for (Code { label, .. }, code) in row.codes.iter().zip(numbers.unwrap_or_else(texts)) {
        let label = label.clone();
        match codes.iter().find(|known| known.code == code) {
            None => codes.push(Code { code, label }),
            Some(known) if known.label == label => {}
            Some(_) => notes.note(format!("The page lists the code {code} twice, under different names.")),
        }
    }
    codes
}

/// Whether the table says that the value is text, or text is all that its codes can be.
fn is_text(row: &Row) -> bool {
    match row.kind.as_deref() {
        Some(kind) => kind.trim_start_matches("array of ") == "string",
        None => row.codes.iter().any(|code| code.code.is_string()),
    }
}

fn number(code: &Value) -> Option<Value> {
    match code {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(code.clone()),
        Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

/// A code as text.
pub fn text(code: &Value) -> String {
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(kind: Option<&str>, codes: &[(Value, &str)]) -> Row {
        Row {
            name: "status".to_owned(),
            kind: kind.map(str::to_owned),
            codes: codes
                .iter()
                .map(|(code, label)| Code {
                    code: code.clone(),
                    label: Some((*label).to_owned()),
                })
                .collect(),
            ..Row::default()
        }
    }

    /// The codes of a row and how many notes there are on them.
    fn values(row: &Row, is_number: bool) -> (Vec<Value>, usize) {
        let mut notes = Map::new();
        let codes = of(row, is_number, &mut notes);
        (
            codes.into_iter().map(|code| code.code).collect(),
            notes.render().lines().count(),
        )
    }

    #[test]
    fn codes_are_of_one_type() {
        let pair = [(json!(0), "Off"), (json!("1"), "On")];
        let numbers = (vec![json!(0), json!(1)], 0);
        assert_eq!(values(&row(Some("integer"), &pair), true), numbers);
        assert_eq!(
            values(&row(Some("string"), &pair), false),
            (vec![json!("0"), json!("1")], 0)
        );
        assert_eq!(values(&row(Some("string"), &pair), true), numbers);
        let mixed = [(json!(0), "Off"), (json!("auto"), "Auto")];
        let texts = (vec![json!("0"), json!("auto")], 0);
        assert_eq!(values(&row(Some("integer"), &mixed), true), texts);
    }

    #[test]
    fn truth_values_and_doubles_are_told() {
        let truth = [(json!(true), "Yes"), (json!(false), "No")];
        assert_eq!(values(&row(Some("boolean"), &truth), false), (vec![], 1));
        let double = [(json!(1), "A"), (json!(1), "B"), (json!(1), "A")];
        assert_eq!(values(&row(Some("integer"), &double), true), (vec![json!(1)], 1));
    }
}
