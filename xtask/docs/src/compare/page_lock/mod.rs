//! Page → lock: what the vendor has changed since the pages were locked.
//!
//! Facts are matched from the outside in: pages, operations, tables, rows. What has another name is recognised by what
//! stands around it or in it, so that one change of the vendor's is one finding. That a fact stands on another line is
//! no change.

mod matching;
mod pages;
mod rows;
mod samples;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::collector::{Collector, Context, spec_line, status};
use super::match_operations::{Described, MatchedPages, name};
use crate::endpoint::template;
use crate::facts::{Operation, Page};
use crate::finding::{Finding, Kind, Step};
use crate::placement::placed;

use matching::Unmatched;
use pages::PagePair;
pub use pages::matched;
pub use rows::row_text;

/// What differs between the locked pages of an API and its pages as they are now, by page and line.
///
/// Pages that stand elsewhere are compared only if they are among the fresh ones.
pub fn page_lock<'c>(context: Context<'c>, locked: &'c MatchedPages, fresh: &'c MatchedPages) -> Vec<Finding> {
    let pairs = pages::matched(locked.pages, fresh.pages);
    let mut left = Unmatched::new(
        operations(locked, pairs.iter().map(|pair| pair.0)),
        operations(fresh, pairs.iter().map(|pair| pair.1)),
    );
    let mut found = left.match_similar(|(page, one)| (page, name(one.documented)));
    found.extend(left.match_similar(|(_, one)| name(one.documented)));
    found.extend(left.match_similar(|(page, one)| (page, &one.documented.method, template(&one.documented.endpoint))));
    found.extend(left.match_similar(|(page, one)| (page, one.documented.endpoint.as_str())));
    found.extend(left.match_last(|(page, _)| page, |_, _| true));
    // What the spec has as one operation is one, though page and path have changed.
    let in_spec = |(_, one): (usize, Described<'c>)| one.spec.map(std::ptr::from_ref);
    found.extend(left.match_last(in_spec, |was, _| in_spec(was).is_some()));

    let mut report = Collector::new(context, Step::PageLock);
    for pair in &pairs {
        report.turn_to_page(pages::name(pair));
        report.shared_line = codes_line(pair, [locked, fresh]);
        pages::compare(pair, &mut report);
    }
    let moves = pairs
        .iter()
        .map(|(was, is)| (was.page.as_str(), is.page.as_str()))
        .collect();
    for ((from, was), (to, is)) in found {
        // What the spec has is known by its name there, as the page has it now or as it had it.
        let spec = is.spec.or(was.spec);
        report.turn_to(&is.page.page, Described { spec, ..is }.name(), spec);
        if from != to {
            // It stands on another page now, while both pages are there.
            let sides = (&pairs[from].0.page, &pairs[to].1.page);
            report.add(Kind::PageMoved, "page", sides, is.documented.line);
        }
        compare_call(was.documented, is.documented, &mut report);
        let before = report.findings.len();
        rows::compare((was, is), &moves, &mut report);
        samples::compare((was.documented, is.documented), before, &mut report);
    }
    let gone = left
        .was
        .iter()
        .map(|(_, gone)| (Kind::OperationRemoved, gone, name(gone.documented), String::new()));
    let new = left
        .is
        .iter()
        .map(|(_, new)| (Kind::OperationAdded, new, String::new(), name(new.documented)));
    for (kind, one, was, is) in gone.chain(new) {
        report.turn_to(&one.page.page, one.name(), one.spec);
        report.add(kind, "operation", (was, is), one.documented.line);
    }
    for pair in &pairs {
        let names = [&pair.0.page, &pair.1.page];
        let is_about = |finding: &Finding| {
            names.contains(&&finding.page) || (finding.kind == Kind::PageMoved && finding.was == *names[0])
        };
        if !report.findings.iter().any(is_about) {
            report.turn_to_page(pages::name(pair));
            pages::compare_wording(pair, &mut report);
        }
    }
    let mut findings = report.findings;
    findings.sort_by(|one, other| (&one.page, one.line).cmp(&(&other.page, other.line)));
    findings
}

/// The line in the spec of the codes that a page lists: those of a row that refers to it.
fn codes_line((was, is): &PagePair, sides: [&MatchedPages; 2]) -> Option<usize> {
    if was.codes == is.codes {
        return None;
    }
    let operations = sides.into_iter().flat_map(|side| &side.operations);
    let mut lines = operations.filter_map(|one| {
        let known = one.spec?;
        let rows = placed(one.documented, one.spec);
        let row = rows.iter().find(|placed| {
            let page = placed.row.codes_page.as_ref();
            page.is_some_and(|page| [&was.page, &is.page].contains(&page))
        })?;
        Some(spec_line(known, Kind::CodesPage, &row.place))
    });
    lines.next()
}

/// The operations of one side, each with the number of its page; not those of a page that was not read.
fn operations<'p>(side: &MatchedPages<'p>, pages: impl Iterator<Item = &'p Page>) -> Vec<(usize, Described<'p>)> {
    let numbers: HashMap<&str, usize> = pages.map(|page| page.page.as_str()).zip(0..).collect();
    let operations = side.operations.iter();
    operations
        .filter_map(|one| Some((*numbers.get(one.page.page.as_str())?, *one)))
        .collect()
}

/// Method, path, scopes and status.
fn compare_call(was: &Operation, is: &Operation, report: &mut Collector) {
    let line = is.scopes_line.unwrap_or(is.line);
    report.compare(Kind::Method, "method", (&was.method, &is.method), is.line);
    report.compare(Kind::Endpoint, "endpoint", (&was.endpoint, &is.endpoint), is.line);
    report.compare(
        Kind::Status,
        "status",
        (status(was.success), status(is.success)),
        is.line,
    );
    report.compare_scopes(&was.scopes, &is.scopes, line);
    let permissions = |operation: &Operation| {
        let endpoint = operation.scopes_endpoint.as_deref().unwrap_or(&operation.endpoint);
        format!("the permissions of {endpoint}")
    };
    // A permission table that stays as it is while the endpoint changes has not changed itself.
    if was.scopes_endpoint != is.scopes_endpoint {
        report.compare(Kind::PageWording, "scopes", (permissions(was), permissions(is)), line);
    }
}
