//! Links by which objects are shared.

use serde_json::{Value, json};

use super::{Handlers, code, labelled, renamed};
use crate::call::{Call, Outcome};
use crate::paging::{Rows, page};
use crate::reports::{self, Spread};
use crate::world::{ANYONE, Entry, Link, SPECIFIC, World};

pub(super) const HANDLERS: Handlers = &[("listSharingLinks", list_sharing_links)];

fn list_sharing_links(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let kind = call.body("LinkType").and_then(code);
    let sites = reports::sites(world, call.body_list("SiteUrls"));
    let spread = Spread::over(sites, |site| world.count::<Link>(site));
    let rows = Rows::lazy(spread.total, |index| {
        let (site, index) = spread.find(index);
        world.nth::<Link>(site, index)
    });
    let rows = rows.matching(Some(|link: &Entry<Link>| Some(link.kind) == kind));
    page(call, world, rows, |link| labelled(call, view(world, &link)))
}

fn view(world: &World, link: &Entry<Link>) -> Value {
    let mut row = renamed(reports::link(world, link), "sensitiveLevel", "sensitivityLevel");
    let kind = match (link.kind, link.permission) {
        (SPECIFIC, _) => "Flexible",
        (ANYONE, "Edit") => "AnonymousEdit",
        (ANYONE, _) => "AnonymousView",
        (_, "Edit") => "OrganizationEdit",
        _ => "OrganizationView",
    };
    let object = row["selfId"].as_str().unwrap_or_default();
    row["logonName"] = json!(format!("SharingLinks.{object}.{kind}.{}", link.id));
    renamed(row, "logonName", "loginName")
}
