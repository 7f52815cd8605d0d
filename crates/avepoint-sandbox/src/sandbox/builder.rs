//! What a sandbox is to be like, and starting it.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Error, Sandbox};
use crate::exports::{ExportPlan, Exports};
use crate::fault::Fault;
use crate::identity::{App, Identity, Rules};
use crate::server::{self, Faults, Log, Rate, Service, Tls};
use crate::spec::Spec;
use crate::world::{Clock, Size, World};

/// How many customers there are unless a builder says otherwise.
const CUSTOMERS: usize = 25;

/// The years in which a world can begin: it has times of the decades before, and goes on for years.
const YEARS: RangeInclusive<i16> = 1970..=9900;

/// What a sandbox is to be like; from [`Sandbox::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    now: Option<Timestamp>,
    customers: usize,
    address: IpAddr,
    port: u16,
    has_tls: bool,
    faults: Vec<Fault>,
    rate: Option<Rate>,
    log: Option<PathBuf>,
    client: Option<App>,
    apps: Vec<App>,
    is_scope_required: bool,
    is_open: bool,
    exports: ExportPlan,
    export_size: u64,
}

impl Builder {
    /// How many customers there can be.
    pub const MOST_CUSTOMERS: usize = 1 << 22;

    pub(super) fn new() -> Self {
        Self {
            seed: 1,
            now: None,
            customers: CUSTOMERS,
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            has_tls: false,
            faults: Vec::new(),
            rate: None,
            log: None,
            client: None,
            apps: Vec::new(),
            is_scope_required: false,
            is_open: false,
            exports: ExportPlan::default(),
            export_size: 0,
        }
    }

    /// What the world is made from: the same seed gives the same world. It is 1 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// When the world begins: the time that it is in it at the start, of the years 1970 to 9900. The same time and seed give
    /// the same world. It is 2 November 2026, 08:00 UTC, unless set.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = avepoint_sandbox::Sandbox::builder().now("2027-03-01T00:00:00Z".parse()?).start().await?;
    /// assert!(sandbox.world_time().to_string().starts_with("2027-03-01T00:"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn now(mut self, time: Timestamp) -> Self {
        self.now = Some(time);
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

    /// The address to listen on instead of 127.0.0.1: `0.0.0.0` in a container whose port is published to the machine
    /// around it. Whoever reaches that address can call the sandbox; what steers it, below `/_sandbox/`, stays with those
    /// who call it by a name of loopback. [`Sandbox::base_url`] is the address, or 127.0.0.1 if it is all of them.
    #[must_use]
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.address = address;
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
    /// If the port is taken, the system gives no threads, the world would be too large or begin in a year that it cannot, or
    /// an app cannot be registered.
    #[expect(
        clippy::unused_async,
        reason = "what is made ready at the start may have to be waited for"
    )]
    pub async fn start(self) -> Result<Sandbox, Error> {
        if self.customers > Self::MOST_CUSTOMERS {
            return Err(Error::TooManyCustomers { asked: self.customers });
        }
        if let Some(asked) = self
            .now
            .filter(|now| !YEARS.contains(&now.to_zoned(TimeZone::UTC).year()))
        {
            return Err(Error::Time { asked });
        }
        let address = SocketAddr::from((self.address, self.port));
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
        if let Some(now) = self.now {
            world.clock = Clock::starting_at(now);
        }
        world.exports = Exports::new(self.exports, self.export_size);
        let own = match self.client {
            Some(client) => client,
            None => App::generated(world.guid("client"))?,
        };
        let scheme = if self.has_tls { "https" } else { "http" };
        // All addresses of a machine are none to call: whoever is on it calls loopback.
        let at = match address.ip() {
            ip if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
            _ => address,
        };
        let base_url = format!("{scheme}://{at}");
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

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
