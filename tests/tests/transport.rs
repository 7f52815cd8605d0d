//! How requests travel: what time they have, whether they have left, and how much of an answer is read.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use avepoint_core::{
    AccessToken, BoxFuture, CallOptions, Clock, Credential, Error, ErrorKind, Operation, ResponseRecorder, RetryPolicy,
    StaticToken, Transport,
};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{READS, START, WRITES, builder, case, client_with_retries, run};
use avepoint_tests::raw_server::{RawServer, Script, read_request};
use avepoint_tests::server::{Reply, Server};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};

const MAYBE_DONE: &str = "may have been carried out";

fn once() -> CallOptions {
    CallOptions::default().retry(RetryPolicy::none())
}

/// The error says of a write that nothing was carried out, in every way that it has.
fn not_carried_out(error: &Error) {
    assert!(error.is_retryable(), "{error}");
    assert!(
        !error.may_have_been_carried_out() && !error.to_string().contains(MAYBE_DONE),
        "{error}"
    );
}

/// The error says of a write that it may have been carried out, in every way that it has.
fn maybe_carried_out(error: &Error) {
    assert!(!error.is_retryable(), "{error}");
    assert!(
        error.may_have_been_carried_out() && error.to_string().contains(MAYBE_DONE),
        "{error}"
    );
}

// ---- The time.

/// Takes its time by the clock of the client, or by that of the runtime.
#[derive(Debug)]
struct Slow(Option<Arc<FakeClock>>);

impl Credential for Slow {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        Box::pin(async {
            match &self.0 {
                Some(clock) => clock.sleep(Duration::from_secs(121)).await,
                None => tokio::time::sleep(Duration::from_secs(121)).await,
            }
            Ok(AccessToken::new("late", None))
        })
    }
}

#[tokio::test]
async fn a_token_that_comes_too_late_sends_nothing() {
    for id in READS.iter().chain(&WRITES) {
        let server = Server::always(Reply::empty(200)).await;
        let clock = Arc::new(FakeClock::at(START));
        let client = builder(&server.url())
            .credential(Slow(Some(clock.clone())))
            .clock(clock)
            .build()
            .expect("a client");
        let error = run(&client, id).await.expect_err("no time");
        assert_eq!(
            (error.kind(), server.received().len()),
            (ErrorKind::Timeout, 0),
            "{id}: {error}"
        );
        not_carried_out(&error);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_does_not_come_is_not_waited_for_beyond_the_deadline() {
    let server = Server::always(Reply::empty(200)).await;
    for id in READS.iter().chain(&WRITES) {
        let client = builder(&server.url()).credential(Slow(None)).build().expect("a client");
        let begin = tokio::time::Instant::now();
        let error = run(&client, id).await.expect_err("no time");
        // By the runtime's own clock, which stands still but for waiting.
        assert_eq!(begin.elapsed().as_secs(), 120, "{id}");
        assert!(
            error.is_timeout() && error.to_string().contains("no access token arrived in time"),
            "{error}"
        );
        not_carried_out(&error);
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn without_any_time_nothing_is_sent() {
    let none = RetryPolicy::default().deadline(Duration::ZERO);
    for options in [
        CallOptions::default().timeout(Duration::ZERO),
        CallOptions::default().retry(none),
    ] {
        let server = Server::always(Reply::empty(200)).await;
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        for id in READS.iter().chain(&WRITES) {
            let client = client.with_options(options.clone());
            let error = run(&client, id).await.expect_err("no time");
            assert!(error.is_timeout(), "{error}");
            not_carried_out(&error);
        }
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn no_length_of_time_is_too_long() {
    let endless = RetryPolicy::default()
        .max_attempts(u32::MAX)
        .initial_backoff(Duration::MAX)
        .max_backoff(Duration::MAX)
        .deadline(Duration::MAX);
    for wait in [
        "18446744073709551615",
        "18446744073709551614",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "9999999999",
    ] {
        for policy in [endless.clone(), RetryPolicy::default()] {
            let refusal = Reply::empty(503).header("retry-after", wait);
            let server = Server::in_turn(vec![refusal.clone(), refusal, Reply::empty(404)]).await;
            let (client, _) = client_with_retries(&server.url(), policy.clone());
            let options = CallOptions::default().timeout(Duration::MAX).retry(policy);
            run(&client.with_options(options), "getUser")
                .await
                .expect_err("no success");
            assert!(!server.received().is_empty(), "{wait}");
        }
    }
}

#[tokio::test]
async fn a_callers_time_for_a_connection_counts() {
    // It takes the connection and never speaks TLS: what ends the wait is the time for the connection.
    let (silent, _) = RawServer::silent().await;
    let url = format!("https://{}", silent.address());
    let short = Duration::from_millis(100);
    for client in [
        builder(&url).transport(Transport::new().adjust_reqwest(move |http| http.connect_timeout(short))),
        builder(&url).connect_timeout(short),
        builder(&url)
            .transport(Transport::new().no_proxy())
            .connect_timeout(short),
    ] {
        let options = once().timeout(Duration::from_secs(8));
        let client = client.options(options).build().expect("a client");
        let error = run(&client, "onboardCustomer").await.expect_err("no TLS");
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        not_carried_out(&error);
    }
    // And one that is longer than there is for the attempt does not lengthen that.
    let client = builder(&url)
        .connect_timeout(Duration::MAX)
        .options(once().timeout(short));
    let error = run(&client.build().expect("a client"), "onboardCustomer")
        .await
        .expect_err("no TLS");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    not_carried_out(&error);
}

#[tokio::test]
async fn a_body_that_dribbles_ends_with_the_time_of_the_attempt() {
    // One byte now and then, without end, beneath every limit for a silence.
    let dribbling = |head: &'static str| async move {
        RawServer::manual(move |mut stream| async move {
            read_request(&mut stream).await.expect("a request");
            let mut written = stream.write_all(head.as_bytes()).await;
            while written.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                written = stream.write_all(b" ").await;
            }
        })
        .await
    };
    let options = once().timeout(Duration::from_secs(1));
    let server = dribbling("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
    let client = builder(&server.url())
        .options(options.clone())
        .build()
        .expect("a client");
    let error = run(&client, "getUser").await.expect_err("no end");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    maybe_carried_out(&run(&client, "onboardCustomer").await.expect_err("no end"));
    // The status has said all that there is to know.
    run(&client, "updateUserBirthday").await.expect("the status tells");

    let server = dribbling("HTTP/1.1 400 Bad Request\r\ncontent-length: 1000000\r\n\r\nno such thing").await;
    let client = builder(&server.url()).options(options).build().expect("a client");
    let error = run(&client, "onboardCustomer").await.expect_err("a refusal");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400), "{error}");
    assert!(
        error.to_string().contains("no such thing") && !error.may_have_been_carried_out(),
        "{error}"
    );
}

// ---- Whether a request has left.

#[tokio::test]
async fn where_no_connection_is_made_nothing_is_carried_out() {
    let rude = RawServer::manual(|mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .expect("a line");
    })
    .await;
    let cut = RawServer::manual(|stream| async move { drop(stream) }).await;
    let (silent, _) = RawServer::silent().await;
    for (what, server) in [
        ("no TLS", &rude),
        ("a cut handshake", &cut),
        ("a silent handshake", &silent),
    ] {
        for id in WRITES {
            let client = builder(&format!("https://{}", server.address()))
                .options(once().timeout(Duration::from_millis(300)))
                .build()
                .expect("a client");
            let error = run(&client, id).await.expect_err(what);
            assert!(
                matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout),
                "{what}: {error}"
            );
            not_carried_out(&error);
        }
    }
}

#[tokio::test]
async fn where_the_request_was_taken_it_may_have_been_carried_out_body_or_not() {
    // It reads the request, and cuts the connection or is silent.
    let cutting = RawServer::manual(|mut stream| async move { drop(read_request(&mut stream).await) }).await;
    let (silent, _) = RawServer::silent().await;
    for server in [&cutting, &silent] {
        let options = once().timeout(Duration::from_secs(1));
        let client = builder(&server.url())
            .options(options.clone())
            .build()
            .expect("a client");
        maybe_carried_out(&run(&client, "onboardCustomer").await.expect_err("no answer"));

        // A write whose head is all there is of it.
        let client = avepoint_insights::Client::builder().base_url(server.url());
        let client = client.credential(StaticToken::new("a-token")).options(options);
        let client = client.build().expect("a client");
        let error = client
            .add_object_tag()
            .site_id("s")
            .object_url("o")
            .tag_name("t")
            .send()
            .await
            .expect_err("no answer");
        assert!(error.operation().is_some_and(|operation| operation.body.is_none()));
        maybe_carried_out(&error);
    }
}

#[test]
fn what_waits_on_a_connection_that_nobody_drives_has_not_left() {
    let new = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let (idle, busy) = (new(), tokio::runtime::Runtime::new().expect("a runtime"));
    let server = busy.block_on(Server::always(Reply::json(
        200,
        case("getUser").answer.as_ref().expect("an example"),
    )));
    let client = builder(&server.url())
        .options(once().timeout(Duration::from_secs(5)))
        .build()
        .expect("a client");
    // The connection of this call stays with a runtime that stands still from here on.
    idle.block_on(run(&client, "getUser")).expect("an answer");
    let hasty = client.with_options(once().timeout(Duration::from_millis(300)));
    let error = busy
        .block_on(run(&hasty, "onboardCustomer"))
        .expect_err("nobody drives it");
    assert_eq!(
        (error.kind(), server.received().len()),
        (ErrorKind::Timeout, 1),
        "{error}"
    );
    not_carried_out(&error);

    // And where it is gone altogether, the call finds another connection.
    busy.block_on(run(&client, "getUser")).expect("an answer");
    let gone = new();
    gone.block_on(run(&client, "getUser")).expect("an answer");
    drop(gone);
    drop(idle);
    busy.block_on(run(&client, "getUser")).expect("an answer");
}

#[tokio::test]
async fn an_answer_that_refuses_says_that_nothing_was_carried_out() {
    for (status, maybe) in [
        (400, false),
        (404, false),
        (429, false),
        (408, true),
        (500, true),
        (503, true),
    ] {
        let server = Server::always(Reply::empty(status)).await;
        let client = builder(&server.url()).options(once()).build().expect("a client");
        let error = run(&client, "onboardCustomer").await.expect_err("a refusal");
        assert_eq!(error.may_have_been_carried_out(), maybe, "{error}");
        assert_eq!(error.to_string().contains(MAYBE_DONE), maybe, "{error}");
        let error = run(&client, "getUser").await.expect_err("a refusal");
        assert!(!error.may_have_been_carried_out(), "{error}");
    }
}

// ---- How many tokens.

/// A new token each time one was rejected, and a count of how often that was.
#[derive(Debug, Default)]
struct Renewing(AtomicUsize);

impl Credential for Renewing {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        let number = self.0.load(Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::new(format!("token-{number}"), None)) })
    }

    fn invalidate(&self, _: &AccessToken) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_server_that_refuses_every_token_gets_few() {
    let server = Server::always(Reply::empty(401)).await;
    let (credential, clock) = (Arc::new(Renewing::default()), Arc::new(FakeClock::at(START)));
    let client = builder(&server.url())
        .credential(credential.clone())
        .clock(clock.clone())
        .build()
        .expect("a client");
    for _ in 0..50 {
        let error = run(&client, "getUser").await.expect_err("401");
        assert!(error.is_authentication(), "{error}");
    }
    assert_eq!((credential.0.load(Ordering::SeqCst), server.received().len()), (1, 51));
    // One more for another permission, and one more when some time has passed.
    for _ in 0..50 {
        run(&client, "onboardCustomer").await.expect_err("401");
    }
    assert_eq!(credential.0.load(Ordering::SeqCst), 2);
    clock.sleep(Duration::from_secs(60)).await;
    for _ in 0..50 {
        run(&client, "getUser").await.expect_err("401");
    }
    assert_eq!(credential.0.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_token_that_was_accepted_may_be_renewed_at_once_again() {
    let example = case("getUser").answer.clone().expect("an example");
    let server = Server::start(move |request, _| match request.header("authorization") {
        Some("Bearer token-0") => Reply::empty(401),
        Some("Bearer token-1") => Reply::empty(401),
        _ => Reply::json(200, &example),
    })
    .await;
    let credential = Arc::new(Renewing::default());
    let client = builder(&server.url())
        .credential(credential.clone())
        .build()
        .expect("a client");
    run(&client, "getUser").await.expect_err("both are refused");
    credential.invalidate(&AccessToken::new("token-1", None));
    run(&client, "getUser").await.expect("token-2 is accepted");
    credential.0.store(0, Ordering::SeqCst);
    run(&client, "getUser")
        .await
        .expect_err("token-0 and token-1 are refused");
    assert_eq!(credential.0.load(Ordering::SeqCst), 1, "it was renewed once");
}

// ---- How much of an answer.

#[tokio::test]
async fn an_answer_beyond_the_bound_is_not_read_and_the_error_says_what_to_do() {
    let body = json!({"data": [{"id": "a", "organization": "x".repeat(900)}]}).to_string();
    let length = body.len();
    let chunked = RawServer::writing(format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nrequest-id: r-77\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
    ))
    .await;
    let plain = RawServer::writing(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nrequest-id: r-77\r\n\r\n{body}"
    ))
    .await;
    // It says far more than it has: nothing of it is waited for.
    let boasting =
        RawServer::writing("HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\nrequest-id: r-77\r\n\r\n{").await;
    for (server, bound, words) in [
        (&chunked, length - 1, "more than".to_owned()),
        (&plain, length - 1, format!("{length} bytes")),
        (&boasting, 64 * 1024 * 1024, "500000000 bytes".to_owned()),
    ] {
        let options = CallOptions::default();
        let options = if bound < length {
            options.max_response_size(bound)
        } else {
            options
        };
        let (client, clock) = client_with_retries(&server.url(), RetryPolicy::default());
        let error = client
            .with_options(options)
            .list_customers()
            .send()
            .await
            .expect_err("too long");
        assert_eq!(
            (error.kind(), error.request_id()),
            (ErrorKind::Decode, Some("r-77")),
            "{error}"
        );
        let line = error.to_string();
        for words in [&words, &bound.to_string(), "CallOptions::max_response_size"] {
            assert!(line.contains(words), "`{words}` in {line}");
        }
        assert!(clock.sleeps().is_empty(), "it would be as long the next time");
    }
    for server in [&chunked, &plain] {
        let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
        let client = client.with_options(once().max_response_size(length));
        let page = client.list_customers().send().await.expect("as long as the bound");
        assert_eq!(page.data.len(), 1);
    }
    // A write was carried out all the same.
    let client = builder(&boasting.url()).options(once()).build().expect("a client");
    let error = run(&client, "onboardCustomer").await.expect_err("too long");
    assert!(
        error.may_have_been_carried_out() && error.to_string().contains("check before repeating it"),
        "{error}"
    );
}

#[tokio::test]
async fn what_should_be_empty_is_not_collected() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = RawServer::manual(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            read_request(&mut stream).await.expect("a request");
            let mut written = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4000000000\r\n\r\n")
                .await;
            while written.is_ok() {
                written = stream.write_all(&[b'x'; 16 * 1024]).await;
                counter.fetch_add(16 * 1024, Ordering::SeqCst);
            }
        }
    })
    .await;
    let recorder = ResponseRecorder::default();
    let client = builder(&server.url())
        .options(once().record_responses(&recorder))
        .build()
        .expect("a client");
    run(&client, "updateUserBirthday").await.expect("the status tells");
    let kept: usize = recorder.take().iter().map(|answer| answer.body.len()).sum();
    assert!(kept <= 64 * 1024, "{kept} bytes were kept");
    // What the two sockets hold, and no more.
    let sent = sent.load(Ordering::SeqCst);
    assert!(sent < 64 * 1024 * 1024, "{sent} bytes were taken");
}

#[tokio::test]
async fn heads_without_end_are_errors() {
    let many: String = (0..20_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(16 << 20));
    let early = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000);
    for head in [many, long] {
        let server = RawServer::writing(format!("HTTP/1.1 200 OK\r\n{head}content-length: 2\r\n\r\n{{}}")).await;
        let client = builder(&server.url()).options(once()).build().expect("a client");
        let error = run(&client, "getUser").await.expect_err("too much");
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        assert!(error.to_string().len() < 500, "{error}");
    }
    let server = RawServer::writing(format!("{early}HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")).await;
    let client = builder(&server.url()).options(once()).build().expect("a client");
    assert!(run(&client, "getUser").await.expect_err("404").is_not_found());
}

#[tokio::test]
async fn interim_answers_without_end_last_as_long_as_the_attempt() {
    for (id, may) in [("getUser", false), ("onboardCustomer", true)] {
        let taken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&taken);
        let flood = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100);
        let server = RawServer::start(move |_| Script::default().repeat(flood.clone(), u64::MAX, &count)).await;
        let short = once().timeout(Duration::from_millis(200));
        let client = builder(&server.url()).options(short).build().expect("a client");
        let error = run(&client, id).await.expect_err("no answer");
        assert!(
            error.is_timeout() && error.may_have_been_carried_out() == may,
            "{error}"
        );
        // The connection goes with the call.
        let mut before = 0;
        while taken.load(Ordering::Relaxed) != before {
            before = taken.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(before > 0);
    }
}

// ---- What other crates may switch on.

#[tokio::test]
async fn what_goes_out_does_not_hang_on_what_else_is_in_the_build() {
    // Cookies are set, and what comes is packed as a client might have asked for.
    let packed = [
        0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
    ];
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let headers = vec![
            ("content-encoding", encoding.to_owned()),
            ("set-cookie", "session=hunter2; Path=/".to_owned()),
        ];
        let server = Server::always(Reply::Answer(200, headers, packed.to_vec().into())).await;
        let recorder = ResponseRecorder::default();
        let options = once().record_responses(&recorder);
        let client = builder(&server.url()).options(options).build().expect("a client");
        for _ in 0..2 {
            run(&client, "updateUserBirthday").await.expect("the status tells");
        }
        for request in server.received() {
            let mut names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
            names.sort_unstable();
            assert_eq!(
                names,
                [
                    "accept",
                    "authorization",
                    "content-length",
                    "content-type",
                    "host",
                    "user-agent"
                ],
                "{encoding}"
            );
        }
        for answer in recorder.take() {
            assert_eq!(answer.body, packed.as_slice(), "{encoding}");
            assert_eq!(answer.headers["content-encoding"], encoding);
        }
    }
}

#[tokio::test]
async fn the_handshake_is_that_of_rustls_with_aws_lc_rs() {
    // What a process has chosen for all has no part in it: here a cryptography that knows one exchange of keys.
    let one = CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519],
        ..aws_lc_rs::default_provider()
    };
    one.install_default().expect("nobody else chooses one");
    let (server, heard) = RawServer::silent().await;
    let url = format!("https://{}", server.address());
    let short = once().timeout(Duration::from_secs(1));
    let adjusted = Transport::new().adjust_reqwest(|http| http.tcp_nodelay(true));
    for client in [builder(&url), builder(&url).transport(adjusted)] {
        let client = client.options(short.clone()).build().expect("a client");
        run(&client, "getUser").await.expect_err("no TLS");
        let hello = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
        let (suites, groups) = offered(&hello);
        assert!(
            (1..=12).contains(&suites),
            "rustls has nine suites and OpenSSL thirty; this has {suites}"
        );
        // X25519MLKEM768, which ring does not have.
        assert!(groups.contains(&0x11ec), "{groups:x?}");
    }
}

/// The number of suites in a client's hello, and the groups for the exchange of keys.
fn offered(hello: &[u8]) -> (usize, Vec<u16>) {
    let number = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
    // The heads of the record and of the message, the version, 32 random bytes, and a session id with its length.
    let suites = &hello[44 + usize::from(hello[43])..];
    let length = usize::from(number(suites));
    let methods = &suites[2 + length..];
    let mut extensions = &methods[1 + usize::from(methods[0]) + 2..];
    while extensions.len() >= 4 {
        let (head, rest) = extensions.split_at(4);
        let (content, others) = rest.split_at(usize::from(number(&head[2..])));
        if number(head) == 10 {
            return (length / 2, content[2..].chunks(2).map(number).collect());
        }
        extensions = others;
    }
    panic!("a hello without groups");
}
