//! Pages that cannot be understood.

use xtask_docs::extract::extract;
use xtask_docs::finding::{Class, Finding, Kind};

use crate::check::Garden;
use crate::garden::{SEARCH, replaced};

/// What was made of a page, and the kind and the line of what must be reported then.
fn broken() -> Vec<(&'static str, Vec<u8>, Kind, usize)> {
    let whole = Garden::new();
    let page = whole.text(SEARCH);
    let at = |text: &str| whole.line(SEARCH, text);
    let edited = |old: &str, new: &str| replaced(&page, old, new).into_bytes();
    let cut = |end: &str| page.as_bytes()[..page.find(end).expect("a place in the page")].to_vec();
    let mut byte = page.clone().into_bytes();
    let place = page.find("How tall").expect("a place in the page");
    byte[place] = 0xff;
    let (unread, unreadable) = (Kind::PageUnread, Kind::PageUnreadable);
    let url_table = "| bedId | Which bed. | string | Yes |";
    let delimiter = format!("| Parameter | Description | Type | Required |\n| --- | --- | --- | --- |\n{url_table}");
    vec![
        (
            "the line below a header is gone",
            edited(
                &delimiter,
                &format!("| Parameter | Description | Type | Required |\n{url_table}"),
            ),
            unread,
            at("## URL Parameters") + 2,
        ),
        (
            "a row lacks a cell",
            edited("| height | How tall. | integer |", "| height | How tall. |"),
            unread,
            at("| height |"),
        ),
        (
            "the endpoint is gone",
            edited("| POST | `/garden/v1/beds/{bedId}/plants` |", "| POST | |"),
            unreadable,
            at("| POST |"),
        ),
        (
            "the method is gone",
            edited("| POST |", "| |"),
            unreadable,
            at("| POST |"),
        ),
        (
            "it is cut off in a row",
            cut(" integer |\n| sownOn"),
            unread,
            at("| sownOn |") - 1,
        ),
        ("it is cut off above the endpoint", cut("| Method |"), unreadable, 1),
        ("a byte is wrong", byte, unread, at("| height |")),
        (
            "a comment is not closed",
            edited("## Response Sample", "<!-- Response Sample"),
            unreadable,
            at("## Response Sample"),
        ),
        ("it is empty", Vec::new(), unreadable, 1),
        (
            "it has become a web page",
            b"<!DOCTYPE html>\n<html><body><h1>Gone</h1><p>See the new site.</p></body></html>\n".to_vec(),
            unreadable,
            1,
        ),
        (
            "it is another kind of file",
            vec![0, 159, 146, 150, 10, 0, 255],
            unreadable,
            1,
        ),
    ]
}

#[test]
fn a_page_that_cannot_be_understood_is_told_with_its_line() {
    for (what, bytes, kind, line) in broken() {
        let mut garden = Garden::new();
        garden.write(SEARCH, bytes);
        let found = garden.changed();
        let reported = found
            .iter()
            .find(|finding| finding.kind == kind && finding.line == line)
            .unwrap_or_else(|| panic!("{what}: no {kind:?} at {line} in {found:#?}"));
        assert_eq!(
            (reported.page.as_str(), reported.class),
            (SEARCH, Class::Breaking),
            "{what}"
        );
        assert!(!reported.is.is_empty() && !reported.remedy.is_empty());
        // What is not understood says nothing, so it must not pass for deleted.
        let others = found
            .iter()
            .filter(|finding| !matches!(finding.kind, Kind::PageUnreadable | Kind::PageUnread));
        if kind == Kind::PageUnreadable {
            assert_eq!(others.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{what}");
        }
        assert_eq!(garden.against(&Garden::new().lock()).coverage.len(), 4, "{what}");
    }
}

#[test]
fn what_is_not_understood_does_not_pass_for_deleted() {
    let url_table = "| Parameter | Description | Type | Required |\n| --- | --- | --- | --- |\n| bedId";
    for (old, new) in [
        ("| height | How tall. | integer |", "| height | How tall. |"),
        (url_table, "| Parameter | Description | Type | Required |\n| bedId"),
        (
            url_table,
            "| Word | Description | Type | Required |\n| --- | --- | --- | --- |\n| bedId",
        ),
    ] {
        let found = Garden::edited(&[(SEARCH, old, new)])
            .against(&Garden::new().lock())
            .findings;
        let others = found.iter().filter(|finding| finding.kind != Kind::PageUnread);
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{new}");
        assert!(!found.is_empty(), "{new}");
    }
    // What is gone all the same is reported.
    let edits = [
        (SEARCH, "| height | How tall. | integer |\n", ""),
        (
            SEARCH,
            url_table,
            "| Parameter | Description | Type | Required |\n| bedId",
        ),
    ];
    let found = Garden::edited(&edits).changed();
    let gone: Vec<_> = found
        .iter()
        .filter(|finding| finding.kind == Kind::MemberRemoved)
        .map(|finding| finding.place.as_str())
        .collect();
    assert_eq!(gone.len(), 1, "{found:#?}");
    assert!(gone[0].ends_with(".height"), "{gone:?}");
}

#[test]
fn what_has_become_no_fact_counts_as_unused() {
    let odd = "| Mood | Weather |\n| --- | --- |\n| Good | Sun |\n| Bad | Rain |\n";
    let garden = Garden::new();
    let shares = |text: String| {
        let coverage = extract(SEARCH, text.as_bytes()).coverage;
        [coverage.tables, coverage.rows].map(|share| (share.used, share.total))
    };
    let [(tables, _), (rows, _)] = shares(garden.text(SEARCH));
    // Of a page of prose nothing is expected, and it is not reported; but nothing of it is used either.
    assert_eq!(shares(format!("# About gardens\n\n{odd}")), [(0, 1), (0, 2)]);
    // One that is reported, and one that stands where nothing is read.
    for heading in ["Moods", "Request Headers"] {
        let more = format!("{}\n## {heading}\n\n{odd}", garden.text(SEARCH));
        assert_eq!(shares(more), [(tables, tables + 1), (rows, rows + 2)], "{heading}");
    }
}

#[test]
fn a_broken_table_is_one_finding_at_its_line_and_counts_as_unread() {
    let (whole, rule) = (Garden::new(), "| --- |");
    let page = whole.text(SEARCH);
    let lines: Vec<&str> = page.lines().collect();
    let all = whole.against(&whole.lock()).coverage[SEARCH];
    let rules = (0..lines.len()).filter(|line| lines[*line].starts_with(rule));
    for line in rules {
        let end = (line..lines.len())
            .find(|end| !lines[*end].starts_with('|'))
            .expect("an end");
        let with = |from: usize, to: usize, by: &[&str]| [&lines[..from], by, &lines[to..]].concat().join("\n");
        let wider = format!("{} --- |", lines[line]);
        for (text, has_rows) in [
            (with(line, line + 1, &[]), true),
            (with(line, line + 1, &[""]), true),
            (with(line, line + 1, &[&wider]), true),
            (with(line, line + 1, &["---"]), true),
            (with(line + 1, end, &[]), false),
        ] {
            let mut garden = Garden::new();
            garden.write(SEARCH, &text);
            let drift = garden.against(&whole.lock());
            // Rows that are nowhere on the page are gone.
            let is_told = |told: &&Finding| has_rows || matches!(told.kind, Kind::PageUnread | Kind::PageUnreadable);
            let found = drift.findings.iter().filter(is_told);
            let found = found.map(|finding| (finding.kind, finding.line));
            let is_endpoint = lines[line - 1].contains("Endpoint");
            let kind = if is_endpoint {
                Kind::PageUnreadable
            } else {
                Kind::PageUnread
            };
            assert_eq!(found.collect::<Vec<_>>(), [(kind, line)], "{text}");
            let coverage = drift.coverage[SEARCH];
            assert_eq!(coverage.tables.total, all.tables.total, "{text}");
            assert!(coverage.tables.used < all.tables.used, "{text}");
            assert_eq!(coverage.rows.total == all.rows.total, has_rows, "{text}");
            assert!(coverage.rows.used < all.rows.used, "{text}");
        }
        // What is not shown is no table, and one without rows says nothing.
        for harmless in [
            "<table></table>",
            "<!--\n\n| Name | Value |\n| --- | --- |\n| a | 1 |\n-->",
        ] {
            let mut garden = Garden::new();
            garden.write(SEARCH, with(line - 2, line - 2, &["", harmless, ""]));
            let kinds: Vec<_> = garden.changed().iter().map(|finding| finding.kind).collect();
            assert_eq!(kinds, [Kind::PageWording], "{harmless}");
        }
    }
}

#[test]
fn a_table_of_raw_html_is_reported_at_its_own_line() {
    let odd = "\n<table>\n<tr><th>Weather</th><th>Mood</th></tr>\n<tr><td>Sunny</td><td>Good</td></tr>\n</table>\n";
    let heading = "## Request Sample\n";
    let mut garden = Garden::new();
    let page = garden.text(SEARCH);
    garden.write(SEARCH, page.replacen(heading, &format!("{odd}\n{heading}"), 1));
    let found = garden.changed();
    let unread = found.iter().filter(|finding| finding.kind == Kind::PageUnread);
    let lines: Vec<_> = unread.map(|finding| finding.line).collect();
    assert_eq!(lines, [garden.line(SEARCH, "<th>Weather")], "{found:#?}");
}
