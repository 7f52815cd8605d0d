//! Signed texts: JSON Web Signatures in their compact form (RFC 7515), with claims within (RFC 7519).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a signature says of itself.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Header {
    pub(super) alg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) typ: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) x5t: Option<String>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub(super) x5t_s256: Option<String>,
    /// What must be understood to read the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crit: Option<Value>,
}

/// A signed text, taken apart. Nothing in it is to be believed before its signature is found right.
pub(super) struct Jws<'t> {
    pub(super) header: Header,
    pub(super) claims: Claims,
    /// What was signed.
    pub(super) signed: &'t [u8],
    pub(super) signature: Vec<u8>,
}

impl<'t> Jws<'t> {
    /// Takes a text apart; none if it is no signed text with claims.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: serde_json::from_slice(&decoded(header)?).ok()?,
            claims: Claims(serde_json::from_slice(&decoded(claims)?).ok()?),
            signed: signed.as_bytes(),
            signature: decoded(signature)?,
        })
    }
}

/// Writes a signed text; none if it cannot be signed.
pub(super) fn written(header: &Header, claims: &Value, sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<String> {
    let header = encoded(&serde_json::to_vec(header).ok()?);
    let signed = format!("{header}.{}", encoded(claims.to_string().as_bytes()));
    let signature = sign(signed.as_bytes())?;
    Some(format!("{signed}.{}", encoded(&signature)))
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// What a signed text claims.
pub(super) struct Claims(Map<String, Value>);

/// A time that is claimed.
pub(super) enum Time {
    Missing,
    /// It is no number.
    Malformed,
    /// In seconds since 1970, and parts of them.
    At(f64),
}

impl Claims {
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The texts of a list, or one text by itself.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        }
    }

    pub(super) fn time(&self, name: &str) -> Time {
        match self.0.get(name) {
            None => Time::Missing,
            Some(value) => value.as_f64().map_or(Time::Malformed, Time::At),
        }
    }
}

/// A time in the unit of claims, with the parts of its second.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}
