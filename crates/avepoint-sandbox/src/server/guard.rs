//! Who may call.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::response::Response;

use crate::call::Refusal;
use crate::spec::Operation;

/// Gives out tokens and looks at them.
pub(crate) trait Guard: Send + Sync {
    /// Answers what is asked of the identity service; none if the request is for another.
    fn identity(&self, request: &Parts, body: &Bytes) -> Option<Response>;

    /// Lets a request make a call of an operation.
    ///
    /// # Errors
    /// If it has no token, or one that does not allow the operation.
    fn authorize(&self, request: &Parts, operation: &Operation) -> Result<(), Refusal>;
}

/// Lets everybody do everything.
pub(crate) struct Open;

impl Guard for Open {
    fn identity(&self, _: &Parts, _: &Bytes) -> Option<Response> {
        None
    }

    fn authorize(&self, _: &Parts, _: &Operation) -> Result<(), Refusal> {
        Ok(())
    }
}
