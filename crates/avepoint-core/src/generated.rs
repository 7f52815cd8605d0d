//! The seam between generated code and this crate. Not for use by hand.
//!
//! The builders of calls are made of a [`Call`], those of objects of [`Fields`].

use std::any::Any;
use std::fmt;

use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::{Map, Value};

pub use crate::argument::{Built, Given, IntoGiven};
pub use crate::call::Call;
use crate::error::{Error, request_id, without_mark};
pub use crate::fields::Fields;
use crate::operation::{Constraint, Operation, Paging};
use crate::options::CallOptions;
use crate::paging::{Examined, Origin, examine};
use crate::reader::{self, Problem, Reading, Unread, UnreadMember};
use crate::redact::members::is_one;
use crate::redact::{REDACTED, Secrets};
use crate::response::Response;
use crate::transport;
use crate::validation::check;
#[doc(hidden)]
pub use crate::value::code::{Documented, WireCode, read_code};
#[doc(hidden)]
pub use crate::value::id::IdText;
use crate::value::json::Json;

/// How much of a response that cannot be read is looked at for its excerpt, in bytes.
const SHOWN: usize = 64 * 1024;

/// A response of some type, what of it could not be read, and what its bytes say.
pub(crate) type Decoded = (Box<dyn Any + Send>, Unread, Examined);

/// How a response is read: as the one type that its operation has.
pub(crate) type Decode = fn(&[u8], Option<&Paging>, Reading) -> Result<Decoded, String>;

/// Reads a response as a type. All that is compiled for each type of a response, but for its reader.
pub(crate) fn decoder<T: DeserializeOwned + Send + 'static>(
    body: &[u8],
    paging: Option<&Paging>,
    reading: Reading,
) -> Result<Decoded, String> {
    let read = reader::read_outlined::<T>(without_mark(body), reading);
    let (value, unread, seen) = read.map_err(|problem| explained(body, &problem))?;
    let examined = match paging {
        Some(paging) => examine(paging, body, seen.outline, seen.names)?,
        None => Examined::default(),
    };
    Ok((Box::new(value), unread, examined))
}

/// Reads a response as a type, and gives its JSON as it came.
#[cfg(feature = "dynamic")]
pub(crate) fn value_decoder<T: DeserializeOwned + Send + 'static>(
    body: &[u8],
    paging: Option<&Paging>,
    reading: Reading,
) -> Result<Decoded, String> {
    let (_, unread, examined) = decoder::<T>(body, paging, reading)?;
    let json = String::from_utf8_lossy(without_mark(body));
    let value = reader::to_value(&json).map_err(|problem| explained(body, &problem))?;
    Ok((Box::new(value), unread, examined))
}

/// Reads the typed response of a successful call. What of it cannot be read is reported, in the response and as an event.
///
/// # Errors
/// An [`Error`] of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode).
pub(crate) async fn decode(
    operation: &'static Operation,
    answer: http::Response<Bytes>,
    options: &CallOptions,
    decode: Decode,
) -> Result<Response<Box<dyn Any + Send>>, Error> {
    let (head, body) = answer.into_parts();
    let (status, headers) = (head.status, head.headers);
    let secrets = head.extensions.get::<Secrets>().cloned().unwrap_or_default();
    let (whole, reading) = (body.clone(), options.reading);
    let read = transport::beside(body.len(), move || decode(&whole, operation.paging.as_ref(), reading));
    let beginning = &body[..body.len().min(SHOWN)];
    let failed = |problem| {
        let error = Error::from_decode(status, &headers, beginning, problem, &secrets);
        error.with_operation(operation).with_request_id(options.request_id())
    };
    match read
        .await
        .unwrap_or_else(|| Err("the runtime was shut down before it was read".to_owned()))
    {
        Ok((value, unread, (fingerprint, failure))) => {
            warn_of(Some(operation), &unread);
            let failure = failure.map(failed);
            // Of a single answer whoever asks has the headers.
            let id = operation.paging.and_then(|_| request_id(&headers, &secrets));
            let origin = Origin {
                bytes: fingerprint,
                unread,
                request_id: id.or_else(|| options.request_id()),
            };
            Ok(Response::new(value, status, headers).with_origin(origin, failure))
        }
        Err(problem) => Err(failed(problem)),
    }
}

fn explained(body: &[u8], problem: &Problem) -> String {
    match without_mark(body).trim_ascii_start().first() {
        None => "the body is empty".to_owned(),
        Some(b'<') => "the body is HTML or XML, not JSON".to_owned(),
        Some(_) => problem.to_string(),
    }
}

fn warn_of(operation: Option<&Operation>, unread: &Unread) {
    if !unread.is_empty() {
        let places: Vec<_> = unread.members().iter().take(10).map(UnreadMember::path).collect();
        tracing::warn!(
            operation = operation.map(|operation| operation.id),
            total = unread.total(),
            places = places.join(", "),
            "parts of a response could not be read and are left out"
        );
    }
}

/// Reads an object that was kept as it came, as one of the types that it may be.
///
/// # Errors
/// An error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode) where it is no object.
pub fn read_object<T: DeserializeOwned>(object: &Json) -> Result<T, Error> {
    let body = object.as_str().as_bytes();
    let read = reader::read(body, Reading::default());
    let (value, unread) = read.map_err(|problem| Error::unreadable(&explained(body, &problem)))?;
    warn_of(None, &unread);
    Ok(value)
}

/// An object that is one of several, before it is known which.
pub struct Form(Value);

impl Form {
    /// It as one of its types.
    ///
    /// # Errors
    /// Where it does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0)
    }
}

/// What an object of a choice must meet, and how it is read.
pub type ReadForm<T> = (&'static Constraint, fn(&Form) -> Result<T, serde_json::Error>);

/// Reads an object that is one of several: as the first whose rules it keeps; if it keeps those of none, as the first that
/// has no more required members than it, and fits. So it is the same where others come before that one, or require less.
///
/// # Errors
/// Where it is no object, or fits none.
pub fn read_choice<'de, T, D: Deserializer<'de>>(deserializer: D, forms: &[ReadForm<T>]) -> Result<T, D::Error> {
    let form = Form(Map::deserialize(deserializer)?.into());
    let is_whole = |constraint: &Constraint| match constraint {
        Constraint::Object { members, .. } => {
            let mut required = members.iter().filter(|member| member.required);
            required.all(|member| form.0.get(member.name).is_some())
        }
        _ => true,
    };
    let kept = forms
        .iter()
        .filter(|(constraint, _)| check(constraint, &form.0).is_ok());
    let whole = forms.iter().filter(|(constraint, _)| is_whole(constraint));
    let read = kept.chain(whole).find_map(|(_, read)| read(&form).ok());
    read.ok_or_else(|| D::Error::custom("the object is none of those that it may be"))
}

/// Shows what was kept as it came, but for the members of these names.
pub fn show(f: &mut fmt::Formatter<'_>, kept: &Json, secrets: &[&str]) -> fmt::Result {
    fmt::Debug::fmt(&Shown("", &kept.to_value(), secrets), f)
}

/// Shows members as they are in JSON, but for those of the names of secrets.
pub(crate) fn show_members(f: &mut fmt::Formatter<'_>, members: &Map<String, Value>, secrets: &[&str]) -> fmt::Result {
    f.debug_map()
        .entries(members.iter().map(|(name, value)| (name, Shown(name, value, secrets))))
        .finish()
}

/// The value of a member, if it is no secret and as far as none stands in it.
struct Shown<'a>(&'a str, &'a serde_json::Value, &'a [&'a str]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown(name, value, secrets) = *self;
        match value {
            _ if is_one(secrets, name) => f.write_str(REDACTED),
            serde_json::Value::Object(object) => show_members(f, object, secrets),
            serde_json::Value::Array(entries) => f
                .debug_list()
                .entries(entries.iter().map(|entry| Shown("", entry, secrets)))
                .finish(),
            value => value.fmt(f),
        }
    }
}

/// A text as one segment of a path, percent-encoded once.
pub fn encode_path(text: &str) -> String {
    // The path percent-encode set of the URL standard, what would end the segment, and the sign of encoding itself.
    const SEGMENT: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`')
        .add(b'{')
        .add(b'}')
        .add(b'/')
        .add(b'\\')
        .add(b'%');
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use std::thread::{self, ThreadId};

    use super::*;
    use crate::operation::Member;

    /// Whatever comes before it, or requires less than it did.
    #[test]
    fn a_choice_is_read_as_the_object_whose_rules_it_keeps() {
        static MILD: Constraint = Constraint::object(&[Member::new("a", false, &Constraint::Any)], false);
        static STRICT: Constraint = Constraint::object(&[Member::new("b", true, &Constraint::Any)], false);
        const MILD_FORM: ReadForm<&str> = (&MILD, |_| Ok("mild"));
        const STRICT_FORM: ReadForm<&str> = (&STRICT, |_| Ok("strict"));
        for forms in [[MILD_FORM, STRICT_FORM], [STRICT_FORM, MILD_FORM]] {
            let read = |object: Value| read_choice(object, &forms).ok();
            assert_eq!(read(serde_json::json!({"b": 1})), Some("strict"));
            assert_eq!(read(serde_json::json!({"a": 1})), Some("mild"));
            assert_eq!(read(serde_json::json!({"c": 1})), Some("mild"));
            assert_eq!(read(serde_json::json!([])), None);
        }
    }

    static LIST: Operation = Operation::new("listThings", crate::Method::Get, "/things", "List the things");

    /// It knows on which thread it was read.
    struct Read(ThreadId);

    impl<'de> serde::Deserialize<'de> for Read {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            serde::de::IgnoredAny::deserialize(deserializer)?;
            Ok(Read(thread::current().id()))
        }
    }

    #[tokio::test]
    async fn a_long_answer_is_read_beside_the_threads_on_which_all_else_waits() {
        for (entries, beside) in [(10, false), (1_000_000, true)] {
            let body = format!("[{}0]", "0,".repeat(entries));
            let read = decode(
                &LIST,
                http::Response::new(body.into()),
                &CallOptions::default(),
                decoder::<Read>,
            )
            .await;
            let read: Response<Read> = Response::of(read.expect("a list"));
            assert_eq!(read.0 != thread::current().id(), beside, "{entries}");
        }
    }
}
