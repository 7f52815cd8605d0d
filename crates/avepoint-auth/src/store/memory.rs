//! Tokens in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avepoint_core::Error;

use crate::BoxFuture;

use super::{StoredToken, TokenKey, TokenStore};

/// Keeps tokens in memory, for credentials of one process that are not clones of each other. Its clones share their
/// tokens.
///
/// ```
/// use avepoint_auth::{ClientSecretCredential, MemoryStore};
///
/// let store = MemoryStore::default();
/// let one = ClientSecretCredential::builder("my-app", "my-secret").store(store.clone()).build()?;
/// let other = ClientSecretCredential::builder("my-app", "my-secret").store(store).build()?;
/// # let _ = (one, other);
/// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<HashMap<TokenKey, StoredToken>>>);

impl MemoryStore {
    fn tokens(&self) -> MutexGuard<'_, HashMap<TokenKey, StoredToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        Box::pin(async { Ok(self.tokens().get(key).cloned()) })
    }

    fn put<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            self.tokens().insert(key.clone(), token.clone());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let mut tokens = self.tokens();
            if tokens
                .get(key)
                .is_some_and(|held| held.token().expose() == token.token().expose())
            {
                tokens.remove(key);
            }
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("tokens", &self.tokens().len())
            .finish()
    }
}
