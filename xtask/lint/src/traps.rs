//! Traps: what is valid OpenAPI, and makes progenitor 0.15 panic or generate something wrong. Those of one object are in the
//! table of rules, as is an inline `enum` in the rule about code lists.

use std::collections::HashSet;

use serde_json::Value;

use super::report::Report;
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, folded};
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

pub fn check(spec: &Spec, report: &mut Report) {
    for operation in &spec.operations {
        responses(spec, operation, report);
        identifiers("arguments", arguments(spec, operation), report);
    }
    for schema in spec.all(Kind::Schema) {
        identifiers("properties", schema.members_of("properties"), report);
    }
    identifiers("schemas", spec.components("schemas"), report);
}

/// All successes of an operation are of one type.
fn responses(spec: &Spec, operation: &Operation, report: &mut Report) {
    let responses = operation.place.members_of("responses").into_iter();
    let successes = responses.filter(|(status, _)| status.starts_with('2'));
    let successes = successes.filter_map(|(_, response)| Some((content(&spec.resolve(&response)?), response)));
    let successes: Vec<_> = successes.collect();
    for (_, response) in successes.iter().filter(|(content, _)| *content != successes[0].0) {
        let message = format!("{} has success responses of different schemas", operation.name());
        let remedy = "give them one schema, with `anyOf` if necessary";
        report.add("success-response", response, message, remedy);
    }
}

/// What a response answers with: the types of content and their schemas.
fn content<'d>(response: &Place<'d>) -> Vec<(&'d str, Option<&'d Value>)> {
    let content = response.members_of("content").into_iter();
    content
        .map(|(media_type, media)| (media_type, media.value.get("schema")))
        .collect()
}

/// The parameters and the body: arguments of one function, and members of one object in `dynamic::call`.
fn arguments<'d>(spec: &Spec<'d>, operation: &Operation<'d>) -> Vec<(&'d str, Place<'d>)> {
    let body = spec.request_body(operation).map(|body| ("body", body));
    let mut listed = HashSet::new();
    let parameters = spec.parameters(operation).into_iter().filter_map(|parameter| {
        let key = parameter.key()?;
        // The same parameter listed twice is reported by the rule about parameters.
        listed.insert(key).then_some((key.1, parameter.listed))
    });
    body.into_iter().chain(parameters).collect()
}

fn identifiers(what: &str, names: Vec<(&str, Place)>, report: &mut Report) {
    for clash in clashes(names, folded) {
        let (first, name) = (clash.first, clash.name);
        // Properties that differ by letter case alone are reported by the rule about schemas.
        if what != "properties" || first.to_lowercase() != name.to_lowercase() {
            let message = format!("the {what} `{first}` and `{name}` become the same identifier in generated code");
            let remedy = "rename one, or keep only the one that the service uses";
            report.add("identifier", clash.place, message, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    #[test]
    fn responses() {
        expect(
            &[("        '400':\n", "        default:\n")],
            &[("default-response", "default:")],
        );
        expect(
            &[("        '204':\n", "        '304':\n")],
            &[("success-response", "responses:")],
        );
        expect(
            &[(
                "          description: It runs.\n",
                "          description: It runs.\n        '202':\n          description: Later.\n          content:\n            application/json:\n              schema:\n                type: string\n              example: later\n",
            )],
            &[("success-response", "'202':")],
        );
        let text = "          description: It runs.\n          content:\n            text/csv:\n              schema:\n                type: string\n";
        expect(
            &[("          description: It runs.\n", text)],
            &[("response-type", "text/csv:")],
        );
    }

    #[test]
    fn bodies() {
        let form = "        content:\n          text/plain:\n            schema:\n              type: string\n          application/json:\n            schema:\n              $ref: '#/components/schemas/RoundRequest'\n";
        expect(
            &[(
                "        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/RoundRequest'\n",
                form,
            )],
            &[("request-type", "content:")],
        );
        expect(
            &[(
                "              schema:\n                $ref: '#/components/schemas/Gardener'\n",
                "",
            )],
            &[("media-schema", "application/json:")],
        );
    }

    #[test]
    fn paths() {
        expect(
            &[("  /rounds:\n", "  /rounds:\n    $ref: './rounds.yaml'\n")],
            &[("path-reference", "$ref: './rounds.yaml'")],
        );
    }

    #[test]
    fn parameters() {
        let status = "          schema:\n            $ref: '#/components/schemas/GardenerStatus'\n";
        expect(
            &[(
                status,
                "          content:\n            application/json:\n              schema:\n                type: integer\n",
            )],
            &[("parameter-content", "content:")],
        );
        expect(
            &[(
                "        - name: status\n          in: query\n",
                "        - name: status\n          in: cookie\n",
            )],
            &[("parameter-place", "in: cookie")],
        );
        expect(
            &[(
                "        - name: status\n          in: query\n",
                "        - name: x_status:a\n          in: header\n",
            )],
            &[("parameter-place", "- name: x_status:a")],
        );
        expect(
            &[("- name: status", "- name: page_size")],
            &[("identifier", "- name: page_size")],
        );
        expect(
            &[(
                "        - name: status\n          in: query\n",
                "        - name: pageSize\n          in: header\n",
            )],
            &[("identifier", "- name: pageSize")],
        );
    }

    #[test]
    fn a_parameter_is_not_called_like_the_body() {
        let parameter = "      parameters:\n        - name: body\n          in: query\n          description: Which part.\n          schema:\n            type: string\n          example: head\n";
        expect(
            &[("      x-read-only: true\n", parameter)],
            &[("identifier", "- name: body")],
        );
    }

    #[test]
    fn schemas() {
        let name = "          maxLength: 100\n";
        for (lines, rule, line) in [
            (
                "          readOnly: true\n          writeOnly: true\n",
                "read-write",
                "name:",
            ),
            (
                "          not: { type: integer }\n",
                "schema-not",
                "not: { type: integer }",
            ),
            ("          oneOf: []\n", "schema-empty", "oneOf: []"),
        ] {
            let no_example = ("                    name: Ada\n", "");
            let nor_this = (
                "                id: u-2\n                name: Ada\n",
                "                id: u-2\n",
            );
            expect(&[(name, lines), no_example, nor_this], &[(rule, line)]);
        }
        expect(
            &[("          minimum: 0\n", "")],
            &[("schema-limit", "exclusiveMinimum: true")],
        );
        expect(
            &[(
                "        createdAt:\n",
                "        gardener_name:\n          type: string\n          description: Once.\n        gardenerName:\n          type: string\n          description: Twice.\n        createdAt:\n",
            )],
            &[("identifier", "gardenerName:")],
        );
        expect(
            &[
                ("schemas/ErrorBody'", "schemas/GardenerID'"),
                ("    ErrorBody:\n", "    GardenerID:\n"),
            ],
            &[("identifier", "GardenerID:")],
        );
    }
}
