//! A large file goes to the disk without going through memory. Alone in its process, so that nothing else is measured.

use avepoint_core::{ExportOptions, StaticToken};
use avepoint_insights::Client;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::{BufMut, Bytes};

const MIB: u64 = 1024 * 1024;

/// How much the process may grow, server and client together.
const ROOM: u64 = 64 * MIB;

/// The beginning of an archive, and the records at the end of a large one whose directory is empty (APPNOTE 4.3.14 to 16).
fn ends_of_an_archive(length: u64) -> (Bytes, Bytes) {
    let end = length - 98;
    let mut records = Vec::new();
    records.put_slice(b"PK\x06\x06");
    records.put_u64_le(44);
    records.put_bytes(0, 36);
    records.put_u64_le(end);
    records.put_slice(b"PK\x06\x07");
    records.put_u32_le(0);
    records.put_u64_le(end);
    records.put_u32_le(1);
    records.put_slice(b"PK\x05\x06");
    records.put_bytes(0xff, 16);
    records.put_u16_le(0);
    (Bytes::from_static(b"PK\x03\x04"), records.into())
}

/// The most memory that the process has had so far, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_download_keeps_memory_flat() {
    let mib = std::env::var("AVEPOINT_BIG_DOWNLOAD_MIB").map_or(64, |text| text.parse().expect("a number of MiB"));
    let app = Router::new().fallback(move |request: Request| async move {
        if request.uri().path().ends_with("exportstatus") {
            let body = Body::from(r#"{ "jobStatus": 2, "status": 200 }"#);
            return Response::builder()
                .header("content-type", "application/json")
                .body(body)
                .expect("an answer");
        }
        let piece = Bytes::from(vec![7; 64 * 1024]);
        let (first, last) = ends_of_an_archive(mib * MIB);
        let short = piece.slice(first.len() + last.len()..);
        let pieces = [first].into_iter().chain((1..mib * 16).map(move |_| piece.clone()));
        let pieces = pieces.chain([short, last]).map(Ok::<_, std::io::Error>);
        let pieces = futures_util::stream::iter(pieces);
        let length = (mib * MIB).to_string();
        let answer = Response::builder()
            .header("content-length", length)
            .body(Body::from_stream(pieces));
        answer.expect("an answer")
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port on loopback");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });

    let client = Client::builder()
        .base_url(format!("http://{address}"))
        .credential(StaticToken::new("a-token"))
        .build()
        .expect("a client");
    let job = client
        .export_job("7".parse().expect("an id"))
        .with_options(ExportOptions::default());
    job.status().await.expect("a status");
    let folder = tempfile::tempdir().expect("a folder");
    let before = peak();
    let length = job.download_to(folder.path().join("report.zip")).await.expect("a file");
    assert_eq!(length, mib * MIB);
    if let (Some(before), Some(after)) = (before, peak()) {
        let growth = after - before;
        println!("{mib} MiB came; the process grew by {} KiB", growth / 1024);
        assert!(growth < ROOM, "the process grew by {growth} bytes");
    }
}
