use serde_json::{Value, json};

use crate::operations::testing::{Caller, text};

const BASELINES: &str = "/partner/external/v3/bm/baselines";
const TENANTS: &str = "/partner/external/v3/bm/tenants/batch";

fn baselines(caller: &mut Caller) -> Vec<Value> {
    caller.whole("POST", &format!("{BASELINES}/batch"), "data", Some(json!({})))
}

fn with_status(baselines: &[Value], status: i64) -> Value {
    let mut found = baselines.iter().filter(|baseline| baseline["status"] == status);
    found.next().expect("a baseline of this status")["baselineId"].clone()
}

fn tenants(caller: &mut Caller) -> Vec<Value> {
    caller.whole("POST", TENANTS, "data", Some(json!({})))
}

fn path(tenant: &Value) -> String {
    let (customer, tenant) = (text(&tenant["customerId"]), text(&tenant["tenantId"]));
    format!("/partner/external/v3/bm/customers/{customer}/tenants/{tenant}")
}

#[test]
fn what_a_tenant_is_held_against_is_a_baseline_in_use_and_reports_agree_with_states() {
    let mut caller = Caller::new();
    let baselines = baselines(&mut caller);
    let tenants = tenants(&mut caller);
    assert_eq!(tenants.len(), 30);
    for applied in tenants
        .iter()
        .flat_map(|tenant| tenant["appliedBaselines"].as_array().expect("a list"))
    {
        let mut named = baselines
            .iter()
            .filter(|baseline| baseline["baselineId"] == applied["baselineId"]);
        let baseline = named.next().expect("the applied baseline");
        assert!([json!(3), json!(5)].contains(&baseline["status"]), "{baseline}");
        assert!([&baseline["name"], &baseline["baselineName"]].contains(&&applied["baselineName"]));
    }
    for baseline in &baselines {
        let address = format!("{BASELINES}/{}/reports", text(&baseline["baselineId"]));
        let reports = caller.whole("GET", &address, "data", None);
        let failed = reports.iter().filter(|report| report["status"] == "Failed").count();
        let is_right = match baseline["status"].as_i64() {
            Some(6) => reports.is_empty(),
            Some(5) => failed > 0,
            Some(4) => failed == reports.len() && failed > 0,
            _ => failed == 0 && !reports.is_empty(),
        };
        assert!(is_right, "{baseline} {reports:?}");
    }
    let named = json!({ "baselineIds": [baselines[2]["baselineId"], baselines[0]["baselineId"], "x"] });
    let found = caller.whole("POST", &format!("{BASELINES}/batch"), "data", Some(named));
    assert_eq!(found, [baselines[2].clone(), baselines[0].clone()]);
    let named = json!({ "tenantIds": [tenants[9]["tenantId"]] });
    assert_eq!(caller.whole("POST", TENANTS, "data", Some(named)), [tenants[9].clone()]);
}

#[test]
fn an_action_is_a_job_that_waits_runs_and_ends() {
    let mut caller = Caller::new();
    let known = baselines(&mut caller);
    let (unused, active, draft) = (with_status(&known, 2), with_status(&known, 3), with_status(&known, 6));
    let tenant = path(&tenants(&mut caller)[0]);
    let (actions, jobs) = (
        format!("{tenant}/actions"),
        format!("{tenant}/process-center/jobs/batch"),
    );
    let action = |data: Value| json!({ "actionType": "1", "data": data });
    let two = action(json!([{ "baselineId": active, "rankingOrder": 2 }, { "baselineId": unused, "rankingOrder": 1 }]));
    let one = action(json!({ "baselineId": active, "rankingOrder": 1 }));
    let before = tenants(&mut caller)[0].clone();
    let others = caller.whole("POST", &jobs, "data", Some(json!({}))).len();

    let job = caller.post(&actions, two)["jobId"].take();
    for (seconds, job_status, tenant_status) in [(0, 0, 3), (2, 1, 3), (6, 1, 3), (3, 2, 7)] {
        caller.advance(seconds);
        let found = caller.whole("POST", &jobs, "data", Some(json!({ "jobIds": [job] })));
        assert_eq!(found, [json!({ "jobId": job, "type": 1, "status": job_status })]);
        let now = tenants(&mut caller)[0].clone();
        assert_eq!(now["status"], tenant_status);
        if tenant_status == 3 {
            assert_eq!(now["appliedBaselines"], before["appliedBaselines"]);
            assert_eq!(caller.refused("POST", &actions, Some(one.clone())), 400);
        }
    }
    assert_eq!(caller.whole("POST", &jobs, "data", Some(json!({}))).len(), others + 1);
    let after = tenants(&mut caller)[0].clone();
    let applied: Vec<_> = after["appliedBaselines"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|applied| &applied["baselineId"])
        .collect();
    assert_eq!(applied, [&unused, &active]);
    assert_eq!(after["driftDetected"], 0);
    assert_ne!(after["lastDeployedTime"], before["lastDeployedTime"]);
    assert!(
        !baselines(&mut caller)
            .iter()
            .any(|baseline| baseline["baselineId"] == unused && baseline["status"] != 3)
    );

    let expired = tenants(&mut caller)
        .iter()
        .find(|tenant| tenant["status"] == 6)
        .map(path)
        .expect("an expired tenant");
    assert_eq!(caller.refused("POST", &format!("{expired}/actions"), Some(one)), 400);
    for (baseline, kind, status) in [(draft, "1", 400), (json!("x"), "1", 404), (active, "2", 400)] {
        let body = json!({ "actionType": kind, "data": { "baselineId": baseline, "rankingOrder": 1 } });
        assert_eq!(caller.refused("POST", &actions, Some(body)), status);
    }
}

#[test]
fn a_baseline_grows_setting_by_setting_and_is_ready_then() {
    let mut caller = Caller::new();
    let listed = tenants(&mut caller);
    let body = |tenant: &Value| json!({ "name": "New", "color": "6", "customerId": tenant["customerId"], "tenantId": tenant["tenantId"] });
    let id = caller.post(BASELINES, body(&listed[0]))["baselineId"].take();
    let reports = format!("{BASELINES}/{}/reports", text(&id));
    let mut shown = Vec::new();
    for (seconds, status) in [(0, 1), (5, 1), (20, 2)] {
        caller.advance(seconds);
        let found = caller.whole(
            "POST",
            &format!("{BASELINES}/batch"),
            "data",
            Some(json!({ "baselineIds": [id] })),
        );
        assert_eq!(found[0]["status"], status);
        shown.push(caller.whole("GET", &reports, "data", None).len());
    }
    assert!(
        shown[0] == 0 && (1..12).contains(&shown[1]) && shown[2] == 12,
        "{shown:?}"
    );
    let jobs = format!("{}/process-center/jobs/batch", path(&listed[0]));
    let jobs = caller.whole("POST", &jobs, "data", Some(json!({})));
    assert_eq!(
        (&jobs[jobs.len() - 1]["type"], &jobs[jobs.len() - 1]["status"]),
        (&json!(3), &json!(2))
    );

    let expired = listed
        .iter()
        .find(|tenant| tenant["status"] == 6)
        .expect("an expired tenant");
    assert_eq!(caller.refused("POST", BASELINES, Some(body(expired))), 400);
    let mut nowhere = body(&listed[0]);
    nowhere["tenantId"] = json!("x");
    assert_eq!(caller.refused("POST", BASELINES, Some(nowhere)), 404);
    let mut colored = body(&listed[0]);
    colored["color"] = json!("99");
    assert_eq!(caller.refused("POST", BASELINES, Some(colored)), 400);
}
