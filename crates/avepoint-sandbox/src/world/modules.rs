//! The modules of Cloud Backup for Microsoft 365, and the objects of a tenant that each looks after.

use super::id::mix;
use super::names::SITES;
use super::sites::TEAMS;
use super::{Entry, Group, Place, Site, Tenant, User, World, pick};

/// A module of Cloud Backup for Microsoft 365.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The number that addresses have, of the spec's `BackupModule`.
    pub(crate) code: i64,
    /// The number that jobs have, of the spec's `JobModule`.
    pub(crate) job_code: i64,
    pub(crate) name: &'static str,
    /// What its objects are, as the spec's `JobReportObjectType` numbers it.
    pub(crate) object_type: i64,
    /// What its container holds, as the spec's `ContainerObjectType` numbers it.
    pub(crate) container_type: i64,
    container: &'static str,
    source: Source,
}

/// What the objects of a module are made of.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Users,
    /// Those of the users that have one.
    Drives,
    /// Sites that are no user's drive.
    Sites,
    /// The groups of those sites.
    Groups,
    /// The groups of those that belong to teams.
    Teams,
    /// Things of the module alone, by a noun.
    Own(&'static str),
}

/// An object that a module knows of.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) title: String,
    pub(crate) location: String,
    /// The kind of mailbox; empty if it is none.
    pub(crate) mailbox: &'static str,
    pub(crate) container: String,
    /// In bytes.
    pub(crate) size: i64,
}

/// Every tenant has the first of them, and some of the others.
const COMMON: usize = 5;

pub(crate) const MODULES: [Module; 12] = [
    module(0, 303, "Exchange Online", 1, 1, "mailboxes", Source::Users),
    module(1, 302, "SharePoint Online", 2, 0, "sites", Source::Sites),
    module(2, 305, "OneDrive", 2, 2, "OneDrive", Source::Drives),
    module(3, 304, "Microsoft 365 Groups", 26, 5, "groups", Source::Groups),
    module(6, 308, "Microsoft Teams", 27, 5, "teams", Source::Teams),
    module(
        5,
        307,
        "Exchange Online public folders",
        1,
        7,
        "public folders",
        Source::Own("folder"),
    ),
    module(9, 402, "Viva Engage", 25, 5, "communities", Source::Own("community")),
    module(10, 309, "Teams chat", 17, 10, "chats", Source::Users),
    module(11, 310, "Power BI", 21, 16, "reports", Source::Own("workspace")),
    module(12, 311, "Power Automate", 23, 15, "flows", Source::Own("flow")),
    module(14, 312, "Power Apps", 20, 14, "apps", Source::Own("app")),
    module(15, 405, "Copilot Studio agents", 24, 21, "agents", Source::Own("agent")),
];

const fn module(
    code: i64,
    job_code: i64,
    name: &'static str,
    object_type: i64,
    container_type: i64,
    container: &'static str,
    source: Source,
) -> Module {
    Module {
        code,
        job_code,
        name,
        object_type,
        container_type,
        container,
        source,
    }
}

/// The modules that back a tenant up; none of a tenant that has nothing in it yet.
pub(crate) fn modules_of(world: &World, tenant: Place) -> impl Iterator<Item = &'static Module> {
    let is_empty = world.count::<User>(tenant) == 0;
    let chosen = world.digest(&format!("modules of {tenant:?}"));
    let modules = MODULES.iter().enumerate();
    modules
        .filter(move |(at, _)| !is_empty && (*at < COMMON || (chosen >> at) & 0b11 == 0))
        .map(|(_, module)| module)
}

/// Which objects of a module in a tenant are protected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Protection(u64);

impl Protection {
    pub(crate) fn covers(self, index: usize) -> bool {
        mix(self.0 ^ index as u64) % 10 < 9
    }
}

impl Module {
    pub(crate) fn protection(&self, world: &World, tenant: Place) -> Protection {
        Protection(world.digest(&format!("protection of {} in {tenant:?}", self.code)))
    }

    /// The name of the container of a tenant that holds the objects.
    pub(crate) fn container(&self, tenant: &Tenant) -> String {
        format!("{} {}", tenant.name, self.container)
    }

    /// How many objects a tenant has.
    pub(crate) fn count(&self, world: &World, tenant: Place) -> usize {
        match self.source {
            Source::Users => world.count::<User>(tenant),
            Source::Drives => world.count::<Site>(tenant).saturating_sub(Site::shared(world, tenant)),
            Source::Sites | Source::Groups => Site::shared(world, tenant).min(world.count::<Site>(tenant)),
            Source::Teams => teams(world, tenant).count(),
            Source::Own(_) => 3 + world.random(tenant).usize(..30),
        }
    }

    /// The object at an index, which is less than the count.
    pub(crate) fn object(&self, world: &World, tenant: &Entry<Tenant>, index: usize) -> Object {
        let (title, location) = match self.source {
            Source::Users | Source::Drives => {
                let mail = world.nth::<User>(tenant.place, index).row.principal_name;
                (mail.clone(), mail)
            }
            Source::Sites => {
                let site = world.nth::<Site>(tenant.place, index).row;
                (site.name, site.url)
            }
            Source::Groups => group(world, tenant.place, index),
            Source::Teams => {
                let team = teams(world, tenant.place).nth(index).unwrap_or_default();
                group(world, tenant.place, team)
            }
            Source::Own(noun) => {
                let name = format!("{} {noun} {}", SITES[index % SITES.len()], index / SITES.len() + 1);
                let address = format!("{}@{}", name.to_lowercase().replace(' ', "-"), tenant.domain);
                (name, address)
            }
        };
        let mut random = fastrand::Rng::with_seed(self.protection(world, tenant.place).0 ^ index as u64);
        let mailbox = match self.container_type {
            1 => pick(
                &mut random,
                &["User Mailbox", "User Mailbox", "User Mailbox", "Shared Mailbox", ""],
            ),
            7 => "Public Folder",
            _ => "",
        };
        Object {
            title,
            location,
            mailbox,
            container: self.container(tenant),
            size: random.i64(1..4_000) << 20,
        }
    }
}

/// The indices of the sites of a tenant that belong to teams, which their groups have too.
fn teams(world: &World, tenant: Place) -> impl Iterator<Item = usize> {
    let sites = world.all::<Site>(tenant);
    sites
        .enumerate()
        .filter(|(_, site)| site.module == TEAMS)
        .map(|(index, _)| index)
}

/// The name and the address of a group.
fn group(world: &World, tenant: Place, index: usize) -> (String, String) {
    let group = world.nth::<Group>(tenant, index).row;
    (group.name, group.mail.unwrap_or_default())
}
