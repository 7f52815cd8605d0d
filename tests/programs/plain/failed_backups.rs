//! Writes the failed backup jobs of all customers to standard output, as CSV.

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
    csv.write_record(["customer", "job", "service", "status", "started", "failed objects"])?;
    let path = "/partner/external/v3/general/customers/batch";
    for customer in pages::rows(&mut service, "elements.customers.read.all", path).await? {
        let id = customer["id"].as_str().ok_or("a customer came without an id")?;
        let path = format!("/partner/external/v3/general/customers/{id}/avpt-products/jobs/batch");
        for job in pages::rows(&mut service, "elements.jobs.read.all", &path).await? {
            let status = match job["status"].as_i64() {
                Some(3) => "Failed",
                Some(7) => "FailedToStart",
                _ => continue,
            };
            let job_type = job["jobType"].to_string();
            let service = match job["jobType"].as_i64() {
                // Scans.
                Some(0 | 10) => continue,
                Some(7) => "Microsoft365",
                Some(11) => "GoogleWorkspace",
                Some(12) => "IaasPaas",
                Some(15) => "Salesforce",
                Some(16) => "Dynamics365",
                _ => &job_type,
            };
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            csv.write_record([
                &text(&customer["organization"]),
                &text(&job["jobId"]),
                service,
                status,
                &text(&job["startTime"]),
                &text(&job["failedCount"]),
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}
