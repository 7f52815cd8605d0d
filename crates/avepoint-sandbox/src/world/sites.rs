//! The SharePoint sites of tenants.

use fastrand::Rng;

use super::names::SITES;
use super::{Kind, Place, Row, Tenant, World, pick};

/// A SharePoint site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) url: String,
    /// How high the risk is: from 0, none, to 3, high.
    pub(crate) risk_level: i64,
    pub(crate) risk_items: i64,
    pub(crate) sensitive_items: i64,
    pub(crate) exposed_items: i64,
}

impl Row for Site {
    type Parent = Tenant;
    const KIND: Kind = Kind::Site;

    fn generated(world: &World, parent: Place) -> usize {
        SITES.len() * (1 + world.random(parent).usize(..6))
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let parent = place.parent::<Self>();
        let tenant = world.nth::<Tenant>(parent.parent::<Tenant>(), parent.index::<Tenant>());
        let index = place.index::<Self>();
        let name = match index / SITES.len() {
            0 => SITES[index % SITES.len()].to_owned(),
            turn => format!("{} {}", SITES[index % SITES.len()], turn + 1),
        };
        let path = name.to_lowercase().replace(' ', "-");
        let risk_level = pick(&mut random, &[0, 0, 1, 1, 2, 3]);
        Self {
            name,
            url: format!("https://sharepoint.{}/sites/{path}", tenant.domain),
            risk_level,
            risk_items: risk_level * random.i64(1..12),
            sensitive_items: random.i64(0..220),
            exposed_items: random.i64(0..40),
        }
    }
}
