//! Members whose values are secrets by what the specification says of them, in text that may be anything: JSON, whole or
//! cut off, a form, XML, or a message that quotes one of these.

use std::ops::Range;

use secrecy::SecretString;
use serde_json::Value;

/// The values of these members in a text. The names count in any letter case.
pub(super) fn values(names: &[&str], text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < text.len() {
        let name = names.iter().find(|name| is_name(text, place, name));
        // What is within a value is no member of its own.
        place = match name.and_then(|name| value(text, place, place + name.len(), &mut found)) {
            Some(end) => end,
            None => place + 1,
        };
    }
    found
}

/// The values of these members in a body.
pub(crate) fn collect(names: &[&str], body: &Value, secrets: &mut Vec<SecretString>) {
    match body {
        Value::Object(members) => {
            for (name, value) in members {
                match is_one(names, name) {
                    true => all_in(value, secrets),
                    false => collect(names, value, secrets),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(names, entry, secrets)),
        _ => {}
    }
}

/// Whether a name is one of these.
pub(crate) fn is_one(names: &[&str], name: &str) -> bool {
    names.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

fn all_in(value: &Value, secrets: &mut Vec<SecretString>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| all_in(value, secrets)),
        Value::Array(entries) => entries.iter().for_each(|entry| all_in(entry, secrets)),
        Value::String(text) => secrets.push(text.as_str().into()),
        Value::Number(number) => secrets.push(number.to_string().into()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Whether a name stands at a place, and is no part of a longer one.
fn is_name(text: &[u8], place: usize, name: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let end = place + name.len();
    text.get(place..end)
        .is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()))
        && !(place > 0 && is_part(&text[place - 1]))
        && !text.get(end).is_some_and(is_part)
}

/// Takes in the value of the member whose name stands there, and tells where it ends; nothing if it has none.
fn value(text: &[u8], start: usize, end: usize, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let before = start.checked_sub(1).map(|place| text[place]);
    let quoted = matches!(before, Some(b'"' | b'\'')) && before == text.get(end).copied();
    let sign = after_space(text, end + usize::from(quoted));
    let value = after_space(text, sign + 1);
    match (text.get(sign)?, text.get(value)?) {
        (b':' | b'=', b'"' | b'\'') => Some(string(text, value, found)),
        (b':', b'[' | b'{') if quoted => Some(container(text, value, found)),
        // Without quotes it may as well be a sentence about the member.
        (b':', _) if quoted => Some(bare(text, value, found)),
        (b'=', _) => Some(bare(text, value, found)),
        (b'>', _) if before == Some(b'<') => {
            let length = text[value..].iter().position(|byte| *byte == b'<');
            let end = length.map_or(text.len(), |length| value + length);
            found.push(value..end);
            Some(end)
        }
        _ => None,
    }
}

fn after_space(text: &[u8], from: usize) -> usize {
    let space = text.get(from..).unwrap_or_default().iter();
    from + space.take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// A string that begins here; its end, or that of the text.
fn string(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> usize {
    let mut end = start + 1;
    while end < text.len() && text[end] != text[start] {
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    let end = end.min(text.len());
    found.push(start + 1..end);
    end + 1
}

/// A number or a word that begins here; a word of JSON tells nothing.
fn bare(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> usize {
    let is_part = |byte: &u8| !byte.is_ascii_whitespace() && !b",:;&{}[]<>\"'".contains(byte);
    let end = start + text[start..].iter().take_while(|byte| is_part(byte)).count();
    if !matches!(&text[start..end], b"null" | b"true" | b"false") {
        found.push(start..end);
    }
    end
}

/// A list or an object that begins here, with all values in it.
fn container(text: &[u8], start: usize, found: &mut Vec<Range<usize>>) -> usize {
    let (mut place, mut depth) = (start, 0_usize);
    while let Some(byte) = text.get(place) {
        place = match byte {
            b'"' => {
                let end = string(text, place, found);
                if text.get(after_space(text, end)) == Some(&b':') {
                    // The name of a member.
                    found.pop();
                }
                end
            }
            b'[' | b'{' => {
                depth += 1;
                place + 1
            }
            b']' | b'}' => {
                depth -= 1;
                place + 1
            }
            byte if byte.is_ascii_whitespace() || b",:".contains(byte) => place + 1,
            _ => bare(text, place, found).max(place + 1),
        };
        if depth == 0 {
            break;
        }
    }
    place
}
