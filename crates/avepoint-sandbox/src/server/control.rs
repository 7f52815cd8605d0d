//! `/_sandbox/…`: what tests of any language see of the sandbox, and have it do.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::{Service, json as answer_json};
use crate::fault::Fault;

/// Answers a request for the sandbox itself; none if it is for a service.
pub(super) fn answer(service: &Service, parts: &Parts, body: &Bytes) -> Option<Response> {
    let what = parts.uri.path().strip_prefix("/_sandbox/")?;
    let done = json!({ "done": true });
    let result = match (parts.method.as_str(), what) {
        ("GET", "requests") => Ok(json!(service.log.requests())),
        ("DELETE", "requests") => {
            service.log.clear();
            Ok(done)
        }
        ("POST", "faults") => faults(service, body).map(|()| done),
        ("DELETE", "faults") => {
            service.faults.clear();
            Ok(done)
        }
        ("POST", "time") => advance(service, body).map(|()| done),
        _ => Err(
            "there is GET and DELETE /_sandbox/requests, POST and DELETE /_sandbox/faults, POST /_sandbox/time"
                .to_owned(),
        ),
    };
    Some(match result {
        Ok(value) => answer_json(200, &value),
        Err(message) => answer_json(400, &json!({ "message": message })),
    })
}

/// `{"next": ["status=503", "cut=after; delay=1s"]}`: the faults of the next calls, one text for each.
fn faults(service: &Service, body: &Bytes) -> Result<(), String> {
    let usage = || r#"send {"next": ["status=503", "delay=1s; cut=after"]}: the faults of the next calls"#.to_owned();
    let body: Value = serde_json::from_slice(body).map_err(|_| usage())?;
    let next = body.get("next").and_then(Value::as_array).ok_or_else(usage)?;
    let faults = next.iter().map(|text| {
        let text = text.as_str().ok_or_else(usage)?;
        Fault::list(text).map_err(|error| error.to_string())
    });
    // All are read before the first counts.
    let faults: Vec<_> = faults.collect::<Result<_, _>>()?;
    faults.into_iter().for_each(|faults| service.faults.add(faults));
    Ok(())
}

/// `{"advanceSeconds": 60}`: the time of the world goes forward.
fn advance(service: &Service, body: &Bytes) -> Result<(), String> {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let seconds = body.and_then(|body| body.get("advanceSeconds")?.as_u64());
    let seconds = seconds.ok_or(r#"send {"advanceSeconds": 60}: by how much the time of the world goes forward"#)?;
    service.world().clock.advance(Duration::from_secs(seconds));
    Ok(())
}
