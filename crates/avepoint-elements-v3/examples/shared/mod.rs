//! What every example begins and ends with.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_elements_v3::{Client, StaticToken};

/// A client of the app that `AVEPOINT_CLIENT_ID` and the variables beside it describe, or else with the token of
/// `AVEPOINT_ACCESS_TOKEN`.
pub fn client() -> Result<Client, Box<dyn Error>> {
    let builder = Client::builder().environment()?;
    let builder = if env::var_os("AVEPOINT_CLIENT_ID").is_some() {
        builder.credential(EnvironmentCredential::new()?)
    } else {
        let token = env::var("AVEPOINT_ACCESS_TOKEN")
            .map_err(|_| "AVEPOINT_CLIENT_ID must name an app, or AVEPOINT_ACCESS_TOKEN hold an access token")?;
        builder.credential(StaticToken::new(token))
    };
    Ok(builder.build()?)
}

/// Success, or the error as one line and exit code 1.
pub fn exit(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
