//! A server on raw sockets that misbehaves. What it writes is a script of bytes, pauses and cuts, so that an answer can
//! be wrong in every way in which bytes can be.

pub mod http2;
mod manual;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub use self::manual::{read_request, write_json};
use self::tls::Identity;
use crate::server::Received;

/// How many bytes of a piece come one at a time: each of them waits until all else has had its turn, which takes seconds
/// on a busy machine.
const DRIPS: usize = 32;

/// What the server does with the connection that brought a request, step by step. After the last step it reads the next
/// request, unless the connection is closed.
#[derive(Clone, Debug, Default)]
pub struct Script(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Send(Bytes),
    /// One byte at a time.
    Drip(Bytes),
    /// The same piece so many times, or until the other side has enough; what it takes is counted.
    Repeat(Bytes, u64, Arc<AtomicU64>),
    Pause(Duration),
    /// Becomes a pipe to the address that a `CONNECT` names.
    Tunnel(String),
    Close,
}

impl Script {
    /// A whole answer with its length.
    pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let mut head = head(status, "", headers);
        head.truncate(head.len() - 2);
        Script::bytes(head + &format!("content-length: {}\r\n\r\n", body.len())).then(body)
    }

    /// These bytes as they are.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Script(vec![Step::Send(bytes.into())])
    }

    /// The connection is closed before any answer.
    pub fn hang_up() -> Self {
        Script::default().close()
    }

    /// Nothing, for so long; then an empty 200.
    pub fn silence(duration: Duration) -> Self {
        let mut silence = Script(vec![Step::Pause(duration)]);
        silence.0.extend(Script::answer(200, &[], "").0);
        silence
    }

    /// A pipe to this address, as a proxy makes one.
    pub fn tunnel(address: impl Into<String>) -> Self {
        Script(vec![Step::Tunnel(address.into())])
    }

    /// Further bytes.
    #[must_use]
    pub fn then(mut self, bytes: impl Into<Bytes>) -> Self {
        self.0.push(Step::Send(bytes.into()));
        self
    }

    /// Nothing, for so long.
    #[must_use]
    pub fn pause(mut self, duration: Duration) -> Self {
        self.0.push(Step::Pause(duration));
        self
    }

    /// Further bytes, the same ones over and over. How many the other side takes is added to a count.
    #[must_use]
    pub fn repeat(mut self, piece: impl Into<Bytes>, times: u64, taken: &Arc<AtomicU64>) -> Self {
        self.0.push(Step::Repeat(piece.into(), times, Arc::clone(taken)));
        self
    }

    /// The end of the connection.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.0.push(Step::Close);
        self
    }

    /// The same bytes, of which the first of each piece come one at a time.
    #[must_use]
    pub fn dripping(self) -> Self {
        let steps = self.0.into_iter().flat_map(|step| match step {
            Step::Send(mut bytes) => {
                let first = bytes.split_to(bytes.len().min(DRIPS));
                vec![Step::Drip(first), Step::Send(bytes)]
            }
            other => vec![other],
        });
        Script(steps.collect())
    }

    /// Plays the script; tells whether the connection goes on.
    async fn play<S: AsyncRead + AsyncWrite + Unpin>(self, stream: &mut S) -> io::Result<bool> {
        for step in self.0 {
            match step {
                Step::Send(bytes) => stream.write_all(&bytes).await?,
                Step::Drip(bytes) => {
                    for byte in bytes {
                        stream.write_all(&[byte]).await?;
                        stream.flush().await?;
                        tokio::task::yield_now().await;
                    }
                }
                Step::Repeat(piece, times, taken) => {
                    for _ in 0..times {
                        stream.write_all(&piece).await?;
                        taken.fetch_add(piece.len() as u64, Ordering::Relaxed);
                    }
                }
                Step::Pause(duration) => tokio::time::sleep(duration).await,
                Step::Tunnel(address) => {
                    let mut far = TcpStream::connect(address).await?;
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                    tokio::io::copy_bidirectional(stream, &mut far).await?;
                    return Ok(false);
                }
                Step::Close => {
                    stream.shutdown().await?;
                    return Ok(false);
                }
            }
        }
        stream.flush().await?;
        Ok(true)
    }
}

/// The head of an answer, whatever its reason says.
pub fn head(status: u16, reason: &str, headers: &[(&str, &str)]) -> String {
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("HTTP/1.1 {status} {reason}\r\n{}\r\n", lines.collect::<String>())
}

/// The server. It ends with the test.
pub struct RawServer {
    address: SocketAddr,
    scheme: &'static str,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that plays a script for each request.
    pub async fn start(script: impl Fn(Received) -> Script + Send + Sync + 'static) -> Self {
        let script = Arc::new(script);
        RawServer::serve("http", move |stream| {
            let script = Arc::clone(&script);
            async move { converse(stream, &*script).await }
        })
        .await
    }

    /// Starts such a server behind TLS.
    pub async fn start_tls(identity: &Identity, script: impl Fn(Received) -> Script + Send + Sync + 'static) -> Self {
        let (script, acceptor) = (Arc::new(script), identity.acceptor(b"http/1.1"));
        RawServer::serve("https", move |stream| {
            let (script, acceptor) = (Arc::clone(&script), acceptor.clone());
            async move { converse(acceptor.accept(stream).await?, &*script).await }
        })
        .await
    }

    /// Starts a server of HTTP/2 behind TLS.
    pub async fn start_http2(
        identity: &Identity,
        answer: impl Fn(Received) -> http2::Answer + Send + Sync + 'static,
    ) -> Self {
        let (answer, acceptor) = (Arc::new(answer), identity.acceptor(b"h2"));
        RawServer::serve("https", move |stream| {
            let (answer, acceptor) = (Arc::clone(&answer), acceptor.clone());
            async move { http2::converse(acceptor.accept(stream).await?, &*answer).await }
        })
        .await
    }

    async fn serve<F>(scheme: &'static str, talk: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            // They end with the server.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                // A byte that is written alone goes out alone.
                if stream.set_nodelay(true).is_ok() {
                    // How a connection ends is the other side's affair.
                    let talk = talk(stream);
                    connections.spawn(async move { drop(talk.await) });
                }
                while connections.try_join_next().is_some() {}
            }
        });
        RawServer {
            address,
            scheme,
            connections,
            task,
        }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The address of its socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads one request after the other, and plays the script of each.
async fn converse<S>(mut stream: S, script: &(impl Fn(Received) -> Script + Sync)) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut buffer = BytesMut::new();
    while let Some(request) = read(&mut stream, &mut buffer).await? {
        let script = script(request);
        if !script.play(&mut stream).await? {
            break;
        }
    }
    Ok(())
}

/// The next request; nothing where the client has closed the connection.
async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut) -> io::Result<Option<Received>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = buffer.split_to(end);
    buffer.advance(4);
    let head = String::from_utf8(head.into()).map_err(io::Error::other)?;
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default();
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let uri: Uri = target.parse().map_err(io::Error::other)?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| io::Error::other("no header"))?;
        let name = HeaderName::try_from(name).map_err(io::Error::other)?;
        headers.append(name, HeaderValue::try_from(value.trim()).map_err(io::Error::other)?);
    }
    let length = headers.get("content-length").and_then(|value| value.to_str().ok());
    let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(Received {
        method: method.to_owned(),
        // What a `CONNECT` names has no path.
        path: if uri.path().is_empty() { target } else { uri.path() }.to_owned(),
        query: uri.query().map(str::to_owned),
        headers,
        body: buffer.split_to(length).freeze(),
    }))
}
