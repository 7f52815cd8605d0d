//! The codes of a row.

use serde_json::Value;

use crate::facts::{Code, Row};

use super::todo;

/// What a row says about codes.
pub struct Codes {
    /// The codes, each once and all of one type; none if they make no list.
    pub codes: Vec<Code>,
    /// Whether they are whole numbers.
    pub are_numbers: bool,
    /// What a person must look at.
    pub notes: Vec<String>,
}

/// The codes of a row. Numbers in a row of text are text, unless the value is known to be a number.
pub fn of(row: &Row, is_number: bool) -> Codes {
    let mut notes = Vec::new();
    if row.codes.is_empty() {
        return Codes {
            codes: Vec::new(),
            are_numbers: false,
            notes,
        };
    }
    if row.codes.iter().all(|code| code.code.is_boolean()) {
        notes.push(todo(
            "the page has names for true and false; say in the description what they mean",
        ));
        return Codes {
            codes: Vec::new(),
            are_numbers: false,
            notes,
        };
    }
    let numbers: Option<Vec<Value>> = row.codes.iter().map(|code| number(&code.code)).collect();
    let are_numbers = numbers.is_some() && (is_number || !is_text(row));
    let mut codes: Vec<Code> = Vec::new();
    for code in &row.codes {
        let value = match number(&code.code).filter(|_| are_numbers) {
            Some(number) => number,
            None => Value::String(text(&code.code)),
        };
        match codes.iter().find(|known| known.code == value) {
            None => codes.push(Code {
                code: value,
                label: code.label.clone(),
            }),
            Some(known) if known.label == code.label => {}
            Some(_) => notes.push(todo(&format!(
                "the page lists the code {value} twice, under different names"
            ))),
        }
    }
    Codes {
        codes,
        are_numbers,
        notes,
    }
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

    fn values(codes: &Codes) -> Vec<Value> {
        codes.codes.iter().map(|code| code.code.clone()).collect()
    }

    #[test]
    fn codes_are_of_one_type() {
        let pair = [(json!(0), "Off"), (json!("1"), "On")];
        assert_eq!(values(&of(&row(Some("integer"), &pair), true)), [json!(0), json!(1)]);
        assert_eq!(
            values(&of(&row(Some("string"), &pair), false)),
            [json!("0"), json!("1")]
        );
        assert_eq!(values(&of(&row(Some("string"), &pair), true)), [json!(0), json!(1)]);
        let mixed = [(json!(0), "Off"), (json!("auto"), "Auto")];
        assert_eq!(
            values(&of(&row(Some("integer"), &mixed), true)),
            [json!("0"), json!("auto")]
        );
    }

    #[test]
    fn truth_values_and_doubles_are_told() {
        let truth = of(
            &row(Some("boolean"), &[(json!(true), "Yes"), (json!(false), "No")]),
            false,
        );
        assert!(truth.codes.is_empty() && truth.notes.len() == 1);
        let double = of(
            &row(Some("integer"), &[(json!(1), "A"), (json!(1), "B"), (json!(1), "A")]),
            true,
        );
        assert_eq!((double.codes.len(), double.notes.len()), (1, 1));
    }
}
