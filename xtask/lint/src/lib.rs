//! Checks that the specs are valid OpenAPI and keep the rules of `specs/README.md`.
//!
//! Each family of rules is a module with one `check`. A rule reads the plain document, so that one mistake does not
//! hide the others, and names the line, what is wrong and what to do. Rules are cheap to add: a function that
//! walks `Spec` and tells `Report`.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod anonymous;
mod codes;
mod deviations;
mod examples;
mod formed;
mod headers;
mod info;
mod members;
mod operations;
mod paging;
mod references;
mod report;
mod schemas;
mod security;
mod specimens;
mod structure;
#[cfg(test)]
mod testing;
mod token_urls;
mod traps;
mod validation;

use anyhow::bail;

use xtask_cli::Outcome;
use xtask_spec::Spec;
use xtask_spec::api::Api;
use xtask_spec::document::Document;

use references::Mended;
pub use report::Problem;
use report::{Report, counted};

/// Lints the chosen APIs: problems on stderr, one line an API on stdout.
///
/// # Errors
/// If a spec cannot be read, or there are problems.
pub fn run(api: Option<&'static Api>) -> anyhow::Result<Outcome> {
    let mut total = 0;
    let mut specs = 0;
    for api in Api::selected(api) {
        let document = api.document()?;
        let deviations = Document::load(&api.deviations())?;
        let mut found = 0;
        for (file, problems) in [
            (&document, check(&document)),
            (&deviations, check_deviations(&document, &deviations)),
        ] {
            for problem in &problems {
                xtask_cli::report(&format!("{}:{problem}", file.name()));
            }
            found += problems.len();
        }
        xtask_cli::print(&format!("{}: {}\n", api.name, summary(&document, found)))?;
        total += found;
        specs += usize::from(found > 0);
    }
    if total > 0 {
        bail!("{} in {}", counted(total, "problem"), counted(specs, "spec"));
    }
    Ok(Outcome::Clean)
}

/// Everything wrong in a spec: wrong references first, since others may follow from them, the rest by line.
pub fn check(document: &Document) -> Vec<Problem> {
    let Some(Mended { mut problems, document }) = references::mend(document) else {
        return rules(document);
    };
    problems.extend(document.iter().flat_map(rules));
    problems
}

/// What each rule finds in a spec whose references are right, by line.
fn rules(document: &Document) -> Vec<Problem> {
    let spec = Spec::new(document);
    let mut report = Report::new(document);
    report.add_undecided();
    structure::check(&spec, &mut report);
    references::check(&spec, &mut report);
    operations::check(&spec, &mut report);
    security::check(&spec, &mut report);
    codes::check(&spec, &mut report);
    schemas::check(&spec, &mut report);
    examples::check(&spec, &mut report);
    paging::check(&spec, &mut report);
    traps::check(&spec, &mut report);
    anonymous::check(&spec, &mut report);
    formed::check(&spec, &mut report);
    specimens::check(&spec, &mut report);
    info::check(&spec, &mut report);
    token_urls::check(&spec, &mut report);
    headers::check(&spec, &mut report);
    if report.is_empty() {
        // The safety net: what the crates below cannot read, if no rule with better words has found it.
        structure::check_types(&spec, &mut report);
    }
    if report.is_empty() {
        validation::check_schemas(&spec, &mut report);
    }
    report.finish()
}

/// Everything wrong in the deviations of a spec, by line. Where references of the spec are wrong, and nobody knows what they
/// mean, nothing can be said of places.
fn check_deviations(spec: &Document, deviations: &Document) -> Vec<Problem> {
    let mended = match references::mend(spec) {
        None => None,
        Some(Mended { document: None, .. }) => return Vec::new(),
        Some(Mended { document, .. }) => document,
    };
    let mut report = Report::new(deviations);
    report.add_undecided();
    deviations::check(&Spec::new(mended.as_ref().unwrap_or(spec)), &mut report);
    report.finish()
}

/// How many operations and schemas a spec has, and how many problems.
fn summary(document: &Document, problems: usize) -> String {
    let spec = Spec::new(document);
    let problems = match problems {
        0 => "no problems".to_owned(),
        some => counted(some, "problem"),
    };
    format!(
        "{}, {}, {problems}",
        counted(spec.operations.len(), "operation"),
        counted(spec.components("schemas").len(), "schema"),
    )
}

#[cfg(test)]
mod tests {
    use super::testing::{CLEAN, document, problems};
    use super::*;

    #[test]
    fn a_clean_spec_has_no_problems() {
        assert_eq!(check(&document(CLEAN)), []);
        assert_eq!(summary(&document(CLEAN), 0), "3 operations, 7 schemas, no problems");
    }

    #[test]
    fn problems_come_by_line_and_name_rule_and_remedy() {
        let found = problems(&[
            ("operationId: runRound", "operationId: RunRound"),
            (
                "summary: List the gardeners of the garden",
                "summary: List the gardeners.",
            ),
        ]);
        assert_eq!(found.len(), 2);
        assert!(found[0].line < found[1].line);
        let text = found[0].to_string();
        assert!(text.contains(": summary: ") && text.contains("; "), "{text}");
    }

    #[test]
    fn what_a_scaffold_leaves_open_is_refused_in_texts_and_comments() {
        let summary = "summary: 'TODO(scaffold): say in one line what it does'";
        super::testing::expect(
            &[
                ("summary: Run a round", summary),
                (
                    "      operationId: runRound",
                    "      # TODO(scaffold): a name\n      operationId: runRound",
                ),
            ],
            &[("scaffold", "# TODO(scaffold): a name"), ("scaffold", summary)],
        );
    }

    #[test]
    fn nonsense_is_refused_without_a_panic() {
        for text in [
            "a: 1",
            "- 1",
            "7",
            "paths: []",
            "paths: { /a: { get: 7 } }",
            "components: { schemas: { A: { $ref: '#/components/schemas/A' } } }",
        ] {
            assert!(!check(&document(text)).is_empty(), "{text}");
        }
    }
}
