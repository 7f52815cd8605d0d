//! Users of tenants, in the cloud and on premises.

use serde_json::{Value, json};

use super::{Handlers, tenant};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::filter;
use crate::paging::{Rows, page};
use crate::world::{Entry, User, World};

pub(super) const HANDLERS: Handlers = &[
    ("listUsers", list_users),
    ("getUser", get_user),
    ("updateUserGeneral", update_user_general),
];

fn list_users(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let rows = match filter::texts(call.body_list("userIds")) {
        Some(ids) => Rows::of(ids.into_iter().filter_map(|id| world.find_in(tenant, id)).collect()),
        None => Rows::lazy(world.count::<User>(tenant), |index| world.nth(tenant, index)),
    };
    page(call, world, rows, listed)
}

fn get_user(call: &Call, world: &mut World) -> Outcome {
    Ok(Answer::Json(profile(&user(call, world)?)))
}

fn update_user_general(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "firstName", &mut user.first_name);
        set(call, "lastName", &mut user.last_name);
        set(call, "displayName", &mut user.display_name);
        set(call, "jobTitle", &mut user.job_title);
        set(call, "employeeId", &mut user.employee_id);
    })
}

/// The user that the path names, of the tenant that it names.
fn user(call: &Call, world: &World) -> Result<Entry<User>, Refusal> {
    let tenant = tenant(call, world)?;
    let found = world.find_in(tenant.place, call.path_text("userId"));
    found.ok_or_else(|| Refusal::not_found("user"))
}

/// Changes the user that the path names.
fn change(call: &Call, world: &mut World, change: impl FnOnce(&mut User)) -> Outcome {
    let user = user(call, world)?;
    world.change(user, change);
    Ok(Answer::Empty)
}

/// Sets a text to what the body says, if it does.
fn set(call: &Call, member: &str, text: &mut String) {
    if let Some(new) = call.body_text(member) {
        new.clone_into(text);
    }
}

fn listed(user: Entry<User>) -> Value {
    json!({
        "id": user.id,
        "userPrincipalName": user.principal_name,
        "displayName": user.display_name,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "department": user.department,
        "mobile": user.mobile,
        "jobTitle": user.job_title,
        "mail": user.mail,
        "location": user.office,
        "employeeId": user.employee_id,
        "status": user.status,
        "isTestUser": user.is_test,
        "age": user.password_age,
        "startDate": user.start,
        "endDate": user.end,
        "company": user.company,
        "countryOrRegion": user.country,
    })
}

fn profile(user: &Entry<User>) -> Value {
    json!({
        "id": user.id,
        "manager": user.manager,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "displayName": user.display_name,
        "jobTitle": user.job_title,
        "employeeId": user.employee_id,
        "alternateEmailAddress": user.alternate_mail,
        "company": user.company,
        "department": user.department,
        "location": user.office,
        "passwordNeverExpire": user.password_never_expires,
        "lastChangeDate": user.changed,
        "age": user.age(),
        "isTestUser": user.is_test,
        "officePhone": user.office_phone,
        "mobile": user.mobile,
        "birthday": user.birthday,
        "mail": user.mail,
        "usageLocation": user.usage_location,
        "preferredLanguage": user.language,
        "enforceStart": user.enforces_start,
        "enforceStartDateTime": user.start,
        "enforceEnd": user.enforces_end,
        "enforceEndDateTime": user.end,
        "postalCode": user.postal_code,
        "countryRegion": user.country,
        "state": user.state,
        "address": user.address,
        "loginName": user.principal_name,
        "status": user.status,
        "isExternal": user.is_external,
        "fax": user.fax,
        "sponsor": user.sponsor,
        "template": user.template,
        "city": user.city,
    })
}
