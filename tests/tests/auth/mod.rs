//! What the tests of the credentials share: operations, answers of a token endpoint, and keys made by `openssl`.

#![allow(dead_code)] // each test takes a part of it

pub mod pfx;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use avepoint_auth::{ClientSecretCredential, CredentialBuilder};
use avepoint_core::{Clock, Method, Operation, RetryPolicy};
use avepoint_tests::clock::FakeClock;
use avepoint_tests::elements::START;
use avepoint_tests::server::{Received, Reply, Server};
use serde_json::json;

pub static LIST: Operation = Operation::new("listThings", Method::Get, "/things", "List the things")
    .scopes(&[&["things.read.all"], &["things.readwrite.all"]]);
pub static ADD: Operation =
    Operation::new("addThing", Method::Post, "/things", "Add a thing").scopes(&[&["things.readwrite.all"]]);
pub static PING: Operation = Operation::new("ping", Method::Get, "/ping", "Ping");

pub const CLIENT: &str = "my-app";

/// Its characters mean something in a form, in JSON and in HTML.
pub const SECRET: &str = "s3cr3t&of=the+app%\"<é>";

/// The answer that gives a token.
pub fn token(name: &str, expires_in: u32) -> Reply {
    Reply::json(
        200,
        &json!({"access_token": name, "token_type": "Bearer", "expires_in": expires_in, "scope": "any"}),
    )
}

/// A server that numbers its tokens: `token-0`, `token-1` and so on.
pub async fn numbered(expires_in: u32) -> Server {
    Server::start(move |_, count| token(&format!("token-{count}"), expires_in)).await
}

pub fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock::at(START))
}

/// Moves a clock on.
pub fn pass(clock: &FakeClock, seconds: u64) {
    drop(clock.sleep(Duration::from_secs(seconds)));
}

/// A credential to be finished, that asks once.
pub fn secret(server: &Server, clock: &Arc<FakeClock>) -> CredentialBuilder<ClientSecretCredential> {
    ClientSecretCredential::builder(CLIENT, SECRET)
        .identity_url(server.url())
        .clock(clock.clone())
        .retry(RetryPolicy::none())
}

/// The form that a request carries.
pub fn form(request: &Received) -> BTreeMap<String, String> {
    let body = std::str::from_utf8(&request.body).expect("text");
    let url = reqwest::Url::parse(&format!("http://form/?{body}")).expect("a form");
    url.query_pairs().into_owned().collect()
}

/// Waits until something holds that another task brings about.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came about that {what}");
}

/// A folder with a key and a certificate, in as many forms as a test asks `openssl` for.
pub struct Keys(tempfile::TempDir);

impl Keys {
    /// A key of this kind with its certificate: `app.key` in PKCS#8, and `app.crt`. Nothing where there is no `openssl`.
    pub fn of(kind: &[&str]) -> Option<Self> {
        let there = Command::new("openssl").arg("version").stdout(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            println!("SKIPPED: there is no `openssl` to make keys with");
            return None;
        }
        let keys = Keys(tempfile::tempdir().expect("a folder"));
        let fixed = "req -x509 -nodes -subj /CN=app -days 365 -keyout app.key -out app.crt -newkey";
        let mut arguments: Vec<_> = fixed.split(' ').collect();
        arguments.extend(kind);
        keys.openssl(&arguments);
        Some(keys)
    }

    /// An RSA key of 2048 bits.
    pub fn rsa() -> Option<Self> {
        Keys::of(&["rsa:2048"])
    }

    /// Runs `openssl` in the folder.
    pub fn openssl(&self, arguments: &[&str]) -> String {
        let done = Command::new("openssl")
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .expect("openssl runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "openssl {}: {said}", arguments.join(" "));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Runs `openssl` with arguments that hold no space.
    pub fn run(&self, arguments: &str) -> String {
        self.openssl(&arguments.split(' ').collect::<Vec<_>>())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file")
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}
