//! Tokens, kept and renewed: one request at a time for each scope, whoever waits for it.
//!
//! The request runs in a task of its own, so that a caller that goes away takes it from nobody. What it gives goes into
//! the slot before anyone hears of it.

use std::collections::HashMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use avepoint_core::AccessToken;
use avepoint_core::protection::Protection;
use avepoint_core::transport::timestamp;
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument;

use crate::failure::Failure;
use crate::source::Source;
use crate::store::{StoredToken, TokenKey, TokenStore};

/// How long before its end a token is renewed. One that lives shorter than twice that is renewed at half its life.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// How long a renewal that failed is left alone while the token still holds.
const PAUSE: Duration = Duration::from_secs(30);

/// How soon after it was fetched a token must be rejected, if it replaces one that was rejected too, to tell that further
/// ones will be as well.
const SOON: Duration = Duration::from_secs(300);

/// How long no token is fetched after that; each further time twice as long, up to the longest.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(600);

/// How many requests in a row may vanish, as they do when a runtime is shut down, before a caller gives up.
const VANISHED: usize = 3;

/// A token, or why there is none; many callers share one.
pub(crate) type Outcome = Result<AccessToken, Arc<Failure>>;

/// The tokens of one credential.
pub(crate) struct Cache {
    source: Arc<Source>,
    store: Option<Arc<dyn TokenStore>>,
    slots: RwLock<HashMap<Box<str>, Arc<Slot>>>,
}

/// The token of one scope.
struct Slot {
    scope: Box<str>,
    key: TokenKey,
    source: Arc<Source>,
    store: Option<Arc<dyn TokenStore>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The request that is on its way.
    flight: Option<Flight>,
    /// The last token that the API did not accept: it may still stand in the store.
    rejected: Option<AccessToken>,
    /// How many tokens in a row were fetched for one that was rejected, and were so themselves.
    rejections: u32,
    /// A renewal before this time is too early after one that failed.
    pause_until: Option<Timestamp>,
}

struct Held {
    token: AccessToken,
    ends: Timestamp,
    renew_from: Timestamp,
    /// When it came, by the clock that never runs backwards, and how old it was then.
    since: Duration,
    age: Duration,
    /// Whether it is here because the one before was rejected.
    replaces_rejected: bool,
    /// It was rejected too, and stays until then, by the same clock: a call that is given it again knows that there is no
    /// better one.
    rest_until: Option<Duration>,
}

impl State {
    /// Whether the next token comes in place of one that was rejected.
    fn has_rejected(&self) -> bool {
        match &self.held {
            Some(held) => held.rest_until.is_some(),
            None => self.rejected.is_some(),
        }
    }
}

type Flight = watch::Receiver<Option<Outcome>>;

/// What a caller does next.
enum Next {
    Take(AccessToken),
    Wait(Flight),
}

impl Cache {
    pub(crate) fn new(source: Source, store: Option<Arc<dyn TokenStore>>) -> Self {
        Cache {
            source: Arc::new(source),
            store,
            slots: RwLock::default(),
        }
    }

    /// Where the tokens come from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// A token with this scope: the held one while it holds, or the one of the next request.
    ///
    /// # Errors
    /// Why there is none. A failure is not kept: the next caller asks again.
    pub(crate) async fn token(&self, scope: &str) -> Outcome {
        let slot = self.slot(scope);
        for _ in 0..VANISHED {
            let mut flight = match slot.next()? {
                Next::Take(token) => return Ok(token),
                Next::Wait(flight) => flight,
            };
            let landed = flight
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|outcome| outcome.clone());
            match landed {
                Some(outcome) => return outcome,
                None => slot.forget(&flight),
            }
        }
        Err(Arc::new(Failure::other(
            "the token request was dropped before its end: the tokio runtime that ran it has been shut down",
        )))
    }

    /// Forgets a token that the API did not accept, and no other. Where the one before was not accepted either, a third
    /// one is not asked for at once: a server that accepts none would cost a token request with every call.
    pub(crate) fn invalidate(&self, token: &AccessToken) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        for slot in slots.values() {
            slot.invalidate(token);
        }
    }

    fn slot(&self, scope: &str) -> Arc<Slot> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(scope) {
            return Arc::clone(slot);
        }
        drop(slots);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(scope.into()).or_insert_with(|| {
            Arc::new(Slot {
                scope: scope.into(),
                key: TokenKey::new(self.source.identity.address(), &self.source.client_id, scope),
                source: Arc::clone(&self.source),
                store: self.store.clone(),
                state: Mutex::default(),
            })
        });
        Arc::clone(slot)
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        timestamp(self.source.sender.clock.now())
    }

    fn invalidate(&self, token: &AccessToken) {
        let now = self.source.sender.clock.elapsed();
        let mut state = self.state();
        let State { held, rejections, .. } = &mut *state;
        let Some(held) = held.as_mut().filter(|held| held.token.expose() == token.expose()) else {
            return;
        };
        match held.rest_until {
            Some(until) if now < until => return,
            // The rest is over: another one may be better.
            Some(_) => {}
            None if held.replaces_rejected
                && now.saturating_sub(held.since).saturating_add(held.age) < SOON
                && Protection::RenewalPause.is_on() =>
            {
                let rest = FIRST_REST.saturating_mul(1 << (*rejections).min(10)).min(LONGEST_REST);
                *rejections = rejections.saturating_add(1);
                held.rest_until = Some(now.saturating_add(rest));
                tracing::warn!(
                    rest_s = rest.as_secs(),
                    "the API accepts no access token, not even a new one; no further one is requested for a while"
                );
                return;
            }
            None => *rejections = 0,
        }
        state.held = None;
        state.rejected = Some(token.clone());
    }

    /// The held token, or the request to wait for; begins a request where one is due.
    fn next(self: &Arc<Self>) -> Result<Next, Arc<Failure>> {
        let now = self.now();
        let mut state = self.state();
        if let Some(held) = state.held.as_ref().filter(|held| now < held.ends) {
            let token = held.token.clone();
            let due = now >= held.renew_from && state.pause_until.is_none_or(|until| now >= until);
            if due && state.flight.is_none() {
                // Nobody waits for it, so that what goes wrong is reported by the request itself.
                let _ = self.begin(&mut state);
            }
            return Ok(Next::Take(token));
        }
        match &state.flight {
            Some(flight) => Ok(Next::Wait(flight.clone())),
            None => self.begin(&mut state).map(Next::Wait),
        }
    }

    /// Begins a request in a task of its own.
    fn begin(self: &Arc<Self>, state: &mut State) -> Result<Flight, Arc<Failure>> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Arc::new(Failure::other(
                "tokens can only be requested within a tokio runtime",
            )));
        };
        let (tell, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        let slot = Arc::clone(self);
        let span = tracing::debug_span!(
            "token",
            server.address = self.source.identity.host(),
            scope = &*self.scope
        );
        let request = async move {
            // What a panic has left behind is behind a lock, or in a store that must see to it itself.
            let outcome = AssertUnwindSafe(slot.fetch()).catch_unwind().await;
            // What it says may hold a secret.
            let panicked = |_| {
                Err(Failure::other(
                    "the token request panicked: the panic's own message says where",
                ))
            };
            let outcome = slot.land(outcome.unwrap_or_else(panicked));
            // Those who wait may all have gone away; the slot has it.
            let _ = tell.send(Some(outcome));
        };
        drop(runtime.spawn(request.instrument(span)));
        Ok(flight)
    }

    /// Forgets a request that ended without an outcome.
    fn forget(&self, vanished: &Flight) {
        let mut state = self.state();
        if state
            .flight
            .as_ref()
            .is_some_and(|flight| flight.same_channel(vanished))
        {
            state.flight = None;
        }
    }

    /// Puts the outcome of a request into the slot.
    fn land(&self, outcome: Result<StoredToken, Failure>) -> Outcome {
        let now = self.now();
        let mut state = self.state();
        state.flight = None;
        match outcome {
            Ok(stored) => {
                self.source.tokens.keep(stored.token());
                let has_rejected = state.has_rejected();
                let (issued_at, ends) = stored.span();
                let age = now.duration_since(issued_at);
                let token = stored.token().clone();
                state.held = Some(Held {
                    token: token.clone(),
                    ends,
                    renew_from: renew_from(&stored),
                    since: self.source.sender.clock.elapsed(),
                    // A clock that runs behind the one of whoever had it makes it no older than it is.
                    age: Duration::try_from(age).unwrap_or_default(),
                    replaces_rejected: stored.replaces_rejected() || has_rejected,
                    rest_until: None,
                });
                state.pause_until = None;
                Ok(token)
            }
            Err(failure) => {
                if state.held.as_ref().is_some_and(|held| now < held.ends) {
                    state.pause_until = Some(now.saturating_add(PAUSE).unwrap_or(now));
                    tracing::warn!(
                        error = failure.text(),
                        "renewing the access token failed; the current one is still valid"
                    );
                }
                Err(Arc::new(failure))
            }
        }
    }

    /// A token from the store, or else from the identity service.
    async fn fetch(&self) -> Result<StoredToken, Failure> {
        let Some(store) = &self.store else {
            return self.fresh().await;
        };
        if let Some(stored) = self.stored(&**store).await {
            return Ok(stored);
        }
        let token = self.fresh().await?;
        // Before anyone hears of the token: a command may end as soon as its call is answered.
        if let Err(error) = store.put(&self.key, &token).await {
            tracing::warn!(%error, "the access token was not stored");
        }
        Ok(token)
    }

    /// A token from the identity service.
    async fn fresh(&self) -> Result<StoredToken, Failure> {
        let token = self.source.fetch(&self.scope).await?;
        Ok(token.replacing_rejected(self.state().has_rejected()))
    }

    /// What the store holds, if it is of use. A store that fails costs a request and no more.
    async fn stored(&self, store: &dyn TokenStore) -> Option<StoredToken> {
        let stored = match store.get(&self.key).await {
            Ok(stored) => stored?,
            Err(error) => {
                tracing::warn!(%error, "the stored access tokens are not used");
                return None;
            }
        };
        let now = self.now();
        let (renewing, rejected) = {
            let state = self.state();
            let same = |token: &AccessToken| token.expose() == stored.token().expose();
            (state.held.is_some(), state.rejected.as_ref().is_some_and(same))
        };
        if rejected || !stored.is_credible(now) {
            if let Err(error) = store.remove(&self.key, &stored).await {
                tracing::warn!(%error, "a useless access token was not removed from the store");
            }
            return None;
        }
        // In place of a token that is to be renewed, only one that is not has any use.
        let until = if renewing { renew_from(&stored) } else { stored.span().1 };
        (now < until).then_some(stored)
    }
}

/// From when on a token is to be renewed.
fn renew_from(stored: &StoredToken) -> Timestamp {
    let (issued_at, ends) = stored.span();
    let life = ends.duration_since(issued_at);
    let ahead = if life < AHEAD * 2 { life / 2 } else { AHEAD };
    ends.saturating_sub(ahead).unwrap_or(ends)
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("source", &self.source)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
