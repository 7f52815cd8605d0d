//! The handle of an export job.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::{Either, select};
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

use super::download::{Download, Piece};
use super::{ExportApi, ExportEvent, ExportOptions, ExportState, ExportStatus, StartAnswer, failed, file};
use crate::error::{Error, ErrorKind, NAME};
use crate::operation::Operation;
use crate::session::Session;

/// How many questions in a row may fail while a job is waited for. Each was repeated before it failed.
const LOST_POLLS: u32 = 5;

/// An export job, which runs on the server.
///
/// While the handle lives and the job is not seen to have ended, it counts among the five that a client runs at once:
/// further ones queue. Dropping the handle, or the future of one of its methods, gives up waiting; the job itself goes
/// on, and its [`id`](ExportJob::id) leads back to it, in another process as well.
pub struct ExportJob<A: ExportApi> {
    api: A,
    id: A::Id,
    /// The id as text, made fit to be shown, as events and errors have it.
    name: String,
    options: ExportOptions,
    turn: Mutex<Option<OwnedSemaphorePermit>>,
    finished: AtomicBool,
}

impl<A: ExportApi> ExportJob<A> {
    /// The handle of a job that was started elsewhere. For use by the clients.
    #[doc(hidden)]
    pub fn from_id(api: A, id: A::Id) -> Self {
        ExportJob {
            name: api.session().secrets().clean(&id.to_string(), NAME),
            api,
            id,
            options: ExportOptions::default(),
            turn: Mutex::default(),
            finished: AtomicBool::new(false),
        }
    }

    /// Starts a job when its turn has come. For use by the clients.
    ///
    /// # Errors
    /// That of the call, one where the server started no job, and one where the turn does not come in time.
    #[doc(hidden)]
    pub async fn start<S>(
        api: A,
        operation: &'static Operation,
        options: ExportOptions,
        send: impl Fn() -> S,
    ) -> Result<Self, Error>
    where
        S: Future<Output = Result<StartAnswer<A::Id>, Error>>,
    {
        let deadline = options.deadline;
        let begin = api.session().clock().elapsed();
        let turn = turn(api.session(), deadline)
            .await
            .map_err(|error| error.with_operation(operation))?;
        let mut asked = 0;
        loop {
            let refusal = match send().await {
                Ok(StartAnswer { id: Some(id), .. }) => {
                    let job = ExportJob {
                        options,
                        turn: Mutex::new(turn),
                        ..ExportJob::from_id(api, id)
                    };
                    job.options.tell(&ExportEvent::Started { job: &job.name });
                    return Ok(job);
                }
                Ok(answer) => {
                    let busy = answer.status == Some(429);
                    let reason = answer.message.map(|message| api.session().clean(&message));
                    let reason = reason.filter(|reason| !reason.is_empty());
                    let reason = reason.unwrap_or_else(|| "the server gave no reason".to_owned());
                    let error = Error::new(ErrorKind::Export, format!("no job was started: {reason}"));
                    let error = error.with_operation(operation);
                    if !busy {
                        return Err(error);
                    }
                    error
                }
                // A write is repeated only where the server says that it was not carried out.
                Err(error) if error.is_throttled() => error,
                Err(error) => return Err(error),
            };
            asked += 1;
            let pause = options.pause(asked, refusal.retry_after());
            let clock = api.session().clock();
            if clock.elapsed().saturating_sub(begin) + pause >= deadline {
                return Err(refusal);
            }
            options.tell(&ExportEvent::Refused { pause });
            clock.sleep(pause).await;
        }
    }

    /// The same handle with other options.
    #[must_use]
    pub fn with_options(mut self, options: ExportOptions) -> Self {
        self.options = options;
        self
    }

    /// What names the job: keep it to come back to the job.
    pub fn id(&self) -> &A::Id {
        &self.id
    }

    /// Asks the server how the job stands.
    ///
    /// # Errors
    /// That of the call.
    pub async fn status(&self) -> Result<ExportStatus, Error> {
        let status = self.api.status(&self.id).await?;
        if status.state != ExportState::InProgress {
            self.finished
                .store(status.state == ExportState::Finished, Ordering::Relaxed);
            // It has ended: the next in the queue may start.
            self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        self.options.tell(&ExportEvent::Status {
            job: &self.name,
            status: &status,
        });
        Ok(status)
    }

    /// Waits until the job has finished, with longer and longer pauses between the questions. A question that fails for
    /// now is asked again, a few times.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::Export`] where the job failed, of kind [`ErrorKind::Timeout`] where it has not finished in
    /// time (it goes on, and may be waited for again), and that of the call where the server cannot be asked.
    pub async fn wait(&self) -> Result<(), Error> {
        if self.finished.load(Ordering::Relaxed) {
            return Ok(());
        }
        let clock = self.api.session().clock();
        let begin = clock.elapsed();
        let (mut asked, mut lost) = (0, 0);
        loop {
            let retry_after = match self.status().await {
                Ok(ExportStatus { state, message, .. }) => match state {
                    ExportState::Finished => return Ok(()),
                    ExportState::Failed => return Err(failed(&self.name, message.as_deref())),
                    ExportState::InProgress => {
                        lost = 0;
                        None
                    }
                },
                Err(error) if error.is_retryable() && lost < LOST_POLLS => {
                    lost += 1;
                    error.retry_after()
                }
                Err(error) => return Err(error),
            };
            let left = self
                .options
                .deadline
                .saturating_sub(clock.elapsed().saturating_sub(begin));
            if left.is_zero() {
                return Err(self.unfinished());
            }
            asked += 1;
            // The last question is asked at the deadline.
            clock.sleep(self.options.pause(asked, retry_after).min(left)).await;
        }
    }

    fn unfinished(&self) -> Error {
        Error::new(
            ErrorKind::Timeout,
            format!(
                "the export job {} has not finished within {} seconds; it goes on: wait for it again, by its id if \
                 need be",
                self.name,
                self.options.deadline.as_secs()
            ),
        )
    }

    /// Waits for the job, and downloads its file; returns how long that is, in bytes.
    ///
    /// The file comes under a temporary name in the same folder, and gets its own when it is whole and on the disk. The
    /// temporary file is removed where the download fails, or its future is dropped. A file that is there already is
    /// left alone, unless [`ExportOptions::overwrite`] asks otherwise. A download that breaks goes on where it was if
    /// the server can do that, and begins anew if it cannot, as often as the retry policy of the client's options says.
    ///
    /// # Errors
    /// As [`wait`](ExportJob::wait); of kind [`ErrorKind::File`], with the path, where the file cannot be written; and
    /// that of the call where the file cannot be had.
    pub async fn download_to(&self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        // Before the wait too: an hour later it is too late to choose another name.
        file::check(path, self.options.overwrite).await?;
        self.wait().await?;
        file::save(self.download(), path, self.options.overwrite).await
    }

    /// Waits for the job, and gives its file in pieces as they come.
    ///
    /// The stream goes on where it was if the connection breaks and the server can do that; if it cannot, the stream
    /// ends with an error, since what was given out cannot be taken back.
    ///
    /// # Errors
    /// As [`wait`](ExportJob::wait); the stream's are those of the download.
    pub async fn into_stream(self) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + 'static, Error> {
        self.wait().await?;
        let download = self.download();
        Ok(stream::try_unfold(download, |mut download| async move {
            match download.next().await? {
                Some(Piece::Bytes(bytes)) => Ok(Some((bytes, download))),
                Some(Piece::Anew) => Err(Error::new(
                    ErrorKind::Connection,
                    "the connection broke and the server does not resume; begin the download again",
                )),
                None => Ok(None),
            }
        }))
    }

    fn download(&self) -> Download<A> {
        Download::new(self.api.clone(), self.id.clone(), self.options.clone())
    }
}

/// Waits for the turn of a job.
async fn turn(session: &Session, deadline: Duration) -> Result<Option<OwnedSemaphorePermit>, Error> {
    // Not before it is needed does the clock begin to run.
    let late = async { session.clock().sleep(deadline).await };
    match select(pin!(session.export_turn()), pin!(late)).await {
        Either::Left((turn, _)) => Ok(turn),
        Either::Right(_) => Err(Error::new(
            ErrorKind::Timeout,
            "the jobs that run have left no place for another; wait for them, or drop the handles of those that matter \
             no more",
        )),
    }
}

impl<A: ExportApi> fmt::Debug for ExportJob<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportJob")
            .field("id", &self.id)
            .field("options", &self.options)
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}
