//! What an error says to a person, as it comes over the wire: all that is known, once, and what to do.

use std::error::Error as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avepoint_core::{AccessToken, BoxFuture, CallOptions, Credential, Error, ErrorKind, Operation, RetryPolicy};
use avepoint_tests::elements::{TOKEN, builder, case, client, run};
use avepoint_tests::raw_server::{RawServer, Script};
use avepoint_tests::server::{Reply, Server};
use serde_json::json;

fn once() -> CallOptions {
    CallOptions::default().retry(RetryPolicy::none())
}

async fn refused(reply: Reply) -> Error {
    let server = Server::always(reply).await;
    run(&client(&server), "getUser").await.expect_err("a refusal")
}

fn html(status: u16, page: &str) -> Reply {
    Reply::text(status, "text/html; charset=utf-8", page)
}

#[tokio::test]
async fn all_that_a_refusal_says_is_in_its_line() {
    let details = json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.", "status": 400, "traceId": "00-0af7-b7ad-01",
        "errors": {"$.name": ["It is missing.", "It is no text."], "pageSize": ["It is above 100."]},
    });
    let grant = "grant the permission elements.um.user.read.all to the app registration";
    let cloud = "check that the credential belongs to this cloud";
    let gateway = "a firewall or gateway answered in place of the service: check the proxy, and from which addresses \
                   calls are allowed";
    let bearer = |value: &str| format!("Bearer {value}");
    for (reply, line) in [
        (
            Reply::json(400, &details).header("request-id", "r-1"),
            "400 One or more validation errors occurred. ($.name: It is missing., It is no text.; pageSize: It is above \
             100.) (request id r-1, trace id 00-0af7-b7ad-01)"
                .to_owned(),
        ),
        (
            Reply::empty(401).header(
                "www-authenticate",
                bearer(r#"error="invalid_token", error_description="The token expired at noon""#),
            ),
            format!("401 The token expired at noon [invalid_token]; {cloud}"),
        ),
        (
            Reply::json(403, &json!({"message": "No.", "requestId": "r-2"})).header(
                "www-authenticate",
                bearer(r#"error="insufficient_scope", scope="elements.users.readwrite.all""#),
            ),
            format!(
                "403 No. (the scope to have is elements.users.readwrite.all) [insufficient_scope] (request id r-2); \
                 {grant}"
            ),
        ),
        // What is said twice is told once.
        (
            Reply::json(401, &json!({"error": "invalid_token", "error_description": "Too old"}))
                .header("www-authenticate", bearer(r#"error="invalid_token", error_description="Too old""#)),
            format!("401 Too old [invalid_token]; {cloud}"),
        ),
        (
            Reply::json(
                400,
                &json!({"error": {"code": "Odd", "message": "No.", "innerError": {"request-id": "r-3", "traceId": "t-3"}}}),
            ),
            "400 No. [Odd] (request id r-3, trace id t-3)".to_owned(),
        ),
        (Reply::empty(403), format!("403 Forbidden; {grant}")),
        (
            html(403, "<html><head><title>Access Denied</title></head></html>").header("x-azure-ref", "a-1"),
            format!("403 an HTML page: Access Denied (request id a-1); {gateway}"),
        ),
        (html(403, "<!DOCTYPE html><p>no"), format!("403 Forbidden; {gateway}")),
        (
            html(401, "<html><title>Sign in</title>"),
            format!("401 an HTML page: Sign in; {gateway}"),
        ),
        // Gateways send their pages under any type; those of a service that is not there say so.
        (
            Reply::text(403, "application/json", "<!-- a --><html><title>Blocked</title>"),
            format!("403 an HTML page: Blocked; {gateway}"),
        ),
        (
            html(503, "<html><title>Down</title>"),
            "503 an HTML page: Down; a firewall or gateway answered in place of the service".to_owned(),
        ),
        (
            Reply::empty(401).header("www-authenticate", ",,,"),
            format!("401 Unauthorized; {cloud}"),
        ),
        (
            Reply::empty(429).header("retry-after", "7"),
            "429 Too Many Requests; wait 7 seconds before the next call".to_owned(),
        ),
        (
            Reply::empty(503).header("apim-request-id", "m-1"),
            "503 Service Unavailable (request id m-1)".to_owned(),
        ),
    ] {
        assert_eq!(refused(reply).await.to_string(), format!("getUser: {line}"));
    }
}

#[tokio::test]
async fn there_is_a_predicate_for_what_the_line_says() {
    let page = "<html><title>Access Denied</title>";
    let error = refused(html(403, page)).await;
    assert!(error.is_from_gateway() && !error.is_permission(), "{error}");
    let error = refused(Reply::text(403, "text/plain", page)).await;
    assert!(error.is_from_gateway() && !error.is_permission(), "{error}");
    let error = refused(html(401, page)).await;
    assert!(error.is_from_gateway() && !error.is_authentication(), "{error}");
    // A wrong base URL is no customer that is not there.
    for (status, holds) in [
        (404, Error::is_not_found as fn(&Error) -> bool),
        (400, Error::is_invalid_request),
        (422, Error::is_invalid_request),
    ] {
        let error = refused(html(status, page)).await;
        assert!(error.is_from_gateway() && !holds(&error), "{error}");
        let error = refused(Reply::empty(status)).await;
        assert!(holds(&error) && !error.is_from_gateway(), "{error}");
    }
    let error = refused(Reply::empty(403)).await;
    assert!(error.is_permission() && !error.is_from_gateway(), "{error}");
    let error = refused(Reply::empty(502)).await;
    assert!(error.is_server_error() && error.was_sent(), "{error}");
    let error = refused(html(200, page)).await;
    assert!(error.is_unreadable() && error.is_from_gateway(), "{error}");
    assert!(error.to_string().contains("a firewall or gateway answered"), "{error}");

    // Another host's refusal is neither of the token nor of the app.
    for status in [401, 403] {
        let other = Server::always(Reply::empty(status)).await;
        let error = refused(Reply::empty(302).header("location", other.url())).await;
        assert!(
            error.is_redirect() && !error.is_authentication() && !error.is_permission(),
            "{error}"
        );
    }
    let invalid = json!({"errors": [{"field": "pageSize", "message": "It is above 100."}, "Odd."]});
    let error = refused(Reply::json(422, &invalid)).await;
    let told: Vec<_> = error
        .field_errors()
        .iter()
        .map(|error| (&*error.field, &*error.message))
        .collect();
    assert_eq!(told, [("pageSize", "It is above 100."), ("", "Odd.")]);
    assert!(error.is_invalid_request(), "{error}");
}

/// A credential that counts what it is told.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<AtomicUsize>);

impl Credential for Counted {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        Box::pin(async { Ok(AccessToken::new(TOKEN, None)) })
    }

    fn invalidate(&self, _: &AccessToken) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_401_of_a_gateway_costs_no_token() {
    for (reply, invalidated) in [(html(401, "<html>"), 0), (Reply::empty(401), 1)] {
        let server = Server::always(reply).await;
        let credential = Counted::default();
        let client = builder(&server.url())
            .credential(credential.clone())
            .build()
            .expect("a client");
        run(&client, "getUser").await.expect_err("401");
        assert_eq!(credential.0.load(Ordering::Relaxed), invalidated);
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn what_a_header_or_a_field_quotes_is_cleaned_and_bounded() {
    let long = "long ".repeat(20_000);
    let challenge = format!(r#"Bearer error="{TOKEN}", error_description="the token {TOKEN} expired""#);
    let fields: serde_json::Map<_, _> = (0..500)
        .map(|n| (format!("{TOKEN}{n}"), json!([TOKEN, long])))
        .collect();
    for reply in [
        Reply::empty(401).header("www-authenticate", challenge),
        Reply::empty(401).header("www-authenticate", format!("Bearer error=\"{TOKEN}")),
        Reply::json(400, &json!({"errors": fields, "traceId": TOKEN, "requestId": TOKEN})),
        Reply::empty(302)
            .header("location", "ftp://elsewhere")
            .header("request-id", TOKEN),
    ] {
        let error = refused(reply).await;
        let fields = error.field_errors();
        let all = format!(
            "{error} {error:#?} {fields:?} {:?} {:?}",
            error.trace_id(),
            error.request_id()
        );
        assert!(!all.contains(TOKEN) && all.contains("[redacted]"), "{all:.2000}");
        assert!(
            error.to_string().chars().count() < 1500 && fields.len() <= 20,
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_id_of_the_request_is_told_whatever_becomes_of_its_answer() {
    let headers = [("request-id", "r-77"), ("content-type", "application/json")];
    let head = avepoint_tests::raw_server::head(200, "OK", &[headers[0], ("content-length", "100")]);
    let scripts = [
        ("cut", Script::bytes(head.clone() + "{").close()),
        ("late", Script::bytes(head + "{").pause(Duration::from_secs(60))),
        ("no JSON", Script::answer(200, &headers, "[]")),
        ("too long", Script::answer(200, &headers, "x".repeat(5000))),
        (
            "elsewhere",
            Script::answer(302, &[headers[0], ("location", "ftp://elsewhere")], ""),
        ),
        (
            "round and round",
            Script::answer(302, &[headers[0], ("location", "/again")], ""),
        ),
        ("refused", Script::answer(404, &headers, "")),
    ];
    for (what, script) in scripts {
        let server = RawServer::start(move |_| script.clone()).await;
        let options = once().timeout(Duration::from_millis(500)).max_response_size(1000);
        let client = builder(&server.url()).options(options).build().expect("a client");
        let error = run(&client, "getUser").await.expect_err(what);
        assert!(error.to_string().contains("(request id r-77)"), "{what}: {error}");
        assert_eq!(error.request_id(), Some("r-77"), "{what}");
    }
}

#[tokio::test]
async fn a_failure_in_a_success_tells_its_ids_and_its_code() {
    let failed = json!({"status": 500, "message": "no", "traceId": "tr-1", "requestId": "body-1"});
    let ids = "(request id body-1, trace id tr-1)";
    let mut coded = failed.clone();
    coded["code"] = "E7".into();
    for (body, code, end) in [
        (&failed, None, format!("reports status 500: no {ids}")),
        (&coded, Some("E7"), format!("reports status 500: no [E7] {ids}")),
        // This one is of something else.
        (&json!({"code": "E7", "rows": [1]}), None, "`code`, `rows`".to_owned()),
    ] {
        let server = Server::always(Reply::json(200, body)).await;
        let error = run(&client(&server), "listCustomers").await.expect_err("a failure");
        assert!(error.is_unreadable() && error.to_string().ends_with(&end), "{error}");
        assert_eq!(error.code(), code, "{error}");
    }
}

#[tokio::test]
async fn without_an_answer_the_id_is_the_one_that_the_caller_sent() {
    let options = || once().header("x-request-id", "mine-1").expect("a header");
    let server = RawServer::start(|_| Script::hang_up()).await;
    let client = builder(&server.url()).options(options()).build().expect("a client");
    let error = run(&client, "getUser").await.expect_err("no answer");
    assert_eq!(error.request_id(), Some("mine-1"), "{error}");

    // Nor was there one in an answer that came.
    let nameless = Server::always(Reply::json(200, &json!([]))).await;
    let client = builder(&nameless.url()).options(options()).build().expect("a client");
    let error = run(&client, "getUser").await.expect_err("no user");
    assert_eq!(error.request_id(), Some("mine-1"), "{error}");

    // The server's own goes before, and of what was not sent there is nothing to look for.
    let answering = Server::always(Reply::empty(404).header("request-id", "r-1")).await;
    let client = builder(&answering.url()).options(options()).build().expect("a client");
    let error = run(&client, "getUser").await.expect_err("404");
    assert_eq!(error.request_id(), Some("r-1"), "{error}");
    let url = answering.url();
    drop(answering);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let free = listener.local_addr().expect("an address");
    drop(listener);
    let client = builder(&format!("http://{free}"))
        .options(options())
        .build()
        .expect("a client");
    let error = run(&client, "getUser").await.expect_err("nothing listens");
    assert_eq!((error.request_id(), error.was_sent()), (None, false), "{url}: {error}");
}

#[tokio::test]
async fn each_cause_is_told_and_none_twice() {
    #[derive(Debug)]
    struct Vault;
    impl Credential for Vault {
        fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
            let shut = std::io::Error::other("it is Sunday");
            let error = Error::new(ErrorKind::Credential, "the vault is shut").with_source(shut);
            Box::pin(std::future::ready(Err(error)))
        }
    }
    let server = Server::always(Reply::empty(200)).await;
    let client = builder(&server.url()).credential(Vault).build().expect("a client");
    let error = run(&client, "getUser").await.expect_err("no token");
    assert_eq!(
        error.to_string(),
        "getUser: no access token: the vault is shut: it is Sunday"
    );
    assert!(error.get_ref().is_some_and(|cause| cause.is::<std::io::Error>()));

    let cut = Server::always(Reply::Cut("{".into())).await;
    let hung_up = Server::always(Reply::HangUp).await;
    let mut errors = vec![error];
    for url in [
        cut.url(),
        hung_up.url(),
        "http://127.0.0.1:1".to_owned(),
        "https://127.0.0.1:1".to_owned(),
    ] {
        let client = builder(&url).options(once()).build().expect("a client");
        let error = run(&client, "getUser").await.expect_err(&url);
        let line = error.to_string();
        let (_, cause) = line.rsplit_once(": ").expect("a cause");
        assert!(error.is_connection() && line.matches(cause).count() == 1, "{line}");
        errors.push(error);
    }
    // Who prints an error with its causes prints the line alone.
    assert!(errors.iter().all(|error| error.source().is_none()));
    let chain = format!("{:#}", anyhow::Error::from(errors.remove(0)));
    assert_eq!(chain.matches("it is Sunday").count(), 1, "{chain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_certificates_is_named_and_calls_itself_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("none.pem");
    std::fs::write(&empty, "").expect("a file");
    let call = |url: &str| {
        let mut call = Command::new(env!("CARGO_BIN_EXE_call"));
        call.args([url, "getUser"])
            .env("SSL_CERT_FILE", &empty)
            .env("SSL_CERT_DIR", folder.path());
        tokio::task::block_in_place(|| call.output()).expect("a call")
    };
    let refused = call("https://127.0.0.1:1");
    let line = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert_eq!(
        line.trim_end(),
        "the HTTP client cannot be set up: No CA certificates were loaded from the system; install \
         the CA certificates of the system (the package `ca-certificates`), name a file of them in `SSL_CERT_FILE`, or \
         give one with `root_certificate`"
    );

    let server = Server::always(Reply::json(200, case("getUser").answer.as_ref().expect("an example"))).await;
    let done = call(&server.url());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(server.received().len(), 1);
}
