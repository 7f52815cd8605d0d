//! What every example begins and ends with.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_insights_legacy::{Client, StaticToken};

/// A client with the token of `AVEPOINT_ACCESS_TOKEN`, for the region of `AVEPOINT_REGION` (such as `us`).
pub fn client() -> Result<Client, Box<dyn Error>> {
    let token = env::var("AVEPOINT_ACCESS_TOKEN").map_err(|_| "AVEPOINT_ACCESS_TOKEN must hold an access token")?;
    let builder = Client::builder().environment()?;
    Ok(builder.credential(StaticToken::new(token)).build()?)
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
