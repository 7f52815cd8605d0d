//! Numbers of things, in texts.

use std::fmt::Display;

/// `1 second`, `2 seconds`.
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let unit = if number == N::from(1) { one } else { many };
    format!("{number} {unit}")
}
