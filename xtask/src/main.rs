//! The workspace's own tool. `cargo xtask --help` names its commands.
//!
//! Each command is a program of its own and started by cargo, so that one compiles only what it needs.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

use std::ffi::OsString;
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
    /// Run everything once, against the embedded sandbox: nothing to configure, no network.
    Demo,
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
        Tool::Demo => {
            // It shows the code that the specs give. It takes no arguments: what there are is for it to answer.
            if rest.is_empty() {
                succeed(tool("xtask-codegen", &[]))?;
            }
            "avepoint-demo"
        }
        // The help of a command is the command's own.
        Tool::Help => {
            let help = ["xtask".into()].into_iter().chain(rest).chain(["--help".into()]);
            return dispatch(help.collect());
        }
    };
    Ok(become_it(tool(package, &rest)))
}

/// What builds and runs the tool of a package.
///
/// Whoever has started this has just brought the lock file up to date, or was told by `cargo --locked xtask` to refuse an
/// outdated one. So `--locked` never refuses here what it has not refused there.
fn tool(package: &str, arguments: &[OsString]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--locked", "--manifest-path", manifest])
        .args(["--package", package, "--"])
        .args(arguments);
    command
}

/// Runs a tool that others follow.
///
/// # Errors
/// How it ended, if not well.
fn succeed(mut command: Command) -> Result<(), ExitCode> {
    let status = command.status().map_err(|error| not_started(&command, &error))?;
    match status.code() {
        Some(0) => Ok(()),
        code => Err(ExitCode::from(code.and_then(|code| code.try_into().ok()).unwrap_or(1))),
    }
}

/// Runs a tool as the rest of this process.
fn become_it(mut command: Command) -> ExitCode {
    let error = run(&mut command);
    not_started(&command, &error)
}

fn not_started(command: &Command, error: &io::Error) -> ExitCode {
    let cargo = command.get_program().to_string_lossy();
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
