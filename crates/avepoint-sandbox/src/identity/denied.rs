//! Refusals of the token endpoint (RFC 6749, section 5.2).

use axum::http::HeaderValue;
use axum::http::header::{ALLOW, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::json;

use crate::server;

/// Why there is no token. The description is in the characters that the RFC allows there, and never holds what was sent,
/// apart from a scope.
#[derive(Debug)]
pub(super) struct Denied {
    pub(super) error: &'static str,
    pub(super) description: String,
    status: u16,
    challenge: Option<HeaderValue>,
    allow: Option<&'static str>,
}

impl Denied {
    pub(super) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
            status: 400,
            challenge: None,
            allow: None,
        }
    }

    /// The request is not what the endpoint takes.
    pub(super) fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// The client has not proved who it is.
    pub(super) fn client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }

    /// The client has not proved who it is in the header `Authorization`.
    pub(super) fn challenged(mut self) -> Self {
        self.status = 401;
        self.challenge = Some(HeaderValue::from_static(r#"Basic realm="avepoint-sandbox""#));
        self
    }

    pub(super) fn method(allowed: &'static str) -> Self {
        let description = format!("There is only {allowed} here.");
        let (status, allow) = (405, Some(allowed));
        Self {
            status,
            allow,
            ..Self::request(description)
        }
    }

    pub(super) fn too_long(most: usize) -> Self {
        let status = 413;
        Self {
            status,
            ..Self::request(format!("The body is longer than {most} bytes."))
        }
    }

    /// The sandbox itself is at fault.
    pub(super) fn fault(description: &str) -> Self {
        let status = 500;
        Self {
            status,
            ..Self::new("server_error", description)
        }
    }

    pub(super) fn response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut answer = server::json(self.status, &body);
        if let Some(challenge) = self.challenge {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(allow) = self.allow {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        answer
    }
}
