//! What is traced, as text.

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// Keeps everything that any crate traces on this thread, one line a span or event.
#[derive(Clone)]
pub struct Traces {
    level: Level,
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

/// Ends the collection.
pub struct Guard {
    _guard: DefaultGuard,
    _second: Dispatch,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a text grows");
    }
}

impl Traces {
    /// Begins the collection at every level, which goes on while the guard lives.
    pub fn begin() -> (Self, Guard) {
        Traces::at(Level::TRACE)
    }

    /// Begins the collection of what is as important as this or more.
    pub fn at(level: Level) -> (Self, Guard) {
        let traces = Traces {
            level,
            lines: Arc::default(),
            spans: Arc::default(),
        };
        // With a single dispatcher tracing asks the thread that first reaches a place whether it is wanted, and other
        // tests have threads of their own that want nothing.
        let second = Dispatch::new(traces.clone());
        let guard = tracing::subscriber::set_default(traces.clone());
        let guard = Guard {
            _guard: guard,
            _second: second,
        };
        (traces, guard)
    }

    /// All lines so far.
    pub fn text(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    fn keep(&self, start: String, record: impl FnOnce(&mut Line)) {
        let mut line = Line(start);
        record(&mut line);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }
}

impl Subscriber for Traces {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.spans.fetch_add(1, Ordering::Relaxed) + 1;
        let metadata = attributes.metadata();
        self.keep(format!("span {id} {} {}", metadata.target(), metadata.name()), |line| {
            attributes.record(line)
        });
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.keep(format!("span {} has", span.into_u64()), |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        self.keep(format!("{} {}", metadata.level(), metadata.target()), |line| {
            event.record(line)
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
