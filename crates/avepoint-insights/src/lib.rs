#![doc = include_str!("../README.md")]

#[rustfmt::skip]
mod generated;

mod export;

pub use export::{ExportJob, ExportPart};
pub use generated::*;
