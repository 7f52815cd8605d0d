//! The foreign keys and the sums of the world, by name. Every id that an answer shows leads to what it names, and every
//! total is that of its parts, through whichever API either is told.

mod calls;

use calls::{Calls, text};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};

/// How many rows of a list are followed.
const ROWS: usize = 12;

/// Rows that name something, and where that is.
///
/// In an address `{customer}` and `{tenant}` stand for some of them, and `{/pointer}` for a text of the row. It begins with
/// `GET`, or with `POST` and a member of the body in brackets, a list, which takes the text that `id` points to.
struct Key {
    of: &'static str,
    rows: &'static str,
    id: &'static str,
    leads_to: &'static str,
    /// Where in the row and in what it names the same must stand, if it stands in the row.
    same: &'static [(&'static str, &'static str)],
}

const fn key(
    of: &'static str,
    rows: &'static str,
    id: &'static str,
    leads_to: &'static str,
    same: &'static [(&'static str, &'static str)],
) -> Key {
    Key {
        of,
        rows,
        id,
        leads_to,
        same,
    }
}

const TENANT: &str = "GET general/customers/{/customerId}/tenants/{/tenantId}";
const TENANT_OF_CUSTOMER: &str = "GET general/customers/{customer}/tenants/{/tenantId}";
const CUSTOMER: &str = "POST[customerIds] general/customers/batch";
const PROFILE: &str = "GET general/customers/{customer}/scan-profiles/{/profileId}";
const USER: &str = "GET um/customers/{customer}/tenants/{tenant}/users/{/id}";
const USER_ID: &str = "GET um/customers/{customer}/tenants/{tenant}/users/{/userId}";
const JOB: &str = "GET general/customers/{customer}/jobs/{/jobId}/report-details?pageSize=50";

#[rustfmt::skip]
const KEYS: &[Key] = &[
    // Customers and tenants.
    key("POST general/customers/batch", "/data", "/id", "GET /partner/customers/{/id}", &[("/id", "/id"), ("/organization", "/organization")]),
    key("POST general/customers/batch", "/data", "/id", "GET /partner/services/{/id}", &[("/id", "/customerId"), ("/organization", "/organization")]),
    key("GET /partner/customers", "/value", "/id", CUSTOMER, &[("/ownerEmail", "/data/0/ownerEmail")]),
    key("GET /partner/services", "/value", "/customerId", CUSTOMER, &[("/organization", "/data/0/organization")]),
    key("GET /partner/customers/{customer}/protected", "/value", "/customerId", CUSTOMER, &[("/customer", "/data/0/ownerEmail")]),
    key("POST general/customers/services/batch", "/data", "/customerId", CUSTOMER, &[("/organization", "/data/0/organization")]),
    key("POST general/customers/{customer}/3rd-party-products/type/0/tenants/batch", "/data", "/tenantId", TENANT_OF_CUSTOMER, &[("/tenantName", "/name")]),
    key("GET general/customers/{customer}/cloud-backup-m365/overview", "/data", "/tenantId", TENANT, &[("/tenantId", "/id")]),
    key("GET general/customers/{customer}/m365/backup/modules/2/protected-objects?pageSize=50", "/data", "/tenantId", TENANT_OF_CUSTOMER, &[("/tenantId", "/id")]),
    // Resellers and what they hold.
    key("POST general/partners/t2-reseller/resellers/batch", "/data", "/ResellerId", "POST[ResellerIds] general/partners/t2-reseller/resellers/batch", &[("/Email", "/data/0/Email")]),
    key("POST general/partners/t2-reseller/licenses/batch", "/data", "/licenseId", "POST[LicenseIds] general/partners/t2-reseller/licenses/batch", &[("/poolName", "/data/0/poolName")]),
    // Jobs and scan profiles.
    key("POST general/customers/{customer}/avpt-products/jobs/batch", "/data", "/jobId", JOB, &[]),
    key("GET /partner/customers/{customer}/jobs", "/value", "/jobId", JOB, &[]),
    key("POST general/customers/{customer}/scan-profiles/batch", "/data", "/profileId", PROFILE, &[("/profileName", "/profileName"), ("/modifiedTime", "/modifiedTime")]),
    key("GET general/customers/{customer}/scan-profiles", "/data", "/profileId", PROFILE, &[("/tenantId", "/tenantId"), ("/tenantDomain", "/tenantDomain")]),
    key("GET general/customers/{customer}/scan-profiles", "/data", "/tenantId", TENANT_OF_CUSTOMER, &[("/tenantId", "/id")]),
    key("GET general/customers/{customer}/scan-profiles", "/data", "/profileId", "GET general/customers/{customer}/scan-profiles/{/profileId}/changes", &[("/newRegisteredContentCount", "/newRegisteredContentCount")]),
    key("GET general/customers/{customer}/scan-profiles", "/data", "/profileId", "GET general/customers/{customer}/scan-profiles-v2/{/profileId}", &[("/movedToAnotherContainer", "/movedToAnotherContainer")]),
    key("GET /partner/customers/{customer}/scanProfiles", "/value", "/profileId", PROFILE, &[("/profileName", "/profileName")]),
    key("GET /partner/customers/{customer}/scanProfiles", "/value", "/profileId", "GET /partner/customers/{customer}/scanProfiles/{/profileId}", &[("/profileName", "/profileName")]),
    key("GET /partner/customers/{customer}/scanProfiles", "/value", "/profileId", "GET /partner/customers/{customer}/scanProfiles/{/profileId}/dailyNewSummary", &[("/profileName", "/profileName")]),
    key("GET /partner/customers/{customer}/scanProfiles", "/value", "/profileId", "GET /partner/customers/{customer}/scanProfiles/{/profileId}/dailyNewDetails", &[("/profileName", "/profileName")]),
    key("GET /partner/customers/{customer}/scanProfiles", "/value", "/profileId", "GET /partner/Customers/{customer}/ScanProfilesDailyNew/ProfileId/{/profileId}", &[("/profileName", "/ProfileName")]),
    // Users, and who is at risk.
    key("POST um/customers/{customer}/tenants/{tenant}/users/batch", "/data", "/id", USER, &[("/userPrincipalName", "/loginName"), ("/jobTitle", "/jobTitle")]),
    key("POST general/customers/{customer}/tenants/{tenant}/cloud-backup-m365/users/batch", "/data", "/id", USER, &[("/displayName", "/displayName"), ("/email", "/mail")]),
    key("GET um/customers/{customer}/tenants/{tenant}/overview/security/users", "/data", "/id", USER, &[("/displayName", "/displayName"), ("/status", "/status")]),
    key("GET um/customers/{customer}/tenants/{tenant}/overview/security/compliances/signins", "/data", "/userId", USER_ID, &[("/userPrincipalName", "/loginName")]),
    key("GET um/customers/{customer}/tenants/{tenant}/overview/security/compliances/workflows", "/data", "/workflowId", "GET um/customers/{customer}/tenants/{tenant}/overview/security/compliances/workflows/{/workflowId}", &[]),
    key("GET rm/customers/{customer}/tenants/{tenant}/detection/rules", "/result", "/ruleId", "GET rm/customers/{customer}/tenants/{tenant}/detection/rules/{/ruleId}/hit-items", &[("/hitItemCount", "/metaData/totalCount"), ("/ruleId", "/data/0/ruleId"), ("/tenantId", "/data/0/tenantId")]),
    key("GET rm/customers/{customer}/tenants/{tenant}/detection/rules", "/result", "/tenantId", TENANT, &[("/tenantId", "/id")]),
    // Baselines.
    key("POST bm/baselines/batch", "/data", "/baselineId", "POST[baselineIds] bm/baselines/batch", &[("/createdTime", "/data/0/createdTime")]),
    key("POST bm/baselines/batch", "/data", "/baselineId", "GET bm/baselines/{/baselineId}/reports", &[]),
    key("POST bm/tenants/batch", "/data", "/tenantId", TENANT, &[("/tenantName", "/name")]),
    key("POST bm/tenants/batch", "/data", "/appliedBaselines/0/baselineId", "POST[baselineIds] bm/baselines/batch", &[("/appliedBaselines/0/baselineId", "/data/0/baselineId")]),
    key("POST bm/customers/{customer}/tenants/{tenant}/process-center/jobs/batch", "/data", "/jobId", "POST[jobIds] bm/customers/{customer}/tenants/{tenant}/process-center/jobs/batch", &[("/type", "/data/0/type")]),
    // Audit records.
    key("GET general/partners/report/auditlog/202610?pageSize=50", "/data", "/tenantId", TENANT, &[("/tenantName", "/name")]),
    key("GET general/partners/report/auditlog/202610?pageSize=50", "/data", "/customerId", CUSTOMER, &[("/customerName", "/data/0/organization")]),
    key("GET general/partners/t2-reseller/report/auditlog/202610?pageSize=50", "/data", "/targetObjectId", "POST[ResellerIds] general/partners/t2-reseller/resellers/batch", &[("/targetObject", "/data/0/Organization")]),
    // Insights.
    key("POST /insights/sites/overview", "/values", "/siteUrl", "GET /insights/sites/{/siteUrl}/siteId", &[]),
    key("POST /insights/sites/overview", "/values", "/siteUrl", "POST[siteUrls] /insights/sites/permission", &[("/siteName", "/values/0/name")]),
    key("GET /insights/users/summary?startPage=1&pageSize=50", "/results", "/email", "POST[emails] /insights/users/access", &[]),
    key("GET /insights/groups/summary?startPage=1&pageSize=50", "/values", "/groupId", "GET /insights/groups/{/groupId}/access/export?exportOptionType=1&dataSources=Microsoft%20Teams", &[]),
];

/// A number of an answer, and the numbers of answers that it is the sum of.
type Sum = ((&'static str, &'static str), &'static [(&'static str, &'static str)]);

const WORKSPACES: &str = "GET wm/customers/{customer}/tenants/{tenant}/overview/workspace";
const COMPLIANCE: &str = "GET wm/customers/{customer}/tenants/{tenant}/overview/data-protection/compliance-rate";
const USERS: &str = "POST um/customers/{customer}/tenants/{tenant}/users/batch";

#[rustfmt::skip]
const SUMS: &[Sum] = &[
    ((WORKSPACES, "/workspaces"), &[(WORKSPACES, "/teams"), (WORKSPACES, "/sharePointSites"), (WORKSPACES, "/oneDrives"), (WORKSPACES, "/groups"), (WORKSPACES, "/exchangeMailboxes")]),
    ((WORKSPACES, "/workspaces"), &[(WORKSPACES, "/activeWorkspaces"), (WORKSPACES, "/inactiveWorkspaces")]),
    ((WORKSPACES, "/workspaces"), &[(COMPLIANCE, "/workspacesInCompliance"), (COMPLIANCE, "/workspacesOutOfCompliance")]),
    ((WORKSPACES, "/orphanedWorkspaces"), &[(WORKSPACES, "/orphanedTeams"), (WORKSPACES, "/orphanedSharePointSites"), (WORKSPACES, "/orphanedOneDrives"), (WORKSPACES, "/orphanedGroups")]),
    ((WORKSPACES, "/exchangeMailboxes"), &[(USERS, "/metadata/totalCount")]),
    ((USERS, "/metadata/totalCount"), &[("POST general/customers/{customer}/tenants/{tenant}/cloud-backup-m365/users/batch", "/metadata/totalCount")]),
];

/// Rows of a list in which a number is the sum of others.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const ROW_SUMS: &[Row] = &[
    ("POST general/customers/{customer}/avpt-products/jobs/batch", "/data", "/totalCount", &["/successfulCount", "/failedCount", "/skippedCount", "/warningCount"]),
    ("GET /partner/customers/{customer}/jobs", "/value", "/totalCount", &["/successfulCount", "/failedCount", "/skippedCount", "/warningCount"]),
    ("POST general/partners/t2-reseller/licenses/batch", "/data", "/totalUserSeat", &["/allocatedUserSeat", "/availableUserSeat"]),
];

/// A customer and one of its tenants.
struct Parents {
    customer: String,
    tenant: String,
}

impl Parents {
    async fn some(calls: &Calls) -> Vec<Self> {
        let mut parents = Vec::new();
        for customer in calls.customers().await.iter().take(3) {
            for tenant in customer["tenants"].as_array().expect("a list").iter().take(2) {
                parents.push(Self {
                    customer: text(customer, "/id").to_owned(),
                    tenant: text(tenant, "/id").to_owned(),
                });
            }
        }
        parents
    }

    /// Asks at an address, with the texts of a row in it.
    async fn ask(&self, calls: &Calls, address: &str, row: &Value, id: &str) -> (u16, Value) {
        let (method, path) = address.split_once(' ').expect("a method and a path");
        let mut path = match path.strip_prefix('/') {
            Some(path) => format!("/{path}"),
            None => format!("/partner/external/v3/{path}"),
        };
        for (name, value) in [("{customer}", &self.customer), ("{tenant}", &self.tenant)] {
            path = path.replace(name, value);
        }
        while let Some((before, (pointer, after))) = path
            .split_once("{/")
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            let value = text(row, &format!("/{pointer}"));
            path = format!("{before}{}{after}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        let member = method.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']'));
        let body = member.map_or(json!({}), |member| json!({ member: [id] }));
        match method {
            "GET" => calls.send(Method::GET, &path, None).await,
            _ => calls.send(Method::POST, &path, Some(body)).await,
        }
    }

    async fn list(&self, calls: &Calls, address: &str, rows: &str) -> Vec<Value> {
        let (status, answer) = self.ask(calls, address, &Value::Null, "").await;
        assert_eq!(status, 200, "{address}: {answer}");
        let rows = answer.pointer(rows).and_then(Value::as_array);
        let rows = rows.unwrap_or_else(|| panic!("{address} has no rows: {answer}"));
        rows.iter().take(ROWS).cloned().collect()
    }
}

fn number(value: &Value, pointer: &str) -> i64 {
    let found = value.pointer(pointer);
    let number = found.and_then(|found| found.as_i64().or_else(|| found.as_str()?.parse().ok()));
    number.unwrap_or_else(|| panic!("{pointer} is no number in {value}"))
}

#[tokio::test]
async fn every_id_leads_to_what_it_names() {
    let calls = Calls::new().await;
    let parents = Parents::some(&calls).await;
    for Key {
        of,
        rows,
        id,
        leads_to,
        same,
    } in KEYS
    {
        let mut followed = 0;
        // A list of the partner is the same for all.
        let count = if of.contains("{customer}") { parents.len() } else { 1 };
        for parents in &parents[..count] {
            for row in parents.list(&calls, of, rows).await {
                let Some(named) = row.pointer(id).and_then(Value::as_str) else {
                    continue;
                };
                let (status, target) = parents.ask(&calls, leads_to, &row, named).await;
                assert_eq!(status, 200, "{of} to {leads_to}: {row} {target}");
                for (here, there) in *same {
                    let expected = row.pointer(here).unwrap_or_else(|| panic!("{of} {here}: {row}"));
                    match target.pointer(there) {
                        Some(found) => assert_eq!(found, expected, "{of} {here} to {leads_to} {there}"),
                        // Nothing is hit by some rules.
                        None => assert!(
                            there.starts_with("/data/0") && row["hitItemCount"] == 0,
                            "{leads_to} {there}"
                        ),
                    }
                }
                followed += 1;
            }
        }
        assert!(followed > 0, "{of} has no {id}");
    }
}

#[tokio::test]
async fn every_total_is_that_of_its_parts() {
    let calls = Calls::new().await;
    for parents in Parents::some(&calls).await {
        for ((address, pointer), parts) in SUMS {
            let of = async |address: &str, pointer: &str| {
                let (status, answer) = parents.ask(&calls, address, &Value::Null, "").await;
                assert_eq!(status, 200, "{address}: {answer}");
                number(&answer, pointer)
            };
            let mut sum = 0;
            for (address, pointer) in *parts {
                sum += of(address, pointer).await;
            }
            assert_eq!(of(address, pointer).await, sum, "{address} {pointer}");
        }
        for (address, rows, whole, parts) in ROW_SUMS {
            let rows = parents.list(&calls, address, rows).await;
            assert!(!rows.is_empty(), "{address}");
            for row in rows {
                let sum: i64 = parts.iter().map(|part| number(&row, part)).sum();
                assert_eq!(number(&row, whole), sum, "{address} {whole}: {row}");
            }
        }
    }
}
