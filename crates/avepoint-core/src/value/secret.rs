//! Text that must not be shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret that is part of a request or of a response, such as the first password of a new customer.
///
/// It is sent and never shown: `Debug` prints a placeholder, there is no `Display`, and its memory is wiped
/// when it is dropped.
///
/// ```
/// use avepoint_core::{SecretText, serde_json};
///
/// let password = SecretText::from("correct horse");
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// assert_eq!(serde_json::to_string(&password)?, "\"correct horse\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    /// The secret itself. Keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The secret as what has to be hidden.
    pub(crate) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

impl From<&str> for SecretText {
    fn from(secret: &str) -> Self {
        SecretText(secret.into())
    }
}

impl From<String> for SecretText {
    fn from(secret: String) -> Self {
        SecretText(secret.into())
    }
}

impl From<&String> for SecretText {
    fn from(secret: &String) -> Self {
        SecretText::from(secret.as_str())
    }
}

impl From<&SecretText> for SecretText {
    fn from(secret: &SecretText) -> Self {
        secret.clone()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

// A request must carry it, and an answer is written out again as it came.
impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The error would quote what it found.
        let secret = String::deserialize(deserializer).map_err(|_| D::Error::custom("a secret is a string"))?;
        Ok(SecretText::from(secret))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for SecretText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretText".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_not_quoted() {
        for value in ["1234567", "[\"hunter2\"]", "{\"hunter2\": 1}", "true"] {
            let error = serde_json::from_str::<SecretText>(value).expect_err(value).to_string();
            assert!(error.starts_with("a secret is a string"), "{error}");
        }
    }
}
