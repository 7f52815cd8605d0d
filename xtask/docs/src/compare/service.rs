//! What pages say of the whole API: hosts, statuses, and the endpoints that overviews list.

use std::collections::BTreeSet;

use super::Report;
use crate::endpoint::template;
use crate::facts::{Listed, Page};
use crate::finding::{Finding, Kind, Step};
use crate::spec::{Spec, host_of};

/// The operation of a finding about all of them.
const ALL: &str = "*";

/// The differences between what the pages say of the whole API and the spec.
pub fn compare(api: &str, pages: &[Page], spec: &Spec) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in pages {
        let mut report = Report::new(api, Step::LockSpec, ALL.to_owned(), &page.page);
        hosts(page, spec, &mut report);
        statuses(page, spec, &mut report);
        endpoints(page, pages, spec, &mut report);
        findings.append(&mut report.findings);
    }
    findings.extend(unlisted(api, pages, spec));
    findings
}

fn hosts(page: &Page, spec: &Spec, report: &mut Report) {
    for (host, line) in page.hosts.iter().filter_map(api_host) {
        if !spec.hosts.iter().any(|known| known.value == host) {
            report.add(
                Kind::Host,
                "host",
                (host, ""),
                line,
                spec.hosts.first().map(|known| spec.at(known.line)),
            );
        }
    }
}

/// The host of the API that a page lists; those that only issue tokens are no servers of the spec.
fn api_host(listed: &Listed) -> Option<(String, usize)> {
    let host = host_of(&listed.value)?;
    let serves = !host.starts_with("identity") && !host.contains(['{', '}']);
    serves.then_some((host, listed.line))
}

fn statuses(page: &Page, spec: &Spec, report: &mut Report) {
    for listed in &page.statuses {
        let status = listed.value.trim().parse::<u16>().ok().filter(|status| *status >= 400);
        if let Some(status) = status.filter(|status| !spec.statuses.contains_key(status)) {
            report.add(
                Kind::HttpStatus,
                "status",
                (status.to_string(), ""),
                listed.line,
                spec.statuses.values().next().map(|line| spec.at(*line)),
            );
        }
    }
}

fn endpoints(page: &Page, pages: &[Page], spec: &Spec, report: &mut Report) {
    for listed in &page.endpoints {
        let (method, path) = method_and_path(&listed.value);
        let wanted = template(path);
        let is_described = pages.iter().flat_map(|page| &page.operations).any(|operation| {
            template(&operation.endpoint) == wanted && method.is_none_or(|method| operation.method == method)
        });
        if !is_described {
            report.add(
                Kind::ListedEndpoint,
                "endpoint",
                (
                    listed.value.clone(),
                    spec.operations
                        .iter()
                        .find(|operation| template(&operation.path) == wanted)
                        .map(|operation| operation.path.clone())
                        .unwrap_or_default(),
                ),
                listed.line,
                None,
            );
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

/// Hosts and statuses of the spec that no page lists, as far as there is a list.
fn unlisted(api: &str, pages: &[Page], spec: &Spec) -> Vec<Finding> {
    let mut findings = Vec::new();
    let hosts: BTreeSet<_> = pages.iter().flat_map(|page| &page.hosts).filter_map(api_host).collect();
    let hosts: BTreeSet<_> = hosts.into_iter().map(|(host, _)| host).collect();
    let statuses: BTreeSet<_> = pages
        .iter()
        .flat_map(|page| &page.statuses)
        .filter_map(|listed| listed.value.trim().parse::<u16>().ok())
        .collect();
    let of_hosts = pages.iter().find_map(|page| Some((page, page.hosts.first()?.line)));
    let of_statuses = pages.iter().find_map(|page| Some((page, page.statuses.first()?.line)));
    if let Some((page, line)) = of_hosts.filter(|_| !hosts.is_empty()) {
        let mut report = Report::new(api, Step::LockSpec, ALL.to_owned(), &page.page);
        for known in spec.hosts.iter().filter(|known| !hosts.contains(&known.value)) {
            report.add(
                Kind::Host,
                "host",
                ("", known.value.clone()),
                line,
                Some(spec.at(known.line)),
            );
        }
        findings.append(&mut report.findings);
    }
    if let Some((page, line)) = of_statuses {
        let mut report = Report::new(api, Step::LockSpec, ALL.to_owned(), &page.page);
        for (status, at) in spec.statuses.iter().filter(|(status, _)| !statuses.contains(status)) {
            report.add(
                Kind::HttpStatus,
                "status",
                ("", status.to_string()),
                line,
                Some(spec.at(*at)),
            );
        }
        findings.append(&mut report.findings);
    }
    findings
}
