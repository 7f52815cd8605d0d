//! Jobs of backup services, and what each did with the objects.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handlers, customer};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::paging::{Counted, Rows, counted_page, page};
use crate::world::{Clock, Entry, Job, SKIPPED, World};

pub(super) const HANDLERS: Handlers = &[
    ("listJobs", list_jobs),
    ("listJobReportDetails", list_job_report_details),
];

fn list_jobs(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?.place;
    let (service, module) = (call.body_int("jobType"), call.body_int("jobModule"));
    let keep = (service.is_some() || module.is_some()).then_some(|job: &Entry<Job>| {
        service.is_none_or(|service| job.service == service) && module.is_none_or(|module| job.module == module)
    });
    let rows = Rows::lazy(world.count::<Job>(customer), |index| world.nth(customer, index));
    let now = world.clock.now();
    page(call, world, rows.matching(keep), |job| listed(&job, now))
}

/// A job with its codes.
pub(in crate::operations) fn listed(job: &Entry<Job>, now: Timestamp) -> Value {
    let progress = job.progress(now);
    let [successful, failed, skipped, _, warned] = progress.outcomes.map(|count| count.to_string());
    json!({
        "jobType": job.service,
        "jobModule": job.module,
        "status": progress.status,
        "jobId": job.id(job.place),
        "name": job.name,
        "totalCount": progress.done.to_string(),
        "failedCount": failed,
        "successfulCount": successful,
        "skippedCount": skipped,
        "warningCount": warned,
        "backupSize": gigabytes(progress.size),
        "startTime": Clock::written(job.start),
        "endTime": Clock::written(progress.until),
        "jobDuration": duration(progress.until.duration_since(job.start)),
        "lastModifyTime": Clock::written(progress.until),
    })
}

fn list_job_report_details(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?;
    let job = Job::find(world, customer.place, call.path_text("jobId")).ok_or_else(|| Refusal::not_found("job"))?;
    let of = job.backup_module().zip(job.tenant);
    let lines = of.map_or(0, |_| job.progress(world.clock.now()).done);
    let rows = Rows::lazy(lines, |index| index);
    let answer = counted_page(call, world, Counted::Page, rows, |index| {
        of.map_or(Value::Null, |(module, tenant)| {
            let tenant = world.nth(customer.place, tenant);
            let object = module.object(world, &tenant, index);
            let (status, size) = job.object(index);
            let (comment, error) = remark(status);
            json!({
                "title": object.title,
                "type": module.object_type,
                "sourceObjectLocation": object.location,
                "container": object.container,
                "size": size,
                "status": status,
                "finishTime": job.finish(index).strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string(),
                "comment": comment,
                "errorCode": error,
            })
        })
    });
    answer.map(count_as_text)
}

/// What a report says of an outcome, with the code of an error.
fn remark(status: usize) -> (&'static str, &'static str) {
    match status {
        0 => ("", ""),
        1 => ("The object is locked.", "ObjectLocked"),
        SKIPPED => ("The backup does not protect the object.", ""),
        _ => ("Some items could not be read.", ""),
    }
}

/// This list alone has its count as text.
fn count_as_text(mut answer: Answer) -> Answer {
    if let Answer::Json(body) = &mut answer
        && let Some(count) = body.pointer_mut("/metadata/totalCount")
    {
        *count = count.to_string().into();
    }
    answer
}

/// A size as the services write it.
pub(in crate::operations) fn gigabytes(bytes: i64) -> String {
    format!("{:.1} GB", bytes as f64 / f64::from(1 << 30))
}

fn duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match seconds / 3_600 {
        0 => format!("{}m{}s", seconds / 60, seconds % 60),
        hours => format!("{hours}h{}m{}s", seconds / 60 % 60, seconds % 60),
    }
}
