//! Clients of the APIs, as one value for tests that run over all of them.

use avepoint_core::{CallOptions, ClientBuilder, Error, RetryPolicy, StaticToken};
use serde_json::Value;

/// A client of one of the APIs, called by operation name.
pub enum AnyClient {
    ElementsLegacy(avepoint_elements_legacy::Client),
    ElementsV3(avepoint_elements_v3::Client),
    Insights(avepoint_insights::Client),
    InsightsLegacy(avepoint_insights_legacy::Client),
}

/// Every API that has a client.
pub const APIS: &[&str] = &["elements-v3", "elements-legacy", "insights", "insights-legacy"];

impl AnyClient {
    /// A client of the API at this address. It sends every call once.
    ///
    /// # Panics
    /// For an API that has no client.
    pub fn new(api: &str, base_url: &str) -> Self {
        match api {
            "elements-legacy" => {
                AnyClient::ElementsLegacy(client_of(avepoint_elements_legacy::Client::builder(), base_url))
            }
            "elements-v3" => AnyClient::ElementsV3(client_of(avepoint_elements_v3::Client::builder(), base_url)),
            "insights" => AnyClient::Insights(client_of(avepoint_insights::Client::builder(), base_url)),
            "insights-legacy" => {
                AnyClient::InsightsLegacy(client_of(avepoint_insights_legacy::Client::builder(), base_url))
            }
            other => panic!("there is no client of {other}"),
        }
    }

    /// Runs an operation by its name.
    ///
    /// # Errors
    /// As the client's own `dynamic::call`.
    pub async fn call(&self, operation: &str, parameters: Value) -> Result<Value, Error> {
        match self {
            AnyClient::ElementsLegacy(client) => {
                avepoint_elements_legacy::dynamic::call(client, operation, parameters).await
            }
            AnyClient::InsightsLegacy(client) => {
                avepoint_insights_legacy::dynamic::call(client, operation, parameters).await
            }
            AnyClient::Insights(client) => avepoint_insights::dynamic::call(client, operation, parameters).await,
            AnyClient::ElementsV3(client) => avepoint_elements_v3::dynamic::call(client, operation, parameters).await,
        }
    }
}

/// A client of one of the APIs at this address, with its types. It sends every call once.
///
/// # Panics
/// For an address that no token may be sent to.
pub fn client_of<C: avepoint_core::ApiClient>(builder: ClientBuilder<C>, base_url: &str) -> C {
    builder
        .base_url(base_url)
        .credential(StaticToken::new("a-token"))
        .options(CallOptions::default().retry(RetryPolicy::none()))
        .build()
        .expect("a client")
}
