//! What a call leaves behind beside its typed answer, for those parts of this crate that judge answers by more.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::error::{Error, request_id};
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::redact::Secrets;
use crate::retry::parse_retry_after;
use crate::session::Session;

/// Watches one call.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Seen>>);

/// The response to a call, as it came.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    operation: Option<&'static Operation>,
    headers: HeaderMap,
    body: Bytes,
    /// What must not be shown of it.
    secrets: Secrets,
}

impl Witness {
    /// A witness, and options for the call that it watches.
    pub(crate) fn of(session: &Session) -> (Self, CallOptions) {
        let witness = Witness::default();
        let options = CallOptions {
            witness: Some(witness.clone()),
            ..session.options().clone()
        };
        (witness, options)
    }

    /// A success has come, with these headers.
    pub(crate) fn answered(&self, operation: &'static Operation, headers: &HeaderMap) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            operation: Some(operation),
            headers: headers.clone(),
            ..Seen::default()
        };
    }

    /// Its body was read.
    pub(crate) fn read(&self, body: &Bytes) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body = body.clone();
    }

    /// What was seen of a call of this session.
    pub(crate) fn seen(&self, session: &Session) -> Seen {
        Seen {
            secrets: session.secrets(),
            ..self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }
}

// By hand: an answer may hold what is not to be shown.
impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").finish_non_exhaustive()
    }
}

impl Seen {
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same answer with the body of a file, which nobody has read before.
    pub(crate) fn with_body(self, body: Bytes) -> Self {
        Seen { body, ..self }
    }

    /// A text of the response, fit to be shown.
    pub(crate) fn clean(&self, text: &str, longest: usize) -> String {
        self.secrets.clean(text, longest)
    }

    /// The error of a response whose body tells of a failure, by this status, although HTTP says 200.
    pub(crate) fn refused(&self, status: StatusCode, now: SystemTime) -> Error {
        let wait = parse_retry_after(&self.headers, now);
        let error = Error::from_status(status, &self.headers, &self.body, wait, &self.secrets);
        self.about(error)
    }

    /// The error of a response that is a success and not what was asked for.
    pub(crate) fn unreadable(&self, status: StatusCode, problem: String) -> Error {
        let error = Error::from_decode(status, &self.headers, &self.body, problem, &self.secrets);
        self.about(error)
    }

    /// The error as one of this call.
    pub(crate) fn about(&self, error: Error) -> Error {
        let error = error.with_request_id(request_id(&self.headers, &self.secrets));
        match self.operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }
}
