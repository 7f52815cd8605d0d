//! What the bytes of an answer say of its list, beside what the type has read from them.

use std::fmt;
use std::hash::{DefaultHasher, Hasher};

use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::without_mark;
use crate::operation::Paging;
use crate::reader::{Unread, whole};

/// How many members an error names.
const NAMES: usize = 8;

/// Where a page comes from: what its bytes say, and what of them could not be read.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub(crate) bytes: Fingerprint,
    pub(crate) unread: Unread,
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
    /// The status of a failure that an answer without entries tells of.
    pub(crate) failure: Option<u16>,
}

impl Fingerprint {
    /// The answer as a whole.
    pub(super) fn whole(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.list);
        hasher.write_u64(self.rest);
        hasher.finish()
    }
}

/// Looks at the bytes of an answer that holds a list.
///
/// # Errors
/// What is wrong, where the list is not in its place and the answer has something else: that is no empty list.
pub(crate) fn examine<T: DeserializeOwned>(paging: &Paging, body: &[u8]) -> Result<Fingerprint, String> {
    let mut answer = Answer {
        items: paging.items(),
        is_nothing: false,
        place: Place::Absent,
        list: DefaultHasher::new(),
        rest: DefaultHasher::new(),
        others: Vec::new(),
        status: None,
    };
    // That it is JSON is known, since the type was read from it; what is no object holds nothing. A byte that is no UTF-8
    // costs the reader a member, and nothing here.
    let text = String::from_utf8_lossy(without_mark(body));
    answer.is_nothing = !text.trim_start().starts_with('{');
    let _ = serde_json::Deserializer::from_str(&text).deserialize_map(&mut answer);
    answer.check(documented::<T>)?;
    let leads_on = match paging {
        Paging::PageNumber { .. } => false,
        Paging::Token { next, .. } => answer.leads_on_beside(next),
        Paging::Single { .. } => answer.leads_on_beside(""),
    };
    Ok(Fingerprint {
        list: answer.list.finish(),
        rest: answer.rest.finish(),
        leads_on,
        entries: answer.place == Place::Entries,
        failure: answer.failure(),
    })
}

/// An answer, as far as it has been looked through.
struct Answer<'p> {
    items: &'p str,
    /// Whether it is `null`, or the blank text that means it: that says in so many words that there is nothing.
    is_nothing: bool,
    place: Place,
    list: DefaultHasher,
    rest: DefaultHasher,
    others: Vec<Other>,
    status: Option<u16>,
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
    fn new(name: String, value: &str) -> Self {
        // A bracket in a text counts as well: this is asked where the list is missing, and a guess is good enough.
        let holds_entries = || value.split('[').skip(1).any(|rest| !rest.trim_start().starts_with(']'));
        Other {
            name,
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
    fn check(&self, documented: impl FnOnce() -> &'static [&'static str]) -> Result<(), String> {
        let items = self.items;
        match self.place {
            Place::Empty | Place::Entries => return Ok(()),
            Place::SomethingElse => return Err(format!("`{items}` is not an array")),
            Place::Absent if self.is_nothing => return Ok(()),
            Place::Absent => {}
        }
        let documented = documented();
        let (known, unknown): (Vec<_>, Vec<_>) = self
            .others
            .iter()
            .partition(|other| documented.iter().any(|name| name.eq_ignore_ascii_case(&other.name)));
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

impl Answer<'_> {
    /// Whether a member leads to a next page that is not the one with this name.
    fn leads_on_beside(&self, documented: &str) -> bool {
        let mut others = self.others.iter();
        others.any(|other| other.leads_on() && !other.name.eq_ignore_ascii_case(documented))
    }

    /// A success without entries that tells of a failure is not the end of a list.
    fn failure(&self) -> Option<u16> {
        self.status
            .filter(|status| *status >= 400 && self.place != Place::Entries)
    }
}

impl<'de> Visitor<'de> for &mut Answer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a response")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value::<&RawValue>()?.get();
            // As for the type, the first of several names that differ in letter case counts.
            if matches!(self.place, Place::Absent) && name.eq_ignore_ascii_case(self.items) {
                self.place = Place::of(value);
                self.list.write(value.as_bytes());
            } else {
                self.rest.write(name.as_bytes());
                self.rest.write(value.as_bytes());
                if name.eq_ignore_ascii_case("status") {
                    // As a number or as text, as exports read it too.
                    let status = whole(value.trim_matches('"').trim());
                    self.status = status.and_then(|status| u16::try_from(status).ok());
                }
                self.others.push(Other::new(name, value));
            }
        }
        Ok(())
    }
}

/// The members that a type reads.
fn documented<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Fields<'f>(&'f mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Fields<'_> {
        type Error = de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            Err(de::Error::invalid_type(
                de::Unexpected::Other("a question for names"),
                &visitor,
            ))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut fields: &[&str] = &[];
    // It hands over no value: the names are what is wanted.
    let _ = T::deserialize(Fields(&mut fields));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Things {
        #[serde(default)]
        #[expect(dead_code, reason = "its name is what counts")]
        data: Option<()>,
    }

    const PAGING: Paging = Paging::Single { items: "data" };

    fn examined(body: &[u8]) -> Fingerprint {
        examine::<Things>(&PAGING, body).expect("an answer with its list")
    }

    #[test]
    fn a_byte_that_is_no_text_hides_no_list() {
        let first = examined(b"{\"requestId\":\"\xff\",\"data\":[{\"name\":\"\xff\"}]}");
        let second = examined(b"{\"requestId\":\"\xff\",\"data\":[{\"name\":\"\xffb\"}]}");
        assert!(first.entries && second.entries);
        assert_ne!(first.list, second.list);
    }

    #[test]
    fn a_failure_is_seen_in_whatever_form_its_status_has() {
        for status in ["503", "\"503\"", "503.0", "\" 503 \""] {
            let body = format!(r#"{{"status":{status},"data":[]}}"#);
            assert_eq!(examined(body.as_bytes()).failure, Some(503), "{status}");
        }
        assert_eq!(examined(br#"{"status":503,"data":["an entry"]}"#).failure, None);
        assert_eq!(examined(br#"{"status":"well","data":[]}"#).failure, None);
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
