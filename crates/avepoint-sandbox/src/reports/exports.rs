//! What export jobs write: the rows of answers, in workbooks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{accesses, item, link, site_permission, sites, translate, user_permission};
use crate::exports::{Book, Kind, Report, Sheet};
use crate::world::{
    Activity, EVENTS, Entry, Grant, Group, Item, Link, Place, Principal, Site, User, World, activities, grants,
};

/// How much detail a report on access has, as the spec's options number it.
const WITH_SITES: i64 = 1;
const WITH_OBJECTS: i64 = 2;

/// Whose access a report is on.
pub(crate) enum Whose {
    /// That of users, by their indices.
    Users(Vec<usize>),
    /// That of groups, by their indices.
    Groups(Vec<usize>),
}

/// The limits of a time, both included; none is no limit.
#[derive(Clone, Copy, Default)]
pub(crate) struct Period {
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
}

impl Period {
    fn has(self, time: Timestamp) -> bool {
        crate::filter::is_within(&time, self.from.as_ref(), self.to.as_ref())
    }
}

impl Report {
    fn permissions(books: impl Fn(&World) -> Vec<Book> + Send + 'static) -> Self {
        Self {
            kind: Kind::Permissions,
            books: Box::new(books),
        }
    }

    /// The permissions in sites: an overview of all, and a workbook on each.
    pub(crate) fn on_sites(places: Vec<Place>) -> Self {
        Self::permissions(move |world| {
            let each = places.iter().map(|place| {
                let (site, _) = item(world, *place, 0);
                let rows: Vec<_> = grants(world, *place)
                    .into_iter()
                    .map(|grant| site_permission(world, grant))
                    .collect();
                (site, rows)
            });
            let (mut overview, mut books) = (Vec::new(), Vec::new());
            for (site, rows) in each {
                overview.push(json!({
                    "siteId": site.id, "siteName": site.name, "siteUrl": site.url, "permissions": rows.len(),
                }));
                // Names of sites are not theirs alone.
                let path = site.url.rsplit('/').next().unwrap_or_default();
                books.push(Book::of(path, rows));
            }
            books.insert(0, Book::of("Overview", overview));
            books
        })
    }

    /// What users or groups may see in sites.
    pub(crate) fn on_access(whose: Whose, places: Vec<Place>, detail: i64) -> Self {
        Self::permissions(move |world| {
            let rows = found(world, &whose, &places);
            let mut per_site = BTreeMap::<(usize, usize), BTreeSet<usize>>::new();
            let asked = match &whose {
                Whose::Users(indices) | Whose::Groups(indices) => indices,
            };
            for (grant, who) in &rows {
                let objects = per_site.entry((*who, grant.site.index::<Site>())).or_default();
                objects.insert(grant.item);
            }
            let summary = asked.iter().map(|who| {
                let own = per_site.iter().filter(|((other, _), _)| other == who);
                let (sites, objects) = own.fold((0, 0), |(sites, sum), (_, objects)| (sites + 1, sum + objects.len()));
                let mut row = called(world, &whose, *who);
                row["sites"] = json!(sites);
                row["objects"] = json!(objects);
                row
            });
            let mut sheets = vec![Sheet {
                name: "Summary".to_owned(),
                rows: summary.collect(),
            }];
            if detail == WITH_SITES {
                let rows = per_site.iter().map(|((who, site), objects)| {
                    let site = world.nth::<Site>(world.insights_tenant(), *site);
                    let mut row = called(world, &whose, *who);
                    row["siteName"] = json!(site.name);
                    row["siteUrl"] = json!(site.url);
                    row["objects"] = json!(objects.len());
                    row
                });
                sheets.push(Sheet {
                    name: "Sites".to_owned(),
                    rows: rows.collect(),
                });
            }
            if detail == WITH_OBJECTS {
                let rows = rows.iter().map(|(grant, who)| {
                    let mut row = called(world, &whose, *who);
                    let permission = user_permission(world, *grant);
                    for (name, value) in permission.as_object().into_iter().flatten() {
                        row[name] = value.clone();
                    }
                    row
                });
                sheets.push(Sheet {
                    name: "Objects".to_owned(),
                    rows: rows.collect(),
                });
            }
            vec![Book {
                name: "Access".to_owned(),
                sheets,
            }]
        })
    }

    /// The links of a type that were made in a time, and what they give.
    pub(crate) fn on_links(kind: i64, period: Period) -> Self {
        Self::permissions(move |world| {
            let places = sites(world, None).into_iter();
            let links: Vec<Entry<Link>> = places
                .flat_map(|place| world.all::<Link>(place).collect::<Vec<_>>())
                .filter(|link| link.kind == kind && period.has(link.created))
                .collect();
            let given = links.iter().flat_map(|link| {
                let site = link.place.parent::<Link>();
                let index = link.place.index::<Link>();
                grants(world, site)
                    .into_iter()
                    .filter(move |grant| grant.link == Some(index))
            });
            let sheets = vec![
                Sheet {
                    name: "Permissions".to_owned(),
                    rows: given.map(|grant| site_permission(world, grant)).collect(),
                },
                Sheet {
                    name: "Links".to_owned(),
                    rows: links.iter().map(|entry| link(world, entry)).collect(),
                },
            ];
            vec![Book {
                name: "Sharing links".to_owned(),
                sheets,
            }]
        })
    }

    /// What a user did, with an object if one is named, in a time; only what has one of the names, if there are some.
    pub(crate) fn on_activities(
        user: Option<usize>,
        object: Option<Place>,
        period: Period,
        events: Option<Vec<String>>,
    ) -> Self {
        let keep = move |activity: &Activity| {
            let (own, google) = EVENTS[activity.event];
            let is_named = |name: &String| name.eq_ignore_ascii_case(own) || name.eq_ignore_ascii_case(google);
            user.is_none_or(|user| user == activity.user)
                && period.has(activity.time)
                && events.as_ref().is_none_or(|events| events.iter().any(is_named))
        };
        let books = move |world: &World| {
            let places = match object {
                Some(object) => vec![object],
                None => sites(world, None)
                    .into_iter()
                    .flat_map(|site| world.all::<Item>(site).map(|item| item.place).collect::<Vec<_>>())
                    .collect(),
            };
            let mut rows = Vec::new();
            for place in places {
                for activity in activities(world, place).into_iter().filter(&keep) {
                    let (site, item) = item(world, place.parent::<Item>(), place.index::<Item>());
                    rows.push(super::activity(world, &site, &item, activity));
                }
            }
            vec![Book::of("Activities", rows)]
        };
        Self {
            kind: Kind::Activities,
            books: Box::new(books),
        }
    }

    /// The report with its labels in a language.
    pub(crate) fn in_language(self, language: String) -> Self {
        let Self { kind, books } = self;
        let books = move |world: &World| {
            let mut books = books(world);
            for sheet in books.iter_mut().flat_map(|book| &mut book.sheets) {
                for row in &mut sheet.rows {
                    *row = translate(std::mem::take(row), &language);
                }
            }
            books
        };
        Self {
            kind,
            books: Box::new(books),
        }
    }
}

/// Each permission with the user or the group that has it.
fn found(world: &World, whose: &Whose, places: &[Place]) -> Vec<(Grant, usize)> {
    match whose {
        Whose::Users(users) => accesses(world, places, users),
        Whose::Groups(groups) => {
            let all = places.iter().flat_map(|place| grants(world, *place));
            let own = all.filter_map(|grant| match grant.to {
                Principal::Group(group) if groups.contains(&group) => Some((grant, group)),
                _ => None,
            });
            own.collect()
        }
    }
}

/// The columns that say whose a row is.
fn called(world: &World, whose: &Whose, index: usize) -> Value {
    let tenant = world.insights_tenant();
    match whose {
        Whose::Users(_) => {
            let user = world.nth::<User>(tenant, index);
            json!({ "user": user.display_name, "email": user.mail })
        }
        Whose::Groups(_) => {
            let group = world.nth::<Group>(tenant, index);
            json!({ "group": group.name, "groupId": group.id })
        }
    }
}
