//! Workspaces: how many there are, and in which state.

use serde_json::{Map, Value, json};

use super::{Handlers, tenant};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::world::{Overview, World};

pub(super) const HANDLERS: Handlers = &[
    ("getWorkspaceOverview", get_workspace_overview),
    ("getWorkspaceComplianceRate", get_workspace_compliance_rate),
    ("getDataSecurityPosture", get_data_security_posture),
    ("getRansomwareDetection", get_ransomware_detection),
];

const KINDS: [&str; 5] = ["teams", "sharePointSites", "oneDrives", "groups", "exchangeMailboxes"];

fn get_workspace_overview(call: &Call, world: &mut World) -> Outcome {
    let overview = overview(call, world)?;
    let all: i64 = overview.workspaces.iter().sum();
    let mut answer = Map::new();
    answer.insert("workspaces".to_owned(), json!(all));
    insert(&mut answer, KINDS.map(str::to_owned), &overview.workspaces);
    answer.insert("activeWorkspaces".to_owned(), json!(all - overview.inactive));
    answer.insert("inactiveWorkspaces".to_owned(), json!(overview.inactive));
    let of_kinds = |before: &str, after: &str| {
        ["Teams", "SharePointSites", "OneDrives", "Groups", "Mailboxes"].map(|kind| {
            let name = format!("{before}{kind}{after}");
            name[..1].to_lowercase() + &name[1..]
        })
    };
    for (before, after, counts) in [
        ("orphaned", "", &overview.orphaned[..]),
        ("", "WithGuestUsers", &overview.with_guests),
        ("reachingStorageLimit", "", &overview.nearly_full),
    ] {
        let sum: i64 = counts.iter().sum();
        let whole = format!("{before}Workspaces{after}");
        answer.insert(whole[..1].to_lowercase() + &whole[1..], json!(sum));
        insert(&mut answer, of_kinds(before, after), counts);
    }
    let [_, sites, ..] = overview.nearly_full;
    answer.insert("reachingStorageLimitSharePoint".to_owned(), json!(sites));
    Ok(Answer::Json(Value::Object(answer)))
}

fn get_workspace_compliance_rate(call: &Call, world: &mut World) -> Outcome {
    let overview = overview(call, world)?;
    let all: i64 = overview.workspaces.iter().sum();
    Ok(Answer::Json(json!({
        "workspacesInCompliance": all - overview.out_of_compliance,
        "workspacesOutOfCompliance": overview.out_of_compliance,
    })))
}

fn get_data_security_posture(call: &Call, world: &mut World) -> Outcome {
    let [everyone, colleagues, anyone, named, organization] = overview(call, world)?.shared;
    Ok(Answer::Json(json!({
        "sensitiveItemsSharedWithEveryone": everyone,
        "sensitiveItemsSharedWithEveryoneExceptExternalUsers": colleagues,
        "sensitiveItemsSharedViaAnyoneLink": anyone,
        "sensitiveItemsSharedViaLinkForSpecificExternalUsers": named,
        "sensitiveItemsSharedViaOrganizationLink": organization,
    })))
}

fn get_ransomware_detection(call: &Call, world: &mut World) -> Outcome {
    let overview = overview(call, world)?;
    let mut answer = Map::new();
    for (sign, counts) in [
        ("UnderPotentialRansomwareAttack", &overview.attacked),
        ("WithUnusualActivities", &overview.unusual),
        ("WithSuspiciousObjects", &overview.suspicious),
    ] {
        insert(&mut answer, KINDS.map(|kind| format!("{kind}{sign}")), counts);
    }
    Ok(Answer::Json(Value::Object(answer)))
}

fn overview(call: &Call, world: &World) -> Result<Overview, Refusal> {
    Ok(Overview::of(world, tenant(call, world)?.place))
}

/// Inserts the counts of kinds, as far as there are counts.
fn insert(answer: &mut Map<String, Value>, names: [String; 5], counts: &[i64]) {
    answer.extend(names.into_iter().zip(counts.iter().map(|count| json!(count))));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::operations::testing::{Caller, has_all};
    use crate::spec::{Api, Spec};

    #[test]
    fn sums_agree_with_their_parts_and_numbers_with_lists() {
        let mut caller = Caller::new();
        for tenant in caller.tenants() {
            let mut get = |id: &str, path: &str| {
                let answer = caller.get(&format!("/partner/external/v3/wm/{tenant}/overview/{path}"));
                let example = Spec::operation(Api::ElementsV3, id).example().expect("an example");
                assert_eq!(has_all(example, &answer), Ok(()));
                answer
            };
            let overview = get("getWorkspaceOverview", "workspace");
            let rate = get("getWorkspaceComplianceRate", "data-protection/compliance-rate");
            let posture = get("getDataSecurityPosture", "dspm/insights");
            let ransomware = get("getRansomwareDetection", "data-protection/ransomware-detection");
            let number = |answer: &Value, name: &str| answer[name].as_i64().unwrap_or_else(|| panic!("no {name}"));
            let sum = |answer: &Value, names: &[&str]| names.iter().map(|name| number(answer, name)).sum::<i64>();

            let all = number(&overview, "workspaces");
            for parts in [
                &["teams", "sharePointSites", "oneDrives", "groups", "exchangeMailboxes"][..],
                &["activeWorkspaces", "inactiveWorkspaces"],
            ] {
                assert_eq!(sum(&overview, parts), all, "{parts:?}");
            }
            assert_eq!(
                sum(&rate, &["workspacesInCompliance", "workspacesOutOfCompliance"]),
                all
            );
            for (whole, parts) in [
                (
                    "orphanedWorkspaces",
                    &[
                        "orphanedTeams",
                        "orphanedSharePointSites",
                        "orphanedOneDrives",
                        "orphanedGroups",
                    ][..],
                ),
                (
                    "workspacesWithGuestUsers",
                    &[
                        "teamsWithGuestUsers",
                        "sharePointSitesWithGuestUsers",
                        "oneDrivesWithGuestUsers",
                        "groupsWithGuestUsers",
                    ],
                ),
                (
                    "reachingStorageLimitWorkspaces",
                    &[
                        "reachingStorageLimitTeams",
                        "reachingStorageLimitSharePointSites",
                        "reachingStorageLimitOneDrives",
                        "reachingStorageLimitGroups",
                        "reachingStorageLimitMailboxes",
                    ],
                ),
                (
                    "reachingStorageLimitSharePoint",
                    &["reachingStorageLimitSharePointSites"],
                ),
            ] {
                assert_eq!(number(&overview, whole), sum(&overview, parts), "{whole}");
            }
            for kind in ["teams", "sharePointSites", "oneDrives", "groups"] {
                let of = |sign: &str| number(&ransomware, &format!("{kind}{sign}"));
                let unusual = of("WithUnusualActivities");
                assert!(of("UnderPotentialRansomwareAttack") <= unusual && unusual <= number(&overview, kind));
            }
            let users = caller.whole(
                "POST",
                &format!("/partner/external/v3/um/{tenant}/users/batch"),
                "data",
                Some(json!({})),
            );
            assert_eq!(overview["exchangeMailboxes"], json!(users.len()));
            assert!(posture.as_object().is_some_and(|posture| posture.len() == 5));
        }
    }
}
