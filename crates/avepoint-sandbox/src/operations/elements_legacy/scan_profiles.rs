//! Scan profiles of customers, and the daily reports of what they find.

use serde_json::{Value, json};

use super::{Handlers, customer, entity, list};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::world::{Clock, Entry, Job, ScanProfile, Tenant, World};

pub(super) const HANDLERS: Handlers = &[
    ("listScanProfiles", list_scan_profiles),
    ("getScanProfile", get_scan_profile),
    ("getScanProfileDailySummary", get_scan_profile_daily_summary),
    ("listScanProfileDailyChanges", list_scan_profile_daily_changes),
    ("getScanProfileDailyReport", get_scan_profile_daily_report),
];

fn list_scan_profiles(call: &Call, world: &mut World) -> Outcome {
    let profiles = world.all::<ScanProfile>(customer(call, world)?.place);
    let profiles = profiles.map(|profile| {
        json!({
            "profileName": profile.name,
            "profileId": profile.id,
            "scanMode": profile.mode,
            "modifiedTime": Clock::written(profile.modified),
        })
    });
    Ok(list("Collection(Portal.Api.Model.ProfileInfo)", profiles))
}

fn get_scan_profile(call: &Call, world: &mut World) -> Outcome {
    let Scanned { profile, tenant, .. } = scanned(call, world)?;
    let containers = profile.containers.iter();
    let containers = containers.map(|(name, of)| json!({ "ContainersName": name, "ObjectType": held(*of) }));
    let detail = json!({
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
        "ignoreTheLockedObjectsWhenUpdatingTheJobStatus": profile.ignores_locked_sites,
        "IsIgnoreLockedSiteEnabled": profile.ignores_locked_sites,
        "enableDailyScan": profile.daily.as_deref().unwrap_or("No"),
        "SendAnemailNotificationToTheFollowIngRecipientsWhenObjectsAreMovedTooTherContainerOrRemovedFromAnyContainers":
            profile.notifies,
        "IsSendOutOfPolicyNotification": profile.notifies,
        "containers": containers.collect::<Value>(),
    });
    Ok(entity("Portal.Api.Model.ProfileDetailInfo", detail))
}

fn get_scan_profile_daily_summary(call: &Call, world: &mut World) -> Outcome {
    let Scanned {
        profile,
        tenant,
        status,
    } = scanned(call, world)?;
    let report = &profile.report;
    let (new, moved, removed) = (report.new.len(), report.moved.len(), report.removed.len());
    let summary = json!({
        "profileName": profile.name,
        "profileID": profile.id,
        "tenantDomain": tenant.domain,
        "tenantID": tenant.id,
        "description": profile.description,
        "scanMode": profile.mode,
        "modifiedTime": Clock::written(profile.modified),
        "lastUpdateTime": Clock::written(report.made),
        "lastScanStatus": status,
        "removedFromMicrosoft365OrOutofPolicyObjects": removed,
        "newRegistedContent": new,
        "newRegisteredContentCount": new,
        "movedToAnotherContainerObjects": moved,
        "removedFromMicrosoft365OrOutofPolicy": removed,
        "movedToAnotherContainer": moved,
    });
    Ok(entity("Portal.Api.Model.ProfileDailyNewDetailInfo", summary))
}

fn list_scan_profile_daily_changes(call: &Call, world: &mut World) -> Outcome {
    let Scanned { profile, tenant, .. } = scanned(call, world)?;
    let report = &profile.report;
    let named = |names: &[String]| names.iter().map(|name| json!({ "name": name })).collect::<Value>();
    let changes = json!({
        "profileName": profile.name,
        "profileID": profile.id,
        "tenantDomain": tenant.domain,
        "tenantID": tenant.id,
        "lastUpdateTime": Clock::written(report.made),
        "removedFromMicrosoft365OrOutOfPolicyObjects": report.removed,
        "newRegistedContent": named(&report.new),
        "newRegisteredContent": named(&report.new),
        "movedToAnotherContainerObjects": named(&report.moved),
    });
    Ok(entity("Portal.Api.Model.ProfileDailyNewDetailInfo", changes))
}

fn get_scan_profile_daily_report(call: &Call, world: &mut World) -> Outcome {
    let Scanned {
        profile,
        tenant,
        status,
    } = scanned(call, world)?;
    let report = &profile.report;
    Ok(Answer::Json(json!({
        "ProfileName": profile.name,
        "ProfileId": profile.id,
        "TenantDomain": tenant.domain,
        "TenantId": tenant.id,
        "Description": profile.description,
        "ScanMode": profile.mode,
        "ModifiedTime": Clock::written(profile.modified),
        "LastUpdateTime": Clock::written(report.made),
        "LastScanStatus": status,
        "NewRegisteredContentCount": report.new.len(),
        "MovedToAnotherContainer": report.moved.len(),
        "RemovedFromMicrosoft365OrOutofPolicy": report.removed.len(),
    })))
}

/// A scan profile with what it scans, and how the last scan went, as the spec's `ScanStatus` numbers it.
struct Scanned {
    profile: Entry<ScanProfile>,
    tenant: Entry<Tenant>,
    status: i64,
}

/// The scan profile that the path names, of the customer that it names.
fn scanned(call: &Call, world: &World) -> Result<Scanned, Refusal> {
    const FAILED: i64 = 3;
    const STOPPED: i64 = 10;
    let customer = customer(call, world)?.place;
    let found: Option<Entry<ScanProfile>> = world.find_in(customer, call.path_text("ProfileId"));
    let profile = found.ok_or_else(|| Refusal::not_found("scan profile"))?;
    let scan = Job::last(world, customer, profile.tenant, 0);
    let status = scan.map(|scan| scan.progress(world.clock.now()).status);
    Ok(Scanned {
        tenant: world.nth(customer, profile.tenant),
        profile,
        status: match status {
            Some(status @ 1..=5) => status,
            // A scan that could not be started, and one that was canceled.
            Some(7) => FAILED,
            _ => STOPPED,
        },
    })
}

/// The word for what a container holds, of version 3's `ContainerObjectType`.
fn held(code: i64) -> &'static str {
    match code {
        0 => "SiteCollection",
        1 => "Mailbox",
        2 => "OneDrive",
        5 => "Microsoft365Group",
        7 => "PublicFolder",
        10 => "UserAccount",
        14 => "PowerApps",
        15 => "PowerAutomate",
        16 => "PowerBiWorkspace",
        21 => "CopilotStudio",
        _ => "N/A",
    }
}
