//! Collects what is found about one operation of a page, or about the page as a whole.

use std::collections::HashSet;

use xtask_cli::printable;

use super::codes::holder_of_codes;
use super::operations::Described;
use super::verdict;
use crate::finding::{Finding, Kind, Step};
use crate::notation::split;
use crate::spec::{Operation, Spec};

/// What every comparison of a run has at hand.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The API.
    pub api: &'c str,
    /// The spec.
    pub spec: &'c Spec,
}

/// How an operation is called.
pub struct Call<'c> {
    pub method: &'c str,
    pub path: &'c str,
    pub scopes: &'c [String],
    pub success: Option<u16>,
}

/// The findings of one step about one operation of one page.
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
    reported: HashSet<(Kind, String, String, String)>,
}

impl<'r> Collector<'r> {
    /// About a page as a whole.
    pub fn new(context: Context<'r>, step: Step, page: &'r str) -> Self {
        Self::about(context, step, page, "*".to_owned(), None)
    }

    /// About an operation that a page describes.
    pub fn of(context: Context<'r>, step: Step, described: &Described<'r>) -> Self {
        Self::about(context, step, &described.page.page, described.name(), described.spec)
    }

    /// About an operation by its name; that of the spec, if it has it.
    pub fn about(
        context: Context<'r>,
        step: Step,
        page: &'r str,
        operation: String,
        known: Option<&'r Operation>,
    ) -> Self {
        Self {
            context,
            step,
            page,
            operation,
            known,
            shared_line: None,
            findings: Vec::new(),
            reported: HashSet::new(),
        }
    }

    /// Adds a difference: what there is on our side, what there is on the vendor's.
    pub fn add(&mut self, kind: Kind, place: &str, sides: (impl Into<String>, impl Into<String>), line: usize) {
        let spec_line = self
            .known
            .map(|known| spec_line(known, kind, place))
            .or(self.shared_line);
        self.add_at(kind, place, sides, line, spec_line);
    }

    /// Adds a difference, if both sides say different things.
    pub fn compare(&mut self, kind: Kind, place: &str, sides: (impl Into<String>, impl Into<String>), line: usize) {
        let (was, is) = (sides.0.into(), sides.1.into());
        if was != is {
            self.add(kind, place, (was, is), line);
        }
    }

    /// Adds the differences between two calls.
    pub fn compare_calls(&mut self, was: &Call, is: &Call, line: usize, scopes_line: usize) {
        let status = |call: &Call| call.success.map_or_else(String::new, |status| status.to_string());
        self.compare(Kind::Method, "method", (was.method, is.method), line);
        self.compare(Kind::Endpoint, "endpoint", (was.path, is.path), line);
        self.compare(Kind::Status, "status", (status(was), status(is)), line);
        // Their order says nothing.
        if was.scopes.iter().collect::<HashSet<_>>() != is.scopes.iter().collect() {
            self.add(
                Kind::Scopes,
                "scopes",
                (was.scopes.join(", "), is.scopes.join(", ")),
                scopes_line,
            );
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
        self.findings.push(Finding {
            api: api.to_owned(),
            step: self.step,
            operation: self.operation.clone(),
            place: place.to_owned(),
            kind,
            class: verdict::class(self.step, kind, place, &was, &is),
            remedy: {
                // A remedy has lines of its own: what comes from a page begins none.
                let [operation, place, was, is] = [&self.operation, place, &was, &is].map(printable);
                verdict::remedy(self.step, kind, api, &operation, &place, &was, &is)
            },
            was,
            is,
            page: self.page.to_owned(),
            line: line.max(1),
            spec: spec_line.map(|line| spec.at(line)),
        });
    }
}

/// The line of what a finding speaks of: of its place, or of the nearest around it that the spec has.
pub fn spec_line(known: &Operation, kind: Kind, place: &str) -> usize {
    match kind {
        Kind::Scopes => return known.scopes_line,
        Kind::Status => return known.success.map_or(known.line, |(_, line)| line),
        _ => {}
    }
    let mut around = Some(place);
    while let Some(place) = around {
        if let Some((name, [member, ..])) = known.find(place) {
            let holder = holder_of_codes(member, name, known);
            return holder.codes_line.filter(|_| kind.is_of_codes()).unwrap_or(member.line);
        }
        around = split(place, |place| known.places.contains_key(place)).map(|(around, _)| around);
    }
    known.line
}
