//! Where tokens are kept beyond one credential.

pub(crate) mod file;
pub(crate) mod memory;
mod own;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use avepoint_core::transport::{system_time, timestamp};
use avepoint_core::{AccessToken, Error};
use jiff::{SignedDuration, Timestamp};

use crate::BoxFuture;

/// The longest life of a token that is believed.
pub(crate) const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How far the clocks of machines that share a store may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Whether a text can be sent as a token. RFC 6750 has fewer characters; a header has these.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Keeps tokens for several credentials or processes, such as [`MemoryStore`](crate::MemoryStore) and
/// [`FileStore`](crate::FileStore).
///
/// Every credential has a cache of its own; a store is read when that has no token, and written when one was fetched. A store
/// that fails never fails a call: the failure is reported through `tracing`, and the token is fetched. An `Arc` of a store
/// is one.
///
/// A minor version adds only methods with a default.
///
/// ```
/// use avepoint_auth::{BoxFuture, StoredToken, TokenKey, TokenStore};
/// use avepoint_auth::avepoint_core::Error;
///
/// /// Forgets everything.
/// #[derive(Debug)]
/// struct Sieve;
///
/// impl TokenStore for Sieve {
///     fn get<'a>(&'a self, _key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
///         Box::pin(async { Ok(None) })
///     }
///     fn put<'a>(&'a self, _key: &'a TokenKey, _token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
///         Box::pin(async { Ok(()) })
///     }
///     fn remove<'a>(&'a self, _key: &'a TokenKey, _token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
///         Box::pin(async { Ok(()) })
///     }
/// }
/// ```
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// The token for a key, if there is one. It may have expired: the caller checks.
    ///
    /// # Errors
    /// Where the store cannot be read. The text says what to do about it, and holds no token.
    fn get<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>>;

    /// Stores a token for a key, replacing the one before.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn put<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>>;

    /// Removes a token that is no longer accepted, unless another one has replaced it.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn remove<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn get<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        (**self).put(key, token)
    }

    fn remove<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        (**self).remove(key, token)
    }
}

/// What a stored token is for: the identity service, the client and the scope. It contains no secret.
///
/// ```
/// use avepoint_auth::TokenKey;
///
/// let key = TokenKey::new("https://identity.example.com", "my-app", "elements.customers.read.all");
/// assert_eq!(key.as_str(), "https://identity.example.com my-app elements.customers.read.all");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenKey(String);

impl TokenKey {
    /// The key of the tokens that a client has from an identity service for a scope. Other parts make another key: a blank
    /// in the first two is written `%20`, since it parts them, and `%` is `%25`.
    pub fn new(identity_url: &str, client_id: &str, scope: &str) -> Self {
        let [identity_url, client_id] =
            [identity_url, client_id].map(|part| part.replace('%', "%25").replace(' ', "%20"));
        TokenKey(format!("{identity_url} {client_id} {scope}"))
    }

    /// The key as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token in a store. `Debug` does not show it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use avepoint_auth::StoredToken;
///
/// let issued_at = SystemTime::now();
/// let stored = StoredToken::new("eyJ…", issued_at, issued_at + Duration::from_secs(3600));
/// assert_eq!(stored.token().expose(), "eyJ…");
/// assert!(!format!("{stored:?}").contains("eyJ"));
/// ```
#[derive(Clone, Debug)]
pub struct StoredToken {
    token: AccessToken,
    issued_at: Timestamp,
    expires_at: Timestamp,
    replaces_rejected: bool,
}

impl StoredToken {
    /// A token with the times at which it was issued and expires. The time types of the usual crates convert.
    pub fn new(secret: impl Into<String>, issued_at: impl Into<SystemTime>, expires_at: impl Into<SystemTime>) -> Self {
        Self::between(secret, timestamp(issued_at.into()), timestamp(expires_at.into()))
    }

    pub(crate) fn between(secret: impl Into<String>, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        StoredToken {
            token: AccessToken::new(secret.into(), Some(system_time(expires_at))),
            issued_at,
            expires_at,
            replaces_rejected: false,
        }
    }

    /// Marks the token as obtained because the API rejected the one before. If it is rejected soon as well, no other one is
    /// requested for a while: a store that keeps this mark lets all processes know.
    #[must_use]
    pub fn replacing_rejected(mut self, replaces: bool) -> Self {
        self.replaces_rejected = replaces;
        self
    }

    /// Whether it was obtained because the API rejected the one before.
    pub fn replaces_rejected(&self) -> bool {
        self.replaces_rejected
    }

    /// The token.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// When it was issued.
    pub fn issued_at(&self) -> SystemTime {
        system_time(self.issued_at)
    }

    /// When it expires.
    pub fn expires_at(&self) -> SystemTime {
        system_time(self.expires_at)
    }

    /// From when until when it holds.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }

    /// Whether it can be one that was fetched before now: whatever stands in a store, such a one is sent and no other.
    pub(crate) fn is_credible(&self, now: Timestamp) -> bool {
        let life = self.expires_at.duration_since(self.issued_at);
        is_token(self.token.expose())
            && life.is_positive()
            && life <= LONGEST_LIFE
            && self.issued_at.duration_since(now) <= CLOCKS_DIFFER
    }
}
