//! The mark of what a scaffold leaves a person to decide.

pub use xtask_spec::document::MARK;

/// A text for a person.
pub fn todo(text: impl std::fmt::Display) -> String {
    format!("{MARK}: {text}")
}
