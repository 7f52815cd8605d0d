//! The credentials: one way to get tokens, and several to prove who asks.

pub(crate) mod certificate;
pub(crate) mod environment;
pub(crate) mod secret;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use avepoint_core::redact::RecentTokens;
use avepoint_core::transport::timestamp;
use avepoint_core::{
    AccessToken, BoxFuture, Clock, Cloud, Error, ErrorKind, Obstacle, Operation, RequestHook, RetryPolicy, SystemClock,
    Transport,
};
use tokio::sync::OnceCell;

use crate::assertion::Audience;
use crate::cache::Cache;
use crate::endpoint::Identity;
use crate::failure::About;
use crate::proofs::Proofs;
use crate::request::Sender;
use crate::scopes::Scopes;
use crate::source::Source;
use crate::store::TokenStore;

/// What every credential is underneath. Clones share their tokens.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Shared>);

struct Shared {
    scopes: Scopes,
    cache: Cache,
}

impl Provider {
    pub(crate) fn token<'a>(&'a self, operation: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        Box::pin(async move {
            let Shared { scopes, cache } = &*self.0;
            let scope = scopes.choose(operation).map_err(|problem| {
                let error = Error::new(ErrorKind::Credential, problem).with_operation(operation);
                error.with_obstacle(Obstacle::Permission)
            })?;
            cache.token(&scope).await.map_err(|failure| {
                let source = cache.source();
                let about = About {
                    host: source.identity.host(),
                    proof: &source.proofs.to_check(),
                    scope: &scope,
                    fixed: scopes.is_fixed(),
                };
                failure.to_error(operation, &about)
            })
        })
    }

    pub(crate) fn invalidate(&self, token: &AccessToken) {
        self.0.cache.invalidate(token);
    }

    /// What can be shown of a credential of this name.
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.0.cache.source();
        f.debug_struct(name)
            .field("identity_url", &source.identity.address())
            .field("client_id", &source.client_id)
            .field("authentication", &source.proofs)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

/// Builds a credential. The `builder` functions of the credentials return one.
///
/// ```
/// use std::time::Duration;
/// use avepoint_auth::ClientSecretCredential;
/// use avepoint_auth::avepoint_core::{Cloud, RetryPolicy};
///
/// let credential = ClientSecretCredential::builder("my-app", "my-secret")
///     .cloud(Cloud::UsGovernment)
///     .timeout(Duration::from_secs(10))
///     .retry(RetryPolicy::none())
///     .build()?;
/// # let _ = credential;
/// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
/// ```
pub struct CredentialBuilder<C> {
    client_id: String,
    pub(in crate::credential) proofs: Proofs,
    cloud: Cloud,
    identity_url: Option<String>,
    pub(in crate::credential) audience: Audience,
    discovery: bool,
    allowed_origins: Vec<String>,
    scopes: Option<Vec<String>>,
    store: Option<Arc<dyn TokenStore>>,
    retry: RetryPolicy,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    hook: Option<Arc<dyn RequestHook>>,
    transport: Transport,
    credential: PhantomData<fn() -> C>,
}

impl<C> CredentialBuilder<C> {
    pub(crate) fn new(client_id: String, proofs: Proofs) -> Self {
        CredentialBuilder {
            client_id,
            proofs,
            cloud: Cloud::default(),
            identity_url: None,
            audience: Audience::default(),
            discovery: false,
            allowed_origins: Vec::new(),
            scopes: None,
            store: None,
            retry: RetryPolicy::default()
                .max_attempts(4)
                .max_backoff(Duration::from_secs(10))
                .deadline(Duration::from_secs(60)),
            timeout: Duration::from_secs(20),
            clock: Arc::new(SystemClock::default()),
            hook: None,
            transport: Transport::default(),
            credential: PhantomData,
        }
    }

    /// The cloud in which the app is registered. Default: the commercial one.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The URL of the identity service: https, or plain http to this machine. It may contain a path. Default: the cloud's.
    #[must_use]
    pub fn identity_url(mut self, url: impl Into<String>) -> Self {
        self.identity_url = Some(url.into());
        self
    }

    /// Whether the token endpoint is read from the discovery document of the identity service, once, instead of being
    /// assumed by convention (`/connect/token`). The document must name the same issuer, and an endpoint at the same origin:
    /// scheme, host and port. Default: no.
    #[must_use]
    pub fn discovery(mut self, discovery: bool) -> Self {
        self.discovery = discovery;
        self
    }

    /// Another origin at which the discovery document may name the token endpoint, such as
    /// `https://tokens.example.com:8443`: secrets and assertions are sent there. May be called several times.
    #[must_use]
    pub fn allow_token_endpoint_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into());
        self
    }

    /// The permissions that every token carries. Default: exactly those that an operation needs. The service accepts at most
    /// 300 characters in one request: a longer set is split, and each call takes the token that covers its operation.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Where tokens are kept beyond this credential and its clones; pass an `Arc` of a store to share it.
    /// Default: nowhere.
    #[must_use]
    pub fn store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// How token requests are retried: after a failed connection, a cut response, 408, 429, 500, 502, 503 and 504.
    /// Default: 4 attempts within a minute.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The time for one attempt, its response included. Default: 20 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The clock by which tokens expire, assertions are dated and retries wait. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Observes every request to the identity service, for metrics and distributed traces: token requests as the
    /// operation `requestToken`, those for the discovery document as `readDiscovery`. It sees statuses and errors, never
    /// a body, so that it gets neither secrets nor tokens. The client's own requests are observed by the hook of its builder;
    /// an `Arc` of one hook serves both. Default: nobody observes them.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use avepoint_auth::ClientSecretCredential;
    /// use avepoint_auth::avepoint_core::{ApiClient, ClientBuilder, Error, RequestHook};
    ///
    /// fn watched<C: ApiClient>(hook: Arc<dyn RequestHook>) -> Result<C, Error> {
    ///     let credential = ClientSecretCredential::builder("my-app", "my-secret").hook(Arc::clone(&hook)).build()?;
    ///     ClientBuilder::default().credential(credential).hook(hook).build()
    /// }
    /// ```
    #[must_use]
    pub fn hook(mut self, hook: impl RequestHook + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    avepoint_core::transport_setters! {
        /// ```
        /// use avepoint_auth::ClientSecretCredential;
        ///
        /// let builder = ClientSecretCredential::builder("my-app", "my-secret").proxy("http://proxy.example.com:3128");
        /// # let _ = builder;
        /// ```
    }

    fn provider(self) -> Result<Provider, Error> {
        let wrong = |problem: &str| Error::new(ErrorKind::Configuration, problem);
        if self.client_id.is_empty() || self.client_id.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong("the client id is empty or contains white space"));
        }
        let scopes = match &self.scopes {
            None => Scopes::OfOperation,
            Some(scopes) => Scopes::fixed(scopes)?,
        };
        let mut identity = match &self.identity_url {
            Some(url) => Identity::at(url)?,
            None => Identity::at(&format!("https://{}", self.cloud.identity_host()))?,
        };
        for origin in &self.allowed_origins {
            identity.allow(origin)?;
        }
        if matches!(&self.audience, Audience::Other(text) if text.trim().is_empty()) {
            return Err(wrong("the audience is empty"));
        }
        self.proofs.check(timestamp(self.clock.now()))?;
        let http = self.transport.client(identity.url())?;
        let source = Source {
            identity,
            client_id: self.client_id,
            proofs: self.proofs,
            audience: self.audience,
            discovery: self.discovery,
            endpoint: OnceCell::new(),
            sender: Sender {
                http,
                clock: self.clock,
                hook: self.hook,
                retry: self.retry,
                timeout: self.timeout,
            },
            tokens: RecentTokens::default(),
        };
        Ok(Provider(Arc::new(Shared {
            scopes,
            cache: Cache::new(source, self.store),
        })))
    }
}

// The bound is met by the credentials of this crate and by nothing else.
#[allow(private_bounds)]
impl<C: From<Provider>> CredentialBuilder<C> {
    /// Builds the credential. Nothing is sent until the first token is needed.
    ///
    /// # Errors
    /// A configuration error for an empty client id or secret, for an address that a secret must not be sent to, for
    /// `scopes` that cannot be asked for, for a proxy (of the environment too) or another setting of the transport that is wrong, and where
    /// the HTTP client cannot be set up.
    pub fn build(self) -> Result<C, Error> {
        self.provider().map(C::from)
    }
}

impl<C> fmt::Debug for CredentialBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialBuilder")
            .field("client_id", &self.client_id)
            .field("authentication", &self.proofs)
            .field("cloud", &self.cloud)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A credential of the crate: what it is called, and what all of them have.
macro_rules! credential {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(crate::credential::Provider);

        impl From<crate::credential::Provider> for $name {
            fn from(provider: crate::credential::Provider) -> Self {
                $name(provider)
            }
        }

        impl avepoint_core::Credential for $name {
            fn token<'a>(
                &'a self,
                operation: &'static avepoint_core::Operation,
            ) -> crate::BoxFuture<'a, Result<avepoint_core::AccessToken, avepoint_core::Error>> {
                self.0.token(operation)
            }

            fn invalidate(&self, token: &avepoint_core::AccessToken) {
                self.0.invalidate(token);
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.show(stringify!($name), f)
            }
        }
    };
}
pub(crate) use credential;
