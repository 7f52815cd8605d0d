//! The tables of a page against its own samples.

use std::collections::{BTreeMap, BTreeSet};

use super::operations::Described;
use super::{Report, codes_of, codes_of_row, text_of};
use crate::endpoint::{is_parameter, parameter_names, segments, without_query};
use crate::facts::{Code, Page, Sample};
use crate::finding::{Finding, Kind, Step};
use crate::json_type::{JsonType, documented_types, shown_types, type_names};
use crate::placement::{Part, Placed, in_part, is_below, placed, samples, split, without_lists};

/// The contradictions between the tables of each page and its samples. The spec names the operations, and helps to
/// tell where a row belongs.
pub fn page_sample(api: &str, pages: &[Page], described: &[Described]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for described in described {
        let mut report = Report::new(api, Step::PageSample, described.name(), &described.page.page);
        let rows = placed(described.documented, described.spec);
        endpoints(described, &mut report);
        for (part, sample) in samples(described.documented) {
            syntax(part, sample, &mut report);
            shown(part, sample, &rows, &mut report);
            if part == Part::Body {
                query(sample, &rows, &mut report);
            } else {
                listed(sample, &rows, &mut report);
            }
        }
        for row in &rows {
            beyond(row, &mut report);
            spelling(described, row, &mut report);
            types(described, row, &mut report);
        }
        codes(described, &rows, pages, &mut report);
        findings.append(&mut report.findings);
    }
    findings
}

/// The endpoint against that of the permission table and the URL of the sample.
fn endpoints(described: &Described, report: &mut Report) {
    let documented = described.documented;
    if let Some(other) = documented
        .scopes_endpoint
        .as_ref()
        .filter(|other| **other != documented.endpoint)
    {
        report.add(
            Kind::Endpoint,
            "scopes",
            (other.clone(), documented.endpoint.clone()),
            documented.scopes_line.unwrap_or(documented.line),
            None,
        );
    }
    let url = documented
        .request
        .as_ref()
        .and_then(|sample| Some((sample, sample.path.as_deref()?)));
    if let Some((sample, path)) = url.filter(|(_, path)| !fits_endpoint(&documented.endpoint, path)) {
        report.add(
            Kind::SampleUrl,
            "endpoint",
            (documented.endpoint.clone(), path.to_owned()),
            sample.line,
            None,
        );
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

/// Cells of a row for which its table has no column.
fn beyond(placed: &Placed, report: &mut Report) {
    if let Some(cell) = &placed.row.beyond {
        let place = placed.place.clone();
        report.add(Kind::CellBeyond, place, ("", cell.clone()), placed.line, None);
    }
}

fn syntax(part: Part, sample: &Sample, report: &mut Report) {
    for slip in &sample.slips {
        report.add(
            Kind::SampleSyntax,
            part.name().to_owned(),
            ("", slip.value.clone()),
            slip.line,
            None,
        );
    }
}

/// Members that the sample shows and no row lists. An object of which nothing is listed is reported once.
fn shown(part: Part, sample: &Sample, rows: &[Placed], report: &mut Report) {
    // A row with a column for the member that holds it lists that member too.
    let holders = rows.iter().filter(|placed| placed.row.parent.is_some());
    let holders = holders.filter_map(|placed| Some(split(&placed.place, |_| true)?.0));
    let places = rows.iter().map(|placed| placed.place.as_str());
    let listed: BTreeSet<_> = places.chain(holders).map(without_lists).collect();
    let mut reported: Vec<String> = Vec::new();
    for (place, shape) in &sample.shape {
        let place = in_part(part, place);
        let plain = without_lists(&place);
        let has_listed = listed.iter().any(|row| is_below(row, &plain));
        let is_root = place == part.name();
        if place.ends_with("[]") || listed.contains(&plain) || reported.iter().any(|above| is_below(&place, above)) {
            continue;
        }
        if is_key(&place, rows, &listed) {
            continue;
        }
        // An object around everything goes without saying; a list does not.
        if is_root && has_listed && !shown_types(shape).contains(&JsonType::Array) {
            continue;
        }
        // A row may stand for what is below it without a row for each: an object without a table of its own.
        if !has_listed {
            reported.push(place.clone());
        }
        report.add(Kind::SampleOnly, place, ("", shape.clone()), sample.line, None);
    }
}

/// Whether a member of the sample is the key of a map: its name is a value, or the table calls what holds it a list and
/// lists nothing in it. That the sample shows an object there is reported as its type.
fn is_key(place: &str, rows: &[Placed], listed: &BTreeSet<String>) -> bool {
    let (around, name) = place.rsplit_once('.').unwrap_or(("", place));
    let holder = without_lists(around);
    let is_list = |placed: &Placed| {
        let kind = placed.row.kind.as_deref().unwrap_or_default();
        kind.starts_with("array") && without_lists(&placed.place) == holder && !around.ends_with("[]")
    };
    let has_listed = || listed.iter().any(|row| is_below(row, &holder));
    name == "{}" || (rows.iter().any(is_list) && !has_listed())
}

/// Parameters in the URL of the sample that no row lists.
fn query(sample: &Sample, rows: &[Placed], report: &mut Report) {
    for name in &sample.query {
        let place = format!("query.{name}");
        if !rows.iter().any(|placed| placed.place.eq_ignore_ascii_case(&place)) {
            report.add(Kind::SampleOnly, place, ("", "sent"), sample.line, None);
        }
    }
}

/// Members that a row lists and the sample of the answer does not show. A table of another case than that which the
/// sample shows is reported once.
fn listed(sample: &Sample, rows: &[Placed], report: &mut Report) {
    // A sample without members (a file, a number) shows none.
    if sample.shape.len() < 2 {
        return;
    }
    let shown: BTreeSet<_> = sample
        .shape
        .keys()
        .map(|place| without_lists(&in_part(Part::Response, place)))
        .collect();
    let holders: BTreeSet<_> = shown.iter().map(|place| holder(place)).collect();
    // The rows of each table, and those that the sample does not show.
    let mut tables: BTreeMap<usize, (Vec<&Placed>, Vec<&Placed>)> = BTreeMap::new();
    for placed in rows.iter().filter(|placed| placed.part() == Some(Part::Response)) {
        let place = without_lists(&placed.place);
        let (all, missing) = tables.entry(placed.table).or_default();
        all.push(placed);
        // An empty list or a null shows nothing of what would be in it.
        let is_hidden = shown.contains(holder(&place)) && !holders.contains(holder(&place));
        if !shown.contains(&place) && !is_hidden {
            missing.push(placed);
        }
    }
    // Of several tables for one place, each a case, the sample shows the one of which it shows most.
    let mut cases: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (index, (all, missing)) in &tables {
        if let Some(first) = all.first().filter(|placed| placed.title.is_some()) {
            let present = (all.len() - missing.len()) * 100 / all.len();
            cases
                .entry(without_lists(holder(&first.place)))
                .or_default()
                .push((present, *index));
        }
    }
    let shows_case = |index: usize| {
        let case = cases
            .values()
            .find(|case| case.iter().any(|(_, table)| *table == index));
        case.is_none_or(|case| {
            case.iter()
                .max()
                .is_some_and(|(present, table)| *present > 0 && *table == index)
        })
    };
    for (index, (_, missing)) in &tables {
        match missing.first().and_then(|first| Some((first, first.title?))) {
            Some((first, title)) if !shows_case(*index) => {
                add_listed(holder(&first.place), title.to_owned(), first.line, report);
            }
            _ => {
                for placed in missing {
                    let was = placed.row.kind.clone().unwrap_or_else(|| "listed".to_owned());
                    add_listed(&placed.place, was, placed.line, report);
                }
            }
        }
    }
}

/// The place around a member.
fn holder(place: &str) -> &str {
    place.rfind('.').map_or(place, |dot| &place[..dot])
}

fn add_listed(place: &str, was: String, line: usize, report: &mut Report) {
    report.add(Kind::TableOnly, place.to_owned(), (was, ""), line, None);
}

/// The name of a row against that of the sample or, for a path parameter, of the endpoint.
fn spelling(described: &Described, placed: &Placed, report: &mut Report) {
    let row = placed.row;
    let known = if placed.part() == Some(Part::Path) {
        let names = parameter_names(&described.documented.endpoint);
        names
            .into_iter()
            .find(|name| name.eq_ignore_ascii_case(&row.name))
            .map(str::to_owned)
    } else {
        placed
            .place
            .rsplit('.')
            .next()
            .filter(|_| is_in_sample(described, &placed.place))
            .map(str::to_owned)
    };
    if let Some(known) = known.filter(|known| *known != row.name && known.eq_ignore_ascii_case(&row.name)) {
        report.add(
            Kind::LetterCase,
            placed.place.clone(),
            (row.name.clone(), known),
            placed.line,
            None,
        );
    }
}

fn is_in_sample(described: &Described, place: &str) -> bool {
    samples(described.documented).any(|(part, sample)| sample.shape.keys().any(|shown| in_part(part, shown) == place))
}

/// The type of a row against what the sample shows in its place.
fn types(described: &Described, placed: &Placed, report: &mut Report) {
    for (part, sample) in samples(described.documented) {
        let mut compare = |place: &str, kind: &str| {
            let (documented, _) = documented_types(kind);
            let mut places = sample.shape.iter();
            let Some((_, shape)) = places.find(|(shown, _)| in_part(part, shown) == place) else {
                return;
            };
            let shown = shown_types(shape);
            if !documented.is_empty() && shown.iter().any(|json| !json.fits(documented)) {
                report.add(
                    Kind::SampleType,
                    place.to_owned(),
                    (kind.to_owned(), type_names(&shown)),
                    placed.line,
                    None,
                );
            }
        };
        let kind = placed.row.kind.as_deref().unwrap_or_default();
        compare(&placed.place, kind);
        if let (_, Some(entries)) = documented_types(kind) {
            compare(&format!("{}[]", placed.place), entries);
        }
    }
}

/// The codes that the rows of a place list against those that the sample shows there. Several tables may describe one
/// place, each with the codes of its case.
fn codes(described: &Described, rows: &[Placed], pages: &[Page], report: &mut Report) {
    let mut places: BTreeMap<&str, (Vec<&Code>, usize)> = BTreeMap::new();
    for placed in rows {
        let (codes, _) = places.entry(&placed.place).or_insert((Vec::new(), placed.line));
        codes.extend(codes_of_row(placed.row, pages));
    }
    for (part, sample) in samples(described.documented) {
        for (shown, values) in &sample.codes {
            let shown = in_part(part, shown);
            let place = shown.trim_end_matches("[]");
            let Some((codes, line)) = places.get(place).filter(|(codes, _)| !codes.is_empty()) else {
                continue;
            };
            // A masked value tells nothing.
            for value in values.iter().map(text_of).filter(|value| !value.contains('*')) {
                if !codes.iter().any(|code| text_of(&code.code) == value) {
                    report.add(
                        Kind::SampleCode,
                        place.to_owned(),
                        (codes_of(codes.iter().copied()), value),
                        *line,
                        None,
                    );
                }
            }
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
        assert_eq!([found[0].class, found[1].class], [Class::Breaking, Class::Additive]);
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
        let rows = json!([{ "name": "cloth", "type": "string" }, { "name": "mark", "type": "string" }]);
        let table = json!({ "section": "response", "title": "Cover of cloth", "line": 90, "rows": rows });
        let shown = page_with(&[
            (&at("/tables/-"), table.clone()),
            (&at("/response/shape/data[].cover.paper"), json!("string")),
        ]);
        expect_sample(
            &shown,
            &[
                (Kind::SampleOnly, "response.data[].cover.paper", "", "string"),
                (Kind::TableOnly, "response.data[].cover", "Cover of cloth", ""),
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
            (&at("/tables/-"), table("Of cloth", 90, &["mark", "cloth"])),
            (&at("/tables/-"), table("Of paper", 95, &["mark", "glue", "sheet"])),
            (&at("/response/shape/data[].cover.mark"), json!("string")),
            (&at("/response/shape/data[].cover.glue"), json!("string")),
        ]);
        expect_sample(
            &page,
            &[
                (Kind::TableOnly, "response.data[].cover", "Of cloth", ""),
                (Kind::TableOnly, "response.data[].cover.sheet", "listed", ""),
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
                "/request/shape/authors[]",
                "string",
                ("body.authors[]", "integer", "string"),
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
        let shown = json!({ "kind": [1, 7], "authors": [] });
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
            (&at("/tables/0/rows/0/name"), json!("ShelfID")),
            (&at("/tables/3/rows/1/name"), json!("Id")),
        ]);
        let found = expect_sample(
            &page,
            &[
                (Kind::LetterCase, "path.shelfId", "ShelfID", "shelfId"),
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
        const ENDPOINT: &str = "/library/v1/shelves/{shelfId}/books";
        for path in [
            "/library/v1/Shelves/{shelfId}/books",
            "/v1/shelves/{shelfId}/books",
            "/library/v1/shelves/{shelfId}",
            "/library/v1/shelves/{shelfId}/books/",
            "/library/v1/shelves//books",
        ] {
            let page = page_with(&[(&at("/request/path"), json!(path))]);
            expect_sample(&page, &[(Kind::SampleUrl, "endpoint", ENDPOINT, path)]);
        }
        for path in ["/library/v1/shelves/12/books?pageSize=3", "/library/v1/{}/{}/books"] {
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
            (&at("/scopesEndpoint"), json!("/library/v2/books")),
        ]);
        let found = expect_sample(
            &page,
            &[
                (
                    Kind::Endpoint,
                    "scopes",
                    "/library/v2/books",
                    "/library/v1/shelves/{shelfId}/books",
                ),
                (Kind::SampleSyntax, "response", "", "missing comma"),
            ],
        );
        assert_eq!([found[0].line, found[1].line], [10, 83]);
    }
}
