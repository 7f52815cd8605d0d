//! Tokens in a file that several processes share.
//!
//! A reader needs no lock: the file is replaced as a whole. Writers take turns by a lock on a second file, since the
//! first one is another file after each write. Whoever has the lock writes into a third file before that takes the place
//! of the first: what stands there otherwise was left by a process that has been killed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use avepoint_core::{Error, ErrorKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::BoxFuture;

use super::own::{self, Unfit};
use super::{StoredToken, TokenKey, TokenStore};

/// The form of the file that this code writes and reads.
const VERSION: u32 = 1;

/// How long a writer waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Keeps tokens in a file, for commands that are run one after the other or at once.
///
/// **The file contains the tokens in plain text**, which is its purpose: whoever reads it can use them until they expire. On
/// Unix the file is made for its owner alone, as is its folder if that is made too. A file that others may read or that
/// belongs to another user, or one in a folder that others may write to, is neither used nor written; nor is what is no
/// regular file, such as a link or a pipe. On other systems the permissions are those of the folder: choose one in the
/// user's profile. Client secrets and keys are never stored.
///
/// The file is replaced as a whole, and writers take turns, so that processes neither read half a file nor lose each
/// other's tokens. The lock is a second, empty file beside it, `tokens.json.lock`, which stays. What is written stands in
/// `tokens.json.new` for a moment; if the process is killed in that moment, the next store of the same path removes it.
///
/// ```no_run
/// use avepoint_auth::{ClientSecretCredential, FileStore};
///
/// let store = FileStore::new("/home/me/.cache/avepoint/tokens.json")?;
/// let credential = ClientSecretCredential::builder("my-app", "my-secret").store(store).build()?;
/// # let _ = credential;
/// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    replaces_rejected: bool,
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
        own::make_folder(store.folder())
            .map_err(|error| store.problem(&format!("has no folder, and none can be made: {error}")))?;
        store.sweep();
        Ok(store)
    }

    /// Removes what a process that was killed has left behind: tokens stand in it.
    fn sweep(&self) {
        // Whoever has the lock is about to write, and sees to it; so does the next one that writes where this fails.
        if self.beside(".new").symlink_metadata().is_ok()
            && let Ok(lock) = self.lock()
            && fs4::FileExt::try_lock(&lock).is_ok()
        {
            let _ = fs::remove_file(self.beside(".new"));
        }
    }

    /// The path of the file.
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

    /// Another file in the same folder, whose name ends so.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(&*self.path);
        name.push(ending);
        name.into()
    }

    fn read(&self) -> Result<Content, Error> {
        own::check_folder(self.folder()).map_err(|unfit| self.problem(&unfit.to_string()))?;
        let file = match own::open(&self.path, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(Unfit::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
            Err(unfit) => return Err(self.problem(&unfit.to_string())),
        };
        let mut text = Zeroizing::new(Vec::new());
        let size = file
            .take(LARGEST + 1)
            .read_to_end(&mut text)
            .map_err(|error| self.problem(&format!("cannot be read: {error}")))?;
        if size == 0 {
            return Ok(Content::default());
        }
        let broken = "is damaged or contains something else: delete it, or choose another path";
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
        let text = text.map_err(|_| self.problem("cannot be serialised"))?;
        self.replace(&text)
            .map_err(|error| self.problem(&format!("cannot be written: {error}")))
    }

    /// Puts a whole new file in the place of the present one.
    fn replace(&self, text: &[u8]) -> io::Result<()> {
        let new = self.beside(".new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = own::create(&new)?;
        let written = file.write_all(text).and_then(|()| file.sync_data());
        let placed = written.and_then(|()| fs::rename(&new, &self.path));
        if placed.is_err() {
            let _ = fs::remove_file(&new);
        }
        placed
    }

    fn lock(&self) -> Result<File, Error> {
        let name = self.beside(".lock");
        own::open(&name, OpenOptions::new().create(true).truncate(false).write(true))
            .map_err(|unfit| self.problem(&format!("cannot be locked: `{}` {unfit}", name.display())))
    }

    /// Waits for the lock, which ends with the file that is given back, and with the process.
    fn turn(&self) -> Result<File, Error> {
        own::check_folder(self.folder()).map_err(|unfit| self.problem(&unfit.to_string()))?;
        let failed = |problem: &dyn std::fmt::Display| self.problem(&format!("cannot be locked: {problem}"));
        let lock = self.lock()?;
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
            done.unwrap_or_else(|error| {
                Err(self.problem(match error.is_panic() {
                    true => "was not reached: the work panicked",
                    false => "was not reached: the runtime is shutting down",
                }))
            })
        })
    }
}

impl TokenStore for FileStore {
    fn get<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        let key = key.clone();
        self.aside(move |store| {
            let content = store.read()?;
            Ok(content.tokens.get(key.as_str()).map(Entry::to_token))
        })
    }

    fn put<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
        let (key, token) = (key.clone(), token.clone());
        self.aside(move |store| {
            store.change(|content| {
                // By the clock of whoever stores.
                let (now, _) = token.span();
                content
                    .tokens
                    .retain(|_, entry| entry.expires_at > now && entry.to_token().is_credible(now));
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
        let (issued_at, expires_at) = token.span();
        Entry {
            access_token: token.token().expose().to_owned().into(),
            issued_at,
            expires_at,
            replaces_rejected: token.replaces_rejected(),
        }
    }

    fn to_token(&self) -> StoredToken {
        StoredToken::between(self.access_token.as_str(), self.issued_at, self.expires_at)
            .replacing_rejected(self.replaces_rejected)
    }
}
