//! The time of a world.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// When a world begins unless its builder says otherwise: 2 November 2026, 08:00 UTC.
const BEGINNING: i64 = 1_793_606_400;

/// The time of a world. It begins with the world, runs as real time does, and can be put forward, which
/// all its clones see.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// When the world began. Times of what the seed gives are reckoned from here.
    pub(crate) beginning: Timestamp,
    /// None if it stands still.
    started: Option<Instant>,
    /// In milliseconds.
    advanced: Arc<AtomicU64>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self::starting_at(Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The clock of a world that begins then.
    pub(crate) fn starting_at(beginning: Timestamp) -> Self {
        Self {
            beginning,
            started: Some(Instant::now()),
            advanced: Arc::default(),
        }
    }

    /// The time in the world now.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        after(self.beginning, elapsed.saturating_add(self.advanced()))
    }

    /// The time of the machine, put forward as that of the world is.
    pub(crate) fn machine(&self) -> Timestamp {
        after(Timestamp::now(), self.advanced())
    }

    /// Lets only those who put the time forward do so.
    #[cfg(test)]
    pub(crate) fn stop(&mut self) {
        self.started = None;
    }

    /// Puts the time forward.
    pub(crate) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let sum = |advanced: u64| Some(advanced.saturating_add(by));
        // It is never refused: there always is a sum.
        let _ = self.advanced.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
    }

    /// How far it was put forward.
    fn advanced(&self) -> Duration {
        Duration::from_millis(self.advanced.load(Ordering::Relaxed))
    }

    /// A time as answers write it, to the second and in UTC.
    pub(crate) fn written(time: Timestamp) -> String {
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// A time between two numbers of days before the world began, as answers write it.
    pub(super) fn written_before(&self, random: &mut Rng, days: Range<i64>) -> String {
        const DAY: i64 = 24 * 60 * 60;
        let span = SignedDuration::from_secs(random.i64(days.start * DAY..days.end * DAY));
        Self::written(self.beginning.saturating_sub(span).unwrap_or(Timestamp::MIN))
    }

    /// The time some days before the world began.
    pub(crate) fn days_before(&self, days: i64) -> Timestamp {
        let span = SignedDuration::from_hours(days.saturating_mul(24));
        self.beginning.saturating_sub(span).unwrap_or(Timestamp::MIN)
    }
}

/// The time some while after another.
fn after(time: Timestamp, elapsed: Duration) -> Timestamp {
    let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
    time.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
}
