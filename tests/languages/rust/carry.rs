//! Calls every operation of a generated client, over a socket, and says what came through.
//!
//! It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.

use std::error::Error;
use std::fmt::Debug;
use std::io::stdin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use client::apis::Error as Failure;
use client::apis::configuration::Configuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

include!(concat!(env!("OUT_DIR"), "/calls.rs"));

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Case {
    operation: String,
    parameters: Vec<Parameter>,
    body: Value,
    side: String,
    status: u16,
    media: String,
    answer: Value,
}

#[derive(Clone, Deserialize)]
struct Parameter {
    name: String,
    #[serde(default)]
    value: Value,
}

impl Case {
    /// The argument of that name, as the type that the function takes. What is no parameter is the body.
    fn read<'c, T: Deserialize<'c>>(&'c self, name: &str) -> Result<T, String> {
        let parameter = self
            .parameters
            .iter()
            .find(|parameter| plain(&parameter.name) == plain(name));
        let value = parameter.map_or(&self.body, |parameter| &parameter.value);
        T::deserialize(value).map_err(|error| format!("{name}: {error}"))
    }
}

/// A name without what distinguishes the conventions of languages.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What the client made of an answer, or of an error that the document has.
async fn written<T: Serialize, E: Serialize + Debug>(result: Result<T, Failure<E>>) -> Result<Value, String> {
    match result {
        Ok(answer) => serde_json::to_value(answer).map_err(|error| error.to_string()),
        Err(Failure::ResponseError(answer)) if answer.entity.is_some() => {
            serde_json::to_value(answer.entity).map_err(|error| error.to_string())
        }
        Err(error) => Err(format!("{error}")),
    }
}

/// The content of a file.
#[allow(dead_code, reason = "not every API has files")]
async fn file<E: Serialize + Debug>(result: Result<reqwest::Response, Failure<E>>) -> Result<Value, String> {
    match result {
        Ok(answer) => answer.text().await.map(Value::from).map_err(|error| error.to_string()),
        Err(error) => written::<(), E>(Err(error)).await,
    }
}

/// The case that is tried, and the target and the body that it was called with.
type Tried = Arc<Mutex<(Case, String, Bytes)>>;

/// Keeps what it receives, and answers with what the case says.
async fn answer(State(tried): State<Tried>, method: Method, uri: Uri, received: Bytes) -> Response {
    let mut tried = tried.lock().expect("no thread panics");
    (tried.1, tried.2) = (format!("{method} {uri}"), received);
    let case = &tried.0;
    if case.side == "request" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let body = match &case.answer {
        Value::String(text) if case.media != "application/json" => text.clone(),
        answer => answer.to_string(),
    };
    let status = StatusCode::from_u16(case.status).expect("cases have a status of HTTP");
    (status, [(header::CONTENT_TYPE, case.media.clone())], body).into_response()
}

async fn result(api: &Configuration, case: &Case, tried: &Tried) -> Result<Value, String> {
    *tried.lock().expect("no thread panics") = (case.clone(), String::new(), Bytes::new());
    let value = call(api, case).await;
    if case.side == "answer" {
        return value;
    }
    // The answer is 204, which no page has for some operations: what counts is the request.
    let received = &tried.lock().expect("no thread panics").2;
    serde_json::from_slice(received).map_err(|error| value.err().unwrap_or(error.to_string()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tried = Tried::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let api = Configuration {
        base_path: format!("http://{}", listener.local_addr()?),
        ..Configuration::new()
    };
    let service = Router::new().fallback(answer).with_state(tried.clone());
    tokio::spawn(axum::serve(listener, service).into_future());
    for line in stdin().lines() {
        let case = serde_json::from_str(&line?)?;
        match result(&api, &case, &tried).await {
            Ok(value) => {
                let target = tried.lock().expect("no thread panics").1.clone();
                println!("{}", json!({ "value": value, "target": target }));
            }
            Err(error) => println!("{}", json!({ "error": error })),
        }
    }
    Ok(())
}
