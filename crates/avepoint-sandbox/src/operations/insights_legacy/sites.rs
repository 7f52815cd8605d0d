//! Sites: their ids, what is at risk in them and who may see it.

use serde_json::{Value, json};

use super::filters::Filters;
use super::{Handlers, labelled};
use crate::call::{Call, Outcome};
use crate::operations::insights::sites::{overview, permissions};
use crate::paging::{Rows, page};
use crate::reports;
use crate::world::{Grant, Principal, Site, User, World};

pub(super) const HANDLERS: Handlers = &[
    ("listSitePermissions", list_site_permissions),
    ("listSiteIds", list_site_ids),
    ("listSiteOverviews", list_site_overviews),
];

fn list_site_permissions(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::sites(world, call.body_list("SiteUrls"));
    page(call, world, permissions(world, sites), |grant| {
        labelled(call, permission(world, grant))
    })
}

fn permission(world: &World, grant: Grant) -> Value {
    let mut row = reports::site_permission(world, grant);
    row["inheritType"] = json!(row["inheritType"] == "Unique");
    if let Principal::Group(group) = grant.to {
        let group = world.nth::<crate::world::Group>(world.insights_tenant(), group);
        let mut members = group.members.iter();
        row["isExternalUser"] =
            json!(members.any(|user| world.nth::<User>(world.insights_tenant(), *user).is_external));
    }
    row
}

fn list_site_ids(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::sites(world, call.body_list("siteUrls"));
    let rows = Rows::lazy(sites.len(), |index| {
        world.nth::<Site>(world.insights_tenant(), sites[index].index::<Site>())
    });
    page(
        call,
        world,
        rows,
        |site| json!({ "siteId": site.id, "siteUrl": site.url }),
    )
}

fn list_site_overviews(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = world.insights_tenant();
    let filters = Filters::read(call, world);
    let rows = Rows::lazy(world.count::<Site>(tenant), |index| world.nth::<Site>(tenant, index));
    page(call, world, rows, |site| {
        overview(world, &site, |item| {
            filters.as_ref().is_none_or(|filters| filters.keep(&site, item))
        })
    })
}
