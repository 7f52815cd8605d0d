//! A request as it would be sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use reqwest::Body;
use serde_json::Value;

use crate::call::Checked;
use crate::counted::counted;
use crate::operation::Operation;
use crate::redact::{REDACTED, Secrets};
use crate::session::Session;

/// A validated request that was not sent: what `dry_run` returns.
///
/// The headers are the client's, without the access token, since none is requested, and without those that the HTTP library
/// adds (`host`, `content-length`) or a [`RequestHook`](crate::RequestHook) (`traceparent`), which observes requests that are
/// sent. `Display` shows the whole request as HTTP writes it, without secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct PreparedRequest {
    operation: &'static Operation,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Option<Value>,
    bytes: Option<Bytes>,
    secrets: Secrets,
}

impl PreparedRequest {
    pub(crate) fn new(operation: &'static Operation, checked: Checked, session: &Session) -> Self {
        let Checked {
            mut request,
            body,
            secrets,
        } = checked;
        session.set_headers(&mut request);
        PreparedRequest {
            operation,
            method: request.method().clone(),
            url: request.url().to_string(),
            headers: request.headers().clone(),
            secrets: session.own_secrets(body.as_ref(), secrets),
            body,
            bytes: request.body().and_then(Body::as_bytes).map(Bytes::copy_from_slice),
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The address, with its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers, without the access token.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, if there is one of JSON, with its secrets.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    /// The body as it goes out, if there is one, with its secrets.
    pub fn bytes(&self) -> Option<&Bytes> {
        self.bytes.as_ref()
    }
}

/// The same value without its secrets.
fn without_secrets(value: &Value, secrets: &Secrets) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = match secrets.is_member(name) {
                    true => REDACTED.into(),
                    false => without_secrets(value, secrets),
                };
                (name.clone(), value)
            });
            Value::Object(members.collect())
        }
        Value::Array(entries) => entries.iter().map(|entry| without_secrets(entry, secrets)).collect(),
        Value::String(text) if secrets.are_in(text) => REDACTED.into(),
        Value::Number(number) if secrets.are_in(&number.to_string()) => REDACTED.into(),
        other => other.clone(),
    }
}

impl fmt::Display for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.secrets.clean(&self.url, usize::MAX))?;
        for (name, value) in &self.headers {
            // A header of the caller's own may hold a key.
            match value.to_str() {
                Ok(value) if !value_is_hidden(name) => write!(f, "\n{name}: {value}")?,
                _ => write!(f, "\n{name}: {REDACTED}")?,
            }
        }
        match (&self.body, &self.bytes) {
            (Some(body), _) => write!(f, "\n\n{:#}", without_secrets(body, &self.secrets)),
            // Nobody knows what of it is secret.
            (None, Some(bytes)) => write!(f, "\n\n({})", counted(bytes.len(), "byte", "bytes")),
            (None, None) => Ok(()),
        }
    }
}

/// Only what the client itself sets is known to be no secret.
fn value_is_hidden(name: &http::HeaderName) -> bool {
    use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
    ![ACCEPT, CONTENT_TYPE, USER_AGENT].contains(name)
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PreparedRequest").field(&format_args!("{self}")).finish()
    }
}
