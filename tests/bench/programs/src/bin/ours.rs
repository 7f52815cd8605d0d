//! Lists the customers with our client.

use avepoint_elements_v3::{Client, StaticToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder()
        .base_url(std::env::var("AVEPOINT_BASE_URL")?)
        .credential(StaticToken::new(std::env::var("AVEPOINT_ACCESS_TOKEN")?))
        .build()?;
    let mut customers = client.list_customers().page_size(100).stream();
    while let Some(customer) = customers.next().await {
        println!("{}", customer?.organization.unwrap_or_default());
    }
    Ok(())
}
