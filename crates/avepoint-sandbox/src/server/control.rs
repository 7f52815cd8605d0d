//! `/_sandbox/…`: what tests of any language see of the sandbox, and have it do.

use std::convert::Infallible;
use std::iter;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Service, json as answer_json};
use crate::exports::ExportPlan;
use crate::fault::Fault;

/// The header that says how many requests were recorded before those that an answer tells of.
const DROPPED: HeaderName = HeaderName::from_static("sandbox-dropped");

/// Answers a request for the sandbox itself; none if it is for a service.
pub(super) fn answer(service: &Service, parts: &Parts, body: &Bytes) -> Option<Response> {
    let what = parts.uri.path().strip_prefix("/_sandbox/")?;
    if let Some(reason) = stranger(parts) {
        return Some(answer_json(403, &json!({ "message": reason })));
    }
    let done = json!({ "done": true });
    let result = match (parts.method.as_str(), what) {
        ("GET", "requests") => return Some(requests(service)),
        ("DELETE", "requests") => {
            service.log.clear();
            Ok(done)
        }
        ("POST", "faults") => faults(service, body).map(|()| done),
        ("DELETE", "faults") => {
            service.faults.clear();
            Ok(done)
        }
        ("POST", "exports") => exports(service, body).map(|()| done),
        ("POST", "time") => advance(service, body).map(|()| done),
        _ => Err(
            "there is GET and DELETE /_sandbox/requests, POST and DELETE /_sandbox/faults, \
             POST /_sandbox/exports, POST /_sandbox/time"
                .to_owned(),
        ),
    };
    Some(match result {
        Ok(value) => answer_json(200, &value),
        Err(message) => answer_json(400, &json!({ "message": message })),
    })
}

/// Why a request may be one that a page of the web has a browser send: it needs no token, so that nothing else keeps it
/// away. The name of another host that leads here is a way around the rule of the same origin (DNS rebinding).
fn stranger(parts: &Parts) -> Option<&'static str> {
    let header = |name| {
        parts
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host = header(HOST).next().or(parts.uri.authority().map(Authority::as_str));
    let is_here = |host: &str| {
        let name = host.parse().ok();
        name.is_some_and(|authority: Authority| {
            let name = authority.host().trim_matches(['[', ']']);
            name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        })
    };
    if !host.is_some_and(is_here) {
        return Some("The header Host names no loopback address; call the sandbox as 127.0.0.1, [::1] or localhost.");
    }
    let is_own = |origin: &str| origin.split_once("://").map(|(_, of)| of) == host;
    if !header(ORIGIN).all(is_own) {
        return Some("The header Origin is that of another page: none but the sandbox's own may steer it.");
    }
    None
}

/// The requests that are kept, written one after the other; the header says how many are no longer.
fn requests(service: &Service) -> Response {
    let (lines, dropped) = service.log.lines();
    let lines = lines.into_iter().enumerate().flat_map(|(index, line)| {
        let before = if index == 0 { "" } else { "," };
        [Bytes::from_static(before.as_bytes()), line]
    });
    let (start, end) = (Bytes::from_static(b"["), Bytes::from_static(b"]"));
    let parts = iter::once(start).chain(lines).chain([end]);
    let parts = stream::iter(parts.map(Ok::<_, Infallible>));
    let mut answer = super::json_of(200, Body::from_stream(parts));
    answer.headers_mut().insert(DROPPED, HeaderValue::from(dropped));
    answer
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

/// `{"next": [{"ending": "failed", "takesSeconds": 5}]}`: what the next export jobs do, one plan for each.
fn exports(service: &Service, body: &Bytes) -> Result<(), String> {
    let usage = r#"send {"next": [{"ending": "finished, finishedWithExceptions, failed or stopped", "takesSeconds": 2, "hiddenForSeconds": 0, "showsAllStates": false}]}: what the next export jobs do"#;
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let plans = body.as_ref().and_then(|body| body.get("next")?.as_array());
    let plans = plans.and_then(|plans| plans.iter().map(ExportPlan::read).collect::<Option<Vec<_>>>());
    let mut world = service.world();
    plans
        .ok_or(usage)?
        .into_iter()
        .for_each(|plan| world.exports.plan(plan));
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
