//! A running sandbox, and how to start one.

mod builder;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Runtime;

pub use builder::Builder;

use crate::exports::ExportPlan;
use crate::fault::Fault;
use crate::identity::Certificate;
use crate::server::{RecordedRequest, Service};
use crate::setting::WorldGuard;

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
#[non_exhaustive]
pub enum Error {
    /// There is no socket to listen on.
    #[error("the sandbox cannot listen on {address}; choose another port or address")]
    #[non_exhaustive]
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
    #[non_exhaustive]
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
    #[non_exhaustive]
    TooManyCustomers {
        /// How many were asked for.
        asked: usize,
    },
    /// The world cannot begin then.
    #[error("the sandbox's world can begin in the years 1970 to 9900, not at {asked}")]
    #[non_exhaustive]
    Time {
        /// When it was to begin.
        asked: Timestamp,
    },
    /// An app cannot be registered as it is.
    #[error("the app \"{id}\" cannot be registered with {what}: {reason}")]
    #[non_exhaustive]
    App {
        /// Which app.
        id: String,
        /// What of it is wrong.
        what: String,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// There are no keys to be had.
    #[error("no key can be made: the system's random number generator failed")]
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
        Builder::new()
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

    /// The last requests that were answered, the oldest first: 10,000 at most, and no more than take 16 MiB as JSON.
    /// Secrets in them are hidden; of a body that is longer than 64 KiB only the beginning is kept.
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

    /// The world, to set what a test needs. Calls wait until the guard is dropped.
    #[must_use]
    pub fn world(&self) -> WorldGuard<'_> {
        WorldGuard::new(self.service.world())
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

    /// The time in the sandbox's world. It begins on 2 November 2026, 08:00 UTC, unless [`Builder::now`] says otherwise, so
    /// that the same seed gives the same world, and runs as real time does; tokens are dated by the clock of the machine.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = avepoint_sandbox::Sandbox::start().await?;
    /// assert!(sandbox.world_time().to_string().starts_with("2026-11-02T08:"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn world_time(&self) -> Timestamp {
        self.service.world().clock.now()
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
