//! Codes: the numbers and texts that stand for the documented values of a list.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::{Serialize, Serializer};

use crate::reader::{Scalar, scalar, serialize_raw, whole};

/// A code as it stands on the wire: the services send most codes as integers, some as text.
///
/// A code that no page documents is kept in this form, so that it is the same when it is written out again.
///
/// ```
/// use avepoint_core::Code;
///
/// let code: Code = serde_json::from_str("\"7\"")?;
/// assert_eq!(code, Code::Text("7".to_owned()));
/// assert_eq!(code.as_integer(), Some(7));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A code that is a JSON integer.
    Integer(i64),
    /// A code that is a JSON string.
    Text(String),
    /// Any other scalar (`2.0`, a fraction, a boolean, an integer of more than 64 bits), in its JSON spelling.
    Other(String),
}

impl Code {
    /// The code as an integer: what it is, or what its text or another form of the number spells.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Code::Integer(value) => Some(*value),
            Code::Text(text) | Code::Other(text) => whole(text.trim()),
        }
    }

    /// The code as text, if it is text on the wire.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Code::Text(text) => Some(text),
            Code::Integer(_) | Code::Other(_) => None,
        }
    }
}

impl From<i64> for Code {
    fn from(value: i64) -> Self {
        Code::Integer(value)
    }
}

impl From<&str> for Code {
    fn from(value: &str) -> Self {
        Code::Text(value.to_owned())
    }
}

impl From<String> for Code {
    fn from(value: String) -> Self {
        Code::Text(value)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Integer(value) => value.fmt(f),
            Code::Text(text) | Code::Other(text) => text.fmt(f),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Code::Integer(value) => serializer.serialize_i64(*value),
            Code::Text(text) => serializer.serialize_str(text),
            Code::Other(json) => serialize_raw(json, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match scalar(deserializer, "a code (an integer or a string)")? {
            Scalar::Text(text) => Code::Text(text),
            Scalar::Boolean(json) => Code::Other(json.into_owned()),
            Scalar::Number(json) => match json.parse() {
                // The sign would be gone.
                Ok(value) if json != "-0" => Code::Integer(value),
                _ => Code::Other(json.into_owned()),
            },
        })
    }
}

/// A list of documented codes, as the [`open_enum!`](crate::open_enum) macro makes it.
pub trait OpenEnum: Sized + Clone + 'static {
    /// Every documented value, in the order of the specification.
    const KNOWN: &'static [Self];

    /// The value of a code; one that is not documented, or not in its documented form, is kept verbatim.
    fn from_code(code: Code) -> Self;

    /// The code as it goes over the wire.
    fn code(&self) -> Code;

    /// The name of the value; nothing for a code that is not documented.
    fn name(&self) -> Option<&'static str>;

    /// What the value means; nothing for a code that is not documented.
    fn description(&self) -> Option<&'static str>;

    /// The documented value that this one spells in another form (`"7"` for 7, other letter case), if there is one.
    fn canonical(&self) -> Self {
        let code = self.code();
        Self::KNOWN
            .iter()
            .find(|known| {
                let known = known.code();
                known == code
                    || match &known {
                        Code::Integer(value) => code.as_integer() == Some(*value),
                        Code::Text(text) | Code::Other(text) => {
                            code.as_text().is_some_and(|other| other.eq_ignore_ascii_case(text))
                        }
                    }
            })
            .cloned()
            .unwrap_or_else(|| self.clone())
    }
}

/// Defines an open enum: the documented codes of a list as variants, and a variant that keeps any other code verbatim.
///
/// Reading accepts integers and texts and never fails for a scalar; writing gives back what was read.
///
/// ```
/// avepoint_core::open_enum! {
///     /// How far a plant is.
///     pub enum Stage: integer {
///         /// It grows.
///         Growing = 0,
///         /// It bears fruit.
///         Ripe = 1,
///     }
/// }
///
/// assert_eq!(serde_json::from_str::<Stage>("1")?, Stage::Ripe);
/// let wilted: Stage = serde_json::from_str("9")?;
/// assert!(!wilted.is_known());
/// assert_eq!(serde_json::to_string(&wilted)?, "9");
/// assert_eq!(Stage::Ripe.description(), Some("It bears fruit."));
/// // In another form it means the same, and stays as it came.
/// let ripe: Stage = serde_json::from_str("\"1\"")?;
/// assert_eq!(ripe, Stage::Ripe);
/// assert_eq!(serde_json::to_string(&ripe)?, "\"1\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[doc = $doc:literal])*
        $vis:vis enum $name:ident : $kind:ident {
            $( #[doc = $description:literal] $variant:ident = $value:literal ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        ///
        /// Two values are equal if they mean the same: a documented code that arrived in another form (`"7"` for 7)
        /// is an `Unknown` that equals its variant. To match on it, take its `canonical` form.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $( #[doc = $description] $variant, )*
            /// A code that the specification does not list, or not in this form, verbatim.
            Unknown($crate::Code),
        }

        impl $name {
            /// What the value means; nothing for a code that is not documented.
            pub const fn description(&self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => Some($description.trim_ascii()), )*
                    Self::Unknown(_) => None,
                }
            }

            /// The name of the value; nothing for a code that is not documented.
            pub const fn name(&self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => Some(stringify!($variant)), )*
                    Self::Unknown(_) => None,
                }
            }

            /// Whether the specification lists the code.
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl $crate::OpenEnum for $name {
            const KNOWN: &'static [Self] = &[ $( Self::$variant, )* ];

            fn from_code(code: $crate::Code) -> Self {
                $crate::open_enum!(@from $kind, code, $( $variant = $value ),*)
            }

            fn code(&self) -> $crate::Code {
                match self {
                    $( Self::$variant => $crate::Code::from($value), )*
                    Self::Unknown(code) => code.clone(),
                }
            }

            fn name(&self) -> Option<&'static str> {
                $name::name(self)
            }

            fn description(&self) -> Option<&'static str> {
                $name::description(self)
            }
        }

        impl ::std::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                if self.is_known() && other.is_known() {
                    ::std::mem::discriminant(self) == ::std::mem::discriminant(other)
                } else {
                    $crate::OpenEnum::code(&$crate::OpenEnum::canonical(self)) == $crate::OpenEnum::code(&$crate::OpenEnum::canonical(other))
                }
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::hash::Hash for $name {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                ::std::hash::Hash::hash(&$crate::OpenEnum::code(&$crate::OpenEnum::canonical(self)), state);
            }
        }

        impl ::std::fmt::Display for $name {
            /// Writes the code, as it stands in a path or a query.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $( Self::$variant => ::std::fmt::Display::fmt(&$value, f), )*
                    Self::Unknown(code) => ::std::fmt::Display::fmt(code, f),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok($crate::OpenEnum::canonical(&<Self as $crate::OpenEnum>::from_code(text.into())))
            }
        }

        impl ::std::convert::From<i64> for $name {
            fn from(code: i64) -> Self {
                <Self as $crate::OpenEnum>::from_code(code.into())
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(code: &str) -> Self {
                <Self as $crate::OpenEnum>::from_code(code.into())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$crate::OpenEnum::code(self), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                <$crate::Code as ::serde::Deserialize>::deserialize(deserializer)
                    .map(<Self as $crate::OpenEnum>::from_code)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let mut schema = ::schemars::json_schema!({ "type": ["integer", "string"] });
                let known = <Self as $crate::OpenEnum>::KNOWN.iter();
                let examples: ::std::vec::Vec<_> = known.filter_map(|known| ::serde_json::to_value(known).ok()).collect();
                schema.insert("examples".to_owned(), examples.into());
                schema
            }
        }
    };
    (@from integer, $code:ident, $( $variant:ident = $value:literal ),*) => {
        match $code {
            $( $crate::Code::Integer($value) => Self::$variant, )*
            other => Self::Unknown(other),
        }
    };
    (@from text, $code:ident, $( $variant:ident = $value:literal ),*) => {
        match $code.as_text() {
            $( Some($value) => Self::$variant, )*
            _ => Self::Unknown($code),
        }
    };
}

/// A code that the pages show both as a number and as text: the documented value, and the form in which it arrived.
///
/// The text may be the code, or the name or the meaning of its value, whatever case and signs these are written with. It
/// dereferences to the value, so that all forms compare equal, and it is written out as it came. One made from a value is
/// written in the documented form.
///
/// ```
/// use avepoint_core::{CodeOrText, open_enum};
///
/// open_enum! {
///     /// A colour.
///     pub enum Color: integer {
///         /// Grey.
///         Grey = 0,
///     }
/// }
///
/// let color: CodeOrText<Color> = serde_json::from_str("\"0\"")?;
/// assert_eq!(*color, Color::Grey);
/// assert_eq!(serde_json::to_string(&color)?, "\"0\"");
/// let color: CodeOrText<Color> = serde_json::from_str("\"grey\"")?;
/// assert_eq!(*color, Color::Grey);
/// assert_eq!(serde_json::to_string(&color)?, "\"grey\"");
/// assert_eq!(serde_json::to_string(&CodeOrText::from(Color::Grey))?, "0");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CodeOrText<T> {
    value: T,
    arrived: Option<Code>,
}

impl<T: OpenEnum> CodeOrText<T> {
    /// A value that is written as text, whatever the documented form is: some requests spell their codes so.
    ///
    /// ```
    /// use avepoint_core::{CodeOrText, open_enum};
    ///
    /// open_enum! {
    ///     /// A colour.
    ///     pub enum Color: integer {
    ///         /// Grey.
    ///         Grey = 0,
    ///     }
    /// }
    ///
    /// assert_eq!(serde_json::to_string(&CodeOrText::in_text(Color::Grey))?, "\"0\"");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn in_text(value: T) -> Self {
        Self::from_wire(Code::Text(value.code().to_string()))
    }

    /// The value, without the form in which it arrived.
    pub fn into_value(self) -> T {
        self.value
    }

    fn from_wire(code: Code) -> Self {
        let value = T::from_code(code.clone()).canonical();
        let value = match (value.name(), code.as_text()) {
            (None, Some(label)) => named(label).unwrap_or(value),
            _ => value,
        };
        let arrived = (value.code() != code).then_some(code);
        CodeOrText { value, arrived }
    }
}

/// The documented value that a label stands for: its name, or its meaning where the label is none that a name may be.
fn named<T: OpenEnum>(label: &str) -> Option<T> {
    let is_it = |text: Option<&str>| text.is_some_and(|text| letters(text).eq(letters(label)));
    let mut known = T::KNOWN.iter();
    known
        .find(|known| is_it(known.name()) || is_it(known.description()))
        .cloned()
}

/// Letters and digits alone, in small letters: labels have spaces and signs where names have none.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.map(|letter| letter.to_ascii_lowercase())
}

impl<T> std::ops::Deref for CodeOrText<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: OpenEnum> From<T> for CodeOrText<T> {
    fn from(value: T) -> Self {
        CodeOrText { value, arrived: None }
    }
}

impl<T: OpenEnum> Serialize for CodeOrText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.arrived {
            Some(code) => code.serialize(serializer),
            None => self.value.code().serialize(serializer),
        }
    }
}

impl<'de, T: OpenEnum> Deserialize<'de> for CodeOrText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Code::deserialize(deserializer).map(Self::from_wire)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for CodeOrText<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}OrText", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
