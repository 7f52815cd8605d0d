//! The workspace's own tool. `cargo xtask --help` names its commands.
//!
//! Each command is a program of its own and started by cargo, so that one compiles only what it needs.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, ExitCode};

use clap::Parser;

/// Generates the clients from the specs, checks the specs against their rules and the vendor's pages, and publishes them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "xtask", version, disable_help_subcommand = true)]
enum Tool {
    /// Write the generated code of the API crates from `specs/`.
    Generate,
    /// Check that the specs are valid OpenAPI and follow the rules of `specs/README.md`.
    Lint,
    /// Compare the specs with the vendor's pages.
    Docs,
    /// Write what teams of other languages take from the specs.
    Publish,
    /// Print this message or the help of the given subcommand(s)
    Help,
}

fn main() -> ExitCode {
    dispatch(std::env::args_os().collect()).unwrap_or_else(|status| status)
}

/// Starts the tool that the words name. What it is given is the tool's own to read.
fn dispatch(mut words: Vec<OsString>) -> Result<ExitCode, ExitCode> {
    let rest = words.split_off(words.len().min(2));
    let package = match xtask_cli::parse(words)? {
        Tool::Generate => "xtask-codegen",
        Tool::Lint => "xtask-lint",
        Tool::Docs => "xtask-docs",
        Tool::Publish => "xtask-publish",
        // The help of a command is the command's own.
        Tool::Help => {
            let help = ["xtask".into()].into_iter().chain(rest).chain(["--help".into()]);
            return dispatch(help.collect());
        }
    };
    Ok(start(package, &rest))
}

/// Builds and runs the tool of a package.
///
/// Whoever has started this has just brought the lock file up to date, or was told by `cargo --locked xtask` to refuse an
/// outdated one. So `--locked` never refuses here what it has not refused there.
fn start(package: &str, arguments: &[OsString]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut command = Command::new(&cargo);
    command
        .args(["run", "--quiet", "--locked", "--manifest-path", manifest])
        .args(["--package", package, "--"])
        .args(arguments);
    let error = run(&mut command);
    let cargo = OsStr::to_string_lossy(&cargo);
    xtask_cli::report(&format!(
        "error: cannot start {cargo}: {error}; run this as `cargo xtask`, with cargo on the PATH"
    ));
    ExitCode::FAILURE
}

/// Becomes the command, so that signals and the exit status are its own. Returns only if it cannot be started.
#[cfg(unix)]
fn run(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Runs the command and ends as it ends. Ctrl-C reaches both. Returns only if it cannot be started.
#[cfg(not(unix))]
fn run(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
