//! How the workspaces of a tenant are doing, in numbers.

use fastrand::Rng;

use super::{Place, Site, User, World};

/// How many workspaces of a tenant there are, and how many in some state. Lists count teams, sites, OneDrives, groups and
/// mailboxes, in this order, as far as they go.
#[derive(Clone, Debug)]
pub(crate) struct Overview {
    pub(crate) workspaces: [i64; 5],
    pub(crate) inactive: i64,
    pub(crate) orphaned: [i64; 4],
    pub(crate) with_guests: [i64; 4],
    pub(crate) nearly_full: [i64; 5],
    pub(crate) out_of_compliance: i64,
    pub(crate) attacked: [i64; 4],
    pub(crate) unusual: [i64; 4],
    pub(crate) suspicious: [i64; 4],
    /// Sensitive items, by how they are shared.
    pub(crate) shared: [i64; 5],
}

impl Overview {
    pub(crate) fn of(world: &World, tenant: Place) -> Self {
        let random = &mut world.random(tenant);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let users = count(world.count::<User>(tenant));
        let sites = count(world.count::<Site>(tenant));
        // A site in two belongs to a team, and another to a group.
        let workspaces = [part(random, sites, 2), sites, users, part(random, sites, 2), users];
        let all: i64 = workspaces.iter().sum();
        let [teams, sites, drives, groups, _] = workspaces;
        let four = [teams, sites, drives, groups];
        let unusual = four.map(|kind| part(random, kind, 6));
        let sensitive: i64 = world.all::<Site>(tenant).map(|site| site.sensitive_items).sum();
        Self {
            workspaces,
            inactive: part(random, all, 4),
            orphaned: four.map(|kind| part(random, kind, 9)),
            with_guests: four.map(|kind| part(random, kind, 5)),
            nearly_full: workspaces.map(|kind| part(random, kind, 15)),
            out_of_compliance: part(random, all, 8),
            attacked: unusual.map(|kind| part(random, kind, 3)),
            unusual,
            suspicious: four.map(|kind| part(random, kind, 10)),
            shared: [30, 12, 15, 40, 5].map(|share| part(random, sensitive, share)),
        }
    }
}

/// Some of a number, at most one in so many.
fn part(random: &mut Rng, of: i64, one_in: i64) -> i64 {
    random.i64(0..=of / one_in)
}
