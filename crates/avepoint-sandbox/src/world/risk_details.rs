//! What is known of the objects that match risk rules, in the shape that answers have.

use fastrand::Rng;
use serde_json::{Value, json};

use super::names::{FIRST, LAST, SITES};
use super::risks::Matches;
use super::{Clock, Entry, Site, Tenant, User, World, guid, pick};

pub(super) const LICENSES: [(&str, &str); 4] = [
    ("Office 365 E3", "ENTERPRISEPACK"),
    ("Microsoft 365 E5", "SPE_E5"),
    ("Power BI Pro", "POWER_BI_PRO"),
    ("Visio Plan 2", "VISIOCLIENT"),
];

const ROLES: [&str; 4] = ["Exchange Administrator", "User", "Global Reader", "Teams Administrator"];

/// The id of an object of a tenant and its details. Users and sites are those of the tenant.
pub(super) fn of(
    world: &World,
    matches: Matches,
    tenant: &Entry<Tenant>,
    index: usize,
    random: &mut Rng,
) -> (String, Value) {
    let user = || {
        let users = world.count::<User>(tenant.place);
        (users > 0).then(|| world.nth::<User>(tenant.place, index % users))
    };
    match matches {
        Matches::Users => user().map(|user| (user.id.clone(), user_detail(&world.clock, &user, random))),
        Matches::Mailboxes => user().map(|user| (guid(random.u128(..)), mailbox(&world.clock, &user, random))),
        Matches::OneDrives => user().map(|user| (guid(random.u128(..)), one_drive(&user, tenant, random))),
        Matches::Sites => {
            let sites = world.count::<Site>(tenant.place);
            let site = (sites > 0).then(|| world.nth::<Site>(tenant.place, index % sites));
            site.map(|site| (site.id.clone(), site_detail(&world.clock, &site, random)))
        }
        _ => None,
    }
    .unwrap_or_else(|| (guid(random.u128(..)), own(&world.clock, matches, tenant, index, random)))
}

fn user_detail(clock: &Clock, user: &User, random: &mut Rng) -> Value {
    json!({
        "userName": user.display_name,
        "userEmailAddress": user.mail,
        "userRoles": pick(random, &ROLES),
        "upn": user.principal_name,
        "userType": if user.is_external { 1 } else { 2 },
        "MFAControlledViaCap": random.bool(),
        "lastSignIn": clock.written_before(random, 1..60),
        "lastActivityDate": clock.written_before(random, 1..60),
        "createdDate": clock.written_before(random, 400..2_000),
        "signInCount": random.i64(0..300),
        "sourceType": if user.is_local { 4 } else { 1 },
    })
}

fn mailbox(clock: &Clock, user: &User, random: &mut Rng) -> Value {
    let quota = 1_024 * pick(random, &[50, 100]);
    json!({
        "mailboxName": user.display_name,
        "mailboxEmailAddress": user.mail,
        "storageUsed": quota * random.i64(90..100) / 100,
        "prohibitSendReceiveQuota": quota,
        "recipientType": pick(random, &[1, 1, 1, 2, 4, 8]),
        "createdDate": clock.written_before(random, 400..2_000),
        "lastActivityDate": clock.written_before(random, 1..60),
        "prohibitSendQuota": quota - 512,
    })
}

fn one_drive(user: &User, tenant: &Tenant, random: &mut Rng) -> Value {
    let limit = 1_048_576;
    let name = user
        .principal_name
        .split('@')
        .next()
        .unwrap_or_default()
        .replace('.', "_");
    json!({
        "displayName": user.display_name,
        "url": format!("https://onedrive.{}/personal/{name}", tenant.domain),
        "adminCount": random.i64(1..3),
        "storageUsed": random.i64(0..limit),
        "storageLimit": limit,
        "changeFileCount": random.i64(0..900),
        "guestsCount": random.i64(5..40),
    })
}

fn site_detail(clock: &Clock, site: &Site, random: &mut Rng) -> Value {
    json!({
        "siteName": site.name,
        "siteUrl": site.url,
        "createdBy": person(random),
        "storageUsed": random.i64(100..90_000),
        "ownerCount": random.i64(1..5),
        "memberCount": random.i64(2..90),
        "createdDate": clock.written_before(random, 700..3_000),
        "lastActivityDate": clock.written_before(random, 180..600),
        "latestCampaignInfo": "Access review, closed",
        "lockState": random.i64(1..4),
    })
}

/// An object that nothing else tells of.
fn own(clock: &Clock, matches: Matches, tenant: &Tenant, index: usize, random: &mut Rng) -> Value {
    let subject = SITES[index % SITES.len()];
    let name = format!("{} {subject}", tenant.name);
    let path = subject.to_lowercase();
    let (creator, created) = (person(random), clock.written_before(random, 400..1_500));
    let active = clock.written_before(random, 1..300);
    let environment = format!("{} {}", tenant.name, pick(random, &["Production", "Finance"]));
    match matches {
        Matches::Groups => json!({
            "groupName": name,
            "groupEmailAddress": format!("{path}@{}", tenant.domain),
            "createdBy": creator,
            "groupType": pick(random, &[1, 1, 2, 4, 8, -1]),
            "ownerCount": 1,
            "memberCount": random.i64(2..90),
            "createDate": created,
            "createdDate": created,
            "lastActivityDate": active,
            "sourceType": pick(random, &[0, 1, 2, 4]),
        }),
        Matches::Teams => json!({
            "teamsName": name,
            "teamsUrl": format!("https://sharepoint.{}/sites/team-{path}", tenant.domain),
            "createdBy": creator,
            "ownerCount": 0,
            "memberCount": random.i64(2..90),
            "lastActivityDate": active,
            "latestCampaignInfo": "Owner review, due",
        }),
        Matches::Environments => json!({
            "environmentName": name,
            "environmentMakerCount": random.i64(4..20),
            "region": random.i64(-1..20),
            "type": 1 << random.i64(0..7),
            "createdDate": created,
            "lastActivityDate": active,
            "totalUsage": random.i64(1..20) << 30,
            "creatorName": creator,
            "creatorEmail": format!("{}@{}", creator.to_lowercase().replace(' ', "."), tenant.domain),
            "adminCount": random.i64(1..5),
            "guestUserCount": random.i64(0..9),
        }),
        Matches::Connections => json!({
            "connectionName": format!("{name} SQL"),
            "parentEnvironment": environment,
            "createdBy": creator,
            "createdDate": created,
        }),
        Matches::PowerApps => json!({
            "appName": format!("{name} log"),
            "environment": environment,
            "createdBy": creator,
            "guestUserCount": random.i64(1..9),
            "includedInSolutions": random.i64(0..2),
            "coOwnerCount": random.i64(0..4),
            "lastSignIn": active,
            "lastLaunchTime": active,
            "createdDate": created,
        }),
        Matches::Flows => json!({
            "flowName": format!("{name} approval"),
            "environment": environment,
            "guestsCount": random.i64(0..4),
            "creatorName": creator,
            "type": pick(random, &[0, 1, 2, 4, 8]),
            "includedInSolutions": random.i64(0..2),
            "coOwnerCount": random.i64(0..4),
            "createdDate": created,
            "lastActivityDate": active,
            "lastSignIn": if index % 3 == 2 { "N/A" } else { active.as_str() },
        }),
        Matches::PowerBi => json!({
            "workspaceName": format!("{name} figures"),
            "capacityName": format!("{} Premium", tenant.name),
            "artifactName": format!("{subject} margin"),
            "workspace": format!("{} Finance", tenant.name),
            "sensitivity": pick(random, &["", "General", "Confidential"]),
            "adminCount": random.i64(1..4),
            "lastActivityDate": active,
            "createdDate": created,
            "guestUserCount": random.i64(0..9),
            "reportCount": random.i64(1..40),
            "userCount": random.i64(3..90),
        }),
        _ => {
            let (shown, key) = LICENSES[index % LICENSES.len()];
            json!({ "licenseCount": random.i64(1..60), "licenseDisplayName": shown, "licenseKeyName": key })
        }
    }
}

fn person(random: &mut Rng) -> String {
    format!("{} {}", pick(random, &FIRST), pick(random, &LAST))
}
