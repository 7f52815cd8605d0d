//! The SharePoint sites of tenants, where files of teams, groups and persons lie.

use fastrand::Rng;

use super::names::SITES;
use super::{Kind, Place, Row, Tenant, User, World, pick};

/// How many users, the first ones, have a drive of their own.
const DRIVES: usize = 6;

/// A site collection.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) url: String,
    /// The application it belongs to, as the spec's `WorkspaceType` numbers it.
    pub(crate) module: i64,
    /// The highest risk of what is in it, from 0, none, to 3, high; -2 if nothing says what is at risk.
    pub(crate) risk_level: i64,
    pub(crate) privacy: &'static str,
    /// Whose site it is: the index of a user.
    pub(crate) owner: usize,
}

pub(super) const TEAMS: i64 = 1;
pub(super) const SHARE_POINT: i64 = 2;
pub(super) const GROUPS: i64 = 4;
/// The application of drives of users.
pub(crate) const ONE_DRIVE: i64 = 3;

impl Row for Site {
    type Parent = Tenant;
    const KIND: Kind = Kind::Site;

    fn generated(world: &World, parent: Place) -> usize {
        Self::shared(world, parent) + DRIVES
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let parent = place.parent::<Self>();
        let tenant = world.nth::<Tenant>(parent.parent::<Tenant>(), parent.index::<Tenant>());
        let index = place.index::<Self>();
        let risk_level = risk(&mut random);
        let module = pick(&mut random, &[TEAMS, SHARE_POINT, SHARE_POINT, GROUPS]);
        let privacy = pick(&mut random, &["Private", "Private", "Public"]);
        let shared = Self::shared(world, parent);
        if index >= shared {
            let owner = index - shared;
            let user = world.nth::<User>(parent, owner);
            let path = user
                .principal_name
                .split('@')
                .next()
                .unwrap_or_default()
                .replace('.', "_");
            return Self {
                name: user.row.display_name,
                url: format!("https://sharepoint-my.{}/personal/{path}", tenant.domain),
                module: ONE_DRIVE,
                risk_level,
                privacy: "",
                owner,
            };
        }
        let name = match index / SITES.len() {
            0 => SITES[index % SITES.len()].to_owned(),
            turn => format!("{} {}", SITES[index % SITES.len()], turn + 1),
        };
        let path = name.to_lowercase().replace(' ', "-");
        Self {
            name,
            url: format!("https://sharepoint.{}/sites/{path}", tenant.domain),
            module,
            risk_level,
            privacy,
            owner: random.usize(..world.generated::<User>(parent)),
        }
    }
}

impl Site {
    /// How many of a tenant's sites are no user's drive; they come first, and each has a group of its own.
    pub(super) fn shared(world: &World, tenant: Place) -> usize {
        SITES.len() * (1 + world.random(tenant).usize(..6))
    }

    /// The risk level of the site at a place, without the rest of it.
    pub(super) fn risk_at(world: &World, place: Place) -> i64 {
        risk(&mut world.random(place))
    }
}

/// The first that varies in a site.
fn risk(random: &mut Rng) -> i64 {
    pick(random, &[0, 1, 1, 2, 2, 3, -2])
}
