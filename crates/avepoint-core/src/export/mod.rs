//! Export jobs: start, wait, download. What the clients of Insights share.

use std::fmt;
use std::future::Future;

use futures_util::stream::{self, StreamExt};

use crate::error::Error;
use crate::options::CallOptions;
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

    /// Asks how a job stands, by a call with these options: the code of its state, if the answer has one.
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
    /// What this job was asked for.
    pub input: I,
    /// The job, if it was started: one that was given up can be taken up again by it.
    pub id: Option<A::Id>,
    /// The job, which has finished, or why there is none.
    pub result: Result<ExportJob<A>, Error>,
    /// The id, fit to be shown.
    name: Option<String>,
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
