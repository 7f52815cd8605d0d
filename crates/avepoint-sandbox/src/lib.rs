#![doc = include_str!("../README.md")]

mod call;
mod exports;
mod fault;
mod filter;
mod identity;
mod operations;
mod paging;
mod reports;
mod sandbox;
mod server;
mod setting;
mod spec;
mod world;

pub use exports::{ExportEnding, ExportPlan};
pub use fault::{Fault, UnknownFault};
pub use identity::{App, Certificate};
pub use sandbox::{Builder, Error, Sandbox};
pub use server::RecordedRequest;
pub use setting::WorldGuard;
