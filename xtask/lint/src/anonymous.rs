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
    let message = format!("{what} here has no name");
    report.add(rule, schema, message, "make it a component, and refer to it");
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
}
