//! Thousands of calls against servers that misbehave, and counts of what must never happen.
//!
//! What goes wrong is a function of the seed, the call, the request and how often it came before: the same seed gives
//! the same faults, however the calls are scheduled. Time is each call's own: it passes when the client waits by its
//! clock, and when a server is slow, and costs nothing.

mod calls;
mod capture;
mod fault;
mod plan;
mod report;
mod run_state;
mod secrets;
mod secure;
mod service;
mod storms;
mod zip;

use std::hash::{DefaultHasher, Hash, Hasher};

pub use report::{Report, Violation};

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    pub calls: u64,
    /// Whether no calls are made over TLS and HTTP/2, which take longer than a thousand others.
    pub plain: bool,
}

/// Makes a run.
pub async fn run(options: &Options) -> Report {
    calls::run(options).await
}

/// Chance that depends on nothing but these parts.
fn chance(parts: impl Hash) -> fastrand::Rng {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    fastrand::Rng::with_seed(hasher.finish())
}

/// One of these.
fn pick<T: Clone>(chance: &mut fastrand::Rng, of: &[T]) -> T {
    of[chance.usize(..of.len())].clone()
}
