//! The command starts the tool of each command with cargo, and is that tool to whoever has started it.
//!
//! cargo is a script here: what it is asked for is what counts. `.ci/run` runs the commands with cargo itself.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

/// Runs the command with a script in the place of cargo.
fn xtask(script: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("executable");
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("CARGO", &cargo)
        .output()
        .expect("xtask runs")
}

/// The arguments that cargo gets, after those that name the package.
fn started(arguments: &[&str]) -> (String, Vec<String>) {
    let output = xtask(r#"printf '%s\n' "$@""#, arguments);
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8(output.stdout).expect("UTF-8");
    let mut words = words.lines().map(str::to_owned);
    let options: Vec<_> = words.by_ref().take(7).collect();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_eq!(
        options[..6],
        ["run", "--quiet", "--locked", "--manifest-path", manifest, "--package"]
    );
    assert_eq!(words.next().as_deref(), Some("--"));
    (options[6].clone(), words.collect())
}

#[test]
fn each_command_starts_its_tool_with_the_arguments_as_they_are() {
    for (arguments, package, rest) in [
        (&["generate"][..], "xtask-codegen", &[][..]),
        (
            &["generate", "--check", "--api", "a b"],
            "xtask-codegen",
            &["--check", "--api", "a b"],
        ),
        (&["generate", "--", "--check"], "xtask-codegen", &["--", "--check"]),
        (&["lint", "--help"], "xtask-lint", &["--help"]),
        (&["lint", "-x", "", "help"], "xtask-lint", &["-x", "", "help"]),
        (
            &["docs", "drift", "--docs", "--fetch"],
            "xtask-docs",
            &["drift", "--docs", "--fetch"],
        ),
        (&["publish", "--out", "a b"], "xtask-publish", &["--out", "a b"]),
        (&["demo", "--help"], "avepoint-demo", &["--help"]),
        (&["help", "generate"], "xtask-codegen", &["--help"]),
        (&["help", "docs", "lock"], "xtask-docs", &["lock", "--help"]),
        (&["help", "demo"], "avepoint-demo", &["--help"]),
    ] {
        assert_eq!(
            started(arguments),
            (package.to_owned(), rest.iter().map(|word| (*word).to_owned()).collect())
        );
    }
}

#[test]
fn the_demo_follows_the_generation_if_that_ends_well() {
    let output = xtask(r#"echo "$7""#, &["demo"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"xtask-codegen\navepoint-demo\n");
    for (status, code) in [("exit 3", 3), ("kill -TERM $$", 1)] {
        let output = xtask(&format!("echo \"$7\"; {status}"), &["demo"]);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(output.stdout, b"xtask-codegen\n");
    }
}

#[test]
fn the_exit_status_and_the_signal_of_the_tool_are_those_of_the_command() {
    for status in [0, 1, 4, 101] {
        let output = xtask(&format!("exit {status}"), &["generate"]);
        assert_eq!(output.status.code(), Some(status));
    }
    assert_eq!(xtask("kill -TERM $$", &["docs"]).status.signal(), Some(15));
}

#[test]
fn what_names_no_command_starts_nothing() {
    for arguments in [&["generat"][..], &["--bogus"], &[], &["help", "generat"]] {
        let output = xtask("echo started", arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn a_cargo_that_is_not_there_is_named_with_the_remedy() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("lint")
        .env("CARGO", "/there/is/no/cargo")
        .output()
        .expect("xtask runs");
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        message.starts_with("error: cannot start /there/is/no/cargo: ")
            && message.contains("; run this as `cargo xtask`"),
        "{message}"
    );
}
