//! Pages that are broken in every way: the extraction neither panics nor hangs, and says so where it understands
//! nothing.

use proptest::prelude::*;
use xtask_docs::extract::extract;
use xtask_docs::facts::Page;

/// A page in markdown about an invented service.
const MARKDOWN: &str = "# Send a Plant\n\n ## Permission\n\n| API | Permission |\n| --- | --- |\n\
    | `/garden/plants/{id}` | garden.plants.send or garden.plants.all |\n\n## Request\n\n\
    | Method | Endpoint | Description |\n| --- | --- | --- |\n| POST | `/garden/plants/{id}` | Sends a plant. |\n\n\
    ## Request Body\n\n#### By wind:\n\n| Parameter | Description | Type | Required? |\n|---|---|---|---|\n\
    | weight | In grams. The default value is 20 and its maximum value is 40. | int | Yes (No) |\n\
    | speed | How fast:<br><ul><li>**0** represents **Slow**<li> **1** for fast | `List<int>` | No |\n\n\
    > [!NOTE]\n> Either **weight** or **speed**.<ul><li>**3** - Deep</li></ul>\n\n**Parts:**\n\n\
    | Field | Description | Type |\n| --- | --- | --- |\n| size | See [Sizes](../sizes.md). | string |\n\n\
    <!--- | hidden | row | --->\n[is this right?]: #\n\n## Response Sample\n\nA 200 OK response.\n\n\
    ```json\n{\"id\": 1} // the id\n```\n";

/// The same service, as a site shows it.
const HTML: &str = "<!DOCTYPE html><html><body><nav><ul><li>Home</ul></nav><article><h1>Garden</h1>\n\
    <h2>POST api/plants</h2><div class=\"NOTE\"><p>Mind the gap.</div><h3>Request Information</h3>\n\
    <table><tr><th>Element<th>Description<th>Type<th>Required<tr><td>speed<td>How fast.<td>String\n\
    <p>Valid values:</p><ul><li><strong>slow</strong> for the road<li>fast for the air</ul><td>No</table>\n\
    <h3>Response Information</h3><table><thead><tr><th>Element</th><th>Element</th><th>Description</th><th>Type</th>\n\
    </tr></thead><tbody><tr><td rowspan=\"2\">plants</td><td>id</td><td>The id.</td><td>Int</td></tr>\n\
    <tr><td>sent</td><td>When.</td><td>DateTime</td></tr></tbody></table><pre><code>{&quot;id&quot;: 1}</code></pre>\n\
    </article></body></html>";

/// Something done to the bytes of a page.
#[derive(Clone, Debug)]
enum Change {
    Delete(usize, usize),
    Repeat(usize, usize),
    Move(usize, usize, usize),
    Insert(usize, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0..4096_usize;
    let markup = prop::sample::select(vec![
        "|",
        "\n",
        "```\n",
        "<ul>",
        "</td>",
        "<table>",
        "<b>",
        "**",
        "[",
        "](",
        "<!--",
        "> ",
        "- ",
        "&#x",
        "\u{0}",
        "é",
        "<svg><a>",
        "<math><mi>",
        "<script>",
        "<td rowspan=9>",
        "\t\t",
        "{",
        "0",
        "# ",
    ]);
    prop_oneof![
        (place(), 0..80_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), 0..80_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (place(), 0..80_usize, place()).prop_map(|(at, length, to)| Change::Move(at, length, to)),
        (place(), prop::collection::vec(any::<u8>(), 0..12)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place(), markup, 1..40_usize)
            .prop_map(|(at, text, count)| Change::Insert(at, text.repeat(count).into_bytes())),
    ]
}

fn apply(page: &mut Vec<u8>, change: &Change) {
    let at = |page: &Vec<u8>, place: usize| place % (page.len() + 1);
    let cut = |page: &Vec<u8>, place: usize, length: usize| {
        let start = at(page, place);
        start..(start + length).min(page.len())
    };
    match change {
        Change::Delete(place, length) => drop(page.drain(cut(page, *place, *length))),
        Change::Repeat(place, length) => {
            let range = cut(page, *place, *length);
            let part = page[range.clone()].to_vec();
            page.splice(range.start..range.start, part);
        }
        Change::Move(place, length, to) => {
            let part: Vec<u8> = page.drain(cut(page, *place, *length)).collect();
            let to = at(page, *to);
            page.splice(to..to, part);
        }
        Change::Insert(place, bytes) => {
            let to = at(page, *place);
            page.splice(to..to, bytes.iter().copied());
        }
    }
}

/// What holds of every page, however broken; says how much was found.
fn holds(name: &str, page: &[u8]) -> usize {
    let found = extract(name, page);
    // A carriage return ends a line too, but not twice.
    let ends = |at: &usize| page[*at] == b'\n' || (page[*at] == b'\r' && page.get(at + 1) != Some(&b'\n'));
    let lines = (0..page.len()).filter(ends).count() + 1;
    for unread in &found.unread {
        assert!(
            (1..=lines).contains(&unread.line),
            "{unread:?} in a page of {lines} lines"
        );
        assert!(!unread.what.is_empty() && !unread.remedy.is_empty());
    }
    for share in [found.coverage.tables, found.coverage.rows, found.coverage.items] {
        assert!(share.used <= share.total);
        assert!(
            share.used == share.total || !found.unread.is_empty(),
            "something is silently unread"
        );
    }
    let empty = found.page.operations.is_empty() && found.page.codes.is_none() && found.page.hosts.is_empty();
    assert!(
        !empty || !found.unread.is_empty(),
        "nothing was read, and nothing is documented"
    );
    let text = serde_json::to_string(&found.page).expect("facts are JSON");
    let again: Page = serde_json::from_str(&text).expect("facts can be read again");
    assert_eq!(again, found.page);
    text.len() / 64 + found.unread.len() + found.coverage.rows.total
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn mangled_pages_are_survived(changes in prop::collection::vec(change(), 1..12), html: bool) {
        let (name, text) = if html { ("docs/a.html", HTML) } else { ("docs/a.md", MARKDOWN) };
        let mut page = text.as_bytes().to_vec();
        for change in &changes {
            apply(&mut page, change);
        }
        holds(name, &page);
        holds("a.txt", &page);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for name in ["a.md", "a.html", "a.txt", ""] {
            holds(name, &bytes);
        }
    }
}

#[test]
fn the_pages_are_whole_before_they_are_mangled() {
    for (name, page) in [("docs/a/a.md", MARKDOWN), ("a.html", HTML)] {
        let found = extract(name, page.as_bytes());
        assert_eq!(found.unread, [], "{name}");
        assert_eq!(found.page.operations.len(), 1);
        assert_eq!(found.page.operations[0].tables.len(), 2);
    }
}

#[test]
fn endless_repetition_ends() {
    let units = [
        "<",
        "|",
        ">",
        "- ",
        "1. ",
        "[",
        "![",
        "](",
        "*",
        "**a ",
        "`",
        "<b>",
        "<p>",
        "<div>",
        "<ul><li>",
        "<table><tr><td>",
        "<svg><a>",
        "<math><mi>",
        "<blockquote>",
        "<b><p>x",
        "</p>",
        "&",
        "\\",
        "| a ",
        "| a | b |\n",
        "a|b\n-|-\n",
        "<!--",
        "<script>",
        "<td colspan=1000 rowspan=1000>",
        "> - ",
        "```\n",
        "# a\n",
        "[a]: b\n",
        "\n|",
        "~",
        "_a",
        "<a href=",
        "</td>",
    ];
    for unit in units {
        for form in ["md", "html"] {
            let heads = ["", "| A | B |\n| - | - |\n| "];
            for head in heads {
                let page = format!("{head}{}", unit.repeat(30_000 / unit.len()));
                let found = holds(&format!("docs/a.{form}"), page.as_bytes());
                assert!(
                    found <= page.len() + 100,
                    "{unit:?} as {form} behind {head:?}: {found} facts and reports"
                );
            }
        }
    }
}

#[test]
fn a_page_that_is_too_large_is_refused() {
    let found = extract("a.md", &vec![b'<'; 2_000_000]);
    assert!(
        found
            .unread
            .iter()
            .any(|unread| unread.fatal && unread.what.contains("bytes"))
    );
}

#[test]
fn a_table_of_too_many_columns_is_refused_with_its_place() {
    let columns = 3_000;
    let cells = |cell: &str| cell.repeat(columns);
    let markdown = format!(
        "text\n\n|{}\n|{}\n{}",
        cells("a|"),
        cells("-|"),
        "|b|\n".repeat(columns)
    );
    let html = format!(
        "text\n<table>\n<tr>{}{}</table>",
        cells("<td>a"),
        "<tr><td>b".repeat(columns)
    );
    let nested = format!("<table><tr><td>{}</table>", html.replace('\n', " "));
    for (name, page, line) in [("a.md", markdown, 4), ("a.html", html, 3), ("a.md", nested, 0)] {
        let found = extract(name, page.as_bytes());
        let refused = found
            .unread
            .iter()
            .find(|unread| unread.what == "a table has more than 32 columns");
        assert_eq!(
            refused.map(|unread| (unread.line, unread.fatal)),
            (line > 0).then_some((line, true)),
            "{name}"
        );
        assert!(!found.unread.is_empty() && found.coverage.rows.total == 0, "{name}");
    }
    // A cell that spans columns is one cell, however many it claims.
    let spanning = "<table><tr><th>Parameter<th>Description<th>Type<tr><td colspan=3000 rowspan=3000>a</table>";
    assert_eq!(extract("a.html", spanning.as_bytes()).coverage.rows.total, 1);
}
