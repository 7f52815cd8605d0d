#![doc = include_str!("../README.md")]

#[rustfmt::skip]
mod generated;
pub mod filters;

mod export;

pub use export::{ActivityExportJob, ActivityExports, ExportJob, PermissionExportPart, PermissionExports};
pub use generated::*;
