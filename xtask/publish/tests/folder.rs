//! The published folder: the same bytes wherever it is written, whole or not at all, and nothing of anyone else's lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use xtask_spec::api::root;

fn publish(folder: &Path, environment: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-publish"));
    command.arg("--out").arg(folder).envs(environment.iter().copied());
    command.output().expect("the command runs")
}

/// The message of a refusal.
fn refusal(folder: &Path, environment: &[(&str, &Path)]) -> String {
    let output = publish(folder, environment);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// Every file of a folder by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(folder).expect("within");
        (
            path.to_str().expect("UTF-8").to_owned(),
            fs::read(entry.path()).expect("a file"),
        )
    });
    files.collect()
}

#[test]
fn twice_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two] = ["one", "deeper/two"].map(|name| folder.path().join(name));
    for (out, zone) in [(&one, "Pacific/Auckland"), (&two, "America/Los_Angeles")] {
        let output = publish(out, &[("TZ", Path::new(zone)), ("LANG", Path::new("tr_TR.UTF-8"))]);
        assert!(output.status.success(), "{output:?}");
    }
    let files = files(&one);
    assert!(files == self::files(&two), "the bytes differ");

    let index: Value = serde_json::from_slice(&files["index.json"]).expect("JSON");
    let listed: Vec<_> = index["files"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["file"].as_str())
        .collect();
    let unlisted: Vec<_> = files.keys().filter(|path| !listed.contains(&path.as_str())).collect();
    assert_eq!(
        unlisted,
        ["SHA256SUMS", "avepoint-openapi.tar.gz", "index.json", "sbom.cdx.json"]
    );

    let sums = String::from_utf8(files["SHA256SUMS"].clone()).expect("UTF-8");
    assert_eq!(sums.lines().count() + 1, files.len(), "of all files but itself");
    for row in index["files"].as_array().expect("rows") {
        let (file, sum) = (
            row["file"].as_str().expect("a path"),
            row["sha256"].as_str().expect("a sum"),
        );
        assert!(sums.contains(&format!("{sum}  {file}\n")), "{row}");
    }

    // Other people's tools agree.
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(&one)
        .output();
    assert!(checked.is_ok_and(|output| output.status.success()));
    let unpacked = folder.path().join("unpacked");
    fs::create_dir(&unpacked).expect("a folder");
    let tar = Command::new("tar")
        .arg("xzf")
        .arg(one.join("avepoint-openapi.tar.gz"))
        .arg("-C")
        .arg(&unpacked)
        .output();
    assert!(tar.is_ok_and(|output| output.status.success()));
    let mut packed = self::files(&unpacked.join("avepoint-openapi"));
    let sums = String::from_utf8(packed.remove("SHA256SUMS").expect("sums")).expect("UTF-8");
    assert_eq!(sums.lines().count(), packed.len());
    assert!(packed.iter().all(|(path, bytes)| files.get(path) == Some(bytes)));
    assert_eq!(packed.len() + 2, files.len(), "all but the archive and the sums");
}

#[test]
fn only_what_is_its_own_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    // An empty folder, then its own.
    fs::create_dir(&out).expect("a folder");
    assert!(publish(&out, &[]).status.success());
    fs::write(out.join("SHA256SUMS"), "changed").expect("written");
    assert!(publish(&out, &[]).status.success());
    assert_ne!(fs::read(out.join("SHA256SUMS")).expect("a file"), b"changed");

    fs::write(out.join("insights/notes.txt"), "mine").expect("written");
    let before = files(&out);
    let message = refusal(&out, &[]);
    assert!(
        message.contains("holds insights/notes.txt, which this command has not written"),
        "{message}"
    );
    assert!(before == files(&out), "what was there is there still");

    let other = folder.path().join("other");
    fs::create_dir_all(other.join("empty")).expect("a folder");
    assert!(refusal(&other, &[]).contains("holds empty, which"));
    // Checksums and an index, as any release may have.
    fs::remove_dir(other.join("empty")).expect("removed");
    fs::write(other.join("SHA256SUMS"), "0  index.json\n").expect("written");
    fs::write(other.join("index.json"), r#"{ "files": [{ "file": "SHA256SUMS" }] }"#).expect("written");
    assert!(refusal(&other, &[]).contains(", which this command has not written"));
    let file = folder.path().join("file");
    fs::write(&file, "mine").expect("written");
    assert!(refusal(&file, &[]).contains("is not a folder"));
    assert!(refusal(&file.join("below"), &[]).contains("cannot"));
    assert!(refusal(Path::new("/"), &[]).contains('/'));
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("entries")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left.len(), 3, "nothing half written is left: {left:?}");
}

#[test]
fn a_wrong_spec_publishes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (workspace, out) = (folder.path().join("workspace"), folder.path().join("out"));
    let copied = Command::new("cp")
        .arg("-R")
        .arg(root().join("specs"))
        .arg(&workspace)
        .output();
    assert!(copied.is_ok_and(|output| output.status.success()));
    fs::create_dir_all(workspace.join("specs")).expect("a folder");
    for entry in fs::read_dir(root().join("specs")).expect("specs") {
        let name = entry.expect("an entry").file_name();
        fs::rename(workspace.join(&name), workspace.join("specs").join(&name)).expect("moved");
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root().join(licence), workspace.join(licence)).expect("copied");
    }
    let tools = workspace.join("xtask");
    let environment = [("XTASK_MANIFEST_DIR", tools.as_path())];
    let lock = workspace.join("specs/insights/upstream.lock.json");
    let spec = workspace.join("specs/insights/openapi.yaml");
    let text = fs::read_to_string(&spec).expect("a spec");

    for (file, wrong, words) in [
        (
            &spec,
            text.replacen("summary:", "sumary:", 1),
            "mend specs/insights/openapi.yaml",
        ),
        (
            &lock,
            "{".to_owned(),
            "specs/insights/upstream.lock.json: the lock is not JSON",
        ),
    ] {
        let right = fs::read(file).expect("a file");
        fs::write(file, wrong).expect("written");
        let message = refusal(&out, &environment);
        assert!(message.contains(words), "{message}");
        assert!(!out.exists());
        fs::write(file, right).expect("written");
    }
}
