//! Access tokens: JWTs (RFC 9068) that expire, signed with a key of the sandbox's own.

use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::jws::{self, Header, Jws, Time, encoded, seconds};

/// How long a token holds, in seconds.
pub(super) const LIFE: i64 = 3600;

/// How tokens are signed. A key of P-256 takes less than a millisecond to make, one of RSA a part of a second, and a
/// sandbox is to be ready at once; for a client a token is opaque.
pub(super) const ALGORITHM: &str = "ES256";

/// Gives out tokens, and knows them again.
pub(super) struct Tokens {
    key: EcdsaKeyPair,
    issuer: String,
}

impl Tokens {
    /// With a new key; none if the machine gives no random numbers.
    pub(super) fn new(issuer: String) -> Option<Self> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        Some(Self { key, issuer })
    }

    /// A token by which a client may do something; none if it cannot be signed.
    pub(super) fn issue(&self, client: &str, scopes: &[&str], now: Timestamp) -> Option<String> {
        let mut id = [0; 16];
        rand::fill(&mut id).ok()?;
        let now = now.as_second();
        let claims = json!({
            "iss": self.issuer,
            "aud": self.audience(),
            "exp": now + LIFE,
            "nbf": now,
            "iat": now,
            "client_id": client,
            "sub": client,
            "scope": scopes,
            "jti": encoded(&id),
        });
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: Some("at+jwt".to_owned()),
            kid: Some(self.key_id()),
            ..Header::default()
        };
        jws::written(&header, &claims, |text| {
            let signature = self.key.sign(&SystemRandom::new(), text).ok()?;
            Some(signature.as_ref().to_vec())
        })
    }

    /// The scopes of a token, if it holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn scopes(&self, token: &str, now: Timestamp) -> Result<Vec<String>, &'static str> {
        let token = Jws::read(token).ok_or("The token is malformed.")?;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key.public_key());
        let is_signed = token.header.alg == ALGORITHM && key.verify(token.signed, &token.signature).is_ok();
        if !is_signed || token.claims.text("iss") != Some(&self.issuer) {
            return Err("The token is of another issuer, or was changed.");
        }
        if !token.claims.texts("aud").contains(&&*self.audience()) {
            return Err("The token is meant for another service.");
        }
        let now = seconds(now);
        match (token.claims.time("nbf"), token.claims.time("exp")) {
            (_, Time::At(end)) if end <= now => Err("The token has expired."),
            (Time::At(start), Time::At(_)) if start <= now => {
                let scopes = token.claims.texts("scope").into_iter();
                Ok(scopes.map(str::to_owned).collect())
            }
            _ => Err("The token is not valid yet."),
        }
    }

    /// The public key, as a set of keys has it (RFC 7517).
    pub(super) fn public_key(&self) -> Value {
        let (x, y) = self.coordinates();
        json!({
            "kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y),
            "use": "sig", "alg": ALGORITHM, "kid": self.key_id(),
        })
    }

    /// The name of the key: its thumbprint (RFC 7638).
    fn key_id(&self) -> String {
        let (x, y) = self.coordinates();
        let members = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            encoded(x),
            encoded(y)
        );
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, members.as_bytes());
        encoded(digest.as_ref())
    }

    /// The two halves of the public key, which stand behind a byte that says that it is not compressed.
    fn coordinates(&self) -> (&[u8], &[u8]) {
        let point = self.key.public_key().as_ref();
        point[1..].split_at(point.len() / 2)
    }

    /// Whom tokens are meant for.
    fn audience(&self) -> String {
        format!("{}/resources", self.issuer)
    }
}
