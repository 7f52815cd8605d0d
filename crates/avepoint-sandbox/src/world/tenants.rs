//! The tenants of customers.

use fastrand::Rng;

use super::{Customer, Kind, Place, Row, User, World};

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
    /// The services whose apps the customer has authorized, as the spec's `AppService` names them.
    pub(crate) apps: Vec<String>,
    /// Whether Dynamics 365 is used beside Microsoft 365.
    pub(crate) has_dynamics: bool,
}

const APPS: [&str; 4] = [
    "PartnerTenantSettingManagement",
    "PartnerWorkspaceOnboarding",
    "PartnerAzureSecurityManagement",
    "Office365Backup",
];

/// What the tenants of a customer are for; the first has the customer's own name.
const PURPOSES: [&str; 3] = ["", "Laboratory", "Archive"];

impl Row for Tenant {
    type Parent = Customer;
    const KIND: Kind = Kind::Tenant;

    fn generated(world: &World, parent: Place) -> usize {
        1 + world.random(parent).usize(..PURPOSES.len())
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
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
            apps: APPS
                .map(str::to_owned)
                .into_iter()
                .filter(|_| random.u8(..4) > 0)
                .collect(),
            has_dynamics: random.u8(..3) == 0,
        }
    }
}

impl Tenant {
    /// How many Microsoft licenses are assigned: one to each user.
    pub(crate) fn assigned_licenses(world: &World, tenant: Place) -> i64 {
        i64::try_from(world.count::<User>(tenant)).unwrap_or(i64::MAX)
    }

    /// How many Microsoft licenses are free.
    pub(crate) fn free_licenses(world: &World, tenant: Place) -> i64 {
        let mut random = world.random(tenant);
        // The first says how much else there is.
        random.u64(..);
        random.i64(0..40)
    }

    /// How many Microsoft licenses the tenants of a customer have: assigned, and free. Lists of all customers show them, so
    /// that no tenant is made for it.
    pub(crate) fn licenses(world: &World, customer: Place) -> (i64, i64) {
        let tenants = (0..world.count::<Self>(customer)).map(|index| customer.child::<Self>(index));
        tenants.fold((0, 0), |(assigned, free), tenant| {
            (
                assigned + Self::assigned_licenses(world, tenant),
                free + Self::free_licenses(world, tenant),
            )
        })
    }
}
