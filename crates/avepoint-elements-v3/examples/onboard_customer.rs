//! Registers a new customer.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… CUSTOMER_PASSWORD=… cargo run -p avepoint-elements-v3 --example onboard_customer -- \
//!     Northwind ines.moreau@northwind.example Ines Moreau
//! ```

mod shared;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_elements_v3::avepoint_core::SecretText;
use avepoint_elements_v3::types::{
    CountryCode, DataCenter, IdentityProvider, OnboardCustomerRequest, OnboardCustomerStatus,
};

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [organization, account, first_name, last_name] = arguments.as_slice() else {
        return Err("usage: onboard_customer ORGANIZATION ACCOUNT FIRST-NAME LAST-NAME".into());
    };
    let password = env::var("CUSTOMER_PASSWORD").map_err(|_| "set CUSTOMER_PASSWORD to the initial password")?;

    let client = shared::client()?;
    let answer = client
        .onboard_customer()
        .body(
            OnboardCustomerRequest::builder()
                .identity_provider_type(IdentityProvider::Local)
                .organization_name(organization)
                .registration_account(account)
                .first_name(first_name)
                .last_name(last_name)
                .country_code(CountryCode::France)
                .data_center(DataCenter::FranceCentral)
                // It goes over the wire; logs and errors show a placeholder.
                .password(SecretText::from(password))
                .tags(vec!["pilot".to_owned()]),
        )
        .send()
        .await?
        .into_inner();

    // The server responds with 200 whether it succeeded or not: check the code in the body.
    match (answer.status, answer.id) {
        (Some(OnboardCustomerStatus::Successful), Some(id)) => println!("{organization} is customer {id}"),
        (Some(OnboardCustomerStatus::Successful), None) => println!("{organization} is a customer"),
        (Some(status), _) => {
            let meaning = status.description().unwrap_or("This code is not documented.");
            return Err(format!("{organization} was not onboarded: {status}: {meaning}").into());
        }
        (None, _) => return Err("the response does not say whether it succeeded".into()),
    }
    Ok(())
}
