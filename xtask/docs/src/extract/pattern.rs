//! The patterns by which words are read.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern that is compiled once.
pub type Pattern = LazyLock<Regex>;

/// A pattern of this program. It panics at its first use if it is malformed: each is used by a test, and a page has no
/// say in it.
macro_rules! pattern {
    ($($text:literal),+ $(,)?) => {
        std::sync::LazyLock::new(|| {
            regex::Regex::new(concat!($($text),+)).expect("the patterns of this program are well-formed")
        })
    };
}
pub(crate) use pattern;
