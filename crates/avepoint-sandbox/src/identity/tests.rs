//! Where the times of assertions and tokens end, to the second.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use axum::http::header::CONTENT_TYPE;

use super::*;
use crate::world::{Size, World};

const NOW: i64 = 1_800_000_000;

fn identity() -> Identity {
    let clock = World::new(7, Size { customers: 1 }).clock.clone();
    let own = App::new("own").secret("secret");
    let issuer = "http://127.0.0.1:1".to_owned();
    Identity::new(issuer, clock, own, Vec::new(), Rules::default()).expect("an identity service")
}

/// What the assertion with these claims is answered at a time, and what else it claims is right.
fn answer(identity: &Identity, claims: &Value, at: Timestamp) -> Result<Value, String> {
    let certificate = identity.certificate().expect("a certificate");
    let mut all = json!({ "iss": "own", "sub": "own", "aud": identity.endpoint, "exp": NOW + 300, "jti": "1" });
    for (name, value) in claims.as_object().expect("claims") {
        all[name] = value.clone();
    }
    let header = jws::Header {
        alg: "RS256".to_owned(),
        kid: Some(certificate.thumbprint()),
        ..jws::Header::default()
    };
    let key = pem::parse(certificate.key_pem()).expect("PEM");
    let key = RsaKeyPair::from_pkcs8(key.contents()).expect("a key");
    let assertion = jws::written(&header, &all, |text| {
        let mut signature = vec![0; key.public_modulus_len()];
        let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature);
        signed.ok().map(|()| signature)
    });
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .append_pair("client_assertion", &assertion.expect("an assertion"))
        .finish();
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, form)]);
    identity
        .token(&headers, body.as_bytes(), at)
        .map_err(|denied| format!("{}: {}", denied.error, denied.description))
}

#[test]
fn the_times_of_an_assertion_are_judged_without_leeway() {
    let now = Timestamp::from_second(NOW).expect("a time");
    let refused = |reason: &str| Some(format!("invalid_client: The assertion is refused: {reason}."));
    let rows = [
        (json!({ "nbf": NOW }), None),
        (json!({ "nbf": NOW + 1 }), refused("its nbf is still to come")),
        (
            json!({ "nbf": f64::from(1_800_000_000) + 0.5 }),
            refused("its nbf is still to come"),
        ),
        (json!({ "nbf": "now" }), refused("its nbf is no number")),
        (json!({ "iat": "now" }), refused("its iat is no number")),
        (json!({ "exp": NOW + 1 }), None),
        (json!({ "exp": NOW }), refused("its exp has passed")),
        (json!({ "exp": NOW + 600 }), None),
        (
            json!({ "exp": NOW + 601 }),
            refused("its exp is more than 10 minutes from now"),
        ),
        (json!({ "exp": "soon" }), refused("its exp is no number, or is missing")),
        (json!({ "exp": null }), refused("its exp is no number, or is missing")),
    ];
    for (claims, expected) in rows {
        assert_eq!(answer(&identity(), &claims, now).err(), expected, "{claims}");
    }
}

#[test]
fn an_identifier_is_free_again_when_no_assertion_with_it_can_hold() {
    let identity = identity();
    let at = |seconds: i64| {
        let claims = json!({ "exp": NOW + seconds + 300 });
        let now = Timestamp::from_second(NOW + seconds).expect("a time");
        answer(&identity, &claims, now).is_ok()
    };
    assert_eq!([at(0), at(600), at(601)], [true, false, true]);
}

#[test]
fn a_token_holds_for_an_hour_of_the_sandbox() {
    let identity = identity();
    let now = identity.clock.machine();
    let token = identity.tokens.issue("own", &["a.b"], now).expect("a token");
    let start = Timestamp::from_second(now.as_second()).expect("a time");
    let at = |second: i64| {
        identity
            .tokens
            .scopes(&token, start + jiff::SignedDuration::from_secs(second))
    };
    assert_eq!(at(0), Ok(vec!["a.b".to_owned()]));
    assert!(at(3599).is_ok());
    assert_eq!(at(3600), Err("The token has expired."));
    assert_eq!(at(-1), Err("The token is not valid yet."));
    identity.clock.advance(Duration::from_secs(3600));
    let late = identity.tokens.scopes(&token, identity.clock.machine());
    assert_eq!(late, Err("The token has expired."));
}

#[test]
fn a_token_that_was_changed_or_is_of_another_sandbox_is_refused() {
    let (one, other) = (identity(), identity());
    let now = one.clock.machine();
    let token = one.tokens.issue("own", &["a"], now).expect("a token");
    assert!(one.tokens.scopes(&token, now).is_ok());
    let foreign = Err("The token is of another issuer, or was changed.");
    assert_eq!(other.tokens.scopes(&token, now), foreign);
    let more = other.tokens.issue("own", &["a", "b"], now).expect("a token");
    let part = |token: &str, index: usize| token.split('.').nth(index).expect("a part").to_owned();
    let changed = [part(&token, 0), part(&more, 1), part(&token, 2)].join(".");
    assert_eq!(one.tokens.scopes(&changed, now), foreign);
    let unsigned = format!("{}.{}.", jws::encoded(br#"{"alg":"none"}"#), part(&token, 1));
    assert_eq!(one.tokens.scopes(&unsigned, now), foreign);
}

#[test]
fn nothing_secret_is_shown() {
    let certificate = Certificate::own().expect("a certificate");
    let app = App::generated("own".to_owned()).expect("an app");
    let app = app.certificate(certificate.pem()).expect("a certificate");
    let shown = format!("{app:?} {certificate:?}");
    assert!(shown.contains("own") && shown.contains(&certificate.thumbprint()));
    assert!(!shown.contains(app.first_secret()), "{shown}");
    let key = certificate.key_pem();
    assert!(
        key.lines().all(|line| line.len() < 20 || !shown.contains(line)),
        "{shown}"
    );
}
