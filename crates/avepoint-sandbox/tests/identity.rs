//! The identity service and what its tokens open, as a client that knows nothing of the sandbox meets them.

use std::time::{Duration, SystemTime};

use avepoint_sandbox::{App, Certificate, Error, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

const READ_CUSTOMERS: &str = "elements.customers.read.all";
const INSIGHTS: &str = "insights.graph.readwrite.all";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn sandbox() -> Sandbox {
    Sandbox::start().await.expect("a sandbox")
}

fn endpoint(sandbox: &Sandbox) -> String {
    format!("{}/connect/token", sandbox.identity_url())
}

/// A request for a token with these parameters.
fn ask(sandbox: &Sandbox, form: &[(&str, &str)]) -> RequestBuilder {
    Client::new().post(endpoint(sandbox)).form(form)
}

/// The parameters of a request with the secret.
fn with_secret<'s>(sandbox: &'s Sandbox, scope: &'s str) -> Vec<(&'s str, &'s str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("scope", scope),
    ]
}

fn header(answer: &Response, name: &str) -> Option<String> {
    let value = answer.headers().get(name)?;
    Some(value.to_str().expect("text").to_owned())
}

async fn body(answer: Response) -> Value {
    answer.json().await.expect("JSON")
}

/// A token that is given.
async fn token(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = body(answer).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The error and its description, in an answer that is a refusal of the token endpoint by every rule.
async fn refusal(request: RequestBuilder, status: u16) -> (String, String) {
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), status);
    assert_eq!(header(&answer, "cache-control").as_deref(), Some("no-store"));
    assert_eq!(
        header(&answer, "content-type").as_deref(),
        Some("application/json; charset=utf-8")
    );
    let is_basic = header(&answer, "www-authenticate").is_some_and(|value| value.starts_with("Basic realm="));
    assert_eq!(is_basic, status == 401);
    let body = body(answer).await;
    let text = |name: &str| body[name].as_str().expect("text").to_owned();
    let description = text("error_description");
    // RFC 6749, section 5.2.
    let is_plain = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    assert!(description.bytes().all(is_plain), "{description}");
    (text("error"), description)
}

fn now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since_1970.expect("a time").as_secs()).expect("seconds")
}

fn signing_key(certificate: &Certificate) -> EncodingKey {
    let key = pem::parse(certificate.key_pem()).expect("PEM");
    let key = pkcs8::PrivateKeyInfoRef::try_from(key.contents()).expect("PKCS#8");
    EncodingKey::from_rsa_der(key.private_key.as_bytes())
}

/// The header and the claims of an assertion that is right.
fn assertion(sandbox: &Sandbox, id: &str) -> (Header, Value) {
    let certificate = sandbox.certificate().expect("a certificate");
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(certificate.thumbprint());
    let claims = json!({
        "iss": sandbox.client_id(), "sub": sandbox.client_id(), "aud": endpoint(sandbox), "jti": id,
        "iat": now(), "nbf": now() - 60, "exp": now() + 300,
    });
    (header, claims)
}

fn signed(sandbox: &Sandbox, (header, claims): &(Header, Value)) -> String {
    let key = signing_key(sandbox.certificate().expect("a certificate"));
    jsonwebtoken::encode(header, claims, &key).expect("an assertion")
}

fn ask_with_assertion(sandbox: &Sandbox, assertion: &str) -> RequestBuilder {
    ask(
        sandbox,
        &[
            ("grant_type", "client_credentials"),
            ("scope", READ_CUSTOMERS),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ],
    )
}

/// A call of an operation of Elements that needs one scope.
fn list_customers(sandbox: &Sandbox) -> RequestBuilder {
    let path = "/partner/external/v3/general/customers/batch";
    Client::new()
        .post(format!("{}{path}", sandbox.base_url()))
        .json(&json!({}))
}

fn access_token(answer: &Value) -> &str {
    answer["access_token"].as_str().expect("a token")
}

#[tokio::test]
async fn discovery_leads_to_the_endpoint_and_to_the_key_of_its_tokens() {
    let sandbox = sandbox().await;
    let read = async |url: &str| body(reqwest::get(url).await.expect("an answer")).await;
    let found = read(&format!("{}/.well-known/openid-configuration", sandbox.identity_url())).await;
    assert_eq!(found["issuer"], sandbox.identity_url());
    assert_eq!(found["token_endpoint"], endpoint(&sandbox));
    assert!(
        found["scopes_supported"]
            .as_array()
            .expect("scopes")
            .contains(&json!(INSIGHTS))
    );

    let answer = token(ask(&sandbox, &with_secret(&sandbox, READ_CUSTOMERS))).await;
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    assert_eq!(answer["scope"], READ_CUSTOMERS);
    // Whoever knows the address alone can check the token.
    let keys = read(found["jwks_uri"].as_str().expect("an address")).await;
    let keys: JwkSet = serde_json::from_value(keys).expect("keys");
    let header = jsonwebtoken::decode_header(access_token(&answer)).expect("a JWT");
    let key = keys.find(&header.kid.expect("a key's name")).expect("the key");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[sandbox.identity_url()]);
    validation.set_audience(&[format!("{}/resources", sandbox.identity_url())]);
    validation.validate_nbf = true;
    let key = DecodingKey::from_jwk(key).expect("a key");
    let claims = jsonwebtoken::decode::<Value>(access_token(&answer), &key, &validation);
    let claims = claims.expect("a token that holds").claims;
    assert_eq!(claims["client_id"], sandbox.client_id());
    assert_eq!(claims["scope"], json!([READ_CUSTOMERS]));
    let times = ["iat", "nbf", "exp"].map(|name| claims[name].as_i64().expect("a time"));
    assert_eq!((times[1], times[2]), (times[0], times[0] + 3600));
    assert!(claims["jti"].is_string());
}

#[tokio::test]
async fn a_secret_gives_a_token_from_the_form_and_from_the_header() {
    let sandbox = Sandbox::builder()
        // As openid-client and others send them, both are encoded as in a form before they are joined.
        .client("an app:1", "p%q+r&s=t u/~é:")
        .start()
        .await
        .expect("a sandbox");
    let form = [("grant_type", "client_credentials"), ("scope", READ_CUSTOMERS)];
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = || ask(&sandbox, &form).basic_auth(encoded("an app:1"), Some(encoded("p%q+r&s=t u/~é:")));
    let both = ask(&sandbox, &with_secret(&sandbox, READ_CUSTOMERS));
    let with_id = [form[0], form[1], ("client_id", "an app:1")];
    let with_id = basic().form(&with_id);
    for request in [both, basic(), with_id] {
        let answer = token(request).await;
        let customers = list_customers(&sandbox).bearer_auth(access_token(&answer));
        assert_eq!(customers.send().await.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn requests_that_prove_nothing_are_refused() {
    let sandbox = sandbox().await;
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let grant = ("grant_type", "client_credentials");
    let (client, password) = (("client_id", id), ("client_secret", secret));
    let is_assertion = ("client_assertion_type", ASSERTION_TYPE);
    let form = |form: &[(&str, &str)]| ask(&sandbox, form);
    let plain = |form: &[(&str, &str)], media_type: &str| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Client::new().post(endpoint(&sandbox)).body(body);
        request.header("content-type", media_type)
    };
    let long = "x".repeat(64 << 10);
    let rows = [
        (form(&[]), 400, "invalid_client", "does not prove"),
        (form(&[grant, client]), 400, "invalid_client", "does not prove"),
        (
            form(&[grant, client, ("client_secret", "")]),
            400,
            "invalid_client",
            "does not prove",
        ),
        (form(&[grant, password]), 400, "invalid_request", "without a client_id"),
        (
            form(&[grant, client, ("client_secret", "wrong")]),
            400,
            "invalid_client",
            "not its own",
        ),
        (
            form(&[grant, ("client_id", "unknown"), password]),
            400,
            "invalid_client",
            "not registered",
        ),
        (form(&[client, password]), 400, "invalid_request", "no grant_type"),
        (
            form(&[("grant_type", "password"), client, password]),
            400,
            "unsupported_grant_type",
            "client_credentials",
        ),
        (
            form(&[grant, client, client, password]),
            400,
            "invalid_request",
            "client_id came more than once",
        ),
        (
            form(&[grant, client, password, is_assertion]),
            400,
            "invalid_request",
            "client_secret and client_assertion",
        ),
        (
            form(&[grant, client, password]).basic_auth(id, Some(secret)),
            400,
            "invalid_request",
            "more than one way",
        ),
        (
            form(&[grant, is_assertion]),
            400,
            "invalid_request",
            "without the other",
        ),
        (
            form(&[grant, ("client_assertion", "x")]),
            400,
            "invalid_request",
            "without the other",
        ),
        (
            form(&[grant, ("client_assertion", "x"), ("client_assertion_type", "saml")]),
            400,
            "invalid_client",
            "client_assertion_type is not",
        ),
        (
            form(&[grant]).basic_auth(id, Some("wrong")),
            401,
            "invalid_client",
            "not its own",
        ),
        (
            form(&[grant]).basic_auth("unknown", Some(secret)),
            401,
            "invalid_client",
            "not registered",
        ),
        (
            form(&[grant]).header("authorization", "Basic %%%"),
            401,
            "invalid_client",
            "malformed",
        ),
        (
            form(&[grant]).bearer_auth("x"),
            401,
            "invalid_client",
            "not of the scheme Basic",
        ),
        (
            form(&[grant, ("client_id", "other")]).basic_auth(id, Some(secret)),
            400,
            "invalid_request",
            "not the one in the header",
        ),
        (
            plain(&[grant, client, password], "application/json"),
            400,
            "invalid_request",
            "media type",
        ),
        (
            plain(&[grant, client, password], "text/plain"),
            400,
            "invalid_request",
            "media type",
        ),
        (
            form(&[grant, client, password, ("more", &long)]),
            413,
            "invalid_request",
            "longer than 65536",
        ),
        (
            Client::new().get(endpoint(&sandbox)),
            405,
            "invalid_request",
            "only POST",
        ),
        (
            Client::new().put(endpoint(&sandbox)),
            405,
            "invalid_request",
            "only POST",
        ),
    ];
    for (request, status, error, reason) in rows {
        let (found, description) = refusal(request, status).await;
        assert_eq!(found, error, "{reason}: {description}");
        assert!(description.contains(reason), "{reason}: {description}");
        assert!(!description.contains(secret));
    }
    let charset = plain(
        &[grant, client, password],
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
    );
    token(charset).await;
    let other = Client::new().post(format!("{}/.well-known/openid-configuration", sandbox.identity_url()));
    let other = other.send().await.expect("an answer");
    assert_eq!(
        (other.status().as_u16(), header(&other, "allow").as_deref()),
        (405, Some("GET"))
    );
}

#[tokio::test]
async fn scopes_are_granted_as_asked_and_no_others() {
    let reader = App::new("reader")
        .secret("secret")
        .scopes([READ_CUSTOMERS, "elements.jobs.read.all"]);
    let builder = Sandbox::builder().app(reader);
    let sandbox = builder.clone().start().await.expect("a sandbox");
    let strict = builder.require_scope().start().await.expect("a sandbox");
    let ask = |sandbox: &Sandbox, scope: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "reader"),
            ("client_secret", "secret"),
            ("scope", scope),
        ];
        self::ask(sandbox, &form)
    };
    let all = format!("{READ_CUSTOMERS} elements.jobs.read.all");
    // The longest that is taken, in which the same scope may stand twice.
    let longest = [READ_CUSTOMERS; 10].join(" ") + &" ".repeat(300 - 279);
    assert_eq!(longest.len(), 300);
    for (scope, granted) in [
        ("", &*all),
        (READ_CUSTOMERS, READ_CUSTOMERS),
        (&*longest, READ_CUSTOMERS),
    ] {
        assert_eq!(token(ask(&sandbox, scope)).await["scope"], granted);
    }
    let rows = [
        (&sandbox, "elements.nothing", "elements.nothing does not exist"),
        (&sandbox, INSIGHTS, "may not have it"),
        (&sandbox, "elements.jobs.read.all openid", "openid"),
        (&sandbox, "Elements.Jobs.Read.All", "does not exist"),
        (&sandbox, "\"", "a character"),
        (&sandbox, " ", "blank"),
        (&sandbox, &format!("{longest} "), "301 characters"),
        (&strict, "", "no scope"),
    ];
    for (sandbox, scope, reason) in rows {
        let (error, description) = refusal(ask(sandbox, scope), 400).await;
        assert_eq!(error, "invalid_scope", "{scope}");
        assert!(description.contains(reason), "{scope}: {description}");
    }
}

#[tokio::test]
async fn an_assertion_gives_a_token_by_each_name_of_the_certificate() {
    let sandbox = sandbox().await;
    let certificate = sandbox.certificate().expect("a certificate");
    let digest = |algorithm| URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(algorithm, certificate.der()));
    let sha1 = digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY);
    let sha256 = digest(&aws_lc_rs::digest::SHA256);
    let names = [
        (Some(certificate.thumbprint()), None, None),
        (Some(certificate.thumbprint().to_lowercase()), None, None),
        (Some(sha1.clone()), None, None),
        (None, Some(sha1.clone()), None),
        (None, None, Some(sha256.clone())),
        (Some(certificate.thumbprint()), Some(sha1), Some(sha256)),
    ];
    for (index, (kid, x5t, x5t_s256)) in names.into_iter().enumerate() {
        let (mut header, claims) = assertion(&sandbox, &format!("name {index}"));
        (header.kid, header.x5t, header.x5t_s256) = (kid, x5t, x5t_s256);
        let answer = token(ask_with_assertion(&sandbox, &signed(&sandbox, &(header, claims)))).await;
        let customers = list_customers(&sandbox).bearer_auth(access_token(&answer));
        assert_eq!(customers.send().await.expect("an answer").status(), 200);
    }
    // The issuer is as good an audience as the endpoint, and one of several is enough.
    for (index, audience) in [json!(sandbox.identity_url()), json!(["x", endpoint(&sandbox)])]
        .into_iter()
        .enumerate()
    {
        let mut assertion = assertion(&sandbox, &format!("audience {index}"));
        assertion.1["aud"] = audience;
        token(ask_with_assertion(&sandbox, &signed(&sandbox, &assertion))).await;
    }
}

#[tokio::test]
async fn assertions_that_prove_nothing_are_refused() {
    let sandbox = sandbox().await;
    /// Spoils an assertion.
    type Spoil = fn(&mut Header, &mut Value);
    let rows: [(&str, Spoil); 17] = [
        ("aud is neither", |_, claims| {
            claims["aud"] = json!("https://identity.example")
        }),
        ("aud is neither", |_, claims| claims["aud"] = json!(null)),
        ("exp has passed", |_, claims| claims["exp"] = json!(now() - 1)),
        ("exp is no number", |_, claims| claims["exp"] = json!(null)),
        ("more than 10 minutes", |_, claims| claims["exp"] = json!(now() + 3600)),
        ("nbf is still to come", |_, claims| claims["nbf"] = json!(now() + 60)),
        ("no jti", |_, claims| claims["jti"] = json!(null)),
        ("no jti", |_, claims| claims["jti"] = json!("")),
        ("no sub", |_, claims| claims["sub"] = json!(null)),
        ("iss is not its sub", |_, claims| claims["iss"] = json!("other")),
        ("no registered client", |_, claims| {
            claims["sub"] = json!("other");
            claims["iss"] = json!("other");
        }),
        ("not name a certificate", |header, _| header.kid = None),
        ("not name a certificate", |header, _| header.kid = Some("00".repeat(20))),
        ("not name a certificate", |header, _| {
            header.x5t = Some("AAAA".to_owned())
        }),
        ("not name a certificate", |header, _| {
            header.x5t_s256 = Some("AAAA".to_owned())
        }),
        ("has a crit", |header, _| header.crit = Some(vec!["b64".to_owned()])),
        ("alg is not RS256", |header, _| header.alg = Algorithm::PS256),
    ];
    let mut requests = Vec::new();
    for (index, (reason, spoil)) in rows.into_iter().enumerate() {
        let mut assertion = assertion(&sandbox, &format!("row {index}"));
        spoil(&mut assertion.0, &mut assertion.1);
        requests.push((reason, signed(&sandbox, &assertion)));
    }
    let (mut header, claims) = assertion(&sandbox, "other");
    let good = signed(&sandbox, &(header.clone(), claims.clone()));
    let parts: Vec<_> = good.split('.').collect();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = encoded(&json!({ "alg": "none", "kid": header.kid }));
    requests.push(("alg is not RS256", format!("{unsigned}.{}.", parts[1])));
    let mut more = claims.clone();
    more["more"] = json!(true);
    let changed = format!("{}.{}.{}", parts[0], encoded(&more), parts[2]);
    requests.push(("has not signed it", changed));
    requests.push(("has not signed it", format!("{}.{}.", parts[0], parts[1])));
    requests.push(("no signed JWT", format!("{}.{}", parts[0], parts[1])));
    requests.push(("no signed JWT", "x".to_owned()));
    // A server that takes the certificate for a shared secret would be fooled by this.
    header.alg = Algorithm::HS256;
    let secret = EncodingKey::from_secret(sandbox.certificate().expect("a certificate").der());
    let hmac = jsonwebtoken::encode(&header, &claims, &secret).expect("an assertion");
    requests.push(("alg is not RS256", hmac));
    for (reason, assertion) in requests {
        let (error, description) = refusal(ask_with_assertion(&sandbox, &assertion), 400).await;
        assert_eq!(error, "invalid_client", "{reason}");
        assert!(description.contains(reason), "{reason}: {description}");
    }
    let other_client = [
        ("grant_type", "client_credentials"),
        ("client_id", "other"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &good),
    ];
    let (error, description) = refusal(ask(&sandbox, &other_client), 400).await;
    assert!(
        error == "invalid_client" && description.contains("not the client_id"),
        "{description}"
    );
    // None of that has used up the identifier; the first token does.
    token(ask_with_assertion(&sandbox, &good)).await;
    let (error, description) = refusal(ask_with_assertion(&sandbox, &good), 400).await;
    assert!(
        error == "invalid_client" && description.contains("used before"),
        "{description}"
    );
}

#[tokio::test]
async fn an_assertion_is_judged_by_the_certificates_of_its_client() {
    let other = sandbox().await;
    let certificate = other.certificate().expect("a certificate");
    let second = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("a key");
    let made = |first_year: i32, last_year: i32| {
        let mut params = rcgen::CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(first_year, 1, 1);
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        params.self_signed(&second).expect("a certificate").der().to_vec()
    };
    let (valid, over) = (made(2000, 4000), made(2000, 2001));
    let with_certificates = |app: App, all: &[&[u8]]| {
        all.iter().fold(app, |app, certificate| {
            app.certificate(certificate).expect("a certificate")
        })
    };
    let turning = with_certificates(App::new("turning"), &[certificate.pem().as_bytes(), &valid]);
    let late = with_certificates(App::new("late"), &[&over]);
    let sandbox = Sandbox::builder()
        .app(turning)
        .app(late)
        .start()
        .await
        .expect("a sandbox");
    let second = pkcs8::PrivateKeyInfoRef::try_from(second.serialized_der()).expect("PKCS#8");
    let second = EncodingKey::from_rsa_der(second.private_key.as_bytes());
    let first = signing_key(certificate);
    let asked = |client: &str, certificate: &[u8], key: &EncodingKey, id: &str| {
        let sha1 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
        let mut header = Header::new(Algorithm::RS256);
        header.x5t = Some(URL_SAFE_NO_PAD.encode(sha1));
        let claims = json!({
            "iss": client, "sub": client, "aud": endpoint(&sandbox), "jti": id, "exp": now() + 300,
        });
        let assertion = jsonwebtoken::encode(&header, &claims, key).expect("an assertion");
        ask_with_assertion(&sandbox, &assertion)
    };
    token(asked("turning", certificate.der(), &first, "1")).await;
    token(asked("turning", &valid, &second, "2")).await;
    let rows = [
        (asked("turning", certificate.der(), &second, "3"), "has not signed it"),
        (asked("late", certificate.der(), &first, "4"), "not name a certificate"),
        (asked("late", &over, &second, "5"), "has expired"),
        // Nobody has asked this sandbox for its certificate: its own client has none.
        (
            asked(sandbox.client_id(), certificate.der(), &first, "6"),
            "not name a certificate",
        ),
    ];
    for (request, reason) in rows {
        let (error, description) = refusal(request, 400).await;
        assert_eq!(error, "invalid_client");
        assert!(description.contains(reason), "{reason}: {description}");
    }
}

#[tokio::test]
async fn a_call_without_a_token_that_holds_is_refused() {
    let sandbox = sandbox().await;
    let other = self::sandbox().await;
    let given = token(ask(&sandbox, &with_secret(&sandbox, READ_CUSTOMERS))).await;
    let foreign = token(ask(&other, &with_secret(&other, READ_CUSTOMERS))).await;
    let good = access_token(&given);
    let rows = [
        (list_customers(&sandbox), None),
        (list_customers(&sandbox).basic_auth("x", Some("y")), None),
        (
            list_customers(&sandbox).bearer_auth(""),
            Some("The token is malformed."),
        ),
        (
            list_customers(&sandbox).bearer_auth("x"),
            Some("The token is malformed."),
        ),
        (
            list_customers(&sandbox).bearer_auth(format!("{good} x")),
            Some("The token is malformed."),
        ),
        (
            list_customers(&sandbox).bearer_auth(format!("{good}A")),
            Some("The token is of another issuer, or was changed."),
        ),
        (
            list_customers(&sandbox).bearer_auth(good).bearer_auth(good),
            Some("There is more than one token."),
        ),
        (
            list_customers(&sandbox).bearer_auth(access_token(&foreign)),
            Some("The token is of another issuer, or was changed."),
        ),
    ];
    let refused = async |request: RequestBuilder, problem: Option<&str>| {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{problem:?}");
        let mut challenge = r#"Bearer realm="avepoint-sandbox""#.to_owned();
        if let Some(problem) = problem {
            challenge += &format!(r#", error="invalid_token", error_description="{problem}""#);
        }
        assert_eq!(header(&answer, "www-authenticate"), Some(challenge));
        let body = body(answer).await;
        let default = "There is no token: send one in the header Authorization, as Bearer.";
        assert_eq!(body, json!({ "message": problem.unwrap_or(default) }));
    };
    for (request, problem) in rows {
        refused(request, problem).await;
    }
    let accepted = async || {
        let request = list_customers(&sandbox).header("authorization", format!("bearer {good}"));
        request.send().await.expect("an answer").status() == 200
    };
    assert!(accepted().await);
    sandbox.advance(Duration::from_secs(3600));
    assert!(!accepted().await);
    refused(
        list_customers(&sandbox).bearer_auth(good),
        Some("The token has expired."),
    )
    .await;
    // The client's clock has not moved: its assertions are as good as before, and its next token holds.
    let assertion = signed(&sandbox, &assertion(&sandbox, "after"));
    let next = token(ask_with_assertion(&sandbox, &assertion)).await;
    let request = list_customers(&sandbox).bearer_auth(access_token(&next));
    assert_eq!(request.send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_call_needs_a_scope_of_its_operation() {
    let sandbox = sandbox().await;
    let customers = (Method::POST, "/partner/external/v3/general/customers/batch");
    let sites = (Method::POST, "/insights/sites/overview");
    let baselines = (Method::POST, "/partner/external/v3/bm/baselines/batch");
    let (read, write) = ("elements.bm.baseline.read.all", "elements.bm.baseline.readwrite.all");
    let either = format!("{read} or {write}");
    let rows = [
        (&customers, READ_CUSTOMERS, None),
        (&customers, INSIGHTS, Some((READ_CUSTOMERS, READ_CUSTOMERS))),
        (&sites, INSIGHTS, None),
        (&sites, READ_CUSTOMERS, Some((INSIGHTS, INSIGHTS))),
        (&baselines, read, None),
        (&baselines, write, None),
        (&baselines, READ_CUSTOMERS, Some((read, &*either))),
    ];
    for ((method, path), scope, missing) in rows {
        let given = token(ask(&sandbox, &with_secret(&sandbox, scope))).await;
        let request = Client::new().request(method.clone(), format!("{}{path}", sandbox.base_url()));
        let request = request.bearer_auth(access_token(&given)).json(&json!({}));
        let answer = request.send().await.expect("an answer");
        let Some((needed, named)) = missing else {
            assert!(answer.status() != 401 && answer.status() != 403, "{path} with {scope}");
            continue;
        };
        assert_eq!(answer.status(), 403, "{path} with {scope}");
        let message = format!("The token does not allow this: it needs the scope {named}.");
        let challenge = format!(
            r#"Bearer realm="avepoint-sandbox", error="insufficient_scope", error_description="{message}", scope="{needed}""#
        );
        assert_eq!(header(&answer, "www-authenticate"), Some(challenge));
        assert_eq!(body(answer).await["message"], message);
    }
}

#[tokio::test]
async fn apps_that_cannot_be_registered_are_named() {
    let app = |id: &str| App::new(id).secret("hidden");
    let certificate = App::new("a").certificate("no certificate");
    let ec = rcgen::generate_simple_self_signed(Vec::new()).expect("a certificate");
    let ec = App::new("a").certificate(ec.cert.der());
    let start = async |builder: avepoint_sandbox::Builder| builder.start().await.map(drop);
    let rows: [(Result<(), Error>, &str); 7] = [
        (
            certificate.map(drop),
            r#"the app "a" cannot be registered with a certificate: it is no X.509 certificate"#,
        ),
        (ec.map(drop), "its key is no RSA key of 2048 to 8192 bits"),
        (
            start(Sandbox::builder().app(app(""))).await,
            "none of them can be empty",
        ),
        (
            start(Sandbox::builder().client("a", "")).await,
            "none of them can be empty",
        ),
        (
            start(Sandbox::builder().app(app("a")).app(app("a"))).await,
            "there is another app with it",
        ),
        (
            start(Sandbox::builder().client("a", "b").app(app("a"))).await,
            "there is another app with it",
        ),
        (
            start(Sandbox::builder().app(app("a").scopes(["x"]))).await,
            r#"the scope "x": no operation has it"#,
        ),
    ];
    for (result, reason) in rows {
        let error = result.expect_err(reason).to_string();
        assert!(error.contains(reason) && !error.contains("hidden"), "{error}");
    }
}

#[tokio::test]
async fn the_client_is_that_of_the_seed_and_its_secret_is_shown_nowhere() {
    let builder = Sandbox::builder().seed(7);
    let one = builder.clone().start().await.expect("a sandbox");
    let other = builder.clone().start().await.expect("a sandbox");
    assert_eq!(one.client_id(), other.client_id());
    assert_ne!(one.client_secret(), other.client_secret());
    let builder = builder.client("app", "never-shown");
    let own = builder.clone().start().await.expect("a sandbox");
    assert_eq!((own.client_id(), own.client_secret()), ("app", "never-shown"));
    let shown = format!("{builder:?} {own:?} {one:?}");
    assert!(
        !shown.contains("never-shown") && !shown.contains(one.client_secret()),
        "{shown}"
    );
    let open = builder.without_tokens().start().await.expect("a sandbox");
    assert_eq!(list_customers(&open).send().await.expect("an answer").status(), 200);
}
