//! Numbers that some answers write as text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that arrives as a JSON number on some answers and as text (`"25"`, `"N/A"`) on others.
///
/// It is written out as it came.
///
/// ```
/// use avepoint_core::NumberOrText;
///
/// let seats: NumberOrText = serde_json::from_str("\"25\"")?;
/// assert_eq!(seats.as_i64(), Some(25));
/// assert_eq!(serde_json::to_string(&seats)?, "\"25\"");
/// assert_eq!(serde_json::from_str::<NumberOrText>("\"N/A\"")?.as_i64(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum NumberOrText {
    /// A JSON number.
    Number(serde_json::Number),
    /// A JSON string.
    Text(String),
}

impl NumberOrText {
    /// The whole number, sent as a number or spelled by the text.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            NumberOrText::Number(number) => number.as_i64(),
            NumberOrText::Text(text) => text.trim().parse().ok(),
        }
    }

    /// The number, sent as a number or spelled by the text.
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
        NumberOrText::Number(number.into())
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
