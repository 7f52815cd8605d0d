//! `cargo xtask docs lock`: the facts of the pages, written beside each spec.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use xtask_cli::Outcome;
use xtask_spec::api::Api;
use xtask_spec::document::display;

use super::{Lock, Source};
use crate::facts::Page;
use crate::input::Pages;
use crate::reading;
use crate::source::REPOSITORY;

/// Writes the locks of the chosen APIs whose pages this run has.
///
/// All pages are read before the first lock is written, and each lock is written whole or not at all.
///
/// # Errors
/// If a page cannot be opened or has something on it that was not understood, all pages of an API are gone, or
/// a lock cannot be read or written.
pub fn run(choice: Option<&'static Api>, pages: &Pages, revision: Option<String>) -> anyhow::Result<Outcome> {
    let mut locks: Vec<(PathBuf, String, String)> = Vec::new();
    let mut unread = 0;
    for api in Api::selected(choice) {
        if !pages.has(api) {
            xtask_cli::report(&format!(
                "{}: no page of it was passed; its lock stays as it is",
                api.name
            ));
            continue;
        }
        let reading = reading::read(api, &pages.of(api)?);
        reading.report_unread();
        unread += reading.unread.len();
        let path = api.lock();
        let old = Lock::load(&path)?;
        let read = reading.pages.len();
        let is_here = |page: &Page| !page.elsewhere;
        if old.iter().any(|old| old.pages.iter().any(is_here)) && !reading.pages.iter().any(is_here) {
            bail!(
                "{}: the checkout has none of its pages any more ({}), and its lock would be empty; if they have moved, \
                 change `pages` in xtask/spec/src/api.rs, else see whether the checkout is whole",
                api.name,
                api.pages.join(", ")
            );
        }
        let source = (!api.pages.is_empty()).then(|| Source {
            repository: REPOSITORY.to_owned(),
            revision: pages.revision().or_else(|| revision.clone()),
        });
        let lock = Lock::merge(old.as_ref(), reading.pages, source).dated(old.as_ref());
        if lock.source.as_ref().is_some_and(|source| source.revision.is_none()) {
            xtask_cli::report(&format!(
                "NOTICE: {}: the commit of the folder is not known; name it with --revision COMMIT",
                api.name
            ));
        }
        let reported = format!("{}: {} pages, {read} of them read", api.name, lock.pages.len());
        locks.push((path, lock.render(), reported));
    }
    if unread > 0 {
        bail!("{unread} places of the pages were not understood; no lock was written");
    }
    for (path, text, reported) in locks {
        write(&path, &text).with_context(|| format!("cannot write {}", display(&path)))?;
        xtask_cli::print(&format!("{reported}; {}\n", display(&path)))?;
    }
    Ok(Outcome::Clean)
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("the file has no folder")?;
    let mut file = tempfile::Builder::new().prefix(".lock-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // A file of its own would be readable by its owner alone.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path)?;
    Ok(())
}
