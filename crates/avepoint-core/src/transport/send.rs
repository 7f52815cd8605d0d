//! Sending once.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::{Body, Client, Request, Response};
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::protection::Protection;

/// The moment so far away from now.
pub fn after(time: Duration) -> Instant {
    // As far as anyone will wait, where the time is longer than the clock can count.
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + FAR)
}

/// The failure where the time is over before the whole of an answer has come.
pub fn late() -> Error {
    Error::late(true)
}

/// Sends a request once, and waits for the head of its answer. Where the time is over already, nothing is sent.
///
/// # Errors
/// What became of the connection, or of the time. It knows whether bytes of the request may have left.
pub async fn send(http: &Client, mut request: Request, until: Instant) -> Result<Response, Error> {
    if until <= Instant::now() {
        return Err(Error::late(false));
    }
    // What is watched is also what the library cannot send twice.
    let watched = Protection::PolicyAlone.is_on();
    let begun = Arc::new(AtomicBool::new(!watched));
    if watched {
        let body = Watched {
            body: request.body_mut().take().unwrap_or_default(),
            begun: Arc::clone(&begun),
        };
        *request.body_mut() = Some(Body::wrap(body));
    }
    match timeout_at(until, http.execute(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Error::from_exchange(error, begun.load(Ordering::Acquire))),
        Err(_) => Err(Error::late(begun.load(Ordering::Acquire))),
    }
}

/// The body of a request that tells when a connection has begun to send the request.
///
/// hyper asks for the first piece of a body before the head leaves, over HTTP/1.1 and HTTP/2; of a body that is empty it
/// asks that alone. What waits for a connection, for its turn on one, or in the queue of one that nobody drives any
/// more, has not been asked.
struct Watched {
    body: Body,
    begun: Arc<AtomicBool>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        self.begun.store(true, Ordering::Release);
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        let end = self.body.is_end_stream();
        if end {
            self.begun.store(true, Ordering::Release);
        }
        end
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
