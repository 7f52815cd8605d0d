//! What is written by hand of a new API, as it begins: its spec, and its crate. What is there is never touched.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use heck::ToTitleCase;

use xtask_cli::Outcome;
use xtask_spec::api::Api;
use xtask_spec::document::display;

const MANIFEST: &str = include_str!("templates/Cargo.toml.txt");
const LIBRARY: &str = include_str!("templates/lib.rs.txt");
const README: &str = include_str!("templates/README.md.txt");
const SPEC: &str = include_str!("templates/openapi.yaml.txt");
const DEVIATIONS: &str = include_str!("templates/deviations.yaml.txt");

/// Begins the folder of an API's spec: a document without operations, and no deviations.
///
/// # Errors
/// If there is a document already, or the files cannot be written.
pub fn begin_spec(api: &Api) -> anyhow::Result<Outcome> {
    if api.spec().exists() {
        bail!("{}: it is there already, and stays as it is", display(&api.spec()));
    }
    let title = api.name.replace('-', " ").to_title_case();
    // The document comes last: until it is there, nothing has begun.
    let files = [("deviations.yaml", DEVIATIONS), ("openapi.yaml", SPEC)];
    write(api, &api.spec_folder(), &title, &files)?;
    xtask_cli::print(&format!(
        "+ specs/{0}: a spec without operations; see to its title, servers and tags, then draft operations with \
         `cargo xtask docs scaffold --docs DIR --new`, and run `cargo xtask generate --api {0}`\n",
        api.name
    ))?;
    Ok(Outcome::Clean)
}

/// Writes files of an API from their templates.
fn write(api: &Api, folder: &Path, title: &str, files: &[(&str, &str)]) -> anyhow::Result<()> {
    for (name, template) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", display(parent)))?;
        let text = template.replace("{api}", api.name).replace("{title}", title);
        fs::write(&path, text).with_context(|| format!("cannot write {}", display(&path)))?;
    }
    Ok(())
}

/// Writes the manifest, the library's root and the README of an API's crate, if it has no manifest yet.
///
/// # Errors
/// If the files cannot be written.
pub fn begin(api: &Api, title: &str) -> anyhow::Result<()> {
    let folder = api.crate_folder();
    if folder.join("Cargo.toml").exists() {
        return Ok(());
    }
    // The manifest comes last: until it is there, nothing else counts.
    let files = [("README.md", README), ("src/lib.rs", LIBRARY), ("Cargo.toml", MANIFEST)];
    write(api, &folder, title, &files)?;
    xtask_cli::print(&format!(
        "+ crates/avepoint-{}: created the crate with its hand-written files\n",
        api.name
    ))
}
