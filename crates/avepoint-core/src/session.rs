//! What a client carries through every call: where to, who asks, and how often.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{CONTROLS, percent_encode};
use reqwest::{Request, Response, Url};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span, field};

use crate::clock::Clock;
use crate::cloud::may_carry_token;
use crate::credential::{AccessToken, Credential};
use crate::error::{Error, ErrorKind};
#[cfg(feature = "export")]
use crate::export::Places;
use crate::operation::{Operation, ResponseBody};
use crate::options::{CallOptions, RawResponse};
use crate::protection::Protection;
use crate::redact::{RecentTokens, Secrets, members};
use crate::renewals::Renewals;
use crate::retry::parse_retry_after;
use crate::transport::{self, Attempts, HttpSettings, ReadError};

/// The inner part of every client: cheap to clone, and shared by its clones but for the [`CallOptions`].
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    options: Arc<CallOptions>,
}

pub(crate) struct Shared {
    pub(crate) base_url: Url,
    pub(crate) credential: Arc<dyn Credential>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: reqwest::Client,
    pub(crate) settings: HttpSettings,
    pub(crate) plain_away: OnceLock<reqwest::Client>,
    pub(crate) tls_away: OnceLock<reqwest::Client>,
    pub(crate) renewals: Renewals,
    /// The names of the members that hold secrets.
    pub(crate) secret_members: &'static [&'static str],
    #[cfg(feature = "export")]
    pub(crate) places: Places,
    pub(crate) tokens: RecentTokens,
}

/// How many times a read follows a redirection.
const REDIRECTIONS: usize = 5;

/// How much is read of an answer that has failed, or that is to be empty, in bytes; more says nothing that helps.
const SHORT_BODY: usize = 64 * 1024;

/// How long the rest of an answer is waited for that is to be empty.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What a read by redirection takes along to another host: what it wants of the answer, and nothing that is anyone's.
const HARMLESS: [HeaderName; 3] = [header::ACCEPT, header::RANGE, header::IF_RANGE];

impl Session {
    pub(crate) fn new(shared: Shared, options: CallOptions) -> Self {
        Session {
            shared: Arc::new(shared),
            options: Arc::new(options),
        }
    }

    /// The address under which the API answers.
    pub fn base_url(&self) -> &Url {
        &self.shared.base_url
    }

    /// The options of this clone.
    pub fn options(&self) -> &CallOptions {
        &self.options
    }

    /// The same session with other options.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Session {
            shared: Arc::clone(&self.shared),
            options: Arc::new(options),
        }
    }

    /// The clock by which calls wait.
    #[cfg(feature = "export")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// The places of the export jobs.
    #[cfg(feature = "export")]
    pub(crate) fn places(&self) -> &Places {
        &self.shared.places
    }

    /// What must not be shown of the answers to calls that are done.
    #[cfg(feature = "export")]
    pub(crate) fn secrets(&self) -> Secrets {
        self.with_tokens(&self.own_secrets(None))
    }

    /// These secrets, and every token that a server may still quote: that of the call, the one that it replaced, and
    /// those of other permissions.
    fn with_tokens(&self, secrets: &Secrets) -> Secrets {
        secrets.with_all(self.shared.tokens.all())
    }

    /// What must not be shown of a call with this body, but for tokens.
    fn own_secrets(&self, body: Option<&Value>) -> Secrets {
        let members = self.shared.secret_members;
        let mut own: Vec<_> = self.options.secrets().collect();
        if let Some(body) = body {
            members::collect(members, body, &mut own);
        }
        Secrets::new(own).with_members(members)
    }

    /// The names of the members that hold secrets.
    pub(crate) fn secret_members(&self) -> &'static [&'static str] {
        self.shared.secret_members
    }

    /// Carries out one call that was checked: gets a token, sends it, and again where that is safe.
    pub(crate) async fn execute(
        &self,
        operation: &'static Operation,
        request: Request,
        body: Option<Value>,
    ) -> Result<Response, Error> {
        let span = tracing::info_span!(
            "call",
            otel.name = %format_args!("{} {}", operation.method.as_str(), operation.path),
            otel.kind = "client",
            avepoint.operation = operation.id,
            http.request.method = operation.method.as_str(),
            http.request.resend_count = field::Empty,
            http.response.status_code = field::Empty,
            url.template = operation.path,
            server.address = self.shared.base_url.host_str(),
            server.port = self.shared.base_url.port_or_known_default(),
            error.type = field::Empty,
        );
        let outcome = self
            .call(operation, request, body, &span)
            .instrument(span.clone())
            .await;
        outcome.map_err(|error| {
            match error.status() {
                Some(status) if !status.is_success() => span.record("error.type", status.as_str()),
                _ => span.record("error.type", field::debug(error.kind())),
            };
            error.with_operation(operation)
        })
    }

    async fn call(
        &self,
        operation: &'static Operation,
        mut request: Request,
        body: Option<Value>,
        span: &Span,
    ) -> Result<Response, Error> {
        self.set_headers(&mut request);
        let call = Call {
            operation,
            request,
            secrets: self.own_secrets(body.as_ref()),
            span,
        };
        let Shared { renewals, clock, .. } = &*self.shared;
        let mut attempts = Attempts::new(&self.options.retry, &**clock);
        let mut token = self.token(operation, attempts.left()).await?;
        let (mut sent, mut renewed) = (0_u32, false);
        loop {
            span.record("http.request.resend_count", sent);
            sent = sent.saturating_add(1);
            let error = match self.attempt(&call, &token, attempts.until(self.options.timeout)).await {
                Ok(response) => {
                    renewals.resume(operation);
                    return Ok(response);
                }
                Err(error) => error.with_operation(operation),
            };
            if error.kind() != ErrorKind::Status || error.status() != Some(StatusCode::UNAUTHORIZED) {
                attempts.pause_after(error).await?;
                continue;
            }
            if renewed {
                renewals.pause(operation, clock.elapsed());
            }
            if renewed || renewals.are_paused(operation, clock.elapsed()) {
                return Err(error);
            }
            renewed = true;
            self.shared.credential.invalidate(&token);
            let fresh = self.token(operation, attempts.left()).await?;
            if fresh.expose() == token.expose() {
                return Err(error);
            }
            token = fresh;
        }
    }

    /// A token, within the time that is left.
    async fn token(&self, operation: &'static Operation, left: Duration) -> Result<AccessToken, Error> {
        match tokio::time::timeout(left, self.shared.credential.token(operation)).await {
            Ok(token) => token,
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                "no access token arrived in time; nothing was sent",
            )),
        }
    }

    /// Sends a request, and reads its answer, until the time is over.
    async fn attempt(&self, call: &Call<'_>, token: &AccessToken, until: Instant) -> Result<Response, Error> {
        // A body that cannot be copied is one that streams; no API takes such a one.
        let copy = call.request.try_clone();
        let copy = copy.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "the body cannot be sent twice"))?;
        let request = authorized(copy, token)?;
        self.shared.tokens.keep(token);
        let secrets = self.with_tokens(&call.secrets);
        let followed = self.follow(call.operation, request, until).await;
        let mut answer = followed.map_err(|error| error.without(&secrets))?;
        let status = answer.response.status();
        call.span.record("http.response.status_code", status.as_u16());
        if !status.is_success() {
            return Err(self.refusal(answer, until, &secrets).await);
        }
        #[cfg(feature = "export")]
        if let Some(witness) = &self.options.witness {
            witness.answered(call.operation, answer.response.headers());
        }
        match call.operation.response {
            // A file can be larger than memory: its reader takes it piece by piece. The whole of it may take longer than
            // any call; the time was for its beginning, and is for each piece from now on.
            ResponseBody::Bytes => Ok(paced(answer.response, self.options.timeout)),
            ResponseBody::Json => {
                let whole = transport::whole(&mut answer.response, self.options.max_response_size);
                match timeout_at(until, whole).await {
                    Ok(Ok(body)) => Ok(self.complete(call.operation, &answer.response, body.into(), secrets)),
                    Ok(Err(ReadError::Broken(error))) => Err(error),
                    Ok(Err(ReadError::TooLong(declared_length))) => {
                        let problem = self.too_long(declared_length);
                        Err(Error::from_decode(
                            status,
                            answer.response.headers(),
                            &[],
                            problem,
                            &secrets,
                        ))
                    }
                    Err(_) => Err(Error::late(true)),
                }
            }
            // The status has said that the call was carried out, and nothing is expected in the body: what of it comes at
            // once is kept, so that the connection can be used again.
            ResponseBody::Empty => {
                let mut body = Vec::new();
                let beginning = transport::beginning(&mut answer.response, SHORT_BODY, &mut body);
                let _ = timeout_at(until.min(transport::after(AT_ONCE)), beginning).await;
                Ok(self.complete(call.operation, &answer.response, body.into(), secrets))
            }
        }
    }

    pub(crate) fn set_headers(&self, request: &mut Request) {
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, self.shared.user_agent.clone());
        for (name, value) in &self.options.headers {
            headers.append(name, value.clone());
        }
    }

    /// The error of an answer whose status is no success.
    async fn refusal(&self, mut answer: Followed, until: Instant, secrets: &Secrets) -> Error {
        let response = &mut answer.response;
        let wait = parse_retry_after(response.headers(), self.shared.clock.now());
        let mut body = Vec::new();
        // What is late says nothing that the status does not.
        let _ = timeout_at(until, transport::beginning(response, SHORT_BODY, &mut body)).await;
        let error = Error::from_status(response.status(), response.headers(), &body, wait, secrets);
        match error.status() {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) if answer.away => error.of_another_host(),
            _ => error,
        }
    }

    fn too_long(&self, declared_length: Option<u64>) -> String {
        let bound = self.options.max_response_size;
        let length = declared_length.map_or_else(
            || format!("more than {bound} bytes"),
            |length| format!("{length} bytes"),
        );
        format!(
            "it has {length}, but at most {bound} are read: request less at once, or raise the limit with \
             `CallOptions::max_response_size`"
        )
    }

    /// A successful answer that has been read.
    fn complete(&self, operation: &'static Operation, response: &Response, body: Bytes, secrets: Secrets) -> Response {
        #[cfg(feature = "export")]
        if let Some(witness) = &self.options.witness {
            witness.read(&body);
        }
        if let Some(recorder) = &self.options.recorder {
            recorder.push(RawResponse {
                operation,
                status: response.status(),
                headers: response.headers().clone(),
                body: body.clone(),
            });
        }
        let mut whole = same_head(response, body);
        // Who reads the body may have to tell of it.
        whole.extensions_mut().insert(secrets);
        whole.into()
    }

    /// Sends a request, and again where the answer points if it only reads.
    async fn follow(&self, operation: &'static Operation, request: Request, until: Instant) -> Result<Followed, Error> {
        let (mut next, mut away) = (request, false);
        for _ in 0..=REDIRECTIONS {
            let spare = if operation.read_only { next.try_clone() } else { None };
            let http = if away {
                self.shared.http_away(next.url())?
            } else {
                &self.shared.http
            };
            let response = transport::send(http, next, until).await?;
            let Some(target) = redirection(&response) else {
                return Ok(Followed { response, away });
            };
            let Some(again) = spare else {
                return Err(redirect_error("a write is not sent to another address", &response));
            };
            // What has been elsewhere once brings nothing of the caller's back.
            away |= again.url().origin() != target.origin();
            next = redirected(again, target).map_err(|problem| redirect_error(problem, &response))?;
        }
        Err(Error::new(ErrorKind::Redirect, "the server redirects without end"))
    }
}

impl Shared {
    /// The client for other servers than the API's: the caller's builder has no part in it, since its headers, such as a
    /// key, are for the API alone.
    fn http_away(&self, address: &Url) -> Result<&reqwest::Client, Error> {
        let client = match address.scheme() {
            "http" => &self.plain_away,
            _ => &self.tls_away,
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let made = self.settings.client(None, address)?;
        Ok(client.get_or_init(|| made))
    }
}

/// One call, through all its attempts.
struct Call<'a> {
    operation: &'static Operation,
    request: Request,
    /// What an error must not show of it, but for tokens.
    secrets: Secrets,
    span: &'a Span,
}

/// An answer, from wherever it came in the end.
struct Followed {
    response: Response,
    /// Whether the request has left the API's own host.
    away: bool,
}

/// Where a redirection points, if the answer is one.
fn redirection(response: &Response) -> Option<Url> {
    match response.status().as_u16() {
        301 | 302 | 303 | 307 | 308 => {
            let location = response.headers().get(header::LOCATION)?.as_bytes();
            // Some servers write names into it as they are.
            let location: Cow<'_, str> = percent_encode(location, CONTROLS).into();
            response.url().join(&location).ok()
        }
        _ => None,
    }
}

/// The request that follows a redirection. The token stays with the host it was meant for.
fn redirected(mut request: Request, target: Url) -> Result<Request, &'static str> {
    if !may_carry_token(&target) || (request.url().scheme() == "https" && target.scheme() != "https") {
        return Err("the other address is not https");
    }
    if !target.username().is_empty() || target.password().is_some() {
        return Err("the other address contains a user or a password");
    }
    if request.url().origin() != target.origin() && Protection::OwnHost.is_on() {
        if request.body().is_some() {
            return Err("a body is not sent to another host");
        }
        let all = std::mem::take(request.headers_mut());
        for name in HARMLESS {
            for value in all.get_all(&name) {
                request.headers_mut().append(&name, value.clone());
            }
        }
    }
    *request.url_mut() = target;
    Ok(request)
}

fn redirect_error(problem: &str, response: &Response) -> Error {
    Error::new(ErrorKind::Redirect, format!("{} {problem}", response.status().as_u16()))
}

fn authorized(mut request: Request, token: &AccessToken) -> Result<Request, Error> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| {
        Error::new(
            ErrorKind::Credential,
            "the token contains characters that are not allowed in a header",
        )
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(request)
}

/// The same answer, whose reader fails where no piece of it comes for so long.
fn paced(response: Response, pause: Duration) -> Response {
    let head = same_head(&response, ());
    let pieces = stream::try_unfold(response, move |mut response| async move {
        let piece = match tokio::time::timeout(pause, response.chunk()).await {
            Ok(piece) => piece.map_err(io::Error::other)?,
            Err(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the next part did not arrive in time",
                ));
            }
        };
        Ok(piece.map(|piece| (piece, response)))
    });
    head.map(|()| reqwest::Body::wrap_stream(pieces)).into()
}

/// An answer with the head of another.
fn same_head<T>(response: &Response, body: T) -> http::Response<T> {
    let mut same = http::Response::new(body);
    *same.status_mut() = response.status();
    *same.version_mut() = response.version();
    *same.headers_mut() = response.headers().clone();
    same
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("base_url", &self.shared.base_url.as_str())
            .field("credential", &self.shared.credential)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
