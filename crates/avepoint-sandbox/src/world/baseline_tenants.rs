//! The tenants in Baseline Management, and the jobs that work on them.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::baselines::APPLIED;
use super::{Customer, Entry, Kind, Place, Root, Row, Tenant, World, pick};

/// A tenant in Baseline Management: the first of each customer that the seed gives. It stands at the customer's index.
#[derive(Clone, Debug)]
pub(crate) struct BaselineTenant {
    /// As the spec's `BaselineTenantStatus` numbers it, if no deployment runs.
    status: i64,
    /// How many deviations from the baselines there are.
    pub(crate) drift: i64,
    pub(crate) drift_detected: Timestamp,
    pub(crate) aligns_itself: bool,
    pub(crate) deployed: Timestamp,
    /// The baselines by rank: where they stand, and in which version.
    pub(crate) applied: Vec<(Place, i64)>,
    deployment: Option<Deployment>,
}

/// Baselines that are being applied, by rank, and when that ends.
#[derive(Clone, Debug)]
struct Deployment {
    baselines: Vec<Place>,
    end: Timestamp,
}

/// A job of Baseline Management.
#[derive(Clone, Debug)]
pub(crate) struct BaselineJob {
    /// What it does, as the spec's `BaselineJobType` numbers it.
    pub(crate) kind: i64,
    start: Timestamp,
    end: Timestamp,
    /// How it ends, as the spec's `BaselineJobStatus` numbers it.
    outcome: i64,
}

/// How long a job waits, and how long it then takes to apply baselines.
const WAIT: SignedDuration = SignedDuration::from_secs(1);
const DEPLOY: SignedDuration = SignedDuration::from_secs(9);

impl Row for BaselineTenant {
    type Parent = Root;
    const KIND: Kind = Kind::BaselineTenant;

    fn generated(world: &World, _: Place) -> usize {
        world.size.customers
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let status = match place.index::<Self>() {
            // One that actions can be tried on.
            0 => Self::DEPLOYED,
            _ => pick(&mut random, &[7, 7, 7, 7, 1, 2, 4, 5, 6, 8, 10, 13, 14, 15, 16, 17, 19]),
        };
        let deployed = world.clock.days_before(random.i64(5..90));
        let first = random.usize(..APPLIED);
        let applied = (0..random.usize(1..APPLIED)).map(|rank| {
            let index = (first + rank) % APPLIED;
            (Place::ROOT.child::<super::Baseline>(index), random.i64(1..4))
        });
        Self {
            applied: applied.collect(),
            status,
            drift: random.i64(0..9),
            drift_detected: deployed + SignedDuration::from_mins(random.i64(60..5_000)),
            aligns_itself: random.bool(),
            deployed,
            deployment: None,
        }
    }
}

impl BaselineTenant {
    const DEPLOYING: i64 = 3;
    const EXPIRED: i64 = 6;
    const DEPLOYED: i64 = 7;
    const RESTORING: i64 = 11;
    const RETRIEVING: i64 = 12;

    /// What Baseline Management knows of a tenant; none if it was not added.
    pub(crate) fn of(world: &World, tenant: Place) -> Option<Entry<Self>> {
        let index = tenant.parent::<Tenant>().index::<Customer>();
        let is_there = tenant.index::<Tenant>() == 0 && index < world.count::<Self>(Place::ROOT);
        is_there.then(|| world.nth(Place::ROOT, index))
    }

    /// The tenant that it is about.
    pub(crate) fn tenant(place: Place) -> Place {
        Place::ROOT.child::<Customer>(place.index::<Self>()).child::<Tenant>(0)
    }

    /// The tenant as it is at a time, with what has ended by then.
    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        if let Some(Deployment { baselines, end }) = self.deployment.take_if(|deployment| deployment.end <= now) {
            self.applied = baselines.into_iter().map(|baseline| (baseline, 1)).collect();
            self.status = Self::DEPLOYED;
            (self.drift, self.drift_detected, self.deployed) = (0, end, end);
        }
        self
    }

    /// How the tenant is doing, as the spec's `BaselineTenantStatus` numbers it.
    pub(crate) fn status(&self) -> i64 {
        if self.deployment.is_some() {
            Self::DEPLOYING
        } else {
            self.status
        }
    }

    /// Whether a baseline can be made of its settings.
    pub(crate) fn is_source(&self) -> bool {
        ![Self::DEPLOYING, Self::EXPIRED, Self::RESTORING].contains(&self.status())
    }

    /// Whether baselines can be applied to it.
    pub(crate) fn is_target(&self) -> bool {
        self.is_source() && self.status() != Self::RETRIEVING
    }

    /// Begins to apply baselines, which are given by rank.
    pub(crate) fn deploy(world: &mut World, tenant: Place, baselines: Vec<Place>) -> Entry<BaselineJob> {
        let now = world.clock.now();
        let end = now + WAIT + DEPLOY;
        if let Some(entry) = Self::of(world, tenant) {
            world.change(entry, |row| {
                *row = row.clone().at(now);
                row.deployment = Some(Deployment { baselines, end });
            });
        }
        BaselineJob::start(world, tenant, BaselineJob::APPLY, end)
    }
}

impl Row for BaselineJob {
    type Parent = Tenant;
    const KIND: Kind = Kind::BaselineJob;

    fn generated(world: &World, parent: Place) -> usize {
        BaselineTenant::of(world, parent).map_or(0, |_| 3 + world.random(parent).usize(..8))
    }

    fn make(world: &World, _: Place, mut random: Rng) -> Self {
        let start = world.clock.days_before(random.i64(1..60));
        Self {
            kind: random.i64(1..11),
            start,
            end: start + SignedDuration::from_secs(random.i64(40..2_000)),
            outcome: pick(&mut random, &[2, 2, 2, 2, 3, 4, 5]),
        }
    }
}

impl BaselineJob {
    const APPLY: i64 = 1;
    pub(crate) const CREATE: i64 = 3;
    const FINISHED: i64 = 2;

    /// Adds a job that waits, runs and ends well.
    pub(crate) fn start(world: &mut World, tenant: Place, kind: i64, end: Timestamp) -> Entry<Self> {
        let start = world.clock.now() + WAIT;
        let outcome = Self::FINISHED;
        let job = Self {
            kind,
            start,
            end,
            outcome,
        };
        world.add(tenant, job)
    }

    /// How far the job has come, or how it ended, as the spec's `BaselineJobStatus` numbers it.
    pub(crate) fn status(&self, now: Timestamp) -> i64 {
        match now {
            now if now < self.start => 0,
            now if now < self.end => 1,
            _ => self.outcome,
        }
    }
}
