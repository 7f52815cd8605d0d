use std::collections::HashSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::operations::testing::{Caller, has_all, text};
use crate::spec::{Api, Spec};

const V3: &str = "/partner/external/v3/general/customers";

/// Answers an operation, which has all that its example shows.
fn get(caller: &mut Caller, id: &str, address: &str) -> Value {
    let answer = caller.get(address);
    let example = Spec::operation(Api::ElementsLegacy, id).example().expect("an example");
    assert_eq!(has_all(example, &answer), Ok(()), "{id}");
    answer
}

fn list(caller: &mut Caller, id: &str, address: &str) -> Vec<Value> {
    get(caller, id, address)["value"].as_array().expect("a list").clone()
}

/// Asserts that members are the same in two lists of rows.
fn assert_same(one: &[Value], other: &[Value], members: &[(&str, &str)]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        for (in_one, in_other) in members {
            assert_eq!(one[*in_one], other[*in_other], "{in_one}");
        }
    }
}

#[test]
fn it_tells_of_the_same_customers_jobs_and_profiles_as_version_3() {
    let mut caller = Caller::new();
    let customers = list(&mut caller, "listCustomers", "/partner/customers");
    let of_v3 = caller.whole("POST", &format!("{V3}/batch"), "data", Some(json!({})));
    let same = ["id", "organization", "ownerEmail", "countryOrRegion"].map(|member| (member, member));
    assert_same(&customers, &of_v3, &same);
    let services = list(&mut caller, "listCustomerServices", "/partner/services");
    let of_v3 = caller.whole("POST", &format!("{V3}/services/batch"), "data", Some(json!({})));
    assert_same(
        &services,
        &of_v3,
        &[("customerId", "customerId"), ("customer", "customer")],
    );

    for (customer, service) in customers.iter().zip(&services).take(4) {
        let id = text(&customer["id"]);
        let mut alone = get(&mut caller, "getCustomer", &format!("/partner/customers/{id}"));
        alone.as_object_mut().expect("an object").shift_remove("@odata.context");
        assert_eq!(&alone, customer);
        let mut alone = get(&mut caller, "getCustomerServices", &format!("/partner/services/{id}"));
        alone.as_object_mut().expect("an object").shift_remove("@odata.context");
        assert_eq!(&alone, service);

        let jobs = list(&mut caller, "listBackupJobs", &format!("/partner/customers/{id}/jobs"));
        let of_v3 = caller.whole(
            "POST",
            &format!("{V3}/{id}/avpt-products/jobs/batch"),
            "data",
            Some(json!({})),
        );
        let of_v3: Vec<_> = of_v3.into_iter().filter(|job| job["jobType"] != 0).collect();
        let same = ["jobId", "totalCount", "failedCount", "backupSize", "startTime"].map(|member| (member, member));
        assert_same(&jobs, &of_v3, &same);
        for (job, of_v3) in jobs.iter().zip(&of_v3) {
            assert_eq!(job["endTime"] == "N/A", of_v3["status"] == 1);
            assert_eq!(job["status"] == "Not Finished", of_v3["status"] == 1);
        }
        let names = |job: &Value| (text(&job["jobType"]).to_owned(), text(&job["jobModule"]).to_owned());
        let mut in_modules = 0;
        for (service, module) in jobs.iter().map(names).collect::<HashSet<_>>() {
            let encoded = |name: &str| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
            let address = format!(
                "/partner/customers/{id}/jobs/jobType/{}/jobModule/{}",
                encoded(&service),
                encoded(&module)
            );
            let some = list(&mut caller, "listModuleBackupJobs", &address);
            assert!(some.iter().all(|job| names(job) == (service.clone(), module.clone())));
            in_modules += some.len();
        }
        assert_eq!(in_modules, jobs.len());

        let protection = list(
            &mut caller,
            "listProtectionOverview",
            &format!("/partner/customers/{id}/protected"),
        );
        let of_v3 = caller.whole("GET", &format!("{V3}/{id}/cloud-backup-m365/overview"), "data", None);
        for count in ["totalScannedObjects", "totalProtectedObjects"] {
            for module in &protection {
                let rows = of_v3
                    .iter()
                    .filter(|row| row["serviceModule"] == module["serviceModule"]);
                assert_eq!(
                    module[count].as_i64(),
                    rows.map(|row| row[count].as_i64()).sum(),
                    "{count}"
                );
            }
        }
        assert_eq!(
            protection.len(),
            of_v3
                .iter()
                .map(|row| text(&row["serviceModule"]))
                .collect::<HashSet<_>>()
                .len()
        );

        for profile in list(
            &mut caller,
            "listScanProfiles",
            &format!("/partner/customers/{id}/scanProfiles"),
        ) {
            let name = text(&profile["profileId"]).to_owned();
            let address = format!("/partner/customers/{id}/scanProfiles/{name}");
            let alone = get(&mut caller, "getScanProfile", &address);
            let summary = get(
                &mut caller,
                "getScanProfileDailySummary",
                &format!("{address}/dailyNewSummary"),
            );
            let changes = get(
                &mut caller,
                "listScanProfileDailyChanges",
                &format!("{address}/dailyNewDetails"),
            );
            let report = get(
                &mut caller,
                "getScanProfileDailyReport",
                &format!("/partner/Customers/{id}/ScanProfilesDailyNew/ProfileId/{name}"),
            );
            assert_eq!(alone["modifiedTime"], profile["modifiedTime"]);
            let tenants = text(&service["tenantId"]).split(',').collect::<Vec<_>>();
            assert!(tenants.contains(&text(&alone["tenantId"])));
            for (list, count, in_report) in [
                (
                    "newRegisteredContent",
                    "newRegisteredContentCount",
                    "NewRegisteredContentCount",
                ),
                (
                    "movedToAnotherContainerObjects",
                    "movedToAnotherContainer",
                    "MovedToAnotherContainer",
                ),
                (
                    "removedFromMicrosoft365OrOutOfPolicyObjects",
                    "removedFromMicrosoft365OrOutofPolicy",
                    "RemovedFromMicrosoft365OrOutofPolicy",
                ),
            ] {
                let listed = json!(changes[list].as_array().expect("a list").len());
                assert_eq!((&summary[count], &report[in_report]), (&listed, &listed));
            }
        }
    }
    let (one, other) = (text(&customers[0]["id"]), text(&customers[1]["id"]));
    let profile = caller.get(&format!("/partner/customers/{one}/scanProfiles"))["value"][0]["profileId"].take();
    for unknown in [
        "/partner/customers/x",
        "/partner/services/x",
        "/partner/customers/x/jobs",
        &format!("/partner/customers/{other}/scanProfiles/{}", text(&profile)),
    ] {
        assert_eq!(caller.refused("GET", unknown, None), 404);
    }
}
