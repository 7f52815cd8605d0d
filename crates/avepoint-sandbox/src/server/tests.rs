//! No request makes the sandbox fail, whatever it says.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::http::Request;
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::*;
use crate::exports::{ExportPlan, Exports};
use crate::identity::{App, Rules};
use crate::spec::document;
use crate::world::{Customer, Place, Size, Tenant, User};

/// How many requests there are.
const REQUESTS: usize = 20_000;

/// The variables of paths that lead to rows, with ids that do; the rows stand in each other.
fn ids(world: &World) -> [(&'static str, String); 4] {
    let customer = world.nth::<Customer>(Place::ROOT, 0);
    let tenant = world.nth::<Tenant>(customer.place, 0);
    let user = world.nth::<User>(tenant.place, 0);
    [
        ("id", customer.id.clone()),
        ("customerId", customer.id),
        ("tenantId", tenant.id),
        ("userId", user.id),
    ]
}

/// Texts that stand where others are meant to: odd ones, and the ids.
fn texts(ids: &[(&str, String)]) -> Vec<String> {
    let odd = [
        "0",
        "1",
        "2",
        "50",
        "-1",
        "2147483648",
        "9223372036854775807",
        "1e400",
        "x",
        "true",
        "%00",
        "%ff",
        "%F0%9F%90%88",
        "202608",
        "20260899",
        "https%3A%2F%2Fcontoso.example%2Fsites%2Fa%20b",
        "%25",
        "..",
        "a@b.example",
        "2026-02-30T25:61:00Z",
        "2026-11-02",
        "AAAA",
    ];
    let texts = odd
        .into_iter()
        .map(str::to_owned)
        .chain(ids.iter().map(|(_, id)| id.clone()));
    texts.chain(["y".repeat(5_000)]).collect()
}

fn target(operation: &Operation, ids: &[(&str, String)], texts: &[String], random: &mut Rng) -> String {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        let right = ids
            .iter()
            .find(|(name, _)| *name == parameter.name && random.u8(..10) > 0);
        let text = right.map_or_else(|| &texts[random.usize(..texts.len())], |(_, id)| id);
        if parameter.is_in_path {
            path = path.replace(&format!("{{{}}}", parameter.name), text);
        } else if random.bool() {
            query.push(format!("{}={text}", parameter.name));
        }
    }
    format!("{path}?{}", query.join("&"))
}

/// The example of the operation's body; null if it has none.
fn example(operation: &Operation) -> Value {
    let item = document(operation.api)["paths"][operation.path].clone();
    let body = item[operation.method.to_ascii_lowercase()]["requestBody"].clone();
    body["content"]["application/json"]["example"].clone()
}

/// Puts something else into the place of a value, somewhere within.
fn mutate(value: &mut Value, texts: &[String], random: &mut Rng) {
    let is_deeper = random.u8(..4) > 0;
    match value {
        Value::Object(members) if is_deeper && !members.is_empty() => {
            let at = random.usize(..members.len());
            members
                .values_mut()
                .skip(at)
                .take(1)
                .for_each(|member| mutate(member, texts, random));
        }
        Value::Array(entries) if is_deeper && !entries.is_empty() => {
            let at = random.usize(..entries.len());
            mutate(&mut entries[at], texts, random);
        }
        value => {
            *value = match random.u8(..8) {
                0 => Value::Null,
                1 => json!(random.i64(..)),
                2 => json!(random.u8(..12)),
                3 => json!([]),
                4 => json!({}),
                5 => json!(random.bool()),
                _ => json!(texts[random.usize(..texts.len())]),
            }
        }
    }
}

/// The service of a world, which everybody may call.
fn service(world: World) -> Service {
    let rules = Rules {
        is_open: true,
        ..Rules::default()
    };
    let identity = Identity::new(String::new(), world.clock.clone(), App::new("app"), Vec::new(), rules);
    let identity = identity.expect("an identity service");
    Service::new(world, identity, Faults::new(Vec::new(), None), Log::new(None))
}

fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().expect("a runtime")
}

#[test]
fn whatever_is_sent_is_answered_or_refused() {
    let world = World::new(7, Size { customers: 3 });
    let ids = ids(&world);
    let texts = texts(&ids);
    let (service, runtime) = (service(world), runtime());
    let operations = Spec::embedded().operations();
    let mut random = Rng::with_seed(7);
    let mut answered = 0;
    for _ in 0..REQUESTS {
        let operation = &operations[random.usize(..operations.len())];
        let target = target(operation, &ids, &texts, &mut random);
        let mut body = example(operation);
        (0..random.u8(..3)).for_each(|_| mutate(&mut body, &texts, &mut random));
        let request = Request::builder().method(operation.method.as_str()).uri(&target);
        let request = request.header(CONTENT_TYPE, "application/json").body(());
        let (parts, ()) = request.expect("a request").into_parts();
        let bytes = Bytes::from(body.to_string());
        let route = Spec::embedded().route(parts.method.as_str(), parts.uri.path());
        let answer = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(service.carry_out(route, &parts, &bytes, &[]))
        }));
        // Jobs go on, so that there is room for more.
        service.world().clock.advance(Duration::from_secs(1));
        let status = answer.map(|answer| answer.status().as_u16());
        let is_expected = matches!(status, Ok(200..=204 | 400..=409));
        assert!(is_expected, "{status:?}: {} {target} {body}", operation.method);
        answered += usize::from(matches!(status, Ok(200..=204)));
    }
    assert!(answered > REQUESTS / 100, "most is refused, but not all: {answered}");
}

/// Calls go on while somebody fetches a file, however large: all of it is made without the world.
#[test]
fn a_file_is_written_while_another_has_the_world() {
    const SIZE: u64 = 20 << 20;
    let mut world = World::new(7, Size { customers: 1 });
    world.exports = Exports::new(ExportPlan::default().takes(Duration::ZERO), SIZE);
    let (service, runtime) = (service(world), runtime());
    let get = |target: &str| {
        let (parts, ()) = Request::get(target).body(()).expect("a request").into_parts();
        let Route::To(operation, path) = Spec::embedded().route("GET", parts.uri.path()) else {
            panic!("{target} leads nowhere");
        };
        service.call(operation, path, &parts, &Bytes::new(), &[])
    };
    let Ok(Answer::Json(started)) = get(
        "/insights/sharingLinks/export?exportLinkType=32&startTime=2020-01-01T00:00:00&finishTime=2030-01-01T00:00:00",
    ) else {
        panic!("no job was started");
    };
    let job = started["jobId"].as_str().expect("an id");
    let Ok(Answer::File(file)) = get(&format!("/insights/job/{job}/exportfile")) else {
        panic!("there is no file");
    };
    let held = service.world();
    let written = runtime.block_on(async {
        let answer = file.respond(&HeaderMap::new()).await.expect("a file");
        to_bytes(answer.into_body(), usize::MAX).await.expect("its bytes")
    });
    drop(held);
    assert!(written.len() as u64 >= SIZE);
}
