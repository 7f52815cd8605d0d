//! The examples of an API, one file each, for the tests of any language.

use serde_json::{Map, Value};
use xtask_spec::Spec;

use crate::call::{Call, Examples, examples};

/// The fixtures by the names of their files: `OPERATION.parameters`, `OPERATION.request`, `OPERATION.200`, and those of the
/// answers of all operations, `responses.NAME`. An example with a name has it at the end.
pub fn files(spec: &Spec, calls: &[Call]) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    let mut add = |name: &str, examples: &Examples| {
        // The example of a file is no JSON.
        for (own, example) in examples {
            let name = if own.is_empty() {
                name.to_owned()
            } else {
                format!("{name}.{own}")
            };
            files.push((name, (*example).clone()));
        }
    };
    for call in calls {
        let parameters: Map<_, _> = call
            .parameters
            .iter()
            .map(|parameter| (parameter.name.to_owned(), parameter.example.clone()))
            .collect();
        if !parameters.is_empty() {
            add(&format!("{}.parameters", call.id), &vec![("", &parameters.into())]);
        }
        if let Some((_, examples)) = &call.body {
            add(&format!("{}.request", call.id), examples);
        }
        for (status, _, examples) in &call.answers {
            add(&format!("{}.{status}", call.id), examples);
        }
    }
    for (name, response) in spec.components("responses") {
        for (_, media) in response.members_of("content") {
            add(&format!("responses.{name}"), &examples(&media));
        }
    }
    files
}
