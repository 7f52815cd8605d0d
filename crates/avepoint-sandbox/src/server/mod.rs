//! The pipeline of a request: what it leads to, who may make it, whether it is what the spec asks for, what handles it.

mod authorize;
mod errors;
mod guard;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use serde_json::Value;

pub(crate) use authorize::authorize;
pub(crate) use guard::{Guard, Open};

use crate::call::{Answer, Call, Refusal};
use crate::operations;
use crate::spec::{self, Operation, Route, Sent, Spec};
use crate::world::{World, guid};

/// The header by which the services name each answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// How long a body may be: the longest valid one has some 10 KiB.
const LONGEST_BODY: usize = 4 << 20;

/// What all requests share.
pub(crate) struct Service {
    world: Mutex<World>,
    guard: Box<dyn Guard>,
    /// How many answers there have been.
    answers: AtomicU64,
}

impl Service {
    pub(crate) fn new(world: World, guard: Box<dyn Guard>) -> Self {
        Self {
            world: Mutex::new(world),
            guard,
            answers: AtomicU64::new(0),
        }
    }

    /// The world, for as long as nobody else needs it.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request.
    fn answer(&self, parts: &Parts, body: &Bytes) -> Response {
        if let Some(answer) = self.guard.identity(parts, body) {
            return answer;
        }
        match Spec::embedded().route(parts.method.as_str(), parts.uri.path()) {
            Route::To(operation, path) => match self.call(operation, path, parts, body) {
                Ok(answer) => answer_with(operation, answer),
                Err(refusal) => errors::respond(Some(operation.api), refusal),
            },
            Route::OtherMethods(methods) => {
                let methods = methods.join(", ");
                let message = format!("There is no {} here; there is {methods}.", parts.method);
                errors::respond(None, Refusal::new(405, message).with_header(ALLOW.as_str(), methods))
            }
            Route::Nowhere => errors::respond(None, Refusal::new(404, "There is no operation at this address.")),
        }
    }

    fn call(
        &self,
        operation: &Operation,
        path: Vec<(&'static str, String)>,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<Answer, Refusal> {
        self.guard.authorize(parts, operation)?;
        let sent = Sent {
            path,
            query: parts.uri.query().unwrap_or_default(),
            media_type: parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()),
            body,
        };
        let input = spec::read_input(operation, &sent).map_err(Refusal::invalid)?;
        let call = Call::new(operation, input);
        operations::handler(operation)(&call, &mut self.world())
    }

    /// A name for an answer that no other has.
    fn request_id(&self) -> HeaderValue {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let digest = |half: u8| u128::from(self.world().digest(&format!("answer {number}.{half}")));
        HeaderValue::from_str(&guid((digest(0) << 64) | digest(1))).unwrap_or(HeaderValue::from_static("none"))
    }
}

/// Answers what comes to a socket, until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, service: Arc<Service>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, Router::new().fallback(handle).with_state(service)).await
}

async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut answer = match to_bytes(body, LONGEST_BODY).await {
        Ok(body) => service.answer(&parts, &body),
        Err(_) => errors::respond(
            None,
            Refusal::new(413, "The body is longer than any that is asked for."),
        ),
    };
    answer.headers_mut().insert(REQUEST_ID, service.request_id());
    answer
}

/// The answer with what was asked for.
fn answer_with(operation: &Operation, answer: Answer) -> Response {
    match answer {
        Answer::Json(value) => {
            check(operation, Some("application/json"), Some(&value)).unwrap_or_else(|| json(operation.success, &value))
        }
        Answer::Empty => check(operation, None, None).unwrap_or_else(|| with(operation.success, Body::empty())),
        Answer::File(file) => {
            let media_type = "application/octet-stream";
            check(operation, Some(media_type), None).unwrap_or_else(|| {
                let mut answer = with(operation.success, file);
                let media_type = HeaderValue::from_static(media_type);
                answer.headers_mut().insert(CONTENT_TYPE, media_type);
                answer
            })
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
    (!problems.is_empty()).then(|| errors::respond(Some(operation.api), Refusal::new(500, message)))
}

/// An answer in JSON.
pub(crate) fn json(status: u16, value: &Value) -> Response {
    let mut answer = with(status, Body::from(value.to_string()));
    let media_type = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, media_type);
    answer
}

fn with(status: u16, body: Body) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}
