//! The hybrid agents of tenants.

use fastrand::Rng;

use super::{Kind, Place, Row, Tenant, World, pick};

/// A program on a server of the customer that connects a tenant to its local directory.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) server: String,
    pub(crate) version: &'static str,
    /// How it is doing, as the spec's `HybridAgentStatus` numbers it.
    pub(crate) status: i64,
    /// When it last reported its status, and when it last finished collecting logs.
    pub(crate) synced: String,
    pub(crate) collected: String,
    /// Whether it reaches its LDAP server, as the spec's `LdapConnectionStatus` numbers it.
    pub(crate) connection: i64,
    /// What to do about the connection.
    pub(crate) advice: String,
}

/// Of `HybridAgentStatus` and `LdapConnectionStatus`.
const ACTIVE: i64 = 2;
const CONNECTED: i64 = 0;
const DISCONNECTED: i64 = 1;

impl Row for Agent {
    type Parent = Tenant;
    const KIND: Kind = Kind::Agent;

    fn generated(world: &World, parent: Place) -> usize {
        world.random(parent).usize(..4)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let tenant = world.row::<Tenant>(place.parent::<Self>());
        let status = pick(&mut random, &[ACTIVE, ACTIVE, ACTIVE, 0, 1]);
        let is_reached = status == ACTIVE;
        let days = if is_reached { 0..1 } else { 3..90 };
        let collected = world.clock.written_before(&mut random, days.start + 1..days.end + 1);
        Self {
            server: format!("dc{:02}.{}", place.index::<Self>() + 1, tenant.domain),
            version: pick(&mut random, &["3.4.0.118", "3.4.1.7", "3.5.0.42"]),
            status,
            synced: world.clock.written_before(&mut random, days),
            collected,
            connection: if is_reached { CONNECTED } else { DISCONNECTED },
            advice: match is_reached {
                true => String::new(),
                false => format!("{} : the server does not answer", tenant.domain),
            },
        }
    }
}
