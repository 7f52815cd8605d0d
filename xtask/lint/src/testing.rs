//! A small spec without problems, and a way to break it in one place.

use std::path::Path;

use xtask_spec::document::Document;

use super::{Problem, check};

/// A spec that keeps every rule.
pub const CLEAN: &str = include_str!("../fixtures/clean.yaml");

/// A document from text.
pub fn document(text: &str) -> Document {
    Document::parse(Path::new("mini.yaml"), text).expect("the test's YAML is valid")
}

/// The clean spec with texts replaced, each of which must stand in it just once.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = CLEAN.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand in the spec once");
        text = text.replace(from, to);
    }
    text
}

/// What is wrong with the clean spec after these edits.
pub fn problems(edits: &[(&str, &str)]) -> Vec<Problem> {
    check(&document(&edited(edits)))
}

/// Edits break exactly these rules, each at the line with this text. That an example shows every member is asked of those
/// tests alone that expect one not to.
#[track_caller]
pub fn expect(edits: &[(&str, &str)], expected: &[(&str, &str)]) {
    let text = edited(edits);
    let problems = check(&document(&text));
    let is_asked = |rule: &str| rule != "incomplete-example" || expected.iter().any(|(expected, _)| *expected == rule);
    let found: Vec<_> = problems
        .iter()
        .filter(|problem| is_asked(problem.rule))
        .map(|problem| {
            let line = text.lines().nth(problem.line - 1).unwrap_or_default();
            (problem.rule, line.trim())
        })
        .collect();
    assert_eq!(found, expected, "{problems:#?}");
    for problem in problems {
        assert!(!problem.message.is_empty() && !problem.remedy.is_empty());
    }
}
