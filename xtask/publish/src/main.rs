//! `cargo xtask publish`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Write what teams of other languages take from the specs: editions, types, requests, fixtures.
#[derive(Parser)]
#[command(name = "publish", bin_name = "xtask publish")]
struct Arguments {
    /// The folder to write: a new one, or one that this command has written and replaces.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { out }| xtask_publish::run(&out))
}
