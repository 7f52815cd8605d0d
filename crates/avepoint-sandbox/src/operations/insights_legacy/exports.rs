//! Export jobs: starting them, how they stand, and their files. The jobs are those of the Insights API too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Handlers, code};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::exports::{self, Kind, Report};
use crate::filter::texts;
use crate::operations::insights::exports::{period, within};
use crate::reports::{self, Whose};
use crate::world::{Group, User, World};

pub(super) const HANDLERS: Handlers = &[
    ("exportSitePermissions", export_site_permissions),
    ("exportUserPermissions", export_user_permissions),
    ("exportGroupPermissions", export_group_permissions),
    ("exportSharingLinks", export_sharing_links),
    ("exportActivities", export_activities),
    ("getExportJob", |call, world| status(call, world, Kind::Permissions)),
    ("downloadExportJobFile", |call, world| {
        file(call, world, Kind::Permissions)
    }),
    ("getActivityExportJob", |call, world| {
        status(call, world, Kind::Activities)
    }),
    ("downloadActivityExportJobFile", |call, world| {
        file(call, world, Kind::Activities)
    }),
];

/// The option that leaves all but the summary out.
const SUMMARY_ALONE: i64 = 3;

fn export_site_permissions(call: &Call, world: &mut World) -> Outcome {
    let sites = reports::sites(world, call.body_list("siteUrls"));
    start(call, world, Report::on_sites(sites))
}

fn export_user_permissions(call: &Call, world: &mut World) -> Outcome {
    let users = reports::users(world, call.body_list("emails").unwrap_or_default());
    access(call, world, Whose::Users(users))
}

fn export_group_permissions(call: &Call, world: &mut World) -> Outcome {
    let tenant = world.insights_tenant();
    let ids = texts(call.body_list("Emails")).unwrap_or_default();
    let groups = match ids.as_slice() {
        [] if detail(call) == SUMMARY_ALONE => (0..world.count::<Group>(tenant)).collect(),
        ids => {
            let groups = ids.iter().filter_map(|id| world.find_in::<Group>(tenant, id));
            let groups: BTreeSet<_> = groups.map(|group| group.place.index::<Group>()).collect();
            groups.into_iter().collect()
        }
    };
    access(call, world, Whose::Groups(groups))
}

fn access(call: &Call, world: &mut World, whose: Whose) -> Outcome {
    let sites = reports::sites(world, call.body_list("siteUrls"));
    let sites = within(world, sites, call.body_list("dataSources"));
    start(call, world, Report::on_access(whose, sites, detail(call)))
}

fn export_sharing_links(call: &Call, world: &mut World) -> Outcome {
    let kind = call.body("exportLinkType").and_then(code).unwrap_or_default();
    let period = period(call.body_text("startTime"), call.body_text("endTime"))?;
    start(call, world, Report::on_links(kind, period))
}

fn export_activities(call: &Call, world: &mut World) -> Outcome {
    let named = |member| call.body_text(member).filter(|text| !text.is_empty());
    let (path, email) = (named("path"), named("email"));
    if path.or(email).is_none() {
        return Err(Refusal::new(
            400,
            "The request is not valid. Name an object by its path, a user by the e-mail address, or both.",
        ));
    }
    let object = match path {
        Some(path) => Some(reports::object(world, path).ok_or_else(|| Refusal::not_found("object"))?),
        None => None,
    };
    let user = match email {
        Some(email) => Some(reports::user(world, email).ok_or_else(|| Refusal::not_found("user"))?),
        None => None,
    };
    let events = call.body("eventTypes").map(|events| match events {
        Value::String(event) => vec![event.clone()],
        events => {
            let events = texts(events.as_array().map(Vec::as_slice)).unwrap_or_default();
            events.into_iter().map(str::to_owned).collect()
        }
    });
    let period = period(call.body_text("starttime"), call.body_text("endtime"))?;
    let (user, object) = (
        user.map(|user| user.place.index::<User>()),
        object.map(|(_, item)| item.place),
    );
    start(call, world, Report::on_activities(user, object, period, events))
}

/// How much detail a report has: the most of the options, where there are several.
fn detail(call: &Call) -> i64 {
    match call.body("ExportOptionType") {
        Some(Value::Array(options)) => {
            let options: Vec<_> = options.iter().filter_map(Value::as_i64).collect();
            let most = [2, 1].into_iter().find(|option| options.contains(option));
            most.unwrap_or(SUMMARY_ALONE)
        }
        option => option.and_then(Value::as_i64).unwrap_or(SUMMARY_ALONE),
    }
}

fn start(call: &Call, world: &mut World, report: Report) -> Outcome {
    let what = match report.kind {
        Kind::Permissions => "permission/export/get",
        Kind::Activities => "activity/export/file",
    };
    let report = report.in_language(super::language(call).to_owned());
    let number = world.exports.start(world.clock.now(), report)?;
    Ok(Answer::Json(
        json!({ "id": number, "getFileUrl": format!("api/v1/{what}?id={number}") }),
    ))
}

fn number(call: &Call) -> Result<usize, Refusal> {
    let number = call.query_int("id").and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| Refusal::not_found("export job"))
}

fn status(call: &Call, world: &World, kind: Kind) -> Outcome {
    let state = world.exports.state(world.clock.now(), number(call)?, Some(kind));
    let state = state.ok_or_else(|| Refusal::not_found("export job"))?;
    let answer = json!({ "status": state as u8, "description": state.words() });
    Ok(match state.is_documented() {
        true => Answer::Json(answer),
        false => Answer::Undocumented(answer),
    })
}

fn file(call: &Call, world: &mut World, kind: Kind) -> Outcome {
    exports::download(world, number(call)?, Some(kind)).map(Answer::File)
}
