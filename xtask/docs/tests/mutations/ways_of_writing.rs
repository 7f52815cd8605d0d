//! Pages that say the same in another way, and what a page shows beside what its tables have room for.

use xtask_docs::facts::{Operation, Row, Section};
use xtask_docs::finding::{Finding, Kind, Step};

use crate::check::{Edit, Garden, SEARCHES};
use crate::garden::{SEARCH, replaced};

/// The last row of the table of the answer.
const LAST: &str = "| totalCount | How many there are. | integer |\n";

/// A list of codes in a cell of the table of the answer, and the words above it alone.
const SEASON: (&str, &str) = (
    "| season | When it grows:<ul><li>**0** for Spring</li><li>**1** for Autumn</li></ul> | integer |\n| sownOn",
    "| season | When it grows. | integer |\n| sownOn",
);

/// Expects that a page says what it said when it was locked.
#[track_caller]
fn expect_same(edits: &[Edit]) {
    let found = Garden::edited(edits).changed();
    let kinds: Vec<_> = found.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::PageWording], "{edits:?}: {found:#?}");
}

/// Expects that a page agrees with its own sample and with the spec.
#[track_caller]
fn expect_agreement(edits: &[Edit]) {
    let garden = Garden::edited(edits);
    for step in [Step::PageSample, Step::LockSpec] {
        assert_eq!(garden.locked(step), [], "{edits:?}");
    }
}

fn operation(edits: &[Edit]) -> Operation {
    let reading = Garden::edited(edits).read();
    assert_eq!(reading.unread, [], "{edits:?}");
    let mut pages = reading.pages.into_iter().filter(|page| page.page == SEARCH);
    pages.next().expect("the page").operations.remove(0)
}

fn row(operation: &Operation, section: Section, name: &str) -> Row {
    let tables = operation.tables.iter().filter(|table| table.section == section);
    let mut rows = tables.flat_map(|table| &table.rows).filter(|row| row.name == name);
    rows.next().expect("the row").clone()
}

fn places(findings: &[Finding], kind: Kind) -> Vec<&str> {
    let of_kind = findings.iter().filter(|finding| finding.kind == kind);
    of_kind.map(|finding| finding.place.as_str()).collect()
}

#[test]
fn a_carriage_return_ends_a_line() {
    let operations = |edit: &dyn Fn(&str) -> String| {
        let mut garden = Garden::edited(&[(SEARCH, "How tall. | integer |", "How tall. | integer | Tall |")]);
        garden.write(SEARCH, edit(&garden.text(SEARCH)));
        let mut pages = garden.read().pages.into_iter().filter(|page| page.page == SEARCH);
        pages.next().expect("the page").operations
    };
    let stray =
        |end: &str| operations(&|page| replaced(page, "## Response\n", &format!("{}## Response\n", end.repeat(12))));
    assert_eq!(stray("\r"), stray("\n"));
    for end in ["\r", "\r\n"] {
        assert_eq!(
            operations(&|page| page.replace('\n', end)),
            operations(&str::to_owned),
            "{end:?}"
        );
    }
}

#[test]
fn codes_may_stand_in_a_table_below_their_member() {
    for table in [
        "### season\n\n| Name | Value |\n| --- | --- |\n| Spring | 0 |\n| Autumn | 1 |\n",
        "### Season\n\n| Value | Name |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "**season**\n\nWhen it grows.\n\n| Code | Description |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "#### Values of `season`:\n\n| Enum Value | Description |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "### season\n\n| Name | Description |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "## Season values\n\n| Name | Value |\n| --- | --- |\n| Spring | 0 |\n| Autumn | 1 |\n",
        "### season\n\n- **0** for Spring\n- **1** for Autumn\n",
        "### season\n\n> [!NOTE]\n> | Name | Value |\n> | --- | --- |\n> | Spring | 0 |\n> | Autumn | 1 |\n",
    ] {
        let below = format!("{LAST}\n{table}");
        expect_same(&[(SEARCH, SEASON.0, SEASON.1), (SEARCH, LAST, &below)]);
    }
}

#[test]
fn codes_below_a_path_are_those_of_the_member_at_its_end() {
    let nickname = "| nickname | What they go by. | string |";
    let codes = [
        "| Code | Description |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "| Name | Value |\n| --- | --- |\n| Spring | 0 |\n| Autumn | 1 |\n",
        "| Value | Name |\n| --- | --- |\n| 0 | Spring |\n| 1 | Autumn |\n",
        "- **0** for Spring\n- **1** for Autumn\n",
    ];
    for (name, titles) in [
        (
            "gardener.shift",
            &[
                "### gardener.shift",
                "### `gardener.shift`",
                "**gardener.shift**",
                "### data[].gardener.shift",
            ][..],
        ),
        (
            "data[].gardener.shift",
            &["### gardener.shift", "**`data.gardener.shift`**"],
        ),
        ("shift", &["### gardener.shift"]),
    ] {
        for (title, codes) in titles.iter().flat_map(|title| codes.map(|codes| (title, codes))) {
            // Another member of this name is another member.
            let rows = format!("{nickname}\n| {name} | When they come. | integer |");
            let other = if name == "shift" {
                ""
            } else {
                "| metadata.shift | When. | integer |\n"
            };
            let below = format!("{LAST}{other}\n{title}\n\n{codes}");
            let operation = operation(&[(SEARCH, nickname, &rows), (SEARCH, LAST, &below)]);
            assert_eq!(
                row(&operation, Section::Response, "shift").codes.len(),
                2,
                "{name}, {below}"
            );
            let rows = operation.tables.iter().flat_map(|table| &table.rows);
            let others = rows.filter(|row| row.name != "season" && !row.codes.is_empty());
            assert_eq!(others.count(), 1, "{name}, {below}");
        }
    }
    for title in [
        "Shift of the gardener",
        "shift (gardener)",
        "gardener[shift]",
        "Gardener: shift",
    ] {
        let rows = format!("{nickname}\n| gardener.shift | When they come. | integer |");
        let below = format!(
            "{LAST}| metadata.shift | When. | integer |\n\n### {title}\n\n{}",
            codes[0]
        );
        let operation = operation(&[(SEARCH, nickname, &rows), (SEARCH, LAST, &below)]);
        assert_eq!(row(&operation, Section::Response, "shift").codes.len(), 2, "{title}");
    }
    // A member that the page does not list takes none, and its holder neither.
    let table = format!("{LAST}\n### gardener.shift\n\n{}", codes[0]);
    let found = Garden::edited(&[(SEARCH, LAST, &table)]).changed();
    assert_eq!(places(&found, Kind::PageUnread), ["page"], "{found:#?}");
}

#[test]
fn a_list_of_codes_of_nobody_is_reported() {
    for (title, header, code) in [
        ("### Weather", "| Name | Value |", "Sunny | 0"),
        ("## Error codes", "| Code | Description |", "BED-12 | It is full."),
    ] {
        let table = format!("{LAST}\n{title}\n\n{header}\n| --- | --- |\n| {code} |\n");
        let found = Garden::edited(&[(SEARCH, LAST, &table)]).changed();
        assert_eq!(places(&found, Kind::PageUnread), ["page"], "{found:#?}");
    }
    // Those of HTTP are no codes of a member that happens to be called so.
    let id = "| id | Which plant. | string |";
    let status = format!("{id}\n| status | How it fares. | integer |");
    let table = format!("{LAST}\n## Status codes\n\n| Code | Description |\n| --- | --- |\n| 404 | It is gone. |\n");
    let operation = operation(&[(SEARCH, id, &status), (SEARCH, LAST, &table)]);
    assert_eq!(row(&operation, Section::Response, "status").codes, []);
}

#[test]
fn the_status_of_a_success_may_stand_in_a_table() {
    for (header, status) in [
        ("| Code | Description | Schema |", "200"),
        ("| Status | Description | Schema |", "200 OK"),
        ("| Response | Description | Schema |", "200"),
    ] {
        let rows = format!("| 404 | There is no such bed. | |\n| {status} | The plants. | Plants |");
        let table = format!("## Response\n\n{header}\n| --- | --- | --- |\n{rows}\n\n");
        expect_same(&[
            (SEARCH, "## Response\n\n", &table),
            (SEARCH, "When all goes well, the answer is 200 OK:", "All is well:"),
        ]);
    }
}

#[test]
fn a_dotted_row_is_a_member_of_what_its_name_says() {
    let dotted = [(
        SEARCH,
        "| metadata | About the list. | object |\n| totalCount |",
        "| metadata.totalCount |",
    )];
    expect_agreement(&dotted);
    let count = row(&operation(&dotted), Section::Response, "totalCount");
    assert_eq!(count.parent.as_deref(), Some("metadata"));
    expect_agreement(&[(
        SEARCH,
        "| gardener | Who looks after it. | object |\n| nickname |",
        "| data[].gardener.nickname |",
    )]);
}

#[test]
fn a_list_of_objects_is_called_in_many_ways() {
    for kind in [
        "List<Plant>",
        "Array[PlantModel]",
        "list object",
        "array[object]",
        "object[]",
    ] {
        let kind = format!("| data | The plants. | `{kind}` |");
        let edits = [(SEARCH, "| data | The plants. | array |", kind.as_str())];
        expect_agreement(&edits);
        let data = row(&operation(&edits), Section::Response, "data");
        assert_eq!(data.kind.as_deref(), Some("array of object"), "{kind}");
    }
}

#[test]
fn a_list_whose_entries_stand_in_a_table_needs_no_sample() {
    let page = Garden::new().text(SEARCH);
    let sample = page[page.find("{\n  \"data\"").expect("a sample")..]
        .trim_end()
        .trim_end_matches("```");
    let edits = [
        (
            SEARCH,
            "| data | The plants. | array |\n",
            "| data | The plants. | `List<Plant>` |\n",
        ),
        (
            SEARCH,
            "| id | Which plant. | string |",
            "| metadata | About the list. | object |\n\n**Data**\n\n| Response | Description | Type |\n| --- | --- | --- |\n| id | Which plant. | string |",
        ),
        (
            SEARCH,
            "| metadata | About the list. | object |\n| totalCount | How many there are. | integer |\n",
            "\n**Metadata**\n\n| Response | Description | Type |\n| --- | --- | --- |\n| totalCount | How many there are. | integer |\n",
        ),
        (SEARCH, sample, "{\"data\": []}\n"),
    ];
    let mut garden = Garden::new();
    for (file, old, new) in edits {
        let text = garden.text(file).replacen(old, new, 1);
        garden.write(file, text);
    }
    assert_eq!(garden.locked(Step::LockSpec), []);
}

#[test]
fn a_cell_beyond_the_header_is_found_and_not_dropped() {
    let height = "| height | How tall. | integer |";
    let garden = Garden::edited(&[(SEARCH, height, "| height | How tall. | integer | Yes |")]);
    let found = garden.locked(Step::PageSample);
    assert_eq!(
        places(&found, Kind::CellBeyond),
        ["response.data[].height"],
        "{found:#?}"
    );
    assert_eq!((found.len(), found[0].is.as_str()), (1, "Yes"));
    // A request's table without its column.
    let colour = "| colour | See [Colours](../reference/colours.md). | integer | No |";
    let header = "## Request Body\n\n| Parameter | Description | Type | Required |\n| --- | --- | --- | --- |";
    let edits = [(
        SEARCH,
        header,
        "## Request Body\n\n| Parameter | Description | Type |\n| --- | --- | --- |",
    )];
    let found = Garden::edited(&edits).locked(Step::PageSample);
    assert_eq!(
        places(&found, Kind::CellBeyond),
        ["body.label", "body.season", "body.colour"]
    );
    assert!(
        row(&operation(&edits), Section::Body, "colour").required.is_some(),
        "{colour}"
    );
    // A table that has no members.
    let permission = "| garden.plants.read or garden.plants.all |";
    let found = Garden::edited(&[(SEARCH, permission, &format!("{permission} garden.beds.read |"))]).changed();
    assert_eq!(places(&found, Kind::PageUnread), ["page"], "{found:#?}");
}

#[test]
fn a_limit_may_stand_in_brackets() {
    let size = "How many on a page. The maximum value allowed is 100, and the default is 20.";
    let range = Garden::edited(&[(SEARCH, size, "How many on a page (1, 100). The default is 20.")]);
    let found = range.changed();
    let limits: Vec<_> = found.iter().filter(|finding| finding.kind == Kind::Limit).collect();
    assert_eq!(limits.len(), 1, "only the least value is new: {found:#?}");
    assert!(
        limits[0].is.contains('1') && !limits[0].is.contains("100"),
        "{limits:?}"
    );
}

#[test]
fn what_is_sent_may_be_listed_under_url_parameters() {
    let page = Garden::new().text(SEARCH);
    let cut = |from: &str, to: &str| {
        let start = page.find(from).expect("a heading");
        page[start..start + page[start..].find(to).expect("a row")].to_owned()
    };
    // The rows of the query and of the body go on where those of the path end.
    let (query, body) = (cut("\n## Query", "| pageIndex"), cut("\n## Request Body", "| label"));
    expect_agreement(&[(SEARCH, &query, "")]);
    let both = [(SEARCH, query.as_str(), ""), (SEARCH, &body, "")];
    assert_eq!(Garden::edited(&both).locked(Step::PageSample), []);
}

#[test]
fn the_keys_of_a_map_are_no_members() {
    let shown = "\"height\": 12,\n";
    let year = "| height | How tall. | integer |\n| grown | How much in a year. | object |";
    let edits = [
        (
            SEARCH,
            shown,
            "\"height\": 12, \"grown\": {\"2030\": 1, \"2031-05\": 2, \"11****\": 3},\n",
        ),
        (SEARCH, "| height | How tall. | integer |", year),
    ];
    assert_eq!(Garden::edited(&edits).locked(Step::PageSample), []);
    let sample = operation(&edits).response.expect("a sample");
    assert_eq!(sample.shape["data[].grown.{}"], "integer");
    let map = year.replace("object", "`Dictionary<string, int>`");
    let words = "\"height\": 12, \"grown\": {\"North\": 1, \"South\": 2},\n";
    let edits = [
        (SEARCH, shown, words),
        (SEARCH, "| height | How tall. | integer |", &map),
    ];
    assert_eq!(Garden::edited(&edits).locked(Step::PageSample), []);
    let sample = operation(&edits).response.expect("a sample");
    assert_eq!(sample.shape["data[].grown.{}"], "integer");
    let coded = year.replace(
        "| grown",
        "| way | Where:<ul><li>**Up** - Up</li><li>**Down** - Down</li></ul> | string |\n| grown",
    );
    let keys = "\"height\": 12, \"way\": \"Up\", \"grown\": {\"Up\": 1, \"Down\": 2},\n";
    let edits = [
        (SEARCH, shown, keys),
        (SEARCH, "| height | How tall. | integer |", &*coded),
    ];
    assert_eq!(Garden::edited(&edits).locked(Step::PageSample), []);
    // That the table calls it a list is said once.
    let list = year.replace("object", "list<string>");
    let named = "\"height\": 12, \"grown\": {\"North\": 1, \"South\": 2},\n";
    let found = Garden::edited(&[
        (SEARCH, shown, named),
        (SEARCH, "| height | How tall. | integer |", &list),
    ]);
    let found = found.locked(Step::PageSample);
    assert_eq!(places(&found, Kind::SampleType), ["response.data[].grown"]);
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn a_page_that_is_read_in_part_is_held_against_its_sample() {
    let unread = format!("{LAST}\n| Word | Meaning |\n| --- | --- |\n| lost | A member, perhaps. |\n");
    let edits = [
        (SEARCH, LAST, unread.as_str()),
        (SEARCH, "\"height\": 12", "\"height\": [12], \"lost\": 1"),
    ];
    let garden = Garden::edited(&edits);
    // As it was locked, and as a page that is new.
    for lock in [
        Garden::new().lock(),
        xtask_docs::lock::Lock::merge(None, Vec::new(), None),
    ] {
        let found = garden.against(&lock).findings;
        assert_eq!(places(&found, Kind::PageUnread), ["page"]);
        assert_eq!(
            places(&found, Kind::SampleType),
            ["response.data[].height"],
            "{found:#?}"
        );
        assert_eq!(
            places(&found, Kind::SampleOnly),
            [""; 0],
            "it may be listed in the part that was not read"
        );
        let of_type = found.iter().find(|finding| finding.kind == Kind::SampleType);
        assert_eq!(of_type.map(|finding| finding.operation.as_str()), Some(SEARCHES));
    }
}

#[test]
fn a_table_in_a_note_of_prose_is_no_obstacle() {
    let mut garden = Garden::new();
    let prose = "# App Registration\n\n> [!NOTE]\n> Mind where you are.\n>\n> | Garden | Gate |\n> | --- | --- |\n\
                 > | North | `https://north.garden.example/gate` |\n";
    garden.write("docs/elements/register-app.md", prose);
    assert_eq!(garden.read().unread, []);
    // On the page of an operation somebody must see it.
    let note = format!("{LAST}\n> | Garden | Gate |\n> | --- | --- |\n> | North | South |\n");
    let found = Garden::edited(&[(SEARCH, LAST, &note)]).changed();
    assert_eq!(places(&found, Kind::PageUnread), ["page"], "{found:#?}");
}

#[test]
fn two_calls_of_one_operation_are_two_examples() {
    let url = "https://garden.example/garden/v1/beds/north/plants?pageIndex=1&pageSize=20\n";
    let second =
        format!("https://garden.example/garden/v1/beds/north/plants?pageIndex=2\n```\n\nAnd on:\n\n```json\n{url}");
    let edits = [(SEARCH, url, second.as_str())];
    expect_agreement(&edits);
    assert_eq!(
        operation(&edits).request.expect("a sample").query,
        ["pageIndex", "pageSize"]
    );
    let other = second.replace("plants?pageIndex=2", "weeds");
    let found = Garden::edited(&[(SEARCH, url, &other)]).locked(Step::PageSample);
    assert_eq!(places(&found, Kind::SampleSyntax), ["body"], "{found:#?}");
}

#[test]
fn columns_and_calls_have_many_titles() {
    let body = "| Parameter | Description | Type | Required |\n| --- | --- | --- | --- |\n| label";
    for header in [
        "| Parameter Name | Remarks | Data Type | Mandatory |",
        "| Body field | Description | Type | Is Required? |",
    ] {
        expect_same(&[(SEARCH, body, &format!("{header}\n| --- | --- | --- | --- |\n| label"))]);
    }
    let size =
        "| pageSize | How many on a page. The maximum value allowed is 100, and the default is 20. | integer | No |";
    let query = "| Parameter | Description | Type | Required |\n| --- | --- | --- | --- |\n| pageIndex | Which page, which starts from 1. | integer | No |";
    let with = |first: &str| {
        format!(
            "| Name | Description | Type | Required | Default Value | Example |\n| --- | --- | --- | --- | --- | --- |\n{first} | - | 3 |"
        )
    };
    let rows = "| pageIndex | Which page, which starts from 1. | integer | No";
    expect_same(&[
        (SEARCH, query, &with(rows)),
        (
            SEARCH,
            size,
            "| pageSize | How many on a page. The maximum value allowed is 100. | integer | No | 20 | 30 |",
        ),
    ]);
    let call = "| Method | Endpoint | Description |\n| --- | --- | --- |\n| POST | `/garden/v1/beds/{bedId}/plants` | Looks through a bed. |";
    for other in [
        "| HTTP Method | Request URL |\n| --- | --- |\n| POST | `https://garden.example/garden/v1/beds/{bedId}/plants` |",
        "```http\nPOST https://garden.example/garden/v1/beds/{bedId}/plants\n```",
    ] {
        expect_same(&[(SEARCH, call, other)]);
    }
    let headers = "## Request Headers\n\n| Header | Value |\n| --- | --- |\n| Accept | text |\n\n## Request Body\n";
    expect_same(&[(SEARCH, "## Request Body\n", headers)]);
}

#[test]
fn a_permission_may_be_named_in_words() {
    let table = "| API | Permission |\n| --- | --- |\n\
                 | `/garden/v1/beds/{bedId}/plants` | garden.plants.read or garden.plants.all |\n";
    for words in [
        "Ask at https://gate.garden.example/keys for **garden.plants.read** or garden.plants.all.\n",
        "One of these is enough:\n\n- garden.plants.read\n- `garden.plants.all`\n",
    ] {
        expect_same(&[(SEARCH, table, words)]);
    }
}

#[test]
fn a_page_of_several_operations_may_show_their_calls_as_lines_of_http() {
    let page = "# Ponds\n\n## List Ponds\n\n### Permission\n\nIt takes garden.ponds.read.\n\n### HTTP Request\n\n\
                ```http\nGET /garden/v1/ponds\n```\n\n### Response\n\n| Field | Description | Type |\n| --- | --- | --- |\n\
                | depth | How deep. | integer |\n\n## Dig a Pond\n\n### Permission\n\nIt takes garden.ponds.write.\n\n\
                ### HTTP Request\n\n```http\nPOST /garden/v1/ponds\n```\n\n### Request Body\n\n\
                | Field | Description | Type |\n| --- | --- | --- |\n| width | How wide. | integer |\n";
    let mut garden = Garden::new();
    garden.write("docs/elements/ponds.md", page);
    let reading = garden.read();
    assert_eq!(reading.unread, []);
    let ponds = reading
        .pages
        .iter()
        .find(|page| page.page.ends_with("ponds.md"))
        .expect("the page");
    let found = ponds.operations.iter().map(|operation| {
        let rows = operation.tables.iter().flat_map(|table| &table.rows);
        let rows: Vec<_> = rows.map(|row| row.name.as_str()).collect();
        format!(
            "{} {} {} {}",
            operation.method,
            operation.endpoint,
            operation.scopes.join(" "),
            rows.join(" ")
        )
    });
    let expected = [
        "GET /garden/v1/ponds garden.ponds.read depth",
        "POST /garden/v1/ponds garden.ponds.write width",
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}
