//! The files of secrets, certificates and keys. One may be a pipe, as `<(command)` of a shell gives.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use avepoint_core::{Error, ErrorKind};
use aws_lc_rs::digest::{Context, SHA256};
use zeroize::Zeroizing;

use crate::proofs::without_line_break;

/// The largest file that is read, in bytes: far more than any certificate and its chain take.
const LARGEST: usize = 4 * 1024 * 1024;

/// How long to wait for the content of a pipe.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Certificate,
    Password,
    Secret,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Certificate => "certificate",
            Kind::Password => "password",
            Kind::Secret => "secret",
        }
    }
}

/// What stands in the files of one secret or one certificate.
pub(crate) struct Contents {
    files: Vec<Content>,
}

struct Content {
    kind: Kind,
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
    /// A pipe is read once.
    is_pipe: bool,
}

impl Contents {
    /// Reads files to their ends.
    ///
    /// # Errors
    /// A configuration error where one cannot be read, is empty or too large, or is a pipe that nobody writes to.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = (Kind, &'a Path)>) -> Result<Self, Error> {
        let files = files
            .into_iter()
            .map(|(kind, path)| read_within(kind, path, PATIENCE))
            .collect::<Result<_, _>>()?;
        Ok(Contents { files })
    }

    /// What tells these contents from others. Nothing if they cannot be read again.
    pub(crate) fn seen(&self) -> Option<[u8; 32]> {
        let mut digest = Context::new(&SHA256);
        for file in &self.files {
            if file.is_pipe {
                return None;
            }
            digest.update(&file.bytes.len().to_le_bytes());
            digest.update(&file.bytes);
        }
        digest.finish().as_ref().try_into().ok()
    }

    /// The content of one of the files.
    pub(crate) fn bytes(&self, index: usize) -> &[u8] {
        &self.files[index].bytes
    }

    /// The content of one of the files as a text, without the line break at its end.
    ///
    /// # Errors
    /// A configuration error where that is not one line of text, or a secret that is blank.
    pub(crate) fn text(&self, index: usize) -> Result<&str, Error> {
        let Content { kind, path, bytes, .. } = &self.files[index];
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|_| in_file(*kind, path, "is not UTF-8 text: save it as such"))
            .map(without_line_break)?;
        if text.contains(['\r', '\n', '\0']) {
            let problem = format!("contains more than one line: it must hold the {} alone", kind.name());
            return Err(in_file(*kind, path, &problem));
        }
        if *kind == Kind::Secret && text.trim().is_empty() {
            return Err(in_file(*kind, path, "is empty: write the secret into it"));
        }
        Ok(text)
    }
}

/// A configuration error about a file.
pub(crate) fn in_file(kind: Kind, path: &Path, problem: &str) -> Error {
    let (kind, path) = (kind.name(), path.display());
    Error::new(ErrorKind::Configuration, format!("the {kind} file `{path}` {problem}"))
}

fn read_within(kind: Kind, path: &Path, patience: Duration) -> Result<Content, Error> {
    let (bytes, is_pipe) = content(path, Instant::now() + patience).map_err(|error| {
        let remedy = match error.kind() {
            io::ErrorKind::TimedOut => "check the process that writes to the pipe",
            _ => "check the path and its permissions",
        };
        in_file(kind, path, &format!("cannot be read ({error}): {remedy}"))
    })?;
    match bytes.len() {
        0 if kind == Kind::Certificate => Err(in_file(kind, path, "is empty: export it again")),
        0..=LARGEST => Ok(Content {
            kind,
            path: path.to_owned(),
            bytes,
            is_pipe,
        }),
        _ => {
            let problem = format!("is too large to be a {}: check the path", kind.name());
            Err(in_file(kind, path, &problem))
        }
    }
}

/// The content, or the beginning of one that is too large; and whether it is a pipe or a device. Not by its size: a pipe
/// has none.
fn content(path: &Path, until: Instant) -> io::Result<(Zeroizing<Vec<u8>>, bool)> {
    let mut file = open(path)?;
    let is_pipe = !file.metadata()?.is_file();
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
    Ok((content, is_pipe))
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
        let contents = Contents::read([(Kind::Certificate, path.as_path())]).expect("a content");
        assert_eq!(contents.bytes(0), b"slowly");
        assert_eq!(contents.seen(), None, "what was read cannot be read again");
        writer.join().expect("a writer");
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up() {
        let (_folder, path) = pipe();
        let error = read_within(Kind::Certificate, &path, Duration::from_millis(20))
            .err()
            .expect("silence")
            .to_string();
        assert!(error.contains("pipe` cannot be read (timed out)"), "{error}");
        // One that holds its end open and is silent is the same.
        let _writer = File::options().read(true).write(true).open(&path).expect("a pipe");
        let error = read_within(Kind::Certificate, &path, Duration::from_millis(20))
            .err()
            .expect("silence")
            .to_string();
        assert!(error.contains("check the process that writes to the pipe"), "{error}");
    }

    #[test]
    fn what_has_no_end_is_too_large() {
        let endless = Contents::read([(Kind::Certificate, Path::new("/dev/zero"))]);
        let error = endless.err().expect("no end").to_string();
        assert!(error.contains("is too large to be a certificate"), "{error}");
    }
}
