//! A small load, with the bounds on memory of the large one.

use std::process::{Command, Output};

fn load(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avepoint-load"));
    command.args(arguments).output().expect("the load runs")
}

#[test]
fn nothing_fails_and_memory_stays_within_its_bounds() {
    let output = load(&["--requests", "1000", "--customers", "5000", "--export-mib", "256"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    for (line, expected) in lines.lines().zip([
        "1000 requests, 50 at once, without an error",
        "5000 customers, each one once",
        "256 MiB of an export, on the disk",
    ]) {
        assert!(line.contains(expected), "{lines}");
    }
    assert_eq!(lines.lines().count(), 3, "{lines}");
    if cfg!(target_os = "linux") {
        assert_eq!(
            lines.matches(" MiB\n").count(),
            3,
            "the memory was not measured: {lines}"
        );
    }
}

#[test]
fn arguments_without_a_meaning_are_refused() {
    for (option, value) in [
        ("--requests", "0"),
        ("--at-once", "0"),
        ("--customers", "0"),
        ("--export-mib", "0"),
        ("--export-mib", "1GiB"),
    ] {
        let output = load(&[option, value]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(option), "{output:?}");
    }
}
