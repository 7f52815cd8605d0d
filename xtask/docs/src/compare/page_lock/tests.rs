//! Every kind of change of an invented service's pages is reported as what it is, and as nothing else.

use std::collections::BTreeMap;

use super::*;
use crate::facts::{Code, CodeList, Listed, Required, Row, Sample, Section, Table};
use crate::finding::Class::{self, Additive, Breaking, Documentation};
use crate::spec::Spec;

fn row(name: &str, kind: &str) -> Row {
    Row {
        name: name.to_owned(),
        kind: Some(kind.to_owned()),
        ..Row::default()
    }
}

fn code(code: i64, label: &str) -> Code {
    Code {
        code: code.into(),
        label: Some(label.to_owned()),
    }
}

fn listed(value: &str) -> Listed {
    Listed {
        value: value.to_owned(),
        line: 5,
    }
}

fn table(section: Section, title: Option<&str>, line: usize, rows: Vec<Row>) -> Table {
    let title = title.map(str::to_owned);
    Table {
        section,
        title,
        line,
        rows,
    }
}

fn shape(places: &[(&str, &str)]) -> BTreeMap<String, String> {
    let places = places.iter();
    places
        .map(|(place, kind)| ((*place).to_owned(), (*kind).to_owned()))
        .collect()
}

/// Plants are listed page by page, and one plant is watered.
fn pages() -> Vec<Page> {
    let path = table(Section::Path, None, 12, vec![row("bedId", "string")]);
    let query = table(
        Section::Query,
        None,
        22,
        vec![
            Row {
                required: Some(Required::No),
                default: Some(20.into()),
                maximum: Some(100),
                ..row("pageSize", "integer")
            },
            Row {
                required: Some(Required::Yes),
                max_length: Some(50),
                ..row("soil", "string")
            },
        ],
    );
    let plant = table(
        Section::Response,
        Some("Plant"),
        40,
        vec![
            row("id", "string"),
            Row {
                codes: vec![code(0, "Bare"), code(1, "Ripe")],
                ..row("state", "integer")
            },
            Row {
                format: Some("date-time".to_owned()),
                ..row("sownOn", "string")
            },
            Row {
                codes_page: Some("colours.md".to_owned()),
                ..row("colour", "integer")
            },
        ],
    );
    let gardener = table(
        Section::Response,
        Some("Gardener"),
        50,
        vec![row("name", "string"), row("town", "string")],
    );
    let list = Operation {
        method: "GET".to_owned(),
        endpoint: "/beds/{bedId}/plants".to_owned(),
        line: 7,
        scopes: vec!["plants.read".to_owned()],
        success: Some(200),
        tables: vec![path, query, plant, gardener],
        response: Some(Sample {
            line: 60,
            path: Some("/beds/1/plants".to_owned()),
            shape: shape(&[
                ("", "object"),
                ("data", "array"),
                ("data[]", "object"),
                ("data[].id", "string"),
                ("data[].gardener", "object"),
                ("data[].gardener.name", "string"),
                ("data[].gardener.town", "string"),
                ("data[].gardener-code", "integer"),
                ("data[].state", "integer"),
            ]),
            codes: [("data[].state".to_owned(), vec![1.into()])].into(),
            ..Sample::default()
        }),
        ..Operation::default()
    };
    let water = Operation {
        method: "POST".to_owned(),
        endpoint: "plants/{id}/water".to_owned(),
        line: 8,
        tables: vec![table(
            Section::Body,
            None,
            15,
            vec![row("warm", "boolean"), row("after", "integer")],
        )],
        ..Operation::default()
    };
    let page = |name: &str, sha256: &str| Page {
        page: name.to_owned(),
        sha256: sha256.to_owned(),
        ..Page::default()
    };
    vec![
        Page {
            operations: vec![list],
            ..page("plants/list.md", "aa")
        },
        Page {
            operations: vec![water],
            ..page("plants/water.md", "bb")
        },
        Page {
            codes: Some(CodeList {
                line: 3,
                codes: vec![code(1, "Red"), code(2, "Green")],
            }),
            hosts: vec![listed("plants.example.com")],
            statuses: vec![listed("429")],
            endpoints: vec![listed("/plants")],
            ..page("colours.md", "cc")
        },
        Page {
            elsewhere: true,
            ..page("web page", "dd")
        },
    ]
}

fn findings(was: &[Page], is: &[Page]) -> Vec<Finding> {
    let spec = Spec::default();
    let context = Context {
        api: "plants",
        spec: &spec,
    };
    page_lock(context, &MatchedPages::new(was, &spec), &MatchedPages::new(is, &spec))
}

/// Kind, class, place, was, is. The class is that of the change by itself; what it leaves once it is locked settles it.
type Reported<'a> = (Kind, Class, &'a str, &'a str, &'a str);

/// What is found after a change of the pages.
fn check(change: impl Fn(&mut Vec<Page>), expected: &[Reported<'_>]) {
    let was = pages();
    let mut is = pages();
    change(&mut is);
    for (page, old) in is.iter_mut().zip(&was) {
        if page != old && page.sha256 == old.sha256 {
            page.sha256.push('x');
        }
    }
    let found = findings(&was, &is);
    let reported: Vec<Reported<'_>> = found
        .iter()
        .map(|finding| {
            (
                finding.kind,
                finding.class,
                &*finding.place,
                &*finding.was,
                &*finding.is,
            )
        })
        .collect();
    assert_eq!(reported, expected);
    for finding in &found {
        assert!(
            finding
                .remedy
                .starts_with("run `cargo xtask docs lock --docs DIR`, then "),
            "{finding:?}"
        );
        assert!(finding.line > 0 && !finding.page.is_empty(), "{finding:?}");
    }
}

fn list(pages: &mut [Page]) -> &mut Operation {
    &mut pages[0].operations[0]
}

fn member(pages: &mut [Page], table: usize, row: usize) -> &mut Row {
    &mut list(pages).tables[table].rows[row]
}

fn sample(pages: &mut [Page]) -> &mut Sample {
    list(pages).response.as_mut().expect("a sample")
}

#[test]
fn pages_do_not_differ_from_themselves() {
    assert_eq!(findings(&pages(), &pages()), []);
    let mut reversed = pages();
    reversed.reverse();
    assert_eq!(findings(&pages(), &reversed), []);
}

#[test]
fn other_lines_alone_are_no_fact_but_another_text() {
    let moved = |pages: &mut Vec<Page>| {
        list(pages).line += 2;
        list(pages).tables[0].line += 2;
        sample(pages).line += 2;
    };
    check(
        moved,
        &[(
            Kind::PageWording,
            Documentation,
            "page",
            "the text when it was locked",
            "another text with the same facts",
        )],
    );
}

#[test]
fn a_row_of_a_flattened_page_has_its_own_line() {
    let (mut was, mut is) = (pages(), pages());
    list(&mut was).tables[3].rows = vec![Row {
        line: Some(53),
        ..row("town", "string")
    }];
    list(&mut is).tables[3].rows = vec![
        row("name", "string"),
        Row {
            line: Some(57),
            ..row("town", "integer")
        },
    ];
    let found = findings(&was, &is);
    let reported: Vec<_> = found.iter().map(|finding| (finding.kind, finding.line)).collect();
    assert_eq!(reported, [(Kind::MemberAdded, 50), (Kind::Type, 57)]);
}

#[test]
fn a_page_elsewhere_is_compared_only_if_it_was_read() {
    check(|pages| drop(pages.pop()), &[]);
    check(
        |pages| pages[3].hosts.push(listed("plants.example.net")),
        &[(Kind::Host, Additive, "host", "", "plants.example.net")],
    );
}

#[test]
fn pages_and_operations_that_come_go_and_move() {
    check(
        |pages| "plants/all.md".clone_into(&mut pages[0].page),
        &[(
            Kind::PageMoved,
            Documentation,
            "page",
            "plants/list.md",
            "plants/all.md",
        )],
    );
    check(
        |pages| {
            "plants/all.md".clone_into(&mut pages[0].page);
            pages[0].sha256 = "other".to_owned();
            member(pages, 1, 0).maximum = Some(50);
        },
        &[
            (
                Kind::PageMoved,
                Documentation,
                "page",
                "plants/list.md",
                "plants/all.md",
            ),
            (Kind::Limit, Breaking, "query.pageSize", "maximum 100", "maximum 50"),
        ],
    );
    check(
        |pages| {
            "colors.md".clone_into(&mut pages[2].page);
            pages[2].sha256 = "other".to_owned();
        },
        &[(Kind::PageMoved, Documentation, "page", "colours.md", "colors.md")],
    );
    check(
        |pages| drop(pages.remove(1)),
        &[(
            Kind::OperationRemoved,
            Breaking,
            "operation",
            "POST /plants/{id}/water",
            "",
        )],
    );
    let trim = |pages: &mut Vec<Page>, page: usize| {
        let mut trim = pages[1].operations[0].clone();
        "/plants/{id}/trim".clone_into(&mut trim.endpoint);
        pages[page].operations.push(trim);
    };
    let added: Reported<'_> = (
        Kind::OperationAdded,
        Additive,
        "operation",
        "",
        "POST /plants/{id}/trim",
    );
    check(|pages| trim(pages, 0), &[added]);
    check(
        |pages| {
            pages.push(Page {
                page: "plants/trim.md".to_owned(),
                ..Page::default()
            });
            trim(pages, 4);
        },
        &[added],
    );
    // An operation that goes to another page, while both pages stay.
    check(
        |pages| {
            let water = pages[1].operations.remove(0);
            pages[0].operations.push(water);
        },
        &[(
            Kind::PageMoved,
            Documentation,
            "page",
            "plants/water.md",
            "plants/list.md",
        )],
    );
    check(
        |pages| {
            pages.push(Page {
                page: "prose.md".to_owned(),
                ..Page::default()
            });
        },
        &[(Kind::PageWording, Documentation, "page", "", "a page without facts")],
    );
}

#[test]
fn facts_of_an_operation() {
    check(
        |pages| "PUT".clone_into(&mut list(pages).method),
        &[(Kind::Method, Breaking, "method", "GET", "PUT")],
    );
    check(
        |pages| "/plots/{bedId}/plants".clone_into(&mut list(pages).endpoint),
        &[(
            Kind::Endpoint,
            Breaking,
            "endpoint",
            "/beds/{bedId}/plants",
            "/plots/{bedId}/plants",
        )],
    );
    check(
        |pages| "/beds/{bed}/plants".clone_into(&mut list(pages).endpoint),
        &[(
            Kind::Endpoint,
            Documentation,
            "endpoint",
            "/beds/{bedId}/plants",
            "/beds/{bed}/plants",
        )],
    );
    check(
        |pages| "beds/{bedId}/plants".clone_into(&mut list(pages).endpoint),
        &[(
            Kind::Endpoint,
            Documentation,
            "endpoint",
            "/beds/{bedId}/plants",
            "beds/{bedId}/plants",
        )],
    );
    check(
        |pages| list(pages).scopes.push("plants.all".to_owned()),
        &[(
            Kind::Scopes,
            Additive,
            "scopes",
            "plants.read",
            "plants.read, plants.all",
        )],
    );
    check(
        |pages| "plants.list".clone_into(&mut list(pages).scopes[0]),
        &[(Kind::Scopes, Breaking, "scopes", "plants.read", "plants.list")],
    );
    check(
        |pages| list(pages).success = Some(204),
        &[(Kind::Status, Breaking, "status", "200", "204")],
    );
}

#[test]
fn rows_that_come_go_and_move() {
    check(
        |pages| list(pages).tables[1].rows.insert(1, row("sort", "string")),
        &[(Kind::MemberAdded, Additive, "query.sort", "", "string")],
    );
    check(
        |pages| {
            let must = Row {
                required: Some(Required::Yes),
                ..row("sort", "string")
            };
            list(pages).tables[1].rows.insert(0, must);
        },
        &[(Kind::MemberAdded, Breaking, "query.sort", "", "string, required")],
    );
    check(
        |pages| drop(list(pages).tables[1].rows.remove(0)),
        &[(
            Kind::MemberRemoved,
            Breaking,
            "query.pageSize",
            "integer, optional, default 20, maximum 100",
            "",
        )],
    );
    // The same position, whatever the facts.
    check(
        |pages| "status".clone_into(&mut member(pages, 2, 1).name),
        &[(
            Kind::MemberRenamed,
            Breaking,
            "response.data[].state",
            "state",
            "status",
        )],
    );
    check(
        |pages| "bed".clone_into(&mut member(pages, 0, 0).name),
        &[(Kind::MemberRenamed, Breaking, "path.bedId", "bedId", "bed")],
    );
    // Another position, the same facts.
    check(
        |pages| {
            let mut state = list(pages).tables[2].rows.remove(1);
            "status".clone_into(&mut state.name);
            list(pages).tables[2].rows.push(state);
        },
        &[(
            Kind::MemberRenamed,
            Breaking,
            "response.data[].state",
            "state",
            "status",
        )],
    );
    // Another position, other facts: two changes.
    check(
        |pages| {
            list(pages).tables[2].rows.remove(1);
            list(pages).tables[2].rows.push(row("grams", "number"));
        },
        &[
            (
                Kind::MemberRemoved,
                Breaking,
                "response.data[].state",
                "integer, codes 0, 1",
                "",
            ),
            (Kind::MemberAdded, Additive, "response.data[].grams", "", "number"),
        ],
    );
    check(
        |pages| {
            let soil = list(pages).tables[1].rows.remove(1);
            list(pages).tables[0].rows.push(soil);
        },
        &[(Kind::Placement, Breaking, "query.soil", "query", "path")],
    );
    check(
        |pages| {
            let town = list(pages).tables[3].rows.remove(1);
            list(pages).tables[2].rows.push(town);
        },
        &[(
            Kind::Placement,
            Breaking,
            "response.data[].gardener.town",
            "response: Gardener",
            "response: Plant",
        )],
    );
    check(
        |pages| list(pages).tables[2].title = Some("One plant".to_owned()),
        &[(Kind::PageWording, Documentation, "response", "Plant", "One plant")],
    );
    check(
        |pages| list(pages).tables.swap(2, 3),
        &[(
            Kind::PageWording,
            Documentation,
            "page",
            "the text when it was locked",
            "another text with the same facts",
        )],
    );
}

#[test]
fn facts_of_a_row() {
    let size = "query.pageSize";
    check(
        |pages| member(pages, 1, 0).kind = Some("string".to_owned()),
        &[(Kind::Type, Breaking, size, "integer", "string")],
    );
    check(
        |pages| member(pages, 1, 0).kind = None,
        &[(Kind::Type, Breaking, size, "integer", "")],
    );
    check(
        |pages| member(pages, 1, 0).required = Some(Required::Yes),
        &[(Kind::Required, Breaking, size, "optional", "required")],
    );
    check(
        |pages| member(pages, 1, 1).required = Some(Required::No),
        &[(Kind::Required, Additive, "query.soil", "required", "optional")],
    );
    check(
        |pages| member(pages, 2, 0).required = Some(Required::Yes),
        &[(Kind::Required, Documentation, "response.data[].id", "", "required")],
    );
    check(
        |pages| member(pages, 1, 0).default = Some(50.into()),
        &[(Kind::Default, Breaking, size, "20", "50")],
    );
    check(
        |pages| member(pages, 1, 0).maximum = Some(50),
        &[(Kind::Limit, Breaking, size, "maximum 100", "maximum 50")],
    );
    check(
        |pages| member(pages, 1, 0).maximum = None,
        &[(Kind::Limit, Additive, size, "maximum 100", "")],
    );
    check(
        |pages| member(pages, 1, 0).minimum = Some(1),
        &[(Kind::Limit, Breaking, size, "", "minimum 1")],
    );
    check(
        |pages| member(pages, 1, 1).max_length = Some(60),
        &[(Kind::Limit, Additive, "query.soil", "maxLength 50", "maxLength 60")],
    );
    check(
        |pages| member(pages, 1, 1).format = Some("date-time".to_owned()),
        &[(Kind::Format, Breaking, "query.soil", "", "date-time")],
    );
    check(
        |pages| member(pages, 2, 2).format = None,
        &[(Kind::Format, Breaking, "response.data[].sownOn", "date-time", "")],
    );
    check(
        |pages| member(pages, 2, 0).parent = Some("data".to_owned()),
        &[(Kind::Placement, Breaking, "response.data[].id", "", "in data")],
    );
}

#[test]
fn codes_of_rows_and_of_pages() {
    let state = "response.data[].state";
    check(
        |pages| member(pages, 2, 1).codes.insert(0, code(7, "Wilted")),
        &[(Kind::CodeAdded, Additive, state, "", "7 (Wilted)")],
    );
    check(
        |pages| drop(member(pages, 2, 1).codes.remove(0)),
        &[(Kind::CodeRemoved, Breaking, state, "0 (Bare)", "")],
    );
    check(
        |pages| member(pages, 2, 1).codes[1] = code(1, "Ready"),
        &[(Kind::CodeLabel, Documentation, state, "1 (Ripe)", "1 (Ready)")],
    );
    check(
        |pages| member(pages, 2, 1).codes[1] = code(2, "Ripe"),
        &[
            (Kind::CodeRemoved, Breaking, state, "1 (Ripe)", ""),
            (Kind::CodeAdded, Additive, state, "", "2 (Ripe)"),
        ],
    );
    check(
        |pages| member(pages, 2, 1).codes[1].code = "1".into(),
        &[
            (Kind::CodeRemoved, Breaking, state, "1 (Ripe)", ""),
            (Kind::CodeAdded, Additive, state, "", "\"1\" (Ripe)"),
        ],
    );
    check(
        |pages| member(pages, 2, 3).codes_page = Some("colors.md".to_owned()),
        &[(
            Kind::CodesPage,
            Documentation,
            "response.data[].colour",
            "colours.md",
            "colors.md",
        )],
    );
    check(
        |pages| {
            member(pages, 2, 1).codes.clear();
            member(pages, 2, 1).codes_page = Some("states.md".to_owned());
        },
        &[(Kind::CodesPage, Documentation, state, "", "states.md")],
    );
    let codes = |pages: &mut Vec<Page>, change: fn(&mut Vec<Code>)| {
        change(&mut pages[2].codes.as_mut().expect("codes").codes);
    };
    check(
        |pages| codes(pages, |codes| codes.push(code(3, "Blue"))),
        &[(Kind::CodeAdded, Additive, "page", "", "3 (Blue)")],
    );
    check(
        |pages| codes(pages, |codes| codes.truncate(1)),
        &[(Kind::CodeRemoved, Breaking, "page", "2 (Green)", "")],
    );
    check(
        |pages| "403".clone_into(&mut pages[2].statuses[0].value),
        &[
            (Kind::HttpStatus, Documentation, "status", "429", ""),
            (Kind::HttpStatus, Additive, "status", "", "403"),
        ],
    );
    check(
        |pages| pages[2].hosts.clear(),
        &[(Kind::Host, Breaking, "host", "plants.example.com", "")],
    );
    check(
        |pages| pages[2].endpoints.push(listed("/bulbs")),
        &[(Kind::ListedEndpoint, Additive, "endpoint", "", "/bulbs")],
    );
}

#[test]
fn samples() {
    // Only the topmost place of what is gone; `gardener-code` sorts among the members of `gardener` and is another one.
    check(
        |pages| {
            sample(pages)
                .shape
                .retain(|place, _| !place.starts_with("data[].gardener"))
        },
        &[
            (Kind::SampleShape, Breaking, "response.data[].gardener", "object", ""),
            (
                Kind::SampleShape,
                Breaking,
                "response.data[].gardener-code",
                "integer",
                "",
            ),
        ],
    );
    check(
        |pages| {
            sample(pages)
                .shape
                .extend(shape(&[("data[].bulb", "object"), ("data[].bulb.grams", "number")]))
        },
        &[(Kind::SampleShape, Breaking, "response.data[].bulb", "", "object")],
    );
    check(
        |pages| sample(pages).shape.extend(shape(&[("data[].state", "string")])),
        &[(
            Kind::SampleShape,
            Breaking,
            "response.data[].state",
            "integer",
            "string",
        )],
    );
    check(
        |pages| list(pages).response = None,
        &[
            (Kind::SampleShape, Breaking, "response", "object", ""),
            (Kind::SampleUrl, Documentation, "path", "/beds/1/plants", ""),
        ],
    );
    check(
        |pages| {
            sample(pages)
                .codes
                .extend([("data[].state".to_owned(), vec![0.into()])])
        },
        &[(Kind::SampleCode, Additive, "response.data[].state", "1", "0")],
    );
    check(
        |pages| sample(pages).slips.push(listed("a comma is missing")),
        &[(Kind::SampleSyntax, Documentation, "response", "", "a comma is missing")],
    );
    check(
        |pages| {
            list(pages).request = Some(Sample {
                query: vec!["pageSize".to_owned()],
                ..Sample::default()
            });
        },
        &[(Kind::SampleShape, Breaking, "query.pageSize", "", "sent")],
    );
    // Table and sample change alike: one change.
    check(
        |pages| {
            "Status".clone_into(&mut member(pages, 2, 1).name);
            let shapes = &mut sample(pages).shape;
            shapes.remove("data[].state");
            shapes.insert("data[].status".to_owned(), "integer".to_owned());
        },
        &[(
            Kind::MemberRenamed,
            Breaking,
            "response.data[].state",
            "state",
            "Status",
        )],
    );
}

#[test]
fn a_page_that_is_another_altogether_is_compared_row_by_row() {
    let page = |letter: char| {
        let name = |number: usize| format!("{letter}{number}");
        let rows = (0..10_000).map(|number| row(&name(number), "string")).collect();
        let places = (0..10_000).map(|number| (name(number), "string".to_owned())).collect();
        Page {
            page: "large.md".to_owned(),
            sha256: letter.to_string(),
            operations: vec![Operation {
                method: "GET".to_owned(),
                tables: vec![table(Section::Response, None, 1, rows)],
                response: Some(Sample {
                    shape: places,
                    ..Sample::default()
                }),
                ..Operation::default()
            }],
            ..Page::default()
        }
    };
    let looked_at = || crate::placement::LOOKED_AT.get();
    let before = looked_at();
    assert!(findings(&[page('a')], &[page('b')]).len() >= 10_000);
    // Each row is looked up in the sample of its own page, once or twice.
    assert!(looked_at() - before <= 60_000, "{}", looked_at() - before);
}

#[test]
fn findings_name_page_line_and_operation() {
    let mut is = pages();
    member(&mut is, 1, 1).max_length = Some(40);
    is.remove(1);
    let found = findings(&pages(), &is);
    let [limit, removed] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (limit.page.as_str(), limit.line),
        ("plants/list.md", 23),
        "the second row of its table"
    );
    assert_eq!(limit.operation, "GET /beds/{bedId}/plants");
    assert_eq!((limit.api.as_str(), limit.step), ("plants", Step::PageLock));
    assert!(limit.remedy.contains("specs/plants/openapi.yaml"), "{}", limit.remedy);
    assert_eq!(
        (removed.page.as_str(), removed.line),
        ("plants/water.md", 8),
        "where it stood"
    );
}

#[test]
fn a_permission_table_that_stays_as_it_is_has_not_changed_with_the_endpoint() {
    check(
        |pages| {
            let list = list(pages);
            list.scopes_endpoint = Some(std::mem::replace(
                &mut list.endpoint,
                "/plots/{bedId}/plants".to_owned(),
            ));
        },
        &[(
            Kind::Endpoint,
            Breaking,
            "endpoint",
            "/beds/{bedId}/plants",
            "/plots/{bedId}/plants",
        )],
    );
}

#[test]
fn a_truth_value_is_the_same_code_in_a_row_of_another_type() {
    let with = |kind: &str, codes: [serde_json::Value; 2]| {
        let mut was = pages();
        let row = &mut list(&mut was).tables[1].rows[0];
        row.kind = Some(kind.to_owned());
        row.codes = codes.into_iter().map(|code| Code { code, label: None }).collect();
        was
    };
    let found = findings(
        &with("boolean", [true.into(), false.into()]),
        &with("string", ["True".into(), "False".into()]),
    );
    let kinds: Vec<_> = found.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Type]);
}
