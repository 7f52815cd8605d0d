//! The Elements API before version 3. It tells of the same world with words in place of codes, in an envelope of OData.

mod customers;
mod jobs;
mod protection;
mod scan_profiles;
mod services;

use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Answer, Call, Refusal};
use crate::world::{Customer, Entry, Place, World};

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[
    customers::HANDLERS,
    jobs::HANDLERS,
    protection::HANDLERS,
    scan_profiles::HANDLERS,
    services::HANDLERS,
];

/// Where the types of answers are described.
const METADATA: &str = "https://graph.avepointonlineservices.com/partner/$metadata#";

/// The customer that the path names.
fn customer(call: &Call, world: &World) -> Result<Entry<Customer>, Refusal> {
    let found = world.find_in(Place::ROOT, call.path_text("id"));
    found.ok_or_else(|| Refusal::not_found("customer"))
}

/// A list of a type.
fn list(of: &str, rows: impl Iterator<Item = Value>) -> Answer {
    Answer::Json(json!({
        "@odata.context": format!("{METADATA}{of}"),
        "value": rows.collect::<Value>(),
    }))
}

/// One thing of a type.
fn entity(of: &str, value: Value) -> Answer {
    let mut answer = json!({ "@odata.context": format!("{METADATA}{of}") });
    if let (Value::Object(members), Value::Object(more)) = (&mut answer, value) {
        members.extend(more);
    }
    Answer::Json(answer)
}

/// The word for a code, which is its place in a list of words.
fn word(words: &[&'static str], code: i64) -> &'static str {
    let at = usize::try_from(code).ok();
    at.and_then(|at| words.get(at)).copied().unwrap_or("N/A")
}

#[cfg(test)]
mod tests;
