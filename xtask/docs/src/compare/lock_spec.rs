//! What the pages say against what the spec says.

use std::collections::BTreeSet;

use super::collector::{Collector, Context};
use super::match_operations::{Described, MatchedPages, is_same_page};
use super::{api_wide, members};
use crate::endpoint::without_query;
use crate::facts::Page;
use crate::finding::{Finding, Kind, Step};
use crate::spec::Operation;

/// The differences between the spec and the pages, in the order of the pages; what only the spec has comes last.
pub fn lock_spec<'c>(context: Context<'c>, side: &'c MatchedPages) -> Vec<Finding> {
    let mut report = Collector::new(context, Step::LockSpec);
    for described in &side.operations {
        let Described { page, documented, spec } = *described;
        let line = documented.line;
        report.turn_to(&page.page, described.name(), spec);
        let Some(known) = spec else {
            report.add(Kind::OperationMissing, "operation", ("", described.name()), line);
            continue;
        };
        report.compare(Kind::Method, "method", (&known.method, &documented.method), line);
        let endpoint = path(page, &documented.endpoint);
        report.compare(Kind::Endpoint, "endpoint", (&known.path, &endpoint), line);
        // A page may leave out the status, and leave the scopes to the page that introduces the API.
        if let (Some((ours, _)), Some(theirs)) = (known.success, documented.success) {
            report.compare(Kind::Status, "status", (ours.to_string(), theirs.to_string()), line);
        }
        if !documented.scopes.is_empty() {
            report.compare_scopes(
                &known.scopes,
                &documented.scopes,
                documented.scopes_line.unwrap_or(line),
            );
        }
        let named = known
            .page
            .as_ref()
            .filter(|named| !page.elsewhere && !is_same_page(named, &page.page));
        if let Some(named) = named {
            // Where the page that the spec names is there too, this one is not its new place.
            let is_there = side.operations.iter().any(|other| {
                let of_same = other.spec.is_some_and(|other| other.name() == known.name());
                of_same && is_same_page(named, &other.page.page)
            });
            let kind = if is_there { Kind::SecondPage } else { Kind::PageMoved };
            report.add(kind, "page", (named, &page.page), 1);
        }
        members::compare(described, known, side.pages, &mut report);
    }
    let described = side.operations.iter().filter_map(|one| one.spec);
    let described: BTreeSet<_> = described.map(Operation::name).collect();
    for known in &context.spec.operations {
        if !described.contains(&known.name()) {
            report.turn_to(known.page.as_deref().unwrap_or_default(), known.name(), Some(known));
            report.add(Kind::OperationUndocumented, "operation", (known.name(), ""), 1);
        }
    }
    api_wide::compare(side.pages, &mut report);
    report.findings
}

/// The path that a page means, as OpenAPI writes it: with its first slash, and behind what the URLs of the page's hosts
/// end with. What stands behind a question mark is compared as the query.
fn path(page: &Page, endpoint: &str) -> String {
    let endpoint = without_query(endpoint).trim().trim_start_matches('/');
    let mut bases = page.hosts.iter().map(|host| base(&host.value));
    let base = bases
        .next()
        .filter(|first| bases.all(|other| other == *first))
        .unwrap_or_default();
    if base.is_empty() || endpoint.starts_with(&format!("{base}/")) {
        format!("/{endpoint}")
    } else {
        format!("/{base}/{endpoint}")
    }
}

/// The path of a host's URL, without slashes around it.
fn base(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.split_once('/').map_or("", |(_, path)| path.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::compare::testing::{
        SPEC, essence, expect_spec, facts, page, page_with, sample_findings, spec, spec_findings, spec_with,
    };
    use crate::facts::{self, Listed};
    use crate::finding::{Class, SpecLine};
    use crate::spec::Spec;

    /// The first operation of the page.
    const CALL: &str = "/operations/0";

    fn at(path: &str) -> String {
        format!("{CALL}{path}")
    }

    #[test]
    fn a_page_and_a_spec_that_agree_differ_in_nothing() {
        expect_spec(&page(), &spec(SPEC), &[]);
    }

    #[test]
    fn a_finding_says_where_and_what_to_do() {
        let page = page_with(&[(&at("/tables/1/rows/0/maximum"), json!(200))]);
        let found = expect_spec(
            &page,
            &spec(SPEC),
            &[(Kind::Limit, "query.pageSize", "maximum 200", "maximum 100")],
        );
        let line = SPEC
            .lines()
            .position(|line| line.contains("name: pageSize"))
            .unwrap_or_default()
            + 1;
        assert_eq!(
            found,
            [Finding {
                api: "garden".to_owned(),
                step: Step::LockSpec,
                operation: "POST /garden/v1/beds/{bedId}/plants".to_owned(),
                place: "query.pageSize".to_owned(),
                kind: Kind::Limit,
                class: Class::Additive,
                was: "maximum 100".to_owned(),
                is: "maximum 200".to_owned(),
                page: "docs/my plants.md".to_owned(),
                line: 30,
                remedy: "set the maximum 200 on `query.pageSize` of POST /garden/v1/beds/{bedId}/plants in \
                         specs/garden/openapi.yaml, or record the difference in specs/garden/deviations.yaml"
                    .to_owned(),
                spec: Some(SpecLine {
                    file: "specs/garden/openapi.yaml".to_owned(),
                    line,
                }),
            }]
        );
    }

    #[test]
    fn calls_are_compared() {
        const PATH: &str = "/garden/v1/beds/{bedId}/plants";
        for (pointer, value, kind, place, was, is) in [
            ("/method", "PUT", Kind::Method, "method", "PUT", "POST"),
            (
                "/scopes/0",
                "plants.write",
                Kind::Scopes,
                "scopes",
                "plants.write",
                "plants.read",
            ),
        ] {
            expect_spec(
                &page_with(&[(&at(pointer), json!(value)), ("/endpoints", json!([]))]),
                &spec(SPEC),
                &[(kind, place, was, is)],
            );
        }
        expect_spec(
            &page_with(&[(&at("/success"), json!(201))]),
            &spec(SPEC),
            &[(Kind::Status, "status", "201", "200")],
        );
        for endpoint in [
            "/garden/v1/Beds/{bedId}/plants",
            "/v1/beds/{bedId}/plants",
            "/garden/v1/plots/{bedId}/plants",
        ] {
            let page = page_with(&[(&at("/endpoint"), json!(endpoint)), ("/endpoints", json!([]))]);
            let found = expect_spec(&page, &spec(SPEC), &[(Kind::Endpoint, "endpoint", endpoint, PATH)]);
            assert_eq!(found[0].class, Class::Breaking);
        }
        let page = page_with(&[
            (&at("/endpoint"), json!("garden/v1/beds/{bedId}/plants")),
            ("/endpoints", json!([])),
        ]);
        expect_spec(&page, &spec(SPEC), &[]);
    }

    #[test]
    fn a_path_begins_with_that_of_the_hosts() {
        let host = |value: &str| Listed {
            value: value.to_owned(),
            line: 1,
        };
        let page = |hosts: &[&str]| Page {
            hosts: hosts.iter().map(|value| host(value)).collect(),
            ..Page::default()
        };
        let hosts = ["https://north.example.com/garden/", "https://south.example.com/garden"];
        assert_eq!(path(&page(&hosts), "v1/plants?of=all"), "/garden/v1/plants");
        assert_eq!(path(&page(&hosts), "/garden/v1/plants"), "/garden/v1/plants");
        let different = ["https://north.example.com/garden", "https://south.example.com"];
        for hosts in [&different[..], &[]] {
            assert_eq!(path(&page(hosts), "v1/plants"), "/v1/plants");
        }
    }

    #[test]
    fn the_name_of_a_path_parameter_is_not_sent() {
        let page = page_with(&[
            (&at("/endpoint"), json!("/garden/v1/beds/{id}/plants")),
            (&at("/tables/0/rows/0/name"), json!("Id")),
        ]);
        let found = expect_spec(
            &page,
            &spec(SPEC),
            &[(
                Kind::Endpoint,
                "endpoint",
                "/garden/v1/beds/{id}/plants",
                "/garden/v1/beds/{bedId}/plants",
            )],
        );
        assert_eq!(found[0].class, Class::Documentation);
    }

    #[test]
    fn operations_are_missing_and_undocumented() {
        let page = page_with(&[
            (&at("/endpoint"), json!("/garden/v1/gardeners")),
            (&at("/scopes"), json!(["gardeners.read"])),
            ("/page", json!("docs/gardeners.md")),
            ("/endpoints", json!([])),
        ]);
        expect_spec(
            &page,
            &spec(SPEC),
            &[
                (Kind::OperationMissing, "operation", "POST /garden/v1/gardeners", ""),
                (
                    Kind::OperationUndocumented,
                    "operation",
                    "",
                    "POST /garden/v1/beds/{bedId}/plants",
                ),
            ],
        );
    }

    #[test]
    fn members_are_missing_once_for_what_is_below_them() {
        let page = page_with(&[
            (&at("/tables/3/rows/-"), json!({ "name": "visit", "type": "object" })),
            (&at("/response/shape/data[].visit"), json!("object")),
            (&at("/response/shape/data[].visit.by"), json!("string")),
            (&at("/request/query/-"), json!("trace")),
        ]);
        let found = expect_spec(
            &page,
            &spec(SPEC),
            &[
                (Kind::MemberMissing, "query.trace", "sent", ""),
                (Kind::MemberMissing, "response.data[].visit", "object", ""),
            ],
        );
        assert_eq!([found[0].class, found[1].class], [Class::Additive, Class::Additive]);
        assert_eq!([found[0].line, found[1].line], [70, 58]);
    }

    #[test]
    fn members_that_no_page_has() {
        let spec = spec_with(&[
            (
                "id: { type: string }\n",
                "id: { type: string }\n        bed: { type: object, properties: { row: { type: integer } } }\n",
            ),
            (
                "        - { name: pageSize",
                "        - { name: sort, in: query, schema: { type: string } }\n        - { name: pageSize",
            ),
        ]);
        expect_spec(
            &page(),
            &spec,
            &[
                (Kind::MemberUndocumented, "query.sort", "", "string"),
                (Kind::MemberUndocumented, "response.data[].bed", "", "object"),
            ],
        );
    }

    /// A spec in which a plant is one of several objects, as its `format` says, and the last keeps what is not known.
    fn spec_of_formats() -> Spec {
        let format = |code: u8, name: &str| {
            format!(
                "{{ type: integer, enum: [{code}], x-enum-varnames: [{name}], x-enum-descriptions: [It is of {name}.] }}"
            )
        };
        let plant = |format: &str, binding: &str| {
            format!("{{ type: object, properties: {{ format: {format}, binding: {binding} }} }}")
        };
        let reference = |name: &str| format!("{{ $ref: '#/components/schemas/{name}' }}");
        let plants = [
            ("ClothPlant", plant(&format(1, "Cloth"), &reference("ClothBinding"))),
            ("PaperPlant", plant(&format(2, "Paper"), &reference("PaperBinding"))),
            ("OtherPlant", plant("{ type: integer }", "{}")),
        ];
        let binding = |members: &str| {
            format!(
                "{{ type: object, properties: {{ mark: {{ type: string }}, Tint: {{ type: string }}, {members} }} }}"
            )
        };
        let bindings = [
            (
                "ClothBinding",
                binding("thread: { type: string }, knots: { type: integer }"),
            ),
            (
                "PaperBinding",
                binding("scent: { type: string }, sheets: { type: integer }"),
            ),
        ];
        let choice: Vec<_> = plants.iter().map(|(name, _)| reference(name)).collect();
        let components = plants.iter().chain(&bindings);
        let components: String = components
            .map(|(name, schema)| format!("    {name}: {schema}\n"))
            .collect();
        spec_with(&[
            (
                "                    items: { $ref: '#/components/schemas/Plant' }\n",
                &format!("                    items: {{ anyOf: [{}] }}\n", choice.join(", ")),
            ),
            ("    Plant:\n", &format!("{components}    Plant:\n")),
        ])
    }

    /// A page that agrees with it, with some changes.
    fn page_of_formats(changes: &[(&str, Value)]) -> Value {
        let table = |title: &str, line: usize, rows: Value| {
            let title = Some(title).filter(|title| !title.is_empty());
            json!({ "section": "response", "title": title, "line": line, "rows": rows })
        };
        let row = |name: &str, kind: &str| json!({ "name": name, "type": kind });
        let codes = json!([{ "code": 1, "label": "Cloth" }, { "code": 2, "label": "Paper" }]);
        let format = json!({ "name": "format", "type": "integer", "codes": codes });
        let page = page_with(&[(&at("/tables/3"), Value::Null)]);
        let tables = [
            table(
                "",
                50,
                json!([
                    row("data", "array"),
                    row("metadata", "object"),
                    row("totalCount", "integer")
                ]),
            ),
            table("Plants", 60, json!([format, row("binding", "object")])),
            table("Bindings of all plants", 70, json!([row("mark", "string")])),
            table(
                "Cloth binding",
                80,
                json!([row("thread", "string"), row("knots", "integer"), row("Tint", "string")]),
            ),
            table(
                "Paper binding",
                90,
                json!([row("scent", "string"), row("sheets", "integer"), row("Tint", "string")]),
            ),
        ];
        let mut tables_of_page = page["operations"][0]["tables"].as_array().cloned().unwrap_or_default();
        tables_of_page.extend(tables);
        let shape = json!({
            "": "object", "data": "array", "data[]": "object", "data[].format": "integer",
            "data[].binding": "object", "data[].binding.mark": "string", "data[].binding.scent": "string",
            "data[].binding.sheets": "integer", "metadata": "object", "metadata.totalCount": "integer",
        });
        let codes = json!({ "data[].format": [2] });
        let mut all = vec![
            (at("/tables"), Value::Array(tables_of_page)),
            (at("/response/shape"), shape),
            (at("/response/codes"), codes),
        ];
        all.extend(changes.iter().map(|(path, value)| (at(path), value.clone())));
        let all: Vec<_> = all.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        page_with(&all)
    }

    #[test]
    fn a_choice_of_objects_is_compared_table_by_table() {
        expect_spec(&page_of_formats(&[]), &spec_of_formats(), &[]);
        let row = |name: &str, kind: &str| json!({ "name": name, "type": kind });
        for (change, expected) in [
            // One of the objects has a row less, one more, one of another type or spelling.
            (
                ("/tables/6/rows/1", Value::Null),
                (Kind::MemberUndocumented, "response.data[].binding.knots", "", "integer"),
            ),
            (
                ("/tables/6/rows/-", row("colour", "string")),
                (Kind::MemberMissing, "response.data[].binding.colour", "string", ""),
            ),
            (
                ("/tables/7/rows/0/type", json!("boolean")),
                (Kind::Type, "response.data[].binding.scent", "table: boolean", "string"),
            ),
            (
                ("/tables/6/rows/0/name", json!("Thread")),
                (Kind::LetterCase, "response.data[].binding.thread", "Thread", "thread"),
            ),
            // So has the table of what all of them have.
            (
                ("/tables/5/rows/0/type", json!("integer")),
                (Kind::Type, "response.data[].binding.mark", "table: integer", "string"),
            ),
            (
                ("/tables/5/rows/-", row("sign", "string")),
                (Kind::MemberMissing, "response.data[].binding.sign", "string", ""),
            ),
            // The codes of all of them are those of the row.
            (
                ("/tables/4/rows/0/codes/-", json!({ "code": 3, "label": "Leather" })),
                (Kind::CodeMissing, "response.data[].format", "3", ""),
            ),
            (
                ("/tables/4/rows/0/codes/1", Value::Null),
                (Kind::CodeUndocumented, "response.data[].format", "", "2"),
            ),
        ] {
            expect_spec(&page_of_formats(&[change]), &spec_of_formats(), &[expected]);
        }
        // What two of them have is missed in the table of the one, however that of the other spells it.
        let gone = (
            Kind::MemberUndocumented,
            "response.data[].binding.Tint",
            "",
            "string (PaperBinding)",
        );
        let less = ("/tables/7/rows/2", Value::Null);
        expect_spec(
            &page_of_formats(std::slice::from_ref(&less)),
            &spec_of_formats(),
            &[gone],
        );
        let spelt = ("/tables/6/rows/2/name", json!("tint"));
        let spelling = (Kind::LetterCase, "response.data[].binding.Tint", "tint", "Tint");
        expect_spec(&page_of_formats(&[less, spelt]), &spec_of_formats(), &[spelling, gone]);
    }

    #[test]
    fn the_keys_of_a_map_are_values() {
        let spec = spec_with(&[(
            "bloom: { type: object }",
            "bloom: { type: object, additionalProperties: { type: array, items: { type: integer } } }",
        )]);
        let shown = |kind: &str| {
            page_with(&[
                (&at("/response/shape/data[].bloom.Front"), json!("array")),
                (&at("/response/shape/data[].bloom.Front[]"), json!(kind)),
            ])
        };
        expect_spec(&shown("integer"), &spec, &[]);
        expect_spec(
            &shown("string"),
            &spec,
            &[(Kind::Type, "response.data[].bloom.{}[]", "sample: string", "integer")],
        );
    }

    #[test]
    fn rows_under_the_wrong_heading() {
        let page = page_with(&[
            (&at("/tables/0/section"), json!("query")),
            (&at("/tables/2/section"), json!("query")),
        ]);
        expect_spec(
            &page,
            &spec(SPEC),
            &[
                (Kind::Placement, "body.gardeners", "query", "body"),
                (Kind::Placement, "body.kind", "query", "body"),
                (Kind::Placement, "body.note", "query", "body"),
                (Kind::Placement, "path.bedId", "query", "path"),
            ],
        );
    }

    #[test]
    fn rows_without_a_word_on_where_they_go() {
        let page = page_with(&[
            (&at("/tables/0/section"), json!("request")),
            (&at("/tables/1/section"), json!("request")),
            (&at("/tables/2/section"), json!("request")),
        ]);
        expect_spec(&page, &spec(SPEC), &[]);
    }

    #[test]
    fn types_of_table_and_sample() {
        let both = page_with(&[
            (&at("/tables/2/rows/2/type"), json!("integer")),
            (&at("/request/shape/note"), json!("array")),
            (&at("/request/shape/note[]"), json!("object")),
        ]);
        expect_spec(
            &both,
            &spec(SPEC),
            &[(Kind::Type, "body.note", "table: integer; sample: array", "string")],
        );
        let sample = page_with(&[
            (&at("/response/shape/data[].id"), json!("null | string")),
            (&at("/response/shape/data[].sownOn"), json!("null")),
        ]);
        expect_spec(
            &sample,
            &spec(SPEC),
            &[(Kind::Type, "response.data[].id", "sample: null", "string")],
        );
        let entries = page_with(&[(&at("/tables/2/rows/1/type"), json!("array of integer"))]);
        expect_spec(
            &entries,
            &spec(SPEC),
            &[(Kind::Type, "body.gardeners[]", "table: integer", "string")],
        );
        let wider = spec_with(&[(
            "note: { type: string, maxLength: 30 }",
            "note: { anyOf: [{ type: string, maxLength: 30 }, { type: number }, { type: array, items: {} }] }",
        )]);
        expect_spec(&both, &wider, &[]);
    }

    #[test]
    fn what_must_be_sent_and_what_counts_without() {
        for (changes, expected) in [
            (
                vec![("/tables/2/rows/2/required", json!("yes"))],
                (Kind::Required, "body.note", "yes", "no"),
            ),
            (
                vec![("/tables/2/rows/0/required", json!("no"))],
                (Kind::Required, "body.kind", "no", "yes"),
            ),
            (
                vec![("/tables/2/rows/0/required", json!("sometimes"))],
                (Kind::Required, "body.kind", "sometimes", "yes"),
            ),
            (
                vec![("/tables/1/rows/0/default", json!(20))],
                (Kind::Default, "query.pageSize", "20", "50"),
            ),
            (
                vec![("/tables/1/rows/0/default", Value::Null)],
                (Kind::Default, "query.pageSize", "", "50"),
            ),
            (
                vec![("/tables/1/rows/0/maximum", Value::Null)],
                (Kind::Limit, "query.pageSize", "", "maximum 100"),
            ),
            (
                vec![("/tables/1/rows/0/minimum", json!(5))],
                (Kind::Limit, "query.pageSize", "minimum 5", "minimum 1"),
            ),
            (
                vec![("/tables/2/rows/1/maxItems", json!(3))],
                (Kind::Limit, "body.gardeners", "maxItems 3", "maxItems 9"),
            ),
            (
                vec![("/tables/2/rows/2/maxLength", json!(9))],
                (Kind::Limit, "body.note", "maxLength 9", "maxLength 30"),
            ),
            (
                vec![("/tables/3/rows/1/format", json!("date-time"))],
                (Kind::Format, "response.data[].id", "date-time", ""),
            ),
        ] {
            let changes: Vec<_> = changes.into_iter().map(|(path, value)| (at(path), value)).collect();
            let changes: Vec<_> = changes
                .iter()
                .map(|(path, value)| (path.as_str(), value.clone()))
                .collect();
            expect_spec(&page_with(&changes), &spec(SPEC), &[expected]);
        }
        let sometimes = page_with(&[(&at("/tables/2/rows/2/required"), json!("sometimes"))]);
        expect_spec(&sometimes, &spec(SPEC), &[]);
    }

    #[test]
    fn codes_are_missing_undocumented_and_misnamed() {
        let codes = at("/tables/2/rows/0/codes");
        let more = page_with(&[(&format!("{codes}/-"), json!({ "code": 2, "label": "Shrub" }))]);
        let found = expect_spec(&more, &spec(SPEC), &[(Kind::CodeMissing, "body.kind", "2", "")]);
        assert_eq!(found[0].class, Class::Additive);
        let less = page_with(&[(&format!("{codes}/1"), Value::Null)]);
        expect_spec(&less, &spec(SPEC), &[(Kind::CodeUndocumented, "body.kind", "", "1")]);
        let none = page_with(&[(&codes, json!([]))]);
        expect_spec(&none, &spec(SPEC), &[(Kind::CodeUndocumented, "body.kind", "", "0, 1")]);
        let unknown = page_with(&[(&at("/tables/2/rows/2/codes"), json!([{ "code": "a" }, { "code": "b" }]))]);
        expect_spec(&unknown, &spec(SPEC), &[(Kind::CodeMissing, "body.note", "a, b", "")]);

        let swapped = json!([{ "code": 0, "label": "Fruit trees" }, { "code": 1, "label": "Herb" }]);
        expect_spec(
            &page_with(&[(&codes, swapped)]),
            &spec(SPEC),
            &[
                (Kind::CodeLabel, "body.kind", "0 Fruit trees", "0 Herb"),
                (Kind::CodeLabel, "body.kind", "1 Herb", "1 FruitTree"),
            ],
        );
        let other_words = json!([{ "code": 0, "label": "Scented stem" }, { "code": 1, "label": "Tree" }]);
        expect_spec(&page_with(&[(&codes, other_words)]), &spec(SPEC), &[]);
        let strange = json!([{ "code": 0, "label": "Weed" }, { "code": 1, "label": "Tree" }]);
        expect_spec(
            &page_with(&[(&codes, strange)]),
            &spec(SPEC),
            &[(Kind::CodeLabel, "body.kind", "0 Weed", "0 Herb")],
        );
        let negated = json!([{ "code": 0, "label": "Not a herb" }, { "code": 1, "label": "Tree" }]);
        expect_spec(
            &page_with(&[(&codes, negated)]),
            &spec(SPEC),
            &[(Kind::CodeLabel, "body.kind", "0 Not a herb", "0 Herb")],
        );
    }

    #[test]
    fn codes_of_another_page() {
        let referring = page_with(&[
            (&at("/tables/2/rows/0/codes"), json!([])),
            (&at("/tables/2/rows/0/codesPage"), json!("docs/kinds.md")),
        ]);
        let listing = |last: u8| {
            let codes = json!([{ "code": "0" }, { "code": last.to_string() }]);
            facts(json!({ "page": "docs/kinds.md", "sha256": "", "codes": { "line": 4, "codes": codes } }))
        };
        let found = |last| essence(&spec_findings(&[facts(referring.clone()), listing(last)], &spec(SPEC)));
        assert_eq!(found(1), []);
        let places: Vec<_> = found(2)
            .into_iter()
            .map(|(kind, _, was, is)| (kind, was + &is))
            .collect();
        assert_eq!(
            places,
            [
                (Kind::CodeMissing, "2".to_owned()),
                (Kind::CodeUndocumented, "1".to_owned())
            ]
        );
    }

    #[test]
    fn letter_case() {
        let page = page_with(&[
            (&at("/tables/3/rows/1/name"), json!("ID")),
            (&at("/response/shape/data[].id"), Value::Null),
            (&at("/response/shape/data[].ID"), json!("string")),
        ]);
        let found = expect_spec(
            &page,
            &spec(SPEC),
            &[(Kind::LetterCase, "response.data[].id", "ID", "id")],
        );
        assert_eq!(found[0].class, Class::Breaking);
    }

    #[test]
    fn a_table_is_held_against_the_object_that_it_describes() {
        let spec = spec_with(&[
            (
                "        bloom: { type: object }\n",
                "        bloom: { anyOf: [{ $ref: '#/components/schemas/Rose' }, { $ref: \
                 '#/components/schemas/Lily' }] }\n",
            ),
            (
                "    Plant:\n",
                "    Rose: { type: object, properties: { colour: { type: integer }, mark: { type: string }, \
                 thorn: { type: boolean } } }\n    \
                     Lily: { type: object, properties: { colour: { type: string }, mark: { type: string }, \
                 scent: { type: string } } }\n    Plant:\n",
            ),
        ]);
        let table = |title: &str, line: usize, colour: &str, rows: &[&str]| {
            let mut all = vec![json!({ "name": "colour", "type": colour })];
            all.extend(rows.iter().map(|name| json!({ "name": name })));
            json!({ "section": "response", "title": title, "line": line, "rows": all })
        };
        let tables = |rose: &[&str]| {
            page_with(&[
                (&at("/tables/-"), table("Of thorns", 90, "integer", rose)),
                (&at("/tables/-"), table("Others", 95, "string", &["mark", "scent"])),
            ])
        };
        expect_spec(&tables(&["mark", "thorn"]), &spec, &[]);
        expect_spec(
            &tables(&["thorn"]),
            &spec,
            &[(
                Kind::MemberUndocumented,
                "response.data[].bloom.mark",
                "",
                "string (Rose)",
            )],
        );
        let wrong = page_with(&[
            (&at("/tables/-"), table("Of thorns", 90, "array", &["mark", "thorn"])),
            (&at("/tables/-"), table("Others", 95, "string", &["mark", "scent"])),
        ]);
        expect_spec(
            &wrong,
            &spec,
            &[(
                Kind::Type,
                "response.data[].bloom.colour",
                "table: array",
                "integer | string",
            )],
        );
    }

    #[test]
    fn answers_are_held_to_form_but_not_to_presence() {
        let page = page_with(&[
            (&at("/tables/3/rows/1/maxLength"), json!(8)),
            (&at("/tables/3/rows/1/required"), json!("yes")),
            (&at("/tables/3/rows/1/default"), json!("a")),
            (&at("/tables/3/rows/3/format"), Value::Null),
        ]);
        let found = expect_spec(
            &page,
            &spec(SPEC),
            &[
                (Kind::Limit, "response.data[].id", "maxLength 8", ""),
                (Kind::Format, "response.data[].sownOn", "", "date-time"),
            ],
        );
        assert_eq!(
            [found[0].class, found[1].class],
            [Class::Documentation, Class::Breaking]
        );
    }

    #[test]
    fn rows_that_name_the_entries_of_a_list() {
        let entry = |name: &str, values: &str| {
            format!(
                "{{ type: object, properties: {{ id: {{ type: string, enum: [{name}] }}, values: {{ type: array, \
                 items: {values} }} }} }}"
            )
        };
        let components = format!(
            "components:\n  schemas:\n    ByKind: {}\n    ByLabel: {}\n",
            entry(
                "byKind",
                "{ anyOf: [{ $ref: '#/components/schemas/Kind' }, { type: string }] }"
            ),
            entry("byLabel", "{ type: string }"),
        );
        let spec = spec_with(&[
            (
                "                note: {",
                "                filters: { type: array, items: { oneOf: [{ $ref: '#/components/schemas/ByKind' }, \
                 { $ref: '#/components/schemas/ByLabel' }] } }\n                note: {",
            ),
            ("components:\n  schemas:\n", &components),
        ]);
        let page = |codes: Value, title: &str| {
            let row = |name: &str, kind: &str, codes: Value| {
                let mut row = json!({ "name": name, "parent": "filters", "required": "yes" });
                row["type"] = json!(kind);
                row["codes"] = codes;
                row
            };
            let rows = json!([row("byKind", "integer", codes), row("byLabel", title, json!([]))]);
            page_with(&[
                (&at("/tables/-"), json!({ "section": "body", "line": 90, "rows": rows })),
                (&at("/request/shape/filters"), json!("array")),
                (&at("/request/shape/filters[]"), json!("object")),
                (&at("/request/shape/filters[].id"), json!("string")),
                (&at("/request/shape/filters[].values"), json!("array")),
                (&at("/request/shape/filters[].values[]"), json!("string")),
            ])
        };
        let same = json!([{ "code": 0 }, { "code": 1 }]);
        expect_spec(&page(same.clone(), "string"), &spec, &[]);
        let mut without = page(same, "string");
        if let Some(rows) = without.pointer_mut(&at("/tables/4/rows")).and_then(Value::as_array_mut) {
            rows.remove(0);
        }
        expect_spec(
            &without,
            &spec,
            &[(Kind::MemberUndocumented, "body.filters[].byKind", "", "object (ByKind)")],
        );
        expect_spec(
            &page(json!([{ "code": 0 }, { "code": 1 }, { "code": 2 }]), "integer"),
            &spec,
            &[
                (Kind::CodeMissing, "body.filters[].byKind", "2", ""),
                (Kind::Type, "body.filters[].byLabel", "table: integer", "array | string"),
            ],
        );
    }

    #[test]
    fn the_api_as_a_whole() {
        for (pointer, value, expected) in [
            (
                "/hosts/-",
                "https://east.garden.example/",
                (Kind::Host, "host", "east.garden.example", ""),
            ),
            (
                "/hosts/0",
                "identity.garden.example",
                (Kind::Host, "host", "", "north.garden.example"),
            ),
            ("/statuses/-", "429", (Kind::HttpStatus, "status", "429", "")),
            ("/statuses/1", "200", (Kind::HttpStatus, "status", "", "404")),
            (
                "/endpoints/-",
                "/garden/v1/lost",
                (Kind::ListedEndpoint, "endpoint", "/garden/v1/lost", ""),
            ),
        ] {
            let page = page_with(&[(pointer, json!({ "value": value, "line": 5 }))]);
            let found = expect_spec(&page, &spec(SPEC), &[expected]);
            assert_eq!(found[0].operation, "*");
        }
    }

    prop_compose! {
        /// Facts without sense, with names that meet those of the spec now and then.
        fn any_page()(
            name in "[a-dkI.\\[\\]{}/ ]{0,6}|kind|data|id|bedId|sprout",
            parent in proptest::option::of("[a-d.\\[\\]]{0,4}|data"),
            kind in proptest::option::of("array of [a-z]{0,6}|integer|string|array|\\PC{0,3}"),
            endpoint in "\\PC{0,12}|/garden/v1/beds/\\{bedId\\}/plants|[/{}?a-z]{0,30}",
            title in proptest::option::of("\\PC{0,9}"),
            section in 0..5_usize,
            shape in proptest::collection::btree_map(
                "[a-d.\\[\\]]{0,8}|data\\[\\]\\.kind|\\PC{0,4}",
                "array|null \\| string|\\PC{0,4}",
                0..6,
            ),
            line in proptest::num::usize::ANY,
        ) -> facts::Page {
            use facts::Section::{Body, Path, Query, Request, Response};
            let row = facts::Row { name, parent, kind, ..facts::Row::default() };
            let sample = facts::Sample { line, path: Some(endpoint.clone()), shape, ..facts::Sample::default() };
            let table = facts::Table {
                section: [Path, Query, Body, Request, Response][section],
                title,
                line,
                rows: vec![row.clone(), row],
            };
            facts::Page {
                operations: vec![facts::Operation {
                    method: "POST".to_owned(),
                    endpoint,
                    tables: vec![table],
                    request: Some(sample.clone()),
                    response: Some(sample),
                    ..facts::Operation::default()
                }],
                ..facts::Page::default()
            }
        }
    }

    proptest! {
        #[test]
        fn any_facts_are_compared_without_a_panic(page in any_page()) {
            let spec = spec(SPEC);
            let pages = [page];
            spec_findings(&pages, &spec);
            sample_findings(&pages, &spec);
        }
    }
}
