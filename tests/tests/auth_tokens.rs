//! Tokens from a real socket: how they are asked for, kept, renewed and dropped.

mod auth;

use std::env::VarError;
use std::sync::Arc;
use std::time::Duration;

use auth::{ADD, CLIENT, LIST, PING, SECRET, clock, form, numbered, pass, secret, token, until};
use avepoint_auth::{ClientSecretCredential, EnvironmentCredential, MemoryStore, StoredToken, TokenKey, TokenStore};
use avepoint_core::{Credential, Error, ErrorKind, RetryPolicy, Transport};
use avepoint_tests::elements::{START, case, run};
use avepoint_tests::server::{Reply, Server};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

// --- how they are asked for

#[tokio::test]
async fn the_request_is_the_one_of_the_protocol() {
    let server = numbered(3600).await;
    let credential = secret(&server, &clock()).build().expect("a credential");
    let token = credential.token(&LIST).await.expect("a token");
    assert_eq!(token.expose(), "token-0");
    let start: Timestamp = START.parse().expect("a time");
    assert_eq!(token.expires_at(), Some((start + SignedDuration::from_hours(1)).into()));

    let [request] = &server.received()[..] else {
        panic!("one request")
    };
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/connect/token")
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert!(
        request
            .header("user-agent")
            .is_some_and(|agent| agent.starts_with("avepoint-auth/"))
    );
    assert_eq!(request.header("authorization"), None);
    let expected = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "client_credentials"),
        ("scope", "things.read.all"),
    ];
    assert_eq!(
        form(request),
        expected.map(|(name, value)| (name.into(), value.into())).into()
    );
}

#[tokio::test]
async fn each_operation_has_a_token_with_its_own_scope_alone() {
    let server = numbered(3600).await;
    let credential = secret(&server, &clock()).build().expect("a credential");
    for (operation, name) in [
        (&LIST, "token-0"),
        (&ADD, "token-1"),
        (&PING, "token-2"),
        (&LIST, "token-0"),
    ] {
        assert_eq!(credential.token(operation).await.expect("a token").expose(), name);
    }
    let scopes: Vec<_> = server
        .received()
        .iter()
        .map(|request| form(request).get("scope").cloned())
        .collect();
    assert_eq!(
        scopes,
        [
            Some("things.read.all".into()),
            Some("things.readwrite.all".into()),
            None
        ]
    );
}

#[tokio::test]
async fn fixed_scopes_are_split_under_the_limit_and_the_right_token_is_taken() {
    let server = numbered(3600).await;
    let filler = format!("filler.{}", "x".repeat(280));
    let credential = secret(&server, &clock())
        .scopes(["other.all", &filler, "things.readwrite.all"])
        .build()
        .expect("a credential");
    for _ in 0..3 {
        assert_eq!(credential.token(&ADD).await.expect("a token").expose(), "token-0");
        // It allows the list as well.
        assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "token-0");
    }
    let requests = server.received();
    assert_eq!(requests.len(), 1);
    assert_eq!(form(&requests[0])["scope"], "things.readwrite.all");

    let credential = secret(&server, &clock())
        .scopes(["other.all"])
        .build()
        .expect("a credential");
    let error = credential.token(&ADD).await.expect_err("not covered");
    assert_eq!(
        error.to_string(),
        "addThing: no access token: `addThing` needs `things.readwrite.all`, which is not among those set with `scopes`: add it"
    );
    assert!(error.is_permission() && !error.is_authentication());
    assert_eq!(server.received().len(), 1, "nothing was sent");
}

#[tokio::test]
async fn a_token_request_is_sent_again_where_that_may_help() {
    let server = Server::in_turn(vec![
        Reply::empty(429).header("retry-after", "9"),
        Reply::HangUp,
        Reply::text(503, "text/html", "<html>"),
        Reply::Cut("{\"access_token\":".into()),
        token("late", 3600),
    ])
    .await;
    let clock = clock();
    let policy = RetryPolicy::default().max_attempts(5);
    let credential = secret(&server, &clock).retry(policy).build().expect("a credential");
    assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "late");
    let sleeps = clock.sleeps();
    assert_eq!(sleeps.len(), 4);
    assert_eq!(sleeps[0], Duration::from_secs(9), "the server's own wait");
}

#[tokio::test]
async fn retries_end_with_the_attempts_and_with_the_time() {
    let server = Server::always(Reply::empty(503).header("retry-after", "40")).await;
    let clock = clock();
    let policy = RetryPolicy::default()
        .max_attempts(9)
        .deadline(Duration::from_secs(100));
    let credential = secret(&server, &clock).retry(policy).build().expect("a credential");
    let error = credential.token(&LIST).await.expect_err("503 without end");
    assert_eq!(server.received().len(), 3, "a third wait would end too late");
    assert_eq!(
        error.to_string(),
        "listThings: no access token: 127.0.0.1 answered 503 with nothing: try again later"
    );
}

#[tokio::test]
async fn no_wait_that_a_server_asks_for_makes_it_panic() {
    for wait in [
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775807",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "-1",
    ] {
        let server = Server::always(Reply::empty(503).header("retry-after", wait)).await;
        let patient = secret(&server, &clock()).retry(RetryPolicy::default());
        let error = patient
            .build()
            .expect("a credential")
            .token(&LIST)
            .await
            .expect_err("503");
        assert!(
            error.message().starts_with("127.0.0.1 answered 503 with nothing"),
            "{wait}: {error}"
        );
    }
}

#[tokio::test]
async fn an_attempt_has_its_own_time() {
    let server = Server::always(Reply::Silence(Duration::from_secs(30))).await;
    let credential = secret(&server, &clock())
        .timeout(Duration::from_millis(50))
        .build()
        .expect("a credential");
    // The answer that comes at last would be another error.
    let error = credential.token(&LIST).await.expect_err("silence");
    assert!(
        error
            .message()
            .starts_with("no token from 127.0.0.1: no response arrived in time"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = numbered(3600).await;
    let server =
        Server::always(Reply::empty(307).header("location", format!("{}/connect/token", elsewhere.url()))).await;
    // Not even if the caller's own settings say so.
    let follow = |http: reqwest::ClientBuilder| http.redirect(reqwest::redirect::Policy::limited(5));
    let transport = Transport::new().adjust_reqwest(follow);
    let credential = secret(&server, &clock())
        .transport(transport)
        .build()
        .expect("a credential");
    let error = credential.token(&LIST).await.expect_err("a redirection");
    assert!(
        error
            .message()
            .contains("answered 307, a redirection, which is not followed"),
        "{error}"
    );
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_secret_over_plain_http_meets_no_proxy() {
    let (proxy, server) = (numbered(3600).await, numbered(3600).await);
    let through = reqwest::Proxy::all(proxy.url()).expect("a proxy");
    let transport = Transport::new().adjust_reqwest(move |http| http.proxy(through.clone()));
    let credential = secret(&server, &clock()).transport(transport).proxy(proxy.url());
    credential
        .build()
        .expect("a credential")
        .token(&LIST)
        .await
        .expect("a token");
    assert_eq!((proxy.received().len(), server.received().len()), (0, 1));
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let server = Server::always(Reply::text(200, "application/json", "[".repeat(2_000_000))).await;
    let patient = secret(&server, &clock()).retry(RetryPolicy::default());
    let error = patient
        .build()
        .expect("a credential")
        .token(&LIST)
        .await
        .expect_err("too long");
    assert_eq!(
        error.message(),
        "no token from 127.0.0.1: the response is too long for a token response"
    );
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let cases = [
        (
            400,
            json!({"error": "invalid_scope"}),
            "listThings: no access token: the app registration lacks the permission `things.read.all`, which \
             `listThings` needs: grant it to the app registration, or, if it has `things.readwrite.all` instead, set that with `scopes` [invalid_scope]",
        ),
        (
            401,
            json!({"error": "invalid_client", "error_description": format!("bad\nsecret {SECRET}")}),
            "listThings: no access token: 127.0.0.1 does not accept the client: check the client id and the client secret \
             (it may have expired), and that the app is registered in this cloud (the server says: bad secret \
             [redacted]) [invalid_client]",
        ),
        (
            400,
            json!({"error": "unauthorized_client"}),
            "listThings: no access token: 127.0.0.1 does not let this app get tokens by client credentials: check how it \
             is registered [unauthorized_client]",
        ),
        (
            400,
            json!({"error": "invalid_request", "error_description": "odd"}),
            "listThings: no access token: 127.0.0.1 refused the token request with 400 (the server says: odd) \
             [invalid_request]",
        ),
    ];
    for (status, body, line) in cases {
        let server = Server::always(Reply::json(status, &body)).await;
        let patient = secret(&server, &clock())
            .retry(RetryPolicy::default())
            .build()
            .expect("a credential");
        let error = patient.token(&LIST).await.expect_err("a refusal");
        assert_eq!(error.to_string(), line);
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Credential, body["error"].as_str())
        );
        let lacks_permission = body["error"] == "invalid_scope";
        assert_eq!(
            (error.is_permission(), error.is_authentication(), error.is_retryable()),
            (lacks_permission, !lacks_permission, false)
        );
        assert_eq!(server.received().len(), 1, "a refusal is not asked for again");
    }
}

/// What kept a token away, as the error's predicates tell it to a program.
#[tokio::test]
async fn what_is_nothing_of_the_app_is_not_said_of_it() {
    let page = "<html><title>Blocked</title></html>";
    let connection = |error: &Error| error.is_connection();
    let busy = |error: &Error| !error.is_connection() && !error.is_timeout() && !error.is_from_gateway();
    let gateway = |error: &Error| error.is_from_gateway();
    type Case<'a> = (Reply, &'a str, fn(&Error) -> bool, bool);
    let cases: [Case<'_>; 9] = [
        (Reply::HangUp, "no token from 127.0.0.1: ", connection, true),
        (
            Reply::Silence(Duration::from_secs(30)),
            "no response arrived in time",
            |error| error.is_timeout(),
            true,
        ),
        (
            Reply::empty(503),
            "answered 503 with nothing: try again later",
            busy,
            true,
        ),
        (
            Reply::empty(429),
            "answered 429 with nothing: try again later",
            busy,
            true,
        ),
        (Reply::json(500, &json!({"message": "Oh."})), "answered 500", busy, true),
        (
            Reply::json(503, &json!({"error": "temporarily_unavailable"})),
            "answered the token request with 503: try again later [temporarily_unavailable]",
            busy,
            true,
        ),
        // What it says of the app while it fails is not known to be so.
        (
            Reply::json(500, &json!({"error": "invalid_scope"})),
            "answered the token request with 500: try again later [invalid_scope]",
            busy,
            true,
        ),
        (
            Reply::text(403, "text/html", page),
            "a firewall or gateway answered in place of the service",
            gateway,
            false,
        ),
        (
            Reply::text(401, "application/json", page),
            "a firewall or gateway answered in place of the service",
            gateway,
            false,
        ),
    ];
    for (reply, words, is_told, is_retryable) in cases {
        for discovery in [false, true] {
            let server = Server::always(reply.clone()).await;
            let credential = secret(&server, &clock())
                .discovery(discovery)
                .timeout(Duration::from_millis(500))
                .build()
                .expect("a credential");
            let error = credential.token(&LIST).await.expect_err(words);
            assert_eq!(error.kind(), ErrorKind::Credential, "{error}");
            assert!(
                is_told(&error) && !error.is_authentication() && !error.is_permission(),
                "{error}"
            );
            assert_eq!(error.is_retryable(), is_retryable, "{error}");
            assert!(discovery || error.to_string().contains(words), "{error}");
        }
    }
    let closed = Server::always(Reply::empty(200)).await.url().to_owned();
    let credential = ClientSecretCredential::builder("my-app", SECRET)
        .identity_url(closed)
        .retry(RetryPolicy::none());
    let error = credential.build().expect("a credential").token(&LIST).await;
    let error = error.expect_err("nobody is there");
    assert!(
        error.is_connection() && error.is_retryable() && !error.is_authentication(),
        "{error}"
    );
    assert!(error.message().contains("no connection was made"), "{error}");

    // What is of the app stays so.
    for reply in [
        Reply::json(401, &json!({"error": "invalid_client"})),
        Reply::empty(400),
        Reply::text(404, "text/html", page),
    ] {
        let server = Server::always(reply).await;
        let credential = secret(&server, &clock()).build().expect("a credential");
        let error = credential.token(&LIST).await.expect_err("a refusal");
        assert!(
            error.is_authentication() && !error.is_retryable() && !error.is_from_gateway(),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refusal_tells_the_ids_of_its_request_and_the_reason_in_its_head() {
    let refusal = json!({
        "error": "invalid_client", "error_description": "No.", "trace_id": "t-1", "correlation_id": "c-1",
    });
    let bearer = |value: &str| format!("Bearer {value}");
    let unaccepted = "127.0.0.1 does not accept the client: ";
    for (reply, words, end) in [
        (
            Reply::json(400, &refusal).header("request-id", "tid-1"),
            unaccepted,
            "(the server says: No.) [invalid_client] (request id tid-1, trace id t-1)",
        ),
        (
            Reply::json(500, &refusal),
            "127.0.0.1 answered the token request with 500: try again later",
            "[invalid_client] (request id c-1, trace id t-1)",
        ),
        (
            Reply::text(403, "text/html", "<html>").header("x-azure-ref", "a-1"),
            "a firewall or gateway answered in place of the service",
            "(request id a-1)",
        ),
        (
            Reply::Broken(200, vec![("request-id", "b-1".to_owned())], "{".into()),
            "the connection broke: ",
            "(request id b-1)",
        ),
        (
            Reply::text(200, "application/json", " ".repeat(2_000_000)).header("request-id", "l-1"),
            "the response is too long for a token response",
            "(request id l-1)",
        ),
        (
            Reply::empty(401).header(
                "www-authenticate",
                bearer(r#"error="invalid_client", error_description="secret expired""#),
            ),
            unaccepted,
            "(the server says: secret expired) [invalid_client]",
        ),
        (
            Reply::empty(401).header("www-authenticate", bearer(r#"error_description="secret expired""#)),
            "127.0.0.1 refused the token request with 401",
            "(the server says: secret expired)",
        ),
        (
            Reply::json(401, &json!({"error": "invalid_client", "error_description": "No."}))
                .header("www-authenticate", bearer(r#"error_description="secret expired""#)),
            unaccepted,
            "(the server says: No. (secret expired)) [invalid_client]",
        ),
        // What quotes the secret does not show it.
        (
            Reply::empty(401)
                .header(
                    "www-authenticate",
                    bearer(r#"error="x", error_description="no s3cr3t&of=the+app%""#),
                )
                .header("request-id", "s3cr3t&of=the+app%"),
            "(the server says: no [redacted]",
            ")",
        ),
    ] {
        let server = Server::always(reply).await;
        let credential = secret(&server, &clock()).build().expect("a credential");
        let error = credential.token(&LIST).await.expect_err(words);
        let line = error.to_string();
        assert!(line.contains(words) && line.ends_with(end), "{line}");
        assert!(!line.contains("s3cr3t"), "{line}");
        for id in [error.request_id(), error.trace_id()].into_iter().flatten() {
            assert!(line.contains(id), "{line}");
        }
    }
    let server = Server::always(Reply::empty(404).header("request-id", "d-1")).await;
    let credential = secret(&server, &clock()).discovery(true).build().expect("a credential");
    let error = credential.token(&LIST).await.expect_err("no document");
    assert_eq!(error.request_id(), Some("d-1"), "{error}");
}

#[tokio::test]
async fn invalid_scope_names_what_was_fixed() {
    let server = Server::always(Reply::json(400, &json!({"error": "invalid_scope"}))).await;
    let fixed = |scopes: &[&str]| {
        secret(&server, &clock())
            .scopes(scopes.iter().copied())
            .build()
            .expect("a credential")
    };
    let one = fixed(&["things.readwrite.all"]).token(&ADD).await.expect_err("refused");
    assert!(
        one.message().starts_with(
            "the app registration lacks the permission `things.readwrite.all`, which `addThing` needs: grant it"
        ),
        "{one}"
    );
    let two = fixed(&["things.readwrite.all", "other.all"])
        .token(&ADD)
        .await
        .expect_err("refused");
    assert!(
        two.message().starts_with(
            "the app registration lacks at least one of the permissions `things.readwrite.all`, `other.all`, which are \
             requested together"
        ),
        "{two}"
    );
}

// --- discovery

#[tokio::test]
async fn the_endpoint_is_discovered_once() {
    let server = Server::start(|request, count| match request.path.as_str() {
        "/.well-known/openid-configuration" => {
            let url = format!("http://{}", request.header("host").expect("a host"));
            Reply::json(
                200,
                &json!({"issuer": format!("{url}/"), "token_endpoint": format!("{url}/oauth/token")}),
            )
        }
        "/oauth/token" => token(&format!("token-{count}"), 3600),
        _ => Reply::empty(404),
    })
    .await;
    let credential = secret(&server, &clock()).discovery(true).build().expect("a credential");
    let (one, two) = tokio::join!(credential.token(&LIST), credential.token(&ADD));
    one.expect("a token");
    two.expect("a token");
    let mut paths: Vec<_> = server.received().into_iter().map(|request| request.path).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["/.well-known/openid-configuration", "/oauth/token", "/oauth/token"]
    );
}

#[tokio::test]
async fn a_secret_goes_to_the_origin_of_the_identity_service_or_one_that_the_caller_names() {
    let other = numbered(3600).await;
    let endpoint = format!("{}/connect/token", other.url());
    let server = Server::start(move |request, _| {
        let url = format!("http://{}", request.header("host").expect("a host"));
        Reply::json(200, &json!({"issuer": url, "token_endpoint": endpoint}))
    })
    .await;
    let builder = || secret(&server, &clock()).discovery(true);
    let error = builder()
        .build()
        .expect("a credential")
        .token(&LIST)
        .await
        .expect_err("another port");
    assert!(
        error
            .message()
            .contains(&format!("names a token endpoint at another origin, {}: ", other.url())),
        "{error}"
    );
    assert!(other.received().is_empty());

    let allowing = builder()
        .allow_token_endpoint_origin(other.url())
        .build()
        .expect("a credential");
    assert_eq!(allowing.token(&LIST).await.expect("a token").expose(), "token-0");
    let error = builder()
        .allow_token_endpoint_origin("http://id.example.com")
        .build()
        .expect_err("not https");
    assert!(error.to_string().contains("is not https"), "{error}");
}

#[tokio::test]
async fn a_discovery_is_not_looked_for_elsewhere() {
    let elsewhere = numbered(3600).await;
    let server = Server::always(Reply::empty(302).header("location", elsewhere.url())).await;
    let credential = secret(&server, &clock()).discovery(true).build().expect("a credential");
    let error = credential.token(&LIST).await.expect_err("a redirection");
    assert!(
        error.message().contains("is not there: the service answered 302"),
        "{error}"
    );
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_discovery_that_failed_is_tried_again_by_the_next_call() {
    let server = Server::start(|request, count| match count {
        0 => Reply::empty(404),
        1 => Reply::json(
            200,
            &json!({"issuer": "https://other.example.com", "token_endpoint": "https://x/"}),
        ),
        2 => {
            let url = format!("http://{}", request.header("host").expect("a host"));
            Reply::json(200, &json!({"issuer": url, "token_endpoint": format!("{url}/t")}))
        }
        _ => token("found", 3600),
    })
    .await;
    let credential = secret(&server, &clock()).discovery(true).build().expect("a credential");
    let missing = credential.token(&LIST).await.expect_err("404");
    assert!(
        missing
            .message()
            .starts_with("the discovery document of 127.0.0.1 is not there"),
        "{missing}"
    );
    let other = credential.token(&LIST).await.expect_err("another issuer");
    assert!(
        other
            .message()
            .contains("is for another issuer, https://other.example.com"),
        "{other}"
    );
    assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "found");
}

// --- how they are kept

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_callers_at_once_cause_one_request_a_scope() {
    let server = Server::start(|request, _| {
        std::thread::sleep(Duration::from_millis(100));
        token(&form(request)["scope"], 3600)
    })
    .await;
    let credential = secret(&server, &clock()).build().expect("a credential");
    let callers: Vec<_> = (0..10_000)
        .map(|n| {
            let credential = credential.clone();
            let operation = if n % 2 == 0 { &LIST } else { &ADD };
            tokio::spawn(async move {
                let token = credential.token(operation).await.expect("a token");
                assert_eq!(token.expose(), operation.scope());
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("a caller");
    }
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn callers_that_wait_share_a_failure_and_the_next_one_asks_again() {
    let refusal = Reply::json(401, &json!({"error": "invalid_client"}));
    let server = Server::in_turn(vec![refusal, token("fresh", 3600)]).await;
    let credential = secret(&server, &clock()).build().expect("a credential");
    let failures = futures_util::future::join_all((0..100).map(|_| credential.token(&LIST))).await;
    assert!(
        failures
            .iter()
            .all(|outcome| matches!(outcome, Err(error) if error.code() == Some("invalid_client")))
    );
    assert_eq!(server.received().len(), 1);
    assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "fresh");
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_the_token_from_nobody() {
    let server = numbered(3600).await;
    let credential = secret(&server, &clock()).build().expect("a credential");
    let mut first = credential.token(&LIST);
    let mut second = credential.token(&LIST);
    assert!((&mut first).now_or_never().is_none(), "it has asked, and waits");
    assert!((&mut second).now_or_never().is_none(), "it waits too");
    drop(first);
    assert_eq!(second.await.expect("a token").expose(), "token-0");
    assert_eq!(server.received().len(), 1);

    // Even if nobody is left to hear of it.
    assert!(credential.token(&ADD).now_or_never().is_none());
    assert_eq!(credential.token(&ADD).await.expect("a token").expose(), "token-1");
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_runtime_that_ends_takes_the_token_from_no_later_one() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let keeper = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let server = keeper.block_on(Server::in_turn(vec![
        Reply::Silence(Duration::from_secs(30)),
        token("later", 3600),
    ]));
    let credential = secret(&server, &clock()).build().expect("a credential");
    let first = runtime();
    first.block_on(async {
        let waiting = tokio::time::timeout(Duration::from_millis(200), credential.token(&LIST)).await;
        assert!(waiting.is_err(), "the server is silent");
    });
    drop(first);
    let later = runtime().block_on(credential.token(&LIST)).expect("a token");
    assert_eq!(later.expose(), "later");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let credential = ClientSecretCredential::builder(CLIENT, SECRET)
        .build()
        .expect("a credential");
    let mut future = std::pin::pin!(credential.token(&LIST));
    let waker = std::task::Waker::noop();
    let std::task::Poll::Ready(Err(error)) = future.as_mut().poll(&mut std::task::Context::from_waker(waker)) else {
        panic!("an error at once");
    };
    assert!(error.message().contains("tokio runtime"), "{error}");
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_ahead_and_nobody_waits() {
    let server = Server::start(|_, count| match count {
        1 => Reply::Silence(Duration::from_millis(300)),
        _ => token(&format!("token-{count}"), 3600),
    })
    .await;
    let clock = clock();
    let credential = secret(&server, &clock).build().expect("a credential");
    let name = async || credential.token(&LIST).await.expect("a token").expose().to_owned();
    assert_eq!(name().await, "token-0");
    pass(&clock, 3300 - 1);
    assert_eq!(name().await, "token-0");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.received().len(), 1, "it is too early");

    pass(&clock, 1);
    for _ in 0..100 {
        let token = credential.token(&LIST).now_or_never().expect("nobody waits");
        assert_eq!(token.expect("a token").expose(), "token-0");
    }
    until("the renewal is asked for", async || server.received().len() == 2).await;

    // It failed: an empty answer. The token still holds, and the next try waits its time.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(name().await, "token-0");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.received().len(), 2);
    pass(&clock, 30);
    assert_eq!(name().await, "token-0");
    until("the new token is there", async || name().await == "token-2").await;
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_token_that_holds_is_served_while_renewals_fail_and_none_that_has_ended() {
    let server = Server::start(|_, count| match count {
        0 => token("first", 3600),
        _ => Reply::json(401, &json!({"error": "invalid_client"})),
    })
    .await;
    let clock = clock();
    let credential = secret(&server, &clock).build().expect("a credential");
    credential.token(&LIST).await.expect("a token");
    pass(&clock, 3300);
    for round in 1..=4 {
        assert_eq!(credential.token(&LIST).await.expect("it still holds").expose(), "first");
        until("the renewal has failed", async || server.received().len() == 1 + round).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        pass(&clock, 60);
    }
    pass(&clock, 3600 - 3300 - 4 * 60);
    let error = credential.token(&LIST).await.expect_err("it has ended");
    assert_eq!(error.code(), Some("invalid_client"));
}

#[tokio::test]
async fn a_token_of_a_short_life_is_renewed_at_half_of_it() {
    let server = numbered(60).await;
    let clock = clock();
    let credential = secret(&server, &clock).build().expect("a credential");
    let name = async || credential.token(&LIST).await.expect("a token").expose().to_owned();
    assert_eq!(name().await, "token-0");
    pass(&clock, 29);
    assert_eq!(name().await, "token-0");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.received().len(), 1);
    pass(&clock, 1);
    assert_eq!(name().await, "token-0");
    until("it is renewed", async || name().await == "token-1").await;
    pass(&clock, 60);
    assert_eq!(name().await, "token-2", "the second one has ended, and is not served");
}

#[tokio::test]
async fn a_rejected_token_is_dropped_and_no_other() {
    let server = numbered(3600).await;
    let store = MemoryStore::default();
    let credential = secret(&server, &clock())
        .store(store.clone())
        .build()
        .expect("a credential");
    let first = credential.token(&LIST).await.expect("a token");
    let kept = credential.token(&ADD).await.expect("a token");
    credential.invalidate(&first);
    let second = credential.token(&LIST).await.expect("a token");
    assert_eq!(second.expose(), "token-2", "not the one of the store either");
    // The news of the first one comes late, from many calls at once.
    for _ in 0..10 {
        credential.clone().invalidate(&first);
    }
    assert_eq!(
        credential.token(&LIST).await.expect("a token").expose(),
        second.expose()
    );
    assert_eq!(credential.token(&ADD).await.expect("a token").expose(), kept.expose());
    assert_eq!(server.received().len(), 3);

    // The store has the second one, for another credential.
    let other = secret(&server, &clock()).store(store).build().expect("a credential");
    assert_eq!(other.token(&LIST).await.expect("a token").expose(), second.expose());
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn where_no_token_is_accepted_few_are_asked_for() {
    let server = numbered(3600).await;
    let clock = clock();
    let credential = secret(&server, &clock).build().expect("a credential");
    // What a call does whose token is not accepted: it says so, and asks once more.
    let call = async || {
        let token = credential.token(&LIST).await.expect("a token");
        credential.invalidate(&token);
        let again = credential.token(&LIST).await.expect("a token");
        let fresh = again.expose() != token.expose();
        (server.received().len(), fresh)
    };
    assert_eq!(call().await, (2, true), "it may have been revoked");
    for _ in 0..100 {
        assert_eq!(
            call().await,
            (2, false),
            "the fresh one was not accepted either: there is no better one"
        );
    }
    // Another try after each rest, which grows up to ten minutes.
    let mut asked = 2;
    for rest in [30, 60, 120, 240, 480, 600, 600] {
        pass(&clock, rest - 1);
        assert_eq!(call().await, (asked, false), "{rest}");
        pass(&clock, 1);
        asked += 1;
        assert_eq!(call().await, (asked, true), "{rest}");
        assert_eq!(call().await, (asked, false), "{rest}");
    }
}

#[tokio::test]
async fn a_token_that_was_good_for_a_while_is_replaced_at_once() {
    let server = numbered(3600).await;
    let clock = clock();
    let credential = secret(&server, &clock).build().expect("a credential");
    let mut token = credential.token(&LIST).await.expect("a token");
    // Revoked again and again, and each time there is a good one.
    for count in 1..5 {
        credential.invalidate(&token);
        token = credential.token(&LIST).await.expect("a token");
        assert_eq!(token.expose(), format!("token-{count}"));
        pass(&clock, 300);
    }
    // And one that has ended while it rested.
    credential.invalidate(&token);
    let fresh = credential.token(&LIST).await.expect("a token");
    credential.invalidate(&fresh);
    assert_eq!(
        credential.token(&LIST).await.expect("the same").expose(),
        fresh.expose()
    );
    pass(&clock, 3600);
    assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "token-6");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_401_asks_for_two_tokens() {
    let identity = numbered(3600).await;
    let api = Server::always(Reply::empty(401)).await;
    let client = avepoint_elements_v3::Client::builder()
        .base_url(api.url())
        .credential(secret(&identity, &clock()).build().expect("a credential"))
        .clock(clock())
        .build()
        .expect("a client");
    for _ in 0..5 {
        let calls = futures_util::future::join_all((0..20).map(|_| run(&client, "getUser"))).await;
        assert!(calls.into_iter().all(|call| call.expect_err("401").is_authentication()));
    }
    assert_eq!(identity.received().len(), 2);
}

#[tokio::test]
async fn what_is_no_token_in_a_store_is_dropped_and_replaced() {
    let server = numbered(3600).await;
    let start: Timestamp = START.parse().expect("a time");
    let hour = SignedDuration::from_hours(1);
    let key = TokenKey::new(&server.url(), CLIENT, "things.read.all");
    for (count, stored) in [
        StoredToken::new("two\nlines", start, start + hour),
        StoredToken::new("", start, start + hour),
        StoredToken::new("für", start, start + hour),
        // Times that no answer has given.
        StoredToken::new("endless", start, Timestamp::MAX),
        StoredToken::new("unborn", start + hour, start + hour * 2),
        StoredToken::new("backwards", start, Timestamp::MIN),
        StoredToken::new("ancient", Timestamp::MIN, start + hour),
    ]
    .into_iter()
    .enumerate()
    {
        let store = MemoryStore::default();
        store.put(&key, &stored).await.expect("kept");
        let credential = secret(&server, &clock())
            .store(store.clone())
            .build()
            .expect("a credential");
        let name = format!("token-{count}");
        assert_eq!(credential.token(&LIST).await.expect("a token").expose(), name);
        let kept = store.get(&key).await.expect("a store").expect("a token");
        assert_eq!(kept.token().expose(), name);
    }
}

#[tokio::test]
async fn clients_of_an_api_get_a_new_token_after_401() {
    let identity = numbered(3600).await;
    let answer = case("getUser").answer.clone().expect("an example");
    let api = Server::start(move |request, _| match request.header("authorization") {
        Some("Bearer token-1") => Reply::json(200, &answer),
        _ => Reply::empty(401),
    })
    .await;
    let client = avepoint_elements_v3::Client::builder()
        .base_url(api.url())
        .credential(secret(&identity, &clock()).build().expect("a credential"))
        .build()
        .expect("a client");
    run(&client, "getUser").await.expect("an answer");
    assert_eq!((api.received().len(), identity.received().len()), (2, 2));
    assert_eq!(form(&identity.received()[0])["scope"], "elements.um.user.read.all");
}

// --- the environment

fn environment(variables: &[(&str, &str)]) -> Result<EnvironmentCredential, String> {
    let get = |name: &str| match variables.iter().find(|(known, _)| *known == name) {
        Some((_, "\u{0}")) => Err(VarError::NotUnicode("x".into())),
        Some((_, value)) => Ok((*value).to_owned()),
        None => Err(VarError::NotPresent),
    };
    EnvironmentCredential::from_variables(get)
        .and_then(|builder| builder.retry(RetryPolicy::none()).build())
        .map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            error.to_string()
        })
}

#[test]
fn the_environment_says_which_variable_is_missing_or_wrong() {
    const ID: (&str, &str) = ("AVEPOINT_CLIENT_ID", "my-app");
    const KEY: (&str, &str) = ("AVEPOINT_CLIENT_SECRET", "hunter2");
    let missing_both = "AVEPOINT_CLIENT_SECRET or AVEPOINT_CLIENT_CERTIFICATE_PATH is missing: set one of them";
    const FILE: (&str, &str) = ("AVEPOINT_CLIENT_SECRET_FILE", "/nowhere/secret");
    const PASSWORD: (&str, &str) = ("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD", "hunter2");
    const PASSWORD_FILE: (&str, &str) = ("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE", "/nowhere/password");
    let cases: [(&[(&str, &str)], &str); 16] = [
        (&[KEY], "AVEPOINT_CLIENT_ID is missing: set it to the client id"),
        (
            &[("AVEPOINT_CLIENT_ID", " "), KEY],
            "AVEPOINT_CLIENT_ID is missing: set it to the client id",
        ),
        (
            &[("AVEPOINT_CLIENT_ID", "a b"), KEY],
            "AVEPOINT_CLIENT_ID contains white space",
        ),
        (&[ID], missing_both),
        (&[ID, ("AVEPOINT_CLIENT_SECRET", "")], missing_both),
        (
            &[ID, KEY, ("AVEPOINT_CLIENT_CERTIFICATE_PATH", "app.pfx")],
            "AVEPOINT_CLIENT_SECRET and AVEPOINT_CLIENT_CERTIFICATE_PATH are both set: keep one of them",
        ),
        (
            &[ID, KEY, PASSWORD],
            "AVEPOINT_CLIENT_SECRET and AVEPOINT_CLIENT_CERTIFICATE_PASSWORD are both set: keep one of them",
        ),
        (
            &[ID, KEY, PASSWORD_FILE],
            "AVEPOINT_CLIENT_SECRET and AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE are both set: keep one of them",
        ),
        (
            &[ID, FILE, PASSWORD],
            "AVEPOINT_CLIENT_SECRET_FILE and AVEPOINT_CLIENT_CERTIFICATE_PASSWORD are both set: keep one of them",
        ),
        (
            &[ID, KEY, PASSWORD, PASSWORD_FILE],
            "AVEPOINT_CLIENT_CERTIFICATE_PASSWORD and AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE are both set: keep one",
        ),
        (
            &[ID, ("AVEPOINT_CLIENT_SECRET", "\u{0}")],
            "AVEPOINT_CLIENT_SECRET is not valid Unicode",
        ),
        (
            &[ID, KEY, ("AVEPOINT_CLOUD", "mars")],
            "AVEPOINT_CLOUD is wrong: there is no cloud `mars`; there are: commercial, us-government, aos2, fedramp",
        ),
        (
            &[ID, KEY, ("AVEPOINT_IDENTITY_URL", "http://id.example.com")],
            "AVEPOINT_IDENTITY_URL is wrong: `http://id.example.com` is not https; tokens are sent over plain http to this machine only",
        ),
        (
            &[ID, KEY, ("AVEPOINT_IDENTITY_URL", "https://me:hunter2@id.example.com")],
            "AVEPOINT_IDENTITY_URL is wrong: a base URL must not contain a user or a password",
        ),
        (
            &[ID, ("AVEPOINT_CLIENT_CERTIFICATE_PATH", "/nowhere/app.pfx")],
            "AVEPOINT_CLIENT_CERTIFICATE_PATH cannot be used: the certificate file `/nowhere/app.pfx` cannot be read",
        ),
        (&[], "AVEPOINT_CLIENT_ID is missing"),
    ];
    for (variables, problem) in cases {
        let found = environment(variables).expect_err(problem);
        assert!(found.starts_with(problem), "{found}");
        assert!(!found.contains("hunter2"), "{found}");
    }
    let good = environment(&[
        ID,
        KEY,
        ("AVEPOINT_CLOUD", "us-government"),
        ("AVEPOINT_IDENTITY_URL", ""),
        ("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD", ""),
    ]);
    let shown = format!("{:?}", good.expect("a credential"));
    assert!(
        shown.contains("https://identity-gov.avepointonlineservices.com"),
        "{shown}"
    );
}

#[tokio::test]
async fn the_environment_gives_tokens() {
    let server = numbered(3600).await;
    let url = server.url();
    let credential = environment(&[
        ("AVEPOINT_CLIENT_ID", "my-app\n"),
        // What a file of Windows leaves at the end of a variable.
        ("AVEPOINT_CLIENT_SECRET", &format!("{SECRET}\r\n")),
        ("AVEPOINT_CLOUD", "commercial\n"),
        ("AVEPOINT_IDENTITY_URL", &format!("{url}\n")),
    ])
    .expect("a credential");
    let shared: Arc<dyn Credential> = Arc::new(credential);
    assert_eq!(shared.token(&LIST).await.expect("a token").expose(), "token-0");
    let sent = form(&server.received()[0]);
    assert_eq!(
        (sent["client_id"].as_str(), sent["client_secret"].as_str()),
        (CLIENT, SECRET)
    );

    let Some(keys) = auth::Keys::rsa() else { return };
    keys.openssl(&[
        "pkcs12",
        "-export",
        "-in",
        "app.crt",
        "-inkey",
        "app.key",
        "-out",
        "app.pfx",
        "-passout",
        "pass: open ",
    ]);
    let path = format!("{}\n", keys.path("app.pfx").display());
    let mut variables = vec![
        ("AVEPOINT_CLIENT_ID", CLIENT),
        ("AVEPOINT_CLIENT_CERTIFICATE_PATH", path.as_str()),
        ("AVEPOINT_IDENTITY_URL", &url),
    ];
    let missing = environment(&variables).expect_err("no password");
    assert!(
        missing.contains("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD is for the password"),
        "{missing}"
    );
    // A file that is not there needs no password, whatever it is called.
    let absent = [
        variables[0],
        ("AVEPOINT_CLIENT_CERTIFICATE_PATH", "/no/passwords/app.pfx"),
    ];
    let absent = environment(&absent).expect_err("no file");
    assert!(
        absent.contains("cannot be read") && !absent.contains("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD"),
        "{absent}"
    );
    // The spaces belong to it, and the line break does not.
    variables.push(("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD", " open \n"));
    environment(&variables)
        .expect("a credential")
        .token(&LIST)
        .await
        .expect("a token");
    assert!(form(&server.received()[1]).contains_key("client_assertion"));
}

#[tokio::test]
async fn a_secret_ends_before_its_line_break() {
    let server = numbered(3600).await;
    for (given, sent) in [
        ("secret\n", "secret"),
        ("secret\r\n", "secret"),
        ("secret\r", "secret"),
        (" se cret \n", " se cret "),
        ("se\ncret", "se\ncret"),
    ] {
        let builder = ClientSecretCredential::builder(CLIENT, given).identity_url(server.url());
        builder
            .build()
            .expect("a credential")
            .token(&LIST)
            .await
            .expect("a token");
        assert_eq!(
            form(server.received().last().expect("a request"))["client_secret"],
            sent
        );
    }
}

// --- what cannot be built

#[test]
fn what_cannot_work_is_refused_when_it_is_built() {
    let refused = |builder: avepoint_auth::CredentialBuilder<ClientSecretCredential>| {
        let error = builder.build().expect_err("no credential");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    };
    let builder = ClientSecretCredential::builder;
    assert_eq!(
        refused(builder("", "s")),
        "the client id is empty or contains white space"
    );
    assert_eq!(
        refused(builder("a\n", "s")),
        "the client id is empty or contains white space"
    );
    assert_eq!(refused(builder("a", " ")), "the client secret is empty");
    assert_eq!(refused(builder("a", "\r\n")), "the client secret is empty");
    assert!(refused(builder("a", "s").identity_url("http://example.com")).contains("is not https"));
    assert!(refused(builder("a", "s").scopes(["x".repeat(301)])).contains("301 characters"));
    assert!(refused(builder("a", "s").scopes([""; 0])).contains("names no scope"));
}
