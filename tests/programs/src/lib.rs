//! The Rust code of the READMEs that belong to no crate, as tests of documentation.

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../crates/README.md")]
struct ForRustDevelopers;
