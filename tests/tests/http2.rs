//! Over HTTP/2 the policy alone repeats: counted by a server that refuses streams and says goodbye.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avepoint_core::{CallOptions, ErrorKind, RetryPolicy, StaticToken};
use avepoint_elements_v3::Client;
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{READS, START, WRITES, builder, case, run};
use avepoint_tests::raw_server::RawServer;
use avepoint_tests::traces::Traces;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What becomes of a request once it is there.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    /// The stream is reset as one that was not looked at.
    Refused,
    /// The connection is ended for good, and the stream was not looked at.
    Goodbye,
    /// The connection is cut.
    Cut,
    /// There is no room for a body, and no answer.
    Starved,
    /// There is room for one request at a time, and an answer for the first alone.
    Crowded,
}

/// A server that counts the heads of requests.
async fn server(fate: Fate) -> (RawServer, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let server = RawServer::by_hand(move |stream| {
        let counter = Arc::clone(&counter);
        async move {
            let mut settings = h2::server::Builder::new();
            match fate {
                Fate::Starved => drop(settings.initial_window_size(0)),
                Fate::Crowded => drop(settings.max_concurrent_streams(1)),
                _ => {}
            }
            let mut connection = settings.handshake::<_, bytes::Bytes>(stream).await.expect("HTTP/2");
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let before = counter.fetch_add(1, Ordering::SeqCst);
                match fate {
                    Fate::Crowded if before == 0 => drop(tokio::spawn(answer(request.into_body(), respond))),
                    Fate::Answered => drop(tokio::spawn(answer(request.into_body(), respond))),
                    Fate::Refused => respond.send_reset(Reason::REFUSED_STREAM),
                    Fate::Goodbye => connection.abrupt_shutdown(Reason::NO_ERROR),
                    Fate::Cut => return,
                    Fate::Starved | Fate::Crowded => drop(tokio::spawn(async move {
                        let _kept = (request, respond);
                        std::future::pending::<()>().await;
                    })),
                }
            }
        }
    })
    .await;
    (server, requests)
}

async fn answer(mut body: RecvStream, mut respond: SendResponse<bytes::Bytes>) {
    while let Some(Ok(piece)) = body.data().await {
        body.flow_control()
            .release_capacity(piece.len())
            .expect("what was received");
    }
    let mut stream = respond
        .send_response(axum::http::Response::new(()), false)
        .expect("the head of an answer");
    let user = case("getUser").answer.clone().unwrap_or_default().to_string();
    stream.send_data(user.into(), true).expect("an answer");
}

fn client(server: &RawServer, policy: RetryPolicy) -> Client {
    builder(&server.url())
        .http(reqwest::Client::builder().http2_prior_knowledge())
        .options(CallOptions::default().retry(policy))
        .clock(Arc::new(FakeClock::at(START)))
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_caller_may_speak_http2_on_loopback() {
    let (server, requests) = server(Fate::Answered).await;
    let client = client(&server, RetryPolicy::none());
    for _ in 0..3 {
        run(&client, "getUser").await.expect("an answer");
    }
    assert_eq!((requests.load(Ordering::SeqCst), server.connections()), (3, 1));
}

#[tokio::test]
async fn each_call_is_one_request_where_the_policy_says_so() {
    const CALLS: usize = 20;
    for fate in [Fate::Refused, Fate::Goodbye, Fate::Cut] {
        for id in READS.iter().chain(&WRITES) {
            let (server, requests) = server(fate).await;
            let client = client(&server, RetryPolicy::none());
            for _ in 0..CALLS {
                run(&client, id).await.expect_err("no answer");
            }
            assert_eq!(requests.load(Ordering::SeqCst), CALLS, "{id} {fate:?}");
        }
    }
}

#[tokio::test]
async fn a_write_that_has_left_is_sent_once_and_a_read_as_often_as_the_policy_says() {
    for fate in [Fate::Refused, Fate::Goodbye, Fate::Cut] {
        for (ids, expected) in [(&READS[..], 5), (&WRITES[..], 1)] {
            for id in ids {
                let (server, requests) = server(fate).await;
                let error = run(&client(&server, RetryPolicy::default()), id)
                    .await
                    .expect_err("no answer");
                assert_eq!(requests.load(Ordering::SeqCst), expected, "{id} {fate:?}");
                assert_eq!(error.kind(), ErrorKind::Connection, "{id} {fate:?}: {error}");
                assert_eq!(
                    error.may_have_been_carried_out(),
                    expected == 1,
                    "{id} {fate:?}: {error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_write_without_a_body_has_left_with_its_head() {
    for fate in [Fate::Refused, Fate::Goodbye, Fate::Cut] {
        let (server, requests) = server(fate).await;
        let client = avepoint_insights::Client::builder()
            .base_url(server.url())
            .http(reqwest::Client::builder().http2_prior_knowledge())
            .credential(StaticToken::new("a-token"))
            .build()
            .expect("a client");
        let tag = client.add_object_tag().site_id("s").object_url("o").tag_name("t");
        let error = tag.send().await.expect_err("no answer");
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{fate:?}");
        assert!(error.may_have_been_carried_out(), "{fate:?}: {error}");
    }
}

#[tokio::test]
async fn the_head_of_a_write_alone_is_bytes_that_have_left() {
    let (server, requests) = server(Fate::Starved).await;
    let client = client(&server, RetryPolicy::default());
    let client = client.with_options(CallOptions::default().timeout(Duration::from_secs(1)));
    let error = run(&client, "onboardCustomer").await.expect_err("no answer");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert!(
        error.is_timeout() && error.may_have_been_carried_out() && !error.is_retryable(),
        "{error}"
    );
}

#[tokio::test]
async fn a_write_that_waits_for_its_turn_has_not_left() {
    let (server, requests) = server(Fate::Crowded).await;
    let client = client(&server, RetryPolicy::none());
    let within = |time| client.with_options(CallOptions::default().retry(RetryPolicy::none()).timeout(time));
    // With the first answer the client knows how many the server takes.
    run(&within(Duration::MAX), "getUser").await.expect("an answer");
    let taken = tokio::spawn({
        let client = within(Duration::MAX);
        async move { run(&client, "onboardCustomer").await }
    });
    while requests.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    let waiting = within(Duration::from_millis(300));
    let error = run(&waiting, "createBaseline").await.expect_err("no turn");
    assert!(
        error.is_timeout() && !error.may_have_been_carried_out() && error.is_retryable(),
        "{error}"
    );
    assert_eq!((requests.load(Ordering::SeqCst), server.connections()), (2, 1));
    taken.abort();
}

/// A connection whose other side says goodbye with a text that quotes the token, before any answer or in the midst of one.
async fn farewell(answers: bool, text: &'static [u8]) -> RawServer {
    const FRAMES: [&[u8]; 2] = [
        // SETTINGS, and those of the client are taken.
        b"\0\0\0\x04\0\0\0\0\0\0\0\0\x04\x01\0\0\0\0",
        // HEADERS of stream 1 with the status 200, and more to come.
        b"\0\0\x01\x01\x04\0\0\0\x01\x88",
    ];
    RawServer::by_hand(move |mut stream| async move {
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).await;
        let _ = stream.write_all(FRAMES[0]).await;
        if answers {
            // The frames of the request.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _ = stream.write_all(FRAMES[1]).await;
        }
        let length = (text.len() as u32 + 8).to_be_bytes();
        let mut frame = length[1..].to_vec();
        // GOAWAY, no stream was processed, ENHANCE_YOUR_CALM.
        frame.extend(b"\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0b");
        frame.extend(text);
        let _ = stream.write_all(&frame).await;
        while let Ok(1..) = stream.read(&mut buffer).await {}
    })
    .await
}

#[tokio::test]
async fn what_the_other_side_says_at_its_goodbye_is_not_shown() {
    const TEXT: &[u8] = b"Bearer a-token-of-this-test (b\"x\") \x1b[31m\r\n::error::\xe2\x80\xae\xff no";
    for answers in [false, true] {
        for id in [READS[0], WRITES[0]] {
            let (traces, _guard) = Traces::begin();
            let server = farewell(answers, TEXT).await;
            let client = client(&server, RetryPolicy::none());
            let error = run(&client, id).await.expect_err("no answer");
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let causes: String = causes.map(|cause| format!("{cause} {cause:?}")).collect();
            // What the HTTP libraries trace at their own level is theirs.
            let own = traces.text();
            let own: String = own.lines().filter(|line| line.contains("avepoint")).collect();
            let shown = format!("{error} {error:?} {error:#?} {causes} {own}");
            for piece in ["a-token-of", "b\"x", "b\\\"x", "[31m", "::error", "\u{202e}", "202e"] {
                assert!(!shown.contains(piece), "{id} {answers}: {piece}: {shown}");
            }
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            // What happened is told all the same.
            assert!(
                error
                    .to_string()
                    .contains("the connection broke: connection error received: "),
                "{error}"
            );
            assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        }
    }
}
