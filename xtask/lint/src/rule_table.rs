//! The rules that an object keeps by itself: a table of JSON Schemas, each with what to say and to do.

use std::path::Path;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde::Deserialize;
use serde_json::Value;

use super::report::Report;
use xtask_spec::document::Document;
use xtask_spec::model::{Kind, Node};
use xtask_spec::names::write_one_of;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// A row of the table; its head says what each member is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    rule: String,
    of: Option<Kind>,
    must: Value,
    problem: String,
    remedy: Option<String>,
}

static RULES: LazyLock<Vec<(Rule, Validator)>> = LazyLock::new(|| {
    let table = Document::parse(Path::new("rules.yaml"), include_str!("rules.yaml"));
    let rules: Vec<Rule> = table.and_then(|table| table.read()).expect("the table is valid");
    let rules = rules.into_iter().map(|rule| {
        let validator = jsonschema::draft7::new(&rule.must).expect("each rule is a JSON Schema");
        (rule, validator)
    });
    rules.collect()
});

pub fn check(spec: &Spec, report: &mut Report) {
    for node in &spec.nodes {
        let kind = (!node.is_reference()).then_some(node.kind);
        for (rule, validator) in RULES.iter().filter(|(rule, _)| rule.of == kind) {
            for error in validator.iter_errors(node.place.value) {
                tell(spec, node, rule, &error, report);
            }
        }
    }
}

fn tell(spec: &Spec, node: &Node, rule: &'static Rule, error: &ValidationError, report: &mut Report) {
    let pointer = format!("{}{}", node.place.pointer, error.instance_path());
    let value = error.instance();
    let key = match error.kind() {
        ValidationErrorKind::Required { property } => property.as_str().unwrap_or_default().to_owned(),
        _ => Place {
            pointer: pointer.clone(),
            value,
        }
        .name(),
    };
    let fill = |text: &str| {
        let text = text.replace("{key}", &key).replace("{object}", &name(spec, node));
        text.replace("{value}", &value.to_string())
    };
    let remedy = match (&rule.remedy, error.kind()) {
        (None, ValidationErrorKind::Enum { options }) => {
            let options: Vec<_> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            write_one_of(value.as_str().unwrap_or_default(), &options)
        }
        (remedy, _) => fill(remedy.as_deref().unwrap_or_default()),
    };
    report.add(&rule.rule, &pointer, fill(&rule.problem), remedy);
}

/// An object in a sentence.
fn name(spec: &Spec, node: &Node) -> String {
    let operation = spec
        .operations
        .iter()
        .find(|operation| operation.place.pointer == node.place.pointer);
    match (operation.map(Operation::name), node.kind, node.place.text("name")) {
        (Some(name), ..) => name,
        (_, Kind::Parameter, Some(name)) => format!("the parameter `{name}`"),
        (_, Kind::Tag, Some(name)) => format!("the tag `{name}`"),
        _ => node.kind.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn a_row_names_the_object_the_member_and_what_stands_there() {
        let found = problems(&[("- name: Rounds\n    description: The rounds.", "- name: Rounds")]);
        assert_eq!(found[0].message, "the tag `Rounds` has no description");
        let found = problems(&[("'400':", "'40':")]);
        assert_eq!(found[0].message, "`40` is not a status code");
        let found = problems(&[("          format: email\n", "          format: letter\n")]);
        assert_eq!(found[0].message, "the format \"letter\" is not supported");
        assert!(found[0].remedy.starts_with("write one of binary, byte"), "{found:?}");
    }

    #[test]
    fn what_the_generator_does_not_have() {
        let answer = "                $ref: '#/components/schemas/GardenerPage'\n";
        let encoded = format!("{answer}              encoding: {{}}\n");
        expect(&[(answer, &encoded)], &[("media-encoding", "encoding: {}")]);
        let archive =
            format!("{answer}            application/zip:\n              schema:\n                type: string\n");
        let found = problems(&[(answer, &archive)]);
        let messages: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
        assert!(messages.contains(&"a response has several media types"), "{messages:?}");
    }

    #[test]
    fn a_flow_declares_scopes() {
        let scopes =
            "          scopes:\n            gardeners.read: Read gardeners.\n            rounds.run: Run rounds.\n";
        expect(&[(scopes, "")], &[("security-scheme", "clientCredentials:")]);
    }

    #[test]
    fn somebody_can_be_asked() {
        let contact = "  contact: {name: The gardeners, url: https://example.com/contact}\n";
        expect(&[(contact, "")], &[("contact", "info:")]);
        let name = "  contact: {name: The gardeners}\n";
        expect(&[(contact, name)], &[("contact", name.trim())]);
    }

    #[test]
    fn anything_has_a_schema() {
        let (schema, all) = (
            "      additionalProperties: {description: What else there is to say.}\n",
            "      additionalProperties: true\n",
        );
        expect(&[(schema, all)], &[("anything", "additionalProperties: true")]);
        // The other way round, it is said that nothing else comes.
        expect(
            &[(
                schema,
                "      additionalProperties: false\n      properties:\n        message: {type: string, description: What went wrong.}\n",
            )],
            &[],
        );
    }

    #[test]
    fn what_is_required_together_is_a_component() {
        let plain = "      required: [contact]\n";
        let either = "      anyOf:\n        - required: [contact]\n        - required: [depth]\n";
        expect(&[(plain, either)], &[("required-alternatives", "anyOf:")]);
    }

    #[test]
    fn identifiers_have_an_example() {
        expect(
            &[(
                "      description: Identifies a gardener.\n      example: g-1\n",
                "      description: Identifies a gardener.\n",
            )],
            &[("id-example", "GardenerId:")],
        );
    }

    #[test]
    fn files_have_an_example() {
        let file = "          description: It runs.\n          headers:\n            Content-Disposition: {description: The name., schema: {type: string}, example: attachment}\n          content:\n            application/zip:\n              schema: {type: string, format: binary}\n";
        expect(
            &[("          description: It runs.\n", file)],
            &[("file-example", "application/zip:")],
        );
    }

    #[test]
    fn what_requests_are_made_of_is_of_one_form() {
        const SERVER: &str = "  - url: https://example.com\n";
        for wrong in ["http://example.com", "https://example.com/", "/", "https://"] {
            let line = format!("  - url: {wrong}\n");
            let tokens = format!("x-token-urls: {{'{wrong}': ");
            let edits = [
                (SERVER, line.as_str()),
                ("x-token-urls: {'https://example.com': ", &tokens),
            ];
            expect(&edits, &[("server", line.trim())]);
        }
        let elsewhere = "servers: [{url: 'https://elsewhere.example'}]";
        let own = format!("  /gardeners:\n    {elsewhere}\n    get:\n");
        expect(&[("  /gardeners:\n    get:\n", &own)], &[("server", elsewhere)]);
        let id = "      operationId: listGardeners\n";
        let own = format!("{id}      {elsewhere}\n");
        expect(&[(id, &own)], &[("server", elsewhere)]);
        let status = "        - name: status\n";
        for style in ["style: pipeDelimited", "explode: false"] {
            let other = format!("{status}          {style}\n");
            expect(&[(status, &other)], &[("parameter-style", style)]);
        }
        let contact = "      required: [contact]\n";
        let discriminated = format!("{contact}      discriminator: {{propertyName: contact}}\n");
        let line = "discriminator: {propertyName: contact}";
        expect(&[(contact, &discriminated)], &[("discriminator", line)]);
        let lines = "      summary: |-\n        List the gardeners\n        of the garden\n";
        expect(
            &[("      summary: List the gardeners of the garden\n", lines)],
            &[("summary", "summary: |-")],
        );
    }

    #[test]
    fn a_version_is_three_numbers() {
        for wrong in ["'1'", "'1.2'", "v1.2.4", "1.3.0-rc.1", "01.0.0", "''"] {
            let line = format!("  version: {wrong}\n");
            expect(&[("  version: 1.0.0\n", &line)], &[("version", line.trim())]);
        }
    }
}
