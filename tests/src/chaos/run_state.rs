//! What all parts of a run share: the time of each call, the log of what each has sent, and the counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use avepoint_core::{BoxFuture, Clock};
use jiff::Timestamp;

use super::plan::{DEADLINE, Kind, Plan};
use super::report::{Report, Violation};
use super::secrets::{Scanner, excerpt};

tokio::task_local! {
    /// The number of the call that a task makes.
    pub static CALL: u64;
}

/// How many requests one call sends at most, whatever it is.
pub const MOST_REQUESTS: u32 = 400;

pub struct RunState {
    pub seed: u64,
    pub scanner: Scanner,
    calls: Mutex<HashMap<u64, Arc<Call>>>,
    report: Mutex<Report>,
}

/// What is known of one call.
pub struct Call {
    pub plan: Plan,
    /// How much of its time has passed, in milliseconds.
    elapsed: AtomicU64,
    log: Mutex<RequestLog>,
}

/// What a call has sent, as its servers saw it.
#[derive(Default)]
pub struct RequestLog {
    /// How often the same request came.
    seen: HashMap<u64, u32>,
    /// The same, without those that follow a redirection.
    attempts: HashMap<u64, u32>,
    pub requests: u32,
    /// Whether what was asked for may have been done.
    pub carried_out: bool,
    /// The token was not accepted once.
    pub refused_token: bool,
    /// The last answer was a redirection.
    pub redirected: bool,
    /// Whether a tolerant reader gets something from the last answer.
    pub readable: bool,
    /// What came of the last requests, and where they went.
    pub story: String,
    pub pages: u32,
    pub polls: u32,
    pub downloads: u32,
    /// The server of the file resumes.
    pub resumes: bool,
    /// How many tokens were not accepted.
    pub tokens: usize,
}

impl RunState {
    pub fn new(seed: u64, calls: u64) -> Arc<Self> {
        Arc::new(RunState {
            seed,
            scanner: Scanner::new(),
            calls: Mutex::default(),
            report: Mutex::new(Report {
                seed,
                calls,
                ..Report::default()
            }),
        })
    }

    /// Starts the log of a call.
    pub fn open(&self, plan: Plan) -> Arc<Call> {
        let number = plan.number;
        let call = Arc::new(Call {
            plan,
            elapsed: AtomicU64::new(0),
            log: Mutex::default(),
        });
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, Arc::clone(&call));
        call
    }

    /// Ends it.
    pub fn close(&self, number: u64) {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&number);
    }

    /// A call that runs.
    pub fn call(&self, number: u64) -> Option<Arc<Call>> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
            .cloned()
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn violation(&self, violation: Violation, words: impl FnOnce() -> String) {
        self.violations(violation, 1, words);
    }

    pub fn violations(&self, violation: Violation, times: u64, words: impl FnOnce() -> String) {
        if times > 0 {
            let words = words();
            self.report().violation(violation, times, words);
        }
    }

    /// Counts what a server did.
    pub fn count_fault(&self, what: &str) {
        let mut report = self.report();
        report.requests += 1;
        count(&mut report.faults, what);
    }

    /// Counts how a call ended.
    pub fn count_outcome(&self, how: &str) {
        count(&mut self.report().outcomes, how);
    }

    /// Takes note of how long a call has really taken.
    pub fn took(&self, time: Duration, what: &str) {
        self.report().took(time, what);
    }

    /// Checks that a text which somebody can see holds no secret.
    pub fn check_text(&self, what: &str, text: &str) {
        if let Some(place) = self.scanner.find(text) {
            self.violation(Violation::SecretShown, || {
                format!("{what}: {text:.80} … {}", excerpt(text, place))
            });
        }
    }

    /// What was counted.
    pub fn snapshot(&self) -> Report {
        self.report().clone()
    }
}

fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    match counts.get_mut(what) {
        Some(count) => *count += 1,
        None => drop(counts.insert(what.to_owned(), 1)),
    }
}

impl Call {
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::Relaxed))
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        // A clock at its end stands still.
        let _ = self.elapsed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            Some(now.saturating_add(millis))
        });
    }

    pub fn log(&self) -> MutexGuard<'_, RequestLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a request into the log: how often the same one came before. `repeatable` is false for what must not be
    /// done twice; `bound` says whether the policy's attempts bound how often this request comes.
    pub fn arrived(&self, run_state: &RunState, request: u64, repeatable: bool, bound: bool) -> u32 {
        let mut log = self.log();
        let number = self.plan.number;
        log.requests += 1;
        if log.carried_out && !repeatable {
            run_state.violation(Violation::RepeatedWrite, || {
                format!("call {number}: {:?}", self.plan.kind)
            });
        }
        // Each call of a list or an export has a deadline of its own.
        let single = matches!(self.plan.kind, Kind::ByName(_) | Kind::Onboard | Kind::Token { .. });
        if single && self.elapsed() >= DEADLINE {
            run_state.violation(Violation::LateRequest, || {
                format!("call {number}: {:?} after {:?}", self.plan.kind, self.elapsed())
            });
        }
        if !log.redirected {
            let attempts = log.attempts.entry(request).or_default();
            *attempts += 1;
            let allowed = self.plan.max_attempts + u32::from(log.refused_token);
            if bound && log.attempts[&request] > allowed || log.requests > MOST_REQUESTS {
                let (requests, again, story) = (log.requests, log.attempts[&request], &log.story);
                run_state.violation(Violation::ExcessRequest, || {
                    format!(
                        "call {number}: {:?}: {requests} requests, {again} of {allowed}:{story}",
                        self.plan.kind
                    )
                });
            }
        }
        log.redirected = false;
        let seen = log.seen.entry(request).or_default();
        *seen += 1;
        *seen - 1
    }
}

/// The clock of one call, or of the one that the task makes.
#[derive(Clone)]
pub struct CallClock {
    run_state: Arc<RunState>,
    number: Option<u64>,
}

impl CallClock {
    pub fn of_the_task(run_state: &Arc<RunState>) -> Self {
        CallClock {
            run_state: Arc::clone(run_state),
            number: None,
        }
    }

    pub fn of_the_call(run_state: &Arc<RunState>, number: u64) -> Self {
        CallClock {
            run_state: Arc::clone(run_state),
            number: Some(number),
        }
    }

    fn call(&self) -> Option<Arc<Call>> {
        let number = self.number.or_else(|| CALL.try_with(|number| *number).ok());
        self.run_state.call(number?)
    }
}

impl Clock for CallClock {
    fn now(&self) -> SystemTime {
        let start: Timestamp = crate::elements::START.parse().expect("a time");
        start.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX).into()
    }

    fn elapsed(&self) -> Duration {
        self.call().map(|call| call.elapsed()).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let call = self.call();
        Box::pin(async move {
            if let Some(call) = call {
                call.advance(duration);
            }
        })
    }
}

impl std::fmt::Debug for CallClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallClock")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
