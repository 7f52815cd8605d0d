//! Gives users of a tenant the managers that a CSV file with the columns `user` and `manager` names. It shows what it
//! would send, and sends it with `--write`.
//!
//! ```sh
//! cargo run -p avepoint-elements-v3 --example set_managers -- CUSTOMER-ID TENANT-ID managers.csv --write
//! ```

use std::collections::HashMap;
use std::env;
use std::error::Error;
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
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (customer, tenant, file, write) = match arguments.as_slice() {
        [customer, tenant, file] => (customer, tenant, file, false),
        [customer, tenant, file, option] if option == "--write" => (customer, tenant, file, true),
        _ => return Err("usage: set_managers CUSTOMER-ID TENANT-ID FILE.csv [--write]".into()),
    };
    let mut csv = csv::Reader::from_path(file).map_err(|error| format!("{file}: {error}"))?;
    let rows: Vec<(String, String)> = csv.deserialize().collect::<Result<_, _>>()?;
    let credential = EnvironmentCredential::new()?;
    let client = Client::builder().environment()?.credential(credential).build()?;

    let users = client.list_users().customer_id(customer).tenant_id(tenant);
    let users = users.page_size(100).stream().collect_counted().await?.into_iter();
    let ids: HashMap<_, _> = users
        .map(|user| (user.user_principal_name.unwrap_or_default(), user.id))
        .collect();
    let mut calls = Vec::new();
    for (user, manager) in rows {
        let id = ids
            .get(&user)
            .ok_or_else(|| format!("{file}: the tenant has no user {user}"))?;
        let call = client.update_user_manager().customer_id(customer);
        let call = call.tenant_id(tenant).user_id(id.clone());
        let call = call.body_map(|body| body.user_principal_name(&manager));
        // Nothing is sent before all rows are known to be right.
        let request = call.dry_run().map_err(|error| format!("{file}: {user}: {error}"))?;
        println!("PUT {}: the manager of {user} is {manager}", request.url());
        calls.push((user, call));
    }
    if !write {
        return Ok(());
    }
    let (count, mut failed) = (calls.len(), 0);
    for (user, call) in calls {
        // The message says whether the change may have been carried out.
        if let Err(error) = call.send().await {
            eprintln!("{user}: {error}");
            failed += 1;
        }
    }
    println!("{} of {count} managers set", count - failed);
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} managers not set").into()),
    }
}
