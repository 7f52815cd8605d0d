//! Values in whose place some answers have a text.

use serde::{Deserialize, Serialize};

/// A value, or the text that stands in its place. It is written out as it came.
///
/// ```
/// use avepoint_core::{List, TextOr};
///
/// let names: TextOr<List<String>> = serde_json::from_str("[\"Ada\"]")?;
/// assert_eq!(names.value().map(|names| names.len()), Some(1));
/// let names: TextOr<List<String>> = serde_json::from_str("\"Ada; Grace\"")?;
/// assert_eq!(names.text(), Some("Ada; Grace"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum TextOr<T> {
    /// The text.
    Text(String),
    /// The value.
    Value(T),
}

impl<T> TextOr<T> {
    /// The value, unless a text stands in its place.
    pub fn value(&self) -> Option<&T> {
        match self {
            TextOr::Text(_) => None,
            TextOr::Value(value) => Some(value),
        }
    }

    /// The text that stands in the place of the value.
    pub fn text(&self) -> Option<&str> {
        match self {
            TextOr::Text(text) => Some(text),
            TextOr::Value(_) => None,
        }
    }
}

impl<T> From<T> for TextOr<T> {
    fn from(value: T) -> Self {
        TextOr::Value(value)
    }
}
