//! `cargo xtask lint`.

use std::process::ExitCode;

use clap::Parser;
use xtask_spec::api::Api;

/// Check that the specs are valid OpenAPI and follow the rules of `specs/README.md`.
#[derive(Parser)]
#[command(name = "lint", bin_name = "xtask lint")]
struct Arguments {
    /// Only this API.
    #[arg(long, value_name = "NAME", value_parser = Api::parse)]
    api: Option<&'static Api>,
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { api }| xtask_lint::run(api))
}
