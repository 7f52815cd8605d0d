//! The places of a client's export jobs: the service runs a few at once, and further ones queue here.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, join_all, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ExportOptions;
use crate::BoxFuture;
use crate::clock::Clock;

/// How many export jobs the service runs at once.
pub(super) const AT_ONCE: usize = 5;

/// The places, which the clones of a client share.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    held: Mutex<Vec<Weak<dyn Holder>>>,
}

/// A job that holds a place.
pub(super) trait Holder: Send + Sync {
    /// Asks the server whether the job has ended, so that its place becomes free; nothing if it holds none any more, or
    /// was asked for within this time. What asks does not keep the place of a job whose handle is dropped.
    fn look(self: Arc<Self>, quiet: Duration) -> Option<BoxFuture<'static, ()>>;
}

impl Default for Places {
    fn default() -> Self {
        Places {
            free: Arc::new(Semaphore::new(AT_ONCE)),
            held: Mutex::default(),
        }
    }
}

impl Places {
    /// Waits for a place, in the order of those who wait; nothing where none becomes free in time.
    ///
    /// A place becomes free when its job ends on the server, whether or not its owner asks: those who wait do.
    pub(super) async fn take(&self, clock: &dyn Clock, options: &ExportOptions) -> Option<OwnedSemaphorePermit> {
        let begin = clock.elapsed();
        // One future for all rounds, since a new one would have to queue from the end.
        let mut place = pin!(Arc::clone(&self.free).acquire_owned());
        for round in 1.. {
            let left = options.left_since(begin, clock);
            if left.is_zero() {
                break;
            }
            let pause = options.pause(round, None).min(left);
            let look = async {
                clock.sleep(pause).await;
                // A server that does not answer must not hold up what another job's end sets free.
                let time = options.time_since(begin, clock);
                let _ = tokio::time::timeout(time, self.look(pause)).await;
            };
            // It fails where the semaphore is closed, which nobody does.
            if let Either::Left((place, _)) = select(place.as_mut(), pin!(look)).await {
                return place.ok();
            }
        }
        place.as_mut().now_or_never()?.ok()
    }

    /// Takes note of a job that holds a place.
    pub(super) fn note(&self, holder: Weak<dyn Holder>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|holder| holder.strong_count() > 0);
        held.push(holder);
    }

    /// Asks for the jobs that were not asked for within this time.
    async fn look(&self, quiet: Duration) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let holders = held.iter().filter_map(Weak::upgrade);
        join_all(holders.filter_map(|holder| holder.look(quiet)).collect::<Vec<_>>()).await;
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places")
            .field("free", &self.free.available_permits())
            .finish_non_exhaustive()
    }
}
