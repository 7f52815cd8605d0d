//! Secrets that answers hold, with the client of the garden, whose gardeners have one in each form that a spec can say:
//! they are read, written out as they came, and shown nowhere.

use std::fmt::Debug;
use std::sync::Arc;

use avepoint_core::{ApiClient, CallOptions, Error, ResponseRecorder, RetryPolicy, StaticToken};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::START;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::traces::Traces;
use serde_json::{Value, json};
use xtask_codegen_golden::{Client, types};

/// A gardener with a secret in each member that can hold one; each says `Sesame`.
fn gardener() -> Value {
    json!({
        "id": "g-1",
        "firstPassword": "Open-Sesame-1",
        "gateKey": "Open-Sesame-2",
        "shedKey": "Open-Sesame-3",
        "badgeId": "Open-Sesame-4",
        "pin": "Open-Sesame-5",
        "former": ["Open-Sesame-6"],
        "keys": ["Open-Sesame-7", "Open-Sesame-\"8"],
        "gates": {"east": "Open-Sesame-9"},
        "access": {"gate": "east", "gateKey": "Open-Sesame-10", "more": [{"PassWord": "Open-Sesame-11"}]},
    })
}

fn new_gardener() -> types::NewGardener {
    let request = json!({
        "email": "moss@garden.example",
        "password": "Open-Sesame-1",
        "keys": ["Open-Sesame-2"],
        "gates": {"east": "Open-Sesame-3"},
    });
    serde_json::from_value(request).expect("a request")
}

fn client(server: &Server, options: CallOptions) -> Client {
    Client::builder()
        .base_url(server.url())
        .credential(StaticToken::new("a-token"))
        .options(options.retry(RetryPolicy::none()))
        .clock(Arc::new(FakeClock::at(START)))
        .build()
        .expect("a client")
}

fn hides(what: &str, shown: &impl Debug) {
    for text in [format!("{shown:?}"), format!("{shown:#?}")] {
        assert!(!text.contains("Sesame"), "{what} shows a secret: {text}");
    }
}

fn everything(error: &Error) -> String {
    let sources = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let sources: String = sources.map(|cause| format!("{cause} {cause:?}\n")).collect();
    let code = error.code().unwrap_or_default();
    format!(
        "{error}\n{error:?}\n{error:#?}\n{code} {}\n{}\n{sources}",
        error.message(),
        error.body_excerpt()
    )
}

#[tokio::test]
async fn an_answer_is_written_out_as_it_came_and_shows_no_secret() {
    let (traces, _guard) = Traces::begin();
    let pages = [
        json!({"values": [gardener()], "nextLink": "t-2"}),
        json!({"values": [gardener()]}),
    ];
    let (one, [first, last]) = (gardener(), pages.clone());
    let server = Server::start(move |request, _| {
        let reply = match request.json() {
            body if body["password"] != Value::Null => &one,
            body if body["nextLink"] == "t-2" => &last,
            _ => &first,
        };
        Reply::json(200, reply).header("set-cookie", "Open-Sesame-12")
    })
    .await;
    let recorder = ResponseRecorder::default();
    let client = client(&server, CallOptions::default().record_responses(&recorder));

    let answer = client
        .add_gardener()
        .body(new_gardener())
        .send()
        .await
        .expect("a gardener")
        .into_inner();
    assert_eq!(serde_json::to_value(&answer).expect("JSON"), gardener());
    hides("the gardener", &answer);
    let access = answer.access.as_ref().expect("access");
    assert!(
        format!("{access:?}").contains("\"gate\": String(\"east\")"),
        "{access:?}"
    );
    hides("its access", &access.as_gate_access().expect("an object"));
    assert_eq!(
        access
            .as_gate_access()
            .expect("an object")
            .gate_key
            .expect("a key")
            .expose(),
        "Open-Sesame-10"
    );

    let gardeners = client.search_gardeners().stream().collect_all().await;
    let gardeners = gardeners.expect("gardeners");
    assert_eq!(
        serde_json::to_value(&gardeners).expect("JSON"),
        json!([gardener(), gardener()])
    );
    hides("the gardeners", &gardeners);

    let recorded = recorder.take();
    hides("the recorder", &recorder);
    hides("the recorded answers", &recorded);
    assert!(format!("{:?}", recorded[0]).contains("addGardener"), "{recorded:?}");
    let bodies: Vec<Value> = recorded
        .iter()
        .map(|answer| serde_json::from_slice(&answer.body).expect("JSON"))
        .collect();
    let [first, last] = pages;
    assert_eq!(bodies, [gardener(), first, last], "what was recorded is as it came");

    hides("the request", &new_gardener());
    hides("its builder", &types::builder::NewGardener::from(new_gardener()));
    hides("the call", &client.add_gardener().body(new_gardener()));
    assert_eq!(
        server.received()[0].json()["gates"]["east"],
        "Open-Sesame-3",
        "it does go over the wire"
    );
    assert!(!traces.text().contains("Sesame"), "{}", traces.text());
}

/// A server that gives these answers in turn, each to a read and to a write; what their errors say.
async fn errors(replies: Vec<Reply>) -> Vec<String> {
    let count = replies.len();
    let server = Server::start(move |_, number| replies[number / 2].clone()).await;
    let client = client(&server, CallOptions::default());
    let mut shown = Vec::new();
    for _ in 0..count {
        // One that is cut behind its last brace can be read.
        for error in [
            client.search_gardeners().send().await.err(),
            client.add_gardener().body(new_gardener()).send().await.err(),
        ] {
            shown.extend(error.as_ref().map(everything));
        }
    }
    shown
}

#[tokio::test]
async fn an_answer_that_is_cut_anywhere_shows_no_secret() {
    let (traces, _guard) = Traces::begin();
    let whole = json!({"values": [gardener()]}).to_string();
    let pretty = serde_json::to_string_pretty(&json!({"values": [gardener()]})).expect("JSON");
    let mut replies = Vec::new();
    for body in [&whole, &pretty] {
        replies.extend(
            (0..body.len())
                .step_by(7)
                .map(|end| Reply::text(200, "application/json", &body[..end])),
        );
    }
    let shown = errors(replies).await;
    // An excerpt that hid all would be none: the names are there.
    assert!(
        shown
            .iter()
            .any(|text| text.contains("shedKey") && text.contains("[redacted]"))
    );
    assert!(shown.len() > (whole.len() + pretty.len()) / 7);
    for text in shown {
        assert!(!text.contains("Sesame") && !text.contains("Open-Ses"), "{text}");
    }
    assert!(!traces.text().contains("Sesame"));
}

#[tokio::test]
async fn no_error_of_any_kind_shows_a_secret_of_the_server() {
    let (traces, _guard) = Traces::begin();
    let said = |message: &str| {
        let mut body = gardener();
        body["message"] = message.into();
        body["code"] = "Open-Sesame-3".into();
        body
    };
    let quoting = said("the key Open-Sesame-2 does not fit 'open-sesame-1' nor T3Blbi1TZXNhbWUtMw==");
    let nested = json!({"error": {"message": gardener().to_string(), "details": [quoting.clone()]}});
    let unreadable =
        json!({"values": [{"id": {"password": "Open-Sesame-1"}, "access": "Open-Sesame-2"}], "pin": "Open-Sesame-2"});
    let page = format!("<html><title>{}</title>", gardener().to_string().replace('"', "&quot;"));
    let mut replies = Vec::new();
    for body in [
        &quoting,
        &nested,
        &gardener(),
        &json!([gardener()]),
        &json!({"errors": gardener()}),
        &unreadable,
    ] {
        for status in [200, 400, 401, 403, 409, 500, 503] {
            replies.push(Reply::json(status, body));
            let capitals = body.to_string().replace("\"firstPassword\"", "\"FIRSTPASSWORD\"");
            replies.push(Reply::text(status, "application/json", &capitals[..capitals.len() - 1]));
        }
    }
    for (kind, body) in [
        ("text/html", page.as_str()),
        ("text/plain", "password=Open-Sesame-1&pin='Open-Sesame-2'"),
        (
            "text/xml",
            "<gardener><password>Open-Sesame-1</password><pin>Open-Sesame-2</pin></gardener>",
        ),
    ] {
        replies.extend([200, 400, 500].map(|status| Reply::text(status, kind, body)));
    }
    let least = replies.len();
    let shown = errors(replies).await;
    assert!(shown.len() >= least, "{}", shown.len());
    for text in shown {
        let plain = text.to_lowercase();
        assert!(!plain.contains("sesame") && !plain.contains("t3blbi1t"), "{text}");
    }
    assert!(!traces.text().contains("Sesame"));
}

#[test]
fn the_names_of_all_secrets_are_known() {
    assert_eq!(
        Client::SECRETS,
        [
            "badgeId",
            "firstPassword",
            "former",
            "gateKey",
            "gates",
            "keys",
            "lockCode",
            "password",
            "pin",
            "shedKey",
        ]
    );
}
