//! What a caller may have done around each request: metrics, and the headers of a distributed trace.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::clock::Clock;
use crate::error::Error;
use crate::operation::Operation;
use crate::options::{caller_header, misplaced};

/// Observes every request to the service: before it is sent, and when it has ended.
///
/// One request is one attempt at a call: a call that is retried makes several requests, and redirections belong to the
/// request that they follow. A client's hook does not see token requests: the builders of `avepoint-auth` have a method
/// `hook` of their own. An `Arc` of a hook is a hook too, so that both, and the program itself, can share one. Both methods
/// run on the task of the call or of the token request, within its `tracing` span, and must not block. A hook implements
/// `Debug`, since the client that holds it does.
///
/// A minor version adds only methods with a default.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
/// use std::time::Duration;
///
/// use avepoint_core::{ClientBuilder, OutgoingRequest, RequestHook, RequestOutcome};
///
/// /// Continues the trace of the program, and adds up the time of each operation.
/// #[derive(Debug, Default)]
/// struct Observed {
///     times: Mutex<BTreeMap<&'static str, Duration>>,
/// }
///
/// impl RequestHook for Observed {
///     fn on_request(&self, request: &mut OutgoingRequest<'_>) {
///         // With OpenTelemetry the propagator makes it of `Span::current().context()`.
///         let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
///         request.insert_header("traceparent", traceparent).expect("no header of the client");
///     }
///
///     fn on_end(&self, outcome: &RequestOutcome<'_>) {
///         let mut times = self.times.lock().expect("no panic");
///         *times.entry(outcome.operation().id).or_default() += outcome.duration();
///     }
/// }
///
/// async fn run<C: avepoint_core::ApiClient>(builder: ClientBuilder<C>) -> Result<(), avepoint_core::Error> {
///     let observed = Arc::new(Observed::default());
///     let client = builder.hook(Arc::clone(&observed)).build()?;
///     // … calls …
///     # let _ = client;
///     for (operation, time) in &*observed.times.lock().expect("no panic") {
///         println!("{operation}: {time:?}");
///     }
///     Ok(())
/// }
/// ```
pub trait RequestHook: fmt::Debug + Send + Sync {
    /// Before a request is sent.
    fn on_request(&self, _request: &mut OutgoingRequest<'_>) {}

    /// A request has ended: its response was read (of a file the beginning), it failed, or its call was dropped. It is
    /// called once for each [`on_request`](RequestHook::on_request).
    fn on_end(&self, _outcome: &RequestOutcome<'_>) {}
}

impl<H: RequestHook + ?Sized> RequestHook for Arc<H> {
    fn on_request(&self, request: &mut OutgoingRequest<'_>) {
        (**self).on_request(request);
    }

    fn on_end(&self, outcome: &RequestOutcome<'_>) {
        (**self).on_end(outcome);
    }
}

/// A request that is about to be sent.
#[derive(Debug)]
pub struct OutgoingRequest<'a> {
    operation: &'static Operation,
    attempt: u32,
    added: &'a mut HeaderMap,
}

impl OutgoingRequest<'_> {
    /// The operation that is called; for a credential, `requestToken` or `readDiscovery`.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Which request of its call this is, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Sets a header, replacing one of the same name in the options of the call. Like all headers of the caller, it is sent
    /// to no other host than the API's or the token endpoint's.
    ///
    /// # Errors
    /// As [`CallOptions::header`](crate::CallOptions::header), and for a `range` unless a file is downloaded.
    pub fn insert_header(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let (name, value) = caller_header(name, value)?;
        if let Some(problem) = misplaced(self.operation, [&name]) {
            return Err(Error::configuration(problem));
        }
        self.added.insert(name, value);
        Ok(())
    }
}

/// The outcome of a request.
#[derive(Debug)]
pub struct RequestOutcome<'a> {
    operation: &'static Operation,
    attempt: u32,
    duration: Duration,
    status: Option<StatusCode>,
    error: Option<&'a Error>,
}

impl RequestOutcome<'_> {
    /// The operation that was called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Which request of its call it was, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The time from the request to the end of its response.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The status, if there was a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Why it failed, if it did; for a token request, without the server's message. If there is neither a status nor an
    /// error, the call was dropped.
    pub fn error(&self) -> Option<&Error> {
        self.error
    }
}

/// One request, as its hook sees it. It ends once, even if the call is dropped.
pub struct Watched<'a> {
    hook: &'a dyn RequestHook,
    clock: &'a dyn Clock,
    operation: &'static Operation,
    attempt: u32,
    begun: Duration,
    has_ended: bool,
}

impl<'a> Watched<'a> {
    /// A request is about to be sent; gives the headers that the hook has added, too.
    pub fn begin(
        hook: &'a dyn RequestHook,
        clock: &'a dyn Clock,
        operation: &'static Operation,
        attempt: u32,
    ) -> (Self, HeaderMap) {
        let mut added = HeaderMap::new();
        hook.on_request(&mut OutgoingRequest {
            operation,
            attempt,
            added: &mut added,
        });
        let watched = Watched {
            hook,
            clock,
            operation,
            attempt,
            begun: clock.elapsed(),
            has_ended: false,
        };
        (watched, added)
    }

    /// It has ended, with this status if there was a response.
    pub fn end(mut self, status: Option<StatusCode>, error: Option<&Error>) {
        self.tell(status, error);
    }

    fn tell(&mut self, status: Option<StatusCode>, error: Option<&Error>) {
        self.has_ended = true;
        self.hook.on_end(&RequestOutcome {
            operation: self.operation,
            attempt: self.attempt,
            duration: self.clock.elapsed().saturating_sub(self.begun),
            status,
            error,
        });
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(None, None);
        }
    }
}
