//! A file as it comes, over as many connections as it takes.

use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use progenitor_client::ByteStream;

use bytes::Bytes;

use super::{ExportApi, ExportEvent, ExportOptions};
use crate::error::{Error, ErrorKind, NAME};
use crate::redact::Secrets;
use crate::response::ResponseValue;

/// How much of an answer that is no file is read, in bytes.
const NO_FILE: usize = 64 * 1024;

/// What a download gives out.
pub(super) enum Piece {
    /// What follows.
    Bytes(Bytes),
    /// The file begins anew: what was given out before counts no more.
    Anew,
}

/// A download.
pub(super) struct Download<A: ExportApi> {
    api: A,
    id: A::Id,
    name: String,
    options: ExportOptions,
    body: Option<ByteStream>,
    /// How much was given out.
    position: u64,
    /// How much there is in all, if the server has told.
    total: Option<u64>,
    /// What tells this file from a later one.
    validator: Option<HeaderValue>,
    resumes: bool,
    /// How many connections have broken without getting further than the ones before.
    broken: u32,
    furthest: u64,
}

impl<A: ExportApi> Download<A> {
    pub(super) fn new(api: A, id: A::Id, options: ExportOptions) -> Self {
        Download {
            name: api.session().secrets().clean(&id.to_string(), NAME),
            api,
            id,
            options,
            body: None,
            position: 0,
            total: None,
            validator: None,
            resumes: true,
            broken: 0,
            furthest: 0,
        }
    }

    /// The next piece; nothing after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let Some(body) = &mut self.body else {
                if self.open().await? {
                    return Ok(Some(Piece::Anew));
                }
                continue;
            };
            let error = match body.next().await {
                Some(Ok(bytes)) => {
                    self.position += bytes.len() as u64;
                    self.options.tell(&ExportEvent::Downloaded {
                        job: &self.name,
                        bytes: self.position,
                        total: self.total,
                    });
                    return Ok(Some(Piece::Bytes(bytes)));
                }
                // All is here, however the connection ended.
                _ if self.total == Some(self.position) => return Ok(None),
                None => match self.total {
                    None => return Ok(None),
                    Some(total) => Error::new(
                        ErrorKind::Connection,
                        format!("the file ended after {} of {total} bytes", self.position),
                    ),
                },
                Some(Err(error)) => Error::from_transport(error),
            };
            self.body = None;
            self.pause_after(error).await?;
        }
    }

    /// Waits before the next connection, if there may be one.
    async fn pause_after(&mut self, error: Error) -> Result<(), Error> {
        if self.position > self.furthest {
            self.furthest = self.position;
            self.broken = 0;
        }
        self.broken += 1;
        let session = self.api.session();
        let policy = &session.options().retry;
        if self.broken >= policy.attempts {
            return Err(error);
        }
        let delay = policy.delay(self.broken, fastrand::f64(), None);
        tracing::debug!(job = self.name, position = self.position, %error, "the download broke");
        session.clock().sleep(delay).await;
        Ok(())
    }

    /// Asks for the file, or for the rest of it; tells whether it begins anew.
    async fn open(&mut self) -> Result<bool, Error> {
        let mut options = self.api.session().options().clone();
        let resuming = self.position > 0 && self.resumes;
        if resuming {
            options = options.header("range", &format!("bytes={}-", self.position))?;
            if let Some(validator) = self.validator.as_ref().and_then(|value| value.to_str().ok()) {
                options = options.header("if-range", validator)?;
            }
        }
        let answer = match self.api.file(&self.id, options).await {
            Err(error) if resuming && error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => {
                self.resumes = false;
                return Ok(false);
            }
            answer => answer?,
        };
        let headers = answer.headers();
        if resuming && answer.status() == StatusCode::PARTIAL_CONTENT {
            if self.is_the_rest(headers) {
                self.body = Some(answer.into_inner());
            } else {
                self.resumes = false;
            }
            return Ok(false);
        }
        if answer.status() != StatusCode::OK || is_json(headers) {
            return Err(no_file(answer, &self.api.session().secrets()).await);
        }
        self.total = number(headers, &header::CONTENT_LENGTH);
        self.validator = validator(headers);
        self.body = Some(answer.into_inner());
        Ok(std::mem::take(&mut self.position) > 0)
    }

    /// Whether a part of a file is what is missing, of the same file.
    fn is_the_rest(&self, headers: &HeaderMap) -> bool {
        let part = headers.get(header::CONTENT_RANGE).and_then(content_range);
        let same = self.validator.is_none() || validator(headers).is_none_or(|now| Some(now) == self.validator);
        same && part.is_some_and(|(first, last, total)| {
            // Without a total on either side nobody can tell whether the part is the last one.
            let end = total.or(self.total);
            first == self.position
                && end == Some(last.saturating_add(1))
                && self.total.is_none_or(|known| end == Some(known))
        })
    }
}

/// What tells one content from another under the same address: the strong entity tag, or the time of the last change.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let tag = headers
        .get(header::ETAG)
        .filter(|tag| tag.as_bytes().starts_with(b"\""));
    tag.or_else(|| headers.get(header::LAST_MODIFIED)).cloned()
}

/// The first and the last byte of a part, and the length of the whole if it is told.
fn content_range(value: &HeaderValue) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = value.to_str().ok()?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total))
}

fn number(headers: &HeaderMap, name: &header::HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

/// The service tells of failures in a body of JSON under a status of success; that must not be kept as a report.
async fn no_file(answer: ResponseValue<ByteStream>, secrets: &Secrets) -> Error {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut pieces = answer.into_inner();
    let mut body = Vec::new();
    while let Some(Ok(piece)) = pieces.next().await {
        body.extend_from_slice(&piece);
        if body.len() > NO_FILE {
            break;
        }
    }
    let message = serde_json::from_slice::<serde_json::Value>(&body)
        .ok()
        .and_then(|value| Some(value.get("message")?.as_str()?.to_owned()))
        .filter(|message| !message.is_empty())
        .unwrap_or_else(|| "the body is no file".to_owned());
    Error::from_decode(status, &headers, &body, message, secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_as_the_standard_has_it() {
        let read = |text: &'static str| content_range(&HeaderValue::from_static(text));
        assert_eq!(read("bytes 5-9/10"), Some((5, 9, Some(10))));
        assert_eq!(read("bytes 5-9/*"), Some((5, 9, None)));
        for wrong in [
            "",
            "bytes",
            "bytes */10",
            "bytes 5-/10",
            "5-9/10",
            "items 5-9/10",
            "bytes 5-9/x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_weak_tag_tells_nothing_of_bytes() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, HeaderValue::from_static("W/\"1\""));
        assert_eq!(validator(&headers), None);
        headers.insert(
            header::LAST_MODIFIED,
            HeaderValue::from_static("Sat, 31 Jan 2026 12:00:00 GMT"),
        );
        assert_eq!(validator(&headers).as_ref(), headers.get(header::LAST_MODIFIED));
        headers.insert(header::ETAG, HeaderValue::from_static("\"1\""));
        assert_eq!(validator(&headers).as_ref(), headers.get(header::ETAG));
    }
}
