//! A download on its way to the disk.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::ExportApi;
use super::download::{Download, Piece};
use crate::error::{Error, ErrorKind};

/// How much of a file's name its temporary one keeps, in bytes: it gets longer, and systems have a bound, 255 mostly.
const KEPT_NAME: usize = 100;

/// Refuses a path under which no file can be put.
pub(super) async fn check(path: &Path, overwrite: bool) -> Result<(), Error> {
    if path.file_name().is_none() {
        return Err(refused(path, "it has no file name"));
    }
    if names_a_folder(path) {
        return Err(refused(path, "it is a folder; add a file name"));
    }
    // A link that leads nowhere is there too.
    match tokio::fs::symlink_metadata(path).await {
        Ok(there) => {
            let target = match there.is_symlink() {
                true => tokio::fs::metadata(path).await.ok(),
                false => Some(there),
            };
            match target {
                Some(target) if target.is_dir() => {
                    return Err(refused(path, "it is a folder; add a file name"));
                }
                // Such as a pipe or a device: who reads it would be left with what was there.
                Some(target) if !target.is_file() => {
                    return Err(refused(path, "it is not a regular file; choose another name"));
                }
                _ if !overwrite => return Err(exists(path)),
                _ => {}
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(broken(path, error)),
    }
    // Whether the folder takes a file, only a file tells.
    create(path.to_owned())
        .await
        .map(drop)
        .map_err(|error| broken(path, error))
}

/// Saves a download under a path, whole or not at all; returns its length.
pub(super) async fn save<A: ExportApi>(mut download: Download<A>, path: &Path, overwrite: bool) -> Result<u64, Error> {
    let failed = |error| broken(path, error);
    // Removed when it is dropped, however this function ends.
    let (mut file, temporary) = create(path.to_owned()).await.map_err(failed)?;
    let mut length = 0;
    while let Some(piece) = download.next().await? {
        match piece {
            Piece::Bytes(bytes) => {
                file.write_all(&bytes).await.map_err(failed)?;
                length += bytes.len() as u64;
            }
            Piece::Anew => {
                file.flush().await.map_err(failed)?;
                file.set_len(0).await.map_err(failed)?;
                file.seek(SeekFrom::Start(0)).await.map_err(failed)?;
                length = 0;
            }
        }
    }
    file.flush().await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    drop(file);
    rename(temporary, path.to_owned(), overwrite)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if !overwrite => exists(path),
            _ => broken(path, error),
        })?;
    Ok(length)
}

/// Makes a file with a name of its own in the folder of the one to be.
async fn create(path: PathBuf) -> io::Result<(File, TempPath)> {
    blocking(move || {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{}.", beginning(&name));
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        #[cfg(unix)]
        let there = permissions::of_file_to_replace(&path);
        #[cfg(unix)]
        builder.permissions(permissions::at_first(there.as_ref()));
        let (file, temporary) = builder.tempfile_in(folder(&path))?.into_parts();
        #[cfg(unix)]
        if let Some(there) = there {
            permissions::inherit(&file, &there, &path)?;
        }
        Ok((File::from_std(file), temporary))
    })
    .await
}

/// Who may do what with a file that replaces another: what those might do with the other one.
#[cfg(unix)]
mod permissions {
    use std::fs::{File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    use std::path::Path;

    /// A link is replaced and not what it leads to, so that nobody else can choose the file that is replaced.
    pub(super) fn of_file_to_replace(path: &Path) -> Option<Metadata> {
        path.symlink_metadata().ok().filter(Metadata::is_file)
    }

    /// Those before a byte is written: nobody may read a part of a report who may not read the whole. The mask of the
    /// process takes its part from them.
    pub(super) fn at_first(there: Option<&Metadata>) -> Permissions {
        Permissions::from_mode(there.map_or(0o666, |there| there.mode() & OWN & !GROUP))
    }

    /// Gives a file the owner and the permissions of another, which stands under this path.
    pub(super) fn inherit(file: &File, there: &Metadata, path: &Path) -> io::Result<()> {
        let mut mode = there.mode() & OWN;
        // Only some may give files away: what the group might do, it was another group.
        if fchown(file, Some(there.uid()), Some(there.gid())).is_err() || has_list(path) {
            mode &= !GROUP;
        }
        file.set_permissions(Permissions::from_mode(mode))
    }

    /// What the owner, the group and others may do. That a file runs in the name of its owner or group is not for what
    /// comes from elsewhere; the system takes it from a file that is written to as well.
    const OWN: u32 = 0o777;

    /// What the group may do.
    const GROUP: u32 = 0o070;

    /// Whether a file has an access control list. Then what stands for the group in its mode is the most that anyone named
    /// in the list might do, and not what the group might.
    fn has_list(path: &Path) -> bool {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        return rustix::fs::lgetxattr(path, "system.posix_acl_access", &mut [0_u8; 0]).is_ok();
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        return false;
    }
}

/// Renames the file, and sees to it that the name is on the disk too.
async fn rename(temporary: TempPath, path: PathBuf, overwrite: bool) -> io::Result<()> {
    blocking(move || {
        let renamed = if overwrite {
            temporary.persist(&path)
        } else {
            temporary.persist_noclobber(&path)
        };
        renamed.map_err(|error| error.error)?;
        // Some systems open no folders, and some users may write to one that they cannot read. The file is whole.
        let _ = std::fs::File::open(folder(&path)).and_then(|folder| folder.sync_all());
        Ok(())
    })
    .await
}

/// Whether only a folder can stand under a path: `reports/` and `reports/.`, which the parts of a path do not show.
fn names_a_folder(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    let last = path.strip_suffix(b".").unwrap_or(path).last();
    last.is_some_and(|last| std::path::is_separator(char::from(*last)))
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// The beginning of a name.
fn beginning(name: &str) -> &str {
    let mut end = name.len().min(KEPT_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn exists(path: &Path) -> Error {
    refused(path, "it already exists; choose another name, or enable overwriting")
}

fn refused(path: &Path, reason: &str) -> Error {
    Error::new(ErrorKind::File, format!("{} is not written: {reason}", path.display()))
}

fn broken(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::File, format!("{} cannot be written", path.display())).with_source(error)
}
