//! Lock → spec: what a spec says differently is reported once, with its line in the spec.

use xtask_docs::deviations::entry_to_paste;
use xtask_docs::finding::Class::{Additive, Breaking, Documentation};
use xtask_docs::finding::{Finding, Kind, SpecLine, Step};

use crate::check::{Edit, GETS, Garden, Reported, SEARCHES, SPEC_FILE, expect_one, of};
use crate::garden::{BED, COLOURS, SEARCH, SERVICE, SPEC};

/// Expects that an edit of the spec, or of pages that are locked then, is one difference between page and spec; the line
/// of the spec is that at the end of a text.
#[track_caller]
fn expect_difference(edits: &[Edit], reported: &Reported, line: Option<&str>) {
    let garden = Garden::edited(edits);
    let findings = garden.locked(Step::LockSpec);
    expect_one(&garden, Step::LockSpec, &findings, reported);
    let spec = line.map(|start| SpecLine {
        file: SPEC_FILE.to_owned(),
        line: garden.line(SPEC_FILE, start),
    });
    assert_eq!(findings[0].spec, spec);
}

#[test]
fn calls_of_the_spec_are_held_against_the_pages() {
    let gets = |kind, class, place, sides| Reported {
        kind,
        class,
        operation: GETS,
        place,
        sides,
        at: (BED, "| GET |"),
    };
    let start = SPEC.find("  /garden/v1/beds/{bedId}:").expect("an operation");
    let end = SPEC.find("  /garden/v1/beds/{bedId}/plants:").expect("an operation");
    let bed = &SPEC[start..end];
    expect_difference(
        &[(SPEC_FILE, bed, "")],
        &gets(Kind::OperationMissing, Additive, "operation", ("", GETS)),
        None,
    );

    // No page has it, so there is no line of one.
    let shed = bed.replace("    get:", "    delete:").replace("beds/", "sheds/");
    let shed = shed.replace("get-bed.md", "delete-shed.md");
    expect_difference(
        &[(SPEC_FILE, bed, &format!("{shed}{bed}"))],
        &Reported {
            kind: Kind::OperationUndocumented,
            class: Breaking,
            operation: "DELETE /garden/v1/sheds/{bedId}",
            place: "operation",
            sides: ("DELETE /garden/v1/sheds/{bedId}", ""),
            at: ("docs/elements/plants/delete-shed.md", ""),
        },
        Some("delete:"),
    );

    expect_difference(
        &[(SPEC_FILE, "    get:", "    put:")],
        &Reported {
            operation: "PUT /garden/v1/beds/{bedId}",
            ..gets(Kind::Method, Breaking, "method", ("PUT", "GET"))
        },
        Some("put:"),
    );
    expect_difference(
        &[(SPEC_FILE, "/garden/v1/beds/{bedId}:", "/garden/v1/Beds/{bedId}:")],
        &Reported {
            operation: "GET /garden/v1/Beds/{bedId}",
            ..gets(
                Kind::Endpoint,
                Breaking,
                "endpoint",
                ("/garden/v1/Beds/{bedId}", "/garden/v1/beds/{bedId}"),
            )
        },
        Some("get:"),
    );
    // The members of the list are what the finding is about, so it stands there.
    expect_difference(
        &[(
            SPEC_FILE,
            "security:\n        - oauth2: [garden.beds.read]",
            "security: [{ oauth2: [garden.beds.all] }]",
        )],
        &Reported {
            at: (BED, "bedId}` | garden."),
            ..gets(
                Kind::Scopes,
                Breaking,
                "scopes",
                ("garden.beds.all", "garden.beds.read"),
            )
        },
        Some("security: [{"),
    );
    expect_difference(
        &[(
            SPEC_FILE,
            "'200':\n          description: A bed.",
            "'203':\n          description: A bed.",
        )],
        &gets(Kind::Status, Breaking, "status", ("203", "200")),
        Some("'203':"),
    );
}

#[test]
fn members_of_the_spec_are_held_against_the_pages() {
    let bed = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: GETS,
        place,
        sides,
        at: (BED, start),
    };
    let plants = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, start),
    };
    let (missing, undocumented) = (Kind::MemberMissing, Kind::MemberUndocumented);
    let index = "        - name: pageIndex\n          in: query\n          schema:\n            type: integer\n            minimum: 1\n";
    let sunny = "                  sunny:\n                    type: boolean\n";
    let colour = "| colour | See [Colours](../reference/colours.md). | integer | No |\n";
    let size =
        "| pageSize | How many on a page. The maximum value allowed is 100, and the default is 20. | integer | No |\n";
    let cases: [(&[Edit], Reported, &str); 17] = [
        (
            &[(SPEC_FILE, index, "")],
            plants(
                missing,
                Additive,
                "query.pageIndex",
                ("", "integer, optional, minimum 1"),
                "| pageIndex |",
            ),
            "post:",
        ),
        (
            &[(
                SPEC_FILE,
                sunny,
                &format!("{sunny}                  damp:\n                    type: boolean\n"),
            )],
            bed(undocumented, Breaking, "response.damp", ("boolean", ""), "| GET |"),
            "damp:",
        ),
        (
            &[(SEARCH, colour, ""), (SEARCH, size, &format!("{size}{colour}"))],
            plants(
                Kind::Placement,
                Breaking,
                "body.colour",
                ("body", "query"),
                "| colour |",
            ),
            "colour:",
        ),
        (
            &[(
                SPEC_FILE,
                "height:\n          type: integer",
                "height:\n          type: string",
            )],
            plants(
                Kind::Type,
                Breaking,
                "response.data[].height",
                ("string", "table: integer; sample: integer"),
                "| height |",
            ),
            "height:",
        ),
        (
            &[(SPEC_FILE, "        height:", "        Height:")],
            plants(
                Kind::LetterCase,
                Breaking,
                "response.data[].Height",
                ("Height", "height"),
                "| height |",
            ),
            "Height:",
        ),
        (
            &[(SPEC_FILE, "              required: [label]\n", "")],
            plants(Kind::Required, Breaking, "body.label", ("no", "yes"), "| label |"),
            "label:",
        ),
        (
            &[(SPEC_FILE, "required: [label]", "required: [label, colour]")],
            plants(Kind::Required, Additive, "body.colour", ("yes", "no"), "| colour |"),
            "colour:",
        ),
        (
            &[(SPEC_FILE, "default: 20", "default: 25")],
            plants(Kind::Default, Breaking, "query.pageSize", ("25", "20"), "| pageSize |"),
            "- name: pageSize",
        ),
        (
            &[(SPEC_FILE, "maximum: 100", "maximum: 200")],
            plants(
                Kind::Limit,
                Breaking,
                "query.pageSize",
                ("maximum 200", "maximum 100"),
                "| pageSize |",
            ),
            "- name: pageSize",
        ),
        (
            &[(SPEC_FILE, "maxLength: 40", "maxLength: 30")],
            plants(
                Kind::Limit,
                Additive,
                "body.label",
                ("maxLength 30", "maxLength 40"),
                "| label |",
            ),
            "label:",
        ),
        (
            &[(SPEC_FILE, "          format: date-time\n", "")],
            plants(
                Kind::Format,
                Additive,
                "response.data[].sownOn",
                ("", "date-time"),
                "| sownOn |",
            ),
            "sownOn:",
        ),
        (
            &[
                (SPEC_FILE, "enum: [3, 7]", "enum: [3]"),
                (SPEC_FILE, "[Red, Green]", "[Red]"),
                (SPEC_FILE, ", As leaves are.]", "]"),
            ],
            plants(Kind::CodeMissing, Additive, "body.colour", ("", "7"), "| colour |"),
            "    Colour:",
        ),
        (
            &[(COLOURS, "| 7 | Green |\n", "")],
            plants(Kind::CodeUndocumented, Breaking, "body.colour", ("7", ""), "| colour |"),
            "    Colour:",
        ),
        (
            &[
                (SPEC_FILE, "[Red, Green]", "[Red, Wheat]"),
                (SPEC_FILE, "As leaves are.", "As straw is."),
            ],
            plants(
                Kind::CodeLabel,
                Documentation,
                "body.colour",
                ("7 Wheat", "7 Green"),
                "| colour |",
            ),
            "    Colour:",
        ),
        (
            &[(SERVICE, "| 404 | There", "| 429 | Too much at once. |\n| 404 | There")],
            Reported {
                kind: Kind::HttpStatus,
                class: Additive,
                operation: "*",
                place: "status",
                sides: ("", "429"),
                at: (SERVICE, "| 429 |"),
            },
            "sunny:\n                    type: boolean\n        '404':",
        ),
        (
            &[(
                SPEC_FILE,
                "  - url: https://garden.example",
                "  - url: https://garden.example\n  - url: https://away.garden.example",
            )],
            Reported {
                kind: Kind::Host,
                class: Breaking,
                operation: "*",
                place: "host",
                sides: ("away.garden.example", ""),
                at: (SERVICE, "| Home |"),
            },
            "- url: https://away",
        ),
        (
            &[(SERVICE, "| Home |", "| Away | https://away.garden.example |\n| Home |")],
            Reported {
                kind: Kind::Host,
                class: Additive,
                operation: "*",
                place: "host",
                sides: ("", "away.garden.example"),
                at: (SERVICE, "| Away |"),
            },
            "- url: https://garden",
        ),
    ];
    for (edits, reported, line) in cases {
        expect_difference(edits, &reported, Some(line));
    }
    expect_difference(
        &[(SERVICE, "| Get a bed |", "| Dig | /garden/v1/dig |\n| Get a bed |")],
        &Reported {
            kind: Kind::ListedEndpoint,
            class: Additive,
            operation: "*",
            place: "endpoint",
            sides: ("", "/garden/v1/dig"),
            at: (SERVICE, "| Dig |"),
        },
        None,
    );
}

#[test]
fn the_codes_of_a_boolean_go_without_saying_where_the_spec_has_another_type() {
    let garden = Garden::edited(&[
        (
            BED,
            "| sunny | Whether the sun reaches it. |",
            "| sunny | Whether the sun reaches it:<ul><li>**True** - Sun</li><li>**False** - Shade</li></ul> |",
        ),
        (SPEC_FILE, "type: boolean", "type: string"),
    ]);
    let kinds: Vec<_> = garden
        .locked(Step::LockSpec)
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert_eq!(kinds, [Kind::Type]);
}

#[test]
fn a_link_to_a_list_of_codes_that_is_not_there_is_a_difference_of_its_own() {
    let mut garden = Garden::edited(&[(SEARCH, "../reference/colours.md", "../reference/colors.md")]);
    let dead = |at| Reported {
        kind: Kind::CodesPage,
        class: Documentation,
        operation: SEARCHES,
        place: "body.colour",
        sides: ("3, 7", "docs/elements/reference/colors.md, which is not there"),
        at: (SEARCH, at),
    };
    expect_one(
        &garden,
        Step::LockSpec,
        &garden.locked(Step::LockSpec),
        &dead("| colour |"),
    );
    // The list has moved, and the link has not followed: before the pages are locked, and after.
    garden = Garden::new();
    let list = garden.text(COLOURS);
    garden.pages.retain(|(name, _)| name != COLOURS);
    garden.write("docs/elements/codes/colours.md", list);
    let mut dead = dead("| colour |");
    dead.sides.1 = "docs/elements/reference/colours.md, which is not there";
    let found = garden.against(&Garden::new().lock()).findings;
    expect_one(&garden, Step::LockSpec, &of(Step::LockSpec, found.clone()), &dead);
    assert_eq!(of(Step::PageLock, found).len(), 1, "the page has moved");
    expect_one(&garden, Step::LockSpec, &garden.locked(Step::LockSpec), &dead);
}

#[test]
fn a_page_that_stands_twice_is_not_taken_for_one_that_has_moved() {
    const TWIN: &str = "docs/elements/beds/get-bed.md";
    let mut garden = Garden::new();
    garden.write(TWIN, garden.text(BED));
    let reported = Reported {
        kind: Kind::SecondPage,
        class: Documentation,
        operation: GETS,
        place: "page",
        sides: (BED, TWIN),
        at: (TWIN, ""),
    };
    expect_one(&garden, Step::LockSpec, &garden.locked(Step::LockSpec), &reported);
    // What the second page says differently of the operation is not hidden by the first.
    let text = garden.text(BED).replace("garden.beds.read", "garden.beds.all");
    garden.write(TWIN, text);
    let kinds: Vec<_> = garden.locked(Step::LockSpec).iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Kind::Scopes, Kind::SecondPage]);
}

#[test]
fn a_row_may_list_the_codes_by_which_the_objects_of_a_choice_differ() {
    let plant = |name: &str, code: &str, more: &str| {
        format!(
            "    {name}:\n      type: object\n      properties:\n        id:\n          type: string\n        height:\n          type: integer\n        season:\n          type: integer\n          enum: [{code}]\n{more}"
        )
    };
    let choice = "                    items:\n                      oneOf:\n                        - $ref: '#/components/schemas/Plant'\n                        - $ref: '#/components/schemas/Tree'\n";
    let with = |codes: &str| {
        Garden::edited(&[
            (
                SPEC_FILE,
                "                    items:\n                      $ref: '#/components/schemas/Plant'\n",
                choice,
            ),
            (
                SPEC_FILE,
                "    Plant:\n      type: object\n      properties:\n        id:\n          type: string\n        height:\n          type: integer\n        season:\n          $ref: '#/components/schemas/Season'\n",
                &(plant("Tree", codes, "") + &plant("Plant", "0", "")),
            ),
        ])
    };
    assert_eq!(with("1").locked(Step::LockSpec), []);
    let kinds: Vec<_> = with("2")
        .locked(Step::LockSpec)
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert!(
        kinds.contains(&Kind::CodeMissing) || kinds.contains(&Kind::CodeUndocumented),
        "{kinds:?}"
    );
}

#[test]
fn a_recorded_difference_hides_nothing_of_what_changes_below_it() {
    let schema = "          type: object\n          properties:\n            nickname:\n              type: string";
    let object = "{ type: object, properties: { nickname: { type: string } } }";
    let about = |kind: &str| format!("| gardener | Who looks after it. | {kind} |");
    // What the page calls it, what the spec has in its place, and whether the members have keys above them.
    for (kind, spec, has_keys) in [
        ("string", object.to_owned(), false),
        ("array of string", object.to_owned(), false),
        ("object", format!("{{ type: array, items: {object} }}"), false),
        ("object", format!("{{ oneOf: [{{ type: object }}, {object}] }}"), false),
        (
            "string",
            format!("{{ type: object, additionalProperties: {object} }}"),
            true,
        ),
    ] {
        let spec = format!("          allOf: [{spec}]");
        let mut garden = Garden::edited(&[(SPEC_FILE, schema, &spec), (SEARCH, &about("object"), &about(kind))]);
        if has_keys {
            let sample = garden.text(SEARCH).replace(
                "{\n        \"nickname\": \"Moss\"",
                "{ \"17\": {\n        \"nickname\": \"Moss\" }",
            );
            garden.write(SEARCH, sample);
        }
        let recorded = garden.against(&garden.lock()).findings;
        if !recorded.is_empty() {
            let entries: String = recorded.iter().map(entry_to_paste).collect();
            garden.deviations = format!("deviations:\n{}", entries.replace("reason:", "reason: So be it."));
        }
        assert_eq!(garden.against(&garden.lock()).findings, [], "{kind}");
        for (from, to, expected) in [
            ("\"Moss\"", "\"Moss\", \"age\": 7", vec![Kind::MemberMissing]),
            ("\"Moss\"", "7", vec![Kind::Type]),
            (
                "What they go by. | string",
                "What they go by. | integer",
                vec![Kind::Type],
            ),
            ("nickname", "alias", vec![Kind::MemberMissing, Kind::MemberUndocumented]),
        ] {
            let mut edited = garden.clone();
            edited.write(SEARCH, garden.text(SEARCH).replace(from, to));
            let before = of(Step::PageLock, edited.against(&garden.lock()).findings);
            let after: Vec<_> = edited.locked(Step::LockSpec).iter().map(|one| one.kind).collect();
            assert!(!before.is_empty());
            assert_eq!(after, expected, "{kind} against {spec}: {to}");
        }
    }
}

#[test]
fn what_is_said_of_an_operation_that_the_spec_does_not_have_is_not_about_the_spec() {
    let new = "docs/elements/plants/delete-bed.md";
    let mut garden = Garden::new();
    let page = garden.text(BED).replace("| GET |", "| DELETE |");
    garden.write(new, page.replace("\"title\":", "\"wet\": true, \"title\":"));
    let mut changed = garden.clone();
    changed.write(new, changed.text(new).replace("| string |", "| integer |"));
    let findings = changed.against(&garden.lock()).findings;
    assert!(
        findings.iter().any(|one| one.step == Step::PageLock)
            && findings.iter().any(|one| one.step == Step::PageSample)
    );
    for Finding { step, remedy, .. } in findings {
        let expected = match step {
            Step::PageLock => "belongs in specs/elements-v3/openapi.yaml, which does not have it",
            Step::LockSpec => "add DELETE /garden/v1/beds/{bedId}",
            Step::PageSample => "once the spec has it, make",
        };
        assert!(remedy.contains(expected), "{remedy}");
    }
}
