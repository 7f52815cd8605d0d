//! The resellers below the large account reseller, its pooled subscriptions, and what of those the resellers have.

use fastrand::Rng;
use jiff::Timestamp;

use super::names::COMPANIES;
use super::{Entry, Kind, Place, Root, Row, World, pick};

/// A reseller.
#[derive(Clone, Debug)]
pub(crate) struct Reseller {
    pub(crate) organization: String,
    pub(crate) invited: String,
    pub(crate) email: String,
    /// As the spec's `ResellerStatus` numbers it.
    pub(crate) status: i64,
}

/// A pooled subscription.
#[derive(Clone, Debug)]
pub(crate) struct License {
    /// As the spec's `LicenseProduct` numbers it.
    pub(crate) product: i64,
    pub(crate) pool: String,
    pub(crate) name: String,
    pub(crate) storage: &'static str,
    /// As the spec's `LicenseSource` numbers it.
    pub(crate) source: i64,
    pub(crate) price: f64,
    /// As the spec's `PaymentType` numbers it.
    pub(crate) payment: i64,
    pub(crate) seats: i64,
    pub(crate) start: Timestamp,
    pub(crate) expiration: Timestamp,
    /// As the spec's `LicenseStatus` numbers it.
    pub(crate) status: i64,
}

/// Seats of a pooled subscription that a reseller got.
#[derive(Clone, Debug)]
pub(crate) struct Allocation {
    /// The index of the reseller.
    pub(crate) reseller: usize,
    pub(crate) seats: i64,
    pub(crate) price: f64,
    pub(crate) payment: i64,
    pub(crate) assigned: Timestamp,
    pub(crate) start: Timestamp,
    pub(crate) expiration: Timestamp,
    /// As the spec's `LicenseStatus` numbers it.
    pub(crate) status: i64,
}

const RESELLERS: usize = 12;

/// The products with the names of their pools.
const PRODUCTS: [(i64, &str); 5] = [
    (2048, "Backup"),
    (40, "Baselines"),
    (42, "Workspaces"),
    (49, "Users and devices"),
    (65, "Storage"),
];
const REGIONS: [&str; 3] = ["all regions", "Europe", "Pacific"];

impl Row for Reseller {
    type Parent = Root;
    const KIND: Kind = Kind::Reseller;

    fn generated(_: &World, _: Place) -> usize {
        RESELLERS
    }

    fn make(_: &World, place: Place, mut random: Rng) -> Self {
        let name = COMPANIES.0[place.index::<Self>() % COMPANIES.0.len()];
        let domain = format!("{}-partners.example", name.to_lowercase());
        Self {
            organization: format!("{name} Partners"),
            invited: format!("partners@{domain}"),
            email: format!("cloud@{domain}"),
            status: pick(&mut random, &[1, 1, 1, 1, 2, 3, 0]),
        }
    }
}

impl Row for License {
    type Parent = Root;
    const KIND: Kind = Kind::License;

    fn generated(_: &World, _: Place) -> usize {
        PRODUCTS.len() * REGIONS.len()
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let index = place.index::<Self>();
        let (product, name) = PRODUCTS[index % PRODUCTS.len()];
        let is_expired = random.u8(..8) == 0;
        let expiration = match is_expired {
            true => end_of_day(world, random.i64(5..200)),
            false => end_of_day(world, -random.i64(60..700)),
        };
        Self {
            product,
            pool: format!("{name}, {}", REGIONS[index / PRODUCTS.len() % REGIONS.len()]),
            name: format!("{name} {}", expiration.strftime("%Y")),
            storage: pick(random, &["BYOS", "AvePoint storage"]),
            source: random.i64(5..7),
            price: random.i64(90..600) as f64 / 100.0,
            payment: random.i64(0..2),
            seats: 100 * random.i64(6..40),
            start: world.clock.days_before(random.i64(210..600)),
            expiration,
            status: if is_expired { Self::EXPIRED } else { Self::ACCEPTED },
        }
    }
}

impl Row for Allocation {
    type Parent = License;
    const KIND: Kind = Kind::Allocation;

    fn generated(world: &World, parent: Place) -> usize {
        2 + world.random(parent).usize(..6)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let license = place.parent::<Self>();
        let first = license.index::<License>();
        let license = world.nth::<License>(Place::ROOT, first);
        let status = match license.status {
            License::EXPIRED => License::EXPIRED,
            _ => pick(random, &[1, 1, 1, 1, 0, 0, 2, 3]),
        };
        let assigned = world.clock.days_before(random.i64(3..200));
        Self {
            reseller: (first + place.index::<Self>()) % RESELLERS,
            seats: 5 * random.i64(2..17),
            price: (license.price * 112.0).round() / 100.0,
            payment: license.payment,
            assigned,
            start: assigned,
            expiration: license.expiration,
            status,
        }
    }
}

/// The last second of a day some days before the world began.
fn end_of_day(world: &World, days: i64) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60;
    let second = world.clock.days_before(days).as_second();
    Timestamp::from_second(second - second.rem_euclid(DAY) + DAY - 1).unwrap_or(Timestamp::MAX)
}

impl License {
    pub(crate) const PENDING: i64 = 0;
    pub(crate) const ACCEPTED: i64 = 1;
    pub(crate) const REJECTED: i64 = 2;
    pub(crate) const RETURNED: i64 = 3;
    pub(crate) const EXPIRED: i64 = 4;

    /// How many seats resellers have.
    pub(crate) fn allocated(world: &World, license: Place) -> i64 {
        let allocations = world.all::<Allocation>(license);
        let current = allocations.filter(|allocation| allocation.is_current());
        current.map(|allocation| allocation.seats).sum()
    }

    /// What a reseller has of a pooled subscription, or had last.
    pub(crate) fn last_of(world: &World, license: Place, reseller: Place) -> Option<Entry<Allocation>> {
        let index = reseller.index::<Reseller>();
        let allocations = world.all::<Allocation>(license);
        allocations.filter(|allocation| allocation.reseller == index).last()
    }
}

impl Allocation {
    /// Whether the reseller has the seats, or will once it accepts them.
    pub(crate) fn is_current(&self) -> bool {
        matches!(self.status, License::PENDING | License::ACCEPTED)
    }
}
