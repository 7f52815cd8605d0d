//! Makes a run of calls against servers that misbehave, and tells what it has counted; the last line is the same as
//! JSON. It is a program of its own so that a run has its memory, its panics and its environment to itself.

use avepoint_tests::chaos::{Options, run};
use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// The same seed gives the same faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many calls are made, beside those over TLS and HTTP/2.
    #[arg(long, default_value_t = 10_000)]
    calls: u64,
}

#[tokio::main]
async fn main() {
    let Arguments { seed, calls } = Arguments::parse();
    println!("seed {seed}, {calls} calls");
    let report = run(&Options { seed, calls }).await;
    println!("{report}");
    println!("{}", serde_json::to_string(&report).expect("a report can be written"));
}
