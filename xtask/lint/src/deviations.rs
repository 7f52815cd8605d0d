//! `deviations.yaml`: every entry names an operation there is and a difference there can be, says why, and stands once,
//! beside the others of its operation.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use super::report::Report;
use xtask_spec::deviations::Records;
use xtask_spec::document::child;
use xtask_spec::names::{nearest, write_nearest};
use xtask_spec::place::Place;
use xtask_spec::schema::MAX_DEPTH;
use xtask_spec::{Operation, Spec};

/// The rule's name.
const RULE: &str = "deviation";

/// How many schemas are read for one place.
const MAX_SCHEMAS: usize = 20_000;

/// Checks the deviations of a spec.
pub fn check(spec: &Spec, report: &mut Report) {
    let records = match report.document.read::<Records>() {
        Ok(records) => records,
        Err(fault) => return report.add_at(fault.line, RULE, fault.message, fault.remedy),
    };
    let root = Place::root(&report.document.value);
    for list in ["deviations", "decisions"] {
        check_list(spec, &root.entries_of(list), report);
    }
    for (index, record) in records.deviations.iter().enumerate() {
        if let Err((message, remedy)) = record.sides() {
            report.add(RULE, child("/deviations", index), message, remedy);
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
        .map(|entry| (entry.text("operation"), entry.text("place").unwrap_or_default()))
        .collect();
    let mut seen = HashSet::new();
    let mut left = HashSet::new();
    let mut last = None;
    for entry in entries {
        let (operation, place) = (
            entry.text("operation").unwrap_or_default(),
            entry.text("place").unwrap_or_default(),
        );
        let known = spec.operations.iter().find(|known| name(known) == operation);
        let is_absent = || {
            absent
                .iter()
                .any(|(of, above)| *of == Some(operation) && place.starts_with(above))
        };
        if operation != "*" && known.is_none() {
            let names: Vec<_> = spec.operations.iter().map(name).collect();
            let otherwise = "write the method and the path as the spec does, or delete the entry";
            let remedy = write_nearest(operation, names.iter().map(String::as_str), otherwise);
            let message = format!("the spec has no operation `{operation}`");
            report.add(RULE, child(&entry.pointer, "operation"), message, remedy);
        } else if entry.has_text("place")
            && !is_absent()
            && let Err(stop) = find(spec, known, place, entry)
        {
            let otherwise = "write it as the finding does, such as `query.size`, `response.data[].id` or `scopes`, or delete the entry";
            let remedy = write_nearest(place, stop.nearest(place).as_deref(), otherwise);
            let message = format!("{operation} has no place `{place}`");
            report.add(RULE, child(&entry.pointer, "place"), message, remedy);
        }
        let texts = entry.members().into_iter().filter(|(name, _)| *name != "operation");
        for (name, text) in texts.filter(|(name, _)| !entry.has_text(name)) {
            let remedy = "describe it in a few words; a missing value is `nothing`";
            report.add(RULE, text, format!("`{name}` is empty"), remedy);
        }
        // What no other entry may say again.
        let members = entry.members().into_iter().filter(|(name, _)| *name != "reason");
        let identity: BTreeMap<_, _> = members.map(|(name, text)| (name, text.value.as_str())).collect();
        if !seen.insert(identity) {
            report.add(
                RULE,
                entry,
                "the same difference is recorded twice",
                "delete one of them",
            );
        }
        if last != Some(operation) {
            if left.contains(operation) {
                let message = format!("other entries of {operation} are further up");
                report.add(RULE, entry, message, "move this one to them");
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
        let name = self.rest.strip_prefix('.').unwrap_or(self.rest);
        let start = &place[..place.len() - name.len()];
        let (name, after) = name.split_at(end_of_name(name));
        let near = nearest(name, self.names.iter().copied()).filter(|near| *near != name)?;
        Some(format!("{start}{near}{after}"))
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
    const PARTS: [&str; 4] = ["path", "query", "body", "response"];
    const OF_ALL: &[&str] = &["host", "status", "endpoint", "page"];
    const OF_ONE: &[&str] = &["method", "endpoint", "scopes", "status", "operation", "page"];
    let (part, rest) = place.split_at(end_of_name(place));
    let words = if operation.is_some() { OF_ONE } else { OF_ALL };
    if !PARTS.contains(&part) && !words.contains(&place) {
        let names = words.iter().chain(&PARTS).copied().collect();
        return Err(Stop { rest: place, names });
    }
    let is_decision = entry.pointer.starts_with("/decisions/");
    let Some(operation) = operation.filter(|_| !is_decision && !rest.is_empty()) else {
        return Ok(());
    };
    let whole = |schema: Option<Place<'d>>| schema.map(|schema| (schema, rest)).into_iter().collect();
    let (names, reached) = match part {
        "body" => (Vec::new(), whole(spec.body(operation))),
        "response" => (Vec::new(), whole(spec.answer(operation))),
        _ => {
            let parameters = spec.parameters(operation).into_iter();
            let named = parameters.filter_map(|parameter| Some((parameter.key()?, parameter.described)));
            let named: Vec<_> = named.filter(|((place, _), _)| *place == part).collect();
            let reached = named
                .iter()
                .filter_map(|((_, name), described)| described.get("schema").zip(strip_name(rest, name)));
            (named.iter().map(|((_, name), _)| *name).collect(), reached.collect())
        }
    };
    follow(spec, reached, Stop { rest, names })
}

/// Follows a place through the schemas that it may lead to, each with what is left of it; `stop` is where it is so far.
fn follow<'p, 'd>(
    spec: &Spec<'d>,
    mut reached: Vec<(Place<'d>, &'p str)>,
    mut stop: Stop<'p, 'd>,
) -> Result<(), Stop<'p, 'd>> {
    let left = Cell::new(MAX_SCHEMAS);
    // A list of itself never ends.
    for _ in 0..MAX_DEPTH {
        let Some(rest) = reached.iter().map(|(_, rest)| *rest).min_by_key(|rest| rest.len()) else {
            break;
        };
        if rest.is_empty() {
            return Ok(());
        }
        stop = Stop {
            rest,
            names: Vec::new(),
        };
        for (schema, rest) in std::mem::take(&mut reached) {
            for variant in spec.variants(&schema, &left) {
                let is_object = variant.get("type").is_none_or(|kind| kind == "object");
                if is_object && variant.get("properties").is_none() && variant.get("items").is_none() {
                    return Ok(());
                }
                // A page may leave out that there is a list.
                let items = variant.parts.iter().filter_map(|part| part.get("items"));
                reached.extend(items.map(|items| (items, rest.strip_prefix("[]").unwrap_or(rest))));
                for (name, member) in variant.parts.iter().flat_map(|part| part.members_of("properties")) {
                    stop.names.push(name);
                    reached.extend(strip_name(rest, name).map(|rest| (member, rest)));
                }
            }
        }
    }
    Err(stop)
}

/// What follows `.` and a name in a place. A page may spell it in other capitals.
fn strip_name<'p>(place: &'p str, name: &str) -> Option<&'p str> {
    let (start, after) = place.strip_prefix('.')?.split_at_checked(name.len())?;
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
            assert!(found[0].remedy.starts_with(&format!("write `{near}`")), "{found:?}");
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
