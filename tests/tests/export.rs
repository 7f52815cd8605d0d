//! Export jobs, from their start to their end, against servers that are slow, fail, and say odd things.

mod exports;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{CallOptions, Clock, ErrorKind, ExportOptions, ExportState, RetryPolicy, StaticToken};
use avepoint_insights::Client;
use avepoint_tests::server::{Reply, Server};
use exports::{
    Ask, archive, ask, asked, content, downloads, export, fake, file, job, job_server, quick, real, service, start,
    started, status_reply, watched,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

/// The greatest number of seconds that a header can hold.
const FOR_EVER: &str = "18446744073709551615";

fn json_reply(body: Value) -> Reply {
    Reply::json(200, &body)
}

/// A server that answers every question alike.
async fn always(answer: Reply) -> Server {
    job_server(vec![answer]).await
}

#[tokio::test]
async fn a_slow_job_is_waited_for_with_longer_and_longer_pauses() {
    let mut states = vec![status_reply(1); 7];
    states.push(status_reply(2));
    let server = job_server(states).await;
    let (client, clock) = fake(&server, RetryPolicy::default());
    let (options, events) = watched();
    let job = export(&client).start_with(options).await.expect("a job");
    assert_eq!(job.id().as_str(), "7");
    assert_eq!(job.last_status(), None);
    job.wait().await.expect("an end");
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_secs).collect();
    assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
    // What is known is not asked again.
    let asked = server.received().len();
    job.wait().await.expect("an end");
    assert_eq!(server.received().len(), asked);
    assert_eq!(
        job.last_status().map(|status| status.state),
        Some(ExportState::Finished)
    );

    let folder = tempfile::tempdir().expect("a folder");
    job.download_to(folder.path().join("report.zip")).await.expect("a file");
    let events = events.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let kinds: Vec<_> = events.iter().map(|event| event.split(' ').next()).collect();
    assert_eq!((kinds[0], kinds.len()), (Some("Started"), 10));
    assert!(
        events[7].contains("InProgress") && events[8].contains("Finished"),
        "{events:?}"
    );
    assert_eq!(kinds[9], Some("Downloaded"));
}

#[tokio::test]
async fn a_job_that_ends_without_a_file_is_an_error_with_the_servers_words() {
    for (code, line) in [
        (3, "the export job 7 failed: the site is gone; start the export again"),
        (
            6,
            "the export job 7 was stopped: the site is gone; start the export again",
        ),
    ] {
        let answer = json_reply(json!({ "jobStatus": code, "status": 200, "message": "the site is gone" }));
        let server = job_server(vec![status_reply(1), status_reply(5), answer]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let folder = tempfile::tempdir().expect("a folder");
        let job = start(&client).await.expect("a job");
        for _ in 0..2 {
            let error = job
                .download_to(folder.path().join("report.zip"))
                .await
                .expect_err("it has no file");
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Export, line));
        }
        // The end is known after three questions.
        assert_eq!((server.received().len(), downloads(&server).len()), (4, 0));
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
    }
}

#[tokio::test]
async fn a_job_with_exceptions_has_a_file_and_says_so() {
    let answer = json_reply(json!({ "jobStatus": 4, "status": 200, "message": "two sites were skipped" }));
    let server = job_server(vec![status_reply(1), answer]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    let job = start(&client).await.expect("a job");
    job.download_to(&path).await.expect("a file");
    assert!(std::fs::read(&path).expect("a file") == content());
    let status = job.last_status().expect("a status");
    assert_eq!(status.state, ExportState::FinishedWithExceptions);
    assert_eq!(status.message.as_deref(), Some("two sites were skipped"));
}

#[tokio::test]
async fn a_state_is_read_in_whatever_form_it_comes() {
    for code in [
        json!(2),
        json!(2.0),
        json!("2"),
        json!(" 2 "),
        json!("2.0"),
        json!("Finished"),
        json!("SUCCESSFUL"),
        json!(4.0),
        json!("FinishedWithExceptions"),
    ] {
        let server = always(status_reply(code.clone())).await;
        let (client, _) = fake(&server, RetryPolicy::none());
        job(&client).wait().await.expect("an end");
        assert_eq!(server.received().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_state_that_nobody_knows_is_waited_through_and_named_in_the_end() {
    let server = job_server(vec![
        status_reply(0),
        status_reply(99),
        status_reply("Waiting"),
        status_reply(true),
        status_reply("2"),
    ])
    .await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let job = start(&client).await.expect("a job");
    assert_eq!(job.status().await.expect("a status").state, ExportState::InProgress);
    job.wait().await.expect("an end");
    assert_eq!(server.received().len(), 6);

    for (code, name) in [
        (json!(99), "99"),
        (json!("Waiting"), "Waiting"),
        (json!(1), "1"),
        (json!(5), "5"),
    ] {
        let server = always(status_reply(code)).await;
        let (client, clock) = fake(&server, RetryPolicy::default());
        let error = start(&client).await.expect("a job").wait().await.expect_err("no end");
        let line = error.to_string();
        assert!(
            error.is_timeout() && line.contains("job 7 has not finished within 3600"),
            "{error}"
        );
        assert!(line.contains(&format!("last reported: the status {name}")), "{error}");
        assert_eq!(clock.elapsed(), Duration::from_secs(3600));
    }
}

#[tokio::test]
async fn answers_that_tell_no_status_are_asked_for_again_and_then_named() {
    for (answer, found) in [
        (json_reply(json!({})), "an empty object"),
        (status_reply(Value::Null), "`jobStatus` (null)"),
        (status_reply(""), "`jobStatus` (a string)"),
        (json_reply(json!({ "state": 2 })), "`state` (a number)"),
        (json_reply(json!({ "data": { "jobStatus": 2 } })), "`data` (an object)"),
        (
            Reply::text(
                200,
                "application/json",
                r#"{"jobStatus": "2\ud800", "message": "\udc00"}"#,
            ),
            "`jobStatus` (a string)",
        ),
        (status_reply(json!([2])), "jobStatus"),
        (status_reply(json!({ "value": 2 })), "jobStatus"),
        (json_reply(Value::Null), "null"),
        (json_reply(json!([])), ""),
        (json_reply(json!("2")), ""),
        (Reply::text(200, "text/html", "<html></html>"), "HTML"),
        (Reply::text(200, "application/json", ""), "empty"),
    ] {
        let server = always(answer).await;
        let (client, clock) = fake(&server, RetryPolicy::default());
        let error = job(&client).wait().await.expect_err("no status");
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let line = error.to_string();
        assert!(
            line.starts_with("getExportJobStatus: ") && line.contains(found),
            "{error}"
        );
        assert_eq!((server.received().len(), clock.sleeps().len()), (6, 5), "{error}");
    }
}

#[tokio::test]
async fn silence_is_counted_only_in_a_row() {
    let mut states = vec![json_reply(json!({})); 5];
    states.push(status_reply(1));
    states.extend(vec![Reply::empty(404); 3]);
    states.extend(vec![Reply::empty(503); 2]);
    states.push(status_reply(2));
    let server = job_server(states).await;
    let (client, _) = fake(&server, RetryPolicy::none());
    job(&client).wait().await.expect("an end");
    assert_eq!(server.received().len(), 12);
}

#[tokio::test]
async fn a_question_that_fails_for_now_does_not_lose_the_job_wherever_it_says_so() {
    for status in [404, 408, 429, 500, 502, 503, 504] {
        let message = "not now";
        for (place, answer) in [
            ("HTTP", Reply::json(status, &json!({ "message": message }))),
            ("the body", json_reply(json!({ "status": status, "message": message }))),
            (
                "the body, as text",
                json_reply(json!({ "jobStatus": null, "status": status.to_string(), "message": message })),
            ),
            (
                "beside no state",
                json_reply(json!({ "jobStatus": 0, "status": status, "message": message })),
            ),
        ] {
            let mut states = vec![answer.clone(); 5];
            states.push(status_reply(2));
            let server = job_server(states).await;
            let (client, _) = fake(&server, RetryPolicy::none());
            job(&client).wait().await.expect("an end");

            let server = always(answer).await;
            let (client, _) = fake(&server, RetryPolicy::none());
            let error = job(&client).wait().await.expect_err("no answer");
            assert_eq!(server.received().len(), 6, "{place}: {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{place}");
            let line = error.to_string();
            assert!(
                line.starts_with(&format!("getExportJobStatus: {status} {message}")),
                "{place}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_question_that_is_refused_is_not_asked_again_wherever_it_says_so() {
    for status in [400, 401, 403, 410] {
        for answer in [
            Reply::json(status, &json!({ "message": "no" })),
            json_reply(json!({ "status": status, "message": "no" })),
        ] {
            let server = always(answer).await;
            let (client, _) = fake(&server, RetryPolicy::none());
            let error = job(&client).wait().await.expect_err("refused");
            assert_eq!(server.received().len(), 1, "{error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{error}");
        }
    }
    // The end of a job counts more than what the call says of itself.
    let server = always(json_reply(
        json!({ "jobStatus": 3, "status": 500, "message": "no such site" }),
    ))
    .await;
    let (client, _) = fake(&server, RetryPolicy::none());
    let error = job(&client).wait().await.expect_err("failed");
    assert!(error.to_string().contains("7 failed: no such site"), "{error}");
}

#[tokio::test]
async fn a_start_that_the_server_refuses_for_now_is_repeated() {
    let in_the_body = json_reply(json!({ "status": 429, "message": "too many jobs" }));
    let starts = vec![
        Reply::empty(429),
        in_the_body.clone(),
        Reply::empty(429).header("retry-after", "50"),
        in_the_body.header("retry-after", "60"),
        json_reply(json!({ "jobId": "0", "status": 429 })),
        started(7),
    ];
    let server = service(starts, vec![status_reply(2)], vec![]).await;
    let (client, clock) = fake(&server, RetryPolicy::none());
    start(&client).await.expect("a job");
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_secs).collect();
    assert_eq!(pauses, [2, 4, 50, 60, 30]);

    for answer in [
        Reply::empty(429),
        json_reply(json!({ "status": "429", "message": "full" })),
    ] {
        let server = Server::always(answer).await;
        let (client, clock) = fake(&server, RetryPolicy::none());
        let error = start(&client).await.expect_err("no place");
        assert!(
            error.is_throttled() && clock.elapsed() <= Duration::from_secs(3600),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_start_that_may_have_been_carried_out_is_not_repeated() {
    const UNSAID: &str = "the server does not say whether a job was started: ";
    for (answer, may, said) in [
        (Reply::empty(500), true, "500"),
        (Reply::empty(503), true, "503"),
        (Reply::empty(400), false, "400"),
        (Reply::empty(200), true, ""),
        (Reply::HangUp, true, ""),
        (Reply::Cut("{".into()), true, ""),
        (json_reply(json!([])), true, ""),
        (json_reply(json!({})), true, UNSAID),
        (json_reply(json!({ "jobId": "", "status": 200 })), true, UNSAID),
        (json_reply(json!({ "data": { "jobId": "7" } })), true, ""),
        (json_reply(json!({ "jobId": { "id": "7" }, "status": 200 })), true, ""),
        (json_reply(json!({ "status": 500 })), true, UNSAID),
        (json_reply(json!({ "status": 302, "message": "done" })), true, "done"),
        (
            json_reply(json!({ "jobId": null, "status": 503, "message": "busy" })),
            true,
            "503 the server does not say whether a job was started: busy",
        ),
        (
            json_reply(json!({ "status": 400, "message": "no such site" })),
            false,
            "400 no job was started: no such site",
        ),
    ] {
        let server = Server::in_turn(vec![answer, started(7)]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = start(&client).await.expect_err("no job");
        assert_eq!(server.received().len(), 1, "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id),
            Some("exportSitePermissions"),
            "{error}"
        );
        assert_eq!(error.may_have_been_carried_out(), may, "{error}");
        assert!(!error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn the_deadline_of_an_export_bounds_each_of_its_calls() {
    // Nothing else would: a call has all the time there is.
    let for_ever = RetryPolicy::default().deadline(Duration::MAX);
    let patient = CallOptions::default().retry(for_ever).timeout(Duration::MAX);
    let short = || quick().deadline(Duration::from_millis(100));
    for silent in [Ask::Start, Ask::Status(String::new())] {
        let starts = matches!(silent, Ask::Status(_));
        let server = Server::start(move |request, count| match ask(request) {
            Ask::Start if starts => started(count),
            _ => Reply::Silence(Duration::from_secs(600)),
        })
        .await;
        let client = real(&server).with_options(patient.clone());
        let all = async {
            let job = export(&client).start_with(short()).await?;
            let mut held = vec![export(&client).start_with(short()).await?];
            let error = job.wait().await.expect_err("silence");
            assert!(error.to_string().contains("has not finished"), "{error}");
            while held.len() < 4 {
                held.push(export(&client).start_with(short()).await?);
            }
            // There is no place for a sixth one.
            export(&client).start_with(short()).await.map(drop)
        };
        let outcome = tokio::time::timeout(Duration::from_secs(60), all).await;
        let error = outcome.expect("an end").expect_err("no end of a start");
        assert!(error.is_timeout(), "{error}");
        assert_eq!(error.may_have_been_carried_out(), !starts, "{error}");
    }
}

#[tokio::test]
async fn no_number_is_too_great_to_wait_by() {
    let busy = Reply::empty(429).header("retry-after", FOR_EVER);
    let in_the_body = json_reply(json!({ "status": 429 })).header("retry-after", FOR_EVER);
    for answer in [busy, in_the_body] {
        // A start does not wait that long, and a job is asked for once more at the deadline.
        let server = service(vec![answer.clone()], vec![answer], vec![]).await;
        let (client, clock) = fake(&server, RetryPolicy::none());
        let error = start(&client).await.expect_err("no job");
        assert!(error.is_throttled() && clock.sleeps().is_empty(), "{error}");
        let error = job(&client).wait().await.expect_err("no end");
        assert!(
            error.is_timeout() && clock.elapsed() == Duration::from_secs(3600),
            "{error}"
        );
    }
    let options = ExportOptions::default();
    for options in [
        options.clone().deadline(Duration::MAX),
        options.poll_interval(Duration::MAX, Duration::MAX),
    ] {
        let server = job_server(vec![status_reply(1), status_reply(2)]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let job = export(&client).start_with(options).await.expect("a job");
        job.wait().await.expect("an end");
    }
}

/// Runs jobs that end after some questions each, and counts how many run at once.
struct Jobs {
    /// What is left of each that runs.
    running: BTreeMap<String, usize>,
    started: usize,
    most: usize,
    /// The jobs that fail.
    failing: Vec<usize>,
}

async fn jobs(questions: usize, failing: Vec<usize>) -> (Server, Arc<Mutex<Jobs>>) {
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
                jobs.running.insert(id.to_string(), questions);
                jobs.most = jobs.most.max(jobs.running.len());
                started(id)
            }
            Ask::Status(id) => match jobs.running.get_mut(&id) {
                Some(0) | None => {
                    jobs.running.remove(&id);
                    let fails = jobs.failing.iter().any(|failing| failing.to_string() == id);
                    status_reply(if fails { 3 } else { 2 })
                }
                Some(left) => {
                    *left -= 1;
                    status_reply(1)
                }
            },
            Ask::File(id) => file(archive(id)),
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
    let (server, jobs) = jobs(3, vec![2, 9]).await;
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
async fn seven_exports_are_started_and_then_waited_for() {
    let (server, jobs) = jobs(3, vec![1]).await;
    let (client, clock) = fake(&server, RetryPolicy::none());
    let mut held = Vec::new();
    for _ in 0..7 {
        held.push(start(&client).await.expect("a job"));
    }
    // The first of the five to end made room for the sixth, and nobody asked but the one who waited.
    assert_eq!(most(&jobs), (7, 5));
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_secs).collect();
    assert_eq!(pauses, [2, 4, 8, 16]);
    assert_eq!(
        held[0].last_status().map(|status| status.state),
        Some(ExportState::Failed)
    );
    assert!(held[0].wait().await.is_err());
    for job in &held[1..] {
        job.wait().await.expect("an end");
    }
}

#[tokio::test]
async fn a_job_that_the_server_does_not_know_takes_no_place() {
    let server = Server::start(|request, count| match ask(request) {
        Ask::Start => started(count),
        _ => Reply::empty(404),
    })
    .await;
    let (client, _) = fake(&server, RetryPolicy::none());
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(start(&client).await.expect("a job"));
    }
    assert!(asked(&server, |ask| matches!(ask, Ask::Status(_))).len() >= 6);
}

#[tokio::test]
async fn a_sixth_export_waits_until_one_ends_or_is_dropped_and_not_for_ever() {
    let (server, jobs) = jobs(usize::MAX, vec![]).await;
    let (client, clock) = fake(&server, RetryPolicy::none());
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(start(&client).await.expect("a job"));
    }
    let error = start(&client).await.expect_err("no place");
    let line = error.to_string();
    assert!(error.is_timeout() && line.contains("drop the handles"), "{error}");
    assert!(line.starts_with("exportSitePermissions: "), "{error}");
    // It was not sent.
    assert!(
        !error.may_have_been_carried_out() && !line.contains("carried out"),
        "{error}"
    );
    assert_eq!((most(&jobs), clock.elapsed()), ((5, 5), Duration::from_secs(3600)));
    drop(held.pop());
    held.push(start(&client).await.expect("the dropped one's place"));
    assert_eq!(most(&jobs).0, 6);
}

#[tokio::test]
async fn a_dropped_handle_makes_room_while_the_server_is_silent() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |request, _| match ask(request) {
        Ask::Start => started(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),
        _ => Reply::Silence(Duration::from_secs(600)),
    })
    .await;
    let client = real(&server);
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(export(&client).start_with(quick()).await.expect("a job"));
    }
    let another = client.clone();
    let sixth = tokio::spawn(async move { export(&another).start_with(quick()).await });
    while asked(&server, |ask| matches!(ask, Ask::Status(_))).len() < 5 {
        tokio::task::yield_now().await;
    }
    drop(held.pop());
    sixth.await.expect("no panic").expect("the dropped one's place");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_and_fifty_sites_make_three_jobs_with_a_result_each() {
    let (server, _) = jobs(3, vec![2]).await;
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
            assert!(std::fs::read(&path).expect("a file") == archive(id));
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

    let (server, jobs) = jobs(3, vec![]).await;
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
    let (server, _) = jobs(3, vec![]).await;
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
        archive("1")
    );
}

/// A token of the length that tokens have.
fn long_token() -> String {
    let noise = |n: u64| char::from(b'a' + u8::try_from((n * n * 7 + n * 3) % 26).expect("a letter"));
    format!("eyJ0{}", (0..1234).map(noise).collect::<String>())
}

#[tokio::test]
async fn no_text_of_a_job_shows_the_token() {
    let token = long_token();
    let quoting = format!("{} the token {token} is not\n\u{1b}[31mwelcome", ".".repeat(600));
    let said = |code: Value| json_reply(json!({ "jobStatus": code, "status": 200, "message": quoting }));
    let page = Reply::text(200, "text/html", format!("<html><title>{quoting}</title></html>"));
    let no_job = |status: u16| json_reply(json!({ "status": status, "message": quoting }));
    let id = json_reply(json!({ "jobId": format!("7{token}"), "status": 200 }));
    let own = || vec![started(7)];
    let files = || vec![file(content())];
    for (what, starts, states, files) in [
        ("a failed job", own(), vec![said(json!(3))], files()),
        ("a stopped job", own(), vec![said(json!(6))], files()),
        ("a code", own(), vec![said(json!(token))], files()),
        ("a report with exceptions", own(), vec![said(json!(4))], files()),
        ("no status", own(), vec![said(Value::Null)], files()),
        (
            "an object key",
            own(),
            vec![json_reply(json!({ token.as_str(): 1 }))],
            files(),
        ),
        ("a failure in a 200", own(), vec![no_job(403)], files()),
        ("a page", own(), vec![page.clone()], files()),
        ("no job", vec![no_job(400)], vec![status_reply(2)], files()),
        ("no job for now", vec![no_job(429)], vec![status_reply(2)], files()),
        ("the id of a job", vec![id], vec![status_reply(1)], files()),
        (
            "JSON in place of a file",
            own(),
            vec![status_reply(2)],
            vec![no_job(404)],
        ),
        ("a page in place of a file", own(), vec![status_reply(2)], vec![page]),
        (
            "an encoding",
            own(),
            vec![status_reply(2)],
            vec![file(content()).header("content-encoding", token.as_str())],
        ),
    ] {
        let server = service(starts, states, files).await;
        let client = Client::builder()
            .base_url(server.url())
            .credential(StaticToken::new(token.as_str()))
            .options(CallOptions::default().retry(RetryPolicy::none()))
            .clock(fake(&server, RetryPolicy::none()).1)
            .build()
            .expect("a client");
        let (options, events) = watched();
        let options = options.deadline(Duration::from_secs(10));
        let folder = tempfile::tempdir().expect("a folder");
        let mut seen = String::new();
        let error = match export(&client).start_with(options).await {
            Ok(job) => {
                let error = job.download_to(folder.path().join("report.zip")).await.err();
                seen += &format!("{job:?} {:?}", job.last_status());
                error
            }
            Err(error) => Some(error),
        };
        // Its parts have a line each.
        let parts = error.as_ref().map(|error| format!("{error:#?}")).unwrap_or_default();
        seen += &error.map_or_else(String::new, |error| {
            format!("{error} {error:?} {} {}", error.message(), error.body_excerpt())
        });
        seen += &events.lock().unwrap_or_else(PoisonError::into_inner).concat();
        assert!(!seen.contains('\n'), "{what}: {seen}");
        seen += &parts;
        assert!(seen.contains("[redacted]"), "{what}: {seen}");
        for start in (0..token.len() - 8).step_by(4) {
            assert!(!seen.contains(&token[start..start + 8]), "{what}: {seen}");
        }
        assert!(!seen.contains('\u{1b}'), "{what}: {seen}");
    }
}

#[tokio::test]
async fn a_part_does_not_show_what_the_server_gave_for_an_id() {
    let token = long_token();
    let id = json_reply(json!({ "jobId": token, "status": 200 }));
    for state in [status_reply(2), status_reply(3)] {
        let server = service(vec![id.clone()], vec![state], vec![]).await;
        let client = Client::builder()
            .base_url(server.url())
            .credential(StaticToken::new(token.as_str()))
            .build()
            .expect("a client");
        let parts = export(&client).export_all(quick()).await.expect("parts");
        assert_eq!(parts[0].id.as_ref().expect("an id").as_str(), token);
        let shown = format!("{parts:?} {parts:#?}");
        assert!(shown.contains("[redacted]") && !shown.contains(&token[..8]), "{shown}");
    }
}
