//! Tokens in a file: shared, private, never half written, and never in the way of a call.

mod auth;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use auth::{ADD, CLIENT, LIST, clock, numbered, pass, secret};
use avepoint_auth::{FileStore, StoredToken, TokenKey, TokenStore};
use avepoint_core::{BoxFuture, Credential, Error};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    /// What stands in the folder.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path.parent().expect("a folder")).expect("a folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort_unstable();
        names
    }
}

/// A place for a file, in a folder that is still to be made.
fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/for/it/tokens.json");
    Place { _folder: folder, path }
}

fn start() -> Timestamp {
    avepoint_tests::elements::START.parse().expect("a time")
}

fn stored(name: &str) -> StoredToken {
    StoredToken::new(name, start(), start() + SignedDuration::from_hours(1))
}

fn key(scope: &str) -> TokenKey {
    TokenKey::new("https://id.example.com", CLIENT, scope)
}

async fn held(store: &FileStore, scope: &str) -> Result<Option<String>, Error> {
    Ok(store
        .get(&key(scope))
        .await?
        .map(|stored| stored.token().expose().to_owned()))
}

#[tokio::test]
async fn processes_share_the_file() {
    let place = place();
    let server = numbered(3600).await;
    let clock = clock();
    let command = || {
        let store = FileStore::new(&place.path).expect("a store");
        secret(&server, &clock).store(store).build().expect("a credential")
    };
    let name = async |operation| command().token(operation).await.expect("a token").expose().to_owned();
    for _ in 0..3 {
        assert_eq!(
            (name(&LIST).await, name(&ADD).await),
            ("token-0".to_owned(), "token-1".to_owned())
        );
    }
    assert_eq!(server.received().len(), 2);

    // No secret is in it, and what is in it tells what it is for.
    let text = std::fs::read_to_string(&place.path).expect("the file");
    assert!(!text.contains("s3cr3t"), "{text}");
    let content: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(content["version"], 1);
    assert_eq!(
        content["tokens"][format!("{} {CLIENT} things.read.all", server.url())],
        json!({"access_token": "token-0", "issued_at": "2026-01-31T12:00:00Z", "expires_at": "2026-01-31T13:00:00Z"})
    );

    // What has ended is not used, and goes with the next write.
    pass(&clock, 3600);
    assert_eq!(name(&LIST).await, "token-2");
    let content: Value = serde_json::from_slice(&std::fs::read(&place.path).expect("the file")).expect("JSON");
    assert_eq!(content["tokens"].as_object().map(serde_json::Map::len), Some(1));
}

#[tokio::test]
async fn other_parts_make_another_key() {
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    // Joined by blanks, most of them are the same.
    let parts = [
        ("https://i", "a", "b c"),
        ("https://i", "a b", "c"),
        ("https://i a", "b", "c"),
        ("https://i", "a%20b", "c"),
        ("https://i", "a%2520b", "c"),
        ("https://i", "", "a b c"),
        ("", "https://i a", "b c"),
    ];
    let keys = parts.map(|(identity, client, scope)| TokenKey::new(identity, client, scope));
    for (number, key) in keys.iter().enumerate() {
        store.put(key, &stored(&format!("t{number}"))).await.expect("written");
    }
    for (number, key) in keys.iter().enumerate() {
        let held = store.get(key).await.expect("read").expect("a token");
        assert_eq!(held.token().expose(), format!("t{number}"), "{key:?}");
    }
}

#[tokio::test]
async fn processes_that_are_refused_every_token_ask_for_few_together() {
    let (place, clock) = (place(), clock());
    let server = numbered(3600).await;
    // A process for each call, of a server that always answers 401: it is told, and may come back with another token.
    let refused = async || {
        let store = FileStore::new(&place.path).expect("a store");
        let credential = secret(&server, &clock).store(store).build().expect("a credential");
        let first = credential.token(&LIST).await.expect("a token");
        credential.invalidate(&first);
        let second = credential.token(&LIST).await.expect("a token");
        if second.expose() != first.expose() {
            credential.invalidate(&second);
        }
    };
    for _ in 0..20 {
        refused().await;
    }
    assert_eq!(server.received().len(), 2);
    // Later another one may be better: one is tried.
    pass(&clock, 301);
    for _ in 0..20 {
        refused().await;
    }
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_rejected_token_leaves_the_file_and_a_newer_one_stays() {
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    store.put(&key("a"), &stored("old")).await.expect("written");
    store.put(&key("a"), &stored("new")).await.expect("written");
    store.remove(&key("a"), &stored("old")).await.expect("nothing to do");
    assert_eq!(held(&store, "a").await.expect("read").as_deref(), Some("new"));
    store.remove(&key("a"), &stored("new")).await.expect("written");
    assert_eq!(held(&store, "a").await.expect("read"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_lose_nothing_of_each_other_and_readers_see_no_half_file() {
    let place = place();
    let writers: Vec<_> = (0..40)
        .map(|n| {
            let path = place.path.clone();
            tokio::spawn(async move {
                let store = FileStore::new(path).expect("a store");
                store
                    .put(&key(&format!("s{n}")), &stored(&format!("t{n}")))
                    .await
                    .expect("written");
                held(&store, "s0").await.expect("a whole file");
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    let store = FileStore::new(&place.path).expect("a store");
    for n in 0..40 {
        assert_eq!(
            held(&store, &format!("s{n}")).await.expect("read"),
            Some(format!("t{n}"))
        );
    }
    assert_eq!(place.files(), ["tokens.json", "tokens.json.lock"]);
}

/// A second process is this test program again.
#[test]
fn another_process_waits_for_its_turn() {
    const PATH: &str = "AVEPOINT_TEST_STORE";
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
    };
    let put = |path: &Path, scope: String| {
        let store = FileStore::new(path).expect("a store");
        runtime()
            .block_on(store.put(&key(&scope), &stored(&scope)))
            .expect("written");
    };
    if let Some(path) = std::env::var_os(PATH) {
        (0..25).for_each(|n| put(Path::new(&path), format!("child-{n}")));
        return;
    }
    let place = place();
    let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "another_process_waits_for_its_turn"])
        .env(PATH, &place.path)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a process");
    (0..25).for_each(|n| put(&place.path, format!("parent-{n}")));
    assert!(child.wait().expect("it ends").success());
    let content: Value = serde_json::from_slice(&std::fs::read(&place.path).expect("the file")).expect("JSON");
    assert_eq!(content["tokens"].as_object().map(serde_json::Map::len), Some(50));
}

/// A process that is killed between the writing of a file and its renaming leaves it behind. This test program again is
/// that process.
#[tokio::test]
async fn a_killed_process_leaves_no_tokens_behind() {
    const PATH: &str = "AVEPOINT_TEST_KILLED_STORE";
    if let Some(path) = std::env::var_os(PATH) {
        let store = FileStore::new(path).expect("a store");
        loop {
            store
                .put(&key("big"), &stored(&"t".repeat(3_000_000)))
                .await
                .expect("written");
        }
    }
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    let new = place.path.with_file_name("tokens.json.new");
    let killed = |until: fn(&Path) -> bool| {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "a_killed_process_leaves_no_tokens_behind"])
            .env(PATH, &place.path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a process");
        while !until(&new) && child.try_wait().expect("a process").is_none() {
            std::hint::spin_loop();
        }
        child.kill().expect("killed");
        child.wait().expect("it ends");
        new.exists()
    };
    for next in ["a store", "a write"] {
        let caught = (0..200).any(|_| killed(Path::exists));
        assert!(caught, "no process was killed in time");
        match next {
            "a store" => drop(FileStore::new(&place.path).expect("a store")),
            _ => store.put(&key("a"), &stored("t")).await.expect("written"),
        }
        assert!(!new.exists(), "{next}");
    }
    assert_eq!(held(&store, "a").await.expect("a whole file").as_deref(), Some("t"));
    assert_eq!(place.files(), ["tokens.json", "tokens.json.lock"]);
}

#[tokio::test]
async fn an_entry_that_is_no_token_is_dropped_and_replaced() {
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    let server = numbered(3600).await;
    let name = |scope: &str| format!("{} {CLIENT} {scope}", server.url());
    let entry = |token: &str, expires_at: &str| json!({"access_token": token, "issued_at": "2026-01-31T12:00:00Z", "expires_at": expires_at});
    let good = entry("good", "2026-01-31T13:00:00Z");
    let content = json!({"version": 1, "tokens": {
        name("things.read.all"): entry("two\r\nlines", "2026-01-31T13:00:00Z"),
        name("things.readwrite.all"): entry("endless", "9999-12-30T22:00:00Z"),
        "other bad": entry("end\n", "2026-01-31T13:00:00Z"),
        "other good": good,
    }});
    store.put(&key("a"), &stored("t")).await.expect("written");
    std::fs::write(&place.path, content.to_string()).expect("written");
    let credential = secret(&server, &clock()).store(store).build().expect("a credential");
    assert_eq!(credential.token(&LIST).await.expect("a token").expose(), "token-0");
    assert_eq!(credential.token(&ADD).await.expect("a token").expose(), "token-1");
    let content: Value = serde_json::from_slice(&std::fs::read(&place.path).expect("the file")).expect("JSON");
    let expected = json!({
        name("things.read.all"): entry("token-0", "2026-01-31T13:00:00Z"),
        name("things.readwrite.all"): entry("token-1", "2026-01-31T13:00:00Z"),
        "other good": good,
    });
    assert_eq!(content["tokens"], expected);
}

#[cfg(unix)]
mod foreign {
    //! Names under which something else stands than a file of this user.

    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    }

    /// Gives a file to another user. Only the superuser can.
    fn give_away(path: &Path) -> bool {
        let done = Command::new("chown")
            .arg("12345:12345")
            .arg(path)
            .output()
            .expect("chown");
        if !done.status.success() {
            println!("SKIPPED: only the superuser can give a file away");
        }
        done.status.success()
    }

    /// Whatever is asked of the store is refused with these words, and a call has its token all the same.
    async fn refused(store: &FileStore, words: &str) {
        let put = store.put(&key("a"), &stored("t")).await.expect_err(words).to_string();
        assert!(put.contains(words) && put.contains("tokens.json"), "{put}");
        let remove = store
            .remove(&key("a"), &stored("t"))
            .await
            .expect_err(words)
            .to_string();
        assert!(remove.contains(words), "{remove}");
        let server = numbered(3600).await;
        let credential = secret(&server, &clock())
            .store(store.clone())
            .build()
            .expect("a credential");
        credential.token(&LIST).await.expect("a token all the same");
    }

    /// Puts something under a name, and gives the words with which it is refused; nothing where that is not possible.
    type Stand = fn(&Path) -> Option<&'static str>;

    #[tokio::test]
    async fn neither_the_file_nor_its_lock_is_taken_from_what_is_not_ours() {
        let stands: [Stand; 7] = [
            |path| {
                assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
                Some("is not a regular file: choose another path")
            },
            |path| {
                UnixListener::bind(path).expect("a socket");
                Some("is not a regular file: choose another path")
            },
            |path| {
                std::fs::create_dir(path).expect("a folder");
                Some("is not a regular file: choose another path")
            },
            |path| {
                symlink("/dev/zero", path).expect("a link");
                Some("is a symbolic link: name the file that it leads to")
            },
            |path| {
                symlink(path.with_extension("elsewhere"), path).expect("a link");
                Some("is a symbolic link: name the file that it leads to")
            },
            |path| {
                std::fs::write(path, "").expect("a file");
                mode(path, 0o600);
                give_away(path).then_some("belongs to another user (its owner has the id 12345): choose another path")
            },
            |path| {
                std::fs::write(path, "").expect("a file");
                mode(path, 0o666);
                Some("may be read or written by others (its mode is 666): delete it")
            },
        ];
        for stand in stands {
            for name in ["tokens.json", "tokens.json.lock"] {
                let place = place();
                let store = FileStore::new(&place.path).expect("a store");
                let path = place.path.with_file_name(name);
                let Some(words) = stand(&path) else { continue };
                let before = std::fs::symlink_metadata(&path).expect("it is there");
                refused(&store, words).await;
                if name == "tokens.json" {
                    let get = held(&store, "a").await.expect_err(words).to_string();
                    assert!(get.contains(words), "{get}");
                }
                let after = std::fs::symlink_metadata(&path).expect("it is still there");
                assert_eq!(before.file_type(), after.file_type());
                assert_eq!(before.len(), after.len());
            }
        }
    }

    #[tokio::test]
    async fn what_stands_where_the_new_file_is_written_does_no_harm() {
        let place = place();
        let new = place.path.with_file_name("tokens.json.new");
        let elsewhere = place.path.with_file_name("elsewhere");
        let store = FileStore::new(&place.path).expect("a store");
        std::fs::write(&elsewhere, "as it was").expect("a file");
        symlink(&elsewhere, &new).expect("a link");
        store.put(&key("a"), &stored("t")).await.expect("written");
        assert_eq!(std::fs::read_to_string(&elsewhere).expect("a file"), "as it was");
        assert!(Command::new("mkfifo").arg(&new).status().expect("mkfifo").success());
        store.put(&key("b"), &stored("t")).await.expect("written");
        assert_eq!(held(&store, "a").await.expect("read").as_deref(), Some("t"));
        assert_eq!(place.files(), ["elsewhere", "tokens.json", "tokens.json.lock"]);
    }

    #[tokio::test]
    async fn a_folder_that_others_may_write_to_is_not_used() {
        let place = place();
        let folder = place.path.parent().expect("a folder");
        let store = FileStore::new(&place.path).expect("a store");
        for (bits, words) in [
            (
                0o777,
                Some("is in a folder that others may write to (its mode is 777): `chmod go-w` the folder"),
            ),
            (0o770, Some("is in a folder that others may write to (its mode is 770)")),
            (0o755, None),
            // As that of temporary files is.
            (0o1777, None),
        ] {
            mode(folder, bits);
            match words {
                Some(words) => {
                    refused(&store, words).await;
                    held(&store, "a").await.expect_err(words);
                }
                None => store.put(&key("a"), &stored("t")).await.expect("written"),
            }
        }
        mode(folder, 0o700);
        if give_away(folder) {
            refused(&store, "is in a folder of another user (its owner has the id 12345)").await;
        }
    }
}

#[tokio::test]
async fn a_file_that_is_not_as_it_should_be_fails_no_call_and_is_left_alone() {
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    store.put(&key("a"), &stored("hidden-token")).await.expect("written");
    let whole = std::fs::read(&place.path).expect("the file");
    let remedy = "is damaged or contains something else: delete it, or choose another path";
    let server = numbered(3600).await;
    for (content, problem) in [
        (&whole[..whole.len() / 2], remedy),
        (b"Host example.com\n".as_slice(), remedy),
        (
            b"{\"version\":1,\"tokens\":{\"a\":{\"access_token\":\"hidden-token\"}}}",
            remedy,
        ),
        (
            b"{\"version\":2,\"tokens\":{}}",
            "was written by another version: delete it, or choose another path",
        ),
    ] {
        std::fs::write(&place.path, content).expect("written");
        let read = held(&store, "a").await.expect_err(problem).to_string();
        let write = store.put(&key("a"), &stored("t")).await.expect_err(problem).to_string();
        for text in [read, write] {
            assert!(text.contains(problem) && text.contains("tokens.json`"), "{text}");
            assert!(!text.contains("hidden"), "{text}");
        }
        let credential = secret(&server, &clock())
            .store(store.clone())
            .build()
            .expect("a credential");
        credential.token(&LIST).await.expect("a token all the same");
        assert_eq!(std::fs::read(&place.path).expect("the file"), content);
    }
    assert_eq!(server.received().len(), 4);

    // An empty file is one that nothing has been written to yet.
    std::fs::write(&place.path, b"").expect("written");
    store.put(&key("a"), &stored("t")).await.expect("written");
    assert_eq!(held(&store, "a").await.expect("read").as_deref(), Some("t"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    for _ in 0..2 {
        store.put(&key("a"), &stored("t")).await.expect("written");
        assert_eq!(mode(&place.path), 0o600);
    }
    assert_eq!(mode(&place.path.with_file_name("tokens.json.lock")), 0o600);
    for folder in place.path.ancestors().skip(1).take(3) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }

    for open in [0o640, 0o604, 0o620] {
        std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(open)).expect("a mode");
        let read = held(&store, "a").await.expect_err("refused").to_string();
        let write = store
            .put(&key("a"), &stored("t"))
            .await
            .expect_err("refused")
            .to_string();
        for text in [read, write] {
            let problem = format!("may be read or written by others (its mode is {open:03o}): delete it");
            assert!(text.contains(&problem), "{text}");
        }
    }
    let server = numbered(3600).await;
    let credential = secret(&server, &clock()).store(store).build().expect("a credential");
    credential.token(&LIST).await.expect("a token all the same");
    assert_eq!(mode(&place.path), 0o620, "it is left as it was");
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = FileStore::new(folder.path()).expect_err("a folder");
    assert!(error.to_string().contains("is a folder: name a file in it"), "{error}");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let error = FileStore::new(file.join("tokens.json")).expect_err("a file in the way");
    assert!(
        error.to_string().contains("has no folder, and none can be made"),
        "{error}"
    );
}

#[tokio::test]
async fn a_store_of_ones_own_may_fail() {
    /// Fails at everything, in one way or the other.
    #[derive(Debug)]
    struct Broken(bool);

    impl Broken {
        fn fails<T>(&self) -> Result<T, Error> {
            assert!(!self.0, "the store panics");
            Err(Error::new(avepoint_core::ErrorKind::Configuration, "the store is away"))
        }
    }

    impl TokenStore for Broken {
        fn get<'a>(&'a self, _: &'a TokenKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
            Box::pin(async { self.fails() })
        }
        fn put<'a>(&'a self, _: &'a TokenKey, _: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
            Box::pin(async { self.fails() })
        }
        fn remove<'a>(&'a self, _: &'a TokenKey, _: &'a StoredToken) -> BoxFuture<'a, Result<(), Error>> {
            Box::pin(async { self.fails() })
        }
    }

    let server = numbered(3600).await;
    let credential = secret(&server, &clock())
        .store(Arc::new(Broken(false)))
        .build()
        .expect("a credential");
    credential.token(&LIST).await.expect("a token all the same");
    // One that panics is an error, and no call hangs.
    let credential = secret(&server, &clock())
        .store(Broken(true))
        .build()
        .expect("a credential");
    let error = credential.token(&LIST).await.expect_err("no token");
    assert!(error.message().contains("the token request panicked"), "{error}");
}
