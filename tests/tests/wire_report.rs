//! What the program `wire` finds: on the sandbox as it is nothing, and of planted differences each one and nothing else.
//!
//! What there is to be found is not worked out by the program's own rules: the answers are asked for once more, and a
//! validator of JSON Schema judges them by the spec's edition in OpenAPI 3.1.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use avepoint_sandbox::{Builder, Fault, RecordedRequest, Sandbox};
use avepoint_tests::client::{APIS, AnyClient};
use avepoint_tests::wire::{Kind, Options, Report, run};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use xtask_spec::api::Api;
use xtask_spec::openapi31;

/// What the spec leaves free: any member may stand in it.
const FREE: [&str; 4] = [
    "/extension/",
    "/movedToAnotherContainerObjects/",
    "/newRegistedContent/",
    "/newRegisteredContent/",
];

fn is_free(pointer: &str) -> bool {
    let within = format!("{pointer}/");
    FREE.iter().any(|free| within.contains(free))
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
    let client = AnyClient::new(api, &sandbox.base_url());
    let api = Api::parse(api).expect("an API");
    run(api, &client, options).await.expect("a report")
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

#[tokio::test]
async fn lists_without_an_end_are_found() {
    let sandbox = world().fault(Fault::EndlessPages).start().await.expect("a sandbox");
    let report = report(&sandbox, "elements-v3", &options()).await;
    let found = found(&report, Kind::Paging);
    assert!(
        found.contains_key(&("listCustomers".to_owned(), "metadata.totalCount".to_owned())),
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

/// Runs the program as somebody does who has credentials.
async fn program(sandbox: &Sandbox, secret: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wire"));
    command
        .args(arguments)
        .env_clear()
        .env("AVEPOINT_BASE_URL", sandbox.base_url())
        .env("AVEPOINT_IDENTITY_URL", sandbox.identity_url())
        .env("AVEPOINT_CLIENT_ID", sandbox.client_id());
    if !secret.is_empty() {
        command.env("AVEPOINT_CLIENT_SECRET", secret);
    }
    let done = tokio::task::spawn_blocking(move || command.output()).await;
    done.expect("a task").expect("it runs")
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
