//! What the fuzz targets reach and no caller needs.

use avepoint_core::Error;
use avepoint_core::redact::Secrets;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;

use crate::endpoint::Identity;
use crate::request::Answer;
use crate::source;
use crate::store::StoredToken;

/// The token that the token endpoint answers with, or in one line why there is none.
///
/// # Errors
/// That line.
pub fn token(status: StatusCode, content_type: &str, body: &[u8], secrets: &Secrets) -> Result<StoredToken, String> {
    source::read(&answer(status, content_type, body), secrets, "id.example.com").map_err(|failure| failure.text())
}

/// The token endpoint that the discovery document of an identity service names.
///
/// # Errors
/// Why it names none that a secret may be sent to, and a configuration error for an address that is none.
pub fn token_endpoint(identity_url: &str, content_type: &str, body: &[u8]) -> Result<Result<String, String>, Error> {
    let identity = Identity::at(identity_url)?;
    let endpoint = identity.read(&answer(StatusCode::OK, content_type, body), &Secrets::default());
    Ok(endpoint.map(|endpoint| endpoint.token))
}

pub(crate) fn answer(status: StatusCode, content_type: &str, body: &[u8]) -> Answer {
    let content_type = HeaderValue::from_str(content_type).ok();
    Answer {
        status,
        headers: content_type
            .map(|value| (header::CONTENT_TYPE, value))
            .into_iter()
            .collect(),
        body: body.to_vec().into(),
        asked_at: Timestamp::UNIX_EPOCH,
        received_at: Timestamp::UNIX_EPOCH,
    }
}
