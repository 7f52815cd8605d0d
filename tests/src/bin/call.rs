//! One call in a process of its own, for what is process-wide, such as the environment: `call ADDRESS OPERATION`.

use std::process::ExitCode;

use avepoint_elements_v3::Client;
use avepoint_tests::client::client_of;
use avepoint_tests::elements::run;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(operation)) = (arguments.next(), arguments.next()) else {
        eprintln!("call ADDRESS OPERATION");
        return ExitCode::FAILURE;
    };
    match run(&client_of(Client::builder(), &address), &operation).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
