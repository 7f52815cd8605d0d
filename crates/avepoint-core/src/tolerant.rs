//! A reader that takes answers as the services really write them.
//!
//! It wraps any serde deserializer. Members are found whatever their letter case, the first one counting; a number may
//! stand where a text is wanted and the digits of a number where a number is; `null` or an empty text is an object
//! without members. What is read is otherwise what the type asks for.

use std::fmt;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};

/// A deserializer that hands everything on to another, tolerantly.
pub(crate) struct Tolerant<D>(pub(crate) D);

/// What the type that is being read asks for.
#[derive(Clone, Copy)]
enum Wanted {
    Anything,
    Text,
    Integer,
    Number,
    Boolean,
    Struct(&'static [&'static str]),
}

macro_rules! hand_on {
    ($($method:ident => $wanted:expr;)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                self.0.deserialize_any(TolerantVisitor { visitor, wanted: $wanted })
            }
        )*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tolerant<D> {
    type Error = D::Error;

    hand_on! {
        deserialize_any => Wanted::Anything;
        deserialize_bool => Wanted::Boolean;
        deserialize_i8 => Wanted::Integer;
        deserialize_i16 => Wanted::Integer;
        deserialize_i32 => Wanted::Integer;
        deserialize_i64 => Wanted::Integer;
        deserialize_u8 => Wanted::Integer;
        deserialize_u16 => Wanted::Integer;
        deserialize_u32 => Wanted::Integer;
        deserialize_u64 => Wanted::Integer;
        deserialize_f32 => Wanted::Number;
        deserialize_f64 => Wanted::Number;
        deserialize_char => Wanted::Text;
        deserialize_str => Wanted::Text;
        deserialize_string => Wanted::Text;
        deserialize_bytes => Wanted::Anything;
        deserialize_byte_buf => Wanted::Anything;
        deserialize_unit => Wanted::Anything;
        deserialize_seq => Wanted::Anything;
        deserialize_map => Wanted::Anything;
        deserialize_identifier => Wanted::Anything;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(TolerantVisitor {
            visitor,
            wanted: Wanted::Anything,
        })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(
            name,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Anything,
            },
        )
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(
            len,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Anything,
            },
        )
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(
            name,
            len,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Anything,
            },
        )
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(TolerantVisitor {
            visitor,
            wanted: Wanted::Struct(fields),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(
            name,
            variants,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Anything,
            },
        )
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

struct TolerantVisitor<V> {
    visitor: V,
    wanted: Wanted,
}

impl<'de, V: Visitor<'de>> TolerantVisitor<V> {
    /// A number or boolean, told in its JSON spelling where a text is wanted.
    fn scalar<T: ToString, E: de::Error>(
        self,
        value: T,
        plain: impl FnOnce(V, T) -> Result<V::Value, E>,
    ) -> Result<V::Value, E> {
        match self.wanted {
            Wanted::Text => self.visitor.visit_string(value.to_string()),
            _ => plain(self.visitor, value),
        }
    }

    /// A text that spells what is wanted.
    fn spelled<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        let trimmed = text.trim();
        let unexpected = || E::invalid_type(Unexpected::Str(text), &self.visitor);
        match self.wanted {
            Wanted::Integer => match trimmed.parse::<i64>() {
                Ok(number) => self.visitor.visit_i64(number),
                Err(_) => Err(unexpected()),
            },
            Wanted::Number => match trimmed.parse::<f64>() {
                Ok(number) if number.is_finite() => self.visitor.visit_f64(number),
                _ => Err(unexpected()),
            },
            Wanted::Boolean if trimmed.eq_ignore_ascii_case("true") => self.visitor.visit_bool(true),
            Wanted::Boolean if trimmed.eq_ignore_ascii_case("false") => self.visitor.visit_bool(false),
            Wanted::Struct(_) if trimmed.is_empty() => self.empty_struct(),
            Wanted::Boolean | Wanted::Struct(_) => Err(unexpected()),
            Wanted::Anything | Wanted::Text => self.visitor.visit_str(text),
        }
    }

    fn empty_struct<E: de::Error>(self) -> Result<V::Value, E> {
        let members = std::iter::empty::<(&str, &str)>();
        self.visitor.visit_map(MapDeserializer::new(members))
    }

    fn nothing<E: de::Error>(self) -> Result<V::Value, E> {
        match self.wanted {
            Wanted::Struct(_) => self.empty_struct(),
            _ => self.visitor.visit_unit(),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TolerantVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.scalar(value, V::visit_bool)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.scalar(value, V::visit_i64)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        match (self.wanted, value) {
            (Wanted::Boolean, 0 | 1) => self.visitor.visit_bool(value == 1),
            _ => self.scalar(value, V::visit_u64),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        // Up to here every whole number has an exact f64, so that the cast loses nothing.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self.wanted {
            #[allow(clippy::cast_possible_truncation)]
            Wanted::Integer if value.fract() == 0.0 && value.abs() <= EXACT => self.visitor.visit_i64(value as i64),
            _ => self.scalar(value, V::visit_f64),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        self.spelled(text)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        match self.wanted {
            Wanted::Anything | Wanted::Text => self.visitor.visit_borrowed_str(text),
            _ => self.spelled(text),
        }
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<V::Value, E> {
        match self.wanted {
            Wanted::Anything | Wanted::Text => self.visitor.visit_string(text),
            _ => self.spelled(&text),
        }
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Tolerant(deserializer))
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.nothing()
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Tolerant(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        match self.wanted {
            // serde would take the entries for members in the order of the type's fields.
            Wanted::Struct(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self.visitor)),
            _ => self.visitor.visit_seq(TolerantAccess {
                inner: entries,
                members: None,
            }),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        let members = match self.wanted {
            Wanted::Struct(fields) => Some(Members {
                fields,
                seen: vec![false; fields.len()],
            }),
            _ => None,
        };
        self.visitor.visit_map(TolerantAccess {
            inner: entries,
            members,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(TolerantAccess {
            inner: data,
            members: None,
        })
    }
}

/// Entries whose values are read tolerantly.
struct TolerantAccess<A> {
    inner: A,
    members: Option<Members>,
}

/// The members of the object that is being read.
struct Members {
    fields: &'static [&'static str],
    seen: Vec<bool>,
}

impl Members {
    /// The name of the field that a member stands for; a name that no field has for one that was there before.
    fn name<'a>(&mut self, member: &'a str) -> &'a str {
        let exact = self.fields.iter().position(|field| *field == member);
        let found = exact.or_else(|| self.fields.iter().position(|field| field.eq_ignore_ascii_case(member)));
        match found {
            Some(index) if self.seen[index] => "",
            Some(index) => {
                self.seen[index] = true;
                self.fields[index]
            }
            None => member,
        }
    }
}

struct TolerantSeed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for TolerantSeed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Tolerant(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for TolerantAccess<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(TolerantSeed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for TolerantAccess<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match &mut self.members {
            Some(members) => self.inner.next_key_seed(NameSeed { seed, members }),
            None => self.inner.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(TolerantSeed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// Reads the name of a member as that of the field it stands for.
struct NameSeed<'m, S> {
    seed: S,
    members: &'m mut Members,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for NameSeed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for NameSeed<'_, S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<S::Value, E> {
        self.seed.deserialize(StrDeserializer::new(self.members.name(name)))
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for TolerantAccess<A> {
    type Error = A::Error;
    type Variant = TolerantAccess<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((
            value,
            TolerantAccess {
                inner: variant,
                members: None,
            },
        ))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for TolerantAccess<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(TolerantSeed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(
            len,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Anything,
            },
        )
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(
            fields,
            TolerantVisitor {
                visitor,
                wanted: Wanted::Struct(fields),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, List, OneOrMany, Time};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Thing {
        #[serde(rename = "displayName")]
        display_name: Option<String>,
        count: Option<i32>,
        share: Option<f64>,
        open: Option<bool>,
        tags: List<String>,
        parts: List<Thing>,
        owner: Option<Box<Thing>>,
        state: Option<OneOrMany<Code>>,
        since: Option<Time>,
    }

    fn read(json: &str) -> Thing {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Thing::deserialize(Tolerant(&mut deserializer)).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    #[test]
    fn members_are_found_in_any_letter_case_and_the_first_counts() {
        let thing = read(r#"{"DisplayName":"a","DISPLAYNAME":"b","displayName":"c","Parts":[{"COUNT":1}]}"#);
        assert_eq!(thing.display_name.as_deref(), Some("a"));
        assert_eq!(thing.parts[0].count, Some(1));
    }

    #[test]
    fn scalars_are_read_in_either_kind() {
        let thing = read(r#"{"displayName":7,"count":"12","share":"0.5","open":"True","state":[0,"1"],"since":""}"#);
        assert_eq!(thing.display_name.as_deref(), Some("7"));
        assert_eq!(
            (thing.count, thing.share, thing.open),
            (Some(12), Some(0.5), Some(true))
        );
        assert_eq!(
            thing.state.expect("a state").as_slice(),
            [Code::Integer(0), Code::from("1")]
        );
        assert_eq!(
            read(r#"{"count":3.0,"open":1}"#),
            Thing {
                count: Some(3),
                open: Some(true),
                ..Thing::default()
            }
        );
    }

    #[test]
    fn null_stands_for_anything() {
        let all = r#"{"displayName":null,"count":null,"share":null,"open":null,"tags":null,"parts":null,"owner":null,"state":null,"since":null}"#;
        assert_eq!(read(all), Thing::default());
        assert_eq!(read("null"), Thing::default());
        assert_eq!(read(r#"{"tags":[null,"a"],"parts":[null,{}]}"#).tags.as_ref(), ["a"]);
        assert_eq!(read(r#"{"owner":""}"#).owner, Some(Box::default()));
    }

    #[test]
    fn what_cannot_be_what_is_wanted_is_an_error() {
        for bad in [
            r#"{"count":"many"}"#,
            r#"{"owner":[]}"#,
            r#"{"owner":"x"}"#,
            r#"{"tags":{}}"#,
            r#"{"open":"maybe"}"#,
        ] {
            let mut deserializer = serde_json::Deserializer::from_str(bad);
            assert!(Thing::deserialize(Tolerant(&mut deserializer)).is_err(), "{bad}");
        }
    }
}
