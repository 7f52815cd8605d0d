//! The tables of a page against its own samples.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::{codes_of, codes_of_row, text_of};
use super::collector::{Collector, Context};
use super::documented::{Documented, places};
use super::match_operations::{Described, MatchedPages};
use crate::endpoint::{is_parameter, parameter_names, segments, without_query};
use crate::facts::{Page, Sample};
use crate::finding::{Finding, Kind, Step};
use crate::json_type::{JsonType, documented_types, shown_types, type_names};
use crate::placement::{Part, Placed, in_part, is_below, placed, samples, split, without_lists};

/// The contradictions between the tables of each page and its samples. The spec names the operations, and helps to
/// tell where a row belongs.
pub fn page_sample<'c>(context: Context<'c>, side: &'c MatchedPages) -> Vec<Finding> {
    let mut report = Collector::new(context, Step::PageSample);
    for described in &side.operations {
        report.turn_to(&described.page.page, described.name(), described.spec);
        let rows = placed(described.documented, described.spec);
        let places = places(described.documented, &rows);
        endpoints(described, &mut report);
        for (part, sample) in samples(described.documented) {
            for slip in &sample.slips {
                report.add(Kind::SampleSyntax, part.name(), ("", &slip.value), slip.line);
            }
        }
        for placed in &rows {
            let beyond = placed.row.beyond.as_deref().unwrap_or_default();
            report.compare(Kind::CellBeyond, &placed.place, ("", beyond), placed.line);
        }
        shown(&places, &rows, &mut report);
        if let Some(sample) = &described.documented.response {
            listed(sample, &rows, &mut report);
        }
        for (place, documented) in &places {
            spelling(described, place, documented, &mut report);
            types(place, documented, &places, &mut report);
            codes(place, documented, &places, side.pages, &mut report);
        }
    }
    report.findings
}

/// The endpoint against that of the permission table and the URL of the sample.
fn endpoints(described: &Described, report: &mut Collector) {
    let documented = described.documented;
    let endpoint = &documented.endpoint;
    if let Some(other) = documented.scopes_endpoint.as_ref().filter(|other| *other != endpoint) {
        let line = documented.scopes_line.unwrap_or(documented.line);
        report.add(Kind::Endpoint, "scopes", (other, endpoint), line);
    }
    if let Some(sample) = &documented.request
        && let Some(path) = sample.path.as_ref().filter(|path| !fits_endpoint(endpoint, path))
    {
        report.add(Kind::SampleUrl, "endpoint", (endpoint, path), sample.line);
    }
}

/// Whether the path of a sample, in which the names of parameters stand in place of their values, is the endpoint.
fn fits_endpoint(endpoint: &str, path: &str) -> bool {
    let segments = |path| segments(without_query(path)).collect::<Vec<_>>();
    let (wanted, shown) = (segments(endpoint), segments(path));
    // A value of which it is not known which parameter it is stands as `{}`.
    let fits =
        |wanted: &str, shown: &str| wanted == shown || is_parameter(wanted) && !shown.is_empty() || shown == "{}";
    wanted.len() == shown.len() && wanted.iter().zip(&shown).all(|(wanted, shown)| fits(wanted, shown))
}

type Places<'p> = BTreeMap<String, Documented<'p>>;

/// Members that a sample shows, or sends in its URL, and no row lists. An object of which nothing is listed is reported
/// once.
fn shown(places: &Places, rows: &[Placed], report: &mut Collector) {
    // A row with a column for the member that holds it lists that member too.
    let holders = rows.iter().filter(|placed| placed.row.parent.is_some());
    let holders = holders.filter_map(|placed| Some(split(&placed.place, |_| true)?.0));
    let listed = rows.iter().map(|placed| placed.place.as_str());
    let listed: BTreeSet<_> = listed.chain(holders).map(without_lists).collect();
    let mut reported: Vec<&str> = Vec::new();
    for (place, documented) in places {
        let plain = without_lists(place);
        if place.ends_with("[]") || listed.contains(&plain) || reported.iter().any(|above| is_below(place, above)) {
            continue;
        }
        if is_key(place, places, &listed) {
            continue;
        }
        let Some((shape, line)) = documented.shown else {
            continue;
        };
        let has_listed = listed.iter().any(|row| is_below(row, &plain));
        let is_root = Part::of(place).is_some_and(|part| part.name() == place);
        // An object around everything goes without saying; a list does not.
        if is_root && has_listed && !shown_types(shape).contains(&JsonType::Array) {
            continue;
        }
        // A row may stand for what is below it without a row for each: an object without a table of its own.
        if !has_listed {
            reported.push(place);
        }
        report.add(Kind::SampleOnly, place, ("", shape), line);
    }
}

/// Whether a member of the sample is the key of a map: its name is a value, or the table calls what holds it a list and
/// lists nothing in it. That the sample shows an object there is reported as its type.
fn is_key(place: &str, places: &Places, listed: &BTreeSet<String>) -> bool {
    let around = holder(place);
    let rows = places.get(around).into_iter().flat_map(|documented| &documented.rows);
    let mut kinds = rows.filter_map(|placed| placed.row.kind.as_deref());
    let plain = without_lists(around);
    let has_listed = || listed.iter().any(|row| is_below(row, &plain));
    place.ends_with(".{}") || (kinds.any(|kind| kind.starts_with("array")) && !has_listed())
}

/// Members that a row lists and the sample of the answer does not show. A table of another case than that which the
/// sample shows is reported once.
fn listed(sample: &Sample, rows: &[Placed], report: &mut Collector) {
    // A sample without members (a file, a number) shows none.
    if sample.shape.len() < 2 {
        return;
    }
    let shown = sample.shape.keys().map(|place| in_part(Part::Response, place));
    let shown: BTreeSet<_> = shown.map(|place| without_lists(&place)).collect();
    let holders: BTreeSet<_> = shown.iter().map(|place| holder(place)).collect();
    let is_missing = |placed: &Placed| {
        let place = without_lists(&placed.place);
        // An empty list or a null shows nothing of what would be in it.
        let is_hidden = shown.contains(holder(&place)) && !holders.contains(holder(&place));
        !shown.contains(&place) && !is_hidden
    };
    // The rows of each table, and those that the sample does not show.
    let tables = rows.chunk_by(|one, other| one.table == other.table);
    let tables = tables.filter(|rows| rows[0].part() == Some(Part::Response));
    let tables: Vec<_> = tables
        .map(|rows| (rows, Vec::from_iter(rows.iter().filter(|row| is_missing(row)))))
        .collect();
    // Of several tables for one place, each a case, the sample shows the one of which it shows most.
    let case = |rows: &[Placed]| without_lists(holder(&rows[0].place));
    let present = |(rows, missing): &(&[Placed], Vec<&Placed>)| (rows.len() - missing.len()) * 100 / rows.len();
    for table @ (rows, missing) in &tables {
        let cases = tables
            .iter()
            .filter(|(other, _)| other[0].title.is_some() && case(other) == case(rows));
        let best = cases.max_by_key(|other| (present(other), other.0[0].table));
        let is_case = best.is_none_or(|best| present(best) > 0 && std::ptr::eq(best, table));
        match (missing.first(), rows[0].title) {
            (Some(first), Some(title)) if !is_case => {
                report.add(Kind::TableOnly, holder(&first.place), (title, ""), first.line);
            }
            _ => {
                for placed in missing {
                    let was = placed.row.kind.as_deref().unwrap_or("listed");
                    report.add(Kind::TableOnly, &placed.place, (was, ""), placed.line);
                }
            }
        }
    }
}

/// The place around a member.
fn holder(place: &str) -> &str {
    place.rfind('.').map_or(place, |dot| &place[..dot])
}

/// The names of rows against that of the sample or, for a path parameter, of the endpoint.
fn spelling(described: &Described, place: &str, documented: &Documented, report: &mut Collector) {
    for placed in &documented.rows {
        let name = &placed.row.name;
        let shown = documented.shown.and_then(|_| place.rsplit('.').next());
        let known = match placed.part() {
            Some(Part::Path) => parameter_names(&described.documented.endpoint),
            _ => Vec::from_iter(shown),
        };
        let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        report.compare(Kind::LetterCase, place, (name, known.unwrap_or(name)), placed.line);
    }
}

/// The types of rows, and of the entries of their lists, against what the sample shows in their place.
fn types(place: &str, documented: &Documented, places: &Places, report: &mut Collector) {
    for placed in &documented.rows {
        let kind = placed.row.kind.as_deref().unwrap_or_default();
        let entries = documented_types(kind).1.map(|entries| (format!("{place}[]"), entries));
        for (place, kind) in [(place.to_owned(), kind)].into_iter().chain(entries) {
            let (types, _) = documented_types(kind);
            let shown = places.get(&place).and_then(|documented| documented.shown);
            let shown = shown.map(|(shape, _)| shown_types(shape)).unwrap_or_default();
            if !types.is_empty() && shown.iter().any(|json| !json.fits(types)) {
                report.add(Kind::SampleType, &place, (kind, type_names(&shown)), placed.line);
            }
        }
    }
}

/// The codes that the sample shows against those that the rows of the place list, each the codes of its case.
fn codes(place: &str, shown: &Documented, places: &Places, pages: &[Page], report: &mut Collector) {
    let place = place.trim_end_matches("[]");
    let rows = places.get(place).map_or(&[][..], |documented| &documented.rows);
    let codes = rows.iter().filter_map(|placed| codes_of_row(placed.row, pages).ok());
    let codes: Vec<_> = codes.flatten().collect();
    for value in shown.codes.iter().map(text_of) {
        // A masked value tells nothing.
        let is_listed =
            codes.is_empty() || value.contains('*') || codes.iter().any(|code| text_of(&code.code) == value);
        if let Some(first) = rows.first().filter(|_| !is_listed) {
            let listed = codes_of(codes.iter().copied());
            report.add(Kind::SampleCode, place, (listed, value), first.line);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::compare::testing::{essence, expect_sample, facts, page, page_with, sample_findings};
    use crate::finding::Class;
    use crate::spec::Spec;

    fn at(path: &str) -> String {
        format!("/operations/0{path}")
    }

    #[test]
    fn tables_and_samples_that_agree_contradict_in_nothing() {
        expect_sample(&page(), &[]);
        assert_eq!(
            essence(&sample_findings(&[facts(page())], &Spec::default())),
            [],
            "without a spec"
        );
    }

    #[test]
    fn members_of_the_sample_alone() {
        let page = page_with(&[
            (&at("/tables/3/rows/6"), Value::Null),
            (&at("/tables/3/rows/6"), Value::Null),
            (&at("/tables/3/rows/0"), Value::Null),
            (&at("/request/query/-"), json!("trace")),
        ]);
        let found = expect_sample(
            &page,
            &[
                (Kind::SampleOnly, "query.trace", "", "sent"),
                // The list is reported though its members are listed; the object once, with all in it.
                (Kind::SampleOnly, "response.data", "", "array"),
                (Kind::SampleOnly, "response.metadata", "", "object"),
            ],
        );
        assert_eq!([found[0].class, found[1].class], [Class::Additive, Class::Additive]);
        assert_eq!([found[0].line, found[1].line], [70, 80]);
    }

    #[test]
    fn members_of_the_table_alone() {
        let page = page_with(&[
            (&at("/response/shape/data[].id"), Value::Null),
            (&at("/request/shape/note"), Value::Null),
        ]);
        let found = expect_sample(&page, &[(Kind::TableOnly, "response.data[].id", "string", "")]);
        assert_eq!((found[0].line, found[0].class), (51, Class::Additive));
    }

    #[test]
    fn what_an_empty_list_would_hold_is_not_missing() {
        let shape = json!({ "": "object", "data": "array", "metadata": "object", "metadata.totalCount": "integer" });
        expect_sample(&page_with(&[(&at("/response/shape"), shape)]), &[]);
    }

    #[test]
    fn a_table_that_the_sample_shows_nothing_of_is_told_once() {
        let rows = json!([{ "name": "thorn", "type": "string" }, { "name": "mark", "type": "string" }]);
        let table = json!({ "section": "response", "title": "Bloom of thorns", "line": 90, "rows": rows });
        let shown = page_with(&[
            (&at("/tables/-"), table.clone()),
            (&at("/response/shape/data[].bloom.petal"), json!("string")),
        ]);
        expect_sample(
            &shown,
            &[
                (Kind::SampleOnly, "response.data[].bloom.petal", "", "string"),
                (Kind::TableOnly, "response.data[].bloom", "Bloom of thorns", ""),
            ],
        );
    }

    #[test]
    fn of_several_cases_the_sample_shows_one() {
        let table = |title: &str, line: usize, names: &[&str]| {
            let rows: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
            json!({ "section": "response", "title": title, "line": line, "rows": rows })
        };
        let page = page_with(&[
            (&at("/tables/-"), table("Of thorns", 90, &["mark", "thorn"])),
            (&at("/tables/-"), table("Of petals", 95, &["mark", "scent", "spine"])),
            (&at("/response/shape/data[].bloom.mark"), json!("string")),
            (&at("/response/shape/data[].bloom.scent"), json!("string")),
        ]);
        expect_sample(
            &page,
            &[
                (Kind::TableOnly, "response.data[].bloom", "Of thorns", ""),
                (Kind::TableOnly, "response.data[].bloom.spine", "listed", ""),
            ],
        );
    }

    #[test]
    fn a_list_around_everything() {
        let shape = json!({ "": "array", "[]": "object", "[].id": "string" });
        let rows = json!([{ "section": "response", "line": 50, "rows": [{ "name": "id", "type": "string" }] }]);
        let page = page_with(&[
            (&at("/tables"), rows),
            (&at("/response/shape"), shape),
            (&at("/request"), Value::Null),
        ]);
        expect_sample(&page, &[(Kind::SampleOnly, "response", "", "array")]);
    }

    #[test]
    fn types() {
        for (row, kind, place, shape, expected) in [
            (
                "/tables/2/rows/2",
                "integer",
                "/request/shape/note",
                "string",
                ("body.note", "integer", "string"),
            ),
            (
                "/tables/3/rows/1",
                "string",
                "/response/shape/data[].id",
                "null",
                ("response.data[].id", "string", "null"),
            ),
            (
                "/tables/3/rows/2",
                "number",
                "/response/shape/data[].kind",
                "array",
                ("response.data[].kind", "number", "array"),
            ),
            (
                "/tables/2/rows/1",
                "array of integer",
                "/request/shape/gardeners[]",
                "string",
                ("body.gardeners[]", "integer", "string"),
            ),
        ] {
            let page = page_with(&[(&format!("{}/type", at(row)), json!(kind)), (&at(place), json!(shape))]);
            let (place, was, is) = expected;
            expect_sample(&page, &[(Kind::SampleType, place, was, is)]);
        }
        for kind in ["number", "enum", "coloured"] {
            expect_sample(&page_with(&[(&at("/tables/3/rows/2/type"), json!(kind))]), &[]);
        }
    }

    #[test]
    fn codes() {
        let shown = json!({ "kind": [1, 7], "gardeners": [] });
        expect_sample(
            &page_with(&[(&at("/request/codes"), shown)]),
            &[(Kind::SampleCode, "body.kind", "0, 1", "7")],
        );
        let as_text = page_with(&[(&at("/request/codes"), json!({ "kind": ["1", "**"] }))]);
        expect_sample(&as_text, &[]);
    }

    #[test]
    fn letter_case() {
        let page = page_with(&[
            (&at("/tables/0/rows/0/name"), json!("BedID")),
            (&at("/tables/3/rows/1/name"), json!("Id")),
        ]);
        let found = expect_sample(
            &page,
            &[
                (Kind::LetterCase, "path.bedId", "BedID", "bedId"),
                (Kind::LetterCase, "response.data[].id", "Id", "id"),
            ],
        );
        assert_eq!(
            [found[0].class, found[1].class],
            [Class::Documentation, Class::Breaking]
        );
    }

    #[test]
    fn urls_of_samples() {
        const ENDPOINT: &str = "/garden/v1/beds/{bedId}/plants";
        for path in [
            "/garden/v1/Beds/{bedId}/plants",
            "/v1/beds/{bedId}/plants",
            "/garden/v1/beds/{bedId}",
            "/garden/v1/beds/{bedId}/plants/",
            "/garden/v1/beds//plants",
        ] {
            let page = page_with(&[(&at("/request/path"), json!(path))]);
            expect_sample(&page, &[(Kind::SampleUrl, "endpoint", ENDPOINT, path)]);
        }
        for path in ["/garden/v1/beds/12/plants?pageSize=3", "/garden/v1/{}/{}/plants"] {
            expect_sample(&page_with(&[(&at("/request/path"), json!(path))]), &[]);
        }
    }

    #[test]
    fn slips_and_the_endpoint_of_the_permission() {
        let page = page_with(&[
            (
                &at("/response/slips"),
                json!([{ "value": "missing comma", "line": 83 }]),
            ),
            (&at("/scopesEndpoint"), json!("/garden/v2/plants")),
        ]);
        let found = expect_sample(
            &page,
            &[
                (
                    Kind::Endpoint,
                    "scopes",
                    "/garden/v2/plants",
                    "/garden/v1/beds/{bedId}/plants",
                ),
                (Kind::SampleSyntax, "response", "", "missing comma"),
            ],
        );
        assert_eq!([found[0].line, found[1].line], [10, 83]);
    }
}
