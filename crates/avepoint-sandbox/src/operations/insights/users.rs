//! Users: who they are and what they may see.

use super::Handlers;
use crate::call::{Call, Outcome};
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::{User, World};

pub(super) const HANDLERS: Handlers = &[
    ("listUsers", list_users),
    ("listUserPermissions", list_user_permissions),
];

fn list_users(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::direct_sites(world);
    page(call, world, users(world), |(index, user)| {
        reports::user_view(world, &user, sites.get(&index).copied().unwrap_or_default())
    })
}

/// The users of the tenant with their indices.
pub(crate) fn users(world: &World) -> Rows<'_, (usize, crate::world::Entry<User>)> {
    let tenant = world.insights_tenant();
    Rows::lazy(world.count::<User>(tenant), move |index| {
        (index, world.nth(tenant, index))
    })
}

fn list_user_permissions(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::sites(world, call.body_list("siteUrls"));
    let users = reports::users(world, call.body_list("emails").unwrap_or_default());
    let rows = Rows::of(reports::accesses(world, &sites, &users));
    page(call, world, rows, |(grant, _)| reports::user_permission(world, grant))
}
