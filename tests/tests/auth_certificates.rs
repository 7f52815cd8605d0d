//! Certificates in every form that `openssl` writes, whole and damaged, and the assertions that are signed with them.

mod auth;

use auth::pfx::{Mac, Recipe};
use auth::{CLIENT, Keys, LIST, clock, form, numbered};
use avepoint_auth::{Audience, ClientCertificate, ClientCertificateCredential, CredentialBuilder};
use avepoint_core::{Credential, Error, ErrorKind, RetryPolicy};
use avepoint_tests::server::{Reply, Server};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

const PASSWORD: &str = "pass-Wörd 1";

/// The error's text, which must hold no password.
fn refused(result: Result<ClientCertificate, Error>) -> String {
    let error = result.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let text = format!("{error} {error:#?}");
    assert!(!text.contains(PASSWORD) && !text.contains("wrong-word"), "{text}");
    error.to_string()
}

fn fingerprint(keys: &Keys, file: &str) -> String {
    let said = keys.run(&format!("x509 -in {file} -noout -fingerprint -sha1"));
    said.trim().rsplit('=').next().expect("a fingerprint").replace(':', "")
}

/// Writes `app.pfx` with more options.
fn pfx(keys: &Keys, password: &str, options: &str) -> std::path::PathBuf {
    let password = format!("pass:{password}");
    let mut arguments: Vec<_> = "pkcs12 -export -in app.crt -inkey app.key -out app.pfx -passout"
        .split(' ')
        .collect();
    arguments.push(&password);
    arguments.extend(options.split(' ').filter(|option| !option.is_empty()));
    keys.openssl(&arguments);
    keys.path("app.pfx")
}

#[test]
fn every_form_of_pkcs12_is_read() {
    let Some(keys) = Keys::rsa() else { return };
    let thumbprint = fingerprint(&keys, "app.crt");
    for options in [
        "",
        "-legacy",
        "-legacy -descert",
        "-certpbe NONE",
        "-certpbe NONE -keypbe NONE",
        "-certpbe AES-128-CBC -keypbe AES-192-CBC -macalg sha512",
        "-macalg sha1",
        "-macalg sha512-256 -noiter -nomaciter",
        "-nomac",
        "-nomac -certpbe NONE -keypbe NONE",
        "-legacy -nomac",
        "-name app",
        "-keypbe PBE-SHA1-2DES -certpbe DES-EDE3-CBC",
        "-legacy -certpbe PBE-SHA1-RC2-128",
    ] {
        for password in [PASSWORD, ""] {
            let path = pfx(&keys, password, options);
            let certificate = ClientCertificate::from_file(&path, Some(password))
                .unwrap_or_else(|error| panic!("{options} with `{password}`: {error}"));
            assert_eq!(certificate.thumbprint(), thumbprint, "{options}");
            ClientCertificate::from_pkcs12(&keys.read("app.pfx"), password).expect("the same from memory");
        }
        // No password is as good as an empty one.
        ClientCertificate::from_file(keys.path("app.pfx"), None).expect("a certificate");
    }
}

#[test]
fn a_password_may_have_any_characters() {
    let Some(keys) = Keys::rsa() else { return };
    // UTF-16 alone, two units of it, longer than a block of the hash, and a line break that is a part of it.
    let long = "wörd ".repeat(40);
    for password in ["πρόσωπο", "🔑 of the 🏠", &long, "p\r\n"] {
        for options in ["", "-legacy", "-nomac"] {
            let path = pfx(&keys, password, options);
            let certificate = ClientCertificate::from_file(&path, Some(password));
            certificate.unwrap_or_else(|error| panic!("{options} with `{password}`: {error}"));
        }
    }
}

/// What PKCS#12's own schemes make of a password: UTF-16 with an end mark.
fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect()
}

/// As key vaults export files that have no password: without the end mark even.
const NULL: &[u8] = b"";

/// A file whose key and MAC have the same password in PKCS#12's own spelling.
fn own(password: &[u8]) -> Recipe<'_> {
    Recipe {
        password,
        claimed: None,
        mac: Mac::Own { password, rounds: 1000 },
        nested: false,
    }
}

#[test]
fn a_password_is_found_however_it_is_spelled() {
    let Some(keys) = Keys::rsa() else { return };
    let thumbprint = fingerprint(&keys, "app.crt");
    let empty = utf16("");
    // openssl before 1.1 took each byte for a character.
    let widened: Vec<u8> = [PASSWORD.as_bytes(), b"\0"]
        .concat()
        .into_iter()
        .flat_map(|byte| [0, byte])
        .collect();
    let (word, pair) = (utf16(PASSWORD), utf16("🔑"));
    let pbmac1 = |password| Mac::Pbmac1 {
        password,
        length: Some(32),
        rounds: 1000,
    };
    for (recipe, passwords) in [
        (own(NULL), vec![None, Some("")]),
        (own(&empty), vec![None, Some("")]),
        // The MAC of one kind, the key of the other.
        (
            Recipe {
                password: &empty,
                ..own(NULL)
            },
            vec![None, Some("")],
        ),
        (
            Recipe {
                nested: true,
                ..own(NULL)
            },
            vec![None],
        ),
        (own(&widened), vec![Some(PASSWORD)]),
        (
            own(&word),
            vec![Some(PASSWORD), Some("pass-Wörd 1\n"), Some("pass-Wörd 1\r\n")],
        ),
        (own(&pair), vec![Some("🔑")]),
        (
            Recipe {
                mac: pbmac1(PASSWORD.as_bytes()),
                ..own(&word)
            },
            vec![Some(PASSWORD)],
        ),
        (
            Recipe {
                mac: pbmac1(b""),
                ..own(NULL)
            },
            vec![None, Some("")],
        ),
    ] {
        let content = auth::pfx::pfx(&keys, &recipe);
        let path = keys.write("made.pfx", &content);
        if let Mac::Own { .. } = recipe.mac {
            // It takes what openssl takes. (The oldest openssl that makes the other kind of MAC is 3.4.)
            let password = passwords[0].unwrap_or_default();
            keys.openssl(&[
                "pkcs12",
                "-in",
                "made.pfx",
                "-noout",
                "-passin",
                &format!("pass:{password}"),
            ]);
        }
        for password in passwords {
            let certificate = ClientCertificate::from_file(&path, password);
            let certificate = certificate.unwrap_or_else(|error| panic!("{password:?}: {error}"));
            assert_eq!(certificate.thumbprint(), thumbprint);
        }
        let text = refused(ClientCertificate::from_file(&path, Some("wrong-word")));
        assert!(text.contains("cannot be opened with this password"), "{text}");
    }
}

#[test]
fn a_refused_password_names_how_it_was_tried() {
    let Some(keys) = Keys::rsa() else { return };
    let path = pfx(&keys, PASSWORD, "");
    for (password, tried) in [
        (None, "without a password (a null and an empty one were tried)"),
        (Some(""), "without a password (a null and an empty one were tried)"),
        (Some("wrong-word"), "with this password: give the one"),
        (
            Some("wröng-word"),
            "with this password (its characters were tried, and each byte of its UTF-8 as one): give the one",
        ),
    ] {
        let text = refused(ClientCertificate::from_file(&path, password));
        assert!(text.contains(&format!("cannot be opened {tried}")), "{text}");
        assert!(!text.contains("wröng"), "{text}");
    }
}

#[test]
fn a_file_cannot_ask_for_endless_work() {
    let Some(keys) = Keys::rsa() else { return };
    let much = "uses too many key-derivation iterations: convert it with";
    for rounds in [20_000_000, u64::from(u32::MAX), u64::MAX] {
        for recipe in [
            Recipe {
                mac: Mac::Own { password: NULL, rounds },
                ..own(NULL)
            },
            // PBKDF2 counts in four bytes.
            Recipe {
                mac: Mac::Pbmac1 {
                    password: NULL,
                    length: Some(32),
                    rounds: rounds.min(20_000_000),
                },
                ..own(NULL)
            },
            Recipe {
                claimed: Some(rounds.min(i32::MAX as u64)),
                ..own(NULL)
            },
        ] {
            let path = keys.write("made.pfx", auth::pfx::pfx(&keys, &recipe));
            let text = refused(ClientCertificate::from_file(path, None));
            assert!(text.contains(much), "{text}");
        }
    }
    let endless = Mac::Pbmac1 {
        password: NULL,
        length: Some(u64::from(u16::MAX)),
        rounds: 10_000,
    };
    let unsaid = Mac::Pbmac1 {
        password: NULL,
        length: None,
        rounds: 1000,
    };
    for (mac, problem) in [
        (endless, much),
        (unsaid, "is encrypted in a way that is not known here: convert it with"),
    ] {
        let path = keys.write("made.pfx", auth::pfx::pfx(&keys, &Recipe { mac, ..own(NULL) }));
        let text = refused(ClientCertificate::from_file(path, None));
        assert!(text.contains(problem), "{text}");
    }
}

#[test]
fn a_chain_may_stand_beside_the_certificate() {
    let Some(keys) = Keys::rsa() else { return };
    keys.run("req -new -newkey rsa:2048 -nodes -subj /CN=leaf -keyout leaf.key -out leaf.csr");
    keys.run("x509 -req -in leaf.csr -CA app.crt -CAkey app.key -days 90 -out leaf.crt");
    let thumbprint = fingerprint(&keys, "leaf.crt");
    for options in ["", " -legacy"] {
        keys.run(&format!(
            "pkcs12 -export -in leaf.crt -inkey leaf.key -certfile app.crt -out leaf.pfx -passout pass:p{options}"
        ));
        let certificate = ClientCertificate::from_file(keys.path("leaf.pfx"), Some("p")).expect("a certificate");
        assert_eq!(certificate.thumbprint(), thumbprint);
    }
    // The issuer first: the key decides.
    let (issuer, leaf, key) = (keys.read("app.crt"), keys.read("leaf.crt"), keys.read("leaf.key"));
    for order in [[&issuer, &leaf, &key], [&key, &issuer, &leaf], [&leaf, &key, &issuer]] {
        let text = order.map(|part| part.as_slice()).concat();
        let certificate = ClientCertificate::from_pem(&text, None).expect("a certificate");
        assert_eq!(certificate.thumbprint(), thumbprint);
    }
}

#[test]
fn every_form_of_pem_is_read() {
    let Some(keys) = Keys::rsa() else { return };
    let thumbprint = fingerprint(&keys, "app.crt");
    keys.run("rsa -in app.key -traditional -out pkcs1.key");
    for (name, options) in [
        ("aes.key", "-v2 aes256"),
        ("aes128.key", "-v2 aes128 -v2prf hmacWithSHA1"),
        ("sha512.key", "-v2 aes256 -v2prf hmacWithSHA512 -iter 10000"),
        ("des3.key", "-v2 des3"),
        ("own.key", "-v1 PBE-SHA1-3DES"),
        ("scrypt.key", "-scrypt"),
    ] {
        let password = format!("pass:{PASSWORD}");
        let mut arguments = vec!["pkcs8", "-topk8", "-in", "app.key", "-out", name, "-passout", &password];
        arguments.extend(options.split(' '));
        keys.openssl(&arguments);
    }
    for (name, password) in [
        ("app.key", None),
        ("app.key", Some("not needed")),
        ("pkcs1.key", None),
        ("aes.key", Some(PASSWORD)),
        ("aes128.key", Some(PASSWORD)),
        ("sha512.key", Some(PASSWORD)),
        ("des3.key", Some(PASSWORD)),
        ("own.key", Some(PASSWORD)),
        ("scrypt.key", Some(PASSWORD)),
    ] {
        let two = ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path(name), password);
        assert_eq!(
            two.unwrap_or_else(|error| panic!("{name}: {error}")).thumbprint(),
            thumbprint
        );
        let (certificate, key) = (keys.read("app.crt"), keys.read(name));
        let text = [
            b"Bag Attributes: <None>\n",
            &*key,
            b"\nsubject=CN = app\n",
            &*certificate,
            b"\nend\n",
        ]
        .concat();
        let windows = String::from_utf8(text.clone()).expect("text").replace('\n', "\r\n");
        for text in [text.as_slice(), windows.as_bytes()] {
            let path = keys.write("both.pem", text);
            let one = ClientCertificate::from_file(path, password);
            assert_eq!(
                one.unwrap_or_else(|error| panic!("{name}: {error}")).thumbprint(),
                thumbprint
            );
        }
    }
    // With a byte order mark, and as openssl takes a PFX apart.
    pfx(&keys, "p", "");
    let apart = keys.run("pkcs12 -in app.pfx -nodes -passin pass:p");
    ClientCertificate::from_pem(format!("\u{feff}{apart}").as_bytes(), None).expect("a certificate");
}

#[test]
fn a_wrong_password_is_named_and_not_shown() {
    let Some(keys) = Keys::rsa() else { return };
    let opened = "cannot be opened with this password: give the one it was exported with";
    for options in ["", "-legacy", "-nomac", "-macalg sha1"] {
        let path = pfx(&keys, PASSWORD, options);
        let text = refused(ClientCertificate::from_file(&path, Some("wrong-word")));
        assert!(text.contains(opened) && text.contains("app.pfx"), "{options}: {text}");
        for none in [None, Some("")] {
            let text = refused(ClientCertificate::from_file(&path, none));
            assert!(
                text.contains("cannot be opened without a password"),
                "{options}: {text}"
            );
        }
    }
    let password = format!("pass:{PASSWORD}");
    keys.openssl(&[
        "pkcs8", "-topk8", "-in", "app.key", "-out", "aes.key", "-passout", &password,
    ]);
    let read = |password| ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("aes.key"), password);
    let text = refused(read(Some("wrong-word")));
    assert!(
        text.contains("aes.key` contains a key that cannot be opened with this password"),
        "{text}"
    );
    let text = refused(read(None));
    assert!(
        text.contains("aes.key` contains an encrypted key, and there is no password"),
        "{text}"
    );
}

#[test]
fn what_rs256_cannot_use_is_refused() {
    let needed = "RS256 needs an RSA key of at least 2048 bits";
    for (kind, name) in [
        (vec!["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "an EC key"),
        (vec!["ed25519"], "an Ed25519 key"),
        (vec!["rsa:1024"], "an RSA key of 1024 bits"),
        (
            vec!["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
            "a key for RSA-PSS alone",
        ),
        (
            vec!["rsa:2048", "-pkeyopt", "rsa_keygen_primes:3"],
            "an RSA key with more than two primes",
        ),
    ] {
        let Some(keys) = Keys::of(&kind) else { return };
        let pem = refused(ClientCertificate::from_pem_files(
            keys.path("app.crt"),
            keys.path("app.key"),
            None,
        ));
        let pfx = refused(ClientCertificate::from_file(pfx(&keys, "p", ""), Some("p")));
        for text in [pem, pfx] {
            assert!(
                text.contains(&format!("contains {name}, which cannot be used: {needed}")),
                "{text}"
            );
        }
    }
    let Some(keys) = Keys::of(&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) else {
        return;
    };
    keys.run("ec -in app.key -out sec1.key");
    let text = refused(ClientCertificate::from_pem_files(
        keys.path("app.crt"),
        keys.path("sec1.key"),
        None,
    ));
    assert!(text.contains("contains an EC key, which cannot be used"), "{text}");
}

#[test]
fn every_refusal_names_the_file_and_the_remedy() {
    let Some(keys) = Keys::rsa() else { return };
    let (certificate, key) = (keys.read("app.crt"), keys.read("app.key"));
    let file = |name: &str, content: &[u8]| {
        let text = refused(ClientCertificate::from_file(keys.write(name, content), Some("p")));
        assert!(text.contains(&format!("{name}`")), "{text}");
        text
    };
    let says = |text: String, problem: &str| assert!(text.contains(problem), "{text}");

    says(file("empty.pfx", b""), "is empty: export it again");
    says(file("words.pfx", b"not a certificate"), "is neither PKCS#12");
    says(
        file("der.cer", &pem_content(&certificate)),
        "is damaged, truncated or not PKCS#12",
    );
    says(
        file("only.crt", &certificate),
        "contains a certificate and no private key: add the key",
    );
    says(
        file("only.key", &key),
        "contains a key and no certificate: export both together",
    );
    says(
        file("two.pem", &[&*key, &*key, &*certificate].concat()),
        "contains several private keys",
    );
    says(file("half.pem", &certificate[..certificate.len() / 2]), "cut off");

    keys.run("req -x509 -nodes -subj /CN=other -newkey rsa:2048 -keyout other.key -out other.crt");
    let mixed = ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("other.key"), None);
    says(
        refused(mixed),
        "contains a certificate and a key that do not belong together",
    );

    keys.run("rsa -in app.key -traditional -aes128 -passout pass:p -out old.key");
    let old = ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("old.key"), Some("p"));
    says(
        refused(old),
        "old.key` contains a key that is encrypted in an outdated, weak way (`Proc-Type: 4,ENCRYPTED`): convert it with \
         `openssl pkcs8 -topk8 -v2 aes256 -in OLD.key -out app.key`",
    );

    keys.run("pkcs12 -export -nokeys -in app.crt -out bare.pfx -passout pass:p");
    says(file("bare.pfx", &keys.read("bare.pfx")), "contains no private key");
    keys.run("pkcs12 -export -nocerts -inkey app.key -out key.pfx -passout pass:p");
    says(
        file("key.pfx", &keys.read("key.pfx")),
        "contains a key and no certificate",
    );
    keys.run("pkcs12 -export -legacy -in app.crt -inkey app.key -keypbe PBE-SHA1-RC4-128 -out odd.pfx -passout pass:p");
    says(
        file("odd.pfx", &keys.read("odd.pfx")),
        "encrypted in a way that is not known here: convert it with",
    );

    let text = refused(ClientCertificate::from_file(keys.folder(), None));
    says(text, "cannot be read");
    says(
        refused(ClientCertificate::from_file(keys.path("nowhere.pfx"), None)),
        "nowhere.pfx` cannot be read",
    );
}

/// What a PEM block holds.
fn pem_content(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("text");
    let body: String = text.lines().filter(|line| !line.starts_with("---")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).expect("base64")
}

#[test]
fn no_damage_makes_it_panic_or_show_the_password() {
    let Some(keys) = Keys::rsa() else { return };
    let password = format!("pass:{PASSWORD}");
    for options in ["", "-legacy"] {
        pfx(&keys, PASSWORD, options);
        let whole = keys.read("app.pfx");
        for length in 0..whole.len() {
            refused(ClientCertificate::from_pkcs12(&whole[..length], PASSWORD));
        }
        // Not every bit counts: names and attributes are not looked at.
        for place in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x41;
            if let Err(error) = ClientCertificate::from_pkcs12(&damaged, PASSWORD) {
                refused(Err(error));
            }
        }
    }
    keys.openssl(&[
        "pkcs8", "-topk8", "-in", "app.key", "-out", "aes.key", "-passout", &password,
    ]);
    for name in ["app.key", "aes.key"] {
        let whole = [keys.read("app.crt"), keys.read(name)].concat();
        let last = whole.trim_ascii_end().len();
        for length in (0..last).step_by(3) {
            refused(ClientCertificate::from_pem(&whole[..length], Some(PASSWORD)));
        }
        for place in (0..whole.len()).step_by(11) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x11;
            if let Err(error) = ClientCertificate::from_pem(&damaged, Some(PASSWORD)) {
                refused(Err(error));
            }
        }
    }
}

#[tokio::test]
async fn an_assertion_is_the_one_of_the_protocol_and_fresh_for_every_attempt() {
    let Some(keys) = Keys::rsa() else { return };
    let server = Server::in_turn(vec![
        Reply::empty(503).header("retry-after", "9"),
        Reply::HangUp,
        auth::token("late", 3600),
    ])
    .await;
    let clock = clock();
    let certificate =
        ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("app.key"), None).expect("a certificate");
    let credential = ClientCertificateCredential::builder(CLIENT, certificate)
        .identity_url(server.url())
        .clock(clock.clone())
        .retry(RetryPolicy::default())
        .build()
        .expect("a credential");
    credential.token(&LIST).await.expect("a token");

    let thumbprint = fingerprint(&keys, "app.crt");
    let sha1: Vec<u8> = (0..20)
        .map(|n| u8::from_str_radix(&thumbprint[2 * n..2 * n + 2], 16).expect("hexadecimal"))
        .collect();
    keys.run("rsa -in app.key -pubout -out public.pem");
    let start: Timestamp = avepoint_tests::elements::START.parse().expect("a time");
    let mut identifiers = std::collections::HashSet::new();
    let mut dates = Vec::new();
    for request in server.received() {
        let mut form = form(&request);
        let assertion = form.remove("client_assertion").expect("an assertion");
        let expected = [
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_id", CLIENT),
            ("grant_type", "client_credentials"),
            ("scope", "things.read.all"),
        ];
        assert_eq!(form, expected.map(|(name, value)| (name.into(), value.into())).into());

        let parts: Vec<_> = assertion.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            panic!("three parts")
        };
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
        let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)).expect("JSON");
        assert_eq!(
            json(header),
            json!({"typ": "JWT", "alg": "RS256", "kid": thumbprint, "x5t": URL_SAFE_NO_PAD.encode(&sha1)})
        );
        let mut claims_read = json(claims);
        let jti = claims_read
            .as_object_mut()
            .expect("claims")
            .remove("jti")
            .expect("a jti");
        identifiers.insert(jti.as_str().expect("text").to_owned());
        let now = claims_read["iat"].as_i64().expect("a time");
        dates.push(now);
        let aud = format!("{}/connect/token", server.url());
        assert_eq!(
            claims_read,
            // A little back, so that a clock which is fast is no reason to refuse it.
            json!({"iss": CLIENT, "sub": CLIENT, "aud": aud, "iat": now, "nbf": now - 60, "exp": now + 300})
        );
        // Held against the certificate's public key by another library than the one that signed.
        keys.write("signed", format!("{header}.{claims}"));
        keys.write("signature", bytes(signature));
        let verdict = keys.run("dgst -sha256 -verify public.pem -signature signature signed");
        assert_eq!(verdict.trim(), "Verified OK");
    }
    assert_eq!((identifiers.len(), dates[0]), (3, start.as_second()));
    assert!(dates[2] > dates[0], "the clock of the retries dates them");
}

#[tokio::test]
async fn a_refused_certificate_is_named_by_its_thumbprint() {
    let Some(keys) = Keys::rsa() else { return };
    let server = Server::start(|request, _| {
        let quoted = format!("not signed as it should be: {}", form(request)["client_assertion"]);
        Reply::json(401, &json!({"error": "invalid_client", "error_description": quoted}))
    })
    .await;
    let certificate = ClientCertificate::from_file(pfx(&keys, "p", ""), Some("p")).expect("a certificate");
    let builder = ClientCertificateCredential::builder(CLIENT, certificate);
    let credential = builder.identity_url(server.url()).build().expect("a credential");
    let error = credential.token(&LIST).await.expect_err("refused");
    assert_eq!(
        error.to_string(),
        format!(
            "listThings: no access token: 127.0.0.1 does not accept the client: check the client id and that the \
             certificate with the thumbprint {} is the one of the app registration, and that the app is registered in \
             this cloud (the server says: not signed as it should be: [redacted]) [invalid_client]",
            fingerprint(&keys, "app.crt")
        )
    );
}

/// A credential to be finished, with `app.crt` and `app.key`.
fn certified(keys: &Keys, server: &Server) -> CredentialBuilder<ClientCertificateCredential> {
    let certificate = ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("app.key"), None);
    ClientCertificateCredential::builder(CLIENT, certificate.expect("a certificate"))
        .identity_url(server.url())
        .clock(clock())
        .retry(RetryPolicy::none())
}

#[tokio::test]
async fn an_assertion_is_meant_for_whom_the_caller_says() {
    let Some(keys) = Keys::rsa() else { return };
    let server = Server::start(|request, _| match request.path.as_str() {
        "/.well-known/openid-configuration" => {
            let url = format!("http://{}", request.header("host").expect("a host"));
            Reply::json(
                200,
                &json!({"issuer": format!("{url}/"), "token_endpoint": format!("{url}/a/../token")}),
            )
        }
        _ => auth::token("t", 3600),
    })
    .await;
    let url = server.url();
    for (discovery, audience, expected) in [
        (false, Audience::TokenEndpoint, format!("{url}/connect/token")),
        (false, Audience::Issuer, url.clone()),
        (false, "urn:them".into(), "urn:them".to_owned()),
        // As the document spells them.
        (true, Audience::TokenEndpoint, format!("{url}/a/../token")),
        (true, Audience::Issuer, format!("{url}/")),
    ] {
        let builder = certified(&keys, &server).discovery(discovery).audience(audience);
        builder
            .build()
            .expect("a credential")
            .token(&LIST)
            .await
            .expect("a token");
        let sent = server.received().pop().expect("a request");
        let assertion = form(&sent)["client_assertion"].clone();
        let claims = URL_SAFE_NO_PAD
            .decode(assertion.split('.').nth(1).expect("claims"))
            .expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims["aud"], expected);
    }
    let error = certified(&keys, &server)
        .audience(" ")
        .build()
        .expect_err("no audience");
    assert_eq!(error.to_string(), "the audience is empty");
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named_where_an_assertion_is_refused() {
    let Some(keys) = Keys::rsa() else { return };
    // It is noon by the clock of the tests.
    for (date, code, words) in [
        (
            "Sat, 31 Jan 2026 12:05:00 GMT",
            "invalid_client",
            Some("is 5 minutes behind the server's"),
        ),
        (
            "Sat, 31 Jan 2026 11:59:48 GMT",
            "invalid_client",
            Some("is 12 seconds ahead of the server's"),
        ),
        (
            "Sat, 31 Jan 2026 09:59:00 GMT",
            "invalid_grant",
            Some("is 2 hours 1 minute ahead of the server's"),
        ),
        ("Sat, 31 Jan 2026 12:00:10 GMT", "invalid_client", None),
        ("Sat, 31 Jan 2026 11:59:50 GMT", "invalid_client", None),
        // The assertion was accepted.
        ("Sat, 31 Jan 2026 12:05:00 GMT", "invalid_scope", None),
        (
            "Thu, 30 Dec 9999 20:00:00 GMT",
            "invalid_client",
            Some("behind the server's"),
        ),
        ("yesterday", "invalid_client", None),
    ] {
        let server = Server::always(Reply::json(401, &json!({"error": code})).header("date", date)).await;
        let error = certified(&keys, &server)
            .build()
            .expect("a credential")
            .token(&LIST)
            .await
            .expect_err("refused");
        let text = error.message();
        match words {
            Some(words) => {
                assert!(text.contains("; the clock of this machine is "), "{text}");
                assert!(text.contains(&format!("{words}: set it right")), "{text}");
            }
            None => assert!(!text.contains("clock"), "{date}: {text}"),
        }
        // A secret has no dates.
        let error = auth::secret(&server, &clock())
            .build()
            .expect("a credential")
            .token(&LIST)
            .await;
        assert!(!error.expect_err("refused").message().contains("clock"));
    }
}

#[tokio::test]
async fn a_key_of_any_usual_size_signs() {
    for size in ["rsa:3072", "rsa:4096"] {
        let Some(keys) = Keys::of(&[size]) else { return };
        let server = numbered(3600).await;
        let certificate =
            ClientCertificate::from_pem_files(keys.path("app.crt"), keys.path("app.key"), None).expect("a certificate");
        let builder = ClientCertificateCredential::builder(CLIENT, certificate);
        let credential = builder.identity_url(server.url()).build().expect("a credential");
        credential.token(&LIST).await.expect("a token");
    }
}
