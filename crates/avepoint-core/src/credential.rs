//! Where access tokens come from.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;

use crate::BoxFuture;
use crate::error::Error;
use crate::operation::Operation;
use crate::value::secret::SecretText;

/// An access token. `Debug` does not show it.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretText,
    expires_at: Option<SystemTime>,
}

impl AccessToken {
    /// A token, and when it expires if that is known.
    pub fn new(token: impl Into<SecretText>, expires_at: Option<SystemTime>) -> Self {
        AccessToken {
            secret: token.into(),
            expires_at,
        }
    }

    /// The token itself. Keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        self.secret.expose()
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.secret.secret()
    }

    /// When it expires, if that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &"[redacted]")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Supplies a client with access tokens.
///
/// A credential has `Debug`, which must not show its secrets; an `Arc` of one is one.
///
/// A minor version adds only methods with a default.
///
/// ```
/// use avepoint_core::{AccessToken, BoxFuture, Credential, Error, Operation};
///
/// #[derive(Debug)]
/// struct FromVault;
///
/// impl Credential for FromVault {
///     fn token<'a>(&'a self, operation: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
///         Box::pin(async move {
///             // Ask for a token with the scope that this operation takes.
///             let _scope = operation.scope();
///             Ok(AccessToken::new("a token", None))
///         })
///     }
/// }
/// ```
pub trait Credential: fmt::Debug + Send + Sync {
    /// Returns a token for a call of this operation, whose `scopes` say which permission the token must carry.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::Credential`](crate::ErrorKind::Credential) if none can be obtained.
    fn token<'a>(&'a self, operation: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>>;

    /// Called when the server rejected a token (401): remove it from any cache. The client then asks for a token once more,
    /// and repeats the call if it is a different one.
    fn invalidate(&self, _token: &AccessToken) {}
}

impl<C: Credential + ?Sized> Credential for Arc<C> {
    fn token<'a>(&'a self, operation: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        (**self).token(operation)
    }

    fn invalidate(&self, token: &AccessToken) {
        (**self).invalidate(token);
    }
}

/// A token that was obtained elsewhere; it is used unchanged until it expires.
///
/// ```
/// use avepoint_core::StaticToken;
///
/// let credential = StaticToken::new("eyJ…");
/// assert_eq!(format!("{credential:?}"), "StaticToken { token: AccessToken { secret: \"[redacted]\", expires_at: None } }");
/// ```
#[derive(Clone, Debug)]
pub struct StaticToken {
    token: AccessToken,
}

impl StaticToken {
    /// A credential that always returns this token.
    pub fn new(token: impl Into<SecretText>) -> Self {
        StaticToken {
            token: AccessToken::new(token, None),
        }
    }
}

impl Credential for StaticToken {
    fn token<'a>(&'a self, _operation: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        Box::pin(std::future::ready(Ok(self.token.clone())))
    }
}
