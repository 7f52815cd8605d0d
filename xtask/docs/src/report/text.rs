//! The report for a terminal.

use xtask_cli::printable;

use super::content::{Report, difference, step_meaning, step_name};
use crate::finding::Finding;

/// The report as text: the findings by API and step, the summary last.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for group in report
        .findings
        .chunk_by(|one, other| (&one.api, one.step) == (&other.api, other.step))
    {
        if let Some(first) = group.first() {
            let (name, meaning) = (step_name(first.step), step_meaning(first.step));
            out.push_str(&format!("{}: {name}: {meaning}\n\n", printable(&first.api)));
        }
        for finding in group {
            out.push_str(&entry(finding));
        }
    }
    for line in report.summary.lines() {
        out.push_str(&printable(&line));
        out.push('\n');
    }
    out
}

/// A finding in a few lines and a blank one.
fn entry(finding: &Finding) -> String {
    let spec = finding
        .spec_beside_page()
        .map_or_else(String::new, |spec| format!(", {}:{}", spec.file, spec.line));
    let place = format!("{} {}", printable(&finding.operation), printable(&finding.place));
    // A remedy may show lines to paste.
    let remedy: Vec<_> = finding
        .remedy
        .lines()
        .map(|line| format!("    {}\n", printable(line)))
        .collect();
    format!(
        "  {} {place} ({})\n    {}\n    {}:{}{spec}\n{}\n",
        finding.class,
        finding.kind,
        difference(finding),
        printable(&finding.page),
        finding.line,
        remedy.concat(),
    )
}
