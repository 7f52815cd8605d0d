//! The specs held against the vendor's pages: what the pages say is extracted into facts, the facts are locked beside
//! each spec, and drift is measured in two steps, page → lock and lock → spec.
//!
//! ```text
//! pages                      reading                 compare                 report
//! source ─→ markup ─→ extract ─→ facts ─┬─ page_lock (lock) ──┐
//!                                        ├─ page_sample ───────┼─→ deviations ─→ text, json, markdown, github
//!                                        └─ lock_spec (spec) ──┘
//! ```
//!
//! [`input`] says which pages a run has and where they come from, [`reading`] brings all of an API to facts. Three
//! commands use them: [`drift`] measures, [`lock`] writes the locks, [`scaffold`] writes what a spec lacks. What is
//! said of a call stands in a place, which [`placement`] finds for the rows of a page and [`spec`] for the schemas.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

pub mod compare;
pub mod deviations;
pub mod drift;
pub mod endpoint;
pub mod extract;
pub mod facts;
pub mod field_path;
pub mod finding;
pub mod input;
mod json_type;
pub mod lock;
mod markup;
pub mod placement;
pub mod reading;
pub mod report;
pub mod scaffold;
pub mod source;
pub mod spec;
pub mod stems;
pub mod yaml;
