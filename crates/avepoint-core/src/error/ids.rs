//! The ids by which the operators of a server find a call.

use std::fmt;

use http::{HeaderMap, HeaderName};

use super::NAME;
use super::body::ErrorBody;
use crate::redact::{Secrets, one_line};

/// The headers in which servers, and the gateways before them, send the id of a request.
pub(crate) static REQUEST_IDS: [HeaderName; 7] = [
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-ms-request-id"),
    HeaderName::from_static("apim-request-id"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-azure-ref"),
    HeaderName::from_static("cf-ray"),
];

/// The ids that a response tells, fit to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// That of the request.
    pub(crate) request: Option<String>,
    /// That of the trace to which the call belongs.
    pub(crate) trace: Option<String>,
}

impl Ids {
    /// Those of a response with this head and body.
    pub fn read(headers: &HeaderMap, body: &str, secrets: &Secrets) -> Self {
        Ids::of(headers, &ErrorBody::read(body), secrets)
    }

    pub(super) fn of(headers: &HeaderMap, body: &ErrorBody, secrets: &Secrets) -> Self {
        let shown = |id: &Option<String>| Some(secrets.clean(id.as_deref()?, NAME));
        Ids {
            request: request_id(headers, secrets).or_else(|| shown(&body.request_id)),
            trace: shown(&body.trace_id),
        }
    }

    /// These, and for each that is missing the other's.
    pub(super) fn or(self, other: Ids) -> Self {
        Ids {
            request: self.request.or(other.request),
            trace: self.trace.or(other.trace),
        }
    }
}

/// In parentheses behind a space, if there are any.
impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = [("request id", &self.request), ("trace id", &self.trace)];
        let ids: Vec<_> = ids
            .iter()
            .filter_map(|(name, id)| Some(format!("{name} {}", one_line(id.as_deref()?))))
            .collect();
        match ids.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", ids.join(", ")),
        }
    }
}

/// The id of a request in the head of its response, fit to be shown.
pub(crate) fn request_id(headers: &HeaderMap, secrets: &Secrets) -> Option<String> {
    sent_id(headers).map(|id| secrets.clean(id, NAME))
}

/// The id of a request in the head of its response, as it came.
pub(crate) fn sent_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| headers.get(name)?.to_str().ok())
}
