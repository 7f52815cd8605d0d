//! Refusals in the shape that each service has for them.

use axum::http::HeaderValue;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::json as answer_json;
use crate::call::Refusal;
use crate::identity::Identity;
use crate::spec::{Api, Operation};

/// Whose errors a refusal is to look like.
#[derive(Clone, Copy)]
pub(super) enum Service {
    Identity,
    Api(Api),
    /// None: the shape is that of Elements.
    Other,
}

impl Service {
    /// The service that a request is for.
    pub(super) fn of(path: &str, operation: Option<&Operation>) -> Self {
        match operation {
            Some(operation) => Self::Api(operation.api),
            None if Identity::is_at(path) => Self::Identity,
            None => Self::Other,
        }
    }
}

/// The answer to a request that is refused.
pub(super) fn respond(service: Service, refusal: Refusal) -> Response {
    let body = match service {
        Service::Identity => json!({ "error": error(refusal.status), "error_description": refusal.message }),
        Service::Api(api) if api.is_insights() => json!({ "status": refusal.status, "message": refusal.message }),
        _ if refusal.violations.is_empty() => json!({ "message": refusal.message }),
        _ => problem_details(&refusal),
    };
    let mut answer = answer_json(refusal.status, &body);
    for (name, value) in refusal.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// The error of OAuth for a status (RFC 6749, sections 4.1.2.1 and 5.2).
fn error(status: u16) -> &'static str {
    match status {
        401 => "invalid_client",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    }
}

/// Problem details (RFC 9457) as ASP.NET writes them for a request that is not valid, and a `message` beside.
fn problem_details(refusal: &Refusal) -> Value {
    let mut errors = Map::new();
    for violation in &refusal.violations {
        let messages = errors.entry(violation.place.clone()).or_insert_with(|| json!([]));
        if let Value::Array(messages) = messages {
            messages.push(violation.message.as_str().into());
        }
    }
    json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": refusal.status,
        "message": refusal.message,
        "errors": errors,
    })
}
