//! The patterns by which words are read.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern that is compiled once.
pub type Pattern = LazyLock<Regex>;

/// Compiles a pattern of this program.
///
/// # Panics
/// If it is malformed: each is used by a test, and a page has no say in it.
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this program are well-formed")
}
