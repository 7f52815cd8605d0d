//! A spec, read once for everyone: the document with the line of everything in it, its objects and operations, the
//! names it may use, and the record of where it differs from the vendor's pages.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

pub mod api;
pub mod changes;
pub mod deviations;
pub mod document;
mod files;
pub mod finding_kind;
pub mod model;
pub mod names;
pub mod openapi31;
pub mod place;
pub mod schema;
mod spec;
#[cfg(feature = "testing")]
pub mod testing;

pub use spec::{METHODS, Operation, Parameter, Spec, is_json};
