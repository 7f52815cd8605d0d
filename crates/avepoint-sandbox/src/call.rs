//! A valid call, as a handler sees it, and what it answers.

use axum::http::HeaderName;
use serde_json::{Map, Value, json};

use crate::spec::{Input, Operation, Violation};

/// A call that is what the spec asks for, by a client that may make it.
pub(crate) struct Call<'c> {
    pub(crate) operation: &'c Operation,
    input: Input,
    /// Whether its pages are to have no end, for tests of clients.
    pub(crate) is_endless: bool,
}

/// What a handler answers.
pub(crate) type Outcome = Result<Answer, Refusal>;

/// Handles the calls of one operation.
pub(crate) type Handler = fn(&Call, &mut crate::world::World) -> Outcome;

/// What was asked for. The status is the one of success that the spec has for the operation.
pub(crate) enum Answer {
    Json(Value),
    Empty,
    /// A file, which is sent as it is written.
    File(crate::exports::Download),
    /// What no spec promises, and services are known to answer.
    Undocumented(Value),
}

/// Why a call is not answered with what was asked for.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// A sentence for a person.
    pub(crate) message: String,
    /// What of the request the spec forbids, if that is the reason.
    pub(crate) violations: Vec<Violation>,
    /// Headers that say more, such as `WWW-Authenticate`.
    pub(crate) headers: Vec<(HeaderName, String)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            violations: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// A value that the spec allows and the world does not.
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        let reasons: Vec<_> = violations
            .iter()
            .map(|violation| format!("{}: {}", violation.place, violation.message))
            .collect();
        Self {
            violations,
            ..Self::new(400, format!("The request is not valid. {}", reasons.join("; ")))
        }
    }

    /// Nothing has this id. `what` is a noun, such as `customer`.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, format!("The {what} does not exist."))
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl<'c> Call<'c> {
    pub(crate) fn new(operation: &'c Operation, input: Input, is_endless: bool) -> Self {
        Self {
            operation,
            input,
            is_endless,
        }
    }

    /// The text of a variable of the path.
    pub(crate) fn path_text(&self, name: &str) -> &str {
        self.input.path.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number of a variable of the path.
    pub(crate) fn path_int(&self, name: &str) -> i64 {
        self.input.path.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// A value of the query, which may have been left out.
    pub(crate) fn query(&self, name: &str) -> Option<&Value> {
        self.input.query.get(name)
    }

    /// The text of the query, if it was sent and is one.
    pub(crate) fn query_text(&self, name: &str) -> Option<&str> {
        self.query(name).and_then(Value::as_str)
    }

    /// The number of the query, if it was sent and is one.
    pub(crate) fn query_int(&self, name: &str) -> Option<i64> {
        self.query(name).and_then(Value::as_i64)
    }

    /// A member of the body, if it was sent and is not null.
    pub(crate) fn body(&self, name: &str) -> Option<&Value> {
        self.input.body.as_ref()?.get(name).filter(|value| !value.is_null())
    }

    /// The text of a member of the body, if it was sent and is one.
    pub(crate) fn body_text(&self, name: &str) -> Option<&str> {
        self.body(name).and_then(Value::as_str)
    }

    /// The number of a member of the body, if it was sent and is one.
    pub(crate) fn body_int(&self, name: &str) -> Option<i64> {
        self.body(name).and_then(Value::as_i64)
    }

    /// Whether a member of the body is true, if it was sent and says so.
    pub(crate) fn body_bool(&self, name: &str) -> Option<bool> {
        self.body(name).and_then(Value::as_bool)
    }

    /// The entries of a member of the body, if it was sent and is a list.
    pub(crate) fn body_list(&self, name: &str) -> Option<&[Value]> {
        self.body(name).and_then(Value::as_array).map(Vec::as_slice)
    }

    /// What two calls of the operation differ by that ask for different lists: all that was sent, apart from what it says
    /// of the page. What is null was not sent.
    pub(crate) fn list(&self) -> Value {
        let paging = self.operation.paging.as_ref();
        let pages = paging.map_or([""; 3], |paging| [paging.page, paging.token, paging.size]);
        let without = |members: Option<&Map<String, Value>>, place: &str| {
            let mut members = members.cloned().unwrap_or_default();
            members.retain(|name, value| !value.is_null() && !pages.contains(&format!("{place}{name}").as_str()));
            members
        };
        let body = self.input.body.as_ref().and_then(Value::as_object);
        let (query, body) = (without(Some(&self.input.query), ""), without(body, "body."));
        let mut list = json!([self.input.path, query, body]);
        list.sort_all_objects();
        list
    }
}
