//! Code lists: every code has a name and a meaning that survive in every language.

use std::collections::HashSet;

use serde_json::Value;

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, folded, reservation};
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    for schema in spec.all(Kind::Schema) {
        if let Some(codes) = schema.get("enum") {
            if !schema.is_component("schemas") {
                let remedy = "make it a component, and refer to it";
                report.add("inline-codes", &codes, "a code list here has no name", remedy);
            }
            values(schema, &codes, report);
            names(schema, &codes, report);
        }
    }
}

/// The codes are of the list's type, and different.
fn values(schema: &Place, codes: &Place, report: &mut Report) {
    let fits: fn(&Value) -> bool = match schema.text("type") {
        Some("integer") => |code| code.is_i64() || code.is_u64(),
        Some("string") => Value::is_string,
        // That is a problem of its own.
        _ => |_| true,
    };
    let mut seen = HashSet::new();
    for code in codes.entries() {
        let value = code.value;
        if !fits(value) {
            let remedy = "write it as the `type` says, in quotes if it is a string";
            report.add(
                "code-type",
                &code,
                format!("the code {value} is not of the list's type"),
                remedy,
            );
        }
        if !seen.insert(value.to_string()) {
            let remedy = "delete one of the two, and its name and description";
            report.add(
                "code-unique",
                &code,
                format!("the code {value} is in the list twice"),
                remedy,
            );
        }
    }
}

/// There is one name and one description for each code, and a name is one everywhere.
fn names(schema: &Place, codes: &Place, report: &mut Report) {
    let count = codes.entries().len();
    let lists = ["x-enum-varnames", "x-enum-descriptions"].into_iter();
    for list in lists.filter_map(|key| schema.get(key)) {
        let entries = list.entries().len();
        if entries != count {
            let message = format!("`{}` has {entries} entries for {count} codes", list.name());
            let remedy = "write one entry for each code, in the order of the codes";
            report.add("code-names", list, message, remedy);
        }
    }
    let names = schema.entries_of("x-enum-varnames").into_iter();
    let names: Vec<_> = names.filter_map(|place| Some((place.value.as_str()?, place))).collect();
    for (name, place) in &names {
        if let Some(why) = reservation(name) {
            let remedy = "qualify it, as in `DefaultEnvironment` or `NoStatus`";
            report.add("code-name", place, format!("the name `{name}` of a code {why}"), remedy);
        }
    }
    for clash in clashes(names, folded) {
        let (first, name) = (clash.first, clash.name);
        report.add(
            "code-name",
            clash.place,
            format!("the names `{first}` and `{name}` of two codes are the same, or become so in SCREAMING_SNAKE case"),
            "give one of the two another name",
        );
    }
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
