//! When a token that was not accepted is worth another one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::operation::Operation;
use crate::protection::Protection;

/// How long no token is renewed after a fresh one was not accepted either.
const PAUSE: Duration = Duration::from_secs(60);

/// A server that refuses every token must not cost a token request with every call: after a fresh token was refused too,
/// those with the same permission are not renewed for a while.
#[derive(Debug, Default)]
pub(crate) struct Renewals(Mutex<HashMap<String, Duration>>);

impl Renewals {
    /// A fresh token was not accepted.
    pub(crate) fn pause(&self, operation: &Operation, now: Duration) {
        self.paused().insert(operation.scope(), now.saturating_add(PAUSE));
    }

    /// A token was accepted.
    pub(crate) fn resume(&self, operation: &Operation) {
        let mut paused = self.paused();
        // With nothing to forget, which is nearly always, the scope is not put together.
        if !paused.is_empty() {
            paused.remove(&operation.scope());
        }
    }

    pub(crate) fn are_paused(&self, operation: &Operation, now: Duration) -> bool {
        Protection::RenewalPause.is_on() && self.paused().get(&operation.scope()).is_some_and(|until| now < *until)
    }

    fn paused(&self) -> MutexGuard<'_, HashMap<String, Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
