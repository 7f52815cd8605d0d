//! Export jobs: start, wait, download. What the clients of Insights share.

use std::fmt;
use std::future::Future;

use futures_util::stream::{self, StreamExt};

use crate::error::{Error, NAME};
use crate::options::CallOptions;
use crate::redact::Secrets;
use crate::response::{ByteStream, Response};
use crate::session::Session;
use crate::value::code::Code;

mod answers;
pub(crate) mod archive;
mod download;
mod file;
mod job;
mod options;
mod places;

pub use answers::{ExportState, ExportStatus};
pub use job::ExportJob;
pub use options::{ExportEvent, ExportOptions};
pub(crate) use places::Places;

/// How many addresses one request takes.
const ADDRESSES: usize = 100;

/// The calls of an API about one kind of export job.
///
/// The clients alone implement it: a minor version may add to it.
pub trait ExportApi: Clone + Send + Sync + 'static {
    /// What names a job.
    type Id: fmt::Display + fmt::Debug + Clone + Send + Sync + 'static;

    /// The session of the client, in which its clones queue.
    fn session(&self) -> &Session;

    /// Requests the status of a job, by a call with these options: the code of its state, if the response has one.
    fn status(&self, id: &Self::Id, options: CallOptions) -> impl Future<Output = Result<Option<Code>, Error>> + Send;

    /// Asks for the file of a job that has finished, by a call with these options.
    fn file(
        &self,
        id: &Self::Id,
        options: CallOptions,
    ) -> impl Future<Output = Result<Response<ByteStream>, Error>> + Send;
}

/// One of the jobs into which an export was split.
#[non_exhaustive]
pub struct ExportPart<A: ExportApi, I> {
    /// The input of this job.
    pub input: I,
    /// The id of the job, if it was started: one that was abandoned can be resumed by it.
    pub id: Option<A::Id>,
    /// The finished job, or the error.
    pub result: Result<ExportJob<A>, Error>,
    /// The id, fit to be shown.
    name: Option<String>,
}

impl<A: ExportApi, I> ExportPart<A, I> {
    /// A part with these fields, for tests of code that handles parts.
    pub fn new(input: I, id: Option<A::Id>, result: Result<ExportJob<A>, Error>) -> Self {
        let name = id.as_ref().map(|id| Secrets::default().clean(&id.to_string(), NAME));
        ExportPart {
            input,
            id,
            result,
            name,
        }
    }
}

// By hand: what the server gave for an id may be anything.
impl<A: ExportApi, I: fmt::Debug> fmt::Debug for ExportPart<A, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportPart")
            .field("input", &self.input)
            .field("id", &self.name)
            .field("result", &self.result)
            .finish()
    }
}

/// Splits a list into what one request takes each; an empty list is one part. For use by the clients.
#[doc(hidden)]
pub fn parts<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    match list {
        [] => vec![Vec::new()],
        list => list.chunks(ADDRESSES).map(<[T]>::to_vec).collect(),
    }
}

/// Starts a job for each part and waits for all; their results come in the order of the parts. For use by the clients.
#[doc(hidden)]
pub async fn export_all<A, I, F, S>(parts: Vec<I>, start: F) -> Vec<ExportPart<A, I>>
where
    A: ExportApi,
    I: Clone,
    F: Fn(I) -> S,
    S: Future<Output = Result<ExportJob<A>, Error>>,
{
    let start = &start;
    // No more than can run, so that the time of those behind does not begin yet.
    let mut outcomes: Vec<_> = stream::iter(parts.into_iter().enumerate())
        .map(|(number, input)| async move {
            let started = start(input.clone()).await;
            let job = started.as_ref().ok();
            let (id, name) = job.map(|job| (job.id().clone(), job.name().to_owned())).unzip();
            let result = match started {
                Ok(job) => job.wait().await.map(|()| job),
                Err(error) => Err(error),
            };
            (
                number,
                ExportPart {
                    input,
                    id,
                    result,
                    name,
                },
            )
        })
        .buffer_unordered(places::AT_ONCE)
        .collect()
        .await;
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, part)| part).collect()
}
