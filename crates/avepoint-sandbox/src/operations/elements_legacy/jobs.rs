//! Jobs of backup services.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Handlers, customer, list, word};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::operations::elements_v3::jobs;
use crate::world::{Entry, Job, World};

pub(super) const HANDLERS: Handlers = &[
    ("listBackupJobs", list_backup_jobs),
    ("listModuleBackupJobs", list_module_backup_jobs),
];

/// The words for the codes of version 3's `JobStatus`.
const STATUSES: [&str; 15] = [
    "N/A",
    "Not Finished",
    "Finished",
    "Failed",
    "Finished with Exception",
    "Skipped",
    "Pending",
    "Failed to Start",
    "Canceled",
    "Rejected",
    "Stopped",
    "Not Scanned",
    "Disabled",
    "Not Started",
    "Waiting for Configuration",
];

fn list_backup_jobs(call: &Call, world: &mut World) -> Outcome {
    jobs(call, world, |_| true)
}

fn list_module_backup_jobs(call: &Call, world: &mut World) -> Outcome {
    let (service, module) = (call.path_text("JobType"), call.path_text("JobModule"));
    jobs(call, world, |job| {
        service_name(job).is_some_and(|name| name.eq_ignore_ascii_case(service))
            && job.module_name().eq_ignore_ascii_case(module)
    })
}

fn jobs(call: &Call, world: &World, keep: impl Fn(&Job) -> bool) -> Result<Answer, Refusal> {
    let now = world.clock.now();
    let jobs = world.all::<Job>(customer(call, world)?.place).filter(|job| keep(job));
    let jobs = jobs.filter_map(|job| service_name(&job).map(|service| listed(&job, service, now)));
    Ok(list("Collection(Portal.Api.Model.BackUpJob)", jobs))
}

/// The backup service that a job belongs to; none of a scan.
fn service_name(job: &Job) -> Option<&'static str> {
    match job.service {
        7 => Some("Microsoft 365"),
        11 => Some("Google Workspace"),
        12 => Some("IaaS and PaaS"),
        15 => Some("Salesforce"),
        16 => Some("Dynamics 365"),
        _ => None,
    }
}

/// As version 3 lists it, in words. A job that runs has no end here.
fn listed(job: &Entry<Job>, service: &str, now: Timestamp) -> Value {
    let mut listed = jobs::listed(job, now);
    let status = word(&STATUSES, job.progress(now).status);
    listed["jobType"] = json!(service);
    listed["jobModule"] = json!(job.module_name());
    listed["status"] = json!(status);
    if now < job.end {
        listed["endTime"] = json!("N/A");
        listed["jobDuration"] = json!("N/A");
    }
    listed
}
