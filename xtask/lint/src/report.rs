//! What a rule has found, and where.

use std::fmt;

use xtask_spec::document::{Document, Fault, MARK};

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
        let Self {
            line,
            rule,
            message,
            remedy,
        } = self;
        write!(out, "{line}: {rule}: {message}; {remedy}")
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

    /// Notes a problem at a JSON pointer.
    pub fn add(&mut self, rule: &'static str, pointer: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem {
            line: self.document.line(pointer),
            rule,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Notes every place that a scaffold left to a person.
    pub fn add_undecided(&mut self) {
        let problems = self.document.undecided.iter().map(|line| Problem {
            line: *line,
            rule: "scaffold",
            message: format!("`{MARK}` marks what is still to decide"),
            remedy: "decide it, and delete the mark".to_owned(),
        });
        self.problems.extend(problems);
    }

    /// Notes what reading the document as a type complained about.
    pub fn add_fault(&mut self, rule: &'static str, fault: &Fault) {
        self.problems.push(Problem {
            line: fault.line,
            rule,
            message: fault.message.clone(),
            remedy: fault.remedy.clone().into_owned(),
        });
    }

    /// The problems by line. A component that several operations use is found several times, and reported once.
    pub fn finish(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }
}

/// `1 problem`, `2 problems`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
