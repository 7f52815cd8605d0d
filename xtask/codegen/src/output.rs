//! Writing the files of a folder, and telling how they differ from what they should be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use similar::TextDiff;
use xtask_spec::document::display;

/// The generated files of one crate, by their names.
pub type Files = BTreeMap<&'static str, String>;

/// Makes the folder hold the files, and nothing else.
///
/// All are written beside them first, so that a failure leaves what was there. Then each takes its place, and what is left
/// over goes last: wherever a run is stopped, every file that was there is, old or new, and the next run fixes the rest.
///
/// # Errors
/// If the files cannot be written.
pub fn replace(folder: &Path, files: &Files) -> anyhow::Result<()> {
    let made = fs::create_dir_all(folder).and_then(|()| tempfile::tempdir_in(folder));
    let fresh = made.with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, text) in files {
        let path = fresh.path().join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for name in files.keys() {
        let path = folder.join(name);
        fs::rename(fresh.path().join(name), &path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    for path in entries(folder)? {
        if !files.keys().any(|name| path.ends_with(name)) {
            remove(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

/// What the folder holds; nothing if it is not there.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot read {}", folder.display());
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .with_context(context),
    }
}

/// The text of a file; none if it is not there.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        text => text.map(Some).with_context(|| format!("cannot read {}", display(path))),
    }
}

/// How the folder differs from the files, as a unified diff; empty if it does not.
///
/// # Errors
/// If the folder cannot be read.
pub fn diff(folder: &Path, files: &Files) -> anyhow::Result<String> {
    let mut paths: BTreeSet<_> = files.keys().map(|name| folder.join(name)).collect();
    paths.extend(entries(folder)?);
    let mut out = String::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A run that was stopped leaves the folder in which it wrote.
        let committed = if path.is_dir() {
            "a folder\n".to_owned()
        } else {
            read(&path)?.unwrap_or_default()
        };
        let fresh = files.get(&*name).map_or("", String::as_str);
        out.push_str(&unified(&name, &committed, fresh));
    }
    Ok(out)
}

/// How a committed file differs from what it should be, as a unified diff; empty if it does not.
pub fn unified(name: &str, committed: &str, fresh: &str) -> String {
    let diff = TextDiff::from_lines(committed, fresh);
    let mut diff = diff.unified_diff();
    diff.header(&format!("committed/{name}"), &format!("generated/{name}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&'static str, &str)]) -> Files {
        entries.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()
    }

    #[test]
    fn a_folder_differs_in_what_is_new_or_changed_or_left_over() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("generated");
        replace(&folder, &files(&[("a.rs", "1\n"), ("b.rs", "2\n")])).expect("written");
        let difference = diff(&folder, &files(&[("a.rs", "1\n"), ("c.rs", "3\n")])).expect("a diff");
        assert!(
            difference.contains("+++ generated/c.rs") && difference.contains("-2") && !difference.contains("a.rs"),
            "{difference}"
        );
    }

    /// The third file cannot take its place: as if the run had been stopped there, and another one while it wrote.
    #[test]
    fn wherever_a_run_is_stopped_no_file_is_missing_and_the_next_run_mends_it() {
        let old = files(&[("a.rs", "old a\n"), ("b.rs", "the same\n"), ("stale.rs", "old\n")]);
        let new = files(&[("a.rs", "new a\n"), ("b.rs", "the same\n"), ("c.rs", "new c\n")]);
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("generated");
        replace(&folder, &old).expect("written");
        for half in ["c.rs/kept", ".tmpHalf/a.rs"] {
            let path = folder.join(half);
            fs::create_dir(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "ne").expect("half a file");
        }
        let error = replace(&folder, &new).expect_err("a folder stands in the way");
        assert!(error.to_string().starts_with("cannot replace "), "{error}");
        for (name, text) in [("a.rs", "new a\n"), ("b.rs", "the same\n"), ("stale.rs", "old\n")] {
            assert_eq!(fs::read_to_string(folder.join(name)).expect("it is there"), text);
        }
        fs::remove_dir_all(folder.join("c.rs")).expect("removed");
        let difference = diff(&folder, &new).expect("a diff");
        assert!(difference.contains("--- committed/.tmpHalf"), "{difference}");
        replace(&folder, &new).expect("the next run");
        assert_eq!(diff(&folder, &new).expect("a diff"), "");
        assert_eq!(entries(&folder).expect("files").len(), new.len());
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("generated");
        let old = files(&[("a.rs", "1\n")]);
        replace(&folder, &old).expect("written");
        let error = replace(&folder, &files(&[("a.rs", "2\n"), ("no/such/folder.rs", "2\n")])).expect_err("no folder");
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert_eq!(diff(&folder, &old).expect("a diff"), "");
    }
}
