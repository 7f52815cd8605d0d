//! Thousands of calls against servers that misbehave: what must not happen is counted, and the count is nothing.
//!
//! `AVEPOINT_CHAOS_SEED` and `AVEPOINT_CHAOS_CALLS` change the great run, which `.ci/run` makes with ten thousand calls.
//! Each run is a process of its own, so that its memory, its panics and its environment are its own as well; `cargo run -p
//! avepoint-tests --bin chaos` makes one by hand.

use std::num::NonZero;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use avepoint_core::protection::Protection;
use avepoint_tests::chaos::{Report, Violation};
use avepoint_tests::raw_server::{RawServer, Script};

/// The most memory that a run may take, in bytes: that of the servers, the specs and the logs included.
const MEMORY: u64 = 400 * 1024 * 1024;

/// Makes a run.
fn run(seed: &str, calls: &str, environment: &[(&str, &str)]) -> Report {
    finish(&mut command(seed, calls), environment)
}

fn command(seed: &str, calls: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chaos"));
    command.args(["--seed", seed, "--calls", calls]);
    command
}

fn finish(command: &mut Command, environment: &[(&str, &str)]) -> Report {
    let done = command
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(environment.iter().copied())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(said.lines().last().unwrap_or_default()).expect("a report")
}

fn nothing_is_broken(report: &Report) {
    let broken: Vec<_> = Violation::ALL
        .into_iter()
        .filter(|violation| report.count(*violation) > 0)
        .collect();
    assert!(broken.is_empty(), "{broken:?}\n{report}");
}

fn variable(name: &str, otherwise: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| otherwise.to_owned())
}

#[test]
fn calls_by_the_thousand_break_nothing() {
    let report = run(
        &variable("AVEPOINT_CHAOS_SEED", "1"),
        &variable("AVEPOINT_CHAOS_CALLS", "1500"),
        &[],
    );
    nothing_is_broken(&report);
    assert!(report.peak.is_none_or(|peak| peak < MEMORY), "{report}");
    // The servers did misbehave, and the calls did come to all their ends.
    let thorough = report.calls >= 10_000;
    let often = report.faults.values().all(|count| *count > 1);
    assert!(
        if thorough {
            report.faults.len() > 50 && often
        } else {
            report.faults.len() > 40
        },
        "{:?}",
        report.faults
    );
    // A call that is never sent tries nothing.
    assert!(!report.outcomes.contains_key("InvalidRequest"), "{:?}", report.outcomes);
    assert!(
        report.outcomes.len() > 8 && report.outcomes["Ok"] > report.calls / 4,
        "{:?}",
        report.outcomes
    );
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let [one, two, other] = ["7", "7", "8"].map(|seed| finish(command(seed, "100").arg("--plain"), &[]));
    assert_eq!(one.faults, two.faults);
    assert_eq!((one.requests, &one.outcomes), (two.requests, &two.outcomes));
    assert_ne!(one.faults, other.faults);
}

/// The harm that shows where a protection is off.
fn harm(protection: Protection) -> Violation {
    match protection {
        Protection::Redaction => Violation::SecretShown,
        Protection::WriteOnce => Violation::RepeatedWrite,
        Protection::Deadline => Violation::LateRequest,
        Protection::AnswerBound => Violation::ExcessBytes,
        Protection::WholeFiles => Violation::BadFile,
        Protection::OwnHost => Violation::SecretSent,
        Protection::PlainHttp => Violation::PlainHttpSent,
        Protection::PolicyAlone => Violation::ExcessRequest,
        Protection::RenewalPause => Violation::ExcessTokenRequest,
        Protection::ListEnd => Violation::Endless,
    }
}

#[test]
fn without_a_protection_its_harm_is_counted() {
    // Each takes a run of its own. Which operations a seed calls depends on how many there are, so that a harm may be
    // missing from one run.
    let next = AtomicUsize::new(0);
    let try_each = || {
        while let Some(protection) = Protection::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            assert!(
                (5..15).any(|seed| harms(*protection, seed) > 0),
                "without {protection:?}"
            );
        }
    };
    // Much of it they wait.
    thread::scope(|scope| {
        for _ in 0..2 * thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(try_each);
        }
    });
}

/// How often a run without a protection does the harm from which that protects.
fn harms(without: Protection, seed: u64) -> u64 {
    let mut command = command(&seed.to_string(), "250");
    command.args(["--without", &format!("{without:?}")]);
    // The HTTP library would repeat requests of itself in HTTP/2 alone.
    if without != Protection::PolicyAlone {
        command.arg("--plain");
    }
    finish(&mut command, &[]).count(harm(without))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_environment_sees_nothing_of_plain_http() {
    let (plain, tunnels) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (in_clear, through) = (Arc::clone(&plain), Arc::clone(&tunnels));
    let proxy = RawServer::start(move |request| {
        if request.method == "CONNECT" {
            through.fetch_add(1, Ordering::Relaxed);
            return Script::tunnel(request.path);
        }
        in_clear.fetch_add(1, Ordering::Relaxed);
        Script::answer(502, &[], "")
    })
    .await;
    let url = proxy.url();
    let names = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let report = tokio::task::spawn_blocking(move || run("3", "300", &names.map(|name| (name, url.as_str()))));
    let report = report.await.expect("a run");
    assert_eq!(plain.load(Ordering::Relaxed), 0);
    nothing_is_broken(&report);
    assert!(
        tunnels.load(Ordering::Relaxed) > 0,
        "the environment's proxy is used for https"
    );
}
