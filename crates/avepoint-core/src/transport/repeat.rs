//! Sending again: one rule, within one deadline.

use std::time::Duration;

use tokio::time::Instant;

use super::send::after;
use crate::clock::Clock;
use crate::error::Error;
use crate::protection::Protection;
use crate::retry::RetryPolicy;

/// The attempts at one thing: how many the policy and the time allow.
pub struct Attempts<'a> {
    policy: &'a RetryPolicy,
    clock: &'a dyn Clock,
    end: Duration,
    failed: u32,
}

/// Why an attempt failed, as far as it matters to the next one.
///
/// These crates alone implement it: a minor version may add to it.
pub trait Failure {
    /// Whether the same request may be sent again.
    fn may_pass(&self) -> bool;

    /// How long the server asked to wait, if it did.
    fn retry_after(&self) -> Option<Duration>;
}

impl Failure for Error {
    fn may_pass(&self) -> bool {
        self.is_retryable()
    }

    fn retry_after(&self) -> Option<Duration> {
        Error::retry_after(self)
    }
}

impl<'a> Attempts<'a> {
    /// The time for all of them begins now.
    pub fn new(policy: &'a RetryPolicy, clock: &'a dyn Clock) -> Self {
        Attempts {
            policy,
            clock,
            end: clock.elapsed().saturating_add(policy.deadline),
            failed: 0,
        }
    }

    /// The time that is left.
    pub fn left(&self) -> Duration {
        if Protection::Deadline.is_on() {
            self.end.saturating_sub(self.clock.elapsed())
        } else {
            Duration::MAX
        }
    }

    /// When an attempt must be over that begins now and may take so long.
    pub fn until(&self, timeout: Duration) -> Instant {
        after(timeout.min(self.left()))
    }

    /// How long this call will wait at least before the next attempt, if the one that runs now fails.
    pub(crate) fn least_pause(&self, retry_after: Option<Duration>) -> Duration {
        self.policy.delay(self.failed.saturating_add(1), 0.0, retry_after)
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The failure itself, if there is to be no other attempt.
    pub async fn pause_after<E: Failure>(&mut self, failure: E) -> Result<(), E> {
        if self.pause(&failure).await {
            Ok(())
        } else {
            Err(failure)
        }
    }

    /// Waits before the next attempt, if there is to be one.
    pub(crate) async fn pause(&mut self, failure: &impl Failure) -> bool {
        self.failed = self.failed.saturating_add(1);
        if self.failed >= self.policy.max_attempts || !failure.may_pass() {
            return false;
        }
        let delay = self.policy.delay(self.failed, fastrand::f64(), failure.retry_after());
        if delay >= self.left() {
            return false;
        }
        tracing::debug!(
            attempt = self.failed,
            delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            "the request is sent again"
        );
        self.clock.sleep(delay).await;
        // The one that was asleep may have overslept.
        !self.left().is_zero()
    }
}
