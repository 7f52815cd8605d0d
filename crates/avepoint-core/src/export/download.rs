//! A file as it comes, over as many connections as it takes.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::answers::{self, encoding};
use super::archive::{self, Tail};
use super::{ExportApi, ExportEvent, ExportOptions};
use crate::counted::counted;
use crate::error::{Error, ErrorKind};
use crate::protection::Protection;
use crate::response::{ByteStream, Response};
use crate::retry::http_date;
use crate::witness::{Seen, Witness};

/// How much of a response that is not a file is read, in bytes.
const NO_FILE: usize = 64 * 1024;

/// How much further a download must get, in bytes, for the connections that broke before to be forgotten. So a file takes
/// no more connections than the attempts of the policy for each such step of its length, and for one more.
const STEP: u64 = 64 * 1024;

/// What a download gives out.
pub(super) enum Piece {
    /// What follows.
    Bytes(Bytes),
    /// The file begins again: what was given out before counts no more.
    Anew,
}

/// A download.
pub(super) struct Download<A: ExportApi> {
    api: A,
    id: A::Id,
    name: String,
    options: ExportOptions,
    body: Option<ByteStream>,
    /// The response of which the body is.
    seen: Seen,
    /// How much was given out.
    position: u64,
    /// What was given out last.
    tail: Tail,
    /// How much there is in all, if the server has said so.
    total: Option<u64>,
    /// What tells this file from a later one.
    validator: Option<Validator>,
    /// Whether the server has not failed yet to go on where it was.
    resumes: bool,
    /// How many connections have broken since the last step.
    broken: u32,
    /// How far the download had got at the last step.
    step: u64,
}

/// What came of asking for a file.
enum Opened {
    /// The rest of the file, or the file from its beginning with nothing given out before.
    Body(ByteStream),
    /// The file from its beginning, after some of it was given out.
    Anew(ByteStream),
    /// Nothing yet: it may come later.
    Later(Error),
}

impl<A: ExportApi> Download<A> {
    pub(super) fn new(api: A, id: A::Id, name: String, options: ExportOptions) -> Self {
        Download {
            api,
            id,
            name,
            options,
            body: None,
            seen: Seen::default(),
            position: 0,
            tail: Tail::default(),
            total: None,
            validator: None,
            resumes: true,
            broken: 0,
            step: 0,
        }
    }

    /// The next piece; nothing after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let error = match &mut self.body {
                None => match self.open().await? {
                    Opened::Body(body) => {
                        self.body = Some(body);
                        continue;
                    }
                    Opened::Anew(body) => {
                        self.body = Some(body);
                        return Ok(Some(Piece::Anew));
                    }
                    Opened::Later(error) => error,
                },
                Some(body) => match body.next().await {
                    Some(Ok(bytes)) => match self.take(&bytes) {
                        Ok(()) => return Ok(Some(Piece::Bytes(bytes))),
                        Err(error) => error,
                    },
                    _ if !Protection::WholeFiles.is_on() => return Ok(None),
                    // All is here, however the connection ended.
                    _ if self.total == Some(self.position) => return self.end(),
                    Some(Err(error)) => error,
                    None if self.total.is_none() && self.tail.is_whole() => return Ok(None),
                    None => cut(self.position, self.total),
                },
            };
            self.body = None;
            self.pause_after(self.seen.about(error)).await?;
        }
    }

    /// Takes note of a piece.
    fn take(&mut self, bytes: &Bytes) -> Result<(), Error> {
        let position = self.position.saturating_add(bytes.len() as u64);
        if let Some(total) = self.total.filter(|total| position > *total) {
            // It is not known which of them belong to the file.
            self.resumes = false;
            let problem = format!(
                "the file is longer than the expected {}",
                counted(total, "byte", "bytes")
            );
            return Err(Error::new(ErrorKind::Connection, problem));
        }
        self.position = position;
        self.tail.push(bytes);
        self.options.tell(&ExportEvent::Downloaded {
            job: &self.name,
            bytes: position,
            total: self.total,
        });
        Ok(())
    }

    /// Whether all that the server has announced is a whole file.
    fn end(&self) -> Result<Option<Piece>, Error> {
        if self.tail.is_whole() {
            return Ok(None);
        }
        let problem = format!(
            "the file is a truncated ZIP archive of {}; start the export again",
            counted(self.position, "byte", "bytes")
        );
        Err(self.seen.about(Error::new(ErrorKind::Decode, problem)))
    }

    /// Waits before the next connection, if there may be one.
    async fn pause_after(&mut self, error: Error) -> Result<(), Error> {
        if self.position >= self.step.saturating_add(STEP) {
            self.step = self.position;
            self.broken = 0;
        }
        self.broken = self.broken.saturating_add(1);
        let session = self.api.session();
        let policy = &session.options().retry;
        let delay = policy.delay(self.broken, fastrand::f64(), error.retry_after());
        if self.broken >= policy.max_attempts || delay >= policy.deadline {
            return Err(error);
        }
        tracing::debug!(job = self.name, position = self.position, %error, "the download broke");
        session.clock().sleep(delay).await;
        Ok(())
    }

    /// Asks for the file, or for the rest of it.
    async fn open(&mut self) -> Result<Opened, Error> {
        if let Some(validator) = self.validator.clone()
            && self.position > 0
            && self.resumes
        {
            match self.request(Some(&validator)).await {
                Ok(answer) if answer.status() == StatusCode::PARTIAL_CONTENT => {
                    if self.is_the_rest(answer.headers(), &validator) {
                        return Ok(Opened::Body(answer.into_inner()));
                    }
                }
                Ok(answer) => return self.begin(answer).await,
                // A server, or one between, that cannot give a part may well give the whole.
                Err(error) if is_about_the_part(&error) => {}
                Err(error) => return Err(error),
            }
            self.resumes = false;
        }
        let answer = self.request(None).await?;
        self.begin(answer).await
    }

    /// Asks for the file, or, with what tells it from others, for the rest of it. It is the API that is asked each time,
    /// since an address to which it points may be good for a while only.
    async fn request(&mut self, rest: Option<&Validator>) -> Result<Response<ByteStream>, Error> {
        let session = self.api.session();
        let (witness, mut options) = Witness::of(session);
        // Which part of the file is asked for is the download's affair.
        options.headers.remove(header::RANGE);
        options.headers.remove(header::IF_RANGE);
        if let Some(validator) = rest {
            options = options.header("range", &format!("bytes={}-", self.position))?;
            options.headers.insert(header::IF_RANGE, validator.value.clone());
        }
        let answer = self.api.file(&self.id, options).await?;
        self.seen = witness.seen(session);
        Ok(answer)
    }

    /// Begins the file, if the response has one.
    async fn begin(&mut self, answer: Response<ByteStream>) -> Result<Opened, Error> {
        let session = self.api.session().clone();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let total = number(&headers, &header::CONTENT_LENGTH);
        let mut body = answer.into_inner();
        let mut beginning = BytesMut::new();
        let outcome = read(&mut body, &mut beginning, archive::SIGNATURE).await;
        if status == StatusCode::OK && encoding(&headers).is_none() {
            if archive::begins(&beginning) {
                self.total = total;
                self.validator = Validator::of(&headers, session.clock().now());
                self.tail = Tail::default();
                let first = stream::iter([Ok(beginning.freeze())]);
                let body = ByteStream::new(first.chain(body));
                return Ok(match std::mem::take(&mut self.position) {
                    0 => Opened::Body(body),
                    _ => Opened::Anew(body),
                });
            }
            if archive::may_begin(&beginning) {
                match outcome {
                    Err(error) => return Ok(Opened::Later(error)),
                    Ok(()) if total.is_none() => return Ok(Opened::Later(cut(beginning.len() as u64, None))),
                    Ok(()) => {}
                }
            }
        }
        // What is cut or late tells as much as has come.
        let all = read(&mut body, &mut beginning, NO_FILE);
        let _ = tokio::time::timeout(session.options().timeout, all).await;
        let seen = self.seen.clone().with_body(beginning.freeze());
        let error = answers::instead_of_file(status, &seen, session.clock().now());
        if error.is_retryable() {
            Ok(Opened::Later(error))
        } else {
            Err(error)
        }
    }

    /// Whether a part of a file is what is missing, of the same file; takes note of how much there is then.
    fn is_the_rest(&mut self, headers: &HeaderMap, validator: &Validator) -> bool {
        let Some((first, last, total)) = headers.get(header::CONTENT_RANGE).and_then(content_range) else {
            return false;
        };
        // Without a total on either side nobody can tell whether the part is the last one.
        let total = total.or(self.total);
        let fits = first == self.position
            && total.is_some()
            && total == last.checked_add(1)
            && (self.total.is_none() || self.total == total)
            && validator.is_of(headers)
            && encoding(headers).is_none();
        if fits {
            self.total = total;
        }
        fits
    }
}

/// Whether a refusal may have its reason in what was asked for being a part. That the token is not accepted, and that the
/// server cannot answer now, has another.
fn is_about_the_part(error: &Error) -> bool {
    error.kind() == ErrorKind::Status && !error.is_retryable() && !error.is_authentication() && !error.is_permission()
}

/// Reads until so many bytes are there, or the end.
async fn read(body: &mut ByteStream, bytes: &mut BytesMut, least: usize) -> Result<(), Error> {
    while bytes.len() < least
        && let Some(piece) = body.next().await
    {
        bytes.extend_from_slice(&piece?);
    }
    Ok(())
}

/// The error of a file that ended and is not whole.
fn cut(position: u64, total: Option<u64>) -> Error {
    let problem = match total {
        Some(total) => format!("the file ended after {position} of {}", counted(total, "byte", "bytes")),
        None => format!(
            "the file ended after {}, before the end of the ZIP archive",
            counted(position, "byte", "bytes")
        ),
    };
    Error::new(ErrorKind::Connection, problem)
}

/// What tells one content from another under the same address, to the byte.
#[derive(Clone, Debug)]
struct Validator {
    name: HeaderName,
    value: HeaderValue,
    /// All values of these headers.
    headers: [Vec<HeaderValue>; 2],
}

/// The headers that change with the content.
const CHANGING: [HeaderName; 2] = [header::ETAG, header::LAST_MODIFIED];

impl Validator {
    /// That of a whole file: its strong entity tag, or the time of its last change if no other change can have been in
    /// the same second (RFC 9110 section 8.8.2.2).
    fn of(headers: &HeaderMap, now: SystemTime) -> Option<Self> {
        let values = CHANGING.map(|name| all(headers, &name));
        let kept = |name: HeaderName, values: &[HeaderValue]| match values {
            [value] => Some((name, value.clone())),
            _ => None,
        };
        let tag = kept(header::ETAG, &values[0]).filter(|(_, tag)| is_strong(tag));
        let (name, value) = tag.or_else(|| {
            let changed = time(headers, &header::LAST_MODIFIED)?;
            let sent = time(headers, &header::DATE).unwrap_or(now);
            let age = sent.duration_since(changed).unwrap_or_default();
            kept(header::LAST_MODIFIED, &values[1]).filter(|_| age >= Duration::from_secs(1))
        })?;
        Some(Validator {
            name,
            value,
            headers: values,
        })
    }

    /// Whether a part is of the same file: it has the same value of the header by which it was requested, and nothing else by
    /// the other. A server may leave out the time of a part (RFC 9110 section 15.3.7), but so do those that have not
    /// looked at what was asked for.
    fn is_of(&self, part: &HeaderMap) -> bool {
        CHANGING.iter().zip(&self.headers).all(|(name, values)| {
            let here = all(part, name);
            here == *values || (*name != self.name && (here.is_empty() || values.is_empty()))
        })
    }
}

fn all(headers: &HeaderMap, name: &HeaderName) -> Vec<HeaderValue> {
    headers.get_all(name).iter().cloned().collect()
}

/// Whether an entity tag is a strong one that tells something (RFC 9110 section 8.8.3).
fn is_strong(tag: &HeaderValue) -> bool {
    let within = tag
        .as_bytes()
        .strip_prefix(b"\"")
        .and_then(|tag| tag.strip_suffix(b"\""));
    within.is_some_and(|within| !within.is_empty() && !within.contains(&b'"'))
}

fn time(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    http_date(headers.get(name)?.to_str().ok()?)
}

/// The first and the last byte of a part, and the length of the whole if it is reported.
fn content_range(value: &HeaderValue) -> Option<(u64, u64, Option<u64>)> {
    let (unit, range) = value.to_str().ok()?.trim().split_once(' ')?;
    let (range, total) = range.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    unit.eq_ignore_ascii_case("bytes")
        .then_some((first.trim().parse().ok()?, last.trim().parse().ok()?, total))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_as_the_standard_has_it() {
        let read = |text: &'static str| content_range(&HeaderValue::from_static(text));
        assert_eq!(read("bytes 5-9/10"), Some((5, 9, Some(10))));
        assert_eq!(read("Bytes 5-9/*"), Some((5, 9, None)));
        for wrong in [
            "",
            "bytes",
            "bytes */10",
            "bytes 5-/10",
            "5-9/10",
            "items 5-9/10",
            "bytes 5-9/x",
            "bytes 5-18446744073709551616/10",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_what_changes_with_each_byte_tells_files_apart() {
        let now = SystemTime::UNIX_EPOCH;
        let mut headers = HeaderMap::new();
        let mut name = |header: &HeaderName, value| {
            headers.insert(header, HeaderValue::from_static(value));
            Validator::of(&headers, now).map(|validator| validator.name)
        };
        assert_eq!(name(&header::ETAG, "W/\"1\""), None);
        assert_eq!(name(&header::LAST_MODIFIED, "Sat, 31 Jan 2026 12:00:00 GMT"), None);
        assert_eq!(name(&header::DATE, "Sat, 31 Jan 2026 12:00:00 GMT"), None);
        assert_eq!(
            name(&header::DATE, "Sat, 31 Jan 2026 12:00:01 GMT"),
            Some(header::LAST_MODIFIED)
        );
        assert_eq!(name(&header::ETAG, "\"1\""), Some(header::ETAG));
    }
}
