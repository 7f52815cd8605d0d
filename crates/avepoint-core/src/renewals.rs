//! When a token that was not accepted is worth another one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::operation::Operation;
use crate::protection::Protection;

/// How long no token is renewed after a fresh one was not accepted either.
const PAUSE: Duration = Duration::from_secs(60);

/// A server that refuses every token must not cost a token request with every call: after a fresh token was refused too,
/// those with the same permission are not renewed for a while.
#[derive(Debug, Default)]
pub(crate) struct Renewals(Mutex<Vec<Paused>>);

/// No token with these permissions is renewed until then.
#[derive(Debug)]
struct Paused {
    scope: String,
    until: Duration,
}

impl Renewals {
    /// A fresh token was not accepted.
    pub(crate) fn pause(&self, operation: &Operation, now: Duration) {
        let pause = Paused {
            scope: operation.scope(),
            until: now.saturating_add(PAUSE),
        };
        let mut paused = self.paused();
        paused.retain(|other| other.scope != pause.scope);
        paused.push(pause);
    }

    /// A token was accepted.
    pub(crate) fn resume(&self, operation: &Operation) {
        let mut paused = self.paused();
        // With nothing to forget, which is nearly always, the scope is not put together.
        if !paused.is_empty() {
            let scope = operation.scope();
            paused.retain(|pause| pause.scope != scope);
        }
    }

    pub(crate) fn are_paused(&self, operation: &Operation, now: Duration) -> bool {
        let scope = operation.scope();
        let is_meant = |pause: &Paused| pause.scope == scope && now < pause.until;
        Protection::RenewalPause.is_on() && self.paused().iter().any(is_meant)
    }

    fn paused(&self) -> MutexGuard<'_, Vec<Paused>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
