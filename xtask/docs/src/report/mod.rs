//! What a comparison found, in the forms in which people and programs read it.

mod github;
mod json;
mod markdown;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;
use xtask_cli::printable;

use super::extract::Coverage;
use super::finding::{Class, Finding, Kind, Step};

/// The findings, by API, step, page and line, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What they come to.
    pub summary: Summary,
}

/// How many findings there are, and what they rest on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All findings.
    pub findings: usize,
    /// By step; each step is there.
    pub steps: BTreeMap<Step, usize>,
    /// By class; each class is there.
    pub classes: BTreeMap<Class, usize>,
    /// By API; each API that was compared is there.
    pub apis: BTreeMap<String, usize>,
    /// What was read.
    #[serde(flatten)]
    pub basis: Basis,
}

/// What was read, beside the findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Basis {
    /// The findings that deviations have silenced.
    pub silenced: usize,
    /// How much was used of each page that was read, by name.
    pub coverage: BTreeMap<String, Coverage>,
    /// The revision of the pages that were read, where it is known.
    pub revision: Option<String>,
    /// The revision that each API's lock was made from; none where all its pages stand elsewhere.
    pub locks: BTreeMap<String, Option<String>>,
}

/// A form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
}

impl Report {
    /// A report of these findings.
    pub fn new(mut findings: Vec<Finding>, basis: Basis) -> Self {
        findings.sort_by(|one, other| {
            let one = (&one.api, one.step, &one.page, one.line);
            one.cmp(&(&other.api, other.step, &other.page, other.line))
        });
        let mut steps = BTreeMap::from([Step::PageLock, Step::LockSpec, Step::PageSample].map(|step| (step, 0)));
        let mut classes =
            BTreeMap::from([Class::Breaking, Class::Additive, Class::Documentation].map(|class| (class, 0)));
        let mut apis: BTreeMap<_, _> = basis.locks.keys().map(|api| (api.clone(), 0)).collect();
        for finding in &findings {
            *steps.entry(finding.step).or_default() += 1;
            *classes.entry(finding.class).or_default() += 1;
            *apis.entry(finding.api.clone()).or_default() += 1;
        }
        let summary = Summary {
            findings: findings.len(),
            steps,
            classes,
            apis,
            basis,
        };
        Self { findings, summary }
    }

    /// Whether pages, lock and spec say the same.
    pub fn in_step(&self) -> bool {
        self.findings.is_empty()
    }

    /// The report in a form, with a final newline.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => text::render(self),
            Format::Json => json::render(self),
            Format::Markdown => markdown::render(self),
            Format::Github => github::render(self),
        }
    }
}

impl Summary {
    /// The summary in a few lines: the findings, what is silenced, and what was read.
    fn lines(&self) -> Vec<String> {
        let Basis {
            silenced,
            coverage,
            revision,
            locks,
        } = &self.basis;
        let mut lines = Vec::new();
        if self.findings == 0 {
            lines.push("in step: pages, lock and spec say the same".to_owned());
        } else {
            let classes = self.classes.iter().map(|(class, count)| format!("{count} {class}"));
            lines.push(format!("{}: {}", counted(self.findings, "finding"), joined(classes)));
            lines.push(joined(
                self.steps
                    .iter()
                    .map(|(step, count)| format!("{count} {}", step_name(*step))),
            ));
            lines.push(joined(self.apis.iter().map(|(api, count)| format!("{count} in {api}"))));
        }
        lines.push(format!("{} silenced by deviations", counted(*silenced, "finding")));
        if coverage.is_empty() {
            lines.push("no page was read: the locks stand for them".to_owned());
        } else {
            let mut all = Coverage::default();
            coverage.values().for_each(|of_page| all += *of_page);
            lines.push(format!("{} read: {}", counted(coverage.len(), "page"), used(all)));
            let in_part = coverage.iter().filter(|(_, of_page)| !of_page.is_whole());
            lines.extend(in_part.map(|(page, of_page)| format!("{page}: {}", used(*of_page))));
        }
        let mut by_revision: BTreeMap<&Option<String>, Vec<&str>> = BTreeMap::new();
        for (api, revision) in locks {
            by_revision.entry(revision).or_default().push(api);
        }
        lines.extend(revision.iter().map(|revision| format!("pages at {revision}")));
        lines.extend(by_revision.into_iter().map(|(revision, apis)| match revision {
            Some(revision) => format!("locked at {revision}: {}", apis.join(", ")),
            None => format!("locked at no commit that is known: {}", apis.join(", ")),
        }));
        lines
    }
}

/// How much of a page, or of all, was used.
fn used(coverage: Coverage) -> String {
    let shares = [
        ("tables", coverage.tables),
        ("rows", coverage.rows),
        ("list items", coverage.items),
    ];
    let shares = shares.map(|(what, share)| format!("{} of {} {what}", share.used, share.total));
    format!("{} used", shares.join(", "))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// `1 finding`, `2 findings`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// A step between which two it lies.
fn step_name(step: Step) -> &'static str {
    match step {
        Step::PageLock => "page → lock",
        Step::LockSpec => "lock → spec",
        Step::PageSample => "page → its sample",
    }
}

/// A step in a few words.
fn step_meaning(step: Step) -> &'static str {
    match step {
        Step::PageLock => "what the vendor has changed since the pages were locked",
        Step::LockSpec => "what the spec says differently from the page",
        Step::PageSample => "where a page's table and its own sample disagree",
    }
}

/// What the two sides of a finding are.
fn sides(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::PageLock => ("locked", "now"),
        Step::LockSpec => ("spec", "page"),
        Step::PageSample => ("table", "sample"),
    }
}

/// The difference on one line: `spec: maximum 50 → page: maximum 100`.
fn difference(finding: &Finding) -> String {
    let (was, is) = match finding.kind {
        Kind::StaleDeviation => ("recorded", "now"),
        _ => sides(finding.step),
    };
    let shown = |side: &str| {
        if side.is_empty() {
            "nothing".to_owned()
        } else {
            printable(side)
        }
    };
    format!("{was}: {} → {is}: {}", shown(&finding.was), shown(&finding.is))
}

/// A text of one line as code of markdown, whatever backticks it holds.
pub(super) fn fenced(text: &str) -> String {
    let longest = text
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One blank on each side is no part of the code.
    let blanks = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if blanks && !text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
