//! The seam between generated code and this crate. Not for use by hand.
//!
//! progenitor's code decides by the status and knows two kinds of results: a typed success, or an "unexpected response".
//! All that goes wrong below travels through it as such a response, in whose extensions the real error is kept.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind, without_mark};
use crate::operation::Operation;
use crate::paging::examine;
use crate::reader::{self, Problem, Spelling, Unread, UnreadMember};
use crate::redact::members::is_one;
use crate::redact::{REDACTED, Secrets};
use crate::response::Response;
use crate::session::Session;
use crate::transport;
#[doc(hidden)]
pub use crate::value::code::{Documented, WireCode, read_code};
use crate::value::json::Json;

/// How much of an answer that cannot be read is looked at for its excerpt, in bytes.
const SHOWN: usize = 64 * 1024;

/// Carries out a call for progenitor's `exec` hook.
pub async fn execute(session: &Session, operation: &'static Operation, request: reqwest::Request) -> reqwest::Response {
    match session.execute(operation, request).await {
        Ok(mut response) => {
            // Who reads it may have to tell of it.
            response.extensions_mut().insert(operation);
            response.extensions_mut().insert(session.options().codes);
            response
        }
        Err(error) => carry(error),
    }
}

/// Reads the typed answer of a successful call. What of it cannot be read is reported, in the answer and as an event.
///
/// # Errors
/// An "unexpected response" that carries an [`Error`] of kind [`ErrorKind::Decode`].
pub async fn decode<T: DeserializeOwned + Send + 'static>(
    response: reqwest::Response,
) -> Result<Response<T>, progenitor_client::Error<()>> {
    let (status, headers) = (response.status(), response.headers().clone());
    let secrets = response.extensions().get::<Secrets>().cloned().unwrap_or_default();
    let operation = response.extensions().get::<&'static Operation>().copied();
    let codes = response.extensions().get::<Spelling>().copied().unwrap_or_default();
    let unreadable = |error: Error| progenitor_client::Error::UnexpectedResponse(carry(error));
    let body = response
        .bytes()
        .await
        .map_err(|error| unreadable(Error::from_transport(error)))?;
    let whole = body.clone();
    let read = transport::beside(body.len(), move || {
        let (value, unread) = read::<T>(&whole, codes)?;
        let paging = operation.and_then(|operation| operation.paging.as_ref());
        let examined = paging.map(|paging| examine::<T>(paging, &whole)).transpose()?;
        Ok((value, unread, examined.unwrap_or_default()))
    });
    let beginning = &body[..body.len().min(SHOWN)];
    let failed = |problem| Error::from_decode(status, &headers, beginning, problem, &secrets);
    match read
        .await
        .unwrap_or_else(|| Err("the runtime was shut down before it was read".to_owned()))
    {
        Ok((value, unread, (fingerprint, failure))) => {
            warn_of(operation, &unread);
            let failure = failure.map(failed);
            Ok(Response::new(value, status, headers)
                .with_unread(unread)
                .with_fingerprint(fingerprint, failure))
        }
        Err(problem) => Err(unreadable(failed(problem))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8], codes: Spelling) -> Result<(T, Unread), String> {
    reader::read(without_mark(body), codes).map_err(|problem| explained(body, &problem))
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
            avepoint.operation = operation.map(|operation| operation.id),
            total = unread.total(),
            places = places.join(", "),
            "parts of a response could not be read and are left out"
        );
    }
}

/// Reads an object that was kept as it came, as one of the types that it may be.
///
/// # Errors
/// An error of kind [`ErrorKind::Decode`] where it is no object.
pub fn read_object<T: DeserializeOwned>(object: &Json) -> Result<T, Error> {
    let read = read(object.as_str().as_bytes(), Spelling::Documented);
    let (value, unread) = read.map_err(|problem| Error::unreadable(&problem))?;
    warn_of(None, &unread);
    Ok(value)
}

/// Shows what was kept as it came, but for the members of these names.
pub fn show(f: &mut fmt::Formatter<'_>, kept: &Json, secrets: &[&str]) -> fmt::Result {
    fmt::Debug::fmt(&Shown("", &kept.to_value(), secrets), f)
}

/// The value of a member, if it is no secret and as far as none stands in it.
struct Shown<'a>(&'a str, &'a Value, &'a [&'a str]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown(name, value, secrets) = *self;
        match value {
            _ if is_one(secrets, name) => f.write_str(REDACTED),
            Value::Object(object) => f
                .debug_map()
                .entries(object.iter().map(|(name, value)| (name, Shown(name, value, secrets))))
                .finish(),
            Value::Array(entries) => f
                .debug_list()
                .entries(entries.iter().map(|entry| Shown("", entry, secrets)))
                .finish(),
            value => value.fmt(f),
        }
    }
}

/// A scalar as one segment of a path, spelled as in JSON and percent-encoded once.
pub fn encode_path<T: Serialize + ?Sized>(value: &T) -> String {
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
    let text = match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(number) => number.to_string(),
        // An empty segment is refused before it is sent.
        Err(_) => String::new(),
    };
    utf8_percent_encode(&text, SEGMENT).to_string()
}

/// The error of a call, from what progenitor's code made of it.
pub fn error(operation: &'static Operation, error: progenitor_client::Error<()>) -> Error {
    use progenitor_client::Error as Generated;
    match error {
        Generated::UnexpectedResponse(mut response) => unpack(&mut response).unwrap_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                format!("the status {} is not in the specification", response.status()),
            )
        }),
        Generated::InvalidRequest(problem) | Generated::Custom(problem) => {
            Error::new(ErrorKind::InvalidRequest, problem)
        }
        Generated::CommunicationError(error)
        | Generated::InvalidUpgrade(error)
        | Generated::ResponseBodyError(error) => Error::from_transport(error),
        Generated::ErrorResponse(value) => {
            Error::new(ErrorKind::Decode, format!("the status {} is not read", value.status()))
        }
        Generated::InvalidResponsePayload(_, error) => Error::unreadable(&error.to_string()),
    }
    .with_operation(operation)
}

/// The page at which a builder's list begins: the one it was given, or the first.
///
/// # Errors
/// An error of kind [`ErrorKind::InvalidRequest`] for what is no number of a page.
pub fn first_page<N>(operation: &'static Operation, given: &Result<Option<N>, String>) -> Result<u32, Error>
where
    N: Copy + fmt::Display + TryInto<u32>,
{
    let problem = match given {
        Ok(None) => return Ok(1),
        Ok(Some(number)) => match (*number).try_into() {
            Ok(number) if number > 0 => return Ok(number),
            _ => format!("there is no page {number}; the first is 1"),
        },
        // A number that the call needs and that nobody gave: a list begins at its first page.
        Err(problem) if problem.ends_with(" is missing") => return Ok(1),
        Err(problem) => problem.clone(),
    };
    Err(Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation))
}

/// An error on its way through code that knows responses only. Extensions must be `Clone`, which an error is not.
#[derive(Clone)]
struct Carried(Arc<Mutex<Option<Error>>>);

fn carry(error: Error) -> reqwest::Response {
    let mut response = http::Response::new("");
    // A status that no specification lists as a success.
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
        .extensions_mut()
        .insert(Carried(Arc::new(Mutex::new(Some(error)))));
    response.into()
}

fn unpack(response: &mut reqwest::Response) -> Option<Error> {
    let Carried(error) = response.extensions_mut().remove()?;
    error.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use std::thread::{self, ThreadId};

    use super::*;

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
            let read: Response<Read> = decode(http::Response::new(body).into()).await.expect("a list");
            assert_eq!(read.0 != thread::current().id(), beside, "{entries}");
        }
    }
}
