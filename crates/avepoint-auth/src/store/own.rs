//! Files that are nobody else's: what is opened here is a regular file, of this user and for this user alone.
//!
//! The look at what stands under a name comes before it is opened, since opening alone may wait for ever (a pipe) or do
//! something (a device); and once more at what was opened, since the name may lead elsewhere by then.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Why a file is not taken.
pub(super) enum Unfit {
    Io(io::Error),
    /// What is wrong with it, and the remedy.
    Other(String),
}

/// Opens a file.
///
/// # Errors
/// Where it cannot be opened, or is not as it should be. One that is not there is an error of [`io::ErrorKind::NotFound`].
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> Result<File, Unfit> {
    match fs::symlink_metadata(path) {
        Ok(about) => check(&about)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let file = private(options).open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Makes a file again.
///
/// # Errors
/// Where there is one already, or none can be made.
pub(super) fn create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Makes a folder, and those that it stands in, if they are missing.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn check(about: &Metadata) -> Result<(), Unfit> {
    if about.is_symlink() {
        return Err(Unfit::other("is a symbolic link: name the file that it leads to"));
    }
    if !about.is_file() {
        return Err(Unfit::other("is not a regular file: choose another path"));
    }
    check_owner(about)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.mode(0o600).custom_flags(careful.bits().cast_signed())
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Whether a file belongs to this user, and to nobody else.
#[cfg(unix)]
fn check_owner(about: &Metadata) -> Result<(), Unfit> {
    use std::os::unix::fs::MetadataExt;

    let (owner, mode) = (about.uid(), about.mode() & 0o777);
    if owner != rustix::process::geteuid().as_raw() {
        return Err(Unfit::other(format!(
            "belongs to another user (its owner has the id {owner}): choose another path"
        )));
    }
    if mode & 0o077 != 0 {
        return Err(Unfit::other(format!(
            "may be read or written by others (its mode is {mode:03o}): delete it, so that it is created again for \
             its owner only"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_about: &Metadata) -> Result<(), Unfit> {
    Ok(())
}

/// Whether a folder lets nobody else put another file in the place of one in it. The superuser's `/tmp`, with the sticky
/// bit, does not let them.
#[cfg(unix)]
pub(super) fn check_folder(folder: &Path) -> Result<(), Unfit> {
    use std::os::unix::fs::MetadataExt;

    let about = fs::metadata(folder)?;
    let (owner, mode) = (about.uid(), about.mode() & 0o7777);
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(Unfit::other(format!(
            "is in a folder of another user (its owner has the id {owner}): choose another path"
        )));
    }
    if mode & 0o022 != 0 && mode & 0o1000 == 0 {
        return Err(Unfit::other(format!(
            "is in a folder that others may write to (its mode is {mode:03o}): `chmod go-w` the folder, or choose \
             another path"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_folder(_folder: &Path) -> Result<(), Unfit> {
    Ok(())
}

impl Unfit {
    fn other(problem: impl Into<String>) -> Self {
        Unfit::Other(problem.into())
    }
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Unfit::Io(error)
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Io(error) => write!(f, "cannot be opened: {error}"),
            Unfit::Other(problem) => f.write_str(problem),
        }
    }
}
