//! `cargo xtask publish`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use xtask_cli::Outcome;

/// Write what teams of other languages take from the specs: editions, types, requests, fixtures.
#[derive(Parser)]
#[command(name = "publish", bin_name = "xtask publish")]
struct Arguments {
    /// The folder to write: a new one, or one that this command has written and replaces.
    #[arg(long, value_name = "DIR", required_unless_present = "record")]
    out: Option<PathBuf>,
    /// Record the specs as published: with this state later ones are compared.
    #[arg(long)]
    record: bool,
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { out, record }| {
        let published = out.map_or(Ok(Outcome::Clean), |out| xtask_publish::run(&out))?;
        if record { xtask_publish::record() } else { Ok(published) }
    })
}
