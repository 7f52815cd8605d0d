//! Users: who they are and what they may see.

use serde_json::json;

use super::{Handlers, labelled, renamed};
use crate::call::{Call, Outcome};
use crate::operations::insights::users::users;
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::World;

pub(super) const HANDLERS: Handlers = &[
    ("listUserSummaries", list_user_summaries),
    ("listUserPermissions", list_user_permissions),
];

fn list_user_summaries(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::direct_sites(world);
    page(call, world, users(world), |(index, user)| {
        let row = reports::user_view(world, &user, sites.get(&index).copied().unwrap_or_default());
        renamed(row, "LastSignIn", "lastSignin")
    })
}

fn list_user_permissions(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::sites(world, call.body_list("SiteUrls"));
    let users = reports::users(world, call.body_list("Emails").unwrap_or_default());
    let rows = Rows::of(reports::accesses(world, &sites, &users));
    page(call, world, rows, |(grant, _)| {
        let mut row = reports::user_permission(world, grant);
        row["inheritType"] = json!(row["inheritType"] == "Unique");
        labelled(call, row)
    })
}
