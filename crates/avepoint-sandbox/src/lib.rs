//! AvePoint's identity service, Elements and Insights as an embedded server, driven by the same specs.
//!
//! It needs no account and no network: a [`Sandbox`] serves all APIs on loopback, tells of a made-up world that is the same
//! for the same seed, and refuses whatever the specs forbid. Any client of any language can call it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = avepoint_sandbox::Sandbox::builder().customers(3).start().await?;
//! let url = format!("{}/partner/external/v3/general/customers/batch", sandbox.base_url());
//! let answer = reqwest::Client::new().post(url).header("content-type", "application/json").body("{}").send().await?;
//! assert!(answer.text().await?.contains(r#""totalCount":3"#));
//! # Ok(())
//! # }
//! ```

// Until every operation has its own handler.
#![allow(dead_code)]

mod call;
mod exports;
mod fault;
mod filter;
mod operations;
mod paging;
mod reports;
mod sandbox;
mod server;
mod spec;
mod world;

pub use exports::{ExportEnding, ExportPlan};
pub use fault::{Fault, UnknownFault};
pub use sandbox::{Builder, Error, Sandbox};
pub use server::RecordedRequest;
