//! What all parts of a run share: the time of each call, the book of what each has sent, and the counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avepoint_core::Clock;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::plan::{DEADLINE, Kind, Plan};
use super::report::{Breach, Report};
use super::secrets::{Scanner, around};

tokio::task_local! {
    /// The number of the call that a task makes.
    pub static CALL: u64;
}

/// How many requests one call sends at most, whatever it is.
pub const MOST_REQUESTS: u32 = 400;

pub struct World {
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
    book: Mutex<Book>,
}

/// What a call has sent, as its servers saw it.
#[derive(Default)]
pub struct Book {
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

impl World {
    pub fn new(seed: u64, calls: u64) -> Arc<Self> {
        Arc::new(World {
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

    /// Opens the book of a call.
    pub fn open(&self, plan: Plan) -> Arc<Call> {
        let number = plan.number;
        let call = Arc::new(Call {
            plan,
            elapsed: AtomicU64::new(0),
            book: Mutex::default(),
        });
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, Arc::clone(&call));
        call
    }

    /// Closes it.
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

    pub fn breach(&self, breach: Breach, words: impl FnOnce() -> String) {
        self.breaches(breach, 1, words);
    }

    pub fn breaches(&self, breach: Breach, times: u64, words: impl FnOnce() -> String) {
        if times > 0 {
            let words = words();
            self.report().breach(breach, times, words);
        }
    }

    /// Counts what a server did.
    pub fn did(&self, what: &str) {
        let mut report = self.report();
        report.requests += 1;
        count(&mut report.faults, what);
    }

    /// Counts how a call ended.
    pub fn ended(&self, how: &str) {
        count(&mut self.report().outcomes, how);
    }

    /// Reads what somebody can see.
    pub fn shows(&self, what: &str, text: &str) {
        if let Some(place) = self.scanner.find(text) {
            self.breach(Breach::SecretShown, || {
                format!("{what}: {text:.80} … {}", around(text, place))
            });
        }
    }

    /// What was counted.
    pub fn counted(&self) -> Report {
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

    /// Time passes.
    pub fn pass(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        // A clock at its end stands still.
        let _ = self.elapsed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            Some(now.saturating_add(millis))
        });
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a request into the book: how often the same one came before. `repeatable` is false for what must not be
    /// done twice; `bound` says whether the policy's attempts bound how often this request comes.
    pub fn arrived(&self, world: &World, request: u64, repeatable: bool, bound: bool) -> u32 {
        let mut book = self.book();
        let number = self.plan.number;
        book.requests += 1;
        if book.carried_out && !repeatable {
            world.breach(Breach::RepeatedWrite, || format!("call {number}: {:?}", self.plan.kind));
        }
        // Each call of a list or an export has a deadline of its own.
        let single = matches!(self.plan.kind, Kind::ByName(_) | Kind::Onboard | Kind::Token { .. });
        if single && self.elapsed() >= DEADLINE {
            world.breach(Breach::LateRequest, || {
                format!("call {number}: {:?} after {:?}", self.plan.kind, self.elapsed())
            });
        }
        if !book.redirected {
            let attempts = book.attempts.entry(request).or_default();
            *attempts += 1;
            let allowed = self.plan.attempts + u32::from(book.refused_token);
            if bound && book.attempts[&request] > allowed || book.requests > MOST_REQUESTS {
                let (requests, again, story) = (book.requests, book.attempts[&request], &book.story);
                world.breach(Breach::ExcessRequest, || {
                    format!(
                        "call {number}: {:?}: {requests} requests, {again} of {allowed}:{story}",
                        self.plan.kind
                    )
                });
            }
        }
        book.redirected = false;
        let seen = book.seen.entry(request).or_default();
        *seen += 1;
        *seen - 1
    }
}

/// The clock of one call, or of the one that the task makes.
#[derive(Clone)]
pub struct CallClock {
    world: Arc<World>,
    number: Option<u64>,
}

impl CallClock {
    pub fn of_the_task(world: &Arc<World>) -> Self {
        CallClock {
            world: Arc::clone(world),
            number: None,
        }
    }

    pub fn of_the_call(world: &Arc<World>, number: u64) -> Self {
        CallClock {
            world: Arc::clone(world),
            number: Some(number),
        }
    }

    fn call(&self) -> Option<Arc<Call>> {
        let number = self.number.or_else(|| CALL.try_with(|number| *number).ok());
        self.world.call(number?)
    }
}

impl Clock for CallClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = crate::elements::START.parse().expect("a time");
        start.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.call().map(|call| call.elapsed()).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let call = self.call();
        Box::pin(async move {
            if let Some(call) = call {
                call.pass(duration);
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
