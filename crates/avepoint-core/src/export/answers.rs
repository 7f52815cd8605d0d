//! What the server's answers tell of an export job.

use std::fmt;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::error::{EXCERPT, Error, ErrorKind, NAME, without_mark};
use crate::reader;
use crate::value::code::Code;
use crate::witness::Seen;

/// The status of an export job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportStatus {
    /// Its state.
    pub state: ExportState,
    /// The code that the server sent for it; `None` if it sent none.
    pub code: Option<Code>,
    /// What the server said about it, if it said anything: one line, at most 1024 characters.
    pub message: Option<String>,
}

/// A status of which the server has said no more, for tests of code that takes one.
///
/// ```
/// use avepoint_core::{ExportState, ExportStatus};
///
/// let status = ExportStatus::from(ExportState::Finished);
/// assert_eq!((status.state, status.code), (ExportState::Finished, None));
/// ```
impl From<ExportState> for ExportStatus {
    fn from(state: ExportState) -> Self {
        ExportStatus {
            state,
            code: None,
            message: None,
        }
    }
}

/// The state of an export job.
///
/// The vendor's pages document the codes 1 to 3; its public sample programs know the others too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportState {
    /// It has not ended: it is queued (0) or running (1), or its code is not known.
    InProgress,
    /// Its file can be downloaded (2).
    Finished,
    /// It will have no file (3).
    Failed,
    /// Its file can be downloaded, but not everything went well (4).
    FinishedWithExceptions,
    /// Someone is stopping it (5).
    Stopping,
    /// Someone has stopped it; it will have no file (6).
    Stopped,
}

/// The code of each state, and its names in small letters without blanks.
const STATES: [(i64, &[&str], ExportState); 7] = [
    (0, &["none"], ExportState::InProgress),
    (1, &["inprogress"], ExportState::InProgress),
    (2, &["finished", "successful"], ExportState::Finished),
    (3, &["failed"], ExportState::Failed),
    (
        4,
        &["finishedwithexception", "finishedwithexceptions"],
        ExportState::FinishedWithExceptions,
    ),
    (5, &["stopping"], ExportState::Stopping),
    (6, &["stopped"], ExportState::Stopped),
];

impl ExportState {
    /// Whether the job has ended, successfully or not.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.has_file() || matches!(self, ExportState::Failed | ExportState::Stopped)
    }

    /// Whether there is a file.
    #[must_use]
    pub fn has_file(self) -> bool {
        matches!(self, ExportState::Finished | ExportState::FinishedWithExceptions)
    }

    /// The state of a code, in whatever form it came. A code of tomorrow may still come to an end.
    fn of(code: &Code) -> Self {
        let text = code.to_string();
        let number = reader::whole(text.trim());
        let name = text.split_whitespace().collect::<String>().to_ascii_lowercase();
        STATES
            .iter()
            .find(|(value, names, _)| number == Some(*value) || names.contains(&name.as_str()))
            .map_or(ExportState::InProgress, |(_, _, state)| *state)
    }
}

impl ExportStatus {
    /// What a response tells: a code that was found in it, and the rest of what was seen.
    ///
    /// # Errors
    /// Where the response tells of a failure in place of a state.
    pub(super) fn read(code: Option<Code>, seen: &Seen, now: SystemTime) -> Result<Self, Error> {
        let said = Said::of(seen);
        let code = code
            .map(|code| match code {
                Code::Integer(_) => code,
                Code::Text(text) => Code::Text(seen.clean(&text, NAME)),
                Code::Other(text) => Code::Other(seen.clean(&text, NAME)),
            })
            .filter(|code| !code.to_string().is_empty());
        let state = code.as_ref().map_or(ExportState::InProgress, ExportState::of);
        match said.failure {
            Some(status) if !state.is_terminal() => Err(seen.refused(status, now)),
            _ => Ok(ExportStatus {
                state,
                code,
                message: said.message,
            }),
        }
    }
}

/// The id in the response to a start.
///
/// # Errors
/// Where there is none. Only a response that tells of a refusal says that no job was started.
pub(super) fn started<I: fmt::Display>(id: Option<I>, seen: &Seen, now: SystemTime) -> Result<I, Error> {
    let said = Said::of(seen);
    let id = id.filter(|id| match id.to_string().trim() {
        "" => false,
        // What an answer without a job has in place of its number.
        "0" => said.failure.is_none(),
        _ => true,
    });
    id.ok_or_else(|| {
        let reason = said.message.as_deref().unwrap_or("the server gave no reason");
        let error = seen.refused(said.failure.unwrap_or(StatusCode::OK), now);
        if error.may_have_been_carried_out() {
            error.uncertain(format!("the server does not say whether a job was started: {reason}"))
        } else {
            error.restated(ErrorKind::Export, format!("no job was started: {reason}"))
        }
    })
}

/// Why a job that has ended has no file.
pub(super) fn no_file(job: &str, status: &ExportStatus) -> Error {
    let end = match status.state {
        ExportState::Stopped => "was stopped",
        _ => "failed",
    };
    let reason = status.message.as_deref().unwrap_or("the server gave no reason");
    Error::new(
        ErrorKind::Export,
        format!("the export job {job} {end}: {reason}; start the export again"),
    )
}

/// The error of a response in which no status can be found: it names what there is.
pub(super) fn without_status(job: &str, seen: &Seen) -> Error {
    let found = match json(seen) {
        Some(Value::Object(members)) if !members.is_empty() => {
            let named = |(name, value): (&String, &Value)| format!("`{name}` ({})", kind(value));
            members.iter().map(named).collect::<Vec<_>>().join(", ")
        }
        Some(value) => kind(&value).to_owned(),
        None => "no JSON".to_owned(),
    };
    seen.unreadable(
        StatusCode::OK,
        format!("it has no status of the export job {job}, but {found}"),
    )
}

/// The body of a response, if it is JSON. No text in it is too odd.
fn json(seen: &Seen) -> Option<Value> {
    reader::to_value(&String::from_utf8_lossy(without_mark(seen.body()))).ok()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(members) if members.is_empty() => "an empty object",
        Value::Object(_) => "an object",
    }
}

/// The error of a response that has something else in place of a file.
pub(super) fn instead_of_file(status: StatusCode, seen: &Seen, now: SystemTime) -> Error {
    let said = Said::of(seen);
    if let Some(status) = said.failure {
        return seen.refused(status, now);
    }
    let body = without_mark(seen.body()).trim_ascii_start();
    let problem = match (said.message, encoding(seen.headers()), body.first()) {
        (Some(message), _, _) => message,
        (_, Some(encoding), _) => format!("it has the unexpected content encoding {encoding}"),
        (_, _, None) => "it is empty".to_owned(),
        (_, _, Some(b'{' | b'[')) => "it is JSON".to_owned(),
        (_, _, Some(b'<')) => "it is HTML or XML".to_owned(),
        _ if status != StatusCode::OK => "the status says that it is only a part".to_owned(),
        _ => "it does not begin like one".to_owned(),
    };
    seen.unreadable(status, format!("the body is not a ZIP archive: {problem}"))
}

/// How the body of a response is encoded, if it is not sent as it is.
pub(super) fn encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = headers.get(header::CONTENT_ENCODING)?;
    let encoding = String::from_utf8_lossy(encoding.as_bytes()).trim().to_owned();
    (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// What a response says of itself, whatever was asked: the services tell of failures under a status of success.
struct Said {
    failure: Option<StatusCode>,
    /// What stands for a person, fit to be shown.
    message: Option<String>,
}

impl Said {
    fn of(seen: &Seen) -> Self {
        let body = json(seen).unwrap_or_default();
        let text = |wanted: &str| {
            let member = |(name, _): &(&String, &Value)| name.eq_ignore_ascii_case(wanted);
            match Value::as_object(&body)?.iter().find(member)?.1 {
                Value::String(text) => Some(text.clone()),
                value @ Value::Number(_) => Some(value.to_string()),
                _ => None,
            }
        };
        let status = text("status").and_then(|status| u16::try_from(reader::whole(status.trim())?).ok());
        let failure = status.and_then(|status| StatusCode::from_u16(status).ok());
        Said {
            failure: failure.filter(|status| status.is_client_error() || status.is_server_error()),
            message: ["message", "description"]
                .into_iter()
                .filter_map(text)
                .map(|message| seen.clean(&message, EXCERPT))
                .find(|message| !message.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_by_its_meaning() {
        for (json, state) in [
            ("0", ExportState::InProgress),
            ("1", ExportState::InProgress),
            ("2", ExportState::Finished),
            ("2.0", ExportState::Finished),
            ("\" 2 \"", ExportState::Finished),
            ("\"2.0\"", ExportState::Finished),
            ("\"Successful\"", ExportState::Finished),
            ("\"FINISHED\"", ExportState::Finished),
            ("3", ExportState::Failed),
            ("\"4\"", ExportState::FinishedWithExceptions),
            ("\"Finished with exceptions\"", ExportState::FinishedWithExceptions),
            ("5.0", ExportState::Stopping),
            ("6", ExportState::Stopped),
            ("2.5", ExportState::InProgress),
            ("7", ExportState::InProgress),
            ("-2", ExportState::InProgress),
            ("1e300", ExportState::InProgress),
            ("\"NaN\"", ExportState::InProgress),
            ("true", ExportState::InProgress),
            ("18446744073709551615", ExportState::InProgress),
        ] {
            let code: Code = serde_json::from_str(json).expect("a code");
            assert_eq!(ExportState::of(&code), state, "{json}");
        }
    }
}
