//! Pages that are asked for before they are wanted.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::FutureExt;
use tokio::task::JoinHandle;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use super::{Fetching, Page};
use crate::error::{Error, ErrorKind};

/// A page whose request goes on while nobody asks for it: it takes no longer than the server does, and keeps no other
/// call of the client waiting. Dropped, it is given up.
pub(super) fn ahead<T: Send + 'static>(page: Fetching<T>) -> Fetching<T> {
    // Who follows the list in traces finds them where the others are.
    let page = page.in_current_span().with_current_subscriber();
    Box::pin(Ahead(tokio::spawn(page)))
}

struct Ahead<T>(JoinHandle<Result<Page<T>, Error>>);

impl<T> Future for Ahead<T> {
    type Output = Result<Page<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(context).map(|joined| match joined {
            Ok(page) => page,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => Err(Error::new(
                    ErrorKind::Connection,
                    "the runtime in which the page was asked for has ended",
                )),
            },
        })
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
