//! What the lists of the partner and of its customers say agrees: ids lead to what they name, and sums are those of their
//! parts.

mod calls;

use calls::{Calls, count, text};
use serde_json::{Value, json};

/// The sum of numbers.
fn sum(rows: &[Value], member: &str) -> i64 {
    rows.iter().map(|row| row[member].as_i64().expect("a number")).sum()
}

#[tokio::test]
async fn licenses_and_seats_are_those_of_the_tenants_and_of_the_subscriptions() {
    let calls = Calls::new().await;
    for customer in calls.list("customers/services/batch", json!({})).await {
        let id = text(&customer, "/customerId");
        let seats = format!("customers/{id}/3rd-party-products/type/0/tenants/batch");
        let tenants = calls.list(&seats, json!({})).await;
        let (assigned, free) = (sum(&tenants, "assignedUserSeat"), sum(&tenants, "availableUserSeat"));
        for product in customer["products"].as_array().expect("a list") {
            assert_eq!(count(product, "microsoftLicenseAssigned"), assigned);
            assert_eq!(count(product, "microsoftLicenseAvailable"), free);
        }
        let overview = calls
            .get(&format!("customers/{id}/avpt-products/type/2048/overview"))
            .await;
        let backup = &customer["products"][0];
        assert_eq!(backup["service"], "Cloud Backup for Microsoft 365");
        assert_eq!(overview["purchasedUserSeat"], count(backup, "purchasedUserSeats"));
        assert_eq!(assigned + free, count(backup, "purchasedUserSeats"));
        for tenant in tenants {
            let users = format!(
                "/partner/external/v3/um/customers/{id}/tenants/{}/users/batch",
                text(&tenant, "/tenantId")
            );
            let users = calls.list(&users, json!({})).await;
            assert_eq!(tenant["assignedUserSeat"], users.len());
        }
    }
}

#[tokio::test]
async fn jobs_count_what_their_reports_list() {
    let calls = Calls::new().await;
    let mut seen = 0;
    for customer in calls.customers().await.iter().take(3) {
        let customer = text(customer, "/id");
        let jobs = format!("customers/{customer}/avpt-products/jobs/batch");
        // Running jobs go on from one call to the next.
        let ended = |job: &&Value| job["status"] != 1;
        let jobs = calls.list(&jobs, json!({ "jobType": 7 })).await;
        for job in jobs.iter().filter(ended).take(24) {
            let report = format!("customers/{customer}/jobs/{}/report-details", text(job, "/jobId"));
            let lines = calls.follow(&report).await;
            seen += lines.len();
            assert_eq!(count(job, "totalCount"), lines.len() as i64);
            for (member, status) in [
                ("successfulCount", 0),
                ("failedCount", 1),
                ("skippedCount", 2),
                ("warningCount", 4),
            ] {
                let lines = lines.iter().filter(|line| line["status"] == status).count();
                assert_eq!(count(job, member), lines as i64, "{member} of {job}");
            }
            let size = sum(&lines, "size") as f64 / f64::from(1 << 30);
            assert_eq!(text(job, "/backupSize"), format!("{size:.1} GB"));
            let (start, end) = (text(job, "/startTime"), text(job, "/endTime"));
            assert!(
                lines
                    .iter()
                    .all(|line| (start..=&end[..19]).contains(&&text(line, "/finishTime")[..19]))
            );
        }
    }
    assert!(seen > 500);
}

#[tokio::test]
async fn the_overview_of_the_protection_counts_users_and_objects_and_shows_the_last_job() {
    let calls = Calls::new().await;
    for customer in calls.customers().await.iter().take(4) {
        let id = text(customer, "/id");
        let overview = calls
            .get(&format!("customers/{id}/cloud-backup-m365/overview?pageSize=100"))
            .await;
        let rows = overview["data"].as_array().expect("a list");
        let named = |name: &'static str| rows.iter().filter(move |row| row["serviceModule"] == name);
        let jobs = format!("customers/{id}/avpt-products/jobs/batch");
        for (module, job_module, name) in [(0, 303, "Exchange Online"), (2, 305, "OneDrive")] {
            let objects = calls
                .follow(&format!(
                    "customers/{id}/m365/backup/modules/{module}/protected-objects"
                ))
                .await;
            let jobs = calls.list(&jobs, json!({ "jobModule": job_module })).await;
            for row in named(name) {
                let tenant = text(row, "/tenantId");
                let in_tenant = objects.iter().filter(|object| object["tenantId"] == tenant).count();
                assert_eq!(row["totalProtectedObjects"], in_tenant);
                let users = format!("customers/{id}/tenants/{tenant}/cloud-backup-m365/users/batch");
                let users = calls.list(&users, json!({})).await;
                // The first users alone have a drive.
                let scanned = if name == "OneDrive" { 6 } else { users.len() };
                assert_eq!(row["totalScannedObjects"], scanned);
                let is_protected = |user: &&Value| {
                    let mut modules = user["moduleStatus"].as_array().expect("a list").iter();
                    modules.any(|status| status["module"] == module && status["isProtected"] == true)
                };
                let protected = users.iter().filter(is_protected).count();
                assert_eq!(row["totalProtectedObjects"], protected);
                assert!(jobs.iter().any(|job| job["startTime"] == row["lastRunTime"]), "{row}");
            }
        }
        assert_eq!(
            named("Exchange Online").count(),
            customer["tenants"].as_array().map_or(0, Vec::len)
        );
    }
}

#[tokio::test]
async fn pooled_subscriptions_give_resellers_what_they_say() {
    let calls = Calls::new().await;
    let resellers = calls.list("partners/t2-reseller/resellers/batch", json!({})).await;
    for license in calls.list("partners/t2-reseller/licenses/batch", json!({})).await {
        let id = text(&license, "/licenseId");
        let allocated = count(&license, "allocatedUserSeat");
        assert_eq!(
            allocated + count(&license, "availableUserSeat"),
            count(&license, "totalUserSeat")
        );
        assert!(count(&license, "availableUserSeat") >= 0);
        let usage = format!("partners/t2-reseller/licenses/{id}/usage/batch");
        let usage = calls.list(&usage, json!({})).await;
        let current = usage.iter().filter(|row| row["status"] == 0 || row["status"] == 1);
        assert_eq!(
            current.map(|row| count(row, "allocatedUserSeat")).sum::<i64>(),
            allocated
        );
        for row in usage {
            let reseller = text(&row, "/resellerId");
            let known = resellers
                .iter()
                .find(|known| known["ResellerId"] == reseller)
                .expect("the reseller");
            assert_eq!(
                (&known["Email"], &known["Organization"]),
                (&row["email"], &row["organization"])
            );
            let theirs = format!("partners/t2-reseller/resellers/{reseller}/licenses/batch");
            let theirs = calls.list(&theirs, json!({ "LicenseIds": [id] })).await;
            assert_eq!((theirs.len(), &theirs[0]["status"]), (1, &row["status"]));
        }
    }
}

#[tokio::test]
async fn reports_of_scans_and_audit_records_agree_with_what_they_tell_of() {
    let calls = Calls::new().await;
    let resellers = calls.list("partners/t2-reseller/resellers/batch", json!({})).await;
    for customer in calls.customers().await {
        let id = text(&customer, "/id");
        for profile in calls
            .list(&format!("customers/{id}/scan-profiles/batch"), json!({}))
            .await
        {
            let profile_id = text(&profile, "/profileId");
            let read = calls.get(&format!("customers/{id}/scan-profiles/{profile_id}")).await;
            for member in ["profileName", "scanMode", "modifiedTime"] {
                assert_eq!(read[member], profile[member]);
            }
            let mut tenants = customer["tenants"].as_array().expect("a list").iter();
            assert!(tenants.any(|tenant| tenant["id"] == read["tenantId"]));
            let changes = calls
                .get(&format!("customers/{id}/scan-profiles/{profile_id}/changes"))
                .await;
            for (counted, list) in [
                ("newRegisteredContentCount", "newRegisteredContent"),
                ("movedToAnotherContainer", "movedToAnotherContainerObjects"),
                (
                    "removedFromMicrosoft365OrOutofPolicy",
                    "removedFromMicrosoft365OrOutOfPolicyObjects",
                ),
            ] {
                assert_eq!(changes[counted], changes[list].as_array().map_or(0, Vec::len));
            }
            let report = calls
                .get(&format!("customers/{id}/scan-profiles-v2/{profile_id}"))
                .await;
            let members = report.as_object().expect("an object");
            assert!(members.iter().all(|(name, value)| changes[name] == *value));
        }
    }
    for (log, type_of_target) in [("report", "User"), ("t2-reseller/report", "Reseller")] {
        let records = calls.follow(&format!("partners/{log}/auditlog/202610")).await;
        assert!(records.len() > 15);
        assert!(
            records
                .iter()
                .any(|record| record["targetObjectType"] == type_of_target)
        );
        for record in records {
            let (customer, tenant) = (text(&record, "/customerId"), text(&record, "/tenantId"));
            let read = calls.get(&format!("customers/{customer}/tenants/{tenant}")).await;
            assert_eq!(read["name"], record["tenantName"]);
            let target = text(&record, "/targetObjectId");
            match text(&record, "/targetObjectType") {
                "User" => {
                    let users = format!("/partner/external/v3/um/customers/{customer}/tenants/{tenant}/users/{target}");
                    assert_eq!(calls.get(&users).await["displayName"], record["targetObject"]);
                }
                "Reseller" => assert!(resellers.iter().any(|reseller| reseller["ResellerId"] == target)),
                _ => assert!([customer, tenant].contains(&target)),
            }
        }
    }
}
