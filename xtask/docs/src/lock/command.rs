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
use crate::source::{REPOSITORY, Revision};

/// Writes the locks of the chosen APIs whose pages this run has.
///
/// All pages are read before the first lock is written, and each lock is written whole or not at all. A page that was not
/// read whole stays as it was locked: the outcome says that there is one.
///
/// # Errors
/// If a page cannot be opened, none could be read whole, all pages of an API are gone, or a lock cannot be read or
/// written.
pub fn run(choice: Option<&'static Api>, pages: &Pages, revision: Option<&Revision>) -> anyhow::Result<Outcome> {
    let mut locks: Vec<(PathBuf, String, String)> = Vec::new();
    let (mut unread, mut whole) = (0, 0);
    let revision = pages.revision().or_else(|| revision.cloned());
    for api in Api::selected(choice) {
        if !pages.has(api) {
            xtask_cli::report(&format!(
                "{}: no page of it was passed; its lock stays as it is",
                api.name
            ));
            continue;
        }
        if !api.spec().exists() {
            xtask_cli::report(&format!(
                "NOTICE: {0}: it has no spec yet; begin it with `cargo xtask generate --begin --api {0}`",
                api.name
            ));
        }
        let reading = reading::read(api, &pages.of(api)?);
        reading.report_unread();
        unread += reading.unread.len();
        whole += reading.count_whole();
        let path = api.lock();
        let old = Lock::load(&path)?;
        let locked = old.as_ref().map_or(&[][..], |old| &old.pages);
        let is_here = |page: &Page| !page.elsewhere;
        if locked.iter().any(is_here) && !reading.pages.iter().any(is_here) {
            bail!(
                "{}: the checkout has none of its pages any more ({}), and its lock would be empty; if they have moved, \
                 change `pages` in xtask/spec/src/api.rs, else see whether the checkout is whole",
                api.name,
                api.pages.join(", ")
            );
        }
        let source = (!api.pages.is_empty()).then(|| Source {
            repository: REPOSITORY.to_owned(),
            revision: revision.as_ref().map(|revision| revision.commit.clone()),
            date: revision.as_ref().and_then(|revision| revision.date.clone()),
        });
        let lock = Lock::merge(old.as_ref(), reading.whole(locked), source).dated(old.as_ref());
        if lock.source.as_ref().is_some_and(|source| source.revision.is_none()) {
            xtask_cli::report(&format!(
                "NOTICE: {}: the commit of the folder is not known; name it with --revision COMMIT",
                api.name
            ));
        }
        let mut reported = format!(
            "{}: {} pages, {} of them read",
            api.name,
            lock.pages.len(),
            reading.count_whole()
        );
        for page in reading.pages.iter().filter(|page| !reading.is_whole(page)) {
            let is_locked = lock.pages.iter().any(|locked| locked.page == page.page);
            let stays = if is_locked {
                "stays as it was locked"
            } else {
                "is left out, since it was never locked"
            };
            reported.push_str(&format!("; {} {stays}", page.page));
        }
        locks.push((path, lock.render(), reported));
    }
    if unread > 0 && whole == 0 {
        bail!("none of the pages was understood; no lock was written");
    }
    for (path, text, reported) in locks {
        write(&path, &text).with_context(|| format!("cannot write {}", display(&path)))?;
        xtask_cli::print(&format!("{reported}; {}\n", display(&path)))?;
    }
    if unread > 0 {
        xtask_cli::report(&format!(
            "places of the pages that were not understood: {unread}; fix these pages or the parser, then lock them again"
        ));
        return Ok(Outcome::Differs);
    }
    Ok(Outcome::Clean)
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("the file has no folder")?;
    std::fs::create_dir_all(folder)?;
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
