//! Code lists: every code has a name and a meaning that survive in every language.

use std::collections::HashSet;

use serde_json::Value;

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, folded, is_pascal, reservation};
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    for schema in spec.all(Kind::Schema) {
        match schema.get("enum") {
            Some(codes) => list(schema, &codes, report),
            None => leftovers(schema, report),
        }
    }
}

fn list(schema: &Place, codes: &Place, report: &mut Report) {
    if !schema.is_component("schemas") {
        report.add(
            "inline-codes",
            &codes.pointer,
            "a code list here has no name",
            "make it a component, and refer to it",
        );
    }
    values(schema, codes, report);
    let count = codes.entries().len();
    varnames(&beside(schema, "x-enum-varnames", count, report), report);
    let descriptions = beside(schema, "x-enum-descriptions", count, report).into_iter();
    for description in descriptions.filter(|description| text(description).is_empty()) {
        report.add(
            "code-description",
            &description.pointer,
            "the description of a code is empty",
            "say what the code means",
        );
    }
}

/// The codes are of the list's type, and different.
fn values(schema: &Place, codes: &Place, report: &mut Report) {
    let fits: fn(&Value) -> bool = match schema.text("type") {
        Some("integer") => |code| code.is_i64() || code.is_u64(),
        Some("string") => Value::is_string,
        _ => {
            let message = "a code list is neither `integer` nor `string`";
            return report.add("code-type", &schema.pointer, message, "write its `type`");
        }
    };
    let mut seen = HashSet::new();
    for code in codes.entries() {
        if !fits(code.value) {
            report.add(
                "code-type",
                &code.pointer,
                format!("the code {} is not of the list's type", code.value),
                "write it as the `type` says, in quotes if it is a string",
            );
        }
        if !seen.insert(code.value.to_string()) {
            report.add(
                "code-unique",
                &code.pointer,
                format!("the code {} is in the list twice", code.value),
                "delete one of the two, and its name and description",
            );
        }
    }
}

/// The entries of a list beside the codes, of which there is one for each code.
fn beside<'d>(schema: &Place<'d>, key: &str, count: usize, report: &mut Report) -> Vec<Place<'d>> {
    let Some(list) = schema.get(key) else {
        report.add(
            "code-names",
            &schema.pointer,
            format!("a code list has no `{key}`"),
            "write one entry for each code",
        );
        return Vec::new();
    };
    let entries = list.entries();
    if entries.len() != count {
        report.add(
            "code-names",
            &list.pointer,
            format!("`{key}` has {} entries for {count} codes", entries.len()),
            "write one entry for each code, in the order of the codes",
        );
    }
    entries
}

fn varnames(names: &[Place], report: &mut Report) {
    for place in names {
        let name = text(place);
        if !is_pascal(name) {
            report.add(
                "code-name",
                &place.pointer,
                format!("the name {} of a code is not PascalCase", place.value),
                "use only letters and digits, starting with a capital",
            );
        }
        if let Some(why) = reservation(name) {
            report.add(
                "code-name",
                &place.pointer,
                format!("the name `{name}` of a code {why}"),
                "qualify it, as in `DefaultEnvironment` or `NoStatus`",
            );
        }
    }
    for clash in clashes(names.iter().map(|place| (text(place), place.clone())), folded) {
        report.add(
            "code-name",
            &clash.place.pointer,
            format!(
                "the names `{}` and `{}` of two codes are the same, or become so in SCREAMING_SNAKE case",
                clash.first, clash.name
            ),
            "give one of the two another name",
        );
    }
}

fn leftovers(schema: &Place, report: &mut Report) {
    let lists = ["x-enum-varnames", "x-enum-descriptions"];
    for list in lists.iter().filter_map(|key| schema.get(key)) {
        report.add(
            "code-names",
            &list.pointer,
            format!("`{}` has no `enum` next to it", list.name()),
            "add the codes as `enum`, or delete it",
        );
    }
}

fn text<'d>(place: &Place<'d>) -> &'d str {
    place.value.as_str().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const CODES: &str = "enum: [0, 1]";
    const NAMES: &str = "x-enum-varnames: [Active, Blocked]";
    const TEXTS: &str = "x-enum-descriptions: [May come in., May not come in.]";

    #[test]
    fn codes_have_the_type_of_the_list() {
        expect(
            &[
                (CODES, "enum: [0, 1.5]"),
                (
                    "          example: 1\n      responses",
                    "          example: 0\n      responses",
                ),
            ],
            &[("code-type", "enum: [0, 1.5]")],
        );
        expect(
            &[
                (NAMES, "x-enum-varnames: [Active, Blocked, Gone]"),
                (CODES, "enum: [0, 1, 1]"),
                (TEXTS, "x-enum-descriptions: [a, b, c]"),
            ],
            &[("code-unique", "enum: [0, 1, 1]")],
        );
        expect(
            &[("    GardenerStatus:\n      type: integer\n", "    GardenerStatus:\n")],
            &[("code-type", "GardenerStatus:")],
        );
    }

    #[test]
    fn every_code_has_a_name_and_a_description() {
        expect(
            &[(NAMES, "x-enum-varnames: [Active]")],
            &[("code-names", "x-enum-varnames: [Active]")],
        );
        expect(
            &[("      x-enum-varnames: [Active, Blocked]\n", "")],
            &[("code-names", "GardenerStatus:")],
        );
        expect(
            &[(TEXTS, "x-enum-descriptions: [a, '']")],
            &[("code-description", "x-enum-descriptions: [a, '']")],
        );
    }

    #[test]
    fn names_survive_everywhere() {
        for bad in [
            "[Active, blocked]",
            "[Active, Unknown]",
            "[Active, None]",
            "[Active, ACTIVE]",
            "[Active, Is-Blocked]",
            "[Active, 7]",
        ] {
            let line = format!("x-enum-varnames: {bad}");
            expect(&[(NAMES, &line)], &[("code-name", &line)]);
        }
    }

    #[test]
    fn lists_are_components() {
        expect(
            &[(
                "          maxLength: 100\n          pattern: '^\\S+$'\n",
                "          enum: [Ada]\n          x-enum-varnames: [Ada]\n          x-enum-descriptions: [Her.]\n",
            )],
            &[("inline-codes", "enum: [Ada]")],
        );
    }

    #[test]
    fn names_without_codes() {
        expect(
            &[("          maxLength: 100\n", "          x-enum-varnames: [Ada]\n")],
            &[("code-names", "x-enum-varnames: [Ada]")],
        );
    }
}
