//! Detail records: the objects of a site or of all, with what is known of their risk.

use serde_json::{Value, json};

use super::filters::Filters;
use super::{Handlers, labelled, renamed};
use crate::call::{Call, Outcome};
use crate::operations::insights::sites::site;
use crate::paging::{Rows, page};
use crate::reports::{self, Spread};
use crate::world::{Entry, Item, Place, Site, World};

pub(super) const HANDLERS: Handlers = &[
    ("listSiteDetailRecords", list_site_detail_records),
    ("listDetailRecords", list_detail_records),
];

fn list_site_detail_records(call: &Call, world: &mut World) -> Outcome {
    let site = site(call.body_text("siteId"), world)?;
    list(call, world, vec![site.place])
}

fn list_detail_records(call: &Call, world: &mut World) -> Outcome {
    let sites = reports::sites(world, None);
    list(call, world, sites)
}

fn list(call: &Call, world: &World, sites: Vec<Place>) -> Outcome {
    let spread = Spread::over(sites, |site| world.count::<Item>(site));
    let rows = Rows::lazy(spread.total, |index| {
        let (site, index) = spread.find(index);
        reports::item(world, site, index)
    });
    let filters = Filters::read(call, world);
    let keep = filters.map(|filters| move |(site, item): &(Entry<Site>, Entry<Item>)| filters.keep(site, item));
    page(call, world, rows.matching(keep), |(site, item)| {
        labelled(call, view(world, &site, &item))
    })
}

fn view(world: &World, site: &Entry<Site>, item: &Entry<Item>) -> Value {
    let mut row = renamed(reports::record(world, site, item), "inheritType", "inheritance");
    row["inheritance"] = json!(if item.inherits.is_some() { "Yes" } else { "No" });
    row["trainableClassifier"] = json!(item.classifier.as_slice());
    row
}
