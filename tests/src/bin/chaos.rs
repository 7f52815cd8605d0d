//! Makes a run of calls against servers that misbehave, and tells what it has counted; the last line is the same as
//! JSON. It is a program of its own so that a run has its memory, its panics and its environment to itself.

use avepoint_core::protection::Protection;
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
    /// Leaves those over TLS and HTTP/2 out, which take longer than a thousand others.
    #[arg(long)]
    plain: bool,
    /// Switches a protection off, to see that its harm is counted.
    #[arg(long, value_parser = protection)]
    without: Option<Protection>,
}

fn protection(name: &str) -> Result<Protection, String> {
    let mut all = Protection::ALL.into_iter();
    let found = all.find(|protection| format!("{protection:?}") == name);
    found.ok_or_else(|| format!("the protections are {:?}", Protection::ALL))
}

#[tokio::main]
async fn main() {
    let Arguments {
        seed,
        calls,
        plain,
        without,
    } = Arguments::parse();
    println!("seed {seed}, {calls} calls");
    if let Some(protection) = without {
        println!("without {protection:?}");
        protection.switch_off();
    }
    let report = run(&Options { seed, calls, plain }).await;
    println!("{report}");
    println!("{}", serde_json::to_string(&report).expect("a report can be written"));
}
