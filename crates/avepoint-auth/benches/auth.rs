//! What a token costs that is there already, and what an assertion costs beside the bare signature in it.
//!
//! ```sh
//! cargo bench -p avepoint-auth
//! ```
//!
//! criterion tells the times. The ratio at the end is measured apart from that: both sides take turns, so that a machine
//! which grows slower does so for both.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use avepoint_auth::bench::{Assertion, sign};
use avepoint_auth::{ClientCertificate, ClientSecretCredential, MemoryStore, StoredToken, TokenKey, TokenStore};
use avepoint_core::{Credential, Method, Operation};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use criterion::Criterion;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Builder;

static LIST: Operation =
    Operation::new("listThings", Method::Get, "/things", "List the things").scopes(&[&["things.read.all"]]);

const IDENTITY: &str = "https://identity.example.com";

/// The rounds by which the ratio is taken.
const ROUNDS: u32 = 500;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    cached_token(&mut criterion);
    assertion(&mut criterion);
    criterion.final_summary();
}

/// A token that is in the cache. It comes from a store, so that no server is asked.
fn cached_token(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let now = Timestamp::now();
    let token = StoredToken::new("t".repeat(1200), now, now + SignedDuration::from_hours(24));
    let store = MemoryStore::default();
    let key = TokenKey::new(IDENTITY, "my-app", "things.read.all");
    runtime.block_on(store.put(&key, &token)).expect("kept");
    let builder = ClientSecretCredential::builder("my-app", "my-secret").identity_url(IDENTITY);
    let credential = builder.store(store).build().expect("a credential");
    criterion.bench_function("a cached token", |bench| {
        bench
            .to_async(&runtime)
            .iter(|| async { black_box(credential.token(&LIST).await.expect("a token")) });
    });
}

fn assertion(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = "req -x509 -nodes -subj /CN=app -newkey rsa:2048 -keyout app.key -out app.crt";
    let made = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("SKIPPED: there is no `openssl` to make a key with");
        return;
    }
    let path = |name: &str| folder.path().join(name);
    let certificate = ClientCertificate::from_pem_files(path("app.crt"), path("app.key"), None).expect("a certificate");
    let text = std::fs::read_to_string(path("app.key")).expect("a key");
    let key = KeyPair::from_pkcs8(pem::parse(text).expect("PEM").contents()).expect("a key");

    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let assertion = || {
        let assertion = Assertion {
            client_id: "my-app",
            audience: "https://identity.example.com/connect/token",
            now: Timestamp::now(),
        };
        runtime.block_on(sign(&certificate, &assertion)).expect("an assertion")
    };
    // As long as the text that an assertion signs.
    let message = [b'm'; 500];
    let random = SystemRandom::new();
    let signature = || {
        let mut signature = [0; 256];
        key.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature)
            .expect("a signature");
        signature
    };
    criterion.bench_function("an assertion", |bench| bench.iter(assertion));
    criterion.bench_function("a bare RSA-2048 signature", |bench| bench.iter(signature));

    let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        ours += time(assertion);
        bare += time(signature);
    }
    println!(
        "an assertion costs {:.2} bare signatures ({:?} and {:?})",
        ours.as_secs_f64() / bare.as_secs_f64(),
        ours / ROUNDS,
        bare / ROUNDS
    );
}

fn time<T>(work: impl Fn() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}
