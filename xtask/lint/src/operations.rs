//! Operations: their names, tags, texts and parameters.

use std::collections::{BTreeMap, HashSet};

use super::report::{Report, counted};
use xtask_spec::model::Kind;
use xtask_spec::names::{clashes, first_word, folded, is_camel, is_verb, verbs, write_nearest};
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// How long a summary may be: it is a line of the command line's help.
const MAX_SUMMARY: usize = 80;

pub fn check(spec: &Spec, report: &mut Report) {
    unique_ids(spec, report);
    tags(spec, report);
    for operation in &spec.operations {
        id(operation, report);
        texts(spec, operation, report);
        path(spec, operation, report);
        parameter_names(spec, operation, report);
        read_only(operation, report);
        body(operation, report);
    }
    for parameter in spec.all(Kind::Parameter) {
        parameter_parts(parameter, report);
    }
}

fn id(operation: &Operation, report: &mut Report) {
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
            write_nearest(
                first_word(id),
                verbs(),
                "begin with a verb such as list, get, create, update or run, or add yours to `VERBS` in the lint",
            ),
        ),
        Some(_) => return,
    };
    let pointer = format!("{}/operationId", operation.place.pointer);
    report.add("operation-id", &pointer, message, remedy);
}

fn unique_ids(spec: &Spec, report: &mut Report) {
    let ids = spec.operations.iter().filter_map(|operation| {
        let place = operation.place.get("operationId")?;
        Some((operation.id()?, place))
    });
    for clash in clashes(ids, folded) {
        let there = report.document.line(&clash.there.pointer);
        let message = if clash.name == clash.first {
            format!("`{}` is the name of another operation too, on line {there}", clash.name)
        } else {
            let (name, first) = (clash.name, clash.first);
            format!("`{name}` becomes the name of `{first}` on line {there} in snake_case or kebab-case")
        };
        report.add(
            "operation-id",
            &clash.place.pointer,
            message,
            "give one of the two another name",
        );
    }
}

/// Each operation has one tag, of those declared at the top. The file is ordered by tag, so that a person finds an
/// operation where the documentation has it.
fn tags(spec: &Spec, report: &mut Report) {
    // Reading the document as OpenAPI complains of a tag without a name.
    let declared = spec.root.entries_of("tags").into_iter();
    let declared: Vec<_> = declared.filter_map(|tag| Some((tag.text("name")?, tag))).collect();
    let place_of = |name: &str| declared.iter().position(|(known, _)| *known == name);
    let names: Vec<_> = declared.iter().map(|(name, _)| *name).collect();
    let mut used = HashSet::new();
    let mut unknown: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    let mut reached = 0;
    for operation in &spec.operations {
        let name = operation.name();
        let tags = operation.place.texts("tags");
        used.extend(tags.iter().copied());
        let pointer = format!("{}/tags", operation.place.pointer);
        let [tag] = tags.as_slice() else {
            let message = format!("{name} has {} tags", tags.len());
            report.add("tag", &pointer, message, "give it exactly one");
            continue;
        };
        match place_of(tag) {
            None => unknown.entry(tag).or_default().push(operation),
            Some(place) if place < reached => report.add(
                "tag-order",
                &operation.place.pointer,
                format!("{name} has the tag `{tag}` but comes after operations of a later tag"),
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
        let remedy = write_nearest(
            tag,
            names.iter().copied(),
            "declare it in `tags` at the top, with a description",
        );
        let message = format!("the tag `{tag}` of {}{others} is not declared", operations[0].name());
        report.add("tag", &format!("{}/tags", operations[0].place.pointer), message, remedy);
    }
    for (index, (name, tag)) in declared.iter().enumerate() {
        let mut problem = |is_wrong: bool, what: String, remedy: &str| {
            if is_wrong {
                report.add("tag", &tag.pointer, what, remedy);
            }
        };
        problem(
            place_of(name) != Some(index),
            format!("the tag `{name}` is declared twice"),
            "delete one of the two",
        );
        problem(
            !tag.has_text("description"),
            format!("the tag `{name}` has no description"),
            "say what its operations are about",
        );
        problem(
            // One whose tag is unknown may belong to it.
            unknown.is_empty() && !used.contains(name),
            format!("no operation has the tag `{name}`"),
            "delete it",
        );
    }
}

fn texts(spec: &Spec, operation: &Operation, report: &mut Report) {
    let Operation { place, .. } = operation;
    let name = operation.name();
    let mut problem = |is_wrong: bool, rule: &'static str, key: &str, what: String, remedy: &str| {
        if is_wrong {
            report.add(rule, &format!("{}/{key}", place.pointer), what, remedy);
        }
    };
    let summary = place.text("summary").unwrap_or_default().trim();
    let length = summary.chars().count();
    problem(
        summary.is_empty(),
        "summary",
        "summary",
        format!("{name} has no summary"),
        "say in one line what it does",
    );
    problem(
        summary.ends_with('.'),
        "summary",
        "summary",
        format!("the summary of {name} ends with a full stop"),
        "delete the full stop",
    );
    problem(
        length > MAX_SUMMARY,
        "summary",
        "summary",
        format!("the summary of {name} has {length} characters"),
        &format!("use at most {MAX_SUMMARY}, and put the rest into the description"),
    );
    problem(
        !place.has_text("description"),
        "description",
        "description",
        format!("{name} has no description"),
        "say what it is for and what a caller must know",
    );
    let is_deprecated = place.says("deprecated");
    let has_page = place.get("externalDocs").is_some_and(|docs| docs.has_text("url"));
    problem(
        !has_page && !is_deprecated,
        "external-docs",
        "externalDocs",
        format!("{name} does not name its page"),
        "set `externalDocs.url` to the address of its page",
    );
    problem(
        is_deprecated && !names_another(spec, operation) && !names_elsewhere(operation),
        "deprecated",
        "description",
        format!("{name} is deprecated, and its description names no operation that replaces it"),
        "name the `operationId` of the replacement in the description, or `METHOD /path` if another API has it",
    );
}

/// Whether the description names the id of another operation.
fn names_another(spec: &Spec, operation: &Operation) -> bool {
    let description = operation.place.text("description").unwrap_or_default();
    let mut words = description.split(|character: char| !character.is_ascii_alphanumeric());
    let others = spec.operations.iter().filter_map(Operation::id);
    let others: HashSet<_> = others.filter(|id| Some(*id) != operation.id()).collect();
    words.any(|word| others.contains(word))
}

/// Whether the description names an operation of another API, by method and path between backticks: `GET /insights/users`.
/// Whether that API has it is not looked up, since a document is linted by itself.
fn names_elsewhere(operation: &Operation) -> bool {
    const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];
    let description = operation.place.text("description").unwrap_or_default();
    let mut quoted = description.split('`').skip(1).step_by(2);
    quoted.any(|text| {
        text.split_once(' ').is_some_and(|(method, path)| {
            let is_itself = path == operation.path && method.eq_ignore_ascii_case(operation.method);
            METHODS.contains(&method) && path.starts_with('/') && !path.contains(' ') && !is_itself
        })
    })
}

/// The names in the braces of a path and its path parameters are the same.
fn path(spec: &Spec, operation: &Operation, report: &mut Report) {
    let Operation { path, item, .. } = operation;
    if !path.starts_with('/') {
        report.add(
            "path",
            &item.pointer,
            format!("the path `{path}` does not begin with `/`"),
            "begin it with `/`",
        );
    }
    let braces = path.split('{').skip(1);
    let template: Vec<_> = braces.filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    let mut declared = Vec::new();
    for parameter in spec.parameters(operation) {
        let Some(("path", name)) = parameter.key() else {
            continue;
        };
        declared.push(name);
        if !template.contains(&name) {
            report.add(
                "path-parameter",
                &parameter.listed.pointer,
                format!("the path `{path}` has no `{{{name}}}`"),
                write_nearest(name, template.iter().copied(), "delete the parameter, or fix the path"),
            );
        }
        if !parameter.described.says("required") {
            report.add(
                "path-parameter",
                &parameter.described.pointer,
                format!("the path parameter `{name}` is not required"),
                "write `required: true`",
            );
        }
    }
    for name in template.iter().filter(|name| !declared.contains(name)) {
        report.add(
            "path-parameter",
            &operation.place.pointer,
            format!("{} does not declare the path parameter `{name}`", operation.name()),
            write_nearest(name, declared.iter().copied(), "add the parameter, or fix the path"),
        );
    }
}

/// A name may stand once in a place (`in`).
fn parameter_names(spec: &Spec, operation: &Operation, report: &mut Report) {
    let mut seen = HashSet::new();
    for parameter in spec.parameters(operation) {
        if let Some((place, name)) = parameter.key()
            && !seen.insert((place, name))
        {
            report.add(
                "parameter-name",
                &parameter.listed.pointer,
                format!("{} has the {place} parameter `{name}` twice", operation.name()),
                "delete one of the two",
            );
        }
    }
}

fn parameter_parts(parameter: &Place, report: &mut Report) {
    let name = parameter.text("name").unwrap_or_default();
    // `content` in the schema's place is a trap of the generator's, and reported there.
    let schema = parameter.get("schema").or_else(|| parameter.get("content"));
    for (part, is_there, remedy) in [
        ("description", parameter.has_text("description"), "say what it does"),
        ("example", parameter.get("example").is_some(), "add one that is valid"),
        ("schema", schema.is_some(), "write the schema"),
    ] {
        if !is_there {
            let message = format!("the parameter `{name}` has no {part}");
            report.add("parameter", &parameter.pointer, message, remedy);
        }
    }
}

/// The mark tells clients that a POST may be sent twice; other methods tell that by themselves.
fn read_only(operation: &Operation, report: &mut Report) {
    let fitting = match operation.method {
        "post" => Some(true),
        "get" => Some(false),
        _ => None,
    };
    if let Some(mark) = operation.place.get("x-read-only")
        && (fitting.is_none() || mark.value.as_bool() != fitting)
    {
        report.add(
            "read-only",
            &mark.pointer,
            "`x-read-only` must be `true` on a POST that only reads, or `false` on a GET that changes something",
            "delete it, or write what fits the method",
        );
    }
}

fn body(operation: &Operation, report: &mut Report) {
    if let Some(body) = operation.place.get("requestBody")
        && matches!(operation.method, "get" | "head")
    {
        let (name, method) = (operation.name(), operation.method.to_uppercase());
        report.add(
            "request-body",
            &body.pointer,
            format!("{name} is a {method} and has a body"),
            "delete the body, or use another method",
        );
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
            &[("path-parameter", "- name: gardenerId")],
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
