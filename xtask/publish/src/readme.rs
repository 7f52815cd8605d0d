//! What a stranger reads first in the published folder: the sections of `specs/README.md` that are for callers.

use std::path::Path;

use anyhow::Context;

/// Where the sections stand.
pub const SOURCE: &str = "specs/README.md";

/// The sections, by their headings.
const SECTIONS: [&str; 3] = ["For other languages", "Versions", "Extensions"];

const TITLE: &str = "# OpenAPI documents of AvePoint's Elements and Insights APIs\n";

/// The README of the published folder, from the repository at `root`.
///
/// # Errors
/// If a section is not there.
pub fn text(root: &Path) -> anyhow::Result<String> {
    let source = std::fs::read_to_string(root.join(SOURCE)).with_context(|| format!("cannot read {SOURCE}"))?;
    let parts: Vec<_> = source.split("\n## ").collect();
    SECTIONS.iter().try_fold(TITLE.to_owned(), |text, heading| {
        let part = parts.iter().find(|part| part.lines().next() == Some(*heading));
        let part = part.with_context(|| format!("{SOURCE} has no section `{heading}`, which is for callers"))?;
        Ok(format!("{text}\n## {}\n", part.trim_end()))
    })
}
