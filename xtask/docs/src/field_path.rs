//! How places are written: `query.size`, `body.a.b`, `response.data[].name`.

use strum::{EnumString, IntoStaticStr};

/// A part of a call, by its name in places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Part {
    /// The path.
    Path,
    /// The query.
    Query,
    /// The body of the request.
    Body,
    /// The body of the response.
    Response,
}

impl Part {
    /// The name, as places begin with it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The part that a place is in.
    pub fn of(place: &str) -> Option<Self> {
        place.split(['.', '[']).next()?.parse().ok()
    }
}

/// The place of what a sample shows: the part of the call and the place in its body.
pub fn in_part(part: Part, place: &str) -> String {
    match place {
        "" => part.name().to_owned(),
        list if list.starts_with('[') => format!("{}{list}", part.name()),
        member => format!("{}.{member}", part.name()),
    }
}

/// The place around a place, and the name in it; none for the root of a part.
pub fn split(place: &str, is_place: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    if let Some(list) = place.strip_suffix("[]") {
        return Some((list, "[]"));
    }
    // A name may hold a dot itself, so the place around must be known to be one.
    let mut dots = place.rmatch_indices('.').map(|(index, _)| index);
    let around = dots.find(|dot| is_place(&place[..*dot])).or_else(|| place.rfind('.'))?;
    Some((&place[..around], &place[around + 1..]))
}

/// Whether a place lies below another.
pub fn is_below(place: &str, above: &str) -> bool {
    let below = place.strip_prefix(above);
    below.is_some_and(|below| below.starts_with(['.', '[']))
}

/// A place in small letters and without the marks of list entries.
pub fn without_lists(place: &str) -> String {
    place.replace("[]", "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_lists_join_without_a_dot() {
        assert_eq!(in_part(Part::Response, ""), "response");
        assert_eq!(in_part(Part::Response, "[].id"), "response[].id");
        assert_eq!(in_part(Part::Body, "id"), "body.id");
    }

    #[test]
    fn a_name_may_hold_a_dot() {
        let is_place = |place: &str| place == "response.a";
        assert_eq!(split("response.a.b.c", is_place), Some(("response.a", "b.c")));
        assert_eq!(split("response.b.c", is_place), Some(("response.b", "c")));
        assert_eq!(split("response.a[]", is_place), Some(("response.a", "[]")));
        assert_eq!(split("response", is_place), None);
    }
}
