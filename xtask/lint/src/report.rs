//! What a rule has found, and where.

use std::fmt;

pub use xtask_cli::counted;
use xtask_spec::document::{Document, MARK};

/// Something wrong in a spec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where, from 1.
    pub line: usize,
    /// Which rule says so, in kebab-case.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}; {}", self.line, self.rule, self.message, self.remedy)
    }
}

/// The problems as they are found.
pub struct Report<'d> {
    pub document: &'d Document,
    problems: Vec<Problem>,
}

impl<'d> Report<'d> {
    pub fn new(document: &'d Document) -> Self {
        Self {
            document,
            problems: Vec::new(),
        }
    }

    /// Whether nothing has been found so far.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes a problem at a place, or at a JSON pointer.
    pub fn add(
        &mut self,
        rule: &'static str,
        at: impl AsRef<str>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add_at(self.document.line(at.as_ref()), rule, message, remedy);
    }

    /// Notes every place that a scaffold left to a person.
    pub fn add_undecided(&mut self) {
        let message = format!("`{MARK}` marks what is still to decide");
        for line in &self.document.undecided {
            self.add_at(*line, "scaffold", &message, "decide it, and delete the mark");
        }
    }

    /// Notes a problem on a line.
    pub fn add_at(&mut self, line: usize, rule: &'static str, message: impl Into<String>, remedy: impl Into<String>) {
        let (message, remedy) = (message.into(), remedy.into());
        self.problems.push(Problem {
            line,
            rule,
            message,
            remedy,
        });
    }

    /// The problems by line. A component that several operations use is found several times, and reported once.
    pub fn finish(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }
}
