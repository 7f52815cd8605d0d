//! Lists the customers with what progenitor makes of the portable document.

use progenitor_raw::Client;
use progenitor_raw::types::ListCustomersRequest;
use reqwest::header::{AUTHORIZATION, HeaderMap};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("AVEPOINT_ACCESS_TOKEN")?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse()?)]);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let client = Client::new_with_client(&std::env::var("AVEPOINT_BASE_URL")?, http);
    for index in 1.. {
        let call = client.list_customers().page_index(index).page_size(100);
        let page = call.body(ListCustomersRequest::builder()).send().await?.into_inner();
        let customers = page.data.unwrap_or_default();
        if customers.is_empty() {
            break;
        }
        for customer in customers.into_iter().flatten() {
            println!("{}", customer.organization.unwrap_or_default());
        }
    }
    Ok(())
}
