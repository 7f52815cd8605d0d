//! Identifiers: one type for each kind of thing, so that a tenant's id cannot stand where a customer's belongs.

/// The text of an identifier. A UUID, as most are, is kept in place: reading or cloning it takes no memory elsewhere.
pub type IdText = smallstr::SmallString<[u8; 36]>;

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
/// It is made from `&str` or `String` and refuses what cannot stand in a path; reading a response takes any text, since
/// a response never fails for what it holds.
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
        $vis struct $name(
            #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
            $crate::generated::IdText,
        );

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
                f.pad(&self.0)
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
                self.as_str() == text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl ::std::convert::From<$name> for ::std::string::String {
            #[inline]
            fn from(id: $name) -> Self {
                id.0.into_string()
            }
        }

        impl ::std::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::InvalidId;

            #[inline]
            fn try_from(text: ::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                $crate::InvalidId::check(&text)?;
                Ok(Self(text.into()))
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = $crate::InvalidId;

            #[inline]
            fn try_from(text: &str) -> ::std::result::Result<Self, Self::Error> {
                $crate::InvalidId::check(text)?;
                Ok(Self(text.into()))
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    crate::id! {
        /// Identifies a plant.
        struct PlantId;
    }

    #[test]
    fn an_id_is_its_text_however_long_it_is_and_wherever_it_is_kept() {
        for length in [1, 35, 36, 37, 4_000] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            // A `String` may bring memory of its own, also for a text that is short enough to be kept in place.
            let mut roomy = String::with_capacity(8_000);
            roomy.push_str(&text);
            let ids = [
                PlantId::try_from(roomy).expect("an id"),
                PlantId::try_from(text.as_str()).expect("an id"),
                serde_json::from_value(json!(text)).expect("an id"),
            ];
            for id in &ids {
                assert_eq!(id, text.as_str());
                assert_eq!(json!(id), json!(text));
                assert_eq!(format!("{id:?}"), format!("PlantId({text:?})"));
                assert_eq!(String::from(id.clone()), text);
            }
            assert_eq!(HashSet::from(ids).len(), 1);
        }
    }

    #[test]
    fn ids_are_in_the_order_of_their_texts() {
        let long = "b".repeat(40);
        let ids = ["c", &long, "a"].map(|text| PlantId::try_from(text).expect("an id"));
        let mut sorted = ids.to_vec();
        sorted.sort();
        assert_eq!(sorted, ["a", &long, "c"]);
    }
}
