//! The demo on a pipe, held against what the README shows of it.

use std::process::{Command, Output};

/// How wide the times are.
const TIME: usize = 10;

fn demo(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avepoint-demo"));
    command.args(arguments).output().expect("the demo runs")
}

/// What each line says, without the time in front of it.
fn said(lines: &str) -> Vec<&str> {
    lines.lines().map(|line| line.get(TIME..).expect("a time")).collect()
}

#[test]
fn the_timeline_is_the_one_of_the_readme() {
    let output = demo(&[]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let readme = include_str!("../../../README.md");
    let (_, shown) = readme.split_once("cargo xtask demo\n```\n").expect("the command");
    let (_, shown) = shown.split_once("```text\n").expect("what it prints");
    let (shown, _) = shown.split_once("```").expect("an end");
    assert_eq!(said(&lines), said(shown));
    let begins_with_a_time = |line: &&str| line[..TIME].ends_with(" s  ");
    assert!(lines.lines().filter(begins_with_a_time).count() >= 8, "{lines}");
}

#[test]
fn arguments_are_refused() {
    let output = demo(&["--customers", "5"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("--customers"),
        "{output:?}"
    );
}
