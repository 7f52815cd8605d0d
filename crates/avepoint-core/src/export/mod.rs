//! Export jobs: start, wait, download. What the clients of Insights share.

use std::fmt;
use std::future::Future;

use futures_util::stream::{self, StreamExt};
use progenitor_client::ByteStream;

use crate::error::{Error, ErrorKind};
use crate::options::CallOptions;
use crate::response::ResponseValue;
use crate::session::Session;
use crate::value::code::{Code, OpenEnum};

mod download;
mod file;
mod job;
mod options;

pub use job::ExportJob;
pub use options::{ExportEvent, ExportOptions};

/// How many export jobs the service runs at once.
pub(crate) const EXPORTS_AT_ONCE: usize = 5;

/// How many addresses one request takes.
const ADDRESSES: usize = 100;

/// The calls of an API about one kind of export job.
pub trait ExportApi: Clone + Send + Sync + 'static {
    /// What names a job.
    type Id: fmt::Display + fmt::Debug + Clone + Send + Sync + 'static;

    /// The session of the client, in which its clones queue.
    fn session(&self) -> &Session;

    /// Asks how a job stands.
    fn status(&self, id: &Self::Id) -> impl Future<Output = Result<ExportStatus, Error>> + Send;

    /// Asks for the file of a job that has finished, by a call with these options.
    fn file(
        &self,
        id: &Self::Id,
        options: CallOptions,
    ) -> impl Future<Output = Result<ResponseValue<ByteStream>, Error>> + Send;
}

/// How an export job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportStatus {
    /// How far it has come.
    pub state: ExportState,
    /// The code that the server gave for it, a text made fit to be shown; nothing if it gave none.
    pub code: Option<Code>,
    /// What the server said about it, if it said anything: one line, and no token in it.
    pub message: Option<String>,
}

/// How far an export job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportState {
    /// It runs, or its code is not known.
    InProgress,
    /// Its file can be downloaded.
    Finished,
    /// It will have no file.
    Failed,
}

impl ExportStatus {
    /// The status that an answer tells. For use by the clients.
    #[doc(hidden)]
    pub fn new(session: &Session, status: Option<impl OpenEnum>, message: Option<String>) -> Self {
        let code = status.map(|status| match status.canonical().code() {
            Code::Text(text) => Code::Text(session.clean(&text)),
            code => code,
        });
        let state = match code {
            Some(Code::Integer(2)) => ExportState::Finished,
            Some(Code::Integer(3)) => ExportState::Failed,
            // A code of tomorrow: it may still come to an end, and the deadline holds if it does not.
            _ => ExportState::InProgress,
        };
        let message = message.map(|message| session.clean(&message));
        let message = message.filter(|message| !message.is_empty());
        ExportStatus { state, code, message }
    }
}

/// What the server answered to the start of an export. For use by the clients.
#[doc(hidden)]
#[derive(Debug)]
pub struct StartAnswer<I> {
    pub id: Option<I>,
    /// The status that the body tells, beside that of HTTP.
    pub status: Option<i64>,
    pub message: Option<String>,
}

/// One of the jobs into which an export was split.
#[derive(Debug)]
#[non_exhaustive]
pub struct ExportPart<A: ExportApi, I> {
    /// What this job was asked for.
    pub input: I,
    /// The job, if it was started: one that was given up can be taken up again by it.
    pub id: Option<A::Id>,
    /// The job, which has finished, or why there is none.
    pub result: Result<ExportJob<A>, Error>,
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
            let (id, result) = match start(input.clone()).await {
                Ok(job) => (Some(job.id().clone()), job.wait().await.map(|()| job)),
                Err(error) => (None, Err(error)),
            };
            (number, ExportPart { input, id, result })
        })
        .buffer_unordered(EXPORTS_AT_ONCE)
        .collect()
        .await;
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, part)| part).collect()
}

/// Why a job has no file, by the words of its status.
fn failed(id: &str, message: Option<&str>) -> Error {
    let reason = message.unwrap_or("the server gave no reason");
    Error::new(
        ErrorKind::Export,
        format!("the export job {id} failed: {reason}; start the export again"),
    )
}
