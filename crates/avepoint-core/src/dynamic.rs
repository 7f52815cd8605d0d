//! Calls by name with JSON parameters: what generated `dynamic` modules are made of.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::argument::Given;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::session::Session;
use crate::transport;
use crate::validation::{Violation, violations};

/// Prepares a call with these parameters, by their names on the wire, and `body`. What is wrong with them is reported where the call
/// is made, as for its builder. If validation is off, what the specification does not know is sent as well: parameters in the
/// query, and a body of an operation that has none.
///
/// # Errors
/// An error of kind [`ErrorKind::InvalidRequest`] if the parameters are not an object.
pub fn call(session: &Session, operation: &'static Operation, parameters: Value) -> Result<Call, Error> {
    let parameters = match parameters {
        Value::Object(parameters) => parameters,
        Value::Null => Map::new(),
        _ => {
            let problem = "the parameters must be an object";
            return Err(Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation));
        }
    };
    let unknown = |value: Value| {
        let mut names: Vec<_> = operation.parameters.iter().map(|parameter| parameter.name).collect();
        names.extend(operation.body.is_some().then_some("body"));
        let problem = format!("is not a parameter; there are: {}", names.join(", "));
        Given::checked(value, vec![Violation::new(problem)])
    };
    let mut call = Call::new(session, operation);
    for (name, value) in parameters {
        let known = operation.parameters.iter().find(|parameter| parameter.name == name);
        match (known, name.as_str()) {
            (Some(parameter), _) => {
                let problems = violations(parameter.constraint, &value);
                call.set(parameter.name, Given::checked(value, problems));
            }
            (None, "body") if operation.body.is_some() => call.set_body(Given::Value(value)),
            (None, "body") => call.set_body(unknown(value)),
            (None, _) => call.add(name, unknown(value)),
        }
    }
    Ok(call)
}

/// The JSON of the response to a call, as it came: with what the specification does not know of it. What a `Value` cannot
/// hold stands in it as in [`Json::to_value`](crate::Json::to_value).
///
/// # Errors
/// As the call, by its type.
pub async fn json<T: DeserializeOwned + Serialize + Send + 'static>(call: Call) -> Result<Value, Error> {
    #[cfg(feature = "__unprotected")]
    if call.session().options().gives_typed {
        let operation = call.operation();
        return written(operation, &call.json::<T>().await?.into_inner());
    }
    call.value::<T>().await
}

/// Sends a call whose response has no body; returns `null`.
///
/// # Errors
/// As the call.
pub async fn empty(call: Call) -> Result<Value, Error> {
    call.empty().await.map(|_| Value::Null)
}

/// A typed answer as JSON, for tests of what the types read.
#[cfg(feature = "__unprotected")]
fn written<T: Serialize>(operation: &'static Operation, value: &T) -> Result<Value, Error> {
    let unwritable = |problem: String| Error::new(ErrorKind::Decode, problem).with_operation(operation);
    let json = serde_json::to_string(value).map_err(|error| unwritable(error.to_string()))?;
    crate::reader::to_value(&json).map_err(|problem| unwritable(problem.to_string()))
}

/// The longest file that is given as JSON, in bytes: as long as a response of JSON may be by default. The typed call gives
/// a file of any length, piece by piece.
const LONGEST_FILE: usize = 64 * 1024 * 1024;

/// The file that a call returns, as JSON: its bytes in base64.
///
/// # Errors
/// As the call; an error of kind [`ErrorKind::Connection`] where the file does not come whole, and of kind [`ErrorKind::Decode`] where
/// it is longer than 64 MiB.
pub async fn file(call: Call) -> Result<Value, Error> {
    let operation = call.operation();
    let (mut pieces, mut bytes) = (call.file().await?.into_inner(), Vec::new());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| error.with_operation(operation))?;
        if piece.len() > LONGEST_FILE - bytes.len() {
            let problem =
                format!("the file is longer than {LONGEST_FILE} bytes, too long for JSON: use the typed call");
            return Err(Error::new(ErrorKind::Decode, problem).with_operation(operation));
        }
        bytes.extend_from_slice(&piece);
    }
    let text = transport::beside(bytes.len(), move || BASE64.encode(&bytes)).await;
    let gone = || Error::new(ErrorKind::Decode, "the runtime was shut down").with_operation(operation);
    text.map(Value::from).ok_or_else(gone)
}

/// The error for a name that no operation has.
pub fn unknown(name: &str, operations: &[&Operation]) -> Error {
    let similar: Vec<_> = operations
        .iter()
        .map(|operation| operation.id)
        .filter(|id| id.eq_ignore_ascii_case(name) || id.to_ascii_lowercase().contains(&name.to_ascii_lowercase()))
        .take(5)
        .collect();
    let hint = match similar.as_slice() {
        [] => String::new(),
        similar => format!("; did you mean {}?", similar.join(", ")),
    };
    Error::new(
        ErrorKind::InvalidRequest,
        format!("there is no operation `{name}`{hint}"),
    )
}
