//! Calls by name with JSON parameters: what generated `dynamic` modules are made of.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use futures_util::TryStreamExt;
use progenitor_client::ByteStream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::operation::{Constraint, Operation};
use crate::options::{CallOptions, Validation};
use crate::reader::{Spelling, read_whole, to_value};
use crate::session::Session;
use crate::transport;
use crate::validation;

/// The parameters of one call, by their names on the wire, and `body`.
pub struct Parameters {
    operation: &'static Operation,
    values: Map<String, Value>,
}

impl Parameters {
    /// Takes the parameters of a call of a session, and checks them if its options say so.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] for what is no object, a name that the operation does not know, a
    /// value that breaks the specification and a parameter that is missing.
    pub fn new(session: &Session, operation: &'static Operation, parameters: Value) -> Result<Self, Error> {
        let invalid = |problem: String| Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation);
        let values = match parameters {
            Value::Object(values) => values,
            Value::Null => Map::new(),
            _ => return Err(invalid("the parameters must be an object".to_owned())),
        };
        let known = |name: &str| {
            operation.parameters.iter().any(|parameter| parameter.name == name)
                || (name == "body" && operation.body.is_some())
        };
        if let Some(name) = values.keys().find(|name| !known(name)) {
            let mut names: Vec<_> = operation.parameters.iter().map(|parameter| parameter.name).collect();
            names.extend(operation.body.is_some().then_some("body"));
            return Err(invalid(format!(
                "`{name}` is not a parameter; there are: {}",
                names.join(", ")
            )));
        }
        let expected = operation
            .parameters
            .iter()
            .map(|parameter| (parameter.name, parameter.required, parameter.constraint))
            .chain(
                operation
                    .body
                    .iter()
                    .map(|body| ("body", body.required, body.constraint)),
            );
        for (name, required, constraint) in expected {
            match values.get(name) {
                Some(_) if session.options().validation == Validation::Off => {}
                Some(value) => {
                    validation::check(constraint, value).map_err(|violation| invalid(violation.in_place(name)))?;
                }
                None if required => return Err(invalid(format!("`{name}` is missing"))),
                None => {}
            }
        }
        Ok(Parameters { operation, values })
    }

    /// Takes out a parameter.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] where the value is not of the type.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        // Through the text, by the reader of answers: that of a `Value` would be compiled for every type once more.
        let json = value.to_string();
        read_whole(json.as_bytes(), Spelling::Verbatim)
            .map(Some)
            .map_err(|problem| {
                Error::new(ErrorKind::InvalidRequest, format!("`{name}`: {problem}")).with_operation(self.operation)
            })
    }

    /// Which of the documented forms the body has, counted from 0; the first where there is but one.
    pub fn body_variant(&self) -> usize {
        match (&self.operation.body, self.values.get("body")) {
            (Some(body), Some(value)) => match body.constraint {
                Constraint::AnyOf(constraints) => validation::matching(constraints, value).unwrap_or_default(),
                _ => 0,
            },
            _ => 0,
        }
    }
}

/// The options for a call by name: nobody matches on its codes, and all that came is to be written out as it came.
pub fn options(session: &Session) -> CallOptions {
    session.options().clone().verbatim_codes(true)
}

/// A typed answer as JSON. What a `Value` cannot hold stands in it as in [`Json::to_value`](crate::Json::to_value).
///
/// # Errors
/// An error of kind [`ErrorKind::Decode`] where the answer cannot be written as JSON.
pub fn answer<T: Serialize>(operation: &'static Operation, value: &T) -> Result<Value, Error> {
    let unwritable = |problem: String| Error::new(ErrorKind::Decode, problem).with_operation(operation);
    let json = serde_json::to_string(value).map_err(|error| unwritable(error.to_string()))?;
    to_value(&json).map_err(|problem| unwritable(problem.to_string()))
}

/// The longest file that is given as JSON, in bytes: as long as an answer of JSON may be by default. The typed call gives
/// a file of any length, piece by piece.
const LONGEST_FILE: usize = 64 * 1024 * 1024;

/// A file as JSON: its bytes in base64.
///
/// # Errors
/// An error of kind [`ErrorKind::Connection`] where the file does not come whole, and of kind [`ErrorKind::Decode`] where
/// it is longer than 64 MiB.
pub async fn file(operation: &'static Operation, file: ByteStream) -> Result<Value, Error> {
    let (mut pieces, mut bytes) = (file.into_inner(), Vec::new());
    while let Some(piece) = pieces
        .try_next()
        .await
        .map_err(|error| Error::from_transport(error).with_operation(operation))?
    {
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
