#![doc = include_str!("../README.md")]

mod export;
pub mod filters;
#[rustfmt::skip]
mod generated;

pub use export::{ActivityExportJob, ActivityExports, ExportJob, PermissionExportPart, PermissionExports};
pub use generated::*;
