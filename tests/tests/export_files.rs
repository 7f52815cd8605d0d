//! Downloads of export jobs: a file is whole and from one source, or there is none.

mod exports;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{Error, ErrorKind, ExportEvent, ExportOptions, RetryPolicy, SystemClock};
use avepoint_insights::Client;
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, TOKEN};
use avepoint_tests::raw_server::{RawServer, Script, head, read_request, write_json};
use avepoint_tests::server::{Reply, Server};
use bytes::Bytes;
use exports::{archive, client, content, downloads, fake, file, finished, job, names, status_reply};
use futures_util::TryStreamExt;
use serde_json::json;
use tokio::io::AsyncWriteExt;

/// Another file of the same length.
fn other() -> Bytes {
    let other = archive((50_000..100_000_u32).flat_map(u32::to_be_bytes).collect::<Vec<_>>());
    assert_eq!(other.len(), content().len());
    other
}

/// The beginning of the file, and then a cut.
fn cut(length: usize) -> Reply {
    let headers = vec![("content-length", content().len().to_string())];
    Reply::Broken(200, headers, content().slice(..length))
}

/// A part of the file, and a cut where it does not reach to the end.
fn part(from: usize, to: usize) -> Reply {
    let whole = content().len();
    let range = format!("bytes {from}-{}/{whole}", whole - 1);
    let headers = vec![("content-range", range), ("etag", "\"one\"".to_owned())];
    match to {
        to if to == whole => Reply::Answer(206, headers, content().slice(from..)),
        to => Reply::Broken(206, headers, content().slice(from..to)),
    }
}

/// The beginning of a file that the server can tell from others.
fn tagged(length: usize) -> Reply {
    cut(length).header("etag", "\"one\"")
}

fn ranges(server: &Server) -> Vec<(Option<String>, Option<String>)> {
    let header = |request: &avepoint_tests::server::Received, name: &str| request.header(name).map(str::to_owned);
    downloads(server)
        .iter()
        .map(|request| (header(request, "range"), header(request, "if-range")))
        .collect()
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

/// Downloads this file, whole.
async fn arrives(server: &Server, expected: &Bytes) -> Vec<Duration> {
    let (client, clock) = fake(server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    let length = download(&client, &path).await.expect("a file");
    assert_eq!(length, expected.len() as u64);
    assert!(std::fs::read(&path).expect("a file") == *expected, "another content");
    assert_eq!(names(folder.path()), ["report.zip"]);
    clock.sleeps()
}

/// Downloads nothing, and leaves nothing behind.
async fn fails(client: &Client) -> Error {
    let folder = tempfile::tempdir().expect("a folder");
    let error = download(client, &folder.path().join("report.zip"))
        .await
        .expect_err("no file");
    assert!(names(folder.path()).is_empty(), "{error}");
    error
}

#[tokio::test]
async fn a_file_that_breaks_off_tells_whose_it_was() {
    let beginning = content().slice(..60_000);
    let head = |id| head(200, "OK", &[("request-id", id), ("content-length", "1000000")]);
    let script = |id| Script::bytes(head(id)).then(beginning.clone());
    for (what, script, shown) in [
        ("the connection broke: ", script("r-9").close(), "r-9"),
        (
            "no response arrived in time",
            script("r-9").pause(Duration::from_secs(60)),
            "r-9",
        ),
        ("the connection broke: ", script(TOKEN).close(), "[redacted]"),
    ] {
        let server = RawServer::start(move |_| script.clone()).await;
        let client = client(&server.url(), RetryPolicy::none(), Arc::new(SystemClock::default()));
        let options = client.session().options().clone().timeout(Duration::from_millis(300));
        let file = client
            .with_options(options)
            .download_export_job_file()
            .job_id("7")
            .send();
        let mut file = file.await.expect("a head").into_inner();
        let error = loop {
            match file.next().await.expect("an error") {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        let line = error.to_string();
        assert!(line.starts_with(&format!("downloadExportJobFile: {what}")), "{line}");
        assert!(line.ends_with(&format!(" (request id {shown})")), "{line}");
        assert!(error.is_retryable() && error.was_sent(), "{line}");
        assert!(file.next().await.is_none(), "nothing follows an error");
    }
}

#[tokio::test]
async fn a_lost_connection_begins_the_file_anew_if_nothing_tells_it_from_others() {
    let date = |reply: Reply| reply.header("date", "Sat, 31 Jan 2026 12:00:00 GMT");
    for first in [
        cut(60_000),
        cut(60_000).header("etag", "W/\"one\""),
        cut(60_000).header("etag", "one"),
        // Within the second in which it was sent it may have changed once more.
        date(cut(60_000)).header("last-modified", "Sat, 31 Jan 2026 12:00:00 GMT"),
        date(cut(60_000)).header("last-modified", "yesterday"),
    ] {
        // The rest that it would give is that of another file.
        let from_another = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&from_another);
        let count = AtomicUsize::new(0);
        let server = Server::start(move |request, _| {
            if request.path.ends_with("exportstatus") {
                return status_reply(2);
            }
            if request.header("range").is_some() {
                asked.fetch_add(1, Ordering::Relaxed);
            }
            match count.fetch_add(1, Ordering::Relaxed) {
                0 => first.clone(),
                1 => Reply::HangUp,
                _ => file(other()),
            }
        })
        .await;
        arrives(&server, &other()).await;
        assert_eq!(from_another.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_lost_connection_goes_on_where_it_was_if_the_server_can() {
    let whole = content().len();
    let server = finished(vec![tagged(60_000), part(60_000, 150_000), part(150_000, whole)]).await;
    arrives(&server, &content()).await;
    let asked = |range: &str| (Some(range.to_owned()), Some("\"one\"".to_owned()));
    assert_eq!(
        ranges(&server),
        [(None, None), asked("bytes=60000-"), asked("bytes=150000-")]
    );

    // A time tells files apart too, if it is long enough ago.
    let changed = "Sat, 31 Jan 2026 11:59:59 GMT";
    let first = cut(60_000)
        .header("date", "Sat, 31 Jan 2026 12:00:00 GMT")
        .header("last-modified", changed);
    let rest = |headers: Vec<(&'static str, String)>| {
        let range = ("content-range", format!("bytes 60000-{}/{whole}", whole - 1));
        let headers = headers.into_iter().chain([range]).collect();
        Reply::Answer(206, headers, content().slice(60_000..))
    };
    let server = finished(vec![first, rest(vec![("last-modified", changed.to_owned())])]).await;
    arrives(&server, &content()).await;
    let if_range = Some(changed.to_owned());
    assert_eq!(ranges(&server)[1], (Some("bytes=60000-".to_owned()), if_range));
    // Next to a tag it need not be repeated.
    let server = finished(vec![
        tagged(60_000).header("last-modified", changed),
        part(60_000, whole),
    ])
    .await;
    arrives(&server, &content()).await;
    assert_eq!(ranges(&server).len(), 2);
}

/// The beginning of a file with these headers, and the rest of another one with those, which the server gives whatever
/// it is asked for.
async fn mixed(first: &[(&'static str, &str)], rest: &[(&'static str, &str)]) -> Server {
    let whole = other().len();
    let with = |reply: Reply, headers: &[(&'static str, &str)]| {
        headers
            .iter()
            .fold(reply, |reply, (name, value)| reply.header(name, *value))
    };
    let range = format!("bytes 60000-{}/{whole}", whole - 1);
    let rest = with(Reply::Answer(206, Vec::new(), other().slice(60_000..)), rest).header("content-range", range);
    finished(vec![with(cut(60_000), first), rest, file(other())]).await
}

#[tokio::test]
async fn parts_of_two_files_are_never_put_together() {
    const SENT: (&str, &str) = ("date", "Sat, 31 Jan 2026 12:00:00 GMT");
    const CHANGED: (&str, &str) = ("last-modified", "Sat, 31 Jan 2026 11:00:00 GMT");
    const LATER: (&str, &str) = ("last-modified", "Sat, 31 Jan 2026 11:30:00 GMT");
    const ONE: (&str, &str) = ("etag", "\"one\"");
    const TWO: (&str, &str) = ("etag", "\"two\"");
    for (first, rest) in [
        // A server that does not know `If-Range`, and tells nothing of what it gives.
        (&[SENT, CHANGED][..], &[][..]),
        (&[SENT, CHANGED], &[LATER]),
        (&[SENT, CHANGED], &[CHANGED, LATER]),
        (
            &[SENT, CHANGED, ("etag", "W/\"one\"")],
            &[CHANGED, ("etag", "W/\"two\"")],
        ),
        (&[ONE], &[]),
        (&[ONE], &[CHANGED]),
        (&[ONE], &[ONE, TWO]),
        (&[ONE], &[TWO, ONE]),
        (&[ONE, CHANGED], &[ONE, LATER]),
        // Tags that are none.
        (&[ONE, TWO], &[ONE, TWO]),
        (&[ONE, ONE], &[ONE]),
        (&[("etag", "\"")], &[("etag", "\"")]),
        (&[("etag", "\"\"")], &[("etag", "\"\"")]),
        (&[("etag", "\"one")], &[("etag", "\"one")]),
        (&[("etag", "one\"")], &[("etag", "one\"")]),
        (&[("etag", "\"one\", \"two\"")], &[("etag", "\"one\", \"two\"")]),
        (&[("etag", "w/\"one\"")], &[("etag", "w/\"one\"")]),
    ] {
        let server = mixed(first, rest).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.zip");
        // The answer to the second request is taken for no rest, whether or not it was asked for one.
        match download(&client, &path).await {
            Ok(_) => assert!(std::fs::read(&path).expect("a file") == other(), "{first:?} {rest:?}"),
            Err(error) => assert!(names(folder.path()).is_empty(), "{first:?} {rest:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_a_part_is_asked_for_the_whole() {
    for status in [400, 404, 405, 406, 409, 410, 412, 416, 501] {
        let server = finished(vec![tagged(60_000), Reply::empty(status), file(other())]).await;
        arrives(&server, &other()).await;
        let asked = ranges(&server);
        assert_eq!((asked.len(), &asked[2]), (3, &(None, None)), "{status}");
    }
    // What has nothing to do with the part is the end of it, as is a file that is gone.
    for (status, requests) in [(401, 2), (403, 2), (404, 3)] {
        let server = finished(vec![tagged(60_000), Reply::empty(status)]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = fails(&client).await;
        assert_eq!(
            (error.status().map(|status| status.as_u16()), downloads(&server).len()),
            (Some(status), requests),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_not_put_together_with_the_rest() {
    let whole = content().len();
    let last = whole - 1;
    let rest = |range: String, headers: &[(&'static str, &str)]| {
        let mut all = vec![("content-range", range)];
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Reply::Answer(206, all, other().slice(60_000..))
    };
    let one = ("etag", "\"one\"");
    let mut wrong: Vec<_> = [
        format!("bytes 59999-{last}/{whole}"),
        format!("bytes 60000-{last}/{}", whole + 1),
        format!("bytes 60000-{}/{whole}", whole - 2),
        format!("bytes 60000-{}/{}", u64::MAX, u64::MAX),
        format!("bytes 60000-{}/*", u64::MAX),
        format!("items 60000-{last}/{whole}"),
        format!("bytes */{whole}"),
        "nonsense".to_owned(),
    ]
    .into_iter()
    .map(|range| rest(range, &[one]))
    .collect();
    let right = || format!("bytes 60000-{last}/{whole}");
    wrong.extend([
        // A server that does not know `If-Range` gives the rest of whatever it has.
        rest(right(), &[("etag", "\"two\"")]),
        rest(right(), &[("etag", "W/\"one\"")]),
        rest(right(), &[]),
        rest(right(), &[one, ("content-encoding", "gzip")]),
        Reply::Answer(
            206,
            vec![("content-type", "multipart/byteranges; boundary=x".to_owned())],
            "--x".into(),
        ),
        Reply::Answer(206, Vec::new(), content().slice(60_000..)),
        Reply::empty(416),
    ]);
    for wrong in wrong {
        let what = format!("{wrong:?}").chars().take(120).collect::<String>();
        let server = finished(vec![tagged(60_000), wrong, file(other())]).await;
        arrives(&server, &other()).await;
        let asked = ranges(&server);
        assert_eq!((asked.len(), &asked[2]), (3, &(None, None)), "{what}");
    }
}

#[tokio::test]
async fn a_part_that_is_longer_than_it_says_is_not_kept() {
    let whole = content().len();
    let too_long = || {
        Reply::Broken(
            206,
            vec![
                ("content-range", format!("bytes 60000-{}/{whole}", whole - 1)),
                ("etag", "\"one\"".to_owned()),
            ],
            [&content()[60_000..], b"more"].concat().into(),
        )
    };
    let server = finished(vec![tagged(60_000), too_long(), file(content())]).await;
    arrives(&server, &content()).await;
    assert_eq!(ranges(&server)[2], (None, None));
}

#[tokio::test]
async fn a_download_that_always_breaks_is_given_up() {
    let nothing = Reply::Broken(200, vec![("content-length", "9".to_owned())], Bytes::new());
    let beginning = Reply::Broken(200, vec![("content-length", "9".to_owned())], Bytes::from_static(b"PK"));
    for answer in [
        cut(60_000),
        nothing,
        beginning,
        Reply::Cut(content().slice(..100)),
        Reply::empty(404),
    ] {
        let server = finished(vec![answer]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = fails(&client).await;
        assert!(downloads(&server).len() <= 5, "{error}");
    }
}

/// A server that gives so much of a file at each connection, and a cut.
async fn dripping(length: usize, resumes: bool) -> Server {
    let from = |range: &str| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok();
    let furthest = AtomicUsize::new(0);
    Server::start(move |request, _| {
        if request.path.ends_with("exportstatus") {
            return status_reply(2);
        }
        let whole = content().len();
        let begin: usize = request.header("range").and_then(from).unwrap_or_default();
        let end = match resumes {
            true => begin + length,
            // A little further each time.
            false => furthest.fetch_add(length, Ordering::Relaxed) + length,
        };
        match begin {
            0 if resumes => tagged(end.min(whole)),
            0 => cut(end.min(whole)),
            _ => part(begin, end.min(whole)),
        }
    })
    .await
}

#[tokio::test]
async fn a_few_bytes_a_connection_are_no_progress() {
    for length in [1, 10, 1000, 13_000] {
        for resumes in [true, false] {
            let server = dripping(length, resumes).await;
            let (client, clock) = fake(&server, RetryPolicy::default());
            let error = fails(&client).await;
            assert_eq!(downloads(&server).len(), 5, "{length}: {error}");
            // Each pause may be twice as long as the one before.
            let most: Vec<_> = clock.sleeps().iter().map(Duration::as_secs_f64).collect();
            let bounds = [0.5, 1.0, 2.0, 4.0];
            assert!(
                most.iter()
                    .zip(bounds)
                    .all(|(pause, bound)| *pause >= bound / 2.0 && *pause <= bound),
                "{most:?}"
            );
        }
    }
    // 64 KiB further within the attempts is progress, so that these are enough.
    for (length, connections) in [(20_000, 11), (70_000, 3)] {
        let server = dripping(length, true).await;
        arrives(&server, &content()).await;
        assert_eq!(downloads(&server).len(), connections);
    }
}

#[tokio::test]
async fn a_body_that_is_no_archive_is_not_kept_as_a_report() {
    let expired = json!({ "message": "the file has expired" }).to_string();
    let page = "<!DOCTYPE html><title>Sign in</title>".to_owned();
    for (body, said) in [
        (expired.clone(), "the file has expired"),
        (format!("\u{feff}\n {expired}"), "the file has expired"),
        ("{}".to_owned(), "it is JSON"),
        ("[1]".to_owned(), "it is JSON"),
        (page, "it is HTML"),
        ("the service is busy".to_owned(), "it does not begin like one"),
        ("PK".to_owned(), "it does not begin like one"),
        ("\u{1f}\u{8b}packed".to_owned(), "it does not begin like one"),
        (String::new(), "it is empty"),
    ] {
        for kind in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/json",
            "application/problem+json",
            "text/html",
            "text/plain",
            "application/zip",
            "application/octet-stream",
            "",
        ] {
            let headers = match kind {
                "" => vec![],
                kind => vec![("content-type", kind.to_owned())],
            };
            let server = finished(vec![Reply::Answer(200, headers, body.clone().into())]).await;
            let (client, _) = fake(&server, RetryPolicy::default());
            let error = fails(&client).await;
            assert_eq!(
                (error.kind(), downloads(&server).len()),
                (ErrorKind::Decode, 1),
                "{kind}: {error}"
            );
            let line = error.to_string();
            assert!(
                line.starts_with("downloadExportJobFile: ") && line.contains(said),
                "{kind}: {error}"
            );
        }
    }
    // What an archive is, it says itself.
    for kind in ["application/json", "text/html", "Application/X-Zip-Compressed"] {
        let headers = vec![("content-type", kind.to_owned())];
        let server = finished(vec![Reply::Answer(200, headers, content())]).await;
        arrives(&server, &content()).await;
    }
}

#[tokio::test]
async fn a_failure_in_place_of_a_file_is_the_error_with_its_status() {
    let failure = |status: u16| {
        Reply::text(
            200,
            "text/json",
            json!({ "status": status, "message": "no" }).to_string(),
        )
    };
    let server = finished(vec![failure(404)]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let error = fails(&client).await;
    assert!(error.is_not_found() && downloads(&server).len() == 1, "{error}");
    // One that passes is waited for, a few times.
    let server = finished(vec![failure(503), failure(429), file(content())]).await;
    arrives(&server, &content()).await;
    let server = finished(vec![failure(429).header("retry-after", "18446744073709551615")]).await;
    let (client, clock) = fake(&server, RetryPolicy::default());
    let error = fails(&client).await;
    assert!(error.is_throttled() && clock.sleeps().is_empty(), "{error}");
}

#[tokio::test]
async fn a_file_that_is_encoded_or_only_a_part_is_refused() {
    let encoded = file(content()).header("content-encoding", "gzip");
    let part = part(0, content().len());
    for (answer, said) in [
        (encoded, "content encoding gzip"),
        (part, "(206)"),
        (Reply::empty(204), "(204)"),
    ] {
        let server = finished(vec![answer]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = fails(&client).await;
        assert!(
            error.to_string().contains(said) && downloads(&server).len() == 1,
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_file_of_the_right_length_that_is_cut_inside_is_refused() {
    for length in [4, 100_000, content().len() - 1] {
        let server = finished(vec![file(content().slice(..length))]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let error = fails(&client).await;
        let line = error.to_string();
        assert!(
            line.starts_with("downloadExportJobFile: ") && line.contains("truncated ZIP archive"),
            "{error}"
        );
        assert_eq!((error.kind(), downloads(&server).len()), (ErrorKind::Decode, 1));
    }
}

/// A server that writes these answers to requests for the file, byte by byte as they stand, and ends each connection.
async fn wire(answers: Vec<Vec<u8>>) -> (RawServer, Arc<AtomicUsize>) {
    let files = Arc::new(AtomicUsize::new(0));
    let (count, answers) = (Arc::clone(&files), Arc::new(answers));
    let server = RawServer::manual(move |mut stream| {
        let (count, answers) = (Arc::clone(&count), Arc::clone(&answers));
        async move {
            let Some(head) = read_request(&mut stream).await else {
                return;
            };
            if head.contains("exportstatus") {
                return write_json(&mut stream, "200 OK", "", r#"{"jobStatus": 2}"#).await;
            }
            let number = count.fetch_add(1, Ordering::Relaxed);
            // The client may have seen enough.
            let _ = stream.write_all(&answers[number.min(answers.len() - 1)]).await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    (server, files)
}

fn written(head: &str, body: &[u8]) -> Vec<u8> {
    [
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n").as_bytes(),
        body,
    ]
    .concat()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let chunk = |piece: &[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    let chunks = body.chunks(9000).map(chunk).collect::<Vec<_>>().concat();
    written("transfer-encoding: chunked\r\n", &[&chunks[..], b"0\r\n\r\n"].concat())
}

#[tokio::test]
async fn a_file_without_a_length_is_whole_when_its_end_is_there() {
    let whole = content();
    let without_length = written("", &whole);
    let in_chunks = chunked(&whole);
    let old = [b"HTTP/1.0 200 OK\r\n\r\n", &whole[..]].concat();
    let cut = |answer: &[u8], bytes: usize| answer[..answer.len() - bytes].to_vec();
    for (answer, good) in [
        (without_length.clone(), true),
        (in_chunks.clone(), true),
        (old, true),
        (cut(&without_length, 1), false),
        (cut(&without_length, 22), false),
        (cut(&without_length, 150_000), false),
        (cut(&without_length, whole.len()), false),
        (cut(&without_length, whole.len() - 3), false),
        // The last chunk says that there is no more.
        (cut(&in_chunks, 5), false),
        (cut(&in_chunks, 100_000), false),
        (written("content-length: 18446744073709551615\r\n", &whole), false),
        (written("content-length: 18446744073709551614\r\n", &whole), false),
        (
            written(&format!("content-length: {}\r\n", whole.len() + 1), &whole),
            false,
        ),
        (written("content-length: 5\r\ncontent-length: 7\r\n", &whole), false),
        // Zeros fill up a block; anything else says that something went wrong.
        (written("", &[&whole[..], &[0; 500]].concat()), true),
        (
            written("", &[&whole[..], b"<html>Internal error</html>"].concat()),
            false,
        ),
        (written("", &[&whole[..], &other()].concat()), false),
        (chunked(&[&whole[..], b"\n"].concat()), false),
    ] {
        for answers in [vec![answer.clone()], vec![answer.clone(), without_length.clone()]] {
            let again = answers.len() > 1;
            let (server, count) = wire(answers).await;
            let clock = Arc::new(FakeClock::at(START));
            let client = client(&server.url(), RetryPolicy::default(), clock);
            if good || again {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("report.zip");
                download(&client, &path).await.expect("a file");
                assert!(std::fs::read(&path).expect("a file").starts_with(&whole));
                assert_eq!(count.load(Ordering::Relaxed), if good { 1 } else { 2 });
            } else {
                let error = fails(&client).await;
                assert!(error.is_connection(), "{error}");
                assert_eq!(count.load(Ordering::Relaxed), 5, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_file_elsewhere_goes_on_where_it_was_under_a_fresh_address() {
    // A store of files, whose addresses are good for one request.
    let used: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&used);
    let store = Server::start(move |request, count| {
        let signature = request.query.clone().unwrap_or_default();
        let mut used = log.lock().unwrap_or_else(PoisonError::into_inner);
        if used.contains(&signature) {
            return Reply::empty(403);
        }
        used.push(signature);
        match (count, request.header("range")) {
            (0, None) => tagged(60_000),
            (1, Some("bytes=60000-")) => part(60_000, 130_000),
            (2, Some("bytes=130000-")) => part(130_000, content().len()),
            _ => Reply::empty(400),
        }
    })
    .await;
    let address = store.url();
    let server = Server::start(move |request, count| match request.path.ends_with("exportstatus") {
        true => status_reply(2),
        false => Reply::empty(302).header("location", format!("{address}/files/7?signature={count}")),
    })
    .await;
    arrives(&server, &content()).await;
    assert_eq!(downloads(&server).len(), 3);
    for request in store.received() {
        assert_eq!(request.header("authorization"), None);
        let tag = request.header("range").map(|_| "\"one\"");
        assert_eq!(request.header("if-range"), tag);
    }
}

#[tokio::test]
async fn the_stream_goes_on_after_a_cut_or_says_that_it_cannot() {
    let whole = content().len();
    let server = finished(vec![tagged(60_000), part(60_000, whole)]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let stream = job(&client).into_stream().await.expect("a stream");
    let pieces: Vec<Bytes> = stream.try_collect().await.expect("a file");
    assert!(pieces.concat() == content());

    for (second, said) in [
        (file(content()), "does not support resuming"),
        (Reply::empty(404), "404"),
    ] {
        let server = finished(vec![cut(60_000), second]).await;
        let (client, _) = fake(&server, RetryPolicy::default());
        let stream = job(&client).into_stream().await.expect("a stream");
        let error = stream.try_collect::<Vec<_>>().await.expect_err("a cut");
        assert!(error.to_string().contains(said), "{error}");
    }
    // What is not whole does not end well, however much of it was given out.
    let server = finished(vec![file(content().slice(..whole - 1))]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let stream = job(&client).into_stream().await.expect("a stream");
    let error = stream.try_collect::<Vec<_>>().await.expect_err("a cut archive");
    assert!(error.to_string().contains("truncated ZIP archive"), "{error}");
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_nothing_behind() {
    let server = finished(vec![cut(60_000)]).await;
    let patient = RetryPolicy::default()
        .initial_backoff(Duration::from_secs(60))
        .max_backoff(Duration::from_secs(60));
    let client = client(&server.url(), patient, Arc::new(SystemClock::default()));
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
async fn a_listener_that_panics_leaves_nothing_behind() {
    let server = finished(vec![file(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    let options = ExportOptions::default().on_event(|event| {
        if matches!(event, ExportEvent::Downloaded { .. }) {
            std::panic::resume_unwind(Box::new("the listener fails"));
        }
    });
    let download = tokio::spawn(async move { job(&client).with_options(options).download_to(path).await });
    assert!(download.await.expect_err("a panic").is_panic());
    assert!(names(folder.path()).is_empty());
}

/// Downloads to a path.
async fn save(path: &Path, overwrite: bool) -> (Result<u64, Error>, usize) {
    let server = finished(vec![file(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let options = ExportOptions::default().overwrite(overwrite);
    let outcome = job(&client).with_options(options).download_to(path).await;
    (outcome, server.received().len())
}

/// Expects that a path is refused before anything is asked.
async fn refused(path: &Path, overwrite: bool, said: &str) {
    let (outcome, asked) = save(path, overwrite).await;
    let error = outcome.expect_err("no file");
    assert_eq!((error.kind(), asked), (ErrorKind::File, 0), "{error}");
    assert!(error.to_string().contains(said), "{error}");
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_if_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.zip");
    std::fs::write(&path, "mine").expect("a file");
    refused(&path, false, &path.display().to_string()).await;
    assert_eq!(std::fs::read(&path).expect("a file"), b"mine");
    save(&path, true).await.0.expect("a file");
    assert!(std::fs::read(&path).expect("a file") == content());

    // One that comes to be while the download runs.
    let late = folder.path().join("late.zip");
    let made = late.clone();
    let options = ExportOptions::default().on_event(move |event| {
        if matches!(event, ExportEvent::Downloaded { .. }) {
            std::fs::write(&made, "mine").expect("a file");
        }
    });
    let server = finished(vec![file(content())]).await;
    let (client, _) = fake(&server, RetryPolicy::default());
    let error = job(&client)
        .with_options(options)
        .download_to(&late)
        .await
        .expect_err("it is there");
    assert!(error.to_string().contains("already exists"), "{error}");
    assert_eq!(std::fs::read(&late).expect("a file"), b"mine");
    assert_eq!(names(folder.path()), ["late.zip", "report.zip"]);
}

#[tokio::test]
async fn a_path_that_cannot_be_written_is_named_before_the_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("there");
    std::fs::write(&there, "mine").expect("a file");
    let too_long = folder.path().join("x".repeat(256));
    let nowhere = folder.path().join("none").join("report.zip");
    for overwrite in [false, true] {
        refused(folder.path(), overwrite, "it is a folder").await;
        for path in [&nowhere, &there.join("report.zip"), &too_long] {
            refused(path, overwrite, &path.display().to_string()).await;
        }
        for nothing in ["", "..", "/"] {
            refused(Path::new(nothing), overwrite, "it has no file name").await;
        }
        for end in ["new/", "new/.", "none/."] {
            refused(&folder.path().join(end), overwrite, "it is a folder").await;
        }
        refused(&folder.path().join("a\0b"), overwrite, "cannot be written").await;
        #[cfg(target_os = "linux")]
        refused(Path::new("/proc/report.zip"), overwrite, "/proc/report.zip").await;
    }
    assert_eq!(names(folder.path()), ["there"]);
}

#[tokio::test]
async fn any_name_that_a_file_may_have_is_good() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "x".repeat(255),
        "ü".repeat(127),
        "-rf *; \"a\nb\"".to_owned(),
        " .".to_owned(),
    ] {
        save(&folder.path().join(&name), false).await.0.expect("a file");
        save(&folder.path().join(&name), true).await.0.expect("a file");
    }
    assert_eq!(names(folder.path()).len(), 4);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[tokio::test]
    async fn names_need_not_be_text() {
        use std::os::unix::ffi::OsStringExt;

        let folder = tempfile::tempdir().expect("a folder");
        let name = std::ffi::OsString::from_vec(vec![0xff; 255]);
        let path = folder.path().join(name);
        save(&path, false).await.0.expect("a file");
        assert!(path.exists());
    }

    #[tokio::test]
    async fn what_replaces_a_file_keeps_its_owner_and_permissions() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.zip");
        for mode in [0o600, 0o640, 0o664, 0o666, 0o755, 0o444] {
            std::fs::write(&path, "mine").expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permissions");
            // Only the superuser can, and only then is there something to keep.
            let _ = std::os::unix::fs::chown(&path, Some(4321), Some(8765));
            let before = path.metadata().expect("a file");
            let (uid, gid) = (before.uid(), before.gid());
            let kept =
                move |there: &std::fs::Metadata| (there.mode() & 0o7777, there.uid(), there.gid()) == (mode, uid, gid);
            let server = finished(vec![file(content())]).await;
            let (client, _) = fake(&server, RetryPolicy::default());
            let watched = folder.path().to_owned();
            let options = ExportOptions::default().overwrite(true).on_event(move |event| {
                if matches!(event, ExportEvent::Downloaded { .. }) {
                    let entries = watched.read_dir().expect("a folder");
                    let all: Vec<_> = entries.map(|entry| entry.expect("an entry").metadata()).collect();
                    // The one under the temporary name too.
                    assert_eq!(all.len(), 2);
                    assert!(all.iter().flatten().all(&kept));
                }
            });
            job(&client)
                .with_options(options)
                .download_to(&path)
                .await
                .expect("a file");
            let after = path.metadata().expect("a file");
            assert!(kept(&after) && after.len() == content().len() as u64, "{mode:o}");
            std::fs::remove_file(&path).expect("a file");
        }
        // It runs in nobody's name.
        for mode in [0o4755, 0o2755, 0o6711, 0o1644] {
            std::fs::write(&path, "mine").expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permissions");
            save(&path, true).await.0.expect("a file");
            assert_eq!(path.metadata().expect("a file").mode() & 0o7777, mode & 0o777);
            std::fs::remove_file(&path).expect("a file");
        }
        // A new file has those that every new file has.
        save(&path, false).await.0.expect("a file");
        let ordinary = folder.path().join("ordinary");
        std::fs::write(&ordinary, "").expect("a file");
        assert_eq!(
            path.metadata().expect("a file").mode(),
            ordinary.metadata().expect("a file").mode()
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_replaces_a_file_with_a_list_of_access_gives_the_group_nothing() {
        use rustix::fs::{XattrFlags, lsetxattr};

        // The owner and user 1234 may read and write, the group and others nothing; the mask stands for the group.
        let nobody = u32::MAX;
        let entries = [
            (1, 6, nobody),
            (2, 6, 1234),
            (4, 0, nobody),
            (16, 6, nobody),
            (32, 0, nobody),
        ];
        let mut list = 2_u32.to_le_bytes().to_vec();
        for (tag, rights, id) in entries {
            list.extend([u16::to_le_bytes(tag), u16::to_le_bytes(rights)].concat());
            list.extend(u32::to_le_bytes(id));
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.zip");
        std::fs::write(&path, "mine").expect("a file");
        if lsetxattr(&path, "system.posix_acl_access", &list, XattrFlags::empty()).is_err() {
            eprintln!("not tried: this file system has no lists of access");
            return;
        }
        assert_eq!(path.metadata().expect("a file").mode() & 0o777, 0o660);
        save(&path, true).await.0.expect("a file");
        assert_eq!(path.metadata().expect("a file").mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::fs::write(&target, "mine").expect("a file");
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o600)).expect("permissions");
        for leads_to in [target.clone(), folder.path().join("nowhere")] {
            symlink(leads_to, &link).expect("a link");
            refused(&link, false, "it already exists").await;
            save(&link, true).await.0.expect("a file");
            assert!(!link.is_symlink() && std::fs::read(&link).expect("a file") == content());
            std::fs::remove_file(&link).expect("a file");
        }
        assert_eq!(std::fs::read(&target).expect("a file"), b"mine");
        assert_eq!(names(folder.path()), ["target"]);
    }

    #[tokio::test]
    async fn what_is_no_ordinary_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        symlink(&pipe, folder.path().join("to-the-pipe")).expect("a link");
        symlink("/dev/null", folder.path().join("to-nothing")).expect("a link");
        for overwrite in [false, true] {
            for name in ["pipe", "to-the-pipe", "to-nothing"] {
                refused(&folder.path().join(name), overwrite, "it is not a regular file").await;
            }
            symlink(folder.path(), folder.path().join("to-a-folder")).expect("a link");
            refused(&folder.path().join("to-a-folder"), overwrite, "it is a folder").await;
            std::fs::remove_file(folder.path().join("to-a-folder")).expect("a link");
        }
    }

    /// Runs in a process of its own, in which no file can be longer than a few kilobytes.
    #[tokio::test]
    async fn a_disk_without_room_is_named_and_nothing_left_behind() {
        const INSIDE: &str = "AVEPOINT_TEST_WITHOUT_ROOM";
        if let Some(folder) = std::env::var_os(INSIDE) {
            let path = Path::new(&folder).join("report.zip");
            let error = save(&path, false).await.0.expect_err("no room");
            assert_eq!(error.kind(), ErrorKind::File);
            assert!(error.to_string().contains("report.zip cannot be written: "), "{error}");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let name = "unix::a_disk_without_room_is_named_and_nothing_left_behind";
        let inside = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().expect("this program"))
            .args(["--exact", name])
            .env(INSIDE, folder.path())
            .output()
            .expect("a shell");
        let output = String::from_utf8_lossy(&inside.stdout);
        assert!(inside.status.success() && output.contains("1 passed"), "{output}");
        assert!(names(folder.path()).is_empty());
    }
}
