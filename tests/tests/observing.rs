//! What a program can see of its calls: a line in the log for each, and each request by a hook.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use avepoint_auth::ClientSecretCredential;
use avepoint_core::{CallOptions, Credential, OutgoingRequest, RequestHook, RequestOutcome, RetryPolicy};
use avepoint_elements_v3::operations::GET_USER;
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, TOKEN, builder, case, client_with_retries, run};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::traces::Traces;
use serde_json::json;
use tracing::Level;

fn user() -> Reply {
    Reply::json(200, case("getUser").answer.as_ref().expect("an example"))
}

#[tokio::test(flavor = "current_thread")]
async fn at_the_level_info_there_is_one_line_for_each_call() {
    let (traces, _guard) = Traces::at(Level::INFO);
    let quoting = json!({"message": format!("{TOKEN} is odd")});
    let server = Server::in_turn(vec![
        Reply::empty(503).header("retry-after", "2"),
        user().header("request-id", format!("r-1 {TOKEN}")),
        Reply::json(400, &quoting).header("request-id", "r-2"),
        Reply::HangUp,
        Reply::Silence(Duration::from_secs(60)),
    ])
    .await;
    let policy = RetryPolicy::default().max_attempts(2);
    let (client, _) = client_with_retries(&server.url(), policy);
    run(&client, "getUser").await.expect("an answer in the end");
    run(&client, "onboardCustomer").await.expect_err("400");
    run(&client, "onboardCustomer").await.expect_err("no answer");
    client
        .list_customers()
        .page_size(101)
        .send()
        .await
        .expect_err("it is not sent");
    let dropped = tokio::time::timeout(Duration::from_millis(300), run(&client, "getUser")).await;
    dropped.expect_err("no answer");

    let path = "/partner/external/v3/um/customers/{customerId}/tenants/{tenantId}/users/{userId}";
    let onboard = "operation=\"onboardCustomer\" method=\"POST\" path=\"/partner/external/v3/general/customers\"";
    let call = "INFO avepoint_core::call message=call";
    let get = format!("operation=\"getUser\" method=\"GET\" path=\"{path}\"");
    let lines = [
        format!("{call} {get} status=200 attempts=2 duration_ms=2000 request_id=\"r-1 [redacted]\""),
        format!(
            "{call} {onboard} status=400 attempts=1 duration_ms=0 request_id=\"r-2\" error=\"onboardCustomer: 400 \
             [redacted] is odd (request id r-2)\""
        ),
        format!(
            "{call} {onboard} attempts=1 duration_ms=0 error=\"onboardCustomer: the connection broke: connection closed \
             before message completed; the write may have been carried out: check before repeating it\""
        ),
        format!(
            "{call} operation=\"listCustomers\" method=\"POST\" path=\"/partner/external/v3/general/customers/batch\" \
             attempts=0 duration_ms=0 error=\"listCustomers: the request was not sent: `pageSize` is 101, the maximum is \
             100\""
        ),
        format!("{call} {get} attempts=1 duration_ms=0 error=\"the call was dropped before it had ended\""),
    ];
    let text = traces.text();
    let own: Vec<_> = text.lines().filter(|line| line.contains("avepoint")).collect();
    assert_eq!(own, lines);
}

/// Counts what begins and what ends, and continues a trace.
#[derive(Debug, Default)]
struct Watching {
    begun: Mutex<Vec<(&'static str, u32)>>,
    ended: Mutex<Vec<String>>,
    errors: Mutex<Vec<String>>,
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

impl RequestHook for Watching {
    fn on_request(&self, request: &mut OutgoingRequest<'_>) {
        let attempt = (request.operation().id, request.attempt());
        self.begun.lock().expect("no panic").push(attempt);
        request.insert_header("traceparent", TRACEPARENT).expect("a header");
        request.insert_header("x-own", "of-the-hook").expect("a header");
        request
            .insert_header("authorization", "mine")
            .expect_err("the client's own");
        request.insert_header("range", "bytes=5-").expect_err("no file");
    }

    fn on_end(&self, outcome: &RequestOutcome<'_>) {
        let status = outcome.status().map(|status| status.as_u16());
        let error = outcome.error().map(|error| error.kind());
        let duration = outcome.duration();
        let text = format!(
            "{} {} {status:?} {error:?} {duration:?}",
            outcome.operation().id,
            outcome.attempt()
        );
        self.ended.lock().expect("no panic").push(text);
        let error = outcome.error().map(ToString::to_string);
        self.errors.lock().expect("no panic").extend(error);
    }
}

#[tokio::test]
async fn a_hook_sees_each_request_and_adds_headers_for_the_api_alone() {
    let other = Server::always(user()).await;
    let away = other.url();
    let server = Server::in_turn(vec![
        Reply::empty(503),
        user(),
        Reply::text(400, "text/plain", format!("{TRACEPARENT} of-the-hook")),
        Reply::empty(302).header("location", away),
        Reply::HangUp,
        Reply::Silence(Duration::from_secs(60)),
    ])
    .await;
    let watching = Arc::new(Watching::default());
    let own = CallOptions::default()
        .header("x-own", "of-the-options")
        .expect("a header");
    let client = builder(&server.url()).hook(Arc::clone(&watching)).options(own);
    let client = client.clock(Arc::new(FakeClock::at(START))).build().expect("a client");
    run(&client, "getUser").await.expect("an answer in the end");
    let error = run(&client, "onboardCustomer").await.expect_err("400");
    // What the hook sends is the caller's; the id of a trace is there to be seen.
    assert_eq!(error.message(), format!("{TRACEPARENT} [redacted]"));
    run(&client, "getUser").await.expect("an answer of another host");
    run(&client, "onboardCustomer").await.expect_err("no answer");
    let dropped = tokio::time::timeout(Duration::from_millis(300), run(&client, "getUser")).await;
    dropped.expect_err("no answer");

    let begun = watching.begun.lock().expect("no panic").clone();
    let expected = [("getUser", 1), ("getUser", 2), ("onboardCustomer", 1)];
    let expected = [&expected[..], &[("getUser", 1), ("onboardCustomer", 1), ("getUser", 1)]].concat();
    assert_eq!(begun, expected);
    assert_eq!(
        *watching.ended.lock().expect("no panic"),
        [
            "getUser 1 Some(503) Some(Status) 0ns",
            "getUser 2 Some(200) None 0ns",
            "onboardCustomer 1 Some(400) Some(Status) 0ns",
            "getUser 1 Some(200) None 0ns",
            "onboardCustomer 1 None Some(Connection) 0ns",
            "getUser 1 None None 0ns",
        ]
    );
    for request in server.received() {
        assert_eq!(request.header("traceparent"), Some(TRACEPARENT));
        // Instead of the one of the options.
        let own: Vec<_> = request.headers.get_all("x-own").iter().collect();
        assert_eq!(own, ["of-the-hook"]);
    }
    let elsewhere = &other.received()[0];
    assert!(elsewhere.header("traceparent").is_none() && elsewhere.header("x-own").is_none());
}

#[tokio::test]
async fn a_hook_of_a_credential_sees_the_requests_to_the_identity_service_and_no_secret() {
    const SECRET: &str = "a-secret-of-the-app";
    let server = Server::start(|request, count| {
        let url = format!("http://{}", request.header("host").expect("a host"));
        match count {
            0 => Reply::empty(503),
            1 => Reply::json(200, &json!({"issuer": url, "token_endpoint": format!("{url}/tokens")})),
            2 => Reply::HangUp,
            3 => Reply::json(
                400,
                &json!({"error": "invalid_request", "error_description": format!("{SECRET} and of-the-hook {TRACEPARENT}")}),
            ),
            _ => Reply::json(200, &json!({"access_token": TOKEN, "token_type": "Bearer"})),
        }
    })
    .await;
    let watching = Arc::new(Watching::default());
    let credential = ClientSecretCredential::builder("my-app", SECRET)
        .identity_url(server.url())
        .discovery(true)
        .hook(Arc::clone(&watching))
        .clock(Arc::new(FakeClock::at(START)))
        .build()
        .expect("a credential");
    let refused = credential.token(&GET_USER).await.expect_err("400").to_string();
    assert!(
        refused.ends_with(&format!(
            "(the server says: [redacted] and [redacted] {TRACEPARENT}) [invalid_request]"
        )),
        "{refused}"
    );
    credential.token(&GET_USER).await.expect("a token");

    let begun = watching.begun.lock().expect("no panic").clone();
    let expected = [("readDiscovery", 1), ("readDiscovery", 2), ("requestToken", 1)];
    let expected = [&expected[..], &[("requestToken", 2), ("requestToken", 1)]].concat();
    assert_eq!(begun, expected);
    assert_eq!(
        *watching.ended.lock().expect("no panic"),
        [
            "readDiscovery 1 Some(503) Some(Credential) 0ns",
            "readDiscovery 2 Some(200) None 0ns",
            "requestToken 1 None Some(Credential) 0ns",
            "requestToken 2 Some(400) Some(Credential) 0ns",
            "requestToken 1 Some(200) None 0ns",
        ]
    );
    let shown = watching.errors.lock().expect("no panic").clone();
    assert_eq!(
        shown,
        [
            "readDiscovery: no access token: the identity service answered 503",
            "requestToken: no access token: the connection broke: connection closed before message completed",
            "requestToken: no access token: the identity service answered 400",
        ]
    );
    for request in server.received() {
        assert_eq!(request.header("traceparent"), Some(TRACEPARENT));
    }
}
