//! Tokens in a file that several processes share.
//!
//! A reader needs no lock: the file is replaced as a whole. Writers take turns by a lock on a second file, since the
//! first one is another file after each write.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use avepoint_core::{Error, ErrorKind};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{StoredToken, TokenKey, TokenStore};

/// The form of the file that this code writes and reads.
const VERSION: u32 = 1;

/// How long a writer waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Keeps tokens in a file, for commands that are run one after the other or at once.
///
/// **The tokens stand in the file as they are**, which is its purpose: whoever reads it can use them until they end. On
/// Unix the file is made for its owner alone, as is its folder if that is made too, and a file that others may read is
/// neither used nor written. On other systems the permissions are those of the folder: choose one in the user's profile.
/// Client secrets and keys are never stored.
///
/// The file is replaced as a whole, and writers take turns, so that processes neither read half a file nor lose each
/// other's tokens. The lock is a second, empty file beside it, which stays.
///
/// ```
/// use avepoint_auth::{ClientSecretCredential, FileStore};
///
/// let folder = tempfile::tempdir()?;
/// let store = FileStore::new(folder.path().join("tokens.json"))?;
/// let credential = ClientSecretCredential::builder("my-app", "my-secret").store(store).build()?;
/// # let _ = credential;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
}

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    tokens: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    access_token: Zeroizing<String>,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl FileStore {
    /// A store in this file. The folder is made if it is missing, the file when a token is kept.
    ///
    /// # Errors
    /// A configuration error where the path is a folder, or its folder cannot be made.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let store = FileStore {
            path: path.into().into(),
        };
        if store.path.is_dir() || store.path.file_name().is_none() {
            return Err(store.problem("is a folder: name a file in it"));
        }
        make_folder(store.folder())
            .map_err(|error| store.problem(&format!("has no folder, and none can be made: {error}")))?;
        Ok(store)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn problem(&self, problem: &str) -> Error {
        let path = self.path.display();
        Error::new(ErrorKind::Configuration, format!("the token file `{path}` {problem}"))
    }

    fn read(&self) -> Result<Content, Error> {
        let unreadable = |error: io::Error| self.problem(&format!("cannot be read: {error}"));
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
            Err(error) => return Err(unreadable(error)),
        };
        // Asked of the open file: the name may lead to another one by now.
        let about = file.metadata().map_err(unreadable)?;
        if !about.is_file() {
            return Err(self.problem("is no regular file: choose another path"));
        }
        if let Some(problem) = shared_with_others(&about) {
            return Err(self.problem(&problem));
        }
        let mut text = Zeroizing::new(Vec::with_capacity(
            usize::try_from(about.len().min(LARGEST)).unwrap_or(0),
        ));
        let size = file.take(LARGEST + 1).read_to_end(&mut text).map_err(unreadable)?;
        if size == 0 {
            return Ok(Content::default());
        }
        let broken = "is broken or holds something else: delete it, or choose another path";
        // serde's own words may quote what stands in the file.
        let content: Content = serde_json::from_slice(&text).map_err(|_| self.problem(broken))?;
        if content.version != VERSION {
            return Err(self.problem("was written by another version: delete it, or choose another path"));
        }
        Ok(content)
    }

    /// Changes the content, alone among all processes. A file that is not as it should be is left as it is.
    fn change(&self, change: impl FnOnce(&mut Content)) -> Result<(), Error> {
        let _turn = self.turn()?;
        let mut content = self.read()?;
        change(&mut content);
        let text = serde_json::to_vec_pretty(&content).map(Zeroizing::new);
        let text = text.map_err(|_| self.problem("cannot be put together"))?;
        self.replace(&text)
            .map_err(|error| self.problem(&format!("cannot be written: {error}")))
    }

    /// Puts a whole new file in the place of the present one.
    fn replace(&self, text: &[u8]) -> io::Result<()> {
        // Made for its owner alone, as temporary files are.
        let mut file = tempfile::NamedTempFile::new_in(self.folder())?;
        file.write_all(text)?;
        file.as_file().sync_data()?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Waits for the lock, which ends with the file that is given back, and with the process.
    fn turn(&self) -> Result<File, Error> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".lock");
        let failed = |problem: &dyn std::fmt::Display| self.problem(&format!("cannot be locked: {problem}"));
        let lock = private(&mut OpenOptions::new())
            .create(true)
            .truncate(false)
            .write(true)
            .open(&name)
            .map_err(|error| failed(&error))?;
        let start = Instant::now();
        // The standard library's own locks are newer than the oldest compiler that is supported.
        while let Err(error) = fs4::FileExt::try_lock(&lock) {
            match error {
                fs4::TryLockError::WouldBlock if start.elapsed() < TURN => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                fs4::TryLockError::WouldBlock => return Err(failed(&"another process holds the lock")),
                fs4::TryLockError::Error(error) => return Err(failed(&error)),
            }
        }
        Ok(lock)
    }

    /// Runs what touches the disk where it blocks nobody.
    fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&FileStore) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, Error>> {
        let store = self.clone();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&store)).await;
            done.unwrap_or_else(|_| Err(self.problem("was not reached: the runtime is shutting down")))
        })
    }
}

impl TokenStore for FileStore {
    fn get<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        let key = key.clone();
        self.aside(move |store| {
            let mut content = store.read()?;
            Ok(content.tokens.remove(key.as_str()).map(Entry::into_token))
        })
    }

    fn put<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        let (key, token) = (key.clone(), token.clone());
        self.aside(move |store| {
            store.change(|content| {
                // By the clock of whoever stores.
                content.tokens.retain(|_, entry| entry.expires_at > token.issued_at());
                content.tokens.insert(key.as_str().to_owned(), Entry::of(&token));
            })
        })
    }

    fn remove<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        let (key, token) = (key.clone(), token.clone());
        self.aside(move |store| {
            store.change(|content| {
                let held = content.tokens.get(key.as_str());
                if held.is_some_and(|entry| entry.access_token.as_str() == token.token().expose()) {
                    content.tokens.remove(key.as_str());
                }
            })
        })
    }
}

impl Default for Content {
    fn default() -> Self {
        Content {
            version: VERSION,
            tokens: BTreeMap::new(),
        }
    }
}

impl Entry {
    fn of(token: &StoredToken) -> Self {
        Entry {
            access_token: token.token().expose().to_owned().into(),
            issued_at: token.issued_at(),
            expires_at: token.expires_at(),
        }
    }

    fn into_token(self) -> StoredToken {
        StoredToken::new(self.access_token.as_str(), self.issued_at, self.expires_at)
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// What is wrong with the permissions of a file, if anything is.
#[cfg(unix)]
fn shared_with_others(about: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = about.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        format!("may be read or written by others (its mode is {mode:03o}): delete it, so that it is made anew for its owner alone")
    })
}

#[cfg(not(unix))]
fn shared_with_others(_about: &fs::Metadata) -> Option<String> {
    None
}
