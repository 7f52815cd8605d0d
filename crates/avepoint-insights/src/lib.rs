#![doc = include_str!("../README.md")]

mod export;
#[rustfmt::skip]
mod generated;

pub use export::{ExportJob, ExportPart};
pub use generated::*;
