//! Azure: what of a tenant's resources costs too much, and what is not secure.

use serde_json::{Value, json};

use super::{Handlers, chosen, tenant};
use crate::call::{Call, Outcome};
use crate::paging::page;
use crate::world::{AzureCost, AzureIssue, Entry, World};

pub(super) const HANDLERS: Handlers = &[
    ("listAzureCostIssues", list_azure_cost_issues),
    ("listAzureSecurityIssues", list_azure_security_issues),
];

/// The names of the codes of `AzureIssueSeverity` and `AzureIssueStatus`.
const SEVERITIES: [&str; 4] = ["Low", "Medium", "High", "Critical"];
const STATUSES: [&str; 5] = ["NoStatus", "Pending", "Viewed", "MarkedAsFixed", "Ignored"];

fn list_azure_cost_issues(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    page(call, world, chosen::<AzureCost>(world, tenant, None), cost_issue)
}

fn list_azure_security_issues(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    page(call, world, chosen::<AzureIssue>(world, tenant, None), security_issue)
}

/// A code, or its name in every other entry of a list: both come.
fn code_or_name(index: usize, code: i64, name: &str) -> Value {
    if index.is_multiple_of(2) {
        json!(name)
    } else {
        json!(code)
    }
}

/// The name at a code's place in a list.
fn name_of(names: &'static [&'static str], code: i64) -> &'static str {
    let at = usize::try_from(code).ok();
    at.and_then(|at| names.get(at)).copied().unwrap_or_default()
}

fn cost_issue(issue: Entry<AzureCost>) -> Value {
    let index = issue.place.index::<AzureCost>();
    let (code, name) = issue.finding.recommendation;
    json!({
        "ruleId": issue.rule,
        "ruleName": issue.finding.name,
        "policy": issue.policy,
        "severity": code_or_name(index, issue.severity, name_of(&SEVERITIES, issue.severity)),
        "affectedResources": issue.resources,
        "recommendation": code_or_name(index, code, name),
        "potentialCostSaving": issue.saving,
        "description": issue.finding.description,
        "recommendationTypeId": issue.finding.kind,
    })
}

fn security_issue(issue: Entry<AzureIssue>) -> Value {
    let index = issue.place.index::<AzureIssue>();
    let (resource_type, path) = issue.objection.resource_type;
    let tags: Value = issue
        .tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    json!({
        "issueId": issue.id.to_uppercase(),
        "ruleId": issue.rule,
        "policyId": issue.policy_id,
        "resourceId": format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{path}/{}",
            issue.subscription_id, issue.group, issue.resource
        ),
        "issueName": issue.objection.name,
        "description": issue.objection.description,
        "policy": issue.policy,
        "severity": code_or_name(index, issue.severity, name_of(&SEVERITIES, issue.severity)),
        "status": code_or_name(index, issue.status, name_of(&STATUSES, issue.status)),
        "resource": issue.resource,
        "resourceType": resource_type,
        "resourceGroup": issue.group,
        "subscriptionId": issue.subscription_id,
        "subscription": issue.subscription,
        "tags": tags,
        "detectedDate": issue.detected,
        "firstDetectedDate": issue.first_detected,
    })
}

#[cfg(test)]
mod tests {
    use crate::operations::testing::{Caller, has_all, text};
    use crate::spec::{Api, Spec};

    #[test]
    fn pages_join_to_the_list_and_ids_name_what_they_say() {
        let mut caller = Caller::new();
        let mut pages = 0;
        for tenant in caller.tenants().into_iter().take(12) {
            for (id, part, items) in [
                ("listAzureCostIssues", "acm", "costIssueItemModels"),
                ("listAzureSecurityIssues", "asm", "securityManagementIssueModels"),
            ] {
                let address = format!("/partner/external/v3/{part}/{tenant}/issues");
                let whole = caller.whole("GET", &address, items, None);
                let mut joined = Vec::new();
                for page in 1.. {
                    let answer = caller.get(&format!("{address}?pageSize=7&pageIndex={page}"));
                    assert_eq!(answer["totalCount"], whole.len());
                    joined.extend(answer[items].as_array().expect("a list").clone());
                    pages += 1;
                    if answer["hasNextPage"] == false {
                        break;
                    }
                }
                assert_eq!(joined, whole);
                let example = Spec::operation(Api::ElementsV3, id).example().expect("an example");
                for issue in whole.iter().take(1) {
                    assert_eq!(has_all(&example[items][0], issue), Ok(()));
                }
                for issue in whole.iter().filter(|issue| !issue["resourceId"].is_null()) {
                    let resource = text(&issue["resourceId"]);
                    for part in ["subscriptionId", "resourceGroup", "resource"] {
                        assert!(resource.split('/').any(|name| name == issue[part]), "{issue}");
                    }
                    assert!(
                        text(&issue["firstDetectedDate"]) <= text(&issue["detectedDate"]),
                        "{issue}"
                    );
                }
            }
        }
        assert!(pages > 24);
    }
}
