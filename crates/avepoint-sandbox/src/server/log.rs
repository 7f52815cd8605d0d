//! What was asked, for tests and for people; secrets are hidden.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// How many requests are kept.
const KEPT: usize = 10_000;

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
    /// The body, if it is JSON or a form; secrets are `***`.
    pub body: Value,
    /// The status of the answer; none if the connection was cut.
    pub status: Option<u16>,
    /// How the answer is named in its header `request-id`; none if the specification of the API has no such header.
    pub request_id: Option<String>,
}

/// The requests there were.
pub(crate) struct Log {
    kept: Mutex<VecDeque<RecordedRequest>>,
    /// Where they are written too, as JSON lines.
    file: Option<Mutex<File>>,
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
        self.kept().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.kept().clear();
    }

    pub(super) fn add(&self, request: RecordedRequest) {
        if let (Some(file), Ok(mut line)) = (&self.file, serde_json::to_vec(&request)) {
            line.push(b'\n');
            // A full disk is no reason to answer otherwise than before.
            let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
        }
        let mut kept = self.kept();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<RecordedRequest>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
                match is_secret(name) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
