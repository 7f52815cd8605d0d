//! The scripts of others, which npm fetches by a lock with the checksum of each: the search and the highlighter.

use std::process::Command;

use anyhow::{Context, bail};

use crate::index::Files;

/// What is taken of the packages, and its path in the site; the licences go with it.
const TAKEN: [(&str, &str); 5] = [
    ("minisearch/dist/umd/index.js", "assets/minisearch.js"),
    ("minisearch/LICENSE.txt", "assets/minisearch.LICENSE.txt"),
    ("@highlightjs/cdn-assets/highlight.min.js", "assets/highlight.js"),
    (
        "@highlightjs/cdn-assets/languages/powershell.min.js",
        "assets/powershell.js",
    ),
    ("@highlightjs/cdn-assets/LICENSE", "assets/highlight.LICENSE.txt"),
];

/// The manifest, the lock, and the settings of npm.
const MANIFEST: [(&str, &str); 3] = [
    ("package.json", include_str!("../../site/package.json")),
    ("package-lock.json", include_str!("../../site/package-lock.json")),
    (".npmrc", include_str!("../../site/.npmrc")),
];

/// Fetches them.
///
/// # Errors
/// If npm is not there, or cannot get what the lock names.
pub fn fetch() -> anyhow::Result<Files> {
    let folder = tempfile::tempdir().context("cannot make a folder for the scripts; check the space on the disk")?;
    for (name, text) in MANIFEST {
        std::fs::write(folder.path().join(name), text)
            .with_context(|| format!("cannot write {name} for npm; check the space on the disk"))?;
    }
    // On Windows npm is a script, which is started by its whole name.
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"])
        .current_dir(folder.path())
        .output();
    let output = output.context("cannot start npm, which fetches the scripts of the site; install Node 20 or newer")?;
    if !output.status.success() {
        bail!(
            "npm cannot fetch the scripts of the site: {}; check the network and npm's settings",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let files = TAKEN.iter().map(|(source, path)| {
        let bytes = std::fs::read(folder.path().join("node_modules").join(source));
        let bytes = bytes.with_context(|| {
            format!("the package has no {source}; name the file that it has in xtask/publish/src/site/scripts.rs")
        })?;
        Ok(((*path).to_owned(), bytes))
    });
    files.collect()
}
