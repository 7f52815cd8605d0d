//! Connections, in the clear or with TLS, that can be cut.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// How long to wait where the system has no sockets left.
const PAUSE: Duration = Duration::from_millis(50);

/// Cuts a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Cutter(Arc<AtomicBool>);

impl Cutter {
    /// Nothing more is written to the connection, and it is closed instead.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Connections>> for Cutter {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Takes connections.
pub(super) struct Connections {
    listener: Arc<TcpListener>,
    ready: mpsc::Receiver<Connection>,
}

impl Connections {
    /// Begins to take connections; with an acceptor all speak TLS.
    pub(super) fn new(listener: TcpListener, tls: Option<TlsAcceptor>) -> Self {
        let listener = Arc::new(listener);
        let (sender, ready) = mpsc::channel(64);
        tokio::spawn(take(Arc::clone(&listener), tls, sender));
        Self { listener, ready }
    }
}

/// Hands on what comes. A handshake keeps nobody waiting but its own client.
async fn take(listener: Arc<TcpListener>, tls: Option<TlsAcceptor>, ready: mpsc::Sender<Connection>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // What is answered is sent at once. A socket that refuses is none that anybody waits at.
        let _ = stream.set_nodelay(true);
        let (tls, ready) = (tls.clone(), ready.clone());
        tokio::spawn(async move {
            // A handshake that fails is the client's to report; nobody takes connections where the server has ended.
            if let Ok(stream) = begin(stream, tls).await {
                let _ = ready.send(Connection::new(stream)).await;
            }
        });
    }
}

async fn begin(stream: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<Box<dyn Stream>> {
    Ok(match tls {
        Some(tls) => Box::new(tls.accept(stream).await?),
        None => Box::new(stream),
    })
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = Cutter;

    async fn accept(&mut self) -> (Connection, Cutter) {
        match self.ready.recv().await {
            Some(connection) => {
                let cutter = connection.cutter.clone();
                (connection, cutter)
            }
            // The task that takes them ends with the runtime only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Cutter> {
        self.listener.local_addr().map(|_| Cutter::default())
    }
}

/// What a connection runs over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that can be cut.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    cutter: Cutter,
}

impl Connection {
    fn new(stream: Box<dyn Stream>) -> Self {
        let cutter = Cutter::default();
        Self { stream, cutter }
    }

    /// The stream, unless it was cut.
    fn whole(&mut self) -> io::Result<Pin<&mut dyn Stream>> {
        match self.cutter.0.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(Pin::new(&mut *self.stream)),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.whole()?.poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.whole()?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?.poll_shutdown(context)
    }
}
