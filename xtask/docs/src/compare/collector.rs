//! Collects what is found about one operation of a page, or about the page as a whole.

use std::collections::HashSet;

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

/// The findings of one step about one operation of one page.
pub struct Collector<'r> {
    pub context: Context<'r>,
    step: Step,
    page: &'r str,
    /// `*` for what is said of all operations.
    operation: String,
    known: Option<&'r Operation>,
    pub findings: Vec<Finding>,
    reported: HashSet<(Kind, String, String, String)>,
}

impl<'r> Collector<'r> {
    /// About a page as a whole.
    pub fn new(context: Context<'r>, step: Step, page: &'r str) -> Self {
        Self {
            context,
            step,
            page,
            operation: "*".to_owned(),
            known: None,
            findings: Vec::new(),
            reported: HashSet::new(),
        }
    }

    /// About an operation of a page.
    pub fn of(context: Context<'r>, step: Step, described: &Described<'r>) -> Self {
        Self {
            operation: described.name(),
            known: described.spec,
            ..Self::new(context, step, &described.page.page)
        }
    }

    /// About an operation that no page describes.
    pub fn about(context: Context<'r>, step: Step, known: &'r Operation) -> Self {
        Self {
            operation: known.name(),
            known: Some(known),
            ..Self::new(context, step, known.page.as_deref().unwrap_or_default())
        }
    }

    /// Adds a difference: what there is on our side, what there is on the vendor's.
    pub fn add(&mut self, kind: Kind, place: &str, sides: (impl Into<String>, impl Into<String>), line: usize) {
        let spec_line = self.known.map(|known| spec_line(known, kind, place));
        self.add_at(kind, place, sides, line, spec_line);
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
            remedy: verdict::remedy(self.step, kind, api, &self.operation, place, &was, &is),
            was,
            is,
            page: self.page.to_owned(),
            line: line.max(1),
            spec: spec_line.map(|line| spec.at(line)),
        });
    }
}

/// The line of what a finding speaks of: of its place, or of the nearest around it that the spec has.
fn spec_line(known: &Operation, kind: Kind, place: &str) -> usize {
    match kind {
        Kind::Scopes => return known.scopes_line,
        Kind::Status => return known.success.map_or(known.line, |(_, line)| line),
        _ => {}
    }
    let mut around = Some(place);
    while let Some(place) = around {
        if let Some(member) = known.find(place).and_then(|(_, members)| members.first()) {
            return member.line;
        }
        around = split(place, |place| known.places.contains_key(place)).map(|(around, _)| around);
    }
    known.line
}
