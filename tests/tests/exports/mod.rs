//! What the tests of export jobs share: servers with jobs and files, and clients of them.

// Each test takes what it needs.
#![allow(dead_code)]

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{CallOptions, Clock, Error, ExportEvent, ExportOptions, RetryPolicy, StaticToken, SystemClock};
use avepoint_insights::{Client, ExportJob};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, TOKEN};
use avepoint_tests::server::{Received, Reply, Server};
use bytes::Bytes;
use serde_json::{Value, json};

/// What a request is about.
pub enum Ask {
    Start,
    Status(String),
    File(String),
}

pub fn ask(request: &Received) -> Ask {
    let segments: Vec<_> = request.path.split('/').collect();
    match segments.as_slice() {
        ["", "insights", "job", id, "exportstatus"] => Ask::Status((*id).to_owned()),
        ["", "insights", "job", id, "exportfile"] => Ask::File((*id).to_owned()),
        _ => Ask::Start,
    }
}

pub fn started(id: usize) -> Reply {
    Reply::json(200, &json!({ "jobId": id.to_string(), "status": 200, "message": "" }))
}

pub fn status_reply(code: impl Into<Value>) -> Reply {
    Reply::json(200, &json!({ "jobStatus": code.into(), "status": 200, "message": "" }))
}

/// An answer with a file.
pub fn file(body: impl Into<Bytes>) -> Reply {
    let headers = vec![("content-type", "application/octet-stream".to_owned())];
    Reply::Answer(200, headers, body.into())
}

/// A ZIP archive, of a writer that is not ours, in which these bytes stand as they are.
pub fn archive(content: impl AsRef<[u8]>) -> Bytes {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    let (mut entry, config) = archive.new_file("report.xlsx").start().expect("an entry");
    let mut writer = config.wrap(&mut entry);
    writer.write_all(content.as_ref()).expect("room");
    let (_, descriptor) = writer.finish().expect("a whole entry");
    entry.finish(descriptor).expect("a whole entry");
    archive.finish().expect("a whole archive");
    bytes.into()
}

/// An archive in which every place can be told from every other.
pub fn content() -> Bytes {
    archive((0..50_000_u32).flat_map(u32::to_be_bytes).collect::<Vec<_>>())
}

pub fn client(url: &str, policy: RetryPolicy, clock: Arc<dyn Clock>) -> Client {
    Client::builder()
        .base_url(url)
        .credential(StaticToken::new(TOKEN))
        .options(CallOptions::default().retry(policy))
        .clock(clock)
        .build()
        .expect("a client")
}

/// A client that waits in no time, and its clock.
pub fn fake(server: &Server, policy: RetryPolicy) -> (Client, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(START));
    (client(&server.url(), policy, clock.clone()), clock)
}

/// A client by the real clock.
pub fn real(server: &Server) -> Client {
    client(&server.url(), RetryPolicy::none(), Arc::new(SystemClock::default()))
}

/// Options for the real clock.
pub fn quick() -> ExportOptions {
    ExportOptions::default().poll_interval(Duration::from_millis(1), Duration::from_millis(5))
}

/// Options, and what the listener received, as a developer would print it.
pub fn watched() -> (ExportOptions, Arc<Mutex<Vec<String>>>) {
    let events: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&events);
    let options = ExportOptions::default().on_event(move |event| {
        if !matches!(event, ExportEvent::Downloaded { bytes, total, .. } if Some(*bytes) != *total) {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(format!("{event:?}"));
        }
    });
    (options, events)
}

pub fn job(client: &Client) -> ExportJob {
    client.export_job("7".parse().expect("an id"))
}

pub fn export(client: &Client) -> avepoint_insights::builder::ExportSitePermissions {
    client
        .export_site_permissions()
        .site_urls(vec!["https://northwind.example/sites/a".to_owned()])
}

pub async fn start(client: &Client) -> Result<ExportJob, Error> {
    export(client).start().await
}

/// A server that answers starts, questions and downloads in turn; the last answer of each stands for all further ones.
pub async fn service(starts: Vec<Reply>, states: Vec<Reply>, files: Vec<Reply>) -> Server {
    let counts: [AtomicUsize; 3] = Default::default();
    Server::start(move |request, _| {
        let (kind, replies) = match ask(request) {
            Ask::Start => (0, &starts),
            Ask::Status(_) => (1, &states),
            Ask::File(_) => (2, &files),
        };
        let number = counts[kind].fetch_add(1, Ordering::Relaxed);
        replies[number.min(replies.len() - 1)].clone()
    })
    .await
}

/// A server whose status comes in turn.
pub async fn job_server(states: Vec<Reply>) -> Server {
    service(vec![started(7)], states, vec![file(content())]).await
}

/// A server whose job has finished, and that answers the downloads in turn.
pub async fn finished(files: Vec<Reply>) -> Server {
    service(vec![started(7)], vec![status_reply(2)], files).await
}

/// What a server was asked of this kind.
pub fn asked(server: &Server, kind: impl Fn(&Ask) -> bool) -> Vec<Received> {
    let mut received = server.received();
    received.retain(|request| kind(&ask(request)));
    received
}

pub fn downloads(server: &Server) -> Vec<Received> {
    asked(server, |ask| matches!(ask, Ask::File(_)))
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
