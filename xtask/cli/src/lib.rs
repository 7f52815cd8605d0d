//! What the commands share: how their arguments are refused, how they print, and how they end.

// What is printed goes through `output`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod output;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

pub use output::{counted, is_hidden, print, print_commands, printable, report, shell_word};

/// How a command ended, when it did not fail. The numbers are a contract with scripts and CI.
pub enum Outcome {
    /// Done, and nothing was found: exit status 0.
    Clean,
    /// Done, and a check found differences: exit status 4.
    Differs,
}

/// Runs a command with the arguments of this process, and reports on stderr if it fails.
pub fn run<A: Parser>(command: impl FnOnce(A) -> anyhow::Result<Outcome>) -> ExitCode {
    match parse(std::env::args_os()).map(command) {
        Err(status) => status,
        Ok(Ok(Outcome::Clean)) => ExitCode::SUCCESS,
        Ok(Ok(Outcome::Differs)) => ExitCode::from(4),
        Ok(Err(error)) => {
            report(&format!("error: {}", whole(&error)));
            ExitCode::FAILURE
        }
    }
}

/// What an error says, and its causes: but for those that it has said itself, as errors of the clients do.
fn whole(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(|cause| format!(": {cause}")) {
        if !text.contains(&cause) {
            text += &cause;
        }
    }
    text
}

/// Reads arguments, the program's name first.
///
/// # Errors
/// The exit status, if the help was asked for or the arguments are refused. What there is to say has been printed.
pub fn parse<A: Parser>(words: impl IntoIterator<Item = OsString>) -> Result<A, ExitCode> {
    A::try_parse_from(words).map_err(|refusal| {
        // If the terminal is gone, nobody reads of it.
        if !refusal.use_stderr() {
            let _ = refusal.print();
            return ExitCode::SUCCESS;
        }
        // It quotes the arguments.
        let _ = write!(std::io::stderr(), "{}", output::lines(&refusal.render().to_string()));
        // clap's own exit status for arguments it refuses is 2; here every error is 1.
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn each_cause_of_an_error_is_said_once() {
        let error = anyhow!("disk full")
            .context("no file: disk full; make room")
            .context("no report");
        assert_eq!(whole(&error), "no report: no file: disk full; make room");
        let error = anyhow!("refused")
            .context("no connection")
            .context("nothing was answered");
        assert_eq!(whole(&error), "nothing was answered: no connection: refused");
    }
}
