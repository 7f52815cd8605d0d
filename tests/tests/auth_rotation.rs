//! Keys that are kept elsewhere, and secrets and certificates that are replaced while a program runs.

mod auth;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth::{CLIENT, Keys, LIST, clock, form, pass};
use avepoint_auth::{
    BoxFuture, ClientCertificate, ClientCertificateCredential, ClientSecretCredential, CredentialBuilder,
    EnvironmentCredential, SignatureAlgorithm, Signer, SigningInput,
};
use avepoint_core::{Credential, Error, ErrorKind, RetryPolicy};
use avepoint_elements_v3::operations::LIST_CUSTOMERS;
use avepoint_sandbox::{App, Sandbox};
use avepoint_tests::server::{Received, Reply, Server};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

// --- keys that are kept elsewhere

/// A key vault: it signs with `openssl` what it is sent, and the key never leaves it.
async fn vault(keys: &Keys) -> Server {
    let folder = keys.folder().to_owned();
    Server::start(move |request, count| {
        let (input, signature) = (folder.join(format!("in-{count}")), folder.join(format!("out-{count}")));
        std::fs::write(&input, &request.body).expect("a file");
        let arguments = match request.path.as_str() {
            "/digest" => "pkeyutl -sign -inkey app.key -pkeyopt digest:sha256 -in",
            // One that hashes: twice, if it is sent a digest.
            "/message" => "dgst -sha256 -sign app.key -out",
            "/other-key" => "pkeyutl -sign -inkey other.key -pkeyopt digest:sha256 -in",
            path => panic!("{path}"),
        };
        let mut command = Command::new("openssl");
        command.current_dir(&folder).args(arguments.split(' '));
        match request.path.as_str() {
            "/digest" | "/other-key" => command.arg(&input).arg("-out").arg(&signature),
            _ => command.arg(&signature).arg(&input),
        };
        assert!(command.status().expect("openssl").success());
        Reply::text(
            200,
            "application/octet-stream",
            std::fs::read(&signature).map(to_text).expect("a file"),
        )
    })
    .await
}

/// A reply of the server of tests is a text.
fn to_text(bytes: Vec<u8>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Asks the vault at an address, and sends the digest or the message.
struct Remote {
    url: String,
    whole: bool,
}

impl Signer for Remote {
    fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        assert_eq!(input.algorithm(), SignatureAlgorithm::Rs256);
        Box::pin(async move {
            let body = if self.whole {
                input.message().to_vec()
            } else {
                input.digest().to_vec()
            };
            let failed = |_| Error::new(ErrorKind::Credential, "the vault does not answer");
            let answer = reqwest::Client::new()
                .post(&self.url)
                .body(body)
                .send()
                .await
                .map_err(failed)?;
            let text = answer.text().await.map_err(failed)?;
            Ok(URL_SAFE_NO_PAD.decode(text).expect("base64url"))
        })
    }
}

async fn registered(certificates: &[&[u8]]) -> Sandbox {
    let app = certificates.iter().fold(App::new(CLIENT), |app, certificate| {
        app.certificate(certificate).expect("a certificate")
    });
    Sandbox::builder().app(app).start().await.expect("a sandbox")
}

fn at(url: String, certificate: ClientCertificate) -> CredentialBuilder<ClientCertificateCredential> {
    ClientCertificateCredential::builder(CLIENT, certificate)
        .identity_url(url)
        .retry(RetryPolicy::none())
}

async fn failure(credential: &dyn Credential) -> String {
    credential.token(&LIST).await.expect_err("no token").to_string()
}

#[tokio::test]
async fn a_key_that_is_kept_elsewhere_signs_by_digest_and_by_message() {
    let Some(keys) = Keys::rsa() else { return };
    let vault = vault(&keys).await;
    keys.run("x509 -in app.crt -outform DER -out app.der");
    let sandbox = registered(&[&keys.read("app.crt")]).await;
    for (file, place, whole) in [("app.crt", "digest", false), ("app.der", "message", true)] {
        let url = format!("{}/{place}", vault.url());
        // Whoever shares a signer gives it in an `Arc`.
        let signer: Arc<dyn Signer> = Arc::new(Remote { url, whole });
        let certificate = ClientCertificate::with_signer(&keys.read(file), signer).expect("a certificate");
        let credential = at(sandbox.identity_url(), certificate).build().expect("a credential");
        credential
            .token(&LIST_CUSTOMERS)
            .await
            .expect("a token of a service that verifies signatures");
    }
    assert_eq!(vault.received().len(), 2);
    assert_eq!(
        vault.received()[0].body.len(),
        32,
        "a digest is sent, and nothing of the message"
    );
}

#[tokio::test]
async fn a_signature_that_is_none_is_not_sent() {
    let Some(keys) = Keys::rsa() else { return };
    keys.run("genrsa -out other.key 2048");
    let vault = vault(&keys).await;
    let identity = auth::numbered(3600).await;
    let certificate = keys.read("app.crt");
    for place in ["other-key", "message"] {
        let signer = Remote {
            url: format!("{}/{place}", vault.url()),
            whole: false,
        };
        let certificate = ClientCertificate::with_signer(&certificate, signer).expect("a certificate");
        let thumbprint = certificate.thumbprint().to_owned();
        let credential = at(identity.url(), certificate).build().expect("a credential");
        assert_eq!(
            failure(&credential).await,
            format!(
                "listThings: no access token: no token from 127.0.0.1: the signer's 256 bytes are no RS256 signature by \
                 the key of the certificate with the thumbprint {thumbprint}: check which key signs, and that the \
                 message is hashed once"
            )
        );
    }
    assert!(identity.received().is_empty());
}

/// What a signer is told to do; nothing to be silent.
type Behaviour = fn(SigningInput<'_>) -> Option<Result<Vec<u8>, Error>>;

/// A signer that does what it is told to, and counts how often.
struct Does(Behaviour, Arc<AtomicUsize>);

impl Signer for Does {
    fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match self.0(input) {
                Some(outcome) => outcome,
                None => std::future::pending().await,
            }
        })
    }
}

#[tokio::test]
async fn a_signer_that_fails_is_told_once_and_shows_nothing_of_the_assertion() {
    let Some(keys) = Keys::rsa() else { return };
    let identity = auth::numbered(3600).await;
    let told = |problem: &str| format!("listThings: no access token: no token from 127.0.0.1: {problem}");
    let cases: [(Behaviour, &str); 5] = [
        (
            |_| {
                Some(Err(Error::new(
                    ErrorKind::Credential,
                    "the vault answered 403:\r\ngrant `sign`",
                )))
            },
            "the signer failed: the vault answered 403: grant `sign`",
        ),
        (
            |input| {
                let message = String::from_utf8_lossy(input.message());
                Some(Err(Error::new(ErrorKind::Credential, format!("cannot sign {message}"))))
            },
            "the signer failed: cannot sign [redacted]",
        ),
        (
            |_| Some(Ok(Vec::new())),
            "the signer's 0 bytes are no RS256 signature by the key",
        ),
        (|_| None, "the signer did not sign in time"),
        (|_| panic!("hidden"), ""),
    ];
    for (does, problem) in cases {
        let calls = Arc::default();
        let signer = Does(does, Arc::clone(&calls));
        let certificate = ClientCertificate::with_signer(&keys.read("app.crt"), signer).expect("a certificate");
        let builder = at(identity.url(), certificate).timeout(Duration::from_millis(50));
        let text = failure(&builder.retry(RetryPolicy::default()).build().expect("a credential")).await;
        if problem.is_empty() {
            assert!(
                text.contains("the token request panicked") && !text.contains("hidden"),
                "{text}"
            );
        } else {
            assert!(text.starts_with(&told(problem)), "{text}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{problem}");
    }
    assert!(identity.received().is_empty());
}

#[test]
fn a_certificate_for_a_signer_is_refused_with_the_remedy() {
    let Some(keys) = Keys::rsa() else { return };
    let Some(small) = Keys::of(&["rsa:1024"]) else { return };
    let Some(curve) = Keys::of(&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) else {
        return;
    };
    let crt = keys.read("app.crt");
    for (content, problem) in [
        (
            &b""[..],
            "the certificate is neither PEM nor DER, or is broken or cut off: give the certificate alone",
        ),
        (b"nonsense", "the certificate is neither PEM nor DER"),
        (
            &crt[..crt.len() / 2],
            "the certificate contains no certificate, or one that is cut off: give its PEM",
        ),
        (
            &keys.read("app.key"),
            "the certificate contains no certificate, or one that is cut off: give its PEM",
        ),
        (
            &small.read("app.crt"),
            "the certificate contains an RSA key of 1024 bits, which cannot be used: RS256 needs",
        ),
        (
            &curve.read("app.crt"),
            "the certificate contains a key that is not RSA, which cannot be used: RS256 needs",
        ),
    ] {
        let signer = Does(|_| None, Arc::default());
        let error = ClientCertificate::with_signer(content, signer).expect_err(problem);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().starts_with(problem), "{error}");
    }
}

// --- what is replaced

/// Makes another key with its certificate, and puts both where the first ones are.
fn renew(keys: &Keys, name: &str) {
    keys.run(&format!(
        "req -x509 -nodes -subj /CN={name} -days 365 -newkey rsa:2048 -keyout {name}.key -out {name}.crt"
    ));
}

/// Puts a file in the place of another one at once.
fn replace(keys: &Keys, name: &str, content: impl AsRef<[u8]>) {
    let new = keys.write("new", content);
    std::fs::rename(new, keys.path(name)).expect("a file");
}

fn pem(keys: &Keys, name: &str) -> Vec<u8> {
    [keys.read(&format!("{name}.crt")), keys.read(&format!("{name}.key"))].concat()
}

fn kid(request: &Received) -> String {
    let assertion = form(request)["client_assertion"].clone();
    let header = assertion.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    header["kid"].as_str().expect("text").to_owned()
}

fn thumbprint(keys: &Keys, name: &str) -> String {
    let said = keys.run(&format!("x509 -in {name}.crt -noout -fingerprint -sha1"));
    said.trim().rsplit('=').next().expect("a fingerprint").replace(':', "")
}

/// A fresh token each time: the one before has ended.
async fn next(credential: &dyn Credential, clock: &Arc<avepoint_tests::clock::FakeClock>) -> Result<(), String> {
    pass(clock, 7200);
    credential
        .token(&LIST)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_certificate_that_was_replaced_signs_the_next_assertion_and_half_a_file_none() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let [old, new] = ["app", "other"].map(|name| thumbprint(&keys, name));
    let (first, second) = (pem(&keys, "app"), pem(&keys, "other"));
    let file = keys.write("app.pem", &first);
    let server = auth::numbered(3600).await;
    let clock = clock();
    let certificate = ClientCertificate::from_file(&file, None).expect("a certificate");
    let credential = at(server.url(), certificate)
        .clock(clock.clone())
        .build()
        .expect("a credential");
    let modified = std::fs::metadata(&file)
        .and_then(|data| data.modified())
        .expect("a time");

    let mut used = Vec::new();
    // It is still written to; it is not there; it is something else; it is whole, and then as it was.
    let contents = [
        Some(&first[..]),
        Some(&second[..second.len() / 2]),
        None,
        Some(b"?"),
        Some(&second),
        Some(&first),
    ];
    for content in contents {
        match content {
            Some(content) => std::fs::write(&file, content).expect("a file"),
            None => std::fs::remove_file(&file).expect("a file"),
        }
        if content.is_some() {
            // Not by the time of the file: a backup gives any.
            let again = std::fs::File::options().write(true).open(&file).expect("a file");
            again.set_modified(modified).expect("a time");
        }
        next(&credential, &clock).await.expect("a token");
        used.push(kid(server.received().last().expect("a request")));
    }
    assert_eq!(used, [&old, &old, &old, &old, &new, &old].map(String::clone));
}

#[tokio::test]
async fn a_certificate_and_its_key_in_two_files_wait_for_each_other() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let [old, new] = ["app", "other"].map(|name| thumbprint(&keys, name));
    let server = auth::numbered(3600).await;
    let clock = clock();
    let certificate = ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("app.key"), None);
    let builder = at(server.url(), certificate.expect("a certificate")).clock(clock.clone());
    let credential = builder.build().expect("a credential");
    for (file, expected) in [("crt", &old), ("key", &new)] {
        replace(&keys, &format!("app.{file}"), keys.read(&format!("other.{file}")));
        next(&credential, &clock).await.expect("a token");
        assert_eq!(&kid(server.received().last().expect("a request")), expected);
    }
}

#[tokio::test]
async fn the_certificate_before_is_tried_until_the_service_knows_the_new_one() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let [old, new] = ["app", "other"].map(|name| thumbprint(&keys, name));
    let refusal = Reply::json(401, &json!({"error": "invalid_client"}));
    let (known, refused) = (Arc::new(std::sync::Mutex::new(vec![old.clone()])), refusal.clone());
    let registered = Arc::clone(&known);
    let server = Server::start(move |request, _| {
        if known.lock().expect("a list").contains(&kid(request)) {
            auth::token("t", 3600)
        } else {
            refused.clone()
        }
    })
    .await;
    let clock = clock();
    let file = keys.write("app.pem", pem(&keys, "app"));
    let certificate = ClientCertificate::from_file(&file, None).expect("a certificate");
    let builder = at(server.url(), certificate).clock(clock.clone());
    let credential = builder.build().expect("a credential");
    next(&credential, &clock).await.expect("a token");
    replace(&keys, "app.pem", pem(&keys, "other"));
    next(&credential, &clock)
        .await
        .expect("a token, by the certificate before");
    registered.lock().expect("a list").push(new.clone());
    next(&credential, &clock).await.expect("a token, by the new one alone");
    let used: Vec<_> = server.received().iter().map(kid).collect();
    assert_eq!(used, [&old, &new, &old, &new].map(String::clone));

    // Where none of them is known, both are named, and what is wrong with the file by now.
    registered.lock().expect("a list").clear();
    keys.write("app.pem", "");
    let error = next(&credential, &clock).await.expect_err("no token");
    for words in [
        &format!("the certificate with the thumbprint {new} (or {old}, the one before) is the one of the app"),
        "the previous secret or certificate is used, since the certificate file `",
        "app.pem` is empty: export it again",
    ] {
        assert!(error.contains(words), "{error}");
    }

    // The same with one that the caller names.
    registered.lock().expect("a list").push(old.clone());
    let [first, second] =
        ["app", "other"].map(|name| ClientCertificate::from_pem(&pem(&keys, name), None).expect("one"));
    let builder = at(server.url(), second)
        .fallback_certificate(first)
        .clock(clock.clone());
    builder
        .build()
        .expect("a credential")
        .token(&LIST)
        .await
        .expect("a token");
}

#[tokio::test]
async fn two_certificates_overlap_at_a_service_that_verifies_them() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let sandbox = registered(&[&keys.read("app.crt")]).await;
    let file = keys.write("app.pem", pem(&keys, "app"));
    let credential = at(
        sandbox.identity_url(),
        ClientCertificate::from_file(&file, None).expect("a certificate"),
    );
    let credential = credential.build().expect("a credential");
    credential.token(&LIST_CUSTOMERS).await.expect("a token");
    replace(&keys, "app.pem", pem(&keys, "other"));
    // Another scope takes another token, before the new certificate is registered.
    credential
        .token(&avepoint_elements_v3::operations::LIST_JOBS)
        .await
        .expect("a token");
}

#[tokio::test]
async fn only_what_no_service_accepts_any_more_is_not_tried() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let server = Server::start(|_, count| match count {
        0 => Reply::json(400, &json!({"error": "invalid_scope"})),
        _ => Reply::json(401, &json!({"error": "invalid_client"})),
    })
    .await;
    let [old, new] = ["app", "other"].map(|name| ClientCertificate::from_pem(&pem(&keys, name), None).expect("one"));
    let ended = Arc::new(avepoint_tests::clock::FakeClock::at("2200-01-01T00:00:00Z"));
    let builder = |clock: &Arc<_>| {
        at(server.url(), new.clone())
            .fallback_certificate(old.clone())
            .clock(Arc::clone(clock) as _)
    };
    // A permission that is lacking is lacking with any certificate; the second one has ended by then.
    for clock in [auth::clock(), ended] {
        failure(&builder(&clock).build().expect("a credential")).await;
    }
    assert_eq!(server.received().len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_in_a_file_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    // As Kubernetes mounts it: the name leads to a folder, and that is exchanged.
    let path = folder.path().join("secret");
    let put = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).expect("a file");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(name, &link).expect("a link");
        std::fs::rename(link, &path).expect("a link");
    };
    put("1", b"first\n");
    let known = Arc::new(std::sync::Mutex::new("first"));
    let accepted = Arc::clone(&known);
    let server = Server::start(move |request, _| {
        if form(request)["client_secret"] == *accepted.lock().expect("a text") {
            auth::token("t", 3600)
        } else {
            Reply::json(401, &json!({"error": "invalid_client"}))
        }
    })
    .await;
    let clock = clock();
    let builder = ClientSecretCredential::builder_from_file(CLIENT, &path).expect("a file");
    let credential = builder
        .identity_url(server.url())
        .clock(clock.clone())
        .build()
        .expect("a credential");
    next(&credential, &clock).await.expect("a token");
    // Written to in place, which is seen by halves.
    put("2", b"sec");
    next(&credential, &clock).await.expect("a token, by the secret before");
    put("3", b"second\r\n");
    next(&credential, &clock).await.expect("a token, by the secret before");
    *known.lock().expect("a text") = "second";
    next(&credential, &clock).await.expect("a token");
    put("4", b"sec\nond");
    next(&credential, &clock)
        .await
        .expect("a token, by what was read before");
    let used: Vec<_> = server
        .received()
        .iter()
        .map(|request| form(request)["client_secret"].clone())
        .collect();
    assert_eq!(used, ["first", "sec", "first", "second", "first", "second", "second"]);
    let shown = format!("{credential:?}");
    assert!(!shown.contains("second"), "{shown}");
}

#[test]
fn a_file_that_holds_no_secret_is_named_and_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    for (content, problem) in [
        (&b""[..], "is empty: write the secret into it"),
        (b" \r\n", "is empty: write the secret into it"),
        (
            b"hunter2\nhunter3",
            "contains more than one line: it must hold the secret alone",
        ),
        (b"\xff\xfeh\0u\0", "is not UTF-8 text: save it as such"),
        (&[b'x'; 5 << 20], "is too large to be a secret: check the path"),
    ] {
        std::fs::write(&path, content).expect("a file");
        let error = ClientSecretCredential::builder_from_file(CLIENT, &path).expect_err(problem);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(
            error.to_string(),
            format!("the secret file `{}` {problem}", path.display())
        );
    }
    std::fs::remove_file(&path).expect("a file");
    let error = ClientSecretCredential::builder_from_file(CLIENT, &path)
        .expect_err("no file")
        .to_string();
    assert!(error.ends_with("): check the path and its permissions"), "{error}");
}

#[tokio::test]
async fn the_environment_names_files() {
    let Some(keys) = Keys::rsa() else { return };
    renew(&keys, "other");
    let server = auth::numbered(3600).await;
    let url = server.url();
    let environment = |variables: &[(&str, String)]| {
        EnvironmentCredential::from_variables(|name| match name {
            "AVEPOINT_CLIENT_ID" => Ok(CLIENT.to_owned()),
            "AVEPOINT_IDENTITY_URL" => Ok(url.clone()),
            _ => variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
                .ok_or(std::env::VarError::NotPresent),
        })
    };
    let path = |name: &str| keys.path(name).display().to_string();
    let secret = ("AVEPOINT_CLIENT_SECRET_FILE", path("secret"));
    let pfx = ("AVEPOINT_CLIENT_CERTIFICATE_PATH", path("app.pfx"));
    let password = ("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE", path("password"));

    let missing = environment(std::slice::from_ref(&secret))
        .expect_err("no file")
        .to_string();
    let words = "AVEPOINT_CLIENT_SECRET_FILE cannot be used: the secret file `";
    assert!(missing.starts_with(words), "{missing}");
    keys.write("secret", "\u{feff}from a file\n");
    let credential = environment(std::slice::from_ref(&secret))
        .expect("a file")
        .build()
        .expect("a credential");
    credential.token(&LIST).await.expect("a token");
    assert_eq!(form(&server.received()[0])["client_secret"], "from a file");

    // The password is replaced with the file that it opens.
    let export = |name: &str, word: &str| {
        keys.run(&format!(
            "pkcs12 -export -in {name}.crt -inkey {name}.key -out app.pfx -passout pass:{word}"
        ));
        keys.write("password", format!("{word}\n"));
    };
    export("app", "open");
    let clock = clock();
    let builder = environment(&[pfx.clone(), password.clone()])
        .expect("files")
        .clock(clock.clone());
    let credential = builder.build().expect("a credential");
    next(&credential, &clock).await.expect("a token");
    export("other", "sesame");
    next(&credential, &clock).await.expect("a token");
    let used: Vec<_> = server.received()[1..].iter().map(kid).collect();
    assert_eq!(used, ["app", "other"].map(|name| thumbprint(&keys, name)));

    let given = ("AVEPOINT_CLIENT_CERTIFICATE_PASSWORD", "open".to_owned());
    for (variables, problem) in [
        (
            vec![secret.clone(), pfx.clone()],
            "AVEPOINT_CLIENT_SECRET_FILE and AVEPOINT_CLIENT_CERTIFICATE_PATH are both set: keep one of them",
        ),
        (
            vec![secret, ("AVEPOINT_CLIENT_SECRET", "s".to_owned())],
            "AVEPOINT_CLIENT_SECRET and AVEPOINT_CLIENT_SECRET_FILE are both set: keep one of them",
        ),
        (
            vec![pfx, password, given],
            "AVEPOINT_CLIENT_CERTIFICATE_PASSWORD and AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE are both set: keep one of them",
        ),
    ] {
        assert_eq!(environment(&variables).expect_err(problem).to_string(), problem);
    }
}
