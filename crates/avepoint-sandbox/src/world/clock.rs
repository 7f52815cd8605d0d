//! The time of a world.

use std::ops::Range;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// When every world begins: 2 November 2026, 08:00 UTC. What lies before it is the same in each world of a seed.
const BEGINNING: i64 = 1_793_606_400;

/// The time of a world. It begins with the world, runs as real time does, and can be put forward.
#[derive(Debug)]
pub(crate) struct Clock {
    /// None if it stands still.
    started: Option<Instant>,
    advanced: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            started: Some(Instant::now()),
            advanced: Duration::ZERO,
        }
    }

    /// When the world began. Times of what the seed gives are reckoned from here.
    pub(crate) fn beginning() -> Timestamp {
        Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The time in the world now.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        let elapsed = elapsed.saturating_add(self.advanced);
        let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
        Self::beginning().saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Lets only those who put the time forward do so.
    #[cfg(test)]
    pub(crate) fn stop(&mut self) {
        self.started = None;
    }

    /// Puts the time forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }

    /// A time as answers write it, to the second and in UTC.
    pub(crate) fn written(time: Timestamp) -> String {
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// A time between two numbers of days before the world began, as answers write it.
    pub(super) fn written_before(random: &mut Rng, days: Range<i64>) -> String {
        const DAY: i64 = 24 * 60 * 60;
        let span = SignedDuration::from_secs(random.i64(days.start * DAY..days.end * DAY));
        Self::written(Self::beginning().saturating_sub(span).unwrap_or(Timestamp::MIN))
    }

    /// The time some days before the world began.
    pub(crate) fn days_before(days: i64) -> Timestamp {
        let span = SignedDuration::from_hours(days.saturating_mul(24));
        Self::beginning().saturating_sub(span).unwrap_or(Timestamp::MIN)
    }
}
