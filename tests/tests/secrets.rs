//! Tokens and passwords go over the wire and nowhere else.

use std::collections::{BTreeSet, HashSet};
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use avepoint_core::{
    AccessToken, BoxFuture, CallOptions, Credential, Error, ErrorKind, ExportOptions, Operation, RetryPolicy,
    SecretText, StaticToken, Transport,
};
use avepoint_elements_v3::{Client, dynamic, types};
use avepoint_tests::client::{APIS, AnyClient, secrets};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, case, run};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::cases;
use avepoint_tests::traces::Traces;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use xtask_spec::api::Api;
use xtask_spec::document::Document;

const TOKEN: &str = "eyJhbGciOi-secret-token";
/// With characters that JSON and HTML write differently.
const PASSWORDS: [&str; 3] = ["Harbour-Lantern-27", "quo\"te\\slash/é\tTab", "<b>&amp;'bold'</b>"];
const HEADER: &str = "secret-of-the-caller";

fn client(server: &Server) -> Client {
    let options = CallOptions::default()
        .retry(RetryPolicy::default().max_attempts(3))
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
async fn nothing_shows_the_headers_of_a_callers_http_client() {
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-default"), HeaderValue::from_static(HEADER))]);
    let client = Client::builder()
        .base_url("http://127.0.0.1:1")
        .credential(StaticToken::new(TOKEN))
        .transport(Transport::new().adjust_reqwest(move |http| http.default_headers(headers.clone())))
        .build()
        .expect("a client");
    for value in [&client as &dyn Debug, &client.list_customers(), client.session()] {
        let text = format!("{value:?} {value:#?}");
        assert!(!text.contains(HEADER) && text.contains("http://127.0.0.1:1"), "{text}");
    }
}

#[tokio::test]
async fn a_header_is_not_shown_in_whatever_form_the_server_reads_it() {
    let packed = STANDARD.encode("svc:lötus7");
    for (value, quotes) in [
        (
            "gehéim-key-12",
            &["gehéim-key-12", "gehÃ©im-key-12", "gehÃ©im-key", "geh%C3%A9im-key-12"][..],
        ),
        ("Bearer plum7", &["plum7", "Bearer plum7"]),
        (
            &format!("Basic {packed}"),
            &["lötus7", "lÃ¶tus7", "svc:lötus7", &packed],
        ),
        (&format!("basic {}", packed.trim_end_matches('=')), &["lötus7"]),
    ] {
        for quote in quotes {
            let said = json!({"message": format!("the key `{quote}` is unknown"), "code": quote});
            let server = Server::always(Reply::json(400, &said).header("x-note", *quote)).await;
            let options = CallOptions::default().header("x-auth", value).expect("a header");
            let error = run(&client(&server).with_options(options), "getUser")
                .await
                .expect_err("400");
            assert_eq!(error.message(), "the key `[redacted]` is unknown", "{value}");
            let shown = format!("{error} {error:#?}");
            assert!(!shown.contains(quote), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_token_of_an_earlier_call_is_not_shown() {
    let said = json!({"message": format!("{} was replaced by {}", TOKENS[0], TOKENS[1]), "code": TOKENS[0]});
    let refused = Reply::json(400, &said).header("x-request-id", TOKENS[0]);
    let server = Server::in_turn(vec![Reply::empty(404), refused]).await;
    let client = Client::builder().base_url(server.url()).credential(Fresh::default());
    let client = client.build().expect("a client");
    run(&client, "getUser").await.expect_err("404");
    let error = run(&client, "getUser").await.expect_err("400");
    assert_eq!(error.message(), "[redacted] was replaced by [redacted]");
    let shown = format!("{error} {error:#?}");
    assert!(TOKENS.iter().all(|token| !shown.contains(token)), "{shown}");
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
                Reply::json(200, &json!([{"password": password, "token": TOKEN}])),
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
            shows_none("the error", &format!("{error} {error:#?}"), PASSWORDS[0]),
            Vec::<String>::new()
        );
    }
}

/// A signed token as services issue them: some 1,200 characters.
fn long_token() -> String {
    let part = |from: u8, length: u8| URL_SAFE_NO_PAD.encode((from..from + length).collect::<Vec<u8>>());
    let claims: String = (0..15).map(|from| part(from * 10, 55)).collect();
    format!("eyJ{}.eyJ{claims}.{}", part(0, 30), part(200, 50))
}

/// What an error says, wherever it says it.
fn everything(error: &Error) -> String {
    let sources = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let sources: String = sources.map(|cause| format!("{cause} {cause:?}\n")).collect();
    format!(
        "{error}\n{error:?}\n{error:#?}\n{}\n{}\n{:?}\n{:?}\n{sources}",
        error.message(),
        error.body_excerpt(),
        error.code(),
        error.request_id()
    )
}

/// Fails if a text shows a piece of a token: as it is, or as it was written down.
fn shows_no_piece(what: &str, text: &str, token: &str, spelled: &str) {
    let shown: Vec<char> = text.to_lowercase().chars().collect();
    for (spelling, length) in [(token, 8), (spelled, 24)] {
        let spelling: Vec<char> = spelling.to_lowercase().chars().collect();
        let pieces: HashSet<_> = spelling.windows(length).collect();
        let piece = shown.windows(length).find(|piece| pieces.contains(piece));
        assert!(piece.is_none(), "{what} shows {piece:?}: {text:.3000}");
    }
}

/// The token as servers write it down.
fn quotes(token: &str) -> Vec<(&'static str, String)> {
    let percent: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let unicode: String = token.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    let html: String = token.bytes().map(|byte| format!("&#{byte};")).collect();
    let each = |write: fn(u8) -> String| token.bytes().map(write).collect::<String>();
    vec![
        ("in hexadecimal", each(|byte| format!("{byte:02x}"))),
        ("as C", each(|byte| format!("\\{byte:03o}"))),
        ("as Python", each(|byte| format!("\\U{:08x}", u32::from(byte)))),
        ("as mail", each(|byte| format!("={byte:02X}"))),
        ("as it is", token.to_owned()),
        ("in capitals", token.to_uppercase()),
        ("as a URL", percent.clone()),
        ("as a URL within a URL", percent.replace('%', "%25")),
        ("as JSON", unicode.clone()),
        ("as JSON within JSON", unicode.replace('\\', "\\\\")),
        ("as HTML", html),
        ("as base64", STANDARD.encode(format!("app:{token}"))),
        ("a part", token[..600].to_owned()),
        ("in two lines", format!("{}\r\n{}", &token[..600], &token[600..])),
    ]
}

#[tokio::test]
async fn no_piece_of_a_token_is_shown_wherever_and_however_the_server_quotes_it() {
    let (traces, _guard) = Traces::begin();
    let token = long_token();
    assert!((1100..1400).contains(&token.len()), "{}", token.len());
    for (how, quoted) in quotes(&token) {
        let line = quoted.replace(['\r', '\n'], " ");
        let said = json!({"message": format!("the token {quoted} is refused"), "code": quoted});
        let replies = [
            ("a message", Reply::json(400, &said)),
            (
                "a cut message",
                Reply::text(400, "application/json", &said.to_string()[..40 + quoted.len() / 2]),
            ),
            (
                "an inner message",
                Reply::json(500, &json!({"error": {"message": said.to_string()}})),
            ),
            ("an id", Reply::empty(404).header("x-request-id", format!("r-1 {line}"))),
            (
                "an id of a success",
                Reply::text(200, "text/plain", "no").header("request-id", line.clone()),
            ),
            (
                "a text",
                Reply::text(403, "text/plain", format!("{} {quoted}", "word ".repeat(190))),
            ),
            (
                "a title",
                Reply::text(502, "text/html", format!("<title>{quoted}</title><p>{quoted}")),
            ),
            (
                "a number in its place",
                Reply::json(200, &json!({"data": quoted, "metadata": {"totalCount": quoted}})),
            ),
            (
                "another success",
                Reply::text(200, "application/json", format!("[\"{quoted}\"]")),
            ),
        ];
        for (place, reply) in replies {
            let server = Server::always(reply).await;
            let client = Client::builder()
                .base_url(server.url())
                .credential(StaticToken::new(token.clone()))
                .options(CallOptions::default().retry(RetryPolicy::none()))
                .build()
                .expect("a client");
            let error = client.list_customers().send().await.expect_err(place);
            shows_no_piece(&format!("{place} {how}"), &everything(&error), &token, &quoted);
        }
    }
    shows_no_piece("a trace", &traces.text(), &token, &token);
}

/// Another token each time.
#[derive(Debug, Default)]
struct Fresh(AtomicUsize);

const TOKENS: [&str; 2] = ["quince-orchard-1848", "walnut-terrace-1871"];

impl Credential for Fresh {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        let token = TOKENS[self.0.fetch_add(1, Ordering::Relaxed)];
        Box::pin(async move { Ok(AccessToken::new(token, None)) })
    }
}

#[tokio::test]
async fn the_token_before_the_last_is_not_shown_either() {
    let said = json!({"message": format!("not {} but {}", TOKENS[0], TOKENS[1])});
    let server = Server::in_turn(vec![Reply::empty(401), Reply::json(400, &said)]).await;
    let client = Client::builder().base_url(server.url()).credential(Fresh::default());
    let error = run(&client.build().expect("a client"), "getUser")
        .await
        .expect_err("400");
    assert_eq!(error.message(), "not [redacted] but [redacted]");
}

#[tokio::test]
async fn an_id_of_a_request_is_short_and_one_line() {
    for (id, shown) in [
        ("a\tb".to_owned(), "a b".to_owned()),
        ("x".repeat(60_000), format!("{}…", "x".repeat(100))),
    ] {
        let server = Server::always(Reply::empty(404).header("x-request-id", id)).await;
        let error = run(&client(&server), "getUser").await.expect_err("404");
        assert_eq!(error.request_id(), Some(shown.as_str()));
    }
}

#[tokio::test]
async fn an_export_shows_no_piece_of_a_token() {
    let (traces, _guard) = Traces::begin();
    let token = long_token();
    for (how, quoted) in quotes(&token) {
        let said = format!("the token {quoted} is refused");
        let started = json!({"jobId": "1", "status": 200, "message": ""});
        let finished = json!({"jobStatus": 2, "status": 200, "message": said});
        for (place, start, status, file) in [
            (
                "a start",
                json!({"jobId": null, "status": 500, "message": said}),
                json!({}),
                json!({}),
            ),
            (
                "a failed job",
                started.clone(),
                json!({"jobStatus": 3, "status": 200, "message": said}),
                json!({}),
            ),
            (
                "a job without a status",
                started.clone(),
                json!({"status": 500, "message": said}),
                json!({}),
            ),
            (
                "a file of JSON",
                started.clone(),
                finished,
                json!({"status": 404, "message": said}),
            ),
        ] {
            let server = Server::start(move |request, _| match request.path.rsplit('/').next() {
                Some("exportstatus") => Reply::json(200, &status),
                Some("exportfile") => Reply::json(200, &file),
                _ => Reply::json(200, &start),
            })
            .await;
            let client = avepoint_insights::Client::builder()
                .base_url(server.url())
                .credential(StaticToken::new(token.clone()))
                .options(CallOptions::default().retry(RetryPolicy::none()))
                .clock(Arc::new(FakeClock::at(START)))
                .build()
                .expect("a client");
            let events = Arc::new(Mutex::new(String::new()));
            let listener = Arc::clone(&events);
            let options = ExportOptions::default().on_event(move |event| {
                let mut events = listener.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(events, "{event:?} {event:#?}").expect("a text grows");
            });
            let folder = tempfile::tempdir().expect("a folder");
            let outcome = async {
                let job = client
                    .export_site_permissions()
                    .site_urls(vec!["https://northwind.example/sites/a".to_owned()])
                    .start_with(options)
                    .await?;
                job.download_to(folder.path().join("report.zip")).await
            };
            let error = outcome.await.expect_err(place);
            let all = format!(
                "{}\n{}",
                everything(&error),
                events.lock().unwrap_or_else(PoisonError::into_inner)
            );
            assert!(
                all.contains("the token ") && all.contains("[redacted]"),
                "{place} {how}: {all}"
            );
            shows_no_piece(&format!("{place} {how}"), &all, &token, &quoted);
        }
    }
    shows_no_piece("a trace", &traces.text(), &token, &token);
}

/// The names of the members that a spec calls secrets, found without any of the generator's code.
fn secret_members(value: &Value, member: &str, found: &mut BTreeSet<String>) {
    if value["format"] == "password" {
        found.insert(member.to_owned());
    }
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties
                    .iter()
                    .for_each(|(name, value)| secret_members(value, name, found));
            }
            (_, value) => secret_members(value, member, found),
        }),
        Value::Array(entries) => entries.iter().for_each(|entry| secret_members(entry, member, found)),
        _ => {}
    }
}

/// Puts a secret into each of these members; tells whether there is one.
fn fill(value: &mut Value, members: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(object) => object.iter_mut().fold(false, |any, (name, value)| {
            let secret = members.contains(name);
            if secret {
                *value = "Quince-Orchard-58".into();
            }
            any | secret | fill(value, members)
        }),
        Value::Array(entries) => entries.iter_mut().fold(false, |any, entry| any | fill(entry, members)),
        _ => false,
    }
}

#[tokio::test]
async fn every_member_that_a_spec_calls_a_secret_is_hidden() {
    let mut seen = 0;
    for api in APIS {
        let spec = Document::load(&Api::parse(api).expect("an API").spec())
            .expect("a spec")
            .value;
        let mut members = BTreeSet::new();
        secret_members(&spec, "", &mut members);
        assert_eq!(secrets(api), Vec::from_iter(&members), "{api}");
        for case in cases(api) {
            for mut body in case.body.iter().chain(&case.answer).cloned() {
                if !fill(&mut body, &members) {
                    continue;
                }
                seen += 1;
                let text = body.to_string();
                for (status, body) in [
                    (400, &text[..]),
                    (500, &text[..]),
                    (200, &text[..text.len() - 1]),
                    (200, "[]"),
                ] {
                    let body = body.to_owned();
                    let server = Server::always(Reply::text(status, "application/json", body.clone())).await;
                    let call = AnyClient::new(api, &server.url());
                    let error = call.call(&case.id, case.parameters.clone()).await.expect_err(&body);
                    let all = everything(&error);
                    assert!(!all.contains("Orchard-58"), "{} {status}: {all}", case.id);
                }
            }
        }
    }
    assert!(seen >= 1, "there is a secret to hide");
}

#[tokio::test]
async fn a_secret_member_is_hidden_in_whatever_the_server_writes() {
    for body in [
        "<e xmlns:a='urn:a'><a:Password>Orchard 58</a:Password></e>",
        "<e><password type='t'>Orchard 58</password></e>",
        "<e><password><![CDATA[Orchard <58>]]></password></e>",
        r#"{"password"=>"Orchard 58"}"#,
        "['password' => 'Orchard 58']",
        "id: 1\npassword: Orchard58\n",
        "Password=Orchard 58;Id=1",
        r#"{"properties.password": "Orchard 58"}"#,
    ] {
        for reply in [
            Reply::text(400, "text/plain", body),
            Reply::json(400, &json!({"message": body})),
        ] {
            let server = Server::always(reply).await;
            let error = run(&client(&server), "getUser").await.expect_err("400");
            let all = everything(&error);
            assert!(
                !all.contains("Orchard") && !all.contains("58") && all.contains("[redacted]"),
                "{body}: {all}"
            );
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_trace_has_the_fields_of_opentelemetry_and_no_secret() {
    let (traces, _guard) = Traces::begin();
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
    let first = traces.text();
    onboard().await.expect_err("400");
    onboard().await.expect_err("the server hangs up");
    run(&client, "getUser").await.expect_err("the server hangs up");

    let text = traces.text();
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
