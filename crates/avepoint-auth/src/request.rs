//! A request to the identity service: sent again where that may help, never redirected, and read with care.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::redact::Secrets;
use avepoint_core::transport::{
    self, Attempts, Challenge, HttpClient, Ids, ReadError, Watched, secrets_of, system_time, timestamp,
};
use avepoint_core::{
    Clock, Error, ErrorKind, Method, Obstacle, Operation, RequestHook, RetryPolicy, parse_retry_after,
};
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Request, RequestBuilder};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use crate::failure::{Failure, obstacle, shown, unavailable};

/// What is asked of the identity service, as a hook is told of it.
pub(crate) static REQUEST_TOKEN: Operation = Operation::new(
    "requestToken",
    Method::Post,
    "/connect/token",
    "Request an access token",
)
.read_only(true);
pub(crate) static READ_DISCOVERY: Operation = Operation::new(
    "readDiscovery",
    Method::Get,
    "/.well-known/openid-configuration",
    "Read which token endpoint there is",
);

/// How the crate introduces itself to the identity service.
const AGENT: &str = concat!("avepoint-auth/", env!("CARGO_PKG_VERSION"));

/// The longest response that is read, in bytes: far more than any token takes.
const LONGEST: usize = 1024 * 1024;

/// The longest reason of a broken connection or a signer that is reported, in characters.
pub(crate) const LONGEST_PROBLEM: usize = 1024;

/// The members of a response whose values are secrets: OAuth's, in whatever it is told.
const SECRETS: &[&str] = &[
    "access_token",
    "id_token",
    "refresh_token",
    "client_secret",
    "client_assertion",
];

/// From when on a difference of clocks is worth a word.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// Sends requests to the identity service.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) http: HttpClient,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hook: Option<Arc<dyn RequestHook>>,
    pub(crate) retry: RetryPolicy,
    /// The time for one attempt.
    pub(crate) timeout: Duration,
}

/// A response of the identity service.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// It may hold a token.
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// When the request was sent: what the response promises counts from there.
    pub(crate) asked_at: Timestamp,
    /// When the response came.
    pub(crate) received_at: Timestamp,
}

/// Why an attempt has not led to an end.
enum Unmet {
    /// A response that may be another one later, and how long the server asks to wait.
    Answered(Answer, Option<Duration>),
    /// There was none, or none that was read to its end.
    Unanswered(Error),
}

impl Sender {
    /// Sends a request until it is answered, the attempts are used up or their time is over. `request` makes it again
    /// for each attempt, within its time, and is told the time of day; what must not be shown of what comes back are the
    /// secrets by then.
    ///
    /// # Errors
    /// A failure that names what was asked (`what`) where there was no response.
    pub(crate) async fn send<R: Future<Output = Result<RequestBuilder, Failure>>>(
        &self,
        operation: &'static Operation,
        what: &str,
        secrets: &Mutex<Secrets>,
        request: impl Fn(Timestamp) -> R,
    ) -> Result<Answer, Failure> {
        let mut attempts = Attempts::new(&self.retry, &*self.clock);
        let mut sent = 0_u32;
        loop {
            let asked_at = timestamp(self.clock.now());
            let until = attempts.until(self.timeout);
            let request = timeout_at(until, request(asked_at)).await;
            let request = request.map_err(|_| {
                let late = Failure::other(format!("{what}: the signer did not sign in time"));
                late.by(Some(Obstacle::Timeout))
            })??;
            let request = request.header(header::USER_AGENT, AGENT).build();
            let request = request.map_err(|_| Failure::other(format!("{what}: the request cannot be built")))?;
            sent = sent.saturating_add(1);
            let outcome = self.attempt(operation, sent, secrets, request, asked_at, until).await;
            let unmet = match outcome {
                Ok(answer) => return Ok(answer),
                Err(unmet) => unmet,
            };
            match attempts.pause_after(unmet).await {
                Ok(()) => {}
                Err(Unmet::Answered(answer, _)) => return Ok(answer),
                Err(unmet) => {
                    let (problem, ids) = (unmet.problem(secrets), unmet.ids(secrets));
                    let failure = Failure::other(format!("{what}: {problem}")).by(unmet.obstacle());
                    return Err(failure.with_ids(ids));
                }
            }
        }
    }

    /// Sends a request once; the caller's hook sees it.
    async fn attempt(
        &self,
        operation: &'static Operation,
        number: u32,
        secrets: &Mutex<Secrets>,
        mut request: Request,
        asked_at: Timestamp,
        until: Instant,
    ) -> Result<Answer, Unmet> {
        let Some(hook) = &self.hook else {
            return self.exchange(request, secrets, asked_at, until).await;
        };
        let (watched, added) = Watched::begin(&**hook, &*self.clock, operation, number);
        {
            let mut secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
            *secrets = secrets.with_all(secrets_of(&added));
        }
        request.headers_mut().extend(added);
        let outcome = self.exchange(request, secrets, asked_at, until).await;
        let failed = |problem: String, obstacle, ids| {
            let error = Error::new(ErrorKind::Credential, problem).with_operation(operation);
            error.with_obstacle(obstacle).with_ids(ids)
        };
        let (status, error) = match &outcome {
            Ok(answer) if answer.status.is_success() => (Some(answer.status), None),
            Ok(answer) => {
                let (problem, ids) = (answered(answer.status), answer.ids(&now(secrets)));
                (Some(answer.status), Some(failed(problem, answer.obstacle(), ids)))
            }
            Err(unmet) => {
                let (problem, ids) = (unmet.problem(secrets), unmet.ids(secrets));
                (unmet.status(), Some(failed(problem, unmet.obstacle(), ids)))
            }
        };
        watched.end(status, error.as_ref());
        outcome
    }

    /// Sends a request once.
    async fn exchange(
        &self,
        request: Request,
        secrets: &Mutex<Secrets>,
        asked_at: Timestamp,
        until: Instant,
    ) -> Result<Answer, Unmet> {
        let mut response = transport::send(&self.http, request, until)
            .await
            .map_err(Unmet::Unanswered)?;
        let received_at = timestamp(self.clock.now());
        let body = timeout_at(until, transport::whole(&mut response, LONGEST)).await;
        let headers = std::mem::take(response.headers_mut());
        let error = match body {
            Ok(Ok(body)) => {
                let answer = Answer {
                    status: response.status(),
                    headers,
                    body: Zeroizing::new(body.into()),
                    asked_at,
                    received_at,
                };
                if unavailable(answer.status).is_some() {
                    let wait = parse_retry_after(&answer.headers, system_time(received_at));
                    return Err(Unmet::Answered(answer, wait));
                }
                return Ok(answer);
            }
            Ok(Err(ReadError::TooLong(_))) => {
                Error::new(ErrorKind::Decode, "the response is too long for a token response")
            }
            Ok(Err(ReadError::Broken(error))) => error,
            Err(_) => transport::late(),
        };
        Err(Unmet::Unanswered(error.with_ids(Ids::read(
            &headers,
            "",
            &now(secrets),
        ))))
    }
}

impl Unmet {
    fn status(&self) -> Option<StatusCode> {
        match self {
            Unmet::Answered(answer, _) => Some(answer.status),
            Unmet::Unanswered(_) => None,
        }
    }

    /// What has happened, in words without these secrets.
    fn problem(&self, secrets: &Mutex<Secrets>) -> String {
        match self {
            Unmet::Answered(answer, _) => answered(answer.status),
            // A certificate may hold any name.
            Unmet::Unanswered(error) => now(secrets).clean(error.message(), LONGEST_PROBLEM),
        }
    }

    /// The ids of the request, without these secrets.
    fn ids(&self, secrets: &Mutex<Secrets>) -> Ids {
        match self {
            Unmet::Answered(answer, _) => answer.ids(&now(secrets)),
            Unmet::Unanswered(error) => error.ids().clone(),
        }
    }

    /// What stood in the way, if it was nothing of the app.
    fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Unmet::Answered(answer, _) => unavailable(answer.status),
            Unmet::Unanswered(error) => obstacle(error),
        }
    }
}

/// The secrets as they are known by now.
fn now(secrets: &Mutex<Secrets>) -> Secrets {
    secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What a status says where the rest of the response is not shown.
fn answered(status: StatusCode) -> String {
    format!("the identity service answered {}", status.as_u16())
}

impl transport::Failure for Unmet {
    fn may_pass(&self) -> bool {
        self.obstacle().is_some()
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Unmet::Answered(_, wait) => *wait,
            Unmet::Unanswered(_) => None,
        }
    }
}

impl Answer {
    fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The type of the body, without its parameters.
    fn content_type(&self) -> Option<&str> {
        let content_type = self.header(header::CONTENT_TYPE)?;
        content_type.split(';').next().map(str::trim)
    }

    /// What must not be shown of the response: these secrets, and those that stand in it.
    pub(crate) fn secrets(&self, secrets: &Secrets) -> Secrets {
        secrets.clone().with_members(SECRETS).with_those_in(&self.text())
    }

    /// The ids of the request, without these secrets.
    pub(crate) fn ids(&self, secrets: &Secrets) -> Ids {
        Ids::read(&self.headers, &self.text(), &self.secrets(secrets))
    }

    /// Why the service refuses, by the head of its response.
    pub(crate) fn challenge(&self) -> Challenge {
        match self.obstacle() {
            None => Challenge::read(&self.headers),
            Some(_) => Challenge::default(),
        }
    }

    /// The body as text. Bytes that are no UTF-8, as in messages of older servers, cost no more than themselves.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        String::from_utf8_lossy(body)
    }

    /// What the response says of the service and the way to it, if it is of no use.
    pub(crate) fn obstacle(&self) -> Option<Obstacle> {
        // Web servers send pages for paths that they do not have and for redirections too.
        let is_from_elsewhere = self.status != StatusCode::NOT_FOUND && !self.status.is_redirection();
        let is_page = || is_from_elsewhere && transport::is_page(self.content_type(), &self.text());
        unavailable(self.status).or_else(|| is_page().then_some(Obstacle::Gateway))
    }

    /// What can be done about a response that is of no use.
    pub(crate) fn remedy(&self) -> &'static str {
        match self.obstacle() {
            Some(Obstacle::Gateway) => {
                "a firewall or gateway answered in place of the service: check the proxy, and from which addresses calls \
                 are allowed, or the identity URL"
            }
            Some(_) => "try again later",
            None => "check the cloud and the identity URL",
        }
    }

    /// How far the clock of this machine is ahead of the server's, where that is more than the network and the seconds
    /// of a date can explain; less than nothing where it is behind.
    pub(crate) fn clock_ahead(&self) -> Option<SignedDuration> {
        let date = timestamp(transport::http_date(self.header(header::DATE)?)?);
        let nearest = date.clamp(self.asked_at.min(self.received_at), self.received_at);
        let ahead = nearest.duration_since(date).round(jiff::Unit::Second).ok()?;
        (ahead.abs() > CLOCKS_DIFFER).then_some(ahead)
    }

    /// What a body is that should have been JSON and is not. The body itself is not shown: a token may stand in it.
    pub(crate) fn no_json(&self, secrets: &Secrets) -> String {
        let status = self.status.as_u16();
        if self.status.is_redirection() {
            return format!("answered {status}, a redirection, which is not followed");
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return format!("answered {status} with nothing");
        }
        match self.content_type().and_then(|text| shown(text, secrets)) {
            Some(kind) if kind.to_ascii_lowercase().contains("json") => {
                format!("answered {status} with JSON that is invalid or truncated")
            }
            Some(kind) => format!("answered {status} with {kind}, which is not JSON"),
            None => format!("answered {status} with something that is not JSON"),
        }
    }
}
