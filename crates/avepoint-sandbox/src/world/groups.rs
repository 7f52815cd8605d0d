//! The groups of tenants: one for each site that is shared, and some of the whole company.

use fastrand::Rng;
use jiff::Timestamp;

use super::items::before;
use super::{Kind, Place, Row, Site, Tenant, User, World, pick};

/// A group.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) mail: Option<String>,
    /// What kind of group it is, as the spec's `GroupType` spells it.
    pub(crate) kind: &'static str,
    pub(crate) membership: &'static str,
    pub(crate) created: Timestamp,
    /// The indices of the users in it.
    pub(crate) members: Vec<usize>,
}

const COMPANY: [(&str, &str); 6] = [
    ("Auditors", "Security Group"),
    ("All Staff", "Distribution Group"),
    ("Contractors", "Mail-enabled Security Group"),
    ("Approvers", "Security Group"),
    ("Newsletter", "Distribution Group"),
    ("Operations", "Mail-enabled Security Group"),
];

impl Row for Group {
    type Parent = Tenant;
    const KIND: Kind = Kind::Group;

    fn generated(world: &World, parent: Place) -> usize {
        Site::shared(world, parent) + COMPANY.len()
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let parent = place.parent::<Self>();
        let tenant = world.nth::<Tenant>(parent.parent::<Tenant>(), parent.index::<Tenant>());
        let index = place.index::<Self>();
        let (name, kind) = match index.checked_sub(Site::shared(world, parent)) {
            Some(index) => {
                let (name, kind) = COMPANY[index % COMPANY.len()];
                (name.to_owned(), kind)
            }
            None => (world.nth::<Site>(parent, index).row.name, "Microsoft 365 Group"),
        };
        let count = random.usize(3..15);
        Self {
            mail: (kind != "Security Group")
                .then(|| format!("{}@{}", name.to_lowercase().replace(' ', "-"), tenant.domain)),
            kind,
            membership: pick(random, &["Assigned", "Assigned", "Dynamic"]),
            created: before(world.clock.beginning, random, 200..1_500),
            members: random.choose_multiple(0..world.generated::<User>(parent), count),
            name,
        }
    }
}
