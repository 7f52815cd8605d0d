//! The customers of the partner.

use fastrand::Rng;

use super::names::{COMPANIES, COUNTRIES};
use super::{Kind, Place, Root, Row, World, pick};

/// A customer that the partner manages.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) organization: String,
    pub(crate) owner_email: String,
    /// How the tenants are doing, as the spec's `CustomerJobStatus` numbers it.
    pub(crate) job_status: i64,
    pub(crate) country: String,
    /// Who manages the tenants, as the spec's `ManagementMode` numbers it.
    pub(crate) management_mode: i64,
    /// The domain of the customer's addresses.
    pub(crate) domain: String,
}

impl Row for Customer {
    type Parent = Root;
    const KIND: Kind = Kind::Customer;

    fn generated(world: &World, _: Place) -> usize {
        world.size.customers
    }

    fn make(_: &World, place: Place, mut random: Rng) -> Self {
        let organization = organization(place.index::<Self>());
        let domain = format!("{}.example", organization.to_lowercase().replace(' ', "-"));
        Self {
            owner_email: format!("owner@{domain}"),
            job_status: pick(&mut random, &[1, 1, 1, 1, 0, 2, 3, 4, 5, 6]),
            country: pick(&mut random, &COUNTRIES).name.to_owned(),
            management_mode: pick(&mut random, &[1, 1, 1, 0, 2]),
            organization,
            domain,
        }
    }
}

/// A name that no other customer has.
fn organization(index: usize) -> String {
    let (first, second) = COMPANIES;
    let name = |index: usize| {
        format!(
            "{} {}",
            first[index % first.len()],
            second[(index / first.len()) % second.len()]
        )
    };
    match index / (first.len() * second.len()) {
        0 => name(index),
        turn => format!("{} {}", name(index), turn + 1),
    }
}
