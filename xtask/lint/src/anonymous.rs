//! Schemas without a name: generators invent one, which may be taken, or make an empty class of them.

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    for schema in spec.all(Kind::Schema) {
        if !schema.is_component("schemas") {
            unnamed(schema, report);
        }
        anything(schema, report);
        conditions(schema, report);
    }
}

fn unnamed(schema: &Place, report: &mut Report) {
    let has = |key: &str| !schema.entries_of(key).is_empty();
    let (rule, what) = if has("oneOf") || has("anyOf") {
        ("inline-union", "a union")
    } else if schema.get("properties").is_some() || schema.entries_of("allOf").len() > 1 {
        ("inline-object", "an object")
    } else {
        return;
    };
    report.add(
        rule,
        &schema.pointer,
        format!("{what} here has no name"),
        "make it a component, and refer to it",
    );
}

/// Some generators make an empty class of it, and drop what arrives.
fn anything(schema: &Place, report: &mut Report) {
    if schema.says("additionalProperties") {
        report.add(
            "anything",
            &format!("{}/additionalProperties", schema.pointer),
            "`additionalProperties: true` does not say what may come",
            "write a schema there, with a `description` alone if that is all; a value of any type needs no \
             `additionalProperties`",
        );
    }
}

/// Generators ignore such an alternative, and the request goes out without the members.
fn conditions(schema: &Place, report: &mut Report) {
    for list in ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)) {
        let is_condition = |entry: &Place| matches!(entry.members().as_slice(), [("required", _)]);
        if list.entries().iter().any(is_condition) {
            report.add(
                "required-alternatives",
                &list.pointer,
                format!("`{}` holds alternatives that are only `required`", list.name()),
                "make each a component with its own `required`, and a union of them",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const DEPTH: &str = "        depth:\n          type: integer\n          description: How deep.\n          minimum: 0\n          exclusiveMinimum: true\n          maximum: 9\n";

    #[test]
    fn unions_are_components() {
        let union = "        depth:\n          description: How deep.\n          anyOf:\n            - {type: integer, example: 3}\n            - {type: string, example: deep}\n";
        expect(&[(DEPTH, union)], &[("inline-union", "depth:")]);
        let schema = "          schema:\n            $ref: '#/components/schemas/GardenerStatus'\n";
        let inline = "          schema:\n            oneOf:\n              - $ref: '#/components/schemas/GardenerStatus'\n              - {type: string, example: active}\n";
        expect(&[(schema, inline)], &[("inline-union", "schema:")]);
        let items = "          items:\n            $ref: '#/components/schemas/Gardener'\n";
        let inline = "          items:\n            anyOf:\n              - $ref: '#/components/schemas/Gardener'\n              - {type: string, example: Ada}\n";
        expect(
            &[(items, inline)],
            &[
                ("inline-union", "items:"),
                ("alternative-example", "- $ref: '#/components/schemas/Gardener'"),
            ],
        );
    }

    #[test]
    fn objects_are_components() {
        let object = "        depth:\n          description: How deep.\n          properties:\n            metres: {type: integer, description: How many metres.}\n";
        let shown = ("              depth: 3\n", "              depth: {metres: 3}\n");
        expect(&[(DEPTH, object), shown], &[("inline-object", "depth:")]);
        let object = "        depth:\n          description: How deep.\n          allOf:\n            - $ref: '#/components/schemas/PageMetadata'\n            - {type: object, additionalProperties: {type: integer}}\n";
        let shown = ("              depth: 3\n", "              depth: {totalCount: 3}\n");
        expect(&[(DEPTH, object), shown], &[("inline-object", "depth:")]);
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
}
