//! What is begun on the wire goes on with the time of the world, and is over then.

mod calls;

use calls::{Calls, text};
use serde_json::{Value, json};

const BASELINES: &str = "/partner/external/v3/bm";

#[tokio::test]
async fn an_action_begins_runs_and_ends() {
    let calls = Calls::new().await;
    let list = async |path: &str, body: Value| calls.list(&format!("{BASELINES}/{path}"), body).await;
    let tenant = list("tenants/batch", json!({})).await.swap_remove(0);
    let baselines = list("baselines/batch", json!({})).await;
    let unused = baselines
        .iter()
        .find(|baseline| baseline["status"] == 2)
        .expect("an unused one");
    let of_tenant = format!(
        "customers/{}/tenants/{}",
        text(&tenant, "/customerId"),
        text(&tenant, "/tenantId")
    );
    let action = json!({ "actionType": 1, "data": [{ "baselineId": unused["baselineId"], "rankingOrder": 1 }] });
    let job = calls.post(&format!("{BASELINES}/{of_tenant}/actions"), action).await;
    let records = calls.follow("partners/report/auditlog/202611").await;
    assert_eq!(
        (&records[0]["operation"], &records[0]["tenantId"]),
        (&json!("Deploy"), &tenant["tenantId"])
    );
    let state = async || {
        let jobs = list(
            &format!("{of_tenant}/process-center/jobs/batch"),
            json!({ "jobIds": [job["jobId"]] }),
        )
        .await;
        let tenants = list("tenants/batch", json!({ "tenantIds": [tenant["tenantId"]] })).await;
        (jobs[0]["status"].clone(), tenants[0].clone())
    };
    let (status, tenant) = state().await;
    assert!(
        [json!(0), json!(1)].contains(&status) && tenant["status"] == 3,
        "{status} {tenant}"
    );
    calls.post("/_sandbox/time", json!({ "advanceSeconds": 60 })).await;
    let (status, tenant) = state().await;
    assert_eq!((&status, &tenant["status"]), (&json!(2), &json!(7)));
    let applied = json!([{ "baselineId": unused["baselineId"], "baselineName": tenant["appliedBaselines"][0]["baselineName"], "version": "1" }]);
    assert_eq!(tenant["appliedBaselines"], applied);
}
