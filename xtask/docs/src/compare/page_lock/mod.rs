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

use super::collector::{Collector, Context};
use super::operations::{Described, Side, name};
use crate::endpoint::template;
use crate::facts::{Operation, Page};
use crate::finding::{Finding, Kind, Step};

use matching::Unmatched;

/// What differs between the locked pages of an API and its pages as they are now, by page and line.
///
/// Pages that stand elsewhere are compared only if they are among the fresh ones.
pub fn page_lock(context: Context, locked: &Side, fresh: &Side) -> Vec<Finding> {
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

    let mut reports: Vec<Collector> = pairs.iter().map(|pair| pages::compare(context, pair)).collect();
    for ((from, was), (to, is)) in found {
        // What the spec has is known by its name there, as the page has it now or as it had it.
        let named = if is.spec.is_some() {
            is
        } else {
            Described { spec: was.spec, ..is }
        };
        let mut report = Collector::of(context, Step::PageLock, &named);
        if from != to {
            // It stands on another page now, while both pages are there.
            let sides = (&pairs[from].0.page, &pairs[to].1.page);
            report.add(Kind::PageMoved, "page", sides, is.documented.line);
        }
        compare_call(was.documented, is.documented, &mut report);
        rows::compare((was, is), &mut report);
        samples::compare((was.documented, is.documented), &mut report);
        reports.push(report);
    }
    for (_, gone) in left.was {
        let mut report = Collector::of(context, Step::PageLock, &gone);
        report.add(
            Kind::OperationRemoved,
            "operation",
            (name(gone.documented), ""),
            gone.documented.line,
        );
        reports.push(report);
    }
    for (_, new) in left.is {
        let mut report = Collector::of(context, Step::PageLock, &new);
        report.add(
            Kind::OperationAdded,
            "operation",
            ("", name(new.documented)),
            new.documented.line,
        );
        reports.push(report);
    }
    let mut findings: Vec<_> = reports.into_iter().flat_map(|report| report.findings).collect();
    for pair in &pairs {
        let names = [&pair.0.page, &pair.1.page];
        let is_about = |finding: &Finding| {
            names.contains(&&finding.page) || (finding.kind == Kind::PageMoved && finding.was == *names[0])
        };
        if !findings.iter().any(is_about) {
            findings.extend(pages::compare_wording(context, pair).findings);
        }
    }
    findings.sort_by(|one, other| (&one.page, one.line).cmp(&(&other.page, other.line)));
    findings
}

/// The operations of one side, each with the number of its page; not those of a page that was not read.
fn operations<'p>(side: &Side<'p>, pages: impl Iterator<Item = &'p Page>) -> Vec<(usize, Described<'p>)> {
    let numbers: HashMap<&str, usize> = pages.map(|page| page.page.as_str()).zip(0..).collect();
    let operations = side.operations.iter();
    operations
        .filter_map(|one| Some((*numbers.get(one.page.page.as_str())?, *one)))
        .collect()
}

/// Method, path, scopes and status.
fn compare_call(was: &Operation, is: &Operation, report: &mut Collector) {
    let status = |operation: &Operation| operation.success.map_or_else(String::new, |status| status.to_string());
    let mut add = |kind, place, sides: (String, String), line| {
        if sides.0 != sides.1 {
            report.add(kind, place, sides, line);
        }
    };
    add(Kind::Method, "method", (was.method.clone(), is.method.clone()), is.line);
    add(
        Kind::Endpoint,
        "endpoint",
        (was.endpoint.clone(), is.endpoint.clone()),
        is.line,
    );
    add(Kind::Status, "status", (status(was), status(is)), is.line);
    let line = is.scopes_line.unwrap_or(is.line);
    let sorted = |operation: &Operation| {
        let mut scopes = operation.scopes.clone();
        scopes.sort();
        scopes
    };
    // Their order says nothing.
    if sorted(was) != sorted(is) {
        add(
            Kind::Scopes,
            "scopes",
            (was.scopes.join(", "), is.scopes.join(", ")),
            line,
        );
    }
    let permissions = |operation: &Operation| {
        let endpoint = operation.scopes_endpoint.as_deref().unwrap_or(&operation.endpoint);
        format!("the permissions of {endpoint}")
    };
    // A permission table that stays as it is while the endpoint changes has not changed itself.
    let sides = (permissions(was), permissions(is));
    if was.scopes_endpoint != is.scopes_endpoint && sides.0 != sides.1 {
        report.add(Kind::PageWording, "scopes", sides, line);
    }
}
