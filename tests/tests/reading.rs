//! Answers with something in them that their types cannot hold: it costs its place and no more, and is reported.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use avepoint_core::{CallOptions, ErrorKind};
use avepoint_tests::client::{APIS, AnyClient};
use avepoint_tests::elements::client;
use avepoint_tests::example_values::with;
use avepoint_tests::json::differences;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::cases;
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Every place of a value but for the whole of it; of the entries of a list, the first.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(entries) => entries.iter().take(1).map(|entry| ("0".to_owned(), entry)).collect(),
        _ => return,
    };
    for (step, value) in inner {
        let pointer = format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"));
        places(value, &pointer, found);
        found.push(pointer);
    }
}

/// The value without what stands in a place; without anything, where it has no such place.
fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (around, step) = pointer.rsplit_once('/').expect("a place");
    match value.pointer_mut(around) {
        Some(Value::Object(members)) => drop(members.remove(&step.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(entries)) if !entries.is_empty() => drop(entries.remove(0)),
        _ => {}
    }
    value
}

#[tokio::test]
async fn an_odd_value_in_any_place_of_any_answer_costs_that_place_and_no_more() {
    let odd = [
        json!(3_000_000_000_u64),
        json!(12.5),
        json!(u64::MAX),
        json!("N/A"),
        json!(""),
        json!(true),
        json!([[{"odd": 1}]]),
        json!({"odd": {"deep": [1]}}),
    ];
    let (mut problems, mut tried) = (Vec::new(), 0);
    for api in APIS {
        for case in cases(api) {
            let Some(example) = &case.answer else {
                continue;
            };
            let mut pointers = Vec::new();
            places(example, "", &mut pointers);
            let puts: Vec<_> = pointers
                .iter()
                .flat_map(|pointer| odd.iter().map(move |odd| (pointer, odd)))
                .collect();
            let answers: Vec<_> = puts
                .iter()
                .map(|(pointer, odd)| with(example, pointer, (*odd).clone()))
                .collect();
            let server = Server::in_turn(answers.iter().map(|answer| Reply::json(case.status, answer)).collect()).await;
            let client = AnyClient::new(api, &server.url());
            for (pointer, odd) in puts {
                tried += 1;
                let output = match client.call(&case.id, case.parameters.clone()).await {
                    Ok(output) => output,
                    // What stands in the place of the entries themselves is no empty list.
                    Err(error) if error.message() == format!("`{}` is not an array", &pointer[1..]) => continue,
                    Err(error) => {
                        problems.push(format!("{pointer} = {odd}: {error}"));
                        continue;
                    }
                };
                let rest = without(example, pointer);
                // An entry that could not be read is gone, and the next one stands in its place.
                if !differences(&rest, &without(&output, pointer)).is_empty() && !differences(&rest, &output).is_empty()
                {
                    problems.push(format!("{} {pointer} = {odd}: {output:.200}", case.id));
                }
            }
        }
    }
    assert!(tried > 5_000, "only {tried} were tried");
    problems.truncate(20);
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[tokio::test]
async fn a_page_survives_each_of_its_odd_members_and_tells_of_them() {
    let page = |total: Value| {
        json!({
            "data": [{"id": "a", "organization": "Northwind"}, {"id": "b", "jobStatus": {"odd": "hunter2"}}, 5, null],
            "metadata": {"pageIndex": 1, "pageSize": 50, "totalCount": total},
        })
    };
    let totals = [json!(3_000_000_000_u64), json!("3000000000"), json!(3e9), json!("N/A")];
    let server = Server::in_turn(totals.map(|total| Reply::json(200, &page(total))).to_vec()).await;
    let client = client(&server);
    for expected in [Some(3_000_000_000), Some(3_000_000_000), Some(3_000_000_000), None] {
        let answer = client.list_customers().send().await.expect("a page");
        let total = answer.metadata.as_ref().and_then(|metadata| metadata.total_count);
        assert_eq!((answer.data.len(), total), (2, expected));
        let unread: Vec<_> = answer
            .unread()
            .members()
            .iter()
            .map(|member| (member.path(), member.json()))
            .collect();
        let mut dropped = vec![("data[1].jobStatus", "{\"odd\":\"hunter2\"}"), ("data[2]", "5")];
        if expected.is_none() {
            dropped.push(("metadata.totalCount", "\"N/A\""));
        }
        assert_eq!((unread, answer.unread().total()), (dropped.clone(), dropped.len()));
        assert!(!format!("{:?}", answer.unread()).contains("hunter2"));
    }
}

#[tokio::test]
async fn numbers_of_any_size_come_out_as_they_came_in() {
    for number in ["12345678901234567890", "1E400", "-0", "2.50", "1e2"] {
        let page = format!("{{\"data\":[{{\"jobStatus\":{number}}}]}}");
        let server = Server::always(Reply::text(200, "application/json", page.clone())).await;
        // -0 is the documented code 0, in another form.
        let client = client(&server).with_options(CallOptions::default().verbatim_codes(true));
        let answer = client.list_customers().send().await.expect("a page");
        assert_eq!(serde_json::to_string(&*answer).expect("JSON"), page);
    }
}

#[tokio::test]
async fn what_is_something_else_altogether_is_an_error() {
    for body in ["[]", "5", "\"text\"", "true", "[{\"data\": []}]"] {
        let server = Server::always(Reply::text(200, "application/json", body)).await;
        let error = client(&server).list_customers().send().await.expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains("where an object is expected"), "{error}");
    }
}

/// Keeps the events of the clients, as lines of text.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a text grows");
    }
}

impl Subscriber for Events {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target().starts_with("avepoint") {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_tells_the_places_and_no_value() {
    let events = Events::default();
    // With a single dispatcher the other tests, which want no events, may decide for this one as well.
    let _second = tracing::Dispatch::new(events.clone());
    let _guard = tracing::subscriber::set_default(events.clone());
    let page = json!({"data": [{"jobStatus": {"odd": "hunter2"}}], "metadata": {"totalCount": "hunter2"}});
    let server = Server::in_turn(vec![Reply::json(200, &page), Reply::json(200, &json!({"data": []}))]).await;
    let client = client(&server);
    for _ in 0..2 {
        client.list_customers().send().await.expect("a page");
    }
    let lines = events.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // The calls have lines of their own.
    let (lines, calls): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("WARN"));
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(
        !line.contains("hunter2") && !calls.iter().any(|line| line.contains("hunter2")),
        "{line}"
    );
    for part in [
        "\"listCustomers\"",
        "total=2",
        "\"data[0].jobStatus, metadata.totalCount\"",
    ] {
        assert!(line.contains(part), "{line}");
    }
}
