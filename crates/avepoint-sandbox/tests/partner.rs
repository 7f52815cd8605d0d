//! What the lists of the partner and of its customers show, and how they are filtered.

mod calls;

use std::time::Duration;

use calls::{Calls, GENERAL, UNKNOWN, customer, text};
use reqwest::Method;
use serde_json::{Value, json};

/// Whether a value has all members of an example, of the same types; the rows of a list are like its rows in turn.
fn is_like(value: &Value, example: &Value) -> bool {
    match (value, example) {
        (Value::Object(members), Value::Object(examples)) => examples
            .iter()
            .all(|(name, example)| members.get(name).is_some_and(|value| is_like(value, example))),
        (Value::Array(values), Value::Array(examples)) => {
            let mut pairs = values.iter().zip(examples.iter().cycle());
            pairs.all(|(value, example)| is_like(value, example))
        }
        (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => true,
        _ => false,
    }
}

#[tokio::test]
async fn answers_look_like_the_examples_and_unknown_parents_are_not_found() {
    let calls = Calls::new().await;
    let spec: Value = serde_json::from_str(include_str!("../src/generated/elements-v3.json")).expect("JSON");
    let (customer, tenants) = customer(&calls).await;
    let jobs = calls
        .post(
            &format!("customers/{customer}/avpt-products/jobs/batch"),
            json!({ "jobType": 7 }),
        )
        .await;
    let profiles = calls
        .post(&format!("customers/{customer}/scan-profiles/batch"), json!({}))
        .await;
    let licenses = calls.post("partners/t2-reseller/licenses/batch", json!({})).await;
    let resellers = calls.post("partners/t2-reseller/resellers/batch", json!({})).await;
    let variables = [
        ("{customerId}", customer.as_str()),
        ("{tenantId}", &tenants[0]),
        ("{jobId}", text(&jobs, "/data/0/jobId")),
        ("{scanProfileId}", text(&profiles, "/data/0/profileId")),
        ("{licenseId}", text(&licenses, "/data/0/licenseId")),
        ("{resellerId}", text(&resellers, "/data/0/ResellerId")),
        ("{productName}", "Office365Backup"),
        ("{productType}", "2048"),
        ("{type}", "0"),
        ("{module}", "0"),
        ("{date}", "202610"),
    ];
    let mut seen = 0;
    for (path, item) in spec["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let example = &operation["responses"]["200"]["content"]["application/json"]["example"];
            let Some(below) = path
                .strip_prefix(GENERAL)
                .filter(|_| example.is_object() || example.is_array())
            else {
                continue;
            };
            let fill = |of: &[(&str, &str)]| {
                of.iter()
                    .fold(below.to_owned(), |path, (name, id)| path.replace(name, id))
            };
            let size = if method == "get" { "?pageSize=5" } else { "" };
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            // Writes take the body of the example; what it names is not in this world, and not all go through.
            let is_list = below.ends_with("/batch");
            let body = match method {
                Method::GET => None,
                _ if is_list => Some(json!({})),
                _ => Some(operation["requestBody"]["content"]["application/json"]["example"].clone()),
            };
            if is_list || method == Method::GET {
                let path = format!("{GENERAL}{}{size}", fill(&variables));
                let (status, answer) = calls.send(method.clone(), &path, body.clone()).await;
                assert_eq!(status, 200, "{path}: {answer}");
                assert!(is_like(&answer, example), "{path}: {answer}");
                seen += 1;
            }
            for (name, _) in variables.iter().take(6).filter(|(name, _)| below.contains(name)) {
                let others: Vec<_> = variables
                    .iter()
                    .map(|(of, id)| (*of, if of == name { UNKNOWN } else { id }))
                    .collect();
                let path = format!("{GENERAL}{}{size}", fill(&others));
                let (status, answer) = calls.send(method.clone(), &path, body.clone()).await;
                assert_eq!(status, 404, "{path}: {answer}");
            }
        }
    }
    assert_eq!(seen, 23);
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let calls = Calls::new().await;
    let (customer, tenants) = customer(&calls).await;
    let customers = format!("customers/{customer}");
    let lists = [
        ("customers/batch".to_owned(), "customerIds", "id"),
        ("customers/services/batch".to_owned(), "customerIds", "customerId"),
        (
            format!("{customers}/3rd-party-products/type/0/tenants/batch"),
            "tenantIds",
            "tenantId",
        ),
        (
            format!("{customers}/scan-profiles/batch"),
            "scanProfileIds",
            "profileId",
        ),
        (format!("{customers}/avpt-products/jobs/batch"), "jobType", "jobType"),
        (
            format!("{customers}/avpt-products/jobs/batch"),
            "jobModule",
            "jobModule",
        ),
        (
            format!("{customers}/tenants/{}/cloud-backup-m365/users/batch", tenants[0]),
            "userEmails",
            "email",
        ),
        (
            "partners/t2-reseller/resellers/batch".to_owned(),
            "ResellerIds",
            "ResellerId",
        ),
        (
            "partners/t2-reseller/licenses/batch".to_owned(),
            "LicenseIds",
            "licenseId",
        ),
        ("partners/storage-profile/batch".to_owned(), "ProfileIds", "id"),
    ];
    for (path, filter, member) in lists {
        let all = calls.list(&path, json!({})).await;
        let last = &all[all.len() - 1][member];
        let expected: Vec<_> = all.iter().filter(|row| row[member] == *last).cloned().collect();
        assert!((1..all.len()).contains(&expected.len()), "{path}");
        let wanted = if filter.starts_with("job") {
            last.clone()
        } else {
            json!([last, last])
        };
        assert_eq!(calls.list(&path, json!({ filter: wanted })).await, expected, "{path}");
        if !filter.starts_with("job") {
            let other = if filter == "userEmails" {
                "nobody@nowhere.example"
            } else {
                UNKNOWN
            };
            assert!(calls.list(&path, json!({ filter: [other] })).await.is_empty(), "{path}");
            assert!(calls.list(&path, json!({ filter: [] })).await.is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn audit_records_are_those_of_their_time_and_in_its_order() {
    let calls = Calls::new().await;
    let month = calls.follow("partners/report/auditlog/202610").await;
    let time = |record: &Value| text(record, "/operationTime").to_owned();
    assert!(month.iter().all(|record| time(record).starts_with("10/")));
    assert!(month.windows(2).all(|pair| time(&pair[0]) >= time(&pair[1])));
    let day = time(&month[0])[3..5].to_owned();
    let of_day: Vec<_> = month
        .iter()
        .filter(|record| time(record)[3..5] == day)
        .cloned()
        .collect();
    assert_eq!(
        calls.follow(&format!("partners/report/auditlog/202610{day}")).await,
        of_day
    );
    let to_come = "date: is later than today: in the sandbox's world it is 2026-11-02T08:";
    for (date, expected, reason) in [("202612", 400, to_come), ("yesterday", 404, "There is no such time")] {
        let (status, answer) = calls
            .send(Method::GET, &format!("partners/report/auditlog/{date}"), None)
            .await;
        assert_eq!(status, expected, "{date}");
        assert!(text(&answer, "/message").contains(reason), "{answer}");
    }
}

#[tokio::test]
async fn jobs_go_on_as_time_passes_and_their_scan_profiles_tell() {
    let calls = Calls::new().await;
    let mut running = 0;
    let customers = calls.customers().await;
    let ids: Vec<_> = customers.iter().map(|customer| text(customer, "/id")).collect();
    for has_passed in [false, true] {
        for customer in &ids {
            let jobs = calls
                .list(&format!("customers/{customer}/avpt-products/jobs/batch"), json!({}))
                .await;
            let still = jobs.iter().filter(|job| job["status"] == 1).count();
            assert!(still == 0 || !has_passed);
            running += still;
            // The last scan of each tenant comes first among the scans.
            let scans: Vec<_> = jobs.iter().filter(|job| job["jobType"] == 0).collect();
            let reports = calls.get(&format!("customers/{customer}/scan-profiles")).await;
            let tenants = scans.len() / 7;
            for (at, report) in reports["data"].as_array().expect("a list").iter().enumerate() {
                assert_eq!(report["lastScanStatus"], scans[at % tenants]["status"]);
            }
        }
        calls.sandbox.advance(Duration::from_secs(3 * 3_600));
    }
    assert!(running > 0);
}
