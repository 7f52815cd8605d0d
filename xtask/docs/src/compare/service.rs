//! What pages say of the whole API: hosts, statuses, and the endpoints that overviews list.

use super::collector::{Collector, Context};
use crate::endpoint::template;
use crate::facts::{Listed, Page};
use crate::finding::{Finding, Kind, Step};
use crate::spec::host_of;

/// The differences between what the pages say of the whole API and the spec.
pub fn compare(context: Context, pages: &[Page]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let spec = context.spec;
    let hosts = spec.hosts.iter().map(|known| (known.value.clone(), known.line));
    let statuses = spec.statuses.iter().map(|(status, line)| (status.to_string(), *line));
    let of_hosts = listed(pages, |page| &page.hosts, api_host);
    let of_statuses = listed(pages, |page| &page.statuses, status);
    for (kind, place, known, listed) in [
        (Kind::Host, "host", Vec::from_iter(hosts), of_hosts),
        (Kind::HttpStatus, "status", statuses.collect(), of_statuses),
    ] {
        let mut add = |page: &Page, sides: (&str, &str), line: usize, spec_line: Option<usize>| {
            let mut report = Collector::new(context, Step::LockSpec, &page.page);
            report.add_at(kind, place, sides, line, spec_line);
            findings.extend(report.findings);
        };
        for (page, value, line) in &listed {
            // The statuses of a success differ from operation to operation.
            let is_success = kind == Kind::HttpStatus && value.as_str() < "400";
            if !is_success && !known.iter().any(|(known, _)| known == value) {
                add(page, ("", value), *line, known.first().map(|(_, line)| *line));
            }
        }
        // What no page lists, as far as there is a list.
        if let Some((page, _, line)) = listed.first() {
            for (value, at) in &known {
                if !listed.iter().any(|(_, listed, _)| listed == value) {
                    add(page, (value, ""), *line, Some(*at));
                }
            }
        }
    }
    for page in pages {
        let mut report = Collector::new(context, Step::LockSpec, &page.page);
        endpoints(page, pages, &mut report);
        findings.extend(report.findings);
    }
    findings
}

/// What pages list: the page, the value, the line.
fn listed(
    pages: &[Page],
    of: fn(&Page) -> &[Listed],
    value: fn(&Listed) -> Option<String>,
) -> Vec<(&Page, String, usize)> {
    let listed = pages
        .iter()
        .flat_map(|page| of(page).iter().map(move |one| (page, one)));
    listed
        .filter_map(|(page, one)| Some((page, value(one)?, one.line)))
        .collect()
}

/// The host of the API that a page lists; those that only issue tokens are no servers of the spec.
fn api_host(listed: &Listed) -> Option<String> {
    host_of(&listed.value).filter(|host| !host.starts_with("identity") && !host.contains(['{', '}']))
}

/// The status that a page lists.
fn status(listed: &Listed) -> Option<String> {
    let status = listed.value.trim().parse::<u16>().ok();
    status.map(|status| status.to_string())
}

/// The endpoints that a page only lists, of which no page describes the operation.
fn endpoints(page: &Page, pages: &[Page], report: &mut Collector) {
    for listed in &page.endpoints {
        let (method, path) = method_and_path(&listed.value);
        let wanted = template(path);
        let is_described = pages.iter().flat_map(|page| &page.operations).any(|operation| {
            template(&operation.endpoint) == wanted && method.is_none_or(|method| operation.method == method)
        });
        if !is_described {
            let mut known = report.context.spec.operations.iter();
            let known = known.find(|operation| template(&operation.path) == wanted);
            let path = known.map(|operation| operation.path.clone()).unwrap_or_default();
            report.add(Kind::ListedEndpoint, "endpoint", (path, &listed.value), listed.line);
        }
    }
}

/// A listed endpoint, which may stand behind its method.
fn method_and_path(listed: &str) -> (Option<&str>, &str) {
    let listed = listed.trim();
    match listed.split_once(char::is_whitespace) {
        Some((method, path)) if method.chars().all(|letter| letter.is_ascii_uppercase()) => (Some(method), path.trim()),
        _ => (None, listed),
    }
}
