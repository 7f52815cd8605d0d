//! Codes: the numbers and texts that stand for the documented values of a list.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::reader::{CODE, Scalar, Spelling, scalar, serialize_raw, whole};

/// A code as it stands on the wire: the services send most codes as integers, some as text.
///
/// A code that no page documents is kept in this form, so that it is the same when it is written out again.
///
/// ```
/// use avepoint_core::{Code, serde_json};
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

/// What the specification says of one value of a list. For use by [`open_enum!`](crate::open_enum).
#[doc(hidden)]
#[derive(Debug)]
pub struct Documented {
    pub code: WireCode<'static>,
    pub name: &'static str,
    pub description: &'static str,
}

/// A code as it is written. For use by [`open_enum!`](crate::open_enum).
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum WireCode<'a> {
    Integer(i64),
    Text(&'a str),
    Unknown(&'a Code),
}

impl WireCode<'_> {
    fn to_code(self) -> Code {
        match self {
            WireCode::Integer(value) => value.into(),
            WireCode::Text(text) => text.into(),
            WireCode::Unknown(code) => code.clone(),
        }
    }
}

impl Serialize for WireCode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            WireCode::Integer(value) => serializer.serialize_i64(*value),
            WireCode::Text(text) => serializer.serialize_str(text),
            WireCode::Unknown(code) => code.serialize(serializer),
        }
    }
}

/// A list of documented codes, as the [`open_enum!`](crate::open_enum) macro makes it.
///
/// That macro alone implements it: a minor version may add to it.
pub trait OpenEnum: Sized + Clone + 'static {
    /// Every documented value, in the order of the specification.
    const KNOWN: &'static [Self];

    /// The same, as data.
    #[doc(hidden)]
    const DOCUMENTED: &'static [Documented];

    /// The documented value whose code is this one to the letter; any other code is kept.
    #[doc(hidden)]
    fn verbatim(code: Code) -> Result<Self, Code>;

    #[doc(hidden)]
    fn unknown(code: Code) -> Self;

    #[doc(hidden)]
    fn wire_code(&self) -> WireCode<'_>;

    /// The value of a code, in whatever form that comes (`"7"` for 7, another letter case); one that is not documented is
    /// kept verbatim.
    fn from_code(code: Code) -> Self {
        Self::verbatim(code).unwrap_or_else(|code| {
            let known = in_any_form(Self::DOCUMENTED, &code);
            known.map_or_else(|| Self::unknown(code), |index| Self::KNOWN[index].clone())
        })
    }

    /// The value that a text stands for: by its code, in whatever form, or by its name.
    #[doc(hidden)]
    fn from_text(text: &str) -> Self {
        Self::verbatim(text.into()).unwrap_or_else(|code| {
            let known = in_any_form(Self::DOCUMENTED, &code).or_else(|| named(Self::DOCUMENTED, text));
            known.map_or_else(
                || Self::unknown(like(Self::DOCUMENTED, code)),
                |index| Self::KNOWN[index].clone(),
            )
        })
    }

    /// The code as it goes over the wire.
    fn code(&self) -> Code {
        self.wire_code().to_code()
    }

    /// The name of the value; nothing for a code that is not documented.
    fn name(&self) -> Option<&'static str>;

    /// What the value means; nothing for a code that is not documented.
    fn description(&self) -> Option<&'static str>;
}

/// Which of the documented codes this one is, in whatever form.
#[cold]
fn in_any_form(documented: &[Documented], code: &Code) -> Option<usize> {
    let (integer, text) = (code.as_integer(), code.to_string());
    documented.iter().position(|known| match known.code {
        WireCode::Integer(value) => integer == Some(value),
        WireCode::Text(known) => known.eq_ignore_ascii_case(&text),
        WireCode::Unknown(_) => false,
    })
}

/// Which of the documented values has this name.
fn named(documented: &[Documented], label: &str) -> Option<usize> {
    documented
        .iter()
        .position(|known| letters(known.name).eq(letters(label)))
}

/// Which of the documented values has this name or, where the label is none that a name may be, this meaning.
fn labelled(documented: &[Documented], label: &str) -> Option<usize> {
    named(documented, label).or_else(|| {
        documented
            .iter()
            .position(|known| letters(known.description).eq(letters(label)))
    })
}

/// A code of a caller's that is not documented, of the kind that the others of its list are.
fn like(documented: &[Documented], code: Code) -> Code {
    let is_integer = matches!(documented.first().map(|known| known.code), Some(WireCode::Integer(_)));
    match code.as_integer() {
        Some(value) if is_integer => Code::Integer(value),
        _ => code,
    }
}

/// Letters and digits alone, in small letters: labels have spaces and signs where names have none.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.map(|letter| letter.to_ascii_lowercase())
}

/// Reads a value of a list. For use by [`open_enum!`](crate::open_enum).
#[doc(hidden)]
pub fn read_code<'de, T: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(match deserializer.deserialize_newtype_struct(CODE, Arrived)? {
        (code, Spelling::Documented) => T::from_code(code),
        (code, Spelling::Verbatim) => T::verbatim(code).unwrap_or_else(T::unknown),
    })
}

struct Arrived;

impl<'de> Visitor<'de> for Arrived {
    type Value = (Code, Spelling);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code (an integer or a string)")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Code::deserialize(deserializer).map(|code| (code, Spelling::Documented))
    }

    /// What the reader calls for most codes, and for none that is to be kept as it arrived.
    fn visit_i64<E>(self, code: i64) -> Result<Self::Value, E> {
        Ok((Code::Integer(code), Spelling::Documented))
    }

    /// What the reader calls where codes are to be kept as they arrived.
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Code::deserialize(deserializer).map(|code| (code, Spelling::Verbatim))
    }
}

/// Defines an open enum: the documented codes of a list as variants, and a variant that keeps any other code verbatim.
///
/// Reading accepts integers and texts and never fails for a scalar. A documented code is its variant in whatever form it
/// arrives, so that matching, equality and hashes agree, and is written in its documented form; any other is written as it
/// was read. [`CallOptions::verbatim_codes`](crate::CallOptions::verbatim_codes) keeps the form of the documented ones too.
///
/// The crate that uses it depends on `serde`.
///
/// ```
/// use avepoint_core::{open_enum, serde_json};
///
/// open_enum! {
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
/// assert!(matches!(serde_json::from_str("\"1\"")?, Stage::Ripe));
/// assert_eq!(Stage::Ripe.description(), Some("It bears fruit."));
///
/// // A text is the name or the code.
/// assert_eq!("Ripe".parse(), Ok(Stage::Ripe));
/// assert_eq!("1".parse(), Ok(Stage::Ripe));
/// assert_eq!(Stage::Ripe.to_string(), "Ripe");
///
/// let wilted: Stage = serde_json::from_str("9")?;
/// assert!(!wilted.is_known());
/// assert_eq!(wilted.to_string(), "9");
/// assert_eq!(serde_json::to_string(&wilted)?, "9");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[doc = $doc:literal])*
        $vis:vis enum $name:ident : $kind:ident {
            $( #[doc = $description:literal] $(#[doc(alias = $alias:literal)])? $variant:ident = $value:literal ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        ///
        /// A documented code is its variant in whatever form it arrived (`"7"` for 7, another letter case), and is written
        /// as it is documented. `CallOptions::verbatim_codes` has it written as it arrived; one in another form is then an
        /// `Unknown`, which no `match` on its variant finds. A text is parsed as a code or as the name of a variant.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                #[doc = $description]
                #[doc = concat!("\n\nThe code is `", $value, "`.")]
                $(#[doc(alias = $alias)])?
                $variant,
            )*
            /// A code that the specification does not list, verbatim.
            ///
            /// One that a caller makes of a documented code is not that value, and does not equal it. With
            /// `Validation::Off` it is sent in this spelling.
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

            const DOCUMENTED: &'static [$crate::generated::Documented] = &[
                $( $crate::generated::Documented {
                    code: $crate::open_enum!(@wire $kind, $value),
                    name: stringify!($variant),
                    description: $description.trim_ascii(),
                }, )*
            ];

            fn verbatim(code: $crate::Code) -> ::std::result::Result<Self, $crate::Code> {
                $crate::open_enum!(@from $kind, code, $( $variant = $value ),*)
            }

            fn unknown(code: $crate::Code) -> Self {
                Self::Unknown(code)
            }

            fn wire_code(&self) -> $crate::generated::WireCode<'_> {
                match self {
                    $( Self::$variant => $crate::open_enum!(@wire $kind, $value), )*
                    Self::Unknown(code) => $crate::generated::WireCode::Unknown(code),
                }
            }

            fn name(&self) -> Option<&'static str> {
                $name::name(self)
            }

            fn description(&self) -> Option<&'static str> {
                $name::description(self)
            }
        }

        impl $crate::generated::IntoGiven for $name {}

        impl ::std::fmt::Display for $name {
            /// Writes the name; of a code that is not documented, the code.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    Self::Unknown(code) => ::std::fmt::Display::fmt(code, f),
                    known => f.pad(known.name().unwrap_or_default()),
                }
            }
        }

        // Not compiled with the client, but where they are called: most codes are read only.

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl ::std::convert::From<i64> for $name {
            #[inline]
            fn from(code: i64) -> Self {
                <Self as $crate::OpenEnum>::from_code(code.into())
            }
        }

        impl ::std::convert::From<$crate::Code> for $name {
            #[inline]
            fn from(code: $crate::Code) -> Self {
                <Self as $crate::OpenEnum>::from_code(code)
            }
        }

        impl ::std::convert::From<&$crate::Code> for $name {
            #[inline]
            fn from(code: &$crate::Code) -> Self {
                <Self as $crate::OpenEnum>::from_code(::std::clone::Clone::clone(code))
            }
        }

        impl ::std::convert::From<&str> for $name {
            /// By the code or by the name.
            #[inline]
            fn from(text: &str) -> Self {
                <Self as $crate::OpenEnum>::from_text(text)
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            /// By the code or by the name.
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                <Self as $crate::OpenEnum>::from_text(&text)
            }
        }

        impl ::std::convert::From<&::std::string::String> for $name {
            /// By the code or by the name.
            #[inline]
            fn from(text: &::std::string::String) -> Self {
                <Self as $crate::OpenEnum>::from_text(text)
            }
        }

        impl ::std::convert::From<&$name> for $name {
            #[inline]
            fn from(code: &$name) -> Self {
                ::std::clone::Clone::clone(code)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$crate::OpenEnum::wire_code(self), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::generated::read_code(deserializer)
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
    (@wire integer, $value:literal) => { $crate::generated::WireCode::Integer($value) };
    (@wire text, $value:literal) => { $crate::generated::WireCode::Text($value) };
    (@from integer, $code:ident, $( $variant:ident = $value:literal ),*) => {
        match $code {
            $( $crate::Code::Integer($value) => Ok(Self::$variant), )*
            other => Err(other),
        }
    };
    (@from text, $code:ident, $( $variant:ident = $value:literal ),*) => {
        match $code.as_text() {
            $( Some($value) => Ok(Self::$variant), )*
            _ => Err($code),
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
/// use avepoint_core::{CodeOrText, open_enum, serde_json};
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
/// assert_eq!(CodeOrText::<Color>::from("Grey"), Color::Grey);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CodeOrText<T> {
    value: T,
    arrived: Option<Code>,
}

impl<T: OpenEnum> CodeOrText<T> {
    /// A value that is written as text, whatever the documented form is: some requests spell their codes so.
    ///
    /// ```
    /// use avepoint_core::{CodeOrText, open_enum, serde_json};
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
        let value = T::from_code(code.clone());
        let value = match (value.name(), code.as_text()) {
            (None, Some(label)) => labelled(T::DOCUMENTED, label).map_or(value, |index| T::KNOWN[index].clone()),
            _ => value,
        };
        let arrived = (value.code() != code).then_some(code);
        CodeOrText { value, arrived }
    }
}

// By hand: the form in which a value arrived is no part of it.
impl<T: PartialEq> PartialEq for CodeOrText<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for CodeOrText<T> {}

impl<T: PartialEq> PartialEq<T> for CodeOrText<T> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}

impl<T: Hash> Hash for CodeOrText<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
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

/// Made of whatever its code is made of, in the documented form.
macro_rules! of_a_code {
    ($($(#[$doc:meta])? $from:ty: |$given:ident| $value:expr;)+) => {$(
        impl<T: OpenEnum> From<$from> for CodeOrText<T> {
            $(#[$doc])?
            fn from($given: $from) -> Self {
                CodeOrText::from($value)
            }
        }
    )+};
}

of_a_code! {
    &T: |value| value.clone();
    i64: |code| T::from_code(code.into());
    Code: |code| T::from_code(code);
    &Code: |code| T::from_code(code.clone());
    /// By the code or by the name.
    &str: |text| T::from_text(text);
    /// By the code or by the name.
    String: |text| T::from_text(&text);
    /// By the code or by the name.
    &String: |text| T::from_text(text);
}

impl<T: OpenEnum> From<&CodeOrText<T>> for CodeOrText<T> {
    fn from(code: &CodeOrText<T>) -> Self {
        code.clone()
    }
}

impl<T: OpenEnum> Serialize for CodeOrText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.arrived {
            Some(code) => code.serialize(serializer),
            None => self.value.wire_code().serialize(serializer),
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

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;
    use crate::reader::{Reading, read, read_whole};

    open_enum! {
        /// How a job stands.
        enum Status: integer {
            /// The job runs.
            InProgress = 0,
            /// The job failed.
            Failed = 3,
        }
    }

    open_enum! {
        /// Where a file lies.
        enum Source: text {
            /// Where teams work.
            Teams = "Microsoft Teams",
            /// In a drive of its own.
            OneDrive = "onedrive",
            /// In the drive of a release.
            SecondDrive = "2",
        }
    }

    fn read_as<T: OpenEnum + serde::de::DeserializeOwned>(json: &str, codes: Spelling) -> T {
        let reading = Reading {
            codes,
            ..Reading::default()
        };
        read::<T>(json.as_bytes(), reading).expect("a code").0
    }

    #[test]
    fn a_documented_code_is_its_variant_in_whatever_form_it_comes() {
        for json in ["3", "\"3\"", "3.0", "3e0", "\" 3 \"", "\"3.0\""] {
            let status: Status = read_as(json, Spelling::Documented);
            assert!(matches!(status, Status::Failed), "{json}: {status:?}");
            assert_eq!(status, Status::Failed, "{json}");
            assert_eq!(serde_json::from_str::<Status>(json).expect(json), Status::Failed);
            assert_eq!(serde_json::to_string(&status).expect(json), "3");
        }
        for json in ["\"Microsoft Teams\"", "\"MICROSOFT teams\""] {
            let source: Source = read_as(json, Spelling::Documented);
            assert!(matches!(source, Source::Teams), "{json}: {source:?}");
            assert_eq!(serde_json::to_string(&source).expect(json), "\"Microsoft Teams\"");
        }
        for json in ["2", "\"2\""] {
            assert_eq!(
                read_as::<Source>(json, Spelling::Documented),
                Source::SecondDrive,
                "{json}"
            );
        }
    }

    #[test]
    fn what_equals_has_one_hash() {
        let hasher = RandomState::new();
        let hash = |json: &str| hasher.hash_one(read_as::<Status>(json, Spelling::Documented));
        assert_eq!(hash("3"), hash("\"3\""));
        let label = |json: &str| read_whole::<CodeOrText<Status>>(json.as_bytes(), Spelling::Documented).expect(json);
        assert_eq!(label("3"), label("\"failed\""));
        assert_eq!(label("\"The job failed.\""), Status::Failed);
        assert_eq!(hasher.hash_one(label("3")), hasher.hash_one(label("\"failed\"")));
    }

    #[test]
    fn what_is_not_documented_stays_as_it_came() {
        for json in [
            "4",
            "\"4\"",
            "3.5",
            "\"\"",
            "true",
            "123456789012345678901234567890",
            "\"Failed\"",
        ] {
            let status: Status = read_as(json, Spelling::Documented);
            assert!(!status.is_known(), "{json}: {status:?}");
            assert_eq!(status.name(), None);
            assert_eq!(serde_json::to_string(&status).expect(json), json);
        }
        assert_ne!(
            read_as::<Status>("4", Spelling::Documented),
            read_as("\"4\"", Spelling::Documented)
        );
    }

    #[test]
    fn a_code_that_is_to_stay_as_it_came_does() {
        for (json, known) in [("3", true), ("\"3\"", false), ("3.0", false), ("4", false)] {
            let status: Status = read_as(json, Spelling::Verbatim);
            assert_eq!(status.is_known(), known, "{json}");
            assert_eq!(serde_json::to_string(&status).expect(json), json);
        }
        let source: Source = read_as("\"ONEDRIVE\"", Spelling::Verbatim);
        assert!(!source.is_known());
        assert_eq!(serde_json::to_string(&source).expect("a code"), "\"ONEDRIVE\"");
    }

    #[test]
    fn a_text_is_a_code_or_a_name() {
        for text in ["3", "Failed", "failed", "FAILED"] {
            assert_eq!(text.parse(), Ok(Status::Failed), "{text}");
            assert_eq!(Status::from(text), Status::Failed, "{text}");
        }
        assert_eq!("in progress".parse(), Ok(Status::InProgress));
        assert_eq!("Teams".parse(), Ok(Source::Teams));
        assert_eq!("microsoft teams".parse(), Ok(Source::Teams));
        assert_eq!("4".parse(), Ok(Status::Unknown(Code::Integer(4))));
        assert_eq!("4".parse(), Ok(Source::Unknown(Code::Text("4".to_owned()))));
        assert_eq!("lost".parse(), Ok(Status::Unknown(Code::Text("lost".to_owned()))));
        assert_eq!(Status::from(3), Status::Failed);
    }

    #[test]
    fn a_code_is_shown_by_its_name_and_sent_by_itself() {
        assert_eq!(format!("{}|{:>8}|", Status::Failed, Status::Failed), "Failed|  Failed|");
        assert_eq!(Status::from(4).to_string(), "4");
        assert_eq!(Source::Teams.to_string(), "Teams");
        // What is sent, in a body as in a path.
        assert_eq!(serde_json::to_string(&Status::Failed).expect("JSON"), "3");
        assert_eq!(
            serde_json::to_string(&Source::Teams).expect("JSON"),
            "\"Microsoft Teams\""
        );
        assert_eq!(Source::Teams.code(), Code::Text("Microsoft Teams".to_owned()));
        assert_eq!(
            (Status::Failed.name(), Status::Failed.description()),
            (Some("Failed"), Some("The job failed."))
        );
    }

    #[test]
    fn a_code_that_a_caller_keeps_verbatim_is_written_so() {
        let given = Source::Unknown("ONEDRIVE".into());
        assert_ne!(given, Source::OneDrive);
        assert_eq!(serde_json::to_string(&given).expect("a code"), "\"ONEDRIVE\"");
    }
}
