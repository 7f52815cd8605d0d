//! Users of tenants, in the cloud and on premises.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Handlers, chosen, customer, tenant};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::filter;
use crate::paging::page;
use crate::spec::meaning;
use crate::world::{Agent, Change, Clock, Deed, Entry, User, World};

/// What a user of a local directory has beyond one of the cloud, no answer shows; so the operations are the same for both.
pub(super) const HANDLERS: Handlers = &[
    ("listUsers", list_users),
    ("getUser", get_user),
    ("updateUserAccount", update_account),
    ("updateUserAlternateEmailAddress", update_alternate_mail),
    ("updateUserBirthday", update_birthday),
    ("updateUserContact", update_contact),
    ("updateUserGeneral", update_general),
    ("updateUserExternalFlag", update_external_flag),
    ("updateUserTestFlag", update_test_flag),
    ("updateUserManager", update_manager),
    ("updateUserOffice", update_office),
    ("updateUserOfficeLocation", update_office_location),
    ("updateUserPasswordSetting", update_password_setting),
    ("updateUserSponsor", update_sponsor),
    ("updateLocalUserContact", update_contact),
    ("updateLocalUserGeneral", update_general),
    ("updateLocalUserNotes", update_unseen),
    ("updateLocalUserOffice", update_office),
    ("updateLocalUserOfficeLocation", update_office_location),
    ("updateLocalUserProfile", update_unseen),
    ("listHybridAgents", list_hybrid_agents),
];

fn list_users(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let rows = chosen::<User>(world, tenant, call.body_list("userIds"));
    page(call, world, rows, listed)
}

fn get_user(call: &Call, world: &mut World) -> Outcome {
    Ok(Answer::Json(profile(&user(call, world)?, world.clock.now())))
}

fn update_account(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "mail", &mut user.mail);
        set(call, "usageLocation", &mut user.usage_location);
        set(call, "preferredLanguage", &mut user.language);
        set_flag(call, "enforceStart", &mut user.enforces_start);
        set(call, "enforceStartDateTime", &mut user.start);
        set_flag(call, "enforceEnd", &mut user.enforces_end);
        set(call, "enforceEndDateTime", &mut user.end);
    })
}

fn update_alternate_mail(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        if let Some(addresses) = filter::texts(call.body_list("alternateEmailAddress")) {
            user.alternate_mail = addresses.into_iter().map(str::to_owned).collect();
        }
    })
}

fn update_birthday(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| set(call, "birthday", &mut user.birthday))
}

fn update_contact(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "officePhone", &mut user.office_phone);
        set(call, "mobile", &mut user.mobile);
        set(call, "fax", &mut user.fax);
    })
}

fn update_general(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "firstName", &mut user.first_name);
        set(call, "lastName", &mut user.last_name);
        set(call, "displayName", &mut user.display_name);
        set(call, "jobTitle", &mut user.job_title);
        set(call, "employeeId", &mut user.employee_id);
    })
}

fn update_external_flag(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| set_flag(call, "isExternal", &mut user.is_external))
}

fn update_test_flag(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        user.set_test(call.body_bool("isTestUser").unwrap_or(user.is_test))
    })
}

fn update_manager(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| set(call, "userPrincipalName", &mut user.manager))
}

fn update_office(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "company", &mut user.company);
        set(call, "department", &mut user.department);
        set(call, "location", &mut user.office);
    })
}

fn update_office_location(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set(call, "postalCode", &mut user.postal_code);
        set(call, "state", &mut user.state);
        set(call, "address", &mut user.address);
        set(call, "city", &mut user.city);
        set(call, "countryRegion", &mut user.country);
        // It may be sent as a code, and is shown by its name.
        let code = json!(user.country);
        if let Some(name) = meaning(call.operation.api, "CountryCode", &code) {
            name.clone_into(&mut user.country);
        }
    })
}

fn update_password_setting(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| {
        set_flag(call, "passwordNeverExpire", &mut user.password_never_expires)
    })
}

fn update_sponsor(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |user| set(call, "userPrincipalName", &mut user.sponsor))
}

/// Changes what no answer shows.
fn update_unseen(call: &Call, world: &mut World) -> Outcome {
    change(call, world, |_| ())
}

fn list_hybrid_agents(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    page(call, world, chosen::<Agent>(world, tenant, None), agent)
}

/// The user that the path names, of the tenant that it names.
fn user(call: &Call, world: &World) -> Result<Entry<User>, Refusal> {
    let tenant = tenant(call, world)?;
    let found = world.find_in(tenant.place, call.path_text("userId"));
    found.ok_or_else(|| Refusal::not_found("user"))
}

/// Changes the user that the path names.
fn change(call: &Call, world: &mut World, change: impl FnOnce(&mut User)) -> Outcome {
    let (customer, tenant, user) = (customer(call, world)?, tenant(call, world)?, user(call, world)?);
    let now = world.clock.now();
    let (id, before) = (user.id.clone(), profile(&user, now));
    world.change(user, |user| {
        change(user);
        user.changed = Clock::written(now);
    });
    if let Some(user) = world.find(&id) {
        let changes = changes(&before, &profile(&user, now));
        world.record(Deed::to_user(&customer, &tenant, &user, changes));
    }
    Ok(Answer::Empty)
}

/// The members in which a profile differs from an earlier one, but for the time of the change.
fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = after.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| before[name.as_str()] != **value && *name != "lastChangeDate")
        .map(|(name, value)| Change {
            property: name.clone(),
            before: text(&before[name.as_str()]),
            after: text(value),
        })
        .collect()
}

/// Sets a text to what the body says, if it does.
fn set(call: &Call, member: &str, text: &mut String) {
    if let Some(new) = call.body_text(member) {
        new.clone_into(text);
    }
}

/// Sets a switch to what the body says, if it does.
fn set_flag(call: &Call, member: &str, flag: &mut bool) {
    *flag = call.body_bool(member).unwrap_or(*flag);
}

fn agent(agent: Entry<Agent>) -> Value {
    json!({
        "id": agent.id,
        "serverName": agent.server,
        "version": agent.version,
        "status": agent.status,
        "syncTime": agent.synced,
        "collectTime": agent.collected,
        "connectionStatus": agent.connection,
        "advanceMessage": agent.advice,
    })
}

/// A user as lists show it.
pub(super) fn listed(user: Entry<User>) -> Value {
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

fn profile(user: &Entry<User>, now: Timestamp) -> Value {
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
        "age": user.age(now),
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

#[cfg(test)]
mod tests;
