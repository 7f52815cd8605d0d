//! What a request names, by its URL or its address, and who may see what.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::filter::texts;
use crate::world::{Entry, Grant, Group, Item, Place, Principal, Site, User, World, given, grants};

/// The sites with these URLs, in their order and without those that there are not; all sites if there is no list.
pub(crate) fn sites(world: &World, urls: Option<&[Value]>) -> Vec<Place> {
    let tenant = world.insights_tenant();
    let Some(urls) = texts(urls) else {
        return world.all::<Site>(tenant).map(|site| site.place).collect();
    };
    let known: HashMap<_, _> = world
        .all::<Site>(tenant)
        .map(|site| (plain(&site.url), site.place))
        .collect();
    let mut seen = HashSet::new();
    let asked = urls.into_iter().filter_map(|url| known.get(&plain(url)).copied());
    asked.filter(|place| seen.insert(*place)).collect()
}

/// The site with a URL.
pub(crate) fn site(world: &World, url: &str) -> Option<Entry<Site>> {
    let url = plain(url);
    let mut sites = world.all::<Site>(world.insights_tenant());
    sites.find(|site| plain(&site.url) == url)
}

/// The object with a URL, which may be a site, and the site that it is in.
pub(crate) fn object(world: &World, url: &str) -> Option<(Entry<Site>, Entry<Item>)> {
    let url = plain(url);
    let mut sites = world.all::<Site>(world.insights_tenant()).filter_map(|site| {
        let rest = url.strip_prefix(&plain(&site.url))?;
        let path = (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())?;
        Some((site, path))
    });
    let (site, path) = sites.next()?;
    let item = world.all::<Item>(site.place).find(|item| item.path == path)?;
    Some((site, item))
}

/// An object by the site that it is in and its index there.
pub(crate) fn item(world: &World, site: Place, index: usize) -> (Entry<Site>, Entry<Item>) {
    let in_tenant = site.parent::<Site>();
    (
        world.nth(in_tenant, site.index::<Site>()),
        world.nth::<Item>(site, index),
    )
}

/// The user with an e-mail address or login name.
pub(crate) fn user(world: &World, name: &str) -> Option<Entry<User>> {
    let name = name.to_lowercase();
    let mut users = world.all::<User>(world.insights_tenant());
    users.find(|user| is_called(user, &name))
}

/// The indices of the users with these addresses or login names, without those that there are not.
pub(crate) fn users(world: &World, names: &[Value]) -> Vec<usize> {
    let names: HashSet<_> = names.iter().filter_map(Value::as_str).map(str::to_lowercase).collect();
    let users = world.all::<User>(world.insights_tenant());
    let named = users.filter(|user| {
        names.contains(&user.mail.to_lowercase()) || names.contains(&user.principal_name.to_lowercase())
    });
    named.map(|user| user.place.index::<User>()).collect()
}

/// What users may see in sites: each permission with the user who has it, directly or in a group.
pub(crate) fn accesses(world: &World, sites: &[Place], users: &[usize]) -> Vec<(Grant, usize)> {
    let groups = world.all::<Group>(world.insights_tenant());
    let groups: Vec<Vec<usize>> = groups
        .map(|group| {
            let members = group.row.members.into_iter();
            members.filter(|member| users.contains(member)).collect()
        })
        .collect();
    let grants = sites.iter().flat_map(|site| grants(world, *site));
    let mut found = Vec::new();
    for grant in grants {
        match grant.to {
            Principal::User(user) if users.contains(&user) => found.push((grant, user)),
            Principal::User(_) => {}
            Principal::Group(group) => {
                let members = groups.get(group).into_iter().flatten();
                found.extend(members.map(|member| (grant, *member)));
            }
        }
    }
    found
}

/// In how many sites each user has a permission that comes from no group and no link, by the index of the user.
pub(crate) fn direct_sites(world: &World) -> HashMap<usize, usize> {
    let mut counts = HashMap::new();
    for site in sites(world, None) {
        let users = given(world, site).into_iter().filter_map(|grant| match grant.to {
            Principal::User(user) => Some(user),
            Principal::Group(_) => None,
        });
        for user in users.collect::<HashSet<_>>() {
            *counts.entry(user).or_default() += 1;
        }
    }
    counts
}

/// One list of the rows of several parents.
pub(crate) struct Spread {
    parents: Vec<(Place, usize)>,
    pub(crate) total: usize,
}

impl Spread {
    /// The rows of parents that have so many each.
    pub(crate) fn over(parents: Vec<Place>, count: impl Fn(Place) -> usize) -> Self {
        let mut total = 0;
        let parents = parents.into_iter().map(|parent| {
            let start = total;
            total += count(parent);
            (parent, start)
        });
        let parents = parents.collect();
        Self { parents, total }
    }

    /// The parent of the row at an index of the whole list, and its index there.
    pub(crate) fn find(&self, index: usize) -> (Place, usize) {
        let behind = self.parents.partition_point(|(_, start)| *start <= index);
        let (parent, start) = self.parents[behind.saturating_sub(1)];
        (parent, index - start)
    }
}

fn is_called(user: &User, name: &str) -> bool {
    user.mail.to_lowercase() == name || user.principal_name.to_lowercase() == name
}

/// A URL as it is compared.
fn plain(url: &str) -> String {
    url.trim_end_matches('/').to_lowercase().replace("%20", " ")
}
