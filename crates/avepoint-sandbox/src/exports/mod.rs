//! Export jobs: five run at once, others wait; what each ends with, and the file that it leaves.

mod download;
mod filler;
mod package;
mod plan;
mod workbook;

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};

pub(crate) use download::Download;
pub use plan::{ExportEnding, ExportPlan};
pub(crate) use workbook::{Book, Sheet};

use crate::call::Refusal;
use crate::world::World;
use filler::Filler;
use package::Package;

/// How many jobs run at once.
const RUNNING: usize = 5;

/// How many jobs may run and wait.
const OPEN: usize = 100;

/// The number of the first job.
const FIRST: usize = 48_213;

/// How many files are kept after somebody fetched them; others are made again, the same.
const KEPT: usize = 4;

/// What a job reports on. The Web API asks for either at an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Permissions,
    Activities,
}

/// Makes the workbooks of a report, once it is wanted.
pub(crate) type Books = Box<dyn Fn(&World) -> Vec<Book> + Send>;

/// What a job writes.
pub(crate) struct Report {
    pub(crate) kind: Kind,
    pub(crate) books: Books,
}

/// The jobs of a sandbox, which both Insights APIs start and see.
#[derive(Default)]
pub(crate) struct Exports {
    /// What jobs do for which nothing else was said.
    usual: ExportPlan,
    /// What the next jobs do.
    next: VecDeque<ExportPlan>,
    /// How large a file is at least.
    size: u64,
    jobs: Vec<Job>,
    kept: VecDeque<(usize, Arc<Made>)>,
}

/// A file that is made from rows once somebody fetches it. That needs no world, so that calls go on meanwhile.
type Made = LazyLock<Result<Arc<Package>, String>, Box<dyn FnOnce() -> Result<Arc<Package>, String> + Send>>;

struct Job {
    report: Report,
    plan: ExportPlan,
    asked: Timestamp,
    begins: Timestamp,
    ends: Timestamp,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// Known from the vendor's sample programs alone, as are those from 4 on.
    None = 0,
    InProgress = 1,
    Finished = 2,
    Failed = 3,
    FinishedWithExceptions = 4,
    Stopping = 5,
    Stopped = 6,
}

impl State {
    /// Whether the pages of the services name it.
    pub(crate) fn is_documented(self) -> bool {
        matches!(self, Self::InProgress | Self::Finished | Self::Failed)
    }

    /// The state for a person.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::None => "The job waits for others to end.",
            Self::InProgress => "The job is at work.",
            Self::Finished => "The report is ready.",
            Self::Failed => "The job failed.",
            Self::FinishedWithExceptions => "The report is ready; something could not be read.",
            Self::Stopping => "The job is being stopped.",
            Self::Stopped => "The job was stopped.",
        }
    }
}

impl Exports {
    pub(crate) fn new(usual: ExportPlan, size: u64) -> Self {
        Self {
            usual,
            size,
            ..Self::default()
        }
    }

    /// Says what the next job does for which nothing was said yet.
    pub(crate) fn plan(&mut self, plan: ExportPlan) {
        self.next.push_back(plan);
    }

    /// Starts a job, or puts it behind those that wait, and gives its number.
    ///
    /// # Errors
    /// If too many jobs are open.
    pub(crate) fn start(&mut self, now: Timestamp, report: Report) -> Result<usize, Refusal> {
        let mut ends: Vec<_> = self.jobs.iter().map(|job| job.ends).filter(|end| *end > now).collect();
        if ends.len() >= OPEN {
            let message = format!("{OPEN} export jobs are open; wait until some have ended.");
            return Err(Refusal::new(429, message));
        }
        ends.sort_unstable();
        // The first of the places that the last jobs hold is free when the earliest of them ends.
        let begins = ends.len().checked_sub(RUNNING).map_or(now, |place| ends[place]);
        let plan = self.next.pop_front().unwrap_or_else(|| self.usual.clone());
        let ends = later(begins, plan.takes);
        self.jobs.push(Job {
            report,
            plan,
            asked: now,
            begins,
            ends,
        });
        Ok(FIRST + self.jobs.len() - 1)
    }

    /// How a job stands; none if there is no such job, or nobody can see it yet.
    pub(crate) fn state(&self, now: Timestamp, number: usize, kind: Option<Kind>) -> Option<State> {
        let job = self.jobs.get(number.checked_sub(FIRST)?)?;
        let is_seen = kind.is_none_or(|kind| kind == job.report.kind) && now >= later(job.asked, job.plan.hidden_for);
        is_seen.then(|| job.state(now))
    }
}

impl Job {
    fn state(&self, now: Timestamp) -> State {
        // A job that is stopped takes the last quarter of its time to stop.
        let stopping = self.ends.saturating_sub(span(self.plan.takes / 4)).unwrap_or(self.ends);
        match self.plan.ending {
            _ if now < self.begins => match self.plan.shows_all_states {
                true => State::None,
                false => State::InProgress,
            },
            ExportEnding::Stopped if now >= stopping && now < self.ends => State::Stopping,
            _ if now < self.ends => State::InProgress,
            ExportEnding::Finished => State::Finished,
            ExportEnding::FinishedWithExceptions => State::FinishedWithExceptions,
            ExportEnding::Failed => State::Failed,
            ExportEnding::Stopped => State::Stopped,
        }
    }
}

/// The file that a job has left.
///
/// # Errors
/// If there is no such job, or it has left no file.
pub(crate) fn download(world: &mut World, number: usize, kind: Option<Kind>) -> Result<Download, Refusal> {
    let state = world.exports.state(world.clock.now(), number, kind);
    match state.ok_or_else(|| Refusal::not_found("export job"))? {
        State::Finished | State::FinishedWithExceptions => {}
        State::Failed | State::Stopped => return Err(Refusal::new(404, "The export job has left no file.")),
        _ => {
            return Err(Refusal::new(
                404,
                "The export job has not finished; its file is not there yet.",
            ));
        }
    }
    let exports = &world.exports;
    let job = &exports.jobs[number - FIRST];
    let kept = exports.kept.iter().find(|(of, _)| *of == number);
    let package = match kept {
        Some((_, package)) => Arc::clone(package),
        None => {
            let (books, filler) = ((job.report.books)(world), Filler::new(world));
            let (time, size) = (job.ends, exports.size);
            let make = move || Package::new(&books, filler, time, size);
            let make = move || make().map(Arc::new).map_err(|error| error.to_string());
            Arc::new(Made::new(Box::new(make)))
        }
    };
    let download = Download::new(format!("export-{number}.zip"), job.ends, Arc::clone(&package));
    let kept = &mut world.exports.kept;
    kept.retain(|(of, _)| *of != number);
    kept.push_back((number, package));
    if kept.len() > KEPT {
        kept.pop_front();
    }
    Ok(download)
}

fn later(time: Timestamp, by: std::time::Duration) -> Timestamp {
    time.saturating_add(span(by)).unwrap_or(Timestamp::MAX)
}

fn span(duration: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn report() -> Report {
        Report {
            kind: Kind::Permissions,
            books: Box::new(|_| Vec::new()),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    #[test]
    fn five_jobs_run_and_the_others_wait_for_a_place() {
        let plan = ExportPlan::default().takes(Duration::from_secs(10)).shows_all_states();
        let mut exports = Exports::new(plan, 0);
        let jobs: Vec<_> = (0..12)
            .map(|_| exports.start(at(0), report()).expect("a job"))
            .collect();
        for (time, finished, running) in [(0, 0, 5), (9, 0, 5), (10, 5, 5), (20, 10, 2), (30, 12, 0)] {
            let states: Vec<_> = jobs
                .iter()
                .filter_map(|job| exports.state(at(time), *job, None))
                .collect();
            let count = |state| states.iter().filter(|other| **other == state).count();
            assert_eq!(
                (count(State::Finished), count(State::InProgress), count(State::None)),
                (finished, running, 12 - finished - running),
                "{time}"
            );
        }
    }

    #[test]
    fn a_hundred_jobs_are_open_at_most() {
        let mut exports = Exports::default();
        for _ in 0..OPEN {
            exports.start(at(0), report()).expect("a job");
        }
        assert_eq!(
            exports.start(at(0), report()).map_err(|refusal| refusal.status),
            Err(429)
        );
        assert!(exports.start(at(100), report()).is_ok());
    }

    #[test]
    fn a_job_ends_as_was_said_and_hides_as_long_as_was_said() {
        let mut exports = Exports::default();
        let plan = ExportPlan::default().takes(Duration::from_secs(8));
        for (ending, states) in [
            (
                ExportEnding::Finished,
                [None, Some(State::InProgress), Some(State::Finished)],
            ),
            (
                ExportEnding::Failed,
                [None, Some(State::InProgress), Some(State::Failed)],
            ),
            (
                ExportEnding::FinishedWithExceptions,
                [None, Some(State::InProgress), Some(State::FinishedWithExceptions)],
            ),
            (
                ExportEnding::Stopped,
                [None, Some(State::Stopping), Some(State::Stopped)],
            ),
        ] {
            exports.plan(plan.clone().ending(ending).hidden_for(Duration::from_secs(2)));
            let job = exports.start(at(0), report()).expect("a job");
            assert_eq!([1, 7, 8].map(|time| exports.state(at(time), job, None)), states);
            assert_eq!(exports.state(at(8), job, Some(Kind::Activities)), None);
        }
    }
}
