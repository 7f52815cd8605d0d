//! What `cargo-semver-checks` says of the changes. It compares names and kinds of items, and no types of fields.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask_spec::changes::Part;

use super::*;

const CLIENT_NAME: &str = "garden-documented";

/// Only rustdoc may do what is not stable: dependencies are built as ever.
const RUSTDOC: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";

impl Workspace {
    /// What rustdoc tells of a client, as JSON.
    fn documentation(&self, name: &str, files: &Files) -> PathBuf {
        self.member(CLIENT_NAME, CLIENT, files);
        let features = ["--features", "dynamic,schemars"];
        let form = [
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "--cap-lints",
            "allow",
        ];
        let mut command = self.cargo();
        command.args(["rustdoc", "--quiet", "-p", CLIENT_NAME, "--lib"]);
        command.args(features).arg("--").args(form);
        command.env("RUSTDOC", self.folder.join("rustdoc"));
        assert!(
            command.status().expect("cargo runs").success(),
            "{name} is not documented"
        );
        let made = self
            .target
            .join("doc")
            .join(CLIENT_NAME.replace('-', "_"))
            .with_extension("json");
        let kept = self.folder.join(name).with_extension("json");
        fs::copy(made, &kept).expect("rustdoc's JSON");
        kept
    }
}

/// The report on a minor version that follows, if it breaks callers.
fn breaks(before: &Path, after: &Path) -> Option<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["semver-checks", "--release-type", "minor", "--color", "never"]);
    command.arg("--baseline-rustdoc").arg(before);
    command.arg("--current-rustdoc").arg(after);
    let output = command.output().expect("cargo runs");
    let report = [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .concat();
    match output.status.code() {
        Some(0) => None,
        Some(100) => Some(report),
        _ => panic!("cargo-semver-checks did not compare them; `.ci/weekly` installs it: {report}"),
    }
}

#[test]
#[ignore = "it needs cargo-semver-checks; `.ci/weekly` installs it and asks for it"]
fn semver_checks_agrees() {
    use std::os::unix::fs::PermissionsExt;

    let golden = golden_spec();
    let workspace = Workspace::empty("semver", "");
    workspace.write("rustdoc", RUSTDOC);
    fs::set_permissions(workspace.folder.join("rustdoc"), PermissionsExt::from_mode(0o755)).expect("a program");
    let of = |case: &Case| {
        let files = generated(&edited(&golden, &case.edits).to_string()).expect("code");
        workspace.documentation(case.name, &files)
    };
    let before = workspace.documentation("before", &generated(&golden.to_string()).expect("code"));
    assert_eq!(breaks(&before, &of(&cases::additive_at_once())), None);
    let all = cases::all();
    let removed = |part| {
        all.iter()
            .find(|case| case.kind == Kind::Removed(part))
            .expect("a case")
    };
    for (part, lint, item) in [
        (Part::Member, "struct_pub_field_missing", "soil"),
        (Part::Operation, "inherent_method_missing", "get_bed"),
    ] {
        let report = breaks(&before, &of(removed(part))).expect("a break");
        assert!(report.contains(lint) && report.contains(item), "{lint}: {report}");
    }
}
