//! The same change before its page is locked and after: what the vendor changes is found by the one step, then by the
//! other, and concerns the same people.

use std::collections::BTreeSet;

use xtask_docs::finding::Class::{self, Additive, Breaking, Documentation};
use xtask_docs::finding::{Finding, Kind, SpecLine, Step};

use crate::check::{Edit, Garden, SEARCHES, SPEC_FILE, of};
use crate::garden::{BED, COLOURS, SEARCH, SERVICE};

/// Expects one finding before the page is locked, and one after, both of this class; gives them.
#[track_caller]
fn expect_twice(edits: &[Edit], class: Class) -> [Finding; 2] {
    let garden = Garden::edited(edits);
    let before = garden.against(&Garden::new().lock()).findings;
    let [changed] = of(Step::PageLock, before.clone()).try_into().expect("one change");
    assert_eq!(of(Step::LockSpec, before), [], "{edits:?}: it is reported once");
    let [different] = garden.locked(Step::LockSpec).try_into().expect("one difference");
    assert_eq!(
        (changed.class, different.class),
        (class, class),
        "{changed:#?} {different:#?}"
    );
    // A list of codes on a page of its own belongs to no operation.
    assert!(
        [different.operation.as_str(), "*"].contains(&changed.operation.as_str()),
        "{changed:#?}"
    );
    [changed, different]
}

#[test]
fn a_change_is_of_one_class_before_and_after_it_is_locked() {
    let optional = "| pageIndex | Which page, which starts from 1. | integer | No |\n";
    let (more, must) = (
        format!("{optional}| plantedAfter | When at the earliest. | string | No |\n"),
        format!("{optional}| plantedAfter | When at the earliest. | string | Yes |\n"),
    );
    let sign = "| label | What the sign says. The maximum length is 40 characters. | string | Yes |\n";
    let size = "The maximum value allowed is 100, and the default is 20.";
    let cases: [(&[Edit], Class); 22] = [
        (
            &[(
                SEARCH,
                "| season | When it grows:<ul><li>**0** for Spring</li><li>**1** for Autumn</li></ul> | integer | No |",
                "| season | When it grows:<ul><li>**0** for Spring</li><li>**1** for Autumn</li></ul> | integer | Yes |",
            )],
            Breaking,
        ),
        (
            &[(SEARCH, "the answer is 200 OK", "the answer is 201 Created")],
            Breaking,
        ),
        (&[(SEARCH, optional, &more)], Additive),
        (&[(SEARCH, optional, &must)], Breaking),
        (
            &[(SEARCH, sign, &format!("{sign}| wet | Watered. | boolean | No |\n"))],
            Additive,
        ),
        (
            &[(SEARCH, sign, &format!("{sign}| wet | Watered. | boolean | Yes |\n"))],
            Breaking,
        ),
        (
            &[(
                SEARCH,
                "| height | How tall. | integer |",
                "| height | How tall. | string |",
            )],
            Breaking,
        ),
        (&[(SEARCH, size, &size.replace("100", "200"))], Additive),
        (&[(SEARCH, size, &size.replace("100", "50"))], Breaking),
        (&[(SEARCH, size, &size.replace("20", "30"))], Breaking),
        (
            &[(
                SEARCH,
                "40 characters. | string | Yes |",
                "40 characters. | string | No |",
            )],
            Additive,
        ),
        (
            &[(
                SEARCH,
                ". | integer | No |\n| pageSize",
                ". | integer | Yes |\n| pageSize",
            )],
            Breaking,
        ),
        (
            &[(
                SEARCH,
                "colours.md). | integer | No |",
                "colours.md). | integer | Yes |",
            )],
            Breaking,
        ),
        (
            &[(COLOURS, "| 7 | Green |\n", "| 7 | Green |\n| 9 | Blue |\n")],
            Additive,
        ),
        (&[(COLOURS, "| 7 | Green |\n", "")], Breaking),
        (&[(COLOURS, "| 7 | Green |", "| 7 | Straw |")], Documentation),
        (
            &[(SEARCH, "garden.plants.all |", "garden.plants.all or garden.sheds.all |")],
            Additive,
        ),
        (
            &[(
                SEARCH,
                "garden.plants.read or garden.plants.all |",
                "garden.plants.all |",
            )],
            Breaking,
        ),
        (&[(BED, "| GET |", "| PUT |")], Breaking),
        (
            &[(SERVICE, "| Home |", "| Away | https://away.garden.example |\n| Home |")],
            Additive,
        ),
        (
            &[(SERVICE, "| 404 | There", "| 429 | Too much at once. |\n| 404 | There")],
            Additive,
        ),
        (
            &[(SERVICE, "| Get a bed |", "| Dig | /garden/v1/dig |\n| Get a bed |")],
            Additive,
        ),
    ];
    for (edits, class) in cases {
        expect_twice(edits, class);
    }
}

/// Places and the classes of what is reported there.
type Classes = BTreeSet<(String, Class)>;

/// What all steps report: the place, in the spec's spelling of lists, and the class.
fn reported(findings: &[Finding]) -> Classes {
    let findings = findings.iter().filter(|finding| finding.kind != Kind::PageWording);
    findings
        .map(|finding| (finding.place.replace("[]", ""), finding.class))
        .collect()
}

/// What is reported of changed pages before they are locked, and after.
fn reported_twice(garden: &Garden) -> [Classes; 2] {
    let [before, after] = [&Garden::new(), garden].map(|locked| reported(&garden.against(&locked.lock()).findings));
    // A list of codes on a page of its own is of the places that refer to it.
    let place = |(place, class)| {
        (
            if place == "page" {
                "body.colour".to_owned()
            } else {
                place
            },
            class,
        )
    };
    [before.into_iter().map(place).collect(), after]
}

#[test]
fn the_same_places_and_classes_are_reported_before_a_page_is_locked_and_after() {
    let height = "| height | How tall. | integer |\n";
    let shown = "      \"height\": 12,\n";
    let codes = "<ul><li>**0** for Spring</li><li>**1** for Autumn</li></ul> | integer |\n";
    let nickname = "| nickname | What they go by. | string |\n";
    let edits: [&[Edit]; 46] = [
        &[(SEARCH, height, "")],
        &[(SEARCH, height, ""), (SEARCH, shown, "")],
        &[(SEARCH, shown, "")],
        &[(SEARCH, shown, "      \"height\": 12,\n      \"girth\": 3,\n")],
        &[(SEARCH, height, &format!("{height}| girth | How round. | integer |\n"))],
        &[(SEARCH, shown, "      \"height\": \"tall\",\n")],
        &[(SEARCH, height, "| height | How tall. | string |\n")],
        &[(SEARCH, height, "| height | How tall. | number |\n")],
        &[(SEARCH, height, "| height | How tall. | array of integer |\n")],
        &[(
            SEARCH,
            height,
            "| height | How tall. The maximum value allowed is 90. | integer |\n",
        )],
        &[(
            SEARCH,
            "| sownOn | When it was sown, in ISO 8601 format. |",
            "| sownOn | When it was sown. |",
        )],
        &[(SEARCH, "What they go by. |", "What they go by, in ISO 8601 format. |")],
        &[(SEARCH, nickname, "| nickname | What they go by. | date-time |\n")],
        &[
            (SEARCH, nickname, ""),
            (SEARCH, "{\n        \"nickname\": \"Moss\"\n      }", "{}"),
        ],
        &[(
            SEARCH,
            "| gardener | Who looks after it. | object |",
            "| gardener | Who looks after it. | string |",
        )],
        &[(
            SEARCH,
            "| data | The plants. | array |",
            "| data | The plants. | object |",
        )],
        &[(SEARCH, codes, &codes.replace("<li>**1** for Autumn</li>", ""))],
        &[(SEARCH, codes, &codes.replace("</ul>", "<li>**2** for Winter</li></ul>"))],
        &[(SEARCH, codes, " | integer |\n")],
        &[(SEARCH, codes, &codes.replace("Autumn", "Hail"))],
        &[(SEARCH, "      \"season\": 1", "      \"season\": 8")],
        &[(SEARCH, "  \"season\": 0", "  \"season\": 8")],
        &[(SEARCH, "pageIndex=1&pageSize", "pageIndex=1&order=id&pageSize")],
        &[(SEARCH, "  \"season\": 0,\n", "  \"season\": 0,\n  \"wet\": true,\n")],
        &[(SEARCH, "  \"season\": 0,\n", "  \"season\": 0\n")],
        &[(COLOURS, "| 3 | Red |\n| 7 | Green |\n", "| 3 | Red |\n| 8 | Green |\n")],
        &[(SERVICE, "https://garden.example |", "https://away.garden.example |")],
        &[(SERVICE, "| 404 | There is no such thing. |\n", "")],
        &[(
            SERVICE,
            "| Get a bed | /garden/v1/beds/{bedId} |",
            "| Get a bed | /garden/v2/beds/{bedId} |",
        )],
        &[(
            SEARCH,
            "40 characters. | string | Yes |",
            "40 characters. | integer | Yes |",
        )],
        &[(SEARCH, "is 100, and the default is 20.", "is 100.")],
        &[(
            SEARCH,
            "The maximum value allowed is 100, and the default is 20.",
            "The default is 20.",
        )],
        &[(SEARCH, "The maximum length is 40 characters.", "")],
        &[(
            SEARCH,
            "colours.md). | integer | No |",
            "colours.md). | integer | Yes |",
        )],
        &[(SEARCH, "colours.md). | integer | No |", "colours.md). | string | No |")],
        &[(SEARCH, "[Colours](../reference/colours.md)", "colours")],
        &[(
            SEARCH,
            "| colour | See [Colours](../reference/colours.md). | integer | No |\n",
            "",
        )],
        &[(SEARCH, "  \"colour\": 7", "  \"colour\": \"7\"")],
        &[(SEARCH, "| metadata | About the list. | object |\n", "")],
        &[(
            SEARCH,
            "garden.plants.read or garden.plants.all |",
            "garden.plants.all |",
        )],
        &[(SEARCH, "| POST |", "| PUT |")],
        &[(SEARCH, "200 OK", "201 Created")],
        &[(
            BED,
            "| sunny | Whether the sun reaches it. | boolean |",
            "| sunny | Whether the sun reaches it. | string |",
        )],
        &[(BED, "| GET |", "| DELETE |")],
        &[(
            SEARCH,
            "| height | How tall. | integer |\n",
            "| Height | How tall. | integer |\n",
        )],
        &[(SEARCH, "\"height\"", "\"Height\"")],
    ];
    let mut gardens: Vec<_> = edits.iter().map(|edits| Garden::edited(edits)).collect();
    let mut less = Garden::new();
    less.pages.retain(|(name, _)| name != COLOURS);
    gardens.push(less);
    for garden in gardens {
        let [before, after] = reported_twice(&garden);
        assert!(!before.is_empty() && before == after, "{before:?} {after:?}");
    }
}

#[test]
fn what_is_reported_before_a_page_is_locked_and_otherwise_after_has_its_reason() {
    type Expected<'e> = &'e [(&'e str, Class)];
    let height = "response.data.height";
    let cases: [(&str, &[Edit], Expected, Expected); 7] = [
        (
            "a spec has its own words for a code, and one in common is enough",
            &[(
                SEARCH,
                "Autumn</li></ul> | integer | No |",
                "Late autumn</li></ul> | integer | No |",
            )],
            &[("body.season", Documentation)],
            &[],
        ),
        (
            "a sample need not show what may be left out",
            &[(SEARCH, "  \"season\": 0,\n", "")],
            &[("body.season", Documentation)],
            &[],
        ),
        (
            "a spec must leave optional what must be sent in some cases",
            &[(
                SEARCH,
                "colours.md). | integer | No |",
                "colours.md). | integer | Yes (No) |",
            )],
            &[("body.colour", Breaking)],
            &[],
        ),
        (
            "what the spec takes already concerns nobody",
            &[(
                SEARCH,
                "| height | How tall. | integer |",
                "| height | How tall. | enum |",
            )],
            &[(height, Documentation)],
            &[],
        ),
        (
            "a spec does not know which name was which",
            &[(SEARCH, "| height |", "| girth |"), (SEARCH, "\"height\"", "\"girth\"")],
            &[(height, Breaking)],
            &[("response.data.girth", Additive), (height, Breaking)],
        ),
        (
            "an object of which nothing is listed is one",
            &[(
                SEARCH,
                "| metadata | About the list. | object |\n| totalCount | How many there are. | integer |\n",
                "",
            )],
            &[
                ("response.metadata", Additive),
                ("response.metadata.totalCount", Documentation),
            ],
            &[("response.metadata", Additive)],
        ),
        (
            "the rows of a table stand where its sample has them",
            &[(SEARCH, "\"data\": [", "\"plants\": [")],
            &[
                ("response.data", Breaking),
                ("response.data", Additive),
                ("response.plants", Additive),
            ],
            &[
                ("response.data", Additive),
                ("response.data.gardener", Breaking),
                (height, Breaking),
                ("response.data.id", Breaking),
                ("response.data.season", Breaking),
                ("response.data.sownOn", Breaking),
                ("response.plants", Additive),
            ],
        ),
    ];
    for (reason, edits, before, after) in cases {
        let owned = |(place, class): &(&str, Class)| ((*place).to_owned(), *class);
        let expected = [before, after].map(|found| found.iter().map(owned).collect());
        assert_eq!(reported_twice(&Garden::edited(edits)), expected, "{reason}");
    }
}

#[test]
fn what_a_page_begins_to_say_is_judged_by_the_spec() {
    let answers = |text: &str| Garden::edited(&[(SEARCH, "the answer is 200 OK", text)]);
    let silent = answers("there is an answer").lock();
    for (text, class) in [
        ("the answer is 201 Created", Breaking),
        ("the answer is 200 OK", Documentation),
    ] {
        let garden = answers(text);
        let [changed] = of(Step::PageLock, garden.against(&silent).findings)
            .try_into()
            .expect("one change");
        assert_eq!((changed.kind, changed.class), (Kind::Status, class), "{text}");
        let after: Vec<_> = garden
            .locked(Step::LockSpec)
            .iter()
            .map(|one| (one.kind, one.class))
            .collect();
        let expected = [(Kind::Status, Breaking)];
        assert_eq!(after, if class == Breaking { &expected[..] } else { &[] }, "{text}");
    }
}

#[test]
fn an_operation_is_of_one_class_and_one_name_in_each_step() {
    let new = "docs/elements/plants/delete-bed.md";
    let mut more = Garden::new();
    let page = more
        .text(BED)
        .replace("| GET |", "| DELETE |")
        .replace("`/garden/v1/beds/{bedId}`", "`garden/v1/beds/{bedId}`");
    // Its sample shows what no table lists, so that each step has something to say of it.
    more.write(new, page.replace("\"title\":", "\"wet\": true, \"title\":"));
    let before = more.against(&Garden::new().lock()).findings;
    let after = more.against(&more.lock()).findings;
    let of_kind = |findings: &[Finding], kind| -> Vec<_> {
        let found = findings.iter().filter(|finding| finding.kind == kind);
        found
            .map(|finding| (finding.operation.clone(), finding.class))
            .collect()
    };
    let name = "DELETE /garden/v1/beds/{bedId}".to_owned();
    assert_eq!(of_kind(&before, Kind::OperationAdded), [(name.clone(), Additive)]);
    assert_eq!(of_kind(&before, Kind::OperationMissing), [], "it is reported once");
    assert_eq!(of_kind(&after, Kind::OperationMissing), [(name.clone(), Additive)]);
    for findings in [&before, &after] {
        assert_eq!(of_kind(findings, Kind::SampleOnly), [(name.clone(), Additive)]);
    }

    let mut less = Garden::new();
    less.pages.retain(|(name, _)| name != BED);
    let listed = less.text(SERVICE);
    let row = listed.lines().find(|line| line.contains("Get a bed")).expect("a row");
    less.write(SERVICE, listed.replace(&format!("{row}\n"), ""));
    let before = less.against(&Garden::new().lock()).findings;
    let after = less.against(&less.lock()).findings;
    let name = "GET /garden/v1/beds/{bedId}".to_owned();
    assert_eq!(of_kind(&before, Kind::OperationRemoved), [(name.clone(), Breaking)]);
    assert_eq!(of(Step::LockSpec, before), []);
    assert_eq!(of_kind(&after, Kind::OperationUndocumented), [(name, Breaking)]);
}

#[test]
fn a_finding_about_codes_stands_at_the_schema_that_holds_them() {
    let at = |garden: &Garden, text: &str| {
        Some(SpecLine {
            file: SPEC_FILE.to_owned(),
            line: garden.line(SPEC_FILE, text),
        })
    };
    let garden = Garden::new();
    let found = expect_twice(
        &[(COLOURS, "| 7 | Green |\n", "| 7 | Green |\n| 9 | Blue |\n")][..],
        Additive,
    );
    assert_eq!(
        found.map(|finding| finding.spec),
        [(); 2].map(|()| at(&garden, "    Colour:"))
    );
    let inline = garden.text(SEARCH).replace(
        "<li>**1** for Autumn</li>",
        "<li>**1** for Autumn</li><li>**2** for Winter</li>",
    );
    let mut more = Garden::new();
    more.write(SEARCH, inline);
    for finding in [more.changed(), more.locked(Step::LockSpec)].concat() {
        assert_eq!(finding.spec, at(&garden, "    Season:"), "{finding:#?}");
    }
}

#[test]
fn a_new_member_is_told_with_all_its_facts_before_its_page_is_locked_and_after() {
    let optional = "| pageIndex | Which page, which starts from 1. | integer | No |\n";
    let row = "| ripe | How ripe. The maximum value allowed is 2:<ul><li>**0** - Raw</li><li>**2** - Ripe</li></ul> | integer | Yes |\n";
    let [before, after] = expect_twice(&[(SEARCH, optional, &format!("{optional}{row}"))], Breaking);
    assert_eq!(
        (before.is.as_str(), &before.is),
        ("integer, required, maximum 2, codes 0, 2", &after.is)
    );
}

#[test]
fn a_path_without_its_first_slash_breaks_nothing() {
    let garden = Garden::edited(&[(SEARCH, "| POST | `/garden", "| POST | `garden")]);
    for findings in [
        garden.against(&Garden::new().lock()).findings,
        garden.against(&garden.lock()).findings,
    ] {
        assert!(!findings.is_empty(), "the permission table has the slash");
        for finding in findings {
            assert_eq!(
                (finding.class, finding.operation.as_str()),
                (Documentation, SEARCHES),
                "{finding:#?}"
            );
        }
    }
}

#[test]
fn a_list_of_codes_that_moves_with_the_links_to_it_is_one_change() {
    let mut garden = Garden::edited(&[(SEARCH, "../reference/colours.md", "../codes/colours.md")]);
    let list = garden.text(COLOURS);
    garden.pages.retain(|(name, _)| name != COLOURS);
    garden.write("docs/elements/codes/colours.md", list);
    let kinds: Vec<_> = garden
        .against(&Garden::new().lock())
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect();
    // Of the page with the link nothing else is left to say than that its text is another one.
    assert_eq!(kinds, [Kind::PageMoved, Kind::PageWording]);
    assert_eq!(garden.against(&garden.lock()).findings, []);
}

#[test]
fn a_page_that_has_moved_is_known_as_such_until_the_spec_names_it() {
    let there = "docs/elements/beds/get-bed.md";
    let moved = |text: String| {
        let mut garden = Garden::new();
        garden.pages.retain(|(name, _)| name != BED);
        garden.write(there, text);
        garden
    };
    let reported = |findings: Vec<Finding>| -> Vec<_> {
        let found = findings
            .into_iter()
            .map(|one| (one.step, one.kind, one.class, one.was, one.is));
        found.collect()
    };
    let page = |step| (step, Kind::PageMoved, Documentation, BED.to_owned(), there.to_owned());
    let text = Garden::new().text(BED);
    let garden = moved(text.clone());
    assert_eq!(
        reported(garden.against(&Garden::new().lock()).findings),
        [page(Step::PageLock)]
    );
    assert_eq!(
        reported(garden.against(&garden.lock()).findings),
        [page(Step::LockSpec)]
    );
    let mut named = garden.clone();
    named.spec = named.spec.replace("plants/get-bed.md", "beds/get-bed.md");
    assert_eq!(named.against(&named.lock()).findings, []);
    // Its path is another one too: it is the same page all the same, and not one less and one more.
    let garden = moved(text.replace("/garden/v1/beds/{bedId}", "/garden/v2/beds/{bedId}"));
    let kinds: Vec<_> = garden.changed().into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::PageMoved, Kind::Endpoint]);
}

#[test]
fn a_change_hides_no_difference_elsewhere() {
    let comma = (SEARCH, "\"totalCount\": 1\n", "\"totalCount\": 1,\n");
    let url = (SEARCH, "pageIndex=1&pageSize=20", "pageSize=20");
    let row = (
        SEARCH,
        "| height | How tall. | integer |",
        "| height | How tall. | number |",
    );
    let codes = (COLOURS, "| 7 | Green |", "| 8 | Green |");
    for edit in [comma, url, row, codes] {
        let garden = Garden::edited(&[
            edit,
            (SPEC_FILE, "maximum: 100", "maximum: 50"),
            (
                SPEC_FILE,
                "totalCount:\n                        type: integer",
                "totalCount:\n                        type: string",
            ),
        ]);
        let found = of(Step::LockSpec, garden.against(&Garden::new().lock()).findings);
        let places: Vec<_> = found.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["query.pageSize", "response.metadata.totalCount"], "{edit:?}");
    }
}
