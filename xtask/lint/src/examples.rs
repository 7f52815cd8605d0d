//! Examples: every body and every parameter has one, and it is valid.

use super::example_members::Members;
use super::report::Report;
use super::validation::Validation;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;
use xtask_spec::{Spec, is_json};

pub fn check(spec: &Spec, report: &mut Report) {
    presence(spec, report);
    let validation = Validation::new(spec);
    // Parameters, headers and media types carry examples beside their schema; schemas carry their own.
    for kind in [Kind::Parameter, Kind::Header, Kind::MediaType, Kind::Schema] {
        for holder in spec.all(kind) {
            let schema = if kind == Kind::Schema {
                Some(holder.clone())
            } else {
                holder.get("schema")
            };
            let named = holder.members_of("examples").into_iter();
            let named = named.filter_map(|(_, example)| example.get("value"));
            for example in holder.get("example").into_iter().chain(named) {
                let Some(schema) = &schema else { continue };
                validate(&validation, schema, &example, report);
                Members::check(spec, schema, &example, false, report);
            }
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
            let content = holder.members_of("content").into_iter();
            for (_, media) in content.filter(|(media_type, _)| is_json(media_type)) {
                let Some(example) = media.get("example") else {
                    let message = format!("{what} of {} has no example", operation.name());
                    report.add("example", media, message, "add one that shows every property");
                    continue;
                };
                if let Some(schema) = media.get("schema") {
                    Members::check(spec, &schema, &example, true, report);
                }
            }
        }
    }
}

fn validate(validation: &Validation, schema: &Place, example: &Place, report: &mut Report) {
    for complaint in validation.complaints(schema, example.value) {
        let place = match complaint.place.as_str() {
            "" => "the example".to_owned(),
            place => format!("`{place}` of the example"),
        };
        let message = format!("{place} is not valid: {}", complaint.message);
        let at = format!("{}{}", example.pointer, complaint.place);
        report.add("example", at, message, "fix the example or the schema");
    }
    masked(example, report);
}

/// An asterisk is how pages hide a value, and no value that a reader could send.
fn masked(example: &Place, report: &mut Report) {
    if let Some(text) = example.value.as_str().filter(|text| text.contains('*')) {
        let message = format!("the value `{text}` is masked");
        report.add("masked-example", example, message, "write a complete, fictional value");
    }
    example.parts().iter().for_each(|part| masked(part, report));
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
            &[(
                "              example:\n                id: u-2\n                name: Ada\n                status: 0\n                createdAt: '2025-02-03T04:05:06Z'\n                manager: g-1\n",
                "",
            )],
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
        for (format, wrong, right) in [
            ("date", "2025-02-30", "2025-02-28"),
            ("uri", "nowhere", "https://example.com"),
        ] {
            let pattern = "          pattern: '^\\S+$'\n";
            let schema = format!("{pattern}          format: {format}\n          example: {wrong}\n");
            let names = [" ".repeat(20), " ".repeat(16)].map(|blanks| {
                let name = |value: &str| format!("\n{blanks}name: {value}\n");
                (name("Ada"), name(right))
            });
            let edits = [
                (pattern, schema.as_str()),
                (&names[0].0, &names[0].1),
                (&names[1].0, &names[1].1),
            ];
            expect(&edits, &[("example", &format!("example: {wrong}"))]);
        }
    }

    #[test]
    fn an_example_has_the_members_of_its_schema_and_no_others() {
        let depth = "              depth: 3\n";
        expect(&[(depth, "")], &[("incomplete-example", "example:")]);
        expect(
            &[(depth, "              depth: 3\n              deep: 3\n")],
            &[("example", "deep: 3")],
        );
        let total = "                  totalCount: 1\n";
        expect(
            &[(total, "                  count: 1\n")],
            &[("incomplete-example", "metadata:"), ("example", "count: 1")],
        );
        // One entry of a list may show what another leaves out.
        let ada = "                    manager: null\n";
        let grace = "                  - id: u-2\n                    manager: g-1\n";
        expect(&[(ada, grace)], &[]);
        // In a union it is one of the objects, whichever; a map has what it will.
        let gardener = "              schema:\n                $ref: '#/components/schemas/Gardener'\n";
        let union = |kind: &str| {
            let union = format!(
                "{kind}:\n                  - $ref: '#/components/schemas/Gardener'\n                  - $ref: '#/components/schemas/RoundRequest'\n"
            );
            format!("              schema:\n                {union}")
        };
        let round = (
            "                id: u-2\n                name: Ada\n                status: 0\n                createdAt: '2025-02-03T04:05:06Z'\n                manager: g-1\n",
            "                contact: g@example.com\n                deep: 3\n",
        );
        let both = [(gardener, union("anyOf")), (round.0, round.1.to_owned())];
        let both: Vec<_> = both.iter().map(|(old, new)| (*old, new.as_str())).collect();
        let found = problems(&both).into_iter().map(|problem| problem.message);
        // That the union has no name, and its objects no examples, is another rule's to say.
        let found: Vec<_> = found.filter(|message| message.starts_with("the example")).collect();
        assert_eq!(
            found,
            [
                "the example does not show the member `depth`",
                "the example has the member `deep`, which its schema does not know"
            ]
        );
    }

    #[test]
    fn nothing_is_masked() {
        expect(
            &[("                    name: Ada\n", "                    name: A**\n")],
            &[("masked-example", "name: A**")],
        );
    }
}
