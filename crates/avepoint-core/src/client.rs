//! How a client is made.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::clock::{Clock, SystemClock};
use crate::cloud::{Cloud, Region, Service, checked_url};
use crate::credential::Credential;
use crate::error::Error;
use crate::options::CallOptions;
use crate::session::{Session, Shared};

/// A generated client.
pub trait ApiClient: Sized {
    /// The service it talks to.
    const SERVICE: Service;

    /// The codes of the regions in which the API has a host in the commercial cloud; none where one host serves all.
    const REGIONS: &'static [&'static str];

    /// The crate and its version, as the user agent tells them.
    const AGENT: &'static str;

    /// A client over a session. The parts are the address and the HTTP client that the generated code asks for.
    #[doc(hidden)]
    fn from_parts(base_url: &str, http: reqwest::Client, session: Session) -> Self;
}

/// Makes a client. Each client's `Client::builder()` gives one.
pub struct ClientBuilder<C> {
    cloud: Cloud,
    region: Option<Region>,
    base_url: Option<String>,
    credential: Option<Arc<dyn Credential>>,
    agent: Option<String>,
    options: CallOptions,
    clock: Arc<dyn Clock>,
    http: Option<reqwest::ClientBuilder>,
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
            http: None,
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

    /// The region, for a service that has a host for each.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Another address than the cloud's: https, or plain http to this machine. It may hold a path.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Where access tokens come from. Without one no client is made.
    #[must_use]
    pub fn credential(self, credential: impl Credential + 'static) -> Self {
        self.shared_credential(Arc::new(credential))
    }

    /// Where access tokens come from, for clients that share one.
    #[must_use]
    pub fn shared_credential(mut self, credential: Arc<dyn Credential>) -> Self {
        self.credential = Some(credential);
        self
    }

    /// What the caller calls itself; it stands before the client's own name in the user agent.
    #[must_use]
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.agent = Some(agent.into());
        self
    }

    /// The options of every call.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// The clock by which retries wait.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Settings of the HTTP client, such as a proxy or a certificate authority. Redirections stay the client's own
    /// affair, since the token must not go to another host.
    #[must_use]
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// A configuration error without a credential, for an address that a token must not be sent to, for a region that
    /// the cloud or the API does not have or that is missing, for a user agent that HTTP does not allow, and where the HTTP client
    /// cannot be set up.
    pub fn build(self) -> Result<C, Error> {
        let credential = self.credential.ok_or_else(|| {
            Error::configuration("there is no credential: give one with `credential`, for example a `StaticToken`")
        })?;
        let base_url = match &self.base_url {
            Some(url) => checked_url(url)?,
            None => {
                let url = self.cloud.base_url(C::SERVICE, self.region)?;
                check_region(self.region, C::REGIONS)?;
                url
            }
        };
        let agent = match self.agent {
            Some(caller) => format!("{caller} {}", C::AGENT),
            None => C::AGENT.to_owned(),
        };
        let user_agent = HeaderValue::try_from(agent)
            .map_err(|_| Error::configuration("the user agent holds characters that no header may hold"))?;
        let http = self
            .http
            .unwrap_or_default()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| Error::configuration("the HTTP client cannot be set up").with_source(error))?;
        let address = base_url.as_str().trim_end_matches('/').to_owned();
        let shared = Shared {
            base_url,
            credential,
            user_agent,
            clock: self.clock,
            http: http.clone(),
            #[cfg(feature = "export")]
            exports: Arc::new(tokio::sync::Semaphore::new(crate::export::EXPORTS_AT_ONCE)),
        };
        Ok(C::from_parts(&address, http, Session::new(shared, self.options)))
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
