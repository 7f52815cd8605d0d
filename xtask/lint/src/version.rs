//! The version of a document says by its step what has changed since the state that was published last.

use semver::Version;
use serde_json::Value;

use super::report::{Problem, Report};
use xtask_spec::api::Api;
use xtask_spec::changes::{Class, between};
use xtask_spec::document::Document;

/// Where a document has its version.
const VERSION: &str = "/info/version";

/// How many changes are told. The changelog has them all.
const SHOWN: usize = 5;

/// What is wrong with the version of an API's document.
pub fn check(api: &Api, document: &Document) -> Vec<Problem> {
    let mut report = Report::new(document);
    match api.state() {
        Ok(state) => step(&state, document, &mut report),
        Err(error) => {
            let remedy =
                "restore it from git; or, if the API was never published, write it with `cargo xtask publish --record`";
            report.add("published", VERSION, format!("{error:#}"), remedy);
        }
    }
    report.finish()
}

fn step(state: &Value, document: &Document, report: &mut Report) {
    let version = |document: &Value| Version::parse(document.pointer(VERSION)?.as_str()?).ok();
    let [was, is] = [state, &document.value].map(version);
    // That the document has one is a rule of its own.
    let Some((was, is)) = was.zip(is) else {
        let message = "the published state has no semantic version";
        return report.add("published", VERSION, message, "restore `published.json` from git");
    };
    let changes = between(state, &document.value);
    let least = match changes.first().map(|change| change.class) {
        None => was.clone(),
        Some(Class::Documentation) => Version::new(was.major, was.minor, was.patch + 1),
        Some(Class::Additive) => Version::new(was.major, was.minor + 1, 0),
        Some(Class::Breaking) => Version::new(was.major + 1, 0, 0),
    };
    if is < least {
        let message = match changes.as_slice() {
            [] => format!("{was} was published already"),
            [gravest, ..] => {
                let class = gravest.class;
                let same: Vec<_> = changes.iter().filter(|change| change.class == class).collect();
                let shown = same.iter().take(SHOWN).map(|change| format!(" {change}"));
                let more = match same.len().saturating_sub(SHOWN) {
                    0 => String::new(),
                    count => format!(" And {count} more."),
                };
                let changes = if same.len() == 1 { "change" } else { "changes" };
                format!(
                    "{} {changes} since {was} was published:{}{more}",
                    class.name(),
                    shown.collect::<String>()
                )
            }
        };
        report.add("version", VERSION, message, format!("write `version: {least}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CLEAN, document};

    /// What is wrong with the clean spec after an edit, in this version, once it was published as 1.2.3.
    fn problems(edit: (&str, &str), version: &str) -> Vec<Problem> {
        let text = |version: &str| CLEAN.replacen("  version: 1.0.0\n", &format!("  version: {version}\n"), 1);
        let (state, new) = (
            document(&text("1.2.3")),
            document(&text(version).replacen(edit.0, edit.1, 1)),
        );
        let mut report = Report::new(&new);
        step(&state.value, &new, &mut report);
        report.finish()
    }

    #[test]
    fn a_change_takes_its_step() {
        const NONE: (&str, &str) = ("", "");
        const WORDS: (&str, &str) = ("summary: Run a round", "summary: Make a round");
        const MORE: (&str, &str) = ("          maximum: 9\n", "          maximum: 10\n");
        const LESS: (&str, &str) = ("          maximum: 9\n", "          maximum: 8\n");
        for (edit, low, least) in [
            (NONE, "1.2.2", "1.2.3"),
            (WORDS, "1.2.3", "1.2.4"),
            (MORE, "1.2.4", "1.3.0"),
            (LESS, "1.3.0", "2.0.0"),
        ] {
            assert_eq!(problems(edit, least), [], "{edit:?}");
            let found = problems(edit, low);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(
                (found[0].rule, found[0].remedy.as_str()),
                ("version", &*format!("write `version: {least}`"))
            );
            assert!(found[0].message.contains("1.2.3"), "{found:?}");
        }
        let found = problems(LESS, "1.3.0");
        assert!(
            found[0]
                .message
                .starts_with("breaking change since 1.2.3 was published: `POST /rounds"),
            "{found:?}"
        );
    }

    #[test]
    fn a_state_without_a_version_is_not_compared() {
        let new = document(CLEAN);
        let mut report = Report::new(&new);
        step(&serde_json::json!({}), &new, &mut report);
        let found = report.finish();
        assert_eq!((found.len(), found[0].rule), (1, "published"), "{found:?}");
    }
}
