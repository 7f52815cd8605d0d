//! Groups that have external users.

use serde_json::json;

use super::Handlers;
use crate::call::{Call, Outcome};
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::{Entry, Group, User, World};

pub(super) const HANDLERS: Handlers = &[("listGroupSummaries", list_group_summaries)];

fn list_group_summaries(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = world.insights_tenant();
    let rows = Rows::lazy(world.count::<Group>(tenant), |index| world.nth(tenant, index));
    let has_external = |group: &Entry<Group>| {
        let mut members = group.members.iter();
        members.any(|user| world.nth::<User>(tenant, *user).is_external)
    };
    page(call, world, rows.matching(Some(has_external)), |group| {
        let mut row = reports::group(world, &group);
        row["groupType"] = json!(group.kind);
        // It is text here.
        row["email"] = json!(group.mail.as_deref().unwrap_or_default());
        row
    })
}
