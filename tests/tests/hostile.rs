//! Answers as no page documents them: a reader takes what can be taken, and says what cannot.

use std::sync::{Arc, Mutex, PoisonError};

use avepoint_core::{Error, ErrorKind};
use avepoint_elements_v3::{Client, dynamic, operations, types};
use avepoint_tests::client::typed;
use avepoint_tests::elements::{all, builder, case, client, run};
use avepoint_tests::example_values::{Kind, places, renamed, with, without_null_entries};
use avepoint_tests::json::{crowded, differences};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::Case;
use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

/// Has an operation answered by each of these in turn, and gives back what the typed client made of it.
async fn read_all(case: &Case, answers: &[Value]) -> Vec<Result<Value, Error>> {
    if answers.is_empty() {
        return Vec::new();
    }
    let server = Server::in_turn(answers.iter().map(|answer| Reply::json(case.status, answer)).collect()).await;
    let client = client(&server);
    let mut outcomes = Vec::new();
    for _ in answers {
        outcomes.push(run(&client, &case.id).await);
    }
    outcomes
}

/// Puts values in every place of some kinds, one at a time, in the examples of all operations, and judges what comes
/// out of the call: the value that was put in, the place, and all of the answer.
async fn put_in_every_place(
    values: impl Fn(Kind, &Value) -> Vec<Value>,
    judge: impl Fn(Kind, &Value, &str, &Value) -> Result<(), String>,
) {
    let (mut problems, mut tried) = (Vec::new(), 0);
    for case in all() {
        let Some(example) = &case.answer else {
            continue;
        };
        let mut puts = Vec::new();
        // The further entries of a list are as its first one.
        let further = |pointer: &str| {
            pointer
                .split('/')
                .any(|step| step.parse::<u32>().is_ok_and(|index| index > 0))
        };
        for place in places(case).into_iter().filter(|place| !further(&place.pointer)) {
            let there = example.pointer(&place.pointer).expect("a place of the example");
            puts.extend(
                values(place.kind, there)
                    .into_iter()
                    .map(|value| (place.clone(), value)),
            );
        }
        let answers: Vec<_> = puts
            .iter()
            .map(|(place, value)| with(example, &place.pointer, value.clone()))
            .collect();
        let outcomes = read_all(case, &answers).await;
        tried += outcomes.len();
        for ((place, value), outcome) in puts.iter().zip(outcomes) {
            let verdict = match outcome {
                Ok(output) => judge(place.kind, value, &place.pointer, &output),
                Err(error) => Err(error.to_string()),
            };
            if let Err(problem) = verdict {
                problems.push(format!("{} {} = {value}: {problem}", case.id, place.pointer));
            }
        }
    }
    assert!(tried > 100, "only {tried} places were tried");
    none(&problems);
}

/// Fails with the first problems, each on a line that can be read.
fn none(problems: &[String]) {
    let lines: Vec<_> = problems
        .iter()
        .take(20)
        .map(|problem| format!("{problem:.240}"))
        .collect();
    assert!(
        problems.is_empty(),
        "{} problems, at first:\n{}",
        problems.len(),
        lines.join("\n")
    );
}

/// The value comes out as it went in: in kind and in every digit.
fn unchanged(_: Kind, value: &Value, pointer: &str, output: &Value) -> Result<(), String> {
    match output.pointer(pointer) {
        Some(out) if out == value => Ok(()),
        Some(out) => Err(format!("came out as {out}")),
        None => Err("did not come out".to_owned()),
    }
}

#[tokio::test]
async fn a_code_that_no_page_documents_comes_out_as_it_came() {
    let codes = [
        json!(987_654),
        json!(-7),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!("brand new"),
        json!("7"),
        json!(" 007 "),
        json!(""),
        json!("ünï\n\u{1F600}\"\\"),
        json!(1.5),
        json!(-1e300),
        json!(true),
        json!(false),
    ];
    let values = |kind, _: &Value| if kind == Kind::Code { codes.to_vec() } else { Vec::new() };
    put_in_every_place(values, unchanged).await;
}

#[tokio::test]
async fn times_and_texts_come_out_as_they_came_whatever_they_say() {
    let times = [
        "N/A",
        "",
        "-",
        "2026-01-31T12:00:00",
        "2026-01-31",
        "2026-01-31 12:00:00 +02:00",
        "0001-01-01T00:00:00",
        "2026-02-30T25:61:00Z",
        "1/31/2026 12:00:00 PM",
        "2024-08-20T10:55:29.1234567Z",
    ];
    let texts = ["N/A", "", " ", "ünï\u{0}\n\u{2028}\u{1F600}\"\\", "null", "12.50"];
    let values = |kind, _: &Value| match kind {
        Kind::Time => times.map(Value::from).to_vec(),
        Kind::Text => texts.map(Value::from).to_vec(),
        _ => Vec::new(),
    };
    put_in_every_place(values, unchanged).await;
}

#[tokio::test]
async fn null_is_taken_in_every_place() {
    let judge = |_: Kind, _: &Value, pointer: &str, output: &Value| match output.pointer(pointer) {
        // An entry that is null is left out, so that the next one may stand in its place.
        Some(out) if !out.is_null() && !pointer.ends_with(|c: char| c.is_ascii_digit()) => {
            Err(format!("came out as {out}"))
        }
        _ => Ok(()),
    };
    put_in_every_place(|_, _| vec![Value::Null], judge).await;
}

#[tokio::test]
async fn null_in_one_place_or_all_leaves_the_rest_as_it_is() {
    let mut problems = Vec::new();
    for case in all() {
        let Some(example) = &case.answer else {
            continue;
        };
        let places = places(case);
        let one_each = places.iter().map(|place| with(example, &place.pointer, Value::Null));
        let mut answers: Vec<_> = one_each.collect();
        // From the leaves up: all scalars, then the lists and objects as well.
        let mut hollow = example.clone();
        for place in places.iter().rev() {
            *hollow.pointer_mut(&place.pointer).expect("a place of the example") = Value::Null;
            answers.push(hollow.clone());
        }
        let outcomes = read_all(case, &answers).await;
        for (answer, outcome) in answers.iter().zip(outcomes) {
            match outcome {
                Ok(output) => {
                    let differences = differences(&without_null_entries(answer), &output);
                    problems.extend(
                        differences
                            .into_iter()
                            .map(|difference| format!("{}{difference}", case.id)),
                    );
                }
                Err(error) => problems.push(format!("{answer}: {error}")),
            }
        }
        for (body, outcome) in [Value::Null].iter().zip(read_all(case, &[Value::Null]).await) {
            if let Err(error) = outcome {
                problems.push(format!("a body of {body}: {error}"));
            }
        }
    }
    problems.dedup();
    none(&problems);
}

#[tokio::test]
async fn members_are_found_in_any_letter_case_and_unknown_ones_are_passed_over() {
    fn pascal(name: &str) -> String {
        name[..1].to_uppercase() + &name[1..]
    }
    fn thin_out(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, _| !matches!(name.as_str(), "brandnew" | ""));
                members.values_mut().for_each(thin_out);
            }
            Value::Array(entries) => entries.iter_mut().for_each(thin_out),
            _ => {}
        }
    }
    let lower = |value: &Value| renamed(value, &str::to_lowercase);
    let mut problems = Vec::new();
    for case in all() {
        let Some(example) = &case.answer else {
            continue;
        };
        let answers = [
            renamed(example, &pascal),
            renamed(example, &str::to_uppercase),
            renamed(example, &str::to_lowercase),
            crowded(example),
        ];
        let free: Vec<_> = places(case)
            .into_iter()
            .filter(|place| place.kind == Kind::Free)
            .collect();
        for (answer, outcome) in answers.iter().zip(read_all(case, &answers).await) {
            let mut output = match outcome {
                Ok(output) => lower(&output),
                Err(error) => {
                    problems.push(error.to_string());
                    continue;
                }
            };
            // What is kept as it came has the members that no page names, too.
            for place in &free {
                if let Some(kept) = output.pointer_mut(&place.pointer.to_lowercase()) {
                    thin_out(kept);
                }
            }
            let differences = differences(&lower(example), &output);
            problems.extend(
                differences
                    .into_iter()
                    .map(|difference| format!("{}{difference} ({answer})", case.id)),
            );
        }
    }
    none(&problems);
}

#[tokio::test]
async fn scalars_are_taken_in_the_other_kind_and_keep_their_spelling() {
    fn spelled(value: &Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
    let values = |kind, there: &Value| match kind {
        Kind::Integer => vec![json!(spelled(there)), json!(there.as_f64()), json!(" 12 "), json!("-3")],
        Kind::Number => vec![json!(spelled(there)), json!("0.25"), json!(7)],
        Kind::Boolean => vec![json!(spelled(there)), json!("True"), json!("FALSE")],
        Kind::Text | Kind::Time => vec![json!(12_345), json!(-1), json!(0.5), json!(true)],
        Kind::Mixed => vec![json!(25), json!("25"), json!("N/A"), json!(1.5)],
        _ => Vec::new(),
    };
    let judge = |_: Kind, value: &Value, pointer: &str, output: &Value| {
        let out = output.pointer(pointer).unwrap_or(&Value::Null);
        let (a, b) = (spelled(value), spelled(out));
        let as_number = |text: &str| text.trim().parse::<f64>().ok();
        if a.eq_ignore_ascii_case(&b) || (as_number(&a).is_some() && as_number(&a) == as_number(&b)) {
            Ok(())
        } else {
            Err(format!("came out as {out}"))
        }
    };
    put_in_every_place(values, judge).await;
}

#[tokio::test]
async fn alternatives_are_read_as_tolerantly_as_all_else() {
    // Each is one of two forms on the pages; what holds elsewhere holds inside them.
    for (id, pointer, value) in [
        ("listUsers", "/data/0/status", json!(1)),
        ("listUsers", "/data/0/status", json!("1")),
        ("listUsers", "/data/0/status", json!([1, "x", -9])),
        ("listUsers", "/data/0/status", json!([])),
        ("getUser", "/alternateEmailAddress", json!("ada@example.com")),
        ("getUser", "/alternateEmailAddress", json!("")),
        ("getUser", "/alternateEmailAddress", json!([])),
        (
            "listBaselineTenants",
            "/data/0/appliedBaselines",
            json!("Contoso standard"),
        ),
        ("listBaselineTenants", "/data/0/appliedBaselines", json!([])),
        ("listBaselineTenants", "/data/0/appliedBaselines", json!("")),
        ("listBaselineTenants", "/data/0/autoAlignment", json!("1")),
        ("listBaselineTenants", "/data/0/autoAlignment", json!("maybe")),
        ("getServiceAppStatus", "", json!({"isConsent": true})),
        ("getServiceAppStatus", "", json!([])),
    ] {
        let case = case(id);
        let answer = with(case.answer.as_ref().expect("an example"), pointer, value);
        let outcome = read_all(case, std::slice::from_ref(&answer)).await.remove(0);
        let output = outcome.unwrap_or_else(|error| panic!("{answer}: {error}"));
        assert_eq!(differences(&answer, &output), Vec::<String>::new(), "{id}{pointer}");
    }
}

fn with_id(reply: Reply) -> Reply {
    reply.header("request-id", "r-77")
}

fn in_one_line(error: &Error) {
    let (text, message) = (error.to_string(), error.message());
    assert!(
        !text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')),
        "{text:?}"
    );
    assert!(
        text.chars().count() < 3000,
        "{} characters: {text:.80}…",
        text.chars().count()
    );
    assert!(
        error.body_excerpt().chars().count() <= 1025 && message.chars().count() <= 1100,
        "{message:.80}"
    );
}

#[tokio::test]
async fn a_success_that_cannot_be_read_says_where_and_keeps_what_came() {
    let customers = |rest: &str| format!("{{\"data\": [{{\"id\": \"a\"}}, {{\"organization\": {rest}");
    for (body, words) in [
        (String::new(), "the body is empty"),
        (" \n".to_owned(), "the body is empty"),
        ("<html><body>Sign in</body></html>".to_owned(), "HTML"),
        ("\r\n<!DOCTYPE html>".to_owned(), "HTML"),
        (customers("\"Con"), "`data[1].organization`"),
        ("[]".to_owned(), "an array where an object is expected"),
        ("{\"data\": []} {}".to_owned(), "trailing"),
        ("{\"data\": []".to_owned(), "EOF"),
        ("not json".to_owned(), "expected"),
        ("[".repeat(100_000), ""),
        (format!("{{\"x\": {}", "[".repeat(100_000)), ""),
    ] {
        let server = Server::always(with_id(Reply::text(200, "application/json", body.clone()))).await;
        let error = client(&server).list_customers().send().await.expect_err(&body);
        in_one_line(&error);
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{error}");
        assert_eq!(error.request_id(), Some("r-77"), "{error}");
        assert!(
            body.trim_start()
                .starts_with(error.body_excerpt().trim_end_matches('…')),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .starts_with("listCustomers: the response (200) cannot be read: "),
            "{error}"
        );
        assert!(error.message().contains(words), "{body:.60}: {error}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    // RFC 8259 section 8.1 lets a reader pass over it, and servers on .NET write it now and then.
    let body = |text: &str| Bytes::from(format!("\u{feff}{text}"));
    let reply = Reply::Answer(200, Vec::new(), body("{\"data\": [{\"id\": \"a\"}]}"));
    let page = client(&Server::always(reply).await)
        .list_customers()
        .send()
        .await
        .expect("a page");
    assert_eq!(page.data.len(), 1);
    let reply = Reply::Answer(400, Vec::new(), body("{\"message\": \"No.\"}"));
    let error = client(&Server::always(reply).await)
        .list_customers()
        .send()
        .await
        .expect_err("400");
    assert_eq!(error.message(), "No.");
}

#[tokio::test]
async fn an_answer_that_differs_from_the_page_in_its_status_is_a_success() {
    let done = |case: &Case, status| {
        let body = case
            .answer
            .clone()
            .unwrap_or_else(|| json!({"updated": [true], "message": "Done."}));
        Reply::json(status, &body)
    };
    for case in all() {
        for status in [200, 201, 202] {
            let server = Server::always(done(case, status)).await;
            let answer = run(&client(&server), &case.id)
                .await
                .unwrap_or_else(|error| panic!("{status}: {error}"));
            let expected = case.answer.clone().unwrap_or_default();
            assert_eq!(
                differences(&expected, &answer),
                Vec::<String>::new(),
                "{} {status}",
                case.id
            );
        }
    }
    for reply in [
        Reply::empty(200),
        Reply::text(200, "text/html", "<html>"),
        Reply::Cut("{".into()),
        Reply::empty(204),
    ] {
        let server = Server::always(reply).await;
        run(&client(&server), "updateUserBirthday")
            .await
            .expect("nothing was to be read");
    }
}

#[tokio::test]
async fn an_error_is_one_line_that_helps_whatever_its_body() {
    let read = operations::find("listCustomers").expect("an operation");
    let long = "x".repeat(1 << 20);
    let bodies: Vec<(&str, Bytes)> = vec![
        (r#"{"message":"Out of\nluck.","code":"Bad\r\nLuck"}"#, "Out of luck."),
        (r#"{"error":{"code":7,"message":"Deep."}}"#, "Deep."),
        (r#"{"Errors":{"pageSize":["Too large."]}}"#, "Too large."),
        (r#"["odd"]"#, ""),
        (r#""just text""#, "just text"),
        ("{\"message\":{\"a\":\"b\"}}", "{\"a\":\"b\"}"),
        ("null", ""),
        ("12", ""),
        ("<html><head><title>Bad\nGateway</title></head></html>", "Bad Gateway"),
        ("<title></title>", ""),
        ("<TITLE>İ</TITLE>", "İ"),
        ("", ""),
        ("{\"message\":\"cut of", ""),
        ("line one\r\nline two\u{2028}\u{1b}[31m", "line one line two"),
        (&long, "xxxx"),
        (&format!("{{\"message\":\"{}\"}}", "y".repeat(50_000)), "yyyy"),
        (&format!("{{\"code\":\"{}\"}}", "z".repeat(50_000)), ""),
        (&format!("{{\"message\":\"{long}\"}}"), ""),
        (&"[".repeat(60_000), ""),
    ]
    .into_iter()
    .map(|(body, words)| (words, Bytes::copy_from_slice(body.as_bytes())))
    .map(|(words, body)| (Box::leak(words.to_owned().into_boxed_str()) as &str, body))
    .chain([("", Bytes::from_static(&[0xff, 0xfe, 0x00, b'{', 0xc3]))])
    .collect();
    for status in [400, 401, 403, 404, 409, 422, 429, 500, 502, 503] {
        for (words, body) in &bodies {
            let reply = Reply::Answer(
                status,
                vec![("content-type", "application/json".to_owned())],
                body.clone(),
            );
            let server = Server::always(with_id(reply)).await;
            let error = client(&server).list_customers().send().await.expect_err("a refusal");
            let (line, beginning) = (error.to_string(), String::from_utf8_lossy(&body[..body.len().min(60)]));
            let place = format!("{status} {beginning}: {line:.200}");
            in_one_line(&error);
            assert_eq!(
                (error.kind(), error.status().map(|s| s.as_u16())),
                (ErrorKind::Status, Some(status)),
                "{place}"
            );
            assert!(line.starts_with(&format!("listCustomers: {status} ")), "{place}");
            assert!(line.contains("(request id r-77)") && line.contains(words), "{place}");
            // A page is a gateway's, and says nothing of permissions.
            let is_page = body.starts_with(b"<");
            assert_eq!(error.is_from_gateway(), is_page, "{place}");
            assert_eq!(line.contains(&read.scope()), status == 403 && !is_page, "{place}");
            assert_eq!(error.body_excerpt().is_empty(), body.is_empty(), "{place}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_an_error_of_the_connection() {
    for reply in [
        Reply::HangUp,
        Reply::Cut(Bytes::new()),
        Reply::Cut("{\"data\": [".into()),
    ] {
        let server = Server::always(reply).await;
        let error = client(&server)
            .list_customers()
            .send()
            .await
            .expect_err("no whole answer");
        in_one_line(&error);
        assert_eq!((error.kind(), error.status()), (ErrorKind::Connection, None), "{error}");
        assert!(error.is_connection() && error.is_retryable(), "{error}");
        assert!(
            !error.to_string().contains("127.0.0.1"),
            "an address may hold ids: {error}"
        );
    }
}

/// A server whose next answer is set from outside, and a client of it, for many calls by one property.
struct Hostile {
    runtime: tokio::runtime::Runtime,
    reply: Arc<Mutex<Reply>>,
    client: Client,
    _server: Server,
}

impl Hostile {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let reply = Arc::new(Mutex::new(Reply::empty(200)));
        let next = Arc::clone(&reply);
        let server = runtime.block_on(Server::start(move |_, _| {
            next.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }));
        let options = avepoint_core::CallOptions::default().retry(avepoint_core::RetryPolicy::none());
        let client = builder(&server.url()).options(typed(&options)).build();
        let client = client.expect("a client");
        Hostile {
            runtime,
            reply,
            client,
            _server: server,
        }
    }

    fn call(&self, id: &str, reply: Reply) -> Result<Value, Error> {
        *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = reply;
        self.runtime
            .block_on(dynamic::call(&self.client, id, case(id).parameters.clone()))
    }
}

/// Runs a property without leaving files behind.
fn check<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, property)
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Any JSON value.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
    ];
    // Among the names are those that an error is read from.
    let name = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "message", "Message", "error", "code", "errors", "title", "status", "detail"
        ])
        .prop_map(str::to_owned),
    ];
    scalar.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn any_integer_or_text_survives_as_a_code() {
    let server = Hostile::new();
    let code = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from)
    ];
    let page = case("listJobs").answer.clone().expect("an example");
    check(256, code, |code| {
        let module: types::JobModule = serde_json::from_value(code.clone()).expect("any code is taken");
        prop_assert_eq!(&serde_json::to_value(&module).expect("JSON"), &code);
        let center: types::DataCenter = serde_json::from_value(code.clone()).expect("any code is taken");
        prop_assert_eq!(&serde_json::to_value(&center).expect("JSON"), &code);

        let answer = with(&page, "/data/0/jobModule", code);
        let output = server.call("listJobs", Reply::json(200, &answer));
        let output = output.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&output["data"][0]["jobModule"], &answer["data"][0]["jobModule"]);
        prop_assert_eq!(differences(&answer, &output), Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn any_json_is_taken_as_the_body_of_a_failure() {
    let server = Hostile::new();
    check(256, (any_json(), 400_u16..600), |(body, status)| {
        let error = server
            .call("getUser", with_id(Reply::json(status, &body)))
            .expect_err("a failure");
        in_one_line(&error);
        let line = error.to_string();
        prop_assert!(
            line.starts_with(&format!("getUser: {status} ")) && line.contains("r-77"),
            "{}",
            line
        );
        prop_assert_eq!(error.kind(), ErrorKind::Status);
        Ok(())
    });
}

#[test]
fn any_bytes_are_taken_as_the_body_of_a_success() {
    let server = Hostile::new();
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from),
        any_json().prop_map(|value| Bytes::from(value.to_string())),
        // What looks like a page for a while.
        any_json().prop_map(|value| Bytes::from(json!({"data": [value], "metadata": null}).to_string())),
    ];
    check(
        256,
        (
            bytes,
            prop::sample::select(vec!["listJobs", "getUser", "listRiskHitItems"]),
        ),
        |(bytes, id)| {
            if let Err(error) = server.call(id, with_id(Reply::Answer(200, Vec::new(), bytes))) {
                in_one_line(&error);
                prop_assert_eq!(error.kind(), ErrorKind::Decode);
                prop_assert_eq!(error.request_id(), Some("r-77"));
            }
            Ok(())
        },
    );
}
