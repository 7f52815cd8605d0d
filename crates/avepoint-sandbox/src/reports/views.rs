//! How rows look, as the Insights API writes them; the Web API says from it where it differs.

use serde_json::{Value, json};

use super::find::item;
use crate::world::{
    ANYONE, Activity, Clock, EVENTS, Entry, FOLDER, Grant, Group, Item, Link, Principal, SPECIFIC, Site, User, World,
};

/// The conditions of a user who may not sign in.
const SIGN_IN_BLOCKED: i64 = 1;

/// An object, and what is known of its risk.
pub(crate) fn record(world: &World, site: &Entry<Site>, item: &Entry<Item>) -> Value {
    let creator = member(world, item.creator);
    json!({
        "id": item.id,
        "name": name(site, item),
        "location": location(site, item),
        "objectType": kind(item.kind),
        "createdBy": creator.display_name,
        "module": module(site.module),
        "inheritType": inheritance(item),
        "siteName": site.name,
        "sensitivityLevel": level(item.sensitivity, "Not sensitive"),
        "exposureLevel": level(item.exposure, "N/A"),
        "scannedTime": Clock::written(item.scanned),
        "createdTime": Clock::written(item.created),
        "modifiedTime": item.modified.map(Clock::written).unwrap_or_default(),
        "channelName": item.channel,
        "riskLevel": level(item.risk, "No risk"),
        "privacy": site.privacy,
        "dataType": item.data_types,
        "sensitivityLabel": item.label,
        "trainableClassifier": item.classifier,
        "tagName": item.tag,
        "retentionLabel": item.retention,
        "creatorEmail": creator.mail,
        "webUrl": site.url,
    })
}

/// A permission, of whomever.
pub(crate) fn site_permission(world: &World, grant: Grant) -> Value {
    let (site, item) = item(world, grant.site, grant.item);
    let (principal, mail, kind, members, is_external) = match grant.to {
        Principal::User(user) => {
            let user = member(world, user).row;
            (user.display_name, user.mail, "User", 0, user.is_external)
        }
        Principal::Group(group) => {
            let group = group_at(world, group);
            let kind = match group.kind {
                "Microsoft 365 Group" => "SharePoint Group",
                kind => kind,
            };
            let count = group.members.len();
            (
                group_name(&group),
                group.row.mail.unwrap_or_default(),
                kind,
                count,
                false,
            )
        }
    };
    json!({
        "module": module(site.module),
        "name": name(&site, &item),
        "url": location(&site, &item),
        "objectType": self::kind(item.kind),
        "linkGivingAccessTo": grant.link.map(|_| mail.as_str()),
        "principalName": principal,
        "email": mail,
        "principalType": kind,
        "permission": grant.level,
        "numberOfMembers": members,
        "isExternalUser": is_external,
        "inheritType": inheritance_of_grant(grant, &item),
    })
}

/// A permission, of a user who has it directly, in a group or by a link.
pub(crate) fn user_permission(world: &World, grant: Grant) -> Value {
    let (site, item) = item(world, grant.site, grant.item);
    let from = match (grant.link, grant.to) {
        (Some(index), _) => link_name(&world.nth::<Link>(grant.site, index), &item.id),
        (None, Principal::Group(group)) => group_name(&group_at(world, group)),
        (None, Principal::User(_)) => String::new(),
    };
    json!({
        "module": module(site.module),
        "siteName": site.name,
        "name": name(&site, &item),
        "location": location(&site, &item),
        "objectType": kind(item.kind),
        "inheritType": inheritance_of_grant(grant, &item),
        "permission": grant.level,
        "sensitivityLevel": level(item.sensitivity, "Not sensitive"),
        "dataType": item.data_types.join(", "),
        "isDirect": from.is_empty(),
        "sensitivityLabel": item.label.unwrap_or_default(),
        "trainableClassifier": item.classifier.unwrap_or_default(),
        "inheritedFrom": from,
    })
}

/// A sharing link.
pub(crate) fn link(world: &World, link: &Entry<Link>) -> Value {
    let place = link.place.parent::<Link>();
    let (site, item) = item(world, place, link.item);
    let kind = kind(item.kind);
    let letter = if item.kind == FOLDER { 'f' } else { 'x' };
    let is_external = |user: &usize| member(world, *user).is_external;
    let host = site.url.split('/').nth(2).unwrap_or_default();
    let sensitivity = if item.kind == FOLDER {
        "sensitiveLevel"
    } else {
        "sensitivityLevel"
    };
    json!({
        "id": format!("{},{}", item.id, link.id),
        "siteId": site.id,
        "selfId": item.id,
        "linkId": link.id,
        "logonName": link_name(link, &item.id),
        "createTime": Clock::written(link.created),
        "expireTime": link.expires.map(Clock::written),
        "name": name(&site, &item),
        "objectUrl": location(&site, &item),
        "linkType": match link.kind {
            ANYONE => "Anyone links",
            SPECIFIC if link.shared_with.iter().any(is_external) => "Links for Specific External Users",
            SPECIFIC => "Links for Specific Internal Users",
            _ => "Organization links",
        },
        "shareBy": member(world, link.creator).display_name,
        "inheritFrom": item.inherits,
        "inheritType": inheritance(&item),
        "shareWith": link.shared_with.len(),
        "linkUrl": format!("https://{host}/:{letter}:/s/{}/{}", site.name.replace(' ', ""), link.token),
        "permission": link.permission,
        "fileType": kind,
        sensitivity: level(item.sensitivity, "Not sensitive"),
    })
}

/// The name under which a link stands among users.
pub(crate) fn link_name(link: &Entry<Link>, item: &str) -> String {
    let kind = match link.kind {
        SPECIFIC => "flexible",
        ANYONE => "anonymous",
        _ => "organization",
    };
    format!("sharinglinks.{}.{kind}.{item}", link.id)
}

/// A user, who has direct access to so many sites.
pub(crate) fn user(world: &World, user: &Entry<User>, sites: usize) -> Value {
    let chance = world.digest(&format!("sign-in of {}", user.id));
    let last = [
        "Less than 90 Days",
        "Less than 90 Days",
        "None",
        "More than 90 Days",
        "N/A",
        "More than 180 Days",
    ];
    let days = i64::try_from(chance / 7 % 2_000).unwrap_or_default();
    json!({
        "displayName": user.display_name,
        "loginName": user.principal_name,
        "email": user.mail,
        "userStatus": if user.status.contains(&SIGN_IN_BLOCKED) { "Blocked" } else { "Active" },
        "trustStatus": if user.is_external { "Not Trusted" } else { "Trusted" },
        "sitesWithDirectAccess": sites,
        "LastSignIn": last[usize::try_from(chance % last.len() as u64).unwrap_or_default()],
        "createdOn": local(&Clock::written(world.clock.days_before(200 + days))),
    })
}

/// A group.
pub(crate) fn group(world: &World, group: &Entry<Group>) -> Value {
    let external = group.members.iter().filter(|user| member(world, **user).is_external);
    json!({
        "displayName": group.name,
        "groupId": group.id,
        "email": group.mail,
        "groupType": match group.kind {
            "Distribution Group" => "Distribution group",
            "Mail-enabled Security Group" => "Mail-enabled security group",
            kind => kind,
        },
        "membershipType": group.membership,
        "createdOn": local(&Clock::written(group.created)),
        "externalMemberCount": external.count(),
    })
}

/// What was done with an object; reports alone have it.
pub(crate) fn activity(world: &World, site: &Entry<Site>, item: &Entry<Item>, activity: Activity) -> Value {
    let user = member(world, activity.user);
    json!({
        "time": Clock::written(activity.time),
        "user": user.display_name,
        "email": user.mail,
        "event": EVENTS[activity.event].0,
        "module": module(site.module),
        "siteName": site.name,
        "name": name(site, item),
        "location": location(site, item),
        "objectType": kind(item.kind),
    })
}

/// A level in words; `lowest` is the word for zero.
pub(crate) fn level(level: i64, lowest: &'static str) -> &'static str {
    match level {
        0 => lowest,
        1 => "Low",
        2 => "Medium",
        3 => "High",
        _ => "N/A",
    }
}

fn kind(code: i64) -> &'static str {
    match code {
        1 => "Folder",
        2 => "File",
        3 => "Item",
        11 => "Site Collection",
        12 => "Site",
        13 => "List",
        _ => "Library",
    }
}

pub(crate) fn module(code: i64) -> &'static str {
    match code {
        1 => "Microsoft Teams",
        2 => "SharePoint Online",
        3 => "OneDrive",
        _ => "Microsoft 365 Group",
    }
}

fn inheritance(item: &Item) -> &'static str {
    if item.inherits.is_some() {
        "Inheritance"
    } else {
        "Unique"
    }
}

/// What a link gives is the object's own.
fn inheritance_of_grant(grant: Grant, item: &Item) -> &'static str {
    if grant.link.is_some() {
        "Unique"
    } else {
        inheritance(item)
    }
}

fn name(site: &Site, item: &Item) -> String {
    let name = if item.name.is_empty() { &site.name } else { &item.name };
    name.clone()
}

fn location(site: &Site, item: &Item) -> String {
    format!("{}{}", site.url, item.path)
}

fn group_name(group: &Group) -> String {
    match group.kind {
        "Microsoft 365 Group" => format!("{} Members", group.name),
        _ => group.name.clone(),
    }
}

fn member(world: &World, index: usize) -> Entry<User> {
    world.nth(world.insights_tenant(), index)
}

fn group_at(world: &World, index: usize) -> Entry<Group> {
    world.nth(world.insights_tenant(), index)
}

/// A time without its offset.
fn local(time: &str) -> &str {
    time.trim_end_matches('Z')
}
