//! Export jobs from their start to the bytes of their files.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;
use std::time::Duration;

use avepoint_sandbox::{ExportEnding, ExportPlan, Sandbox};
use calamine::{Data, DataType, Reader, Xlsx};
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

/// A row of a report: texts by the heads of their columns.
type Row = BTreeMap<String, String>;

/// Where the Web API tells of its jobs by what they report on.
const WEB: &str = "/insights/api/v1";

/// Starts an export, by GET if it has no body, and gives the rows of its details: those of all sheets but of sums.
async fn rows(sandbox: &Sandbox, path: &str, body: Option<Value>) -> Vec<Row> {
    let url = format!("{}{path}", sandbox.base_url());
    let sent = match body {
        Some(body) => Client::new().post(url).json(&body),
        None => Client::new().get(url),
    };
    let answer = sent.send().await.expect("an answer").text().await.expect("a body");
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let file = match (&answer["jobId"], &answer["id"]) {
        (Value::String(job), _) => format!("/insights/job/{job}/exportfile"),
        (_, job) if path.contains("activity") => format!("{WEB}/activity/export/file?id={job}"),
        (_, job) => format!("{WEB}/permission/export/get?id={job}"),
    };
    let file = request(sandbox, &file).send().await.expect("an answer");
    assert_eq!(file.status(), 200, "{path}: {answer}");
    let file = file.bytes().await.expect("a file");
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
    let mut rows = Vec::new();
    for index in 0..archive.len() {
        let mut book = Vec::new();
        std::io::copy(&mut archive.by_index(index).expect("a member"), &mut book).expect("its bytes");
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book)).expect("a workbook");
        for (name, sheet) in book.worksheets() {
            let mut lines = sheet.rows();
            let heads: Vec<_> = lines.next().into_iter().flatten().map(ToString::to_string).collect();
            let cells = |line: &[Data]| {
                heads
                    .iter()
                    .cloned()
                    .zip(line.iter().map(ToString::to_string))
                    .collect()
            };
            if !matches!(name.as_str(), "Overview" | "Summary") {
                rows.extend(lines.map(cells));
            }
        }
    }
    rows
}

/// What a list has of its rows in a member.
async fn members(sandbox: &Sandbox, path: &str, list: &str, member: &str) -> Vec<String> {
    let (status, answer) = get(sandbox, &format!("{path}?startPage=1&pageSize=100")).await;
    assert_eq!(status, 200, "{answer}");
    let rows = answer[list].as_array().expect("rows").iter();
    rows.filter_map(|row| row[member].as_str().map(str::to_owned)).collect()
}

/// Each filter leaves exactly those rows of the whole report that fit.
#[tokio::test]
async fn filters_of_exports_keep_what_fits_and_nothing_else() {
    let sandbox = Sandbox::builder()
        .without_tokens()
        .seed(7)
        .exports(ExportPlan::default().takes(Duration::ZERO));
    let sandbox = sandbox.start().await.expect("a sandbox");
    let users = members(&sandbox, "/insights/users/summary", "results", "email").await;
    let groups = members(&sandbox, "/insights/groups/summary", "values", "groupId").await;
    let mails = members(&sandbox, "/insights/groups/summary", "values", "email").await;
    // The first users have a drive, the last has none.
    let (user, other) = (&users[0], users.last().expect("users"));
    let is_drive = |row: &Row| row["Module"] == "OneDrive";
    let drives = "dataSources=User%20Drive&dataSources=Shared%20Drive";
    let sources = [
        "Microsoft Teams",
        "SharePoint Online",
        "OneDrive",
        "Microsoft 365 Group",
    ];
    let access =
        |emails: Value, sources: &[&str]| json!({ "emails": emails, "dataSources": sources, "ExportOptionType": 2 });
    let of_groups =
        |ids: &[String], sources: &[&str]| json!({ "Emails": ids, "dataSources": sources, "ExportOptionType": 2 });
    let links = |kind: &str, from: &str, to: &str| json!({ "exportLinkType": kind, "startTime": format!("{from}T00:00:00"), "endTime": format!("{to}T00:00:00") });
    let activities = format!("{WEB}/activity/export");
    let activity = |more: Value| {
        let mut body = json!({ "path": "", "email": user });
        body.as_object_mut()
            .expect("members")
            .extend(more.as_object().expect("members").clone());
        Some(body)
    };
    let google = format!("/insights/google/users/{user}");
    let of_group = format!("/insights/google/groups/{}/access/export?exportOptionType=2", mails[0]);
    let site = rows(
        &sandbox,
        &format!("{WEB}/user/permission/export"),
        Some(access(json!([user]), &sources)),
    )
    .await;
    let place = site[0]["Location"].split('/').take(5).collect::<Vec<_>>().join("/");
    let is_there = |row: &Row| row["Location"] == place || row["Location"].starts_with(&format!("{place}/"));
    let by_site = format!("{WEB}/site/permission/export");
    let elsewhere = site.iter().find(|row| !is_there(row)).expect("another site");
    let elsewhere = elsewhere["Location"].split('/').take(5).collect::<Vec<_>>().join("/");
    let done = rows(&sandbox, &activities, activity(json!({}))).await;
    let object = &done[0]["Location"];
    let by_user = format!("{WEB}/user/permission/export");
    let by_group = format!("{WEB}/group/Permission/export");
    let by_link = format!("{WEB}/link/Permission/export");
    let with = |mut body: Value, member: &str, value: Value| {
        body[member] = value;
        Some(body)
    };
    let days = "&startTime=2026-09-01T00:00:00&finishTime=2026-10-15T00:00:00";
    let is_then = |column: &'static str| {
        move |row: &Row| ("2026-09-01T00:00:00Z"..="2026-10-15T00:00:00Z").contains(&row[column].as_str())
    };
    type Case<'c> = (
        &'c str,
        (String, Option<Value>),
        (String, Option<Value>),
        &'c dyn Fn(&Row) -> bool,
    );
    let cases: [Case; 14] = [
        (
            "Google: user drives",
            (format!("{google}/access/export?{drives}"), None),
            (format!("{google}/access/export?dataSources=User%20Drive"), None),
            &is_drive,
        ),
        (
            "Google: shared drives",
            (format!("{google}/access/export?{drives}"), None),
            (format!("{google}/access/export?dataSources=Shared%20Drive"), None),
            &|row| !is_drive(row),
        ),
        (
            "Google: a drive by its user",
            (format!("{google}/access/export?{drives}"), None),
            (format!("{google}/access/export?{drives}&driveIds={user}"), None),
            &|row| row["Location"].contains("/personal/") && is_drive(row) && row["Site Name"] == done[0]["User"],
        ),
        (
            "Google: events",
            (format!("{google}/activities/export"), None),
            (format!("{google}/activities/export?eventTypes=download"), None),
            &|row| row["Event"] == "FileDownloaded",
        ),
        (
            "Google: a time",
            (format!("{google}/activities/export"), None),
            (format!("{google}/activities/export?{}", &days[1..]), None),
            &is_then("Time"),
        ),
        (
            "Web: one of two sites",
            (by_site.clone(), Some(json!({ "siteUrls": [place, elsewhere] }))),
            (by_site.clone(), Some(json!({ "siteUrls": [place] }))),
            &|row| format!("{}/", row["Url"]).starts_with(&format!("{place}/")),
        ),
        (
            "Web: sources",
            (by_user.clone(), Some(access(json!([user]), &sources))),
            (by_user.clone(), Some(access(json!([user]), &["OneDrive"]))),
            &is_drive,
        ),
        (
            "Web: a site",
            (by_user.clone(), Some(access(json!([user]), &sources))),
            (
                by_user.clone(),
                with(access(json!([user]), &sources), "siteUrls", json!([place])),
            ),
            &is_there,
        ),
        (
            "Web: one of two users",
            (by_user.clone(), Some(access(json!([user, users[1]]), &sources))),
            (by_user.clone(), Some(access(json!([user]), &sources))),
            &|row| row["Email"] == *user,
        ),
        (
            "Web: one of two groups",
            (by_group.clone(), Some(of_groups(&groups[..2], &sources))),
            (by_group.clone(), Some(of_groups(&groups[..1], &sources))),
            &|row| row["Group Id"] == groups[0],
        ),
        (
            "Web: a group's sources",
            (by_group.clone(), Some(of_groups(&groups[..30], &sources))),
            (by_group.clone(), Some(of_groups(&groups[..30], &sources[..1]))),
            &|row| row["Module"] == "Microsoft Teams",
        ),
        (
            "Web: an object",
            (activities.clone(), activity(json!({}))),
            (activities.clone(), activity(json!({ "path": object }))),
            &|row| row["Location"] == *object,
        ),
        (
            "Web: events",
            (activities.clone(), activity(json!({}))),
            (
                activities.clone(),
                activity(json!({ "eventTypes": ["FileModified", "ListViewed"] })),
            ),
            &|row| ["FileModified", "ListViewed"].contains(&row["Event"].as_str()),
        ),
        (
            "Web: a time",
            (activities.clone(), activity(json!({}))),
            (
                activities.clone(),
                activity(json!({ "starttime": "2026-09-01T00:00:00", "endtime": "2026-10-15T00:00:00" })),
            ),
            &is_then("Time"),
        ),
    ];
    for (what, whole, part, fits) in cases {
        let whole = rows(&sandbox, &whole.0, whole.1).await;
        let part = rows(&sandbox, &part.0, part.1).await;
        let expected: Vec<_> = whole.iter().filter(|row| fits(row)).cloned().collect();
        assert!(
            part == expected,
            "{what}: {} rows of {} are not {}",
            part.len(),
            whole.len(),
            expected.len()
        );
        assert!(
            !part.is_empty() && part.len() < whole.len(),
            "{what}: {} of {}",
            part.len(),
            whole.len()
        );
    }
    // An object of Google Workspace is named by its id.
    let query = json!({ "pageSize": 100, "filters": [{ "id": "location", "values": [object] }] });
    let records = Client::new().post(format!("{}{WEB}/DetailRecord/query", sandbox.base_url()));
    let records = records
        .json(&query)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    let records: Value = serde_json::from_str(&records).expect("JSON");
    let records = records["results"].as_array().unwrap_or_else(|| panic!("{records}"));
    let record = records
        .iter()
        .find(|record| record["location"] == **object)
        .expect("the object");
    let of_object = format!(
        "/insights/google/activities/object/{}/export",
        record["id"].as_str().expect("an id")
    );
    let event = |row: &Row| row["Event"] == done[0]["Event"];
    let all = rows(&sandbox, &of_object, None).await;
    let own: Vec<_> = all.iter().filter(|row| row["Email"] == *user).collect();
    assert_eq!(
        own,
        done.iter().filter(|row| row["Location"] == *object).collect::<Vec<_>>()
    );
    let some = rows(&sandbox, &format!("{of_object}?eventTypes={}", done[0]["Event"]), None).await;
    assert_eq!(some, all.into_iter().filter(event).collect::<Vec<_>>());
    // Groups have no part in drives of users.
    for (source, has_rows) in [("Shared%20Drive", true), ("User%20Drive", false)] {
        let group = rows(&sandbox, &format!("{of_group}&dataSources={source}"), None).await;
        assert_eq!(!group.is_empty(), has_rows, "{source}");
        assert!(group.iter().all(|row| row["Group Id"] == groups[0]), "{source}");
    }
    // Links of Google Workspace have numbers of their own, and a time.
    for (google, own) in [(301, "64"), (303, "128")] {
        let path = "/insights/google/sharingLinks/export?exportLinkType=";
        let years = "&startTime=2020-01-01T00:00:00&finishTime=2030-01-01T00:00:00";
        let all = rows(&sandbox, &format!("{path}{google}{years}"), None).await;
        let same = rows(&sandbox, &by_link, Some(links(own, "2020-01-01", "2030-01-01"))).await;
        assert!(
            !all.is_empty() && all == same,
            "{google}: {} and {}",
            all.len(),
            same.len()
        );
        let made = |rows: &[Row]| {
            let links = rows.iter().filter(|row| row.contains_key("Create Time"));
            links.cloned().collect::<Vec<_>>()
        };
        let (all, some) = (
            made(&all),
            made(&rows(&sandbox, &format!("{path}{google}{days}"), None).await),
        );
        let expected: Vec<_> = all.iter().filter(|row| is_then("Create Time")(row)).cloned().collect();
        assert!(
            some == expected && some.len() < all.len(),
            "{google}: {} of {}",
            some.len(),
            all.len()
        );
    }
    // Who has no drive has nothing in a report on drives, as what is not known has not.
    let drive = "/insights/google/drives/permission/export?driveIds=";
    let own = rows(&sandbox, &format!("{drive}{user}"), None).await;
    assert!(!own.is_empty() && own.iter().all(is_drive), "{}", own.len());
    for none in [other.as_str(), "nobody@nowhere.example"] {
        assert_eq!(
            rows(&sandbox, &format!("{drive}{none}"), None).await,
            Vec::<Row>::new(),
            "{none}"
        );
    }
}
