//! The handle of an export job.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::stream;
use http::StatusCode;
use tokio::sync::OwnedSemaphorePermit;

use super::answers::{self, ExportStatus};
use super::download::{Download, Piece};
use super::places::Holder;
use super::{ExportApi, ExportEvent, ExportOptions, file};
use crate::BoxFuture;
use crate::counted::counted;
use crate::error::{Error, ErrorKind, NAME};
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::response::ByteStream;
use crate::session::Session;
use crate::witness::{Seen, Witness};

/// How many responses in a row may tell nothing of a job that is waited for. Calls that failed were repeated before.
const SILENT_ANSWERS: u32 = 5;

/// An export job, which runs on the server.
///
/// While the handle lives and the job has not ended, it counts among the five that a client runs at once: further ones
/// queue. Dropping the handle, or the future of one of its methods, gives up waiting; the job itself goes on, and its
/// [`id`](ExportJob::id) leads back to it, in another process as well.
pub struct ExportJob<A: ExportApi> {
    job: Arc<Job<A>>,
    options: ExportOptions,
}

/// What a handle shares with those who wait for its place.
struct Job<A: ExportApi> {
    api: A,
    id: A::Id,
    /// The id as events and errors have it.
    name: String,
    known: Mutex<Known>,
}

/// What is known of a job.
#[derive(Default)]
struct Known {
    place: Option<OwnedSemaphorePermit>,
    /// What the server reported last.
    status: Option<ExportStatus>,
    /// How often in a row it has not found the job.
    missed: u32,
    /// When it was asked last, by the session's clock.
    asked: Duration,
}

impl<A: ExportApi> ExportJob<A> {
    /// The handle of a job that was started elsewhere. For use by the clients.
    #[doc(hidden)]
    pub fn from_id(api: A, id: A::Id) -> Self {
        let job = Job {
            name: api.session().secrets().clean(&id.to_string(), NAME),
            api,
            id,
            known: Mutex::default(),
        };
        ExportJob {
            job: Arc::new(job),
            options: ExportOptions::default(),
        }
    }

    /// Starts a job when its turn has come. For use by the clients.
    ///
    /// # Errors
    /// That of the call, one where the server started no job or does not say whether it did, and one where the turn does
    /// not come in time.
    #[doc(hidden)]
    pub async fn start<S>(
        api: A,
        operation: &'static Operation,
        options: ExportOptions,
        send: impl Fn(CallOptions) -> S,
    ) -> Result<Self, Error>
    where
        S: Future<Output = Result<Option<A::Id>, Error>>,
    {
        let session = api.session().clone();
        let clock = session.clock();
        let begin = clock.elapsed();
        let Some(place) = session.places().take(clock, &options).await else {
            return Err(no_place().with_operation(operation));
        };
        let mut asked = 0;
        let (id, seen) = loop {
            let (witness, call) = within(&session, options.time_since(begin, clock));
            let answer = send(call).await;
            let seen = witness.seen(&session);
            let refusal = match answer.and_then(|id| answers::started(id, &seen, clock.now())) {
                Ok(id) => break (id, seen),
                // A write is repeated only where the server says that it was not carried out.
                Err(error) if error.is_throttled() => error,
                Err(error) => return Err(error),
            };
            asked += 1;
            let pause = options.pause(asked, refusal.retry_after());
            if pause >= options.left_since(begin, clock) {
                return Err(refusal);
            }
            options.tell(&ExportEvent::Refused { pause });
            clock.sleep(pause).await;
        };
        let known = Known {
            place: Some(place),
            asked: clock.elapsed(),
            ..Known::default()
        };
        let job = Arc::new(Job {
            name: seen.clean(&id.to_string(), NAME),
            api,
            id,
            known: Mutex::new(known),
        });
        let holder: Weak<Job<A>> = Arc::downgrade(&job);
        session.places().note(holder);
        options.tell(&ExportEvent::Started { job: &job.name });
        Ok(ExportJob { job, options })
    }

    /// The same handle with other options.
    #[must_use]
    pub fn with_options(mut self, options: ExportOptions) -> Self {
        self.options = options;
        self
    }

    /// The id of the job: keep it to resume the job later.
    pub fn id(&self) -> &A::Id {
        &self.job.id
    }

    /// The same, fit to be shown.
    pub(super) fn name(&self) -> &str {
        &self.job.name
    }

    /// The status that was last received; `None` before the first.
    ///
    /// ```no_run
    /// use avepoint_core::{Error, ExportApi, ExportJob, ExportState};
    ///
    /// async fn finish<A: ExportApi>(job: &ExportJob<A>) -> Result<(), Error> {
    ///     job.download_to("report.zip").await?;
    ///     if let Some(status) = job.last_status() && status.state == ExportState::FinishedWithExceptions {
    ///         eprintln!("not everything is in the report: {}", status.message.unwrap_or_default());
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn last_status(&self) -> Option<ExportStatus> {
        self.job.known().status.clone()
    }

    /// Requests the status of the job.
    ///
    /// # Errors
    /// That of the call, or the failure that the response reports in place of a state.
    pub async fn status(&self) -> Result<ExportStatus, Error> {
        Ok(self.ask(Duration::MAX).await?.0)
    }

    async fn ask(&self, time: Duration) -> Result<(ExportStatus, Seen), Error> {
        let Job { api, id, name, .. } = &*self.job;
        self.job.known().asked = api.session().clock().elapsed();
        let answer = ask(api, id, time).await;
        self.job.learn(&answer);
        let (status, seen) = answer?;
        self.options.tell(&ExportEvent::Status {
            job: name,
            status: &status,
        });
        Ok((status, seen))
    }

    /// Waits until the job has a file, polling at growing intervals. [`last_status`](ExportJob::last_status) says whether
    /// it finished without exceptions.
    ///
    /// A poll that fails temporarily is repeated, and so is one that does not find the job (it may not be visible yet) or
    /// whose response says nothing about it: the sixth of those in a row is returned as the error.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::Export`] where the job failed or was stopped, of kind [`ErrorKind::Timeout`] where it has
    /// not ended in time (it goes on, and may be waited for again), of kind [`ErrorKind::Decode`] where the responses tell
    /// no status, and that of the call where the server cannot be asked.
    pub async fn wait(&self) -> Result<(), Error> {
        if let Some(status) = self.last_status()
            && status.state.is_terminal()
        {
            return self.end(&status);
        }
        let clock = self.job.api.session().clock();
        let begin = clock.elapsed();
        let (mut asked, mut silent) = (0_u32, 0);
        loop {
            let silence = match self.ask(self.options.time_since(begin, clock)).await {
                Ok((status, _)) if status.state.is_terminal() => return self.end(&status),
                Ok((status, _)) if status.code.is_some() => None,
                Ok((_, seen)) => Some(answers::without_status(&self.job.name, &seen)),
                Err(error) if may_pass(&error) => Some(error),
                Err(error) => return Err(error),
            };
            let retry_after = silence.as_ref().and_then(Error::retry_after);
            silent = silence.as_ref().map_or(0, |_| silent + 1);
            match silence {
                Some(error) if silent > SILENT_ANSWERS => return Err(error),
                silence => {
                    let left = self.options.left_since(begin, clock);
                    if left.is_zero() {
                        return Err(self.unfinished(silence));
                    }
                    asked = asked.saturating_add(1);
                    // The last question is asked at the deadline.
                    clock.sleep(self.options.pause(asked, retry_after).min(left)).await;
                }
            }
        }
    }

    fn end(&self, status: &ExportStatus) -> Result<(), Error> {
        match status.state.has_file() {
            true => Ok(()),
            false => Err(answers::no_file(&self.job.name, status)),
        }
    }

    /// The deadline is over, and perhaps the last question failed.
    fn unfinished(&self, silence: Option<Error>) -> Error {
        let reported = self.last_status().and_then(|status| status.code);
        let reported = reported.map_or_else(|| "no status".to_owned(), |code| format!("the status {code}"));
        let error = Error::new(
            ErrorKind::Timeout,
            format!(
                "the export job {} has not finished within {}; it is still running: wait for it again, using \
                 its id if necessary (last reported: {reported})",
                self.job.name,
                counted(self.options.deadline.as_secs(), "second", "seconds")
            ),
        );
        match silence {
            Some(silence) => error.with_source(silence),
            None => error,
        }
    }

    /// Waits for the job, and downloads its file; returns how long that is, in bytes.
    ///
    /// The file comes under a temporary name in the same folder, and gets its own when it is whole and on the disk. The
    /// temporary file is removed where the download fails, or its future is dropped. A file that is there already is
    /// left alone, unless [`ExportOptions::overwrite`] asks otherwise.
    ///
    /// Exports are ZIP archives: what does not begin as one is not a file, whatever its content type, and one without its
    /// end is not whole, whatever its length. A download that breaks goes on where it was if the server can do that and
    /// tells by a strong entity tag, or by a time of change that is long enough ago, that it is the same file; if not, it
    /// begins again. It takes as many connections as the retry policy of the client's options has attempts, and counts
    /// again whenever it has got 64 KiB further than before.
    ///
    /// # Errors
    /// As [`wait`](ExportJob::wait); of kind [`ErrorKind::File`], with the path, where the file cannot be written (where
    /// that can be known, before the wait); of kind [`ErrorKind::Decode`] where what comes is no archive; and that of the
    /// call where the file cannot be had.
    pub async fn download_to(&self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        // Before the wait too: an hour later it is too late to choose another name.
        file::check(path, self.options.overwrite).await?;
        self.wait().await?;
        file::save(self.download(), path, self.options.overwrite).await
    }

    /// Waits for the job, and returns its file in pieces as they arrive.
    ///
    /// The stream goes on where it was if the connection breaks and the server can do that, as in
    /// [`download_to`](ExportJob::download_to); if it cannot, the stream ends with an error, since what was given out
    /// cannot be taken back. So it does where what was given out is not a whole archive: take the pieces for a file only
    /// when the stream has ended without an error.
    ///
    /// # Errors
    /// As [`wait`](ExportJob::wait); the stream's are those of the download.
    pub async fn into_stream(self) -> Result<ByteStream, Error> {
        self.wait().await?;
        let download = self.download();
        let pieces = stream::try_unfold(download, |mut download| async move {
            match download.next().await? {
                Some(Piece::Bytes(bytes)) => Ok(Some((bytes, download))),
                Some(Piece::Anew) => Err(Error::new(
                    ErrorKind::Connection,
                    "the connection broke and the server does not support resuming; start the download again",
                )),
                None => Ok(None),
            }
        });
        Ok(ByteStream::new(pieces))
    }

    fn download(&self) -> Download<A> {
        let Job { api, id, name, .. } = &*self.job;
        Download::new(api.clone(), id.clone(), name.clone(), self.options.clone())
    }
}

impl<A: ExportApi> Job<A> {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a response. A job that has ended has no place any more, nor one of which the server knows nothing.
    fn learn(&self, answer: &Result<(ExportStatus, Seen), Error>) {
        let mut known = self.known();
        match answer {
            Ok((status, _)) => {
                known.missed = 0;
                known.status = Some(status.clone());
                if status.state.is_terminal() {
                    known.place = None;
                }
            }
            Err(error) if error.is_not_found() => {
                known.missed = known.missed.saturating_add(1);
                if known.missed > SILENT_ANSWERS {
                    known.place = None;
                }
            }
            Err(_) => {}
        }
    }
}

impl<A: ExportApi> Holder for Job<A> {
    fn look(self: Arc<Self>, quiet: Duration) -> Option<BoxFuture<'static, ()>> {
        let now = self.api.session().clock().elapsed();
        {
            let mut known = self.known();
            if known.place.is_none() || now.saturating_sub(known.asked) < quiet {
                return None;
            }
            known.asked = now;
        }
        let (api, id, job) = (self.api.clone(), self.id.clone(), Arc::downgrade(&self));
        Some(Box::pin(async move {
            let answer = ask(&api, &id, Duration::MAX).await;
            if let Some(job) = job.upgrade() {
                job.learn(&answer);
            }
        }))
    }
}

/// Asks how a job stands, within this time.
async fn ask<A: ExportApi>(api: &A, id: &A::Id, time: Duration) -> Result<(ExportStatus, Seen), Error> {
    let (witness, options) = within(api.session(), time);
    let code = api.status(id, options).await?;
    let seen = witness.seen(api.session());
    let status = ExportStatus::read(code, &seen, api.session().clock().now())?;
    Ok((status, seen))
}

/// A witness, and options for the call that it watches, which with all its attempts takes no longer than this.
fn within(session: &Session, time: Duration) -> (Witness, CallOptions) {
    let (witness, mut options) = Witness::of(session);
    options.retry.deadline = options.retry.deadline.min(time);
    (witness, options)
}

/// Whether a question that failed so may be answered when it is asked again. A 404 may, whoever has given it.
fn may_pass(error: &Error) -> bool {
    error.is_retryable() || error.status() == Some(StatusCode::NOT_FOUND) || error.kind() == ErrorKind::Decode
}

fn no_place() -> Error {
    Error::new(
        ErrorKind::Timeout,
        "all export slots are in use; wait for the running jobs, or drop the handles of those that you no longer need",
    )
}

impl<A: ExportApi> fmt::Debug for ExportJob<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportJob")
            .field("id", &self.job.name)
            .field("options", &self.options)
            .field("status", &self.last_status())
            .finish_non_exhaustive()
    }
}
