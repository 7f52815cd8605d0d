//! Refusals in the shape that each service has for them.

use axum::http::HeaderValue;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::json as answer_json;
use crate::call::Refusal;
use crate::spec::Api;

/// The answer to a request that is refused. Without an API the shape is that of Elements.
pub(super) fn respond(api: Option<Api>, refusal: Refusal) -> Response {
    let body = match api {
        Some(api) if api.is_insights() => json!({ "status": refusal.status, "message": refusal.message }),
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
