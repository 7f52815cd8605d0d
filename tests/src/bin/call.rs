//! One call in a process of its own, for what is process-wide, such as the environment: `call ADDRESS OPERATION`.

use std::process::ExitCode;

use avepoint_core::{CallOptions, Error, RetryPolicy};
use avepoint_tests::elements::{builder, run};

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(operation)) = (arguments.next(), arguments.next()) else {
        eprintln!("call ADDRESS OPERATION");
        return ExitCode::FAILURE;
    };
    match call(&address, &operation).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn call(address: &str, operation: &str) -> Result<(), Error> {
    let options = CallOptions::default().retry(RetryPolicy::none());
    let client = builder(address).options(options).build()?;
    run(&client, operation).await.map(drop)
}
