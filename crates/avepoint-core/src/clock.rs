//! Time as the session sees it, so that tests need not wait.

use std::fmt;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::BoxFuture;

/// The time of day, and a way to wait.
///
/// Retries wait and measure their deadline by it; a test supplies its own, which sleeps without delay.
///
/// A minor version adds only methods with a default.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day, with which an HTTP date is compared.
    fn now(&self) -> SystemTime;

    /// A time that never runs backwards, counted from any fixed moment.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
