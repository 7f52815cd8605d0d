//! What the commands share: how their arguments are refused, how they print, and how they end.

mod stdout;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use stdout::print;

/// How a command ended, when it did not fail. The numbers are a contract with scripts and CI.
pub enum Outcome {
    /// All is as it should be: exit status 0.
    Fresh,
    /// What is committed differs from what the specs give: exit status 4.
    Stale,
}

/// Runs a command with the arguments of this process, and tells on stderr if it fails.
pub fn run<A: Parser>(command: impl FnOnce(A) -> anyhow::Result<Outcome>) -> ExitCode {
    let arguments = match parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match command(arguments) {
        Ok(Outcome::Fresh) => ExitCode::SUCCESS,
        Ok(Outcome::Stale) => ExitCode::from(4),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads arguments, the program's name first.
///
/// # Errors
/// The exit status, if the help was asked for or the arguments are refused. What there is to tell has been printed.
pub fn parse<A: Parser>(words: impl IntoIterator<Item = OsString>) -> Result<A, ExitCode> {
    A::try_parse_from(words).map_err(|told| {
        // clap's own exit status for arguments it refuses is 2; here every error is 1.
        let status = if told.use_stderr() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        };
        // Nobody is there to be told that the terminal is gone.
        let _ = told.print();
        status
    })
}
