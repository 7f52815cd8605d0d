//! What a request for a token carries.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::denied::Denied;

/// The only kind of assertion there is (RFC 7523).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long a body may be: an assertion takes some 1000 bytes.
pub(super) const LONGEST_BODY: usize = 64 << 10;

/// What the endpoint knows of a form; what else is sent, it ignores.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
}

/// A request for a token.
pub(super) struct TokenRequest {
    pub(super) grant_type: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) proof: Proof,
}

/// By what a client proves who it is.
pub(super) enum Proof {
    Secret {
        client: String,
        secret: String,
        /// Whether both came in the header `Authorization`.
        is_basic: bool,
    },
    Assertion {
        text: String,
        /// The client that the form names beside it.
        client: Option<String>,
    },
}

impl TokenRequest {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Denied> {
        let form = Form::read(headers, body)?;
        let mut ways = Vec::new();
        if headers.contains_key(AUTHORIZATION) {
            ways.push("the header Authorization");
        }
        if form.client_secret.is_some() {
            ways.push("client_secret");
        }
        if form.client_assertion.is_some() || form.client_assertion_type.is_some() {
            ways.push("client_assertion");
        }
        let proof = match ways[..] {
            ["the header Authorization"] => basic(headers, form.client_id.as_deref())?,
            ["client_secret"] => Proof::Secret {
                client: form
                    .client_id
                    .ok_or_else(|| Denied::request("The client_secret came without a client_id."))?,
                secret: form.client_secret.unwrap_or_default(),
                is_basic: false,
            },
            ["client_assertion"] => assertion(form.client_id, form.client_assertion_type, form.client_assertion)?,
            [] => {
                return Err(Denied::client(
                    "The client does not prove who it is: send a client_secret or a client_assertion.",
                ));
            }
            _ => {
                let ways = ways.join(" and ");
                return Err(Denied::request(format!(
                    "The client proves who it is in more than one way: {ways}."
                )));
            }
        };
        Ok(Self {
            grant_type: form.grant_type,
            scope: form.scope,
            proof,
        })
    }
}

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Denied> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        if !media_type
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(Denied::request(
                "The media type of the body is not application/x-www-form-urlencoded.",
            ));
        }
        if body.len() > LONGEST_BODY {
            return Err(Denied::too_long(LONGEST_BODY));
        }
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let place = match &*name {
                "grant_type" => &mut form.grant_type,
                "scope" => &mut form.scope,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "client_assertion_type" => &mut form.client_assertion_type,
                "client_assertion" => &mut form.client_assertion,
                _ => continue,
            };
            // What has no value counts as left out (RFC 6749, section 3.2).
            if value.is_empty() {
                continue;
            }
            if place.replace(value.into_owned()).is_some() {
                return Err(Denied::request(format!("The parameter {name} came more than once.")));
            }
        }
        Ok(form)
    }
}

/// The id and the secret in the header `Authorization`: each form-encoded, joined by a colon, the whole in Base64 (RFC 6749,
/// section 2.3.1).
fn basic(headers: &HeaderMap, beside: Option<&str>) -> Result<Proof, Denied> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if values.next().is_some() {
        return Err(Denied::request("The header Authorization came more than once."));
    }
    let decoded = |text: &str| {
        let text = STANDARD.decode(text.trim()).ok()?;
        let text = String::from_utf8(text).ok()?;
        let (client, secret) = text.split_once(':')?;
        Some((form_decoded(client)?, form_decoded(secret)?))
    };
    let found = match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => decoded(rest),
        _ => None,
    };
    let Some((client, secret)) = found else {
        let problem = "The header Authorization is not of the scheme Basic, or its value is malformed.";
        return Err(Denied::client(problem).challenged());
    };
    if beside.is_some_and(|beside| beside != client) {
        return Err(Denied::request(
            "The client_id is not the one in the header Authorization.",
        ));
    }
    let is_basic = true;
    Ok(Proof::Secret {
        client,
        secret,
        is_basic,
    })
}

fn form_decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&text).decode_utf8().ok()?;
    Some(text.into_owned())
}

fn assertion(client: Option<String>, kind: Option<String>, text: Option<String>) -> Result<Proof, Denied> {
    let (Some(kind), Some(text)) = (kind, text) else {
        let problem = "There is one of client_assertion and client_assertion_type without the other.";
        return Err(Denied::request(problem));
    };
    if kind != ASSERTION_TYPE {
        return Err(Denied::client(format!(
            "The client_assertion_type is not {ASSERTION_TYPE}."
        )));
    }
    Ok(Proof::Assertion { text, client })
}
