//! `cargo xtask lint` as a person runs it, on a workspace of the test's own.

use std::path::Path;
use std::process::{Command, Output};

/// A workspace that holds the specs.
fn workspace() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(root.path().join("xtask")).expect("a folder");
    for api in xtask_spec::api::APIS {
        let folder = root.path().join("specs").join(api.name);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(api.spec(), folder.join("openapi.yaml")).expect("a copy of the spec");
        std::fs::copy(api.deviations(), folder.join("deviations.yaml")).expect("a copy of the deviations");
    }
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask-lint"))
        .args(arguments)
        .env("XTASK_MANIFEST_DIR", root.join("xtask"))
        .output()
        .expect("xtask runs")
}

fn output_text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
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
    let root = workspace();
    let spec = root.path().join("specs/elements-v3/openapi.yaml");
    let text = std::fs::read_to_string(&spec).expect("the spec");
    let command = r#""\n::error file=x::boom\r##[error]boom\u202e""#;
    for broken in [
        // A problem that the lint tells, and an error in reading.
        text.replacen("operationId: listCustomers", &format!("operationId: {command}"), 1),
        text.replacen("\npaths:", &format!("\n{command}: 1\n{command}: 2\npaths:"), 1),
    ] {
        assert_ne!(broken, text);
        std::fs::write(&spec, broken).expect("written");
        let output = lint(root.path(), &["--api", "elements-v3"]);
        assert_eq!(output.status.code(), Some(1), "{}", output_text(&output));
        assert!(output_text(&output).contains("boom"), "{}", output_text(&output));
        for line in output_text(&output).split(['\n', '\r']) {
            assert_eq!(line, xtask_cli::printable(line), "{}", output_text(&output));
        }
    }
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
