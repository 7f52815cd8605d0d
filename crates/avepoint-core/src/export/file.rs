//! A download on its way to the disk.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::ExportApi;
use super::download::{Download, Piece};
use crate::error::{Error, ErrorKind};

/// Refuses a path under which no file can be put.
pub(super) async fn check(path: &Path, overwrite: bool) -> Result<(), Error> {
    if path.file_name().is_none() {
        return Err(refused(path, "it names no file"));
    }
    // A link that leads nowhere is there too.
    match tokio::fs::symlink_metadata(path).await {
        Ok(there) if there.is_dir() => Err(refused(path, "it is a folder; add the name of a file")),
        Ok(_) if !overwrite => Err(exists(path)),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(broken(path, error)),
        _ => Ok(()),
    }
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
        let prefix = format!(".{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        // As any new file: what the process' mask leaves.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let (file, temporary) = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?.into_parts();
        Ok((File::from_std(file), temporary))
    })
    .await
}

async fn rename(temporary: TempPath, path: PathBuf, overwrite: bool) -> io::Result<()> {
    blocking(move || {
        let renamed = if overwrite {
            temporary.persist(path)
        } else {
            temporary.persist_noclobber(path)
        };
        renamed.map_err(|error| error.error)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn exists(path: &Path) -> Error {
    refused(
        path,
        "it is there already; choose another name, or ask for it to be overwritten",
    )
}

fn refused(path: &Path, reason: &str) -> Error {
    Error::new(ErrorKind::File, format!("{} is not written: {reason}", path.display()))
}

fn broken(path: &Path, error: io::Error) -> Error {
    Error::new(
        ErrorKind::File,
        format!("{} cannot be written: {error}", path.display()),
    )
    .with_source(error)
}
