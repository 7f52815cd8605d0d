//! Writing a folder whole or not at all, and telling how it differs from what it should be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use similar::TextDiff;

use super::Files;

/// Puts the files in the place of the folder, and nothing else of it.
///
/// They are written beside it first and then take its name, so that a failure leaves what was there.
///
/// # Errors
/// If the files cannot be written.
pub fn replace(folder: &Path, files: &Files) -> anyhow::Result<()> {
    let parent = folder.parent().context("the folder has no parent")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let beside = tempfile::Builder::new()
        .prefix(".generated-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write below {}", parent.display()))?;
    let (fresh, old) = (beside.path().join("fresh"), beside.path().join("old"));
    fs::create_dir(&fresh)?;
    for (name, text) in files {
        fs::write(fresh.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    if folder.exists() {
        fs::rename(folder, &old).with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    if let Err(error) = fs::rename(&fresh, folder) {
        // What was there comes back; if even that fails, the first error is the one to tell.
        let _ = fs::rename(&old, folder);
        return Err(error).with_context(|| format!("cannot replace {}", folder.display()));
    }
    Ok(())
}

/// How the folder differs from the files, as a unified diff; empty if it does not.
///
/// # Errors
/// If the folder cannot be read.
pub fn diff(folder: &Path, files: &Files) -> anyhow::Result<String> {
    let mut names: BTreeSet<String> = files.keys().map(|name| (*name).to_owned()).collect();
    if folder.exists() {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
            names.insert(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    let mut out = String::new();
    for name in names {
        let path = folder.join(&name);
        let committed = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let fresh = files.get(name.as_str()).map_or("", String::as_str);
        let diff = TextDiff::from_lines(committed.as_str(), fresh);
        out.push_str(
            &diff
                .unified_diff()
                .header(&format!("committed/{name}"), &format!("generated/{name}"))
                .to_string(),
        );
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&'static str, &str)]) -> Files {
        entries.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()
    }

    #[test]
    fn a_folder_is_replaced_as_a_whole() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("src").join("generated");
        replace(&folder, &files(&[("a.rs", "1\n"), ("b.rs", "2\n")])).expect("written");
        let fresh = files(&[("a.rs", "1\n"), ("c.rs", "3\n")]);
        let told = diff(&folder, &fresh).expect("a diff");
        assert!(
            told.contains("+++ generated/c.rs") && told.contains("-2") && !told.contains("a.rs"),
            "{told}"
        );
        replace(&folder, &fresh).expect("replaced");
        assert_eq!(diff(&folder, &fresh).expect("a diff"), "");
        assert!(!folder.join("b.rs").exists());
        assert_eq!(
            fs::read_dir(root.path().join("src")).expect("a folder").count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("generated");
        replace(&folder, &files(&[("a.rs", "1\n")])).expect("written");
        assert!(replace(&folder, &files(&[("no/such/folder.rs", "2\n")])).is_err());
        assert_eq!(fs::read_to_string(folder.join("a.rs")).expect("still there"), "1\n");
    }
}
