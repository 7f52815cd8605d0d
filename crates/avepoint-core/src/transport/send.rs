//! Sending once.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::{Body, Request, Response};
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::network::HttpClient;
use crate::protection::Protection;

/// The moment so far away from now.
pub fn after(time: Duration) -> Instant {
    // As far as anyone will wait, where the time is longer than the clock can count.
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + FAR)
}

/// The failure where the time is over before the whole of a response has come.
pub fn late() -> Error {
    Error::late(true)
}

/// Sends a request once, and waits for the head of its response. Where the time is over already, nothing is sent, and where
/// it is over while a write waits for its turn, the write is not sent whole later.
///
/// # Errors
/// What became of the connection, or of the time. It knows whether bytes of the request may have left.
pub async fn send(http: &HttpClient, mut request: Request, until: Instant) -> Result<Response, Error> {
    if until <= Instant::now() {
        return Err(Error::late(false));
    }
    let turn = Turn::default();
    // What is watched is also what the library cannot send twice.
    if Protection::PolicyAlone.is_on() {
        let body = Watched {
            with_head: request.method().is_safe(),
            body: request.body_mut().take().unwrap_or_default(),
            turn: turn.clone(),
        };
        *request.body_mut() = Some(Body::wrap(body));
    } else {
        turn.come();
    }
    let mut waiting = Waiting { turn, answered: false };
    match timeout_at(until, http.execute(request)).await {
        Ok(Ok(response)) => {
            waiting.answered = true;
            Ok(response)
        }
        Ok(Err(error)) => Err(Error::from_exchange(error, waiting.turn.give_up(), http)),
        Err(_) => Err(Error::late(waiting.turn.give_up())),
    }
}

/// Whether the turn of a request has come, and whether it was given up: what the call and the connection, which is
/// driven elsewhere, have to know of each other. Whichever comes second sees the first.
#[derive(Clone, Default)]
struct Turn(Arc<AtomicU8>);

impl Turn {
    const COME: u8 = 1;
    const GIVEN_UP: u8 = 2;

    /// A connection begins to send; tells whether it still may.
    fn come(&self) -> bool {
        self.0.fetch_or(Self::COME, Ordering::AcqRel) & Self::GIVEN_UP == 0
    }

    /// Nobody waits for the response any more; tells whether a connection has begun to send before.
    fn give_up(&self) -> bool {
        self.0.fetch_or(Self::GIVEN_UP, Ordering::AcqRel) & Self::COME != 0
    }
}

/// A call that waits for the head of its response. It may be dropped at any time.
struct Waiting {
    turn: Turn,
    answered: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // A server may answer before it has the whole of a request, and take the rest then.
        if !self.answered {
            self.turn.give_up();
        }
    }
}

/// The body of a request that tells when a connection has begun to send the request, and that is never whole once the
/// call was given up.
///
/// hyper asks for the first piece of a body before the head leaves over HTTP/1.1, and over HTTP/2 before or after the
/// head, but not while the server has no room for another stream: then the head waits in a queue out of which nothing
/// can be taken, and leaves whenever there is room, however long after the call. Of a body that is empty hyper asks that
/// alone. What waits for a connection, or in the queue of one that nobody drives any more, has not been asked.
struct Watched {
    /// Whether the head may say that nothing follows it.
    with_head: bool,
    body: Body,
    turn: Turn,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.with_head = true;
        if !self.turn.come() {
            // Over HTTP/2 the reason with which the stream is reset.
            return Poll::Ready(Some(Err(h2::Error::from(h2::Reason::CANCEL).into())));
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        let end = self.body.is_end_stream();
        if end {
            // A head alone may be enough for a server to carry out what has no body.
            self.turn.come();
        }
        end && self.with_head
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
