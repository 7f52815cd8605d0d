//! The credentials against an OpenID provider of someone else's make: `oidc-provider`, on loopback.
//!
//! `tests/conformance/run` installs it and names the script that starts it in `AVEPOINT_OIDC_PROVIDER`. Each test starts
//! one of its own, with a key and a certificate made by `openssl`.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use avepoint_auth::{
    Audience, BoxFuture, ClientCertificate, ClientCertificateCredential, ClientSecretCredential, CredentialBuilder,
    Signer, SigningInput,
};
use avepoint_core::{AccessToken, Credential, Error, ErrorKind, Operation};
use avepoint_elements_v3::{Client, operations};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::{START, case, run};
use avepoint_tests::server::{Reply, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The secret of `secret-client`: its characters mean something in a form, and must be escaped.
const SECRET: &str = "p%q+r&s=t u/~";

/// Another one, which is not that client's.
const WRONG: &str = "wr%ng+secr&t=/~";

/// The life of the provider's tokens.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// What the provider lets both apps do: all that it knows but for `elements.customers.readwrite.all`.
const GRANTED: [&str; 13] = [
    "elements.bm.baseline.read.all",
    "elements.bm.baseline.readwrite.all",
    "elements.bm.tenant.read.all",
    "elements.bm.tenant.readwrite.all",
    "elements.cbprotected.read.all",
    "elements.customers.read.all",
    "elements.jobs.read.all",
    "elements.license.read.all",
    "elements.license.readwrite.all",
    "elements.rm.read.all",
    "elements.scanprofiles.read.all",
    "elements.um.user.read.all",
    "elements.um.user.readwrite.all",
];

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_secret_gives_a_token() {
    let provider = Provider::start();
    let clock = Arc::new(FakeClock::at(START));
    let credential = provider.secret(SECRET).clock(clock).build().expect("a credential");
    let token = token(&credential, &operations::LIST_CUSTOMERS).await;
    provider.granted("secret-client", "elements.customers.read.all");
    let start: Timestamp = START.parse().expect("a time");
    assert_eq!(token.expires_at(), Some((start + LIFE).into()));

    // Cached for its scope; another scope takes another token.
    let again = self::token(&credential, &operations::LIST_CUSTOMERS).await;
    assert_eq!(again.expose(), token.expose());
    let other = self::token(&credential, &operations::LIST_JOBS).await;
    provider.granted("secret-client", "elements.jobs.read.all");
    assert_ne!(other.expose(), token.expose());
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_certificate_gives_a_token_from_each_kind_of_file() {
    let provider = Provider::start();
    let folder = provider.folder.path();
    openssl(
        folder,
        "pkcs12 -export -inkey app.key -in app.pem -passout pass:open -out app.pfx",
    );
    let certificates = [
        ClientCertificate::from_pem_files(provider.file("app.pem"), provider.file("app.key"), None),
        ClientCertificate::from_file(provider.file("app.pfx"), Some("open")),
    ];
    for certificate in certificates {
        let credential = provider
            .certified(certificate.expect("a certificate"))
            .build()
            .expect("a credential");
        let before = Timestamp::now();
        let first = token(&credential, &operations::LIST_CUSTOMERS).await;
        provider.granted("certificate-client", "elements.customers.read.all");
        let ends = first.expires_at().expect("an end");
        let ends = Timestamp::try_from(ends).expect("a time of the calendar");
        assert!(before + LIFE <= ends && ends <= Timestamp::now() + LIFE, "{ends}");

        // A second request has an assertion of its own: the provider accepts none twice.
        let second = token(&credential, &operations::LIST_JOBS).await;
        provider.granted("certificate-client", "elements.jobs.read.all");
        assert_ne!(first.expose(), second.expose());
    }
}

/// A key that `openssl` keeps.
struct Kept(PathBuf);

impl Signer for Kept {
    fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        std::fs::write(self.0.join("digest"), input.digest()).expect("a file");
        openssl(
            &self.0,
            "pkeyutl -sign -inkey app.key -pkeyopt digest:sha256 -in digest -out signature",
        );
        Box::pin(std::future::ready(Ok(
            std::fs::read(self.0.join("signature")).expect("a signature")
        )))
    }
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_key_that_is_kept_elsewhere_gives_a_token() {
    let provider = Provider::start();
    let certificate = std::fs::read(provider.file("app.pem")).expect("a certificate");
    let certificate = ClientCertificate::with_signer(&certificate, Kept(provider.folder.path().to_owned()));
    let credential = provider.certified(certificate.expect("a certificate"));
    token(&credential.build().expect("a credential"), &operations::LIST_CUSTOMERS).await;
    provider.granted("certificate-client", "elements.customers.read.all");
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn the_certificate_before_gives_a_token_where_the_new_one_is_not_known() {
    let provider = Provider::start();
    certify(provider.folder.path(), "new");
    let credential = provider
        .certificate("new")
        .fallback_certificate(provider.key_pair("app"));
    token(&credential.build().expect("a credential"), &operations::LIST_CUSTOMERS).await;
    let refused = provider.says();
    assert_eq!(refused["refused"]["error"], "invalid_client", "{refused}");
    provider.granted("certificate-client", "elements.customers.read.all");
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn an_assertion_is_accepted_from_a_clock_that_is_fast_and_for_the_issuer() {
    let provider = Provider::start();
    // The provider allows for no difference of the clocks.
    let fast = Timestamp::now() + SignedDuration::from_secs(30);
    let fast = provider
        .certificate("app")
        .clock(Arc::new(FakeClock::at(&fast.to_string())));
    // Under another name the token endpoint is another one; the issuer is the same.
    let meant = || provider.certificate("app").identity_url(provider.other_name());
    let builders = [
        fast,
        provider.certificate("app").audience(Audience::Issuer),
        meant().audience(provider.url.as_str()),
    ];
    for builder in builders {
        token(&builder.build().expect("a credential"), &operations::LIST_CUSTOMERS).await;
        provider.granted("certificate-client", "elements.customers.read.all");
    }
    let error = failure(
        &meant().audience(Audience::Issuer).build().expect("a credential"),
        &operations::LIST_CUSTOMERS,
    )
    .await;
    provider.refused(
        "invalid_client",
        "audience (aud) must equal the endpoint url, issuer identifier or token endpoint url",
    );
    assert_eq!(error.code(), Some("invalid_client"));
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn the_token_endpoint_is_discovered() {
    let provider = Provider::start();
    token(
        &provider.secret(SECRET).discovery(true).build().expect("a credential"),
        &operations::LIST_CUSTOMERS,
    )
    .await;
    provider.granted("secret-client", "elements.customers.read.all");
    token(
        &provider
            .certificate("app")
            .discovery(true)
            .build()
            .expect("a credential"),
        &operations::LIST_CUSTOMERS,
    )
    .await;
    provider.granted("certificate-client", "elements.customers.read.all");

    // Under another name it still speaks for its own: what it says there is not for this address.
    let elsewhere = provider
        .certificate("app")
        .identity_url(provider.other_name())
        .discovery(true);
    let error = failure(&elsewhere.build().expect("a credential"), &operations::LIST_CUSTOMERS).await;
    says(&error, &["discovery document", "another issuer", &provider.url]);

    // And where there is no such document.
    let nothing = provider
        .secret(SECRET)
        .identity_url(format!("{}/nothing", provider.url))
        .discovery(true);
    let error = failure(&nothing.build().expect("a credential"), &operations::LIST_CUSTOMERS).await;
    says(&error, &["discovery document", "404"]);
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_client_that_is_not_accepted_is_told_what_to_check() {
    let provider = Provider::start();
    certify(provider.folder.path(), "other");
    let at = |time| Arc::new(FakeClock::at(time));
    let unknown = ClientSecretCredential::builder("nobody", SECRET).identity_url(&provider.url);
    let swapped = ClientSecretCredential::builder("certificate-client", SECRET).identity_url(&provider.url);
    let (of_secret, of_key) = ("the client secret", "the certificate with the thumbprint");
    let cases: [(Box<dyn Credential>, &str, &str); 8] = [
        (
            Box::new(provider.secret(WRONG).build().expect("a credential")),
            of_secret,
            "invalid secret provided",
        ),
        (
            Box::new(unknown.build().expect("a credential")),
            of_secret,
            "client not found",
        ),
        (
            Box::new(swapped.build().expect("a credential")),
            of_secret,
            "the provided authentication mechanism does not match the registered client authentication method",
        ),
        (
            Box::new(provider.certificate("other").build().expect("a credential")),
            of_key,
            "no applicable key found in the JSON Web Key Set",
        ),
        (
            Box::new(
                provider
                    .certificate("app")
                    .clock(at("2001-01-01T00:00:00Z"))
                    .build()
                    .expect("a credential"),
            ),
            of_key,
            "jwt expired",
        ),
        (
            Box::new(
                provider
                    .certificate("app")
                    .clock(at("2101-01-01T00:00:00Z"))
                    .build()
                    .expect("a credential"),
            ),
            of_key,
            "jwt not active yet",
        ),
        (
            Box::new(
                provider
                    .certificate("app")
                    .identity_url(provider.other_name())
                    .build()
                    .expect("a credential"),
            ),
            of_key,
            "audience (aud) must equal the endpoint url, issuer identifier or token endpoint url",
        ),
        // A certificate of an app that has none.
        (
            Box::new(
                ClientCertificateCredential::builder("secret-client", provider.key_pair("app"))
                    .identity_url(&provider.url)
                    .build()
                    .expect("a credential"),
            ),
            of_key,
            "the provided authentication mechanism does not match the registered client authentication method",
        ),
    ];
    for (credential, to_check, reason) in cases {
        let error = failure(&*credential, &operations::LIST_CUSTOMERS).await;
        // The reason is the provider's own; its answer keeps it from the client, which knows no more than this.
        provider.refused("invalid_client", reason);
        assert_eq!(error.code(), Some("invalid_client"), "{reason}: {error}");
        says(
            &error,
            &[
                "does not accept the client",
                "client id",
                to_check,
                "client authentication failed",
            ],
        );
        let clock = match reason {
            "jwt expired" => "behind the server's: set it right",
            "jwt not active yet" => "ahead of the server's: set it right",
            _ => "",
        };
        says(&error, &[clock]);
        assert_eq!(error.message().contains("clock"), !clock.is_empty(), "{error}");
    }
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_permission_that_is_lacking_is_named() {
    let provider = Provider::start();
    let credentials: [Box<dyn Credential>; 2] = [
        Box::new(provider.secret(SECRET).build().expect("a credential")),
        Box::new(provider.certificate("app").build().expect("a credential")),
    ];
    for credential in credentials {
        for (operation, id, scope, reason) in [
            (
                &operations::GET_WORKSPACE_OVERVIEW,
                "getWorkspaceOverview",
                "elements.wm.read.all",
                "requested scope is unknown",
            ),
            (
                &operations::ONBOARD_CUSTOMER,
                "onboardCustomer",
                "elements.customers.readwrite.all",
                "requested scope is not allowed",
            ),
        ] {
            let error = failure(&*credential, operation).await;
            provider.refused("invalid_scope", reason);
            assert_eq!(error.code(), Some("invalid_scope"), "{error}");
            assert_eq!(error.scope().as_deref(), Some(scope), "{error}");
            says(
                &error,
                &["the app registration lacks the permission", scope, id, "grant", reason],
            );
        }
        // The others are not lost by it.
        token(&*credential, &operations::LIST_CUSTOMERS).await;
        assert_eq!(provider.says()["granted"]["scope"], "elements.customers.read.all");
    }
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_set_of_permissions_beyond_the_limit_is_asked_for_in_parts() {
    let provider = Provider::start();
    let credential = provider
        .certificate("app")
        .scopes(GRANTED)
        .build()
        .expect("a credential");
    let covered = |operation: &Operation| {
        let held = |scopes: &&[&str]| scopes.iter().all(|scope| GRANTED.contains(scope));
        operation.scopes.iter().any(held)
    };
    for operation in operations::ALL.iter().filter(|operation| covered(operation)) {
        token(&credential, operation).await;
    }
    // Two tokens for all of these operations, and together they hold everything.
    let parts = [provider.says(), provider.says()].map(|line| line["granted"]["scope"].as_str().map(str::to_owned));
    let parts = parts.map(|part| part.expect("a token"));
    let mut names: Vec<_> = parts.iter().flat_map(|part| part.split(' ')).collect();
    names.sort_unstable();
    assert_eq!(names, GRANTED);
    assert_eq!(provider.lines.try_recv().ok(), None, "no third request");
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn an_assertion_holds_once_and_only_as_it_was_signed() {
    let provider = Provider::start();
    // A server that keeps the request to itself.
    let between = Server::always(Reply::json(200, &json!({"access_token": "no-token"}))).await;
    let credential = provider
        .certificate("app")
        .identity_url(between.url())
        .audience(format!("{}/connect/token", provider.url));
    let credential = credential.build().expect("a credential");
    credential
        .token(&operations::LIST_CUSTOMERS)
        .await
        .expect("the server's own token");
    let kept = between.received().remove(0);
    let form = String::from_utf8(kept.body.to_vec()).expect("a form");

    let send = async |form: &str| {
        let request = reqwest::Client::new().post(format!("{}/connect/token", provider.url));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(send(&forged(&form)).await, 401);
    provider.refused("invalid_client", "signature verification failed");
    assert_eq!(send(&form).await, 200);
    provider.granted("certificate-client", "elements.customers.read.all");
    assert_eq!(send(&form).await, 401);
    provider.refused("invalid_client", "client assertion tokens must only be used once");
}

#[tokio::test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
async fn a_call_carries_the_providers_token_and_gets_another_when_it_is_not_accepted() {
    let provider = Provider::start();
    let credentials: [(&str, Arc<dyn Credential>); 2] = [
        (
            "secret-client",
            Arc::new(provider.secret(SECRET).build().expect("a credential")),
        ),
        (
            "certificate-client",
            Arc::new(provider.certificate("app").build().expect("a credential")),
        ),
    ];
    for (client_id, credential) in credentials {
        let done = Reply::json(200, &case("listCustomers").answer.clone().unwrap_or_default());
        let server = Server::in_turn(vec![Reply::empty(401), done]).await;
        let client = Client::builder()
            .base_url(server.url())
            .credential(credential.clone())
            .build()
            .expect("a client");
        for _ in 0..2 {
            let answer = run(&client, "listCustomers").await.expect("an answer");
            assert!(answer["data"].is_array(), "{answer}");
        }
        for _ in 0..2 {
            provider.granted(client_id, "elements.customers.read.all");
        }
        let sent: Vec<_> = server
            .received()
            .iter()
            .map(|request| request.header("authorization").map(str::to_owned))
            .collect();
        let held = token(&*credential, &operations::LIST_CUSTOMERS).await;
        let bearer = Some(format!("Bearer {}", held.expose()));
        assert_eq!(sent.len(), 3);
        assert_ne!(sent[0], bearer, "the token that was not accepted is not sent again");
        assert!(sent[1] == bearer && sent[2] == bearer, "its successor is kept");

        // A permission that is lacking stops the call before the server hears of it.
        let error = run(&client, "getWorkspaceOverview").await.expect_err("no permission");
        provider.refused("invalid_scope", "requested scope is unknown");
        assert!(error.is_permission(), "{error}");
        says(&error, &["getWorkspaceOverview", "elements.wm.read.all"]);
        assert_eq!(server.received().len(), 3);
    }
}

#[test]
#[ignore = "needs a provider: tests/conformance/run installs one"]
fn the_provider_ends_when_nobody_needs_it() {
    let mut provider = Provider::start();
    drop(provider.child.stdin.take());
    let status = provider.child.wait().expect("an end");
    assert!(status.success(), "the provider ends with {status}");
}

async fn token(credential: &dyn Credential, operation: &'static Operation) -> AccessToken {
    let token = credential.token(operation).await.expect("a token");
    assert!(token.expose().starts_with("eyJ"), "the provider's tokens are JWTs");
    token
}

/// The error of a credential that gives no token.
async fn failure(credential: &dyn Credential, operation: &'static Operation) -> Error {
    let error = credential.token(operation).await.expect_err("no token");
    assert_eq!(error.kind(), ErrorKind::Credential, "{error}");
    assert_eq!(
        error.operation().map(|operation| operation.id),
        Some(operation.id),
        "{error}"
    );
    error
}

/// Holds an error to its words, in all of which no secret may stand.
fn says(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.message().contains(word), "`{word}` is not in: {error}");
    }
    let mut all = format!("{error} {error:#?} {error:#?} {}", error.body_excerpt());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    // The secrets as they are and as forms write them; the beginning of every assertion and token.
    for secret in [SECRET, "p%25q%2B", WRONG, "wr%25ng%2B", "eyJ", "PRIVATE KEY"] {
        assert!(!all.contains(secret), "`{secret}` is in: {all}");
    }
}

/// The form with another signature of the assertion.
fn forged(form: &str) -> String {
    let start = form.find("client_assertion=").expect("an assertion");
    let end = form[start..].find('&').map_or(form.len(), |end| start + end);
    let signature = form[..end].rfind('.').expect("a signature") + 1;
    let other = if form[signature..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &form[..signature], &form[signature + 1..])
}
/// The provider. It ends with the test, also when that panics.
struct Provider {
    url: String,
    child: Child,
    lines: Receiver<Value>,
    folder: tempfile::TempDir,
}

impl Provider {
    /// Starts one for a fresh certificate.
    fn start() -> Self {
        let script = std::env::var_os("AVEPOINT_OIDC_PROVIDER").expect("AVEPOINT_OIDC_PROVIDER names a script");
        let folder = tempfile::tempdir().expect("a folder");
        certify(folder.path(), "app");
        let mut child = Command::new("node")
            .args([script, folder.path().join("app.pem").into(), OsString::from(SECRET)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut provider = Provider {
            url: String::new(),
            child,
            lines,
            folder,
        };
        let ready = provider.says();
        provider.url = ready["url"].as_str().expect("an address").to_owned();
        provider
    }

    /// What it says next: where it listens, then what became of each token request.
    fn says(&self) -> Value {
        self.lines
            .recv_timeout(Duration::from_secs(60))
            .expect("the provider runs and says what it did")
    }

    fn granted(&self, client: &str, scope: &str) {
        assert_eq!(self.says(), json!({"granted": {"client": client, "scope": scope}}));
    }

    fn refused(&self, error: &str, reason: &str) {
        assert_eq!(self.says(), json!({"refused": {"error": error, "reason": reason}}));
    }

    /// The same address under a name by which the provider does not know itself.
    fn other_name(&self) -> String {
        self.url.replace("127.0.0.1", "localhost")
    }

    /// The client that has a secret.
    fn secret(&self, secret: &str) -> CredentialBuilder<ClientSecretCredential> {
        ClientSecretCredential::builder("secret-client", secret).identity_url(&self.url)
    }

    /// The client that has a certificate, with one of the folder's.
    fn certificate(&self, name: &str) -> CredentialBuilder<ClientCertificateCredential> {
        self.certified(self.key_pair(name))
    }

    fn certified(&self, certificate: ClientCertificate) -> CredentialBuilder<ClientCertificateCredential> {
        ClientCertificateCredential::builder("certificate-client", certificate).identity_url(&self.url)
    }

    fn key_pair(&self, name: &str) -> ClientCertificate {
        let [certificate, key] = ["pem", "key"].map(|kind| self.file(&format!("{name}.{kind}")));
        ClientCertificate::from_pem_files(certificate, key, None).expect("a certificate and its key")
    }

    /// A file of the test's own folder.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a key, `NAME.key`, and a certificate of it, `NAME.pem`.
fn certify(folder: &Path, name: &str) {
    openssl(
        folder,
        &format!("req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN={name} -keyout {name}.key -out {name}.pem"),
    );
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("openssl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
