//! What was done in Elements: by people before the world began, and by the calls that write.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::names::{FIRST, LAST};
use super::{Customer, Entry, Kind, Place, Reseller, Root, Row, Tenant, User, World, pick};

/// The organization that the people belong to.
pub(crate) const PARTNER: &str = "Lighthouse Cloud Services";

/// How many records the seed gives: those of half a year.
const RECORDS: usize = 480;

/// How many minutes lie between two records.
const INTERVAL: i64 = 540;

/// Something that was done.
#[derive(Clone, Debug)]
pub(crate) struct AuditRecord {
    pub(crate) time: Timestamp,
    pub(crate) by: String,
    pub(crate) origin: &'static str,
    pub(crate) deed: Deed,
    pub(crate) comments: Vec<Comment>,
}

/// What was done, and to what.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// Whether a large account reseller did it, and not a partner.
    pub(crate) is_of_reseller: bool,
    pub(crate) customer: Option<Named>,
    pub(crate) tenant: Option<Named>,
    pub(crate) target: Named,
    pub(crate) target_type: &'static str,
    pub(crate) category: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) module: &'static str,
    pub(crate) changes: Vec<Change>,
}

/// Something by its id and its name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) property: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) text: &'static str,
    pub(crate) by: String,
    pub(crate) time: Timestamp,
}

impl Row for AuditRecord {
    type Parent = Root;
    const KIND: Kind = Kind::AuditRecord;

    fn generated(world: &World, _: Place) -> usize {
        if world.size.customers == 0 { 0 } else { RECORDS }
    }

    /// The last that was done comes first.
    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let index = i64::try_from(place.index::<Self>()).unwrap_or_default();
        let minutes = index * INTERVAL + random.i64(1..INTERVAL);
        let time = world.clock.beginning - SignedDuration::from_mins(minutes);
        let comment = |random: &mut Rng| Comment {
            text: "Agreed with the customer.",
            by: person(random),
            time: time + SignedDuration::from_mins(random.i64(1..10)),
        };
        Self {
            time,
            by: person(random),
            origin: "Elements",
            comments: match random.u8(..4) {
                0 => vec![comment(random)],
                _ => Vec::new(),
            },
            deed: deed(world, random),
        }
    }
}

fn deed(world: &World, random: &mut Rng) -> Deed {
    let customer = world.nth::<Customer>(Place::ROOT, random.usize(..world.size.customers));
    let tenants = Tenant::generated(world, customer.place);
    let tenant = world.nth::<Tenant>(customer.place, random.usize(..tenants));
    let reseller = world.nth::<Reseller>(Place::ROOT, random.usize(..Reseller::generated(world, Place::ROOT)));
    let user = world.nth::<User>(tenant.place, random.usize(..User::generated(world, tenant.place)));
    let (customer, tenant) = (Named::customer(&customer), Named::tenant(&tenant));
    let change = |property: &str, before: String, after: String| Change {
        property: property.to_owned(),
        before,
        after,
    };
    let kind = random.u8(..4);
    let (target_type, category, operation, module) = match kind {
        0 => ("User", "User management", "Edit", "User management"),
        1 => ("Tenant", "Tenant management", "Edit", "Settings"),
        2 => ("Customer", "Customer management", "Edit", "Customers"),
        _ => ("Reseller", "Pooled subscriptions", "Assign", "Subscriptions"),
    };
    Deed {
        is_of_reseller: kind > 2,
        target: match kind {
            0 => Named {
                name: user.row.display_name,
                id: user.id,
            },
            1 => tenant.clone(),
            2 => customer.clone(),
            _ => Named::reseller(&reseller),
        },
        changes: vec![match kind {
            0 => change("Job title", "Sales Analyst".to_owned(), user.row.job_title),
            1 => change(
                "Description",
                "First line".to_owned(),
                "First and second line".to_owned(),
            ),
            2 => change("Owner", person(random), person(random)),
            _ => {
                let seats = random.u16(10..200);
                change("User seats", seats.to_string(), (seats + 40).to_string())
            }
        }],
        customer: Some(customer),
        tenant: Some(tenant),
        target_type,
        category,
        operation,
        module,
    }
}

fn person(random: &mut Rng) -> String {
    format!("{} {}", pick(random, &FIRST), pick(random, &LAST))
}

impl Named {
    pub(crate) fn customer(customer: &Entry<Customer>) -> Self {
        Self {
            id: customer.id.clone(),
            name: customer.organization.clone(),
        }
    }

    pub(crate) fn tenant(tenant: &Entry<Tenant>) -> Self {
        Self {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
        }
    }

    pub(crate) fn reseller(reseller: &Entry<Reseller>) -> Self {
        Self {
            id: reseller.id.clone(),
            name: reseller.organization.clone(),
        }
    }
}

impl Deed {
    /// Something done to a tenant of a customer.
    pub(crate) fn to_tenant(
        customer: &Entry<Customer>,
        tenant: &Entry<Tenant>,
        category: &'static str,
        operation: &'static str,
    ) -> Self {
        Self {
            tenant: Some(Named::tenant(tenant)),
            target: Named::tenant(tenant),
            target_type: "Tenant",
            ..Self::to_customer(customer, category, operation)
        }
    }

    /// Something done to a user of a tenant of a customer.
    pub(crate) fn to_user(
        customer: &Entry<Customer>,
        tenant: &Entry<Tenant>,
        user: &Entry<User>,
        changes: Vec<Change>,
    ) -> Self {
        Self {
            target: Named {
                id: user.id.clone(),
                name: user.display_name.clone(),
            },
            target_type: "User",
            module: "User management",
            changes,
            ..Self::to_tenant(customer, tenant, "User management", "Edit")
        }
    }

    /// Something done to a customer.
    pub(crate) fn to_customer(customer: &Entry<Customer>, category: &'static str, operation: &'static str) -> Self {
        Self {
            is_of_reseller: false,
            customer: Some(Named::customer(customer)),
            tenant: None,
            target: Named::customer(customer),
            target_type: "Customer",
            category,
            operation,
            module: "Customers",
            changes: Vec::new(),
        }
    }

    /// Something done to the pooled subscriptions of a reseller.
    pub(crate) fn to_reseller(reseller: &Entry<Reseller>, operation: &'static str, changes: Vec<Change>) -> Self {
        Self {
            is_of_reseller: true,
            customer: None,
            tenant: None,
            target: Named::reseller(reseller),
            target_type: "Reseller",
            category: "Pooled subscriptions",
            operation,
            module: "Subscriptions",
            changes,
        }
    }
}

impl World {
    /// Keeps on record what a call did now.
    pub(crate) fn record(&mut self, deed: Deed) {
        let record = AuditRecord {
            time: self.clock.now(),
            by: "Public API".to_owned(),
            origin: "Public API",
            deed,
            comments: Vec::new(),
        };
        self.add(Place::ROOT, record);
    }
}
