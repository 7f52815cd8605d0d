//! Whether an answer is what the spec promises.

use serde_json::Value;

use super::Operation;

/// What is wrong with an answer, one sentence each; nothing if it is what the spec promises. The body is that of JSON; an
/// answer of another type has none here.
pub(crate) fn problems(
    operation: &Operation,
    status: u16,
    media_type: Option<&str>,
    body: Option<&Value>,
) -> Vec<String> {
    let Some(answer) = operation.answers.get(&status) else {
        return vec![format!("{} has no answer {status}", operation.id)];
    };
    let promised = answer.body.as_ref();
    let essence = media_type.map(|name| name.split(';').next().unwrap_or_default().trim());
    if promised.map(|(name, _)| *name) != essence {
        return vec![format!(
            "{} answers {status} with {promised:?}, not {essence:?}",
            operation.id,
            promised = promised.map(|(name, _)| name),
        )];
    }
    match (promised, body) {
        (Some((_, Some(schema))), Some(body)) => {
            let problems = schema.problems(body).into_iter();
            problems.map(|(at, problem)| format!("{at}: {problem}")).collect()
        }
        (Some((_, Some(_))), None) => vec![format!("{} answers {status} with a body", operation.id)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Spec;
    use super::*;

    /// Compiles the schema of every answer, too.
    #[test]
    fn the_example_of_every_answer_is_valid() {
        for operation in Spec::embedded().operations() {
            for (status, answer) in &operation.answers {
                if let (Some((media_type, Some(_))), Some(example)) = (&answer.body, answer.example) {
                    let problems = problems(operation, *status, Some(media_type), Some(example));
                    assert!(problems.is_empty(), "{} {status}: {problems:?}", operation.id);
                }
            }
        }
    }

    #[test]
    fn what_the_spec_does_not_promise_is_found() {
        let operation = Spec::operation(super::super::Api::ElementsV3, "listCustomers");
        let valid = serde_json::json!({ "data": [] });
        for (status, media_type, body) in [
            (302, Some("application/json"), Some(&valid)),
            (200, Some("text/html"), Some(&valid)),
            (200, None, None),
            (200, Some("application/json"), None),
            (200, Some("application/json"), Some(&Value::Array(Vec::new()))),
        ] {
            assert_eq!(
                problems(operation, status, media_type, body).len(),
                1,
                "{status} {media_type:?}"
            );
        }
        assert!(problems(operation, 200, Some("application/json; charset=utf-8"), Some(&valid)).is_empty());
    }
}
