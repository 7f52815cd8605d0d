//! What a caller may set for the calls of one clone of a client.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::error::{Error, REQUEST_IDS, request_id, sent_id, without_mark};
use crate::operation::{Operation, ResponseBody};
use crate::reader::{Reading, Spelling, read_whole};
use crate::redact::Secrets;
use crate::retry::RetryPolicy;
#[cfg(feature = "export")]
use crate::witness::Witness;

/// Options of calls. Each clone of a client has its own.
///
/// ```
/// use std::time::Duration;
/// use avepoint_core::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::default()
///     .timeout(Duration::from_secs(20))
///     .retry(RetryPolicy::none())
///     .header("x-correlation", "nightly-report")?;
/// assert!(CallOptions::default().header("authorization", "mine").is_err());
/// # let _ = options;
/// # Ok::<(), avepoint_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallOptions {
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_response_size: usize,
    pub(crate) reading: Reading,
    pub(crate) headers: HeaderMap,
    pub(crate) recorder: Option<ResponseRecorder>,
    pub(crate) validation: Validation,
    #[cfg(feature = "__unprotected")]
    pub(crate) gives_typed: bool,
    #[cfg(feature = "export")]
    pub(crate) witness: Option<Witness>,
}

impl Default for CallOptions {
    fn default() -> Self {
        CallOptions {
            timeout: Duration::from_secs(100),
            retry: RetryPolicy::default(),
            max_response_size: MAX_RESPONSE_SIZE,
            reading: Reading::default(),
            headers: HeaderMap::new(),
            recorder: None,
            validation: Validation::default(),
            #[cfg(feature = "__unprotected")]
            gives_typed: false,
            #[cfg(feature = "export")]
            witness: None,
        }
    }
}

/// The longest response that is read by default, in bytes: hundreds of times the largest page, and what a machine of any
/// size can hold.
const MAX_RESPONSE_SIZE: usize = 64 * 1024 * 1024;

/// Headers that are the client's to set or to leave out: who asks, what is sent, and how it travels, which is between the
/// HTTP library and the next machine (those of RFC 9110 §7.6.1 among them). A caller's would break the call or its safety.
const OWN_HEADERS: [&str; 19] = [
    "authorization",
    "host",
    "user-agent",
    "api-version",
    "content-length",
    "content-type",
    // Requests and answers are as long as they are told, and not compressed.
    "content-encoding",
    "accept-encoding",
    "transfer-encoding",
    "te",
    "trailer",
    "connection",
    "keep-alive",
    "upgrade",
    "http2-settings",
    "expect",
    // The proxy's are given with its address.
    "proxy-authorization",
    "proxy-authenticate",
    "proxy-connection",
];

impl CallOptions {
    /// The time for one attempt: its redirections and its response included; of a file the beginning, and then each piece.
    /// Default: 100 seconds. The time for all attempts together is the retry policy's deadline, and the shorter of the
    /// two counts.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How calls are retried. Default: that of [`RetryPolicy::default`].
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The longest response of JSON that is read, in bytes. Default: 64 MiB, hundreds of times the largest page. A longer
    /// one is an error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode), and no more of it is read. Files are not
    /// affected: they are read piece by piece.
    ///
    /// ```
    /// use avepoint_core::CallOptions;
    ///
    /// let options = CallOptions::default().max_response_size(256 * 1024 * 1024);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Whether documented codes that arrive in another form (`"7"` for 7, another letter case) keep that form, for programs
    /// that write a response out again exactly as it came. Default: no.
    ///
    /// It is one or the other. By default such a code is the variant that it means, which a `match` finds, and is written
    /// out as it is documented: `"7"` comes out as 7. With `true` it comes out as `"7"`, but is `Unknown(Code::Text("7"))`,
    /// which no arm for the variant matches and which does not equal it. Codes in their documented form are their variants
    /// either way.
    ///
    /// ```
    /// use avepoint_core::CallOptions;
    ///
    /// let options = CallOptions::default().verbatim_codes(true);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn verbatim_codes(mut self, verbatim: bool) -> Self {
        self.reading.codes = match verbatim {
            true => Spelling::Verbatim,
            false => Spelling::Documented,
        };
        self
    }

    /// Whether the members of responses that the specification does not have are kept: of every object, at any depth, as
    /// they came. Default: no; they are passed over, which costs nothing.
    ///
    /// [`Response::unknown`](crate::Response::unknown) and [`Page::unknown`](crate::Page::unknown) give them. Values of no
    /// documented type, and objects that may be of several, are kept whole in any case: what is in them is not told here.
    ///
    /// ```
    /// use avepoint_core::CallOptions;
    ///
    /// let options = CallOptions::default().keep_unknown_members(true);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn keep_unknown_members(mut self, keep: bool) -> Self {
        self.reading.keeps_unknown = keep;
        self
    }

    /// Adds a header to every call, beside those of the same name. It is not sent to another host than the
    /// API's, should the server point to one. An `accept` takes the place of the client's own. A `range` is for downloads
    /// and for a client's `request`: with it any other call is refused.
    ///
    /// # Errors
    /// A configuration error for a name or a value that HTTP does not allow, and for a header that is the client's: who
    /// asks, the type and length of the body, and how both travel (such as `authorization`, `accept-encoding` and
    /// `connection`).
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let (name, value) = caller_header(name, value)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Whether requests are validated before they are sent. Default: [`Validation::Strict`].
    ///
    /// ```
    /// use avepoint_core::{CallOptions, Validation};
    ///
    /// // For a service that is ahead of the specification: a new code, a limit that was raised.
    /// let options = CallOptions::default().validation(Validation::Off);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn validation(mut self, validation: Validation) -> Self {
        self.validation = validation;
        self
    }

    /// For tests of what the types read: calls by name give that, written anew, and not the JSON as it came.
    #[cfg(feature = "__unprotected")]
    #[doc(hidden)]
    #[must_use]
    pub fn typed_by_name(mut self) -> Self {
        self.gives_typed = true;
        self
    }

    /// The values of the caller's headers, which may be secrets.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = SecretString> {
        secrets_of(&self.headers)
    }

    /// The id that the caller has given the request, if any.
    pub(crate) fn request_id(&self) -> Option<String> {
        request_id(&self.headers, &Secrets::default())
    }

    /// Keeps every successful response as it came, beside the typed one.
    #[must_use]
    pub fn record_responses(mut self, recorder: &ResponseRecorder) -> Self {
        self.recorder = Some(recorder.clone());
        self
    }
}

/// Whether requests are validated against the specification before they are sent.
///
/// The letter case of text codes is never checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validation {
    /// What the specification forbids is refused, and codes and times are spelled as they are documented.
    #[default]
    Strict,
    /// What the caller gives is sent unchanged: any code, text, number or length. What the types of a call cannot hold, such
    /// as an empty id, is refused nonetheless. [`Session::request`](crate::Session::request) has no types either.
    ///
    /// A setter turns a text that means a documented code into that code, which is sent as it is documented; to send
    /// another spelling of it, give the setter the `Unknown` of its type. A text for a time must be one, and where no offset
    /// may stand, the setter gives it in UTC.
    ///
    /// ```
    /// use avepoint_core::{Code, open_enum, serde_json};
    ///
    /// open_enum! {
    ///     /// A product.
    ///     pub enum Product: text {
    ///         /// Backup of mailboxes.
    ///         Backup = "Office365Backup",
    ///     }
    /// }
    ///
    /// assert_eq!(serde_json::to_string(&Product::from("office365backup"))?, r#""Office365Backup""#);
    /// let spelled = Product::Unknown(Code::from("office365backup"));
    /// assert_eq!(serde_json::to_string(&spelled)?, r#""office365backup""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Off,
}

/// A header of the caller's.
///
/// # Errors
/// A configuration error for a name or a value that HTTP does not allow, and for a header that is the client's.
pub(crate) fn caller_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let name =
        HeaderName::try_from(name).map_err(|_| Error::configuration(format!("`{name}` is not a header name")))?;
    if OWN_HEADERS.contains(&name.as_str()) {
        return Err(Error::configuration(format!(
            "the header `{name}` is the client's to set or to leave out: leave it out of those that you add"
        )));
    }
    // The value may be a secret of the caller's: it is not shown.
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| Error::configuration(format!("the value of the header `{name}` is not allowed")))?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// What is wrong with the first of these headers that asks for a part of a file, if the operation answers with none.
pub(crate) fn misplaced<'a>(operation: &Operation, names: impl IntoIterator<Item = &'a HeaderName>) -> Option<String> {
    let asks_for_a_part = |name: &&HeaderName| [header::RANGE, header::IF_RANGE].contains(*name);
    let name = names.into_iter().find(asks_for_a_part)?;
    (operation.response != ResponseBody::Bytes)
        .then(|| format!("the header `{name}` asks for a part of a file, and this call gets none: leave it out"))
}

/// What may be a secret in headers of the caller's: all but the ids of requests and of traces, which are there for people
/// to see and which servers send back.
pub fn secrets_of(headers: &HeaderMap) -> impl Iterator<Item = SecretString> {
    const TRACES: [&str; 2] = ["traceparent", "tracestate"];
    let headers = headers.iter();
    let secret = headers.filter(|(name, _)| !REQUEST_IDS.contains(name) && !TRACES.contains(&name.as_str()));
    secret.flat_map(|(_, value)| secrets_in(value))
}

/// What the value of a header says to whoever reads it: the whole of it, as UTF-8 and as Latin-1, in which many servers
/// read headers; what stands behind the name of a scheme (`Bearer …`), and the user and the password in that if it is
/// `Basic …`.
fn secrets_in(value: &HeaderValue) -> Vec<SecretString> {
    let latin = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
    let texts = |bytes: &[u8]| [String::from_utf8_lossy(bytes).into_owned(), latin(bytes)];
    let mut secrets = Vec::from(texts(value.as_bytes()));
    if let Some((scheme, rest)) = secrets[0].split_once(' ') {
        let rest = rest.trim().to_owned();
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(pair) = BASE64.decode(&rest)
        {
            let password = pair
                .iter()
                .position(|byte| *byte == b':')
                .map(|colon| &pair[colon + 1..]);
            secrets.extend([Some(&*pair), password].into_iter().flatten().flat_map(texts));
        }
        secrets.push(rest);
    }
    secrets.dedup();
    secrets.into_iter().map(SecretString::from).collect()
}

/// As RFC 7617 has it, and without the signs that fill up its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Collects responses as they came, with the members that the typed view does not know.
///
/// ```
/// use avepoint_core::{CallOptions, ResponseRecorder};
///
/// let recorder = ResponseRecorder::default();
/// let options = CallOptions::default().record_responses(&recorder);
/// // … calls of a client with these options …
/// for answer in recorder.take() {
///     println!("{}: {} bytes", answer.operation.id, answer.body.len());
/// }
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct ResponseRecorder(Arc<Mutex<Vec<RawResponse>>>);

impl ResponseRecorder {
    /// The responses since the last time, in the order of their arrival.
    pub fn take(&self) -> Vec<RawResponse> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn push(&self, answer: RawResponse) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
    }
}

// By hand: what was recorded is the caller's to show.
impl fmt::Debug for ResponseRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseRecorder").finish_non_exhaustive()
    }
}

/// A response as it came.
///
/// Secrets may stand in it, and in its headers: `Debug` shows neither values of headers nor the body, but its length.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// The operation that was called.
    pub operation: &'static Operation,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl RawResponse {
    /// A response with the status 200, without headers and with this body, for tests of code that takes one. Its fields can
    /// be set.
    ///
    /// ```
    /// use avepoint_core::{Method, Operation, RawResponse};
    /// use avepoint_core::http::StatusCode;
    /// use avepoint_core::serde_json;
    ///
    /// // Each client has the operations of its API in its module `operations`.
    /// static LIST: Operation = Operation::new("listThings", Method::Get, "/things", "List the things");
    ///
    /// let mut response = RawResponse::ok(&LIST, r#"{"data": []}"#);
    /// response.status = StatusCode::ACCEPTED;
    /// assert_eq!(response.json::<serde_json::Value>()?["data"], serde_json::json!([]));
    /// # Ok::<(), avepoint_core::Error>(())
    /// ```
    pub fn ok(operation: &'static Operation, body: impl Into<Bytes>) -> Self {
        RawResponse {
            operation,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// The body as JSON, into any type: a `serde_json::Value`, or one of the caller's.
    ///
    /// ```
    /// use avepoint_core::serde_json::Value;
    ///
    /// # fn read(response: avepoint_core::RawResponse) -> Result<(), avepoint_core::Error> {
    /// let value: Value = response.json()?;
    /// println!("{}", value["data"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode) where it is none, or not of the type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let problem = match without_mark(&self.body).trim_ascii() {
            [] => "the body is empty".to_owned(),
            json => match read_whole(json, Spelling::Documented) {
                Ok(value) => return Ok(value),
                Err(problem) => problem.to_string(),
            },
        };
        // The body is the caller's to show.
        let error = Error::from_decode(self.status, &self.headers, &[], problem, &Secrets::default());
        Err(error.with_operation(self.operation))
    }

    /// The id under which the server's operators find the call, if it sent one.
    pub fn request_id(&self) -> Option<&str> {
        sent_id(&self.headers)
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.operation.id)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}
