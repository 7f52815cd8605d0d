//! The paths of operations, as pages and specs write them.

/// The segments of a path. The first slash and blanks around segments say nothing.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim().trim_start_matches('/').split('/').map(str::trim)
}

/// The path without the query that some pages write behind it.
pub fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// A path without what pages write in more than one way: blanks and slashes around it, the case of letters.
pub fn bare(path: &str) -> String {
    path.trim().trim_matches('/').to_lowercase()
}

/// The name of the parameter that a segment stands for, if it stands for one.
fn parameter(segment: &str) -> Option<&str> {
    Some(segment.strip_prefix('{')?.strip_suffix('}')?.trim())
}

/// Whether a segment stands for a parameter.
pub fn is_parameter(segment: &str) -> bool {
    parameter(segment).is_some()
}

/// The names of the parameters of a path, in its order.
pub fn parameter_names(path: &str) -> Vec<&str> {
    segments(without_query(path)).filter_map(parameter).collect()
}

/// The segments without the names of parameters, which are not sent.
pub fn nameless(path: &str) -> Vec<&str> {
    let blank = |segment| if is_parameter(segment) { "{}" } else { segment };
    segments(path).map(blank).collect()
}

/// A path as far as it tells operations apart: without query and last slash, without the names of parameters, and
/// in small letters.
pub fn template(path: &str) -> Vec<String> {
    let path = without_query(path).trim().trim_end_matches('/').to_ascii_lowercase();
    nameless(&path).into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parameters_tell_no_operations_apart() {
        assert_eq!(
            parameter_names("plants/{ plantId }/parts/{partId}?on={on}"),
            ["plantId", "partId"]
        );
        assert_eq!(nameless("/Plants/{plantId}/"), ["Plants", "{}", ""]);
        assert_eq!(template(" plants/{id}?on={on}"), template("/Plants/{plantId}/"));
        assert_ne!(template("/plants/{id}/parts"), template("/plants/parts/{id}"));
    }
}
