//! The published folder: whole or not at all, and never over anything that is not the tool's own.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use flate2::{Compression, GzBuilder};
use walkdir::WalkDir;
use xtask_spec::document::display;

use crate::index::{self, Files, INDEX};

/// Packs files: in the order of their paths, without owner or time, so that the same files give the same bytes.
///
/// # Errors
/// If a path is too long for the format.
pub fn archive(files: &Files) -> anyhow::Result<Vec<u8>> {
    let packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(packed);
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len())?);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        let path = format!("avepoint-openapi/{path}");
        archive
            .append_data(&mut header, &path, bytes.as_slice())
            .with_context(|| format!("cannot pack {path}"))?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// The folder to write.
pub struct Target {
    folder: PathBuf,
    name: String,
}

impl Target {
    /// Takes a folder that is new, empty, or written by this publisher.
    ///
    /// # Errors
    /// If it holds anything else, or cannot be read.
    pub fn new(folder: &Path, publisher: &str) -> anyhow::Result<Self> {
        // Without what may stand behind a name and cannot be renamed: `/`, `/.`.
        let folder: PathBuf = folder.components().collect();
        ensure!(
            folder.file_name().is_some(),
            "{} cannot be replaced; name a folder in it",
            folder.display()
        );
        let name = display(&folder);
        refuse_others(&folder, &name, publisher)?;
        Ok(Self { folder, name })
    }

    /// Writes the files beside the folder, then puts them in its place.
    ///
    /// # Errors
    /// If it cannot be written. What was there is there still.
    pub fn write(&self, files: &Files) -> anyhow::Result<()> {
        let Self { folder, name } = self;
        let cannot = || format!("cannot write {name}; check the folder's permissions and the space on the disk");
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).with_context(cannot)?;
        let staged = tempfile::Builder::new()
            .prefix(".publish-")
            .tempdir_in(parent)
            .with_context(cannot)?;
        let (new, old) = (staged.path().join("new"), staged.path().join("old"));
        for (path, bytes) in files {
            let file = new.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&new)).with_context(cannot)?;
            fs::write(file, bytes).with_context(cannot)?;
        }
        let is_there = match fs::rename(folder, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error).with_context(cannot),
        };
        if let Err(error) = fs::rename(&new, folder) {
            if is_there {
                // What was there goes back; if that fails too, it is kept where it is.
                if let Err(second) = fs::rename(&old, folder) {
                    let kept = staged.keep();
                    bail!(
                        "cannot write {name}: {error}; what it held is in {}, since it cannot go back: {second}",
                        kept.join("old").display()
                    );
                }
            }
            return Err(error).with_context(cannot);
        }
        Ok(())
    }
}

/// Refuses a folder with a file in it that this publisher has not written.
fn refuse_others(folder: &Path, name: &str, publisher: &str) -> anyhow::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        Ok(is) if !is.is_dir() => bail!("{name} is not a folder; name a new one, or one that this command has written"),
        Ok(_) => {}
    }
    let index = fs::read(folder.join(INDEX)).unwrap_or_default();
    let own = index::published(&index, publisher);
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry.with_context(|| format!("cannot read {name}"))?;
        let path = entry.path();
        let is_own = own.iter().any(|file| folder.join(file).starts_with(path));
        ensure!(
            is_own,
            "{name} holds {}, which this command has not written; name another folder, or empty this one",
            path.strip_prefix(folder).unwrap_or(path).display()
        );
    }
    Ok(())
}
