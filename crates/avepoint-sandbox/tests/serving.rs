//! What the sandbox answers on the wire, to a client that knows nothing of it.

use avepoint_sandbox::Sandbox;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A status and a body; null if there is none.
type Answered = (u16, Value);

async fn send(sandbox: &Sandbox, method: Method, path: &str, body: Option<Value>) -> Answered {
    let mut request = Client::new().request(method, format!("{}{path}", sandbox.base_url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_default())
}

const CUSTOMERS: &str = "/partner/external/v3/general/customers/batch";

async fn sandbox() -> Sandbox {
    Sandbox::builder()
        .seed(7)
        .customers(120)
        .without_tokens()
        .start()
        .await
        .expect("a sandbox")
}

/// The path of the users of the first tenant of the first customer.
async fn users(sandbox: &Sandbox) -> String {
    let (_, page) = send(sandbox, Method::POST, CUSTOMERS, Some(json!({}))).await;
    let customer = &page["data"][0];
    let (customer, tenant) = (customer["id"].as_str(), customer["tenants"][0]["id"].as_str());
    let (customer, tenant) = (customer.expect("an id"), tenant.expect("an id"));
    format!("/partner/external/v3/um/customers/{customer}/tenants/{tenant}/users")
}

#[tokio::test]
async fn customers_come_page_by_page_and_by_their_ids() {
    let sandbox = sandbox().await;
    let mut ids = Vec::new();
    for (page, count) in [(1, 50), (2, 50), (3, 20), (4, 0)] {
        let path = format!("{CUSTOMERS}?pageIndex={page}");
        let (status, answer) = send(&sandbox, Method::POST, &path, Some(json!({}))).await;
        assert_eq!(status, 200, "{answer}");
        let metadata = json!({ "pageIndex": page, "pageSize": 50, "totalCount": 120 });
        assert_eq!(answer["metadata"], metadata);
        let rows = answer["data"].as_array().expect("a list").clone();
        assert_eq!(rows.len(), count);
        ids.extend(rows.into_iter().map(|row| row["id"].clone()));
    }
    let body = json!({ "customerIds": [ids[110], ids[3], "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c"] });
    let (_, answer) = send(&sandbox, Method::POST, CUSTOMERS, Some(body)).await;
    assert_eq!(answer["metadata"]["totalCount"], 2);
    assert_eq!(
        (&answer["data"][0]["id"], &answer["data"][1]["id"]),
        (&ids[110], &ids[3])
    );
}

#[tokio::test]
async fn what_was_written_is_read() {
    let sandbox = sandbox().await;
    let users = users(&sandbox).await;
    let (_, page) = send(&sandbox, Method::POST, &format!("{users}/batch"), Some(json!({}))).await;
    assert_eq!(page["metadata"]["pageIndex"], 1, "{page}");
    let user = format!("{users}/{}", page["data"][4]["id"].as_str().expect("an id"));
    let (_, before) = send(&sandbox, Method::GET, &user, None).await;
    let change = json!({
        "firstName": "Ada", "lastName": "Verne", "displayName": "Ada Verne", "jobTitle": "Diver", "employeeId": "D-1",
    });
    let (status, _) = send(
        &sandbox,
        Method::PUT,
        &format!("{user}/general-information"),
        Some(change.clone()),
    )
    .await;
    assert_eq!(status, 204);
    let (_, after) = send(&sandbox, Method::GET, &user, None).await;
    let mut expected = before;
    expected["lastChangeDate"] = after["lastChangeDate"].clone();
    for (name, value) in change.as_object().expect("an object") {
        expected[name] = value.clone();
    }
    assert_eq!(after, expected);
    let (_, page) = send(&sandbox, Method::POST, &format!("{users}/batch"), Some(json!({}))).await;
    assert_eq!(page["data"][4]["jobTitle"], "Diver");
}

#[tokio::test]
async fn tokens_lead_through_a_list_and_are_good_for_it_alone() {
    let sandbox = sandbox().await;
    let path = "/insights/sites/overview";
    let (mut urls, mut next, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let mut body = json!({ "pageSize": 5 });
        if !next.is_null() {
            body["nextLink"] = next;
        }
        let (status, answer) = send(&sandbox, Method::POST, path, Some(body)).await;
        assert_eq!((status, &answer["status"]), (200, &json!(200)), "{answer}");
        urls.extend(
            answer["values"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|site| site["siteUrl"].clone()),
        );
        (next, pages) = (answer["nextLink"].clone(), pages + 1);
        if next.is_null() {
            break;
        }
    }
    let (_, whole) = send(&sandbox, Method::POST, path, Some(json!({ "pageSize": 100 }))).await;
    let whole: Vec<_> = whole["values"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|site| site["siteUrl"].clone())
        .collect();
    assert_eq!(urls, whole);
    assert!(pages > 2);
    let (status, answer) = send(&sandbox, Method::POST, path, Some(json!({ "nextLink": "made-up" }))).await;
    assert_eq!((status, &answer["status"]), (400, &json!(400)), "{answer}");
    // Another list of the same operation, and the same with pages of another size.
    let chosen = json!([whole[0], whole[1], whole[2]]);
    let body = json!({ "pageSize": 1, "siteUrls": chosen });
    let (_, answer) = send(&sandbox, Method::POST, path, Some(body)).await;
    let next = &answer["nextLink"];
    assert!(next.is_string(), "{answer}");
    for (body, expected) in [
        (json!({ "nextLink": next, "pageSize": 2, "siteUrls": chosen }), 200),
        (
            json!({ "nextLink": next, "pageSize": 1, "siteUrls": [whole[3], whole[4]] }),
            400,
        ),
        (json!({ "nextLink": next, "pageSize": 1 }), 400),
    ] {
        let (status, answer) = send(&sandbox, Method::POST, path, Some(body)).await;
        assert_eq!(status, expected, "{answer}");
    }
}

#[tokio::test]
async fn refusals_say_why_in_the_shape_of_the_service() {
    let sandbox = sandbox().await;
    let (status, answer) = send(
        &sandbox,
        Method::POST,
        &format!("{CUSTOMERS}?pageSize=101"),
        Some(json!({})),
    )
    .await;
    assert_eq!(status, 400);
    assert_eq!(
        answer["errors"]["pageSize"][0],
        "value is greater than the maximum of 100"
    );
    let (status, answer) = send(
        &sandbox,
        Method::POST,
        "/insights/sites/overview?",
        Some(json!({ "pageSize": 0 })),
    )
    .await;
    assert_eq!((status, &answer["status"]), (400, &json!(400)));
    let unknown = users(&sandbox)
        .await
        .replace("/users", "/users/6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c");
    let (status, answer) = send(&sandbox, Method::GET, &unknown, None).await;
    assert_eq!(
        (status, answer),
        (404, json!({ "message": "The user does not exist." }))
    );
    let (status, _) = send(&sandbox, Method::GET, "/nowhere", None).await;
    assert_eq!(status, 404);
    let (status, _) = send(&sandbox, Method::GET, CUSTOMERS, None).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_as_they_were_sent_are_refused() {
    let sandbox = sandbox().await;
    let customers = format!("{}{CUSTOMERS}", sandbox.base_url());
    let sites = format!("{}/insights/sites/overview", sandbox.base_url());
    let token = format!("{}/connect/token", sandbox.base_url());
    for (header, value, status) in [
        ("content-encoding", "gzip", 415),
        ("content-encoding", "identity", 200),
        ("content-type", "application/json; charset=utf-16", 415),
        ("content-type", "application/json; charset=\"UTF-8\"", 200),
    ] {
        for (url, member) in [(&customers, "message"), (&sites, "status"), (&token, "error")] {
            let request = Client::new().post(url).header("content-type", "application/json");
            let mut request = request.body("{}").build().expect("a request");
            request.headers_mut().insert(header, value.parse().expect("a value"));
            let answer = Client::new().execute(request).await.expect("an answer");
            let (sent, accepted) = (answer.status(), answer.headers().get("accept-encoding").cloned());
            let body: Value = answer.json().await.expect("JSON");
            if status == 415 {
                assert_eq!(
                    (sent.as_u16(), body.get(member).is_some()),
                    (415, true),
                    "{url} {value}: {body}"
                );
                assert_eq!(accepted.is_some(), header == "content-encoding");
            } else {
                assert_ne!(sent, 415, "{url} {value}: {body}");
            }
        }
    }
}

/// Far more than any buffer on the way holds: the client has sent all of it before it reads an answer.
#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_the_refusal_arrives() {
    let sandbox = sandbox().await;
    for (path, member) in [
        (CUSTOMERS, "message"),
        ("/insights/sites/overview", "status"),
        ("/connect/token", "error"),
    ] {
        let body = json!({ "organization": "y".repeat(20 << 20) });
        let (status, answer) = send(&sandbox, Method::POST, path, Some(body)).await;
        assert_eq!((status, answer.get(member).is_some()), (413, true), "{path} {answer}");
    }
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(413); 3], "they are in the log as all are");
}

#[tokio::test]
async fn many_sandboxes_stand_beside_each_other_and_go_when_they_are_dropped() {
    let one = sandbox().await;
    let other = Sandbox::builder()
        .seed(8)
        .customers(3)
        .without_tokens()
        .start()
        .await
        .expect("a sandbox");
    let (_, of_one) = send(&one, Method::POST, CUSTOMERS, Some(json!({}))).await;
    let (_, of_other) = send(&other, Method::POST, CUSTOMERS, Some(json!({}))).await;
    assert_ne!(of_one["data"][0]["id"], of_other["data"][0]["id"]);
    let url = one.base_url();
    drop(one);
    // The threads end by themselves, soon after.
    while std::net::TcpStream::connect(url.trim_start_matches("http://")).is_ok() {
        tokio::task::yield_now().await;
    }
    let (status, _) = send(&other, Method::POST, CUSTOMERS, Some(json!({}))).await;
    assert_eq!(status, 200);
}

/// If any row were made before it is asked for, this would take minutes.
#[tokio::test]
async fn the_largest_world_is_served_to_its_last_page() {
    let most = avepoint_sandbox::Builder::MOST_CUSTOMERS;
    let builder = Sandbox::builder().customers(most).without_tokens();
    let sandbox = builder.start().await.expect("a sandbox");
    let path = format!("{CUSTOMERS}?pageSize=50&pageIndex={}", most.div_ceil(50));
    let (status, page) = send(&sandbox, Method::POST, &path, Some(json!({}))).await;
    assert_eq!((status, &page["metadata"]["totalCount"]), (200, &json!(most)));
    let last = page["data"]
        .as_array()
        .and_then(|rows| rows.last())
        .expect("a customer");
    let named = json!({ "customerIds": [last["id"]] });
    let (_, page) = send(&sandbox, Method::POST, CUSTOMERS, Some(named)).await;
    assert_eq!(&page["data"][0], last);
}
