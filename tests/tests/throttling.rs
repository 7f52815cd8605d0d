//! Many calls at once against a service that takes few.

use std::time::Duration;

use avepoint_core::{CallOptions, Error, ErrorKind, RetryPolicy, StaticToken};
use avepoint_elements_v3::Client;
use avepoint_sandbox::Sandbox;
use avepoint_tests::elements::{case, client_with_retries, run};
use avepoint_tests::server::{Reply, Server};
use futures_util::{StreamExt, stream};
use serde_json::json;

/// How many requests came for the operation, and how many of them were refused.
fn counts(sandbox: &Sandbox, operation: &str) -> (usize, usize) {
    let requests = sandbox.requests();
    let of_it = requests.iter().filter(|request| request.operation == Some(operation));
    let refused = of_it.clone().filter(|request| request.status == Some(429));
    (of_it.count(), refused.count())
}

#[tokio::test]
async fn two_hundred_customers_are_read_fifty_at_once_with_few_requests_in_vain() {
    let sandbox = Sandbox::builder().customers(200).rate(10, Duration::from_secs(1));
    let sandbox = sandbox.start().await.expect("a sandbox");
    let credential = avepoint_auth::ClientSecretCredential::builder(sandbox.client_id(), sandbox.client_secret());
    let credential = credential
        .identity_url(sandbox.identity_url())
        .build()
        .expect("a credential");
    let client = Client::builder().base_url(sandbox.base_url()).credential(credential);
    let client = client.build().expect("a client");

    let customers = sandbox.world().customers();
    assert_eq!(customers.len(), 200);
    // Each task has a clone of its own, as programs do.
    let calls = customers.into_iter().map(|customer| {
        let client = client.clone();
        async move { client.list_jobs().customer_id(&*customer).send().await.map(drop) }
    });
    let outcomes: Vec<Result<(), Error>> = stream::iter(calls).buffer_unordered(50).collect().await;
    let failed: Vec<_> = outcomes
        .into_iter()
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect();
    assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
    let (sent, refused) = counts(&sandbox, "listJobs");
    assert_eq!(sent - refused, 200);
    assert!(sent <= 260, "{sent} requests for 200 calls");
}

#[tokio::test]
async fn a_client_that_knows_the_limit_is_never_refused() {
    let sandbox = Sandbox::builder()
        .customers(20)
        .rate(20, Duration::from_secs(1))
        .without_tokens();
    let sandbox = sandbox.start().await.expect("a sandbox");
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .credential(StaticToken::new("any"));
    let client = client
        .max_rate(18, Duration::from_secs(1))
        .max_concurrency(4)
        .build()
        .expect("a client");
    let calls = (0..40).map(|_| client.list_customers().send());
    let outcomes: Vec<_> = stream::iter(calls).buffer_unordered(40).collect().await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(counts(&sandbox, "listCustomers"), (40, 0));
}

#[tokio::test]
async fn a_clone_that_would_wait_beyond_its_deadline_sends_nothing() {
    let refusal = Reply::empty(429).header("retry-after", "600");
    let user = Reply::json(200, case("getUser").answer.as_ref().expect("an example"));
    let server = Server::in_turn(vec![refusal, user]).await;
    let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
    let error = run(&client, "getUser").await.expect_err("too many");
    assert_eq!(
        (error.kind(), server.received().len()),
        (ErrorKind::Status, 1),
        "{error}"
    );
    // Read or write, the others know of it.
    for id in ["getUser", "onboardCustomer"] {
        let error = run(&client.clone(), id).await.expect_err("too many");
        assert_eq!(
            (error.kind(), server.received().len()),
            (ErrorKind::Throttled, 1),
            "{error}"
        );
        assert!(
            error.is_throttled() && error.is_retryable() && !error.was_sent(),
            "{error}"
        );
        assert!(!error.may_have_been_carried_out(), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "{id}: nothing was sent, since the service refuses too many requests of this client; wait 600 seconds \
                 before the next call"
            )
        );
    }
    assert!(clock.sleeps().is_empty());
    // Whoever has the time waits it out, once.
    let patient = RetryPolicy::default().deadline(Duration::from_secs(601));
    let client = client.with_options(CallOptions::default().retry(patient));
    run(&client, "getUser").await.expect("the service takes it");
    assert_eq!(
        (server.received().len(), clock.sleeps()),
        (2, vec![Duration::from_secs(600)])
    );
}

/// A success without a list, whose body says something else.
fn reported(status: u16) -> Reply {
    Reply::json(200, &json!({"status": status, "message": "Not now."}))
}

#[tokio::test]
async fn a_refusal_in_the_body_of_a_success_is_one() {
    let page = || Reply::json(200, &json!({"data": [{"id": "a"}], "metadata": {"totalCount": 1}}));
    for status in [429, 503] {
        let server = Server::in_turn(vec![reported(status).header("retry-after", "7"), page()]).await;
        let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
        let customers = client.list_customers().send().await.expect("a page");
        assert_eq!((customers.data.len(), server.received().len()), (1, 2), "{status}");
        assert_eq!(clock.sleeps(), [Duration::from_secs(7)], "{status}");

        let server = Server::always(reported(status)).await;
        let policy = RetryPolicy::default().max_attempts(3);
        let (client, _) = client_with_retries(&server.url(), policy);
        let error = client.list_customers().send().await.expect_err("never now");
        assert_eq!(
            (error.kind(), server.received().len()),
            (ErrorKind::Decode, 3),
            "{error}"
        );
        assert!(
            error.is_retryable() && error.is_throttled() == (status == 429),
            "{error}"
        );
        assert!(error.message().contains("Not now."), "{error}");
    }

    // The others of the client know of a 429, and of no other failure.
    for (status, sent) in [(429, 1), (503, 2)] {
        let server = Server::always(reported(status).header("retry-after", "600")).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        client.list_customers().send().await.expect_err("not in time");
        let other = client.clone().list_customers().send().await;
        let other = other.expect_err("not in time either");
        assert_eq!(other.kind() == ErrorKind::Throttled, status == 429, "{other}");
        assert_eq!(server.received().len(), sent, "{other}");
    }

    // What has entries, or another status, was taken; and no write is repeated.
    for (id, reply) in [
        (
            "listCustomers",
            Reply::json(200, &json!({"status": 429, "data": [{"id": "a"}]})),
        ),
        ("listCustomers", reported(404)),
        ("onboardCustomer", reported(429)),
    ] {
        let server = Server::always(reply).await;
        let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
        let _ = run(&client, id).await;
        assert_eq!((server.received().len(), clock.sleeps()), (1, vec![]), "{id}");
    }
}

#[test]
fn a_limit_of_zero_is_refused() {
    let builder = || Client::builder().credential(StaticToken::new("any"));
    for builder in [
        builder().max_concurrency(0),
        builder().max_rate(0, Duration::from_secs(1)),
        builder().max_rate(1, Duration::ZERO),
    ] {
        let error = builder.build().expect_err("no request could be sent");
        assert!(
            error.is_configuration() && error.to_string().starts_with("a limit of zero"),
            "{error}"
        );
    }
}
