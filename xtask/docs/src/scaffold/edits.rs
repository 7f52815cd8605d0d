//! What to change in a spec that has the operations of a page already.

use std::collections::HashSet;

use crate::deviations::entry_to_paste;
use crate::finding::{Finding, Kind, Step};
use crate::markup::squeeze;
use crate::report::fenced;
use xtask_cli::printable;

/// The list of edits: one bullet for each difference between page, lock and spec; empty if there is none. What a page
/// says against its own sample is no edit: it is reported elsewhere.
pub fn edits(findings: &[Finding]) -> String {
    let bullets = findings
        .iter()
        .filter(|finding| finding.step != Step::PageSample)
        .map(bullet);
    // Two steps can lead to the same edit.
    let mut seen = HashSet::new();
    bullets.filter(|bullet| seen.insert(bullet.clone())).collect()
}

/// The entries that silence those findings that a deviation may silence, for where the difference is meant to be; empty
/// if there are none.
pub fn records(findings: &[Finding]) -> String {
    let entries: Vec<_> = findings
        .iter()
        .filter(|finding| finding.step != Step::PageLock && finding.kind != Kind::StaleDeviation)
        .map(entry_to_paste)
        .collect();
    let Some(first) = findings.first().filter(|_| !entries.is_empty()) else {
        return String::new();
    };
    format!(
        "Where a difference is meant to be, record it in specs/{}/deviations.yaml, with its reason:\n\n{}",
        first.api,
        entries.join("\n")
    )
}

fn bullet(finding: &Finding) -> String {
    let place = match &finding.spec {
        Some(spec) => format!("{}:{}", spec.file, spec.line),
        None => format!("specs/{}/openapi.yaml", finding.api),
    };
    format!(
        "- {}, {} of {}: {}; {} ({})\n",
        code(&place),
        code(&finding.place),
        code(&finding.operation),
        change(finding),
        squeeze(&finding.remedy),
        code(&format!("{}:{}", finding.page, finding.line)),
    )
}

/// What differs; the remedy says what to do about it.
fn change(finding: &Finding) -> String {
    let side = |side: &str| {
        if side.is_empty() {
            "nothing".to_owned()
        } else {
            code(side)
        }
    };
    let what = finding.kind.to_string().replace('-', " ");
    format!("{what}: {} → {}", side(&finding.was), side(&finding.is))
}

/// Text as code of one line, in which whatever it holds is seen.
fn code(text: &str) -> String {
    fenced(&printable(text))
}

#[cfg(test)]
mod tests {
    use crate::finding::{Class, Kind, SpecLine};

    use super::*;

    fn finding(step: Step, kind: Kind, was: &str, is: &str) -> Finding {
        Finding {
            api: "insights".to_owned(),
            step,
            operation: "GET /plants".to_owned(),
            place: "query.pageSize".to_owned(),
            kind,
            class: Class::Breaking,
            was: was.to_owned(),
            is: is.to_owned(),
            page: "plants.md".to_owned(),
            line: 7,
            remedy: "follow the page".to_owned(),
            spec: Some(SpecLine {
                file: "specs/insights/openapi.yaml".to_owned(),
                line: 12,
            }),
        }
    }

    #[test]
    fn each_difference_is_an_edit_of_the_spec() {
        let mut nowhere = finding(Step::LockSpec, Kind::MemberMissing, "", "string");
        nowhere.spec = None;
        let text = edits(&[
            finding(Step::PageLock, Kind::Limit, "100", "200"),
            finding(Step::LockSpec, Kind::Limit, "50", "100"),
            nowhere,
            finding(Step::PageLock, Kind::CodeRemoved, "3 `x`\ny", ""),
            finding(Step::PageSample, Kind::SampleOnly, "", "string"),
        ]);
        let start = "`query.pageSize` of `GET /plants`";
        let end = "; follow the page (`plants.md:7`)";
        let expected = [
            format!("- `specs/insights/openapi.yaml:12`, {start}: limit: `100` → `200`{end}"),
            format!("- `specs/insights/openapi.yaml:12`, {start}: limit: `50` → `100`{end}"),
            format!("- `specs/insights/openapi.yaml`, {start}: member missing: nothing → `string`{end}"),
            format!("- `specs/insights/openapi.yaml:12`, {start}: code removed: ``3 `x`\\ny`` → nothing{end}"),
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
