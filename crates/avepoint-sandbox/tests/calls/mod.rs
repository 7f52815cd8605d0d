//! Calls of a sandbox, for tests of several tags.

#![allow(dead_code)] // each test takes a part of it

use avepoint_sandbox::Sandbox;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// No id of any world.
pub const UNKNOWN: &str = "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c";

/// Where the operations of the partner and of its customers stand.
pub const GENERAL: &str = "/partner/external/v3/general";

/// A client of a sandbox of its own.
pub struct Calls {
    pub sandbox: Sandbox,
    client: Client,
}

impl Calls {
    pub async fn new() -> Self {
        let sandbox = Sandbox::builder().seed(7).customers(12).without_tokens();
        let sandbox = sandbox.start().await;
        Self {
            sandbox: sandbox.expect("a sandbox"),
            client: Client::new(),
        }
    }

    /// The status and the body of an answer; null if there is none. A path that does not begin with a slash is below
    /// [`GENERAL`].
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let path = match path.strip_prefix('/') {
            Some(path) => format!("/{path}"),
            None => format!("{GENERAL}/{path}"),
        };
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.sandbox.base_url()));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// All rows of a list that is read by POST and by number of page.
    pub async fn list(&self, path: &str, body: Value) -> Vec<Value> {
        let mut rows = Vec::new();
        loop {
            let page = 1 + rows.len() / 50;
            let answer = self
                .post(&format!("{path}?pageIndex={page}&pageSize=50"), body.clone())
                .await;
            let data = answer["data"].as_array().expect("a list");
            rows.extend(data.iter().cloned());
            if data.len() < 50 {
                assert_eq!(answer["metadata"]["totalCount"], rows.len(), "{path}");
                return rows;
            }
        }
    }

    /// All rows of a list that is read by GET and by token.
    pub async fn follow(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut next) = (Vec::new(), String::new());
        loop {
            let answer = self.get(&format!("{path}?pageSize=40{next}")).await;
            rows.extend(answer["data"].as_array().expect("a list").iter().cloned());
            match answer["metadata"]["skipToken"].as_str() {
                Some(token) => next = format!("&skipToken={token}"),
                None => return rows,
            }
        }
    }

    pub async fn customers(&self) -> Vec<Value> {
        self.list("customers/batch", json!({})).await
    }
}

/// The text at a JSON pointer.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).expect("a text")
}

/// A number that is written as text.
pub fn count(value: &Value, member: &str) -> i64 {
    value[member]
        .as_str()
        .and_then(|digits| digits.parse().ok())
        .expect("digits")
}

/// The first customer that has two tenants, and those.
pub async fn customer(calls: &Calls) -> (String, Vec<String>) {
    let customers = calls.customers().await;
    let tenants = |customer: &Value| customer["tenants"].as_array().expect("a list").clone();
    let customer = customers.iter().find(|customer| tenants(customer).len() > 1);
    let customer = customer.expect("a customer with two tenants");
    let ids = tenants(customer)
        .iter()
        .map(|tenant| text(tenant, "/id").to_owned())
        .collect();
    (text(customer, "/id").to_owned(), ids)
}
