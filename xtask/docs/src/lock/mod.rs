//! `specs/<api>/upstream.lock.json`: the facts of the vendor's pages as they were when somebody last read them.
//!
//! The file is written by the tool and read by people in diffs. So it is the same for the same facts, and a changed
//! row or code is a changed line.

pub mod command;

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::Page;
use crate::reading::merge_pages;
use crate::source::Revision;
use xtask_spec::document::{Fault, display, position};

/// What the pages of an API said when they were locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "The lock of an API's pages")]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The schema of this file, which is also the version of its format.
    #[serde(rename = "$schema")]
    pub schema: Format,
    /// The checkout that the pages come from; none if all of them stand elsewhere.
    pub source: Option<Revision>,
    /// The pages, by name.
    pub pages: Vec<Page>,
}

/// The format of a lock. There is one so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// The format that this program reads and writes.
    #[default]
    #[serde(rename = "../upstream.lock.schema.json")]
    Current,
}

impl Lock {
    /// Reads a lock; `None` if there is no such file.
    ///
    /// # Errors
    /// If the file cannot be read or is no lock of this format. The error names the place and the remedy.
    pub fn load(path: &Path) -> anyhow::Result<Option<Self>> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes.with_context(|| format!("{}: cannot read the file", display(path)))?,
        };
        let lock = Self::parse(&bytes).map_err(|(line, column, message)| Fault {
            file: display(path),
            line,
            column: Some(column),
            message,
            remedy: format!(
                "restore it with `git checkout HEAD -- {}`; or delete it, then lock anew with `cargo xtask docs lock --docs \
                 DIR`: pages that stand elsewhere are lost unless `--page API=FILE` hands them over again",
                display(path)
            )
            .into(),
        })?;
        Ok(Some(lock))
    }

    /// The lock that a file holds, or line, column and what is wrong there.
    fn parse(bytes: &[u8]) -> Result<Self, (usize, usize, String)> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let read = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| (format!("at `{}`: {}", error.path(), error.inner()), error.into_inner()));
        let end = |lock| reader.end().map(|()| lock).map_err(|error| (error.to_string(), error));
        let lock: Self = read.and_then(end).map_err(|(message, error)| {
            let (line, column) = (error.line(), error.column());
            // serde_json repeats both at the end of its message; `.` is the lock as a whole.
            let message = message.replace(&format!(" at line {line} column {column}"), "");
            let message = message.trim_start_matches("at `.`: ").to_owned();
            (line.max(1), column.max(1), message)
        })?;
        let mut names = HashSet::new();
        let Some(twice) = lock.pages.iter().find(|page| !names.insert(&page.page)) else {
            return Ok(lock);
        };
        let (name, text) = (
            Value::from(twice.page.as_str()).to_string(),
            String::from_utf8_lossy(bytes),
        );
        let (line, column) = position(text.rfind(&name).map_or("", |offset| &text[..offset]));
        Err((line, column, format!("the page {name} stands here again")))
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        readable(self)
    }

    /// The lock after a run that has read these pages. What the old one knows of the checkout and the run does not is kept:
    /// its day, if the commit is the same, or the commit, if the pages are.
    pub fn merge(old: Option<&Self>, fresh: Vec<Page>, mut source: Option<Revision>) -> Self {
        let locked = old.map_or(&[][..], |old| &old.pages);
        let pages = merge_pages(locked, fresh);
        if let (Some(source), Some(known)) = (&mut source, old.and_then(|old| old.source.as_ref())) {
            // As they are written, since a page that was read may say more.
            let written = |pages: &[Page]| serde_json::to_value(pages).ok();
            if source.revision.is_none() && written(&pages) == written(locked) {
                source.clone_from(known);
            }
            if source.revision == known.revision && source.date.is_none() {
                source.date.clone_from(&known.date);
            }
        }
        Self {
            schema: Format::Current,
            source,
            pages,
        }
    }
}

/// How wide a line may be that holds an object or a list as a whole.
const WIDTH: usize = 120;

/// A value as JSON with a final newline. What a list holds stands on one line each where it can, so that a change is
/// a line of a diff.
fn readable(value: &impl Serialize) -> String {
    // It does not fail: the types have text keys.
    write(&serde_json::to_value(value).unwrap_or_default(), 0, false) + "\n"
}

/// A value at a depth; `entry` says that it is an entry of a list.
fn write(value: &Value, depth: usize, entry: bool) -> String {
    let is_leaf = |value: &Value| !value.is_array() && !value.is_object();
    let (open, close, blank, all_leaves, parts): (_, _, _, _, Vec<_>) = match value {
        Value::Array(entries) if !entries.is_empty() => {
            let parts = entries.iter().map(|entry| write(entry, depth + 1, true));
            ('[', ']', "", entries.iter().all(is_leaf), parts.collect())
        }
        Value::Object(members) if !members.is_empty() => {
            // What a page does not say is left out.
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let member = |(name, value): (&String, &Value)| {
                format!("{}: {}", Value::from(name.as_str()), write(value, depth + 1, false))
            };
            let is_short = entry && members.clone().all(|(_, value)| is_leaf(value));
            ('{', '}', " ", is_short, members.map(member).collect())
        }
        leaf => return leaf.to_string(),
    };
    let (indent, end) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let line = format!("{open}{blank}{}{blank}{close}", parts.join(", "));
    let before = if open == '[' { indent.len() } else { end.len() };
    if all_leaves && before + line.chars().count() <= WIDTH {
        return line;
    }
    format!("{open}\n{indent}{}\n{end}{close}", parts.join(&format!(",\n{indent}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use super::*;
    use crate::facts::{Code, CodeList, Operation, Row, Sample, Section, Table};
    use xtask_spec::api;

    /// The JSON Schema of a lock, as the file beside the specs holds it.
    fn schema() -> String {
        readable(&schemars::schema_for!(Lock))
    }

    fn page(name: &str) -> Page {
        Page {
            page: name.to_owned(),
            sha256: "0".repeat(64),
            ..Page::default()
        }
    }

    fn plants() -> Lock {
        let code = |code: i64, label: &str| Code {
            code: code.into(),
            label: Some(label.to_owned()),
        };
        let rows = vec![
            Row {
                name: "height".to_owned(),
                kind: Some("integer".to_owned()),
                maximum: Some(100),
                ..Row::default()
            },
            Row {
                name: "colour".to_owned(),
                codes: (0..30).map(|number| code(number, "A colour")).collect(),
                ..Row::default()
            },
        ];
        let operation = Operation {
            method: "GET".to_owned(),
            endpoint: "/plants/{id}".to_owned(),
            line: 9,
            scopes: vec!["plants.read".to_owned(), "plants.write".to_owned()],
            tables: vec![Table {
                section: Section::Response,
                title: None,
                line: 20,
                rows,
            }],
            response: Some(Sample {
                line: 40,
                shape: [("", "object"), ("height", "integer")]
                    .map(|(place, kind)| (place.to_owned(), kind.to_owned()))
                    .into(),
                ..Sample::default()
            }),
            ..Operation::default()
        };
        let plants = Page {
            operations: vec![operation],
            ..page("plants/get-plant.md")
        };
        let codes = Page {
            elsewhere: true,
            codes: Some(CodeList {
                line: 3,
                codes: vec![code(7, "Seven")],
            }),
            ..page("codes.md")
        };
        Lock::merge(None, vec![plants, codes], Some(source("1")))
    }

    fn source(revision: &str) -> Revision {
        Revision::new(Some(revision.to_owned()), None)
    }

    fn loaded(bytes: &[u8]) -> anyhow::Result<Option<Lock>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upstream.lock.json");
        std::fs::write(&path, bytes).unwrap();
        Lock::load(&path)
    }

    #[test]
    fn a_lock_reads_back_as_it_was_written_and_pages_are_sorted() {
        let lock = plants();
        assert_eq!(loaded(lock.render().as_bytes()).unwrap(), Some(lock.clone()));
        assert_eq!(lock.pages[0].page, "codes.md");
    }

    #[test]
    fn a_changed_fact_is_one_changed_line() {
        let lock = plants();
        let before = lock.render();
        assert!(
            before.ends_with("}\n") && before.lines().all(|line| line.len() <= WIDTH),
            "{before}"
        );
        let changes: [fn(&mut Operation); 5] = [
            |operation| operation.tables[0].rows[0].maximum = Some(50),
            |operation| operation.tables[0].rows[1].codes[9].label = Some("Another".to_owned()),
            |operation| operation.scopes.push("plants.all".to_owned()),
            |operation| {
                let shape = &mut operation.response.as_mut().unwrap().shape;
                shape.insert("height".to_owned(), "string".to_owned());
            },
            |operation| {
                operation.tables[0].rows[1].codes.insert(
                    3,
                    Code {
                        code: 99.into(),
                        label: None,
                    },
                )
            },
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = lock.clone();
            change(&mut changed.pages[1].operations[0]);
            let after = changed.render();
            let diff = similar::TextDiff::from_lines(&before, &after);
            let inserted = diff
                .iter_all_changes()
                .filter(|line| line.tag() == similar::ChangeTag::Insert);
            assert_eq!(inserted.count(), 1, "change {index}:\n{after}");
        }
    }

    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        let path = api::root().join("specs/upstream.lock.schema.json");
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            std::fs::write(&path, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == schema(),
            "specs/upstream.lock.schema.json is not what the types give; run this test with RENEW_GOLDEN=1"
        );
    }

    #[test]
    fn a_lock_is_valid_by_its_schema_and_a_foreign_member_is_not() {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut lock: Value = serde_json::from_str(&plants().render()).unwrap();
        assert!(validator.is_valid(&lock), "{:?}", validator.validate(&lock));
        lock["pages"][1]["operations"][0]["prose"] = "a sentence".into();
        assert!(!validator.is_valid(&lock));
    }

    #[test]
    fn a_run_replaces_the_pages_of_the_checkout_and_keeps_those_elsewhere() {
        let old = plants();
        let names = |lock: &Lock| lock.pages.iter().map(|page| page.page.clone()).collect::<Vec<_>>();
        let merged = Lock::merge(Some(&old), vec![page("plants/new.md")], Some(source("2")));
        assert_eq!(names(&merged), ["codes.md", "plants/new.md"]);
        assert_eq!(
            (
                merged.source.as_ref().unwrap().revision.as_deref().unwrap(),
                &merged.pages[0]
            ),
            ("2", &old.pages[0])
        );

        let read_again = Page {
            elsewhere: true,
            ..page("codes.md")
        };
        let merged = Lock::merge(Some(&old), vec![read_again.clone()], Some(source("2")));
        assert_eq!(merged.pages, [read_again]);
    }

    #[test]
    fn a_missing_lock_is_none_and_a_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::load(&folder.path().join("upstream.lock.json")).unwrap(), None);
        assert!(format!("{:#}", Lock::load(folder.path()).unwrap_err()).contains("cannot read the file"));
    }

    #[test]
    fn a_broken_lock_is_refused_with_place_and_remedy() {
        let whole = plants().render();
        for (text, words) in [
            (String::new(), ":1:1: EOF"),
            (format!("{whole}x"), ": trailing characters"),
            (whole.replacen("../upstream.lock", "../other", 1), ":2:"),
            (
                whole.replacen("\"revision\": \"1\"", "\"revision\": 1", 1),
                ":5:17: at `source.revision`: ",
            ),
            (whole.replacen("\"method\"", "\"verb\"", 1), "unknown field `verb`"),
            (
                whole.replacen("codes.md", "plants/get-plant.md", 1),
                "stands here again",
            ),
            (format!("<<<<<<< HEAD\n{whole}"), ":1:1: expected value"),
            ("[".repeat(100_000), "expected value"),
        ] {
            let message = format!("{:#}", loaded(text.as_bytes()).unwrap_err());
            assert!(
                message.contains(words)
                    && message.contains("; restore it with `git checkout HEAD -- ")
                    && message.contains("; or delete it, then lock"),
                "{words} is not in: {message}"
            );
        }
        let mut bytes = whole.clone().into_bytes();
        bytes[whole.find("codes.md").unwrap()] = 0xff;
        let message = format!("{:#}", loaded(&bytes).unwrap_err());
        assert!(message.contains("at `pages[0].page`: invalid unicode"), "{message}");
    }

    #[test]
    fn every_prefix_of_a_lock_is_refused_and_none_panics() {
        let whole = plants().render();
        for end in 0..whole.trim_end().len() {
            assert!(Lock::parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
