//! The report for programs, as the contract of the commands has it.

use serde_json::Value;

/// Expects the members of the contract and no other, and gives the findings.
#[track_caller]
pub fn findings(report: &Value) -> &[Value] {
    let members = |value: &Value| -> Vec<String> { value.as_object().expect("an object").keys().cloned().collect() };
    assert_eq!(members(report), ["findings", "summary"]);
    let findings = report["findings"].as_array().expect("a list");
    for finding in findings {
        let expected = "api step operation place kind class was is page line remedy";
        assert_eq!(members(finding).join(" "), expected);
        assert!(finding["line"].as_u64().is_some_and(|line| line > 0), "{finding}");
    }
    findings
}
