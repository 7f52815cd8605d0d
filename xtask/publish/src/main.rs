//! `cargo xtask publish`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use xtask_cli::Outcome;

/// Write what teams of other languages take from the specs: editions, types, requests, fixtures, a reference site.
#[derive(Parser)]
#[command(name = "publish", bin_name = "xtask publish")]
struct Arguments {
    /// The folder to write: a new one, or one that this command has written and replaces.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["record", "site"])]
    out: Option<PathBuf>,
    /// The folder to write the reference site to, under the same terms. npm fetches two scripts for it.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    site: Option<PathBuf>,
    /// Record the specs as published: with this state later ones are compared.
    #[arg(long)]
    record: bool,
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { out, site, record }| {
        if let Some(out) = out {
            xtask_publish::run(&out)?;
        }
        if let Some(site) = site {
            xtask_publish::run_site(&site)?;
        }
        if record {
            xtask_publish::record()?;
        }
        Ok(Outcome::Clean)
    })
}
