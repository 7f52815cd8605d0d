//! Members of responses that no type names.

use std::fmt;

use serde_json::Value;

use super::{add, to_value};

/// A member of a response that the specification does not have, or that came twice (names are compared without letter
/// case, and the first counts). Kept where [`CallOptions::keep_unknown_members`](crate::CallOptions::keep_unknown_members)
/// is on.
///
/// Nothing says whether its value is a secret: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMember {
    path: String,
    name: String,
    json: String,
}

impl UnknownMember {
    /// A member of the object at this place.
    pub(super) fn new(place: &str, name: String, json: &[u8]) -> Self {
        let mut path = place.to_owned();
        add(&mut path, &name);
        UnknownMember {
            path,
            name,
            json: String::from_utf8_lossy(json).into_owned(),
        }
    }

    /// Its path in the response, such as `data[1].colour`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its name, as it arrived.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its JSON, as it arrived.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Parses its value. What a `Value` cannot hold stands in it as in [`Json::to_value`](crate::Json::to_value).
    pub fn value(&self) -> Value {
        // It is JSON, so that this cannot fail.
        to_value(&self.json).unwrap_or_default()
    }
}

// By hand: nothing says whether what stood there is a secret.
impl fmt::Debug for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownMember")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
