//! Lists the customers with the client that openapi-generator makes of the portable document.

use openapi::apis::configuration::Configuration;
use openapi::apis::customers_api::list_customers;
use openapi::models::ListCustomersRequest;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let configuration = Configuration {
        base_path: std::env::var("AVEPOINT_BASE_URL")?,
        oauth_access_token: Some(std::env::var("AVEPOINT_ACCESS_TOKEN")?),
        ..Configuration::default()
    };
    for index in 1.. {
        let page = list_customers(&configuration, ListCustomersRequest::new(), Some(index), Some(100)).await?;
        let customers = page.data.flatten().unwrap_or_default();
        if customers.is_empty() {
            break;
        }
        for customer in customers {
            println!("{}", customer.organization.flatten().unwrap_or_default());
        }
    }
    Ok(())
}
