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
/// All are written under other names first, so that a failure leaves what was there. Then each takes its place, and what
/// is left over goes last: wherever a run is stopped, every file that was there is, old or new, and the next run fixes
/// the rest.
///
/// # Errors
/// If the files cannot be written.
pub fn replace(folder: &Path, files: &Files) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for step in steps(folder, files)? {
        if let Err(error) = step.take() {
            for name in files.keys() {
                // What cannot be removed either goes with the next run; the first error is the one to tell.
                let _ = fs::remove_file(fresh(folder, name));
            }
            return Err(error);
        }
    }
    Ok(())
}

/// One change of the folder.
enum Step<'a> {
    Write(PathBuf, &'a str),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// What makes the folder hold the files, in this order.
fn steps<'a>(folder: &Path, files: &'a Files) -> anyhow::Result<Vec<Step<'a>>> {
    let writes = files.iter().map(|(name, text)| Step::Write(fresh(folder, name), text));
    let renames = files
        .keys()
        .map(|name| Step::Rename(fresh(folder, name), folder.join(name)));
    let kept: BTreeSet<_> = files
        .keys()
        .flat_map(|name| [fresh(folder, name), folder.join(name)])
        .collect();
    let left_over = entries(folder)?.into_iter().filter(|path| !kept.contains(path));
    Ok(writes.chain(renames).chain(left_over.map(Step::Remove)).collect())
}

impl Step<'_> {
    fn take(&self) -> anyhow::Result<()> {
        match self {
            Step::Write(path, text) => {
                fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
            }
            Step::Rename(from, to) => fs::rename(from, to).with_context(|| format!("cannot replace {}", to.display())),
            Step::Remove(path) => {
                let is_folder = fs::symlink_metadata(path).is_ok_and(|entry| entry.is_dir());
                let removed = if is_folder {
                    fs::remove_dir_all(path)
                } else {
                    fs::remove_file(path)
                };
                removed.with_context(|| format!("cannot remove {}", path.display()))
            }
        }
    }
}

/// Where a file is written before it takes its place.
fn fresh(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.fresh"))
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
        let committed = read(&path)?.unwrap_or_default();
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

    /// As if the process had been killed there: after each step, and in the middle of each file.
    #[test]
    fn wherever_a_run_is_stopped_no_file_is_missing_and_the_next_run_mends_it() {
        let old = files(&[("a.rs", "old a\n"), ("b.rs", "the same\n"), ("stale.rs", "old\n")]);
        let new = files(&[("a.rs", "new a\n"), ("b.rs", "the same\n"), ("c.rs", "new c\n")]);
        let root = tempfile::tempdir().expect("a folder");
        let count = 3 + 3 + 2;
        for (taken, is_torn) in (0..=count).flat_map(|taken| [(taken, false), (taken, true)]) {
            let folder = root.path().join(format!("{taken}-{is_torn}"));
            replace(&folder, &old).expect("written");
            fs::create_dir(folder.join("stale")).expect("a folder");
            let steps = steps(&folder, &new).expect("steps");
            assert_eq!(steps.len(), count);
            for step in &steps[..taken] {
                step.take().expect("a step");
            }
            if let Some(Step::Write(path, text)) = steps.get(taken).filter(|_| is_torn) {
                fs::write(path, &text[..2]).expect("half a file");
            }
            for (name, known) in [("a.rs", ["old a\n", "new a\n"]), ("b.rs", ["the same\n"; 2])] {
                let text = fs::read_to_string(folder.join(name)).expect("a file that was there is there");
                assert!(
                    known.contains(&text.as_str()),
                    "after {taken} steps: {name} is {text:?}"
                );
            }
            replace(&folder, &new).expect("the next run");
            assert_eq!(diff(&folder, &new).expect("a diff"), "", "after {taken} steps");
            assert_eq!(entries(&folder).expect("files").len(), new.len(), "after {taken} steps");
        }
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
