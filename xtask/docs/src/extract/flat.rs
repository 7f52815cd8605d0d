//! The flattened text of a web page: its words without its tables.
//!
//! The cells of a row stand one behind the other, with nothing or a blank between them, and a cell of several lines
//! spreads the row over several lines. What can be taken apart without guessing is; the rest is reported.

mod rows;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::patterns::{Pattern, pattern};
use super::sections::{self, Part};
use super::{Unread, program, sample};
use crate::facts::{Listed, Operation, Row, Sample, Section, Table};
use crate::page::Code;

use rows::Columns;

/// A row of the table of an endpoint, with blanks between its cells.
static ENDPOINT: Pattern = LazyLock::new(|| pattern(r"^([A-Z]{3,7}) (\S*/\S*)(?: \S.*)?$"));

/// A scope in the words about it, or behind the endpoint that needs it.
static SCOPE: Pattern = LazyLock::new(|| {
    pattern(concat!(
        r"(?:\b[Ss]cope (?:is|are) |^(?P<endpoint>\S*/\S*) )",
        r"(?P<scopes>[a-z]+(?:\.[a-z]+){2,}(?:(?:,|, | or )[a-z]+(?:\.[a-z]+){2,})*)\.?$",
    ))
});

/// The status of a success in the words about it.
static SUCCESS: Pattern = LazyLock::new(|| pattern(r"\b(2[0-9]{2}) [A-Z]"));

/// Where a sample begins: with JSON or a URL.
static SAMPLE: Pattern = LazyLock::new(|| pattern(r#"^(?:[\[{"]|(?:[A-Z]{3,7} )?(?:https?:/)?/\S)"#));

/// A row of a list of hosts: what the host is for, and its URL.
static HOST: Pattern = LazyLock::new(|| pattern(r"^[^:]+?(https?://\S+)$"));

/// What to do about a part of a text that cannot be taken apart.
const REMEDY: &str = "hand over the HTML of the page, which keeps the cells of its tables apart";

/// A line of the text.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

/// The lines of a text, without the blanks around them.
fn lines(text: &str) -> Vec<Line<'_>> {
    let lines = text.lines().enumerate();
    lines
        .map(|(index, text)| Line {
            number: index + 1,
            text: text.trim(),
        })
        .collect()
}

/// The hosts of the tables whose last column is one of URLs.
pub fn hosts(text: &str) -> Vec<Listed> {
    let mut hosts = Vec::new();
    let mut in_table = false;
    for line in lines(text) {
        let host = HOST.captures(line.text).and_then(|found| found.get(1));
        in_table = match host {
            Some(host) if in_table => {
                hosts.push(Listed {
                    value: host.as_str().to_owned(),
                    line: line.number,
                });
                true
            }
            _ => line.text.ends_with("URL"),
        };
    }
    hosts
}

/// Reads the operations that a text describes, and says what of them could not be read.
pub fn read(text: &str) -> (Vec<Operation>, Vec<Unread>) {
    let lines = lines(text);
    let heads = heads(&lines);
    // What is said above all operations holds for each of them.
    let above = lines
        .get(..heads.first().map_or(0, |head| head.start))
        .unwrap_or_default();
    let common = scopes(above);
    let (mut operations, mut unread) = (Vec::new(), Vec::new());
    for (index, head) in heads.iter().enumerate() {
        let end = heads.get(index + 1).map_or(lines.len(), |next| next.start);
        let lines = lines.get(head.start..end).unwrap_or_default();
        if let Some(mut operation) = operation(head, lines, &mut unread) {
            if operation.scopes.is_empty()
                && let Some(common) = &common
            {
                operation.scopes.clone_from(&common.scopes);
                operation.scopes_line = Some(common.line);
            }
            operations.push(operation);
        }
    }
    unread.sort_by_key(|unread: &Unread| unread.line);
    (operations, unread)
}

/// Where the description of an operation begins, and what names the operation.
struct Head {
    /// The index of the first line of the description.
    start: usize,
    line: usize,
    method: String,
    endpoint: String,
    /// The parameters that stand in the query of the endpoint.
    query: Vec<String>,
}

fn heads(lines: &[Line<'_>]) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    // The scopes may stand above the endpoint.
    let mut permission = None;
    for (index, line) in lines.iter().enumerate() {
        if part(lines, index) == Some(Part::Permission) {
            permission = Some(index);
        }
        let in_table = index > 0
            && lines
                .get(index - 1)
                .is_some_and(|above| above.text.starts_with("Method"));
        let (found, start) = if in_table {
            let found = ENDPOINT.captures(line.text).and_then(|cells| {
                let (_, [method, endpoint]) = cells.extract();
                Some((sections::method(method)?, endpoint.to_owned()))
            });
            (found, permission.take().unwrap_or(index))
        } else {
            (sections::endpoint(line.text), index)
        };
        let Some((method, endpoint)) = found else {
            continue;
        };
        let (endpoint, query) = sections::split_query(&endpoint);
        heads.push(Head {
            start,
            line: line.number,
            method,
            endpoint,
            query,
        });
    }
    heads
}

/// The part that a line opens. A heading stands between blank lines; what stands in a table does not.
fn part(lines: &[Line<'_>], index: usize) -> Option<Part> {
    let blank = |at: Option<usize>| at.and_then(|at| lines.get(at)).is_none_or(|line| line.text.is_empty());
    let line = lines.get(index)?;
    if !blank(index.checked_sub(1)) || !blank(Some(index + 1)) {
        return None;
    }
    match line.text {
        // Only requests have an example of this title.
        "Example" => Some(Part::RequestSample),
        text => sections::part(text),
    }
}

fn operation(head: &Head, lines: &[Line<'_>], unread: &mut Vec<Unread>) -> Option<Operation> {
    let mut operation = Operation {
        method: head.method.clone(),
        endpoint: head.endpoint.clone(),
        line: head.line,
        ..Operation::default()
    };
    let parts = parts(lines);
    if parts.is_empty() {
        unread.push(Unread {
            line: head.line,
            what: format!("nothing below {} {} describes it", head.method, head.endpoint),
            remedy: "see what has become of its description".to_owned(),
            fatal: false,
        });
        return None;
    }
    let request = blocks(&parts, Part::RequestSample);
    let response = blocks(&parts, Part::ResponseSample);
    // Which members hold others is only to be seen in the samples.
    let none = BTreeSet::new();
    let holders = [
        holders(&sample::request(&request, &none)),
        holders(&sample::response(&response, &none)),
    ];
    for (part, lines) in &parts {
        match part {
            Part::Table(section) => {
                let holders = if *section == Section::Response {
                    &holders[1]
                } else {
                    &holders[0]
                };
                tables(*section, head, lines, holders, &mut operation.tables, unread);
                if *section == Section::Response {
                    operation.success = operation.success.or_else(|| success(lines));
                }
            }
            Part::Permission => {
                if let Some(found) = scopes(lines) {
                    let endpoint = found.endpoint.filter(|endpoint| *endpoint != operation.endpoint);
                    operation.scopes_endpoint = endpoint;
                    operation.scopes = found.scopes;
                    operation.scopes_line = Some(found.line);
                }
            }
            _ => {}
        }
    }
    sample::add(&mut operation, &request, &response);
    Some(operation)
}

/// The parts of a description, each with the lines below its heading.
fn parts<'a, 'l>(lines: &'l [Line<'a>]) -> Vec<(Part, &'l [Line<'a>])> {
    let starts: Vec<_> = (0..lines.len())
        .filter_map(|index| Some((index, part(lines, index)?)))
        .collect();
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([lines.len()]);
    let parts = starts.iter().zip(ends);
    parts
        .map(|((start, part), end)| (*part, lines.get(start + 1..end).unwrap_or_default()))
        .collect()
}

/// The code blocks of the samples, which no fences mark.
fn blocks(parts: &[(Part, &[Line<'_>])], wanted: Part) -> Vec<Code> {
    let parts = parts.iter().filter(|(part, _)| *part == wanted);
    parts
        .filter_map(|(_, lines)| {
            let numbered = lines.iter().map(|line| (line.number, line.text));
            if let Some(body) = program::sent_by(numbered) {
                return body;
            }
            let start = lines.iter().position(|line| SAMPLE.is_match(line.text))?;
            let lines = lines.get(start..)?;
            let text: Vec<_> = lines.iter().map(|line| line.text).collect();
            Some(Code {
                text: text.join("\n"),
                line: lines.first()?.number,
            })
        })
        .collect()
}

/// The names of the members of a sample that hold others.
fn holders(sample: &Sample) -> BTreeSet<String> {
    let shape = sample.shape.iter();
    let holders = shape.filter(|(_, kinds)| kinds.contains("array") || kinds.contains("object"));
    let names = holders.filter_map(|(place, _)| place.rsplit('.').next());
    names
        .filter(|name| !name.is_empty() && !name.ends_with("[]"))
        .map(str::to_owned)
        .collect()
}

/// Reads the tables among the lines of a part.
fn tables(
    section: Section,
    head: &Head,
    lines: &[Line<'_>],
    holders: &BTreeSet<String>,
    tables: &mut Vec<Table>,
    unread: &mut Vec<Unread>,
) {
    let mut rest = lines.iter().enumerate();
    while let Some((index, line)) = rest.next() {
        let Some(columns) = Columns::of(line.text) else {
            if rows::looks_like_a_row(line.text) {
                unread.push(unread_row(line.number, "a row stands outside of a table"));
            } else if rows::looks_like_a_head(line.text) {
                unread.push(unread_row(line.number, "a table has other columns"));
            }
            continue;
        };
        let below = lines.get(index + 1..).unwrap_or_default();
        // A note may follow without a blank line.
        let is_row = |line: &&Line<'_>| !line.text.is_empty() && line.text != "NOTE";
        let count = below.iter().take_while(is_row).count();
        let rows = rows::read(columns, below.get(..count).unwrap_or_default(), holders, unread);
        if count > 0 {
            rest.nth(count - 1);
        }
        let Some((first, _)) = rows.first() else {
            unread.push(unread_row(line.number, "a table has no rows"));
            continue;
        };
        let line = *first;
        let rows = with_lines(rows);
        tables.push(Table {
            section: sections::section_of(section, &head.query, &rows),
            title: None,
            line,
            rows,
        });
    }
}

/// The rows with their lines, where those do not follow from that of the first.
fn with_lines(rows: Vec<(usize, Row)>) -> Vec<Row> {
    let first = rows.first().map_or(0, |(line, _)| *line);
    let rows = rows.into_iter().enumerate();
    rows.map(|(index, (line, row))| Row {
        line: (line != first + index).then_some(line),
        ..row
    })
    .collect()
}

fn unread_row(line: usize, what: &str) -> Unread {
    Unread {
        line,
        what: what.to_owned(),
        remedy: REMEDY.to_owned(),
        fatal: false,
    }
}

fn success(lines: &[Line<'_>]) -> Option<u16> {
    let found = lines.iter().find_map(|line| SUCCESS.captures(line.text))?;
    found.get(1)?.as_str().parse().ok()
}

/// Scopes, and where they are named.
struct Scopes {
    scopes: Vec<String>,
    line: usize,
    endpoint: Option<String>,
}

fn scopes(lines: &[Line<'_>]) -> Option<Scopes> {
    lines.iter().find_map(|line| {
        let found = SCOPE.captures(line.text)?;
        let names = found.name("scopes")?.as_str();
        let names = names.split([',', ' ']);
        Some(Scopes {
            scopes: names.filter(|name| name.contains('.')).map(str::to_owned).collect(),
            line: line.number,
            endpoint: found.name("endpoint").map(|endpoint| endpoint.as_str().to_owned()),
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::facts::Required;

    /// A page with glued cells about an invented service.
    const GLUED: &str = r#"Harbour Web API

ElementDescription
ScopeFor ships, the scope is harbour.ships.readwrite.all.

Data centerWeb API URL
Northhttps://north.harbour.example/ships
South (Port)https://south.harbour.example/ships

Moor it with the POST api/v1/Ship/moor API.

POST api/v1/Ship/moor

Moors ships.

NOTE

Tides matter.

Example

var url = "{URL}";
var filter = @"{'names': ['a','b'], 'berth': 1}";

Request Information

ElementsDescriptionTypeRequired
namesSets the names of the ships. 50 ships at most.String ArrayYes
berthSets the berth.
Int
Valid values are:
1 for the long pier (default)
-2 for nowhere
No
pageSets the page of the list.Int
The default value is 1.
Yes
sizeSets the size. The number must be no larger than 20.IntNo
NOTE

Leave the names empty to moor none.

Response Information

ElementElementDescriptionType
shipsdisplayNameThe name.String
shipsflagThe flag of the ship.
Valid values are:
Red for a ship that takes on fuel and must be left alone
Quarantine Yellow
String
ships
tonnageThe tonnage of the shipInt
statusstatusThe status. It responds with “null” by default.Int

Response Example

{
    "ships": [{"displayName": "Ada", "flag": "Red", "tonnage": 3}],
    "status": 200
}

GET api/v1/ship/log?id={id}

Gets the log.

Request Example

http://hostname:port/api/v1/ship/log?id={id}|

Request Information

ElementsDescriptionTypeRequired
idSets the ID of the ship.IntYes

Response Information

ElementDescriptionType
/The log as a file.File Stream
"#;

    /// A page with blanks between the cells.
    const SPACED: &str = "Count Ships

Permission

The following permission is required.

API Permission
/harbour/v3/ships/{port} harbour.ships.read.all

Request

Method Endpoint Description
GET /harbour/v3/ships/{port} Counts the ships.

URL Parameters

Parameter Description Type Required
port The ID of the port. string Yes

Query Parameters

Parameter Description Type Required
kinds The kinds of ships.
  • 0 - Sailing ship
  • 1 - Steamer
integer No
size The page size. The default value is 20. integer No

Response

If all is well, a 202 Accepted response is returned.

Response Description Type
count The number of ships. integer

Request Sample

Send a GET request.

https://harbour.example/harbour/v3/ships/12

Response Sample

All is well:

{
    \"count\": 10 // ships
}
";

    fn whole(text: &str) -> Vec<Operation> {
        let (operations, unread) = read(text);
        assert_eq!(unread, []);
        operations
    }

    fn row(name: &str, kind: &str, line: Option<usize>) -> Row {
        Row {
            name: name.to_owned(),
            kind: Some(kind.to_owned()),
            line,
            ..Row::default()
        }
    }

    fn code(code: serde_json::Value, label: Option<&str>) -> crate::facts::Code {
        crate::facts::Code {
            code,
            label: label.map(str::to_owned),
        }
    }

    #[test]
    fn operations_begin_at_headings_and_share_the_scope() {
        let operations = whole(GLUED);
        let found: Vec<_> = operations
            .iter()
            .map(|found| (found.method.as_str(), found.endpoint.as_str(), found.line))
            .collect();
        assert_eq!(
            found,
            [("POST", "api/v1/Ship/moor", 12), ("GET", "api/v1/ship/log", 63)]
        );
        for operation in operations {
            assert_eq!(operation.scopes, ["harbour.ships.readwrite.all"]);
            assert_eq!(operation.scopes_line, Some(4));
        }
    }

    #[test]
    fn glued_rows_are_taken_apart() {
        let operations = whole(GLUED);
        let [request, response] = operations[0].tables.as_slice() else {
            panic!("{:?}", operations[0].tables)
        };
        assert_eq!((request.section, request.line), (Section::Request, 28));
        let expected = [
            Row {
                required: Some(Required::Yes),
                max_items: Some(50),
                ..row("names", "array of string", None)
            },
            Row {
                required: Some(Required::No),
                default: Some(json!(1)),
                codes: vec![code(json!(1), Some("the long pier")), code(json!(-2), Some("nowhere"))],
                ..row("berth", "integer", None)
            },
            Row {
                required: Some(Required::Yes),
                default: Some(json!(1)),
                ..row("page", "integer", Some(35))
            },
            Row {
                required: Some(Required::No),
                maximum: Some(20),
                ..row("size", "integer", Some(38))
            },
        ];
        assert_eq!(request.rows, expected);
        assert_eq!(response.section, Section::Response);
        let ships = Some("ships".to_owned());
        let label = "a ship that takes on fuel and … 2caa91";
        let expected = [
            Row {
                parent: ships.clone(),
                ..row("displayName", "string", None)
            },
            Row {
                parent: ships.clone(),
                codes: vec![code(json!("Red"), Some(label)), code(json!("Quarantine Yellow"), None)],
                ..row("flag", "string", None)
            },
            Row {
                parent: ships,
                ..row("tonnage", "integer", Some(52))
            },
            row("status", "integer", Some(54)),
        ];
        assert_eq!(response.rows, expected);
        assert_eq!(response.line_of(1), response.line + 1);
        assert_eq!(response.line_of(3), 54);
    }

    #[test]
    fn samples_are_found_in_code_and_without_fences() {
        let operations = whole(GLUED);
        let request = operations[0].request.as_ref().unwrap();
        assert_eq!(request.shape["names[]"], "string");
        assert_eq!(request.line, 23);
        assert_eq!(request.codes["berth"], [json!(1)]);
        let response = operations[0].response.as_ref().unwrap();
        assert_eq!(response.shape["ships[].tonnage"], "integer");
        assert_eq!(response.codes["ships[].flag"], [json!("Red")]);
        let log = &operations[1];
        assert_eq!(log.request.as_ref().unwrap().path.as_deref(), Some("/api/v1/ship/log"));
        assert_eq!(log.tables[0].section, Section::Query);
        assert_eq!(log.tables[1].rows[0].kind.as_deref(), Some("File Stream"));
    }

    #[test]
    fn a_page_with_blanks_between_its_cells_is_read() {
        let operations = whole(SPACED);
        let [operation] = operations.as_slice() else {
            panic!("{operations:?}")
        };
        assert_eq!(operation.endpoint, "/harbour/v3/ships/{port}");
        assert_eq!(
            (operation.method.as_str(), operation.line, operation.success),
            ("GET", 13, Some(202))
        );
        assert_eq!(operation.scopes, ["harbour.ships.read.all"]);
        assert_eq!(
            (operation.scopes_line, operation.scopes_endpoint.as_ref()),
            (Some(8), None)
        );
        let sections: Vec<_> = operation.tables.iter().map(|table| table.section).collect();
        assert_eq!(sections, [Section::Path, Section::Query, Section::Response]);
        let expected = [
            Row {
                required: Some(Required::No),
                codes: vec![code(json!(0), Some("Sailing ship")), code(json!(1), Some("Steamer"))],
                ..row("kinds", "integer", None)
            },
            Row {
                required: Some(Required::No),
                default: Some(json!(20)),
                ..row("size", "integer", Some(27))
            },
        ];
        assert_eq!(operation.tables[1].rows, expected);
        assert_eq!(operation.request.as_ref().unwrap().line, 40);
        assert_eq!(operation.response.as_ref().unwrap().slips, []);
    }

    #[test]
    fn hosts_stand_in_tables_of_urls() {
        let hosts: Vec<_> = hosts(GLUED).into_iter().map(|host| (host.line, host.value)).collect();
        let north = (7, "https://north.harbour.example/ships".to_owned());
        let south = (8, "https://south.harbour.example/ships".to_owned());
        assert_eq!(hosts, [north, south]);
    }

    #[test]
    fn what_cannot_be_taken_apart_is_reported_and_the_rest_is_read() {
        let page = |rows: &str| {
            format!(
                "POST api/v1/moor\n\nRequest Information\n\nElementsDescriptionTypeRequired\n{rows}\nlastSets it.IntNo"
            )
        };
        let cases = [
            (
                "shipMoors it at once.IntYes",
                6,
                "where its name ends is not to be seen",
            ),
            ("shipSets the ship.", 6, "it does not say whether it is required"),
            (
                "shipSets the ship.AnchorYes",
                6,
                "it does not say whether it is required",
            ),
            ("shipSets the ship.\nYes", 6, "it has no type"),
        ];
        for (rows, line, reason) in cases {
            let (operations, unread) = read(&page(rows));
            let found: Vec<_> = unread
                .iter()
                .map(|unread| (unread.line, unread.what.as_str()))
                .collect();
            let expected = format!("a row cannot be taken apart: {reason}");
            assert_eq!(found, [(line, expected.as_str())], "{rows}");
            let rows: Vec<_> = operations[0].tables[0]
                .rows
                .iter()
                .map(|row| row.name.as_str())
                .collect();
            assert_eq!(rows, ["last"]);
        }
    }

    #[test]
    fn a_holder_is_not_guessed() {
        let text = GLUED.replace("\"ships\": [", "\"boats\": [");
        let (_, unread) = read(&text);
        let split: Vec<_> = unread
            .iter()
            .filter(|unread| unread.what.contains("is to be split"))
            .collect();
        assert_eq!(split.iter().map(|unread| unread.line).collect::<Vec<_>>(), [46, 47]);
    }

    #[test]
    fn other_tables_and_operations_without_words_are_reported() {
        let text = concat!(
            "GET api/v1/a\n\nGET api/v1/b\n\nResponse Information\n\nNameTypeDescription\nnameStringIts name\n\n",
            "lateThe late row.Int\n\nElementDescriptionType\n",
        );
        let (operations, unread) = read(text);
        assert_eq!(operations.len(), 1);
        let found: Vec<_> = unread
            .iter()
            .map(|unread| (unread.line, unread.what.as_str()))
            .collect();
        let expected = [
            (1, "nothing below GET api/v1/a describes it"),
            (7, "a table has other columns"),
            (10, "a row stands outside of a table"),
            (12, "a table has no rows"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn hostile_texts_end() {
        let head = "POST a/b\n\nRequest Information\n\nElementElementDescriptionTypeRequired\n";
        for text in [
            "aSets ",
            "Int",
            "aSets it.IntNo\n",
            "aSets it.\n",
            "for 1 ",
            "a.b.c, ",
            "GET a/b\n\n",
        ] {
            read(&format!("{head}{}", text.repeat(10_000)));
        }
    }

    proptest! {
        #[test]
        fn mangled_text_neither_panics_nor_hangs(
            lines in prop::collection::vec(
                prop::sample::select(vec![
                    "", "POST api/v1/x", "GET /a/b?c={d}&e", "Request Information", "Response", "Example", "NOTE",
                    "Permission", "Request", "Request Sample", "Method Endpoint Description", "GET /a/b Gets it.",
                    "ElementElementDescriptionType", "ElementsDescriptionTypeRequired",
                    "Parameter Description Type Required", "aSets it.IntNo", "aaThe thing.String",
                    "a The thing. string No",
                    "Valid values are:", "1 for one (default)", "• 0 - none", "Yes", "No", "Int", "é", "/A ", "{",
                    "}",
                    "\"a\": [", "var x = @\"{'a': 1}\";", "/x harbour.a.b", "the scope is a.b.c.", "Description Type",
                ]),
                0..40,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = lines.join("\n");
            let end = text.char_indices().map(|(at, _)| at).nth(cut.index(text.len().max(1))).unwrap_or(text.len());
            let (operations, unread) = read(&text[..end]);
            let last = lines.len().max(1);
            prop_assert!(unread.iter().all(|unread| (1..=last).contains(&unread.line)));
            for table in operations.iter().flat_map(|operation| &operation.tables) {
                prop_assert!((0..table.rows.len()).all(|index| (1..=last).contains(&table.line_of(index))));
            }
        }
    }

    #[test]
    fn the_flattened_pages_are_read_whole() {
        let seeds = xtask_spec::api::root().join("../shared/seeds");
        if !seeds.exists() {
            println!("SKIPPED: the vendor's older pages are not beside the project");
            return;
        }
        let page = |start: &str| {
            let entries = std::fs::read_dir(&seeds).unwrap().map(|entry| entry.unwrap());
            let entry = entries
                .into_iter()
                .find(|entry| entry.file_name().to_string_lossy().starts_with(start));
            std::fs::read_to_string(entry.unwrap().path()).unwrap()
        };
        assert_eq!(whole(&page("004_")).len(), 1);
        let text = page("003_");
        // The regions of the vendor's own table: Azure's, the one of the United States' government, Google's.
        assert_eq!(hosts(&text).len(), 16 + 5);
        let mut found: Vec<_> = whole(&text)
            .iter()
            .map(|operation| format!("{} /insights/{}", operation.method, operation.endpoint))
            .collect();
        found.sort();
        let spec = std::fs::read_to_string(xtask_spec::api::root().join("specs/insights-legacy/openapi.yaml")).unwrap();
        let mut path = String::new();
        let mut expected: Vec<_> = Vec::new();
        for line in spec.lines() {
            match line.trim_end().strip_suffix(':') {
                Some(key) if key.starts_with("  /") => path = key.trim().to_owned(),
                Some("    get" | "    post") => {
                    expected.push(format!("{} {path}", line.trim().trim_end_matches(':').to_uppercase()));
                }
                _ => {}
            }
        }
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(found.len(), 18);
    }
}
