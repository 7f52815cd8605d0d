//! What a client carries through every call: where to, who asks, and how often.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use reqwest::{Request, Response, Url};
use secrecy::SecretString;
use serde_json::Value;
#[cfg(feature = "export")]
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Instrument, Span, field};

use crate::clock::Clock;
use crate::cloud::may_carry_token;
use crate::credential::{AccessToken, Credential};
use crate::error::{Error, ErrorKind};
use crate::limits;
use crate::operation::{Answer, Format, Operation, Shape};
use crate::options::{CallOptions, RawAnswer};
use crate::redact::Secrets;
use crate::retry::retry_after;

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
    /// One permit for each export job that the service runs at once.
    #[cfg(feature = "export")]
    pub(crate) exports: Arc<Semaphore>,
}

/// How many times a read follows a redirection.
const REDIRECTIONS: usize = 5;

/// How much of a failed answer is read; more says nothing that helps.
const FAILED_BODY: usize = 64 * 1024;

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

    /// The HTTP client underneath.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    /// The clock by which calls wait.
    #[cfg(feature = "export")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Waits until another export job may run.
    #[cfg(feature = "export")]
    pub(crate) async fn export_turn(&self) -> Option<OwnedSemaphorePermit> {
        // It fails where the semaphore is closed, which nobody does.
        Arc::clone(&self.shared.exports).acquire_owned().await.ok()
    }

    /// Carries out one call: checks it, gets a token, sends it, and again where that is safe.
    pub(crate) async fn execute(&self, operation: &'static Operation, request: Request) -> Result<Response, Error> {
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
        let outcome = self.call(operation, request, &span).instrument(span.clone()).await;
        outcome.map_err(|error| {
            match error.status() {
                Some(status) if !status.is_success() => span.record("error.type", status.as_str()),
                _ => span.record("error.type", field::debug(error.kind())),
            };
            error.with_operation(operation)
        })
    }

    async fn call(&self, operation: &'static Operation, mut request: Request, span: &Span) -> Result<Response, Error> {
        let body = limits::check_request(operation, self.shared.base_url.path(), &request)
            .map_err(|problem| Error::new(ErrorKind::InvalidRequest, problem))?;
        self.set_headers(&mut request);
        let passwords = passwords_in(operation, body.as_ref());

        let Shared { credential, clock, .. } = &*self.shared;
        let policy = &self.options.retry;
        let start = clock.elapsed();
        let mut refreshed = false;
        let mut sent = 0;
        let mut token = credential.token(operation).await?;
        loop {
            // A body that cannot be copied is one that streams; it is sent once.
            let attempt = match request.try_clone() {
                Some(copy) => copy,
                None => return Err(Error::new(ErrorKind::InvalidRequest, "the body cannot be sent twice")),
            };
            let used = clock.elapsed().saturating_sub(start);
            let left = policy.deadline.saturating_sub(used);
            let attempt = authorized(attempt, &token)?;
            let timeout = self.options.timeout.min(left);
            span.record("http.request.resend_count", sent);
            sent += 1;
            let secrets = Secrets::new(passwords.iter().cloned().chain([token.secret()]));
            let error = match self.exchange(operation, attempt, timeout, secrets, span).await {
                Ok(response) => return Ok(response),
                Err(error) => error.with_operation(operation),
            };
            if error.status() == Some(StatusCode::UNAUTHORIZED) && !refreshed {
                refreshed = true;
                credential.rejected(&token);
                let fresh = credential.token(operation).await?;
                if fresh.expose() == token.expose() {
                    return Err(error);
                }
                token = fresh;
                continue;
            }
            if !error.is_retryable() || sent >= policy.attempts {
                return Err(error);
            }
            let delay = policy.delay(sent, fastrand::f64(), error.retry_after());
            if clock.elapsed().saturating_sub(start) + delay >= policy.deadline {
                return Err(error);
            }
            tracing::debug!(
                attempt = sent,
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                kind = ?error.kind(),
                "the call is sent again"
            );
            clock.sleep(delay).await;
        }
    }

    fn set_headers(&self, request: &mut Request) {
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, self.shared.user_agent.clone());
        for (name, value) in &self.options.headers {
            headers.append(name, value.clone());
        }
    }

    /// Sends a request once, within the time for an attempt.
    async fn exchange(
        &self,
        operation: &'static Operation,
        mut request: Request,
        timeout: Duration,
        secrets: Secrets,
        span: &Span,
    ) -> Result<Response, Error> {
        if operation.answer != Answer::Bytes {
            *request.timeout_mut() = Some(timeout);
            return self.answer(operation, request, secrets, span).await;
        }
        // The whole of a file may take longer than any call: the time is for its beginning, then for each piece.
        match tokio::time::timeout(timeout, self.answer(operation, request, secrets, span)).await {
            Ok(answer) => answer.map(|response| paced(response, self.options.timeout)),
            Err(_) => Err(Error::new(ErrorKind::Timeout, "no answer came in time")),
        }
    }

    /// Follows redirections of reads, and reads the answer.
    async fn answer(
        &self,
        operation: &'static Operation,
        request: Request,
        secrets: Secrets,
        span: &Span,
    ) -> Result<Response, Error> {
        let mut response = self.follow(operation, request).await?;
        let status = response.status();
        span.record("http.response.status_code", status.as_u16());
        if !status.is_success() {
            let wait = retry_after(response.headers(), self.shared.clock.now());
            let body = beginning(&mut response).await;
            return Err(Error::from_status(status, response.headers(), &body, wait, &secrets));
        }
        match operation.answer {
            // A file can be larger than memory: its reader takes it piece by piece.
            Answer::Bytes => Ok(response),
            Answer::Empty | Answer::Json => self.read_whole(operation, response, secrets).await,
        }
    }

    /// Reads an answer to its end, so that a cut one counts as a failed attempt.
    async fn read_whole(
        &self,
        operation: &'static Operation,
        response: Response,
        secrets: Secrets,
    ) -> Result<Response, Error> {
        let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
        let body = match response.bytes().await {
            Ok(body) => body,
            // Nothing was expected in it, and the status has told that the call was carried out.
            Err(_) if operation.answer == Answer::Empty => Bytes::new(),
            Err(error) => return Err(Error::from_transport(error)),
        };
        if let Some(capture) = &self.options.capture {
            capture.push(RawAnswer {
                operation,
                status,
                headers: headers.clone(),
                body: body.clone(),
            });
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = status;
        *whole.version_mut() = version;
        *whole.headers_mut() = headers;
        // Who reads the body may have to tell of it.
        whole.extensions_mut().insert(secrets);
        Ok(whole.into())
    }

    async fn follow(&self, operation: &'static Operation, request: Request) -> Result<Response, Error> {
        let mut next = request;
        for _ in 0..=REDIRECTIONS {
            let spare = if operation.read_only { next.try_clone() } else { None };
            let response = self.http().execute(next).await.map_err(Error::from_transport)?;
            let Some(target) = redirection(&response) else {
                return Ok(response);
            };
            let Some(again) = spare else {
                return Err(redirect_error("a write is not sent to another address", &response));
            };
            next = redirected(again, target).map_err(|problem| redirect_error(problem, &response))?;
        }
        Err(Error::new(ErrorKind::Redirect, "the server redirects without end"))
    }
}

/// Where a redirection points, if the answer is one.
fn redirection(response: &Response) -> Option<Url> {
    match response.status().as_u16() {
        301 | 302 | 303 | 307 | 308 => {
            let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
            response.url().join(location).ok()
        }
        _ => None,
    }
}

/// The request that follows a redirection. The token stays with the host it was meant for.
fn redirected(mut request: Request, target: Url) -> Result<Request, &'static str> {
    if !may_carry_token(&target) {
        return Err("the other address is not https");
    }
    if request.url().origin() != target.origin() {
        if request.body().is_some() {
            return Err("a body is not sent to another host");
        }
        request.headers_mut().clear();
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
            "the token holds characters that no header may hold",
        )
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(request)
}

/// The same answer, whose reader fails where no piece of it comes for so long.
fn paced(response: Response, pause: Duration) -> Response {
    let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
    let pieces = stream::try_unfold(response, move |mut response| async move {
        let piece = match tokio::time::timeout(pause, response.chunk()).await {
            Ok(piece) => piece.map_err(io::Error::other)?,
            Err(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the next piece did not come in time",
                ));
            }
        };
        Ok(piece.map(|piece| (piece, response)))
    });
    let mut paced = http::Response::new(reqwest::Body::wrap_stream(pieces));
    *paced.status_mut() = status;
    *paced.version_mut() = version;
    *paced.headers_mut() = headers;
    paced.into()
}

/// The beginning of a failed answer; a cut one is as good as it came.
async fn beginning(response: &mut Response) -> BytesMut {
    let mut body = BytesMut::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= FAILED_BODY {
            body.truncate(FAILED_BODY);
            break;
        }
    }
    body
}

/// The passwords in the body of a request, so that an error which quotes them can be cleaned.
fn passwords_in(operation: &Operation, body: Option<&Value>) -> Vec<SecretString> {
    let mut passwords = Vec::new();
    if let (Some(expected), Some(body)) = (&operation.body, body) {
        collect_passwords(expected.shape, body, &mut passwords);
    }
    passwords
}

fn collect_passwords(shape: &Shape, value: &Value, passwords: &mut Vec<SecretString>) {
    match (shape, value) {
        (
            Shape::Text {
                format: Format::Password,
                ..
            },
            Value::String(secret),
        ) => passwords.push(secret.as_str().into()),
        (Shape::Object { members, .. }, Value::Object(object)) => {
            for member in *members {
                if let Some(value) = object.get(member.name) {
                    collect_passwords(member.shape, value, passwords);
                }
            }
        }
        (Shape::List { item, .. }, Value::Array(entries)) => {
            entries
                .iter()
                .for_each(|entry| collect_passwords(item, entry, passwords));
        }
        (Shape::AnyOf(shapes) | Shape::AllOf(shapes), value) => {
            shapes
                .iter()
                .for_each(|shape| collect_passwords(shape, value, passwords));
        }
        _ => {}
    }
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
