//! Tokens and passwords go over the wire and nowhere else.

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use avepoint_core::{CallOptions, ErrorKind, RetryPolicy, SecretText, StaticToken};
use avepoint_elements_v3::{Client, dynamic, types};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, case, run};
use avepoint_tests::server::{Reply, Server};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const TOKEN: &str = "eyJhbGciOi-secret-token";
/// With characters that JSON and HTML write differently.
const PASSWORDS: [&str; 3] = ["Harbour-Lantern-27", "quo\"te\\slash/é\tTab", "<b>&amp;'bold'</b>"];
const HEADER: &str = "secret-of-the-caller";

fn client(server: &Server) -> Client {
    let options = CallOptions::default()
        .retry(RetryPolicy {
            attempts: 3,
            ..RetryPolicy::default()
        })
        .header("x-api-key", HEADER)
        .expect("a header");
    Client::builder()
        .base_url(server.url())
        .credential(StaticToken::new(TOKEN))
        .options(options)
        .clock(Arc::new(FakeClock::at(START)))
        .build()
        .expect("a client")
}

fn customer(password: &str) -> types::OnboardCustomerRequest {
    let mut body = case("onboardCustomer").body.clone().expect("an example");
    body["password"] = json!(password);
    serde_json::from_value(body).expect("a request")
}

/// What must stand nowhere: the secrets as they are, and the password as JSON and HTML spell it.
fn spellings(password: &str) -> Vec<String> {
    let json = serde_json::to_string(password).expect("JSON");
    let ascii = json.replace('é', "\\u00e9");
    let html = password
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let mut all = vec![TOKEN.to_owned(), HEADER.to_owned(), password.to_owned(), html];
    all.extend([json, ascii].map(|quoted| quoted[1..quoted.len() - 1].to_owned()));
    all
}

fn shows_none(what: &str, text: &str, password: &str) -> Vec<String> {
    let shown = spellings(password)
        .into_iter()
        .filter(|secret| text.contains(secret.as_str()));
    shown
        .map(|secret| format!("{what} shows {secret}: {text:.400}"))
        .collect()
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_token_or_a_password() {
    let server = Server::always(Reply::empty(400)).await;
    let client = client(&server);
    let mut problems = Vec::new();
    for password in PASSWORDS {
        let request = customer(password);
        let typed = types::OnboardCustomerRequest::builder().password(password);
        let printed: [(&str, &dyn Debug); 10] = [
            ("the client", &client),
            ("the session", client.session()),
            ("its options", client.session().options()),
            ("the credential", &StaticToken::new(TOKEN)),
            (
                "the client's builder",
                &Client::builder()
                    .credential(StaticToken::new(TOKEN))
                    .options(client.session().options().clone()),
            ),
            ("the request", &request),
            ("the request's builder", &typed),
            ("the call", &client.onboard_customer().body(request.clone())),
            (
                "the call of a builder",
                &client.onboard_customer().body_map(|body| body.password(password)),
            ),
            ("the password", &SecretText::from(password)),
        ];
        for (what, value) in printed {
            problems.extend(shows_none(what, &format!("{value:?}"), password));
            problems.extend(shows_none(what, &format!("{value:#?}"), password));
        }
        // A value that cannot become the member must not be quoted in the refusal either.
        let mut parameters = case("onboardCustomer").parameters.clone();
        parameters["body"]["password"] = json!([password]);
        let refusal = dynamic::call(&client, "onboardCustomer", parameters)
            .await
            .expect_err("a list");
        problems.extend(shows_none("a refusal", &format!("{refusal} {refusal:?}"), password));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_error_shows_no_secret_that_the_server_quotes() {
    let mut problems = Vec::new();
    for password in PASSWORDS {
        let quoted = json!({
            "message": format!("Bearer {TOKEN} may not set the password {password}"),
            "code": password,
            "request": {"password": password},
        });
        let plain = format!("{TOKEN} {password}");
        let escaped = quoted.to_string().replace('é', "\\u00e9");
        let page = format!(
            "<html><title>{}</title>",
            password.replace('&', "&amp;").replace('<', "&lt;")
        );
        for (what, reply) in [
            ("JSON with 400", Reply::json(400, &quoted)),
            ("ASCII JSON with 400", Reply::text(400, "application/json", escaped)),
            (
                "JSON in JSON with 500",
                Reply::json(500, &json!({"error": {"message": quoted.to_string()}})),
            ),
            ("text with 400", Reply::text(400, "text/plain", plain.clone())),
            ("a page with 502", Reply::text(502, "text/html", page.clone())),
            ("text with 200", Reply::text(200, "text/plain", plain)),
            ("a page with 200", Reply::text(200, "text/html", page)),
            (
                "another kind of value with 200",
                Reply::json(200, &json!({"id": {"password": password, "token": TOKEN}})),
            ),
        ] {
            let server = Server::always(reply).await;
            let error = client(&server)
                .onboard_customer()
                .body(customer(password))
                .send()
                .await
                .expect_err(what);
            assert!(
                matches!(error.kind(), ErrorKind::Status | ErrorKind::Decode),
                "{what}: {error}"
            );
            let sources = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let mut all = format!(
                "{error}\n{error:?}\n{error:#?}\n{}\n{}",
                error.message(),
                error.body_excerpt()
            );
            sources.for_each(|cause| write!(all, "\n{cause} {cause:?}").expect("a text grows"));
            problems.extend(shows_none(what, &all, password));
            assert!(
                server.received()[0].json()["password"] == password,
                "it does go over the wire"
            );
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[tokio::test]
async fn an_error_of_the_connection_shows_no_secret() {
    for reply in [Reply::HangUp, Reply::Cut(format!("{{\"id\": \"{TOKEN}").into())] {
        let server = Server::always(reply).await;
        let error = client(&server)
            .onboard_customer()
            .body(customer(PASSWORDS[0]))
            .send()
            .await
            .expect_err("cut");
        assert_eq!(
            shows_none("the error", &format!("{error} {error:?}"), PASSWORDS[0]),
            Vec::<String>::new()
        );
    }
}

/// Keeps everything that any crate traces, as lines of text.
#[derive(Clone, Default)]
struct Collector {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a text grows");
    }
}

impl Collector {
    fn keep(&self, start: String, record: impl FnOnce(&mut Line)) {
        let mut line = Line(start);
        record(&mut line);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }

    fn text(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.spans.fetch_add(1, Ordering::Relaxed) + 1;
        let metadata = attributes.metadata();
        self.keep(format!("span {id} {} {}", metadata.target(), metadata.name()), |line| {
            attributes.record(line)
        });
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.keep(format!("span {} has", span.into_u64()), |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.keep(format!("event {}", event.metadata().target()), |line| {
            event.record(line)
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(flavor = "current_thread")]
async fn a_trace_has_the_fields_of_opentelemetry_and_no_secret() {
    let collector = Collector::default();
    // With a single dispatcher tracing asks the thread that first reaches a place whether it is wanted, and the other
    // tests of this file have threads of their own that want nothing.
    let _second = tracing::Dispatch::new(collector.clone());
    let _guard = tracing::subscriber::set_default(collector.clone());
    let done = json!({"id": "new-customer", "status": 1});
    let quoting = json!({"message": format!("{TOKEN} {}", PASSWORDS[0])});
    let server = Server::in_turn(vec![
        Reply::empty(429),
        Reply::empty(429),
        Reply::json(200, &done),
        Reply::json(400, &quoting),
        Reply::HangUp,
    ])
    .await;
    let client = client(&server);
    let onboard = || client.onboard_customer().body(customer(PASSWORDS[0])).send();
    onboard().await.expect("a success in the end");
    let first = collector.text();
    onboard().await.expect_err("400");
    onboard().await.expect_err("the server hangs up");
    run(&client, "getUser").await.expect_err("the server hangs up");

    let text = collector.text();
    assert_eq!(shows_none("a trace", &text, PASSWORDS[0]), Vec::<String>::new());
    // Nor what else is nobody's business: what was sent and to whom.
    let user = case("getUser").parameters["userId"].as_str().expect("an id");
    for private in ["ines.moreau@northwind.example", "Northwind", user] {
        let ours: Vec<_> = text
            .lines()
            .filter(|line| line.contains("avepoint") && line.contains(private))
            .collect();
        assert!(ours.is_empty(), "{ours:?}");
    }
    for field in [
        "otel.name=POST /partner/external/v3/general/customers",
        "otel.kind=\"client\"",
        "http.request.method=\"POST\"",
        "url.template=\"/partner/external/v3/general/customers\"",
        "server.address=\"127.0.0.1\"",
        "server.port=",
        "http.response.status_code=429",
        "http.response.status_code=200",
        "attempt=2",
    ] {
        assert!(first.contains(field), "{field} is not in\n{first}");
    }
    for field in [
        "http.response.status_code=400",
        "error.type=",
        "url.template=\"/partner/external/v3/um/customers/{customerId}",
    ] {
        assert!(text.contains(field), "{field} is not in\n{text}");
    }
    // The third time it was sent was the second time that it was sent again.
    let counts: Vec<_> = first
        .lines()
        .filter_map(|line| line.split("http.request.resend_count=").nth(1))
        .collect();
    assert_eq!(counts.last(), Some(&"2"), "{first}");
}
