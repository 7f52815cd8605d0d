//! Secrets, keys, passwords, assertions and tokens go over the wire and nowhere else.

mod auth;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth::{CLIENT, Keys, LIST, SECRET, clock, form, pass, token, until};
use avepoint_auth::{
    ClientCertificate, ClientCertificateCredential, ClientSecretCredential, EnvironmentCredential, FileStore,
    MemoryStore, StoredToken, TokenKey, TokenStore,
};
use avepoint_core::{Credential, RetryPolicy};
use avepoint_tests::server::{Received, Reply, Server};
use jiff::Timestamp;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const TOKEN: &str = "eyJhbGciOi-secret-token";
const PASSWORD: &str = "open-sesame-7";

/// Keeps everything that is traced, at every level and from every crate.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a text grows");
    }
}

impl Collector {
    fn keep(&self, record: impl FnOnce(&mut Line<'_>), metadata: Option<&Metadata<'_>>) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(metadata) = metadata {
            write!(text, "{} {}", metadata.level(), metadata.target()).expect("a text grows");
        }
        record(&mut Line(&mut text));
        text.push('\n');
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.keep(|line| attributes.record(line), Some(attributes.metadata()));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.keep(|line| values.record(line), None);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.keep(|line| event.record(line), Some(event.metadata()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Fails if one of the secrets stands in a text.
fn hides(what: &str, text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{what} shows {secret}: {text}");
    }
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_secret() {
    let builder = || ClientSecretCredential::builder(CLIENT, SECRET).identity_url("https://me:s3cr3t@id.example.com");
    hides("the builder", &shown(&builder()), &["s3cr3t"]);
    hides(
        "its error",
        &shown(&builder().build().expect_err("a password")),
        &["s3cr3t"],
    );
    let credential = ClientSecretCredential::builder(CLIENT, SECRET)
        .build()
        .expect("a credential");
    let text = shown(&credential);
    hides("the credential", &text, &["s3cr3t"]);
    assert!(
        text.contains("ClientSecretCredential") && text.contains(CLIENT),
        "{text}"
    );
    let environment = EnvironmentCredential::from_variables(|name| match name {
        "AVEPOINT_CLIENT_ID" => Ok(CLIENT.to_owned()),
        "AVEPOINT_CLIENT_SECRET" => Ok(SECRET.to_owned()),
        _ => Err(std::env::VarError::NotPresent),
    });
    let environment = environment.expect("variables");
    hides("the builder of the environment", &shown(&environment), &["s3cr3t"]);
    hides(
        "the environment",
        &shown(&environment.build().expect("a credential")),
        &["s3cr3t"],
    );

    let stored = StoredToken::new(TOKEN, Timestamp::UNIX_EPOCH, Timestamp::MAX);
    hides("a stored token", &shown(&stored), &[TOKEN]);
    let key = TokenKey::new("https://id.example.com", CLIENT, "scope");
    let memory = MemoryStore::default();
    memory.put(&key, &stored).await.expect("kept");
    hides("the memory", &shown(&memory), &[TOKEN]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = FileStore::new(folder.path().join("tokens.json")).expect("a store");
    file.put(&key, &stored).await.expect("kept");
    hides("the file", &shown(&file), &[TOKEN]);

    let Some(keys) = Keys::rsa() else { return };
    let path = keys.path("app.pfx");
    keys.run(&format!(
        "pkcs12 -export -in app.crt -inkey app.key -out app.pfx -passout pass:{PASSWORD}"
    ));
    let certificate = ClientCertificate::from_file(path, Some(PASSWORD)).expect("a certificate");
    // The numbers of the key, as PEM and as lists of bytes write them.
    let numbers = keys.run("rsa -in app.key -traditional");
    let body: Vec<&str> = numbers.lines().filter(|line| !line.starts_with('-')).collect();
    let text = shown(&certificate);
    hides("the certificate", &text, &body);
    hides("the certificate", &text, &[PASSWORD]);
    assert!(text.len() < 600, "there is no room for a key: {text}");
    let builder = ClientCertificateCredential::builder(CLIENT, certificate);
    hides("its builder", &shown(&builder), &body);
    hides("its credential", &shown(&builder.build().expect("a credential")), &body);
}

/// Whatever the server makes of what it is sent: it is quoted back in every place.
fn quoting(request: &Received, secret: &str) -> Reply {
    let encoded = std::str::from_utf8(&request.body).expect("text").to_owned();
    Reply::json(
        401,
        &json!({
            "error": format!("invalid_client {secret}"),
            "error_description": format!("{secret} of {encoded}"),
            "access_token": TOKEN,
        }),
    )
}

#[tokio::test]
async fn no_error_and_no_trace_shows_a_secret() {
    let collector = Collector::default();
    let _guard = tracing::subscriber::set_default(collector.clone());
    let clock = clock();
    let server = Server::start(|request, count| match count {
        0 => Reply::empty(503),
        1 => Reply::HangUp,
        2 => token(TOKEN, 3600),
        3 => quoting(request, SECRET),
        4 => Reply::text(200, "text/html", format!("<p>{TOKEN}")),
        5 => Reply::json(200, &json!({"access_token": format!("{TOKEN}\n")})),
        6 => Reply::Cut(format!("{{\"access_token\":\"{TOKEN}").into()),
        _ => Reply::text(400, "application/json", format!("{{\"access_token\":\"{TOKEN}\"")),
    })
    .await;
    let patient = ClientSecretCredential::builder(CLIENT, SECRET)
        .identity_url(server.url())
        .clock(clock.clone())
        .retry(RetryPolicy::default())
        .build()
        .expect("a credential");
    patient.token(&LIST).await.expect("a token");
    // A renewal that fails, and is reported in a warning.
    pass(&clock, 3400);
    patient.token(&LIST).await.expect("it still holds");
    until("the renewal has failed", async || {
        collector.text().contains("renewing the access token failed")
    })
    .await;
    let once = auth::secret(&server, &clock).build().expect("a credential");
    let encoded = "s3cr3t%26of";
    for _ in 4..8 {
        let error = once.token(&LIST).await.expect_err("no token");
        hides("an error", &format!("{error} {error:#?}"), &[TOKEN, SECRET, encoded]);
    }
    assert_eq!(server.received().len(), 8);
    let text = collector.text();
    assert!(text.contains("is sent again") && text.contains("[redacted]"), "{text}");
    hides("a trace", &text, &[TOKEN, SECRET, encoded]);
}

#[tokio::test]
async fn a_token_that_holds_is_shown_by_no_failure_of_the_next_one() {
    const STORED: &str = "stored-token-of-yesterday";
    let collector = Collector::default();
    let _guard = tracing::subscriber::set_default(collector.clone());
    let clock = clock();
    let said = format!("the tokens {TOKEN} and {STORED} are still good");
    let refusal = Reply::json(400, &json!({"error": "invalid_request", "error_description": said}));
    let server = Server::start(move |_, count| match count {
        0 => token(TOKEN, 3600),
        _ => refusal.clone(),
    })
    .await;
    let store = MemoryStore::default();
    let key = TokenKey::new(&server.url(), CLIENT, "things.readwrite.all");
    let now = avepoint_core::Clock::now(&*clock);
    let stored = StoredToken::new(STORED, now, now + Duration::from_secs(50 * 60));
    store.put(&key, &stored).await.expect("memory");
    let credential = auth::secret(&server, &clock)
        .store(store)
        .build()
        .expect("a credential");
    for (operation, expected) in [(&LIST, TOKEN), (&auth::ADD, STORED)] {
        let token = credential.token(operation).await.expect("a token");
        assert_eq!(token.expose(), expected);
    }
    // For another permission, and in place of one that still holds.
    let error = credential.token(&auth::PING).await.expect_err("refused");
    assert!(
        error
            .message()
            .contains("the tokens [redacted] and [redacted] are still good"),
        "{error}"
    );
    hides("an error", &format!("{error} {error:#?}"), &[TOKEN, STORED]);
    pass(&clock, 3400);
    credential.token(&LIST).await.expect("it still holds");
    until("the renewal has failed", async || {
        collector.text().contains("renewing the access token failed")
    })
    .await;
    hides("a trace", &collector.text(), &[TOKEN, STORED]);
}

#[tokio::test]
async fn no_error_and_no_trace_shows_an_assertion_or_a_password() {
    let Some(keys) = Keys::rsa() else { return };
    let collector = Collector::default();
    let _guard = tracing::subscriber::set_default(collector.clone());
    let server = Server::start(|request, _| quoting(request, &form(request)["client_assertion"])).await;
    keys.run(&format!(
        "pkcs12 -export -in app.crt -inkey app.key -out app.pfx -passout pass:{PASSWORD}"
    ));
    let certificate = ClientCertificate::from_file(keys.path("app.pfx"), Some(PASSWORD)).expect("a certificate");
    let builder = ClientCertificateCredential::builder(CLIENT, certificate).identity_url(server.url());
    let error = builder
        .build()
        .expect("a credential")
        .token(&LIST)
        .await
        .expect_err("refused");
    let assertion = form(&server.received()[0])["client_assertion"].clone();
    let parts: Vec<_> = assertion.split('.').collect();
    let shown = format!("{error} {error:#?} {}", collector.text());
    hides(
        "an error or a trace",
        &shown,
        &[&assertion, parts[1], parts[2], PASSWORD, TOKEN],
    );
    assert!(error.message().contains("[redacted]"), "{error}");
}

#[test]
fn a_certificate_that_ends_is_warned_of() {
    let Some(keys) = Keys::rsa() else { return };
    let certificate =
        ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("app.key"), None).expect("a certificate");
    let day = jiff::SignedDuration::from_hours(24);
    let minute = jiff::SignedDuration::from_mins(1);
    let [from, until] = [certificate.not_before(), certificate.not_after()]
        .map(|time| Timestamp::try_from(time).expect("a time of the calendar"));
    let ends = |how: &str| Some(format!("the client certificate {how} at {until}: upload a new one"));
    let begins = Some(format!(
        "the client certificate is not valid before {from}: check the clock"
    ));
    for (now, warning) in [
        (from - day * 3, begins),
        (from + minute, None),
        (until - day * 30, None),
        (until - day * 30 + minute, ends("expires")),
        (until - minute, ends("expires")),
        (until + minute, ends("expired")),
    ] {
        let collector = Collector::default();
        tracing::subscriber::with_default(collector.clone(), || {
            let clock = Arc::new(avepoint_tests::clock::FakeClock::at(&now.to_string()));
            let builder = ClientCertificateCredential::builder(CLIENT, certificate.clone()).clock(clock);
            builder.build().expect("a credential");
        });
        let text = collector.text();
        let lines: Vec<_> = text.lines().filter(|line| line.contains("avepoint_auth")).collect();
        match warning {
            Some(warning) => {
                assert!(
                    matches!(lines[..], [line] if line.starts_with("WARN") && line.contains(&warning)),
                    "{lines:?}"
                );
                assert!(text.contains(certificate.thumbprint()), "{text}");
            }
            None => assert!(lines.is_empty(), "{lines:?}"),
        }
    }
}
