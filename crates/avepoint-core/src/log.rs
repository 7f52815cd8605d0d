//! One line for each call, at the level `info`.

use std::time::Duration;

use crate::clock::Clock;
use crate::error::{Error, request_id};
use crate::operation::Operation;
use crate::redact::Secrets;
use crate::session::Answer;

/// Where the lines come from, as filters name it.
const TARGET: &str = "avepoint_core::call";

/// One call, which is told of once, whatever becomes of it.
pub(crate) struct CallLog<'a> {
    operation: &'static Operation,
    clock: &'a dyn Clock,
    begun: Duration,
    /// How often it was sent.
    pub(crate) sent: u32,
    has_ended: bool,
}

impl<'a> CallLog<'a> {
    pub(crate) fn begin(operation: &'static Operation, clock: &'a dyn Clock) -> Self {
        CallLog {
            operation,
            clock,
            begun: clock.elapsed(),
            sent: 0,
            has_ended: false,
        }
    }

    /// The call has ended. What must not be shown of its response is asked for where there is something to show.
    pub(crate) fn end(mut self, outcome: &Result<Answer, Error>, secrets: impl FnOnce() -> Secrets) {
        self.has_ended = true;
        if !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
            return;
        }
        match outcome {
            Ok(response) => {
                // Many services send none, and secrets are many.
                let id = request_id(response.headers(), &Secrets::default());
                let id = id.and_then(|_| request_id(response.headers(), &secrets()));
                self.tell(Some(response.status().as_u16()), id.as_deref(), None);
            }
            Err(error) => {
                let status = error.status().map(|status| status.as_u16());
                self.tell(status, error.request_id(), Some(&error.to_string()));
            }
        }
    }

    fn tell(&self, status: Option<u16>, request_id: Option<&str>, error: Option<&str>) {
        let duration = self.clock.elapsed().saturating_sub(self.begun);
        tracing::info!(
            target: TARGET,
            operation = self.operation.id,
            method = self.operation.method.as_str(),
            path = self.operation.path,
            status,
            attempts = self.sent,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            request_id,
            error,
            "call"
        );
    }
}

impl Drop for CallLog<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(None, None, Some("the call was dropped before it had ended"));
        }
    }
}
