#![doc = include_str!("../README.md")]
//!
//! # All operations
//!
//! [`Client`] lists them by subject. Each has an example.

mod export;
pub mod filters;
#[rustfmt::skip]
mod generated;

pub use export::{ActivityExportJob, ActivityExports, ExportJob, PermissionExportPart, PermissionExports};
pub use generated::*;
