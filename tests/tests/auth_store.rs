//! Tokens in a file: shared, private, never half written, and never in the way of a call.

mod auth;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use auth::{ADD, CLIENT, LIST, clock, numbered, pass, secret};
use avepoint_auth::{FileStore, StoredToken, TokenKey, TokenStore};
use avepoint_core::{Credential, Error};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
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
    let left: Vec<_> = std::fs::read_dir(place.path.parent().expect("a folder"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| !name.starts_with("tokens.json"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
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

#[tokio::test]
async fn a_file_that_is_not_as_it_should_be_fails_no_call_and_is_left_alone() {
    let place = place();
    let store = FileStore::new(&place.path).expect("a store");
    store.put(&key("a"), &stored("hidden-token")).await.expect("written");
    let whole = std::fs::read(&place.path).expect("the file");
    let remedy = "is broken or holds something else: delete it, or choose another path";
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
        fn get<'a>(
            &'a self,
            _: &'a TokenKey,
        ) -> futures_util::future::BoxFuture<'a, Result<Option<StoredToken>, Error>> {
            Box::pin(async { self.fails() })
        }
        fn put<'a>(
            &'a self,
            _: &'a TokenKey,
            _: &'a StoredToken,
        ) -> futures_util::future::BoxFuture<'a, Result<(), Error>> {
            Box::pin(async { self.fails() })
        }
        fn remove<'a>(
            &'a self,
            _: &'a TokenKey,
            _: &'a StoredToken,
        ) -> futures_util::future::BoxFuture<'a, Result<(), Error>> {
            Box::pin(async { self.fails() })
        }
    }

    let server = numbered(3600).await;
    let credential = secret(&server, &clock())
        .shared_store(Arc::new(Broken(false)))
        .build()
        .expect("a credential");
    credential.token(&LIST).await.expect("a token all the same");
    // One that panics is an error, and no call hangs.
    let credential = secret(&server, &clock())
        .store(Broken(true))
        .build()
        .expect("a credential");
    let error = credential.token(&LIST).await.expect_err("no token");
    assert!(error.message().contains("was dropped before its end"), "{error}");
}
