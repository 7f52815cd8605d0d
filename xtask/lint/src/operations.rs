//! Operations: their names, tags, successors and parameters.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::report::{Report, counted};
use xtask_spec::document::child;
use xtask_spec::names::{clashes, first_word, folded, is_camel, is_verb, verbs, write_nearest};
use xtask_spec::{Operation, Spec};

pub fn check(spec: &Spec, report: &mut Report) {
    unique_ids(spec, report);
    tags(spec, report);
    for operation in &spec.operations {
        id(operation, report);
        successor(spec, operation, report);
        parameters(spec, operation, report);
    }
}

fn id(operation: &Operation, report: &mut Report) {
    const VERBS: &str =
        "begin with a verb such as list, get, create, update or run, or add yours to `VERBS` in the lint";
    let (message, remedy) = match operation.id() {
        None => (
            format!("{} has no `operationId`", operation.name()),
            "name it, starting with a verb: `listUsers`".to_owned(),
        ),
        Some(id) if !is_camel(id) => (
            format!("`{id}` is not camelCase"),
            "use only letters and digits, starting with a lowercase letter".to_owned(),
        ),
        Some(id) if !is_verb(first_word(id)) => (
            format!("`{id}` does not begin with a verb that we use"),
            write_nearest(first_word(id), verbs(), VERBS),
        ),
        Some(_) => return,
    };
    report.add(
        "operation-id",
        child(&operation.place.pointer, "operationId"),
        message,
        remedy,
    );
}

fn unique_ids(spec: &Spec, report: &mut Report) {
    let ids = spec.operations.iter();
    let ids = ids.filter_map(|operation| Some((operation.id()?, operation.place.get("operationId")?)));
    for clash in clashes(ids, folded) {
        let (name, first, there) = (clash.name, clash.first, report.document.line(&clash.there.pointer));
        let message = if name == first {
            format!("`{name}` is the name of another operation too, on line {there}")
        } else {
            format!("`{name}` becomes the name of `{first}` on line {there} in snake_case or kebab-case")
        };
        report.add("operation-id", clash.place, message, "give one of the two another name");
    }
}

/// Each operation has a tag of those declared at the top. The file is ordered by tag, so that a person finds an operation
/// where the documentation has it.
fn tags(spec: &Spec, report: &mut Report) {
    // Reading the document as OpenAPI complains of a tag without a name.
    let declared = spec.root.entries_of("tags").into_iter();
    let declared: Vec<_> = declared.filter_map(|tag| Some((tag.text("name")?, tag))).collect();
    let place_of = |name: &str| declared.iter().position(|(known, _)| *known == name);
    let mut used = HashSet::new();
    let mut unknown: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    let mut reached = 0;
    for operation in &spec.operations {
        let tags = operation.place.texts("tags");
        used.extend(tags.iter().copied());
        let [tag] = tags.as_slice() else {
            continue;
        };
        match place_of(tag) {
            None => unknown.entry(tag).or_default().push(operation),
            Some(place) if place < reached => report.add(
                "tag-order",
                &operation.place,
                format!(
                    "{} has the tag `{tag}` but comes after operations of a later tag",
                    operation.name()
                ),
                "move it to the others of its tag; operations are in the order of `tags` at the top",
            ),
            Some(place) => reached = place,
        }
    }
    for (tag, operations) in &unknown {
        let others = match operations.len() {
            1 => String::new(),
            some => format!(" and of {}", counted(some - 1, "other operation")),
        };
        let message = format!("the tag `{tag}` of {}{others} is not declared", operations[0].name());
        let names = declared.iter().map(|(name, _)| *name);
        let remedy = write_nearest(tag, names, "declare it in `tags` at the top, with a description");
        report.add("tag", child(&operations[0].place.pointer, "tags"), message, remedy);
    }
    for clash in clashes(declared.clone(), str::to_owned) {
        let message = format!("the tag `{}` is declared twice", clash.name);
        report.add("tag", clash.place, message, "delete one of the two");
    }
    // One whose tag is unknown may belong to it.
    for (name, tag) in declared
        .iter()
        .filter(|(name, _)| unknown.is_empty() && !used.contains(name))
    {
        report.add("tag", tag, format!("no operation has the tag `{name}`"), "delete it");
    }
}

/// The description of a deprecated operation names the id of another one, or an operation of another API, by method and
/// path between backticks: `GET /insights/users`. Whether that API has it is not looked up, since a document is linted by
/// itself.
fn successor(spec: &Spec, operation: &Operation, report: &mut Report) {
    const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];
    let description = operation.place.text("description").unwrap_or_default();
    let others = spec.operations.iter().filter_map(Operation::id);
    let others: Vec<_> = others.filter(|id| Some(*id) != operation.id()).collect();
    let mut words = description.split(|character: char| !character.is_ascii_alphanumeric());
    let quoted: Vec<_> = description.split('`').skip(1).step_by(2).collect();
    let is_elsewhere = |text: &&str| {
        text.split_once(' ').is_some_and(|(method, path)| {
            let is_itself = path == operation.path && method.eq_ignore_ascii_case(operation.method);
            METHODS.contains(&method) && path.starts_with('/') && !path.contains(' ') && !is_itself
        })
    };
    let is_named = words.any(|word| others.contains(&word)) || quoted.iter().any(is_elsewhere);
    if operation.place.says("deprecated") && !is_named {
        let name = operation.name();
        let message = format!("{name} is deprecated, and its description names no operation that replaces it");
        let otherwise =
            "name the `operationId` of the replacement in the description, or `METHOD /path` if another API has it";
        let remedy = write_nearest(quoted.first().unwrap_or(&""), others, otherwise);
        report.add(
            "deprecated",
            child(&operation.place.pointer, "description"),
            message,
            remedy,
        );
    }
}

/// The names in the braces of a path and its path parameters are the same, and a name stands once in a place (`in`).
fn parameters(spec: &Spec, operation: &Operation, report: &mut Report) {
    let path = operation.path;
    let braces = path.split('{').skip(1);
    let template: Vec<_> = braces.filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    let mut seen = BTreeSet::new();
    for parameter in spec.parameters(operation) {
        let Some((place, name)) = parameter.key() else {
            continue;
        };
        if !seen.insert((place, name)) {
            let message = format!("{} has the {place} parameter `{name}` twice", operation.name());
            report.add("parameter-name", &parameter.listed, message, "delete one of the two");
        }
        if place == "path" && !template.contains(&name) {
            let message = format!("the path `{path}` has no `{{{name}}}`");
            let remedy = write_nearest(name, template.iter().copied(), "delete the parameter, or fix the path");
            report.add("path-parameter", &parameter.listed, message, remedy);
        }
    }
    for name in template.iter().filter(|name| !seen.contains(&("path", name))) {
        let message = format!("{} does not declare the path parameter `{name}`", operation.name());
        let declared = seen.iter().filter(|(place, _)| *place == "path").map(|(_, name)| *name);
        let remedy = write_nearest(name, declared, "add the parameter, or fix the path");
        report.add("path-parameter", &operation.place, message, remedy);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{CLEAN, expect, problems};

    #[test]
    fn ids() {
        expect(
            &[("operationId: runRound", "operationId: RunRound")],
            &[("operation-id", "operationId: RunRound")],
        );
        expect(
            &[("operationId: runRound", "operationId: runner")],
            &[("operation-id", "operationId: runner")],
        );
        expect(&[("      operationId: runRound\n", "")], &[("operation-id", "post:")]);
        for (id, words) in [
            (
                "getGARDENER",
                "`getGARDENER` becomes the name of `getGardener` on line ",
            ),
            (
                "getGardener",
                "`getGardener` is the name of another operation too, on line ",
            ),
        ] {
            let line = format!("operationId: {id}");
            let edit = [("operationId: runRound", line.as_str())];
            expect(&edit, &[("operation-id", &line)]);
            let first = CLEAN
                .lines()
                .position(|line| line.ends_with("operationId: getGardener"))
                .unwrap_or_default()
                + 1;
            let message = &problems(&edit)[0].message;
            assert!(message.starts_with(&format!("{words}{first}")), "{message}");
        }
    }

    #[test]
    fn tags() {
        expect(&[("tags: [Rounds]", "tags: [Round]")], &[("tag", "tags: [Round]")]);
        let found = problems(&[("tags: [Rounds]", "tags: [Round]")]);
        assert!(found[0].remedy.starts_with("write `Rounds`"), "{found:?}");
        // A tag that two operations have is unknown once.
        let gardeners = ["listGardeners\n", "getGardener\n"].map(|id| {
            let tags = |tag: &str| format!("operationId: {id}      tags: [{tag}]");
            (tags("Gardeners"), tags("People"))
        });
        let found = problems(&[(&gardeners[0].0, &gardeners[0].1), (&gardeners[1].0, &gardeners[1].1)]);
        let messages: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            messages,
            ["the tag `People` of `listGardeners` and of 1 other operation is not declared"]
        );
        expect(
            &[("tags: [Rounds]", "tags: [Rounds, Gardeners]")],
            &[("tag", "tags: [Rounds, Gardeners]")],
        );
        expect(&[("\n    description: The rounds.", "")], &[("tag", "- name: Rounds")]);
        expect(
            &[
                ("  - name: Rounds\n    description: The rounds.\n", ""),
                (
                    "tags:\n  - name: Gardeners",
                    "tags:\n  - name: Rounds\n    description: The rounds.\n  - name: Gardeners",
                ),
            ],
            &[("tag-order", "post:")],
        );
    }

    #[test]
    fn texts() {
        expect(
            &[("summary: Run a round", "summary: Run a round.")],
            &[("summary", "summary: Run a round.")],
        );
        let long = format!("summary: Run {}", "a".repeat(80));
        expect(&[("summary: Run a round", &long)], &[("summary", &long)]);
        expect(&[("      summary: Run a round\n", "")], &[("summary", "post:")]);
        expect(
            &[("      description: Lists them page by page.\n", "")],
            &[("description", "get:")],
        );
        expect(
            &[("      externalDocs:\n        url: https://example.com/run-round\n", "")],
            &[("external-docs", "post:")],
        );
        let alone = "description: Reads one gardener. Replaced by nothing; see `getGardener`.";
        expect(
            &[("description: Reads one gardener. Replaced by `listGardeners`.", alone)],
            &[("deprecated", alone)],
        );
    }

    #[test]
    fn a_successor_may_be_of_another_api() {
        let from = "description: Reads one gardener. Replaced by `listGardeners`.";
        let good = "description: Reads one gardener. Replaced by `GET /people/{personId}` of the API of people.";
        expect(&[(from, good)], &[]);
        for bad in [
            "description: Reads one gardener. See `GET /gardeners/{gardenerId}`.",
            "description: Reads one gardener. Replaced by GET /people.",
            "description: Reads one gardener. Replaced by `GET people`.",
            "description: Reads one gardener. Replaced by `FETCH /people`.",
            "description: Reads one gardener. Replaced by `/people`.",
        ] {
            expect(&[(from, bad)], &[("deprecated", bad)]);
        }
    }

    #[test]
    fn paths() {
        expect(&[("  /rounds:", "  rounds:")], &[("path", "rounds:")]);
        expect(
            &[("/gardeners/{gardenerId}:", "/gardeners/{id}:")],
            &[("path-parameter", "get:"), ("path-parameter", "- name: gardenerId")],
        );
        expect(
            &[(
                "in: path\n          required: true",
                "in: path\n          required: false",
            )],
            &[("path-parameter", "required: false")],
        );
    }

    #[test]
    fn parameters() {
        expect(
            &[(
                "        - $ref: '#/components/parameters/PageSize'\n",
                "        - $ref: '#/components/parameters/PageSize'\n        - $ref: '#/components/parameters/PageSize'\n",
            )],
            &[("parameter-name", "- $ref: '#/components/parameters/PageSize'")],
        );
        expect(
            &[("          description: Only gardeners of this status.\n", "")],
            &[("parameter", "- name: status")],
        );
        expect(&[("      example: 50\n", "")], &[("parameter", "PageSize:")]);
        expect(
            &[(
                "          schema:\n            $ref: '#/components/schemas/GardenerId'\n",
                "",
            )],
            &[("parameter", "- name: gardenerId")],
        );
    }

    #[test]
    fn read_only_marks() {
        expect(
            &[("x-read-only: true", "x-read-only: false")],
            &[("read-only", "x-read-only: false")],
        );
        expect(
            &[(
                "      deprecated: true\n",
                "      deprecated: true\n      x-read-only: true\n",
            )],
            &[("read-only", "x-read-only: true")],
        );
    }

    #[test]
    fn reads_have_no_body() {
        expect(
            &[("    post:\n", "    get:\n"), ("      x-read-only: true\n", "")],
            &[("request-body", "requestBody:")],
        );
    }
}
