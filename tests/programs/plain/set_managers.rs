//! Gives users of a tenant the managers that a CSV file with the columns `user` and `manager` names. It shows what it
//! would send, and sends it with `--write`.

mod pages;
mod service;

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::process::ExitCode;

use serde_json::json;
use service::{Kind, Service};

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
    let mut service = Service::from_environment()?;

    let path = format!("/partner/external/v3/um/customers/{customer}/tenants/{tenant}/users");
    let users = pages::rows(&mut service, "elements.um.user.read.all", &format!("{path}/batch")).await?;
    let entry = |user: &serde_json::Value| {
        let name = user["userPrincipalName"].as_str()?.to_owned();
        Some((name, user["id"].as_str()?.to_owned()))
    };
    let ids: HashMap<_, _> = users.iter().filter_map(entry).collect();
    let mut calls = Vec::new();
    for (user, manager) in rows {
        let id = ids
            .get(&user)
            .ok_or_else(|| format!("{file}: the tenant has no user {user}"))?;
        // Nothing is sent before all rows are known to be right.
        if manager.chars().count() > 1024 {
            return Err(format!("{file}: {user}: the manager has more than 1024 characters").into());
        }
        let url = service.url(&format!("{path}/{id}/manager"));
        println!("PUT {url}: the manager of {user} is {manager}");
        calls.push((user, url, json!({ "userPrincipalName": manager })));
    }
    if !write {
        return Ok(());
    }
    let (count, mut failed) = (calls.len(), 0);
    for (user, url, body) in calls {
        let request = |http: &reqwest::Client| http.put(&url).json(&body);
        let outcome = service
            .send(Kind::Write, "elements.um.user.readwrite.all", request)
            .await;
        // The message says whether the change may have been carried out.
        if let Err(error) = outcome {
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
