//! JSON as a `serde_json::Value`.

use serde_json::{Map, Value};

use super::lexer::{End, Lexer};
use super::{DEPTH, Problem};

/// JSON as a `Value`. What that cannot hold stands in it as its JSON, in a text: numbers out of range, texts that are no
/// Unicode, and what lies too deep. Of members of one name the first counts.
///
/// # Errors
/// Where it is not JSON.
pub(crate) fn to_value(json: &str) -> Result<Value, Problem> {
    let mut lexer = Lexer::new(json.as_bytes());
    let value = value(&mut lexer, DEPTH)?;
    lexer.end()?;
    Ok(value)
}

/// A `Value` as JSON. Its own `Display` has two writers, of which one is for readers; both would be in every program.
pub(crate) fn to_json(value: &Value) -> String {
    // Of a `Value` nothing fails.
    serde_json::to_string(value).unwrap_or_default()
}

fn value(lexer: &mut Lexer<'_>, depth: usize) -> Result<Value, Problem> {
    Ok(match lexer.peek()? {
        b'"' => {
            let start = lexer.position();
            match lexer.text() {
                Ok(text) => text.into(),
                Err(problem) if problem.is_syntax() => return Err(problem),
                Err(_) => {
                    lexer.go_back(start);
                    as_text(lexer)?
                }
            }
        }
        b'-' | b'0'..=b'9' => number(lexer.number()?),
        b'[' | b'{' if depth == 0 => as_text(lexer)?,
        b'[' => {
            lexer.open();
            let mut entries = Vec::new();
            while lexer.goes_on(entries.is_empty(), End::Bracket)? {
                entries.push(value(lexer, depth - 1)?);
            }
            entries.into()
        }
        b'{' => {
            lexer.open();
            let mut members = Map::new();
            let mut first = true;
            while lexer.goes_on(first, End::Brace)? {
                first = false;
                let name = lexer.name()?;
                let value = value(lexer, depth - 1)?;
                members.entry(name.unwrap_or_default()).or_insert(value);
            }
            members.into()
        }
        _ => lexer.word()?.map_or(Value::Null, Value::from),
    })
}

fn as_text(lexer: &mut Lexer<'_>) -> Result<Value, Problem> {
    let start = lexer.position();
    lexer.skip()?;
    Ok(String::from_utf8_lossy(lexer.since(start)).into())
}

fn number(written: &str) -> Value {
    if written != "-0" {
        if let Ok(number) = written.parse::<i64>() {
            return number.into();
        }
        if let Ok(number) = written.parse::<u64>() {
            return number.into();
        }
        // The digits of an integer are not rounded.
        if !written.contains(['.', 'e', 'E']) {
            return written.into();
        }
    }
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() => number.into(),
        _ => written.into(),
    }
}
