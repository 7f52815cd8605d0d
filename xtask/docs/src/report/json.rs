//! The report for programs: one object, as the contract of the commands has it.

use super::Report;

/// The report as JSON.
pub fn render(report: &Report) -> String {
    // It does not fail: all keys are texts.
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    format!("{json}\n")
}
