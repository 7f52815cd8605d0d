//! AvePoint's identity service, Elements and Insights as an embedded server, driven by the same specs.
//!
//! It needs no account and no network: a [`Sandbox`] serves all APIs on loopback, tells of a made-up world that is the same
//! for the same seed, and refuses whatever the specs forbid. Any client of any language can call it: with a token, which
//! the identity service at the same address gives for a secret or for a certificate.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = avepoint_sandbox::Sandbox::builder().customers(3).start().await?;
//! let client = reqwest::Client::new();
//! let token = client.post(format!("{}/connect/token", sandbox.identity_url()));
//! let token = token.basic_auth(sandbox.client_id(), Some(sandbox.client_secret()));
//! let token = token.form(&[("grant_type", "client_credentials"), ("scope", "elements.customers.read.all")]).send().await?;
//! let token: serde_json::Value = token.json().await?;
//! let token = token["access_token"].as_str().ok_or("there is no token")?;
//!
//! let url = format!("{}/partner/external/v3/general/customers/batch", sandbox.base_url());
//! let answer = client.post(url).bearer_auth(token).json(&serde_json::json!({})).send().await?;
//! assert!(answer.text().await?.contains(r#""totalCount":3"#));
//! # Ok(())
//! # }
//! ```

// Until every operation has its own handler.

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
