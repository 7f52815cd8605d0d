//! Counts the failed jobs of every customer, several customers at once; one that cannot be read does not stop the rest.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… cargo run -p avepoint-elements-v3 --example jobs_of_all_customers
//! ```

mod shared;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use avepoint_elements_v3::types::{Customer, Job, JobStatus};
use avepoint_elements_v3::{Client, avepoint_core};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many customers are read at the same time. The service's rate limit is not published: stay modest.
const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let client = shared::client()?;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut calls = JoinSet::new();
    let mut customers = client.list_customers().page_size(100).stream();
    while let Some(customer) = customers.try_next().await? {
        let (client, places) = (client.clone(), Arc::clone(&places));
        calls.spawn(async move {
            let _place = places.acquire().await;
            let name = customer.organization.clone().unwrap_or_else(|| "(no name)".to_owned());
            (name, jobs(&client, customer).await)
        });
    }

    let (mut read, mut unread) = (0, Vec::new());
    while let Some(outcome) = calls.join_next().await {
        match outcome? {
            (name, Ok(jobs)) => {
                read += 1;
                let failed = jobs.iter().filter(|job| job.status == Some(JobStatus::Failed)).count();
                println!("{name}: {failed} of {} failed", jobs.len());
            }
            (name, Err(error)) => unread.push((name, error)),
        }
    }

    println!("customers read: {read}");
    if unread.is_empty() {
        return Ok(());
    }
    for (name, error) in &unread {
        let hint = if error.is_retryable() {
            " (may succeed later)"
        } else {
            ""
        };
        eprintln!("{name}: {error}{hint}");
    }
    Err(format!("customers not read: {}", unread.len()).into())
}

/// All jobs of a customer.
async fn jobs(client: &Client, customer: Customer) -> Result<Vec<Job>, avepoint_core::Error> {
    let id = customer.id.ok_or_else(|| {
        avepoint_core::Error::new(avepoint_core::ErrorKind::Decode, "the customer came without an id")
    })?;
    client
        .list_jobs()
        .customer_id(id)
        .page_size(100)
        .stream()
        .collect_all()
        .await
}
