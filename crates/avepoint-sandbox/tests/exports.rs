//! Export jobs from their start to the bytes of their files.

use std::collections::HashSet;
use std::io::Cursor;
use std::time::Duration;

use avepoint_sandbox::{ExportEnding, ExportPlan, Sandbox};
use calamine::{DataType, Reader, Xlsx};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

async fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    let answer = request(sandbox, path).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default(),
    )
}

fn request(sandbox: &Sandbox, path: &str) -> RequestBuilder {
    Client::new().get(format!("{}{path}", sandbox.base_url()))
}

/// Starts an export of sharing links.
async fn start(sandbox: &Sandbox) -> String {
    let path =
        "/insights/sharingLinks/export?exportLinkType=32&startTime=2020-01-01T00:00:00&finishTime=2030-01-01T00:00:00";
    let (status, answer) = get(sandbox, path).await;
    assert_eq!(status, 200, "{answer}");
    answer["jobId"].as_str().expect("an id").to_owned()
}

async fn state(sandbox: &Sandbox, job: &str) -> Value {
    get(sandbox, &format!("/insights/job/{job}/exportstatus")).await.1["jobStatus"].clone()
}

/// Starts an export, lets it finish, and gives the path of its file.
async fn file(sandbox: &Sandbox) -> String {
    let job = start(sandbox).await;
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(state(sandbox, &job).await, 2);
    format!("/insights/job/{job}/exportfile")
}

fn header<'r>(answer: &'r Response, name: &str) -> &'r str {
    answer.headers()[name].to_str().expect("text")
}

#[tokio::test]
async fn a_job_runs_and_leaves_a_file_with_the_rows_of_the_world() {
    let sandbox = Sandbox::builder()
        .without_tokens()
        .exports(ExportPlan::default().takes(Duration::from_secs(3_600)))
        .start()
        .await
        .expect("a sandbox");
    let job = start(&sandbox).await;
    assert_eq!(state(&sandbox, &job).await, 1);
    let path = format!("/insights/job/{job}/exportfile");
    assert_eq!(get(&sandbox, &path).await.0, 404);
    sandbox.advance(Duration::from_secs(3_600));
    assert_eq!(state(&sandbox, &job).await, 2);
    let bytes = request(&sandbox, &path)
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a file");
    let mut outer = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let names: Vec<_> = outer
        .file_names()
        .map(|name| name.expect("a name").into_owned())
        .collect();
    assert_eq!(names, ["Sharing links.xlsx"]);
    let mut book = Vec::new();
    std::io::copy(&mut outer.by_index(0).expect("a workbook"), &mut book).expect("its bytes");
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook is an archive");
    let strings = std::io::read_to_string(book.by_name("xl/sharedStrings.xml").expect("its texts")).expect("text");
    let site = "/insights/sites/overview";
    let sites = Client::new()
        .post(format!("{}{site}", sandbox.base_url()))
        .json(&json!({}))
        .send();
    let sites: Value =
        serde_json::from_str(&sites.await.expect("an answer").text().await.expect("a body")).expect("JSON");
    assert!(strings.contains(sites["values"][0]["siteUrl"].as_str().expect("a URL")));
    // The Web API sees the job where it is of the kind that is asked for.
    let status = |what| format!("/insights/api/v1/{what}/export/status?id={job}");
    assert_eq!(get(&sandbox, &status("permission")).await.1["status"], 2);
    assert_eq!(get(&sandbox, &status("activity")).await.0, 404);
}

#[tokio::test]
async fn a_job_ends_and_hides_as_it_is_told() {
    let sandbox = Sandbox::builder().without_tokens().start().await.expect("a sandbox");
    let hidden = ExportPlan::default().hidden_for(Duration::from_secs(600));
    sandbox.next_export(hidden.ending(ExportEnding::FinishedWithExceptions));
    let control =
        json!({ "next": [{ "ending": "failed", "takesSeconds": 1_200 }, { "ending": "stopped", "takesSeconds": 0 }] });
    let control = Client::new()
        .post(format!("{}/_sandbox/exports", sandbox.base_url()))
        .json(&control)
        .send();
    assert_eq!(control.await.expect("an answer").status(), 200);
    let jobs = [start(&sandbox).await, start(&sandbox).await, start(&sandbox).await];
    let states = async || {
        let mut states = Vec::new();
        for job in &jobs {
            states.push(state(&sandbox, job).await);
        }
        states
    };
    assert_eq!(states().await, [Value::Null, json!(1), json!(6)]);
    sandbox.advance(Duration::from_secs(1_200));
    assert_eq!(states().await, [json!(4), json!(3), json!(6)]);
    for (job, status) in jobs.iter().zip([200, 404, 404]) {
        let path = format!("/insights/job/{job}/exportfile");
        assert_eq!(get(&sandbox, &path).await.0, status);
    }
}

/// The file is far larger than what is read of it, and nobody waits for that: its length is known before it is written.
#[tokio::test]
async fn others_are_answered_while_a_large_file_is_sent() {
    const SIZE: u64 = 3 << 30;
    let sandbox = Sandbox::builder().without_tokens().export_size(SIZE).start().await;
    let sandbox = sandbox.expect("a sandbox");
    let path = file(&sandbox).await;
    let mut answer = request(&sandbox, &path).send().await.expect("an answer");
    assert!(answer.content_length() >= Some(SIZE));
    assert!(answer.chunk().await.expect("a part").is_some());
    assert_eq!(
        get(&sandbox, "/insights/users/summary?startPage=1&pageSize=1").await.0,
        200
    );
    assert!(answer.chunk().await.expect("a part").is_some());
}

#[tokio::test]
async fn a_large_file_is_sent_whole_or_from_where_a_client_left_off() {
    const SIZE: u64 = 20 << 20;
    let sandbox = Sandbox::builder()
        .without_tokens()
        .export_size(SIZE)
        .start()
        .await
        .expect("a sandbox");
    let path = file(&sandbox).await;
    let answer = request(&sandbox, &path).send().await.expect("an answer");
    let (tag, time) = (
        header(&answer, "etag").to_owned(),
        header(&answer, "last-modified").to_owned(),
    );
    assert_eq!(header(&answer, "accept-ranges"), "bytes");
    let length: usize = header(&answer, "content-length").parse().expect("a length");
    let whole = answer.bytes().await.expect("a file");
    assert_eq!(whole.len(), length);
    assert!(whole.len() as u64 >= SIZE);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(whole.clone())).expect("an archive");
    assert!(archive.len() > 4);
    let mut rows = HashSet::new();
    for index in 1..archive.len() {
        let mut book = Vec::new();
        // The reader holds the content against its checksum.
        std::io::copy(&mut archive.by_index(index).expect("a member"), &mut book).expect("its bytes");
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book)).expect("a workbook");
        let (name, sheet) = book.worksheets().swap_remove(0);
        assert_eq!((name.as_str(), sheet.width()), ("Activities", 5));
        assert!(sheet.height() > 1_000, "{}", sheet.height());
        for row in sheet.rows().skip(1) {
            assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
            assert!(rows.insert(row[0].to_string()), "{row:?} is there twice");
        }
    }
    // They tell of the users of the world.
    assert!(String::from_utf8_lossy(&whole).contains("@amber-analytics.example"));
    let last = length - 1;
    for (range, condition, status, part) in [
        ("bytes=0-0", None, 206, 0..1),
        ("bytes=7000000-", None, 206, 7_000_000..length),
        ("bytes=-10", None, 206, length - 10..length),
        ("bytes=-99999999999", None, 206, 0..length),
        ("bytes=100-99999999999", Some(&tag), 206, 100..length),
        ("bytes=100-199", Some(&time), 206, 100..200),
        ("bytes=100-199", Some(&r#""other""#.to_owned()), 200, 0..length),
        ("bytes=0-1,5-6", None, 200, 0..length),
        ("lines=0-1", None, 200, 0..length),
    ] {
        let mut sent = request(&sandbox, &path).header("range", range);
        if let Some(condition) = condition {
            sent = sent.header("if-range", condition);
        }
        let answer = sent.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{range}");
        if status == 206 {
            let expected = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            assert_eq!(header(&answer, "content-range"), expected);
        }
        assert!(answer.bytes().await.expect("a part") == whole[part], "{range}");
    }
    for (name, value, status) in [
        ("range", format!("bytes={}-", last + 1), 416),
        ("if-none-match", tag.clone(), 304),
        ("if-match", r#""other""#.to_owned(), 412),
    ] {
        let answer = request(&sandbox, &path)
            .header(name, value)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), status, "{name}");
        assert!(answer.bytes().await.expect("a body").is_empty());
    }
}
