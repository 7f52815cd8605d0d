//! The hand-written part of a new API's crate, as it begins: what is there is never touched.

use std::fs;

use anyhow::Context;

use xtask_spec::api::Api;

const MANIFEST: &str = include_str!("scaffold/Cargo.toml.txt");
const LIBRARY: &str = include_str!("scaffold/lib.rs.txt");
const README: &str = include_str!("scaffold/README.md.txt");

/// Writes the manifest, the library's root and the README of an API's crate, if it has no manifest yet.
///
/// # Errors
/// If the files cannot be written.
pub fn begin(api: &Api, title: &str) -> anyhow::Result<()> {
    let folder = api.crate_folder();
    if folder.join("Cargo.toml").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder.join("src")).with_context(|| format!("cannot make {}", folder.display()))?;
    // The manifest comes last: until it is there, nothing else counts.
    for (name, template) in [("README.md", README), ("src/lib.rs", LIBRARY), ("Cargo.toml", MANIFEST)] {
        let path = folder.join(name);
        let text = template.replace("{api}", api.name).replace("{title}", title);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    xtask_cli::print(&format!(
        "+ crates/avepoint-{}: created the crate with its hand-written files\n",
        api.name
    ))
}
