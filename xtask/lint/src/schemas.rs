//! Schemas: they say what they hold, and do not contradict themselves.

use std::collections::HashSet;

use super::report::Report;
use super::validation::{Validation, compile_pattern};
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, is_pascal};
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    component_names(spec, report);
    let validation = Validation::new(spec);
    for schema in spec.all(Kind::Schema) {
        component_description(schema, report);
        words(schema, report);
        object(schema, report);
        properties(spec, schema, report);
        required(spec, schema, report);
        limits(schema, report);
        pattern(schema, report);
        default(&validation, schema, report);
    }
}

fn component_names(spec: &Spec, report: &mut Report) {
    let sections = spec.root.members_of("components").into_iter();
    let sections = sections.filter(|(section, _)| *section != "securitySchemes");
    let components = sections.flat_map(|(_, components)| components.members());
    for (name, component) in components.filter(|(name, _)| !is_pascal(name)) {
        report.add(
            "component-name",
            &component.pointer,
            format!("the component name `{name}` is not PascalCase"),
            "use only letters and digits, starting with a capital",
        );
    }
}

fn component_description(schema: &Place, report: &mut Report) {
    if schema.is_component("schemas") && !schema.has_text("description") {
        report.add(
            "description",
            &schema.pointer,
            format!("the schema `{}` has no description", schema.name()),
            "say what it is",
        );
    }
}

/// A misspelled type allows everything, and a misspelled format is none, both in silence.
fn words(schema: &Place, report: &mut Report) {
    const TYPES: &str = "array boolean integer number object string";
    const FORMATS: &str = "binary byte date date-time double email float int32 int64 password uri uuid";
    for (key, known) in [("type", TYPES), ("format", FORMATS)] {
        let is_known = |place: &Place| known.split(' ').any(|known| place.value == known);
        if let Some(place) = schema.get(key).filter(|place| !is_known(place)) {
            report.add(
                key,
                &place.pointer,
                format!("the {key} {} is not supported", place.value),
                format!("write one of {}", known.replace(' ', ", ")),
            );
        }
    }
}

fn object(schema: &Place, report: &mut Report) {
    const CONTENTS: [&str; 5] = ["properties", "additionalProperties", "allOf", "anyOf", "oneOf"];
    let is_open = CONTENTS.iter().all(|key| schema.get(key).is_none());
    if schema.text("type") == Some("object") && is_open {
        report.add(
            "object",
            &schema.pointer,
            "an object has no properties",
            "write `properties`, a schema for `additionalProperties`, or no `type` if it may be anything",
        );
    }
}

fn properties(spec: &Spec, schema: &Place, report: &mut Report) {
    for (name, property) in schema.members_of("properties") {
        if property.reference().is_none() && !property.has_text("description") {
            report.add(
                "description",
                &property.pointer,
                format!("the property `{name}` has no description"),
                "say what it contains, and its unit",
            );
        }
    }
    for clash in clashes(spec.properties(schema), str::to_lowercase) {
        // What `allOf` adds is reported at the schema that adds it, unless that one is fine by itself.
        let is_own = clash.place.pointer.starts_with(&format!("{}/", schema.pointer));
        let pointer = if is_own { &clash.place.pointer } else { &schema.pointer };
        report.add(
            "property-case",
            pointer,
            format!(
                "the properties `{}` and `{}` differ at most in letter case",
                clash.first, clash.name
            ),
            "keep the one that the service sends",
        );
    }
}

fn required(spec: &Spec, schema: &Place, report: &mut Report) {
    let properties: HashSet<_> = spec.properties(schema).into_iter().map(|(name, _)| name).collect();
    // An alternative that only requires members of the schema around it names none itself.
    if properties.is_empty() && schema.text("type") != Some("object") {
        return;
    }
    for place in schema.entries_of("required") {
        let name = place.value.as_str().unwrap_or_default();
        if !properties.contains(name) {
            report.add(
                "required",
                &place.pointer,
                format!("`{name}` is required but is not a property"),
                "fix the name, or add the property",
            );
        }
    }
}

fn limits(schema: &Place, report: &mut Report) {
    const LIMITS: [(&str, &str); 4] = [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ];
    for (low, high) in LIMITS {
        let number = |key: &str| schema.value.get(key)?.as_f64();
        let (Some(lowest), Some(highest)) = (number(low), number(high)) else {
            continue;
        };
        if lowest > highest {
            report.add(
                "limits",
                &format!("{}/{low}", schema.pointer),
                format!("`{low}` {lowest} is above `{high}` {highest}"),
                "fix one of the two; no value fits",
            );
        }
    }
}

fn pattern(schema: &Place, report: &mut Report) {
    // Reading the document as OpenAPI complains of a pattern that is no text.
    if let Some(pattern) = schema.text("pattern")
        && let Err(why) = compile_pattern(pattern)
    {
        report.add(
            "pattern",
            &format!("{}/pattern", schema.pointer),
            format!("`{pattern}` is not a JavaScript regular expression: {why}"),
            "mend it",
        );
    }
}

fn default(validation: &Validation, schema: &Place, report: &mut Report) {
    let Some(default) = schema.get("default") else {
        return;
    };
    for complaint in validation.complaints(schema, default.value) {
        report.add(
            "default",
            &default.pointer,
            format!("the default is not valid: {}", complaint.message),
            "fix it or the schema",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const DEPTH: &str = "        depth:\n          type: integer\n";

    #[test]
    fn components_have_names_and_descriptions() {
        expect(
            &[("\n      description: What a refusal carries.", "")],
            &[("description", "ErrorBody:")],
        );
        expect(
            &[
                ("    BadRequest:\n", "    bad-request:\n"),
                ("responses/BadRequest'", "responses/bad-request'"),
            ],
            &[("component-name", "bad-request:")],
        );
    }

    #[test]
    fn properties_have_descriptions() {
        expect(
            &[("          description: How deep.\n", "")],
            &[("description", "depth:")],
        );
    }

    #[test]
    fn types_exist() {
        expect(
            &[(DEPTH, "        depth:\n          type: intger\n")],
            &[("type", "type: intger")],
        );
    }

    #[test]
    fn formats_exist() {
        expect(
            &[("          format: email\n", "          format: e-mail\n")],
            &[("format", "format: e-mail")],
        );
    }

    #[test]
    fn objects_name_their_members() {
        expect(
            &[(
                "      additionalProperties: {description: What else there is to say.}\n",
                "",
            )],
            &[("object", "ErrorBody:")],
        );
    }

    #[test]
    fn properties_differ_by_more_than_letter_case() {
        expect(
            &[(
                DEPTH,
                "        Contact:\n          type: string\n          description: Twice.\n        depth:\n          type: integer\n",
            )],
            &[("property-case", "Contact:")],
        );
        expect(
            &[
                ("message: The page is too large.", "id: g-1"),
                (
                    "      additionalProperties: {description: What else there is to say.}\n",
                    "      allOf:\n        - $ref: '#/components/schemas/Gardener'\n        - type: object\n          properties:\n            ID:\n              type: string\n              description: Twice.\n",
                ),
            ],
            &[("inline-object", "- type: object"), ("property-case", "ID:")],
        );
    }

    #[test]
    fn required_members_exist() {
        let line = "required: [contact, width]";
        expect(
            &[
                ("required: [contact]", line),
                (
                    "              depth: 3
",
                    "              width: 3
",
                ),
            ],
            &[("required", line)],
        );
    }

    #[test]
    fn limits_leave_room() {
        expect(
            &[
                (
                    "          maxLength: 100\n",
                    "          maxLength: 100\n          minLength: 101\n",
                ),
                ("                    name: Ada\n", ""),
                (
                    "                id: u-2\n                name: Ada\n",
                    "                id: u-2\n",
                ),
            ],
            &[("limits", "minLength: 101")],
        );
        expect(
            &[
                (
                    "          description: The gardeners.\n",
                    "          description: The gardeners.\n          minItems: 1\n          maxItems: 0\n",
                ),
                (
                    "                data:\n                  - id: g-1\n                    name: Ada\n                    status: 0\n                    createdAt: '2025-01-02T03:04:05Z'\n                    manager: null\n",
                    "",
                ),
            ],
            &[("limits", "minItems: 1")],
        );
    }

    #[test]
    fn patterns_compile() {
        expect(
            &[("pattern: '^\\S+$'", "pattern: '^[a'")],
            &[("pattern", "pattern: '^[a'")],
        );
    }

    #[test]
    fn defaults_are_valid() {
        expect(&[("default: 50", "default: 500")], &[("default", "default: 500")]);
    }
}
