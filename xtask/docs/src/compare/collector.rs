//! Collects what is found about one operation of a page, or about the page as a whole.

use std::collections::HashSet;

use super::codes::holder_of_codes;
use super::verdict;
use crate::field_path::split;
use crate::finding::{Class, Finding, Kind, Step};
use crate::spec::{Operation, Spec};

/// What every comparison of a run has at hand.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The API.
    pub api: &'c str,
    /// The spec.
    pub spec: &'c Spec,
}

/// The findings of one step, each about what the collector is turned to.
pub struct Collector<'r> {
    pub context: Context<'r>,
    step: Step,
    page: &'r str,
    /// `*` for what is said of all operations.
    operation: String,
    known: Option<&'r Operation>,
    /// The line in the spec of what belongs to no operation alone.
    pub shared_line: Option<usize>,
    pub findings: Vec<Finding>,
    /// What has been said of the operation.
    reported: HashSet<(Kind, String, String, String)>,
}

impl<'r> Collector<'r> {
    pub fn new(context: Context<'r>, step: Step) -> Self {
        Self {
            context,
            step,
            page: "",
            operation: "*".to_owned(),
            known: None,
            shared_line: None,
            findings: Vec::new(),
            reported: HashSet::new(),
        }
    }

    /// Turns to a page as a whole.
    pub fn turn_to_page(&mut self, page: &'r str) {
        self.turn_to(page, "*".to_owned(), None);
    }

    /// Turns to an operation by its name; that of the spec, if it has it.
    pub fn turn_to(&mut self, page: &'r str, operation: String, known: Option<&'r Operation>) {
        (self.page, self.operation, self.known, self.shared_line) = (page, operation, known, None);
        self.reported.clear();
    }

    /// Adds a difference: what there is on our side, what there is on the vendor's.
    pub fn add(&mut self, kind: Kind, place: &str, sides: (impl Into<String>, impl Into<String>), line: usize) {
        let spec_line = self.known.map(|known| spec_line(known, kind, place));
        self.add_at(kind, place, sides, line, spec_line.or(self.shared_line));
    }

    /// Adds a difference, if both sides say different things.
    pub fn compare(&mut self, kind: Kind, place: &str, sides: (impl Into<String>, impl Into<String>), line: usize) {
        let (was, is) = (sides.0.into(), sides.1.into());
        if was != is {
            self.add(kind, place, (was, is), line);
        }
    }

    /// Adds the difference between two lists of scopes, whose order says nothing.
    pub fn compare_scopes(&mut self, was: &[String], is: &[String], line: usize) {
        if was.iter().collect::<HashSet<_>>() != is.iter().collect() {
            self.add(Kind::Scopes, "scopes", (was.join(", "), is.join(", ")), line);
        }
    }

    /// Adds a difference that has a line of its own in the spec; once, since several tables of a page may say the same.
    pub fn add_at(
        &mut self,
        kind: Kind,
        place: &str,
        (was, is): (impl Into<String>, impl Into<String>),
        line: usize,
        spec_line: Option<usize>,
    ) {
        let (was, is) = (was.into(), is.into());
        if !self.reported.insert((kind, place.to_owned(), was.clone(), is.clone())) {
            return;
        }
        let Context { api, spec } = self.context;
        let mut finding = Finding {
            api: api.to_owned(),
            step: self.step,
            operation: self.operation.clone(),
            place: place.to_owned(),
            kind,
            class: Class::Documentation,
            was,
            is,
            page: self.page.to_owned(),
            line: line.max(1),
            remedy: String::new(),
            spec: spec_line.map(|line| spec.at(line)),
        };
        finding.class = verdict::class(&finding);
        finding.remedy = verdict::remedy(&finding, self.known.is_some() || self.operation == "*");
        self.findings.push(finding);
    }
}

/// A status as a fact.
pub fn status(status: Option<u16>) -> String {
    status.map_or_else(String::new, |status| status.to_string())
}

/// The line of what a finding speaks of: of its place, or of the nearest around it that the spec has.
pub fn spec_line(known: &Operation, kind: Kind, place: &str) -> usize {
    match kind {
        Kind::Scopes => return known.scopes_line,
        Kind::Status => return known.success.map_or(known.line, |(_, line)| line),
        _ => {}
    }
    let is_place = |place: &str| known.places.contains_key(place);
    let around = std::iter::successors(Some(place), |place| Some(split(place, is_place)?.0));
    let mut lines = around.filter_map(|place| {
        let (name, members) = known.find(place)?;
        let holder = holder_of_codes(members.first()?, name, known);
        holder
            .codes_line
            .filter(|_| kind.is_of_codes())
            .or(Some(members.first()?.line))
    });
    lines.next().unwrap_or(known.line)
}
