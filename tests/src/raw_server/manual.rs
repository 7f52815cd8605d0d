//! For tests that say themselves what becomes of each connection.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{RawServer, Script};

impl RawServer {
    /// Starts a server that does this with each connection.
    pub async fn manual<F>(handle: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        RawServer::serve("http", move |stream| {
            let handled = handle(stream);
            async move {
                handled.await;
                io::Result::Ok(())
            }
        })
        .await
    }

    /// Starts a server that reads and never answers, and keeps what it has read.
    pub async fn silent() -> (Self, Arc<Mutex<Vec<u8>>>) {
        let all: Arc<Mutex<Vec<u8>>> = Arc::default();
        let heard = Arc::clone(&all);
        let server = RawServer::manual(move |mut stream| {
            let heard = Arc::clone(&heard);
            async move {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                    heard.extend_from_slice(&buffer[..count]);
                }
            }
        })
        .await;
        (server, all)
    }

    /// Starts a server that answers each request with these bytes, however little of an answer they are.
    pub async fn writing(answer: impl Into<Bytes>) -> Self {
        let answer = answer.into();
        RawServer::start(move |_| Script::bytes(answer.clone())).await
    }
}

/// Reads one request of HTTP/1.1 whole, and gives its head.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head)
}

/// Writes an answer of JSON, after which the connection ends.
pub async fn write_json(stream: &mut (impl AsyncWrite + Unpin), status: &str, headers: &str, body: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    );
    // The client may have gone away, which is the test's affair.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
