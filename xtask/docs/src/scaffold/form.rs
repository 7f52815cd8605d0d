//! The forms that a value may have, as the table says and as the sample shows.

use crate::facts::{Code, Row};
use crate::json_type::{JsonType, documented_types};

use super::todo;
use super::tree::Member;

/// What the tree itself tells: there are members, or entries with something in them.
pub fn structure(member: &Member) -> Option<JsonType> {
    if !member.seen.is_empty() {
        return None;
    }
    if !member.members.is_empty() {
        Some(JsonType::Object)
    } else {
        member.entry.map(|_| JsonType::Array)
    }
}

/// The forms that the sample shows; null is none.
pub fn seen_forms(member: &Member) -> Vec<JsonType> {
    let seen = member.seen.iter().copied();
    seen.filter(|json| *json != JsonType::Null).collect()
}

/// The form that a table says.
pub fn form_of(row: &Row, notes: &mut Vec<String>) -> Option<JsonType> {
    let kind = row.kind.as_deref();
    let known = kind.and_then(word);
    if let (Some(kind), None) = (kind, known)
        && kind != "enum"
    {
        notes.push(todo(&format!("`{kind}` is not a known type")));
    }
    known.or_else(|| (!row.codes.is_empty()).then(|| code_form(&row.codes)))
}

/// The form of a type in the words of the facts, if it means only one.
pub fn word(kind: &str) -> Option<JsonType> {
    match documented_types(kind) {
        ([only], _) => Some(*only),
        _ => None,
    }
}

/// The form of codes.
pub fn code_form(codes: &[Code]) -> JsonType {
    if codes.iter().all(|code| code.code.is_boolean()) {
        JsonType::Boolean
    } else if codes.iter().all(|code| code.code.is_i64() || code.code.is_u64()) {
        JsonType::Integer
    } else {
        JsonType::String
    }
}
