//! The flattened text of a web page, without its markup, as the HTML that it was made of.
//!
//! The cells of a row stand one behind the other, perhaps on several lines: its name, a description that begins with one
//! of a few words, its type, and whether it is required. What cannot be taken apart without guessing is reported.

use std::collections::BTreeSet;

use super::found::Extraction;
use super::pattern::{Pattern, pattern};
use super::program;
use super::sections::{self, Part};
use crate::markup::ATTRIBUTE;

static SAMPLE: Pattern = pattern!(r#"^(?:[\[{"]|(?:[A-Z]{3,7} )?(?:https?:/)?/\S)"#);

/// A member of a sample that holds others.
static HOLDER: Pattern = pattern!(r#"["'](\w+)["']\s*:\s*[\[{]"#);

/// A row of a list of hosts: what the host is for, and its URL.
static HOST: Pattern = pattern!(r"^([^:]+?)(https?://\S+)$");

/// The header of a table of members. The columns of names are one or, for members of a list, two.
static HEAD: Pattern = pattern!(r"^(?P<names>[A-Za-z]+)(?P<gap> ?)Description ?Type(?P<required> ?Required)?$");

/// A type at the end of a line: the words of the pages, the longer ones first.
static TYPE: Pattern = pattern!(
    r"^(.*?)((?i:array of (?:string|object|integer)s?)|(?:String|Int|Integer|Guid) (?:Array|List)|File Stream",
    r"|String|Integer|Int|Boolean|Bool|DateTime|Datetime|List|Array|Object|Number|Double|Guid|Enum",
    r"|string|integer|int|boolean|bool|datetime|list|array|object|number|enum)$",
);

/// The beginning of a row: a name and, without a blank between, one of the words with which descriptions begin. A
/// capital A may be the end of the name.
static GLUED: Pattern = pattern!(r"^(?:(\S*\p{Ll})An?|(\S*[\w/])(?:Indicates|Whether|[SG]ets|Set|The)) ");

static SPACED: Pattern = pattern!(r"^([\w.@\[\]-]+) \p{Lu}");

/// The words above a list of codes.
static CODES: Pattern = pattern!(r"(?i)^(?:valid )?values(?: are)?:$");

/// A code and its meaning: `1 for one`, `1 (for one)`, `1 - one`.
static CODE: Pattern = pattern!(r"^[• ]*(\S.*?)(?: for (.+?)| \(for (.+?)\)| [-–] (.+?))?( *\(default\))?$");

/// What to do about a part of a text that cannot be taken apart.
const REMEDY: &str = "pass the HTML of the page, which keeps the cells of its tables apart";

/// A line of the text: its number, from 1, and its words.
type Line<'a> = (usize, &'a str);

/// The HTML of a text, in which each element says where it stands; what cannot be taken apart is reported.
pub fn to_html(text: &str, found: &mut Extraction) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let lines: Vec<Line> = (1..).zip(text.lines().map(str::trim)).collect();
    let (mut html, mut part, mut holders, mut at) = (String::new(), None, BTreeSet::new(), 0);
    while let Some((line, text)) = lines.get(at).copied() {
        let below = &lines[line..];
        // A note may follow the rows of a table without a blank line.
        let rows = below.iter().take_while(|(_, row)| !row.is_empty() && *row != "NOTE");
        let rows = &below[..rows.count()];
        let opens = heading(&lines, at);
        if at == 0 || opens.is_some_and(|(level, _)| level == "h1") {
            holders = holders_of(below);
        }
        let mut used = 1 + rows.len();
        if let Some((level, opens)) = opens {
            part = opens;
            html += &tag(level, line, text);
            used = 1;
        } else if matches!(part, Some(Part::RequestSample | Part::ResponseSample)) {
            let is_inside = |below: &usize| heading(&lines, *below).is_none();
            used = 1 + (line..lines.len()).take_while(is_inside).count();
            html += &sample(&lines[at..at + used]);
        } else if text.starts_with("Method Endpoint") || text.starts_with("API Permis") {
            let columns = text.split(' ').count();
            let rows = rows.iter().map(|(line, row)| cells(*line, row.splitn(columns, ' ')));
            html += &table(line, text.split(' '), &rows.collect::<String>());
        } else if text.ends_with("URL") && rows.first().is_some_and(|(_, row)| HOST.is_match(row)) {
            let row = |(line, row): &Line| Some(cells(*line, HOST.captures(row)?.extract::<2>().1));
            html += &table(line, ["", "URL"], &rows.iter().map_while(row).collect::<String>());
        } else if let Some(columns) = Columns::of(text) {
            let read = columns.rows(rows, &holders, found);
            html += &table(line, ["Element", "Element", "Description", "Type", "Required"], &read);
        } else if text.contains("Description") && text.contains("Type") && !text.contains('.') {
            html += &table(line, [text], "");
        } else {
            if matches!(part, Some(Part::Table(_))) && Columns::looks_like_a_row(text) {
                found.report(line, "a row stands outside of a table", REMEDY);
            }
            html += &tag("p", line, text);
            used = 1;
        }
        at += used;
    }
    html
}

/// The element of a heading, and the part that it opens.
fn heading(lines: &[Line], at: usize) -> Option<(&'static str, Option<Part>)> {
    match lines[at].1 {
        text if sections::endpoint(text).is_some() => Some(("h1", None)),
        // Only requests have an example of this title.
        "Example" => Some(("h2", Some(Part::RequestSample))),
        text => match sections::part(text) {
            None | Some(Part::Introduction) => None,
            part => Some(("h2", part)),
        },
    }
}

/// The members that hold others, by the samples of an operation, which may stand behind its tables.
fn holders_of(below: &[Line]) -> BTreeSet<String> {
    let lines = below.iter().take_while(|(_, line)| sections::endpoint(line).is_none());
    let text: String = lines.flat_map(|(_, line)| [line, " "]).collect();
    HOLDER.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

/// The sample of a part: a program, or what stands below the words about it.
fn sample(lines: &[Line]) -> String {
    let is_start = |(_, line): &&Line| program::begins(line) || SAMPLE.is_match(line);
    let lines: Vec<_> = lines.iter().skip_while(|line| !is_start(line)).collect();
    let text: Vec<_> = lines.iter().map(|(_, line)| *line).collect();
    lines
        .first()
        .map_or_else(String::new, |(line, _)| tag("pre", *line, &text.join("\n")))
}

/// Whether blanks stand between the cells of a table of members, and whether it has a column for the holder of the
/// member before its name, and one for whether it is required.
#[derive(Clone, Copy)]
struct Columns {
    blanks: bool,
    holder: bool,
    required: bool,
}

impl Columns {
    fn of(line: &str) -> Option<Self> {
        let head = HEAD.captures(line)?;
        Some(Self {
            blanks: !head["gap"].is_empty(),
            holder: half(&head["names"]).is_some(),
            required: head.name("required").is_some(),
        })
    }

    fn looks_like_a_row(line: &str) -> bool {
        let mut columns = ["NameDescriptionType", "NameDescriptionTypeRequired"]
            .into_iter()
            .filter_map(Self::of);
        columns.any(|it| it.begin(line).is_some() && it.end(line).is_some_and(|(_, kind, _)| kind.is_some()))
    }

    fn rows(self, lines: &[Line], holders: &BTreeSet<String>, found: &mut Extraction) -> String {
        let (mut rows, mut start) = (String::new(), 0);
        let mut push = |lines: &[Line]| match self.row(lines, holders) {
            _ if lines.is_empty() => {}
            Ok(row) => rows += &row,
            Err(why) => found.report(lines[0].0, format!("a row cannot be taken apart: {why}"), REMEDY),
        };
        for (at, (_, text)) in lines.iter().enumerate() {
            // A row that begins before the last one has ended: the last one has no end.
            let is_name = at == start + 1 && self.holder && is_word(lines[start].1);
            let begins = self.begin(text).is_some() || (self.holder && holders.contains(*text));
            let end = self.end(text);
            if at > start && begins && !is_name && end.is_none_or(|(before, ..)| !before.is_empty()) {
                push(&lines[start..at]);
                start = at;
            }
            if end.is_some() {
                push(&lines[start..=at]);
                start = at + 1;
            }
        }
        push(&lines[start..]);
        rows
    }

    fn begin(self, line: &str) -> Option<(&str, &str)> {
        let begin = if self.blanks { &SPACED } else { &GLUED };
        let name = begin.captures(line)?.extract::<1>().1[0];
        Some((name, line[name.len()..].trim_start()))
    }

    /// The end of a row: what stands before it, its type unless that stands further up, and whether it is required.
    fn end(self, line: &str) -> Option<(&str, Option<&str>, &str)> {
        let mut answers = if self.required { &["Yes", "No"][..] } else { &[""] }.iter();
        let (rest, required) = answers.find_map(|answer| Some((line.strip_suffix(answer)?, *answer)))?;
        if self.required && rest.is_empty() {
            return Some(("", None, required));
        }
        let gap = if self.required && self.blanks { " " } else { "" };
        let rest = rest.strip_suffix(gap)?;
        self.kind(rest).map(|(before, kind)| (before, Some(kind), required))
    }

    /// The type at the end of a text, and what stands before it.
    fn kind(self, text: &str) -> Option<(&str, &str)> {
        let (_, [before, kind]) = TYPE.captures(text)?.extract();
        let fits = before.chars().next_back().is_none_or(|last| match self.blanks {
            // A word of the description has a blank before it, a cell of its own has none.
            true => last == ' ',
            false => !last.is_whitespace() && !last.is_uppercase() && kind.starts_with(char::is_uppercase),
        });
        fits.then(|| (before.trim_end(), kind))
    }

    fn row(self, lines: &[Line], holders: &BTreeSet<String>) -> Result<String, String> {
        let end = lines
            .split_last()
            .and_then(|(last, above)| Some((last.0, above.to_vec(), self.end(last.1)?)));
        let (last, mut texts, (before, kind, required)) = end.ok_or("the cells at its end are missing")?;
        texts.extend((!before.is_empty()).then_some((last, before)));
        let alone = (self.holder && texts.len() > 1 && is_word(texts[0].1)).then(|| texts.remove(0).1);
        let (line, first) = texts.first().copied().unwrap_or_default();
        let (names, description) = self.begin(first).ok_or("cannot tell where its name ends")?;
        let (holder, name) = match alone {
            Some(holder) => (holder, names),
            None if self.holder => apart(names, holders)?,
            None => ("", names),
        };
        texts.splice(..1, [(line, description)]);
        let kind = kind.or_else(|| self.inner_kind(&mut texts)).ok_or("it has no type")?;
        let description = description_of(&texts);
        Ok(cells(lines[0].0, [holder, name, &description, kind, required]))
    }

    /// The type that stands on a line of its own, or at the end of the first.
    fn inner_kind<'a>(self, texts: &mut Vec<Line<'a>>) -> Option<&'a str> {
        let is_kind =
            |(at, (_, text)): (usize, &Line)| self.kind(text).is_some_and(|(before, _)| at == 0 || before.is_empty());
        let at = texts.iter().enumerate().position(is_kind)?;
        let (before, kind) = self.kind(texts[at].1)?;
        texts[at].1 = before;
        Some(kind)
    }
}

/// An element that stands on a line of the page; its content is HTML.
fn tag(name: &str, line: usize, content: &str) -> String {
    format!("<{name} {ATTRIBUTE}=\"{line}:1\">{content}</{name}>\n")
}

fn table<'a>(line: usize, titles: impl IntoIterator<Item = &'a str>, rows: &str) -> String {
    tag("table", line, &(cells(line, titles) + rows))
}

fn cells<'a>(line: usize, cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells = cells.into_iter().map(|cell| format!("<td>{cell}</td>"));
    tag("tr", line, &cells.collect::<String>())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

/// Holder and name, which stand one behind the other. A member without a holder has its name in both columns.
fn apart<'a>(names: &'a str, holders: &BTreeSet<String>) -> Result<(&'a str, &'a str), String> {
    if let Some(name) = half(names) {
        return Ok((name, name));
    }
    let mut ends = names.char_indices().filter(|(at, _)| holders.contains(&names[..*at]));
    match (ends.next(), ends.next()) {
        (Some((end, _)), None) => Ok(names.split_at(end)),
        _ => Err(format!(
            "cannot tell where the parent ends and the name begins in `{names}`"
        )),
    }
}

/// The half of a text that is another text twice.
fn half(text: &str) -> Option<&str> {
    let (one, other) = text.split_at_checked(text.len() / 2)?;
    (one == other && !one.is_empty()).then_some(one)
}

/// A description, with the codes below its words as a list.
fn description_of(texts: &[Line]) -> String {
    let head = texts.iter().position(|(_, text)| CODES.is_match(text));
    let end = head.or_else(|| texts.iter().position(|(_, text)| text.starts_with('•')));
    let (words, listed) = texts.split_at(end.unwrap_or(texts.len()));
    let words: Vec<_> = words.iter().map(|(_, text)| *text).collect();
    let listed = listed.iter().skip(usize::from(head.is_some()));
    // A text that is a sentence says something to people; it is no code.
    let codes = listed.filter(|(_, text)| !text.ends_with('.') && !text.is_empty());
    let items = codes.map(|(line, text)| tag("li", *line, &CODE.replace(text, "<code>$1</code> - $2$3$4$5")));
    format!("{}<ul>{}</ul>", words.join(" "), items.collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{Extraction, Unread, extract};
    use crate::facts::{Listed, Operation, Required, Row, Section};

    fn read(text: &str) -> (Vec<Operation>, Vec<Unread>) {
        let Extraction { page, unread, .. } = extract("page.txt", text.as_bytes());
        (page.operations, unread)
    }

    fn hosts(text: &str) -> Vec<Listed> {
        extract("page.txt", text.as_bytes()).page.hosts
    }

    /// A page with glued cells about an invented service.
    const GLUED: &str = r#"Garden Web API

ElementDescription
ScopeFor plants, the scope is garden.plants.readwrite.all.

Data centerWeb API URL
Northhttps://north.garden.example/plants
South (Hill)https://south.garden.example/plants

Sow it with the POST api/v1/Plant/sow API.

POST api/v1/Plant/sow

Sows plants.

NOTE

Rain matters.

Example

var url = "{URL}";
var filter = @"{'names': ['a','b'], 'bed': 1}";

Request Information

ElementsDescriptionTypeRequired
namesSets the names of the plants. 50 plants at most.String ArrayYes
bedSets the bed.
Int
Valid values are:
1 for the long side (default)
-2 for nowhere
No
pageSets the page of the list.Int
The default value is 1.
Yes
sizeSets the size. The number must be no larger than 20.IntNo
NOTE

Leave the names empty to sow none.

Response Information

ElementElementDescriptionType
plantsdisplayNameThe name.String
plantsflagThe flag of the plant.
Valid values are:
Red for a plant that has caught rust and must be left alone
Quarantine Yellow
String
plants
heightThe height of the plantInt
statusstatusThe status. It responds with “null” by default.Int

Response Example

{
    "plants": [{"displayName": "Ada", "flag": "Red", "height": 3}],
    "status": 200
}

GET api/v1/plant/log?id={id}

Gets the log.

Request Example

http://hostname:port/api/v1/plant/log?id={id}|

Request Information

ElementsDescriptionTypeRequired
idSets the ID of the plant.IntYes

Response Information

ElementDescriptionType
/The log as a file.File Stream
"#;

    /// A page with blanks between the cells.
    const SPACED: &str = "Count Plants

Permission

The following permission is required.

API Permission
/garden/v3/plants/{bed} garden.plants.read.all

Request

Method Endpoint Description
GET /garden/v3/plants/{bed} Counts the plants.

URL Parameters

Parameter Description Type Required
bed The ID of the bed. string Yes

Query Parameters

Parameter Description Type Required
kinds The kinds of plants.
  • 0 - Fruit tree
  • 1 - Herb
integer No
size The page size. The default value is 20. integer No

Response

If all is well, a 202 Accepted response is returned.

Response Description Type
count The number of plants. integer

Request Sample

Send a GET request.

https://garden.example/garden/v3/plants/12

Response Sample

All is well:

{
    \"count\": 10 // plants
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
            [("POST", "api/v1/Plant/sow", 12), ("GET", "api/v1/plant/log", 63)]
        );
        for operation in operations {
            assert_eq!(operation.scopes, ["garden.plants.readwrite.all"]);
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
                codes: vec![code(json!(1), Some("the long side")), code(json!(-2), Some("nowhere"))],
                ..row("bed", "integer", None)
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
        let plants = Some("plants".to_owned());
        let label = "a plant that has caught rust and … 55c049";
        let expected = [
            Row {
                parent: plants.clone(),
                ..row("displayName", "string", None)
            },
            Row {
                parent: plants.clone(),
                codes: vec![code(json!("Red"), Some(label)), code(json!("Quarantine Yellow"), None)],
                ..row("flag", "string", None)
            },
            Row {
                parent: plants,
                ..row("height", "integer", Some(52))
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
        assert_eq!(request.codes["bed"], [json!(1)]);
        let response = operations[0].response.as_ref().unwrap();
        assert_eq!(response.shape["plants[].height"], "integer");
        assert_eq!(response.codes["plants[].flag"], [json!("Red")]);
        let log = &operations[1];
        assert_eq!(log.request.as_ref().unwrap().path.as_deref(), Some("/api/v1/plant/log"));
        assert_eq!(log.tables[0].section, Section::Query);
        assert_eq!(log.tables[1].rows[0].kind.as_deref(), Some("File Stream"));
    }

    #[test]
    fn a_page_with_blanks_between_its_cells_is_read() {
        let operations = whole(SPACED);
        let [operation] = operations.as_slice() else {
            panic!("{operations:?}")
        };
        assert_eq!(operation.endpoint, "/garden/v3/plants/{bed}");
        assert_eq!(
            (operation.method.as_str(), operation.line, operation.success),
            ("GET", 13, Some(202))
        );
        assert_eq!(operation.scopes, ["garden.plants.read.all"]);
        assert_eq!(
            (operation.scopes_line, operation.scopes_endpoint.as_ref()),
            (Some(8), None)
        );
        let sections: Vec<_> = operation.tables.iter().map(|table| table.section).collect();
        assert_eq!(sections, [Section::Path, Section::Query, Section::Response]);
        let expected = [
            Row {
                required: Some(Required::No),
                codes: vec![code(json!(0), Some("Fruit tree")), code(json!(1), Some("Herb"))],
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
        let north = (7, "https://north.garden.example/plants".to_owned());
        let south = (8, "https://south.garden.example/plants".to_owned());
        assert_eq!(hosts, [north, south]);
    }

    #[test]
    fn what_cannot_be_taken_apart_is_reported_and_the_rest_is_read() {
        let page = |rows: &str| {
            format!(
                "POST api/v1/sow\n\nRequest Information\n\nElementsDescriptionTypeRequired\n{rows}\nlastSets it.IntNo"
            )
        };
        let cases = [
            ("plantSows it at once.IntYes", 6, "cannot tell where its name ends"),
            ("plantSets the plant.", 6, "the cells at its end are missing"),
            ("plantSets the plant.SpadeYes", 6, "the cells at its end are missing"),
            ("plantSets the plant.\nYes", 6, "it has no type"),
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
        let text = GLUED.replace("\"plants\": [", "\"beds\": [");
        let (_, unread) = read(&text);
        let split: Vec<_> = unread
            .iter()
            .filter(|unread| unread.what.contains("where the parent ends"))
            .collect();
        assert_eq!(split.iter().map(|unread| unread.line).collect::<Vec<_>>(), [46, 47]);
    }

    #[test]
    fn other_tables_are_reported() {
        let text = concat!(
            "GET api/v1/a\n\nGET api/v1/b\n\nResponse Information\n\nNameTypeDescription\nnameStringIts name\n\n",
            "lateThe late row.Int\n\nElementDescriptionType\n",
        );
        let (operations, unread) = read(text);
        assert_eq!(operations.len(), 2);
        let found: Vec<_> = unread
            .iter()
            .map(|unread| (unread.line, unread.what.as_str()))
            .collect();
        let expected = [
            (7, "a table of `NameTypeDescription` is not understood"),
            (10, "a row stands outside of a table"),
            (12, "the table has no rows"),
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
                    "\"a\": [", "var x = @\"{'a': 1}\";", "/x garden.a.b", "the scope is a.b.c.", "Description Type",
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
    #[cfg_attr(
        not(shared_pages),
        ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
    )]
    fn the_flattened_pages_are_read_whole() {
        let seeds = std::path::Path::new(env!("SHARED_PAGES")).join("seeds");
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
