//! `deviations.yaml`: every entry names an operation there is and a difference there can be, says why, and stands once,
//! beside the others of its operation.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use similar::get_close_matches;

use super::report::Report;
use xtask_spec::deviations::Records;
use xtask_spec::document::{Fault, child};
use xtask_spec::place::Place;
use xtask_spec::schema::MAX_DEPTH;
use xtask_spec::{Operation, Spec};

/// The rule's name.
const RULE: &str = "deviation";

/// The parts of a call, with which most places begin.
const PARTS: [&str; 4] = ["path", "query", "body", "response"];

/// How many schemas are read for one place.
const MAX_SCHEMAS: usize = 20_000;

/// Checks the deviations of a spec.
pub fn check(spec: &Spec, report: &mut Report) {
    let records = match report.document.read::<Records>() {
        Ok(records) => records,
        Err(error) => {
            match error.downcast_ref::<Fault>() {
                Some(fault) => report.add_fault(RULE, fault),
                None => report.add(RULE, "", error.to_string(), "write it as specs/README.md says"),
            }
            return;
        }
    };
    let root = Place::root(&report.document.value);
    for list in ["deviations", "decisions"] {
        check_list(spec, &root.entries_of(list), report);
    }
    for (index, record) in records.deviations.iter().enumerate() {
        if let Err((message, remedy)) = record.sides() {
            report.add(RULE, &child("/deviations", index), message, remedy);
        }
    }
}

/// Checks what is asked of both lists.
fn check_list(spec: &Spec, entries: &[Place], report: &mut Report) {
    // What the spec leaves out has no place in it.
    let absent = entries
        .iter()
        .filter(|entry| entry.text("kind") == Some("member-missing"));
    let absent: Vec<_> = absent
        .map(|entry| (entry.text("operation"), entry.text("place")))
        .collect();
    let is_absent = |operation: &str, place: &str| {
        let mut absent = absent.iter().filter(|(of, _)| *of == Some(operation));
        absent.any(|(_, above)| above.is_some_and(|above| place.starts_with(above)))
    };
    let mut seen = HashSet::new();
    let mut left = HashSet::new();
    let mut last = None;
    for entry in entries {
        let operation = entry.text("operation").unwrap_or_default();
        let known = spec.operations.iter().find(|known| name(known) == operation);
        let place = entry.text("place").unwrap_or_default();
        if operation != "*" && known.is_none() {
            let names: Vec<_> = spec.operations.iter().map(name).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            report.add(
                RULE,
                &child(&entry.pointer, "operation"),
                format!("the spec has no operation `{operation}`"),
                match get_close_matches(operation, &names, 1, 0.7).first() {
                    Some(near) => format!("write `{near}`, or delete the entry"),
                    None => "write the method and the path as the spec does, or delete the entry".to_owned(),
                },
            );
        } else if entry.has_text("place") && !is_absent(operation, place) && !is_place(spec, known, place, entry) {
            report.add(
                RULE,
                &child(&entry.pointer, "place"),
                format!("{operation} has no place `{place}`"),
                "write it as the finding does, such as `query.size`, `response.data[].id` or `scopes`, or delete the entry",
            );
        }
        for (name, text) in entry.members() {
            if name != "operation" && !entry.has_text(name) {
                report.add(
                    RULE,
                    &text.pointer,
                    format!("`{name}` is empty"),
                    "describe it in a few words; a missing value is `nothing`",
                );
            }
        }
        // What no other entry may say again.
        let members = entry.members().into_iter().filter(|(name, _)| *name != "reason");
        let identity: BTreeMap<_, _> = members.map(|(name, text)| (name, text.value.as_str())).collect();
        if !seen.insert(identity) {
            report.add(
                RULE,
                &entry.pointer,
                "the same difference is recorded twice",
                "delete one of them",
            );
        }
        if last != Some(operation) {
            if left.contains(operation) {
                report.add(
                    RULE,
                    &entry.pointer,
                    format!("other entries of {operation} are further up"),
                    "move this one to them",
                );
            }
            left.extend(last.replace(operation));
        }
    }
}

/// Method and path of an operation, as deviations name it.
fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

/// Whether there is such a place: one of the call itself, or one that the parameters and bodies of the operation have.
/// That the spec leaves something out can be a decision.
fn is_place(spec: &Spec, operation: Option<&Operation>, place: &str, entry: &Place) -> bool {
    const OF_ALL: [&str; 4] = ["host", "status", "endpoint", "page"];
    const OF_ONE: [&str; 10] = [
        "method",
        "endpoint",
        "scopes",
        "status",
        "operation",
        "page",
        "path",
        "query",
        "body",
        "response",
    ];
    let (part, rest) = place.split_at(place.find(['.', '[']).unwrap_or(place.len()));
    let is_decision = entry.pointer.starts_with("/decisions/");
    let Some(operation) = operation.filter(|_| !(is_decision && PARTS.contains(&part))) else {
        return OF_ALL.contains(&place) || PARTS.contains(&part);
    };
    let schema = match part {
        "path" | "query" => {
            let mut parameters = spec
                .parameters(operation)
                .into_iter()
                .map(|parameter| parameter.described);
            return OF_ONE.contains(&place)
                || parameters.any(|parameter| {
                    let name = parameter.text("name").unwrap_or_default();
                    let after = rest.strip_prefix('.').and_then(|rest| strip_name(rest, name));
                    let schema = parameter.get("schema").filter(|_| parameter.text("in") == Some(part));
                    after
                        .zip(schema)
                        .is_some_and(|(after, schema)| has(spec, &schema, after, MAX_DEPTH))
                });
        }
        "body" => spec.body(operation),
        "response" => spec.answer(operation),
        _ => None,
    };
    OF_ONE.contains(&place) || schema.is_some_and(|schema| has(spec, &schema, rest, MAX_DEPTH))
}

/// What follows a name in a place. A page may spell it in other capitals.
fn strip_name<'p>(place: &'p str, name: &str) -> Option<&'p str> {
    let (start, after) = place.split_at_checked(name.len())?;
    let is_whole = after.is_empty() || after.starts_with(['.', '[']);
    (is_whole && start.eq_ignore_ascii_case(name)).then_some(after)
}

/// Whether a schema has a place: `.data[].id`. A page may leave out that there is a list.
fn has(spec: &Spec, schema: &Place, rest: &str, depth: usize) -> bool {
    if rest.is_empty() || depth == 0 {
        return rest.is_empty();
    }
    let variants = spec.variants(schema, &Cell::new(MAX_SCHEMAS));
    variants.iter().any(|variant| {
        let items = variant.parts.iter().filter_map(|part| part.get("items"));
        let items = items.map(|items| (items, rest.strip_prefix("[]").unwrap_or(rest)));
        let members = variant.parts.iter().flat_map(|part| part.members_of("properties"));
        let members = members.filter_map(|(name, member)| Some((member, strip_name(rest.strip_prefix('.')?, name)?)));
        let is_object = variant.get("type").is_none_or(|kind| kind == "object");
        let is_open = is_object && variant.get("properties").is_none() && variant.get("items").is_none();
        is_open
            || items
                .chain(members)
                .any(|(inner, rest)| has(spec, &inner, rest, depth - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;
    use xtask_spec::document::Document;

    const SPEC: &str = "\
paths:
  /gardeners:
    get:
      parameters:
        - { name: size, in: query, schema: { type: integer } }
        - { name: kinds, in: query, schema: { type: array, items: { type: string } } }
      responses:
        '200':
          content:
            application/json:
              schema:
                type: array
                items:
                  oneOf: [{ $ref: '#/components/schemas/Gardener' }, { $ref: '#/components/schemas/Group' }]
components:
  schemas:
    Gardener: { type: object, properties: { '@a.id': { type: string }, manager: { $ref: '#/components/schemas/Gardener' } } }
    Group: { type: object, properties: { labels: { type: object }, name: { type: string } } }
";

    fn problems(text: &str) -> Vec<Problem> {
        let document = Document::parse(std::path::Path::new("deviations.yaml"), text).expect("plain YAML");
        let mut report = Report::new(&document);
        let spec = Document::parse(std::path::Path::new("openapi.yaml"), SPEC).expect("plain YAML");
        check(&Spec::new(&spec), &mut report);
        report.finish()
    }

    const GOOD: &str = "\
deviations:
  - operation: GET /gardeners
    place: response
    kind: sample-type
    table: object
    sample: array
    reason: the sample is closer to the wire
  - operation: GET /gardeners
    place: response
    kind: type
    page: object
    spec: array
    reason: the sample is closer to the wire
decisions:
  - operation: '*'
    place: response
    page: says nothing of empty texts
    spec: keeps them
    reason: they are answers too
";

    #[test]
    fn a_good_file_is_no_problem() {
        assert_eq!(problems(GOOD), []);
        assert_eq!(problems("deviations: []\n"), []);
    }

    #[test]
    fn a_place_is_one_of_the_call_or_of_the_spec() {
        let at = |place: &str| problems(&GOOD.replacen("place: response", &format!("place: '{place}'"), 1));
        for place in [
            "method",
            "scopes",
            "status",
            "page",
            "path",
            "query.size",
            "query.SIZE",
            "query.kinds[]",
            "response[].@a.id",
            "response.manager.manager.@a.id",
            "response[].labels.whatever",
            "response[].Name",
        ] {
            assert_eq!(at(place), [], "{place}");
        }
        for place in [
            "host",
            "scope",
            "query.sise",
            "query.size.a",
            "path.size",
            "body.name",
            "response[].nme",
            "answer[].name",
            "response[].name.a",
        ] {
            let found = at(place);
            let [only] = found.as_slice() else {
                panic!("{place}: {found:?}")
            };
            let message = format!("GET /gardeners has no place `{place}`");
            assert_eq!((only.line, only.message.as_str()), (3, message.as_str()));
        }
        // What the spec leaves out has no place in it, nor has what a sample says of that.
        let missing = "  - operation: GET /gardeners\n    place: response[].age\n    kind: member-missing\n    page: integer\n    \
                       spec: nothing\n    reason: nobody needs it\n";
        let shown = missing
            .replace("member-missing", "sample-only")
            .replace("page: integer", "table: nothing");
        let shown = shown.replace("spec: nothing", "sample: integer");
        assert_eq!(
            problems(&GOOD.replace("decisions:", &format!("{missing}{shown}decisions:"))),
            []
        );
        assert_eq!(
            problems(&GOOD.replace("decisions:", &format!("{shown}decisions:"))).len(),
            1
        );
        let near = problems(&GOOD.replacen("GET /gardeners", "GET /gardener", 1));
        assert!(near[0].remedy.starts_with("write `GET /gardeners`"), "{near:?}");
    }

    #[test]
    fn each_mistake_is_told_at_its_line() {
        let second = GOOD.replacen(
            "GET /gardeners\n    place: response\n    kind: type",
            "'*'\n    place: response\n    kind: type",
            1,
        );
        let decision = GOOD.split_once("decisions:\n").map_or("", |(_, decision)| decision);
        for (change, line, words) in [
            (GOOD.replacen("GET /gardeners", "GET /gardener", 1), 2, "has no operation `GET /gardener`"),
            (GOOD.replacen("place: response", "place: ''", 1), 3, "`place` is empty"),
            (GOOD.replacen("sample-type", "sampletype", 1), 4, "unknown variant `sampletype`"),
            (GOOD.replacen("sample: array", "sample: ''", 1), 6, "`sample` is empty"),
            (GOOD.replacen("reason:", "reson:", 1), 7, "unknown field `reson`"),
            (GOOD.replacen("page: object", "table: object", 1), 8, "two sides"),
            (GOOD.replacen("kind: type", "kind: sample-shape", 1), 8, "cannot be recorded as deviations"),
            (GOOD.replacen("kind: sample-type", "kind: member-missing", 1), 2, "compares a page with the spec"),
            (GOOD.replacen("operation: '*'", "operation: GET /gardener", 1), 15, "has no operation `GET /gardener`"),
            (format!("{GOOD}{decision}"), 20, "is recorded twice"),
            (
                second.replacen("decisions:", "  - operation: GET /gardeners\n    place: body\n    kind: type\n    page: a\n    spec: b\n    reason: c\ndecisions:", 1),
                14,
                "other entries of GET /gardeners are further up",
            ),
        ] {
            let found = problems(&change);
            let [only] = found.as_slice() else { panic!("{change}{found:?}") };
            assert!(only.line == line && only.message.contains(words), "{line} {words}: {only}");
        }
    }
}
