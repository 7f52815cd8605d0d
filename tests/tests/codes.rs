//! Codes that are text: a caller may spell them in any letter case, and they go out as they are documented.

use avepoint_core::{CallOptions, Constraint, Operation};
use avepoint_elements_v3::{Client, dynamic, types};
use avepoint_tests::client::{APIS, AnyClient, operations};
use avepoint_tests::elements::{case, client};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::{Case, cases};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

fn operation(api: &str, id: &str) -> &'static Operation {
    let mut operations = operations(api).iter();
    operations.find(|operation| operation.id == id).expect("an operation")
}

fn swapped(text: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// Swaps the letter case of every text code in a value, and counts them.
fn swap_codes(constraint: &Constraint, value: &mut Value) -> usize {
    match (constraint, value) {
        (Constraint::TextCode { codes, .. }, Value::String(text)) if codes.contains(&text.as_str()) => {
            *text = swapped(text);
            1
        }
        (Constraint::List { item, .. }, Value::Array(entries)) => {
            entries.iter_mut().map(|entry| swap_codes(item, entry)).sum()
        }
        (Constraint::Object { members, .. }, Value::Object(object)) => members
            .iter()
            .filter_map(|member| Some(swap_codes(member.constraint, object.get_mut(member.name)?)))
            .sum(),
        // Only one of the forms has the code that is there.
        (Constraint::AnyOf(constraints) | Constraint::AllOf(constraints), value) => {
            constraints.iter().map(|constraint| swap_codes(constraint, value)).sum()
        }
        _ => 0,
    }
}

fn swap_case(api: &str, case: &Case) -> (usize, Value) {
    let table = operation(api, &case.id);
    let mut parameters = case.parameters.clone();
    let own = table
        .parameters
        .iter()
        .map(|parameter| (parameter.name, parameter.constraint));
    let body = table.body.iter().map(|body| ("body", body.constraint));
    let swapped = own
        .chain(body)
        .filter_map(|(name, constraint)| Some(swap_codes(constraint, parameters.get_mut(name)?)))
        .sum();
    (swapped, parameters)
}

#[tokio::test]
async fn every_text_code_goes_out_as_documented_whatever_its_letter_case() {
    let mut calls = Vec::new();
    for api in APIS {
        for case in cases(api) {
            let (count, parameters) = swap_case(api, &case);
            if count > 0 {
                calls.push((*api, case, parameters));
            }
        }
    }
    let in_path = calls.iter().any(|(_, case, _)| case.id == "getServiceAppStatus");
    assert!(
        calls.len() > 10 && in_path,
        "{} operations take text codes",
        calls.len()
    );
    for (api, case, parameters) in calls {
        let server = Server::always(match &case.answer {
            Some(answer) => Reply::json(case.status, answer),
            None => Reply::empty(case.status),
        })
        .await;
        // A file that is not a file is of no concern here.
        let sent = AnyClient::new(api, &server.url()).call(&case.id, parameters).await;
        let received = server.received();
        let [request] = received.as_slice() else {
            panic!("{api} {}: {sent:?}", case.id);
        };
        let path: Vec<_> = request
            .path
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        assert_eq!(path, case.path, "{api} {}", case.id);
        assert_eq!(request.json(), case.body.unwrap_or_default(), "{api} {}", case.id);
    }
}

#[tokio::test]
async fn a_typed_code_goes_out_as_documented_and_what_is_none_does_not_go_out() {
    let example = case("getServiceAppStatus");
    let server = Server::always(Reply::json(200, example.answer.as_ref().expect("an example"))).await;
    let client = client(&server);
    let call = |code: &str| {
        client
            .get_service_app_status()
            .customer_id("c")
            .tenant_id("t")
            .product_name(types::AppService::from(code))
            .send()
    };
    call("partnertenantsettingmanagement").await.expect("an answer");
    call("PARTNERTENANTSETTINGMANAGEMENTS").await.expect_err("no code");
    let received = server.received();
    let [request] = received.as_slice() else {
        panic!("{} requests were received", received.len());
    };
    assert!(
        request.path.contains("/PartnerTenantSettingManagement"),
        "{}",
        request.path
    );
}

#[tokio::test]
async fn a_code_in_another_form_is_matched_and_a_call_by_name_keeps_the_form() {
    async fn call(client: &Client) -> types::JobPage {
        let sent = client.list_jobs().customer_id("c").send().await;
        sent.expect("a page").into_inner()
    }

    let answer = json!({ "data": [{ "status": "3" }, { "status": 3.0 }, { "status": 3 }, { "status": "99" }] });
    let server = Server::always(Reply::json(200, &answer)).await;
    let client = client(&server);
    let is_failed = |page: &types::JobPage| {
        let jobs = page.data.iter();
        jobs.map(|job| matches!(job.status, Some(types::JobStatus::Failed)))
            .collect::<Vec<_>>()
    };
    let page = call(&client).await;
    assert_eq!(is_failed(&page), [true, true, true, false]);
    let written = serde_json::to_value(page).expect("JSON");
    assert_eq!(
        written["data"],
        json!([{ "status": 3 }, { "status": 3 }, { "status": 3 }, { "status": "99" }])
    );

    let verbatim = client.with_options(CallOptions::default().verbatim_codes(true));
    let page = call(&verbatim).await;
    assert_eq!(is_failed(&page), [false, false, true, false]);
    assert_eq!(serde_json::to_value(page).expect("JSON"), answer);

    let parameters = case("listJobs").parameters.clone();
    let by_name = dynamic::call(&client, "listJobs", parameters).await.expect("a page");
    assert_eq!(by_name, answer);
}
