//! Writes the failed backup jobs of all customers to standard output, as CSV.
//!
//! ```sh
//! cargo run -p avepoint-elements-v3 --example failed_backups > failed.csv
//! ```

use std::error::Error;
use std::io;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_elements_v3::Client;
use avepoint_elements_v3::types::{JobStatus, JobType};

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
    csv.write_record(["customer", "job", "service", "status", "started", "failed objects"])?;
    let mut customers = client.list_customers().page_size(100).stream();
    while let Some(customer) = customers.next().await {
        let customer = customer?;
        let mut jobs = client.list_jobs().customer_id(customer.id).page_size(100).stream();
        while let Some(job) = jobs.next().await {
            let job = job?;
            let failed = matches!(job.status, Some(JobStatus::Failed | JobStatus::FailedToStart));
            let scans = [JobType::Microsoft365Scan, JobType::GoogleWorkspaceScan];
            if failed && !job.job_type.as_ref().is_some_and(|service| scans.contains(service)) {
                let service = job.job_type.map(|service| service.to_string());
                let status = job.status.map(|status| status.to_string());
                let job = (job.job_id, service, status, job.start_time, job.failed_count);
                csv.serialize((&customer.organization, job))?;
            }
        }
    }
    csv.flush()?;
    Ok(())
}
