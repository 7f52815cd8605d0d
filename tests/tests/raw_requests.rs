//! The door for what the specification does not know: any path, and requests that it forbids.

use avepoint_core::{CallOptions, ErrorKind, Method, RetryPolicy, Validation};
use avepoint_elements_v3::types::OnboardCustomerRequest;
use avepoint_elements_v3::{Client, Error};
use avepoint_sandbox::Sandbox;
use avepoint_tests::elements::{TOKEN, authenticated, builder, case, client, client_with_retries};
use avepoint_tests::server::{Reply, Server};
use serde_json::{Value, json};

const PATH: &str = "/partner/external/v3/new/{customerId}/things";

/// Ids that must reach the server as they are.
const ID: &str = "a/b?c";

async fn get(client: &Client) -> Result<Value, Error> {
    let request = client
        .request(Method::Get, PATH)
        .parameter("customerId", ID)
        .scope("elements.things.read");
    request.parameter("pageSize", 50).send().await?.json()
}

fn put(client: &Client) -> avepoint_core::RawRequest {
    client
        .request(Method::Put, PATH)
        .parameter("customerId", ID)
        .json(&json!({"password": "Sesame-7-open"}))
}

#[tokio::test]
async fn any_path_can_be_asked_and_the_answer_is_given_as_it_came() {
    let answer = json!({"unknown": [1, {"deep": null}]});
    let server = Server::always(Reply::json(201, &answer).header("request-id", "r-1")).await;
    let client = builder(&format!("{}/base", server.url()));
    let options = CallOptions::default().header("x-own", "yes").expect("a header");
    let client = client.options(options).build().expect("a client");
    assert_eq!(get(&client).await.expect("an answer"), answer);
    let response = put(&client).send().await.expect("an answer");
    assert_eq!((response.status.as_u16(), response.request_id()), (201, Some("r-1")));
    assert_eq!(response.body, answer.to_string());

    let [first, second] = server.received().try_into().expect("two requests");
    assert_eq!(
        (&*first.method, &*first.path),
        ("GET", "/base/partner/external/v3/new/a%2Fb%3Fc/things")
    );
    assert_eq!(first.query.as_deref(), Some("pageSize=50"));
    assert_eq!(
        (&*second.method, second.json()["password"].as_str()),
        ("PUT", Some("Sesame-7-open"))
    );
    assert_eq!(second.header("content-type"), Some("application/json"));
    for request in [first, second] {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        assert_eq!(request.header("x-own"), Some("yes"));
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let client = client(&server);
    let prepared = put(&client).dry_run().expect("a request");
    assert_eq!(prepared.method(), "PUT");
    assert!(prepared.url().ends_with("/partner/external/v3/new/a%2Fb%3Fc/things"));
    assert_eq!(prepared.body(), Some(&json!({"password": "Sesame-7-open"})));
    let csv = put(&client)
        .body("text/csv", "Sesame-7-open")
        .dry_run()
        .expect("a request");
    assert_eq!(csv.body(), None);
    assert_eq!(csv.bytes().map(|bytes| &bytes[..]), Some(&b"Sesame-7-open"[..]));
    assert!(csv.to_string().contains("13 bytes"), "{csv}");
    for shown in [
        prepared.to_string(),
        format!("{prepared:?}"),
        csv.to_string(),
        format!("{csv:?}"),
    ] {
        assert!(!shown.contains("Sesame") && !shown.contains(TOKEN), "{shown}");
    }
    let error = client.request(Method::Get, "/a/{id}").dry_run().expect_err("no id");
    assert!(error.to_string().contains("`id` is missing"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn it_is_repeated_and_fails_as_any_call() {
    let server = Server::in_turn(vec![Reply::empty(503), Reply::HangUp, Reply::json(200, &json!([7]))]).await;
    let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
    assert_eq!(get(&client).await.expect("an answer in the end"), json!([7]));
    assert_eq!((server.received().len(), clock.sleeps().len()), (3, 2));

    // A write is not, unless its caller says that it is none.
    for reply in [Reply::empty(503), Reply::HangUp] {
        let server = Server::in_turn(vec![reply, Reply::json(200, &json!({}))]).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        let error = put(&client).send().await.expect_err("no success");
        assert!(
            error.may_have_been_carried_out() && error.to_string().starts_with(&format!("PUT {PATH}: ")),
            "{error}"
        );
        assert_eq!(server.received().len(), 1);
    }
    let server = Server::in_turn(vec![Reply::empty(503), Reply::json(200, &json!({}))]).await;
    let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
    put(&client).read_only(true).send().await.expect("an answer in the end");

    // What it quotes is cleaned, and what is missing is named: not the id, which the path does not show.
    let quoted = json!({"message": format!("{TOKEN} and Sesame-7-open")});
    let server = Server::always(Reply::json(403, &quoted)).await;
    let error = put(&self::client(&server))
        .scope("elements.things.write")
        .send()
        .await
        .expect_err("403");
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {PATH}: 403 [redacted] and [redacted]; grant the permission elements.things.write to the app \
             registration"
        )
    );
    let shown = format!("{error:#?} {:?}", put(&self::client(&server)));
    assert!(
        !shown.contains(TOKEN) && !shown.contains("Sesame") && !shown.contains(ID),
        "{shown}"
    );
}

#[tokio::test]
async fn its_answer_is_bounded_and_read_as_json_only_where_it_is_some() {
    let server = Server::always(Reply::text(200, "text/plain", "x".repeat(2000))).await;
    let client = client(&server);
    let short = client.with_options(CallOptions::default().max_response_size(1000));
    let error = short.request(Method::Get, "/any").send().await.expect_err("too long");
    assert!(
        error.is_unreadable() && error.to_string().contains("at most 1000 are read"),
        "{error}"
    );
    let response = client.request(Method::Get, "/any").send().await.expect("any bytes");
    assert_eq!(response.body.len(), 2000);
    let error = response.json::<Value>().expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    let empty = Server::always(Reply::empty(204)).await;
    let response = self::client(&empty)
        .request(Method::Delete, "/any")
        .send()
        .await
        .expect("nothing");
    let error = response.json::<Value>().expect_err("nothing");
    assert!(error.to_string().contains("the body is empty"), "{error}");
}

#[tokio::test]
async fn head_and_options_are_reads() {
    for method in [Method::Head, Method::Options] {
        let server = Server::in_turn(vec![Reply::empty(503), Reply::empty(200).header("allow", "GET")]).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        let response = client.request(method, "/any").send().await.expect("repeated");
        assert!(
            response.headers.contains_key("allow") && response.body.is_empty(),
            "{response:?}"
        );
        let methods: Vec<_> = server
            .received()
            .iter()
            .map(|request| request.method.to_string())
            .collect();
        assert_eq!(methods, [method.as_str(); 2]);
    }
}

#[tokio::test]
async fn nothing_is_sent_where_the_path_leads_elsewhere() {
    let server = Server::always(Reply::empty(200)).await;
    let client = client(&server);
    for path in [
        "any",
        "//x/../y",
        "/a/../b",
        "/a?b=c",
        "https://other.example.com/",
        "/{missing}",
        "/a/.\t./.\t./etc",
        "/a/.%2\te/x",
        "/a/.\r\n./x",
    ] {
        let error = client.request(Method::Get, path).send().await.expect_err(path);
        assert!(error.is_invalid_request() && !error.was_sent(), "{path}: {error}");
    }
    let twice = client.request(Method::Get, "/a/{id}/{id}").parameter("id", "x");
    let error = twice.parameter("id", "y").send().await.expect_err("two values");
    assert!(error.to_string().contains("`id` is given twice"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn secrets_are_known_wherever_they_are_given() {
    const SECRET: &str = "hunter22xyz";
    let server = Server::always(Reply::json(400, &json!({"message": format!("{SECRET} is too weak")}))).await;
    let client = client(&server);
    let post = || client.request(Method::Post, "/vault");
    let form = "application/x-www-form-urlencoded";
    for (place, request) in [
        ("a member of the spec", post().json(&json!({"password": SECRET}))),
        ("a member", post().json(&json!({"deep": [{"newPassword": SECRET}]}))),
        (
            "a member of a text",
            post().body("application/json", format!(r#"{{"clientSecret": "{SECRET}"}}"#)),
        ),
        (
            "a form",
            post().body(form, format!("grant_type=password&client%5Fsecret={SECRET}\n")),
        ),
        ("the query", post().parameter("access_token", SECRET)),
        (
            "the path",
            client
                .request(Method::Post, "/vault/{apiKey}")
                .parameter("apiKey", SECRET),
        ),
        ("a text", post().body("text/plain", SECRET).secret(SECRET)),
        (
            "an innocent member",
            post().json(&json!({"pin": [SECRET]})).secret(SECRET),
        ),
        (
            "an innocent parameter",
            post().parameter("pin", SECRET).secret(SECRET).secret(""),
        ),
    ] {
        let shown = request.parameter("pageSize", 50);
        let prepared = shown.dry_run().expect("a request");
        for shown in [prepared.to_string(), format!("{prepared:?} {shown:?}")] {
            assert!(!shown.contains(SECRET), "{place}: {shown}");
        }
        // What is none can be read.
        assert!(prepared.to_string().contains("pageSize=50"), "{place}: {prepared}");
        let error = shown.send().await.expect_err("400");
        assert_eq!(error.message(), "[redacted] is too weak", "{place}");
    }
    // Each was sent with it.
    let received = server.received();
    assert_eq!(received.len(), 9);
    for request in received {
        let whole = format!(
            "{} {:?} {}",
            request.path,
            request.query,
            String::from_utf8_lossy(&request.body)
        );
        assert!(whole.contains(SECRET), "{whole}");
    }
}

#[tokio::test]
async fn a_token_has_the_scopes_that_are_given() {
    let sandbox = Sandbox::builder().customers(3).start().await.expect("a sandbox");
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let client = authenticated(&sandbox.base_url(), &sandbox.identity_url(), id, secret);
    let list = |scope| {
        let request = client
            .request(Method::Post, "/partner/external/v3/general/customers/batch")
            .read_only(true);
        request.scope(scope).json(&json!({})).send()
    };
    let page: Value = list("elements.customers.read.all")
        .await
        .expect("a page")
        .json()
        .expect("JSON");
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3), "{page}");
    let error = list("elements.um.user.read.all").await.expect_err("another scope");
    assert!(error.is_permission(), "{error}");
}

#[tokio::test]
async fn what_the_specification_forbids_is_sent_where_the_caller_asks_for_it() {
    let server = Server::always(Reply::json(
        200,
        &case("listCustomers").answer.clone().expect("an example"),
    ))
    .await;
    let strict = client(&server);
    let open = strict.with_options(strict.session().options().clone().validation(Validation::Off));
    strict
        .list_customers()
        .page_size(101)
        .send()
        .await
        .expect_err("the maximum is 100");
    open.list_customers().page_size(101).send().await.expect("it is sent");
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert!(
        received[0]
            .query
            .as_ref()
            .is_some_and(|query| query.contains("pageSize=101"))
    );

    // By name, too.
    let parameters = json!({"pageSize": 102, "body": {}});
    avepoint_elements_v3::dynamic::call(&strict, "listCustomers", parameters.clone())
        .await
        .expect_err("too many");
    avepoint_elements_v3::dynamic::call(&open, "listCustomers", parameters)
        .await
        .expect("it is sent");
    assert_eq!(server.received().len(), 2);

    // An unknown code goes out as it was given.
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let mut body = case("onboardCustomer").body.clone().expect("an example");
    body["countryCode"] = json!("Atlantis");
    let body: OnboardCustomerRequest = serde_json::from_value(body).expect("a request");
    let strict = client(&server);
    strict
        .onboard_customer()
        .body(body.clone())
        .send()
        .await
        .expect_err("no such country");
    let open = builder(&server.url()).options(CallOptions::default().validation(Validation::Off));
    open.build()
        .expect("a client")
        .onboard_customer()
        .body(body)
        .send()
        .await
        .expect("it is sent");
    let received = server.received();
    assert_eq!(
        (received.len(), received[0].json()["countryCode"].as_str()),
        (1, Some("Atlantis"))
    );

    // The letter case of a code is never a reason to refuse: strict, it is spelled as documented.
    let mut body = case("onboardCustomer").body.clone().expect("an example");
    body["countryCode"] = json!("fr");
    let body: OnboardCustomerRequest = serde_json::from_value(body).expect("a request");
    strict.onboard_customer().body(body).send().await.expect("it is sent");
    assert_eq!(server.received()[1].json()["countryCode"], json!("FR"));
}
