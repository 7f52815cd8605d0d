//! How the workspaces of a tenant are doing, in numbers.

use std::collections::HashSet;

use fastrand::Rng;

use super::sites::{GROUPS, SHARE_POINT, TEAMS};
use super::{ANYONE, Entry, Item, Link, ONE_DRIVE, Place, SPECIFIC, Site, User, World};

/// How many workspaces of a tenant there are, and how many in some state. Lists count teams, sites, OneDrives, groups and
/// mailboxes, in this order, as far as they go. A site counts as the one that it belongs to.
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
        let sites: Vec<_> = world.all::<Site>(tenant).collect();
        let of = |module| count(sites.iter().filter(|site| site.module == module).count());
        let mailboxes = count(world.count::<User>(tenant));
        let workspaces = [of(TEAMS), of(SHARE_POINT), of(ONE_DRIVE), of(GROUPS), mailboxes];
        let all: i64 = workspaces.iter().sum();
        let [four @ .., _] = workspaces;
        let unusual = four.map(|kind| part(random, kind, 6));
        let by_link = shared(world, tenant, &sites);
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
            shared: [
                part(random, by_link.iter().sum(), 4),
                part(random, by_link.iter().sum(), 2),
                by_link[0],
                by_link[1],
                by_link[2],
            ],
        }
    }
}

/// How many sensitive items are shared by links for anyone, for specific external users and for the organization.
fn shared(world: &World, tenant: Place, sites: &[Entry<Site>]) -> [i64; 3] {
    let mut items = <[HashSet<_>; 3]>::default();
    for link in sites.iter().flat_map(|site| world.all::<Link>(site.place)) {
        let site = link.place.parent::<Link>();
        let is_external = |user: &usize| world.nth::<User>(tenant, *user).is_external;
        let kind = match link.kind {
            ANYONE => 0,
            SPECIFIC if link.shared_with.iter().any(is_external) => 1,
            SPECIFIC => continue,
            _ => 2,
        };
        if world.nth::<Item>(site, link.item).sensitivity > 0 {
            items[kind].insert((site, link.item));
        }
    }
    items.map(|items| count(items.len()))
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Some of a number, at most one in so many.
fn part(random: &mut Rng, of: i64, one_in: i64) -> i64 {
    random.i64(0..=of / one_in)
}
