//! What `cargo xtask generate` tells the workspace of the crates of its APIs, on one of the test's own.

use std::fs;
use std::path::Path;
use std::process::Output;

use xtask_spec::testing::{output_text, run};

const MANIFESTS: [&str; 3] = ["Cargo.toml", "tests/Cargo.toml", "tests/unified/Cargo.toml"];
const LIST: &str = "tests/src/apis.rs";
const CORE: &str = "crates/avepoint-core/src/cloud.rs";

/// A workspace with one spec, and what stands in this one of the crates of APIs.
fn workspace() -> tempfile::TempDir {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = tempfile::tempdir().expect("a folder");
    let crates = xtask_spec::api::APIS
        .iter()
        .map(|api| format!("crates/avepoint-{}/Cargo.toml", api.name));
    let files = MANIFESTS.iter().chain([&LIST, &CORE]).map(|name| (*name).to_owned());
    let spec = "specs/elements-legacy/openapi.yaml".to_owned();
    for name in files.chain(crates).chain([spec, "xtask/Cargo.toml".to_owned()]) {
        let path = root.path().join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::copy(here.join(&name), path).expect("a copy");
    }
    root
}

fn generate(root: &Path, arguments: &[&str]) -> Output {
    let api = ["--api", "elements-legacy"];
    run(env!("CARGO_BIN_EXE_xtask-codegen"), root, &[&api, arguments].concat())
}

#[test]
fn manifests_and_the_list_of_the_tests_know_every_crate() {
    let root = workspace();
    assert!(generate(root.path(), &[]).status.success());
    let checked = generate(root.path(), &["--check"]);
    assert_eq!(
        checked.status.code(),
        Some(0),
        "what is committed is fresh: {}",
        output_text(&checked)
    );
    for name in MANIFESTS.iter().chain([&LIST]) {
        let path = root.path().join(name);
        let whole = fs::read_to_string(&path).expect("a text");
        let missing: Vec<_> = whole.lines().filter(|line| !line.contains("insights-legacy")).collect();
        fs::write(&path, missing.join("\n") + "\n").expect("written");
        let stale = generate(root.path(), &["--check"]);
        assert_eq!(stale.status.code(), Some(4), "{}", output_text(&stale));
        assert!(
            output_text(&stale).contains(&format!("+++ generated/{name}")),
            "{}",
            output_text(&stale)
        );
        let written = generate(root.path(), &[]);
        assert!(
            output_text(&written).contains(&format!("+ {name}: ")),
            "{}",
            output_text(&written)
        );
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let again = fs::read_to_string(&path).expect("a text");
        assert_eq!(sorted(&again), sorted(&whole), "{name}");
        fs::write(&path, whole).expect("written");
    }
}

#[test]
fn a_service_that_the_core_does_not_know_is_refused_with_the_line_to_add() {
    let root = workspace();
    let path = root.path().join(CORE);
    let core = fs::read_to_string(&path).expect("a text");
    fs::write(&path, core.replace("    Elements,\n", "")).expect("written");
    let refused = generate(root.path(), &[]);
    assert_eq!(refused.status.code(), Some(1), "{}", output_text(&refused));
    let line = core
        .lines()
        .position(|line| line.contains("enum Service"))
        .expect("the services")
        + 1;
    for part in [
        format!("{CORE}:{line}: "),
        "`Elements,` to `enum Service`".to_owned(),
        "Insights".to_owned(),
    ] {
        assert!(
            output_text(&refused).contains(&part),
            "{part} is not in {}",
            output_text(&refused)
        );
    }
    assert!(
        !root.path().join("crates/avepoint-elements-legacy/src").exists(),
        "nothing is written"
    );
}

#[test]
fn a_spec_is_begun_once_and_keeps_the_rules() {
    let root = workspace();
    let spec = root.path().join("specs/elements-legacy/openapi.yaml");
    let there = generate(root.path(), &["--begin"]);
    assert_eq!(there.status.code(), Some(1), "{}", output_text(&there));
    assert!(
        output_text(&there).contains("it is there already"),
        "{}",
        output_text(&there)
    );
    fs::remove_file(&spec).expect("deleted");
    let missing = generate(root.path(), &[]);
    assert_eq!(missing.status.code(), Some(1), "{}", output_text(&missing));
    assert!(
        output_text(&missing).contains("generate --begin --api elements-legacy"),
        "{}",
        output_text(&missing)
    );
    let begun = generate(root.path(), &["--begin"]);
    assert_eq!(begun.status.code(), Some(0), "{}", output_text(&begun));
    let document = xtask_spec::document::Document::load(&spec).expect("a spec");
    assert_eq!(xtask_lint::check(&document), []);
}
