//! What the services say that the spec does not know: places and counts, and nothing of what an answer holds.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;
use xtask_cli::counted;

use super::compare::Difference;
use super::pages::List;

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A member that the spec does not have.
    Member,
    /// A member whose name has other capitals than in the spec.
    Case,
    /// A code that is not in the spec's list.
    Code,
    /// A null where the spec has none.
    Null,
    /// JSON of another type.
    Shape,
    /// A text or a number that its format or a limit forbids.
    Value,
    /// A body that is no JSON, or none at all.
    Body,
    /// A status that the spec does not have for the operation.
    Status,
    /// A header that neither the spec nor HTTP itself has.
    Header,
    /// Pages that do not follow each other as the spec says.
    Paging,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = serde_json::to_value(self).unwrap_or_default();
        formatter.pad(name.as_str().unwrap_or_default())
    }
}

/// One difference, wherever it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub operation: &'static str,
    pub kind: Kind,
    pub place: String,
    pub detail: String,
    /// How often it was met.
    pub count: u64,
    /// How many codes they were, of unknown codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different: Option<usize>,
}

/// How one read went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Read {
    /// Answers with what was asked for.
    pub answers: u64,
    /// Refusals by their status.
    pub refused: BTreeMap<u16, u64>,
    /// Calls without an answer that could be read, by the kind of the error.
    pub failed: BTreeMap<String, u64>,
    /// Why there was no call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_called: Option<String>,
}

/// How often a header came, among the answers that could have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub sent: u64,
    pub of: u64,
    /// Whether the spec has it for one of them.
    pub in_spec: bool,
}

/// What a run has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub api: &'static str,
    /// The version of the spec.
    pub version: String,
    pub findings: Vec<Finding>,
    pub reads: BTreeMap<&'static str, Read>,
    pub lists: BTreeMap<&'static str, List>,
    /// By the name of the header and the status of the answer.
    pub headers: BTreeMap<String, Sent>,
}

/// Collects differences by operation, kind, place and detail.
#[derive(Default)]
pub struct Findings(BTreeMap<(&'static str, Kind, String, String), Met>);

/// How often a difference was met, and with which unknown codes.
#[derive(Default)]
struct Met {
    count: u64,
    codes: HashSet<Value>,
}

impl Findings {
    pub fn add(&mut self, operation: &'static str, difference: Difference) {
        let Difference {
            kind,
            place,
            detail,
            code,
        } = difference;
        let met = self.0.entry((operation, kind, place, detail)).or_default();
        met.count += 1;
        met.codes.extend(code);
    }

    pub fn into_list(self) -> Vec<Finding> {
        let findings = self.0.into_iter();
        let findings = findings.map(|((operation, kind, place, detail), met)| Finding {
            operation,
            kind,
            place,
            detail,
            count: met.count,
            different: (kind == Kind::Code).then_some(met.codes.len()),
        });
        findings.collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers: u64 = self.reads.values().map(|read| read.answers).sum();
        let called = self.reads.values().filter(|read| read.not_called.is_none()).count();
        writeln!(
            formatter,
            "{} {}: {called} of {} reads called, {}, {}",
            self.api,
            self.version,
            self.reads.len(),
            counted(answers as usize, "answer"),
            counted(self.findings.len(), "difference"),
        )?;
        let mut last = "";
        for finding in &self.findings {
            if finding.operation != last {
                writeln!(formatter, "\n{}", finding.operation)?;
                last = finding.operation;
            }
            let Finding {
                kind,
                place,
                detail,
                count,
                ..
            } = finding;
            let place = if place.is_empty() { "(the answer)" } else { place };
            write!(formatter, "  {kind:<8} {place}: {detail}, {}", times(*count))?;
            match finding.different {
                Some(different) => writeln!(formatter, ", {different} different")?,
                None => writeln!(formatter)?,
            }
        }
        if !self.lists.is_empty() {
            writeln!(formatter, "\nlists")?;
        }
        for (operation, list) in &self.lists {
            writeln!(formatter, "  {operation}: {list}")?;
        }
        if !self.headers.is_empty() {
            writeln!(formatter, "\nheaders")?;
        }
        for (name, Sent { sent, of, in_spec }) in &self.headers {
            let but = if *in_spec {
                ""
            } else {
                ", though the spec does not have it"
            };
            writeln!(formatter, "  {name}: in {sent} of {of} answers{but}")?;
        }
        self.not_well(formatter)
    }
}

fn times(count: u64) -> String {
    counted(count as usize, "time")
}

impl Report {
    /// The reads that were refused, failed or not called.
    fn not_well(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (operation, read) in &self.reads {
            let refused = read
                .refused
                .iter()
                .map(|(status, count)| format!("status {status}, {}", times(*count)));
            let failed = read
                .failed
                .iter()
                .map(|(kind, count)| format!("{kind}, {}", times(*count)));
            let not_called = read.not_called.iter().map(|reason| format!("not called: {reason}"));
            let all = refused.chain(failed).chain(not_called);
            lines.extend(all.map(|line| format!("  {operation}: {line}")));
        }
        if !lines.is_empty() {
            writeln!(formatter, "\nwithout an answer\n{}", lines.join("\n"))?;
        }
        Ok(())
    }
}
