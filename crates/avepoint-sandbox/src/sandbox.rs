//! A running sandbox, and how to start one.

use std::fmt;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::exports::{ExportPlan, Exports, filler};
use crate::fault::Fault;
use crate::server::{self, Faults, Log, Open, Rate, RecordedRequest, Service, Tls};
use crate::spec::Spec;
use crate::world::{Size, World};

/// How many customers there are unless a builder says otherwise.
const CUSTOMERS: usize = 25;

/// A running sandbox. When it is dropped, it is gone: its port is closed, and connections are cut.
///
/// It has threads and a port of its own, so that it serves any kind of client, and many at once do not meet.
pub struct Sandbox {
    address: SocketAddr,
    service: Arc<Service>,
    /// The certificate of the authority, as PEM, if it speaks TLS.
    authority: Option<String>,
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
    /// The log cannot be written.
    #[error("the sandbox cannot write the log {}", path.display())]
    Log {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no certificate.
    #[error("the sandbox cannot make a certificate")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
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
            has_tls: false,
            faults: Vec::new(),
            rate: None,
            log: None,
            exports: ExportPlan::default(),
            export_size: 0,
        }
    }

    /// The address that all APIs are served at, such as `http://127.0.0.1:40123`; no slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate, as PEM, of the authority that a client is to trust; none without [`Builder::tls`].
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The last requests that were answered, the oldest first: 10,000 at most. Secrets in them are hidden.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = avepoint_sandbox::Sandbox::start().await?;
    /// reqwest::get(format!("{}/partner/customers", sandbox.base_url())).await?;
    /// assert_eq!(sandbox.requests()[0].operation, Some("listCustomers"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.log.requests()
    }

    /// The next call of an operation meets a fault; said twice, the next two calls meet one each.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use avepoint_sandbox::{Fault, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.fail_next(Fault::Status { status: 429, retry_after: Some(2) });
    /// let url = format!("{}/partner/customers", sandbox.base_url());
    /// assert_eq!(reqwest::get(&url).await?.status(), 429);
    /// assert_ne!(reqwest::get(&url).await?.status(), 429);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_next(&self, fault: Fault) {
        self.service.faults.add(vec![fault]);
    }

    /// Says what the next export job does; said twice, the next two jobs do one each.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use avepoint_sandbox::{ExportEnding, ExportPlan, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.next_export(ExportPlan::default().ending(ExportEnding::Failed));
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_export(&self, plan: ExportPlan) {
        self.service.world().exports.plan(plan);
    }

    /// Puts the time of the world forward: jobs go on as if that time had passed.
    pub fn advance(&self, by: Duration) {
        self.service.world().clock.advance(by);
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
    has_tls: bool,
    faults: Vec<Fault>,
    rate: Option<Rate>,
    log: Option<PathBuf>,
    exports: ExportPlan,
    export_size: u64,
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

    /// Has the sandbox speak TLS, with a certificate of an authority of its own: see [`Sandbox::authority`].
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.has_tls = true;
        self
    }

    /// Has every request meet a fault, such as a delay, beside those said before.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Refuses calls with 429 and `Retry-After` that come faster than so many in a time. There is no limit unless set.
    #[must_use]
    pub fn rate(mut self, calls: u32, per: Duration) -> Self {
        self.rate = Some(Rate::new(calls, per));
        self
    }

    /// Writes each request as a line of JSON to a file too, after what is in it. Secrets are hidden.
    #[must_use]
    pub fn log(mut self, file: impl AsRef<Path>) -> Self {
        self.log = Some(file.as_ref().to_owned());
        self
    }

    /// What export jobs do, unless [`Sandbox::next_export`] says otherwise. They take two seconds and finish unless set.
    #[must_use]
    pub fn exports(mut self, plan: ExportPlan) -> Self {
        self.exports = plan;
        self
    }

    /// How many bytes the file of an export job has at least. Workbooks of a few MiB follow those of the report until
    /// it has them; they are written while they are sent, and take no memory. A file has no more than its report
    /// unless set.
    #[must_use]
    pub fn export_size(mut self, bytes: u64) -> Self {
        self.export_size = bytes;
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
        let tls = self.has_tls.then(Tls::new).transpose().map_err(Error::Certificate)?;
        let (acceptor, authority) = tls.map(|tls| (tls.acceptor, tls.authority)).unzip();
        let mut world = World::new(self.seed, size);
        world.exports = Exports::new(self.exports, self.export_size);
        let service = Arc::new(Service::new(
            world,
            Box::new(Open),
            Faults::new(self.faults, self.rate),
            Log::new(self.log.map(open).transpose()?),
        ));
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(2).thread_name("sandbox").enable_all();
        let runtime = runtime.build().map_err(Error::Threads)?;
        if self.export_size > 0 {
            // The first file need not wait for it.
            drop(runtime.spawn_blocking(filler));
        }
        runtime.spawn(server::serve(listener, acceptor, Arc::clone(&service)));
        Ok(Sandbox {
            address,
            service,
            authority,
            runtime: Some(runtime),
        })
    }
}

fn open(path: PathBuf) -> Result<File, Error> {
    let file = File::options().append(true).create(true).open(&path);
    file.map_err(|source| Error::Log { path, source })
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
