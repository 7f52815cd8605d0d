//! `cargo xtask lint` as a person runs it, on a workspace of the test's own.

use std::path::Path;
use std::process::Output;

use xtask_spec::testing::{expect_no_commands, output_text, run, workspace};

const TOOL: &str = env!("CARGO_BIN_EXE_xtask-lint");

fn lint(root: &Path, arguments: &[&str]) -> Output {
    run(TOOL, root, arguments)
}

#[test]
fn lint_names_the_file_the_line_and_the_remedy() {
    let root = workspace();
    assert_eq!(lint(root.path(), &[]).status.code(), Some(0));
    let spec = root.path().join("specs/elements-v3/openapi.yaml");
    let text = std::fs::read_to_string(&spec).expect("the spec");
    let line = text
        .lines()
        .position(|line| line.contains("totalCount: 2"))
        .expect("an example")
        + 1;
    std::fs::write(&spec, text.replacen("totalCount: 2", "totalCount: two", 1)).expect("written");
    let output = lint(root.path(), &["--api", "elements-v3"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        output_text(&output).contains(&format!("specs/elements-v3/openapi.yaml:{line}: ")),
        "{}",
        output_text(&output)
    );
}

#[test]
fn a_text_of_a_spec_is_no_command_to_whoever_reads_the_output() {
    expect_no_commands(TOOL);
}

#[test]
fn a_wrong_reference_is_no_problem_of_the_deviations() {
    let root = workspace();
    let spec = root.path().join("specs/elements-v3/openapi.yaml");
    let text = std::fs::read_to_string(&spec).expect("the spec");
    for (wrong, remedy) in [
        (
            "schemas/AddCustomerServicRequest'",
            "write `#/components/schemas/AddCustomerServiceRequest`",
        ),
        ("schemas/Zebra'", "refer to a component"),
    ] {
        std::fs::write(&spec, text.replacen("schemas/AddCustomerServiceRequest'", wrong, 1)).expect("written");
        let output = lint(root.path(), &[]);
        assert_eq!(output.status.code(), Some(1));
        let problems = String::from_utf8_lossy(&output.stderr).into_owned();
        let of_spec: Vec<_> = problems.lines().filter(|line| line.starts_with("specs/")).collect();
        assert!(of_spec.len() == 1 && of_spec[0].contains(remedy), "{problems}");
    }
}
