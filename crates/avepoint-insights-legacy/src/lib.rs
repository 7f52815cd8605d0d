#![doc = include_str!("../README.md")]

// Generated code is formatted by its generator, and documented as far as its spec is.
#[rustfmt::skip]
#[allow(clippy::all, clippy::unwrap_used, deprecated, missing_docs, rustdoc::all, unused_imports, unused_mut)]
mod generated;

pub use avepoint_core as core;
pub use avepoint_core::{Cloud, Error, StaticToken};
pub use generated::client::{Client, builder};
#[cfg(feature = "dynamic")]
pub use generated::dynamic;
pub use generated::operations;

/// The types of requests and answers: objects, open enums, ids.
pub mod types {
    pub use crate::generated::client::types::*;
    // An API may have no values of one of these sorts.
    #[allow(unused_imports)]
    pub use crate::generated::{enums::*, ids::*, variants::*};
}
