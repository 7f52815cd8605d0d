//! One error type for every call, whatever went wrong and whatever the server sent.

mod body;
mod cause;
mod challenge;
mod ids;

use std::error::Error as StdError;
use std::fmt;
use std::iter::successors;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

pub(crate) use self::body::ErrorBody;
pub use self::body::is_page;
pub(crate) use self::cause::own_words;
use self::cause::{add_cause, chain, connect_words, is_declined};
pub use self::challenge::{Challenge, joined};
pub use self::ids::Ids;
pub(crate) use self::ids::{REQUEST_IDS, request_id, sent_id};
use crate::counted::counted;
use crate::network::HttpClient;
use crate::operation::Operation;
use crate::paging::{reported_status, tells_of_a_failure};
use crate::protection::Protection;
use crate::redact::{Secrets, one_line};

/// The longest piece of a response's body, and of a message in it, that is kept, in characters.
pub(crate) const EXCERPT: usize = 1024;

/// The longest code or id that is kept, in characters: what is longer is none.
pub(crate) const NAME: usize = 100;

/// Why a call failed.
///
/// `Display` is one line: the operation, what happened with all its causes, the id of the request, what to do about it.
/// Since the causes are told there, [`source`](std::error::Error::source) has none, and who prints the chain of an error
/// tells none twice; [`get_ref`](Error::get_ref) has the error of a caller's own credential. Tokens and passwords are in
/// none of it.
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
    ids: Ids,
    field_errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    answer: Option<FailedAnswer>,
    /// Whether bytes of the request may have left this machine.
    sent: bool,
    /// Whether the server said, as HTTP/2 lets it, that it has done nothing with the request.
    declined: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// What can be done, where the kind and the response do not say it.
    remedy: Option<&'static str>,
    /// What has kept a token away.
    obstacle: Option<Obstacle>,
    /// The status of a failure that a success reports in its body.
    reported: Option<StatusCode>,
}

/// What is known of a response that made a call fail.
struct FailedAnswer {
    status: StatusCode,
    excerpt: String,
    /// Whether it is a page for people, which the service does not send.
    is_page: bool,
}

/// What the server has found wrong with one value of a request, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The name or the place of the value; empty if the server does not say.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up with something that cannot work.
    Configuration,
    /// The request breaks the specification and was not sent.
    InvalidRequest,
    /// No access token could be obtained.
    Credential,
    /// No connection was made, or none that took the request; nothing was sent.
    Connect,
    /// The time for the call ran out.
    Timeout,
    /// Nothing was sent: the turn of the call comes after its deadline, since the service has refused other calls of this
    /// client (429), or at the rate that [`max_rate`](crate::ClientBuilder::max_rate) allows. The message says which.
    Throttled,
    /// The connection broke after the request was sent, in whole or in part.
    Connection,
    /// The server answered with a status that is no success.
    Status,
    /// The server pointed to another address.
    Redirect,
    /// The response is a success that cannot be read.
    Decode,
    /// A list does not end, or not where the server says.
    Paging,
    /// An export job failed, or was not started.
    Export,
    /// A file on this machine cannot be written.
    File,
}

/// Why no token could be obtained, if the cause is another than the app's registration, its secret or its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Obstacle {
    /// No connection to the identity service was made, or it broke.
    Connection,
    /// The identity service, or what else was asked, did not answer in time.
    Timeout,
    /// The identity service has failed or is busy (408, 429, 5xx): it may answer later.
    Unavailable,
    /// A firewall, a gateway or a proxy answered in place of the identity service.
    Gateway,
    /// The identity service gives the app no token with the permission that the operation takes, or the permission is not
    /// among those that the credential asks for.
    Permission,
}

impl Error {
    /// An error that a caller's own credential or settings may raise, or that a test has a mock of a service raise. One of
    /// a response is made by [`from_response`](Error::from_response).
    ///
    /// ```
    /// use avepoint_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Connection, "the connection broke").with_sent(true);
    /// assert!(error.is_connection() && error.was_sent());
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Details {
            kind,
            operation: None,
            message: message.into(),
            code: None,
            ids: Ids::default(),
            field_errors: Vec::new(),
            retry_after: None,
            answer: None,
            sent: false,
            declined: false,
            source: None,
            remedy: None,
            obstacle: None,
            reported: None,
        }))
    }

    /// The error that a client makes of a response, for tests of code that handles errors: of kind
    /// [`ErrorKind::Status`], or of kind [`ErrorKind::Decode`] for the status of a success.
    ///
    /// ```
    /// use avepoint_core::Error;
    /// use avepoint_core::http::{HeaderMap, HeaderValue, StatusCode};
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("retry-after", HeaderValue::from_static("7"));
    /// let error = Error::from_response(StatusCode::TOO_MANY_REQUESTS, &headers, b"");
    /// assert!(error.is_throttled() && error.is_retryable());
    /// assert_eq!(error.to_string(), "429 Too Many Requests; wait 7 seconds before the next call");
    /// ```
    #[must_use]
    pub fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let secrets = Secrets::default();
        if status.is_success() {
            return Error::from_decode(
                status,
                headers,
                body,
                "it is not what was expected".to_owned(),
                &secrets,
            );
        }
        let retry_after = crate::retry::parse_retry_after(headers, SystemTime::now());
        Error::from_status(status, headers, body, retry_after, &secrets)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Configuration, message)
    }

    /// Adds what caused the error. `Display` tells it and its own causes behind the message, [`get_ref`](Error::get_ref)
    /// gives it back.
    ///
    /// ```
    /// use avepoint_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Credential, "the vault is shut").with_source("it is Sunday");
    /// assert_eq!(error.to_string(), "no access token: the vault is shut: it is Sunday");
    /// ```
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
        // The answer's own goes before.
        if self.0.answer.is_none() || self.0.code.is_none() {
            self.0.code = Some(code.into());
        }
        self
    }

    /// Says why no token could be obtained, if the cause is not the app itself: the predicates then report that, and
    /// [`is_authentication`](Error::is_authentication) is false.
    ///
    /// ```
    /// use avepoint_core::{Error, ErrorKind, Obstacle};
    ///
    /// let error = Error::new(ErrorKind::Credential, "the vault does not answer").with_obstacle(Obstacle::Timeout);
    /// assert!(error.is_timeout() && error.is_retryable() && !error.is_authentication());
    /// ```
    pub fn with_obstacle(mut self, obstacle: impl Into<Option<Obstacle>>) -> Self {
        self.0.obstacle = obstacle.into();
        self
    }

    /// Says whether bytes of the request may have left this machine, where there was no response. Default: false.
    pub fn with_sent(mut self, sent: bool) -> Self {
        self.0.sent = sent;
        self
    }

    /// Says how long to wait before the next call, as an error of kind [`ErrorKind::Throttled`] does.
    ///
    /// ```
    /// use std::time::Duration;
    /// use avepoint_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Throttled, "busy").with_retry_after(Duration::from_secs(1));
    /// assert_eq!(error.to_string(), "busy; wait 1 second before the next call");
    /// ```
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds what can be done about it.
    pub(crate) fn with_remedy(mut self, remedy: &'static str) -> Self {
        self.0.remedy = Some(remedy);
        self
    }

    /// Adds the id under which the server's operators find the call, unless there is one.
    pub(crate) fn with_request_id(self, id: Option<String>) -> Self {
        let request = Ids {
            request: id,
            ..Ids::default()
        };
        self.with_ids(request)
    }

    /// The same, of the request and of its trace. For use by credentials of this project.
    #[doc(hidden)]
    pub fn with_ids(mut self, ids: Ids) -> Self {
        self.0.ids = self.0.ids.or(ids);
        self
    }

    /// Names the operation that failed, unless one is named already. What an error says of a write, such as
    /// [`may_have_been_carried_out`](Self::may_have_been_carried_out), needs it: name it where a test makes the error of
    /// one. Each client has the operations in its module `operations`.
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The code in the response, if it has one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What went wrong, in the server's words where it had any; what is wrong with each value of the request is among
    /// them.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id under which the server's operators find the call: the one that the server sent, or else the one that the
    /// caller sent as a header.
    pub fn request_id(&self) -> Option<&str> {
        self.0.ids.request.as_deref()
    }

    /// The id of the trace to which the server says that the call belongs.
    pub fn trace_id(&self) -> Option<&str> {
        self.0.ids.trace.as_deref()
    }

    /// Both ids. For use by credentials of this project.
    #[doc(hidden)]
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// What the server has found wrong with each value of the request (problem details of RFC 9457 and their like), 20 at
    /// most.
    ///
    /// ```
    /// use avepoint_core::Error;
    /// use avepoint_core::http::{HeaderMap, StatusCode};
    ///
    /// let body = br#"{"title": "Invalid.", "errors": {"pageSize": ["It is above 100."]}, "traceId": "00-7"}"#;
    /// let error = Error::from_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), body);
    /// assert_eq!(error.field_errors()[0].field, "pageSize");
    /// assert_eq!(error.to_string(), "400 Invalid. (pageSize: It is above 100.) (trace id 00-7)");
    /// ```
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.field_errors
    }

    /// The error that caused this one, if it was given by [`with_source`](Error::with_source).
    pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The operation that failed, if it got as far as to have one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The permission that the operation takes: the least of those that allow it.
    pub fn scope(&self) -> Option<String> {
        self.0.operation.map(Operation::scope)
    }

    /// The beginning of the response's body as one line, at most 1024 characters; empty if there was none.
    pub fn body_excerpt(&self) -> &str {
        self.0.answer.as_ref().map_or("", |answer| &answer.excerpt)
    }

    /// How long to wait before the next call, if the server asked for that (an hour at most), or the call had no turn
    /// before its deadline.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether bytes of the request may have left this machine; if not, nothing was carried out.
    ///
    /// # Troubleshooting
    /// Where nothing was sent, the same call can be made again whatever it does.
    pub fn was_sent(&self) -> bool {
        self.0.sent
            || self.0.answer.is_some()
            || matches!(
                self.kind(),
                ErrorKind::Status | ErrorKind::Redirect | ErrorKind::Decode | ErrorKind::Paging
            )
    }

    /// Whether the client was set up with something that cannot work.
    ///
    /// # Troubleshooting
    /// The message names the setting, and what to give instead.
    pub fn is_configuration(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Whether there are too many requests: for the server (429, which may also stand in the body of a success that cannot
    /// be read), from this call or from others of the client, or for the
    /// [`max_rate`](crate::ClientBuilder::max_rate) of the client.
    ///
    /// # Troubleshooting
    /// Lower the number of calls at once; [`Error::retry_after`] says how long to wait if that is known.
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Throttled
            || self.reported_status().or(self.status()) == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Why no token could be obtained, if the cause is known not to be that the app is not accepted.
    pub fn obstacle(&self) -> Option<Obstacle> {
        self.0.obstacle
    }

    /// Whether the service does not accept the token (401), or the identity service not the app: false where that could not
    /// be asked, or something else answered in its place.
    ///
    /// # Troubleshooting
    /// Check the client id and the secret or certificate, that they belong to this cloud, and that the app was
    /// registered in the portal of this service: Elements and Insights have one each.
    pub fn is_authentication(&self) -> bool {
        match self.kind() {
            ErrorKind::Credential => self.obstacle().is_none(),
            _ => self.is_refusal(StatusCode::UNAUTHORIZED) && !self.is_from_gateway(),
        }
    }

    /// Whether the app lacks the permission for the operation: the service says so (403), or the identity service, which
    /// gives no token with it.
    ///
    /// # Troubleshooting
    /// Grant the permission that [`Error::scope`] names to the app registration, and consent to it. Where a credential asks
    /// for a set of permissions for every token, another of these may be missing: the message names them all.
    pub fn is_permission(&self) -> bool {
        self.obstacle() == Some(Obstacle::Permission)
            || (self.is_refusal(StatusCode::FORBIDDEN) && !self.is_from_gateway())
    }

    /// Whether a page for people came in place of a response: from a firewall, a gateway or a proxy, and not from the
    /// service.
    ///
    /// # Troubleshooting
    /// Check the proxy, and whether the network lets calls from this address through; the request id, if there is one, is
    /// the gateway's.
    pub fn is_from_gateway(&self) -> bool {
        self.0.answer.as_ref().is_some_and(|answer| answer.is_page) || self.obstacle() == Some(Obstacle::Gateway)
    }

    /// Whether the service has nothing under the path (404). False where [something else](Error::is_from_gateway) has
    /// answered, as with a wrong base URL: that says nothing of what the service has.
    ///
    /// # Troubleshooting
    /// Check the ids: whether they exist, and whether each is of the kind that the parameter wants.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND) && !self.is_from_gateway()
    }

    /// Whether the request was wrong: refused before it was sent, or by the service (400, 422) and not by a
    /// [gateway](Error::is_from_gateway).
    ///
    /// # Troubleshooting
    /// The message names the value and what is allowed; [`Error::field_errors`] has what the server says of each.
    pub fn is_invalid_request(&self) -> bool {
        let refused = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
        self.kind() == ErrorKind::InvalidRequest
            || (self.status().is_some_and(|status| refused.contains(&status)) && !self.is_from_gateway())
    }

    /// Whether the service failed (5xx).
    ///
    /// # Troubleshooting
    /// A read was sent again several times before; wait longer. After a write, see
    /// [`may_have_been_carried_out`](Error::may_have_been_carried_out).
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Whether the time for the call ran out.
    ///
    /// # Troubleshooting
    /// Give the call more time with [`CallOptions::timeout`](crate::CallOptions::timeout), or ask for smaller pages. Where
    /// too many calls of the client wait for their turn, or no token came, the time is that of
    /// [`RetryPolicy::deadline`](crate::RetryPolicy::deadline).
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout || self.obstacle() == Some(Obstacle::Timeout)
    }

    /// Whether no connection was made, or it broke.
    ///
    /// # Troubleshooting
    /// Check the network, the proxy and the base URL. After a write, see
    /// [`may_have_been_carried_out`](Error::may_have_been_carried_out).
    pub fn is_connection(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Connection)
            || self.obstacle() == Some(Obstacle::Connection)
    }

    /// Whether the server pointed to another address to which the request does not go, or which refused it.
    ///
    /// # Troubleshooting
    /// Set the service's real address with `base_url`. Where a file store refused, make the call again.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// Whether the response is a success that cannot be read.
    ///
    /// # Troubleshooting
    /// The message names the field; [`Error::body_excerpt`] has the beginning of the response. After a write, see
    /// [`may_have_been_carried_out`](Error::may_have_been_carried_out).
    pub fn is_unreadable(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Whether a list does not end, or not where the server says.
    ///
    /// # Troubleshooting
    /// The entries before the error are correct.
    pub fn is_paging(&self) -> bool {
        self.kind() == ErrorKind::Paging
    }

    /// Whether an export job failed, or was not started.
    ///
    /// # Troubleshooting
    /// Start it again, after a look at the service if the message says that a job may have been started.
    pub fn is_export(&self) -> bool {
        self.kind() == ErrorKind::Export
    }

    /// Whether a file on this machine cannot be written.
    ///
    /// # Troubleshooting
    /// The message names the file and the reason.
    pub fn is_file(&self) -> bool {
        self.kind() == ErrorKind::File
    }

    /// Whether the same call may succeed later. For a write of which bytes have left this is false, except for 429:
    /// whether to repeat it is up to the caller.
    ///
    /// # Troubleshooting
    /// The client has tried again by itself as its [`RetryPolicy`](crate::RetryPolicy) says; wait longer before the
    /// next attempt.
    pub fn is_retryable(&self) -> bool {
        let read_only = self.0.operation.is_some_and(|operation| operation.read_only) || !Protection::WriteOnce.is_on();
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Throttled => true,
            ErrorKind::Credential => matches!(
                self.obstacle(),
                Some(Obstacle::Connection | Obstacle::Timeout | Obstacle::Unavailable)
            ),
            ErrorKind::Timeout | ErrorKind::Connection => read_only || !self.0.sent,
            ErrorKind::Status => self
                .status()
                .is_some_and(|status| crate::retry::is_transient(status, read_only)),
            // The success itself says of a write that it was carried out.
            ErrorKind::Decode => self
                .reported_status()
                .is_some_and(|status| read_only && crate::retry::is_transient(status, read_only)),
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

    /// A failure of the connection after a response has begun, seen from the HTTP client.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let error = error.without_url();
        match error.is_timeout() {
            true => Error::late(true),
            false => Error::broken(&error),
        }
    }

    /// A failure to get a response, seen from this HTTP client. Whoever sent the request knows whether bytes of it may
    /// have left.
    pub(crate) fn from_exchange(error: reqwest::Error, sent: bool, http: &HttpClient) -> Self {
        let way = error.url().map(|url| http.way_to(url)).unwrap_or_default();
        // The rest of the address may hold ids; the operation's path template says enough.
        let error = error.without_url();
        let mut failure = if error.is_builder() {
            let message = format!("the request cannot be built: {}", own_words(&error));
            Error::new(ErrorKind::InvalidRequest, message)
        } else if error.is_connect() || (!sent && !error.is_timeout()) {
            let message = format!("no connection was made{way}: {}", connect_words(&error));
            Error::new(ErrorKind::Connect, message)
        } else if error.is_timeout() {
            return Error::late(sent);
        } else {
            Error::broken(&error)
        };
        failure.0.declined = chain(&error).any(is_declined);
        failure
    }

    fn broken(error: &reqwest::Error) -> Self {
        let message = format!("the connection broke: {}", own_words(error));
        Error::new(ErrorKind::Connection, message).with_sent(true)
    }

    /// The failure of a call whose time is over.
    pub(crate) fn late(sent: bool) -> Self {
        let message = if sent {
            "no response arrived in time"
        } else {
            "timed out before the request was sent"
        };
        Error::new(ErrorKind::Timeout, message).with_sent(sent)
    }

    /// The failure of a call whose time is over before its turn has come.
    pub(crate) fn late_in_the_queue() -> Self {
        let message = "timed out before the request was sent: too many calls of this client wait for their turn";
        Error::new(ErrorKind::Timeout, message)
    }

    /// The failure of a call that would have to wait so long for the service to take requests again.
    pub(crate) fn throttled(wait: Duration) -> Self {
        let message = "nothing was sent, since the service refuses too many requests of this client";
        Error::unsent(message, wait)
    }

    /// The failure of a call that would have to wait so long for a turn at the rate that the caller allows.
    pub(crate) fn over_max_rate(wait: Duration) -> Self {
        let message =
            "nothing was sent, since `max_rate` of this client leaves no turn before the deadline of the call";
        Error::unsent(message, wait)
    }

    fn unsent(message: &str, wait: Duration) -> Self {
        Error::new(ErrorKind::Throttled, message).with_retry_after(wait)
    }

    /// A response whose status is no success.
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
        let ids = Ids::of(headers, &body, secrets);
        let reason = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Challenge::read(headers),
            _ => Challenge::default(),
        };
        let shown = |words: String| Some(secrets.clean(&words, EXCERPT)).filter(|words| !words.is_empty());
        let message = joined(body.message.and_then(shown), reason.words.and_then(shown));
        let message = message.unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("the server gave no reason");
            reason.to_owned()
        });
        let code = body.code.or(reason.code);
        let field_error = |(field, message): (String, String)| FieldError {
            field: secrets.clean(&field, NAME),
            message: secrets.clean(&message, EXCERPT),
        };
        let mut error = Error::new(ErrorKind::Status, message).with_ids(ids);
        error.0.code = code.map(|code| secrets.clean(&code, NAME));
        error.0.field_errors = body.problems.into_iter().map(field_error).collect();
        error.0.retry_after = retry_after;
        error.0.answer = Some(FailedAnswer {
            status,
            excerpt: secrets.clean(&text, EXCERPT),
            is_page: is_page(content_type(headers), &text),
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
        let text = String::from_utf8_lossy(without_mark(body));
        let secrets = &secrets.with_those_in(&text);
        let said = ErrorBody::read(&text);
        let reported = reported_status(body, None);
        let mut error = Error::new(ErrorKind::Decode, secrets.clean(&problem, EXCERPT));
        error.0.ids = Ids::of(headers, &said, secrets);
        error.0.reported = reported;
        // Elsewhere it is a code of whatever was read, and a status has been told.
        let is_told = |code: &str| reported.is_some_and(|status| status.as_str() == code);
        let code = said.code.filter(|code| tells_of_a_failure(&text) && !is_told(code));
        error.0.code = code.map(|code| secrets.clean(&code, NAME));
        error.0.answer = Some(FailedAnswer {
            status,
            excerpt: secrets.clean(&text, EXCERPT),
            is_page: is_page(content_type(headers), &text),
        });
        error
    }

    /// The same failure of a connection, without these secrets: a certificate may hold any name, and an id any text.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        self.0.message = secrets.clean(&self.0.message, EXCERPT);
        self.0.ids.request = self.0.ids.request.map(|id| secrets.clean(&id, NAME));
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

    /// The same response, seen as a failure of another kind.
    #[cfg(feature = "export")]
    pub(crate) fn restated(mut self, kind: ErrorKind, message: String) -> Self {
        (self.0.kind, self.0.message) = (kind, message);
        self
    }

    /// The same response to a write, which does not say what became of it.
    #[cfg(feature = "export")]
    pub(crate) fn uncertain(mut self, message: String) -> Self {
        self.0.sent = true;
        self.restated(ErrorKind::Export, message)
    }

    /// A part of a response that cannot be read, for a reason that may quote it.
    pub(crate) fn unreadable(problem: &str) -> Self {
        Error::new(ErrorKind::Decode, Secrets::default().clean(problem, EXCERPT))
    }

    /// Whether the API itself refuses, with this status: another host's answer says nothing of the app.
    fn is_refusal(&self, status: StatusCode) -> bool {
        self.kind() == ErrorKind::Status && self.status() == Some(status)
    }

    /// The status of a failure that a success reports in its body.
    fn reported_status(&self) -> Option<StatusCode> {
        self.0.reported.filter(|_| self.kind() == ErrorKind::Decode)
    }

    fn is_write(&self) -> bool {
        self.0.operation.is_some_and(|operation| !operation.read_only)
    }

    /// What a person can do about it, if there is something to say.
    fn remedy(&self) -> Option<String> {
        let gateway = self.0.answer.as_ref().filter(|answer| answer.is_page).map(|answer| {
            const GATEWAY: &str = "a firewall or gateway answered in place of the service";
            match answer.status.as_u16() {
                // It is there, and the service behind it may be again.
                408 | 429 | 500.. => GATEWAY.to_owned(),
                404 => format!("{GATEWAY}: check the base URL and the proxy"),
                _ => format!("{GATEWAY}: check the proxy, and from which addresses calls are allowed"),
            }
        });
        let remedies = [gateway, self.remedy_of_kind()];
        remedies
            .into_iter()
            .flatten()
            .reduce(|first, second| format!("{first}; {second}"))
    }

    /// The same, whoever has answered.
    fn remedy_of_kind(&self) -> Option<String> {
        match (self.kind(), self.status().map(|status| status.as_u16())) {
            (ErrorKind::Status, Some(401)) if self.is_authentication() => {
                Some("check that the credential belongs to this cloud".to_owned())
            }
            (ErrorKind::Status, Some(403)) if self.is_permission() => {
                let scope = self.scope();
                scope.map(|scope| format!("grant the permission {scope} to the app registration"))
            }
            (ErrorKind::Status, Some(429)) | (ErrorKind::Throttled, _) => Some(match self.retry_after() {
                Some(wait) if !wait.is_zero() => {
                    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
                    format!("wait {} before the next call", counted(seconds, "second", "seconds"))
                }
                _ => "make fewer calls at the same time".to_owned(),
            }),
            (ErrorKind::Decode, _) if self.is_write() => {
                Some("the status says that the write was carried out: check before repeating it".to_owned())
            }
            _ if self.may_have_been_carried_out() => {
                Some("the write may have been carried out: check before repeating it".to_owned())
            }
            _ => self.0.remedy.map(str::to_owned),
        }
    }

    /// The message, and behind it each cause that it does not tell already.
    fn with_causes(&self) -> String {
        let mut told = one_line(&self.0.message);
        let source = self.get_ref().map(|source| source as &(dyn StdError + 'static));
        for cause in successors(source, |cause| (*cause).source()) {
            add_cause(&mut told, &Secrets::default().clean(&cause.to_string(), EXCERPT));
        }
        told
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
        f.write_str(&self.with_causes())?;
        if let Some(code) = self.code() {
            write!(f, " [{}]", one_line(code))?;
        }
        self.0.ids.fmt(f)?;
        if let Some(remedy) = self.remedy() {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

/// The line of `Display`, which a `main` that returns the error prints; `{:#?}` shows the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        let source = self.0.source.as_ref();
        let source = source.map(|source| Secrets::default().clean(&format!("{source:#?}"), EXCERPT));
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.map(|operation| operation.id))
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("code", &self.code())
            .field("message", &self.0.message)
            .field("field_errors", &self.field_errors())
            .field("request_id", &self.request_id())
            .field("trace_id", &self.trace_id())
            .field("retry_after", &self.retry_after())
            .field("was_sent", &self.was_sent())
            .field("may_have_been_carried_out", &self.may_have_been_carried_out())
            .field("body_excerpt", &self.body_excerpt())
            .field("source", &source)
            .finish()
    }
}

// Without a source: `Display` tells it.
impl StdError for Error {}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

/// A body without the byte order mark that some servers put before it (RFC 8259 section 8.1 lets a reader ignore it).
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
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
                r#"{"message":"Bad. a: b","errors":{"a":["b"],"c":["d"]}}"#,
                "listThings: 400 Bad. a: b (c: d) (request id r-1)",
            ),
            (
                400,
                r#"{"message":"Bad. a: b","errors":{"a":["b"]}}"#,
                "listThings: 400 Bad. a: b (request id r-1)",
            ),
            (
                400,
                r#"{"Title":"Bad","status":400,"errors":{"a":["b"]},"traceId":"t-1"}"#,
                "listThings: 400 Bad (a: b) (request id r-1, trace id t-1)",
            ),
            (400, r#"["odd"]"#, "listThings: 400 Bad Request (request id r-1)"),
            (
                502,
                "<html><head><TITLE>Bad gateway</TITLE></head></html>",
                "listThings: 502 an HTML page: Bad gateway (request id r-1); a firewall or gateway answered in place of the \
                 service",
            ),
            (
                502,
                "<html>",
                "listThings: 502 Bad Gateway (request id r-1); a firewall or gateway answered in place of the service",
            ),
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
        assert!(!format!("{error} {error:#?}").contains("hunter2"));
    }

    #[test]
    fn what_main_prints_of_an_error_is_its_line_and_the_parts_are_asked_for() {
        let error = refused(400, r#"{"message":"the password hunter2 is weak"}"#);
        let (line, parts) = (format!("{error:?}"), format!("{error:#?}"));
        assert_eq!(line, error.to_string());
        assert!(parts.starts_with("Error {\n    kind: Status,"), "{parts}");
        assert!(
            !line.contains("hunter2") && !parts.contains("hunter2"),
            "{line}\n{parts}"
        );
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
