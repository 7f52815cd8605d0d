//! Compares the user seats that customers bought with the licences that they assigned, and writes the differences to
//! standard output, as CSV.
//!
//! ```sh
//! cargo run -p avepoint-elements-v3 --example reconcile_licences > licences.csv
//! ```

use std::error::Error;
use std::io;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_elements_v3::Client;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let credential = EnvironmentCredential::new()?;
    let client = Client::builder().environment()?.credential(credential).build()?;
    let mut csv = csv::Writer::from_writer(io::stdout());
    csv.write_record(["customer", "service", "seats", "assigned", "difference"])?;
    // No customer may be missing from an invoice: a list that is not complete is an error.
    let customers = client.list_customer_services().page_size(100).stream();
    for customer in customers.collect_counted().await? {
        for product in customer.products {
            let (seats, assigned) = (product.purchased_user_seats, product.microsoft_license_assigned);
            if let (Some(seats), Some(assigned)) = (number(seats), number(assigned)) {
                let figures = (seats, assigned, seats - assigned);
                csv.serialize((&customer.organization, product.service, figures))?;
            }
        }
    }
    csv.flush()?;
    Ok(())
}

/// Figures come as text, and as `N/A` where a service is not sold by the seat.
fn number(text: Option<String>) -> Option<i64> {
    text?.parse().ok()
}
