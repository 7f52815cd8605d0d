//! `cargo xtask generate`.

use std::process::ExitCode;

use clap::Parser;
use xtask_spec::api::Api;

/// Write the generated code of the API crates from `specs/`.
#[derive(Parser)]
#[command(name = "generate", bin_name = "xtask generate")]
struct Arguments {
    /// Write nothing; show what is stale and exit with status 4.
    #[arg(long)]
    check: bool,
    /// Only this API.
    #[arg(long, value_name = "NAME", value_parser = Api::parse)]
    api: Option<&'static Api>,
    /// Begin the spec of an API that has none, and generate nothing.
    #[arg(long, requires = "api", conflicts_with = "check")]
    begin: bool,
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { check, api, begin }| match api {
        Some(api) if begin => xtask_codegen::begin_spec(api),
        _ => xtask_codegen::run(api, check),
    })
}
