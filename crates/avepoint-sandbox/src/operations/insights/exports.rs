//! Export jobs: starting them, how they stand, and their files.
//!
//! Both Insights APIs have the same jobs: this one sees all, the Web API those of the kind that an address of it is for.
//! Google Workspace shows what the sites of Microsoft 365 show, as drives; no operation lists those, so that a drive is named by
//! the id of the site or by the address of the user, and an object by its id.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::exports::{self, Report};
use crate::filter::texts;
use crate::reports::{self, Period, Whose};
use crate::spec::Violation;
use crate::world::{Entry, Group, Item, ONE_DRIVE, Place, Site, User, World};

pub(super) const HANDLERS: Handlers = &[
    ("exportSitePermissions", export_site_permissions),
    ("exportObjectActivities", export_object_activities),
    ("exportGoogleObjectActivities", export_google_object_activities),
    ("exportUserPermissions", export_user_permissions),
    ("exportGoogleUserPermissions", export_google_user_permissions),
    ("exportUserActivities", export_user_activities),
    ("exportGoogleUserActivities", export_user_activities),
    ("exportGroupPermissions", export_group_permissions),
    ("exportGoogleGroupPermissions", export_google_group_permissions),
    ("exportSharingLinks", export_sharing_links),
    ("exportGoogleSharingLinks", export_sharing_links),
    ("exportGoogleDrivePermissions", export_google_drive_permissions),
    ("getExportJobStatus", get_export_job_status),
    ("downloadExportJobFile", download_export_job_file),
];

/// Groups that stand for whoever signs in, and are in no list.
const EVERYBODY: [&str; 4] = [
    "c:0(.s|true",
    "c:0-.f|rolemanager|spo-grid-all-users",
    "c:0!.s|windows",
    "c:0!.s|forms%3amembership",
];

fn export_site_permissions(call: &Call, world: &mut World) -> Outcome {
    let sites = reports::sites(world, list(call, "siteUrls"));
    start(world, Report::on_sites(sites))
}

fn export_object_activities(call: &Call, world: &mut World) -> Outcome {
    let (_, item) = reports::object(world, call.path_text("path")).ok_or_else(|| Refusal::not_found("object"))?;
    activities(call, world, None, Some(item.place))
}

fn export_google_object_activities(call: &Call, world: &mut World) -> Outcome {
    let item: Option<Entry<Item>> = world.find(call.path_text("id"));
    let item = item.filter(|item| item.place.parent::<Item>().parent::<Site>() == world.insights_tenant());
    let item = item.ok_or_else(|| Refusal::not_found("object"))?;
    activities(call, world, None, Some(item.place))
}

fn export_user_activities(call: &Call, world: &mut World) -> Outcome {
    let user = user(call, world)?;
    activities(call, world, Some(user), None)
}

fn activities(call: &Call, world: &mut World, user: Option<usize>, object: Option<Place>) -> Outcome {
    let events = texts(list(call, "eventTypes")).map(|events| events.into_iter().map(str::to_owned).collect());
    let period = period(call.query_text("startTime"), call.query_text("finishTime"))?;
    start(world, Report::on_activities(user, object, period, events))
}

fn export_user_permissions(call: &Call, world: &mut World) -> Outcome {
    let user = user(call, world)?;
    let places = within(
        world,
        reports::sites(world, list(call, "siteUrls")),
        list(call, "dataSources"),
    );
    start(world, Report::on_access(Whose::Users(vec![user]), places, 2))
}

fn export_google_user_permissions(call: &Call, world: &mut World) -> Outcome {
    let user = user(call, world)?;
    let (drives, detail) = (google_drives(call, world), google_detail(call)?);
    start(world, Report::on_access(Whose::Users(vec![user]), drives, detail))
}

fn export_group_permissions(call: &Call, world: &mut World) -> Outcome {
    let id = call.path_text("groupId");
    let groups = match world.find_in::<Group>(world.insights_tenant(), id) {
        Some(group) => vec![group.place.index::<Group>()],
        None if EVERYBODY.contains(&id) => Vec::new(),
        None => return Err(Refusal::not_found("group")),
    };
    let places = within(
        world,
        reports::sites(world, list(call, "siteUrls")),
        list(call, "dataSources"),
    );
    let detail = call.query_int("exportOptionType").unwrap_or_default();
    start(world, Report::on_access(Whose::Groups(groups), places, detail))
}

fn export_google_group_permissions(call: &Call, world: &mut World) -> Outcome {
    let mail = call.path_text("groupId");
    let mut groups = world.all::<Group>(world.insights_tenant());
    let group = groups
        .find(|group| group.mail.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(mail)))
        .ok_or_else(|| Refusal::not_found("group"))?;
    let group = group.place.index::<Group>();
    drop(groups);
    let (drives, detail) = (google_drives(call, world), google_detail(call)?);
    start(world, Report::on_access(Whose::Groups(vec![group]), drives, detail))
}

fn export_sharing_links(call: &Call, world: &mut World) -> Outcome {
    let kind = match call.query_int("exportLinkType").unwrap_or_default() {
        301 => 64,
        303 => 128,
        kind => kind,
    };
    let period = period(call.query_text("startTime"), call.query_text("finishTime"))?;
    start(world, Report::on_links(kind, period))
}

fn export_google_drive_permissions(call: &Call, world: &mut World) -> Outcome {
    let drives = drives(world, list(call, "driveIds"));
    start(world, Report::on_sites(drives))
}

fn get_export_job_status(call: &Call, world: &mut World) -> Outcome {
    let state = number(call).and_then(|number| world.exports.state(world.clock.now(), number, None));
    let state = state.ok_or_else(|| Refusal::not_found("export job"))?;
    let answer = json!({ "jobStatus": state as u8, "status": 200, "message": "" });
    Ok(match state.is_documented() {
        true => Answer::Json(answer),
        false => Answer::Undocumented(answer),
    })
}

fn download_export_job_file(call: &Call, world: &mut World) -> Outcome {
    let number = number(call).ok_or_else(|| Refusal::not_found("export job"))?;
    exports::download(world, number, None).map(Answer::File)
}

fn start(world: &mut World, report: Report) -> Outcome {
    let number = world.exports.start(world.clock.now(), report)?;
    Ok(Answer::Json(
        json!({ "jobId": number.to_string(), "status": 200, "message": "" }),
    ))
}

fn number(call: &Call) -> Option<usize> {
    call.path_text("jobId").parse().ok()
}

fn list<'c>(call: &'c Call, name: &str) -> Option<&'c [Value]> {
    call.query(name).and_then(Value::as_array).map(Vec::as_slice)
}

/// The user whom the path names.
fn user(call: &Call, world: &World) -> Result<usize, Refusal> {
    let user = reports::user(world, call.path_text("email")).ok_or_else(|| Refusal::not_found("user"))?;
    Ok(user.place.index::<User>())
}

/// The sites that belong to the applications with these names; all if there is no list.
pub(crate) fn within(world: &World, sites: Vec<Place>, sources: Option<&[Value]>) -> Vec<Place> {
    let Some(sources) = texts(sources) else { return sites };
    let tenant = world.insights_tenant();
    let is_asked = |place: &Place| {
        let module = world.nth::<Site>(tenant, place.index::<Site>()).module;
        sources.contains(&reports::module(module))
    };
    sites.into_iter().filter(is_asked).collect()
}

/// The drives that a call asks for by id and by kind.
fn google_drives(call: &Call, world: &World) -> Vec<Place> {
    let drives = drives(world, list(call, "driveIds"));
    let Some(sources) = texts(list(call, "dataSources")) else {
        return drives;
    };
    let tenant = world.insights_tenant();
    let is_asked = |place: &Place| {
        let is_shared = world.nth::<Site>(tenant, place.index::<Site>()).module != ONE_DRIVE;
        sources.iter().any(|source| (*source == "Shared Drive") == is_shared)
    };
    drives.into_iter().filter(is_asked).collect()
}

/// The drives with these ids, or of the users with these addresses; all if there is no list.
fn drives(world: &World, ids: Option<&[Value]>) -> Vec<Place> {
    let Some(ids) = texts(ids) else {
        return reports::sites(world, None);
    };
    let tenant = world.insights_tenant();
    let drive = |id: &str| {
        if let Some(site) = world.find_in::<Site>(tenant, id) {
            return Some(site.place);
        }
        let user = reports::user(world, id)?.place.index::<User>();
        let mut sites = world.all::<Site>(tenant);
        let own = sites.find(|site| site.module == ONE_DRIVE && site.owner == user)?;
        Some(own.place)
    };
    // Two names may be of one drive.
    let mut seen = HashSet::new();
    let drives = ids.into_iter().filter_map(drive);
    drives.filter(|drive| seen.insert(*drive)).collect()
}

/// How much detail a report on Google Workspace has.
fn google_detail(call: &Call) -> Result<i64, Refusal> {
    match call.query_int("exportOptionType") {
        Some(1) => Err(Refusal::invalid(vec![Violation::new(
            "exportOptionType",
            "access to each drive is not supported yet; ask for 2 or 3",
        )])),
        detail => Ok(detail.unwrap_or(2)),
    }
}

/// The time between two, which are written without an offset and are of UTC.
pub(crate) fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Refusal> {
    let read = |text: &str| {
        let time = text.parse::<jiff::civil::DateTime>();
        let time = time.and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC));
        time.map(|time| time.timestamp()).map_err(|_| {
            let message = "a time of the period is none that a calendar and a clock have";
            Refusal::new(400, format!("The request is not valid: {message}."))
        })
    };
    Ok(Period {
        from: from.map(read).transpose()?,
        to: to.map(read).transpose()?,
    })
}
