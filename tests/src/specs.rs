//! The specs as the tests read them: each operation with the examples that its spec gives.

use serde_json::{Map, Value};
use xtask_spec::api::Api;
use xtask_spec::document::Document;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

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
    let spec = Spec::new(&document);
    spec.operations.iter().map(|operation| case(&spec, operation)).collect()
}

fn case(spec: &Spec, operation: &Operation) -> Case {
    let mut path: Vec<_> = operation.path.split('/').map(str::to_owned).collect();
    let (mut query, mut parameters) = (Vec::new(), Map::new());
    for parameter in spec.parameters(operation) {
        let parameter = parameter.described;
        let name = parameter.text("name").expect("a name");
        let example = parameter.value["example"].clone();
        let text = plain(&example);
        match parameter.text("in") {
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
    let body = spec.request_body(operation).and_then(|body| json_example(&body));
    if let Some(body) = &body {
        parameters.insert("body".to_owned(), body.clone());
    }
    let responses = operation.place.members_of("responses");
    let (status, success) = responses
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .expect("a success");
    Case {
        id: operation.id().expect("an id").to_owned(),
        method: operation.method.to_uppercase(),
        path,
        query,
        body,
        parameters: Value::Object(parameters),
        status: status.parse().expect("a status"),
        answer: json_example(success),
        is_file: spec.is_file(operation),
        page: page(operation),
        template: operation.path.to_owned(),
    }
}

/// The example of a JSON body.
fn json_example(body: &Place) -> Option<Value> {
    body.value.pointer("/content/application~1json/example").cloned()
}

/// The page that documents an operation.
fn page(operation: &Operation) -> Option<String> {
    let page = operation.place.get("externalDocs")?;
    page.text("url").map(str::to_owned)
}

/// A scalar as it stands in an address.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
