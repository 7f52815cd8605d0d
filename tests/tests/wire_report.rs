//! What the program `wire` finds: on the sandbox as it is nothing, and of planted differences each one and nothing else.
//!
//! What there is to be found is not worked out by the program's own rules: the answers are asked for once more, and a
//! validator of JSON Schema judges them by the spec's edition in OpenAPI 3.1.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avepoint_core::Paging;
use avepoint_sandbox::{Builder, Fault, RecordedRequest, Sandbox};
use avepoint_tests::client::{APIS, AnyClient};
use avepoint_tests::wire::{Kind, Options, Report, run};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use xtask_spec::api::Api;
use xtask_spec::openapi31;

/// What the spec leaves free: any member may stand in these, and anything in the first.
const FREE: [&str; 4] = [
    EXTENSION,
    "/movedToAnotherContainerObjects/",
    "/newRegistedContent/",
    "/newRegisteredContent/",
];
const EXTENSION: &str = "/extension";

fn is_free(pointer: &str) -> bool {
    FREE.iter().any(|free| pointer.contains(free))
}

/// A small world, which needs no tokens.
fn world() -> Builder {
    Sandbox::builder().seed(7).customers(3).without_tokens()
}

/// A run as fast as the sandbox can.
fn options() -> Options {
    Options {
        rate: 1000.0,
        page_size: Some(5),
        ..Options::default()
    }
}

async fn report(sandbox: &Sandbox, api: &'static str, options: &Options) -> Report {
    report_of(&sandbox.base_url(), api, options).await
}

async fn report_of(url: &str, api: &'static str, options: &Options) -> Report {
    let client = AnyClient::new(api, url);
    let api = Api::parse(api).expect("an API");
    run(api, &client, options).await.expect("a report")
}

/// An answer on its way.
struct Passing {
    status: StatusCode,
    headers: HeaderMap,
    /// A text by itself is sent as it is.
    body: Value,
}

/// Changes the answer with this number.
type Plant = fn(usize, &mut Passing);

/// A service between a sandbox and its clients, which plants in the answers what no fault of the sandbox does.
struct Between {
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Between {
    async fn start(sandbox: &Sandbox, plant: Plant) -> Self {
        let (service, client, number) = (sandbox.base_url(), Client::new(), Arc::new(AtomicUsize::new(0)));
        let app = Router::new().fallback(move |request: Request| {
            let (service, client, number) = (service.clone(), client.clone(), Arc::clone(&number));
            async move {
                pass(
                    request,
                    &service,
                    &client,
                    plant,
                    number.fetch_add(1, Ordering::Relaxed),
                )
                .await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { url, task }
    }
}

async fn pass(request: Request, service: &str, client: &Client, plant: Plant, number: usize) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a request");
    let mut sent = client
        .request(parts.method, format!("{service}{}", parts.uri))
        .body(body);
    if let Some(media_type) = parts.headers.get(CONTENT_TYPE) {
        sent = sent.header(CONTENT_TYPE, media_type);
    }
    let answer = sent.send().await.expect("an answer");
    let mut passing = Passing {
        status: answer.status(),
        headers: HeaderMap::new(),
        body: Value::Null,
    };
    for name in [CONTENT_TYPE, HeaderName::from_static("request-id")] {
        if let Some(value) = answer.headers().get(&name) {
            passing.headers.insert(name, value.clone());
        }
    }
    passing.body = serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or_default();
    plant(number, &mut passing);
    let text = match passing.body {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = passing.status;
    *answer.headers_mut() = passing.headers;
    answer
}

/// What was asked for, as it is answered to somebody who asks again.
async fn answers(sandbox: &Sandbox) -> Vec<(RecordedRequest, Value)> {
    let client = Client::new();
    let mut answers = Vec::new();
    for request in sandbox.requests() {
        let method = Method::from_bytes(request.method.as_bytes()).expect("a method");
        let url = format!("{}{}", sandbox.base_url(), request.path);
        let mut again = client.request(method, url).query(&request.query);
        if !request.body.is_null() {
            again = again.json(&request.body);
        }
        let answer = again.send().await.expect("an answer").bytes().await.expect("a body");
        answers.push((request, serde_json::from_slice(&answer).unwrap_or_default()));
    }
    answers
}

/// The operation and the place of a difference.
type At = (String, String);

/// Where a validator finds something wrong in the answers of an API, and how often.
fn judged(api: &str, answers: &[(RecordedRequest, Value)]) -> BTreeMap<At, u64> {
    let document = Api::parse(api).expect("an API").document().expect("a spec");
    let document = openapi31::derive(&document.value);
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add("spec:///openapi", &document);
    let registry = registry
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("a registry");
    let schemas: BTreeMap<_, _> = schemas(&document).collect();
    let mut found = BTreeMap::new();
    for (request, answer) in answers {
        let operation = request.operation.expect("an operation");
        let Some(pointer) = schemas.get(operation) else {
            continue;
        };
        let schema = json!({ "$ref": format!("spec:///openapi#{}", pointer.replace('{', "%7B").replace('}', "%7D")) });
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        let validator = options.with_registry(&registry).build(&schema).expect("a schema");
        // A null in place of a code is wrong twice.
        let places: BTreeSet<_> = validator.iter_errors(answer).flat_map(|error| places(&error)).collect();
        for at in places.into_iter().filter(|at| !is_free(at)) {
            *found.entry((operation.to_owned(), place(&at))).or_default() += 1;
        }
    }
    found
}

/// The JSON pointers of an error: below its place, if one of the schemas of a choice fits but for what is there; of several,
/// in what knows most of it.
fn places(error: &ValidationError) -> Vec<String> {
    if let ValidationErrorKind::AnyOf { context } = error.kind() {
        let below = |branch: &&Vec<ValidationError>| {
            branch
                .iter()
                .all(|inner| inner.instance_path() != error.instance_path())
        };
        if let Some(branch) = context.iter().filter(below).max_by_key(|branch| branch.len()) {
            return branch.iter().flat_map(places).collect();
        }
    }
    vec![error.instance_path().to_string()]
}

/// Where the schema of each operation's answer stands.
fn schemas(document: &Value) -> impl Iterator<Item = (&str, String)> {
    let items = document["paths"].as_object().expect("paths").iter();
    let operations = items.flat_map(|(path, item)| {
        let operations = item.as_object().expect("an object").iter();
        operations.map(move |(method, operation)| (path, method, operation))
    });
    operations.filter_map(|(path, method, operation)| {
        operation.pointer("/responses/200/content/application~1json/schema")?;
        let path = path.replace('~', "~0").replace('/', "~1");
        let pointer = format!("/paths/{path}/{method}/responses/200/content/application~1json/schema");
        Some((operation["operationId"].as_str()?, pointer))
    })
}

/// A JSON pointer as a report writes it.
fn place(pointer: &str) -> String {
    let mut place = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str("[]");
        } else {
            let dot = if place.is_empty() { "" } else { "." };
            place.push_str(&format!("{dot}{part}"));
        }
    }
    place
}

/// Where a report has findings, all of one kind, and how often.
fn found(report: &Report, kind: Kind) -> BTreeMap<At, u64> {
    for finding in &report.findings {
        assert_eq!(finding.kind, kind, "{finding:?}");
    }
    let findings = report.findings.iter();
    findings
        .map(|finding| ((finding.operation.to_owned(), finding.place.clone()), finding.count))
        .collect()
}

/// Visits every value in a value, with its place.
fn each<'v>(value: &'v Value, at: &str, visit: &mut dyn FnMut(&'v Value, &str)) {
    visit(value, at);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                each(member, &format!("{at}/{name}"), visit);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| each(entry, &format!("{at}/0"), visit)),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_is_found_where_all_is_as_the_spec_says() {
    for api in APIS {
        let sandbox = world().start().await.expect("a sandbox");
        let report = report(&sandbox, api, &Options { times: 2, ..options() }).await;
        println!("{report}");
        assert_eq!(report.findings, [], "{api}");
        for (operation, read) in &report.reads {
            assert!(
                read.refused.is_empty() && read.failed.is_empty(),
                "{operation} {read:?}"
            );
            assert!(read.answers > 0 || read.not_called.is_some(), "{operation} {read:?}");
        }
        for request in sandbox.requests() {
            let operation = request.operation.expect("an operation");
            let mut table = avepoint_tests::client::operations(api).iter();
            let operation = table
                .find(|known| known.id == operation)
                .expect("an operation of the API");
            assert!(operation.read_only, "{operation:?}");
        }
    }
}

#[tokio::test]
async fn every_unknown_code_and_null_is_found_and_nothing_else() {
    for (fault, kind) in [(Fault::UnknownCodes, Kind::Code), (Fault::Nulls, Kind::Null)] {
        for api in APIS {
            let sandbox = world().fault(fault.clone()).start().await.expect("a sandbox");
            let report = report(&sandbox, api, &options()).await;
            let answers = answers(&sandbox).await;
            assert_eq!(found(&report, kind), judged(api, &answers), "{api} {report}");
            let different = (kind == Kind::Code).then_some(1);
            assert!(
                report.findings.iter().all(|finding| finding.different == different),
                "{report}"
            );
            assert!(!report.findings.is_empty());
        }
    }
}

#[tokio::test]
async fn every_unknown_member_is_found_and_nothing_else() {
    for api in APIS {
        let sandbox = world().fault(Fault::UnknownMembers).start().await.expect("a sandbox");
        let report = report(&sandbox, api, &options()).await;
        let mut planted: BTreeMap<At, u64> = BTreeMap::new();
        for (request, answer) in answers(&sandbox).await {
            each(&answer, "", &mut |_, at| {
                if at.ends_with("/sandboxUnknown") && !is_free(at) {
                    let operation = request.operation.expect("an operation").to_owned();
                    *planted.entry((operation, place(at))).or_default() += 1;
                }
            });
        }
        assert!(!planted.is_empty());
        assert_eq!(found(&report, Kind::Member), planted, "{api} {report}");
    }
}

#[tokio::test]
async fn every_body_that_is_no_json_is_found_and_nothing_else() {
    for fault in [Fault::Malformed, Fault::Empty] {
        for api in APIS {
            let sandbox = world().fault(fault.clone()).start().await.expect("a sandbox");
            let report = report(&sandbox, api, &options()).await;
            let mut called = BTreeMap::new();
            for request in sandbox.requests() {
                let at = (request.operation.expect("an operation").to_owned(), String::new());
                *called.entry(at).or_default() += 1;
            }
            assert_eq!(found(&report, Kind::Body), called, "{api} {report}");
        }
    }
}

/// Changes every value that stands in others: not in a `detail`, which is of several kinds, so that a validator lets pass
/// what one of them does not know.
fn change(value: &mut Value, by: &dyn Fn(&mut Value)) {
    match value {
        Value::Object(members) => {
            let members = members.iter_mut().filter(|(name, _)| *name != "detail");
            members.for_each(|(_, member)| change(member, by));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| change(entry, by)),
        _ => by(value),
    }
}

fn other_shapes(_: usize, passing: &mut Passing) {
    change(&mut passing.body, &|value| {
        if value.is_boolean() || value.is_number() {
            *value = json!([]);
        }
    });
}

fn other_formats(_: usize, passing: &mut Passing) {
    change(&mut passing.body, &|value| {
        if value
            .as_str()
            .is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok())
        {
            *value = json!("N/A");
        }
    });
}

#[tokio::test]
async fn every_other_type_and_format_is_found_and_nothing_else() {
    let plants: [(Plant, Kind); 2] = [(other_shapes, Kind::Shape), (other_formats, Kind::Value)];
    for (plant, kind) in plants {
        for api in APIS {
            let sandbox = world().start().await.expect("a sandbox");
            let between = Between::start(&sandbox, plant).await;
            let report = report_of(&between.url, api, &options()).await;
            let mut answers = answers(&sandbox).await;
            for (_, answer) in &mut answers {
                let mut passing = Passing {
                    status: StatusCode::OK,
                    headers: HeaderMap::new(),
                    body: answer.take(),
                };
                plant(0, &mut passing);
                *answer = passing.body;
            }
            assert!(!report.findings.is_empty());
            assert_eq!(found(&report, kind), judged(api, &answers), "{api} {report}");
        }
    }
}

fn other_capitals(_: usize, passing: &mut Passing) {
    fn capitals(value: &mut Value) {
        match value {
            Value::Object(members) => {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, mut member)| {
                        capitals(&mut member);
                        (name.to_uppercase(), member)
                    })
                    .collect();
            }
            Value::Array(entries) => entries.iter_mut().for_each(capitals),
            _ => {}
        }
    }
    capitals(&mut passing.body);
}

#[tokio::test]
async fn every_name_in_other_capitals_is_found_and_nothing_else() {
    for api in APIS {
        let sandbox = world().start().await.expect("a sandbox");
        let between = Between::start(&sandbox, other_capitals).await;
        let report = report_of(&between.url, api, &options()).await;
        let mut planted: BTreeMap<At, u64> = BTreeMap::new();
        for (request, answer) in answers(&sandbox).await {
            each(&answer, "", &mut |_, at| {
                let name = at.rsplit('/').next().unwrap_or_default();
                let is_name = name.contains(|letter: char| letter.is_ascii_lowercase());
                if is_name && (!is_free(at) || at.ends_with(EXTENSION)) {
                    let operation = request.operation.expect("an operation").to_owned();
                    *planted.entry((operation, place(at))).or_default() += 1;
                }
            });
        }
        assert_eq!(found(&report, Kind::Case), planted, "{api} {report}");
        // They keep nothing from being read: neither further pages, nor what needs an id.
        let plain = self::report(&sandbox, api, &options()).await;
        assert_eq!((report.reads, report.lists), (plain.reads, plain.lists), "{api}");
    }
}

fn other_headers(_: usize, passing: &mut Passing) {
    let headers = &mut passing.headers;
    headers.insert("x-planted", HeaderValue::from_static("planted"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.remove("request-id");
}

#[tokio::test]
async fn every_other_header_is_found_and_nothing_else() {
    for api in APIS {
        let sandbox = world().start().await.expect("a sandbox");
        let between = Between::start(&sandbox, other_headers).await;
        let report = report_of(&between.url, api, &options()).await;
        let mut planted: BTreeMap<At, u64> = BTreeMap::new();
        for request in sandbox.requests() {
            for name in ["content-type", "x-planted"] {
                let at = (request.operation.expect("an operation").to_owned(), name.to_owned());
                *planted.entry(at).or_default() += 1;
            }
        }
        assert_eq!(found(&report, Kind::Header), planted, "{api} {report}");
        assert!(report.headers.values().all(|header| header.sent == 0), "{report}");
    }
}

/// What nobody may read in a report: as values, as what may be a name and a value, in headers and in refusals.
const SECRET: &str = "s3cr3t-0f-m1ne";

fn secrets(number: usize, passing: &mut Passing) {
    fn within(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(within);
                members.insert("planted".to_owned(), json!({ "text": SECRET, SECRET: [SECRET] }));
                members.insert(SECRET.to_owned(), json!(SECRET));
                members.insert(format!("{SECRET}@example.com"), json!(null));
            }
            Value::Array(entries) => entries.iter_mut().for_each(within),
            Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => *text = SECRET.to_owned(),
            Value::Bool(_) => *value = json!(SECRET),
            _ => {}
        }
    }
    within(&mut passing.body);
    let headers = &mut passing.headers;
    headers.insert("x-planted", HeaderValue::from_static(SECRET));
    headers.insert("request-id", HeaderValue::from_static(SECRET));
    headers.insert(SECRET, HeaderValue::from_static(SECRET));
    match number % 8 {
        3 => {
            passing.status = StatusCode::FORBIDDEN;
            passing.body = json!({ "message": SECRET, "code": SECRET, "errors": { SECRET: [SECRET] } });
        }
        5 => {
            passing.status = StatusCode::INTERNAL_SERVER_ERROR;
            headers.insert(RETRY_AFTER, HeaderValue::from_static(SECRET));
            passing.body = json!(SECRET);
        }
        7 => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(SECRET));
            passing.body = json!(format!("{{\"{SECRET}\": {SECRET}"));
        }
        _ => {}
    }
}

#[tokio::test]
async fn no_secret_of_an_answer_is_shown() {
    for (api, format) in APIS.iter().flat_map(|api| [(api, "text"), (api, "json")]) {
        let sandbox = world().start().await.expect("a sandbox");
        let between = Between::start(&sandbox, secrets).await;
        let arguments = [*api, "--rate", "1000", "--page-size", "5", "--format", format];
        let variables = [
            ("AVEPOINT_BASE_URL", &*between.url),
            ("AVEPOINT_ACCESS_TOKEN", "t0k3n-0f-m1ne"),
        ];
        let done = started(&variables, &arguments).await;
        assert_eq!(done.status.code(), Some(4), "{done:?}");
        let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert!(said.contains("planted"), "{said}");
        for secret in [SECRET, &SECRET.to_uppercase(), "t0k3n-0f-m1ne"] {
            assert!(!said.contains(secret), "{api}: {said}");
        }
    }
}

fn other_totals(_: usize, passing: &mut Passing) {
    fn within(value: &mut Value) {
        if let Value::Object(members) = value {
            for (name, member) in members {
                match name.to_lowercase().as_str() {
                    "totalcount" | "total" | "count" if member.is_number() => *member = json!(987_654),
                    _ => within(member),
                }
            }
        }
    }
    within(&mut passing.body);
}

/// A total is wrong behind the last page of each list that has numbers and a total.
#[tokio::test]
async fn every_wrong_total_is_found_and_nothing_else() {
    for api in APIS {
        let sandbox = world().start().await.expect("a sandbox");
        let between = Between::start(&sandbox, other_totals).await;
        let whole = Options {
            pages: 100,
            ..options()
        };
        let report = report_of(&between.url, api, &whole).await;
        let mut planted = BTreeSet::new();
        for request in sandbox.requests() {
            let mut table = avepoint_tests::client::operations(api).iter();
            let operation = table.find(|known| Some(known.id) == request.operation);
            if let Some(Paging::PageNumber { total: Some(total), .. }) = operation.and_then(|known| known.paging) {
                planted.insert((operation.expect("an operation").id.to_owned(), total.to_owned()));
            }
        }
        let found: BTreeSet<_> = found(&report, Kind::Paging).into_keys().collect();
        assert_eq!(found, planted, "{api} {report}");
    }
}

/// The service allows twice as many calls as the program is told to make: if all came at once, it would refuse most.
#[tokio::test]
async fn calls_come_no_faster_than_they_may() {
    let limited = world().rate(2, Duration::from_millis(200));
    let sandbox = limited.start().await.expect("a sandbox");
    let slow = Options { rate: 5.0, ..options() };
    let report = report(&sandbox, "elements-legacy", &slow).await;
    assert!(sandbox.requests().len() > 10, "{report}");
    assert!(report.reads.values().all(|read| read.refused.is_empty()), "{report}");
}

#[tokio::test]
async fn lists_without_an_end_are_found() {
    // A page holds all customers: the next one shows them again.
    let endless = world().customers(5).fault(Fault::EndlessPages);
    let sandbox = endless.start().await.expect("a sandbox");
    let report = report(&sandbox, "elements-v3", &options()).await;
    let found = found(&report, Kind::Paging);
    assert!(
        found.contains_key(&("listCustomers".to_owned(), "data".to_owned())),
        "{report}"
    );
}

#[tokio::test]
async fn what_comes_too_soon_is_asked_for_once_more() {
    let sandbox = world().start().await.expect("a sandbox");
    let fault = Fault::Status {
        status: 429,
        retry_after: None,
    };
    sandbox.fail_next(fault);
    let report = report(&sandbox, "elements-legacy", &options()).await;
    assert_eq!(report.findings, []);
    for (operation, read) in &report.reads {
        let refused = u64::from(operation == &"listCustomers");
        assert_eq!((read.answers, read.refused.values().sum()), (1, refused), "{operation}");
    }
}

#[tokio::test]
async fn refusals_are_counted_and_whether_they_say_when_to_come_again() {
    for (status, retry_after, is_known, sent) in [
        (429, Some(0), true, true),
        (429, None, true, false),
        (418, None, false, false),
    ] {
        let fault = Fault::Status { status, retry_after };
        let sandbox = world().fault(fault).start().await.expect("a sandbox");
        let report = report(&sandbox, "elements-v3", &options()).await;
        let calls = sandbox.requests().len() as u64;
        let refused: u64 = report
            .reads
            .values()
            .map(|read| read.refused.get(&status).copied().unwrap_or_default())
            .sum();
        assert_eq!(refused, calls, "{report}");
        if is_known {
            assert_eq!(report.findings, []);
            let header = report.headers["Retry-After with status 429"];
            assert_eq!((header.sent, header.of), (if sent { calls } else { 0 }, calls));
        } else {
            let found = found(&report, Kind::Status);
            assert_eq!(found.values().sum::<u64>(), calls, "{report}");
        }
    }
}

#[tokio::test]
async fn no_value_of_an_answer_is_in_the_report() {
    for api in APIS {
        let spec = std::fs::read_to_string(Api::parse(api).expect("an API").spec()).expect("a spec");
        let builder = world().fault(Fault::UnknownCodes).fault(Fault::UnknownMembers);
        let sandbox = builder.start().await.expect("a sandbox");
        let report = report(&sandbox, api, &options()).await;
        assert!(!report.findings.is_empty());
        let said = format!("{report}{}", serde_json::to_string(&report).expect("JSON"));
        let mut values = 0;
        for (_, answer) in answers(&sandbox).await {
            each(&answer, "", &mut |value, at| {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return,
                };
                // Short ones, and words of the spec, may stand in it by chance.
                if text.len() >= 4 && !spec.contains(&text) {
                    assert!(!said.contains(&text), "{api} {at}: {text}\n{said}");
                    values += 1;
                }
            });
        }
        assert!(values > 100, "{api}: {values}");
    }
}

/// Runs the program with nothing but these variables.
async fn started(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wire"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    let done = tokio::task::spawn_blocking(move || command.output()).await;
    done.expect("a task").expect("it runs")
}

/// Runs the program as somebody does who has credentials.
async fn program(sandbox: &Sandbox, secret: &str, arguments: &[&str]) -> Output {
    let variables = [
        ("AVEPOINT_BASE_URL", &*sandbox.base_url()),
        ("AVEPOINT_IDENTITY_URL", &sandbox.identity_url()),
        ("AVEPOINT_CLIENT_ID", sandbox.client_id()),
        ("AVEPOINT_CLIENT_SECRET", secret),
    ];
    started(&variables, arguments).await
}

#[tokio::test]
async fn the_program_says_by_its_status_whether_there_are_differences() {
    let fast = ["--rate", "1000", "--format", "json"];
    for (fault, status) in [(None, 0), (Some(Fault::UnknownMembers), 4)] {
        let builder = Sandbox::builder().customers(2);
        let builder = fault.into_iter().fold(builder, Builder::fault);
        let sandbox = builder.start().await.expect("a sandbox");
        let arguments = [&["insights", "--id", "jobId=6f1c2b9a"][..], &fast].concat();
        let done = program(&sandbox, sandbox.client_secret(), &arguments).await;
        assert_eq!(done.status.code(), Some(status), "{done:?}");
        let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        assert_eq!(report["findings"] == json!([]), status == 0, "{report}");
        assert_eq!(
            report["reads"]["getExportJobStatus"]["refused"],
            json!({ "404": 1 }),
            "{report}"
        );
        assert!(!report.to_string().contains("6f1c2b9a"), "{report}");
    }
}

#[tokio::test]
async fn the_program_says_what_is_missing() {
    let sandbox = Sandbox::builder().customers(1).start().await.expect("a sandbox");
    for (secret, arguments, expected) in [
        ("", &["elements-v3"][..], "AVEPOINT_CLIENT_SECRET"),
        ("wrong", &["elements-v3", "--rate", "1000"], "nothing was answered"),
        ("any", &["elements-v4"], "write `elements-v3`"),
        ("any", &["elements-v3", "--rate", "0"], "a number from 0.001 to 1000"),
        ("any", &["elements-v3", "--id", "jobId"], "NAME=VALUE"),
    ] {
        let done = program(&sandbox, secret, arguments).await;
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.code() == Some(1) && said.contains(expected),
            "{arguments:?}: {said}"
        );
        assert!(done.stdout.is_empty(), "{done:?}");
    }
}

#[tokio::test]
async fn the_program_says_which_variable_is_missing_or_wrong() {
    let token = ("AVEPOINT_ACCESS_TOKEN", "a-token");
    let at = |url| vec![token, ("AVEPOINT_BASE_URL", url)];
    for (variables, api, expected) in [
        (
            vec![],
            "elements-v3",
            &["AVEPOINT_CLIENT_ID must name an app", "AVEPOINT_ACCESS_TOKEN"][..],
        ),
        (vec![token], "insights", &["choose one", "AVEPOINT_REGION"]),
        (
            vec![token, ("AVEPOINT_REGION", "mars")],
            "insights",
            &["no region `mars`"],
        ),
        (
            vec![token, ("AVEPOINT_CLOUD", "moon")],
            "insights",
            &["no cloud `moon`"],
        ),
        (at("nonsense"), "elements-v3", &["not a URL", "AVEPOINT_BASE_URL"]),
        (
            at("http://example.com"),
            "elements-v3",
            &["not https", "AVEPOINT_BASE_URL"],
        ),
        // A port where nothing listens.
        (
            at("http://127.0.0.1:9"),
            "elements-v3",
            &["nothing was answered", "no connection was made"],
        ),
    ] {
        let done = started(&variables, &[api, "--rate", "1000"]).await;
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{variables:?}: {said}");
        assert!(expected.iter().all(|part| said.contains(part)), "{variables:?}: {said}");
        assert!(said.lines().count() == 1 && done.stdout.is_empty(), "{done:?}");
    }
}
