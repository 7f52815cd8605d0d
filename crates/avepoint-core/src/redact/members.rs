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

/// The values of those members of a body whose names are of secrets.
pub(crate) fn collect(is_secret: &dyn Fn(&str) -> bool, body: &Value, secrets: &mut Vec<SecretString>) {
    match body {
        Value::Object(members) => {
            for (name, value) in members {
                match is_secret(name) {
                    true => all_in(value, secrets),
                    false => collect(is_secret, value, secrets),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(is_secret, entry, secrets)),
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
    if is_element(text, start) {
        return element(text, start..end, found);
    }
    // It may be the last part of a longer name.
    let quoted = matches!(text.get(end), Some(b'"' | b'\''));
    let sign = after_space(text, end + usize::from(quoted));
    let arrow = text.get(sign..sign + 2) == Some(b"=>");
    let value = after_space(text, sign + 1 + usize::from(arrow));
    match (text.get(sign)?, text.get(value)?) {
        (b':' | b'=', b'"' | b'\'') => Some(string(text, value, found)),
        (b':' | b'=', b'[' | b'{') if quoted => Some(container(text, value, found)),
        (b':' | b'=', _) if quoted => Some(bare(text, value, found)),
        (sign @ (b':' | b'='), _) => words(text, value, *sign == b'=', found),
        _ => None,
    }
}

/// Whether the name that stands there is one of an element of XML, with or without a prefix.
fn is_element(text: &[u8], start: usize) -> bool {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let before = match text[..start].strip_suffix(b":") {
        Some(before) => &before[..before.len() - before.iter().rev().take_while(is_part).count()],
        None => &text[..start],
    };
    before.ends_with(b"<")
}

/// An element of XML, up to its end or that of the text, with all that is in it.
fn element(text: &[u8], name: Range<usize>, found: &mut Vec<Range<usize>>) -> Option<usize> {
    let closing = name.end + text[name.end..].iter().position(|byte| b"<>".contains(byte))?;
    if text[closing] == b'<' {
        return None;
    }
    let mut start = closing + 1;
    if text[..closing].ends_with(b"/") {
        return Some(start);
    }
    // What stands before the end is the name once more, with its prefix.
    let again = text[start..].windows(name.len() + 1).position(|window| {
        let (again, sign) = window.split_at(name.len());
        sign == b">" && again.eq_ignore_ascii_case(&text[name.clone()])
    });
    let mut end = again.map_or(text.len(), |length| {
        let content = &text[start..start + length];
        start + content.iter().rposition(|byte| *byte == b'<').unwrap_or(length)
    });
    let behind = end;
    if text[after_space(text, start)..end].starts_with(CDATA) {
        start = after_space(text, start) + CDATA.len();
        end = start
            + text[start..end]
                .windows(3)
                .rposition(|window| window == b"]]>")
                .unwrap_or(end - start);
    }
    found.push(start..end);
    Some(behind)
}

/// How XML quotes text as it is.
const CDATA: &[u8] = b"<![CDATA[";

/// A value without quotes that begins here. Behind `:` there may as well be a sentence about the member: one of several
/// words, none of which has both letters and digits. Behind `=` the first word is the value in any case, and the others
/// where they are no sentence or a sign ends them, as in what databases connect by.
fn words(text: &[u8], start: usize, assigned: bool, found: &mut Vec<Range<usize>>) -> Option<usize> {
    /// The longest such value, in bytes.
    const LONGEST: usize = 256;
    let rest = &text[start..text.len().min(start + LONGEST)];
    let length = rest.iter().position(|byte| b",;&{}[]<>\"'\r\n".contains(byte));
    let ended = length.is_some_and(|length| b";&".contains(&rest[length]));
    let is_mixed = |word: &[u8]| word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
    let is_name = |word: &[u8]| word.contains(&b'=') || word.starts_with(b":") || word.ends_with(b":");

    let mut all = rest[..length.unwrap_or(rest.len())].split(u8::is_ascii_whitespace);
    let first = all.next().filter(|first| assigned || !is_name(first))?;
    let (mut end, mut is_sentence, mut mixed) = (first.len(), false, !assigned && is_mixed(first));
    for word in all.take_while(|word| !is_name(word)) {
        end += 1 + word.len();
        is_sentence |= !word.is_empty();
        mixed |= is_mixed(word);
    }
    is_sentence &= !(mixed || assigned && ended);
    let length = match (is_sentence, assigned) {
        (true, false) => return None,
        (true, true) => first.len(),
        (false, _) => end,
    };
    let value = &rest[..length].trim_ascii_end();
    if !matches!(*value, b"" | b"null" | b"true" | b"false") {
        found.push(start..start + value.len());
    }
    Some(start + length)
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
