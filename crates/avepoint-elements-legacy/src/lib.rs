#![doc = include_str!("../README.md")]
//!
//! # All operations
//!
//! [`Client`] lists them by subject. Each has an example.

#[rustfmt::skip]
mod generated;

pub use generated::*;
