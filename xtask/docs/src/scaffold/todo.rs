//! The mark of what a person must decide.

use xtask_spec::document::MARK;

/// A text for a person.
pub fn todo(text: &str) -> String {
    format!("{MARK}: {text}")
}
