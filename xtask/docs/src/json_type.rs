//! The types of JSON, as specs name them, tables call them and samples show them.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// A type of JSON by its name in JSON Schema, with whole numbers apart; in the order of reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum JsonType {
    Array,
    Boolean,
    Integer,
    Null,
    Number,
    Object,
    String,
}

impl JsonType {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a value of this type is of one of these: a number may be whole.
    pub fn fits<'t>(self, types: impl IntoIterator<Item = &'t Self>) -> bool {
        let is_it = |other: &Self| *other == self || (self == Self::Integer && *other == Self::Number);
        types.into_iter().any(is_it)
    }

    /// Whether a value of the one type may be of the other too.
    pub fn is_like(self, other: Self) -> bool {
        self.fits([&other]) || other.fits([&self])
    }
}

/// Types in the form of the facts: `integer | string`.
pub fn type_names<'t>(types: impl IntoIterator<Item = &'t JsonType>) -> String {
    let names: Vec<_> = types.into_iter().map(|json| json.name()).collect();
    names.join(" | ")
}

/// The types that a sample shows, from the form of the facts.
pub fn shown_types(shape: &str) -> Vec<JsonType> {
    shape.split(" | ").filter_map(|name| name.parse().ok()).collect()
}

/// The types of which a table means one, and that of the entries if it says. `kind` is in the words of
/// [`Row::kind`](super::facts::Row::kind).
pub fn documented_types(kind: &str) -> (&'static [JsonType], Option<&str>) {
    match kind {
        "integer" => (&[JsonType::Integer], None),
        "number" => (&[JsonType::Number], None),
        "boolean" => (&[JsonType::Boolean], None),
        "string" | "date-time" => (&[JsonType::String], None),
        "object" | "map" => (&[JsonType::Object], None),
        // A code, of which the page does not say whether it is a number or a text.
        "enum" => (&[JsonType::Integer, JsonType::String], None),
        "array" => (&[JsonType::Array], None),
        _ if kind.starts_with("map of ") => (&[JsonType::Object], None),
        _ => match kind.strip_prefix("array of ") {
            Some(entries) => (&[JsonType::Array], Some(entries)),
            // Not a type; the reader has reported it.
            None => (&[], None),
        },
    }
}
