//! A Postman collection, format 2.1, and its environments: one for each cloud, and one for a local server.

use serde_json::{Value, json};

use crate::call::{Call, Cloud, encoded};

const FORMAT: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The collection of an API: a folder for each tag.
pub fn collection(info: &Value, calls: &[Call]) -> Value {
    let mut folders: Vec<(&str, Vec<Value>)> = Vec::new();
    for call in calls {
        match folders.iter_mut().find(|(tag, _)| *tag == call.tag) {
            Some((_, items)) => items.push(item(call)),
            None => folders.push((call.tag, vec![item(call)])),
        }
    }
    let folders = folders
        .into_iter()
        .map(|(tag, items)| json!({ "name": tag, "item": items }));
    json!({
        "info": {
            "name": info["title"],
            "description": info["description"],
            "version": info["version"],
            "schema": FORMAT,
        },
        "item": folders.collect::<Vec<_>>(),
    })
}

fn item(call: &Call) -> Value {
    let request = request(call);
    let answers = call.answers.iter().flat_map(|(status, description, examples)| {
        let examples = examples
            .iter()
            .filter(|(_, example)| example.is_object() || example.is_array());
        examples.map(|(name, example)| {
            json!({
                "name": if name.is_empty() { *description } else { *name },
                "originalRequest": request,
                "code": status.parse::<u16>().unwrap_or(200),
                "_postman_previewlanguage": "json",
                "header": [{ "key": "Content-Type", "value": "application/json" }],
                "body": format!("{example:#}"),
            })
        })
    });
    json!({ "name": call.summary, "request": request, "response": answers.collect::<Vec<_>>() })
}

/// The request; it asks for a token with the scopes of this call alone, since the service refuses all at once.
fn request(call: &Call) -> Value {
    let path = call
        .path
        .trim_start_matches('/')
        .split('/')
        .map(|part| part.replace('{', ":").replace('}', ""));
    let path: Vec<_> = path.collect();
    // Postman escapes the values of the query itself, and no `/` in a path.
    let variables = call.parameters_in("path").map(|parameter| {
        json!({ "key": parameter.name, "value": encoded(&parameter.values().join(",")), "description": parameter.description })
    });
    let query = call.parameters_in("query").flat_map(|parameter| {
        let values = parameter.values().into_iter();
        values.map(|value| json!({ "key": parameter.name, "value": value, "description": parameter.description, "disabled": !parameter.is_required }))
    });
    let headers = call.parameters_in("header").map(|parameter| {
        json!({ "key": parameter.name, "value": parameter.values().join(","), "description": parameter.description })
    });
    let mut headers: Vec<_> = headers.collect();
    let body = call.sent().map(|(media_type, body)| {
        headers.push(json!({ "key": "Content-Type", "value": media_type }));
        json!({ "mode": "raw", "raw": body, "options": { "raw": { "language": "json" } } })
    });
    let mut request = json!({
        "method": call.method,
        "description": call.description,
        "auth": auth(&call.scopes.join(" ")),
        "header": headers,
        "url": {
            "raw": format!("{{{{baseUrl}}}}/{}", path.join("/")),
            "host": ["{{baseUrl}}"],
            "path": path,
            "query": query.collect::<Vec<_>>(),
            "variable": variables.collect::<Vec<_>>(),
        },
    });
    if let Some(body) = body {
        request["body"] = body;
    }
    request
}

fn auth(scopes: &str) -> Value {
    let settings = [
        ("grant_type", "client_credentials"),
        ("accessTokenUrl", "{{tokenUrl}}"),
        ("clientId", "{{clientId}}"),
        ("clientSecret", "{{clientSecret}}"),
        ("scope", scopes),
        ("client_authentication", "body"),
        ("addTokenTo", "header"),
        ("tokenName", scopes),
    ];
    let settings = settings.map(|(key, value)| json!({ "key": key, "value": value, "type": "string" }));
    json!({ "type": "oauth2", "oauth2": settings })
}

/// The environments of an API by the names of their files.
pub fn environments(title: &str, clouds: &[Cloud]) -> Vec<(String, Value)> {
    let local = Cloud {
        name: "Local server".to_owned(),
        base_url: "http://localhost:8080".to_owned(),
        variables: Vec::new(),
        token_url: "http://localhost:8080/connect/token".to_owned(),
    };
    let environment = |cloud: &Cloud| {
        let base_url = cloud.base_url.replace('{', "{{").replace('}', "}}");
        let plain =
            |(key, value): (&str, &str)| json!({ "key": key, "value": value, "type": "default", "enabled": true });
        let variables = cloud
            .variables
            .iter()
            .map(|(name, default)| (name.as_str(), default.as_str()));
        let known = [
            ("baseUrl", base_url.as_str()),
            ("tokenUrl", &cloud.token_url),
            ("clientId", ""),
        ];
        let mut values: Vec<_> = variables.chain(known).map(plain).collect();
        values.push(json!({ "key": "clientSecret", "value": "", "type": "secret", "enabled": true }));
        let name = format!("{title}: {}", cloud.name);
        (
            slug(&cloud.name),
            json!({ "name": name, "values": values, "_postman_variable_scope": "environment" }),
        )
    };
    clouds.iter().chain([&local]).map(environment).collect()
}

fn slug(name: &str) -> String {
    name.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
