//! Links through which objects are shared.

use super::Handlers;
use crate::call::{Call, Outcome, Refusal};
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::{Entry, Link, World};

pub(super) const HANDLERS: Handlers = &[("listSharingLinks", list_sharing_links)];

fn list_sharing_links(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let url = call.body_text("siteUrl").unwrap_or_default();
    let site = reports::site(world, url).ok_or_else(|| Refusal::not_found("site"))?;
    let kind = call.body_int("linkType");
    let rows = Rows::lazy(world.count::<Link>(site.place), |index| world.nth(site.place, index));
    let rows = rows.matching(Some(|link: &Entry<Link>| Some(link.kind) == kind));
    page(call, world, rows, |link| reports::link(world, &link))
}
