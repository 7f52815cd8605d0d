//! The file of a certificate or a key. It may be a pipe, as `<(command)` of a shell gives.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use avepoint_core::Error;
use zeroize::Zeroizing;

use super::in_file;

/// The largest file that is read, in bytes: far more than any certificate and its chain take.
const LARGEST: usize = 4 * 1024 * 1024;

/// How long to wait for the content of a pipe.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a file to its end.
///
/// # Errors
/// A configuration error where it cannot be read, is empty or too large, or is a pipe that nobody writes to.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    read_within(path, PATIENCE)
}

fn read_within(path: &Path, patience: Duration) -> Result<Zeroizing<Vec<u8>>, Error> {
    let content = content(path, Instant::now() + patience).map_err(|error| {
        let remedy = match error.kind() {
            io::ErrorKind::TimedOut => "check the process that writes to the pipe",
            _ => "check the path and its permissions",
        };
        in_file(path, &format!("cannot be read ({error}): {remedy}"))
    })?;
    match content.len() {
        0 => Err(in_file(path, "is empty: export it again")),
        1..=LARGEST => Ok(content),
        _ => Err(in_file(path, "is too large to be a certificate: check the path")),
    }
}

/// The content, or the beginning of one that is too large. Not by its size: a pipe has none.
fn content(path: &Path, until: Instant) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = open(path)?;
    let mut content = Zeroizing::new(Vec::new());
    let mut piece = Zeroizing::new([0; 16 * 1024]);
    while content.len() <= LARGEST {
        wait(&file, until)?;
        match file.read(&mut *piece) {
            Ok(0) => break,
            Ok(length) => content.extend_from_slice(&piece[..length]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(content)
}

/// Opens a file, and a pipe without waiting for its other end.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Waits until there is something to read. A file on the disk always has.
#[cfg(unix)]
fn wait(file: &File, until: Instant) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    loop {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&left)) {
            Ok(0) => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "timed out"));
            }
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait(_file: &File, _until: Instant) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;
    use std::process::Command;

    use super::*;

    fn pipe() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        (folder, path)
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_slowly_it_comes() {
        let (_folder, path) = pipe();
        let writer = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut pipe = File::options().write(true).open(path).expect("a pipe");
                for word in ["slow", "ly"] {
                    std::thread::sleep(Duration::from_millis(50));
                    pipe.write_all(word.as_bytes()).expect("a reader");
                }
            }
        });
        assert_eq!(*read(&path).expect("a content"), b"slowly");
        writer.join().expect("a writer");
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up() {
        let (_folder, path) = pipe();
        let error = read_within(&path, Duration::from_millis(20))
            .expect_err("silence")
            .to_string();
        assert!(error.contains("pipe` cannot be read (timed out)"), "{error}");
        // One that holds its end open and is silent is the same.
        let _writer = File::options().read(true).write(true).open(&path).expect("a pipe");
        let error = read_within(&path, Duration::from_millis(20))
            .expect_err("silence")
            .to_string();
        assert!(error.contains("check the process that writes to the pipe"), "{error}");
    }

    #[test]
    fn what_has_no_end_is_too_large() {
        let error = read(Path::new("/dev/zero")).expect_err("no end").to_string();
        assert!(error.contains("is too large to be a certificate"), "{error}");
    }
}
