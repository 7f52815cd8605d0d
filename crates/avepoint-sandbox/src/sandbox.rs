//! A running sandbox, and how to start one.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::server::{self, Open, Service};
use crate::spec::Spec;
use crate::world::{Size, World};

/// How many customers there are unless a builder says otherwise.
const CUSTOMERS: usize = 25;

/// A running sandbox. When it is dropped, it is gone: its port is closed, and connections are cut.
///
/// It has threads and a port of its own, so that it serves any kind of client, and many at once do not meet.
pub struct Sandbox {
    address: SocketAddr,
    /// There is one until the sandbox is dropped.
    runtime: Option<Runtime>,
}

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no socket to listen on.
    #[error("the sandbox cannot listen on {address}; choose another port")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gives no threads.
    #[error("the sandbox cannot start its threads")]
    Threads(#[source] std::io::Error),
    /// There cannot be so many customers.
    #[error("the sandbox can have {most} customers at most, not {asked}", most = Builder::MOST_CUSTOMERS)]
    TooManyCustomers {
        /// How many were asked for.
        asked: usize,
    },
}

impl Sandbox {
    /// Starts a sandbox with a small world.
    ///
    /// # Errors
    /// If the system gives no socket or no threads.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Says what a sandbox is to be like.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            seed: 1,
            customers: CUSTOMERS,
            port: 0,
        }
    }

    /// The address that all APIs are served at, such as `http://127.0.0.1:40123`; no slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What a sandbox is to be like; from [`Sandbox::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    customers: usize,
    port: u16,
}

impl Builder {
    /// How many customers there can be.
    pub const MOST_CUSTOMERS: usize = 1 << 22;

    /// What the world is made from: the same seed gives the same world. It is 1 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many customers the partner has, at most [`MOST_CUSTOMERS`](Self::MOST_CUSTOMERS). There are 25 unless set.
    #[must_use]
    pub fn customers(mut self, customers: usize) -> Self {
        self.customers = customers;
        self
    }

    /// The port to listen on. Unless set, or set to 0, it is one that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// If the port is taken, the system gives no threads, or the world would be too large.
    #[expect(
        clippy::unused_async,
        reason = "what is made ready at the start may have to be waited for"
    )]
    pub async fn start(self) -> Result<Sandbox, Error> {
        if self.customers > Self::MOST_CUSTOMERS {
            return Err(Error::TooManyCustomers { asked: self.customers });
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let listener = listen(address).map_err(|source| Error::Listen { address, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| Error::Listen { address, source })?;
        // The first request need not wait for it.
        Spec::embedded();
        let size = Size {
            customers: self.customers,
        };
        let service = Arc::new(Service::new(World::new(self.seed, size), Box::new(Open)));
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(2).thread_name("sandbox").enable_all();
        let runtime = runtime.build().map_err(Error::Threads)?;
        runtime.spawn(server::serve(listener, service));
        let runtime = Some(runtime);
        Ok(Sandbox { address, runtime })
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
