//! Values in whose place some answers have a text.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value};

use crate::tolerant::Tolerant;

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EitherVisitor<T> {
            type Value = TextOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, an object or a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
                T::deserialize(Tolerant(value::SeqAccessDeserializer::new(entries))).map(TextOr::Value)
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(Tolerant(value::MapAccessDeserializer::new(members))).map(TextOr::Value)
            }
        }

        deserializer.deserialize_any(EitherVisitor(PhantomData))
    }
}
