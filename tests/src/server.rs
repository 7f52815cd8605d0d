//! A real HTTP server on loopback that answers as a test tells it, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;

/// A request as the server received it.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// The query as it stood in the address.
    pub query: Option<String>,
    pub headers: axum::http::HeaderMap,
    pub body: Bytes,
}

impl Received {
    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, headers and a body.
    Answer(u16, Vec<(&'static str, String)>, Bytes),
    /// The beginning of an answer of 200, after which the connection is cut.
    Cut(Bytes),
    /// A status, headers and the beginning of a body, after which the connection is cut.
    Broken(u16, Vec<(&'static str, String)>, Bytes),
    /// The connection is cut before any answer.
    HangUp,
    /// Nothing, for so long; then an empty 200.
    Silence(std::time::Duration),
}

impl Reply {
    /// An answer of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Reply::Answer(
            status,
            vec![("content-type", "application/json".to_owned())],
            body.to_string().into(),
        )
    }

    /// An answer of any text.
    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Reply::Answer(
            status,
            vec![("content-type", content_type.to_owned())],
            Bytes::from(body.into()),
        )
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Reply::Answer(status, Vec::new(), Bytes::new())
    }

    /// The same answer with another header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Reply::Answer(_, headers, _) | Reply::Broken(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// The server. It ends with the test.
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers each request by a function of it and of how many came before.
    pub async fn start(answer: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (log, answer) = (Arc::clone(&received), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let request = read(request).await;
                let reply = {
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    let reply = answer(&request, log.len());
                    log.push(request);
                    reply
                };
                respond(reply).await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("the server runs until it is dropped");
        });
        Server {
            address,
            received,
            task,
        }
    }

    /// Starts a server that answers every request alike.
    pub async fn always(reply: Reply) -> Self {
        Server::start(move |_, _| reply.clone()).await
    }

    /// Starts a server that answers the requests in turn; the last answer stands for all further ones.
    pub async fn in_turn(replies: Vec<Reply>) -> Self {
        Server::start(move |_, count| replies[count.min(replies.len() - 1)].clone()).await
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(request: Request) -> Received {
    let (parts, body) = request.into_parts();
    Received {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX).await.expect("a whole request"),
    }
}

async fn respond(reply: Reply) -> Response {
    match reply {
        Reply::Answer(status, headers, body) => answer(status, headers, Body::from(body)),
        Reply::Cut(beginning) => {
            let headers = vec![("content-type", "application/json".to_owned())];
            broken(200, headers, beginning)
        }
        Reply::Broken(status, headers, beginning) => broken(status, headers, beginning),
        // hyper drops the connection of a handler that panics, before it has written anything.
        Reply::HangUp => std::panic::resume_unwind(Box::new("the server hangs up")),
        Reply::Silence(duration) => {
            tokio::time::sleep(duration).await;
            Response::new(Body::empty())
        }
    }
}

fn answer(status: u16, headers: Vec<(&'static str, String)>, body: Body) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body).expect("an answer")
}

fn broken(status: u16, headers: Vec<(&'static str, String)>, beginning: Bytes) -> Response {
    // What was written goes out only where the body lets the server wait.
    let end = futures_util::stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the server cuts the connection"))
    });
    let pieces = futures_util::stream::iter([Ok(beginning)]).chain(end);
    answer(status, headers, Body::from_stream(pieces))
}
