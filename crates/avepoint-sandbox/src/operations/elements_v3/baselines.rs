//! Baselines: settings that tenants are held against, and applying them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Handlers, chosen, customer, tenant};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::filter;
use crate::paging::{Rows, page};
use crate::spec::{Violation, meaning};
use crate::world::{
    Baseline, BaselineJob, BaselineReport, BaselineTenant, Clock, Customer, Deed, Entry, Named, Place, Tenant, World,
};

/// Under what audit records stand.
const MANAGEMENT: &str = "Baseline management";

pub(super) const HANDLERS: Handlers = &[
    ("createBaseline", create_baseline),
    ("listBaselines", list_baselines),
    ("listBaselineReports", list_baseline_reports),
    ("listBaselineJobs", list_baseline_jobs),
    ("listBaselineTenants", list_baseline_tenants),
    ("runTenantAction", run_tenant_action),
];

fn create_baseline(call: &Call, world: &mut World) -> Outcome {
    check_code(call, "color", "BaselineColor")?;
    let named = |member| call.body_text(member).unwrap_or_default();
    let customer: Option<Entry<Customer>> = world.find_in(Place::ROOT, named("customerId"));
    let customer = customer.ok_or_else(|| Refusal::not_found("customer"))?;
    let tenant: Option<Entry<Tenant>> = world.find_in(customer.place, named("tenantId"));
    let tenant = tenant.ok_or_else(|| Refusal::not_found("tenant"))?;
    let source = managed(world, tenant.place)?;
    if !source.is_source() {
        return Err(in_state("body.tenantId", "tenant", source.status()));
    }
    let baseline = Baseline::create(world, named("name"));
    BaselineJob::start(world, tenant.place, BaselineJob::CREATE, baseline.retrieved());
    world.record(Deed {
        target: Named {
            id: baseline.id.clone(),
            name: baseline.name.clone(),
        },
        target_type: "Baseline",
        ..Deed::to_tenant(&customer, &tenant, MANAGEMENT, "Create")
    });
    Ok(Answer::Json(json!({ "baselineId": baseline.id })))
}

fn list_baselines(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let rows = chosen::<Baseline>(world, Place::ROOT, call.body_list("baselineIds"));
    page(call, world, rows, |baseline| listed(world, &baseline))
}

fn list_baseline_reports(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let now = world.clock.now();
    let baseline: Option<Entry<Baseline>> = world.find_in(Place::ROOT, call.path_text("baselineId"));
    let baseline = baseline.ok_or_else(|| Refusal::not_found("baseline"))?;
    // A report grows while the settings are retrieved.
    let is_over = |report: &Entry<BaselineReport>| report.time <= now;
    let rows = chosen::<BaselineReport>(world, baseline.place, None);
    let rows = rows.matching((!baseline.is_retrieved(now)).then_some(is_over));
    page(call, world, rows, |report| {
        json!({
            "source": report.source,
            "configuration": report.configuration,
            "status": if report.failure.is_some() { "Failed" } else { "Successful" },
            "details": report.failure,
        })
    })
}

fn list_baseline_jobs(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let rows = chosen::<BaselineJob>(world, tenant, call.body_list("jobIds"));
    let now = world.clock.now();
    page(
        call,
        world,
        rows,
        |job| json!({ "jobId": job.id, "type": job.kind, "status": job.status(now) }),
    )
}

fn list_baseline_tenants(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let rows = match filter::texts(call.body_list("tenantIds")) {
        Some(ids) => {
            let mut seen = HashSet::new();
            let tenants = ids.into_iter().filter_map(|id| world.find::<Tenant>(id));
            let rows = tenants.filter_map(|tenant| BaselineTenant::of(world, tenant.place));
            Rows::of(rows.filter(|row| seen.insert(row.place)).collect())
        }
        None => chosen::<BaselineTenant>(world, Place::ROOT, None),
    };
    page(call, world, rows, |tenant| held(world, tenant))
}

fn run_tenant_action(call: &Call, world: &mut World) -> Outcome {
    let (customer, tenant) = (customer(call, world)?, tenant(call, world)?);
    check_code(call, "actionType", "TenantAction")?;
    let target = managed(world, tenant.place)?;
    if !target.is_target() {
        return Err(in_state("tenantId", "tenant", target.status()));
    }
    let now = world.clock.now();
    let mut baselines = Vec::new();
    for ranked in ranked(call) {
        let id = ranked["baselineId"].as_str().unwrap_or_default();
        let baseline: Option<Entry<Baseline>> = world.find_in(Place::ROOT, id);
        let baseline = baseline.ok_or_else(|| Refusal::not_found("baseline"))?;
        if !baseline.is_usable(now) {
            return Err(in_state("body.data", "baseline", baseline.status(now)));
        }
        baselines.push(baseline);
    }
    let places = baselines.iter().map(|baseline| baseline.place).collect();
    for baseline in baselines {
        world.change(baseline, |baseline| baseline.activate(now));
    }
    let job = BaselineTenant::deploy(world, tenant.place, places);
    world.record(Deed::to_tenant(&customer, &tenant, MANAGEMENT, "Deploy"));
    Ok(Answer::Json(json!({ "jobId": job.id })))
}

/// The baselines that an action names, by rank. One alone may stand without a list.
fn ranked<'c>(call: &'c Call) -> Vec<&'c Value> {
    let mut ranked: Vec<_> = match call.body("data") {
        Some(Value::Array(list)) => list.iter().collect(),
        one => one.into_iter().collect(),
    };
    ranked.sort_by_key(|entry| entry["rankingOrder"].as_i64());
    ranked
}

/// What Baseline Management knows of a tenant now.
fn managed(world: &World, tenant: Place) -> Result<BaselineTenant, Refusal> {
    let found = BaselineTenant::of(world, tenant).map(|found| found.row.at(world.clock.now()));
    found.ok_or_else(|| Refusal::new(404, "The tenant was not added to Baseline Management."))
}

fn in_state(place: &str, what: &str, status: i64) -> Refusal {
    let message = format!("the {what} is in state {status}, which does not allow it");
    Refusal::invalid(vec![Violation::new(place, message)])
}

/// Refuses a number in digits that the list of codes does not have; what is sent as a number was judged by the spec.
fn check_code(call: &Call, member: &str, schema: &str) -> Result<(), Refusal> {
    let Some(digits) = call.body_text(member) else {
        return Ok(());
    };
    let code = digits.parse::<i64>().ok();
    let is_known = code.is_some_and(|code| meaning(call.operation.api, schema, &json!(code)).is_some());
    let unknown = || Violation::new(format!("body.{member}"), format!("is no code of {schema}"));
    if is_known {
        Ok(())
    } else {
        Err(Refusal::invalid(vec![unknown()]))
    }
}

fn listed(world: &World, baseline: &Entry<Baseline>) -> Value {
    let now = world.clock.now();
    // Some entries have the name in another member.
    let name = if baseline.place.index::<Baseline>().is_multiple_of(2) {
        "baselineName"
    } else {
        "name"
    };
    json!({
        "baselineId": baseline.id,
        name: baseline.name,
        "createdTime": Clock::written(baseline.created),
        "modifiedTime": Clock::written(baseline.modified(now)),
        "status": baseline.status(now),
    })
}

fn held(world: &World, held: Entry<BaselineTenant>) -> Value {
    let tenant = world.row::<Tenant>(BaselineTenant::tenant(held.place));
    let held = held.row.at(world.clock.now());
    let applied: Value = held
        .applied
        .iter()
        .map(|(baseline, version)| {
            let baseline = world.row::<Baseline>(*baseline);
            json!({ "baselineId": baseline.id, "baselineName": baseline.name, "version": version.to_string() })
        })
        .collect();
    json!({
        "tenantName": tenant.name,
        "status": held.status(),
        "driftDetected": held.drift,
        "driftDetectedTime": Clock::written(held.drift_detected),
        "customerId": world.parent(&tenant).id,
        "tenantId": tenant.id,
        "autoAlignment": i64::from(held.aligns_itself),
        "lastDeployedTime": Clock::written(held.deployed),
        "appliedBaselines": applied,
    })
}

#[cfg(test)]
mod tests;
