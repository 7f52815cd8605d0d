//! The report for the body of a pull request: a table of findings for each step and API.

use xtask_cli::printable;

use super::content::{Report, fenced, places, step_text};
use crate::finding::Finding;

/// The characters that GitHub takes for the body of a pull request, less those for the lines that end a report, and for
/// the words that a workflow may put around it.
const LIMIT: usize = 65_536 - 4_096;

/// The report as markdown. What does not fit is counted.
pub fn render(report: &Report) -> String {
    let summary = report.summary.lines().into_iter();
    let summary: String = summary.map(|line| format!("- {}\n", prose(&line))).collect();
    let end = format!("## Summary\n\n{summary}");
    let room = LIMIT.saturating_sub(end.chars().count());
    let (mut out, mut length, mut left) = (String::new(), 0, report.findings.len());
    for row in rows(report) {
        length += row.chars().count();
        if length > room {
            out += &format!("\n… and {left} more: `cargo xtask docs drift` shows all of them.\n");
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    let blank = if out.is_empty() { "" } else { "\n" };
    format!("{out}{blank}{end}")
}

/// A row for each finding, by step and API, with the heading before the first of each.
fn rows(report: &Report) -> Vec<String> {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.step);
    let mut rows = Vec::new();
    for of_step in findings.chunk_by(|one, other| one.step == other.step) {
        let (name, meaning, sides) = step_text(of_step[0].step);
        let [name, meaning, was, is] = [name, meaning, sides[0], sides[1]].map(capital);
        let blank = if rows.is_empty() { "" } else { "\n" };
        let mut heading = format!("{blank}## {name}\n\n{meaning}.\n");
        for of_api in of_step.chunk_by(|one, other| one.api == other.api) {
            let api = prose(&of_api[0].api);
            heading.push_str(&format!(
                "\n### {api}\n\n| Class | Operation and place | Kind | {was} | {is} | Where | Remedy |\n\
                 | --- | --- | --- | --- | --- | --- | --- |\n"
            ));
            for finding in of_api {
                rows.push(std::mem::take(&mut heading) + &row(finding));
            }
        }
    }
    rows
}

/// The row of a finding.
fn row(finding: &Finding) -> String {
    let places: Vec<_> = places(finding).iter().map(|place| code(place)).collect();
    // Below its first line a remedy may show lines to paste.
    let mut lines = finding.remedy.lines();
    let mut remedy = lines.next().map(prose).unwrap_or_default();
    let paste: Vec<_> = lines.map(escaped).collect();
    if !paste.is_empty() {
        remedy.push_str(&format!("<pre>{}</pre>", paste.join("<br>")));
    }
    format!(
        "| {} | {}<br>{} | {} | {} | {} | {} | {remedy} |\n",
        finding.class,
        code(&finding.operation),
        code(&finding.place),
        finding.kind,
        code(&finding.was),
        code(&finding.is),
        places.join("<br>"),
    )
}

/// A text as code, in which nothing is markup, a link or the name of a user.
fn code(text: &str) -> String {
    if text.is_empty() {
        return "—".to_owned();
    }
    let text = printable(text);
    if text.contains('|') {
        // A table splits its cells before it sees code, and its escapes are not the same everywhere.
        return format!("<code>{}</code>", escaped(&text));
    }
    fenced(&text)
}

/// A text of ours, in which names stand as code between backticks and nothing else is markup.
fn prose(text: &str) -> String {
    // With a backtick too many it is not ours alone.
    if text.matches('`').count() % 2 == 1 {
        return plain(text);
    }
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => plain(part),
        _ if part.is_empty() => plain("``"),
        _ => code(part),
    });
    parts.collect()
}

/// A text in which nothing is markup or the name of a user, which an invisible word joiner keeps GitHub from seeing.
fn plain(text: &str) -> String {
    escaped(text).replace('@', "@&#8288;")
}

/// A text in which nothing is markup.
fn escaped(text: &str) -> String {
    let shown = |letter: char| match letter {
        '&' | '<' | '>' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '#' | '!' => {
            format!("&#{};", u32::from(letter))
        }
        letter => letter.to_string(),
    };
    printable(text).chars().map(shown).collect()
}

/// A text with a capital first.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use comrak::nodes::{AstNode, NodeValue};
    use comrak::{Arena, Options};
    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Class, Kind, Step};
    use crate::report::Summary;

    fn finding(was: &str, is: &str) -> Finding {
        Finding {
            api: "plants".to_owned(),
            step: Step::LockSpec,
            operation: "GET /plants".to_owned(),
            place: "response.data".to_owned(),
            kind: Kind::Type,
            class: Class::Breaking,
            was: was.to_owned(),
            is: is.to_owned(),
            page: "plants.md".to_owned(),
            line: 3,
            remedy: "change `response.data`".to_owned(),
            spec: None,
        }
    }

    #[test]
    fn a_place_that_is_page_and_spec_at_once_is_shown_once() {
        let at = |line| Finding {
            spec: Some(crate::finding::SpecLine {
                file: "plants.md".to_owned(),
                line,
            }),
            ..finding("array", "object")
        };
        assert_eq!(super::row(&at(3)).matches("plants.md").count(), 1);
        assert_eq!(super::row(&at(4)).matches("plants.md").count(), 2);
    }

    /// The text of a node as a reader sees it: without tags.
    fn text<'a>(node: &'a AstNode<'a>) -> String {
        let own = match &node.data.borrow().value {
            NodeValue::Text(text) => text.to_string(),
            NodeValue::Code(code) => code.literal.clone(),
            _ => String::new(),
        };
        node.children().fold(own, |whole, child| whole + &text(child))
    }

    /// The cells of the row of a report's only finding, as GitHub shows them.
    fn cells(finding: &Finding) -> Vec<String> {
        let rendered = Report::new(vec![finding.clone()], Summary::default()).render(super::super::Format::Markdown);
        let arena = Arena::new();
        let mut options = Options::default();
        options.extension.table = true;
        let root = comrak::parse_document(&arena, &rendered, &options);
        let rows: Vec<_> = root
            .descendants()
            .filter(|node| matches!(node.data.borrow().value, NodeValue::TableRow(_)))
            .map(|row| row.children().map(text).collect::<Vec<_>>())
            .collect();
        assert_eq!(rows.len(), 2, "{rendered}");
        rows.into_iter().next_back().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn whatever_a_page_says_stays_in_its_cell(
            was in r#"[`|\\<>&*_\[\]@#~!a \n]{1,16}"#,
            is in r#"\PC{1,10}|(?s:.){1,10}"#,
        ) {
            let cells = cells(&finding(&format!("x{was}x"), &format!("x{is}x")));
            prop_assert_eq!(cells.len(), 7);
            prop_assert_eq!(&cells[3], &printable(&format!("x{was}x")));
            prop_assert_eq!(&cells[4], &printable(&format!("x{is}x")));
        }

        #[test]
        fn a_remedy_shows_its_text(remedy in r#"[`|\\<>&*_\[\]#~!a]{1,12}"#) {
            let cells = cells(&Finding { remedy: format!("x{remedy}x"), ..finding("a", "b") });
            let shown = cells[6].replace('`', "");
            prop_assert_eq!(shown, printable(&format!("x{remedy}x")).replace('`', ""));
        }
    }

    #[test]
    fn a_long_report_fits_and_counts_the_rest() {
        let findings: Vec<_> = (0..5_000)
            .map(|number| finding(&format!("number {number}"), "ü"))
            .collect();
        let rendered = Report::new(findings, Summary::default()).render(super::super::Format::Markdown);
        assert!(rendered.chars().count() <= LIMIT + 200, "{}", rendered.chars().count());
        let shown = rendered.matches("number ").count();
        assert!(shown > 200, "{shown}");
        assert!(rendered.contains(&format!("… and {} more", 5_000 - shown)));
        assert!(rendered.contains("## Summary"));
    }

    #[test]
    fn a_name_is_no_mention_of_a_user() {
        assert_eq!(
            prose("ask @someone about `@odata`"),
            "ask @&#8288;someone about `@odata`"
        );
    }
}
