//! The filters of overviews and detail records.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use super::code;
use crate::call::Call;
use crate::filter::{is_within, texts};
use crate::reports;
use crate::world::{Entry, Item, Place, Site, World};

/// What all of an object must be.
pub(super) struct Filters(Vec<Filter>);

enum Filter {
    Module(Vec<i64>),
    Kind(Vec<i64>),
    Sensitivity(Vec<i64>),
    Exposure(Vec<i64>),
    Risk(Vec<i64>),
    Tag(Vec<String>),
    Site(Vec<String>),
    Location(Vec<String>),
    /// The indices of users.
    Creator(Vec<usize>),
    /// The objects on which users have permissions: the site and the index in it.
    Access(HashSet<(Place, usize)>),
    Modified(Option<Timestamp>, Option<Timestamp>),
}

impl Filters {
    /// The filters of a request; none if it has none.
    pub(super) fn read(call: &Call, world: &World) -> Option<Self> {
        let filters: Vec<_> = call
            .body_list("filters")?
            .iter()
            .filter_map(|filter| {
                let values = filter.get("values")?.as_array()?;
                let codes = || values.iter().filter_map(code).collect();
                let lower = || {
                    let values = values.iter().filter_map(Value::as_str);
                    values.map(|text| text.trim_end_matches('/').to_lowercase()).collect()
                };
                Some(match filter.get("id")?.as_str()? {
                    "module" => Filter::Module(codes()),
                    "objectType" => Filter::Kind(codes()),
                    "sensitivityLevel" => Filter::Sensitivity(codes()),
                    "exposureLevel" => Filter::Exposure(codes()),
                    "riskLevel" => Filter::Risk(codes()),
                    "tagName" => Filter::Tag(lower()),
                    "siteName" => Filter::Site(lower()),
                    "location" => Filter::Location(lower()),
                    "createdBy" => Filter::Creator(reports::users(world, values)),
                    "username" => {
                        let accesses =
                            reports::accesses(world, &reports::sites(world, None), &reports::users(world, values));
                        Filter::Access(
                            accesses
                                .into_iter()
                                .map(|(grant, _)| (grant.site, grant.item))
                                .collect(),
                        )
                    }
                    "modifiedTime" => {
                        let times = texts(Some(values))?;
                        let mut times = times.into_iter().map(|time| time.parse().ok());
                        Filter::Modified(times.next().flatten(), times.next().flatten())
                    }
                    _ => return None,
                })
            })
            .collect();
        (!filters.is_empty()).then_some(Self(filters))
    }

    /// Whether an object is all that the filters ask for.
    pub(super) fn keep(&self, site: &Entry<Site>, item: &Entry<Item>) -> bool {
        self.0.iter().all(|filter| match filter {
            Filter::Module(codes) => codes.contains(&site.module),
            Filter::Kind(codes) => codes.contains(&item.kind),
            Filter::Sensitivity(codes) => codes.contains(&item.sensitivity),
            Filter::Exposure(codes) => codes.contains(&item.exposure),
            Filter::Risk(codes) => codes.contains(&item.risk),
            Filter::Tag(tags) => tags.contains(&item.tag.to_lowercase()),
            Filter::Site(names) => names.contains(&site.name.to_lowercase()),
            Filter::Location(urls) => {
                let url = site.url.to_lowercase();
                urls.contains(&format!("{url}{}", item.path)) || urls.contains(&url)
            }
            Filter::Creator(users) => users.contains(&item.creator),
            Filter::Access(objects) => objects.contains(&(site.place, item.place.index::<Item>())),
            Filter::Modified(from, to) => item
                .modified
                .is_some_and(|time| is_within(&time, from.as_ref(), to.as_ref())),
        })
    }
}
