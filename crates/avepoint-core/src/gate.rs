//! One gate for all requests of a client and its clones: what one of them is told by the service holds for all.
//!
//! After 429 nobody sends until the time is over for which the service asks. Then the requests go out one after the
//! other, at the rate at which the service has taken them before, which is what it lets through: as many as it accepted,
//! over the time from the first of them to the end of the wait. The rate grows from there, since the limit may have
//! been another's doing, until the service refuses again or the limit is forgotten.
//!
//! Those who wait stand in a queue, and only its head waits by the clock, so that each of them has the latest word of
//! the service. No wait at the gate is an attempt, and none goes beyond the deadline of its call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Clock;
use crate::error::Error;
use crate::transport::Attempts;

/// The longest time for which one answer closes the gate: a number or a clock that is wrong must not stop a program for
/// good.
const LONGEST: Duration = Duration::from_secs(3600);

/// The time between two requests after a refusal that says nothing of the rate: none was accepted before.
const UNKNOWN: Duration = Duration::from_millis(100);

/// The longest time between two requests that the gate itself chooses.
const SLOWEST: Duration = Duration::from_secs(30);

/// In which time the rate doubles: while little is known of the limit, and once a run has shown it.
const DOUBLES_AT_FIRST: Duration = Duration::from_secs(1);
const DOUBLES: Duration = Duration::from_secs(10);

/// After how long without a refusal the limit is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// After how long without a request a new run begins.
const PAUSE: Duration = Duration::from_secs(1);

/// Limits that the caller sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// How many requests may wait for their answers at the same time.
    pub(crate) concurrency: Option<usize>,
    /// The time between two requests.
    pub(crate) interval: Option<Duration>,
    /// Whether what the service says holds for the one call alone that was told.
    pub(crate) alone: bool,
}

/// The gate.
#[derive(Debug)]
pub(crate) struct Gate {
    room: Option<Semaphore>,
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// What lets one request through; its place is free when it is dropped.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    closings: u64,
    _room: Option<SemaphorePermit<'a>>,
}

#[derive(Debug, Default)]
struct State {
    /// What the caller allows.
    interval: Option<Duration>,
    /// Whether the service is not listened to.
    alone: bool,
    /// What the service has taught.
    pace: Option<Pace>,
    /// Nobody sends before.
    closed_until: Duration,
    /// How often the gate was closed: what was sent before the last time does not close it again.
    closings: u64,
    /// Whether it is still closed, or nobody has come since.
    is_closed: bool,
    /// When the next request is due.
    next: Duration,
    /// When the current run began: requests with no pause among them, and no refusal.
    since: Duration,
    /// When the last request went out.
    last: Duration,
    /// How many of the run were accepted.
    accepted: u32,
}

/// How fast requests follow each other at the beginning of a run.
#[derive(Clone, Copy, Debug)]
struct Pace {
    interval: Duration,
    doubles: Duration,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        Gate {
            room: limits
                .concurrency
                .map(|most| Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            queue: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                interval: limits.interval,
                alone: limits.alone,
                ..State::default()
            }),
        }
    }

    /// Waits until a request may be sent.
    ///
    /// # Errors
    /// Where that would not be before the deadline of the call: at once if that is known.
    pub(crate) async fn pass(&self, clock: &dyn Clock, attempts: &Attempts<'_>) -> Result<Pass<'_>, Error> {
        let late = |_| Error::late_in_the_queue();
        let room = match &self.room {
            // It is never closed.
            Some(room) => tokio::time::timeout(attempts.left(), room.acquire())
                .await
                .map_err(late)?
                .ok(),
            None => None,
        };
        let mut now = clock.elapsed();
        if !self.state().is_open(now) {
            let _turn = tokio::time::timeout(attempts.left(), self.queue.lock())
                .await
                .map_err(late)?;
            now = now.max(clock.elapsed());
            loop {
                let wait = self.state().wait(now);
                if wait.is_zero() {
                    break;
                }
                if wait >= attempts.left() {
                    return Err(Error::throttled(wait));
                }
                clock.sleep(wait).await;
                // What was slept is over, whatever the clock says.
                now = clock.elapsed().max(now.saturating_add(wait));
            }
        }
        let mut state = self.state();
        state.sent(now);
        Ok(Pass {
            closings: state.closings,
            _room: room,
        })
    }

    /// The service has answered a request, and did not say that there were too many.
    pub(crate) fn accepted(&self, pass: &Pass<'_>) {
        self.state().accepted(pass.closings);
    }

    /// The service has refused a request since there were too many, and takes none for so long.
    pub(crate) fn close(&self, pass: &Pass<'_>, wait: Duration, now: Duration) {
        let mut state = self.state();
        if state.alone {
            return;
        }
        state.close(pass.closings, wait, now);
        tracing::debug!(
            wait_ms = u64::try_from(state.closed_until.saturating_sub(now).as_millis()).unwrap_or(u64::MAX),
            "too many requests: all calls of the client wait"
        );
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether nobody has to wait, nor anyone behind.
    fn is_open(&mut self, now: Duration) -> bool {
        self.reopen(now);
        self.interval.is_none() && self.pace.is_none() && self.closed_until <= now
    }

    /// How long the next request has to wait.
    fn wait(&mut self, now: Duration) -> Duration {
        self.reopen(now);
        // While it is closed nothing is due: what was, counts no more.
        match self.closed_until.saturating_sub(now) {
            Duration::ZERO => self.next.saturating_sub(now),
            closed => closed,
        }
    }

    /// Begins a new run if the gate was closed until now, or forgets what is long ago.
    fn reopen(&mut self, now: Duration) {
        if self.closed_until > now {
            return;
        }
        if self.is_closed {
            let run = self.closed_until.saturating_sub(self.since);
            let interval = match (self.accepted, self.pace) {
                (0, None) => UNKNOWN,
                (0, Some(pace)) => self.interval_at(pace, self.last).saturating_mul(2),
                (accepted, _) => run / accepted,
            };
            self.pace = Some(Pace {
                interval: interval.min(SLOWEST),
                doubles: if self.pace.is_none() { DOUBLES_AT_FIRST } else { DOUBLES },
            });
            (self.is_closed, self.next) = (false, self.closed_until);
            (self.since, self.accepted) = (self.closed_until, 0);
        } else if self.pace.is_some() && now.saturating_sub(self.since) > FORGOTTEN {
            self.pace = None;
            (self.since, self.accepted) = (now, 0);
        }
    }

    fn sent(&mut self, now: Duration) {
        if self.pace.is_none() && now.saturating_sub(self.last) > PAUSE {
            (self.since, self.accepted) = (now, 0);
        }
        self.last = now;
        let paced = self.pace.map(|pace| self.interval_at(pace, now));
        if let Some(interval) = paced.max(self.interval) {
            // A timer that was late is made up for by the next, and no more than that.
            self.next = self.next.max(now.saturating_sub(interval)).saturating_add(interval);
        }
    }

    /// How fast requests may follow each other at a time.
    fn interval_at(&self, pace: Pace, now: Duration) -> Duration {
        let doublings = now.saturating_sub(self.since).as_secs_f64() / pace.doubles.as_secs_f64();
        pace.interval.div_f64(doublings.exp2().min(1e9))
    }

    fn accepted(&mut self, closings: u64) {
        if closings == self.closings || self.is_closed {
            self.accepted = self.accepted.saturating_add(1);
        }
    }

    fn close(&mut self, closings: u64, wait: Duration, now: Duration) {
        self.closed_until = self.closed_until.max(now.saturating_add(wait.min(LONGEST)));
        if closings == self.closings {
            self.closings += 1;
            self.is_closed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use futures_util::{StreamExt, stream};
    use http::{HeaderMap, StatusCode, header};

    use super::*;
    use crate::clock::SystemClock;
    use crate::error::ErrorKind;
    use crate::retry::RetryPolicy;

    /// A service that takes so many requests a second, and as many at once, each of which takes its time. The time is
    /// that of the runtime, which stands still but for waiting.
    struct Service {
        a_second: f64,
        latency: Duration,
        retry_after: Option<u64>,
        clock: SystemClock,
        state: Mutex<Bucket>,
    }

    struct Bucket {
        left: f64,
        at: Duration,
        /// When each request came, and whether it was taken.
        received: Vec<(Duration, bool)>,
    }

    impl Service {
        fn new(a_second: f64, latency: u64, retry_after: Option<u64>) -> Self {
            Service {
                a_second,
                latency: Duration::from_millis(latency),
                retry_after,
                clock: SystemClock::default(),
                state: Mutex::new(Bucket {
                    left: a_second,
                    at: Duration::ZERO,
                    received: Vec::new(),
                }),
            }
        }

        fn takes(&self) -> bool {
            let (mut state, now) = (self.state.lock().expect("no panic"), self.clock.elapsed());
            let filled = (state.left + (now - state.at).as_secs_f64() * self.a_second).min(self.a_second);
            let takes = filled >= 1.0;
            state.received.push((now, takes));
            (state.left, state.at) = (if takes { filled - 1.0 } else { filled }, now);
            takes
        }

        fn received(&self) -> Vec<(Duration, bool)> {
            self.state.lock().expect("no panic").received.clone()
        }

        fn refusal(&self) -> Error {
            let mut headers = HeaderMap::new();
            if let Some(seconds) = self.retry_after {
                headers.insert(header::RETRY_AFTER, seconds.into());
            }
            Error::from_response(StatusCode::TOO_MANY_REQUESTS, &headers, b"")
        }

        /// One call as the session makes it.
        async fn call(&self, gate: &Gate, policy: &RetryPolicy) -> Result<(), Error> {
            let mut attempts = Attempts::new(policy, &self.clock);
            loop {
                let pass = gate.pass(&self.clock, &attempts).await?;
                self.clock.sleep(self.latency / 2).await;
                let is_taken = self.takes();
                self.clock.sleep(self.latency / 2).await;
                if is_taken {
                    gate.accepted(&pass);
                    return Ok(());
                }
                let refusal = self.refusal();
                gate.close(&pass, attempts.least_pause(refusal.retry_after()), self.clock.elapsed());
                drop(pass);
                attempts.pause_after(refusal).await?;
            }
        }

        /// So many calls, so many at once; how many of them fail.
        async fn calls(&self, gate: &Gate, number: usize, at_once: usize) -> usize {
            let policy = RetryPolicy::default();
            let calls = (0..number).map(|_| self.call(gate, &policy));
            let outcomes: Vec<_> = stream::iter(calls).buffer_unordered(at_once).collect().await;
            outcomes.iter().filter(|outcome| outcome.is_err()).count()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_are_refused_slow_down_together() {
        for a_second in [5.0, 10.0, 30.0] {
            for latency in [1, 50, 300] {
                for retry_after in [None, Some(1), Some(3)] {
                    for at_once in [20, 50] {
                        let service = Service::new(a_second, latency, retry_after);
                        let failed = service.calls(&Gate::new(Limits::default()), 200, at_once).await;
                        let what = format!("{a_second}/s, {latency} ms, {retry_after:?}, {at_once} at once");
                        assert_eq!(failed, 0, "{what}");
                        assert!(service.received().len() <= 260, "{what}: {}", service.received().len());
                        // Nor does it take much longer than the service makes it.
                        let least = (200.0 - a_second) / a_second;
                        let waits = 3.0 + retry_after.unwrap_or_default() as f64 * 4.0;
                        let took = service.clock.elapsed().as_secs_f64();
                        assert!(took <= least * 1.2 + waits, "{what}: {took} s, at least {least} s");
                    }
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_sends_until_the_service_takes_requests_again() {
        let (service, gate) = (Service::new(3.0, 10, Some(7)), Gate::new(Limits::default()));
        assert_eq!(service.calls(&gate, 9, 9).await, 0);
        let received = service.received();
        let refused = received.iter().position(|(_, taken)| !taken).expect("a refusal");
        let (told, again) = (received[refused].0, received[9].0);
        assert_eq!((again - told).as_secs(), 7, "{received:?}");
        // Then one after the other.
        assert!(received[9..].windows(2).all(|two| two[0].0 < two[1].0), "{received:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_is_gone_is_forgotten() {
        let (mut service, gate) = (Service::new(2.0, 10, Some(1)), Gate::new(Limits::default()));
        service.calls(&gate, 10, 10).await;
        service.a_second = 1e6;
        // The rate doubles again and again, with or without calls, until there is none.
        tokio::time::sleep(FORGOTTEN + Duration::from_secs(1)).await;
        let before = (service.received().len(), service.clock.elapsed());
        assert_eq!(service.calls(&gate, 1000, 1000).await, 0);
        assert_eq!(service.received().len() - before.0, 1000);
        assert!(
            service.received()[before.0..]
                .iter()
                .all(|(at, _)| *at == before.1 + service.latency / 2)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_not_begun() {
        let (service, gate) = (Service::new(1.0, 0, Some(300)), Gate::new(Limits::default()));
        let policy = RetryPolicy::default();
        service.call(&gate, &policy).await.expect("an answer");
        let refused = service.call(&gate, &policy).await.expect_err("too many");
        assert_eq!((refused.kind(), service.received().len()), (ErrorKind::Status, 2));
        let other = service.call(&gate, &policy).await.expect_err("too many");
        assert_eq!((other.kind(), service.received().len()), (ErrorKind::Throttled, 2));
        assert!(other.is_throttled() && other.is_retryable() && !other.was_sent());
        assert_eq!(other.retry_after(), Some(Duration::from_secs(300)));
        assert_eq!(
            other.to_string(),
            "nothing was sent, since the service refuses too many requests of this client; wait 300 seconds before the \
             next call"
        );
        assert_eq!(service.clock.elapsed(), Duration::ZERO);
        let patient = RetryPolicy {
            deadline: Duration::from_secs(301),
            ..policy
        };
        service.call(&gate, &patient).await.expect("the wait was worth it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_refuses_everything_is_asked_as_often_as_it_says() {
        let (service, gate) = (Service::new(0.0, 0, Some(2)), Gate::new(Limits::default()));
        for _ in 0..20 {
            service.call(&gate, &RetryPolicy::none()).await.expect_err("too many");
        }
        assert_eq!(service.clock.elapsed().as_secs(), 19 * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn no_answer_closes_it_for_good() {
        let (service, gate) = (Service::new(1.0, 0, Some(u64::MAX)), Gate::new(Limits::default()));
        assert_eq!(service.calls(&gate, 2, 2).await, 1);
        tokio::time::sleep(LONGEST).await;
        assert_eq!(service.calls(&gate, 1, 1).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_limits_of_the_caller_hold() {
        let interval = Duration::from_millis(100);
        let service = Service::new(1e6, 500, None);
        let gate = Gate::new(Limits {
            interval: Some(interval),
            ..Limits::default()
        });
        assert_eq!(service.calls(&gate, 20, 20).await, 0);
        let times: Vec<_> = service.received().into_iter().map(|(at, _)| at).collect();
        assert!(times.windows(2).all(|two| two[1] - two[0] == interval), "{times:?}");

        let service = Service::new(1e6, 500, None);
        let gate = Gate::new(Limits {
            concurrency: Some(3),
            ..Limits::default()
        });
        assert_eq!(service.calls(&gate, 9, 9).await, 0);
        let times: Vec<_> = service.received().into_iter().map(|(at, _)| at.as_millis()).collect();
        assert_eq!(times, [250, 250, 250, 750, 750, 750, 1250, 1250, 1250]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_for_its_turn_until_its_deadline_and_leaves_the_queue_then() {
        let gate = Gate::new(Limits {
            concurrency: Some(1),
            ..Limits::default()
        });
        let service = Service::new(1e6, 10_000, None);
        let policy = RetryPolicy {
            deadline: Duration::from_secs(15),
            ..RetryPolicy::default()
        };
        let outcomes = join_all((0..3).map(|_| service.call(&gate, &policy))).await;
        let last = outcomes[2].as_ref().expect_err("the third has no time for its turn");
        assert!(
            last.is_timeout() && !last.was_sent() && last.to_string().contains("wait for their turn"),
            "{last}"
        );
        assert_eq!(service.received().len(), 2);
        service.call(&gate, &policy).await.expect("the place is free");
    }
}
