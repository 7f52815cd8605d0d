//! `cargo xtask docs lock`: the facts of the pages, written beside each spec.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use xtask_cli::{Outcome, counted, printable};
use xtask_spec::api::Api;
use xtask_spec::document::display;

use super::Lock;
use crate::compare::matched;
use crate::facts::Page;
use crate::input::Pages;
use crate::reading::{self, Reading};
use crate::source::Revision;

/// Writes the locks of the chosen APIs whose pages this run has; `revision` is what is known of a checkout that does not
/// tell its commit.
///
/// All pages are read before the first lock is written, and each lock is written whole or not at all. A page that was not
/// read whole stays as it was locked: the outcome says that there is one.
///
/// # Errors
/// If a page cannot be opened, none could be read whole, all pages of an API are gone, or a lock cannot be read or
/// written.
pub fn run(choice: Option<&'static Api>, pages: &Pages, revision: &Revision) -> anyhow::Result<Outcome> {
    let mut locks = Vec::new();
    let (mut unread, mut whole) = (0, 0);
    let revision = pages.revision().unwrap_or_else(|| revision.clone());
    for api in Api::selected(choice) {
        let name = api.name;
        if !pages.has(api) {
            xtask_cli::report(&format!("{name}: none of its pages was given; its lock is unchanged"));
            continue;
        }
        if !api.spec().exists() {
            xtask_cli::report(&format!(
                "NOTICE: {name}: it has no spec yet; begin it with `cargo xtask generate --begin --api {name}`"
            ));
        }
        let reading = reading::read(api, &pages.of(api)?);
        let lines = reading.unread.iter().map(reading::unread_line);
        lines.for_each(|line| xtask_cli::report(&line));
        unread += reading.unread.len();
        let read = reading.pages.iter().filter(|page| reading.is_whole(page)).count();
        whole += read;
        let path = api.lock();
        let old = Lock::load(&path)?;
        let locked = old.as_ref().map_or(&[][..], |old| &old.pages);
        let is_here = |page: &Page| !page.elsewhere;
        if locked.iter().any(is_here) && !reading.pages.iter().any(is_here) {
            bail!(
                "{name}: the checkout has none of its pages any more ({}), and its lock would be empty; if they have moved, \
                 change `pages` in xtask/spec/src/api.rs, else check whether the checkout is whole",
                api.pages.join(", ")
            );
        }
        let uncommitted = pages.uncommitted(api);
        let known = Some(revision.clone()).filter(|_| uncommitted.is_empty());
        let source = (!api.pages.is_empty()).then(|| known.unwrap_or_else(|| Revision::new(None, None)));
        let pairs = matched(locked, &reading.pages);
        let kept = pairs.iter().filter(|(_, is)| !is.page.is_empty());
        let kept = kept.map(|(was, is)| if reading.is_whole(is) { is } else { was });
        let kept = kept.filter(|page| !page.page.is_empty()).copied().cloned();
        let lock = Lock::merge(old.as_ref(), kept.collect(), source);
        if lock.source.as_ref().is_some_and(|source| source.revision.is_none()) {
            let why = match uncommitted.as_slice() {
                [] => "the commit of the folder is not known; name it with --revision COMMIT".to_owned(),
                pages => {
                    let pages = pages.join(", ");
                    format!(
                        "no commit is recorded, since what was read is not committed: {pages}; restore it and lock again"
                    )
                }
            };
            xtask_cli::report(&format!("NOTICE: {name}: {why}"));
        }
        let (count, file) = (counted(lock.pages.len(), "page"), display(&path));
        let notes = notes(&reading, &pairs, &lock.pages);
        let reported = format!("{name}: {count}, {read} of them read; {file}\n{notes}");
        locks.push((path, lock.render(), reported));
    }
    if unread > 0 && whole == 0 {
        bail!("none of the pages was understood; no lock was written");
    }
    for (path, text, reported) in locks {
        write(&path, &text).with_context(|| format!("cannot write {}", display(&path)))?;
        xtask_cli::print(&reported)?;
    }
    if unread > 0 {
        xtask_cli::report(&format!(
            "{} of the pages could not be understood; fix these pages or the parser, then lock them again",
            counted(unread, "place")
        ));
        return Ok(Outcome::Differs);
    }
    Ok(Outcome::Clean)
}

/// What has become of each page that was not just read again, on a line of its own.
fn notes(reading: &Reading, pairs: &[(&Page, &Page)], now: &[Page]) -> String {
    // Of a first lock all pages are new.
    let is_first = pairs.iter().all(|(was, _)| was.page.is_empty());
    let notes = pairs.iter().filter_map(|(was, is)| {
        let is_whole = reading.is_whole(is);
        Some(match (was.page.as_str(), is.page.as_str()) {
            ("", new) if !is_whole => format!("{new} is left out, since it was never locked"),
            ("", new) if !is_first => format!("{new} is new"),
            (old, "") => format!("{old} is gone"),
            (old, new) if !is_whole && old == new => format!("{new} stays as it was locked"),
            (old, new) if !is_whole => format!("{new} stays as it was locked, as {old}"),
            (old, new) if !is_first && old != new => format!("{old} has moved to {new}"),
            _ => return None,
        })
    });
    let is_read = |page: &Page| reading.pages.iter().any(|read| read.page == page.page);
    let absent = now.iter().filter(|page| page.elsewhere && !is_read(page));
    let absent = absent.map(|page| format!("{} was not passed, and stays as it was locked", page.page));
    let notes = notes.chain(absent);
    notes.map(|note| format!("  {}\n", printable(&note))).collect()
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("the file has no folder")?)?;
    let fresh = path.with_extension("fresh");
    let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, path));
    // What cannot be removed either is written again by the next run; the first error is the one to tell.
    written.inspect_err(|_| _ = fs::remove_file(&fresh))?;
    Ok(())
}
