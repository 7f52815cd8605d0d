//! Everything that a run shows beside its errors: what it traces, and how it panics.

use std::fmt::{Debug, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::report::Breach;
use super::world::World;

/// Watches the process from now on.
///
/// # Panics
/// If somebody else watches it already.
pub fn watch(world: &Arc<World>) {
    let watcher = Watcher {
        world: Arc::clone(world),
        spans: AtomicU64::new(0),
    };
    tracing::subscriber::set_global_default(watcher).expect("the first subscriber");
    let world = Arc::clone(world);
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.to_string();
        world.shows("a panic", &words);
        world.breach(Breach::Panic, || words);
    }));
}

/// Reads every event and every span of every crate.
struct Watcher {
    world: Arc<World>,
    spans: AtomicU64,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // A text grows without failing.
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Watcher {
    fn read(&self, what: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(String::new());
        record(&mut line);
        self.world.shows(what, &line.0);
    }
}

impl Subscriber for Watcher {
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
