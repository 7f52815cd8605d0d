//! The tenants of customers.

use fastrand::Rng;

use super::{Customer, Kind, Place, Row, World};

/// A Microsoft 365 tenant of a customer.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) name: String,
    /// The domain of the addresses of its users and sites.
    pub(crate) domain: String,
    /// The cloud of the directory, as the spec's `AadEnvironment` numbers it.
    pub(crate) directory: i64,
    /// The cloud of the platform, as the spec's `PlatformEnvironment` numbers it.
    pub(crate) platform: i64,
}

/// What the tenants of a customer are for; the first has the customer's own name.
const PURPOSES: [&str; 3] = ["", "Laboratory", "Archive"];

impl Row for Tenant {
    type Parent = Customer;
    const KIND: Kind = Kind::Tenant;

    fn generated(world: &World, parent: Place) -> usize {
        1 + world.random(parent).usize(..PURPOSES.len())
    }

    fn make(world: &World, place: Place, _: Rng) -> Self {
        let parent = place.parent::<Self>();
        let customer = world.nth::<Customer>(parent.parent::<Customer>(), parent.index::<Customer>());
        let purpose = PURPOSES[place.index::<Self>() % PURPOSES.len()];
        let (name, domain) = match purpose {
            "" => (customer.organization.clone(), customer.domain.clone()),
            _ => (
                format!("{} {purpose}", customer.organization),
                format!("{}.{}", purpose.to_lowercase(), customer.domain),
            ),
        };
        Self {
            name,
            domain,
            directory: 0,
            platform: 1,
        }
    }
}
