//! Lists, and values that are a list on some answers.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::reader::{ONE_OR_MANY, Spelling, raw, read_whole};

/// A list that may arrive as `null`, or not at all: it reads as an empty list, and is serialized as it arrived. A `null`
/// among the entries is left out.
///
/// ```
/// use avepoint_core::{List, serde_json};
///
/// let names: List<String> = serde_json::from_str("null")?;
/// assert!(names.is_empty() && names.is_null());
/// assert_eq!(serde_json::to_string(&names)?, "null");
///
/// let names = List::from(vec!["Ada", "Grace"]);
/// assert_eq!(names.iter().map(|name| name.len()).sum::<usize>(), 8);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct List<T>(Option<Vec<T>>);

impl<T> List<T> {
    /// Whether there was no list, or `null` in its place.
    pub fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// The entries.
    pub fn into_vec(self) -> Vec<T> {
        self.0.unwrap_or_default()
    }
}

// By hand: a derived one would ask for `T: Default`.
impl<T> Default for List<T> {
    fn default() -> Self {
        List(None)
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_deref_mut().unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        List(Some(items))
    }
}

impl<T, const N: usize> From<[T; N]> for List<T> {
    fn from(items: [T; N]) -> Self {
        List(Some(items.into()))
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        List(Some(items.into_iter().collect()))
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OptionVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OptionVisitor<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_none<E>(self) -> Result<List<T>, E> {
                Ok(List(None))
            }

            fn visit_unit<E>(self) -> Result<List<T>, E> {
                Ok(List(None))
            }

            // A deserializer that has looked at the value already does not ask whether there is one.
            fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<List<T>, A::Error> {
                ItemsVisitor(PhantomData)
                    .visit_seq(entries)
                    .map(|items| List(Some(items)))
            }

            fn visit_some<D: Deserializer<'de>>(self, items: D) -> Result<List<T>, D::Error> {
                items
                    .deserialize_seq(ItemsVisitor(PhantomData))
                    .map(|items| List(Some(items)))
            }
        }

        deserializer.deserialize_option(OptionVisitor(PhantomData))
    }
}

/// Reads the entries of a list and leaves out those that are `null`.
struct ItemsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemsVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        loop {
            // Taken out of where it was read: each step between would copy it once more.
            match entries.next_element() {
                Ok(Some(Some(entry))) => items.push(entry),
                Ok(Some(None)) => {}
                Ok(None) => return Ok(items),
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("List_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Option<Vec<T>>>::json_schema(generator)
    }
}

/// One value, or a list of them: the vendor's pages document the one for some fields, and the services send the other.
///
/// ```
/// use avepoint_core::{OneOrMany, serde_json};
///
/// let one: OneOrMany<u8> = serde_json::from_str("1")?;
/// let many: OneOrMany<u8> = serde_json::from_str("[1, 2]")?;
/// assert_eq!(one.as_slice(), [1]);
/// assert_eq!(many.as_slice(), [1, 2]);
/// assert_eq!(serde_json::to_string(&one)?, "1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OneOrMany<T> {
    /// A bare value.
    One(T),
    /// A list of values.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values, however they arrived.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }

    /// The values, however they arrived.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::One(value) => vec![value],
            OneOrMany::Many(values) => values,
        }
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> From<T> for OneOrMany<T> {
    fn from(value: T) -> Self {
        OneOrMany::One(value)
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(values: Vec<T>) -> Self {
        OneOrMany::Many(values)
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OneOrMany::One(value) => value.serialize(serializer),
            OneOrMany::Many(values) => values.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyVisitor<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for AnyVisitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or an array of values")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(OneOrMany::Many(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
                ItemsVisitor(PhantomData).visit_seq(entries).map(OneOrMany::Many)
            }

            fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                T::deserialize(value).map(OneOrMany::One)
            }

            // From elsewhere than the reader, which reads it then.
            fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                let json = raw(value)?;
                read_whole(json.as_bytes(), Spelling::Documented).map_err(D::Error::custom)
            }
        }

        deserializer.deserialize_newtype_struct(ONE_OR_MANY, AnyVisitor(PhantomData))
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("One_or_many_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<T>();
        let many = generator.subschema_for::<Vec<T>>();
        schemars::json_schema!({ "anyOf": [one, many] })
    }
}
