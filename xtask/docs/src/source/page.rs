//! A page as it came.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{anyhow, bail};

/// The vendor's repository.
pub const REPOSITORY: &str = "https://github.com/AvePoint/cloud-api";

/// The most bytes of a page. The largest has some hundred kilobytes; what is larger is no page.
pub(super) const LIMIT: usize = 16 * 1024 * 1024;

/// A page as it came, not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name, as in [`Page::page`](crate::facts::Page::page).
    pub name: String,
    /// The whole page.
    pub bytes: Vec<u8>,
    /// True for a page that was passed, and which no checkout has.
    pub elsewhere: bool,
}

/// The bytes of a page that stands in a file.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = file.display();
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LIMIT as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            anyhow!("cannot read the page {shown}: {error}; check that it is there and that you may read it")
        })?;
    if bytes.len() > LIMIT {
        bail!("the page {shown} has more than {LIMIT} bytes; it is not a page of the documentation: pass another");
    }
    Ok(bytes)
}
