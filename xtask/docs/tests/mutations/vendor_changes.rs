//! Page → lock: what the vendor changes is reported once, and as what it is.

use xtask_docs::finding::Class::{Additive, Breaking, Documentation};
use xtask_docs::finding::{Finding, Kind, Step};

use crate::check::{Edit, GETS, Garden, Reported, SEARCHES, expect_one, of};
use crate::garden::{BED, COLOURS, SEARCH, SERVICE};

/// Expects that changes of pages are reported as one finding.
#[track_caller]
fn expect_change(edits: &[Edit], reported: &Reported) {
    let garden = Garden::edited(edits);
    expect_one(&garden, Step::PageLock, &garden.changed(), reported);
}
#[test]
fn pages_lock_and_spec_that_agree_give_no_finding() {
    let garden = Garden::new();
    let drift = garden.against(&garden.lock());
    assert_eq!(drift.findings, []);
    assert_eq!((drift.coverage.len(), drift.silenced), (4, 0));
    let search = drift.coverage[SEARCH];
    assert_eq!(
        [search.tables, search.rows, search.items].map(|share| (share.used, share.total)),
        [(6, 6), (17, 17), (4, 4)]
    );
    assert!(drift.coverage.values().all(|page| page.is_whole()));
}

#[test]
fn operations_come_and_go_with_their_pages() {
    let bed = Garden::new().text(BED);
    let new = "docs/elements/plants/delete-bed.md";
    let mut more = Garden::new();
    more.write(new, bed.replace("| GET |", "| DELETE |"));
    expect_one(
        &more,
        Step::PageLock,
        &more.changed(),
        &Reported {
            kind: Kind::OperationAdded,
            class: Additive,
            operation: "DELETE /garden/v1/beds/{bedId}",
            place: "operation",
            sides: ("", "DELETE /garden/v1/beds/{bedId}"),
            at: (new, "| DELETE |"),
        },
    );

    let whole = Garden::new();
    let mut less = whole.clone();
    less.pages.retain(|(name, _)| name != BED);
    expect_one(
        &whole,
        Step::PageLock,
        &less.changed(),
        &Reported {
            kind: Kind::OperationRemoved,
            class: Breaking,
            operation: GETS,
            place: "operation",
            sides: (GETS, ""),
            at: (BED, "| GET |"),
        },
    );

    let there = "docs/elements/beds/get.md";
    let mut moved = less;
    moved.write(there, bed);
    expect_one(
        &moved,
        Step::PageLock,
        &moved.changed(),
        &Reported {
            kind: Kind::PageMoved,
            class: Documentation,
            operation: "*",
            place: "page",
            sides: (BED, there),
            at: (there, ""),
        },
    );
}

#[test]
fn a_page_that_is_renamed_together_with_its_path_has_moved() {
    let there = "docs/elements/herbs/find-herbs.md";
    let mut garden = Garden::new();
    let text = garden
        .text(SEARCH)
        .replace("beds/{bedId}/plants", "plots/{bedId}/herbs");
    garden.pages.retain(|(name, _)| name != SEARCH);
    garden.write(there, text.replace("beds/north/plants", "plots/north/herbs"));
    let kinds = |findings: Vec<Finding>| {
        let of_interest = findings
            .into_iter()
            .filter(|finding| finding.kind != Kind::ListedEndpoint);
        of_interest
            .map(|finding| (finding.kind, finding.operation))
            .collect::<Vec<_>>()
    };
    let moved = [
        (Kind::PageMoved, SEARCHES.to_owned()),
        (Kind::Endpoint, SEARCHES.to_owned()),
    ];
    assert_eq!(kinds(garden.against(&Garden::new().lock()).findings), moved);
    let locked = kinds(garden.against(&garden.lock()).findings);
    let at_spec = [Kind::Endpoint, Kind::PageMoved].map(|kind| (kind, SEARCHES.to_owned()));
    assert_eq!(locked, at_spec);
}

#[test]
fn a_path_that_the_sample_begins_further_up_is_changed_once() {
    let edits = |from: &str, to: &str| -> String {
        let text = Garden::new().text(SEARCH);
        let text = text.replace(
            "`/garden/v1/beds/{bedId}/plants`",
            &format!("`/v1/{from}/{{bedId}}/plants`"),
        );
        text.replace("/beds/north/plants", to)
    };
    let (mut was, mut is) = (Garden::new(), Garden::new());
    was.write(SEARCH, edits("beds", "/beds/north/plants"));
    is.write(SEARCH, edits("plots", "/plots/north/plants"));
    let changed = of(Step::PageLock, is.against(&was.lock()).findings);
    let kinds: Vec<_> = changed.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Endpoint], "{changed:#?}");
    let remedy = "write the path `/garden/v1/plots/{bedId}/plants` instead of `/garden/v1/beds/{bedId}/plants`";
    assert!(changed[0].remedy.contains(remedy), "{}", changed[0].remedy);
}

#[test]
fn each_change_of_a_call_is_told_once() {
    let searches = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, start),
    };
    expect_change(
        &[(SEARCH, "| POST |", "| PUT |")],
        &searches(Kind::Method, Breaking, "method", ("POST", "PUT"), "| PUT |"),
    );
    expect_change(
        &[
            (
                SEARCH,
                "| `/garden/v1/beds/{bedId}/plants` | garden",
                "| `/garden/v1/beds/{bedId}/herbs` | garden",
            ),
            (
                SEARCH,
                "| POST | `/garden/v1/beds/{bedId}/plants` |",
                "| POST | `/garden/v1/beds/{bedId}/herbs` |",
            ),
            (SEARCH, "beds/north/plants?", "beds/north/herbs?"),
        ],
        &searches(
            Kind::Endpoint,
            Breaking,
            "endpoint",
            ("/garden/v1/beds/{bedId}/plants", "/garden/v1/beds/{bedId}/herbs"),
            "| POST |",
        ),
    );
    let scopes = "garden.plants.read or garden.plants.all";
    let scopes_were = "garden.plants.read, garden.plants.all";
    for (new, class, is) in [
        (
            "garden.plants.read or garden.plants.all or garden.all",
            Additive,
            "garden.plants.read, garden.plants.all, garden.all",
        ),
        ("garden.plants.all", Breaking, "garden.plants.all"),
        (
            "garden.plants.read or garden.plants.write",
            Breaking,
            "garden.plants.read, garden.plants.write",
        ),
    ] {
        expect_change(
            &[(SEARCH, scopes, new)],
            &searches(Kind::Scopes, class, "scopes", (scopes_were, is), "plants` | garden."),
        );
    }
    expect_change(
        &[(SEARCH, "200 OK", "201 Created")],
        &searches(Kind::Status, Breaking, "status", ("200", "201"), "| POST |"),
    );
}

#[test]
fn parameters_come_go_and_change_their_names_and_places() {
    let row = "| pageIndex | Which page, which starts from 1. | integer | No |\n";
    let searches = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, start),
    };
    for (required, class, is) in [
        ("No", Additive, "string, optional"),
        ("Yes", Breaking, "string, required"),
    ] {
        let more = format!("{row}| order | What comes first. | string | {required} |\n");
        // Whether the sample shows it makes no other change of it.
        for url in ["pageIndex=1", "pageIndex=1&order=id"] {
            expect_change(
                &[(SEARCH, row, &more), (SEARCH, "pageIndex=1", url)],
                &searches(Kind::MemberAdded, class, "query.order", ("", is), "| order |"),
            );
        }
    }
    // One that the sample goes on sending is not gone.
    for (url, class) in [("pageIndex=1&", Additive), ("", Breaking)] {
        let garden = [(SEARCH, row, ""), (SEARCH, "pageIndex=1&", url)];
        expect_change(
            &garden,
            &searches(
                Kind::MemberRemoved,
                class,
                "query.pageIndex",
                ("integer, optional, minimum 1", ""),
                "| pageSize |",
            ),
        );
    }
    expect_change(
        &[
            (SEARCH, "| pageSize |", "| size |"),
            (SEARCH, "&pageSize=20", "&size=20"),
        ],
        &searches(
            Kind::MemberRenamed,
            Breaking,
            "query.pageSize",
            ("pageSize", "size"),
            "| size |",
        ),
    );
    expect_change(
        &[
            (SEARCH, "| height |", "| tallness |"),
            (SEARCH, "\"height\"", "\"tallness\""),
        ],
        &searches(
            Kind::MemberRenamed,
            Breaking,
            "response.data[].height",
            ("height", "tallness"),
            "| tallness |",
        ),
    );
    let label = "| label | What the sign says. The maximum length is 40 characters. | string | Yes |\n";
    expect_change(
        &[(SEARCH, row, ""), (SEARCH, label, &format!("{label}{row}"))],
        &searches(
            Kind::Placement,
            Breaking,
            "query.pageIndex",
            ("query", "body"),
            "| pageIndex |",
        ),
    );
    expect_change(
        // The sample goes on showing it.
        &[(SEARCH, "| height | How tall. | integer |\n", "")],
        &searches(
            Kind::MemberRemoved,
            Additive,
            "response.data[].height",
            ("integer", ""),
            "| data |",
        ),
    );
    expect_change(
        &[(
            SEARCH,
            "| totalCount |",
            "| pageCount | How many pages. | integer |\n| totalCount |",
        )],
        &searches(
            Kind::MemberAdded,
            Additive,
            "response.data[].pageCount",
            ("", "integer"),
            "| pageCount |",
        ),
    );
}

#[test]
fn table_sample_and_endpoint_that_change_together_are_one_change() {
    let renamed = |class, place, sides, at| Reported {
        kind: Kind::MemberRenamed,
        class,
        operation: SEARCHES,
        place,
        sides,
        at,
    };
    expect_change(
        &[
            (SEARCH, "| data |", "| plants |"),
            (SEARCH, "\"data\": [", "\"plants\": ["),
        ],
        &renamed(Breaking, "response.data", ("data", "plants"), (SEARCH, "| plants |")),
    );
    expect_change(
        &[
            (SEARCH, "| height |", "| Height |"),
            (SEARCH, "\"height\"", "\"Height\""),
        ],
        &renamed(
            Breaking,
            "response.data[].height",
            ("height", "Height"),
            (SEARCH, "| Height |"),
        ),
    );
    // The name is part of the endpoint, and reaches no wire.
    expect_change(
        &[
            (
                BED,
                "| `/garden/v1/beds/{bedId}` | garden",
                "| `/garden/v1/beds/{plotId}` | garden",
            ),
            (
                BED,
                "| GET | `/garden/v1/beds/{bedId}` |",
                "| GET | `/garden/v1/beds/{plotId}` |",
            ),
            (BED, "| bedId |", "| plotId |"),
        ],
        &Reported {
            kind: Kind::Endpoint,
            class: Documentation,
            operation: GETS,
            place: "endpoint",
            sides: ("/garden/v1/beds/{bedId}", "/garden/v1/beds/{plotId}"),
            at: (BED, "| GET |"),
        },
    );
    // Rows in another order, further down the page, say the same.
    let rows = [
        "| title | What it is called. | string |\n",
        "| sunny | Whether the sun reaches it. | boolean |\n",
    ];
    expect_change(
        &[
            (BED, &rows.concat(), &format!("{}{}", rows[1], rows[0])),
            (BED, "# Get a Bed\n", "\n\n# Get a Bed\n"),
        ],
        &Reported {
            kind: Kind::PageWording,
            class: Documentation,
            operation: "*",
            place: "page",
            sides: ("the text when it was locked", "another text with the same facts"),
            at: (BED, ""),
        },
    );
}

#[test]
fn each_fact_of_a_row_is_told() {
    let searches = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, start),
    };
    let type_changed = searches(
        Kind::Type,
        Breaking,
        "response.data[].height",
        ("integer", "string"),
        "| height |",
    );
    let table = (
        SEARCH,
        "| height | How tall. | integer |",
        "| height | How tall. | string |",
    );
    expect_change(&[table], &type_changed);
    expect_change(
        &[table, (SEARCH, "\"height\": 12", "\"height\": \"12\"")],
        &type_changed,
    );

    let colour = "See [Colours](../reference/colours.md). | integer | No |";
    expect_change(
        &[(
            SEARCH,
            colour,
            "See [Colours](../reference/colours.md). | integer | Yes |",
        )],
        &searches(
            Kind::Required,
            Breaking,
            "body.colour",
            ("optional", "required"),
            "| colour |",
        ),
    );
    expect_change(
        &[(
            SEARCH,
            "40 characters. | string | Yes |",
            "40 characters. | string | No |",
        )],
        &searches(
            Kind::Required,
            Additive,
            "body.label",
            ("required", "optional"),
            "| label |",
        ),
    );
    expect_change(
        &[(SEARCH, "default is 20", "default is 25")],
        &searches(Kind::Default, Breaking, "query.pageSize", ("20", "25"), "| pageSize |"),
    );
    expect_change(
        &[(SEARCH, "allowed is 100", "allowed is 50")],
        &searches(
            Kind::Limit,
            Breaking,
            "query.pageSize",
            ("maximum 100", "maximum 50"),
            "| pageSize |",
        ),
    );
    expect_change(
        &[(SEARCH, "allowed is 100", "allowed is 200")],
        &searches(
            Kind::Limit,
            Additive,
            "query.pageSize",
            ("maximum 100", "maximum 200"),
            "| pageSize |",
        ),
    );
    expect_change(
        &[(SEARCH, "starts from 1", "starts from 0")],
        &searches(
            Kind::Limit,
            Additive,
            "query.pageIndex",
            ("minimum 1", "minimum 0"),
            "| pageIndex |",
        ),
    );
    expect_change(
        &[(SEARCH, "40 characters", "30 characters")],
        &searches(
            Kind::Limit,
            Breaking,
            "body.label",
            ("maxLength 40", "maxLength 30"),
            "| label |",
        ),
    );
    expect_change(
        &[(SEARCH, ", in ISO 8601 format", "")],
        &searches(
            Kind::Format,
            Breaking,
            "response.data[].sownOn",
            ("date-time", ""),
            "| sownOn |",
        ),
    );
}

#[test]
fn codes_come_go_and_are_named_anew() {
    let list = "<li>**0** for Spring</li><li>**1** for Autumn</li>";
    let body = format!("{list}</ul> | integer | No |");
    let searches = |kind, class, sides| Reported {
        kind,
        class,
        operation: SEARCHES,
        place: "body.season",
        sides,
        at: (SEARCH, "</ul> | integer | No |"),
    };
    for (new, reported) in [
        (
            "<li>**0** for Spring</li><li>**1** for Autumn</li><li>**2** for Winter</li>",
            searches(Kind::CodeAdded, Additive, ("", "2 (Winter)")),
        ),
        (
            "<li>**0** for Spring</li>",
            searches(Kind::CodeRemoved, Breaking, ("1 (Autumn)", "")),
        ),
        (
            "<li>**0** for Spring</li><li>**1** for Fall</li>",
            searches(Kind::CodeLabel, Documentation, ("1 (Autumn)", "1 (Fall)")),
        ),
    ] {
        expect_change(&[(SEARCH, &body, &format!("{new}</ul> | integer | No |"))], &reported);
    }
    expect_change(
        &[(SEARCH, "(../reference/colours.md)", "(../reference/petals.md)")],
        &Reported {
            kind: Kind::CodesPage,
            class: Documentation,
            operation: SEARCHES,
            place: "body.colour",
            sides: (COLOURS, "docs/elements/reference/petals.md"),
            at: (SEARCH, "| colour |"),
        },
    );
    expect_change(
        &[(COLOURS, "| 7 | Green |\n", "| 7 | Green |\n| 9 | Blue |\n")],
        &Reported {
            kind: Kind::CodeAdded,
            class: Additive,
            operation: "*",
            place: "page",
            sides: ("", "9 (Blue)"),
            at: (COLOURS, "| 3 |"),
        },
    );
}

#[test]
fn samples_change_their_shape() {
    let searches = |class, place, sides| Reported {
        kind: Kind::SampleShape,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, "200 OK:\n\n```json\n{"),
    };
    for (old, new, reported) in [
        (
            "\"height\": 12,",
            "\"height\": 12, \"watered\": true,",
            searches(Additive, "response.data[].watered", ("", "boolean")),
        ),
        (
            "      \"height\": 12,\n",
            "",
            searches(Additive, "response.data[].height", ("integer", "")),
        ),
        (
            "\"data\": [",
            "\"plants\": [",
            searches(Breaking, "response.data", ("data: array", "plants: array")),
        ),
        (
            "\"height\": 12",
            "\"height\": [12]",
            searches(Breaking, "response.data[].height", ("integer", "array")),
        ),
    ] {
        expect_change(&[(SEARCH, old, new)], &reported);
    }
}

#[test]
fn what_concerns_no_operation_is_told_of_all() {
    let all = |kind, class, sides, at| Reported {
        kind,
        class,
        operation: "*",
        place: match kind {
            Kind::Host => "host",
            Kind::HttpStatus => "status",
            Kind::ListedEndpoint => "endpoint",
            _ => "page",
        },
        sides,
        at,
    };
    expect_change(
        &[(SEARCH, "Looks through one bed of the garden.", "Looks through a bed.")],
        &all(
            Kind::PageWording,
            Documentation,
            ("the text when it was locked", "another text with the same facts"),
            (SEARCH, ""),
        ),
    );
    let home = "| Home | https://garden.example |\n";
    expect_change(
        &[(
            SERVICE,
            home,
            &format!("{home}| Away | https://away.garden.example |\n"),
        )],
        &all(
            Kind::Host,
            Additive,
            ("", "https://away.garden.example"),
            (SERVICE, "| Away |"),
        ),
    );
    expect_change(
        &[(SERVICE, "| 404 | There", "| 429 | Too much at once. |\n| 404 | There")],
        &all(Kind::HttpStatus, Additive, ("", "429"), (SERVICE, "| 429 |")),
    );
    expect_change(
        &[(SERVICE, "| Get a bed |", "| Dig | /garden/v1/dig |\n| Get a bed |")],
        &all(
            Kind::ListedEndpoint,
            Additive,
            ("", "/garden/v1/dig"),
            (SERVICE, "| Dig |"),
        ),
    );
    // What is gone has the line that it had.
    let whole = Garden::new();
    let gone = Garden::edited(&[(SERVICE, "| 404 | There is no such thing. |\n", "")]);
    expect_one(
        &whole,
        Step::PageLock,
        &gone.changed(),
        &all(Kind::HttpStatus, Documentation, ("404", ""), (SERVICE, "| 404 |")),
    );
}
