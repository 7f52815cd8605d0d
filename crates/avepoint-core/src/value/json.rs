//! Values of which the specification does not say what they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::counted::counted;
use crate::reader::{raw, to_value};

/// A value without a documented type, as it arrived: every digit of its numbers, and the order of its members.
///
/// It is serialized unchanged. [`to_value`](Json::to_value) parses it.
///
/// ```
/// use avepoint_core::{Json, serde_json};
///
/// let json: Json = serde_json::from_str(r#"{ "id": 12345678901234567890123, "share": 1.50 }"#)?;
/// assert_eq!(json.to_value()["share"], 1.5);
/// assert_eq!(serde_json::to_string(&json)?, r#"{ "id": 12345678901234567890123, "share": 1.50 }"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON text, as it arrived.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Parses the value.
    ///
    /// What a `Value` cannot hold stands in it as its JSON, in a text: a whole number of more than 64 bits, a number
    /// out of the range of `f64`, a text that is not Unicode, and what is nested more than 128 levels deep.
    pub fn to_value(&self) -> Value {
        // It is JSON, so that this cannot fail.
        to_value(self.as_str()).unwrap_or_default()
    }
}

impl Default for Json {
    /// `null`.
    fn default() -> Self {
        Json(RawValue::NULL.to_owned())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        // A value is always JSON.
        RawValue::from_string(value.to_string()).map(Json).unwrap_or_default()
    }
}

// By hand: nothing says which of its members are secrets.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", counted(self.as_str().len(), "byte", "bytes"))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawValue::from_string(raw(deserializer)?.into_owned())
            .map(Json)
            .map_err(D::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}
