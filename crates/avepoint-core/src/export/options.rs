//! What a caller may set for one export.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::ExportStatus;
use crate::clock::Clock;
use crate::retry::RetryPolicy;

/// Options of an export job.
///
/// ```
/// use std::time::Duration;
/// use avepoint_core::{ExportEvent, ExportOptions};
///
/// let options = ExportOptions::default()
///     .deadline(Duration::from_secs(4 * 3600))
///     .overwrite(true)
///     .on_event(|event| {
///         if let ExportEvent::Downloaded { job, bytes, .. } = event {
///             eprintln!("{job}: {bytes} bytes");
///         }
///     });
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct ExportOptions {
    pub(super) deadline: Duration,
    pub(super) initial_interval: Duration,
    pub(super) max_interval: Duration,
    pub(super) overwrite: bool,
    listener: Option<Arc<Listener>>,
}

type Listener = dyn Fn(&ExportEvent<'_>) + Send + Sync;

/// How long the last question may take, which is asked when the deadline is over.
const AT_THE_END: Duration = Duration::from_secs(1);

impl Default for ExportOptions {
    fn default() -> Self {
        ExportOptions {
            deadline: Duration::from_secs(3600),
            initial_interval: Duration::from_secs(2),
            max_interval: Duration::from_secs(30),
            overwrite: false,
            listener: None,
        }
    }
}

impl ExportOptions {
    /// The longest time for a start, including the wait for its turn, and for a wait for the job. Default: 1 hour
    /// each. A poll at the very end has one second for its response.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The first and the longest pause between two polls of the server; pauses double in between.
    /// Default: 2 and 30 seconds.
    #[must_use]
    pub fn poll_interval(mut self, initial: Duration, max: Duration) -> Self {
        self.initial_interval = initial;
        self.max_interval = max;
        self
    }

    /// Whether a download may replace a file that is there already. Default: no.
    ///
    /// The new file has the permissions of the old one and, where the system lets it, its owner; it runs in nobody's name
    /// (no setuid, no setgid), and an access control list is not kept: where there is one, the group may do nothing with
    /// the new file. A symbolic link is replaced itself; what it leads to stays as it is.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Called for each event; it should return at once.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&ExportEvent<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    pub(super) fn tell(&self, event: &ExportEvent<'_>) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// What is left of the deadline that began to run at this time.
    pub(super) fn left_since(&self, begin: Duration, clock: &dyn Clock) -> Duration {
        self.deadline.saturating_sub(clock.elapsed().saturating_sub(begin))
    }

    /// How long a call may take that begins now, under the deadline that began to run at this time.
    pub(super) fn time_since(&self, begin: Duration, clock: &dyn Clock) -> Duration {
        self.left_since(begin, clock).max(AT_THE_END)
    }

    /// The pause after so many questions, or longer if the server asks.
    pub(super) fn pause(&self, asked: u32, retry_after: Option<Duration>) -> Duration {
        let backoff = RetryPolicy {
            initial_backoff: self.initial_interval,
            max_backoff: self.max_interval,
            ..RetryPolicy::default()
        };
        backoff.delay(asked, 1.0, retry_after)
    }
}

impl fmt::Debug for ExportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportOptions")
            .field("deadline", &self.deadline)
            .field("initial_interval", &self.initial_interval)
            .field("max_interval", &self.max_interval)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}

/// An event in the life of an export job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExportEvent<'a> {
    /// The server is running as many jobs as it allows; the start is tried again.
    #[non_exhaustive]
    Refused {
        /// After so long.
        pause: Duration,
    },
    /// The job was started.
    #[non_exhaustive]
    Started {
        /// The job.
        job: &'a str,
    },
    /// The server has reported the status of the job.
    #[non_exhaustive]
    Status {
        /// The job.
        job: &'a str,
        /// How it stands.
        status: &'a ExportStatus,
    },
    /// Another piece of the file has arrived.
    #[non_exhaustive]
    Downloaded {
        /// The job.
        job: &'a str,
        /// How much there is by now, in bytes. It is less than before where a download had to begin again.
        bytes: u64,
        /// How much there will be, if the server has said so.
        total: Option<u64>,
    },
}
