//! What goes wrong on purpose, as a client meets it.

use std::time::Duration;

use avepoint_sandbox::{Fault, Sandbox};
use reqwest::{Certificate, Client, RequestBuilder, Response};
use serde_json::{Value, json};

const CUSTOMERS: &str = "/partner/external/v3/general/customers/batch";

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder().customers(3).without_tokens();
    builder.start().await.expect("a sandbox")
}

async fn list(sandbox: &Sandbox) -> reqwest::Result<Response> {
    ask(sandbox, "").await
}

/// Lists customers with faults that the request asks for itself.
async fn ask(sandbox: &Sandbox, faults: &str) -> reqwest::Result<Response> {
    let url = format!("{}{CUSTOMERS}?pageSize=2", sandbox.base_url());
    let request = Client::new().post(url).json(&json!({}));
    match faults {
        "" => request.send().await,
        faults => request.header("sandbox-fault", faults).send().await,
    }
}

async fn listed(sandbox: &Sandbox, faults: &str) -> Value {
    let answer = ask(sandbox, faults).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.json().await.expect("JSON")
}

/// What is answered to any other request.
async fn read(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn the_next_calls_fail_as_they_were_told_and_those_after_do_not() {
    let sandbox = sandbox().await;
    sandbox.fail_next(Fault::Status {
        status: 429,
        retry_after: Some(7),
    });
    sandbox.fail_next(Fault::ExpiredToken);
    let refused = list(&sandbox).await.expect("an answer");
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"7".parse().expect("a value"))
    );
    let expired = list(&sandbox).await.expect("an answer");
    assert_eq!(expired.status(), 401);
    assert!(
        expired.headers()["www-authenticate"]
            .to_str()
            .expect("text")
            .contains("invalid_token")
    );
    assert_eq!(list(&sandbox).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_call_was_carried_out() {
    let sandbox = sandbox().await;
    let customers = listed(&sandbox, "").await;
    let (customer, tenant) = (&customers["data"][0]["id"], &customers["data"][0]["tenants"][0]["id"]);
    let (customer, tenant) = (customer.as_str().expect("an id"), tenant.as_str().expect("an id"));
    let users = format!(
        "{}/partner/external/v3/um/customers/{customer}/tenants/{tenant}/users",
        sandbox.base_url()
    );
    let client = Client::new();
    let page = read(client.post(format!("{users}/batch")).json(&json!({}))).await;
    let user = format!("{users}/{}", page["data"][0]["id"].as_str().expect("an id"));
    for (fault, name) in [("cut=before", "First"), ("cut=after", "Second")] {
        let before = read(client.get(&user)).await;
        let change = json!({
            "firstName": name, "lastName": name, "displayName": name, "jobTitle": name, "employeeId": name,
        });
        let request = client.put(format!("{user}/general-information")).json(&change);
        let error = request
            .header("sandbox-fault", fault)
            .send()
            .await
            .expect_err("the connection is cut");
        assert!(error.is_request(), "{error:?}");
        let after = read(client.get(&user)).await;
        let expected = if fault == "cut=after" {
            &json!(name)
        } else {
            &before["firstName"]
        };
        assert_eq!(&after["firstName"], expected, "{fault}");
    }
    let requests = sandbox.requests();
    let cut = requests.iter().filter(|request| request.status.is_none());
    assert_eq!(cut.count(), 2);
}

#[tokio::test]
async fn bodies_break_off_are_missing_or_dribble() {
    let sandbox = sandbox().await;
    let whole = list(&sandbox).await.expect("an answer").text().await.expect("a body");
    let text = async |faults| {
        ask(&sandbox, faults)
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body")
    };
    let half = text("body=malformed").await;
    assert!(!half.is_empty() && half.len() < whole.len() && whole.starts_with(&half));
    assert_eq!(text("body=empty").await, "");
    assert_eq!(text("dribble=1ms").await, whole);
    assert_eq!(text("delay=1ms..2ms").await, whole);
}

#[tokio::test]
async fn answers_hold_what_the_spec_does_not_know() {
    let sandbox = sandbox().await;
    let whole = listed(&sandbox, "").await;
    let mut codes = listed(&sandbox, "codes=unknown").await;
    for row in codes["data"].as_array_mut().expect("a list") {
        assert_eq!(
            (&row["jobStatus"], &row["managementMode"]),
            (&json!(9_999), &json!(9_999))
        );
    }
    codes["data"] = whole["data"].clone();
    assert_eq!(codes, whole, "nothing else is changed");
    let members = listed(&sandbox, "members=unknown").await;
    for object in [
        &members,
        &members["metadata"],
        &members["data"][1],
        &members["data"][0]["tenants"][0],
    ] {
        assert!(object["sandboxUnknown"].is_object(), "{object}");
    }
    let nulls = listed(&sandbox, "members=null").await;
    assert_eq!(nulls["metadata"], whole["metadata"]);
    let row = nulls["data"][0].as_object().expect("an object");
    assert!(row.len() == 7 && row.values().all(Value::is_null), "{row:?}");
}

#[tokio::test]
async fn pages_without_an_end_are_always_full_and_there_are_more_of_them() {
    let sandbox = sandbox().await;
    let client = Client::new();
    let ids = |answer: &Value| -> Vec<_> {
        let rows = answer["data"].as_array().expect("a list").iter();
        rows.map(|row| row["id"].clone()).collect()
    };
    let whole = read(
        client
            .post(format!("{}{CUSTOMERS}", sandbox.base_url()))
            .json(&json!({})),
    )
    .await;
    let whole = ids(&whole);
    // Pages of two and of seven from three rows: the list begins again wherever it ends.
    for (page, size) in [(1, 2), (2, 2), (900, 2), (1, 7), (2, 7)] {
        let url = format!("{}{CUSTOMERS}?pageSize={size}&pageIndex={page}", sandbox.base_url());
        let request = client
            .post(url)
            .header("sandbox-fault", "pages=endless")
            .json(&json!({}));
        let answer = read(request).await;
        let expected: Vec<_> = (0..size)
            .map(|at| whole[((page - 1) * size + at) % 3].clone())
            .collect();
        assert_eq!(ids(&answer), expected, "{page} {size}");
        assert!(answer["metadata"]["totalCount"].as_u64() > Some(1_800), "{answer}");
    }
    let mut token = Value::Null;
    for _ in 0..40 {
        let mut body = json!({ "pageSize": 10 });
        if !token.is_null() {
            body["nextLink"] = token;
        }
        let request = client
            .post(format!("{}/insights/sites/overview", sandbox.base_url()))
            .json(&body);
        let request = request.header("sandbox-fault", "pages=endless");
        let answer = read(request).await;
        assert_eq!(answer["values"].as_array().map(Vec::len), Some(10), "{answer}");
        token = answer["nextLink"].clone();
        assert!(token.is_string(), "{answer}");
    }
}

/// An answer of the token endpoint to a request that is in order, but for faults that it asks for.
async fn token(sandbox: &Sandbox, faults: &str) -> Response {
    let request = Client::new()
        .post(format!("{}/connect/token", sandbox.identity_url()))
        .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()))
        .form(&[("grant_type", "client_credentials")]);
    let answer = request.header("sandbox-fault", faults).send().await;
    answer.expect("an answer")
}

#[tokio::test]
async fn the_token_endpoint_meets_faults_as_it_has_them() {
    let sandbox = sandbox().await;
    for (status, error) in [
        (400, "invalid_request"),
        (401, "invalid_client"),
        (429, "temporarily_unavailable"),
        (500, "server_error"),
        (503, "temporarily_unavailable"),
    ] {
        let answer = token(&sandbox, &format!("status={status},retry-after=3")).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (status, &"3".parse().expect("a value"))
        );
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["error"], error);
        assert!(answer["error_description"].is_string(), "{answer}");
    }
    let spoilt = async |faults| token(&sandbox, faults).await.json::<Value>().await.expect("JSON");
    assert!(spoilt("members=unknown").await["sandboxUnknown"].is_object());
    assert_eq!(spoilt("members=null").await["access_token"], Value::Null);
    assert_eq!(token(&sandbox, "body=empty").await.text().await.expect("a body"), "");
    for fault in ["codes=unknown", "token=expired", "delay=1ms; pages=endless", "none"] {
        let answer = token(&sandbox, fault).await;
        assert_eq!(answer.status(), 400, "{fault}");
        let answer: Value = answer.json().await.expect("JSON");
        let description = answer["error_description"].as_str().expect("a text");
        assert!(
            answer["error"] == "invalid_request" && description.contains("sandbox-fault"),
            "{answer}"
        );
    }
    // What every request is to meet, a request for a token meets where it can.
    let builder = Sandbox::builder()
        .fault(Fault::EndlessPages)
        .fault(Fault::UnknownMembers);
    let sandbox = builder.start().await.expect("a sandbox");
    let answer: Value = token(&sandbox, "delay=1ms").await.json().await.expect("JSON");
    assert!(
        answer["access_token"].is_string() && answer["sandboxUnknown"].is_object(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_body_that_is_cut_in_the_middle_can_be_resumed() {
    let sandbox = sandbox().await;
    let client = Client::new();
    let start = format!(
        "{}/insights/sharingLinks/export?exportLinkType=32&startTime=2020-01-01T00:00:00&finishTime=2030-01-01T00:00:00",
        sandbox.base_url()
    );
    let job = read(client.get(start)).await;
    sandbox.advance(Duration::from_secs(60));
    let job = job["jobId"].as_str().expect("an id");
    let file = client.get(format!("{}/insights/job/{job}/exportfile", sandbox.base_url()));
    let get = async |range: Option<String>, faults: &str| {
        let mut request = file.try_clone().expect("a request");
        if let Some(range) = range {
            request = request.header("range", range);
        }
        if !faults.is_empty() {
            request = request.header("sandbox-fault", faults);
        }
        let mut answer = request.send().await.expect("an answer");
        let (status, length) = (answer.status().as_u16(), answer.content_length());
        let mut bytes = Vec::new();
        let is_whole = loop {
            match answer.chunk().await {
                Ok(Some(part)) => bytes.extend_from_slice(&part),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        (status, length, bytes, is_whole)
    };
    let (status, length, whole, is_whole) = get(None, "").await;
    assert_eq!((status, length, is_whole), (200, Some(whole.len() as u64), true));
    let (status, length, mut bytes, is_whole) = get(None, "cut=middle").await;
    assert_eq!((status, length, is_whole), (200, Some(whole.len() as u64), false));
    assert_eq!(bytes, whole[..whole.len() / 2]);
    let (status, _, rest, is_whole) = get(Some(format!("bytes={}-", bytes.len())), "").await;
    assert_eq!((status, is_whole), (206, true));
    bytes.extend(rest);
    assert!(bytes == whole, "the parts are the file");
    let answer = ask(&sandbox, "cut=middle").await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect_err("half of it is missing");
}

#[tokio::test]
async fn pages_of_the_web_do_not_steer_the_sandbox() {
    let sandbox = sandbox().await;
    let port = sandbox.base_url().rsplit_once(':').expect("a port").1.to_owned();
    let client = Client::new();
    for (host, origin, status) in [
        (format!("127.0.0.1:{port}"), None, 200),
        (format!("localhost:{port}"), None, 200),
        (format!("[::1]:{port}"), None, 200),
        ("127.0.0.2".to_owned(), None, 200),
        ("sandbox.attacker.example".to_owned(), None, 403),
        (format!("127.0.0.1.attacker.example:{port}"), None, 403),
        ("192.0.2.1".to_owned(), None, 403),
        (
            format!("localhost:{port}"),
            Some(format!("http://localhost:{port}")),
            200,
        ),
        (format!("localhost:{port}"), Some("http://localhost:1".to_owned()), 403),
        (
            format!("localhost:{port}"),
            Some("https://attacker.example".to_owned()),
            403,
        ),
        (format!("localhost:{port}"), Some("null".to_owned()), 403),
    ] {
        for (method, what) in [("GET", "requests"), ("DELETE", "faults"), ("GET", "nothing")] {
            let method = method.parse().expect("a method");
            let url = format!("{}/_sandbox/{what}", sandbox.base_url());
            let mut request = client.request(method, url).header("host", &host);
            if let Some(origin) = &origin {
                request = request.header("origin", origin);
            }
            let answer = request.send().await.expect("an answer");
            let expected = if what == "nothing" && status == 200 {
                400
            } else {
                status
            };
            assert_eq!(answer.status(), expected, "{host} {origin:?} {what}");
            let text = answer.text().await.expect("a body");
            let reason = if origin.is_some() {
                "The header Origin"
            } else {
                "The header Host"
            };
            assert_eq!(text.contains(reason), status == 403, "{text}");
        }
    }
}

#[tokio::test]
async fn a_fault_that_there_is_not_is_refused() {
    let sandbox = sandbox().await;
    let answer = ask(&sandbox, "body=strange").await.expect("an answer");
    assert_eq!(answer.status(), 400);
    let answer: Value = answer.json().await.expect("JSON");
    let reason = answer["errors"]["sandbox-fault"][0].as_str().expect("a reason");
    assert!(
        reason.starts_with("`body=strange` is no fault; write delay=200ms"),
        "{reason}"
    );
}

#[tokio::test]
async fn calls_beyond_the_rate_are_told_to_wait() {
    let builder = Sandbox::builder().without_tokens().rate(2, Duration::from_secs(3_600));
    let sandbox = builder.start().await.expect("a sandbox");
    for _ in 0..2 {
        assert_eq!(list(&sandbox).await.expect("an answer").status(), 200);
    }
    let refused = list(&sandbox).await.expect("an answer");
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("text")
        .parse()
        .expect("seconds");
    assert!((1..=1_800).contains(&wait), "{wait}");
}

#[tokio::test]
async fn tests_of_any_language_see_and_steer_the_sandbox() {
    let sandbox = sandbox().await;
    let client = Client::new();
    let control = |what: &str| format!("{}/_sandbox/{what}", sandbox.base_url());
    let faults = json!({ "next": ["status=503", "status=500; delay=1ms"] });
    let set = client
        .post(control("faults"))
        .json(&faults)
        .send()
        .await
        .expect("an answer");
    assert_eq!(set.status(), 200);
    for status in [503, 500, 200] {
        assert_eq!(list(&sandbox).await.expect("an answer").status(), status);
    }
    let requests = client.get(control("requests")).send().await.expect("an answer");
    assert_eq!(requests.headers()["sandbox-dropped"], "0");
    let requests: Value = requests.json().await.expect("JSON");
    let statuses: Vec<_> = requests
        .as_array()
        .expect("a list")
        .iter()
        .map(|request| request["status"].clone())
        .collect();
    assert_eq!(statuses, [503, 500, 200]);
    assert_eq!(requests[0]["operation"], "listCustomers");
    for (what, body) in [
        ("faults", json!({ "next": ["status=503", "no-such"] })),
        ("faults", json!({})),
        ("time", json!({ "advanceSeconds": -1 })),
        ("nothing", json!({})),
    ] {
        let refused = client.post(control(what)).json(&body).send().await.expect("an answer");
        assert_eq!(refused.status(), 400, "{what}");
    }
    assert_eq!(
        list(&sandbox).await.expect("an answer").status(),
        200,
        "what was refused did not count"
    );
    let advanced = client
        .post(control("time"))
        .json(&json!({ "advanceSeconds": 60 }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(advanced.status(), 200);
}

/// Requests that are refused, and longer than what is kept, are told of too.
#[tokio::test]
async fn what_is_kept_of_requests_has_a_bound() {
    let sandbox = sandbox().await;
    let long = "y".repeat(100_000);
    for _ in 0..300 {
        let request = Client::new().post(format!("{}{CUSTOMERS}", sandbox.base_url()));
        let answer = request.json(&long).send().await.expect("an answer");
        assert_eq!(answer.status(), 400);
    }
    let requests = reqwest::get(format!("{}/_sandbox/requests", sandbox.base_url())).await;
    let requests = requests.expect("an answer");
    let dropped: usize = requests.headers()["sandbox-dropped"]
        .to_str()
        .expect("text")
        .parse()
        .expect("a number");
    let text = requests.text().await.expect("a body");
    assert!(text.len() < 17 << 20, "{}", text.len());
    let told: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!((told.len() + dropped, told.len()), (300, sandbox.requests().len()));
    let body = told[0]["body"].as_str().expect("a text");
    assert!(body.ends_with("bytes in all)"), "{}", &body[body.len() - 40..]);
}

#[tokio::test]
async fn the_log_has_a_line_for_each_request_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("requests.jsonl");
    let sandbox = Sandbox::builder().log(&file).start().await.expect("a sandbox");
    let url = format!("{}/partner/external/v3/general/customers", sandbox.base_url());
    let body = json!({ "organizationName": "Northwind", "password": "Harbour-Lantern" });
    let request = Client::new().post(url).bearer_auth("bearer-secret").json(&body);
    request.send().await.expect("an answer");
    list(&sandbox).await.expect("an answer");
    let text = std::fs::read_to_string(file).expect("the log");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["body"]["organizationName"], &lines[0]["body"]["password"]),
        (&json!("Northwind"), &json!("***"))
    );
    assert!(
        !text.contains("Harbour-Lantern") && !text.contains("bearer-secret"),
        "{text}"
    );
}

#[tokio::test]
async fn tls_is_spoken_with_a_certificate_of_the_authority() {
    let sandbox = Sandbox::builder()
        .tls()
        .without_tokens()
        .start()
        .await
        .expect("a sandbox");
    let url = format!("{}{CUSTOMERS}", sandbox.base_url());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let authority = sandbox.authority().expect("an authority");
    let authority = Certificate::from_pem(authority.as_bytes()).expect("a certificate");
    let client = Client::builder().tls_certs_only([authority]).build().expect("a client");
    let answer = client.post(&url).json(&json!({})).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let discovery = format!("{}/.well-known/openid-configuration", sandbox.identity_url());
    let discovery = client.get(discovery).send().await.expect("an answer");
    let discovery: Value = discovery.json().await.expect("JSON");
    assert_eq!(discovery["issuer"], sandbox.base_url());
    let stranger = Client::new().post(&url).json(&json!({})).send().await;
    assert!(stranger.expect_err("an unknown authority").is_connect());
    let cut = client
        .post(&url)
        .header("sandbox-fault", "cut=before")
        .json(&json!({}))
        .send()
        .await;
    cut.expect_err("the connection is cut");
}
