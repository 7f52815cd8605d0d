//! A workspace of a test's own, and a tool that is run on it as a person runs it.

// A test that fails here says so.
#![allow(clippy::expect_used, clippy::missing_panics_doc)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::api::APIS;

/// A workspace that holds the specs and nothing that was generated.
pub fn workspace() -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(root.path().join("xtask")).expect("a folder");
    for api in APIS {
        let folder = root.path().join("specs").join(api.name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::copy(api.spec(), folder.join("openapi.yaml")).expect("a copy of the spec");
        fs::copy(api.deviations(), folder.join("deviations.yaml")).expect("a copy of the deviations");
        fs::copy(api.published(), folder.join("published.json")).expect("a copy of the published state");
        fs::copy(api.changelog(), folder.join("changelog.json")).expect("a copy of the changelog");
    }
    root
}

/// Runs a tool (`env!("CARGO_BIN_EXE_…")`) on a workspace.
pub fn run(tool: &str, root: &Path, arguments: &[&str]) -> Output {
    Command::new(tool)
        .args(arguments)
        .env("XTASK_MANIFEST_DIR", root.join("xtask"))
        .output()
        .expect("the tool runs")
}

/// What a tool has printed, on stdout and then on stderr.
pub fn output_text(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat()
}

/// No text of a spec is a command to whoever reads what a tool prints of it.
pub fn expect_no_commands(tool: &str) {
    let root = workspace();
    let spec = root.path().join("specs/elements-v3/openapi.yaml");
    let text = fs::read_to_string(&spec).expect("the spec");
    let command = r#""\n::error file=x::boom\r##[error]boom\u202e""#;
    for broken in [
        // A problem that the lint tells, and an error in reading.
        text.replacen("operationId: listCustomers", &format!("operationId: {command}"), 1),
        text.replacen("\npaths:", &format!("\n{command}: 1\n{command}: 2\npaths:"), 1),
    ] {
        assert_ne!(broken, text);
        fs::write(&spec, broken).expect("written");
        let output = run(tool, root.path(), &["--api", "elements-v3"]);
        let printed = output_text(&output);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(printed.contains("boom"), "{printed}");
        for line in printed.split(['\n', '\r']) {
            assert_eq!(line, xtask_cli::printable(line), "{printed}");
        }
    }
}
