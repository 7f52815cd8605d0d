//! The path of a sample's URL without the values of the sample: a lock holds none.

use crate::endpoint::{is_parameter, segments, without_query};
use crate::extract::patterns::{Pattern, pattern};

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
        let before = index.checked_sub(1).and_then(|before| shown.get(before));
        let behind = || before.and_then(|before| parameter_behind(&wanted, before));
        match same.or_else(behind).filter(|wanted| is_parameter(wanted)) {
            Some(name) if !segment.trim().is_empty() => name,
            None if is_value(segment) => VALUE,
            _ => segment,
        }
    });
    format!("{slash}{}", blanked.collect::<Vec<_>>().join("/"))
}

/// The parameter of the endpoint that stands behind a segment of this name.
fn parameter_behind<'w>(wanted: &[&'w str], name: &str) -> Option<&'w str> {
    wanted.windows(2).find_map(|pair| match pair {
        [before, parameter] if is_parameter(parameter) && before.eq_ignore_ascii_case(name.trim()) => Some(*parameter),
        _ => None,
    })
}

/// Whether the name of a member is the key of a map: a mask, an address, a number, a date or an id.
pub fn is_key(name: &str) -> bool {
    static KEY: Pattern = pattern!(r"^(?:.*\*.*|[^@\s]+@[^@\s]+\.\w+|\d[\d./:-]*|[0-9a-fA-F]{8}-[0-9a-fA-F-]{8,})$");
    KEY.is_match(name) && !name.contains("@odata.")
}

/// Whether a segment looks like a value: a mask, an address, something escaped, or an id. A version is none.
fn is_value(segment: &str) -> bool {
    let segment = segment.trim();
    if is_parameter(segment) {
        return false;
    }
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let letters = segment.chars().filter(|letter| letter.is_alphanumeric()).count();
    let is_version = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_version = segment.strip_prefix(['v', 'V']).is_some_and(is_version);
    // The digits of a GUID may be few, but its letters end at `f`.
    let is_guid = letters >= 16
        && segment
            .chars()
            .all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    segment.contains(['*', '@', '%']) || (!is_version && digits > 0 && digits * 2 >= letters) || is_guid
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
