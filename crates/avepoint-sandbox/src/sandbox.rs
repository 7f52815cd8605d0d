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
use crate::identity::{App, Certificate, Identity, Rules};
use crate::server::{self, Faults, Log, Rate, RecordedRequest, Service, Tls};
use crate::setting::WorldGuard;
use crate::spec::Spec;
use crate::world::{Size, World, guid};

/// How many customers there are unless a builder says otherwise.
const CUSTOMERS: usize = 25;

/// A running sandbox. When it is dropped, it is gone: its port is closed, and connections are cut.
///
/// It has threads and a port of its own, so that it serves any kind of client, and many at once do not meet.
pub struct Sandbox {
    base_url: String,
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
    /// An app cannot be registered as it is.
    #[error("the app \"{id}\" cannot be registered with {what}: {reason}")]
    App {
        /// Which app.
        id: String,
        /// What of it is wrong.
        what: String,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// There are no keys to be had.
    #[error("no key can be made: the machine gives no random numbers")]
    Randomness,
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
            client: None,
            apps: Vec::new(),
            is_scope_required: false,
            is_open: false,
        }
    }

    /// The address that all APIs are served at, such as `http://127.0.0.1:40123`; no slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
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

    /// The world, to set what a test needs. Calls wait until the guard is dropped.
    #[must_use]
    pub fn world(&self) -> WorldGuard<'_> {
        WorldGuard::new(self.service.world())
    }

    /// Puts the sandbox's clock forward, by which jobs go on and tokens expire.
    ///
    /// Assertions are still judged by the clock of the machine, as it is the client's.
    pub fn advance(&self, by: Duration) {
        self.service.world().clock.advance(by);
    }

    /// The address of the identity service, which is the issuer of tokens; no slash at the end.
    ///
    /// The discovery document is at `/.well-known/openid-configuration` there, the token endpoint at `/connect/token`.
    /// Tokens are JWTs that hold for an hour, signed with ES256: a key for it takes less than a millisecond to make.
    #[must_use]
    pub fn identity_url(&self) -> String {
        self.base_url()
    }

    /// The id of the client that is registered without asking: the same for the same seed, unless
    /// [`Builder::client`] sets it.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.service.identity.own().id()
    }

    /// The secret of that client, which is new for each sandbox unless [`Builder::client`] sets it.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        self.service.identity.own().first_secret()
    }

    /// A certificate of that client with its key, to prove with assertions (RFC 7523) who it is.
    ///
    /// It is made when it is first asked for, once for a process, which takes a part of a second.
    ///
    /// # Errors
    /// If the machine cannot make one.
    pub fn certificate(&self) -> Result<&'static Certificate, Error> {
        self.service.identity.certificate()
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
            .field("base_url", &self.base_url)
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
    client: Option<App>,
    apps: Vec<App>,
    is_scope_required: bool,
    is_open: bool,
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

    /// The id and the secret of the client that [`Sandbox::client_id`] tells of, instead of made-up ones.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some(App::new(id).secret(secret));
        self
    }

    /// Registers another app.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Refuses requests for a token that name no scope. Unless this is called they get all scopes of their client, as
    /// identity servers of that make give them; what AvePoint's does is unknown.
    #[must_use]
    pub fn require_scope(mut self) -> Self {
        self.is_scope_required = true;
        self
    }

    /// Lets everybody call everything, without a token, for a first look by hand.
    #[must_use]
    pub fn without_tokens(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// If the port is taken, the system gives no threads, the world would be too large, or an app cannot be registered.
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
        let own = match self.client {
            Some(client) => client,
            None => App::generated(client_id(&world))?,
        };
        let scheme = if self.has_tls { "https" } else { "http" };
        let base_url = format!("{scheme}://{address}");
        let rules = Rules {
            is_scope_required: self.is_scope_required,
            is_open: self.is_open,
        };
        let identity = Identity::new(base_url.clone(), world.clock.clone(), own, self.apps, rules)?;
        let faults = Faults::new(self.faults, self.rate);
        let log = Log::new(self.log.map(open).transpose()?);
        let service = Arc::new(Service::new(world, identity, faults, log));
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(2).thread_name("sandbox").enable_all();
        let runtime = runtime.build().map_err(Error::Threads)?;
        if self.export_size > 0 {
            // The first file need not wait for it.
            drop(runtime.spawn_blocking(filler));
        }
        runtime.spawn(server::serve(listener, acceptor, Arc::clone(&service)));
        Ok(Sandbox {
            base_url,
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

/// The id that a world gives its client.
fn client_id(world: &World) -> String {
    let digest = |half: u8| u128::from(world.digest(&format!("client {half}")));
    guid((digest(0) << 64) | digest(1))
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
