//! The path of a sample's URL without the values of the sample: a lock holds none.

use crate::endpoint::{is_parameter, segments, without_query};
use crate::extract::pattern::{Pattern, pattern};

/// Stands for a value of which it is not known which parameter it is.
const VALUE: &str = "{}";

/// The path with the names of the endpoint's parameters in place of their values. Where it does not fit the endpoint, a
/// value is known by the segment before it or by its looks.
pub fn blank(endpoint: &str, path: &str) -> String {
    let wanted: Vec<&str> = segments(without_query(endpoint).trim().trim_end_matches('/')).collect();
    let (slash, bare) = path.strip_prefix('/').map_or(("", path), |bare| ("/", bare));
    let shown: Vec<&str> = bare.split('/').collect();
    let fits = |(wanted, shown): (&&str, &&str)| is_parameter(wanted) || wanted.eq_ignore_ascii_case(shown.trim());
    let is_aligned = wanted.len() == shown.len() && wanted.iter().zip(&shown).all(fits);
    let blanked = shown.iter().enumerate().map(|(index, segment)| {
        let same = wanted.get(index).filter(|_| is_aligned).copied();
        let before = index.checked_sub(1).map(|before| shown[before].trim());
        let mut pairs = wanted.windows(2).map(|pair| (pair[0], pair[1]));
        let is_behind = |own: &str| before.is_some_and(|before| own.eq_ignore_ascii_case(before));
        let behind = pairs.find(|(own, name)| is_parameter(name) && is_behind(own));
        let name = same.or(behind.map(|(_, name)| name));
        match name.filter(|wanted| is_parameter(wanted)) {
            Some(name) if !segment.trim().is_empty() => name,
            None if is_value(segment) => VALUE,
            _ => segment,
        }
    });
    format!("{slash}{}", blanked.collect::<Vec<_>>().join("/"))
}

/// Whether the name of a member is the key of a map: a mask, an address, a number, a date or an id.
pub fn is_key(name: &str) -> bool {
    static KEY: Pattern = pattern!(r"^(?:.*\*.*|[^@\s]+@[^@\s]+\.\w+|\d[\d./:-]*|[0-9a-fA-F]{8}-[0-9a-fA-F-]{8,})$");
    KEY.is_match(name) && !name.contains("@odata.")
}

/// Whether a segment looks like a value: a mask, an address, something escaped, or an id. A version is none.
fn is_value(segment: &str) -> bool {
    // The digits of a GUID may be few, but its letters end at `f`.
    static SURE: Pattern = pattern!(r"[*@%]|^-*(?:[0-9a-fA-F]-*){16,}$");
    static VERSION: Pattern = pattern!(r"^[vV][\d.]+$");
    let segment = segment.trim();
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let letters = segment.chars().filter(|letter| letter.is_alphanumeric()).count();
    let is_number = digits > 0 && digits * 2 >= letters && !VERSION.is_match(segment);
    !is_parameter(segment) && (is_number || SURE.is_match(segment))
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn the_parameters_of_the_endpoint_stand_in_place_of_the_values() {
        let endpoint = "/garden/v3/beds/{bedId}/plants/{plantId}";
        for path in [
            "/garden/v3/beds/north/plants/ada@garden.example",
            "/garden/v3/Beds/12****/plants/7",
            "/garden/v3/beds/{bedId}/plants/{plantId}",
        ] {
            let fitting = blank(endpoint, path);
            assert!(fitting.eq_ignore_ascii_case(endpoint), "{path}: {fitting}");
        }
        assert_eq!(
            blank("garden/plants/{plantId}?full=true", "/garden/plants/ada"),
            "/garden/plants/{plantId}"
        );
        assert_eq!(
            blank("/garden/plants/{plantId}", "/garden/plants/"),
            "/garden/plants/",
            "there is no value"
        );
    }

    #[test]
    fn a_path_that_does_not_fit_has_no_values_either() {
        let endpoint = "/beds/{bedId}/plants/{plantId}/key";
        for (path, expected) in [
            (
                "/garden/beds/north/plants/ada/key",
                "/garden/beds/{bedId}/plants/{plantId}/key",
            ),
            ("/beds/north/rows/12/key", "/beds/{bedId}/rows/{}/key"),
            ("/tools/ada@garden.example/key", "/tools/{}/key"),
            ("/tools/a%20b", "/tools/{}"),
            ("/tools/a***b", "/tools/{}"),
            ("/tools/abcdefab-cdef-abcd-efab-cdefabcdef12", "/tools/{}"),
            ("/v3/garden24/tools-v2", "/v3/garden24/tools-v2"),
            ("/tools/{id}/{}", "/tools/{id}/{}"),
            ("/", "/"),
        ] {
            assert_eq!(blank(endpoint, path), expected);
        }
    }
}
