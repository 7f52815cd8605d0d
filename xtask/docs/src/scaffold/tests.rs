//! Scaffolds as a whole: an invented page, pasted into a spec and filled, keeps the rules of the lint.

mod traits;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::endpoint::template;
use crate::facts::{self, Code, Operation, Page, Required, Row, Sample, Section, Table};
use xtask_lint as lint;
use xtask_spec::document::{Document, MARK};

use super::assemble::{Api, scaffold};
use super::request_parts;
use crate::yaml::Map;
use xtask_spec::Spec;

/// A spec that keeps every rule.
const CLEAN: &str = include_str!("../../../lint/fixtures/clean.yaml");

fn document(text: &str) -> Document {
    match Document::parse(Path::new("garden.yaml"), text) {
        Ok(document) => document,
        Err(error) => panic!("{error:#}\n{text}"),
    }
}

fn scaffolded(page: &Page, spec: &str) -> String {
    written(&[page], spec).expect("a scaffold")
}

fn written(pages: &[&Page], spec: &str) -> anyhow::Result<String> {
    let all: Vec<Page> = pages.iter().map(|page| (*page).clone()).collect();
    let document = document(spec);
    let read = Spec::new(&document);
    let api = Api::new("insights", &read, &all, &HashSet::new());
    scaffold(&api, pages)
}

/// The lines below a key, with their indentation.
fn block<'t>(text: &'t str, keys: &[&str]) -> Vec<&'t str> {
    let mut lines: Vec<&str> = text.lines().collect();
    for (depth, key) in keys.iter().enumerate() {
        let header = format!("{}{key}:", "  ".repeat(depth));
        let Some(start) = lines.iter().position(|line| *line == header) else {
            return Vec::new();
        };
        let inner = "  ".repeat(depth + 1);
        lines = lines[start + 1..]
            .iter()
            .take_while(|line| line.starts_with(&inner) || line.trim().is_empty())
            .copied()
            .collect();
    }
    lines
}

/// Puts the blocks of a scaffold where their comments say: behind what the spec has there.
fn pasted(spec: &str, scaffold: &str) -> String {
    let scopes = [
        "components",
        "securitySchemes",
        "oauth2",
        "flows",
        "clientCredentials",
        "scopes",
    ];
    let sections: [&[&str]; 5] = [
        &["tags"],
        &["paths"],
        &["components", "parameters"],
        &["components", "schemas"],
        &scopes,
    ];
    let mut text = spec.to_owned();
    for keys in sections {
        let there = block(&text, keys).join("\n");
        let new = block(scaffold, keys).join("\n");
        if !new.is_empty() {
            assert!(!there.is_empty(), "the spec has no {keys:?}");
            let indent = "  ".repeat(keys.len());
            if keys.len() > 3 {
                // A scope stands below two levels that the scaffold writes as the spec does.
                assert!(new.starts_with(&indent), "{new}");
            }
            text = text.replacen(&there, &format!("{}\n{new}", there.trim_end()), 1);
        }
    }
    text
}

/// Fills what is marked, as a person would: a sentence for each text. Comments go.
fn filled(text: &str) -> String {
    let text = regex::Regex::new("'TODO\\(scaffold\\): (?:[^']|'')*'")
        .expect("a pattern")
        .replace_all(text, "A plain text");
    let comments = regex::Regex::new("(?m)^ *# .*\n")
        .expect("a pattern")
        .replace_all(&text, "")
        .into_owned();
    assert!(!comments.contains(MARK), "{comments}");
    comments
}

fn row(name: &str, kind: &str) -> Row {
    Row {
        name: name.to_owned(),
        kind: Some(kind.to_owned()),
        ..Row::default()
    }
}

fn code(code: impl Into<Value>, label: &str) -> Code {
    Code {
        code: code.into(),
        label: Some(label.to_owned()),
    }
}

fn table(section: Section, title: Option<&str>, rows: Vec<Row>) -> Table {
    Table {
        section,
        title: title.map(str::to_owned),
        line: 20,
        rows,
    }
}

fn sample(shape: &[(&str, &str)]) -> Sample {
    Sample {
        line: 70,
        shape: shape
            .iter()
            .map(|(place, kinds)| ((*place).to_owned(), (*kinds).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        ..Sample::default()
    }
}

/// A page about an invented garden, with everything that a page can have.
fn plants() -> Page {
    let required = |row: Row| Row {
        required: Some(Required::Yes),
        ..row
    };
    let query = vec![
        Row {
            default: Some(json!(1)),
            ..row("pageIndex", "integer")
        },
        Row {
            default: Some(json!("25")),
            maximum: Some(60),
            minimum: Some(1),
            ..row("rowLength", "integer")
        },
        Row {
            maximum: Some(60),
            ..row("pageSize", "integer")
        },
        row("colours", "array of string"),
    ];
    let body = vec![
        required(Row {
            max_length: Some(12),
            ..row("nickname", "string")
        }),
        Row {
            max_items: Some(3),
            ..row("layers", "array")
        },
        Row {
            required: Some(Required::Sometimes),
            codes: vec![code(0, "None"), code(1, "Matt bark"), code(2, "matt-bark"), code(7, "")],
            ..row("bark", "integer")
        },
        row("dryBefore", "date-time"),
        row("mixture", "complicated"),
        row("urgent", "boolean"),
    ];
    let layers = vec![
        row("Thickness", "number"),
        row("growerId", "string"),
        Row {
            parent: Some("spade".to_owned()),
            ..row("width", "integer")
        },
    ];
    let answer = vec![
        row("id", "string"),
        Row {
            codes: vec![code(0, "Active"), code(1, "Blocked")],
            ..row("state", "integer")
        },
        Row {
            codes: vec![code(0, "Sand"), code(1, "Clay")],
            ..row("base", "integer")
        },
        row("price", "integer"),
        row("notes", "array"),
        row("bed", "string"),
        row("secondBed", "object"),
        row("moment", "date-time"),
        row("onlyHere", "string"),
    ];
    Page {
        page: "docs/kitchen garden/list plants.md".to_owned(),
        operations: vec![Operation {
            method: "POST".to_owned(),
            endpoint: "rounds/{gardenerId}/plants/{plantKey}".to_owned(),
            scopes: vec!["plants.readwrite.all".to_owned(), "gardeners.read".to_owned()],
            tables: vec![
                table(
                    Section::Path,
                    None,
                    vec![row("gardenerid", "string"), row("colour", "string")],
                ),
                table(Section::Query, None, query),
                table(Section::Body, None, body),
                table(Section::Body, Some("Layer details"), layers),
                table(Section::Response, None, answer),
            ],
            request: Some(sample(&[
                ("", "object"),
                ("nickname", "string"),
                ("layers", "array"),
                ("layers[]", "object"),
                ("layers[].thickness", "integer"),
                ("layers[].spade", "object"),
                ("layers[].spade.width", "integer"),
                ("bark", "string"),
            ])),
            response: Some(sample(&[
                ("", "object"),
                ("@garden.context", "string"),
                ("data", "array"),
                ("data[]", "object"),
                ("data[].id", "string"),
                ("data[].state", "array"),
                ("data[].state[]", "integer"),
                ("data[].base", "string"),
                ("data[].price", "string"),
                ("data[].notes", "string"),
                ("data[].bed", "array"),
                ("data[].bed[]", "object"),
                ("data[].bed[].board", "null"),
                ("data[].secondBed", "array"),
                ("data[].secondBed[]", "object"),
                ("data[].secondBed[].board", "boolean"),
                ("data[].moment", "string"),
                ("metadata", "object"),
                ("metadata.totalCount", "integer"),
            ])),
            ..Operation::default()
        }],
        ..Page::default()
    }
}

#[test]
fn a_filled_scaffold_keeps_every_rule() {
    let text = scaffolded(&plants(), CLEAN);
    let problems = lint::check(&document(&filled(&pasted(CLEAN, &text))));
    assert_eq!(problems, [], "{text}");
}

#[test]
fn what_the_sample_shows_as_null_may_be_null() {
    let text = scaffolded(&plants(), CLEAN);
    let nullable = text.match_indices("nullable: true").count();
    assert_eq!(nullable, 1, "{text}");
}

#[test]
fn codes_that_are_numbers_are_written_though_the_table_calls_them_text() {
    let mut page = plants();
    let operation = &mut page.operations[0];
    let sample = operation.response.as_mut().unwrap();
    sample.shape.insert("data[].price".to_owned(), "integer".to_owned());
    let rows = operation.tables.iter_mut().flat_map(|table| &mut table.rows);
    let price = rows.filter(|row| row.name == "price").last().unwrap();
    let code = |code: i64, label: &str| Code {
        code: code.into(),
        label: Some(label.to_owned()),
    };
    price.kind = Some("string".to_owned());
    price.codes = vec![code(1, "Cheap as dirt"), code(2, "Dear as gold")];
    let text = scaffolded(&page, CLEAN);
    assert!(text.contains("CheapAsDirt"), "{text}");
}

/// Every text that is marked filled with a sentence.
fn fill(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with(MARK) => *text = "A plain text".to_owned(),
        Value::Array(entries) => entries.iter_mut().for_each(fill),
        Value::Object(members) => members.values_mut().for_each(fill),
        _ => {}
    }
}

/// Adds the members of an object to those of another, however deep.
fn merge(spec: &mut Value, new: Value) {
    match (spec, new) {
        (Value::Object(spec), Value::Object(new)) => {
            for (key, value) in new {
                merge(spec.entry(key).or_insert(Value::Null), value);
            }
        }
        (spec, new) => *spec = new,
    }
}

fn pages_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            pages_below(&path, found);
        } else if path.extension().is_some_and(|end| end == "md" || end == "txt") {
            found.push(path);
        }
    }
}

fn api_of(path: &str) -> &'static str {
    let prefixes = [
        ("/partner/external/v3/", "elements-v3"),
        ("/partner/", "elements-legacy"),
        ("/insights/api/", "insights-legacy"),
        ("/insights/", "insights"),
    ];
    let found = prefixes.iter().find(|(prefix, _)| path.starts_with(prefix));
    found.map_or("elements-v3", |(_, api)| api)
}

/// Every operation of the vendor's pages is taken out of its spec, scaffolded as if it were new, filled and put in.
#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn scaffolds_of_the_vendors_pages_keep_every_rule() {
    let shared = Path::new(env!("SHARED_PAGES"));
    let repository = Path::new(env!("VENDOR_PAGES"));
    let mut files = Vec::new();
    pages_below(&repository.join("docs"), &mut files);
    pages_below(&shared.join("seeds"), &mut files);
    files.sort();
    let pages: Vec<Page> = files
        .iter()
        .map(|file| {
            let name = file
                .strip_prefix(repository)
                .or_else(|_| file.strip_prefix(shared))
                .expect("a page");
            let bytes = std::fs::read(file).expect("a page");
            crate::extract::extract(&name.to_string_lossy(), &bytes).page
        })
        .collect();
    let mut count = 0;
    for api in xtask_spec::api::APIS {
        let mut spec = Document::load(&api.spec()).expect("a spec").value;
        let ids = emptied(&mut spec);
        for page in &pages {
            let mut one = page.clone();
            one.operations
                .retain(|operation| api_of(&request_parts::path(&operation.endpoint)) == api.name);
            count += one.operations.len();
            if !one.operations.is_empty() {
                add(&mut spec, &one, &pages, api.name, &ids);
            }
        }
        let mut whole = Map::new();
        for (key, value) in spec.as_object().expect("an object") {
            whole.put(key, value.clone());
        }
        let text = whole.render();
        // What only the operations of before used is left over.
        let problems = lint::check(&document(&text));
        let unused = problems.iter().filter(|problem| problem.rule == "unused-component");
        let unused: HashSet<_> = unused.map(|problem| problem.line).collect();
        let is_left_over =
            |problem: &lint::Problem| unused.contains(&problem.line) || problem.message.starts_with("no operation ");
        let problems: Vec<_> = problems.iter().filter(|problem| !is_left_over(problem)).collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", api.name);
    }
    assert!(count > 0, "the pages have operations");
}

/// How many decisions a scaffold leaves to a person; its head speaks of the mark too.
fn decisions(scaffold: &str) -> usize {
    scaffold.matches(MARK).count() - 1
}

/// Takes the operations out of a spec; says their ids by method and form of the path.
fn emptied(spec: &mut Value) -> BTreeMap<(String, Vec<String>), Value> {
    let Value::Object(paths) = spec["paths"].take() else {
        panic!("the spec has no paths");
    };
    spec["paths"] = json!({});
    let items = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().into_iter().flatten();
        item.map(move |(method, operation)| ((method.clone(), template(path)), operation["operationId"].clone()))
    });
    items.collect()
}

/// Scaffolds a page, fills it, and puts it into the spec.
fn add(spec: &mut Value, page: &Page, pages: &[Page], api: &str, ids: &BTreeMap<(String, Vec<String>), Value>) {
    let spec_file = document(&spec.to_string());
    let read = Spec::new(&spec_file);
    let known = Api::new(api, &read, pages, &HashSet::new());
    let text = scaffold(&known, &[page]).expect("a scaffold");
    if !text.contains("\npaths:") {
        // Two pages name the same endpoint, one of them by a slip.
        return;
    }
    let left = decisions(&text);
    assert!(
        left < 10 * page.operations.len(),
        "{}: {left} decisions\n{text}",
        page.page
    );
    let mut new = document(&text).value;
    fill(&mut new);
    let tag = spec["tags"][0]["name"].clone();
    new.as_object_mut().expect("an object").remove("tags");
    for (path, item) in new["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["tags"] = json!([tag]);
            if let Some(id) = ids.get(&(method.clone(), template(path))) {
                operation["operationId"] = id.clone();
            }
        }
    }
    merge(spec, new);
}

/// The forms are those of `specs/README.md`, "Values with two types".
#[test]
fn types_limits_and_codes_come_from_table_and_sample() {
    let new = document(&scaffolded(&plants(), CLEAN)).value;
    let schemas = &new["components"]["schemas"];
    let request = &schemas["ListPlantsRequest"];
    assert_eq!(request["required"], json!(["nickname"]));
    assert_eq!(request["properties"]["nickname"]["maxLength"], 12);
    assert_eq!(request["properties"]["layers"]["maxItems"], 3);
    assert_eq!(request["properties"]["dryBefore"]["format"], "date-time");
    let plant = &schemas["Plant"]["properties"];
    let status = json!({ "$ref": "#/components/schemas/GardenerStatus" });
    let bed = json!({ "$ref": "#/components/schemas/PlantSecondBedObject" });
    let base = json!({ "$ref": "#/components/schemas/PlantBaseCode" });
    for (name, union, forms) in [
        (
            "state",
            "GardenerStatusOrList",
            json!([status, { "type": "array", "items": status }]),
        ),
        ("base", "PlantBaseCodeOrText", json!([base, { "type": "string" }])),
        (
            "price",
            "IntegerOrText",
            json!([{ "type": "integer" }, { "type": "string" }]),
        ),
        (
            "notes",
            "TextOrList",
            json!([{ "type": "array", "items": { "type": "string" } }, { "type": "string" }]),
        ),
        (
            "secondBed",
            "PlantSecondBedObjectOrList",
            json!([{ "type": "array", "items": bed }, bed]),
        ),
    ] {
        let reference = json!({ "$ref": format!("#/components/schemas/{union}") });
        assert_eq!(plant[name]["allOf"], json!([reference]), "{name}");
        let mut found = schemas[union]["anyOf"].clone();
        for form in found.as_array_mut().expect("forms") {
            let form = form.as_object_mut().expect("a form");
            assert!(form.remove("example").is_some() || form.contains_key("$ref"), "{name}");
        }
        assert_eq!(found, forms, "{name}");
    }
    assert_eq!(
        schemas["PlantBarkCode"]["x-enum-varnames"],
        json!(["NoneCode", "MattBark", "MattBark2", "Code7"])
    );
    assert_eq!(schemas["PlantLayer"]["properties"]["thickness"]["type"], "number");
    let call = &new["paths"]["/rounds/{gardenerId}/plants/{plantKey}"]["post"];
    assert_eq!(
        call["security"],
        json!([{ "oauth2": ["gardeners.read"] }, { "oauth2": ["plants.readwrite.all"] }])
    );
    let length = call["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|parameter| parameter["name"] == "rowLength");
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 60, "default": 25 });
    assert_eq!(length.map(|parameter| &parameter["schema"]), Some(&schema));
}

#[test]
fn a_page_without_operations_says_what_it_is_for() {
    let list = facts::CodeList {
        line: 3,
        codes: Vec::new(),
    };
    let listed = vec![facts::Listed {
        value: "x".to_owned(),
        line: 4,
    }];
    for (page, purpose) in [
        (
            Page {
                codes: Some(list),
                ..Page::default()
            },
            "a list of codes",
        ),
        (
            Page {
                endpoints: listed.clone(),
                ..Page::default()
            },
            "an overview",
        ),
        (
            Page {
                hosts: listed.clone(),
                ..Page::default()
            },
            "lists hosts",
        ),
        (
            Page {
                statuses: listed,
                ..Page::default()
            },
            "lists status codes",
        ),
        (Page::default(), "name a page"),
    ] {
        let page = Page {
            page: "docs/plants.md".to_owned(),
            ..page
        };
        let message = written(&[&page], "{}").expect_err("no operation").to_string();
        assert!(
            message.starts_with("docs/plants.md: the page describes no operation") && message.contains(purpose),
            "{message}"
        );
    }
}

fn operation(method: &str, endpoint: &str) -> Operation {
    Operation {
        method: method.to_owned(),
        endpoint: endpoint.to_owned(),
        scopes: vec!["rounds.run".to_owned()],
        line: 9,
        success: Some(200),
        ..Operation::default()
    }
}

#[test]
fn whether_a_call_may_be_sent_again_is_asked_wherever_its_scope_lets_it_write() {
    let marks = |scopes: &[&str]| {
        let mut page = plants();
        page.operations[0].scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let text = scaffolded(&page, CLEAN);
        assert!(text.contains("x-read-only: true"), "{text}");
        text.matches("keep this only if the call changes nothing").count()
    };
    // The response is a list in each of them.
    for writing in [&["plants.readwrite.all"][..], &["plants.read.all", "plants.run"], &[]] {
        assert_eq!(marks(writing), 1, "{writing:?}");
    }
    assert_eq!(marks(&["plants.read.all"]), 0);
}

#[test]
fn every_operation_of_a_page_is_written_or_told() {
    let page = Page {
        operations: vec![
            operation("GET", "/Gardeners/{id}"),
            operation("DELETE", "/gardeners/{id}/"),
            operation("PUT", "https://garden.example.com/rounds/{roundKey}?full=1"),
            operation("GET", "/rounds/{roundKey}"),
            operation("FETCH", "/beds"),
            operation("PUT", "/rounds/{roundKey}"),
        ],
        ..Page::default()
    };
    let text = scaffolded(&page, CLEAN);
    let paths = document(&text).value["paths"].clone();
    let written: Vec<_> = paths
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            item.as_object()
                .into_iter()
                .flatten()
                .map(move |(method, _)| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(
        written,
        [
            "delete /gardeners/{id}",
            "put /rounds/{roundKey}",
            "get /rounds/{roundKey}"
        ]
    );
    for reported in [
        "The spec has `GET /gardeners/{gardenerId}` already",
        "The spec has the path `/gardeners/{gardenerId}`: put the method into it",
        "`FETCH /beds` (line 9) has no method that OpenAPI knows",
        "describes `PUT /rounds/{roundKey}` again",
    ] {
        assert!(text.contains(reported), "`{reported}` is not in: {text}");
    }
    let ids: Vec<_> = written
        .iter()
        .map(|name| name.split_once(' ').expect("a method"))
        .collect();
    let ids: Vec<_> = ids
        .iter()
        .map(|(method, path)| paths[*path][*method]["operationId"].clone())
        .collect();
    assert_eq!(ids, ["deleteGardener", "updateRound", "getRound"]);
}

#[test]
fn a_page_that_pages_by_token_says_so_in_the_body() {
    let mut list = operation("POST", "/rounds/reports");
    list.tables = vec![
        table(
            Section::Query,
            None,
            vec![
                row("pageSize", "integer"),
                row("nextLink", "string"),
                row("emails", "array"),
            ],
        ),
        table(
            Section::Response,
            None,
            vec![row("nextLink", "string"), row("values", "array")],
        ),
        table(Section::Response, Some("Report value"), vec![row("title", "string")]),
    ];
    list.request = Some(sample(&[("", "object"), ("emails", "array"), ("emails[]", "string")]));
    let page = Page {
        operations: vec![list],
        ..Page::default()
    };
    let new = document(&scaffolded(&page, CLEAN)).value;
    let call = &new["paths"]["/rounds/reports"]["post"];
    assert_eq!(
        call["x-paging"],
        json!({
            "style": "token",
            "token": "body.nextLink",
            "size": "body.pageSize",
            "items": "values",
            "next": "nextLink",
        })
    );
    assert_eq!(call.get("parameters"), None, "the sample sends all in the body");
    assert_eq!(call["operationId"], "listReports");
    let schemas = &new["components"]["schemas"];
    assert_eq!(
        schemas["ReportPage"]["properties"]["values"]["items"],
        json!({ "$ref": "#/components/schemas/Report" })
    );
    assert_eq!(schemas["Report"]["properties"]["title"]["type"], "string");
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(id|data|status|pageSize|nextLink|a b|é|'|: #|0|[\\[\\]{}.@*]{0,3})",
        any::<String>(),
    ]
}

fn any_row() -> impl Strategy<Value = Row> {
    const TYPES: [&str; 9] = [
        "integer",
        "number",
        "boolean",
        "string",
        "date-time",
        "array",
        "object",
        "map",
        "enum",
    ];
    let kind = prop::option::of(prop_oneof![
        prop::sample::select(TYPES.to_vec()).prop_map(str::to_owned),
        prop::sample::select(TYPES.to_vec()).prop_map(|kind| format!("array of {kind}")),
        any_name(),
    ]);
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any_name().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    let codes = prop::collection::vec((value.clone(), prop::option::of(any_name())), 0..4);
    let limits = (
        any::<Option<i64>>(),
        any::<Option<i64>>(),
        any::<Option<u64>>(),
        any::<Option<u64>>(),
    );
    let rest = (
        prop::option::of(value),
        prop::option::of(any_name()),
        prop::option::of(any_name()),
    );
    (any_name(), kind, codes, limits, rest).prop_map(|(name, kind, codes, limits, (default, format, parent))| Row {
        name,
        kind,
        default,
        format,
        parent,
        minimum: limits.0,
        maximum: limits.1,
        max_length: limits.2,
        max_items: limits.3,
        codes: codes.into_iter().map(|(code, label)| Code { code, label }).collect(),
        ..Row::default()
    })
}

fn any_sample() -> impl Strategy<Value = Option<Sample>> {
    let kinds = prop::sample::select(vec![
        "object",
        "array",
        "string | array",
        "null",
        "integer | number",
        "boolean",
        "?",
    ]);
    let place = prop_oneof!["(data|a)?(\\[\\]){0,3}(\\.id|\\.a|\\.b){0,3}", any_name()];
    let shape = prop::collection::btree_map(place, kinds.prop_map(str::to_owned), 0..8);
    prop::option::of(
        (shape, prop::collection::vec(any_name(), 0..2)).prop_map(|(shape, query)| Sample {
            shape,
            query,
            ..Sample::default()
        }),
    )
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let sections = vec![
        Section::Path,
        Section::Query,
        Section::Body,
        Section::Request,
        Section::Response,
    ];
    let table = (
        prop::sample::select(sections),
        prop::option::of(any_name()),
        prop::collection::vec(any_row(), 0..4),
    );
    let tables = table.prop_map(|(section, title, rows)| Table {
        section,
        title,
        line: 5,
        rows,
    });
    let method = prop_oneof![
        prop::sample::select(vec!["GET", "POST", "put", "DELETE"]).prop_map(str::to_owned),
        any_name()
    ];
    let endpoint = prop_oneof!["/(rounds|gardeners)/(\\{[a-z]{0,3}\\}?/){0,2}[a-z]{0,4}", any_name()];
    let parts = (
        prop::collection::vec(tables, 0..4),
        prop::collection::vec(any_name(), 0..3),
        any::<Option<u16>>(),
    );
    (method, endpoint, parts, any_sample(), any_sample()).prop_map(
        |(method, endpoint, (tables, scopes, success), request, response)| Operation {
            method,
            endpoint,
            scopes,
            success,
            tables,
            request,
            response,
            ..Operation::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    /// Whatever a page says, the scaffold is YAML, and the lint can say what is wrong with it.
    #[test]
    fn any_page_gives_yaml(operations in prop::collection::vec(any_operation(), 1..3), name in any_name()) {
        let page = Page { page: name, operations, ..Page::default() };
        let text = scaffolded(&page, CLEAN);
        if text.lines().any(|line| !line.starts_with('#') && !line.is_empty()) {
            let mut new = document(&text).value;
            fill(&mut new);
            let mut spec = document(CLEAN).value;
            merge(&mut spec, new);
            let mut whole = Map::new();
            for (key, value) in spec.as_object().expect("an object") {
                whole.put(key, value.clone());
            }
            let _ = lint::check(&document(&whole.render()));
        }
    }
}
