//! One error type for every call, whatever went wrong and whatever the server sent.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::iter::{self, successors};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::operation::Operation;
use crate::protection::Protection;
use crate::reader::outline::{self, Outline};
use crate::reader::to_value;
use crate::redact::{Secrets, one_line};

/// The longest piece of an answer's body, and of a message in it, that is kept, in characters.
pub(crate) const EXCERPT: usize = 1024;

/// The longest code or id that is kept, in characters: what is longer is none.
pub(crate) const NAME: usize = 100;

/// The headers in which servers send the id of a request.
pub(crate) const REQUEST_IDS: [&str; 3] = ["request-id", "x-request-id", "x-ms-request-id"];

/// Why a call failed.
///
/// `Display` is one line: the operation, what happened, what to do about it. Tokens and passwords are in none of it.
///
/// ```
/// # fn handle(error: avepoint_core::Error) {
/// if error.is_permission() {
///     eprintln!("grant {} to the app registration", error.scope().unwrap_or_default());
/// } else if error.is_retryable() {
///     eprintln!("try again later: {error}");
/// }
/// # }
/// ```
pub struct Error(Box<Details>);

struct Details {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    message: String,
    code: Option<String>,
    answer: Option<FailedAnswer>,
    /// Whether bytes of the request may have left this machine.
    sent: bool,
    /// Whether the server said, as HTTP/2 lets it, that it has done nothing with the request.
    declined: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is known of an answer that made a call fail.
struct FailedAnswer {
    status: StatusCode,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    excerpt: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up with something that cannot work.
    Configuration,
    /// The request breaks the specification and was not sent.
    InvalidRequest,
    /// No access token could be had.
    Credential,
    /// No connection was made, or none that took the request; nothing was sent.
    Connect,
    /// The time for the call ran out.
    Timeout,
    /// The connection broke after the request was sent, in whole or in part.
    Connection,
    /// The server answered with a status that is no success.
    Status,
    /// The server pointed to another address.
    Redirect,
    /// The answer is a success that cannot be read.
    Decode,
    /// A list does not end, or not where the server says.
    Paging,
    /// An export job failed, or was not started.
    Export,
    /// A file on this machine cannot be written.
    File,
}

impl Error {
    /// An error that a caller's own credential or settings may raise.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Details {
            kind,
            operation: None,
            message: message.into(),
            code: None,
            answer: None,
            sent: false,
            declined: false,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Configuration, message)
    }

    /// Adds what caused the error; `source()` gives it back.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds the code by which another server than the API names the failure, such as the `invalid_client` of a token
    /// endpoint; `code()` gives it back.
    ///
    /// ```
    /// use avepoint_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Credential, "the secret is wrong").with_code("invalid_client");
    /// assert_eq!(error.code(), Some("invalid_client"));
    /// assert_eq!(error.to_string(), "no access token: the secret is wrong [invalid_client]");
    /// ```
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Names the operation that failed, unless one is named already.
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The code in the body of the answer, if it has one.
    pub fn code(&self) -> Option<&str> {
        let answered = self.0.answer.as_ref().and_then(|answer| answer.code.as_deref());
        answered.or(self.0.code.as_deref())
    }

    /// What went wrong, in the server's words where it had any.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id under which the server's operators find the call, if it sent one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.request_id.as_deref()
    }

    /// The operation that failed, if it got as far as to have one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The permission that the operation takes: the least of those that allow it.
    pub fn scope(&self) -> Option<String> {
        self.0.operation.map(Operation::scope)
    }

    /// The beginning of the answer's body as one line, at most 1024 characters; empty if there was none.
    pub fn body_excerpt(&self) -> &str {
        self.0.answer.as_ref().map_or("", |answer| &answer.excerpt)
    }

    /// How long the server asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.answer.as_ref()?.retry_after
    }

    /// Whether the server has had too many requests (429).
    ///
    /// # Troubleshooting
    /// Lower the number of calls at once; [`Error::retry_after`] says how long to wait if the server did.
    pub fn is_throttled(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether the token is not accepted (401), or none could be had.
    ///
    /// # Troubleshooting
    /// Check the client id and the secret or certificate, that they belong to this cloud, and that the app was
    /// registered in the portal of this service: Elements and Insights have one each.
    pub fn is_authentication(&self) -> bool {
        self.kind() == ErrorKind::Credential || self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether the app lacks the permission for the operation (403).
    ///
    /// # Troubleshooting
    /// Grant the permission that [`Error::scope`] names to the app registration, and consent to it.
    pub fn is_permission(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Whether there is nothing under the path (404).
    ///
    /// # Troubleshooting
    /// Check the ids: whether they exist, and whether each is of the kind that the parameter wants.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether the request was wrong: refused before it was sent, or by the server (400, 422).
    ///
    /// # Troubleshooting
    /// The message names the value and what is allowed.
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::InvalidRequest
            || matches!(
                self.status(),
                Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
            )
    }

    /// Whether the time for the call ran out.
    ///
    /// # Troubleshooting
    /// Give the call more time with [`CallOptions::timeout`](crate::CallOptions::timeout), or ask for smaller pages.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection was made, or it broke.
    ///
    /// # Troubleshooting
    /// Check the network, the proxy and the base URL. After a write, see
    /// [`may_have_been_carried_out`](Error::may_have_been_carried_out).
    pub fn is_connection(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Connection)
    }

    /// Whether the same call may succeed later. For a write of which bytes have left this is false, but for 429: whether
    /// it is repeated is the caller's affair.
    ///
    /// # Troubleshooting
    /// The client has tried again by itself as its [`RetryPolicy`](crate::RetryPolicy) says; wait longer before the
    /// next attempt.
    pub fn is_retryable(&self) -> bool {
        let read_only = self.0.operation.is_some_and(|operation| operation.read_only) || !Protection::WriteOnce.is_on();
        match self.kind() {
            ErrorKind::Connect => true,
            ErrorKind::Timeout | ErrorKind::Connection => read_only || !self.0.sent,
            ErrorKind::Status => self
                .status()
                .is_some_and(|status| crate::retry::is_transient(status, read_only)),
            _ => false,
        }
    }

    /// Whether this was a write of which the server may have got all that it needs to carry it out, without saying that
    /// it did not.
    ///
    /// False where the request cannot have left whole (no connection was made, its handshake failed, or the time was over
    /// while the request waited for its turn), and where the server has said that it did nothing: with a status of 4xx
    /// other than 408, or over HTTP/2 with `REFUSED_STREAM` or a `GOAWAY` that leaves the request out.
    ///
    /// # Troubleshooting
    /// Read first what became of it, then decide whether to repeat the write.
    pub fn may_have_been_carried_out(&self) -> bool {
        self.is_write()
            && match self.kind() {
                ErrorKind::Timeout | ErrorKind::Connection | ErrorKind::Export => self.0.sent && !self.0.declined,
                // A 303 is how many a server answers when it is done; only 4xx says that it is not.
                ErrorKind::Status => self
                    .status()
                    .is_some_and(|status| !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT),
                // There was an answer that does not refuse it.
                ErrorKind::Decode | ErrorKind::Redirect => true,
                _ => false,
            }
    }

    /// A failure of the connection after an answer has begun, seen from the HTTP client.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let mut error = Error::from_exchange(error, true);
        error.0.declined = false;
        error
    }

    /// A failure to get an answer, seen from the HTTP client. Whoever sent the request knows whether bytes of it may
    /// have left.
    pub(crate) fn from_exchange(error: reqwest::Error, sent: bool) -> Self {
        // The address may hold ids; the operation's path template says enough.
        let error = error.without_url();
        let (kind, message) = if error.is_builder() {
            (ErrorKind::InvalidRequest, "the request cannot be built")
        } else if error.is_connect() || (!sent && !error.is_timeout()) {
            (ErrorKind::Connect, "no connection was made")
        } else if error.is_timeout() {
            return Error::late(sent).with_source(own_words(&error));
        } else {
            (ErrorKind::Connection, "the connection broke")
        };
        let cause = own_words(&error);
        let mut failure = Error::new(kind, format!("{message}: {cause}")).with_source(cause);
        failure.0.sent = kind == ErrorKind::Connection;
        failure.0.declined = chain(&error).any(is_declined);
        failure
    }

    /// The failure of a call whose time is over.
    pub(crate) fn late(sent: bool) -> Self {
        let message = if sent {
            "no response arrived in time"
        } else {
            "timed out before the request was sent"
        };
        let mut error = Error::new(ErrorKind::Timeout, message);
        error.0.sent = sent;
        error
    }

    /// An answer whose status is no success.
    pub(crate) fn from_status(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        retry_after: Option<Duration>,
        secrets: &Secrets,
    ) -> Self {
        let text = String::from_utf8_lossy(without_mark(body));
        let secrets = &secrets.with_those_in(&text);
        let body = ErrorBody::read(&text);
        let message = body.message.map(|message| secrets.clean(&message, EXCERPT));
        let message = message.filter(|message| !message.is_empty()).unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("the server gave no reason");
            reason.to_owned()
        });
        let mut error = Error::new(ErrorKind::Status, message);
        error.0.answer = Some(FailedAnswer {
            status,
            code: body.code.map(|code| secrets.clean(&code, NAME)),
            request_id: request_id(headers, secrets),
            retry_after,
            excerpt: secrets.clean(&text, EXCERPT),
        });
        error
    }

    /// A success whose body cannot be read.
    pub(crate) fn from_decode(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        problem: String,
        secrets: &Secrets,
    ) -> Self {
        let text = String::from_utf8_lossy(body);
        let secrets = &secrets.with_those_in(&text);
        let mut error = Error::new(ErrorKind::Decode, secrets.clean(&problem, EXCERPT));
        error.0.answer = Some(FailedAnswer {
            status,
            code: None,
            request_id: request_id(headers, secrets),
            retry_after: None,
            excerpt: secrets.clean(&text, EXCERPT),
        });
        error
    }

    /// The same failure of a connection, without these secrets: a certificate may hold any name.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        self.0.message = secrets.clean(&self.0.message, EXCERPT);
        let source = self.0.source.map(|source| secrets.clean(&source.to_string(), EXCERPT));
        self.0.source = source.map(Into::into);
        self
    }

    /// The same failure, of a server to which the API's own has pointed: it says nothing of the token.
    pub(crate) fn of_another_host(mut self) -> Self {
        self.0.kind = ErrorKind::Redirect;
        self.0.message = format!(
            "the server redirected to another host, which answered: {}",
            self.0.message
        );
        self
    }

    /// The same answer, seen as a failure of another kind.
    #[cfg(feature = "export")]
    pub(crate) fn restated(mut self, kind: ErrorKind, message: String) -> Self {
        (self.0.kind, self.0.message) = (kind, message);
        self
    }

    /// The same answer to a write, which does not say what became of it.
    #[cfg(feature = "export")]
    pub(crate) fn uncertain(mut self, message: String) -> Self {
        self.0.sent = true;
        self.restated(ErrorKind::Export, message)
    }

    /// A part of an answer that cannot be read, for a reason that may quote it.
    pub(crate) fn unreadable(problem: &str) -> Self {
        Error::new(ErrorKind::Decode, Secrets::default().clean(problem, EXCERPT))
    }

    fn is_write(&self) -> bool {
        self.0.operation.is_some_and(|operation| !operation.read_only)
    }

    /// What a person can do about it, if there is something to say.
    fn remedy(&self) -> Option<String> {
        let scope = self.scope();
        match (self.kind(), self.status().map(|status| status.as_u16())) {
            (ErrorKind::Status, Some(401)) => Some("check that the credential belongs to this cloud".to_owned()),
            (ErrorKind::Status, Some(403)) => {
                scope.map(|scope| format!("grant the permission {scope} to the app registration"))
            }
            (ErrorKind::Status, Some(429)) => Some(match self.retry_after() {
                Some(wait) => format!("wait {} seconds before the next call", wait.as_secs()),
                None => "make fewer calls at the same time".to_owned(),
            }),
            (ErrorKind::Decode, _) if self.is_write() => {
                Some("the status says that the write was carried out: check before repeating it".to_owned())
            }
            _ if self.may_have_been_carried_out() => {
                Some("the write may have been carried out: check before repeating it".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match (self.0.kind, &self.0.answer) {
            (ErrorKind::InvalidRequest, _) => f.write_str("the request was not sent: ")?,
            (ErrorKind::Credential, _) => f.write_str("no access token: ")?,
            (ErrorKind::Decode, Some(answer)) => {
                write!(f, "the response ({}) cannot be read: ", answer.status.as_u16())?;
            }
            (_, Some(answer)) => write!(f, "{} ", answer.status.as_u16())?,
            _ => {}
        }
        f.write_str(&one_line(&self.0.message))?;
        if let Some(code) = self.code() {
            write!(f, " [{}]", one_line(code))?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request id {})", one_line(id))?;
        }
        if let Some(remedy) = self.remedy() {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.0.source.as_ref();
        let source = source.map(|source| Secrets::default().clean(&format!("{source:?}"), EXCERPT));
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.map(|operation| operation.id))
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("code", &self.code())
            .field("message", &self.0.message)
            .field("request_id", &self.request_id())
            .field("retry_after", &self.retry_after())
            .field("may_have_been_carried_out", &self.may_have_been_carried_out())
            .field("body_excerpt", &self.body_excerpt())
            .field("source", &source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// What the body of an error says, whatever its form, as it came.
#[derive(Default)]
pub(crate) struct ErrorBody {
    code: Option<String>,
    pub(crate) message: Option<String>,
}

/// How many objects within each other are looked at.
const DEEPEST: usize = 4;

impl ErrorBody {
    fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return ErrorBody::default();
        }
        if let Some(outline) = Outline::of(text) {
            return ErrorBody::of(&outline);
        }
        let message = match to_value(text) {
            Ok(Value::String(_)) => Some(outline::text(text)),
            Ok(_) => None,
            Err(_) if text.starts_with('<') => html_title(text),
            // A list that is cut off tells a person nothing as a message; the excerpt has it.
            Err(_) if text.starts_with('[') => None,
            Err(_) => Some(text.to_owned()),
        };
        ErrorBody { code: None, message }
    }

    pub(crate) fn of(whole: &Outline<'_>) -> Self {
        // {"error": {"code": …, "message": …}}, as OData and many gateways have it: the innermost says most.
        let inner = successors(whole.object("error"), |object| object.object("error"));
        let inner: Vec<_> = inner.take(DEEPEST).collect();
        let objects: Vec<_> = iter::once(whole).chain(&inner).collect();
        ErrorBody {
            code: first(&objects, &["code", "errorCode", "error", "status"], Outline::text),
            message: first(
                &objects,
                &[
                    "message",
                    "error_description",
                    "detail",
                    "errorMessage",
                    "title",
                    "errors",
                ],
                Outline::words,
            ),
        }
    }
}

/// What the innermost object says that says any of these things.
fn first<'a>(
    objects: &[&Outline<'a>],
    names: &[&str],
    read: impl Fn(&Outline<'a>, &str) -> Option<String>,
) -> Option<String> {
    let mut texts = objects
        .iter()
        .rev()
        .flat_map(|object| names.iter().filter_map(|name| read(object, name)));
    texts.find(|text| !text.trim().is_empty())
}

/// What an HTML page calls itself.
fn html_title(page: &str) -> Option<String> {
    // ASCII lowercase keeps the length, so that places in one are places in the other.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = page[start..end].trim();
    (!title.is_empty()).then(|| format!("an HTML page: {title}"))
}

fn request_id(headers: &HeaderMap, secrets: &Secrets) -> Option<String> {
    REQUEST_IDS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(|id| secrets.clean(id, NAME))
}

/// A body without the byte order mark that some servers put before it (RFC 8259 section 8.1 lets a reader ignore it).
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

/// What happened to a connection, by the cause at the bottom, which says what really happened. Where that is a frame of
/// HTTP/2, the words are this side's: with a frame that ends a connection the other side may send any text, such as one
/// that quotes the token, and the library would show it.
fn own_words(error: &(dyn StdError + 'static)) -> String {
    let cause = chain(error).last().unwrap_or(error);
    let words = match cause.downcast_ref::<h2::Error>() {
        Some(error) => frame(error),
        None => cause.to_string(),
    };
    // A certificate's names are the server's words as well, and are made fit to be shown.
    Secrets::default().clean(&words, EXCERPT)
}

/// An error and what caused it.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| beneath(*error))
}

/// Whether the other side says that it has done nothing with a request (RFC 9113 section 8.7). A `GOAWAY` is the error of
/// those requests alone that it leaves out; those that it may have looked at end with the connection.
fn is_declined(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_remote() && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// The cause of an error. What an error of input and output is made of is none for the standard library.
fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        return error.get_io().map(|error| error as _);
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// What an error of HTTP/2 says, but for the text that the other side may have added.
fn frame(error: &h2::Error) -> String {
    let whole = if error.is_go_away() { "connection" } else { "stream" };
    let side = if error.is_remote() { "received" } else { "detected" };
    match error.reason() {
        Some(reason) => format!("{whole} error {side}: {reason}"),
        // The caller's misuse of the library, which this crate does not come to.
        None => "error of HTTP/2".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Method;

    static READ: Operation = Operation::new("listThings", Method::Get, "/things", "List the things")
        .scopes(&[&["elements.things.read.all"], &["elements.things.readwrite.all"]]);
    static WRITE: Operation = Operation::new("addThing", Method::Post, "/things", "Add a thing");

    fn refused(status: u16, body: &str) -> Error {
        let mut headers = HeaderMap::new();
        headers.insert("request-id", "r-1".parse().expect("a header"));
        let status = StatusCode::from_u16(status).expect("a status");
        Error::from_status(
            status,
            &headers,
            body.as_bytes(),
            None,
            &Secrets::new(["hunter2".into()]),
        )
        .with_operation(&READ)
    }

    #[test]
    fn whatever_the_body_the_line_is_one_and_helps() {
        for (status, body, line) in [
            (
                403,
                r#"{"message":"No."}"#,
                "listThings: 403 No. (request id r-1); grant the permission elements.things.read.all to the app registration",
            ),
            (
                404,
                r#"{"error":{"code":"NotFound","message":"Gone\nfor good"}}"#,
                "listThings: 404 Gone for good [NotFound] (request id r-1)",
            ),
            (
                400,
                r#"{"Title":"Bad","errors":{"a":["b"]}}"#,
                "listThings: 400 Bad (request id r-1)",
            ),
            (400, r#"["odd"]"#, "listThings: 400 Bad Request (request id r-1)"),
            (
                502,
                "<html><head><TITLE>Bad gateway</TITLE></head></html>",
                "listThings: 502 an HTML page: Bad gateway (request id r-1)",
            ),
            (502, "<html>", "listThings: 502 Bad Gateway (request id r-1)"),
            (503, "", "listThings: 503 Service Unavailable (request id r-1)"),
            (
                500,
                r#"{"code":"C1","message":"cut of"#,
                "listThings: 500 cut of [C1] (request id r-1)",
            ),
            (
                400,
                r#"{"message":"half a \ud800 pair","Code":"C1","\udc00":1}"#,
                "listThings: 400 half a \u{fffd} pair [C1] (request id r-1)",
            ),
            (
                400,
                r#"{"error":{"innererror":{}},"message":"outside","code":1E400}"#,
                "listThings: 400 outside [1E400] (request id r-1)",
            ),
            (400, "plain words", "listThings: 400 plain words (request id r-1)"),
            (
                429,
                r#"{"message":null,"code":7}"#,
                "listThings: 429 Too Many Requests [7] (request id r-1); make fewer calls at the same time",
            ),
        ] {
            assert_eq!(refused(status, body).to_string(), line);
        }
    }

    #[test]
    fn no_size_and_no_depth_hides_what_an_error_says() {
        let nested = |open: &str, close: &str| open.repeat(20_000) + "1" + &close.repeat(20_000);
        for (other, cut) in [
            (nested("[", "]"), false),
            (nested("{\"error\":", "}"), false),
            (format!("\"{}", "x".repeat(100_000)), true),
        ] {
            let end = if cut { "" } else { "}" };
            let body = format!(r#"{{"message":"Said","code":"C1","trace":{other}{end}"#);
            assert_eq!(
                refused(400, &body).to_string(),
                "listThings: 400 Said [C1] (request id r-1)"
            );
            let body = format!(r#"{{"error":{{"message":"Said","code":"C1","trace":{other}{end}{end}"#);
            assert_eq!(
                refused(400, &body).to_string(),
                "listThings: 400 Said [C1] (request id r-1)"
            );
        }
        let deep = refused(400, &nested("{\"error\":", "}"));
        assert_eq!(deep.message(), "Bad Request");
    }

    #[test]
    fn a_secret_that_the_server_quotes_is_not_shown() {
        let error = refused(400, r#"{"message":"the password hunter2 is weak"}"#);
        assert_eq!(error.message(), "the password [redacted] is weak");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn the_excerpt_is_bounded_on_a_character() {
        let error = refused(500, &"ü".repeat(5000));
        assert_eq!(error.body_excerpt().chars().count(), EXCERPT + 1);
    }

    #[test]
    fn a_code_of_another_server_stands_beside_no_status() {
        let error = Error::new(ErrorKind::Credential, "wrong").with_code("invalid_client");
        assert_eq!((error.code(), error.status()), (Some("invalid_client"), None));
        assert!(!error.is_invalid_request());
        // The answer's own code goes before.
        let error = refused(400, r#"{"code":"own"}"#).with_code("other");
        assert_eq!(error.code(), Some("own"));
    }

    #[test]
    fn predicates_follow_kind_status_and_operation() {
        assert!(refused(429, "").is_throttled() && refused(429, "").is_retryable());
        assert!(refused(403, "").is_permission() && !refused(403, "").is_retryable());
        assert!(refused(404, "").is_not_found());
        assert!(refused(401, "").is_authentication());
        assert!(refused(400, "").is_invalid_request());
        assert!(refused(503, "").is_retryable());
        for (sent, operation, retryable, maybe_done) in [
            (true, &READ, true, false),
            (false, &READ, true, false),
            (true, &WRITE, false, true),
            (false, &WRITE, true, false),
        ] {
            let error = Error::late(sent).with_operation(operation);
            assert_eq!(
                (error.is_retryable(), error.may_have_been_carried_out()),
                (retryable, maybe_done)
            );
            assert_eq!(
                error.to_string().contains("may have been carried out"),
                maybe_done,
                "{error}"
            );
        }
    }
}
