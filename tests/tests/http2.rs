//! Over HTTP/2 the policy alone repeats: counted by a server that refuses streams and says goodbye.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{CallOptions, Error, ErrorKind, RetryPolicy, StaticToken, Transport};
use avepoint_elements_v3::Client;
use avepoint_tests::client::AnyClient;
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{READS, START, WRITES, builder, case, run};
use avepoint_tests::raw_server::RawServer;
use avepoint_tests::specs::cases;
use avepoint_tests::traces::Traces;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

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
    let server = RawServer::manual(move |stream| {
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
        .transport(Transport::new().adjust_reqwest(reqwest::ClientBuilder::http2_prior_knowledge))
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
                // A stream that is refused was not looked at.
                let may = expected == 1 && !matches!(fate, Fate::Refused);
                assert_eq!(error.may_have_been_carried_out(), may, "{id} {fate:?}: {error}");
                assert_eq!(error.is_retryable(), expected != 1, "{id} {fate:?}: {error}");
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
            .transport(Transport::new().adjust_reqwest(reqwest::ClientBuilder::http2_prior_knowledge))
            .credential(StaticToken::new("a-token"))
            .build()
            .expect("a client");
        let tag = client.add_object_tag().site_id("s").object_url("o").tag_name("t");
        let error = tag.send().await.expect_err("no answer");
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{fate:?}");
        let refused = matches!(fate, Fate::Refused);
        assert_eq!(error.may_have_been_carried_out(), !refused, "{fate:?}: {error}");
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

/// How a server of frames has no room for a second request while the first one is there, or from its answer on.
#[derive(Clone, Copy, Debug)]
enum Room {
    One,
    NoMore,
}

/// What has come of a stream.
#[derive(Default)]
struct Arrived {
    whole: bool,
    reset: bool,
}

/// A server of frames, which makes room when the test says so.
struct Crowded {
    server: RawServer,
    streams: Arc<Mutex<BTreeMap<u32, Arrived>>>,
    room: Arc<Notify>,
}

const fn frame_head(length: u8, kind: u8, flags: u8, stream: u8) -> [u8; 9] {
    [0, 0, length, kind, flags, 0, 0, 0, stream]
}

/// How many streams there may be at once.
fn streams_at_once(most: u8) -> Vec<u8> {
    [&frame_head(6, 4, 0, 0)[..], &[0, 3, 0, 0, 0, most]].concat()
}

/// The status 200 and a body.
fn whole_answer(stream: u32) -> Vec<u8> {
    let stream = u8::try_from(stream).expect("a stream of a short test");
    [
        &frame_head(1, 1, 4, stream)[..],
        b"\x88",
        &frame_head(2, 0, 1, stream),
        b"{}",
    ]
    .concat()
}

impl Crowded {
    async fn start(room: Room) -> Self {
        let streams: Arc<Mutex<BTreeMap<u32, Arrived>>> = Arc::default();
        let notify = Arc::new(Notify::new());
        let (seen, made) = (Arc::clone(&streams), Arc::clone(&notify));
        let server = RawServer::manual(move |stream| {
            let (seen, made) = (Arc::clone(&seen), Arc::clone(&made));
            async move {
                // The connection ends when the client has enough.
                let _ = Crowded::talk(stream, room, &seen, &made).await;
            }
        })
        .await;
        Crowded {
            server,
            streams,
            room: notify,
        }
    }

    async fn talk(
        stream: TcpStream,
        room: Room,
        streams: &Mutex<BTreeMap<u32, Arrived>>,
        made: &Notify,
    ) -> std::io::Result<()> {
        let (mut from, to) = stream.into_split();
        let to = tokio::sync::Mutex::new(to);
        let most = if matches!(room, Room::One) { 1 } else { 100 };
        to.lock().await.write_all(&streams_at_once(most)).await?;
        let make_room = async {
            made.notified().await;
            let frames = match room {
                Room::One => whole_answer(1),
                Room::NoMore => streams_at_once(100),
            };
            to.lock().await.write_all(&frames).await?;
            std::future::pending::<std::io::Result<()>>().await
        };
        let read = async {
            from.read_exact(&mut [0; 24]).await?;
            loop {
                let mut head = [0; 9];
                from.read_exact(&mut head).await?;
                let [_, high, low, kind, flags, stream @ ..] = head;
                let mut payload = vec![0; usize::from(u16::from_be_bytes([high, low]))];
                from.read_exact(&mut payload).await?;
                let stream = u32::from_be_bytes(stream);
                let ends = {
                    let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
                    let arrived = match kind {
                        0 | 1 | 3 => streams.entry(stream).or_default(),
                        // SETTINGS are taken.
                        4 if flags == 0 => {
                            drop(streams);
                            to.lock().await.write_all(&frame_head(0, 4, 1, 0)).await?;
                            continue;
                        }
                        _ => continue,
                    };
                    arrived.reset |= kind == 3;
                    let ends = kind != 3 && flags & 1 == 1;
                    arrived.whole |= ends;
                    ends
                };
                match (room, stream) {
                    (Room::One, 1) => {}
                    (Room::NoMore, 1) if ends => {
                        let frames = [streams_at_once(0), whole_answer(1)].concat();
                        to.lock().await.write_all(&frames).await?;
                    }
                    _ if ends => to.lock().await.write_all(&whole_answer(stream)).await?,
                    _ => {}
                }
            }
        };
        tokio::select! {
            end = read => end,
            end = make_room => end,
        }
    }

    /// Waits until so many requests have come whole.
    async fn until(&self, requests: usize) {
        while self.counts().0 < requests {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many requests have come whole, and how many streams were reset.
    fn counts(&self) -> (usize, usize) {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |is: fn(&Arrived) -> bool| streams.values().filter(|arrived| is(arrived)).count();
        (count(|arrived| arrived.whole), count(|arrived| arrived.reset))
    }
}

/// A write that has a body, and one that has none, with a read of the same API.
const PAIRS: [(&str, &str, &str); 2] = [
    ("elements-v3", "getUser", "onboardCustomer"),
    ("insights", "getSiteId", "addObjectTag"),
];

/// A client of an API, and the same one with little time for an attempt at a call.
fn clients(api: &str, server: &Crowded, policy: RetryPolicy, clock: &Arc<FakeClock>) -> (AnyClient, AnyClient) {
    let patient = CallOptions::default().retry(RetryPolicy::none()).timeout(Duration::MAX);
    let hasty = CallOptions::default().retry(policy).timeout(Duration::from_millis(200));
    let url = server.server.url();
    let transport = Transport::new().adjust_reqwest(reqwest::ClientBuilder::http2_prior_knowledge);
    match api {
        "insights" => {
            let client = avepoint_insights::Client::builder()
                .base_url(url)
                .transport(transport)
                .options(patient);
            let client = client
                .credential(StaticToken::new("a-token"))
                .clock(clock.clone())
                .build()
                .expect("a client");
            (
                AnyClient::Insights(client.clone()),
                AnyClient::Insights(client.with_options(hasty)),
            )
        }
        _ => {
            let client = builder(&url)
                .transport(transport)
                .options(patient)
                .clock(clock.clone())
                .build()
                .expect("a client");
            (
                AnyClient::ElementsV3(client.clone()),
                AnyClient::ElementsV3(client.with_options(hasty)),
            )
        }
    }
}

async fn call(client: &AnyClient, api: &str, id: &str) -> Result<serde_json::Value, Error> {
    let case = cases(api).into_iter().find(|case| case.id == id).expect("an operation");
    client.call(id, case.parameters).await
}

#[tokio::test]
async fn a_write_that_was_given_up_while_it_waited_for_a_stream_never_comes_whole() {
    for room in [Room::One, Room::NoMore] {
        for (api, read, write) in PAIRS {
            let server = Crowded::start(room).await;
            let clock = Arc::new(FakeClock::at(START));
            let (client, hasty) = clients(api, &server, RetryPolicy::none(), &clock);
            let client = Arc::new(client);
            let first = tokio::spawn({
                let client = Arc::clone(&client);
                async move { call(&client, api, read).await.is_ok() }
            });
            server.until(1).await;
            if matches!(room, Room::NoMore) {
                // The answer brings the news that there is no room.
                assert!(first.await.expect("no panic"), "{api}");
            }
            let error = call(&hasty, api, write).await.expect_err("no turn");
            assert!(error.is_timeout(), "{write} {room:?}: {error}");
            // A head alone is no write that has a body; it may be one that has none.
            let bare = write == "addObjectTag";
            assert_eq!(
                (error.may_have_been_carried_out(), error.is_retryable()),
                (bare, !bare),
                "{write} {room:?}: {error}"
            );
            server.room.notify_one();
            // What comes after it is there, so that it would be.
            call(&client, api, read).await.expect("an answer");
            assert_eq!(server.server.connections(), 1, "{write} {room:?}");
            assert_eq!(server.counts(), (2, 1), "{write} {room:?}");
        }
    }
}

#[tokio::test]
async fn a_write_that_is_repeated_after_it_waited_for_a_stream_comes_once() {
    for room in [Room::One, Room::NoMore] {
        let (api, read, write) = PAIRS[0];
        let server = Crowded::start(room).await;
        let clock = Arc::new(FakeClock::at(START));
        let (client, hasty) = clients(api, &server, RetryPolicy::default(), &clock);
        let first = tokio::spawn(async move { call(&client, api, read).await.is_ok() });
        server.until(1).await;
        if matches!(room, Room::NoMore) {
            assert!(first.await.expect("no panic"));
        }
        let repeated = async {
            // The first attempt is over when the pause after it begins.
            while clock.sleeps().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            server.room.notify_one();
        };
        let (answer, ()) = tokio::join!(call(&hasty, api, write), repeated);
        // The answer is no customer, which is another matter.
        assert!(
            answer.is_ok() || answer.is_err_and(|error| error.kind() == ErrorKind::Decode),
            "{room:?}"
        );
        assert_eq!(server.counts(), (2, 1), "{room:?}");
    }
}

/// A connection whose other side says goodbye with a text that quotes the token, before any answer or in the midst of one.
async fn farewell(answers: bool, text: &'static [u8]) -> RawServer {
    const FRAMES: [&[u8]; 2] = [
        // SETTINGS, and those of the client are taken.
        b"\0\0\0\x04\0\0\0\0\0\0\0\0\x04\x01\0\0\0\0",
        // HEADERS of stream 1 with the status 200, and more to come.
        b"\0\0\x01\x01\x04\0\0\0\x01\x88",
    ];
    RawServer::manual(move |mut stream| async move {
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
            let shown = format!("{error} {error:#?} {error:#?} {causes} {own}");
            for piece in ["a-token-of", "b\"x", "b\\\"x", "[31m", "::error", "\u{202e}", "202e"] {
                assert!(!shown.contains(piece), "{id} {answers}: {piece}: {shown}");
            }
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            // What happened is reported all the same.
            assert!(
                error
                    .to_string()
                    .contains("the connection broke: connection error received: "),
                "{error}"
            );
            assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
            // It says that it has looked at no request, which it cannot say of one that it has begun to answer.
            let may = answers && id == WRITES[0];
            assert_eq!(error.may_have_been_carried_out(), may, "{id} {answers}: {error}");
        }
    }
}
