//! Onboards a customer, and gives it a trial of a service. It may be run again: what is done already stays as it is.

mod service;

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
    let [organization, account, first_name, last_name] = arguments.as_slice() else {
        return Err("usage: onboard_and_subscribe ORGANIZATION ACCOUNT FIRST-NAME LAST-NAME".into());
    };
    let password = env::var("CUSTOMER_PASSWORD").map_err(|_| "set CUSTOMER_PASSWORD to the initial password")?;
    let mut service = Service::from_environment()?;

    let customer = json!({
        "identityProviderType": "0",
        "organizationName": organization,
        "registrationAccount": account,
        "firstName": first_name,
        "lastName": last_name,
        "countryCode": "FR",
        // France Central.
        "dataCenter": "49681f94-26a7-4825-aca2-df2eca7c0f81",
        "password": password,
    });
    let url = service.url("/partner/external/v3/general/customers");
    let request = |http: &reqwest::Client| http.post(&url).json(&customer);
    let onboarded = service
        .json(Kind::Write, "elements.customers.readwrite.all", request)
        .await?;
    // The service answers 200 whether it succeeded or not: the code says which.
    let id = match (onboarded["status"].as_i64(), onboarded["id"].as_str()) {
        // It is registered, or was before.
        (Some(1 | 6), Some(id)) => id,
        (Some(status), _) => return Err(format!("{organization} was not onboarded: status {status}").into()),
        (None, _) => return Err("the response does not say whether the customer was onboarded".into()),
    };
    println!("{organization} is customer {id}");

    let product = "BaselineManagement";
    let trial = json!({ "product": 40, "licenseType": 0 });
    let url = service.url(&format!("/partner/external/v3/general/customers/{id}/services"));
    let request = |http: &reqwest::Client| http.post(&url).json(&trial);
    let added = service
        .json(Kind::Write, "elements.license.readwrite.all", request)
        .await?;
    match added["status"].as_i64() {
        Some(1) => println!("{product} is on trial"),
        Some(7) => println!("{product} was there before"),
        Some(status) => return Err(format!("{product} was not added: status {status}").into()),
        None => return Err(format!("the response does not say whether {product} was added").into()),
    }
    Ok(())
}
