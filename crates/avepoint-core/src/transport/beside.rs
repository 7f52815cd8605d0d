//! Work beside the runtime's own threads, on which everything else waits.

use std::panic::resume_unwind;

use tracing::Span;

/// What is read at once where it stands, in bytes: a millisecond or two of work. Handing over costs time of its own.
const AT_ONCE: usize = 256 * 1024;

/// Does work on so many bytes: on a thread that may be blocked, if it is long. Nothing comes back where the runtime is
/// shut down before.
pub(crate) async fn beside<T: Send + 'static>(size: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if size <= AT_ONCE {
        return Some(work());
    }
    let span = Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(done) => Some(done),
        Err(error) => error.try_into_panic().map_or(None, |panic| resume_unwind(panic)),
    }
}
