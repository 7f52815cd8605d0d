//! A file as it is sent: whole or in part, while it is written.

use std::io::{self, BufWriter, Write};
use std::ops::{Bound, Range};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use headers::{
    AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt, IfMatch, IfNoneMatch, IfRange, LastModified,
};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Made, Package};
use crate::call::Refusal;

/// How much is written at once, and how many such parts wait for the reader.
const PART: usize = 64 << 10;
const WAITING: usize = 4;

/// A file that somebody may fetch.
pub(crate) struct Download {
    name: String,
    /// When it was left.
    time: Timestamp,
    made: Arc<Made>,
}

impl Download {
    pub(super) fn new(name: String, time: Timestamp, made: Arc<Made>) -> Self {
        Self { name, time, made }
    }

    /// Answers a request with the file, or with the part that it asks for, as file servers do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) async fn respond(self, request: &HeaderMap) -> Result<Response, Refusal> {
        let made = self.made;
        let package = tokio::task::spawn_blocking(move || LazyLock::force(&made).clone()).await;
        let package = package.unwrap_or_else(|error| Err(error.to_string()));
        let package = package.map_err(|error| Refusal::new(500, format!("The file cannot be written: {error}")))?;
        let length = package.length;
        let tag: Option<ETag> = package.tag.parse().ok();
        let modified = LastModified::from(SystemTime::from(self.time));
        let (status, range) = match &tag {
            Some(tag) => asked(request, length, tag, &modified),
            None => (StatusCode::OK, Some(0..length)),
        };
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.typed_insert(AcceptRanges::bytes());
        headers.typed_insert(modified);
        if let Some(tag) = tag {
            headers.typed_insert(tag);
        }
        if status == StatusCode::RANGE_NOT_SATISFIABLE {
            headers.typed_insert(ContentRange::unsatisfied_bytes(length));
        }
        let Some(range) = range else { return Ok(answer) };
        headers.typed_insert(ContentLength(range.end - range.start));
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name)) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        if status == StatusCode::PARTIAL_CONTENT
            && let Ok(value) = ContentRange::bytes(range.clone(), length)
        {
            headers.typed_insert(value);
        }
        *answer.body_mut() = body(package, range);
        Ok(answer)
    }
}

/// What a request is answered with: the status and, of the file, a part or all; none if it gets nothing of it.
fn asked(request: &HeaderMap, length: u64, tag: &ETag, modified: &LastModified) -> (StatusCode, Option<Range<u64>>) {
    if request
        .typed_get::<IfMatch>()
        .is_some_and(|condition| !condition.precondition_passes(tag))
    {
        return (StatusCode::PRECONDITION_FAILED, None);
    }
    if request
        .typed_get::<IfNoneMatch>()
        .is_some_and(|condition| !condition.precondition_passes(tag))
    {
        return (StatusCode::NOT_MODIFIED, None);
    }
    let is_same = request
        .typed_get::<IfRange>()
        .is_none_or(|condition| !condition.is_modified(Some(tag), Some(modified)));
    let ranges = request.typed_get::<headers::Range>().filter(|_| is_same);
    let Some(ranges) = ranges else {
        return (StatusCode::OK, Some(0..length));
    };
    let parts: Vec<_> = ranges.satisfiable_ranges(length).collect();
    let part = match parts.as_slice() {
        [(start, end)] => part(*start, *end, length),
        // The end of a file that is shorter than that is all of it.
        [] => longer_end(request, length).then_some(0..length),
        // Several parts at once are not worth an answer of several: a server may send all.
        _ => return (StatusCode::OK, Some(0..length)),
    };
    match part {
        Some(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        None => (StatusCode::RANGE_NOT_SATISFIABLE, None),
    }
}

/// Whether a request asks for more bytes from the end than a file has.
fn longer_end(request: &HeaderMap, length: u64) -> bool {
    let range = request.get(RANGE).and_then(|value| value.to_str().ok());
    let count = range.and_then(|range| range.strip_prefix("bytes=-")?.trim().parse::<u64>().ok());
    count.is_some_and(|count| count > length)
}

/// The part between two bounds; none if the file has nothing there.
fn part(start: Bound<u64>, end: Bound<u64>, length: u64) -> Option<Range<u64>> {
    let start = match start {
        Bound::Included(start) => start,
        _ => 0,
    };
    let end = match end {
        Bound::Included(end) => end.saturating_add(1).min(length),
        _ => length,
    };
    (start < end).then_some(start..end)
}

/// A part of an archive, which is written as fast as the reader takes it.
fn body(package: Arc<Package>, range: Range<u64>) -> Body {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let window = Window { at: 0, range, sender };
        let mut buffered = BufWriter::with_capacity(PART, window);
        // Its end is what fails it: nobody reads beyond.
        let _ = package.write(&mut buffered).and_then(|()| Ok(buffered.flush()?));
    });
    Body::from_stream(futures_util::stream::unfold(receiver, |mut receiver| async {
        let part: Bytes = receiver.recv().await?;
        Some((Ok::<_, io::Error>(part), receiver))
    }))
}

/// Sends on what lies in a range of all that is written.
struct Window {
    at: u64,
    range: Range<u64>,
    sender: mpsc::Sender<Bytes>,
}

impl Write for Window {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let length = part.len() as u64;
        let within = |offset: u64| usize::try_from(offset.saturating_sub(self.at).min(length)).unwrap_or(part.len());
        let sent = &part[within(self.range.start)..within(self.range.end)];
        if !sent.is_empty() && self.sender.blocking_send(Bytes::copy_from_slice(sent)).is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.at += length;
        // What follows need not be written.
        if self.at > self.range.end {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
