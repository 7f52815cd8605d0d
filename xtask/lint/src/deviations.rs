//! `deviations.yaml`: every entry names an operation there is and a difference there can be, says why, and stands once,
//! beside the others of its operation.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use super::report::Report;
use xtask_spec::deviations::Records;
use xtask_spec::document::{Fault, child};
use xtask_spec::names::{nearest, write_nearest};
use xtask_spec::place::Place;
use xtask_spec::schema::{MAX_DEPTH, Variant};
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
            report.add(
                RULE,
                &child(&entry.pointer, "operation"),
                format!("the spec has no operation `{operation}`"),
                write_nearest(
                    operation,
                    names.iter().map(String::as_str),
                    "write the method and the path as the spec does, or delete the entry",
                ),
            );
        } else if entry.has_text("place")
            && !is_absent(operation, place)
            && let Err(stop) = find(spec, known, place, entry)
        {
            let whole = stop.nearest(place);
            report.add(
                RULE,
                &child(&entry.pointer, "place"),
                format!("{operation} has no place `{place}`"),
                write_nearest(
                    place,
                    whole.as_deref(),
                    "write it as the finding does, such as `query.size`, `response.data[].id` or `scopes`, or delete the entry",
                ),
            );
        }
        for (name, text) in entry.members() {
            if name != "operation" && !entry.has_text(name) {
                report.add(
                    RULE,
                    &text,
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
                &entry,
                "the same difference is recorded twice",
                "delete one of them",
            );
        }
        if last != Some(operation) {
            if left.contains(operation) {
                report.add(
                    RULE,
                    &entry,
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

/// Where a place leads no further: what is left of it, and the names that stand there.
struct Stop<'p, 'd> {
    rest: &'p str,
    names: Vec<&'d str>,
}

impl Stop<'_, '_> {
    /// The place with the name nearest to the one that is not known.
    fn nearest(&self, place: &str) -> Option<String> {
        let (start, rest) = place.split_at(place.len() - self.rest.len());
        let dot = &rest[..rest.len() - rest.trim_start_matches('.').len()];
        let (name, after) = rest[dot.len()..].split_at(end_of_name(&rest[dot.len()..]));
        let near = nearest(name, self.names.iter().copied())?;
        Some(format!("{start}{dot}{near}{after}"))
    }
}

/// Where the first name of a place ends.
fn end_of_name(place: &str) -> usize {
    place.find(['.', '[']).unwrap_or(place.len())
}

/// Finds a place: one of the call itself, or one that the parameters and bodies of the operation have. That the spec
/// leaves something out can be a decision.
fn find<'p, 'd>(
    spec: &Spec<'d>,
    operation: Option<&Operation<'d>>,
    place: &'p str,
    entry: &Place,
) -> Result<(), Stop<'p, 'd>> {
    const OF_ALL: [&str; 8] = [
        "host", "status", "endpoint", "page", "path", "query", "body", "response",
    ];
    const OF_ONE: [&str; 6] = ["method", "endpoint", "scopes", "status", "operation", "page"];
    let (part, rest) = place.split_at(end_of_name(place));
    let is_part = PARTS.contains(&part);
    let names = match operation {
        None => OF_ALL.to_vec(),
        Some(_) => OF_ONE.into_iter().chain(PARTS).collect(),
    };
    let is_decision = entry.pointer.starts_with("/decisions/");
    let Some(operation) = operation.filter(|_| is_part && !is_decision) else {
        let is_known = is_part || (names.contains(&part) && rest.is_empty());
        return if is_known {
            Ok(())
        } else {
            Err(Stop { rest: place, names })
        };
    };
    if rest.is_empty() {
        return Ok(());
    }
    let schema = match part {
        "body" => spec.body(operation),
        "response" => spec.answer(operation),
        _ => {
            let parameters = spec
                .parameters(operation)
                .into_iter()
                .map(|parameter| parameter.described);
            let parameters = parameters.filter(|parameter| parameter.text("in") == Some(part));
            let members = parameters.filter_map(|parameter| Some((parameter.text("name")?, parameter.get("schema")?)));
            return find_member(spec, &members.collect::<Vec<_>>(), rest, MAX_DEPTH);
        }
    };
    let nothing = Stop {
        rest,
        names: Vec::new(),
    };
    schema.map_or(Err(nothing), |schema| find_in(spec, &schema, rest, MAX_DEPTH))
}

/// Finds a place in a schema: `.data[].id`. A page may leave out that there is a list.
fn find_in<'p, 'd>(spec: &Spec<'d>, schema: &Place<'d>, rest: &'p str, depth: usize) -> Result<(), Stop<'p, 'd>> {
    let variants = match depth {
        _ if rest.is_empty() => return Ok(()),
        0 => Vec::new(),
        _ => spec.variants(schema, &Cell::new(MAX_SCHEMAS)),
    };
    let is_open = |variant: &Variant| {
        let is_object = variant.get("type").is_none_or(|kind| kind == "object");
        is_object && variant.get("properties").is_none() && variant.get("items").is_none()
    };
    if variants.iter().any(is_open) {
        return Ok(());
    }
    let parts = || variants.iter().flat_map(|variant| &variant.parts);
    let entry = rest.strip_prefix("[]").unwrap_or(rest);
    let items = parts().filter_map(|part| part.get("items"));
    let items = items.map(|items| find_in(spec, &items, entry, depth - 1));
    let members: Vec<_> = parts().flat_map(|part| part.members_of("properties")).collect();
    furthest(items.chain([find_member(spec, &members, rest, depth)]).collect())
}

/// Finds a place among members: `.id`.
fn find_member<'p, 'd>(
    spec: &Spec<'d>,
    members: &[(&'d str, Place<'d>)],
    rest: &'p str,
    depth: usize,
) -> Result<(), Stop<'p, 'd>> {
    let names = members.iter().map(|(name, _)| *name).collect();
    let within = members.iter().filter_map(|(name, member)| {
        let after = strip_name(rest.strip_prefix('.')?, name)?;
        Some(find_in(spec, member, after, depth.saturating_sub(1)))
    });
    furthest(within.chain([Err(Stop { rest, names })]).collect())
}

/// Of several ways to find a place, the one that leads furthest.
fn furthest<'p, 'd>(ways: Vec<Result<(), Stop<'p, 'd>>>) -> Result<(), Stop<'p, 'd>> {
    let rest = |way: &Result<(), Stop>| way.as_ref().err().map_or(0, |stop| stop.rest.len());
    ways.into_iter().min_by_key(rest).unwrap_or(Ok(()))
}

/// What follows a name in a place. A page may spell it in other capitals.
fn strip_name<'p>(place: &'p str, name: &str) -> Option<&'p str> {
    let (start, after) = place.split_at_checked(name.len())?;
    let is_whole = after.is_empty() || after.starts_with(['.', '[']);
    (is_whole && start.eq_ignore_ascii_case(name)).then_some(after)
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
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_one() {
        for (from, to, near) in [
            ("GET /gardeners", "GET /gardener", "GET /gardeners"),
            ("kind: sample-type", "kind: sampletype", "sample-type"),
            ("reason:", "reson:", "reason"),
            ("place: response", "place: scope", "scopes"),
            ("place: response", "place: respnse[].name", "response[].name"),
            ("place: response", "place: query.sise", "query.size"),
            ("place: response", "place: response[].nme", "response[].name"),
            (
                "place: response",
                "place: response.manager.maneger.@a.id",
                "response.manager.manager.@a.id",
            ),
        ] {
            let found = problems(&GOOD.replacen(from, to, 1));
            assert!(
                found[0].remedy.starts_with(&format!("write `{near}`, or ")),
                "{found:?}"
            );
        }
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
