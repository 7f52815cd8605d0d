//! What the sandbox embeds: the document of each API in OpenAPI 3.1, whose schemas any validator of JSON Schema reads.

use std::path::PathBuf;

use anyhow::Context;
use xtask_spec::api::{Api, root};
use xtask_spec::document::Document;
use xtask_spec::openapi31;

use super::output;

/// The document of one API for the sandbox: where it stands, and what it should hold.
pub struct Embedded {
    path: PathBuf,
    text: String,
}

impl Embedded {
    /// The document of an API; none if there is no sandbox, as in a workspace that has just begun.
    pub fn new(api: &Api, document: &Document) -> Option<Self> {
        let sandbox = root().join("crates/avepoint-sandbox");
        sandbox.join("Cargo.toml").exists().then(|| Self {
            path: sandbox.join("src/generated").join(format!("{}.json", api.name)),
            text: format!("{:#}\n", openapi31::derive(&document.value)),
        })
    }

    /// How the committed document differs; empty if it does not.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn diff(&self) -> anyhow::Result<String> {
        let committed = output::read(&self.path)?.unwrap_or_default();
        // A comparison line by line takes long, and mostly nothing has changed.
        Ok(match committed == self.text {
            true => String::new(),
            false => {
                let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                output::unified(&name, &committed, &self.text)
            }
        })
    }

    /// Writes the document beside the committed one, whose place it takes then.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self) -> anyhow::Result<()> {
        let fresh = self.path.with_extension("json.new");
        let folder = self.path.parent().unwrap_or(&self.path);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&fresh, &self.text))
            .and_then(|()| std::fs::rename(&fresh, &self.path))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}
