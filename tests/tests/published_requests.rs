//! The published requests against the sandbox: what an editor or Postman sends of them is valid as it stands.

use avepoint_sandbox::Sandbox;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// The requests of an `.http` file but those for tokens, each with its name.
fn of_an_editor(client: &Client, base_url: &str, text: &str) -> Vec<(String, RequestBuilder)> {
    let parts = text
        .split("\n###")
        .skip(1)
        .filter(|part| !part.contains("{{tokenUrl}}"));
    let requests = parts.map(|part| {
        let (head, body) = part.trim_end().split_once("\n\n").unwrap_or((part, ""));
        let mut lines = head.lines().filter(|line| !line.starts_with('#')).skip(1);
        let (method, url) = lines.next().and_then(|line| line.split_once(' ')).expect("a request");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client.request(method, url.replace("{{baseUrl}}", base_url));
        // The token is one for everything.
        let headers = lines.filter(|line| !line.starts_with("Authorization:"));
        let request = headers.fold(request, |request, line| {
            let (name, value) = line.split_once(": ").expect("a header");
            request.header(name, value)
        });
        (head.to_owned(), request.body(body.to_owned()))
    });
    requests.collect()
}

/// The requests of a collection of Postman's, without what is disabled in them.
fn of_postman(client: &Client, base_url: &str, item: &Value) -> Vec<(String, RequestBuilder)> {
    if let Some(items) = item["item"].as_array() {
        return items
            .iter()
            .flat_map(|item| of_postman(client, base_url, item))
            .collect();
    }
    let (request, entries) = (&item["request"], |of: &Value| {
        of.as_array().cloned().unwrap_or_default()
    });
    let url = request["url"]["raw"]
        .as_str()
        .expect("an address")
        .replace("{{baseUrl}}", base_url);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let url = entries(&request["url"]["variable"]).iter().fold(url, |url, variable| {
        let segment = format!("/:{}", text(&variable["key"]));
        url.replace(&segment, &format!("/{}", text(&variable["value"])))
    });
    let query = entries(&request["url"]["query"])
        .into_iter()
        .filter(|pair| pair["disabled"] == false);
    let query: Vec<_> = query.map(|pair| (text(&pair["key"]), text(&pair["value"]))).collect();
    let method = Method::from_bytes(text(&request["method"]).as_bytes()).expect("a method");
    let mut sent = client.request(method, url).query(&query);
    for header in entries(&request["header"]) {
        sent = sent.header(text(&header["key"]), text(&header["value"]));
    }
    let body = request["body"]["raw"].as_str().unwrap_or_default();
    vec![(text(&item["name"]), sent.body(body.to_owned()))]
}

/// Nothing in the world has the ids of the examples, so that some of it is not found; nothing is refused.
#[tokio::test]
async fn every_published_request_is_carried_out_or_finds_nothing() {
    let files = xtask_publish::files().expect("what is published");
    let sandbox = Sandbox::builder().without_tokens().start().await.expect("a sandbox");
    let (client, base_url) = (Client::new(), sandbox.base_url());
    let (mut problems, mut sent) = (Vec::new(), 0);
    for (path, bytes) in &files {
        let requests = if path.ends_with(".http") {
            of_an_editor(&client, &base_url, std::str::from_utf8(bytes).expect("text"))
        } else if path.ends_with("collection.json") {
            of_postman(&client, &base_url, &serde_json::from_slice(bytes).expect("JSON"))
        } else {
            continue;
        };
        for (name, request) in requests {
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            if !matches!(status, 200 | 201 | 204 | 404) {
                problems.push(format!(
                    "{path}: {name}: {status} {}",
                    answer.text().await.expect("text")
                ));
            }
            sent += 1;
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    // Each operation of each API, by either file.
    assert!(sent >= 2 * 124, "{sent}");
}
