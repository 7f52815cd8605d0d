//! The pipeline of a request: what it leads to, who may make it, whether it is what the spec asks for, what handles it.

mod authorize;
mod connections;
mod control;
mod errors;
mod faults;
mod log;
mod spoil;
#[cfg(test)]
mod tests;
mod tls;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use tokio_rustls::TlsAcceptor;

pub(crate) use authorize::authorize;
pub(crate) use faults::{Faults, Rate};
pub(crate) use log::Log;
pub use log::RecordedRequest;
pub(crate) use tls::Tls;

use crate::call::{Answer, Call, Refusal};
use crate::fault::Fault;
use crate::identity::Identity;
use crate::operations;
use crate::spec::{self, Operation, Route, Sent, Spec};
use crate::world::World;
use connections::{Connections, Cutter};

/// The header by which Elements names each answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// How long a body may be: the longest valid one has some 10 KiB.
const LONGEST_BODY: usize = 4 << 20;

/// What all requests share.
pub(crate) struct Service {
    world: Mutex<World>,
    pub(crate) identity: Identity,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    /// How many answers have had a name.
    answers: AtomicU64,
}

impl Service {
    pub(crate) fn new(world: World, identity: Identity, faults: Faults, log: Log) -> Self {
        Self {
            world: Mutex::new(world),
            identity,
            faults,
            log,
            answers: AtomicU64::new(0),
        }
    }

    /// The world, for as long as nobody else needs it.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request, unless its connection is cut first.
    async fn answer(&self, route: Route<'static>, parts: &Parts, body: &Bytes) -> Option<Response> {
        let called = operation(&route);
        let whose = errors::Service::of(parts.uri.path(), called);
        let faults = match self.faults.of(&parts.headers, called.is_some()) {
            Ok(faults) => faults,
            Err(refusal) => return Some(errors::respond(whose, refusal)),
        };
        tokio::time::sleep(spoil::delay(&faults)).await;
        if faults.contains(&Fault::CutBefore) {
            return None;
        }
        let answer = match faults.iter().find_map(refused) {
            Some(refusal) => errors::respond(whose, refusal),
            None => self.carry_out(route, parts, body, &faults).await,
        };
        match faults.contains(&Fault::CutAfter) {
            true => None,
            false => Some(spoil::body(answer, &faults).await),
        }
    }

    async fn carry_out(&self, route: Route<'static>, parts: &Parts, body: &Bytes, faults: &[Fault]) -> Response {
        let whose = errors::Service::of(parts.uri.path(), operation(&route));
        if let Some(refusal) = unreadable(&parts.headers, body) {
            return errors::respond(whose, refusal);
        }
        let spoil = |value: &mut Value| spoil::value(None, value, faults);
        if let Some(answer) = self.identity.answer(parts, body, spoil) {
            return answer;
        }
        match route {
            Route::To(operation, path) => match self.call(operation, path, parts, body, faults) {
                Ok(answer) => answer_with(operation, answer, &parts.headers, faults).await,
                Err(refusal) => errors::respond(whose, refusal),
            },
            Route::OtherMethods(methods) => {
                let methods = methods.join(", ");
                let message = format!("There is no {} here; there is {methods}.", parts.method);
                errors::respond(whose, Refusal::new(405, message).with_header(ALLOW, methods))
            }
            Route::Nowhere => errors::respond(whose, Refusal::new(404, "There is no operation at this address.")),
        }
    }

    fn call(
        &self,
        operation: &Operation,
        path: Vec<(&'static str, String)>,
        parts: &Parts,
        body: &Bytes,
        faults: &[Fault],
    ) -> Result<Answer, Refusal> {
        self.identity.authorize(parts, operation)?;
        let sent = Sent {
            path,
            query: parts.uri.query().unwrap_or_default(),
            media_type: media_type(parts),
            body,
        };
        let input = spec::read_input(operation, &sent).map_err(Refusal::invalid)?;
        let call = Call::new(operation, input, faults.contains(&Fault::EndlessPages));
        operations::handler(operation)(&call, &mut self.world())
    }

    /// A name for an answer that no other has.
    fn request_id(&self) -> String {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        self.world().guid(&format!("answer {number}"))
    }

    fn record(
        &self,
        route: Option<&Operation>,
        parts: &Parts,
        body: &Bytes,
        status: Option<u16>,
        request_id: Option<String>,
    ) {
        self.log.add(RecordedRequest {
            time: Timestamp::now(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: log::pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            api: route.map(|operation| operation.api.name()),
            operation: route.map(|operation| operation.id),
            body: log::body(media_type(parts), body),
            status,
            request_id,
        });
    }
}

/// Answers what comes to a socket, until the runtime ends.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
) -> std::io::Result<()> {
    let connections = Connections::new(tokio::net::TcpListener::from_std(listener)?, tls);
    let router = Router::new().fallback(handle).with_state(service);
    axum::serve(connections, router.into_make_service_with_connect_info::<Cutter>()).await
}

async fn handle(
    State(service): State<Arc<Service>>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = read(body).await;
    if let Ok(body) = &body
        && let Some(answer) = control::answer(&service, &parts, body)
    {
        return answer;
    }
    let route = Spec::embedded().route(parts.method.as_str(), parts.uri.path());
    let called = operation(&route);
    let mut answer = match &body {
        Ok(body) => service.answer(route, &parts, body).await,
        Err(status) => {
            let whose = errors::Service::of(parts.uri.path(), called);
            let reason = match status {
                413 => format!("The body is longer than {LONGEST_BODY} bytes; no operation asks for so much."),
                _ => "The body did not come whole.".to_owned(),
            };
            Some(errors::respond(whose, Refusal::new(*status, reason)))
        }
    };
    let body = body.unwrap_or_default();
    let is_named = called.is_some_and(|operation| operation.is_named);
    let request_id = is_named.then(|| service.request_id());
    let name = request_id.as_deref().map(HeaderValue::from_str);
    if let (Some(answer), Some(Ok(name))) = (&mut answer, name) {
        answer.headers_mut().insert(REQUEST_ID, name);
    }
    let status = answer.as_ref().map(|answer| answer.status().as_u16());
    service.record(called, &parts, &body, status, request_id);
    answer.unwrap_or_else(|| {
        cutter.cut();
        Response::default()
    })
}

/// The whole body, or the status of the refusal. One that is too long is read to its end, and not kept: a client that still
/// sends when the connection is closed sees no answer.
async fn read(body: Body) -> Result<Bytes, u16> {
    let mut parts = body.into_data_stream();
    let (mut bytes, mut is_too_long) = (Vec::new(), false);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| 400_u16)?;
        is_too_long |= bytes.len() + part.len() > LONGEST_BODY;
        if !is_too_long {
            bytes.extend_from_slice(&part);
        }
    }
    match is_too_long {
        true => Err(413),
        false => Ok(bytes.into()),
    }
}

/// The refusal of a body that is said to be compressed, or in other characters than UTF-8, which alone are read here.
fn unreadable(headers: &HeaderMap, body: &Bytes) -> Option<Refusal> {
    if body.is_empty() {
        return None;
    }
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let refusal = Refusal::new(
            415,
            "The body is compressed; send it as it is, without Content-Encoding.",
        );
        return Some(refusal.with_header(ACCEPT_ENCODING, "identity"));
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())?;
    let charset = media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })?;
    let is_read = ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name));
    (!is_read).then(|| Refusal::new(415, "The charset of Content-Type is not utf-8; send the body in that."))
}

fn operation(route: &Route<'static>) -> Option<&'static Operation> {
    match route {
        Route::To(operation, _) => Some(operation),
        _ => None,
    }
}

fn media_type(parts: &Parts) -> Option<&str> {
    parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// The refusal that a fault is.
fn refused(fault: &Fault) -> Option<Refusal> {
    match fault {
        Fault::Status { status, retry_after } => {
            let refusal = Refusal::new(*status, "The sandbox was told to refuse this request.");
            Some(match retry_after {
                Some(seconds) => refusal.with_header(RETRY_AFTER, seconds.to_string()),
                None => refusal,
            })
        }
        Fault::ExpiredToken => {
            let reason = r#"Bearer error="invalid_token", error_description="The access token has expired.""#;
            Some(Refusal::new(401, "The access token has expired.").with_header(WWW_AUTHENTICATE, reason))
        }
        _ => None,
    }
}

/// The answer with what was asked for.
async fn answer_with(operation: &Operation, answer: Answer, request: &HeaderMap, faults: &[Fault]) -> Response {
    match answer {
        Answer::Json(mut value) => check(operation, Some("application/json"), Some(&value)).unwrap_or_else(|| {
            spoil::value(Some(operation), &mut value, faults);
            json(operation.success, &value)
        }),
        Answer::Undocumented(value) => json(operation.success, &value),
        Answer::Empty => check(operation, None, None).unwrap_or_else(|| with(operation.success, Body::empty())),
        Answer::File(file) => {
            let media_type = "application/octet-stream";
            if let Some(problem) = check(operation, Some(media_type), None) {
                return problem;
            }
            match file.respond(request).await {
                Ok(mut answer) => {
                    let media_type = HeaderValue::from_static(media_type);
                    answer.headers_mut().insert(CONTENT_TYPE, media_type);
                    answer
                }
                Err(refusal) => errors::respond(errors::Service::Api(operation.api), refusal),
            }
        }
    }
}

/// What takes the place of an answer that the spec does not promise: a fault of the sandbox, which tests are to find.
fn check(operation: &Operation, media_type: Option<&str>, body: Option<&Value>) -> Option<Response> {
    if !cfg!(debug_assertions) {
        return None;
    }
    let problems = spec::problems(operation, operation.success, media_type, body);
    let message = format!(
        "The sandbox made an answer that its spec forbids: {}",
        problems.join("; ")
    );
    (!problems.is_empty()).then(|| errors::respond(errors::Service::Api(operation.api), Refusal::new(500, message)))
}

/// An answer in JSON.
pub(crate) fn json(status: u16, value: &Value) -> Response {
    json_of(status, Body::from(value.to_string()))
}

/// An answer whose body is JSON.
fn json_of(status: u16, body: Body) -> Response {
    let mut answer = with(status, body);
    let media_type = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, media_type);
    answer
}

fn with(status: u16, body: Body) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}
