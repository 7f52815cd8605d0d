//! Counts the failed jobs of every customer, several customers at once; one that cannot be read does not stop the rest.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… cargo run -p avepoint-elements-v3 --example jobs_of_all_customers
//! ```

mod shared;

use std::error::Error;
use std::process::ExitCode;

use avepoint_elements_v3::types::{Customer, Job, JobStatus};
use avepoint_elements_v3::{Client, avepoint_core};
use futures_util::{StreamExt, TryStreamExt};

/// How many customers are read at the same time. The service's rate limit is not published: stay modest.
const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let client = shared::client()?;
    let mut outcomes = client
        .list_customers()
        .page_size(100)
        .stream()
        .map(|customer| async {
            let customer = customer.map_err(|error| ("the list of customers".to_owned(), error))?;
            let name = customer.organization.clone().unwrap_or_else(|| "(no name)".to_owned());
            match jobs(&client, customer).await {
                Ok(jobs) => Ok((name, jobs)),
                Err(error) => Err((name, error)),
            }
        })
        .buffer_unordered(AT_ONCE);

    let (mut read, mut unread) = (0, Vec::new());
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            Ok((name, jobs)) => {
                read += 1;
                let failed = jobs.iter().filter(|job| job.status == Some(JobStatus::Failed)).count();
                println!("{name}: {failed} of {} failed", jobs.len());
            }
            Err(problem) => unread.push(problem),
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
        .try_collect()
        .await
}
