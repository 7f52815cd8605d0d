//! One gate for all requests of a client and its clones: what one of them is told by the service holds for all.
//!
//! After 429 nobody sends until the time is over for which the service asks. Then the requests go out one after the
//! other, at the rate at which the service has taken them before, which is what it lets through: as many as it accepted,
//! over the time from the first of them to the end of the wait. The rate grows from there, since the limit may have
//! been another's doing, until the service refuses again or the limit is forgotten.
//!
//! Each of those who wait has a turn of its own, a time, and looks at the gate again when it has come. Nobody hands
//! anything to the next, so that a call which is not polled misses its turn and delays nobody. No wait at the gate is an
//! attempt, and none goes beyond the deadline of its call.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Clock;
use crate::error::Error;
use crate::retry::LONGEST;
use crate::transport::Attempts;

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

/// How late a turn may be taken where the time between two requests is shorter: no timer is exact.
const LATE: Duration = Duration::from_millis(100);

/// Limits that the caller sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// How many requests may wait for their responses at the same time.
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
    state: Mutex<State>,
}

/// What lets one request through; its place is free when it is dropped.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    closings: u64,
    _room: Option<SemaphorePermit<'a>>,
}

/// The turn of one who waits. It is given back if it is not taken.
struct Turn<'a> {
    gate: &'a Gate,
    /// Of which run it is, and its time.
    kept: Option<(u64, Duration)>,
}

/// Who makes a request wait.
enum Limit {
    Service,
    Caller,
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
    /// The first turn that nobody has.
    next: Duration,
    /// Turns before it that were given back.
    free: BinaryHeap<Reverse<Duration>>,
    /// How many runs have begun after a refusal: the turns of the run before are no more.
    runs: u64,
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
        let (mut now, mut turn) = (clock.elapsed(), Turn { gate: self, kept: None });
        while let Some((wait, limit)) = turn.wait(now) {
            if wait >= attempts.left() {
                return Err(match limit {
                    Limit::Service => Error::throttled(wait),
                    Limit::Caller => Error::over_max_rate(wait),
                });
            }
            clock.sleep(wait).await;
            // What was slept is over, whatever the clock says.
            now = clock.elapsed().max(now.saturating_add(wait));
        }
        Ok(Pass {
            closings: turn.take(now),
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

impl Turn<'_> {
    /// How long it is until then, and why; nothing if it has come.
    fn wait(&mut self, now: Duration) -> Option<(Duration, Limit)> {
        let mut state = self.gate.state();
        state.reopen(now);
        let closed = state.closed_until.saturating_sub(now);
        if !closed.is_zero() {
            return Some((closed, Limit::Service));
        }
        let (interval, limit) = state.limit(now)?;
        let at = match self.kept {
            Some((run, at)) if run == state.runs && state.holds(at, now, interval) => at,
            _ => {
                let at = state.book(now);
                self.kept = Some((state.runs, at));
                at
            }
        };
        (at > now).then(|| (at.saturating_sub(now), limit))
    }

    /// Sends the request. How often the gate was closed before.
    fn take(mut self, now: Duration) -> u64 {
        self.kept = None;
        let mut state = self.gate.state();
        state.sent(now);
        state.closings
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some((run, at)) = self.kept {
            let mut state = self.gate.state();
            if run == state.runs {
                state.free.push(Reverse(at));
            }
        }
    }
}

impl State {
    /// The time between two requests, and who wants it, if there is any.
    fn limit(&self, now: Duration) -> Option<(Duration, Limit)> {
        let paced = self.pace.map(|pace| self.interval_at(pace, now));
        let limit = if self.interval >= paced {
            Limit::Caller
        } else {
            Limit::Service
        };
        Some((paced.max(self.interval)?, limit))
    }

    /// Whether a turn of this run can still be taken. Those that were missed would all be taken at once.
    fn holds(&self, turn: Duration, now: Duration, interval: Duration) -> bool {
        turn >= self.closed_until && now.saturating_sub(turn) <= interval.max(LATE)
    }

    /// A turn for one more.
    fn book(&mut self, now: Duration) -> Duration {
        while let Some(Reverse(turn)) = self.free.pop() {
            if turn >= now {
                return turn;
            }
        }
        let Some((interval, _)) = self.limit(self.next.max(now)) else {
            return now;
        };
        // A timer that was late is made up for by the next, and no more than that.
        let turn = self.next.max(now.saturating_sub(interval));
        self.next = turn.saturating_add(interval);
        turn
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
            // What was due while it was closed, counts no more.
            self.next = self
                .closed_until
                .max(self.last.saturating_add(self.interval.unwrap_or_default()));
            self.free.clear();
            self.runs += 1;
            self.is_closed = false;
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
    }

    /// How fast requests may follow each other at a time: without any limit when it will be forgotten.
    fn interval_at(&self, pace: Pace, now: Duration) -> Duration {
        let run = now.saturating_sub(self.since);
        if run > FORGOTTEN {
            return Duration::ZERO;
        }
        let doublings = run.as_secs_f64() / pace.doubles.as_secs_f64();
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
    use futures_util::{FutureExt, StreamExt, stream};
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

    /// A service and a gate that let one request through in a second: as the caller wants it, or as the service has
    /// taught it.
    async fn slow(is_own: bool) -> (Service, Gate) {
        let (a_second, interval) = if is_own {
            (1e6, Some(Duration::from_secs(1)))
        } else {
            (1.0, None)
        };
        let service = Service::new(a_second, 0, Some(1));
        let gate = Gate::new(Limits {
            interval,
            ..Limits::default()
        });
        assert_eq!(service.calls(&gate, 2, 1).await, 0);
        (service, gate)
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_not_polled_delays_nobody() {
        let policy = RetryPolicy::default();
        for is_own in [true, false] {
            let (service, gate) = slow(is_own).await;
            let begun = service.clock.elapsed();
            let mut idle: Vec<_> = (0..5).map(|_| Box::pin(service.call(&gate, &policy))).collect();
            for call in &mut idle {
                assert!(call.as_mut().now_or_never().is_none(), "it has to wait");
            }
            // Each has its turn, and none of them is taken.
            assert_eq!(service.calls(&gate, 5, 5).await, 0);
            let took = service.clock.elapsed() - begun;
            assert!(took <= Duration::from_secs(11), "{took:?}");
            // Nor are those that were missed taken all at once.
            let before = service.received().len();
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(join_all(idle).await.iter().all(Result::is_ok));
            let times: Vec<_> = service.received()[before..].iter().map(|(at, _)| *at).collect();
            assert!(times.windows(2).all(|two| two[0] < two[1]), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_turn_of_a_call_that_is_given_up_is_the_next_ones() {
        let policy = RetryPolicy::default();
        for is_own in [true, false] {
            let (service, gate) = slow(is_own).await;
            let mut given_up: Vec<_> = (0..100).map(|_| Box::pin(service.call(&gate, &policy))).collect();
            for call in &mut given_up {
                assert!(call.as_mut().now_or_never().is_none(), "it has to wait");
            }
            drop(given_up);
            let begun = service.clock.elapsed();
            service.call(&gate, &policy).await.expect("its turn");
            let waited = service.clock.elapsed() - begun;
            assert!(waited <= Duration::from_secs(1), "{waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_a_turn_before_its_deadline_is_told_so_at_once_and_by_whom() {
        let policy = RetryPolicy {
            deadline: Duration::from_millis(3500),
            ..RetryPolicy::none()
        };
        let own = Limits {
            interval: Some(Duration::from_secs(2)),
            ..Limits::default()
        };
        let (service, gate) = (Service::new(1e6, 0, None), Gate::new(own));
        let mut calls: Vec<_> = (0..4).map(|_| Box::pin(service.call(&gate, &policy))).collect();
        let mut outcomes = Vec::new();
        for call in &mut calls {
            outcomes.push(call.as_mut().now_or_never());
        }
        assert!(matches!(outcomes[0], Some(Ok(()))));
        assert!(outcomes[1].is_none());
        for outcome in &outcomes[2..] {
            let Some(Err(error)) = outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!(error.kind(), ErrorKind::Throttled);
            assert!(error.is_retryable() && !error.was_sent());
            assert_eq!(
                error.to_string(),
                "nothing was sent, since `max_rate` of this client leaves no turn before the deadline of the call; wait \
                 4 seconds before the next call"
            );
        }
    }
}
