//! What was asked, for tests and for people; secrets are hidden.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many requests are kept.
const KEPT: usize = 10_000;

/// How many bytes the lines of those that are kept have in all.
const KEPT_BYTES: usize = 16 << 20;

/// How many bytes of a body are kept.
const LONGEST_BODY: usize = 64 << 10;

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Parts of the names of members that hold secrets, in small letters. Tokens of pages are none.
const SECRETS: [&str; 8] = [
    "password",
    "secret",
    "assertion",
    "access_token",
    "accountkey",
    "accesskey",
    "signatureversionkey",
    "privateid",
];

/// A request that was answered.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedRequest {
    /// When it was answered, in real time.
    pub time: Timestamp,
    /// The method.
    pub method: String,
    /// The path as it was sent.
    pub path: String,
    /// The query, parameter by parameter; secrets are `***`.
    pub query: Vec<(String, String)>,
    /// The API whose operation was called, such as `elements-v3`; none if none was.
    pub api: Option<&'static str>,
    /// The id of the operation that was called; none if none was.
    pub operation: Option<&'static str>,
    /// The body, if it is JSON or a form; secrets are `***`. Of one with more than 64 KiB it is a text: the beginning, and
    /// how long the whole is.
    pub body: Value,
    /// The status of the answer; none if the connection was cut.
    pub status: Option<u16>,
    /// How the answer is named in its header `request-id`; none if the specification of the API has no such header.
    pub request_id: Option<String>,
}

/// The requests there were, as lines of JSON: values would take many times the memory.
pub(crate) struct Log {
    kept: Mutex<Kept>,
    /// Where they are written too, as JSON lines.
    file: Option<Mutex<File>>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<Line>,
    /// How many bytes the lines have.
    bytes: usize,
    /// How many requests went to make room.
    dropped: usize,
}

struct Line {
    json: Bytes,
    api: Option<&'static str>,
    operation: Option<&'static str>,
}

impl Log {
    pub(crate) fn new(file: Option<File>) -> Self {
        Self {
            kept: Mutex::default(),
            file: file.map(Mutex::new),
        }
    }

    /// The last requests, the oldest first.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.kept().lines.iter().filter_map(Line::read).collect()
    }

    /// The last requests as they are written, the oldest first, and how many there were before them.
    pub(super) fn lines(&self) -> (Vec<Bytes>, usize) {
        let kept = self.kept();
        (kept.lines.iter().map(|line| line.json.clone()).collect(), kept.dropped)
    }

    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    pub(super) fn add(&self, mut request: RecordedRequest) {
        let Ok(mut line) = serde_json::to_vec(&request) else {
            return;
        };
        // No body is longer than the line that it stands in.
        if line.len() > LONGEST_BODY {
            shorten(&mut request.body);
            match serde_json::to_vec(&request) {
                Ok(shorter) => line = shorter,
                Err(_) => return,
            }
        }
        if let Some(file) = &self.file {
            let line = [line.as_slice(), b"\n"].concat();
            // A full disk is no reason to answer otherwise than before.
            let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
        }
        self.kept().add(Line {
            // Without the room that the line has left.
            json: line.into_boxed_slice().into(),
            api: request.api,
            operation: request.operation,
        });
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Keeps a line; the oldest go, until there is room for it.
    fn add(&mut self, line: Line) {
        self.bytes += line.json.len();
        self.lines.push_back(line);
        while self.lines.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.json.len();
            self.dropped += 1;
        }
    }
}

impl Line {
    fn read(&self) -> Option<RecordedRequest> {
        /// What a line tells, apart from the names that the sandbox has itself.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Told {
            time: Timestamp,
            method: String,
            path: String,
            query: Vec<(String, String)>,
            body: Value,
            status: Option<u16>,
            request_id: Option<String>,
        }
        let told: Told = serde_json::from_slice(&self.json).ok()?;
        Some(RecordedRequest {
            time: told.time,
            method: told.method,
            path: told.path,
            query: told.query,
            api: self.api,
            operation: self.operation,
            body: told.body,
            status: told.status,
            request_id: told.request_id,
        })
    }
}

/// Makes a body that is too long to be kept a text: its beginning, and how long it is.
fn shorten(body: &mut Value) {
    let text = body.to_string();
    let length = text.len();
    if length > LONGEST_BODY {
        let end = (0..=LONGEST_BODY).rev().find(|end| text.is_char_boundary(*end));
        *body = format!("{}… (cut: {length} bytes in all)", &text[..end.unwrap_or_default()]).into();
    }
}

/// A query or a form, parameter by parameter.
pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| match is_secret(&name) {
            true => (name.into_owned(), HIDDEN.to_owned()),
            false => (name.into_owned(), value.into_owned()),
        })
        .collect()
}

/// A body as it may be shown; null if it is neither JSON nor a form.
pub(super) fn body(media_type: Option<&str>, bytes: &[u8]) -> Value {
    match media_type.and_then(|name| name.split(';').next()).map(str::trim) {
        Some("application/x-www-form-urlencoded") => {
            let members = pairs(bytes).into_iter().map(|(name, value)| (name, value.into()));
            Value::Object(members.collect::<Map<_, _>>())
        }
        _ => {
            let mut value = serde_json::from_slice(bytes).unwrap_or_default();
            hide(&mut value);
            value
        }
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match is_secret(name) && may_be_secret(name, member) {
                    true => *member = HIDDEN.into(),
                    false => hide(member),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(hide),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|part| name.contains(part))
}

/// Whether a value under the name of a secret can be one: `passwordNeverExpire: true` and `passwordLength: 12` say something
/// about it, and `password: 1234` is it.
fn may_be_secret(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) => SECRETS.iter().any(|part| name.to_ascii_lowercase().ends_with(part)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(path: String, body: Value) -> RecordedRequest {
        RecordedRequest {
            time: Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            path,
            query: vec![("a".to_owned(), "b".to_owned())],
            api: Some("insights"),
            operation: Some("listSites"),
            body,
            status: Some(200),
            request_id: None,
        }
    }

    #[test]
    fn what_is_kept_is_told_as_it_was() {
        let log = Log::new(None);
        log.add(request("/1".to_owned(), json!({ "a": [1, 2.5, "x"] })));
        log.add(RecordedRequest {
            api: None,
            operation: None,
            status: None,
            request_id: Some("id".to_owned()),
            ..request("/2".to_owned(), Value::Null)
        });
        let (told, (lines, dropped)) = (log.requests(), log.lines());
        assert_eq!((told.len(), lines.len(), dropped), (2, 2, 0));
        assert_eq!(told[0].body, json!({ "a": [1, 2.5, "x"] }));
        for (told, line) in told.iter().zip(lines) {
            assert_eq!(serde_json::to_vec(told).expect("JSON"), line);
        }
    }

    /// However many there are, and however long they are.
    #[test]
    fn the_log_has_a_bound_in_bytes_and_in_requests() {
        let log = Log::new(None);
        let long: Value = (0..15_000).collect();
        let length = long.to_string().len();
        (0..300).for_each(|index| log.add(request(format!("/{index}"), long.clone())));
        let (lines, dropped) = log.lines();
        let bytes = |lines: &[Bytes]| lines.iter().map(Bytes::len).sum::<usize>();
        assert!(bytes(&lines) <= KEPT_BYTES && lines.len() > 200, "{}", lines.len());
        assert!(lines.iter().all(|line| line.len() < LONGEST_BODY + 500));
        assert_eq!(lines.len() + dropped, 300);
        let told = log.requests();
        let last = told.last().expect("a request");
        assert_eq!(last.path, "/299", "the oldest go");
        let text = last.body.as_str().expect("a text");
        assert!(text.starts_with("[0,1,2,"), "{}", &text[..20]);
        assert!(text.ends_with(&format!("… (cut: {length} bytes in all)")));
        // Other parts of requests count as bodies do, and no letter is cut in two.
        log.clear();
        let texts = json!(["ü".repeat(LONGEST_BODY)]);
        (0..300).for_each(|_| log.add(request("y".repeat(LONGEST_BODY), texts.clone())));
        let (lines, dropped) = log.lines();
        assert!(bytes(&lines) <= KEPT_BYTES && dropped > 100, "{dropped}");
        log.clear();
        (0..=KEPT).for_each(|_| log.add(request("/".to_owned(), Value::Null)));
        let (lines, dropped) = log.lines();
        assert_eq!((lines.len(), dropped), (KEPT, 1));
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let sent = br#"{"password": "s3cret", "list": [{"SecretAccessKey": {"of": "s3cret"}}], "skipToken": "page-2"}"#;
        let shown = body(Some("application/json"), sent);
        assert_eq!(
            shown,
            json!({ "password": "***", "list": [{ "SecretAccessKey": "***" }], "skipToken": "page-2" })
        );
        let sent = b"client_id=app&client_secret=s3cret&client_assertion=s3cret";
        let shown = body(Some("application/x-www-form-urlencoded; charset=utf-8"), sent);
        assert_eq!(
            shown,
            json!({ "client_id": "app", "client_secret": "***", "client_assertion": "***" })
        );
        assert_eq!(body(Some("text/plain"), b"s3cret"), Value::Null);
        assert_eq!(
            pairs(b"access_token=s3cret&a=b"),
            [("access_token", "***"), ("a", "b")].map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_is_said_about_a_secret_is_shown() {
        let sent = br#"{"passwordNeverExpire": true, "password": null, "passwordLength": 12, "newPassword": 1234, "Password": "true"}"#;
        assert_eq!(
            body(Some("application/json"), sent),
            json!({
                "passwordNeverExpire": true, "password": null, "passwordLength": 12, "newPassword": "***", "Password": "***",
            })
        );
    }

    /// The specs mark what is a secret: every such member is one here.
    #[test]
    fn every_secret_of_the_specs_is_one_here() {
        fn visit(value: &Value, name: &str, found: &mut Vec<String>) {
            if value.get("format") == Some(&json!("password")) {
                found.push(name.to_owned());
            }
            match value {
                Value::Object(members) => members.iter().for_each(|(name, member)| visit(member, name, found)),
                Value::Array(entries) => entries.iter().for_each(|entry| visit(entry, name, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        crate::spec::Api::ALL
            .iter()
            .copied()
            .for_each(|api| visit(crate::spec::document(api), "", &mut found));
        assert!(!found.is_empty());
        for name in found {
            assert!(is_secret(&name), "{name}");
        }
    }
}
