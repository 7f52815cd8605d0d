//! The report for a terminal.

use xtask_cli::printable;

use super::content::{Report, difference, places, step_text};
use crate::finding::Finding;

/// The report as text: the findings by API and step, the summary last.
pub fn render(report: &Report) -> String {
    let is_same = |one: &Finding, other: &Finding| (&one.api, one.step) == (&other.api, other.step);
    let groups = report.findings.chunk_by(is_same).map(|group| {
        let (name, meaning, _) = step_text(group[0].step);
        let entries: String = group.iter().map(entry).collect();
        format!("{}: {name}: {meaning}\n\n{entries}", printable(&group[0].api))
    });
    groups.collect::<String>() + &report.summary.lines().join("\n") + "\n"
}

/// A finding in a few lines and a blank one.
fn entry(finding: &Finding) -> String {
    let title = format!("{} {} {}", finding.class, finding.operation, finding.place);
    let title = printable(&format!("{title} ({})", finding.kind));
    let sides = [difference(finding), places(finding).join(", ")];
    // A remedy may show lines to paste.
    let lines = sides.iter().map(String::as_str).chain(finding.remedy.lines());
    let lines = lines.map(|line| format!("    {}\n", printable(line)));
    format!("  {title}\n{}\n", lines.collect::<String>())
}
