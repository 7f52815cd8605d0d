//! What is sent again, and what is not: counted where it arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avepoint_core::{
    AccessToken, BoxFuture, CallOptions, Credential, Error, ErrorKind, Method, Operation, RetryPolicy,
};
use avepoint_elements_v3::{Client, operations};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{READS, START, WRITES, all, builder, case, client, client_with_retries, run};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::Case;
use xtask_spec::api::Api;
use xtask_spec::document::Document;

const MAYBE_DONE: &str = "may have been carried out";

fn success(case: &Case) -> Reply {
    match &case.answer {
        Some(answer) => Reply::json(case.status, answer),
        None => Reply::empty(case.status),
    }
}

fn failures() -> [(&'static str, Reply); 5] {
    [
        ("503", Reply::empty(503)),
        ("500", Reply::text(500, "text/html", "<html></html>")),
        ("504", Reply::empty(504)),
        ("a connection that hangs up", Reply::HangUp),
        ("a cut answer", Reply::Cut("{\"data\": [".into())),
    ]
}

#[tokio::test]
async fn a_read_is_repeated_after_every_failure_that_may_pass() {
    for id in READS {
        for (what, failure) in failures() {
            let server = Server::in_turn(vec![failure, success(case(id))]).await;
            let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
            if let Err(error) = run(&client, id).await {
                panic!("{id} after {what}: {error}");
            }
            assert_eq!(
                (server.received().len(), clock.sleeps().len()),
                (2, 1),
                "{id} after {what}"
            );
            assert_eq!(
                server.received()[0].body,
                server.received()[1].body,
                "the same is sent again"
            );
        }
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_carried_out_is_sent_once_and_the_error_says_so() {
    let mut silent = Vec::new();
    for id in WRITES {
        for (what, failure) in failures() {
            let server = Server::in_turn(vec![failure, success(case(id))]).await;
            let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
            let outcome = run(&client, id).await;
            assert_eq!(
                (server.received().len(), clock.sleeps().len()),
                (1, 0),
                "{id} after {what}"
            );
            if what == "a cut answer" && case(id).answer.is_none() {
                // The status has said that it was carried out, and nothing else was to be read.
                outcome.expect("a success whose empty answer was cut");
                continue;
            }
            let error = outcome.expect_err(what);
            assert!(!error.is_retryable(), "{id} after {what}");
            if !error.to_string().contains(MAYBE_DONE) {
                silent.push(error.to_string());
            }
        }
    }
    assert!(
        silent.is_empty(),
        "these do not say that the write {MAYBE_DONE}:\n{}",
        silent.join("\n")
    );
}

#[tokio::test]
async fn a_write_on_a_connection_that_was_used_before_is_sent_once_too() {
    // The HTTP client may itself repeat on a kept connection that turns out dead; it must not once bytes went out.
    for id in WRITES {
        let server = Server::in_turn(vec![success(case("getUser")), Reply::HangUp, success(case(id))]).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        run(&client, "getUser")
            .await
            .expect("an answer that leaves a connection behind");
        let error = run(&client, id).await.expect_err("the server hung up");
        assert_eq!(
            (server.received().len(), error.kind()),
            (2, ErrorKind::Connection),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_write_that_was_refused_for_now_is_repeated() {
    for id in WRITES {
        let server = Server::in_turn(vec![Reply::empty(429).header("retry-after", "3"), success(case(id))]).await;
        let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
        run(&client, id).await.expect("a success in the end");
        assert_eq!(server.received().len(), 2, "{id}");
        assert_eq!(clock.sleeps(), [Duration::from_secs(3)], "{id}");
    }
}

#[tokio::test]
async fn a_connection_that_was_never_made_is_tried_again_for_reads_and_writes() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for id in READS.iter().chain(&WRITES) {
        let (client, clock) = client_with_retries(&format!("http://{address}"), RetryPolicy::default().max_attempts(4));
        let error = run(&client, id).await.expect_err("nothing listens");
        assert_eq!((error.kind(), clock.sleeps().len()), (ErrorKind::Connect, 3), "{id}");
        assert!(error.is_connection() && error.is_retryable());
        assert!(!error.to_string().contains(MAYBE_DONE), "{error}");
    }
}

#[tokio::test]
async fn the_server_says_how_long_to_wait_in_seconds_or_by_date() {
    let policy_alone = Duration::from_millis(250)..=Duration::from_millis(500);
    let exactly = |seconds| Duration::from_secs(seconds)..=Duration::from_secs(seconds);
    for (header, expected) in [
        ("7", exactly(7)),
        (" 7 ", exactly(7)),
        ("Sat, 31 Jan 2026 12:00:09 GMT", exactly(9)),
        ("Saturday, 31-Jan-26 12:00:09 GMT", exactly(9)),
        ("Sat Jan 31 12:00:09 2026", exactly(9)),
        // Less than the policy waits anyway, a date that has passed, and what no server should send.
        ("0", policy_alone.clone()),
        ("Sat, 31 Jan 2026 11:59:00 GMT", policy_alone.clone()),
        ("soon", policy_alone.clone()),
        ("-5", policy_alone.clone()),
        ("", policy_alone),
    ] {
        for status in [429, 503] {
            let refusal = Reply::empty(status).header("retry-after", header);
            let server = Server::in_turn(vec![refusal, success(case("getUser"))]).await;
            let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
            run(&client, "getUser").await.expect("a success in the end");
            let sleeps = clock.sleeps();
            assert!(
                sleeps.len() == 1 && expected.contains(&sleeps[0]),
                "{status} with `{header}`: {sleeps:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_wait_that_ends_after_the_deadline_is_not_begun() {
    for wait in [
        "600",
        "120",
        "18446744073709551615",
        "Sat, 31 Jan 2026 12:10:00 GMT",
        "Saturday, 31-Jan-26 12:10:00 GMT",
        "Sat Jan 31 12:10:00 2026",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        let server = Server::always(Reply::empty(429).header("retry-after", wait)).await;
        let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
        let error = run(&client, "getUser").await.expect_err("too many requests");
        assert_eq!((server.received().len(), clock.sleeps().len()), (1, 0), "{wait}");
        assert!(
            error.retry_after() >= Some(Duration::from_secs(120)) && error.is_throttled(),
            "{wait}: {error:?}"
        );
    }
}

#[tokio::test]
async fn attempts_and_deadline_hold_whichever_comes_first() {
    let many = RetryPolicy::default()
        .max_attempts(1000)
        .initial_backoff(Duration::from_secs(1))
        .max_backoff(Duration::from_secs(8))
        .deadline(Duration::from_secs(60));
    let server = Server::always(Reply::empty(503)).await;
    let (client, clock) = client_with_retries(&server.url(), many);
    run(&client, "listCustomers").await.expect_err("never a success");
    let total: Duration = clock.sleeps().iter().sum();
    // What is left at the end is less than the longest wait.
    assert!(
        total < Duration::from_secs(60) && total >= Duration::from_secs(52),
        "{total:?}"
    );
    assert_eq!(server.received().len(), clock.sleeps().len() + 1);

    for (policy, expected) in [
        (RetryPolicy::default(), 5),
        (RetryPolicy::default().max_attempts(3), 3),
        (RetryPolicy::default().max_attempts(0), 1),
        (RetryPolicy::none(), 1),
    ] {
        let server = Server::always(Reply::empty(503)).await;
        let (client, clock) = client_with_retries(&server.url(), policy);
        let error = run(&client, "listCustomers").await.expect_err("never a success");
        assert_eq!(
            (server.received().len(), clock.sleeps().len()),
            (expected, expected - 1)
        );
        assert!(error.is_retryable() && error.status().is_some_and(|status| status == 503));
    }
}

/// Gives `token-1`, and another number each time the last one was rejected.
#[derive(Debug, Default)]
struct Numbered {
    rejected: AtomicUsize,
    asked: AtomicUsize,
}

impl Credential for Numbered {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let token = format!("token-{}", self.rejected.load(Ordering::Relaxed) + 1);
        Box::pin(async move { Ok(AccessToken::new(token, None)) })
    }

    fn invalidate(&self, token: &AccessToken) {
        let number = self.rejected.fetch_add(1, Ordering::Relaxed) + 1;
        assert_eq!(
            token.expose(),
            format!("token-{number}"),
            "the token that was sent is the one rejected"
        );
    }
}

fn numbered(server: &Server, policy: RetryPolicy) -> (Client, Arc<Numbered>, Arc<FakeClock>) {
    let (credential, clock) = (Arc::new(Numbered::default()), Arc::new(FakeClock::at(START)));
    let client = builder(&server.url())
        .credential(credential.clone())
        .options(CallOptions::default().retry(policy))
        .clock(clock.clone())
        .build()
        .expect("a client");
    (client, credential, clock)
}

fn tokens(server: &Server) -> Vec<String> {
    let received = server.received();
    received
        .iter()
        .map(|request| request.header("authorization").unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_and_at_once() {
    for id in READS.iter().chain(&WRITES) {
        let server = Server::in_turn(vec![Reply::empty(401), success(case(id))]).await;
        let (client, credential, clock) = numbered(&server, RetryPolicy::default());
        run(&client, id).await.expect("the second token is accepted");
        assert_eq!(tokens(&server), ["Bearer token-1", "Bearer token-2"], "{id}");
        assert_eq!(
            (credential.asked.load(Ordering::Relaxed), clock.sleeps().len()),
            (2, 0),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_second_rejection_ends_the_call() {
    let server = Server::always(Reply::empty(401)).await;
    let (client, credential, clock) = numbered(&server, RetryPolicy::default());
    let error = run(&client, "getUser").await.expect_err("no token is accepted");
    assert!(error.is_authentication());
    assert_eq!(tokens(&server), ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(
        (credential.rejected.load(Ordering::Relaxed), clock.sleeps().len()),
        (1, 0)
    );

    // A refusal in between does not give the token another chance.
    let server = Server::in_turn(vec![Reply::empty(401), Reply::empty(503), Reply::empty(401)]).await;
    let (client, credential, _) = numbered(&server, RetryPolicy::default());
    run(&client, "getUser").await.expect_err("no token is accepted");
    assert_eq!(
        (server.received().len(), credential.rejected.load(Ordering::Relaxed)),
        (3, 1)
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_replaced_is_sent_once() {
    let server = Server::always(Reply::empty(401)).await;
    let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
    let error = run(&client, "getUser").await.expect_err("the token is rejected");
    assert!(error.is_authentication() && !error.is_retryable());
    assert_eq!((server.received().len(), clock.sleeps().len()), (1, 0));
}

#[tokio::test]
async fn a_credential_that_fails_ends_the_call_before_anything_is_sent() {
    #[derive(Debug)]
    struct Broken;
    impl Credential for Broken {
        fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
            Box::pin(async { Err(Error::new(ErrorKind::Credential, "the vault is shut")) })
        }
    }
    let server = Server::always(Reply::empty(200)).await;
    let client = builder(&server.url()).credential(Broken).build().expect("a client");
    let error = run(&client, "getUser").await.expect_err("no token");
    assert_eq!(error.to_string(), "getUser: no access token: the vault is shut");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn options_belong_to_one_clone() {
    let server = Server::always(Reply::empty(503)).await;
    let (eager, _) = client_with_retries(&server.url(), RetryPolicy::default().max_attempts(3));
    let once = CallOptions::default()
        .retry(RetryPolicy::none())
        .header("x-clone", "yes")
        .expect("a header");
    let other = eager.with_options(once);
    for (client, expected, header) in [(&other, 1, Some("yes")), (&eager, 3, None), (&eager.clone(), 3, None)] {
        let before = server.received().len();
        run(client, "getUser").await.expect_err("never a success");
        let received = server.received().split_off(before);
        assert_eq!(received.len(), expected);
        assert!(received.iter().all(|request| request.header("x-clone") == header));
    }
}

#[tokio::test]
async fn silence_is_a_timeout_after_which_only_reads_are_repeated() {
    // The server never gets to its answer: what is waited for is the client's own limit.
    for (id, expected) in [("getUser", 2), ("onboardCustomer", 1), ("updateUserBirthday", 1)] {
        let server = Server::always(Reply::Silence(Duration::from_secs(60))).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        let policy = RetryPolicy::default().max_attempts(2);
        let client = client.with_options(CallOptions::default().timeout(Duration::from_millis(150)).retry(policy));
        let error = run(&client, id).await.expect_err("no answer");
        assert_eq!(
            (error.kind(), server.received().len()),
            (ErrorKind::Timeout, expected),
            "{id}"
        );
        assert!(error.is_timeout());
        assert_eq!(error.to_string().contains(MAYBE_DONE), expected == 1, "{error}");
    }
}

#[tokio::test]
async fn the_deadline_is_the_limit_of_an_attempt_too() {
    let server = Server::always(Reply::Silence(Duration::from_secs(60))).await;
    let policy = RetryPolicy::default().deadline(Duration::from_millis(150));
    let (client, _) = client_with_retries(&server.url(), policy);
    let error = run(&client, "getUser").await.expect_err("no answer");
    assert_eq!((error.kind(), server.received().len()), (ErrorKind::Timeout, 1));
}

#[tokio::test]
async fn every_operation_is_repeated_after_503_if_and_only_if_it_only_reads() {
    let document = Document::load(&Api::parse("elements-v3").expect("an API").spec()).expect("a spec");
    assert_eq!(operations::ALL.len(), all().len());
    for (operation, case) in operations::ALL.iter().zip(all()) {
        assert_eq!(
            (operation.id, operation.path),
            (case.id.as_str(), case.template.as_str())
        );
        assert_eq!(operation.method.as_str(), case.method, "{}", case.id);
        let marked = &document.value["paths"][&case.template][case.method.to_lowercase()]["x-read-only"];
        let reads = operation.method == Method::Get || marked == true;
        assert_eq!(operation.read_only, reads, "{}", case.id);

        let server = Server::in_turn(vec![Reply::empty(503), success(case)]).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        let outcome = run(&client, operation.id).await;
        let received = server.received();
        assert_eq!(
            (received.len(), outcome.is_ok()),
            (if reads { 2 } else { 1 }, reads),
            "{}",
            case.id
        );
        assert!(
            received.iter().all(|request| request.method == case.method),
            "{}",
            case.id
        );
    }
}

#[tokio::test]
async fn what_cannot_pass_is_sent_once() {
    for status in [400, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505] {
        let server = Server::always(Reply::empty(status)).await;
        let error = run(&client_with_retries(&server.url(), RetryPolicy::default()).0, "getUser")
            .await
            .expect_err("a refusal");
        assert_eq!((server.received().len(), error.is_retryable()), (1, false), "{status}");
    }
    // A success that cannot be read would not be read the second time either.
    let server = Server::always(Reply::text(200, "text/html", "<html>")).await;
    let error = run(&client(&server), "getUser").await.expect_err("HTML");
    assert_eq!((server.received().len(), error.kind()), (1, ErrorKind::Decode));
}
