//! The storage profiles of the partner.

use fastrand::Rng;
use jiff::Timestamp;

use super::names::COMPANIES;
use super::{Kind, Place, Root, Row, World, guid};

/// A place where backups are kept.
#[derive(Clone, Debug)]
pub(crate) struct StorageProfile {
    /// As the spec's device types number it.
    pub(crate) device: i64,
    pub(crate) name: String,
    /// Whose storage it is, as a name in addresses.
    pub(crate) owner: String,
    pub(crate) modified: Timestamp,
    /// What opens it.
    pub(crate) secret: String,
    pub(crate) description: &'static str,
    pub(crate) retention: i64,
}

/// The devices, with what their profiles are called. The last is one that the spec does not list.
const DEVICES: [(i64, &str); 9] = [
    (1, "file server"),
    (12, "secure file server"),
    (301, "archive"),
    (302, "objects"),
    (401, "bucket"),
    (403, "blobs"),
    (601, "compatible bucket"),
    (701, "cloud storage"),
    (990, "tape robot"),
];

impl Row for StorageProfile {
    type Parent = Root;
    const KIND: Kind = Kind::StorageProfile;

    fn generated(_: &World, _: Place) -> usize {
        DEVICES.len() * 2
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let index = place.index::<Self>();
        let (device, about) = DEVICES[index % DEVICES.len()];
        let owner = COMPANIES.0[index % COMPANIES.0.len()];
        Self {
            device,
            name: format!("{owner} {about}"),
            owner: owner.to_lowercase(),
            modified: world.clock.days_before(random.i64(10..400)),
            secret: format!("invented-{}", guid(random.u128(..))),
            description: if random.bool() { "N/A" } else { "Kept in two places." },
            retention: random.i64(1..6),
        }
    }
}
