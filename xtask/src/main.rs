//! The workspace's own tool. `cargo xtask --help` names its commands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use xtask::api::Api;
use xtask::{Outcome, generate, lint};

/// Generates the clients from the specs, and checks the specs.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the generated code of the API crates from `specs/`.
    Generate {
        /// Write nothing; show what is stale and exit with status 4.
        #[arg(long)]
        check: bool,
        /// Only this API.
        #[arg(long, value_name = "NAME", value_parser = Api::parse)]
        api: Option<&'static Api>,
    },
    /// Check that the specs are valid OpenAPI and keep the rules of `specs/README.md`.
    Lint {
        /// Only this API.
        #[arg(long, value_name = "NAME", value_parser = Api::parse)]
        api: Option<&'static Api>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Generate { check, api } => generate::run(api, check),
        Command::Lint { api } => lint::run(api),
    };
    match outcome {
        Ok(Outcome::Fresh) => ExitCode::SUCCESS,
        Ok(Outcome::Stale) => ExitCode::from(4),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
