//! Lists the customers with reqwest and serde alone.

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Everything {}

#[derive(Deserialize)]
struct Page {
    data: Option<Vec<Customer>>,
}

#[derive(Deserialize)]
struct Customer {
    organization: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("AVEPOINT_BASE_URL")? + "/partner/external/v3/general/customers/batch";
    let token = std::env::var("AVEPOINT_ACCESS_TOKEN")?;
    let client = reqwest::Client::new();
    for index in 1.. {
        let request = client.post(&url).query(&[("pageIndex", index), ("pageSize", 100)]);
        let request = request.bearer_auth(&token).json(&Everything {});
        let page: Page = request.send().await?.error_for_status()?.json().await?;
        let customers = page.data.unwrap_or_default();
        if customers.is_empty() {
            break;
        }
        for customer in customers {
            println!("{}", customer.organization.unwrap_or_default());
        }
    }
    Ok(())
}
