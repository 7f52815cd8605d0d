//! Export jobs, from their start to the file, against servers that are slow, fail, and lose connections.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{
    CallOptions, Clock, Error, ErrorKind, ExportEvent, ExportOptions, ExportState, RetryPolicy, StaticToken,
    SystemClock,
};
use avepoint_insights::{Client, ExportJob};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::START;
use avepoint_tests::server::{Received, Reply, Server};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

/// What a request is about.
enum Ask {
    Start,
    Status(String),
    File(String),
}

fn ask(request: &Received) -> Ask {
    let segments: Vec<_> = request.path.split('/').collect();
    match segments.as_slice() {
        ["", "insights", "job", id, "exportstatus"] => Ask::Status((*id).to_owned()),
        ["", "insights", "job", id, "exportfile"] => Ask::File((*id).to_owned()),
        _ => Ask::Start,
    }
}

fn started(id: usize) -> Reply {
    Reply::json(200, &json!({ "jobId": id.to_string(), "status": 200, "message": "" }))
}

fn stands(code: impl Into<Value>) -> Reply {
    Reply::json(200, &json!({ "jobStatus": code.into(), "status": 200, "message": "" }))
}

fn zip(body: impl Into<Bytes>) -> Reply {
    Reply::Answer(200, vec![("content-type", "application/zip".to_owned())], body.into())
}

/// A file in which every place can be told from every other.
fn content() -> Bytes {
    (0..50_000_u32).flat_map(u32::to_be_bytes).collect::<Vec<_>>().into()
}

/// The beginning of the file, and then a cut.
fn cut(length: usize) -> Reply {
    let headers = vec![("content-length", content().len().to_string())];
    Reply::Broken(200, headers, content().slice(..length))
}

fn client(server: &Server, policy: RetryPolicy, clock: Arc<dyn Clock>) -> Client {
    Client::builder()
        .base_url(server.url())
        .credential(StaticToken::new("a-token"))
        .options(CallOptions::default().retry(policy))
        .clock(clock)
        .build()
        .expect("a client")
}

fn fake(server: &Server, policy: RetryPolicy) -> (Client, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(START));
    (client(server, policy, clock.clone()), clock)
}

/// A client by the real clock.
fn real(server: &Server) -> Client {
    client(server, RetryPolicy::none(), Arc::new(SystemClock::default()))
}

/// Options for the real clock.
fn quick() -> ExportOptions {
    ExportOptions::default().pauses(Duration::from_millis(1), Duration::from_millis(5))
}

fn job(client: &Client) -> ExportJob {
    client.export_job("7".parse().expect("an id"))
}

async fn start(client: &Client) -> Result<ExportJob, Error> {
    export(client).start().await
}

fn export(client: &Client) -> avepoint_insights::builder::ExportSitePermissions<'_> {
    client
        .export_site_permissions()
        .site_urls(vec!["https://northwind.example/sites/a".to_owned()])
}

/// A server whose job has finished, and that answers the downloads in turn.
async fn finished(files: Vec<Reply>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request, _| match ask(request) {
        Ask::Start => started(7),
        Ask::Status(_) => stands(2),
        Ask::File(_) => {
            let number = count.fetch_add(1, Ordering::Relaxed);
            files[number.min(files.len() - 1)].clone()
        }
    })
    .await
}

/// A server whose status comes in turn.
async fn stood(states: Vec<Reply>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request, _| match ask(request) {
        Ask::Start => started(7),
        Ask::Status(_) => {
            let number = count.fetch_add(1, Ordering::Relaxed);
            states[number.min(states.len() - 1)].clone()
        }
        Ask::File(_) => zip(content()),
    })
    .await
}

fn downloads(server: &Server) -> Vec<Received> {
    let mut received = server.received();
    received.retain(|request| matches!(ask(request), Ask::File(_)));
    received
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Downloads, and finds that nothing stood under the final name while the pieces came.
async fn download(client: &Client, path: &Path) -> Result<u64, Error> {
    let watched = path.to_owned();
    let options = ExportOptions::default().on_event(move |event| {
        if matches!(event, ExportEvent::Downloaded { .. }) {
            assert!(!watched.exists(), "a partial file under the final name");
        }
    });
    job(client).with_options(options).download_to(path).await
}

async fn arrives_whole(server: &Server) -> Vec<Duration> {
    let (client, clock) = fake(server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    let length = download(&client, &path).await.expect("a file");
    assert_eq!(length, content().len() as u64);
    assert!(std::fs::read(&path).expect("a file") == content(), "another content");
    assert_eq!(names(folder.path()), ["report.zip"]);
    clock.sleeps()
}

#[tokio::test]
async fn a_slow_job_is_waited_for_with_longer_and_longer_pauses() {
    let mut states = vec![stands(1); 7];
    states.push(stands(2));
    let server = stood(states).await;
    let (client, clock) = fake(&server, RetryPolicy::default());
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&told);
    let options = ExportOptions::default().on_event(move |event| {
        let line = match event {
            ExportEvent::Started { job } => format!("{job} started"),
            ExportEvent::Status { job, status } => format!("{job} {:?}", status.state),
            ExportEvent::Downloaded { bytes, total, .. } if Some(*bytes) == *total => format!("{bytes} bytes"),
            _ => return,
        };
        log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    });
    let job = export(&client).start_with(options).await.expect("a job");
    assert_eq!(job.id().as_str(), "7");
    job.wait().await.expect("an end");
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_secs).collect();
    assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
    // What is known is not asked again.
    let asked = server.received().len();
    job.wait().await.expect("an end");
    assert_eq!(server.received().len(), asked);

    let folder = tempfile::tempdir().expect("a folder");
    job.download_to(folder.path().join("report.zip")).await.expect("a file");
    let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!((told[0].as_str(), told.len()), ("7 started", 10));
    assert_eq!(told[7..], ["7 InProgress", "7 Finished", "200000 bytes"]);
}

#[tokio::test]
async fn a_job_that_fails_is_an_error_with_the_servers_words() {
    let failed = Reply::json(
        200,
        &json!({ "jobStatus": 3, "status": 200, "message": "the site is gone" }),
    );
    let server = stood(vec![stands(1), failed]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let job = start(&client).await.expect("a job");
    let error = job
        .download_to(folder.path().join("report.zip"))
        .await
        .expect_err("it failed");
    assert_eq!(error.kind(), ErrorKind::Export);
    assert_eq!(
        error.to_string(),
        "the export job 7 failed: the site is gone; start the export again"
    );
    assert_eq!(downloads(&server).len(), 0);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_status_that_nobody_documented_is_waited_through() {
    let empty = Reply::json(200, &json!({}));
    let server = stood(vec![
        stands(0),
        stands(99),
        stands("Waiting"),
        stands(Value::Null),
        empty,
        stands("2"),
    ])
    .await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let job = start(&client).await.expect("a job");
    assert_eq!(job.status().await.expect("a status").state, ExportState::InProgress);
    job.wait().await.expect("an end");
    assert_eq!(server.received().len(), 7);
}

#[tokio::test]
async fn a_job_without_end_is_given_up_at_the_deadline_and_named() {
    let server = stood(vec![stands(1)]).await;
    let (client, clock) = fake(&server, RetryPolicy::default());
    let error = start(&client).await.expect("a job").wait().await.expect_err("no end");
    assert!(
        error.is_timeout() && error.to_string().contains("job 7 has not finished within 3600"),
        "{error}"
    );
    assert_eq!(clock.elapsed(), Duration::from_secs(3600));
}

#[tokio::test]
async fn a_question_that_fails_for_now_does_not_lose_the_job() {
    let mut states = vec![Reply::empty(503); 5];
    states.push(stands(2));
    let server = stood(states).await;
    let (client, _) = fake(&server, RetryPolicy::none());
    job(&client).wait().await.expect("an end");

    let refused = Reply::json(200, &json!({ "status": 404, "message": "no such job" }));
    for answer in [Reply::empty(404), refused, Reply::empty(503)] {
        let server = stood(vec![answer]).await;
        let (client, _) = fake(&server, RetryPolicy::none());
        let error = job(&client).wait().await.expect_err("no answer");
        assert!(server.received().len() <= 6, "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id),
            Some("getExportJobStatus"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_lost_connection_begins_the_file_anew() {
    let server = finished(vec![cut(60_000), Reply::HangUp, cut(100), zip(content())]).await;
    arrives_whole(&server).await;
    let asked = downloads(&server);
    assert_eq!(asked.len(), 4);
    assert_eq!(asked[0].header("range"), None);
    assert_eq!(asked[1].header("range"), Some("bytes=60000-"));
}

#[tokio::test]
async fn a_lost_connection_goes_on_where_it_was_if_the_server_can() {
    let rest = |from: usize, to: usize| {
        let range = format!("bytes {from}-199999/200000");
        let headers = vec![("content-range", range), ("etag", "\"one\"".to_owned())];
        match to {
            200_000 => Reply::Answer(206, headers, content().slice(from..)),
            _ => Reply::Broken(206, headers, content().slice(from..to)),
        }
    };
    let first = cut(60_000).header("etag", "\"one\"");
    let server = finished(vec![first, rest(60_000, 150_000), rest(150_000, 200_000)]).await;
    let pauses = arrives_whole(&server).await;
    let ranges: Vec<_> = downloads(&server)
        .iter()
        .map(|request| {
            (
                request.header("range").map(str::to_owned),
                request.header("if-range").map(str::to_owned),
            )
        })
        .collect();
    let asked = |range: &str| (Some(range.to_owned()), Some("\"one\"".to_owned()));
    assert_eq!(ranges, [(None, None), asked("bytes=60000-"), asked("bytes=150000-")]);
    // Each got further: the second wait is no longer than the first may be.
    assert!(
        pauses.iter().all(|pause| *pause <= Duration::from_millis(500)),
        "{pauses:?}"
    );
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_not_put_together_with_the_rest() {
    let part = |range: &str, tag: &str| {
        let headers = vec![("content-range", range.to_owned()), ("etag", tag.to_owned())];
        Reply::Answer(206, headers, content().slice(60_000..))
    };
    for wrong in [
        part("bytes 59999-199999/200000", "\"one\""),
        part("bytes 60000-199999/200001", "\"one\""),
        part("bytes 60000-199998/200000", "\"one\""),
        part("bytes 60000-199999/200000", "\"two\""),
        part("nonsense", "\"one\""),
        Reply::Answer(206, Vec::new(), content().slice(60_000..)),
        Reply::empty(416),
    ] {
        let what = format!("{wrong:?}").chars().take(120).collect::<String>();
        let first = cut(60_000).header("etag", "\"one\"");
        let server = finished(vec![first, wrong, zip(content())]).await;
        arrives_whole(&server).await;
        let asked = downloads(&server);
        assert_eq!((asked.len(), asked[2].header("range")), (3, None), "{what}");
    }
}

#[tokio::test]
async fn a_download_that_always_breaks_leaves_nothing_behind() {
    let short = Reply::Broken(
        200,
        vec![("content-length", "9".to_owned())],
        Bytes::from_static(b"abc"),
    );
    for answer in [cut(60_000), short, Reply::Cut("{".into()), Reply::empty(404)] {
        let server = finished(vec![answer]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let folder = tempfile::tempdir().expect("a folder");
        let error = download(&client, &folder.path().join("report.zip"))
            .await
            .expect_err("no file");
        assert!(names(folder.path()).is_empty(), "{error}");
        assert!(downloads(&server).len() <= 5, "{error}");
    }
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_nothing_behind() {
    let server = finished(vec![cut(60_000)]).await;
    let patient = RetryPolicy {
        initial: Duration::from_secs(60),
        longest: Duration::from_secs(60),
        ..RetryPolicy::default()
    };
    let client = client(&server, patient, Arc::new(SystemClock::default()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let options = ExportOptions::default().on_event(move |event| {
        if matches!(event, ExportEvent::Downloaded { .. }) {
            let _ = sender.send(());
        }
    });
    let download = tokio::spawn(async move { job(&client).with_options(options).download_to(path).await });
    arrived.recv().await.expect("a piece");
    let there = names(folder.path());
    assert!(
        there.len() == 1 && there[0].starts_with(".report.zip.") && there[0].ends_with(".part"),
        "{there:?}"
    );
    download.abort();
    assert!(download.await.expect_err("aborted").is_cancelled());
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_if_asked() {
    let server = finished(vec![zip(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    std::fs::write(&path, "mine").expect("a file");
    let error = job(&client).download_to(&path).await.expect_err("it is there");
    assert_eq!((error.kind(), server.received().len()), (ErrorKind::File, 0));
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert_eq!(std::fs::read(&path).expect("a file"), b"mine");

    let options = ExportOptions::default().overwrite(true);
    job(&client)
        .with_options(options)
        .download_to(&path)
        .await
        .expect("a file");
    assert!(std::fs::read(&path).expect("a file") == content());

    // One that comes to be while the download runs.
    let late = folder.path().join("late.zip");
    let made = late.clone();
    let options = ExportOptions::default().on_event(move |event| {
        if matches!(event, ExportEvent::Downloaded { .. }) {
            std::fs::write(&made, "mine").expect("a file");
        }
    });
    let error = job(&client)
        .with_options(options)
        .download_to(&late)
        .await
        .expect_err("it is there");
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(std::fs::read(&late).expect("a file"), b"mine");
    assert_eq!(names(folder.path()), ["late.zip", "report.zip"]);
}

#[tokio::test]
async fn a_path_that_cannot_be_written_is_named() {
    let server = finished(vec![zip(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().to_owned(), folder.path().join("none").join("report.zip")] {
        for overwrite in [false, true] {
            let options = ExportOptions::default().overwrite(overwrite);
            let error = job(&client)
                .with_options(options)
                .download_to(&path)
                .await
                .expect_err("no file");
            assert_eq!(error.kind(), ErrorKind::File);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
    assert!(job(&client).download_to("..").await.is_err());
    assert_eq!(downloads(&server).len(), 0);
}

#[tokio::test]
async fn an_answer_of_json_is_not_kept_as_a_report() {
    let answer = Reply::json(200, &json!({ "status": 404, "message": "the file has expired" }));
    let server = finished(vec![answer]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let error = download(&client, &folder.path().join("report.zip"))
        .await
        .expect_err("no file");
    assert!(error.to_string().contains("the file has expired"), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn the_stream_goes_on_after_a_cut_or_says_that_it_cannot() {
    let rest = Reply::Answer(
        206,
        vec![("content-range", "bytes 60000-199999/200000".to_owned())],
        content().slice(60_000..),
    );
    let server = finished(vec![cut(60_000), rest]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let pieces: Vec<Bytes> = job(&client)
        .into_stream()
        .await
        .expect("a stream")
        .try_collect()
        .await
        .expect("a file");
    assert!(pieces.concat() == content());

    let server = finished(vec![cut(60_000), zip(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let stream = job(&client).into_stream().await.expect("a stream");
    let error = stream.try_collect::<Vec<_>>().await.expect_err("a cut");
    assert!(
        error.is_connection() && error.to_string().contains("does not resume"),
        "{error}"
    );
}

#[tokio::test]
async fn a_start_that_the_server_refuses_for_now_is_repeated() {
    let in_the_body = Reply::json(200, &json!({ "status": 429, "message": "too many jobs" }));
    let server = Server::in_turn(vec![
        Reply::empty(429),
        in_the_body,
        Reply::empty(429).header("retry-after", "50"),
        started(7),
    ])
    .await;
    let (client, clock) = fake(&server, RetryPolicy::none());
    start(&client).await.expect("a job");
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_secs).collect();
    assert_eq!(pauses, [2, 4, 50]);

    let server = Server::always(Reply::empty(429)).await;
    let (client, clock) = fake(&server, RetryPolicy::none());
    let error = start(&client).await.expect_err("no place");
    assert!(
        error.is_throttled() && clock.elapsed() <= Duration::from_secs(3600),
        "{error}"
    );
}

#[tokio::test]
async fn a_start_that_may_have_been_carried_out_is_not_repeated() {
    let no_job = Reply::json(200, &json!({ "status": 400, "message": "no such site" }));
    for answer in [
        Reply::empty(500),
        Reply::empty(503),
        Reply::HangUp,
        Reply::Cut("{".into()),
        Reply::json(200, &json!([])),
        no_job,
    ] {
        let server = Server::in_turn(vec![answer, started(7)]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = start(&client).await.expect_err("no job");
        assert_eq!(server.received().len(), 1, "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id),
            Some("exportSitePermissions"),
            "{error}"
        );
    }
}

/// Runs jobs that end after three questions each, and counts how many run at once.
struct Jobs {
    /// What is left of each that runs.
    running: BTreeMap<String, usize>,
    started: usize,
    most: usize,
    /// The jobs that fail.
    failing: Vec<usize>,
}

async fn jobs(failing: Vec<usize>) -> (Server, Arc<Mutex<Jobs>>) {
    let jobs = Jobs {
        running: BTreeMap::new(),
        started: 0,
        most: 0,
        failing,
    };
    let jobs = Arc::new(Mutex::new(jobs));
    let state = Arc::clone(&jobs);
    let server = Server::start(move |request, _| {
        let mut jobs = state.lock().unwrap_or_else(PoisonError::into_inner);
        match ask(request) {
            Ask::Start => {
                jobs.started += 1;
                let id = jobs.started;
                jobs.running.insert(id.to_string(), 3);
                jobs.most = jobs.most.max(jobs.running.len());
                started(id)
            }
            Ask::Status(id) => match jobs.running.get_mut(&id) {
                Some(0) | None => {
                    jobs.running.remove(&id);
                    let fails = jobs.failing.iter().any(|failing| failing.to_string() == id);
                    stands(if fails { 3 } else { 2 })
                }
                Some(left) => {
                    *left -= 1;
                    stands(1)
                }
            },
            Ask::File(id) => zip(id),
        }
    })
    .await;
    (server, jobs)
}

fn most(jobs: &Mutex<Jobs>) -> (usize, usize) {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    (jobs.started, jobs.most)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_exports_started_at_once_are_never_more_than_five_at_the_server() {
    let (server, jobs) = jobs(vec![2, 9]).await;
    let client = real(&server);
    let tasks = (0..10).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { export(&client).start_with(quick()).await?.wait().await })
    });
    let outcomes = futures_util::future::join_all(tasks).await;
    let failed = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Err(_)))).count();
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!((failed, most(&jobs)), (2, (10, 5)));
}

#[tokio::test]
async fn a_sixth_export_waits_until_one_ends_or_is_dropped_and_not_for_ever() {
    let (server, jobs) = jobs(vec![]).await;
    let client = real(&server);
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(start(&client).await.expect("a job"));
    }
    let hasty = quick().deadline(Duration::from_millis(50));
    let error = export(&client).start_with(hasty.clone()).await.expect_err("no place");
    assert!(
        error.is_timeout() && error.to_string().contains("drop the handles"),
        "{error}"
    );
    assert_eq!(most(&jobs), (5, 5));
    drop(held.pop());
    held.push(
        export(&client)
            .start_with(hasty.clone())
            .await
            .expect("the dropped one's place"),
    );
    held.remove(0).with_options(quick()).wait().await.expect("an end");
    export(&client)
        .start_with(hasty)
        .await
        .expect("the finished one's place");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_and_fifty_sites_make_three_jobs_with_a_result_each() {
    let (server, _) = jobs(vec![2]).await;
    let client = real(&server);
    let sites: Vec<_> = (0..250)
        .map(|n| format!("https://northwind.example/sites/{n}"))
        .collect();
    let parts = client
        .export_site_permissions()
        .site_urls(sites.clone())
        .export_all(quick())
        .await
        .expect("parts");
    let lengths: Vec<_> = parts.iter().map(|part| part.input.len()).collect();
    assert_eq!(lengths, [100, 100, 50]);
    assert_eq!(
        parts.iter().flat_map(|part| part.input.clone()).collect::<Vec<_>>(),
        sites
    );
    for part in &parts {
        let id = part.id.as_ref().expect("an id").as_str();
        assert_eq!(part.result.is_err(), id == "2");
        if let Ok(job) = &part.result {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("report.zip");
            job.download_to(&path).await.expect("a file");
            assert_eq!(std::fs::read_to_string(&path).expect("a file"), id);
        }
    }
    let asked = server.received();
    let mut urls: Vec<_> = asked
        .iter()
        .filter(|request| matches!(ask(request), Ask::Start))
        .map(|request| {
            request
                .query
                .as_deref()
                .unwrap_or_default()
                .matches("siteUrls=")
                .count()
        })
        .collect();
    urls.sort_unstable();
    assert_eq!(urls, [50, 100, 100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_split_wherever_one_is_limited_and_may_be_left_out_where_the_api_lets_them() {
    use avepoint_insights::types::{AccessReportOption, DataSource, GoogleDriveId};

    let (server, jobs) = jobs(vec![]).await;
    let client = real(&server);
    let sites: Vec<_> = (0..101)
        .map(|n| format!("https://northwind.example/sites/{n}"))
        .collect();
    let drives: Vec<_> = (0..101)
        .map(|n| GoogleDriveId::try_from(format!("drive-{n}")).expect("an id"))
        .collect();
    let of_user = client
        .export_user_permissions()
        .email("ines.moreau@northwind.example")
        .data_sources(vec![DataSource::OneDrive]);
    let of_group = client
        .export_group_permissions()
        .group_id("a-group")
        .export_option_type(AccessReportOption::SummaryOnly)
        .data_sources(vec![DataSource::OneDrive]);
    assert_eq!(of_user.clone().export_all(quick()).await.expect("parts").len(), 1);
    assert_eq!(
        of_user
            .site_urls(sites.clone())
            .export_all(quick())
            .await
            .expect("parts")
            .len(),
        2
    );
    assert_eq!(
        of_group
            .site_urls(sites)
            .export_all(quick())
            .await
            .expect("parts")
            .len(),
        2
    );
    let of_drives = client.export_google_drive_permissions();
    let error = of_drives
        .clone()
        .export_all(quick())
        .await
        .expect_err("a list that must be there");
    assert!(
        error.is_invalid_request() && error.to_string().contains("drive_ids"),
        "{error}"
    );
    assert_eq!(
        of_drives
            .drive_ids(drives)
            .export_all(quick())
            .await
            .expect("parts")
            .len(),
        2
    );
    assert_eq!(most(&jobs).0, 7);
}

#[tokio::test]
async fn a_handle_is_rebuilt_from_the_id_alone() {
    let (server, _) = jobs(vec![]).await;
    let id = {
        let client = real(&server);
        start(&client).await.expect("a job").id().to_string()
    };
    let another = real(&server);
    let job = another.export_job(id.parse().expect("an id")).with_options(quick());
    let pieces: Vec<_> = job.into_stream().await.expect("a stream").collect().await;
    assert_eq!(
        pieces
            .into_iter()
            .map(|piece| piece.expect("a piece"))
            .collect::<Vec<_>>()
            .concat(),
        b"1"
    );
}
