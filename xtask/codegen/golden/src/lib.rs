//! The client of the garden, an invented service: what the generator makes of each thing that a spec can say.
//!
//! `openapi.yaml` says it, and the tests of `xtask-codegen` hold `src/generated` against it.

#[rustfmt::skip]
mod generated;

pub use generated::*;
