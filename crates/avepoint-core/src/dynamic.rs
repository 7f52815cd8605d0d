//! Calls by name with JSON parameters: what generated `dynamic` modules are made of.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::argument::Given;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::operation::{Constraint, Operation};
use crate::options::Validation;
use crate::reader::to_value;
use crate::session::Session;
use crate::transport;
use crate::validation::violations;

/// A call with these parameters, by their names on the wire, and `body`. Nobody matches on the codes of its answer, and all
/// that came is to be written out as it came.
///
/// # Errors
/// An error of kind [`ErrorKind::InvalidRequest`] for what is no object, a name that the operation does not know, a value
/// that breaks the specification and a parameter that is missing: all of them at once.
pub fn call(session: &Session, operation: &'static Operation, parameters: Value) -> Result<Call, Error> {
    let invalid = |problem: String| Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation);
    let mut values = match parameters {
        Value::Object(values) => values,
        Value::Null => Map::new(),
        _ => return Err(invalid("the parameters must be an object".to_owned())),
    };
    let options = session.options().clone().verbatim_codes(true);
    let is_strict = options.validation == Validation::Strict;
    let mut call = Call::new(&session.with_options(options), operation);
    let told = |constraint: &Constraint, value: &Value, name: &str| -> Vec<String> {
        let found = if is_strict {
            violations(constraint, value)
        } else {
            Vec::new()
        };
        found.into_iter().map(|violation| violation.in_place(name)).collect()
    };
    let mut problems = Vec::new();
    for parameter in operation.parameters {
        match values.remove(parameter.name) {
            Some(value) => {
                problems.extend(told(parameter.constraint, &value, parameter.name));
                call.set(parameter.name, Given::Value(value));
            }
            None if parameter.required && is_strict => problems.push(format!("`{}` is missing", parameter.name)),
            None => {}
        }
    }
    if let Some(body) = &operation.body {
        match values.remove("body") {
            Some(value) => {
                problems.extend(told(body.constraint, &value, "body"));
                call.set_body(Given::Value(value));
            }
            None if body.required && is_strict => problems.push("`body` is missing".to_owned()),
            None => {}
        }
    }
    for name in values.keys() {
        let mut names: Vec<_> = operation.parameters.iter().map(|parameter| parameter.name).collect();
        names.extend(operation.body.is_some().then_some("body"));
        problems.push(format!("`{name}` is not a parameter; there are: {}", names.join(", ")));
    }
    match problems.is_empty() {
        true => Ok(call),
        false => Err(invalid(problems.join("; "))),
    }
}

/// The typed answer to a call, as JSON.
///
/// # Errors
/// As the call, and of kind [`ErrorKind::Decode`] where the answer cannot be written as JSON.
pub async fn json<T: DeserializeOwned + Serialize + Send + 'static>(call: Call) -> Result<Value, Error> {
    let operation = call.operation();
    answer(operation, &call.json::<T>().await?.into_inner())
}

/// The answer to a call that has none: `null`.
///
/// # Errors
/// As the call.
pub async fn empty(call: Call) -> Result<Value, Error> {
    call.empty().await.map(|_| Value::Null)
}

/// A typed answer as JSON. What a `Value` cannot hold stands in it as in [`Json::to_value`](crate::Json::to_value).
///
/// # Errors
/// An error of kind [`ErrorKind::Decode`] where the answer cannot be written as JSON.
fn answer<T: Serialize>(operation: &'static Operation, value: &T) -> Result<Value, Error> {
    let unwritable = |problem: String| Error::new(ErrorKind::Decode, problem).with_operation(operation);
    let json = serde_json::to_string(value).map_err(|error| unwritable(error.to_string()))?;
    to_value(&json).map_err(|problem| unwritable(problem.to_string()))
}

/// The longest file that is given as JSON, in bytes: as long as an answer of JSON may be by default. The typed call gives
/// a file of any length, piece by piece.
const LONGEST_FILE: usize = 64 * 1024 * 1024;

/// The file that a call gives, as JSON: its bytes in base64.
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
