//! `deviations.yaml`: every entry names an operation there is and a difference there can be, says why, and stands once,
//! beside the others of its operation.

use std::collections::{BTreeMap, HashSet};

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::deviations::Records;
use xtask_spec::document::{Document, Fault, child};
use xtask_spec::place::Place;

/// The rule's name.
const RULE: &str = "deviation";

/// The operations of a spec as deviations name them: `POST /path`.
pub fn operations(document: &Document) -> HashSet<String> {
    let name = |method: &str, path: &str| format!("{} {path}", method.to_uppercase());
    let spec = Spec::new(document);
    spec.operations
        .iter()
        .map(|operation| name(operation.method, operation.path))
        .collect()
}

/// Checks the deviations of a spec that has these operations.
pub fn check(operations: &HashSet<String>, report: &mut Report) {
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
        check_list(operations, &root.entries_of(list), report);
    }
    for (index, record) in records.deviations.iter().enumerate() {
        if let Err((message, remedy)) = record.sides() {
            report.add(RULE, &child("/deviations", index), message, remedy);
        }
    }
}

/// Checks what is asked of both lists.
fn check_list(operations: &HashSet<String>, entries: &[Place], report: &mut Report) {
    let mut seen = HashSet::new();
    let mut left = HashSet::new();
    let mut last = None;
    for entry in entries {
        let operation = entry.text("operation").unwrap_or_default();
        if operation != "*" && !operations.contains(operation) {
            report.add(
                RULE,
                &child(&entry.pointer, "operation"),
                format!("the spec has no operation `{operation}`"),
                "write the method and the path as the spec does, or delete the entry",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;

    fn problems(text: &str) -> Vec<Problem> {
        let document = Document::parse(std::path::Path::new("deviations.yaml"), text).expect("plain YAML");
        let mut report = Report::new(&document);
        check(&HashSet::from(["GET /users".to_owned()]), &mut report);
        report.finish()
    }

    const GOOD: &str = "\
deviations:
  - operation: GET /users
    place: response
    kind: sample-type
    table: object
    sample: array
    reason: the sample is closer to the wire
  - operation: GET /users
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
    fn each_mistake_is_told_at_its_line() {
        let second = GOOD.replacen(
            "GET /users\n    place: response\n    kind: type",
            "'*'\n    place: response\n    kind: type",
            1,
        );
        let decision = GOOD.split_once("decisions:\n").map_or("", |(_, decision)| decision);
        for (change, line, words) in [
            (GOOD.replacen("GET /users", "GET /user", 1), 2, "has no operation `GET /user`"),
            (GOOD.replacen("place: response", "place: ''", 1), 3, "`place` is empty"),
            (GOOD.replacen("sample-type", "sampletype", 1), 4, "unknown variant `sampletype`"),
            (GOOD.replacen("sample: array", "sample: ''", 1), 6, "`sample` is empty"),
            (GOOD.replacen("reason:", "reson:", 1), 7, "unknown field `reson`"),
            (GOOD.replacen("page: object", "table: object", 1), 8, "two sides"),
            (GOOD.replacen("kind: type", "kind: sample-shape", 1), 8, "cannot be recorded as deviations"),
            (GOOD.replacen("kind: sample-type", "kind: member-missing", 1), 2, "compares a page with the spec"),
            (GOOD.replacen("operation: '*'", "operation: GET /user", 1), 15, "has no operation `GET /user`"),
            (format!("{GOOD}{decision}"), 20, "is recorded twice"),
            (
                second.replacen("decisions:", "  - operation: GET /users\n    place: body\n    kind: type\n    page: a\n    spec: b\n    reason: c\ndecisions:", 1),
                14,
                "other entries of GET /users are further up",
            ),
        ] {
            let found = problems(&change);
            let [only] = found.as_slice() else { panic!("{change}{found:?}") };
            assert!(only.line == line && only.message.contains(words), "{line} {words}: {only}");
        }
    }
}
