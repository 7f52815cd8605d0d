//! The world that the services tell of: made from a seed, row by row, when somebody asks.
//!
//! A row is found by its [`Place`], and an id is nothing but a place. What the seed gives is made anew for each question;
//! only what was written is kept, and lies over it. So a world of 50,000 customers costs no more than one of five.

mod activities;
mod agents;
mod audit;
mod azure;
mod baseline_tenants;
mod baselines;
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
mod overview;
mod permissions;
mod resellers;
mod risk_details;
mod risks;
mod scan_profiles;
mod sign_ins;
mod sites;
mod storage;
mod subscriptions;
mod tenants;
mod users;
mod workflows;

use std::ops::Deref;

use fastrand::Rng;

pub(crate) use activities::{Activity, EVENTS, activities};
pub(crate) use agents::Agent;
pub(crate) use audit::{AuditRecord, Change, Deed, Named, PARTNER};
pub(crate) use azure::{AzureCost, AzureIssue};
pub(crate) use baseline_tenants::{BaselineJob, BaselineTenant};
pub(crate) use baselines::{Baseline, BaselineReport};
pub(crate) use clock::Clock;
pub(crate) use customers::Customer;
pub(crate) use groups::Group;
pub(crate) use id::{Kind, Place, guid};
pub(crate) use items::{FOLDER, Item, TAGS};
pub(crate) use jobs::{Job, SKIPPED};
pub(crate) use links::{ANYONE, Link, SPECIFIC};
pub(crate) use modules::{MODULES, Module, modules_of};
pub(crate) use overview::Overview;
pub(crate) use permissions::{Grant, Principal, given, grants};
pub(crate) use resellers::{Allocation, License, Reseller};
pub(crate) use risks::{Matches, RiskHit, RiskRule};
pub(crate) use scan_profiles::ScanProfile;
pub(crate) use sign_ins::SignIn;
pub(crate) use sites::{ONE_DRIVE, Site};
pub(crate) use storage::StorageProfile;
pub(crate) use subscriptions::{Backup, Source, Storage, Subscription};
pub(crate) use tenants::Tenant;
pub(crate) use users::User;
pub(crate) use workflows::Workflow;

use crate::exports::Exports;
use changes::Changes;
use id::{Ids, LEVELS, mix};
use users::condition;

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

    /// The ids of all rows of a parent; no row is made for them.
    pub(crate) fn ids<R: Row>(&self, parent: Place) -> impl Iterator<Item = String> {
        (0..self.count::<R>(parent)).map(move |index| self.ids.id(parent.child::<R>(index)))
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
        Some(self.row(place))
    }

    /// The row of an id within a parent; none if it stands elsewhere.
    pub(crate) fn find_in<R: Row>(&self, parent: Place, id: &str) -> Option<Entry<R>> {
        self.find(id).filter(|entry| entry.place.parent::<R>() == parent)
    }

    /// The row of a place that is there.
    pub(crate) fn row<R: Row>(&self, place: Place) -> Entry<R> {
        self.nth(place.parent::<R>(), place.index::<R>())
    }

    /// What a row stands in.
    pub(crate) fn parent<R: Row>(&self, entry: &Entry<R>) -> Entry<R::Parent> {
        self.row(entry.place.parent::<R>())
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

    /// A GUID of this seed for a question; it is no id of a row.
    pub(crate) fn guid(&self, question: &str) -> String {
        let half = |half: u8| u128::from(self.digest(&format!("{question} {half}")));
        guid((half(0) << 64) | half(1))
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
mod tests;
