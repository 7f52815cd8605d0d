//! Gives a user a new job title and a new manager.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… cargo run -p avepoint-elements-v3 --example update_user -- \
//!     CUSTOMER-ID TENANT-ID USER-ID "Head of Logistics" sofia.lindqvist@northwind.example
//! ```

mod shared;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_elements_v3::types::{CustomerId, TenantId, UpdateUserGeneralRequest, UpdateUserManagerRequest, UserId};

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [customer, tenant, user, job_title, manager] = arguments.as_slice() else {
        return Err("usage: update_user CUSTOMER-ID TENANT-ID USER-ID JOB-TITLE MANAGER".into());
    };
    // Three types: the compiler rejects a tenant's id where a customer's is expected.
    let (customer, tenant, user) = (
        CustomerId::try_from(customer)?,
        TenantId::try_from(tenant)?,
        UserId::try_from(user)?,
    );

    let client = shared::client()?;
    let found = client
        .get_user()
        .customer_id(&customer)
        .tenant_id(&tenant)
        .user_id(&user)
        .send()
        .await?
        .into_inner();

    // This write replaces all five members, so four of them are sent back unchanged.
    client
        .update_user_general()
        .customer_id(&customer)
        .tenant_id(&tenant)
        .user_id(&user)
        .body(
            UpdateUserGeneralRequest::builder()
                .display_name(found.display_name.unwrap_or_default())
                .first_name(found.first_name.unwrap_or_default())
                .last_name(found.last_name.unwrap_or_default())
                .employee_id(found.employee_id.unwrap_or_default())
                .job_title(job_title),
        )
        .send()
        .await?;
    println!("the job title is now {job_title}");

    client
        .update_user_manager()
        .customer_id(&customer)
        .tenant_id(&tenant)
        .user_id(&user)
        .body(UpdateUserManagerRequest::builder().user_principal_name(manager))
        .send()
        .await?;
    println!("the manager is now {manager}");
    Ok(())
}
