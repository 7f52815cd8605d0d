//! What the bytes of a response say of its list, beside what the type has read from them.

use std::hash::{BuildHasher, Hasher};

use crate::error::{ErrorBody, without_mark};
use crate::operation::Paging;
use crate::reader::outline::Outline;
use crate::reader::{Unread, whole};
use foldhash::quality::FixedState;
use http::StatusCode;

/// How many members an error names.
const NAMES: usize = 8;

/// The longest response that may tell of a failure in its body, in bytes.
const LONGEST_FAILURE: usize = 8 * 1024;

/// Where a page comes from: what its bytes say, and what of them could not be read.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub(crate) bytes: Fingerprint,
    pub(crate) unread: Unread,
    /// The id of the request by which it came.
    pub(crate) request_id: Option<String>,
}

/// The bytes of a page, each part as one number: pages are compared, never kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fingerprint {
    /// Its list alone: the same where a server that does not look at the page's number writes the time beside it.
    pub(super) list: u64,
    /// All else.
    pub(super) rest: u64,
    /// Whether a member that no specification knows leads to a next page.
    pub(super) leads_on: bool,
    /// Whether the list has entries, be they read or not.
    pub(super) entries: bool,
}

impl Fingerprint {
    /// The response as a whole.
    pub(super) fn whole(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        hasher.write_u64(self.list);
        hasher.write_u64(self.rest);
        hasher.finish()
    }
}

/// What the bytes of a response say, and the failure that they tell of.
pub(crate) type Examined = (Fingerprint, Option<String>);

/// Looks at the bytes of a response that holds a list: what tells it from others, and the failure that it tells of in place
/// of entries.
///
/// # Errors
/// What is wrong, where the list is not in its place and the response has something else: that is no empty list.
///
/// The outline is that of the response, if the reader has seen it.
pub(crate) fn examine(
    paging: &Paging,
    body: &[u8],
    outline: Option<Outline<'_>>,
    documented: &[&str],
) -> Result<Examined, String> {
    // That it is JSON is known, since the type was read from it. A byte that is no UTF-8
    // costs the reader a member, and nothing here.
    let text;
    let outline = match outline {
        Some(outline) => Some(outline),
        None => {
            text = String::from_utf8_lossy(without_mark(body));
            Outline::of(&text)
        }
    };
    let Some(outline) = outline else {
        // `null`, or the blank text that means it: that says in so many words that there is nothing.
        return Ok(Default::default());
    };
    let (mut list, mut rest) = (
        FixedState::default().build_hasher(),
        FixedState::default().build_hasher(),
    );
    let mut answer = Answer {
        items: paging.items(),
        place: Place::Absent,
        others: Vec::new(),
    };
    for (name, value) in outline.members() {
        // As for the type, the first of several names that differ in letter case counts.
        if matches!(answer.place, Place::Absent) && name.eq_ignore_ascii_case(answer.items) {
            answer.place = Place::of(value);
            list.write(value.as_bytes());
        } else {
            rest.write(name.as_bytes());
            rest.write(value.as_bytes());
            answer.others.push(Other::new(name, value));
        }
    }
    let failure = match answer.place {
        Place::Entries => None,
        _ => failure(&outline),
    };
    let is_documented = |name: &str| documented.iter().any(|known| known.eq_ignore_ascii_case(name));
    let failure = match (failure, answer.check(is_documented)) {
        (None, checked) => checked.map(|()| None)?,
        // Whoever makes a single call can read of it in the typed answer.
        (Some((name, failure)), Ok(())) if is_documented(name) => Some(failure),
        (Some((_, failure)), _) => return Err(failure),
    };
    let fingerprint = Fingerprint {
        list: list.finish(),
        rest: rest.finish(),
        leads_on: match paging {
            Paging::PageNumber { .. } => false,
            Paging::Token { next, .. } => answer.leads_on_beside(next),
            Paging::Single { .. } => answer.leads_on_beside(""),
        },
        entries: answer.place == Place::Entries,
    };
    Ok((fingerprint, failure))
}

/// What a response without entries says of a failure, although its status is a success: that is not the end of a list. The
/// services put the status into the body; what gateways and frameworks add to that counts as well.
fn failure(outline: &Outline<'_>) -> Option<(&'static str, String)> {
    let is = |name: &str, word: &str| {
        let json = outline.get(name).unwrap_or_default();
        json.trim_matches('"').eq_ignore_ascii_case(word)
    };
    let refuses = |name: &&str| is(name, "false");
    let fails = |name: &&str| match *name {
        "status" => ["error", "failed", "failure"].iter().any(|word| is(name, word)),
        _ => is(name, "true"),
    };
    let tells = |name: &&str| {
        let json = outline.get(name).map(solid).unwrap_or_default();
        !["", "\"\"", "{}", "[]", "false", "0"].contains(&json.as_str())
    };
    let named = |name| (name, format!("a failure in `{name}`"));
    let (name, reported) = failed_status(outline)
        .map(|(name, status)| (name, format!("status {}", status.as_u16())))
        .or_else(|| {
            ["success", "succeeded", "isSuccess", "isSuccessful"]
                .into_iter()
                .find(refuses)
                .map(named)
        })
        .or_else(|| {
            ["status", "hasError", "hasErrors", "isError"]
                .into_iter()
                .find(fails)
                .map(named)
        })
        .or_else(|| ["error", "errors"].into_iter().find(tells).map(named))?;
    let message = ErrorBody::of(outline).message.map(|message| format!(": {message}"));
    let message = message.unwrap_or_default();
    Some((
        name,
        format!("it has no entries, and its body reports {reported}{message}"),
    ))
}

/// Whether the body of a success tells of a failure.
pub(crate) fn tells_of_a_failure(body: &str) -> bool {
    Outline::of(body).is_some_and(|outline| failure(&outline).is_some())
}

/// The status of a failure that a response puts into its body, and where.
fn failed_status(outline: &Outline<'_>) -> Option<(&'static str, StatusCode)> {
    let names = ["status", "statusCode", "httpStatusCode", "code"].into_iter();
    let mut named = names.filter_map(|name| {
        let status = u16::try_from(whole(outline.text(name)?.trim())?).ok()?;
        let status = StatusCode::from_u16(status).ok()?;
        (status.is_client_error() || status.is_server_error()).then_some((name, status))
    });
    named.next()
}

/// The status of a failure that a response reports in its body, although its own is a success: without entries, if it is
/// to be a list.
pub(crate) fn reported_status(body: &[u8], paging: Option<&Paging>) -> Option<StatusCode> {
    // What tells of a failure is short, so that no other answer is looked at twice.
    let body = without_mark(body);
    if body.len() > LONGEST_FAILURE {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let outline = Outline::of(&text)?;
    let list = paging.and_then(|paging| outline.get(paging.items()));
    match list.map(Place::of) {
        Some(Place::Entries) => None,
        _ => failed_status(&outline).map(|(_, status)| status),
    }
}

/// The beginning of a value without the white space in it, as far as an empty one goes.
fn solid(json: &str) -> String {
    json.chars()
        .filter(|character| !character.is_whitespace())
        .take(6)
        .collect()
}

/// A response, as far as it matters whether its list is in its place.
struct Answer<'p> {
    items: &'p str,
    place: Place,
    others: Vec<Other>,
}

/// What stands where the list should.
#[derive(PartialEq)]
enum Place {
    Absent,
    /// A list without entries or of `null` alone, or `null`.
    Empty,
    Entries,
    SomethingElse,
}

impl Place {
    /// What a value is, of which the beginning is enough.
    fn of(value: &str) -> Self {
        match value.strip_prefix('[') {
            Some(entries)
                if entries
                    .split([',', ']'])
                    .all(|entry| matches!(entry.trim(), "" | "null")) =>
            {
                Place::Empty
            }
            Some(_) => Place::Entries,
            None if value == "null" => Place::Empty,
            None => Place::SomethingElse,
        }
    }
}

/// Another member than the list.
struct Other {
    name: String,
    /// Whether it may hold a list.
    may_hold_a_list: bool,
    is_text: bool,
}

impl Other {
    fn new(name: &str, value: &str) -> Self {
        // A bracket in a text counts as well: this is asked where the list is missing, and a guess is good enough.
        let holds_entries = || value.split('[').skip(1).any(|rest| !rest.trim_start().starts_with(']'));
        Other {
            name: name.to_owned(),
            may_hold_a_list: value.starts_with(['[', '{']) && holds_entries(),
            is_text: value.starts_with('"') && value != "\"\"",
        }
    }

    /// Whether this is the address or the token of a next page, as OData and others write it.
    fn leads_on(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        self.is_text
            && ["nextlink", "nexttoken", "skiptoken", "continuationtoken"]
                .iter()
                .any(|end| name.ends_with(end))
    }
}

impl Answer<'_> {
    /// Whether a member leads to a next page that is not the one with this name.
    fn leads_on_beside(&self, documented: &str) -> bool {
        let mut others = self.others.iter();
        others.any(|other| other.leads_on() && !other.name.eq_ignore_ascii_case(documented))
    }

    fn check(&self, is_documented: impl Fn(&str) -> bool) -> Result<(), String> {
        let items = self.items;
        match self.place {
            Place::Empty | Place::Entries => return Ok(()),
            Place::SomethingElse => return Err(format!("`{items}` is not an array")),
            Place::Absent => {}
        }
        let (known, unknown): (Vec<_>, Vec<_>) = self.others.iter().partition(|other| is_documented(&other.name));
        // Servers leave out what is empty. The list is lost where it may stand under another name, and where nothing
        // tells that this is the answer at all.
        if !known.is_empty() && !unknown.iter().any(|other| other.may_hold_a_list) {
            return Ok(());
        }
        if unknown.is_empty() {
            return Err(format!("it has no `{items}`: it is an empty object"));
        }
        let names: Vec<_> = unknown
            .iter()
            .take(NAMES)
            .map(|other| format!("`{}`", other.name))
            .collect();
        let further = match unknown.len().saturating_sub(NAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Err(format!("it has no `{items}`, but {}{further}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: &[&str] = &["data", "status"];

    const PAGING: Paging = Paging::Single { items: "data" };

    fn examined(body: &[u8]) -> Fingerprint {
        examine(&PAGING, body, None, DOCUMENTED)
            .expect("an answer with its list")
            .0
    }

    /// What a response tells of a failure: whoever has asked by an error, or the pager alone.
    fn failure(body: &str) -> Result<Option<String>, String> {
        examine(&PAGING, body.as_bytes(), None, DOCUMENTED).map(|(_, failure)| failure)
    }

    #[test]
    fn a_byte_that_is_no_text_hides_no_list() {
        let first = examined(b"{\"requestId\":\"\xff\",\"data\":[{\"name\":\"\xff\"}]}");
        let second = examined(b"{\"requestId\":\"\xff\",\"data\":[{\"name\":\"\xffb\"}]}");
        assert!(first.entries && second.entries);
        assert_ne!(first.list, second.list);
    }

    #[test]
    fn half_a_character_in_a_name_hides_no_list() {
        let page = |id: u32| examined(format!(r#"{{"\ud800":1,"data":[{{"id":{id}}}]}}"#).as_bytes());
        assert!(page(0).entries);
        assert_ne!(page(0).list, page(1).list);
        assert_eq!(page(1).list, page(1).list);
    }

    #[test]
    fn a_failure_is_seen_in_whatever_form_it_is_told() {
        for (members, found) in [
            (r#""status":503"#, "status 503"),
            (r#""status":"503""#, "status 503"),
            (r#""status":503.0"#, "status 503"),
            (r#""Status":" 503 ""#, "status 503"),
            (r#""statusCode":500,"message":"Odd.""#, "status 500: Odd."),
            (r#""success":false"#, "a failure in `success`"),
            (r#""isSuccess":"False""#, "a failure in `isSuccess`"),
            (
                r#""status":"Error","message":"Half \ud800""#,
                "a failure in `status`: Half \u{fffd}",
            ),
            (r#""hasErrors":true"#, "a failure in `hasErrors`"),
            (
                r#""totalCount":0,"error":{"message":"Odd."}"#,
                "a failure in `error`: Odd.",
            ),
            (r#""errors":[ "Odd." ]"#, "a failure in `errors`: Odd."),
            (r#""error":"odd""#, "a failure in `error`"),
        ] {
            let said = format!("it has no entries, and its body reports {found}");
            let said = match members.to_lowercase().starts_with("\"status\"") {
                true => Ok(Some(said)),
                false => Err(said),
            };
            for list in [r#","data":[]"#, r#","data":null"#, ""] {
                assert_eq!(failure(&format!("{{{members}{list}}}")), said, "{members}{list}");
            }
            assert_eq!(
                failure(&format!(r#"{{{members},"data":["an entry"]}}"#)),
                Ok(None),
                "{members}"
            );
        }
        for well in [
            r#""status":200"#,
            r#""status":"well""#,
            r#""status":1,"code":0"#,
            r#""status":true,"code":"OK""#,
            r#""success":true,"error":null,"errors":[ ]"#,
            r#""error":"","errors":{ },"hasError":false"#,
        ] {
            assert_eq!(failure(&format!(r#"{{{well},"data":[]}}"#)), Ok(None), "{well}");
        }
    }

    #[test]
    fn entries_count_whether_they_can_be_read_or_not() {
        for (list, entries) in [
            ("[]", false),
            ("[null, null]", false),
            ("null", false),
            (r#"["a"]"#, true),
        ] {
            let body = format!(r#"{{"data":{list}}}"#);
            assert_eq!(examined(body.as_bytes()).entries, entries, "{list}");
        }
    }
}
