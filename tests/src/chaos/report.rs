//! What a run has counted.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Something that must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Violation {
    /// A request of a write that came after one which may have been carried out.
    RepeatedWrite,
    /// A secret in an error, an event, a span, a log line, a panic or a file's name.
    SecretShown,
    /// A secret sent to a host that it was not meant for.
    SecretSent,
    /// Plain http that went to another machine, or through a proxy.
    PlainHttpSent,
    /// A request over a connection whose certificate is not to be trusted.
    UntrustedServer,
    /// A file that is not exactly what the server has under this name, or that stayed behind without a name.
    BadFile,
    Panic,
    /// A call that never came to its end.
    Hung,
    /// A request that came when the time of its call was over.
    LateRequest,
    /// A request beyond those that the policy allows.
    ExcessRequest,
    /// A token request beyond those that a rejected token is worth.
    ExcessTokenRequest,
    /// Bytes of an answer that were taken beyond the bound.
    ExcessBytes,
    /// A good answer that was not read for one odd member, or a file that a server which resumes did not get across.
    LostAnswer,
    /// An entry of a list that was left out without an error.
    LostEntry,
    /// A page that was asked for after a list had ended or begun to turn in circles; a question about a job that has
    /// ended.
    Endless,
    /// An error that warns of a write of which nothing was sent.
    FalseWarning,
    /// An error of a write that may have been carried out and that does not say so.
    MissingWarning,
    /// An error that is not one line of readable length.
    UnreadableError,
}

impl Violation {
    /// All of them.
    pub const ALL: [Violation; 18] = [
        Violation::RepeatedWrite,
        Violation::SecretShown,
        Violation::SecretSent,
        Violation::PlainHttpSent,
        Violation::UntrustedServer,
        Violation::BadFile,
        Violation::Panic,
        Violation::Hung,
        Violation::LateRequest,
        Violation::ExcessRequest,
        Violation::ExcessTokenRequest,
        Violation::ExcessBytes,
        Violation::LostAnswer,
        Violation::LostEntry,
        Violation::Endless,
        Violation::FalseWarning,
        Violation::MissingWarning,
        Violation::UnreadableError,
    ];
}

/// How many violations of a kind are reported in words.
const EXAMPLES: usize = 5;

/// The longest of them, in characters.
const LONGEST: usize = 400;

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub seed: u64,
    pub calls: u64,
    /// What the servers did, and how often.
    pub faults: BTreeMap<String, u64>,
    /// How the calls ended.
    pub outcomes: BTreeMap<String, u64>,
    pub violations: BTreeMap<Violation, u64>,
    /// The first few of each kind.
    pub examples: BTreeMap<Violation, Vec<String>>,
    /// Requests in all.
    pub requests: u64,
    /// The most memory that the process has had, in bytes, where the system tells.
    pub peak: Option<u64>,
    /// How long the longest call has really taken, and which it was: on a busy machine all take long, and one that waits
    /// for nothing stands out.
    pub longest: (Duration, String),
}

impl Report {
    /// How often something happened that must not.
    pub fn count(&self, violation: Violation) -> u64 {
        self.violations.get(&violation).copied().unwrap_or(0)
    }

    pub(super) fn violation(&mut self, violation: Violation, times: u64, words: String) {
        *self.violations.entry(violation).or_default() += times;
        let examples = self.examples.entry(violation).or_default();
        if examples.len() < EXAMPLES {
            examples.push(line(&words));
        }
    }

    pub(super) fn took(&mut self, time: Duration, what: &str) {
        if time > self.longest.0 {
            self.longest = (time, line(what));
        }
    }
}

/// Words as one line.
fn line(words: &str) -> String {
    let line = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(LONGEST).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "seed {}: {} calls, {} requests",
            self.seed, self.calls, self.requests
        )?;
        if let Some(peak) = self.peak {
            writeln!(f, "peak of memory: {} MiB", peak / 1024 / 1024)?;
        }
        writeln!(f, "the longest call: {:.1?}, {}", self.longest.0, self.longest.1)?;
        for (title, counts) in [
            ("what the servers did", &self.faults),
            ("how the calls ended", &self.outcomes),
        ] {
            let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            writeln!(f, "{title}: {}", counts.join(", "))?;
        }
        writeln!(f, "what must not happen:")?;
        for violation in Violation::ALL {
            writeln!(f, "{:>9} {violation:?}", self.count(violation))?;
            for words in self.examples.get(&violation).into_iter().flatten() {
                writeln!(f, "          - {words}")?;
            }
        }
        Ok(())
    }
}
