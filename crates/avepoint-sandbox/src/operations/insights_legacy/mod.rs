//! The Insights Web API. It tells of the world of the Insights API, by other names.

mod detail_records;
mod exports;
mod filters;
mod groups;
mod sharing_links;
mod sites;
mod users;

use serde_json::Value;

use super::Handlers;
use crate::call::Call;
use crate::reports::translate;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[
    detail_records::HANDLERS,
    exports::HANDLERS,
    groups::HANDLERS,
    sharing_links::HANDLERS,
    sites::HANDLERS,
    users::HANDLERS,
];

/// The language that a call wants labels in.
fn language<'c>(call: &'c Call) -> &'c str {
    let named = ["language", "Language"]
        .into_iter()
        .find_map(|name| call.body_text(name));
    named.unwrap_or("en-US")
}

/// A row with its labels in the language of the call.
fn labelled(call: &Call, row: Value) -> Value {
    translate(row, language(call))
}

/// A row in which a member has another name, if it has the member.
fn renamed(mut row: Value, from: &str, to: &str) -> Value {
    if let Some(members) = row.as_object_mut()
        && let Some(value) = members.remove(from)
    {
        members.insert(to.to_owned(), value);
    }
    row
}

/// A code, which is sent as text or as a number.
fn code(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
