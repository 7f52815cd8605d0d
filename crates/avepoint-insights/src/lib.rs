#![doc = include_str!("../README.md")]
//!
//! # All operations
//!
//! [`Client`] lists them by subject. Each has an example.

mod export;
#[rustfmt::skip]
mod generated;

pub use export::{ExportJob, ExportPart};
pub use generated::*;
