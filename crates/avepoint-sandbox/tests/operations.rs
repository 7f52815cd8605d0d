//! Every operation on the wire, called with the examples of its spec by a client that knows nothing else.

use std::collections::BTreeMap;

use avepoint_sandbox::Sandbox;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method};
use serde_json::Value;

/// The documents of all APIs.
fn documents() -> Vec<Value> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated")).expect("a folder");
    let paths = folder.map(|entry| entry.expect("a file").path());
    let documents = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let texts = documents.map(|path| std::fs::read_to_string(path).expect("a text"));
    texts.map(|text| serde_json::from_str(&text).expect("JSON")).collect()
}

/// What a reference in the place of a value leads to, or the value.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|to| document.pointer(&to[1..]));
    target.unwrap_or(value)
}

/// Whether the answer of an operation has a header by its document.
fn has_header(document: &Value, operation: &Value, status: u16, name: &str) -> bool {
    let answer = resolved(document, &operation["responses"][status.to_string()]);
    answer["headers"].get(name).is_some()
}

/// The texts of an example: one, or one for each entry of a list.
fn texts(example: &Value) -> Vec<String> {
    match example {
        Value::Array(entries) => entries.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The path and the query of a call, with the examples of the parameters.
fn target(document: &Value, path: &str, operation: &Value) -> String {
    let mut target = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = resolved(document, parameter);
        let name = parameter["name"].as_str().expect("a name");
        for text in texts(&parameter["example"]) {
            match parameter["in"].as_str() {
                Some("path") => target = target.replace(&format!("{{{name}}}"), &encoded(&text)),
                _ => query.push(format!("{}={}", encoded(name), encoded(&text))),
            }
        }
    }
    format!("{target}?{}", query.join("&"))
}

/// What the examples name is not in the world, so that most of it is not found; none of it is refused as not valid but for
/// the tokens of pages, which nobody has given out, and no answer is one that the sandbox itself finds wrong.
#[tokio::test]
async fn the_examples_of_every_operation_are_valid_calls() {
    let sandbox = Sandbox::builder().without_tokens().start().await.expect("a sandbox");
    let client = Client::new();
    let mut statuses = BTreeMap::new();
    for document in documents() {
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let url = format!("{}{}", sandbox.base_url(), target(&document, path, operation));
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let mut request = client.request(method, url);
                if let Some(body) = operation.pointer("/requestBody/content/application~1json/example") {
                    request = request.json(body);
                }
                let answer = request.send().await.expect("an answer");
                let status = answer.status().as_u16();
                assert_eq!(
                    answer.headers().contains_key("request-id"),
                    has_header(&document, operation, status, "request-id"),
                    "{}",
                    operation["operationId"]
                );
                let text = answer.text().await.expect("a body");
                let is_token = status == 400 && text.contains("is no token of this list");
                assert!(
                    matches!(status, 200 | 201 | 204 | 404) || is_token,
                    "{}: {status} {text}",
                    operation["operationId"]
                );
                *statuses.entry(status).or_insert(0) += 1;
            }
        }
    }
    assert!(statuses.values().sum::<i32>() >= 124, "{statuses:?}");
}
