//! The signed statement by which an app proves that it holds a certificate's key (RFC 7523).

use avepoint_core::{Error, ErrorKind};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header};
use secrecy::SecretString;
use serde::Serialize;

use crate::certificate::ClientCertificate;

/// How long an assertion holds, in seconds.
const LIFE: i64 = 300;

/// By how much the beginning of that is dated back, in seconds: a service may allow for no difference of the clocks, and
/// refuse an assertion of a machine whose clock is a little fast.
const BACK: i64 = 60;

/// The audience of an assertion, its claim `aud`. Services differ in what they accept there.
///
/// ```
/// use avepoint_auth::Audience;
///
/// assert_eq!(Audience::from("https://identity.example.com"), Audience::Other("https://identity.example.com".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// The URL of the token endpoint: as it is requested, or as the discovery document spells it.
    #[default]
    TokenEndpoint,
    /// The issuer as the discovery document spells it; without discovery, the identity URL.
    Issuer,
    /// This text, unchanged.
    Other(String),
}

impl From<String> for Audience {
    fn from(text: String) -> Self {
        Audience::Other(text)
    }
}

impl From<&str> for Audience {
    fn from(text: &str) -> Self {
        Audience::Other(text.to_owned())
    }
}

/// What an assertion says.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// The app that proves who it is.
    pub client_id: &'a str,
    /// Whom the assertion is meant for.
    pub audience: &'a str,
    /// When it is made; it holds for five minutes, and a minute before that.
    pub now: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs an assertion with the key of a certificate. Each has an identifier of its own, since a service may refuse one
/// that it has seen before.
///
/// # Errors
/// A credential error where the machine has no random numbers to give, or the key does not sign.
pub async fn sign(certificate: &ClientCertificate, assertion: &Assertion<'_>) -> Result<SecretString, Error> {
    let failed = |what: &str| Error::new(ErrorKind::Credential, format!("the assertion cannot be {what}"));
    let now = assertion.now.as_second();
    let claims = Claims {
        iss: assertion.client_id,
        sub: assertion.client_id,
        aud: assertion.audience,
        jti: unique().ok_or_else(|| failed("made unique: the system's random number generator failed"))?,
        iat: now,
        nbf: now.saturating_sub(BACK),
        exp: now.saturating_add(LIFE),
    };
    let header = Header {
        // Published clients name the certificate by one or the other.
        x5t: Some(certificate.x5t().to_owned()),
        kid: Some(certificate.thumbprint().to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    let (header, claims) = match (serde_json::to_vec(&header), serde_json::to_vec(&claims)) {
        (Ok(header), Ok(claims)) => (header, claims),
        _ => return Err(failed("written")),
    };
    let mut text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = certificate.sign(text.as_bytes()).await?;
    text.push('.');
    text.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Ok(text.into())
}

/// A random UUID (version 4).
fn unique() -> Option<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf000_u128 << 64) & !(0xc000_u128 << 48) | (0x4000_u128 << 64) | (0x8000_u128 << 48);
    let hex = format!("{number:032x}");
    Some(format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_random_uuids() {
        let all: std::collections::HashSet<_> = (0..1000).map(|_| unique().expect("random numbers")).collect();
        assert_eq!(all.len(), 1000);
        for id in all {
            assert_eq!(id.len(), 36);
            assert_eq!(&id[14..15], "4", "{id}");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
    }
}
