//! The specs as the tests read them: each operation with the examples that its spec gives.

use serde_json::{Map, Value};
use xtask_spec::api::Api;
use xtask_spec::document::Document;

/// One operation, and the call that its examples make.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: String,
    pub method: String,
    /// The segments of the path, with the examples in place of the parameters.
    pub path: Vec<String>,
    /// The query of the example, in the order of the spec.
    pub query: Vec<(String, String)>,
    /// The body of the example.
    pub body: Option<Value>,
    /// All of this as the parameters of a call by name.
    pub parameters: Value,
    /// The status and the example of the answer.
    pub status: u16,
    pub answer: Option<Value>,
    /// Whether the answer is a file.
    pub is_file: bool,
    /// The page that documents the operation, as the spec links it.
    pub page: Option<String>,
    /// The path as the spec has it.
    pub template: String,
}

/// Every operation of an API.
///
/// # Panics
/// If the spec cannot be read: the lint says why.
pub fn cases(api: &str) -> Vec<Case> {
    let api = Api::parse(api).expect("an API of the workspace");
    let document = Document::load(&api.spec()).expect("a spec that can be read");
    let spec = &document.value;
    let mut cases = Vec::new();
    for (template, item) in spec["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            cases.push(case(spec, template, method, operation));
        }
    }
    cases
}

fn case(spec: &Value, template: &str, method: &str, operation: &Value) -> Case {
    let mut path: Vec<_> = template.split('/').map(str::to_owned).collect();
    let (mut query, mut parameters) = (Vec::new(), Map::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = resolve(spec, parameter);
        let name = parameter["name"].as_str().expect("a name");
        let example = parameter["example"].clone();
        let text = plain(&example);
        match parameter["in"].as_str() {
            Some("path") => path
                .iter_mut()
                .filter(|segment| **segment == format!("{{{name}}}"))
                .for_each(|segment| text.clone_into(segment)),
            // A list repeats the name.
            _ => match example.as_array() {
                Some(entries) => query.extend(entries.iter().map(|entry| (name.to_owned(), plain(entry)))),
                None => query.push((name.to_owned(), text)),
            },
        }
        parameters.insert(name.to_owned(), example);
    }
    let body = operation
        .pointer("/requestBody/content/application~1json/example")
        .cloned();
    if let Some(body) = &body {
        parameters.insert("body".to_owned(), body.clone());
    }
    let (status, success) = operation["responses"]
        .as_object()
        .expect("responses")
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .expect("a success");
    Case {
        id: operation["operationId"].as_str().expect("an id").to_owned(),
        method: method.to_uppercase(),
        path,
        query,
        body,
        parameters: Value::Object(parameters),
        status: status.parse().expect("a status"),
        answer: success.pointer("/content/application~1json/example").cloned(),
        is_file: success["content"]
            .as_object()
            .is_some_and(|content| !content.contains_key("application/json")),
        page: operation
            .pointer("/externalDocs/url")
            .and_then(Value::as_str)
            .map(str::to_owned),
        template: template.to_owned(),
    }
}

/// A scalar as it stands in an address.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a value or the reference in it stands for.
fn resolve<'a>(spec: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => spec
            .pointer(reference.trim_start_matches('#'))
            .expect("a reference that leads somewhere"),
        None => value,
    }
}
