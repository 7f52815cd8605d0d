//! The links through which objects in sites are shared.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::items::before;
use super::{Item, Kind, Place, Row, Site, User, World, pick};

/// A sharing link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The index of the object in the site.
    pub(crate) item: usize,
    /// Whom it is for, as the spec's `SharingLinkType` numbers it.
    pub(crate) kind: i64,
    pub(crate) created: Timestamp,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) permission: &'static str,
    /// Who shared it: the index of a user.
    pub(crate) creator: usize,
    /// The indices of the users that a link for specific people is for.
    pub(crate) shared_with: Vec<usize>,
    /// What the link's own URL ends with.
    pub(crate) token: String,
}

/// The type of links for specific people.
pub(crate) const SPECIFIC: i64 = 32;
/// The type of links for anyone.
pub(crate) const ANYONE: i64 = 128;

impl Row for Link {
    type Parent = Site;
    const KIND: Kind = Kind::Link;

    fn generated(world: &World, parent: Place) -> usize {
        4 + world.random(parent).usize(..9)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let users = world.generated::<User>(place.parent::<Self>().parent::<Site>());
        let kind = pick(random, &[SPECIFIC, SPECIFIC, 64, ANYONE]);
        let created = before(world.clock.beginning, random, 1..400);
        let count = if kind == SPECIFIC { random.usize(1..5) } else { 0 };
        let days = SignedDuration::from_hours(24 * random.i64(90..400));
        Self {
            item: Item::shareable(place.index::<Self>()),
            kind,
            created,
            // Only these end.
            expires: (kind == ANYONE).then(|| created.saturating_add(days).unwrap_or(created)),
            permission: pick(random, &["View", "Edit"]),
            creator: random.usize(..users),
            shared_with: random.choose_multiple(0..users, count),
            token: std::iter::repeat_with(|| random.alphanumeric()).take(20).collect(),
        }
    }
}
