//! `deviations.yaml`: every entry says where, what the page says, what the spec says and why, of an operation there is.

use std::collections::HashSet;

use serde::Deserialize;

use super::Report;
use super::spec::Spec;
use crate::document::{Document, Fault};

/// The file, as far as the lint reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviations {
    deviations: Vec<Deviation>,
}

/// One difference between a page and the spec, or within a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    operation: String,
    place: String,
    page: String,
    spec: String,
    reason: String,
}

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
    let deviations = match report.document.read::<Deviations>() {
        Ok(file) => file.deviations,
        Err(error) => {
            match error.downcast_ref::<Fault>() {
                Some(fault) => report.add_fault("deviation", fault),
                None => report.add("deviation", "", error.to_string(), "write it as specs/README.md says"),
            }
            return;
        }
    };
    let mut seen = HashSet::new();
    for (index, deviation) in deviations.iter().enumerate() {
        let pointer = format!("/deviations/{index}");
        if !operations.contains(&deviation.operation) {
            report.add(
                "deviation",
                &format!("{pointer}/operation"),
                format!("the spec has no operation `{}`", deviation.operation),
                "write the method and the path as the spec does, or delete the entry",
            );
        }
        let Deviation {
            place,
            page,
            spec,
            reason,
            ..
        } = deviation;
        for (name, text) in [("place", place), ("page", page), ("spec", spec), ("reason", reason)] {
            if text.trim().is_empty() {
                report.add(
                    "deviation",
                    &format!("{pointer}/{name}"),
                    format!("`{name}` is empty"),
                    "say it in a few words",
                );
            }
        }
        if !seen.insert((&deviation.operation, place, page)) {
            report.add(
                "deviation",
                &pointer,
                "the same difference stands here twice",
                "delete one of them",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Problem;

    fn problems(text: &str) -> Vec<Problem> {
        let document = Document::parse(std::path::Path::new("deviations.yaml"), text).expect("plain YAML");
        let mut report = Report::new(&document);
        check(&HashSet::from(["GET /users".to_owned()]), &mut report);
        report.finish()
    }

    const GOOD: &str = "deviations:\n  - operation: GET /users\n    place: response\n    page: a list\n    spec: an object\n    reason: the sample\n";

    #[test]
    fn a_good_entry_is_no_problem() {
        assert_eq!(problems(GOOD), []);
    }

    #[test]
    fn each_mistake_is_told_at_its_line() {
        for (change, line) in [
            (GOOD.replace("GET /users", "GET /user"), 2),
            (GOOD.replace("place: response", "place: ''"), 3),
            (GOOD.replace("reason:", "reson:"), 6),
            (format!("{GOOD}{}", GOOD.trim_start_matches("deviations:\n")), 7),
        ] {
            let found = problems(&change);
            assert_eq!(
                found.iter().map(|problem| problem.line).collect::<Vec<_>>(),
                [line],
                "{change}{found:?}"
            );
        }
    }
}
