//! Where backups are kept.

use serde_json::{Value, json};

use super::{Handlers, chosen};
use crate::call::{Call, Outcome};
use crate::paging::page;
use crate::world::{Clock, Entry, Place, StorageProfile, World};

pub(super) const HANDLERS: Handlers = &[("listStorageProfiles", list_storage_profiles)];

fn list_storage_profiles(call: &Call, world: &mut World) -> Outcome {
    let rows = chosen(world, Place::ROOT, call.body_list("ProfileIds"));
    page(call, world, rows, |profile: Entry<StorageProfile>| {
        json!({
            "id": profile.id,
            "name": profile.name,
            "deviceType": profile.device,
            "modifyTime": modified(&profile),
            "extension": extension(&profile),
        })
    })
}

/// Those of Azure have the month first.
fn modified(profile: &StorageProfile) -> String {
    match profile.device {
        403 => profile.modified.strftime("%m-%d-%YT%H:%M:%SZ").to_string(),
        _ => Clock::written(profile.modified),
    }
}

/// What the profiles of a device have of their own, and what those of all known devices have.
fn extension(profile: &StorageProfile) -> Value {
    let (owner, secret) = (&profile.owner, &profile.secret);
    let server = |host: &str, port: u16| {
        json!({
            "Host": format!("{host}.{owner}.example"),
            "Port": port,
            "Folder": "/backup",
            "UserName": "backup",
            "Password": secret,
        })
    };
    let bucket = |more: Value| {
        let mut members = json!({
            "BucketName": format!("{owner}-backup"),
            "AccessKeyId": format!("{}-KEY", owner.to_uppercase()),
            "SecretAccessKey": secret,
        });
        merge(&mut members, more);
        members
    };
    let endpoint = |host: &str| {
        json!({
            "Endpoint": format!("https://{host}.{owner}.example"),
            "SignatureVersionKey": format!("{secret}-signature"),
        })
    };
    let mut members = match profile.device {
        1 => server("files", 21),
        12 => server("sftp", 22),
        301 => {
            let mut members = bucket(endpoint("protect"));
            merge(
                &mut members,
                json!({
                    "AllowInsecureSsl": "false",
                    "CertThumbprint": "5F2A90C4D71E8B36A0F4C2D95E7B18306D4FA29C",
                }),
            );
            members
        }
        302 => bucket(endpoint("objects")),
        401 => bucket(json!({ "Region": 6 })),
        403 => json!({
            "AccessPoint": "https://blob.core.windows.example",
            "ContainerName": "{$CustomerName}",
            "AccountName": format!("{owner}backup"),
            "AccountKey": secret,
        }),
        601 => bucket(endpoint("s3")),
        701 => json!({
            "BucketName": format!("{owner}-cold"),
            "ClientEmail": format!("backup@{owner}.example"),
            "PrivateId": secret,
            "ProjectId": format!("{owner}-backup"),
        }),
        _ => return json!({ "Library": "hall-2" }),
    };
    merge(
        &mut members,
        json!({
            "Description": profile.description,
            "Advanced": false,
            "ExtendedParameters": "",
            "RetentionInterval": profile.retention,
        }),
    );
    members
}

fn merge(members: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (members, more) {
        members.extend(more);
    }
}
