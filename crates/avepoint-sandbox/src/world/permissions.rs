//! Who may do what in sites. A permission has no id; all those of a site are made at once.

use super::{Group, Item, Link, Place, Site, User, World, pick};

/// A permission on an object of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) site: Place,
    /// The index of the object in the site; 0 is the site itself.
    pub(crate) item: usize,
    pub(crate) to: Principal,
    pub(crate) level: &'static str,
    /// The index of the link in the site that gives it; none if it was given without one.
    pub(crate) link: Option<usize>,
}

/// Who has a permission: the index of a user or a group of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    User(usize),
    Group(usize),
}

/// The permissions of all in a site.
pub(crate) fn grants(world: &World, site: Place) -> Vec<Grant> {
    let mut grants = given(world, site);
    for link in world.all::<Link>(site) {
        let level = if link.permission == "Edit" { "Edit" } else { "Read" };
        grants.extend(link.shared_with.iter().map(|user| Grant {
            site,
            item: link.item,
            to: Principal::User(*user),
            level,
            link: Some(link.place.index::<Link>()),
        }));
    }
    grants
}

/// The permissions in a site that were given without a link.
pub(crate) fn given(world: &World, site: Place) -> Vec<Grant> {
    let tenant = site.parent::<Site>();
    let random = &mut world.random(Place {
        kind: super::Kind::Permission,
        ..site
    });
    let users = world.generated::<User>(tenant);
    let shared = Site::shared(world, tenant);
    let (index, company) = (site.index::<Site>(), world.generated::<Group>(tenant) - shared);
    let own = match index.checked_sub(shared) {
        // The drive of a user.
        Some(owner) => Principal::User(owner),
        None => Principal::Group(index),
    };
    let mut grants = Vec::new();
    for item in (0..world.generated::<Item>(site)).filter(|item| Item::has_own_permissions(*item)) {
        let mut give = |to, level| {
            grants.push(Grant {
                site,
                item,
                to,
                level,
                link: None,
            });
        };
        give(own, if index < shared { "Edit" } else { "Full Control" });
        if item == 0 {
            let group = Principal::Group(shared + random.usize(..company));
            give(group, "Read");
        }
        let count = random.usize(..3);
        for user in random.choose_multiple(0..users, count) {
            if own != Principal::User(user) {
                give(
                    Principal::User(user),
                    pick(random, &["Read", "Contribute", "Full Control"]),
                );
            }
        }
    }
    grants
}
