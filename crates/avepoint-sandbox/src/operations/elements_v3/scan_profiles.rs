//! Scan profiles of customers, and the daily reports of what they find.

use serde_json::{Map, Value, json};

use super::{Handlers, chosen, customer};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::paging::page;
use crate::world::{Clock, Entry, Job, Place, ScanProfile, Tenant, World};

pub(super) const HANDLERS: Handlers = &[
    ("listScanProfiles", list_scan_profiles),
    ("listScanProfileChanges", list_scan_profile_changes),
    ("getScanProfile", get_scan_profile),
    ("getScanProfileChanges", get_scan_profile_changes),
    ("getScanProfileDailyReport", get_scan_profile_daily_report),
];

fn list_scan_profiles(call: &Call, world: &mut World) -> Outcome {
    let customer = customer(call, world)?.place;
    let rows = chosen(world, customer, call.body_list("scanProfileIds"));
    page(call, world, rows, |profile: Entry<ScanProfile>| {
        json!({
            "profileName": profile.name,
            "profileId": profile.id,
            "scanMode": profile.mode,
            "modifiedTime": Clock::written(profile.modified),
        })
    })
}

fn list_scan_profile_changes(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?.place;
    let rows = chosen(world, customer, None);
    page(call, world, rows, |profile| counts(world, &profile).into())
}

fn get_scan_profile(call: &Call, world: &mut World) -> Outcome {
    let profile = profile(call, world)?;
    let tenant = tenant(world, &profile);
    let containers = profile.containers.iter();
    let containers = containers.map(|(name, of)| json!({ "containersName": name, "objectType": of }));
    Ok(Answer::Json(json!({
        "profileId": profile.id,
        "profileName": profile.name,
        "description": profile.description,
        "tenantId": tenant.id,
        "tenantDomain": tenant.domain,
        "scanMode": profile.mode,
        "modifiedTime": Clock::written(profile.modified),
        "createdTime": Clock::written(profile.created),
        "impersonationAccount": profile.account,
        "scanInplaceArchivedMailboxes": profile.scans_archives,
        "isIgnoreLockedSiteEnabled": profile.ignores_locked_sites,
        "enableDailyScan": profile.daily.as_deref().unwrap_or("No"),
        "isSendOutOfPolicyNotification": profile.notifies,
        "containers": containers.collect::<Value>(),
    })))
}

fn get_scan_profile_changes(call: &Call, world: &mut World) -> Outcome {
    let profile = profile(call, world)?;
    let named = |names: &[String]| names.iter().map(|name| json!({ "name": name })).collect::<Value>();
    let mut report = counts(world, &profile);
    let lists = [
        ("newRegisteredContent", named(&profile.report.new)),
        (
            "removedFromMicrosoft365OrOutOfPolicyObjects",
            json!(profile.report.removed),
        ),
        ("movedToAnotherContainerObjects", named(&profile.report.moved)),
    ];
    report.extend(lists.map(|(name, list)| (name.to_owned(), list)));
    Ok(Answer::Json(report.into()))
}

fn get_scan_profile_daily_report(call: &Call, world: &mut World) -> Outcome {
    let profile = profile(call, world)?;
    Ok(Answer::Json(counts(world, &profile).into()))
}

/// The scan profile that the path names, of the customer that it names.
fn profile(call: &Call, world: &World) -> Result<Entry<ScanProfile>, Refusal> {
    let customer = customer(call, world)?;
    let found = world.find_in(customer.place, call.path_text("scanProfileId"));
    found.ok_or_else(|| Refusal::not_found("scan profile"))
}

fn customer_of(profile: &Entry<ScanProfile>) -> Place {
    profile.place.parent::<ScanProfile>()
}

fn tenant(world: &World, profile: &Entry<ScanProfile>) -> Entry<Tenant> {
    world.nth(customer_of(profile), profile.tenant)
}

/// The daily report in counts. How the last scan went, its job tells.
fn counts(world: &World, profile: &Entry<ScanProfile>) -> Map<String, Value> {
    let tenant = tenant(world, profile);
    let scan = Job::last(world, customer_of(profile), profile.tenant, 0);
    let status = scan.map_or(0, |scan| scan.progress(world.clock.now()).status);
    let report = &profile.report;
    let members = [
        ("profileName", json!(profile.name)),
        ("profileId", json!(profile.id)),
        ("tenantDomain", json!(tenant.domain)),
        ("tenantId", json!(tenant.id)),
        ("description", json!(profile.description)),
        ("scanMode", json!(profile.mode)),
        ("modifiedTime", json!(Clock::written(profile.modified))),
        ("lastUpdateTime", json!(Clock::written(report.made))),
        ("lastScanStatus", json!(status)),
        ("newRegisteredContentCount", json!(report.new.len())),
        ("movedToAnotherContainer", json!(report.moved.len())),
        ("removedFromMicrosoft365OrOutofPolicy", json!(report.removed.len())),
    ];
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}
