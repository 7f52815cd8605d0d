//! Each alternative of a union has an example: one of the whole shows but one.

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    for schema in spec.all(Kind::Schema) {
        for alternative in ["oneOf", "anyOf"].into_iter().flat_map(|key| schema.entries_of(key)) {
            check_alternative(spec, schema, &alternative, report);
        }
    }
}

fn check_alternative(spec: &Spec, union: &Place, alternative: &Place, report: &mut Report) {
    let Some(schema) = spec.schema(alternative) else {
        return;
    };
    let tells = |key: &str| schema.get(key).is_some();
    // What is a union itself is asked for its own alternatives, and what is only a condition has no values.
    let is_condition = matches!(schema.members().as_slice(), [("required", _)]);
    if is_condition || ["example", "oneOf", "anyOf"].into_iter().any(tells) {
        return;
    }
    let name = alternative
        .referenced()
        .map_or_else(|| "an alternative".to_owned(), |name| format!("`{name}`"));
    let message = format!("{name} of the union `{}` has no example", union.name());
    let remedy = "add an `example` to the alternative or, if it is a component, there";
    report.add("alternative-example", alternative, message, remedy);
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    #[test]
    fn each_alternative_has_an_example() {
        let schema = "    GardenerPage:\n";
        let union = "    Height:\n      description: A height, or a word.\n      anyOf:\n        - $ref: '#/components/schemas/Metres'\n        - {type: string}\n        - {type: boolean, example: true}\n    Metres:\n      type: number\n      description: How high.\n      example: 1.5\n";
        let added = format!("{union}{schema}");
        let property = "        createdAt:\n          type: string\n          format: date-time\n          description: When the gardener was added.\n";
        let used = "        createdAt:\n          $ref: '#/components/schemas/Height'\n";
        let edits = [(schema, &*added), (property, used)];
        expect(&edits, &[("alternative-example", "- {type: string}")]);
        let added = added.replace("      example: 1.5\n", "");
        expect(
            &[(schema, &*added), (property, used)],
            &[
                ("alternative-example", "- $ref: '#/components/schemas/Metres'"),
                ("alternative-example", "- {type: string}"),
            ],
        );
    }
}
