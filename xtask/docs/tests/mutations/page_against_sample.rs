//! A page against its own sample.

use xtask_docs::finding::Class::{Additive, Breaking, Documentation};
use xtask_docs::finding::{Kind, Step};

use crate::check::{Edit, Garden, Reported, SEARCHES, expect_one};
use crate::garden::SEARCH;

#[test]
fn a_page_is_held_against_its_own_sample() {
    let plants = |kind, class, place, sides, start| Reported {
        kind,
        class,
        operation: SEARCHES,
        place,
        sides,
        at: (SEARCH, start),
    };
    let cases: [(&[Edit], Reported); 9] = [
        (
            &[(SEARCH, "\"height\": 12", "\"height\": [12]")],
            plants(
                Kind::SampleType,
                Breaking,
                "response.data[].height",
                ("integer", "array"),
                "| height |",
            ),
        ),
        (
            &[(SEARCH, "\"height\": 12,", "\"height\": 12, \"watered\": true,")],
            plants(
                Kind::SampleOnly,
                Additive,
                "response.data[].watered",
                ("", "boolean"),
                "200 OK:\n\n```json\n{",
            ),
        ),
        (
            &[(SEARCH, "pageIndex=1&", "pageIndex=1&order=id&")],
            plants(
                Kind::SampleOnly,
                Additive,
                "query.order",
                ("", "sent"),
                "https://garden.example",
            ),
        ),
        (
            &[(SEARCH, "      \"height\": 12,\n", "")],
            plants(
                Kind::TableOnly,
                Additive,
                "response.data[].height",
                ("integer", ""),
                "| height |",
            ),
        ),
        (
            &[(SEARCH, "\"colour\": 7", "\"colour\": 9")],
            plants(Kind::SampleCode, Additive, "body.colour", ("3, 7", "9"), "| colour |"),
        ),
        (
            &[(SEARCH, "\"height\": 12", "\"Height\": 12")],
            plants(
                Kind::LetterCase,
                Breaking,
                "response.data[].Height",
                ("height", "Height"),
                "| height |",
            ),
        ),
        (
            &[(SEARCH, "beds/north/plants?", "plots/north/plants?")],
            plants(
                Kind::SampleUrl,
                Documentation,
                "endpoint",
                ("/garden/v1/beds/{bedId}/plants", "/garden/v1/plots/north/plants"),
                "https://garden.example",
            ),
        ),
        (
            &[(SEARCH, "\"Basil\", // on the sign", "\"Basil\" // on the sign")],
            plants(
                Kind::SampleSyntax,
                Documentation,
                "body",
                ("", "missing comma"),
                "\"label\": \"Basil\"",
            ),
        ),
        (
            &[(
                SEARCH,
                "| `/garden/v1/beds/{bedId}/plants` | garden.plants.read",
                "| `/garden/v1/plots/{bedId}/plants` | garden.plants.read",
            )],
            plants(
                Kind::Endpoint,
                Breaking,
                "scopes",
                ("/garden/v1/plots/{bedId}/plants", "/garden/v1/beds/{bedId}/plants"),
                "| `/garden/v1/plots",
            ),
        ),
    ];
    for (edits, reported) in cases {
        let garden = Garden::edited(edits);
        expect_one(&garden, Step::PageSample, &garden.locked(Step::PageSample), &reported);
    }
}
