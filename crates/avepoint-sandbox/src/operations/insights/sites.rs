//! Sites: their ids, what is at risk in them, what lies there and who may see it.

use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::paging::{Rows, page};
use crate::reports::{self, Spread};
use crate::world::{Entry, Grant, Item, Place, Site, World, grants};

pub(super) const HANDLERS: Handlers = &[
    ("getSiteId", get_site_id),
    ("listSiteOverviews", list_site_overviews),
    ("listSiteDetailRecords", list_site_detail_records),
    ("listSitePermissions", list_site_permissions),
];

fn get_site_id(call: &Call, world: &mut World) -> Outcome {
    let site = reports::site(world, call.path_text("siteUrl")).ok_or_else(|| Refusal::not_found("site"))?;
    Ok(Answer::Json(
        json!({ "values": [site.id], "status": 200, "message": "", "nextLink": null }),
    ))
}

fn list_site_overviews(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = world.insights_tenant();
    let levels: Option<Vec<_>> = call.body("riskLevel").map(|levels| match levels.as_array() {
        Some(levels) => levels.iter().filter_map(Value::as_i64).collect(),
        None => levels.as_i64().into_iter().collect(),
    });
    let keep = levels.map(|levels| move |site: &Entry<Site>| levels.contains(&site.risk_level));
    let rows = Rows::lazy(world.count::<Site>(tenant), |index| world.nth::<Site>(tenant, index));
    page(call, world, rows.matching(keep), |site| {
        overview(world, &site, |_| true)
    })
}

/// A site with how many of the objects that are kept are at risk, sensitive and exposed.
pub(crate) fn overview(world: &World, site: &Entry<Site>, keep: impl Fn(&Entry<Item>) -> bool) -> Value {
    let (mut risk, mut sensitive, mut exposed) = (0, 0, 0);
    for item in world.all::<Item>(site.place).filter(keep) {
        risk += i64::from(item.risk > 0);
        sensitive += i64::from(item.sensitivity > 0);
        exposed += i64::from(item.exposure > 0);
    }
    json!({
        "siteName": site.name,
        "siteUrl": site.url,
        "riskItemCount": risk,
        "sensitiveItemCount": sensitive,
        "exposureItemCount": exposed,
    })
}

fn list_site_detail_records(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let site = site(call.body_text("siteId"), world)?;
    let rows = Rows::lazy(world.count::<Item>(site.place), |index| {
        world.nth::<Item>(site.place, index)
    });
    page(call, world, rows, |item| reports::record(world, &site, &item))
}

/// The site of the Insights tenant that has an id.
pub(crate) fn site(id: Option<&str>, world: &World) -> Result<Entry<Site>, Refusal> {
    let found = world.find_in(world.insights_tenant(), id.unwrap_or_default());
    found.ok_or_else(|| Refusal::not_found("site"))
}

fn list_site_permissions(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let sites = reports::sites(world, call.body_list("siteUrls"));
    page(call, world, permissions(world, sites), |grant| {
        reports::site_permission(world, grant)
    })
}

/// The permissions in sites, one after the other.
pub(crate) fn permissions(world: &World, sites: Vec<Place>) -> Rows<'_, Grant> {
    let spread = Spread::over(sites, |site| grants(world, site).len());
    Rows::lazy(spread.total, move |index| {
        let (site, index) = spread.find(index);
        grants(world, site)[index]
    })
}
