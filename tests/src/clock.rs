//! A clock that does not wait: a sleep moves it on, and is remembered.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use avepoint_core::{BoxFuture, Clock};
use jiff::Timestamp;

/// The clock. It begins at a moment of the test's choice.
#[derive(Debug)]
pub struct FakeClock {
    start: Timestamp,
    sleeps: Mutex<Vec<Duration>>,
}

impl FakeClock {
    /// A clock that shows this time.
    pub fn at(start: &str) -> Self {
        FakeClock {
            start: start.parse().expect("a time"),
            sleeps: Mutex::default(),
        }
    }

    /// The sleeps so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        let now = self.start.saturating_add(self.elapsed()).expect("a length of time");
        now.into()
    }

    fn elapsed(&self) -> Duration {
        let sleeps = self.sleeps();
        sleeps
            .iter()
            .fold(Duration::ZERO, |sum, sleep| sum.saturating_add(*sleep))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleeps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(duration);
        Box::pin(std::future::ready(()))
    }
}
