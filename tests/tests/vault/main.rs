//! Secrets that answers hold, with the client of an API made up for it: they are read, written out as they came, and
//! shown nowhere.

// The features of a client's crate are none of this one's.
#![allow(unexpected_cfgs)]

#[allow(dead_code)]
#[rustfmt::skip]
mod generated;

use std::fmt::Debug;
use std::sync::Arc;

use avepoint_core::{ApiClient, CallOptions, Capture, Error, RetryPolicy, StaticToken};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::START;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::traces::Traces;
use generated::{Client, types};
use serde_json::{Value, json};

/// A store with a secret in each member that can hold one; each says `Sesame`.
fn store() -> Value {
    json!({
        "id": "s-1",
        "password": "Open-Sesame-1",
        "accountKey": "Open-Sesame-2",
        "secretAccessKey": "Open-Sesame-3",
        "keyId": "Open-Sesame-4",
        "pin": "Open-Sesame-5",
        "former": ["Open-Sesame-6"],
        "keys": ["Open-Sesame-7", "Open-Sesame-\"8"],
        "labels": {"east": "Open-Sesame-9"},
        "access": {"accountName": "vault", "accountKey": "Open-Sesame-10", "more": [{"PassWord": "Open-Sesame-11"}]},
    })
}

fn new_store() -> types::NewStore {
    let request = json!({"password": "Open-Sesame-1", "keys": ["Open-Sesame-2"], "labels": {"east": "Open-Sesame-3"}});
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
    let page = json!({"data": [store()], "metadata": {"totalCount": 1}});
    let (one, list) = (store(), page.clone());
    let server = Server::start(move |request, _| {
        let reply = if request.method == "POST" { &one } else { &list };
        Reply::json(200, reply).header("set-cookie", "Open-Sesame-12")
    })
    .await;
    let capture = Capture::default();
    let client = client(&server, CallOptions::default().capture(&capture));

    let answer = client
        .add_store()
        .body(new_store())
        .send()
        .await
        .expect("a store")
        .into_inner();
    assert_eq!(serde_json::to_value(&answer).expect("JSON"), store());
    hides("the store", &answer);
    let access = answer.access.as_ref().expect("access");
    assert!(
        format!("{access:?}").contains("\"accountName\": String(\"vault\")"),
        "{access:?}"
    );
    hides("its access", &access.as_azure_access().expect("an object"));
    assert_eq!(
        access
            .as_azure_access()
            .expect("an object")
            .account_key
            .expect("a key")
            .expose(),
        "Open-Sesame-10"
    );

    let stores = client.list_stores().stream().collect_all().await.expect("stores");
    assert_eq!(serde_json::to_value(&stores).expect("JSON"), page["data"]);
    hides("the stores", &stores);

    let recorded = capture.take();
    hides("the capture", &capture);
    hides("the recorded answers", &recorded);
    assert!(format!("{:?}", recorded[0]).contains("addStore"), "{recorded:?}");
    let bodies: Vec<Value> = recorded
        .iter()
        .map(|answer| serde_json::from_slice(&answer.body).expect("JSON"))
        .collect();
    // A count that may be the page's own is asked about once more.
    assert_eq!(bodies, [store(), page.clone(), page], "what was recorded is as it came");

    hides("the request", &new_store());
    hides("its builder", &types::builder::NewStore::from(new_store()));
    hides("the call", &client.add_store().body(new_store()));
    assert_eq!(
        server.received()[0].json()["labels"]["east"],
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
            client.list_stores().send().await.err(),
            client.add_store().body(new_store()).send().await.err(),
        ] {
            shown.extend(error.as_ref().map(everything));
        }
    }
    shown
}

#[tokio::test]
async fn an_answer_that_is_cut_anywhere_shows_no_secret() {
    let (traces, _guard) = Traces::begin();
    let whole = json!({"data": [store()]}).to_string();
    let pretty = serde_json::to_string_pretty(&json!({"data": [store()]})).expect("JSON");
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
            .any(|text| text.contains("secretAccessKey") && text.contains("[redacted]"))
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
        let mut body = store();
        body["message"] = message.into();
        body["code"] = "Open-Sesame-3".into();
        body
    };
    let quoting = said("the key Open-Sesame-2 does not fit 'open-sesame-1' nor T3Blbi1TZXNhbWUtMw==");
    let nested = json!({"error": {"message": store().to_string(), "details": [quoting.clone()]}});
    let unreadable =
        json!({"data": [{"id": {"password": "Open-Sesame-1"}, "access": "Open-Sesame-2"}], "pin": "Open-Sesame-2"});
    let page = format!("<html><title>{}</title>", store().to_string().replace('"', "&quot;"));
    let mut replies = Vec::new();
    for body in [
        &quoting,
        &nested,
        &store(),
        &json!([store()]),
        &json!({"errors": store()}),
        &unreadable,
    ] {
        for status in [200, 400, 401, 403, 409, 500, 503] {
            replies.push(Reply::json(status, body));
            let capitals = body.to_string().replace("\"password\"", "\"PASSWORD\"");
            replies.push(Reply::text(status, "application/json", &capitals[..capitals.len() - 1]));
        }
    }
    for (kind, body) in [
        ("text/html", page.as_str()),
        ("text/plain", "password=Open-Sesame-1&pin='Open-Sesame-2'"),
        (
            "text/xml",
            "<store><password>Open-Sesame-1</password><pin>Open-Sesame-2</pin></store>",
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
            "accountKey",
            "former",
            "keyId",
            "keys",
            "labels",
            "password",
            "pin",
            "secretAccessKey"
        ]
    );
}
