//! `cargo xtask generate` as a person runs it, on a workspace of the test's own.

use std::path::Path;
use std::process::Output;

use xtask_spec::testing::{expect_no_commands, output_text, run, workspace};

const TOOL: &str = env!("CARGO_BIN_EXE_xtask-codegen");

fn generate(root: &Path, arguments: &[&str]) -> Output {
    run(TOOL, root, arguments)
}

fn generated(root: &Path) -> std::path::PathBuf {
    root.join("crates/avepoint-elements-v3/src/generated")
}

/// Every file of a folder and its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("generated files")
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("a text"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn generate_is_fresh_stale_or_failed_by_its_exit_status() {
    let root = workspace();
    let spec = root.path().join("specs/elements-v3/openapi.yaml");
    let text = std::fs::read_to_string(&spec).expect("the spec");

    let sandbox = root.path().join("crates/avepoint-sandbox");
    std::fs::create_dir_all(&sandbox).expect("a folder");
    std::fs::write(sandbox.join("Cargo.toml"), "the sandbox's").expect("written");
    let embedded = || std::fs::read_to_string(sandbox.join("src/generated/elements-v3.json"));

    let missing = generate(root.path(), &["--check"]);
    assert_eq!(missing.status.code(), Some(4), "{}", output_text(&missing));
    assert!(
        !generated(root.path()).exists() && embedded().is_err(),
        "a check writes nothing"
    );

    let first = generate(root.path(), &[]);
    assert_eq!(first.status.code(), Some(0), "{}", output_text(&first));
    assert!(
        output_text(&first).contains("✓ elements-v3: "),
        "{}",
        output_text(&first)
    );
    let manifest = root.path().join("crates/avepoint-elements-v3/Cargo.toml");
    let begun = std::fs::read_to_string(&manifest).expect("a crate that is not there is begun");
    assert!(begun.contains("name = \"avepoint-elements-v3\""), "{begun}");
    let document = embedded().expect("the sandbox embeds the spec");
    assert!(
        document.contains(r#""openapi": "3.1.1""#),
        "it is the edition whose schemas are JSON Schema"
    );
    let served = std::fs::read_to_string(sandbox.join("src/generated/apis.rs")).expect("the list of what it serves");
    assert!(
        served.contains(r#""elements-v3" ElementsV3 "elements-v3.json";"#),
        "{served}"
    );
    std::fs::write(&manifest, "mine").expect("written");
    let fresh = files(&generated(root.path()));
    assert_eq!(generate(root.path(), &["--check"]).status.code(), Some(0));
    generate(root.path(), &["--api", "elements-v3"]);
    assert!(
        files(&generated(root.path())) == fresh,
        "the same spec gives the same code"
    );
    assert_eq!(
        std::fs::read_to_string(&manifest).expect("a manifest"),
        "mine",
        "what is there is not touched"
    );

    std::fs::write(&spec, text.replacen("maximum: 100", "maximum: 200", 1)).expect("written");
    let stale = generate(root.path(), &["--check"]);
    assert_eq!(stale.status.code(), Some(4), "{}", output_text(&stale));
    let diff = output_text(&stale);
    assert!(
        diff.contains("+++ generated/operations.rs")
            && diff.contains("Some(200i64)")
            && diff.contains("+++ generated/elements-v3.json")
            && diff.contains("\"maximum\": 200"),
        "{diff}"
    );
    assert!(
        files(&generated(root.path())) == fresh && embedded().expect("it is still there") == document,
        "a check writes nothing"
    );

    std::fs::write(&spec, text.replacen("paths:", "paths: [", 1)).expect("written");
    let broken = generate(root.path(), &[]);
    assert_eq!(broken.status.code(), Some(1), "{}", output_text(&broken));
    assert!(
        output_text(&broken).contains("specs/elements-v3/openapi.yaml:"),
        "{}",
        output_text(&broken)
    );
    assert!(
        files(&generated(root.path())) == fresh,
        "a failure leaves what was there"
    );

    std::fs::write(
        &spec,
        text.replacen("operationId: listCustomers", "operationId: customers", 1),
    )
    .expect("written");
    let refused = generate(root.path(), &[]);
    assert_eq!(refused.status.code(), Some(1), "{}", output_text(&refused));
    assert!(
        output_text(&refused).contains("nothing was generated"),
        "{}",
        output_text(&refused)
    );
    assert!(
        files(&generated(root.path())) == fresh,
        "what the lint refuses is not generated"
    );
}

#[test]
fn an_unknown_api_is_refused_with_the_names_there_are() {
    let output = generate(workspace().path(), &["--api", "elements-v4"]);
    assert_ne!(output.status.code(), Some(0));
    assert!(
        output_text(&output).contains("there are: elements-v3"),
        "{}",
        output_text(&output)
    );
}

#[test]
fn a_text_of_a_spec_is_no_command_to_whoever_reads_the_output() {
    expect_no_commands(TOOL);
}
