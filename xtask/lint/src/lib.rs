//! Checks that the specs are valid OpenAPI and keep the rules of `specs/README.md`.
//!
//! A rule reads the plain document, so that one mistake does not hide the others, and names the line, what is wrong and
//! what to do. Rules are cheap to add: what an object keeps by itself is a row of `rules.yaml`; the rest is a function
//! that walks `Spec` and tells `Report`, in the module of its family, each of which has one `check`.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod alternatives;
mod anonymous;
mod codes;
mod deviations;
mod example_members;
mod examples;
mod formed;
mod headers;
mod info;
mod operations;
mod paging;
mod references;
mod report;
mod rule_table;
mod schemas;
mod security;
mod structure;
#[cfg(test)]
mod testing;
mod token_urls;
mod traps;
mod validation;
mod version;

use anyhow::bail;

use xtask_cli::Outcome;
use xtask_spec::Spec;
use xtask_spec::api::Api;
use xtask_spec::document::Document;

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
            (&document, check_whole(api, &document)),
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

/// Everything wrong in the spec of an API, its version too: a document that breaks other rules is not compared.
pub fn check_whole(api: &Api, document: &Document) -> Vec<Problem> {
    match check(document) {
        problems if problems.is_empty() => version::check(api, document),
        problems => problems,
    }
}

/// Everything wrong in a spec: wrong references first, since others may follow from them, the rest by line.
pub fn check(document: &Document) -> Vec<Problem> {
    let (mut problems, mended) = references::mend(document);
    problems.extend(mended.iter().flat_map(rules));
    problems
}

/// What each rule finds in a spec whose references are right, by line.
fn rules(document: &Document) -> Vec<Problem> {
    let spec = Spec::new(document);
    let mut report = Report::new(document);
    report.add_undecided();
    rule_table::check(&spec, &mut report);
    structure::check_keys(&spec, &mut report);
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
    alternatives::check(&spec, &mut report);
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
    let (_, Some(spec)) = references::mend(spec) else {
        return Vec::new();
    };
    let mut report = Report::new(deviations);
    report.add_undecided();
    deviations::check(&Spec::new(&spec), &mut report);
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
    fn a_name_that_is_not_known_gets_the_nearest_one() {
        for (from, to, near) in [
            ("tags: [Rounds]", "tags: [Round]", "Rounds"),
            ("operationId: runRound", "operationId: rnuRound", "run"),
            ("/gardeners/{gardenerId}:", "/gardeners/{gardnerId}:", "gardenerId"),
            ("- oauth2: [rounds.run]", "- oauth2: [round.run]", "rounds.run"),
            ("          maxLength: 100", "          maxLenght: 100", "maxLength"),
            ("          format: email", "          format: e-mail", "email"),
            ("required: [contact]", "required: [contct]", "contact"),
            ("              depth: 3", "              dept: 3", "depth"),
            ("in: path\n", "in: pth\n", "path"),
            (
                "Replaced by `listGardeners`.",
                "Replaced by `listGardner`.",
                "listGardeners",
            ),
        ] {
            let found = problems(&[(from, to)]);
            let is_named = |problem: &Problem| problem.remedy.starts_with(&format!("write `{near}`"));
            assert!(found.iter().any(is_named), "{to}: {found:?}");
        }
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
