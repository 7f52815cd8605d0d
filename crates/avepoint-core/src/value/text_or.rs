//! Values in whose place some answers have a text.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Visitor};

use super::json::Json;
use crate::reader::{Spelling, TEXT_OR, raw, read_whole};

/// A value, or a text in its place. It is serialized unchanged.
///
/// ```
/// use avepoint_core::{List, TextOr, serde_json};
///
/// let names: TextOr<List<String>> = serde_json::from_str("[\"Ada\"]")?;
/// assert_eq!(names.value().map(|names| names.len()), Some(1));
/// let names: TextOr<List<String>> = serde_json::from_str("\"Ada; Grace\"")?;
/// assert_eq!(names.text(), Some("Ada; Grace"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum TextOr<T> {
    /// The text.
    Text(String),
    /// The value.
    Value(T),
    /// Any other scalar, as it came.
    Other(Json),
}

impl<T> TextOr<T> {
    /// The value, unless there is a text in its place.
    pub fn value(&self) -> Option<&T> {
        match self {
            TextOr::Value(value) => Some(value),
            TextOr::Text(_) | TextOr::Other(_) => None,
        }
    }

    /// What is in place of the value: the text, or the JSON of another scalar.
    pub fn text(&self) -> Option<&str> {
        match self {
            TextOr::Text(text) => Some(text),
            TextOr::Other(json) => Some(json.as_str()),
            TextOr::Value(_) => None,
        }
    }
}

impl<T> From<T> for TextOr<T> {
    fn from(value: T) -> Self {
        TextOr::Value(value)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherVisitor<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for EitherVisitor<T> {
            type Value = TextOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array, an object or a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }

            fn visit_bytes<E: Error>(self, json: &[u8]) -> Result<Self::Value, E> {
                serde_json::from_slice(json).map(TextOr::Other).map_err(E::custom)
            }

            fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                T::deserialize(value).map(TextOr::Value)
            }

            // From elsewhere than the reader, which reads it then.
            fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                let json = raw(value)?;
                read_whole(json.as_bytes(), Spelling::Documented).map_err(D::Error::custom)
            }
        }

        deserializer.deserialize_newtype_struct(TEXT_OR, EitherVisitor(PhantomData))
    }
}
