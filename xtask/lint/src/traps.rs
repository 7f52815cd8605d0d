//! Traps: what is valid OpenAPI, and makes progenitor 0.15 panic or generate something wrong.
//!
//! An inline `enum` belongs here too; the rule about code lists tells it.

use std::collections::HashSet;

use serde_json::Value;

use super::report::Report;
use xtask_spec::model::Kind;
use xtask_spec::names::{Clash, clashes, folded};
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec, is_json};

/// The types of answers that are passed on as bytes.
pub const BINARY: [&str; 2] = ["application/octet-stream", "application/zip"];

pub fn check(spec: &Spec, report: &mut Report) {
    for operation in &spec.operations {
        responses(spec, operation, report);
        success_types(spec, operation, report);
        request_body(spec, operation, report);
        parameter_identifiers(spec, operation, report);
    }
    for item in spec.all(Kind::PathItem) {
        path_reference(item, report);
    }
    for parameter in spec.all(Kind::Parameter) {
        parameter_form(parameter, report);
    }
    for media in spec.all(Kind::MediaType) {
        media_type(media, report);
    }
    for schema in spec.all(Kind::Schema) {
        schema_form(schema, report);
        property_identifiers(schema, report);
    }
    schema_identifiers(spec, report);
}

fn responses(spec: &Spec, operation: &Operation, report: &mut Report) {
    let responses = operation.place.members_of("responses");
    for (_, response) in responses.iter().filter(|(status, _)| *status == "default") {
        report.add(
            "default-response",
            &response.pointer,
            format!("{} has a `default` response", operation.name()),
            "write the statuses that it covers",
        );
    }
    let successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
    let schemas: Vec<_> = successes
        .filter_map(|(_, response)| Some((response.pointer.clone(), answer(&spec.resolve(response)?))))
        .collect();
    let Some(((_, first), others)) = schemas.split_first() else {
        report.add(
            "success-response",
            &format!("{}/responses", operation.place.pointer),
            format!("{} has no success response", operation.name()),
            "write the status that means success",
        );
        return;
    };
    for (pointer, _) in others.iter().filter(|(_, other)| other != first) {
        report.add(
            "success-response",
            pointer,
            format!("{} has success responses of different schemas", operation.name()),
            "give them one schema, with `anyOf` if necessary",
        );
    }
}

/// What a response answers with: the types of content and their schemas.
fn answer<'d>(response: &Place<'d>) -> Vec<(&'d str, Option<&'d Value>)> {
    let content = response.members_of("content").into_iter();
    content
        .map(|(media_type, media)| (media_type, media.value.get("schema")))
        .collect()
}

fn success_types(spec: &Spec, operation: &Operation, report: &mut Report) {
    for response in spec.successes(operation) {
        let content = response.members_of("content");
        if content.len() > 1 {
            report.add(
                "response-type",
                &response.pointer,
                format!("a response of {} has several media types", operation.name()),
                "keep one",
            );
        }
        let is_known = |media_type: &str| is_json(media_type) || BINARY.contains(&media_type);
        for (media_type, media) in content.into_iter().filter(|(media_type, _)| !is_known(media_type)) {
            report.add(
                "response-type",
                &media.pointer,
                format!("{} responds with `{media_type}`", operation.name()),
                format!("write application/json, {}", BINARY.join(" or ")),
            );
        }
    }
}

fn request_body(spec: &Spec, operation: &Operation, report: &mut Report) {
    let Some(body) = spec.request_body(operation) else {
        return;
    };
    let count = body.members_of("content").len();
    if count != 1 {
        report.add(
            "request-type",
            &body.pointer,
            format!("the request body of {} has {count} media types", operation.name()),
            "keep exactly one",
        );
    }
}

/// The parameters and the body are arguments of one function, and members of one object in `dynamic::call`.
fn parameter_identifiers(spec: &Spec, operation: &Operation, report: &mut Report) {
    let body = spec.request_body(operation).map(|body| ("body", body));
    let mut listed = HashSet::new();
    let parameters = spec.parameters(operation).into_iter().filter_map(|parameter| {
        let (place, name) = parameter.key()?;
        // The same parameter listed twice is reported by the rule about parameters.
        listed.insert((place, name)).then_some((name, parameter.listed))
    });
    for clash in clashes(body.into_iter().chain(parameters), folded) {
        tell(&clash, "arguments", report);
    }
}

fn property_identifiers(schema: &Place, report: &mut Report) {
    for clash in clashes(schema.members_of("properties"), folded) {
        // Those that differ by letter case alone are reported by the rule about schemas.
        if clash.first.to_lowercase() != clash.name.to_lowercase() {
            tell(&clash, "properties", report);
        }
    }
}

fn schema_identifiers(spec: &Spec, report: &mut Report) {
    for clash in clashes(spec.components("schemas"), folded) {
        tell(&clash, "schemas", report);
    }
}

fn tell(clash: &Clash, what: &str, report: &mut Report) {
    report.add(
        "identifier",
        &clash.place.pointer,
        format!(
            "the {what} `{}` and `{}` become the same identifier in generated code",
            clash.first, clash.name
        ),
        "rename one, or keep only the one that the service uses",
    );
}

fn path_reference(item: &Place, report: &mut Report) {
    if let Some(reference) = item.get("$ref") {
        report.add(
            "path-reference",
            &reference.pointer,
            "a path is described by `$ref`",
            "write its operations here",
        );
    }
}

fn parameter_form(parameter: &Place, report: &mut Report) {
    let name = parameter.text("name").unwrap_or_default();
    if let Some(content) = parameter.get("content") {
        report.add(
            "parameter-content",
            &content.pointer,
            format!("the parameter `{name}` is described by `content`"),
            "use `schema`",
        );
    }
    match parameter.text("in") {
        Some("cookie") => report.add(
            "parameter-place",
            &parameter.pointer,
            format!("`{name}` is a cookie"),
            "leave it out; the generated clients send no cookies",
        ),
        Some("header") if !is_plain_header(name) => report.add(
            "parameter-place",
            &parameter.pointer,
            format!("`{name}` is not a plain header name"),
            "use letters, digits and single hyphens",
        ),
        _ => {}
    }
}

fn is_plain_header(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|character| character.is_ascii_alphanumeric());
    name.split('-').all(is_word)
}

fn media_type(media: &Place, report: &mut Report) {
    if media.get("schema").is_none() {
        report.add(
            "media-schema",
            &media.pointer,
            "a media type has no schema",
            "write one; `type: string, format: binary` if it is a file",
        );
    }
    if let Some(encoding) = media.get("encoding") {
        report.add(
            "media-encoding",
            &encoding.pointer,
            "a media type has an `encoding`",
            "delete it; the generator has none",
        );
    }
}

fn schema_form(schema: &Place, report: &mut Report) {
    if schema.says("readOnly") && schema.says("writeOnly") {
        report.add(
            "read-write",
            &schema.pointer,
            "a schema is both `readOnly` and `writeOnly`",
            "keep one of the two, or neither",
        );
    }
    if let Some(not) = schema.get("not") {
        report.add(
            "schema-not",
            &not.pointer,
            "`not` has no type in generated code",
            "say what is allowed instead",
        );
    }
    let lists = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| schema.get(key));
    for list in lists.filter(|list| list.entries().is_empty()) {
        report.add(
            "schema-empty",
            &list.pointer,
            format!("`{}` has no entries", list.name()),
            "write the alternatives, or delete it",
        );
    }
    for (limit, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if schema.says(flag) && schema.get(limit).is_none() {
            report.add(
                "schema-limit",
                &format!("{}/{flag}", schema.pointer),
                format!("`{flag}` has no `{limit}` next to it"),
                format!("write `{limit}` too"),
            );
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
            &[("request-type", "requestBody:")],
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
            &[("parameter-place", "- name: status")],
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
