//! How a client is made.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::clock::{Clock, SystemClock};
use crate::cloud::{self, Cloud, Region, Service};
use crate::credential::Credential;
use crate::error::Error;
use crate::gate::{Gate, Limits};
use crate::hook::RequestHook;
use crate::network::Transport;
use crate::options::CallOptions;
use crate::redact::RecentTokens;
use crate::renewals::Renewals;
use crate::session::{Session, Shared};

/// A generated client.
///
/// The clients alone implement it: a minor version may add to it.
pub trait ApiClient: Sized {
    /// The service it talks to.
    const SERVICE: Service;

    /// The codes of the regions in which the API has a host in the commercial cloud; none where one host serves all.
    const REGIONS: &'static [&'static str];

    /// The names of the members that hold secrets, in requests or answers: what the specification calls `format:
    /// password`.
    const SECRETS: &'static [&'static str];

    /// The crate and its version, as the user agent tells them.
    const AGENT: &'static str;

    /// Wraps a session.
    #[doc(hidden)]
    fn from_session(session: Session) -> Self;
}

/// Builds a client. Each client's `Client::builder()` returns one.
pub struct ClientBuilder<C> {
    cloud: Cloud,
    region: Option<Region>,
    base_url: Option<String>,
    credential: Option<Arc<dyn Credential>>,
    agent: Option<String>,
    options: CallOptions,
    clock: Arc<dyn Clock>,
    transport: Transport,
    max_concurrency: Option<usize>,
    max_rate: Option<(u32, Duration)>,
    waits_alone: bool,
    hook: Option<Arc<dyn RequestHook>>,
    client: PhantomData<fn() -> C>,
}

impl<C: ApiClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        ClientBuilder {
            cloud: Cloud::default(),
            region: None,
            base_url: None,
            credential: None,
            agent: None,
            options: CallOptions::default(),
            clock: Arc::new(SystemClock::default()),
            transport: Transport::default(),
            max_concurrency: None,
            max_rate: None,
            waits_alone: false,
            hook: None,
            client: PhantomData,
        }
    }
}

impl<C: ApiClient> ClientBuilder<C> {
    /// The cloud in which the customers are. Default: the commercial one.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The region, for a service that has a host for each, which requires one. Default: none.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// The base URL, if it is not the cloud's: https, or plain http to this machine. It may contain a path.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Where access tokens come from; an `Arc` of it to share it between clients. Required.
    #[must_use]
    pub fn credential(mut self, credential: impl Credential + 'static) -> Self {
        self.credential = Some(Arc::new(credential));
        self
    }

    /// The name of the calling program, which precedes the client's own in the `User-Agent` header. Default: none.
    #[must_use]
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.agent = Some(agent.into());
        self
    }

    /// The default options of every call. Default: those of [`CallOptions::default`].
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How many requests of the client and its clones may wait for their responses at the same time; further ones wait for
    /// their turn. Of a file only the beginning counts. A call that was begun keeps its place until its future has ended
    /// or is dropped: one that is neither polled nor dropped keeps others waiting. Default: no limit.
    ///
    /// ```
    /// use std::time::Duration;
    /// use avepoint_core::{ApiClient, ClientBuilder};
    ///
    /// fn careful<C: ApiClient>(builder: ClientBuilder<C>) -> ClientBuilder<C> {
    ///     builder.max_concurrency(8).max_rate(600, Duration::from_secs(60))
    /// }
    /// ```
    #[must_use]
    pub fn max_concurrency(mut self, requests: usize) -> Self {
        self.max_concurrency = Some(requests);
        self
    }

    /// How many requests of the client and its clones are sent in a time at most, those that are sent again among them.
    /// They are spread evenly: 600 in a minute are one every tenth of a second. Default: no limit, until the service
    /// answers 429: see [`RetryPolicy`](crate::RetryPolicy).
    #[must_use]
    pub fn max_rate(mut self, requests: u32, time: Duration) -> Self {
        self.max_rate = Some((requests, time));
        self
    }

    /// For tests whose calls have clocks of their own: they share no time in which to wait together.
    #[cfg(feature = "__unprotected")]
    #[doc(hidden)]
    #[must_use]
    pub fn waits_alone(mut self) -> Self {
        self.waits_alone = true;
        self
    }

    /// Observes every request of the client and its clones, for metrics and distributed traces. Default: nobody does.
    #[must_use]
    pub fn hook(mut self, hook: impl RequestHook + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// The clock by which retries wait. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    crate::transport_setters! {
        /// ```
        /// use avepoint_core::{ApiClient, ClientBuilder};
        ///
        /// fn in_the_office<C: ApiClient>(builder: ClientBuilder<C>, authority: &[u8]) -> ClientBuilder<C> {
        ///     builder.proxy("http://proxy.example.com:3128").root_certificate(authority)
        /// }
        /// ```
    }

    /// The client.
    ///
    /// # Errors
    /// A configuration error without a credential, for an address that a token must not be sent to, for a region that
    /// the cloud or the API does not have or that is missing, for a user agent that HTTP does not allow, for a proxy (of
    /// the environment too) or another setting of the transport that is wrong, for a limit of zero, and where the HTTP client cannot be
    /// set up.
    pub fn build(self) -> Result<C, Error> {
        let credential = self.credential.ok_or_else(|| {
            Error::configuration("there is no credential: give one with `credential`, for example a `StaticToken`")
        })?;
        let base_url = match &self.base_url {
            Some(url) => cloud::base_url(url)?,
            None => {
                let url = self.cloud.base_url(C::SERVICE, self.region)?;
                check_region(self.region, C::REGIONS)?;
                cloud::base_url(&url)?
            }
        };
        let agent = match self.agent {
            Some(caller) => format!("{caller} {}", C::AGENT),
            None => C::AGENT.to_owned(),
        };
        let user_agent = HeaderValue::try_from(agent)
            .map_err(|_| Error::configuration("the user agent contains characters that are not allowed in a header"))?;
        if self.max_concurrency == Some(0)
            || self
                .max_rate
                .is_some_and(|(requests, time)| requests == 0 || time.is_zero())
        {
            return Err(Error::configuration(
                "a limit of zero lets no request through: give `max_concurrency` or `max_rate` more, or leave it out",
            ));
        }
        let gate = Gate::new(Limits {
            concurrency: self.max_concurrency,
            interval: self.max_rate.map(|(requests, time)| time / requests),
            alone: self.waits_alone,
        });
        let http = self.transport.client(&base_url)?;
        let shared = Shared {
            base_url,
            credential,
            user_agent,
            clock: self.clock,
            http,
            transport: self.transport,
            renewals: Renewals::default(),
            gate,
            hook: self.hook,
            secret_members: C::SECRETS,
            #[cfg(feature = "export")]
            places: crate::export::Places::default(),
            tokens: RecentTokens::default(),
        };
        Ok(C::from_session(Session::new(shared, self.options)))
    }
}

/// A service's APIs need not be in all of its regions.
fn check_region(region: Option<Region>, known: &[&str]) -> Result<(), Error> {
    match region {
        Some(region) if !known.contains(&region.code()) => Err(Error::configuration(format!(
            "this API has no region `{}`; there are: {}. Any other address can be given with `base_url`",
            region.code(),
            known.join(", ")
        ))),
        _ => Ok(()),
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("region", &self.region)
            .field("credential", &self.credential)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
