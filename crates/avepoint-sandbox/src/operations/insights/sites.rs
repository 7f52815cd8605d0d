//! Sites: what is at risk in them.

use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Call, Outcome};
use crate::filter;
use crate::paging::{Rows, page};
use crate::world::{Entry, Site, World};

pub(super) const HANDLERS: Handlers = &[("listSiteOverviews", list_site_overviews)];

fn list_site_overviews(call: &Call, world: &mut World) -> Outcome {
    let tenant = world.insights_tenant();
    let levels = filter::numbers(call.body_list("riskLevel"));
    let keep = levels.map(|levels| move |site: &Entry<Site>| levels.contains(&site.risk_level));
    let rows = Rows::lazy(world.count::<Site>(tenant), |index| world.nth::<Site>(tenant, index));
    page(call, world, rows.matching(keep), overview)
}

fn overview(site: Entry<Site>) -> Value {
    json!({
        "siteName": site.name,
        "siteUrl": site.url,
        "riskItemCount": site.risk_items,
        "sensitiveItemCount": site.sensitive_items,
        "exposureItemCount": site.exposed_items,
    })
}
