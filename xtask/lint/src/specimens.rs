//! Examples that a reader of the document looks for where none of a body stands: of identifiers, of each alternative of a
//! union, and of files.

use super::report::Report;
use super::traps::BINARY;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;

pub fn check(spec: &Spec, report: &mut Report) {
    for (name, schema) in spec.components("schemas") {
        if name.ends_with("Id")
            && matches!(schema.text("type"), Some("string" | "integer"))
            && schema.get("example").is_none()
        {
            report.add(
                "id-example",
                &schema.pointer,
                format!("the identifier `{name}` has no example"),
                "add one; the form of an identifier is not to be guessed",
            );
        }
    }
    for schema in spec.all(Kind::Schema) {
        for alternative in ["oneOf", "anyOf"].into_iter().flat_map(|key| schema.entries_of(key)) {
            check_alternative(spec, schema, &alternative, report);
        }
    }
    for operation in &spec.operations {
        for response in spec.successes(operation) {
            let files = response.members_of("content").into_iter();
            for (_, file) in
                files.filter(|(media_type, file)| BINARY.contains(media_type) && file.get("example").is_none())
            {
                report.add(
                    "file-example",
                    &file.pointer,
                    format!("the file of {} has no example", operation.name()),
                    "add the smallest there is",
                );
            }
        }
    }
}

/// One example of the whole shows one alternative; so each has its own.
fn check_alternative(spec: &Spec, union: &Place, alternative: &Place, report: &mut Report) {
    let Some(schema) = spec.schema(alternative) else {
        return;
    };
    let tells = |key: &str| schema.get(key).is_some();
    // What is a union itself is asked for its own alternatives, and what is only a condition has no values.
    if ["example", "oneOf", "anyOf"].into_iter().any(tells) || matches!(schema.members().as_slice(), [("required", _)])
    {
        return;
    }
    let name = alternative
        .referenced()
        .map_or_else(|| "an alternative".to_owned(), |name| format!("`{name}`"));
    report.add(
        "alternative-example",
        &alternative.pointer,
        format!("{name} of the union `{}` has no example", union.name()),
        "add an `example` to the alternative or, if it is a component, there",
    );
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

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

    #[test]
    fn files_have_an_example() {
        let file = "          description: It runs.\n          headers:\n            Content-Disposition: {description: The name., schema: {type: string}, example: attachment}\n          content:\n            application/zip:\n              schema: {type: string, format: binary}\n";
        expect(
            &[("          description: It runs.\n", file)],
            &[("file-example", "application/zip:")],
        );
    }
}
