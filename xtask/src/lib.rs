//! The workspace's own tool, as a library for its tests: where the specs are, and how they are read.

pub mod api;
pub mod docs;
pub mod document;
pub mod generate;
pub mod lint;

/// How a command ended, when it did not fail. The numbers are a contract with scripts and CI.
pub enum Outcome {
    /// All is as it should be: exit status 0.
    Fresh,
    /// What is committed differs from what the specs give: exit status 4.
    Stale,
}
