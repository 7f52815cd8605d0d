//! What customers subscribe to.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::{Clock, Customer, Kind, Place, Row, Tenant, World, pick};

/// A subscription of a customer to a product.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// As the spec's `Product` numbers it.
    pub(crate) product: i64,
    /// Which part of the product it is for; empty if it is the whole.
    pub(crate) variant: &'static str,
    pub(crate) source: Source,
    /// How it is measured, as the spec's `SaleType` numbers it.
    pub(crate) model: Option<i64>,
    pub(crate) seats: Option<i64>,
    pub(crate) units: Option<i64>,
    pub(crate) backup: Option<Backup>,
    pub(crate) expiration: Timestamp,
    pub(crate) contract_end: Option<String>,
    /// By how many seats it differs from what it was on the first of the month.
    pub(crate) change: Option<i64>,
    /// As the spec's `PaymentType` numbers it.
    pub(crate) payment: Option<i64>,
}

/// Where a subscription comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Trial,
    /// A pool, as the spec's `SubscriptionSource` numbers it.
    Pool(i64),
}

/// What a subscription to a backup has of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backup {
    pub(crate) storage: Storage,
    pub(crate) years: i64,
    /// As the spec's `PackageType` numbers it.
    pub(crate) package: Option<i64>,
    /// In GB: what was bought, what of it is protected, and how much that takes.
    pub(crate) bought: i64,
    pub(crate) protected: i64,
    pub(crate) consumed: i64,
}

/// Whose storage keeps the backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Customer,
    /// AvePoint's, as the spec's `AvePointStorageType` numbers it.
    AvePoint(i64),
}

/// The products in the order in which customers come to them.
const PRODUCTS: [i64; 6] = [
    Subscription::BACKUP,
    Subscription::USER_MANAGEMENT,
    42,
    40,
    65,
    Subscription::FLY,
];

impl Row for Subscription {
    type Parent = Customer;
    const KIND: Kind = Kind::Subscription;

    fn generated(world: &World, parent: Place) -> usize {
        1 + world.digest(&format!("subscriptions of {parent:?}")) as usize % PRODUCTS.len()
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let product = PRODUCTS[place.index::<Self>() % PRODUCTS.len()];
        let is_fly = product == Self::FLY;
        let expiration = world.clock.days_before(-random.i64(40..700));
        Self {
            product,
            variant: "",
            source: Source::Pool(pick(random, &[1, 2, 6])),
            model: (product == Self::BACKUP).then(|| random.i64(0..3)),
            seats: (!is_fly).then(|| {
                let (assigned, free) = Tenant::licenses(world, place.parent::<Self>());
                assigned + free
            }),
            units: is_fly.then(|| random.i64(1..40)),
            backup: (product == Self::BACKUP).then(|| backup(random)),
            expiration,
            contract_end: random
                .bool()
                .then(|| Clock::written(expiration + SignedDuration::from_hours(24 * 365))),
            change: Some(random.i64(-6..10)),
            payment: Some(random.i64(0..2)),
        }
    }
}

fn backup(random: &mut Rng) -> Backup {
    let bought = 100 * random.i64(2..40);
    let protected = bought * random.i64(20..100) / 100;
    Backup {
        storage: pick(
            random,
            &[
                Storage::AvePoint(0),
                Storage::AvePoint(1),
                Storage::AvePoint(1),
                Storage::Customer,
            ],
        ),
        years: random.i64(1..8),
        package: Some(random.i64(0..3)),
        bought,
        protected,
        consumed: protected * random.i64(105..160) / 100,
    }
}

impl Subscription {
    pub(crate) const BACKUP: i64 = 2048;
    pub(crate) const USER_MANAGEMENT: i64 = 49;
    const FLY: i64 = 16_777_216;

    /// The product with its variant.
    pub(crate) fn service(&self) -> String {
        let name = match self.product {
            40 => "Baseline Management",
            42 => "Workspace Management",
            49 => "User and Device Management",
            65 => "Storage Optimization",
            274 => "Cloud Backup Express",
            Self::BACKUP => "Cloud Backup for Microsoft 365",
            _ => "Fly",
        };
        match self.variant {
            "" => name.to_owned(),
            variant => format!("{name}: {variant}"),
        }
    }

    /// The name of the subscription, which only Fly has.
    pub(crate) fn name(&self) -> Option<&'static str> {
        (self.product == Self::FLY).then_some("Fly for the move of the year")
    }

    /// Whether the customer keeps the backups in a storage of its own.
    pub(crate) fn is_backup_with_own_storage(&self) -> bool {
        self.backup.is_some_and(|backup| backup.storage == Storage::Customer)
    }
}
