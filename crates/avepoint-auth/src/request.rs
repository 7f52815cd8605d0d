//! A request to the identity service: sent again where that may help, never redirected, and read with care.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use avepoint_core::redact::Secrets;
use avepoint_core::{Clock, RetryPolicy, retry_after};
use http::{StatusCode, header};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use zeroize::Zeroizing;

use crate::failure::{Failure, shown};

/// The longest answer that is read, in bytes: far more than any token takes.
const LONGEST: usize = 1024 * 1024;

/// Sends requests to the identity service.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: RetryPolicy,
    /// The time for one attempt.
    pub(crate) timeout: Duration,
}

/// An answer of the identity service.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    /// It may hold a token.
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// When the request was sent: what the answer promises counts from there.
    pub(crate) asked_at: Timestamp,
}

impl Sender {
    /// Sends a request until it is answered, the attempts are used up or their time is over. `request` makes it anew
    /// for each attempt, and is told the time.
    ///
    /// # Errors
    /// A failure that names what was asked (`what`) where there was no answer.
    pub(crate) async fn send(
        &self,
        what: &str,
        request: impl Fn(Timestamp) -> Result<RequestBuilder, Failure>,
    ) -> Result<Answer, Failure> {
        let start = self.clock.elapsed();
        let mut sent = 0;
        loop {
            let left = self.retry.deadline.saturating_sub(self.since(start));
            let asked_at = self.clock.now();
            let attempt = request(asked_at)?.timeout(self.timeout.min(left));
            sent += 1;
            let (outcome, wait) = match self.exchange(attempt, asked_at).await {
                Ok((answer, wait)) if may_pass_later(answer.status) => (Ok(answer), wait),
                Ok((answer, _)) => return Ok(answer),
                Err(problem) => (Err(Failure::other(format!("{what}: {problem}"))), None),
            };
            let delay = self.retry.delay(sent, fastrand::f64(), wait);
            if sent >= self.retry.attempts || self.since(start) + delay >= self.retry.deadline {
                return outcome;
            }
            tracing::debug!(
                attempt = sent,
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                status = outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
                "the request to the identity service is sent again"
            );
            self.clock.sleep(delay).await;
        }
    }

    fn since(&self, start: Duration) -> Duration {
        self.clock.elapsed().saturating_sub(start)
    }

    /// Sends a request once. Besides the answer: how long the server asks to wait.
    async fn exchange(
        &self,
        request: RequestBuilder,
        asked_at: Timestamp,
    ) -> Result<(Answer, Option<Duration>), String> {
        let mut response = request.send().await.map_err(told)?;
        let wait = retry_after(response.headers(), self.clock.now());
        let body = whole(&mut response).await?;
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.split(';').next().unwrap_or_default().trim().to_owned());
        let answer = Answer {
            status: response.status(),
            content_type,
            body,
            asked_at,
        };
        Ok((answer, wait))
    }
}

impl Answer {
    /// What a body is that should have been JSON and is not. The body itself is not shown: a token may stand in it.
    pub(crate) fn no_json(&self, secrets: &Secrets) -> String {
        let status = self.status.as_u16();
        if self.status.is_redirection() {
            return format!("answered {status}, a redirection, which is not followed");
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return format!("answered {status} with nothing");
        }
        match self.content_type.as_deref().and_then(|text| shown(text, secrets)) {
            Some(kind) if kind.to_ascii_lowercase().contains("json") => {
                format!("answered {status} with JSON that is broken or cut off")
            }
            Some(kind) => format!("answered {status} with {kind}, which is no JSON"),
            None => format!("answered {status} with something that is no JSON"),
        }
    }
}

/// Whether the same request may pass later. A token request changes nothing, so that it may always be sent again.
fn may_pass_later(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT || status.is_server_error()
}

/// Reads an answer to its end, within bounds.
async fn whole(response: &mut Response) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        if body.len() + chunk.len() > LONGEST {
            return Err("the answer is longer than any that holds a token".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A failure of the connection in words, without the address.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let what = if error.is_timeout() {
        "no answer came in time"
    } else if error.is_connect() {
        "no connection was made"
    } else if error.is_builder() {
        "the request cannot be put together"
    } else {
        "the connection broke"
    };
    let mut cause: &dyn StdError = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    // A certificate's names, for one, are the server's words.
    match shown(&cause.to_string(), &Secrets::default()) {
        Some(cause) => format!("{what} ({cause})"),
        None => what.to_owned(),
    }
}
