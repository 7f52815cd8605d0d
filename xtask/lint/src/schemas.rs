//! Schemas do not contradict themselves.

use super::report::Report;
use super::validation::{Validation, compile_pattern};
use xtask_spec::Spec;
use xtask_spec::document::child;
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, write_nearest};
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    let validation = Validation::new(spec);
    for schema in spec.all(Kind::Schema) {
        properties(spec, schema, report);
        limits(schema, report);
        pattern(schema, report);
        default(&validation, schema, report);
    }
}

fn properties(spec: &Spec, schema: &Place, report: &mut Report) {
    let properties = spec.properties(schema);
    let names: Vec<_> = properties.iter().map(|(name, _)| *name).collect();
    // An alternative that only requires members of the schema around it names none itself.
    let is_object = !names.is_empty() || schema.text("type") == Some("object");
    for place in schema.entries_of("required").iter().filter(|_| is_object) {
        let name = place.value.as_str().unwrap_or_default();
        if !names.contains(&name) {
            let message = format!("`{name}` is required but is not a property");
            let remedy = write_nearest(name, names.iter().copied(), "add the property");
            report.add("required", place, message, remedy);
        }
    }
    for clash in clashes(properties, str::to_lowercase) {
        // What `allOf` adds is reported at the schema that adds it, unless that one is fine by itself.
        let is_own = clash.place.pointer.starts_with(&format!("{}/", schema.pointer));
        let place = if is_own { &clash.place } else { schema };
        let message = format!(
            "the properties `{}` and `{}` differ at most in letter case",
            clash.first, clash.name
        );
        report.add("property-case", place, message, "keep the one that the service sends");
    }
}

fn limits(schema: &Place, report: &mut Report) {
    for of in ["imum", "Length", "Items", "Properties"] {
        let (low, high) = (format!("min{of}"), format!("max{of}"));
        let number = |key: &str| schema.value.get(key)?.as_f64();
        if let (Some(lowest), Some(highest)) = (number(&low), number(&high))
            && lowest > highest
        {
            let message = format!("`{low}` {lowest} is above `{high}` {highest}");
            report.add(
                "limits",
                child(&schema.pointer, low),
                message,
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
        let message = format!("`{pattern}` is not a JavaScript regular expression: {why}");
        report.add("pattern", child(&schema.pointer, "pattern"), message, "mend it");
    }
}

fn default(validation: &Validation, schema: &Place, report: &mut Report) {
    if let Some(default) = schema.get("default") {
        for complaint in validation.complaints(schema, default.value) {
            let message = format!("the default is not valid: {}", complaint.message);
            report.add("default", &default, message, "fix it or the schema");
        }
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
