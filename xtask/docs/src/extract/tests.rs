//! Whole pages, invented, in the forms that the vendor's pages have.

use serde_json::json;

use super::{Extraction, extract};
use crate::facts::{Operation, Page, Required, Section};

/// A page of one operation.
const PAGE: &str = "# Send a Plant

## Permission

| API | Permissin |
|---|---|
| `/garden/plants/{id}` | garden.plants.send or garden.plants.all |

## Request

| HTTP Method | Endpoint | Description |
| --- | --- | --- |
| post | `garden/plants/{id}` | Sends a plant. |

## URL Parameters

| Parameter | Type | Description | Required |
| --- | --- | --- | --- |
| id | string | The plant, see [Labels](../labels.md). | Yes |

## Request Body

#### By wind:

| Field | Description | Type | Required? |
| --- | --- | --- | --- |
| weight | At most 40. The default value is 20. | int | Yes (No) |
| weight | Given twice. | int | No |

> [!NOTE]
> Mind the weight.

**Token parts:**

| Field | Description | Type | Required? |
| --- | --- | --- | --- |
| names | The names. | `List<string>` | No |

## Responses

If all is well, a 201 Created response comes back.

| Response | Description | Type |
| --- | --- | --- |
| state [1](#one) | The state:<ul><li>**0** - Lost<li>**1** - Sent | integer |

**Request Sample**

```json
https://garden.example/garden/plants/7
```

## Response Sample

```json
{\"state\": 1}
";

fn operation(found: &Extraction) -> &Operation {
    assert_eq!(found.unread, []);
    assert_eq!(found.page.operations.len(), 1);
    &found.page.operations[0]
}

#[test]
fn a_page_of_an_operation() {
    let found = extract("docs/garden/plants/send.md", PAGE.as_bytes());
    let operation = operation(&found);
    assert_eq!(
        (operation.method.as_str(), operation.endpoint.as_str(), operation.line),
        ("POST", "garden/plants/{id}", 13)
    );
    assert_eq!(operation.scopes, ["garden.plants.send", "garden.plants.all"]);
    assert_eq!(operation.scopes_line, Some(7));
    assert_eq!(operation.scopes_endpoint.as_deref(), Some("/garden/plants/{id}"));
    assert_eq!(operation.success, Some(201));
    let tables: Vec<_> = operation
        .tables
        .iter()
        .map(|table| (table.section, table.title.as_deref(), table.line))
        .collect();
    assert_eq!(
        tables,
        [
            (Section::Path, None, 19),
            (Section::Body, Some("By wind"), 27),
            (Section::Body, Some("Token parts"), 37),
            (Section::Response, None, 45),
        ]
    );
    assert_eq!(
        operation.tables[0].rows[0].codes_page.as_deref(),
        Some("docs/garden/labels.md")
    );
    let weight = &operation.tables[1].rows;
    assert_eq!(weight.len(), 2, "a row that stands there twice is two rows");
    assert_eq!(weight[0].required, Some(Required::Sometimes));
    assert_eq!(
        (weight[0].maximum, weight[0].default.clone()),
        (Some(40), Some(json!(20)))
    );
    assert_eq!(operation.tables[2].rows[0].kind.as_deref(), Some("array of string"));
    let state = &operation.tables[3].rows[0];
    assert_eq!((state.name.as_str(), state.codes.len()), ("state", 2));
    assert_eq!(operation.request.as_ref().map(|sample| sample.line), Some(50));
    assert_eq!(operation.response.as_ref().map(|sample| sample.line), Some(56));
    assert_eq!(
        (
            found.coverage.tables.used,
            found.coverage.rows.used,
            found.coverage.items.used
        ),
        (6, 7, 2)
    );
}

/// The page without what depends on its form.
fn formless(mut page: Page) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.retain(|name, _| !matches!(name.as_str(), "line" | "scopesLine" | "page" | "sha256"));
                members.values_mut().for_each(strip);
            }
            serde_json::Value::Array(entries) => entries.iter_mut().for_each(strip),
            _ => {}
        }
    }
    page.sha256.clear();
    let mut value = serde_json::to_value(page).unwrap();
    strip(&mut value);
    value
}

#[test]
fn a_page_gives_the_same_facts_as_markdown_and_as_a_site_shows_it() {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.render.r#unsafe = true;
    let site = format!(
        "<!DOCTYPE html><html><head><title>Garden</title></head><body><nav><ul><li><a href=/>Home</a></ul></nav>\
         <main><div class=content>{}</div></main><footer><table><tr><td>Imprint</table></footer></body></html>",
        comrak::markdown_to_html(PAGE, &options)
    );
    let markdown = extract("docs/garden/plants/send.md", PAGE.as_bytes());
    let html = extract("docs/garden/plants/send.html", site.as_bytes());
    assert_eq!(html.unread, []);
    assert_eq!(formless(html.page.clone()), formless(markdown.page));
    let line = site.lines().position(|line| line.contains("<td>id</td>")).unwrap();
    // The row's tag stands on the line above its first cell.
    assert_eq!(html.page.operations[0].tables[0].line, line);
}

#[test]
fn a_page_may_name_its_operations_in_headings() {
    let page = "# Garden\n\n## Permissions\n\n| API | Method | Permission Required |\n| --- | --- | --- |\n\
                | [/plants](#a) | GET | garden.read |\n| [/plants](#b) | POST | garden.send |\n\n## References\n\n\
                ### [GET]/plants\n\n#### Parameters (Query)\n\n| Parameter | Description | Type |\n\
                | --- | --- | --- |\n\
                | Top | How many. | Int |\n\n### [POST]/plants\n\n#### Responses\n\n\
                | Response | Description | Type |\n| --- | --- | --- |\n| Id | The id. | String |\n";
    let found = extract("garden.txt", page.as_bytes());
    assert_eq!(found.unread, []);
    let read: Vec<_> = found
        .page
        .operations
        .iter()
        .map(|operation| (&*operation.method, &operation.scopes[..]))
        .collect();
    assert_eq!(
        read,
        [
            ("GET", &["garden.read".to_owned()][..]),
            ("POST", &["garden.send".to_owned()][..])
        ]
    );
    assert_eq!(found.page.operations[0].tables[0].section, Section::Query);
    assert_eq!(found.page.operations[1].tables[0].section, Section::Response);
}

/// A web page of several operations, whose answers have a column for the parent of a member.
const REFERENCE: &str = "<html><body><h1>Garden</h1>
<h2>Get the Access Token</h2>
<table><tr><th>Element</th><th>Description</th></tr><tr><td>Scope</td><td>What you may do.</td></tr></table>
<h2>Web API URL</h2>
<table><tr><th>Data center</th><th>Web API URL</th></tr><tr><td>North</td><td>https://garden-n.example/</td></tr></table>
<h2>Supported APIs</h2><ul><li>Plants</li></ul>
<h2>POST api/v1/plants/find</h2>
<h3>Request Example</h3><pre>{}</pre>
<h3>Request Information</h3>
<table><tr><td>Elements</td><td>Description</td><td>Type</td><td>Required</td></tr>
<tr><td>ways</td><td>The ways. 40 names at most.</td><td>String Array<br>Valid values are:
<ul><li><b>slow</b> for the road (default)</li><li>By wind</li></ul></td><td>No</td></tr></table>
<h3>Response Information</h3>
<table><tr><td>Element</td><td>Element</td><td>Description</td><td>Type</td></tr>
<tr><td rowspan=2>results</td><td>id</td><td>The id.</td><td>Int</td></tr>
<tr><td>sent</td><td>When.</td><td>DateTime</td></tr>
<tr><td>message</td><td>message</td><td>The error.</td><td>String</td></tr></table>
<h3>Sample Reports</h3><p>A picture.</p>
<h2>GET api/v1/plants/file?id={id}</h2><h3>Response Information</h3>
<table><tr><td>Element</td><td>Description</td><td>Type</td></tr>
<tr><td>url</td><td>Where.</td><td>String</td></tr></table>
</body></html>";

#[test]
fn a_web_page_of_several_operations() {
    let found = extract("garden.txt", REFERENCE.as_bytes());
    assert_eq!(found.unread, []);
    assert_eq!(found.page.hosts[0].value, "https://garden-n.example/");
    let [find, file] = found.page.operations.as_slice() else {
        panic!("{:?}", found.page.operations)
    };
    assert_eq!((find.endpoint.as_str(), find.line), ("api/v1/plants/find", 7));
    assert_eq!(file.endpoint, "api/v1/plants/file");
    assert_eq!(find.tables[0].section, Section::Request);
    let ways = &find.tables[0].rows[0];
    assert_eq!(ways.kind.as_deref(), Some("array of string"));
    assert_eq!((ways.max_items, ways.default.clone()), (Some(40), Some(json!("slow"))));
    let codes: Vec<_> = ways
        .codes
        .iter()
        .map(|code| (code.code.clone(), code.label.as_deref()))
        .collect();
    assert_eq!(codes, [(json!("slow"), Some("the road")), (json!("By wind"), None)]);
    let rows: Vec<_> = find.tables[1]
        .rows
        .iter()
        .map(|row| (row.parent.as_deref(), row.name.as_str()))
        .collect();
    assert_eq!(
        rows,
        [(Some("results"), "id"), (Some("results"), "sent"), (None, "message")]
    );
    assert_eq!(find.request.as_ref().map(|sample| sample.line), Some(8));
}

#[test]
fn lists_of_codes_are_pages_of_their_own() {
    let table = "# Sizes\n\n| Size | Enumeration Value | Description |\n| --- | --- | --- |\n| Small | 0 | Fits. |\n";
    let found = extract("sizes.md", table.as_bytes());
    assert_eq!(found.unread, []);
    let codes = found.page.codes.unwrap();
    assert_eq!(codes.line, 5);
    assert_eq!(
        (codes.codes[0].code.clone(), codes.codes[0].label.as_deref()),
        (json!(0), Some("Small"))
    );

    let object = "## Places\n```json\n{\n  \"N\": \"North\",\n  \"S\": \"South\",\n  \"N\": \"New\"\n}\n```\n";
    let found = extract("places.md", object.as_bytes());
    assert_eq!(found.unread, []);
    assert_eq!(found.page.codes.unwrap().codes.len(), 3);

    let broken = object.replace("\"North\",", "\"North\"");
    let [unread] = extract("places.md", broken.as_bytes()).unread.try_into().unwrap();
    assert_eq!((unread.line, unread.fatal), (5, true), "{unread:?}");
}

#[test]
fn a_column_that_is_not_known_costs_no_row() {
    let wider = PAGE
        .replacen(
            "| Field | Description | Type | Required? |",
            "| Field | Description | Type | Required? | Since |",
            1,
        )
        .replacen(
            "| --- | --- | --- | --- |\n| weight",
            "| --- | --- | --- | --- | --- |\n| weight",
            1,
        );
    assert_ne!(wider, PAGE);
    let (known, found) = (
        extract("send.md", PAGE.as_bytes()),
        extract("send.md", wider.as_bytes()),
    );
    assert_eq!(found.page.operations, known.page.operations);
    let [unread] = found.unread.try_into().unwrap();
    assert_eq!((unread.line, unread.fatal), (25, false));
    assert!(unread.what.contains("`Since`"), "{unread:?}");
}

#[test]
fn prose_is_known_by_its_name_alone() {
    let prose = "# Change log\n\n- Added `/garden/plants`.\n";
    assert_eq!(extract("docs/garden/change-log.md", prose.as_bytes()).unread, []);
    let found = extract("docs/garden/send.md", prose.as_bytes());
    assert!(found.unread.iter().any(|unread| unread.fatal), "{:?}", found.unread);
}

#[test]
fn what_is_broken_is_reported_with_its_line() {
    // What is replaced in the page, by what, the line that is named, and whether the whole page is lost.
    let cases = [
        ("| --- | --- | --- |\n| post", "| post", 11, true),
        ("| post |", "| fetch |", 13, true),
        ("| `garden/plants/{id}` |", "| |", 13, true),
        ("| garden.plants.send or garden.plants.all |", "| ask us |", 7, false),
        ("| API | Permissin |\n|---|---|\n", "| API | Permissin |\n", 5, false),
        (
            "| id | string | The plant, see [Labels](../labels.md). | Yes |",
            "| id |",
            19,
            false,
        ),
        ("| id | string |", "| | string |", 19, false),
        ("| Yes |\n", "| Perhaps |\n", 19, false),
        (
            "| Field | Description | Type | Required? |",
            "| Field | Colour | Type | Required? |",
            25,
            false,
        ),
        ("## Request Body", "## Plant", 25, false),
        ("| weight | Given", "\n| weight | Given", 29, false),
        ("**1** - Sent", "a word on the state that is no code", 45, false),
        (
            "> [!NOTE]\n> Mind the weight.",
            "```\nhttps://garden.example",
            36,
            false,
        ),
        ("If all is well", "- one\n- two\n\nIf all is well", 41, false),
        ("> Mind the weight.", "> | a | b |\n> | - | - |", 31, false),
    ];
    let mut failed = Vec::new();
    for (from, to, line, fatal) in cases {
        assert!(PAGE.contains(from), "{from}");
        let found = extract("docs/garden/send.md", PAGE.replacen(from, to, 1).as_bytes());
        let named = found.unread.iter().any(|unread| unread.line == line);
        let lost = found.unread.iter().any(|unread| unread.fatal);
        if !named || lost != fatal {
            failed.push(format!("{from} -> {to}: {:#?}", found.unread));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    let mut page = PAGE.as_bytes().to_vec();
    page.extend(b"\n\xff");
    let found = extract("send.md", &page);
    assert!(
        found.unread.iter().any(|unread| unread.what.contains("UTF-8")),
        "{:?}",
        found.unread
    );
    assert_eq!(found.page.operations.len(), 1);
}

#[test]
fn an_operation_of_a_web_page_says_its_query_and_shows_its_call_as_a_program() {
    let text = r#"<html><body><article>
<h2>POST api/v1/plants/send</h2><h3>Example</h3>
<pre><code>using (var client = new HttpClient())
var url = "{URL}";
var filter = @"{'names': ['a'], 'weight': 1}";
</code></pre>
<h3>Request Information</h3>
<table><tr><td>Element</td><td>Description</td><td>Type</td><td>Required</td></tr>
<tr><td>weight</td><td>The weight.</td><td>Int<br>Valid values are:<ul><li>1 (for light)</li><li>2 (heavy)</li></ul></td>
<td>No</td></tr></table>
<h2>GET api/v1/plants/file?id={id}</h2><h3>Example</h3><pre>var url = "{URL}";</pre>
<h3>Request Information</h3>
<table><tr><td>Element</td><td>Description</td><td>Type</td><td>Required</td></tr>
<tr><td>id</td><td>The id.</td><td>Int</td><td>Yes</td></tr></table>
</article></body></html>"#;
    let found = extract("garden.html", text.as_bytes());
    assert_eq!(found.unread, []);
    let [send, file] = found.page.operations.as_slice() else {
        panic!("{:?}", found.page.operations)
    };
    let sample = send.request.as_ref().unwrap();
    assert_eq!(sample.line, 5);
    let places: Vec<_> = sample.shape.keys().map(String::as_str).collect();
    assert_eq!(places, ["", "names", "names[]", "weight"]);
    let codes = &send.tables[0].rows[0].codes;
    let codes: Vec<_> = codes
        .iter()
        .map(|code| (code.code.clone(), code.label.as_deref()))
        .collect();
    assert_eq!(codes, [(json!(1), Some("light")), (json!(2), Some("heavy"))]);
    assert_eq!(file.endpoint, "api/v1/plants/file");
    assert_eq!(file.tables[0].section, Section::Query);
    assert_eq!(file.request, None);
}
