//! Compares the user seats that customers bought with the licences that they assigned, and writes the differences to
//! standard output, as CSV.

mod pages;
mod service;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use serde_json::Value;
use service::Service;

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
    let mut service = Service::from_environment()?;
    let mut csv = csv::Writer::from_writer(io::stdout());
    csv.write_record(["customer", "service", "seats", "assigned", "difference"])?;
    let path = "/partner/external/v3/general/customers/services/batch";
    for customer in pages::rows(&mut service, "elements.license.read.all", path).await? {
        for product in customer["products"].as_array().into_iter().flatten() {
            let (seats, assigned) = (&product["purchasedUserSeats"], &product["microsoftLicenseAssigned"]);
            if let (Some(seats), Some(assigned)) = (number(seats), number(assigned)) {
                let figures = (seats, assigned, seats - assigned);
                csv.serialize((&customer["organization"], &product["service"], figures))?;
            }
        }
    }
    csv.flush()?;
    Ok(())
}

/// Figures come as text, and as `N/A` where a service is not sold by the seat.
fn number(value: &Value) -> Option<i64> {
    value.as_str()?.parse().ok()
}
