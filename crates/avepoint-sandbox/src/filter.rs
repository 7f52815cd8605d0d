//! What filters of several operations have in common.

use serde_json::Value;

/// The texts of a list in a request; none if there is no list, and so no filter.
pub(crate) fn texts(list: Option<&[Value]>) -> Option<Vec<&str>> {
    list.map(|entries| entries.iter().filter_map(Value::as_str).collect())
}

/// Whether a time lies between two, both included; a limit that is left out is none.
pub(crate) fn is_within<T: PartialOrd>(time: &T, from: Option<&T>, to: Option<&T>) -> bool {
    from.is_none_or(|from| time >= from) && to.is_none_or(|to| time <= to)
}
