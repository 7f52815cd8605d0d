//! The findings of a run, and what they come to.

use std::collections::BTreeMap;

use serde::Serialize;
use xtask_cli::printable;

use crate::extract::Coverage;
use crate::finding::{Class, Finding, Kind, Step};

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
}

impl Summary {
    /// The summary in a few lines: the findings, what is silenced, and what was read.
    pub fn lines(&self) -> Vec<String> {
        let basis = &self.basis;
        let mut lines = vec!["in step: pages, lock and spec say the same".to_owned()];
        if self.findings > 0 {
            let classes = self.classes.iter().map(|(class, count)| format!("{count} {class}"));
            let steps = self
                .steps
                .iter()
                .map(|(step, count)| format!("{count} {}", step_name(*step)));
            lines = vec![
                format!("{}: {}", counted(self.findings, "finding"), joined(classes)),
                joined(steps),
                joined(self.apis.iter().map(|(api, count)| format!("{count} in {api}"))),
            ];
        }
        lines.push(format!("{} silenced by deviations", counted(basis.silenced, "finding")));
        if basis.coverage.is_empty() {
            lines.push("no page was read: the locks stand for them".to_owned());
        } else {
            let mut all = Coverage::default();
            basis.coverage.values().for_each(|of_page| all += *of_page);
            lines.push(format!("{} read: {}", counted(basis.coverage.len(), "page"), used(all)));
            let in_part = basis.coverage.iter().filter(|(_, of_page)| !of_page.is_whole());
            lines.extend(in_part.map(|(page, of_page)| format!("{page}: {}", used(*of_page))));
        }
        lines.extend(basis.revision.iter().map(|revision| format!("pages at {revision}")));
        let mut by_revision: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (api, revision) in &basis.locks {
            by_revision.entry(revision.as_deref()).or_default().push(api);
        }
        for (revision, apis) in by_revision {
            let revision = revision.unwrap_or("no commit that is known");
            lines.push(format!("locked at {revision}: {}", apis.join(", ")));
        }
        lines
    }
}

/// How much of a page, or of all, was used.
fn used(coverage: Coverage) -> String {
    let Coverage { tables, rows, items } = coverage;
    let shares = [("tables", tables), ("rows", rows), ("list items", items)].into_iter();
    let shares = shares.map(|(what, share)| format!("{} of {} {what}", share.used, share.total));
    joined(shares) + " used"
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
pub fn step_name(step: Step) -> &'static str {
    match step {
        Step::PageLock => "page → lock",
        Step::LockSpec => "lock → spec",
        Step::PageSample => "page → its sample",
    }
}

/// A step in a few words.
pub fn step_meaning(step: Step) -> &'static str {
    match step {
        Step::PageLock => "what the vendor has changed since the pages were locked",
        Step::LockSpec => "what the spec says differently from the page",
        Step::PageSample => "where a page's table and its own sample disagree",
    }
}

/// What the two sides of a finding are.
pub fn sides(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::PageLock => ("locked", "now"),
        Step::LockSpec => ("spec", "page"),
        Step::PageSample => ("table", "sample"),
    }
}

/// The difference on one line: `spec: maximum 50 → page: maximum 100`.
pub fn difference(finding: &Finding) -> String {
    let (was, is) = match finding.kind {
        Kind::StaleDeviation => ("recorded", "now"),
        _ => sides(finding.step),
    };
    let [was_text, is_text] = [&finding.was, &finding.is].map(|side| match side.as_str() {
        "" => "nothing".to_owned(),
        side => printable(side),
    });
    format!("{was}: {was_text} → {is}: {is_text}")
}

/// A text of one line as code of markdown, whatever backticks it holds.
pub fn fenced(text: &str) -> String {
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
