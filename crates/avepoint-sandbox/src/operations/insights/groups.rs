//! Groups: what they are.

use super::Handlers;
use crate::call::{Call, Outcome};
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::{Group, World};

pub(super) const HANDLERS: Handlers = &[("listGroups", list_groups)];

fn list_groups(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = world.insights_tenant();
    let rows = Rows::lazy(world.count::<Group>(tenant), |index| world.nth::<Group>(tenant, index));
    page(call, world, rows, |group| reports::group(world, &group))
}
