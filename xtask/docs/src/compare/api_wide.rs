//! What pages say of the whole API: hosts, statuses, and the endpoints that overviews list.

use super::collector::Collector;
use crate::endpoint::template;
use crate::facts::{Listed, Page};
use crate::finding::Kind;
use crate::spec::host_of;

/// The differences between what the pages say of the whole API and the spec.
pub fn compare<'c>(pages: &'c [Page], report: &mut Collector<'c>) {
    let spec = report.context.spec;
    let hosts = spec.hosts.iter().map(|known| (known.value.clone(), known.line));
    let statuses = spec.statuses.iter().map(|(status, line)| (status.to_string(), *line));
    for (kind, place, known, listed) in [
        (
            Kind::Host,
            "host",
            Vec::from_iter(hosts),
            listed(pages, |page| &page.hosts, api_host),
        ),
        (
            Kind::HttpStatus,
            "status",
            statuses.collect(),
            listed(pages, |page| &page.statuses, status),
        ),
    ] {
        for (page, value, line) in &listed {
            // The statuses of a success differ from operation to operation.
            let is_success = kind == Kind::HttpStatus && value.as_str() < "400";
            if !is_success && !known.iter().any(|(known, _)| known == value) {
                report.turn_to_page(page);
                report.add_at(kind, place, ("", value), *line, known.first().map(|(_, line)| *line));
            }
        }
        // What no page lists, as far as there is a list.
        let Some((page, _, line)) = listed.first() else {
            continue;
        };
        report.turn_to_page(page);
        for (value, at) in known {
            if !listed.iter().any(|(_, listed, _)| *listed == value) {
                report.add_at(kind, place, (value, ""), *line, Some(at));
            }
        }
    }
    for page in pages {
        report.turn_to_page(&page.page);
        endpoints(page, pages, report);
    }
}

type Values<'p> = Vec<(&'p str, String, usize)>;

/// What pages list: the page, the value, the line.
fn listed(pages: &[Page], of: fn(&Page) -> &[Listed], value: fn(&Listed) -> Option<String>) -> Values<'_> {
    let listed = pages
        .iter()
        .flat_map(|page| of(page).iter().map(move |one| (page, one)));
    listed
        .filter_map(|(page, one)| Some((page.page.as_str(), value(one)?, one.line)))
        .collect()
}

/// The host of the API that a page lists; those that only issue tokens are no servers of the spec.
fn api_host(listed: &Listed) -> Option<String> {
    host_of(&listed.value).filter(|host| !host.starts_with("identity") && !host.contains(['{', '}']))
}

/// The status that a page lists.
fn status(listed: &Listed) -> Option<String> {
    Some(listed.value.trim().parse::<u16>().ok()?.to_string())
}

/// The endpoints that a page only lists, of which no page describes the operation.
fn endpoints(page: &Page, pages: &[Page], report: &mut Collector) {
    for listed in &page.endpoints {
        // An endpoint may stand behind its method.
        let is_method = |word: &str| word.chars().all(|letter| letter.is_ascii_uppercase());
        let words = listed.value.trim().split_once(char::is_whitespace);
        let (method, path) = match words.filter(|(method, _)| is_method(method)) {
            Some((method, path)) => (Some(method), path.trim()),
            None => (None, listed.value.trim()),
        };
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
