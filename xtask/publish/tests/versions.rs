//! What is recorded as published, and what a changelog says of a later document.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use xtask_spec::api::{APIS, root};
use xtask_spec::testing::{output_text, run, workspace};

fn publish(root: &Path, arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_xtask-publish"), root, arguments)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

#[test]
fn a_version_says_what_has_changed_since_the_recorded_state() {
    let workspace = workspace();
    let specs = workspace.path().join("specs");
    for api in APIS {
        fs::copy(api.lock(), specs.join(api.name).join("upstream.lock.json")).expect("copied");
    }
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "specs/README.md"] {
        fs::copy(root().join(file), workspace.path().join(file)).expect("copied");
    }
    let [spec, state] = ["openapi.yaml", "published.json"].map(|name| specs.join("elements-legacy").join(name));
    let out = workspace.path().join("out");
    let write_to = ["--out", out.to_str().expect("UTF-8")];

    // The first state.
    let changelog = state.with_file_name("changelog.json");
    for file in [&state, &changelog] {
        fs::remove_file(file).expect("deleted");
    }
    let missing = publish(workspace.path(), &write_to);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        output_text(&missing).contains("cargo xtask publish --record"),
        "{}",
        output_text(&missing)
    );
    assert!(!out.exists());
    let recorded = publish(workspace.path(), &["--record"]);
    assert!(recorded.status.success(), "{}", output_text(&recorded));
    let first = fs::read(&state).expect("a state");
    assert_eq!(first.iter().filter(|byte| **byte == b'\n').count(), 1, "compact");

    // A caller of the method fails.
    let text = fs::read_to_string(&spec).expect("a spec");
    let version = json(&state)["info"]["version"].as_str().expect("a version").to_owned();
    let broken = text.replace("listCustomers", "listAllCustomers");
    assert_ne!(broken, text);
    fs::write(&spec, &broken).expect("written");
    for arguments in [&write_to[..], &["--record"]] {
        let refused = publish(workspace.path(), arguments);
        assert_eq!(refused.status.code(), Some(1));
        let message = output_text(&refused);
        assert!(
            message.contains("breaking") && message.contains("write `version: 2.0.0`"),
            "{message}"
        );
        assert!(!out.exists() && fs::read(&state).expect("a state") == first);
    }
    let stepped = broken.replacen(&format!("version: {version}"), "version: 2.0.0", 1);
    fs::write(&spec, stepped).expect("written");
    let released = publish(workspace.path(), &[write_to[0], write_to[1], "--record"]);
    assert!(released.status.success(), "{}", output_text(&released));

    let published = json(&out.join("elements-legacy/changelog.json"));
    let release = &published["releases"][0];
    assert_eq!(
        (&release["since"], &release["version"]),
        (&json!(version), &json!("2.0.0"))
    );
    assert_eq!(
        published["releases"][1],
        json!({ "version": version, "since": null, "changes": [] })
    );
    let sentence = "`GET /partner/customers`, `operation`: `operationId` is `\"listAllCustomers\"` instead of `\"listCustomers\"`.";
    let changes = release["changes"].as_array().expect("changes");
    assert!(
        changes
            .iter()
            .any(|change| change["class"] == "breaking" && change["sentence"] == sentence),
        "{published:#}"
    );
    let text = fs::read_to_string(out.join("elements-legacy/changelog.md")).expect("a changelog");
    assert!(
        text.contains(&format!(
            "\n## 2.0.0\n\n### Breaking, since {version}\n\n- {sentence}\n"
        )),
        "{text}"
    );
    let text = fs::read_to_string(out.join("insights/changelog.md")).expect("a changelog");
    assert!(text.ends_with("\n## 1.0.0\n\nThe first version.\n"), "{text}");
    assert_eq!(json(&state)["info"]["version"], "2.0.0", "it was recorded");

    // The commit of a release gives what was released.
    let sums = fs::read(out.join("SHA256SUMS")).expect("the sums");
    for arguments in [&write_to[..], &["--record"], &write_to] {
        let again = publish(workspace.path(), arguments);
        assert!(again.status.success(), "{}", output_text(&again));
    }
    assert!(fs::read(out.join("SHA256SUMS")).expect("the sums") == sums);

    // A state that is lost is restored, not recorded anew over what was published.
    for lost in [&state, &changelog] {
        let kept = fs::read(lost).expect("a file");
        fs::remove_file(lost).expect("deleted");
        let refused = publish(workspace.path(), &["--record"]);
        assert_eq!(refused.status.code(), Some(1));
        let message = output_text(&refused);
        assert!(message.contains("restore it from git"), "{message}");
        fs::write(lost, kept).expect("written");
    }
}

#[test]
fn a_folder_or_a_record_is_asked_for() {
    let workspace = workspace();
    let refused = publish(workspace.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(output_text(&refused).contains("--out"), "{}", output_text(&refused));
}
