//! Lists all customers and their tenants, page by page.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… cargo run -p avepoint-elements-v3 --example list_customers
//! ```

mod shared;

use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let client = shared::client()?;

    // While the entries of one page are printed, the next page is already on its way.
    let mut customers = client.list_customers().page_size(100).stream().prefetch(1);
    let mut count = 0;
    while let Some(customer) = customers.try_next().await? {
        count += 1;
        // Every field of a response may be missing.
        println!("{}", customer.organization.as_deref().unwrap_or("(no name)"));
        for tenant in &customer.tenants {
            println!("  {}", tenant.name.as_deref().unwrap_or("(no name)"));
        }
    }
    println!("customers: {count}");
    Ok(())
}
