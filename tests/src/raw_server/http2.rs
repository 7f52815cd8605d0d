//! The same server over HTTP/2, where a fault is a frame.

use std::io;

use axum::http::Response;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::server::Received;

/// What becomes of a stream.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status and a body of JSON.
    Whole(u16, Bytes),
    /// The beginning of a body; then the stream is reset.
    Broken(Bytes),
    /// The stream is reset before any answer, for this reason.
    Reset(Reason),
    /// The whole connection is given up before any answer (`GOAWAY`).
    GoAway(Reason),
    /// The connection is closed without a word.
    HangUp,
}

/// Answers one stream after the other.
pub(super) async fn converse<S>(stream: S, answer: &(impl Fn(Received) -> Answer + Sync)) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut connection = h2::server::handshake(stream).await.map_err(io::Error::other)?;
    while let Some(accepted) = connection.accept().await {
        let (request, respond) = accepted.map_err(io::Error::other)?;
        let (parts, body) = request.into_parts();
        // The body comes by the connection, which has to be asked for further frames meanwhile.
        let body = tokio::select! {
            body = whole(body) => body?,
            _ = std::future::poll_fn(|context| connection.poll_closed(context)) => return Ok(()),
        };
        let request = Received {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            body,
        };
        match answer(request) {
            Answer::GoAway(reason) => connection.abrupt_shutdown(reason),
            Answer::HangUp => return Ok(()),
            answer => send(respond, answer).map_err(io::Error::other)?,
        }
    }
    Ok(())
}

fn send(mut respond: SendResponse<Bytes>, answer: Answer) -> Result<(), h2::Error> {
    let head = |status| {
        let head = Response::builder()
            .status(status)
            .header("content-type", "application/json");
        head.body(()).expect("a head")
    };
    match answer {
        Answer::Whole(status, body) => respond.send_response(head(status), false)?.send_data(body, true),
        Answer::Broken(beginning) => {
            let mut stream = respond.send_response(head(200), false)?;
            stream.send_data(beginning, false)?;
            stream.send_reset(Reason::INTERNAL_ERROR);
            Ok(())
        }
        Answer::Reset(reason) => {
            respond.send_reset(reason);
            Ok(())
        }
        Answer::GoAway(_) | Answer::HangUp => Ok(()),
    }
}

async fn whole(mut body: RecvStream) -> io::Result<Bytes> {
    let mut all = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece.map_err(io::Error::other)?;
        body.flow_control()
            .release_capacity(piece.len())
            .map_err(io::Error::other)?;
        all.extend_from_slice(&piece);
    }
    Ok(all.into())
}
