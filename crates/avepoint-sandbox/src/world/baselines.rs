//! The baselines of the partner, with the reports of how they were made.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::{Entry, Kind, Place, Root, Row, World, pick};

/// Settings of a tenant that other tenants are held against.
#[derive(Clone, Debug)]
pub(crate) struct Baseline {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    /// When all its settings were retrieved, or will be.
    retrieved: Timestamp,
    modified: Timestamp,
    /// The state once the settings are retrieved, as the spec's `BaselineStatus` numbers it.
    state: i64,
}

/// What became of one setting when a baseline was made.
#[derive(Clone, Debug)]
pub(crate) struct BaselineReport {
    pub(crate) source: &'static str,
    pub(crate) configuration: &'static str,
    /// Why it could not be retrieved.
    pub(crate) failure: Option<&'static str>,
    /// When that was, or will be.
    pub(crate) time: Timestamp,
}

/// What the baselines of the seed are called.
const NAMES: [&str; 8] = [
    "Essential",
    "Standard",
    "Strict",
    "Finance",
    "Frontline",
    "Education",
    "Pilot",
    "Former standard",
];

/// The settings of a tenant: where they come from, and what they are.
const SETTINGS: [(&str, &str); 12] = [
    ("Intune", "DeviceConfiguration > Windows update ring"),
    ("Intune", "DeviceCompliance > Encrypted disks"),
    ("Intune", "AppProtection > Mail on phones"),
    ("Exchange", "TransportRules > External sender notice"),
    ("Exchange", "AntiPhish > Impersonation of managers"),
    ("Exchange", "SafeLinks > All mail"),
    ("SharePoint", "Sharing > Guests must sign in"),
    ("SharePoint", "Access > Unmanaged devices"),
    ("Teams", "Meetings > Lobby for guests"),
    ("Teams", "Messaging > Deleting of messages"),
    ("Entra", "ConditionalAccess > Second factor for administrators"),
    ("Entra", "Authentication > No legacy protocols"),
];

const FAILURES: [&str; 3] = [
    "The account may not read this setting.",
    "The service did not answer in time.",
    "The tenant has no license for this setting.",
];

/// How long it takes to retrieve one setting.
const STEP: SignedDuration = SignedDuration::from_secs(1);

/// How many of the first baselines are in use.
pub(super) const APPLIED: usize = 3;

impl Row for Baseline {
    type Parent = Root;
    const KIND: Kind = Kind::Baseline;

    fn generated(_: &World, _: Place) -> usize {
        NAMES.len()
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let index = place.index::<Self>();
        let created = world.clock.days_before(random.i64(100..400));
        let retrieved = created + SignedDuration::from_secs(random.i64(60..900));
        let state = match index {
            ..APPLIED => pick(
                &mut random,
                &[Self::ACTIVE, Self::ACTIVE, Self::RETRIEVED_WITH_EXCEPTION],
            ),
            // At least one is free, and one is not to be used.
            3 => Self::UNUSED,
            4 => Self::DRAFT,
            _ => pick(
                &mut random,
                &[
                    Self::UNUSED,
                    Self::RETRIEVAL_FAILED,
                    Self::RETRIEVED_WITH_EXCEPTION,
                    Self::DRAFT,
                ],
            ),
        };
        Self {
            name: NAMES[index % NAMES.len()].to_owned(),
            created,
            retrieved,
            modified: retrieved + SignedDuration::from_hours(random.i64(1..2_000)),
            state,
        }
    }
}

impl Baseline {
    const RETRIEVING: i64 = 1;
    const UNUSED: i64 = 2;
    const ACTIVE: i64 = 3;
    const RETRIEVAL_FAILED: i64 = 4;
    const RETRIEVED_WITH_EXCEPTION: i64 = 5;
    const DRAFT: i64 = 6;

    /// Begins a baseline. Its settings are retrieved one after the other.
    pub(crate) fn create(world: &mut World, name: &str) -> Entry<Self> {
        let created = world.clock.now();
        let times = (0..SETTINGS.len()).scan(created, |time, _| {
            *time += STEP;
            Some(*time)
        });
        let times: Vec<_> = times.collect();
        let retrieved = times.last().copied().unwrap_or(created);
        let baseline = Self {
            name: name.to_owned(),
            created,
            retrieved,
            modified: retrieved,
            state: Self::UNUSED,
        };
        let baseline = world.add(Place::ROOT, baseline);
        for (setting, time) in times.into_iter().enumerate() {
            world.add(baseline.place, BaselineReport::new(setting, None, time));
        }
        baseline
    }

    /// Says that the baseline is in use.
    pub(crate) fn activate(&mut self, now: Timestamp) {
        if self.state == Self::UNUSED {
            self.state = Self::ACTIVE;
            self.modified = now;
        }
    }

    /// How the baseline is doing, as the spec's `BaselineStatus` numbers it.
    pub(crate) fn status(&self, now: Timestamp) -> i64 {
        if self.is_retrieved(now) {
            self.state
        } else {
            Self::RETRIEVING
        }
    }

    /// Whether it can be applied to a tenant.
    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        ![Self::RETRIEVING, Self::RETRIEVAL_FAILED, Self::DRAFT].contains(&self.status(now))
    }

    pub(crate) fn modified(&self, now: Timestamp) -> Timestamp {
        if self.is_retrieved(now) {
            self.modified
        } else {
            self.created
        }
    }

    pub(crate) fn is_retrieved(&self, now: Timestamp) -> bool {
        self.retrieved <= now
    }

    /// When its settings are retrieved.
    pub(crate) fn retrieved(&self) -> Timestamp {
        self.retrieved
    }
}

impl Row for BaselineReport {
    type Parent = Baseline;
    const KIND: Kind = Kind::BaselineReport;

    fn generated(world: &World, parent: Place) -> usize {
        match world.row::<Baseline>(parent).state {
            Baseline::DRAFT => 0,
            _ => 4 + world.random(parent).usize(..SETTINGS.len() - 3),
        }
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let baseline = world.row::<Baseline>(place.parent::<Self>());
        let index = place.index::<Self>();
        let is_failed = match baseline.state {
            Baseline::RETRIEVAL_FAILED => true,
            Baseline::RETRIEVED_WITH_EXCEPTION => index == 0 || random.u8(..4) == 0,
            _ => false,
        };
        Self::new(
            index,
            is_failed.then(|| pick(&mut random, &FAILURES)),
            baseline.retrieved,
        )
    }
}

impl BaselineReport {
    fn new(setting: usize, failure: Option<&'static str>, time: Timestamp) -> Self {
        let (source, configuration) = SETTINGS[setting % SETTINGS.len()];
        Self {
            source,
            configuration,
            failure,
            time,
        }
    }
}
