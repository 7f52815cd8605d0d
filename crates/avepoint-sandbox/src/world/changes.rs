//! What was written: rows that were changed or added, which lie over those of the seed.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use super::{Place, Row};

/// The written rows of all kinds.
#[derive(Default)]
pub(super) struct Changes {
    kinds: HashMap<TypeId, Box<dyn Any + Send>>,
}

/// The written rows of one kind.
struct Written<R> {
    rows: HashMap<Place, R>,
    /// How many each parent got.
    added: HashMap<Place, usize>,
}

impl Changes {
    /// How many rows were added to a parent.
    pub(super) fn added<R: Row>(&self, parent: Place) -> usize {
        let added = self.written::<R>().and_then(|written| written.added.get(&parent));
        added.copied().unwrap_or_default()
    }

    /// A row that was written.
    pub(super) fn row<R: Row>(&self, place: Place) -> Option<&R> {
        self.written::<R>()?.rows.get(&place)
    }

    pub(super) fn set<R: Row>(&mut self, place: Place, row: R) {
        if let Some(written) = self.written_mut::<R>() {
            written.rows.insert(place, row);
        }
    }

    pub(super) fn add<R: Row>(&mut self, parent: Place, place: Place, row: R) {
        if let Some(written) = self.written_mut::<R>() {
            *written.added.entry(parent).or_default() += 1;
            written.rows.insert(place, row);
        }
    }

    fn written<R: Row>(&self) -> Option<&Written<R>> {
        self.kinds.get(&TypeId::of::<R>())?.downcast_ref()
    }

    /// There always is one: what stands under a type is of that type.
    fn written_mut<R: Row>(&mut self) -> Option<&mut Written<R>> {
        let written = self.kinds.entry(TypeId::of::<R>()).or_insert_with(|| {
            Box::new(Written::<R> {
                rows: HashMap::new(),
                added: HashMap::new(),
            })
        });
        written.downcast_mut()
    }
}
