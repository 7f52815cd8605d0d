//! Examples: every body and every parameter has one, and it is valid.

use serde_json::Value;

use xtask_spec::document::child;

use super::report::Report;
use super::validation::Validation;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;
use xtask_spec::{Spec, is_json};

pub fn check(spec: &Spec, report: &mut Report) {
    presence(spec, report);
    let validation = Validation::new(spec);
    // Parameters, headers and media types carry examples beside their schema; schemas carry their own.
    for kind in [Kind::Parameter, Kind::Header, Kind::MediaType] {
        for holder in spec.all(kind) {
            let Some(schema) = holder.get("schema") else {
                continue;
            };
            for example in examples(holder) {
                validate(&validation, &schema, &example, report);
            }
        }
    }
    for schema in spec.all(Kind::Schema) {
        if let Some(example) = schema.get("example") {
            validate(&validation, schema, &example, report);
        }
    }
}

/// Request bodies and answers have an example; that parameters have one is a rule of the parameters.
fn presence(spec: &Spec, report: &mut Report) {
    for operation in &spec.operations {
        let body = spec.request_body(operation).map(|body| (body, "the request body"));
        let answers = spec
            .successes(operation)
            .into_iter()
            .map(|answer| (answer, "the answer"));
        for (holder, what) in body.into_iter().chain(answers) {
            for (media_type, media) in holder.members_of("content") {
                if is_json(media_type) && media.get("example").is_none() {
                    report.add(
                        "example",
                        &media.pointer,
                        format!("{what} of {} has no example", operation.name()),
                        "add one that shows every property",
                    );
                }
            }
        }
    }
}

fn examples<'d>(holder: &Place<'d>) -> Vec<Place<'d>> {
    let named = holder.members_of("examples").into_iter();
    let named = named.filter_map(|(_, example)| example.get("value"));
    holder.get("example").into_iter().chain(named).collect()
}

fn validate(validation: &Validation, schema: &Place, example: &Place, report: &mut Report) {
    for complaint in validation.complaints(schema, example.value) {
        let place = match complaint.place.as_str() {
            "" => "the example".to_owned(),
            place => format!("`{place}` of the example"),
        };
        report.add(
            "example",
            &format!("{}{}", example.pointer, complaint.place),
            format!("{place} is not valid: {}", complaint.message),
            "fix the example or the schema",
        );
    }
    masked(&example.pointer, example.value, report);
}

/// An asterisk is how pages hide a value, and no value that a reader could send.
fn masked(pointer: &str, value: &Value, report: &mut Report) {
    match value {
        Value::String(text) if text.contains('*') => {
            report.add(
                "masked-example",
                pointer,
                format!("the value `{text}` is masked"),
                "write a complete, fictional value",
            );
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                masked(&child(pointer, index), entry, report);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                masked(&child(pointer, key), member, report);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn bodies_and_answers_have_one() {
        expect(
            &[(
                "            example:\n              contact: ada@example.com\n              depth: 3\n",
                "",
            )],
            &[("example", "application/json:")],
        );
        expect(
            &[("              example:\n                id: u-1\n", "")],
            &[("example", "application/json:")],
        );
    }

    #[test]
    fn examples_are_valid_and_the_place_inside_is_named() {
        let edit = ("                    name: Ada\n", "                    name: Ada B.\n");
        expect(&[edit], &[("example", "name: Ada B.")]);
        assert!(
            problems(&[edit])[0]
                .message
                .starts_with("`/data/0/name` of the example is not valid: ")
        );
        expect(
            &[(
                "                  totalCount: 1\n",
                "                  totalCount: many\n",
            )],
            &[("example", "totalCount: many")],
        );
        expect(
            &[("              depth: 3", "              depth: 0")],
            &[("example", "depth: 0")],
        );
        expect(
            &[("      example: 50", "      example: 500")],
            &[("example", "example: 500")],
        );
    }

    #[test]
    fn formats_are_checked() {
        expect(
            &[("contact: ada@example.com", "contact: ada")],
            &[("example", "contact: ada")],
        );
        let time = "createdAt: '2025-01-02'";
        expect(&[("createdAt: '2025-01-02T03:04:05Z'", time)], &[("example", time)]);
        let schema = |format: &str, example: &str| {
            let text =
                format!("          pattern: '^\\S+$'\n          format: {format}\n          example: {example}\n");
            let line = format!("example: {example}");
            expect(
                &[
                    ("          pattern: '^\\S+$'\n", &text),
                    ("                    name: Ada\n", ""),
                ],
                &[("example", &line)],
            );
        };
        schema("date", "2025-02-30");
        schema("uri", "nowhere");
    }

    #[test]
    fn nothing_is_masked() {
        expect(
            &[("                    name: Ada\n", "                    name: A**\n")],
            &[("masked-example", "name: A**")],
        );
    }
}
