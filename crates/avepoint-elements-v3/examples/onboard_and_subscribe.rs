//! Onboards a customer, and gives it a trial of a service. It may be run again: what is done already stays as it is.
//!
//! ```sh
//! CUSTOMER_PASSWORD=… cargo run -p avepoint-elements-v3 --example onboard_and_subscribe -- \
//!     Northwind ines.moreau@northwind.example Ines Moreau
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_elements_v3::Client;
use avepoint_elements_v3::types::{
    AddCustomerServiceStatus, AddServiceTrialRequest, CountryCode, DataCenter, IdentityProvider,
    OnboardCustomerRequest, OnboardCustomerStatus, ServiceTrialProduct,
};

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
    let credential = EnvironmentCredential::new()?;
    let client = Client::builder().environment()?.credential(credential).build()?;

    let customer = OnboardCustomerRequest::builder()
        .identity_provider_type(IdentityProvider::Local)
        .organization_name(organization)
        .registration_account(account)
        .first_name(first_name)
        .last_name(last_name)
        .country_code(CountryCode::France)
        .data_center(DataCenter::FranceCentral)
        .password(password);
    let onboarded = client.onboard_customer().body(customer).send().await?.into_inner();
    // The service answers 200 whether it succeeded or not: the code says which.
    let id = match (onboarded.status, onboarded.id) {
        (Some(OnboardCustomerStatus::Successful), Some(id)) => id,
        (Some(OnboardCustomerStatus::CustomerManagedByCurrentPartner), Some(id)) => id,
        (Some(status), _) => return Err(format!("{organization} was not onboarded: {status}").into()),
        (None, _) => return Err("the response does not say whether the customer was onboarded".into()),
    };
    println!("{organization} is customer {id}");

    let product = ServiceTrialProduct::BaselineManagement;
    let trial = AddServiceTrialRequest::builder().product(&product);
    let call = client.add_customer_service().customer_id(&id).body(trial);
    let added = call.send().await?;
    match &added.status {
        Some(AddCustomerServiceStatus::Successful) => println!("{product} is on trial"),
        Some(AddCustomerServiceStatus::SubscriptionAlreadyExists) => println!("{product} was there before"),
        Some(status) => return Err(format!("{product} was not added: {status}").into()),
        None => return Err(format!("the response does not say whether {product} was added").into()),
    }
    Ok(())
}
