//! Everything that a run shows beside its errors: what it traces, and how it panics.

use std::fmt::{Debug, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::report::Violation;
use super::run_state::RunState;

/// Captures what this process traces and how it panics, from now on.
///
/// # Panics
/// If there is a subscriber already.
pub fn install(run_state: &Arc<RunState>) {
    let capture = Capture {
        run_state: Arc::clone(run_state),
        spans: AtomicU64::new(0),
    };
    tracing::subscriber::set_global_default(capture).expect("the first subscriber");
    let run_state = Arc::clone(run_state);
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.to_string();
        run_state.check_text("a panic", &words);
        run_state.violation(Violation::Panic, || words);
    }));
}

/// Reads every event and every span of every crate.
struct Capture {
    run_state: Arc<RunState>,
    spans: AtomicU64,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // A text grows without failing.
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Capture {
    fn read(&self, what: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(String::new());
        record(&mut line);
        self.run_state.check_text(what, &line.0);
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.read(attributes.metadata().name(), |line| attributes.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.read("a span", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.read(event.metadata().target(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
