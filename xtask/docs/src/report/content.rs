//! The findings of a run, and what they come to.

use std::collections::BTreeMap;

use serde::Serialize;
use xtask_cli::{counted, printable};

use crate::extract::{Coverage, Share};
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
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// A report of these findings, which it counts; of the summary it takes what was read.
    pub fn new(mut findings: Vec<Finding>, read: Summary) -> Self {
        findings.sort_by(|one, other| {
            let one = (&one.api, one.step, &one.page, one.line);
            one.cmp(&(&other.api, other.step, &other.page, other.line))
        });
        let steps = [Step::PageLock, Step::LockSpec, Step::PageSample];
        let classes = [Class::Breaking, Class::Additive, Class::Documentation];
        let apis = read.locks.keys().cloned();
        let summary = Summary {
            findings: findings.len(),
            steps: counts(steps, findings.iter().map(|finding| finding.step)),
            classes: counts(classes, findings.iter().map(|finding| finding.class)),
            apis: counts(apis, findings.iter().map(|finding| finding.api.clone())),
            ..read
        };
        Self { findings, summary }
    }
}

/// How many there are of each, and of each that must be there.
fn counts<K: Ord>(all: impl IntoIterator<Item = K>, found: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts: BTreeMap<_, _> = all.into_iter().map(|one| (one, 0)).collect();
    found.for_each(|one| *counts.entry(one).or_default() += 1);
    counts
}

impl Summary {
    /// The summary in a few printable lines: the findings, what is silenced, and what was read.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec!["no drift: pages, lock and spec agree".to_owned()];
        if self.findings > 0 {
            let classes = self.classes.iter().map(|(class, count)| format!("{count} {class}"));
            let steps = self.steps.iter();
            lines = vec![
                format!("{}: {}", counted(self.findings, "finding"), joined(classes)),
                joined(steps.map(|(step, count)| format!("{count} {}", step_text(*step).0))),
                joined(self.apis.iter().map(|(api, count)| format!("{count} in {api}"))),
            ];
        }
        lines.push(format!("{} silenced by deviations", counted(self.silenced, "finding")));
        if self.coverage.is_empty() {
            lines.push("no pages were read; the locks were used instead".to_owned());
        } else {
            let all: Vec<_> = self.coverage.values().collect();
            lines.push(format!("{} read: {}", counted(all.len(), "page"), used(&all)));
            let in_part = self.coverage.iter().filter(|(_, of_page)| !of_page.is_whole());
            lines.extend(in_part.map(|(page, of_page)| format!("{page}: {}", used(&[of_page]))));
        }
        lines.extend(self.revision.iter().map(|revision| format!("pages at {revision}")));
        let mut by_revision: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (api, revision) in &self.locks {
            by_revision.entry(revision.as_deref()).or_default().push(api);
        }
        lines.extend(by_revision.iter().map(|(revision, apis)| {
            let revision = revision.unwrap_or("an unknown commit");
            format!("locked at {revision}: {}", apis.join(", "))
        }));
        lines.iter().map(|line| printable(line)).collect()
    }
}

/// How much of some pages was used.
fn used(pages: &[&Coverage]) -> String {
    let share = |what: &str, of: fn(&Coverage) -> Share| {
        let shares = pages.iter().map(|page| of(page));
        let (used, total) = shares.fold((0, 0), |sum, share| (sum.0 + share.used, sum.1 + share.total));
        format!("{used} of {total} {what}")
    };
    let [tables, rows] = [share("tables", |page| page.tables), share("rows", |page| page.rows)];
    format!("{tables}, {rows}, {} used", share("list items", |page| page.items))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A step in the words of the reports: between which two it lies, what it finds, and what the sides of a finding are.
pub fn step_text(step: Step) -> (&'static str, &'static str, [&'static str; 2]) {
    let meaning = match step {
        Step::PageLock => "what the vendor has changed since the pages were locked",
        Step::LockSpec => "what the spec says differently from the page",
        Step::PageSample => "where a page's table and its own sample disagree",
    };
    match step {
        Step::PageLock => ("page → lock", meaning, ["locked", "now"]),
        Step::LockSpec => ("lock → spec", meaning, ["spec", "page"]),
        Step::PageSample => ("page → its sample", meaning, ["table", "sample"]),
    }
}

/// The difference on one line: `spec: maximum 50 → page: maximum 100`.
pub fn difference(finding: &Finding) -> String {
    let [was, is] = match finding.kind {
        Kind::StaleDeviation => ["recorded", "now"],
        _ => step_text(finding.step).2,
    };
    let shown = |side: &str| printable(if side.is_empty() { "nothing" } else { side });
    format!("{was}: {} → {is}: {}", shown(&finding.was), shown(&finding.is))
}

/// Where to look: a line of the page, and one of the spec. A stale deviation has but its own.
pub fn places(finding: &Finding) -> Vec<String> {
    let spec = finding.spec.iter().map(|spec| format!("{}:{}", spec.file, spec.line));
    let page = [format!("{}:{}", finding.page, finding.line)];
    let mut places: Vec<_> = page.into_iter().chain(spec).collect();
    places.dedup();
    places
}

/// A text of one line as code of markdown, whatever backticks it holds.
pub fn fenced(text: &str) -> String {
    let runs = text.split(|letter| letter != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    // One blank on each side is no part of the code.
    let blanks = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if blanks && !text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
