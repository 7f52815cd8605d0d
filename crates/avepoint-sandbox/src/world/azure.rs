//! What is wrong with the Azure resources of tenants: what they cost, and how secure they are.

use fastrand::Rng;

use super::{Kind, Place, Row, Tenant, World, pick};

/// A finding on what a tenant spends on Azure.
#[derive(Clone, Debug)]
pub(crate) struct AzureCost {
    pub(crate) rule: String,
    pub(crate) finding: &'static Finding,
    pub(crate) policy: String,
    /// As the spec's `AzureIssueSeverity` numbers it.
    pub(crate) severity: i64,
    pub(crate) resources: i64,
    /// How much a year may be saved.
    pub(crate) saving: i64,
}

/// What a rule on costs finds, and what it recommends.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// As the spec's `AzureCostRecommendation` numbers it, and as it names it.
    pub(crate) recommendation: (i64, &'static str),
    pub(crate) kind: &'static str,
}

/// An Azure resource that a security rule objects to.
#[derive(Clone, Debug)]
pub(crate) struct AzureIssue {
    pub(crate) rule: String,
    pub(crate) objection: &'static Objection,
    pub(crate) policy: String,
    pub(crate) policy_id: String,
    /// As the spec's `AzureIssueSeverity` numbers it.
    pub(crate) severity: i64,
    /// As the spec's `AzureIssueStatus` numbers it.
    pub(crate) status: i64,
    pub(crate) resource: String,
    pub(crate) group: String,
    pub(crate) subscription: String,
    pub(crate) subscription_id: String,
    pub(crate) tags: Vec<(&'static str, &'static str)>,
    pub(crate) detected: String,
    pub(crate) first_detected: String,
}

/// What a rule on security objects to.
#[derive(Debug)]
pub(crate) struct Objection {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// The type of the resource, as the spec's `AzureResourceType` numbers it, and as the path of the resource has it.
    pub(crate) resource_type: (i64, &'static str),
    noun: &'static str,
}

const FINDINGS: [Finding; 6] = [
    finding(
        [
            "Disks that no machine uses",
            "Delete disks that have had no machine for a month.",
            "delete-unattached-disk",
        ],
        (2, "DeleteIdleResource"),
    ),
    finding(
        [
            "Databases larger than their load",
            "Choose a smaller size for databases that are little used.",
            "right-size-database",
        ],
        (1, "RightSize"),
    ),
    finding(
        [
            "Machines that run at night",
            "Shut down what nobody uses at night.",
            "shut-down-at-night",
        ],
        (15, "ShutdownIdle"),
    ),
    finding(
        [
            "Steady machines without a plan",
            "Buy a savings plan for what always runs.",
            "buy-savings-plan",
        ],
        (3, "PurchaseSavingsPlan"),
    ),
    finding(
        [
            "Backups kept too long",
            "Keep backups only as long as the policy asks.",
            "shorten-backups",
        ],
        (18, "BackupOptimization"),
    ),
    finding(
        [
            "Cold data in the hot tier",
            "Move data that is hardly read to a cheaper tier.",
            "move-to-cool-tier",
        ],
        (19, "MigrateTier"),
    ),
];

const OBJECTIONS: [Objection; 6] = [
    objection(
        [
            "Key vault without purge protection",
            "Whoever deletes the vault can remove its keys for good.",
            "keys",
        ],
        (500, "Microsoft.KeyVault/vaults"),
    ),
    objection(
        [
            "Database server open to all networks",
            "Any address may reach the server.",
            "orders",
        ],
        (301, "Microsoft.Sql/servers"),
    ),
    objection(
        [
            "Storage account with public containers",
            "Anybody can read what stands in them.",
            "files",
        ],
        (200, "Microsoft.Storage/storageAccounts"),
    ),
    objection(
        [
            "Machine without disk encryption",
            "Whoever copies the disk can read it.",
            "machine",
        ],
        (1, "Microsoft.Compute/virtualMachines"),
    ),
    objection(
        [
            "Remote desktop open to the internet",
            "A rule lets any address connect to port 3389.",
            "network",
        ],
        (106, "Microsoft.Network/networkSecurityGroups"),
    ),
    objection(
        [
            "Web app that answers without encryption",
            "What is sent to the app can be read on the way.",
            "shop",
        ],
        (1307, "Microsoft.Web/sites"),
    ),
];

const fn finding(texts: [&'static str; 3], recommendation: (i64, &'static str)) -> Finding {
    let [name, description, kind] = texts;
    Finding {
        name,
        description,
        recommendation,
        kind,
    }
}

const fn objection(texts: [&'static str; 3], resource_type: (i64, &'static str)) -> Objection {
    let [name, description, noun] = texts;
    Objection {
        name,
        description,
        resource_type,
        noun,
    }
}

impl Row for AzureCost {
    type Parent = Tenant;
    const KIND: Kind = Kind::AzureCost;

    fn generated(world: &World, parent: Place) -> usize {
        world.random(parent).usize(..=FINDINGS.len())
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let index = place.index::<Self>() % FINDINGS.len();
        Self {
            rule: known_guid(world, Place::ROOT, &format!("cost rule {index}")),
            finding: &FINDINGS[index],
            policy: format!("{} savings", world.row::<Tenant>(place.parent::<Self>()).name),
            severity: random.i64(0..4),
            resources: random.i64(1..30),
            saving: 10 * random.i64(4..900),
        }
    }
}

impl Row for AzureIssue {
    type Parent = Tenant;
    const KIND: Kind = Kind::AzureIssue;

    fn generated(world: &World, parent: Place) -> usize {
        world.random(parent).usize(..90)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let parent = place.parent::<Self>();
        let tenant = world.row::<Tenant>(parent);
        let stem = tenant.domain.split('.').next().unwrap_or_default();
        let index = place.index::<Self>();
        let at = index % OBJECTIONS.len();
        let objection = &OBJECTIONS[at];
        let team = pick(&mut random, &["web", "data", "core"]);
        let days = random.i64(1..30);
        Self {
            rule: format!("00000002-5A7D-4E19-{:08}", at + 1),
            objection,
            policy: format!("{} cloud policy", tenant.name),
            policy_id: known_guid(world, parent, "security policy"),
            severity: random.i64(0..4),
            status: random.i64(1..5),
            resource: format!("{stem}-{}-{}", objection.noun, index / OBJECTIONS.len() + 1),
            group: format!("{stem}-{team}"),
            subscription: format!("{} {team}", tenant.name),
            subscription_id: known_guid(world, parent, team),
            tags: if random.bool() {
                vec![("owner", team)]
            } else {
                Vec::new()
            },
            detected: world.clock.written_before(&mut random, 0..days),
            first_detected: world.clock.written_before(&mut random, days..days + 60),
        }
    }
}

/// A GUID for a thing that is no row, the same each time.
fn known_guid(world: &World, place: Place, thing: &str) -> String {
    world.guid(&format!("{thing} of {place:?}"))
}
