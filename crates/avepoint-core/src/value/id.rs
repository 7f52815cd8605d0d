//! Identifiers: one type for each kind of thing, so that a tenant's id cannot stand where a customer's belongs.

/// Why a text is no identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// The text is empty or blank; it would make another path of the request.
    #[error("an id must not be empty")]
    Empty,
    /// The text is `.` or `..`; it would make another path of the request.
    #[error("an id must not be `.` or `..`")]
    DotSegment,
}

impl InvalidId {
    /// Checks a text that is to become an identifier.
    ///
    /// # Errors
    /// [`InvalidId`] for a text that is blank or a dot segment.
    pub fn check(text: &str) -> Result<(), InvalidId> {
        match text.trim() {
            "" => Err(InvalidId::Empty),
            "." | ".." => Err(InvalidId::DotSegment),
            _ => Ok(()),
        }
    }
}

/// Defines an identifier type over text.
///
/// It is made from `&str` or `String` and refuses what cannot stand in a path; reading an answer takes any text, since
/// an answer never fails for what it holds.
///
/// The crate that uses it depends on `serde`.
///
/// ```
/// avepoint_core::id! {
///     /// Identifies a plant.
///     pub struct PlantId;
/// }
///
/// let id = PlantId::try_from("plant-1")?;
/// assert_eq!(id, "plant-1");
/// assert_eq!(String::from(id), "plant-1");
/// assert!(PlantId::try_from("").is_err());
/// # Ok::<(), avepoint_core::InvalidId>(())
/// ```
#[macro_export]
macro_rules! id {
    ($(#[doc = $doc:literal])* $vis:vis struct $name:ident;) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[serde(transparent)]
        $vis struct $name(::std::string::String);

        impl $name {
            /// The id as text.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::generated::IntoGiven for $name {}

        // Not compiled with the client, but where they are called.

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            #[inline]
            fn eq(&self, text: &str) -> bool {
                self.0 == *text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, text: &&str) -> bool {
                self.0 == **text
            }
        }

        impl ::std::convert::From<$name> for ::std::string::String {
            #[inline]
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::InvalidId;

            #[inline]
            fn try_from(text: ::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                $crate::InvalidId::check(&text)?;
                Ok(Self(text))
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = $crate::InvalidId;

            #[inline]
            fn try_from(text: &str) -> ::std::result::Result<Self, Self::Error> {
                Self::try_from(text.to_owned())
            }
        }

        impl ::std::convert::TryFrom<&::std::string::String> for $name {
            type Error = $crate::InvalidId;

            #[inline]
            fn try_from(text: &::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                Self::try_from(text.as_str())
            }
        }

        impl ::std::convert::From<&$name> for $name {
            #[inline]
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::InvalidId;

            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Self::try_from(text)
            }
        }
    };
}
