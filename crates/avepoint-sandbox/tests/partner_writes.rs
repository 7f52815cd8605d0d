//! What is written for the partner and its customers is read by all that show it.

mod calls;

use std::collections::BTreeSet;

use calls::{Calls, UNKNOWN, count, customer, text};
use serde_json::{Value, json};

/// The services whose apps customers authorize.
const SERVICES: [&str; 4] = [
    "PartnerTenantSettingManagement",
    "PartnerWorkspaceOnboarding",
    "PartnerAzureSecurityManagement",
    "Office365Backup",
];

/// A customer to register, by its account and what signs it in.
fn newcomer(account: &str, provider: Value) -> Value {
    json!({
        "identityProviderType": provider, "firstName": "Ines", "lastName": "Moreau",
        "organizationName": "Northwind", "registrationAccount": account, "countryCode": "CI",
        "dataCenter": "49681f94-26a7-4825-aca2-df2eca7c0f81", "password": "Harbour-Lantern-27-Plum",
    })
}

#[tokio::test]
async fn a_customer_that_is_onboarded_is_listed_once() {
    let calls = Calls::new().await;
    let before = calls.customers().await;
    let owner = text(&before[3], "/ownerEmail");
    for (account, provider, status) in [
        ("ines@northwind.example", json!("6"), 1),
        ("INES@northwind.example", json!(0), 6),
        (owner, json!(0), 6),
        ("other@northwind.example", json!("5"), 4),
        ("", json!(0), 4),
    ] {
        let answer = calls.post("customers", newcomer(account, provider)).await;
        assert_eq!(answer["status"], status, "{account}");
        assert_eq!(answer.get("id").is_some(), status != 4);
    }
    let after = calls.customers().await;
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.len(), before.len() + 1);
    let added = &after[before.len()];
    assert_eq!(
        (&added["organization"], &added["countryOrRegion"]),
        (&json!("Northwind"), &json!("Côte d'Ivoire"))
    );
    let id = text(added, "/id");
    assert!(
        calls
            .list(&format!("customers/{id}/avpt-products/jobs/batch"), json!({}))
            .await
            .is_empty()
    );
    let records = calls.follow("partners/report/auditlog/20261102").await;
    assert_eq!(
        (&records[0]["targetObjectId"], &records[0]["operation"]),
        (&added["id"], &json!("Register"))
    );
}

#[tokio::test]
async fn links_that_customers_open_change_their_tenants() {
    let calls = Calls::new().await;
    let (customer, tenants) = customer(&calls).await;
    let tenant = format!("customers/{customer}/tenants/{}", tenants[1]);
    let body = json!({ "aadEnvironment": 5, "tenantFriendlyName": "Renamed" });
    let link = calls.post(&format!("{tenant}/auth-link"), body.clone()).await;
    assert!(text(&link, "/url").contains(text(&link, "/id")));
    assert_ne!(calls.post(&format!("{tenant}/auth-link"), body).await["id"], link["id"]);
    let read = calls.get(&tenant).await;
    assert_eq!((&read["name"], &read["aadEnvironment"]), (&json!("Renamed"), &json!(5)));
    let mut before = Vec::new();
    for service in SERVICES {
        before.push(calls.get(&format!("{tenant}/product/{service}/apps")).await[0]["isConsent"].clone());
    }
    for (is_renewal, expected) in [(true, before), (false, vec![json!(true); 4])] {
        let body = json!({
            "consentMethod": 0, "isReAuth": is_renewal, "aadEnvironment": 5, "platformEnvironmentType": 1,
            "productNames": SERVICES,
        });
        calls.post(&format!("{tenant}/apps/auth-link"), body).await;
        for (service, expected) in SERVICES.iter().zip(&expected) {
            let states = calls.get(&format!("{tenant}/product/{service}/apps")).await;
            assert_eq!(states, json!([{ "isConsent": expected }]), "{service} {is_renewal}");
        }
    }
}

#[tokio::test]
async fn tenants_are_connected_if_there_is_a_subscription_and_a_consent() {
    let calls = Calls::new().await;
    let mut seen = BTreeSet::new();
    for customer in calls.list("customers/services/batch", json!({})).await {
        let id = text(&customer, "/customerId");
        let mut products = customer["products"].as_array().expect("a list").iter();
        let has_subscription = products.any(|product| product["service"] == "User and Device Management");
        let seats = format!("customers/{id}/3rd-party-products/type/0/tenants/batch");
        let tenants = calls.list(&seats, json!({})).await;
        let mut ids: Vec<_> = tenants.iter().map(|tenant| text(tenant, "/tenantId")).collect();
        ids.push(UNKNOWN);
        let body = json!({
            "CustomerId": id, "TenantIds": ids, "ProductName": ["PartnerUserManagement"], "HybridTenant": false,
        });
        let outcome = calls.post("customers/connecttenant", body).await;
        let failed = if has_subscription {
            json!({})
        } else {
            json!({ "PartnerUserManagement": 1 })
        };
        assert_eq!(outcome["failedProducts"], failed);
        assert_eq!(
            outcome["connectTenantsResult"][UNKNOWN],
            json!({ "isSuccess": false, "errorCode": 3 })
        );
        for tenant in &ids[..tenants.len()] {
            let mut has_consent = false;
            for service in SERVICES {
                let states = calls
                    .get(&format!("customers/{id}/tenants/{tenant}/product/{service}/apps"))
                    .await;
                has_consent |= states[0]["isConsent"] == true;
            }
            let error = match (has_subscription, has_consent) {
                (false, _) => 1,
                (true, false) => 2,
                (true, true) => 0,
            };
            let expected = json!({ "isSuccess": error == 0, "errorCode": error });
            assert_eq!(outcome["connectTenantsResult"][tenant], expected);
            seen.insert(error);
        }
    }
    assert!(seen.contains(&0) && seen.contains(&1), "{seen:?}");
}

#[tokio::test]
async fn services_that_are_added_are_listed_and_counted() {
    let calls = Calls::new().await;
    let customer = calls
        .post("customers", newcomer("ines@northwind.example", json!(0)))
        .await;
    let customer = text(&customer, "/id");
    let backup = |change: Value| {
        let mut item = json!({
            "resource": "Office365Backup", "subscriptionSourceType": 2, "expireTime": "2027-03-31T00:00:00Z",
            "saleType": 0, "packageType": 1, "customerSize": 140, "userSeat": 120, "paymentType": 1,
        });
        for (name, value) in change.as_object().expect("members") {
            item[name] = value.clone();
        }
        item.as_object_mut()
            .expect("an object")
            .retain(|_, value| !value.is_null());
        json!({
            "product": 2048, "licenseType": 1, "avepointStorageType": 1, "retentionYear": 3, "licenseItems": [item],
        })
    };
    let power = json!({ "resource": "Office365PPBackup", "packageType": null, "customerSize": null, "userSeat": 30 });
    let requests = [
        (backup(json!({ "userSeat": 0 })), 4),
        (backup(json!({ "userSeat": 10_001 })), 4),
        (backup(json!({ "expireTime": null })), 6),
        (backup(json!({ "expireTime": null, "isSameAsPool": false })), 6),
        (backup(json!({ "packageType": null })), 6),
        (backup(json!({ "expireTime": "2026-11-01T00:00:00Z" })), 11),
        (backup(json!({ "expireTime": "2036-11-01T00:00:00Z" })), 5),
        (backup(json!({})), 1),
        (backup(json!({ "expireTime": null, "isSameAsPool": true })), 12),
        (backup(power), 1),
        (json!({ "product": 2048, "licenseType": 0, "byos": true }), 7),
        (json!({ "product": 40, "licenseType": 0 }), 1),
        (json!({ "product": 40, "licenseType": 0 }), 7),
    ];
    for (request, status) in requests {
        let answer = calls
            .post(&format!("customers/{customer}/services"), request.clone())
            .await;
        assert_eq!(answer["status"], status, "{request}");
        assert_eq!(
            (&answer["customerId"], &answer["product"]),
            (&json!(customer), &request["product"])
        );
    }
    let listed = calls
        .list("customers/services/batch", json!({ "customerIds": [customer] }))
        .await;
    let products = listed[0]["products"].as_array().expect("a list");
    let seats: Vec<_> = products
        .iter()
        .map(|product| (text(product, "/service"), count(product, "purchasedUserSeats")))
        .collect();
    let name = "Cloud Backup for Microsoft 365";
    let expected = [
        (name, 120),
        (&format!("{name}: Power Platform"), 30),
        ("Baseline Management", 50),
    ];
    assert_eq!(seats, expected);
    let expected = [
        ("package", "Core"),
        ("storage", "Amazon S3 of AvePoint"),
        ("paymentType", "Pay as you go"),
    ];
    assert!(
        expected.iter().all(|(member, value)| products[0][member] == *value),
        "{}",
        products[0]
    );
    let overview = calls
        .get(&format!("customers/{customer}/avpt-products/type/2048/overview"))
        .await;
    assert_eq!(overview["purchasedUserSeat"], 150);
}

#[tokio::test]
async fn resellers_get_accept_and_reject_what_is_assigned() {
    let calls = Calls::new().await;
    let pooled = calls.list("partners/t2-reseller/licenses/batch", json!({})).await;
    let license = pooled
        .iter()
        .find(|license| license["status"] == 1)
        .expect("one in force");
    let id = text(license, "/licenseId");
    let usage = format!("partners/t2-reseller/licenses/{id}/usage/batch");
    let known = calls.list(&usage, json!({})).await;
    let resellers = calls.list("partners/t2-reseller/resellers/batch", json!({})).await;
    let is_new = |reseller: &&Value| known.iter().all(|row| row["resellerId"] != reseller["ResellerId"]);
    let reseller = resellers.iter().find(is_new).expect("one without it");
    let reseller = text(reseller, "/ResellerId");
    let at = format!("partners/t2-reseller/resellers/{reseller}/licenses");
    let assign = |seats: i64, change: Value| {
        let mut body = json!({
            "licenseId": id, "product": license["product"], "UserSeat": seats, "PaymentType": 1, "UnitPrice": 4.25,
            "ExpirationTime": license["expirationDate"], "IsSameAsPool": false,
        });
        for (name, value) in change.as_object().expect("members") {
            body[name] = value.clone();
        }
        (at.clone(), body)
    };
    let decide = |operation: &str, payment: i64| {
        let body = json!({ "licenses": [{ "licenseId": id, "paymentType": payment }] });
        (format!("{at}/{operation}"), body)
    };
    // What each call answers, and how many seats the reseller then has.
    let (total, before) = (count(license, "totalUserSeat"), count(license, "allocatedUserSeat"));
    let calls_in_turn = [
        (assign(10, json!({ "licenseId": UNKNOWN })), "status", 3, 0),
        (
            assign(10, json!({ "product": if license["product"] == 40 { 42 } else { 40 } })),
            "status",
            3,
            0,
        ),
        (
            assign(10, json!({ "ExpirationTime": "2026-01-01T00:00:00Z" })),
            "status",
            11,
            0,
        ),
        (
            assign(10, json!({ "ExpirationTime": "2046-01-01T00:00:00Z" })),
            "status",
            5,
            0,
        ),
        (assign(0, json!({})), "status", 2, 0),
        (assign(total - before + 1, json!({})), "status", 4, 0),
        (decide("accept", 1), "acceptStatus", 10, 0),
        (assign(10, json!({})), "status", 1, 10),
        (assign(20, json!({})), "status", 8, 10),
        (decide("accept", 0), "acceptStatus", 10, 10),
        (decide("accept", 1), "acceptStatus", 9, 10),
        (assign(10, json!({})), "status", 7, 10),
        (assign(total - before, json!({})), "status", 1, total - before),
        (decide("reject", 1), "rejectStatus", 9, 0),
    ];
    for ((path, body), member, status, seats) in calls_in_turn {
        assert_eq!(calls.post(&path, body.clone()).await[member], status, "{path} {body}");
        let pooled = calls
            .list("partners/t2-reseller/licenses/batch", json!({ "LicenseIds": [id] }))
            .await;
        assert_eq!(count(&pooled[0], "allocatedUserSeat"), before + seats, "{path} {body}");
        assert_eq!(count(&pooled[0], "availableUserSeat"), total - before - seats);
    }
    let theirs = calls.list(&usage, json!({ "ResellerIds": [reseller] })).await;
    let status: Vec<_> = theirs.iter().map(|row| row["status"].clone()).collect();
    assert_eq!(status, [3, 2]);
    assert_eq!(theirs[0]["unitPrice"], "4.25");
    for (status, expected) in [(2, 1), (0, 0)] {
        let body = json!({ "LicenseIds": [id], "Status": status });
        assert_eq!(calls.list(&format!("{at}/batch"), body).await.len(), expected);
    }
    let records = calls.follow("partners/t2-reseller/report/auditlog/202611").await;
    let done: Vec<_> = records
        .iter()
        .map(|record| text(record, "/operation"))
        .take(4)
        .collect();
    assert_eq!(done, ["Reject", "Assign", "Accept", "Assign"]);
}
