//! The report as workflow commands of GitHub Actions, which show findings beside the lines of the specs.

use xtask_cli::printable;

use super::content::{Report, difference, places, step_text};
use crate::finding::{Class, Finding};

/// One command a finding, the summary last.
pub fn render(report: &Report) -> String {
    let commands: String = report.findings.iter().map(command).collect();
    commands + &report.summary.lines().join("\n") + "\n"
}

/// The command that shows a finding.
fn command(finding: &Finding) -> String {
    let level = match finding.class {
        Class::Breaking => "error",
        Class::Additive => "warning",
        Class::Documentation => "notice",
    };
    // The pages are the vendor's; of what is in this repository, the lock is nearest to them.
    let shown_at = match &finding.spec {
        Some(spec) => format!("file={},line={}", property(&spec.file), spec.line),
        None => format!("file=specs/{}/upstream.lock.json", property(&finding.api)),
    };
    let title = format!("{}: {}", step_text(finding.step).0, finding.kind);
    let (place, difference) = (&places(finding)[0], difference(finding));
    let about = format!("{} {}", finding.operation, finding.place);
    let first = printable(&format!("{about}: {difference} ({place})"));
    let message = data(&format!("{first}\n{}", finding.remedy));
    format!("::{level} {shown_at},title={}::{message}\n", property(&title))
}

/// A message of some lines, with what would end it escaped.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A property, with what would end it escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_message_or_a_property_is_escaped() {
        assert_eq!(data("50%\r\na:b,c\r##[d]"), "50%25%0Aa:b,c\\r#\\u{23}[d]");
        assert_eq!(property("50%\r\na:b,c"), "50%25%0Aa%3Ab%2Cc");
    }
}
