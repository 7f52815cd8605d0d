//! Numbers as they were written, and numbers that some answers write as text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};
use serde::{Serialize, Serializer};

use crate::reader::{Scalar, scalar, serialize_raw, whole};

/// A JSON number of any size, as it was written.
///
/// ```
/// use avepoint_core::{Number, serde_json};
///
/// let number: Number = serde_json::from_str("12345678901234567890123")?;
/// assert_eq!((number.as_str(), number.as_i64()), ("12345678901234567890123", None));
/// assert_eq!(serde_json::to_string(&number)?, "12345678901234567890123");
/// assert_eq!(Number::from(25), serde_json::from_str("25")?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, if it is an integer of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        whole(&self.0)
    }

    /// The number in double precision, if it is in range.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Number(number.to_string())
    }
}

impl From<serde_json::Number> for Number {
    fn from(number: serde_json::Number) -> Self {
        Number(number.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_raw(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match NumberOrText::deserialize(deserializer)? {
            NumberOrText::Number(number) => Ok(number),
            NumberOrText::Text(_) => Err(D::Error::invalid_type(Unexpected::Other("text"), &"a number")),
        }
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

/// A number that arrives as a JSON number on some answers and as text (`"25"`, `"N/A"`) on others.
///
/// It is serialized unchanged.
///
/// ```
/// use avepoint_core::{NumberOrText, serde_json};
///
/// let seats: NumberOrText = serde_json::from_str("\"25\"")?;
/// assert_eq!(seats.as_i64(), Some(25));
/// assert_eq!(serde_json::to_string(&seats)?, "\"25\"");
/// assert_eq!(serde_json::from_str::<NumberOrText>("\"N/A\"")?.as_i64(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum NumberOrText {
    /// A JSON number.
    Number(Number),
    /// A JSON string.
    Text(String),
}

impl NumberOrText {
    /// The integer, sent as a number or as text.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            NumberOrText::Number(number) => number.as_i64(),
            NumberOrText::Text(text) => text.trim().parse().ok(),
        }
    }

    /// The number, sent as a number or as text.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            NumberOrText::Number(number) => number.as_f64(),
            NumberOrText::Text(text) => text.trim().parse().ok(),
        }
    }

    /// The text, if it is text on the wire.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            NumberOrText::Number(_) => None,
            NumberOrText::Text(text) => Some(text),
        }
    }
}

impl From<i64> for NumberOrText {
    fn from(number: i64) -> Self {
        NumberOrText::Number(number.into())
    }
}

impl From<i32> for NumberOrText {
    fn from(number: i32) -> Self {
        i64::from(number).into()
    }
}

impl From<&str> for NumberOrText {
    fn from(text: &str) -> Self {
        NumberOrText::Text(text.to_owned())
    }
}

impl fmt::Display for NumberOrText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberOrText::Number(number) => number.fmt(f),
            NumberOrText::Text(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match scalar(deserializer, "a number or a string")? {
            Scalar::Number(number) => NumberOrText::Number(Number(number.into_owned())),
            Scalar::Boolean(text) => NumberOrText::Text(text.into_owned()),
            Scalar::Text(text) => NumberOrText::Text(text),
        })
    }
}
