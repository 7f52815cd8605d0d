//! Values that are kept as they were written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::lexer::Lexer;
use super::{to_json, to_value};

/// By this name a type asks the reader for the JSON of its value.
pub(super) const RAW: &str = "$avepoint_core::Raw";

/// By this name a type asks the reader for the entries of a list, or for itself where there is none.
pub(crate) const ONE_OR_MANY: &str = "$avepoint_core::OneOrMany";

/// By this name a type asks the reader for a text, for itself, or for the bytes of any other JSON.
pub(crate) const TEXT_OR: &str = "$avepoint_core::TextOr";

/// By this name a code asks the reader for itself, and in what form it is to be kept.
pub(crate) const CODE: &str = "$avepoint_core::Code";

/// The name by which serde_json hands out raw JSON. Should it change, numbers that no type of serde holds are rounded
/// where a value is read by serde_json itself; the reader does not need it.
const SERDE_JSON: &str = "$serde_json::private::RawValue";

/// The JSON of a value: from the reader and from serde_json as it was written, from elsewhere as it is meant.
pub(crate) fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    deserializer.deserialize_newtype_struct(RAW, FromReader)
}

struct FromReader;

impl<'de> Visitor<'de> for FromReader {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_borrowed_str<E: Error>(self, json: &'de str) -> Result<Self::Value, E> {
        Ok(json.into())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer
            .deserialize_newtype_struct(SERDE_JSON, FromElsewhere)
            .map(Cow::Owned)
    }
}

struct FromElsewhere;

impl<'de> Visitor<'de> for FromElsewhere {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<String, A::Error> {
        match members.next_key::<String>()? {
            Some(name) if name == SERDE_JSON => members.next_value(),
            _ => Err(A::Error::custom("serde_json gave no raw JSON")),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        Value::deserialize(deserializer).map(|value| value.to_string())
    }
}

/// A scalar; but for a text, as it was written.
pub(crate) enum Scalar<'de> {
    Text(String),
    Number(Cow<'de, str>),
    Boolean(Cow<'de, str>),
}

/// Reads a scalar.
pub(crate) fn scalar<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<Scalar<'de>, D::Error> {
    let json = raw(deserializer)?;
    let found = match json.as_bytes() {
        [b'"', ..] => match Lexer::new(json.as_bytes()).text() {
            Ok(text) => return Ok(Scalar::Text(text.into_owned())),
            Err(_) => Unexpected::Other("a string that is not valid Unicode"),
        },
        [b't' | b'f', ..] => return Ok(Scalar::Boolean(json)),
        [b'[', ..] => Unexpected::Seq,
        [b'{', ..] => Unexpected::Map,
        [b'n', ..] => Unexpected::Unit,
        _ => return Ok(Scalar::Number(json)),
    };
    Err(D::Error::invalid_type(found, &expected))
}

/// Writes JSON as it stands. A scalar that a type of serde holds is written as that, for those who do not write JSON;
/// what is not JSON is written as a text.
pub(crate) fn serialize_raw<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if !json.starts_with(['{', '['])
        && let Ok(value) = to_value(json)
        && to_json(&value) == json
    {
        return value.serialize(serializer);
    }
    match serde_json::from_str::<&RawValue>(json) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => serializer.serialize_str(json),
    }
}
