//! The risk rules of tenants, and the objects that match them.

use fastrand::Rng;
use serde_json::Value;

use super::{Kind, Place, Row, Tenant, World, pick, risk_details};

/// A risk rule that objects of a tenant match.
#[derive(Clone, Debug)]
pub(crate) struct RiskRule {
    pub(crate) name: &'static str,
    /// What the parameter of the rule is set to, if it has one.
    pub(crate) setting: Option<&'static str>,
    pub(crate) matches: Matches,
    pub(crate) is_enabled: bool,
}

/// What a rule is about. The number of each is that of the spec's `DataSource`; licenses have none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matches {
    Mailboxes = 1,
    Groups,
    Teams,
    Sites,
    OneDrives,
    Users,
    Licenses,
    Environments,
    Connections,
    PowerApps,
    Flows,
    PowerBi,
}

impl Matches {
    /// As the spec's `DataSource` numbers it.
    pub(crate) fn data_source(self) -> Option<i64> {
        (self != Self::Licenses).then_some(self as i64)
    }
}

/// An object that matches a rule.
#[derive(Clone, Debug)]
pub(crate) struct RiskHit {
    pub(crate) object: String,
    /// What is known of the object, in the shape that its kind has in answers.
    pub(crate) detail: Value,
}

const RULES: [(Matches, &str, Option<&str>); 14] = [
    (Matches::Groups, "Groups with a single owner", None),
    (Matches::Mailboxes, "Mailboxes close to their quota", Some("90")),
    (Matches::Users, "Users without a second factor", None),
    (Matches::Sites, "Sites without activity", Some("180")),
    (Matches::Teams, "Teams without an owner", None),
    (Matches::OneDrives, "OneDrives with many guests", Some("5")),
    (Matches::Licenses, "Licenses that nobody uses", None),
    (Matches::Environments, "Environments with too many makers", Some("4")),
    (Matches::Connections, "Connections outside of the policy", None),
    (Matches::PowerApps, "Apps that guests use", None),
    (Matches::Flows, "Flows of people who have left", None),
    (Matches::PowerBi, "Reports without a sensitivity label", None),
    (Matches::Users, "Administrators who never sign in", Some("30")),
    (Matches::Sites, "Sites close to their storage limit", Some("90")),
];

impl Row for RiskRule {
    type Parent = Tenant;
    const KIND: Kind = Kind::RiskRule;

    fn generated(world: &World, parent: Place) -> usize {
        8 + world.random(parent).usize(..=RULES.len() - 8)
    }

    fn make(_: &World, place: Place, mut random: Rng) -> Self {
        let (matches, name, setting) = RULES[place.index::<Self>() % RULES.len()];
        Self {
            name,
            setting,
            matches,
            is_enabled: random.u8(..5) > 0,
        }
    }
}

impl Row for RiskHit {
    type Parent = RiskRule;
    const KIND: Kind = Kind::RiskHit;

    /// A rule is listed because something matches it. No two of its objects are the same.
    fn generated(world: &World, parent: Place) -> usize {
        let most = match world.row::<RiskRule>(parent).matches {
            Matches::Licenses => risk_details::LICENSES.len(),
            _ => 12,
        };
        1 + world.random(parent).usize(..most)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let rule = world.row::<RiskRule>(place.parent::<Self>());
        let tenant = world.parent(&rule);
        let (object, mut detail) = risk_details::of(world, rule.matches, &tenant, place.index::<Self>(), &mut random);
        detail["mark"] = pick(&mut random, &[0, 0, 0, 1]).into();
        Self { object, detail }
    }
}
