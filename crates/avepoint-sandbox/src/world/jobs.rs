//! The jobs of backup services: those of the last nights, some of which still run when the world begins.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::id::mix;
use super::modules::{MODULES, Module, Protection, modules_of};
use super::{Customer, Entry, Kind, Place, Row, Tenant, World, pick};

/// A job of a backup service, on one module in one tenant, or on what is in no tenant.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The service, as the spec's `JobType` numbers it.
    pub(crate) service: i64,
    /// The module, as the spec's `JobModule` numbers it.
    pub(crate) module: i64,
    pub(crate) name: String,
    /// The index of the tenant of the customer.
    pub(crate) tenant: Option<usize>,
    pub(crate) start: Timestamp,
    /// When it ends, or will.
    pub(crate) end: Timestamp,
    /// How many objects there are to be done.
    pub(crate) objects: usize,
    /// How it ended without doing anything, as the spec's `JobStatus` numbers it.
    failure: Option<i64>,
    has_trouble: bool,
    protection: Option<Protection>,
    key: u64,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// As the spec's `JobStatus` numbers it.
    pub(crate) status: i64,
    /// When it ended, or the time now if it runs.
    pub(crate) until: Timestamp,
    pub(crate) done: usize,
    /// How many objects came to each outcome, by the spec's `JobReportStatus`.
    pub(crate) outcomes: [usize; 5],
    /// How many bytes were backed up.
    pub(crate) size: i64,
}

/// How many nights of jobs are kept.
const NIGHTS: usize = 7;

/// The jobs of services that stand in no tenant, by service, module and name.
const OTHERS: [(i64, i64, &str); 5] = [
    (11, 501, "Gmail"),
    (11, 504, "Google Drive"),
    (12, 356, "Virtual machines"),
    (15, 0, "Salesforce"),
    (16, 550, "Dynamics CRM"),
];

const SUCCESS: usize = 0;
const FAILED: usize = 1;
pub(crate) const SKIPPED: usize = 2;
const WARNING: usize = 4;

/// What runs every night for a customer.
struct Slot {
    service: i64,
    module: i64,
    name: Option<&'static str>,
    tenant: Option<usize>,
}

fn slots(world: &World, customer: Place) -> Vec<Slot> {
    let mut slots = Vec::new();
    for tenant in 0..Tenant::generated(world, customer) {
        let slot = |service, module, name| Slot {
            service,
            module,
            name,
            tenant: Some(tenant),
        };
        slots.push(slot(0, 0, None));
        let modules = modules_of(world, customer.child::<Tenant>(tenant));
        slots.extend(modules.map(|module| slot(7, module.job_code, Some(module.name))));
    }
    let chosen = world.digest(&format!("services of {customer:?}"));
    let others = OTHERS.iter().enumerate().filter(|(at, _)| (chosen >> at) & 1 == 0);
    slots.extend(others.map(|(_, &(service, module, name))| Slot {
        service,
        module,
        name: Some(name),
        tenant: None,
    }));
    slots
}

impl Row for Job {
    type Parent = Customer;
    const KIND: Kind = Kind::Job;

    fn generated(world: &World, parent: Place) -> usize {
        slots(world, parent).len() * NIGHTS
    }

    /// The jobs of the last night come first.
    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let customer = place.parent::<Self>();
        let slots = slots(world, customer);
        let (night, at) = (place.index::<Self>() / slots.len(), place.index::<Self>() % slots.len());
        let slot = &slots[at];
        let tenant = slot.tenant.map(|index| customer.child::<Tenant>(index));
        let module = (slot.service == 7).then(|| by_job_code(slot.module)).flatten();
        let took = SignedDuration::from_secs(random.i64(200..5_000));
        let runs = night == 0 && random.u8(..8) == 0;
        let before = match runs {
            true => SignedDuration::from_secs(random.i64(60..180)),
            false => SignedDuration::from_secs(random.i64(17_000..21_600)),
        };
        let start = world.clock.days_before(i64::try_from(night).unwrap_or_default()) - before;
        let failure = pick(
            &mut random,
            &[
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                Some(3),
                Some(5),
                Some(7),
                Some(8),
            ],
        );
        Self {
            service: slot.service,
            module: slot.module,
            name: slot.name.map_or("N/A".to_owned(), |name| format!("{name} every night")),
            tenant: slot.tenant,
            start,
            end: start + took,
            objects: match (module, tenant) {
                (Some(module), Some(tenant)) => module.count(world, tenant),
                _ => random.usize(10..400),
            },
            failure: failure.filter(|_| !runs),
            has_trouble: random.u8(..3) == 0,
            protection: module
                .zip(tenant)
                .map(|(module, tenant)| module.protection(world, tenant)),
            key: random.u64(..),
        }
    }
}

impl Job {
    /// The id of a job, which holds its place among the jobs of its customer.
    pub(crate) fn id(&self, place: Place) -> String {
        let service = match self.service {
            0 => "SC",
            7 => "FB",
            11 => "GB",
            12 => "IB",
            15 => "SB",
            _ => "DB",
        };
        let number = place.index::<Self>() as u64 * 1_000 + self.key % 1_000;
        format!("{service}{}{number:06}", self.start.strftime("%Y%m%d%H%M%S"))
    }

    /// The job of a customer that has an id.
    pub(crate) fn find(world: &World, customer: Place, id: &str) -> Option<Entry<Self>> {
        let number: usize = id.get(16..)?.parse().ok()?;
        let index = number / 1_000;
        let job = (index < world.count::<Self>(customer)).then(|| world.nth::<Self>(customer, index))?;
        (job.id(job.place) == id).then_some(job)
    }

    /// The module of Cloud Backup for Microsoft 365 that the job works on, if it is one of those.
    pub(crate) fn backup_module(&self) -> Option<&'static Module> {
        self.protection.and_then(|_| by_job_code(self.module))
    }

    /// What the job works on, by name.
    pub(crate) fn module_name(&self) -> &'static str {
        let other = OTHERS
            .iter()
            .find(|(service, module, _)| (*service, *module) == (self.service, self.module));
        let own = self.backup_module().map(|module| module.name);
        own.or(other.map(|(_, _, name)| *name)).unwrap_or("N/A")
    }

    /// How far the job has come.
    pub(crate) fn progress(&self, now: Timestamp) -> Progress {
        let until = now.clamp(self.start, self.end);
        let mut progress = Progress {
            status: if now < self.end { 1 } else { 2 },
            until,
            ..Progress::default()
        };
        if let Some(failure) = self.failure {
            progress.status = failure;
            return progress;
        }
        let (passed, whole) = (until.duration_since(self.start), self.end.duration_since(self.start));
        progress.done = (self.objects as f64 * passed.div_duration_f64(whole)) as usize;
        for index in 0..progress.done {
            let (outcome, size) = self.object(index);
            progress.outcomes[outcome] += 1;
            progress.size += size;
        }
        if progress.status == 2 && progress.outcomes[FAILED] + progress.outcomes[WARNING] > 0 {
            progress.status = 4;
        }
        progress
    }

    /// What becomes of an object, as the spec's `JobReportStatus` numbers it, and how many bytes of it are backed up.
    pub(crate) fn object(&self, index: usize) -> (usize, i64) {
        let luck = mix(self.key ^ index as u64);
        let size = 1_024 * (luck >> 46) as i64;
        match luck % 10 {
            _ if self.protection.is_some_and(|protection| !protection.covers(index)) => (SKIPPED, 0),
            0 if self.has_trouble => (FAILED, 0),
            1 if self.has_trouble => (WARNING, size),
            _ => (SUCCESS, size),
        }
    }

    /// When the job is done with an object.
    pub(crate) fn finish(&self, index: usize) -> Timestamp {
        let whole = self.end.duration_since(self.start).as_millis();
        let passed = whole * (index as i128 + 1) / (self.objects as i128).max(1);
        self.start + SignedDuration::from_millis(i64::try_from(passed).unwrap_or_default())
    }

    /// The last job of the customer on a module of a tenant; that of the spec's number 0 is the scan.
    pub(crate) fn last(world: &World, customer: Place, tenant: usize, module: i64) -> Option<Entry<Self>> {
        let slots = slots(world, customer);
        let is_wanted = |slot: &Slot| slot.tenant == Some(tenant) && slot.module == module;
        let at = slots.iter().position(is_wanted)?;
        (at < world.count::<Self>(customer)).then(|| world.nth(customer, at))
    }
}

fn by_job_code(code: i64) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.job_code == code)
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;

    #[test]
    fn a_job_that_runs_goes_on_and_ends() {
        let world = World::new(7, Size { customers: 5 });
        let customers = world.all::<Customer>(Place::ROOT);
        let jobs = customers.flat_map(|customer| world.all::<Job>(customer.place).collect::<Vec<_>>());
        let jobs: Vec<_> = jobs
            .filter(|job| job.progress(world.clock.beginning).status == 1)
            .collect();
        assert!(!jobs.is_empty());
        for job in jobs {
            let half = job.start + job.end.duration_since(job.start) / 2;
            let [at_start, at_half, at_end] = [job.start, half, job.end].map(|time| job.progress(time));
            assert_eq!((at_start.status, at_start.done), (1, 0));
            assert_eq!((at_half.status, at_half.done), (1, job.objects / 2));
            assert!(matches!(at_end.status, 2 | 4));
            for progress in [at_start, at_half, at_end] {
                assert_eq!(progress.outcomes.iter().sum::<usize>(), progress.done);
            }
            assert_eq!(at_end.done, job.objects);
            assert_eq!(job.progress(Timestamp::MAX).until, job.end);
        }
    }

    #[test]
    fn the_id_of_a_job_is_good_for_its_customer_alone() {
        let world = World::new(7, Size { customers: 5 });
        let [one, other] = [0, 1].map(|index| world.nth::<Customer>(Place::ROOT, index).place);
        for job in world.all::<Job>(one) {
            let id = job.id(job.place);
            assert_eq!(Job::find(&world, one, &id).map(|found| found.place), Some(job.place));
            assert!(Job::find(&world, other, &id).is_none());
            let longer = format!("{id}000");
            for unknown in [&id[1..], &id[..16], longer.as_str(), ""] {
                assert!(Job::find(&world, one, unknown).is_none(), "{unknown}");
            }
        }
    }
}
