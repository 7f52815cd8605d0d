//! The scan profiles of customers, with what the last scan found.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::names::SITES;
use super::{Clock, Customer, Kind, Place, Row, Tenant, World, modules_of, pick};

/// A scan profile of a tenant of a customer.
#[derive(Clone, Debug)]
pub(crate) struct ScanProfile {
    pub(crate) name: String,
    pub(crate) description: String,
    /// The index of the tenant of the customer.
    pub(crate) tenant: usize,
    /// As the spec's `ScanMode` numbers it.
    pub(crate) mode: i64,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) account: String,
    pub(crate) scans_archives: bool,
    pub(crate) ignores_locked_sites: bool,
    pub(crate) notifies: bool,
    /// The time of the day, if it scans every day.
    pub(crate) daily: Option<String>,
    /// The containers by name, with what they hold, as the spec's `ContainerObjectType` numbers it.
    pub(crate) containers: Vec<(String, i64)>,
    pub(crate) report: Report,
}

/// What a daily report found, by names and addresses.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) made: Timestamp,
    pub(crate) new: Vec<String>,
    pub(crate) moved: Vec<String>,
    pub(crate) removed: Vec<String>,
}

impl Row for ScanProfile {
    type Parent = Customer;
    const KIND: Kind = Kind::ScanProfile;

    /// One for all of each tenant, and a few for some of it.
    fn generated(world: &World, parent: Place) -> usize {
        Tenant::generated(world, parent) + world.digest(&format!("scan profiles of {parent:?}")) as usize % 4
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let customer = place.parent::<Self>();
        let tenants = Tenant::generated(world, customer);
        let index = place.index::<Self>();
        let at = index % tenants;
        let tenant = world.nth::<Tenant>(customer, at);
        let is_whole = index < tenants;
        let (about, description) = match is_whole {
            true => ("nightly scan", "Scans everything each night."),
            false => ("sites", "Scans what the rules of the profile choose."),
        };
        let containers = modules_of(world, tenant.place)
            .filter(|module| is_whole || module.code == 1)
            .map(|module| (module.container(&tenant), module.container_type));
        let created = world.clock.days_before(random.i64(200..800));
        Self {
            name: match index / tenants {
                0 | 1 => format!("{} {about}", tenant.name),
                turn => format!("{} {about} {turn}", tenant.name),
            },
            description: description.to_owned(),
            tenant: at,
            mode: i64::from(!is_whole),
            created,
            modified: created + SignedDuration::from_hours(random.i64(1..4_000)),
            account: format!("scanner@{}", tenant.domain),
            scans_archives: random.bool(),
            ignores_locked_sites: random.bool(),
            notifies: random.bool(),
            daily: (random.u8(..5) > 0).then(|| format!("{:02}:{:02}", random.u8(..6), 15 * random.u8(..4))),
            containers: containers.collect(),
            report: report(&world.clock, &tenant, random),
        }
    }
}

fn report(clock: &Clock, tenant: &Tenant, random: &mut Rng) -> Report {
    let some = |random: &mut Rng, most: usize, name: &dyn Fn(&str) -> String| {
        let first = random.usize(..SITES.len());
        let names = SITES.iter().cycle().skip(first).take(random.usize(..most));
        names.map(|site| name(site)).collect()
    };
    Report {
        made: clock.beginning - SignedDuration::from_mins(random.i64(180..300)),
        new: some(random, 8, &|site| format!("{} {site}", tenant.name)),
        moved: some(random, 4, &|site| format!("{} {site}", tenant.name)),
        removed: {
            let year = pick(random, &[2017, 2018, 2019]);
            some(random, 3, &|site| {
                format!(
                    "https://sharepoint.{}/sites/{}-{year}",
                    tenant.domain,
                    site.to_lowercase()
                )
            })
        },
    }
}
