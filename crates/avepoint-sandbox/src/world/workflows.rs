//! The workflows of tenants that watch for risky actions.

use fastrand::Rng;

use super::{Kind, Place, Row, Tenant, World, condition};

/// A workflow that watches for risky actions.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) name: &'static str,
    /// What area its actions belong to, as the spec's `RiskCategory` numbers it.
    pub(crate) category: i64,
    /// It finds the users whose account is in this condition.
    pub(crate) condition: i64,
    /// How many risky actions were fixed during the past seven days.
    pub(crate) fixed: i64,
}

/// Workflows with their categories and conditions.
const WORKFLOWS: [(&str, i64, i64); 6] = [
    ("Sign-in from an unusual country", 3, condition::HIGH_RISK),
    ("Sign-in from an unknown network", 1, condition::MEDIUM_RISK),
    ("Account without a second factor", 3, condition::MFA_DISABLED),
    ("Device of an account not in use", 2, condition::INACTIVE),
    ("Password past its time", 4, condition::PASSWORD_EXPIRED),
    ("Files opened by a test account", 4, condition::TEST_USER),
];

impl Row for Workflow {
    type Parent = Tenant;
    const KIND: Kind = Kind::Workflow;

    fn generated(world: &World, parent: Place) -> usize {
        4 + world.random(parent).usize(..3)
    }

    fn make(_: &World, place: Place, mut random: Rng) -> Self {
        let (name, category, condition) = WORKFLOWS[place.index::<Self>() % WORKFLOWS.len()];
        Self {
            name,
            category,
            condition,
            fixed: random.i64(0..12),
        }
    }
}
