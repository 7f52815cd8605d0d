//! The world that the services tell of: made from a seed, row by row, when somebody asks.
//!
//! A row is found by its [`Place`], and an id is nothing but a place. What the seed gives is made anew for each question;
//! only what was written is kept, and lies over it. So a world of 50,000 customers costs no more than one of five.

mod activities;
mod audit;
mod changes;
mod clock;
mod customers;
mod groups;
mod id;
mod items;
mod jobs;
mod links;
mod modules;
mod names;
mod permissions;
mod resellers;
mod scan_profiles;
mod sites;
mod storage;
mod subscriptions;
mod tenants;
mod users;

use std::ops::Deref;

use fastrand::Rng;

pub(crate) use activities::{Activity, EVENTS, activities};
pub(crate) use audit::{AuditRecord, Change, Deed, Named, PARTNER};
pub(crate) use clock::Clock;
pub(crate) use customers::Customer;
pub(crate) use groups::Group;
pub(crate) use id::{Kind, Place, guid};
pub(crate) use items::{FOLDER, Item, TAGS};
pub(crate) use jobs::{Job, SKIPPED};
pub(crate) use links::{ANYONE, Link, SPECIFIC};
pub(crate) use modules::{MODULES, Module, modules_of};
pub(crate) use permissions::{Grant, Principal, given, grants};
pub(crate) use resellers::{Allocation, License, Reseller};
pub(crate) use scan_profiles::ScanProfile;
pub(crate) use sites::{ONE_DRIVE, Site};
pub(crate) use storage::StorageProfile;
pub(crate) use subscriptions::{Backup, Source, Storage, Subscription};
pub(crate) use tenants::Tenant;
pub(crate) use users::User;

use crate::exports::Exports;
use changes::Changes;
use id::{Ids, LEVELS, mix};

/// How much there is in a world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) customers: usize,
}

/// What the services know.
pub(crate) struct World {
    seed: u64,
    size: Size,
    ids: Ids,
    changes: Changes,
    pub(crate) clock: Clock,
    pub(crate) exports: Exports,
}

/// A kind of row. The rows of a kind stand in rows of another, each at its index.
pub(crate) trait Row: Clone + Send + 'static {
    /// What the row stands in.
    type Parent: Row;
    const KIND: Kind;
    /// How many levels of rows lead to it.
    const LEVEL: usize = Self::Parent::LEVEL + 1;

    /// How many rows the seed gives a parent. A parent that was added has none, without being asked.
    fn generated(world: &World, parent: Place) -> usize;

    /// The row that the seed gives a place; `random` is the place's own.
    fn make(world: &World, place: Place, random: Rng) -> Self;
}

/// What all rows stand in.
#[derive(Clone)]
pub(crate) struct Root;

impl Row for Root {
    type Parent = Self;
    const KIND: Kind = Kind::Root;
    const LEVEL: usize = 0;

    fn generated(_: &World, _: Place) -> usize {
        1
    }

    fn make(_: &World, _: Place, _: Rng) -> Self {
        Self
    }
}

/// A row with its id and its place.
pub(crate) struct Entry<R> {
    pub(crate) id: String,
    pub(crate) place: Place,
    pub(crate) row: R,
}

impl<R> Deref for Entry<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.row
    }
}

impl Place {
    /// The place of a row within its parent.
    fn child<R: Row>(self, index: usize) -> Self {
        let mut path = self.path;
        path[R::LEVEL - 1] = u32::try_from(index).unwrap_or(u32::MAX);
        Self { kind: R::KIND, path }
    }

    /// The place of the parent of a row.
    pub(crate) fn parent<R: Row>(self) -> Self {
        let mut path = self.path;
        path[R::LEVEL.saturating_sub(1)..].fill(0);
        let kind = R::Parent::KIND;
        Self { kind, path }
    }

    /// The index of a row within its parent.
    pub(crate) fn index<R: Row>(self) -> usize {
        self.path[R::LEVEL.saturating_sub(1)] as usize
    }

    /// Whether nothing stands on the levels below a row.
    fn ends<R: Row>(self) -> bool {
        self.kind == R::KIND && self.path[R::LEVEL.min(LEVELS)..].iter().all(|index| *index == 0)
    }
}

impl World {
    pub(crate) fn new(seed: u64, size: Size) -> Self {
        Self {
            seed,
            size,
            ids: Ids::new(seed),
            changes: Changes::default(),
            clock: Clock::start(),
            exports: Exports::default(),
        }
    }

    /// How many rows a parent has.
    pub(crate) fn count<R: Row>(&self, parent: Place) -> usize {
        self.generated::<R>(parent) + self.changes.added::<R>(parent)
    }

    /// The row at an index within its parent, which is less than the parent's count.
    pub(crate) fn nth<R: Row>(&self, parent: Place, index: usize) -> Entry<R> {
        let place = parent.child::<R>(index);
        let changed = self.changes.row::<R>(place).cloned();
        Entry {
            id: self.ids.id(place),
            place,
            row: changed.unwrap_or_else(|| R::make(self, place, self.random(place))),
        }
    }

    /// All rows of a parent, one after the other.
    pub(crate) fn all<R: Row>(&self, parent: Place) -> impl Iterator<Item = Entry<R>> {
        (0..self.count::<R>(parent)).map(move |index| self.nth(parent, index))
    }

    /// The row of an id, wherever it stands; none if there is none of this kind.
    pub(crate) fn find<R: Row>(&self, id: &str) -> Option<Entry<R>> {
        let place = self
            .ids
            .place(id)
            .filter(|place| place.ends::<R>() && self.exists::<R>(*place))?;
        Some(self.nth(place.parent::<R>(), place.index::<R>()))
    }

    /// The row of an id within a parent; none if it stands elsewhere.
    pub(crate) fn find_in<R: Row>(&self, parent: Place, id: &str) -> Option<Entry<R>> {
        self.find(id).filter(|entry| entry.place.parent::<R>() == parent)
    }

    /// What a row stands in.
    pub(crate) fn parent<R: Row>(&self, entry: &Entry<R>) -> Entry<R::Parent> {
        let place = entry.place.parent::<R>();
        self.nth(place.parent::<R::Parent>(), place.index::<R::Parent>())
    }

    /// Changes a row; later reads see it.
    pub(crate) fn change<R: Row>(&mut self, mut entry: Entry<R>, change: impl FnOnce(&mut R)) {
        change(&mut entry.row);
        self.changes.set(entry.place, entry.row);
    }

    /// Adds a row behind those that a parent has. The rows it will have stand in nothing yet.
    pub(crate) fn add<R: Row>(&mut self, parent: Place, row: R) -> Entry<R> {
        let index = self.count::<R>(parent);
        self.changes.add(parent, parent.child::<R>(index), row);
        self.nth(parent, index)
    }

    /// The tenant that Insights looks at: the first of the first customer.
    pub(crate) fn insights_tenant(&self) -> Place {
        Place::ROOT.child::<Customer>(0).child::<Tenant>(0)
    }

    /// Adds a row as the seed would make it, but for a change.
    pub(crate) fn add_made<R: Row>(&mut self, parent: Place, change: impl FnOnce(&mut R)) -> Entry<R> {
        let place = parent.child::<R>(self.count::<R>(parent));
        let mut row = R::make(self, place, self.random(place));
        change(&mut row);
        self.add(parent, row)
    }

    /// A number of this seed for a question, the same each time.
    pub(crate) fn digest(&self, question: &str) -> u64 {
        question
            .bytes()
            .fold(mix(self.seed), |state, byte| mix(state ^ u64::from(byte)))
    }

    /// What varies a place, or how many rows it has.
    fn random(&self, place: Place) -> Rng {
        let words = place.path.iter().map(|index| u64::from(*index));
        let start = mix(self.seed ^ ((place.kind as u64) << 32));
        Rng::with_seed(words.fold(start, |state, word| mix(state ^ word)))
    }

    fn generated<R: Row>(&self, parent: Place) -> usize {
        let is_added = R::Parent::KIND != Kind::Root
            && parent.index::<R::Parent>() >= self.generated::<R::Parent>(parent.parent::<R::Parent>());
        if is_added { 0 } else { R::generated(self, parent) }
    }

    fn exists<R: Row>(&self, place: Place) -> bool {
        let parent = place.parent::<R>();
        R::KIND == Kind::Root || (self.exists::<R::Parent>(parent) && place.index::<R>() < self.count::<R>(parent))
    }
}

/// One of a list.
fn pick<T: Copy>(random: &mut Rng, from: &[T]) -> T {
    from[random.usize(..from.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        World::new(7, Size { customers: 5 })
    }

    #[test]
    fn every_id_leads_to_its_row_and_to_no_other_kind_or_parent() {
        let world = world();
        for customer in world.all::<Customer>(Place::ROOT) {
            assert_eq!(
                world.find::<Customer>(&customer.id).map(|found| found.place),
                Some(customer.place)
            );
            assert!(world.find::<Tenant>(&customer.id).is_none());
            for tenant in world.all::<Tenant>(customer.place) {
                assert_eq!(world.parent(&tenant).id, customer.id);
                for user in world.all::<User>(tenant.place) {
                    assert_eq!(
                        world.find_in::<User>(tenant.place, &user.id).map(|found| found.place),
                        Some(user.place)
                    );
                    assert!(world.find_in::<User>(customer.place, &user.id).is_none());
                }
            }
        }
    }

    #[test]
    fn a_row_beyond_the_last_is_not_there() {
        let world = world();
        let beyond = Place::ROOT.child::<Customer>(5);
        assert!(world.find::<Customer>(&world.ids.id(beyond)).is_none());
        assert!(world.find::<Tenant>(&world.ids.id(beyond.child::<Tenant>(0))).is_none());
    }

    #[test]
    fn what_was_added_is_there_and_has_nothing_in_it() {
        let mut world = world();
        let row = world.nth::<Customer>(Place::ROOT, 0).row;
        let added = world.add(Place::ROOT, row);
        assert_eq!(world.count::<Customer>(Place::ROOT), 6);
        assert!(world.find::<Customer>(&added.id).is_some());
        assert_eq!(world.count::<Tenant>(added.place), 0);
        let tenant = world.nth::<Tenant>(world.nth::<Customer>(Place::ROOT, 0).place, 0).row;
        let tenant = world.add(added.place, tenant);
        assert_eq!(world.count::<Tenant>(added.place), 1);
        assert_eq!(world.count::<User>(tenant.place), 0);
    }

    #[test]
    fn what_was_changed_stays_changed() {
        let mut world = world();
        let customer = world.nth::<Customer>(Place::ROOT, 1);
        let (id, other) = (
            customer.id.clone(),
            world.nth::<Customer>(Place::ROOT, 2).row.organization,
        );
        world.change(customer, |customer| customer.organization = "Renamed".to_owned());
        assert_eq!(
            world
                .find::<Customer>(&id)
                .map(|found| found.row.organization)
                .as_deref(),
            Some("Renamed")
        );
        assert_eq!(world.nth::<Customer>(Place::ROOT, 2).organization, other);
    }

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_another() {
        let ids = |seed| {
            let world = World::new(seed, Size { customers: 5 });
            let customers = world.all::<Customer>(Place::ROOT);
            customers
                .map(|customer| format!("{} {:?}", customer.id, customer.row))
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
    }
}
