//! Export jobs of the Insights Web API: two kinds with addresses of their own, under numbers.

// Every operation of this API is.
#![allow(deprecated)]

mod exports;

use std::time::Duration;

use avepoint_core::{ErrorKind, ExportOptions, ExportState, StaticToken};
use avepoint_insights_legacy::Client;
use avepoint_insights_legacy::types::{
    DataSource, ExportActivitiesRequest, ExportOption, ExportSitePermissionsRequest, ExportUserPermissionsRequest,
};
use avepoint_tests::server::{Reply, Server};
use exports::{archive, file};
use serde_json::json;

fn client(server: &Server) -> Client {
    let credential = StaticToken::new("a-token");
    Client::builder()
        .base_url(server.url())
        .credential(credential)
        .build()
        .expect("a client")
}

fn quick() -> ExportOptions {
    ExportOptions::default().poll_interval(Duration::from_millis(1), Duration::from_millis(5))
}

/// Every job ends at the second question, but number 13 fails at once.
async fn service() -> Server {
    Server::start(|request, count| {
        let query = request.query.as_deref().unwrap_or_default();
        match request.path.trim_start_matches("/insights/api/v1/") {
            "permission/export/status" | "activity/export/status" => {
                let status = if query == "id=13" { 3 } else { 1 + count % 2 };
                Reply::json(200, &json!({ "status": status, "description": "as it says" }))
            }
            "permission/export/get" => file(archive(format!("permissions {query}"))),
            "activity/export/file" => file(archive(format!("activities {query}"))),
            _ => Reply::json(200, &json!({ "id": 7, "getFileUrl": "/somewhere" })),
        }
    })
    .await
}

#[tokio::test]
async fn both_kinds_of_jobs_run_from_start_to_file() {
    let server = service().await;
    let client = client(&server);
    let folder = tempfile::tempdir().expect("a folder");
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");

    let request = ExportSitePermissionsRequest::builder().site_urls(vec!["https://northwind.example".to_owned()]);
    let request: ExportSitePermissionsRequest = request.build().expect("a request");
    let job = client
        .export_site_permissions()
        .body(request)
        .start_with(quick())
        .await
        .expect("a job");
    job.download_to(folder.path().join("permissions.zip"))
        .await
        .expect("a file");
    assert!(read("permissions.zip") == archive("permissions id=7"));

    let request = ExportActivitiesRequest::builder()
        .path("")
        .email("ines.moreau@northwind.example");
    let request: ExportActivitiesRequest = request.build().expect("a request");
    let job = client
        .export_activities()
        .body(request)
        .start_with(quick())
        .await
        .expect("a job");
    job.download_to(folder.path().join("activities.zip"))
        .await
        .expect("a file");
    assert!(read("activities.zip") == archive("activities id=7"));
}

#[tokio::test]
async fn a_handle_is_rebuilt_from_its_number() {
    let server = service().await;
    let client = client(&server);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    client
        .activity_export_job(8)
        .with_options(quick())
        .download_to(&path)
        .await
        .expect("a file");
    assert!(std::fs::read(&path).expect("a file") == archive("activities id=8"));
    let error = client.export_job(13).wait().await.expect_err("it failed");
    assert_eq!(error.kind(), ErrorKind::Export);
    assert!(error.to_string().contains("13 failed: as it says"), "{error}");
}

#[tokio::test]
async fn two_long_lists_make_a_job_for_each_pair_of_parts() {
    let server = service().await;
    let client = client(&server);
    let named = |what: &str, n: usize| (0..n).map(|n| format!("{what}{n}")).collect::<Vec<_>>();
    let request = ExportUserPermissionsRequest::builder()
        .emails(named("user", 150))
        .site_urls(named("https://northwind.example/sites/", 101))
        .data_sources(vec![DataSource::OneDrive])
        .export_option_type(ExportOption::SummaryAndSiteAccess);
    let request: ExportUserPermissionsRequest = request.build().expect("a request");
    let export = client.export_user_permissions().body(request.clone());
    let parts = export.clone().export_all(quick()).await.expect("parts");
    let lengths: Vec<_> = parts
        .iter()
        .map(|part| (part.input.emails.len(), part.input.site_urls.len()))
        .collect();
    assert_eq!(lengths, [(100, 100), (100, 1), (50, 100), (50, 1)]);
    assert!(parts.iter().all(|part| part.result.is_ok()));
    // A list that is left out is left out of every part.
    let mut everywhere = request;
    everywhere.site_urls = Default::default();
    let parts = export.body(everywhere).export_all(quick()).await.expect("parts");
    assert_eq!(parts.len(), 2);
    let starts = server.received().into_iter().filter(|request| request.method == "POST");
    let bodies: Vec<_> = starts.map(|request| request.json()).collect();
    assert!(
        bodies[4..].iter().all(|body| body.get("siteUrls").is_none()),
        "{:?}",
        bodies.last()
    );

    let error = client
        .export_site_permissions()
        .export_all(quick())
        .await
        .expect_err("no list");
    assert!(error.is_invalid_request(), "{error}");
}

#[tokio::test]
async fn a_status_of_http_in_the_place_of_a_jobs_is_one_of_http() {
    let jobs = |body: serde_json::Value| async move {
        Server::in_turn(vec![
            Reply::json(200, &body),
            Reply::json(200, &json!({ "status": 4, "description": "two sites were skipped" })),
        ])
        .await
    };
    for status in [404, 429, 503] {
        let server = jobs(json!({ "status": status, "message": "not now" })).await;
        let job = client(&server).export_job(7).with_options(quick());
        job.wait().await.expect("an end");
        let status = job.last_status().expect("a status");
        assert_eq!(status.state, ExportState::FinishedWithExceptions);
        assert_eq!(status.message.as_deref(), Some("two sites were skipped"));
        assert_eq!(server.received().len(), 2);
    }
    let server = jobs(json!({ "status": 403, "message": "not yours" })).await;
    let error = client(&server).export_job(7).wait().await.expect_err("refused");
    assert!(error.is_permission() && error.message() == "not yours", "{error}");

    // A start is reported so too.
    let request = ExportActivitiesRequest::builder()
        .path("")
        .email("ines.moreau@northwind.example");
    let request: ExportActivitiesRequest = request.build().expect("a request");
    let server = Server::in_turn(vec![
        Reply::json(200, &json!({ "status": 429, "message": "too many jobs" })),
        Reply::json(200, &json!({ "id": 7 })),
        Reply::json(200, &json!({ "status": 400, "message": "no such path" })),
    ])
    .await;
    let client = client(&server);
    let start = || client.export_activities().body(request.clone()).start_with(quick());
    start().await.expect("a job");
    let error = start().await.expect_err("no job");
    assert_eq!(
        error.to_string(),
        "exportActivities: 400 no job was started: no such path [400]"
    );
}
