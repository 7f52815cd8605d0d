//! Page → lock: what the vendor has changed since the pages were locked.
//!
//! Facts are matched from the outside in: pages, operations, tables, rows. What has another name is recognised by what
//! stands around it or in it, so that one change of the vendor's is one finding. That a fact stands on another line is
//! no change.

mod matching;
mod operations;
mod pages;
mod rows;
mod samples;
#[cfg(test)]
mod tests;

use crate::endpoint::template;
use crate::facts::{Operation, Page};
use crate::finding::{Class, Finding, Kind, Step};

use matching::Unmatched;

/// What differs between the locked pages of an API and its pages as they are now, by page and line.
///
/// Pages that stand elsewhere are compared only if they are among the fresh ones.
pub fn page_lock(api: &str, locked: &[Page], fresh: &[Page]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pairs = pages::matched(locked, fresh);
    let was = pairs.iter().map(|pair| pair.0);
    let is = pairs.iter().map(|pair| pair.1);
    for pair in &pairs {
        pages::compare(*pair, &mut Changes::new(api, pair, &mut findings));
    }
    let mut left = Unmatched::new(operations(was), operations(is));
    let mut found = left.match_similar(|(page, operation)| (page, name(operation)));
    found.extend(left.match_similar(|(_, operation)| name(operation)));
    found.extend(left.match_similar(|(page, operation)| (page, &operation.method, template(&operation.endpoint))));
    found.extend(left.match_similar(|(page, operation)| (page, operation.endpoint.as_str())));
    found.extend(left.match_last(|(page, _)| page, |_, _| true));
    for ((from, was), (to, is)) in found {
        let mut changes = Changes::new(api, &pairs[to], &mut findings);
        if from != to {
            // It stands on another page now, while both pages are there.
            changes.operation = name(was);
            let sides = (&pairs[from].0.page, &pairs[to].1.page);
            changes.add(Kind::PageMoved, Class::Documentation, "page", sides, is.line);
        }
        operations::compare(was, is, &mut changes);
    }
    for (page, gone) in left.was {
        let mut changes = Changes::new(api, &pairs[page], &mut findings);
        changes.operation = name(gone);
        changes.add(
            Kind::OperationRemoved,
            Class::Breaking,
            "operation",
            (name(gone), ""),
            gone.line,
        );
    }
    for (page, new) in left.is {
        let mut changes = Changes::new(api, &pairs[page], &mut findings);
        changes.operation = name(new);
        changes.add(
            Kind::OperationAdded,
            Class::Additive,
            "operation",
            ("", name(new)),
            new.line,
        );
    }
    for pair in &pairs {
        let [was, is] = [&pair.0.page, &pair.1.page];
        let is_about = |finding: &Finding| {
            [was, is].contains(&&finding.page) || (finding.kind == Kind::PageMoved && finding.was == *was)
        };
        if !findings.iter().any(is_about) {
            pages::compare_wording(*pair, &mut Changes::new(api, pair, &mut findings));
        }
    }
    findings.sort_by(|one, other| (&one.page, one.line).cmp(&(&other.page, other.line)));
    findings
}

/// The operations of pages, each with the number of its page.
fn operations<'a>(pages: impl Iterator<Item = &'a Page>) -> impl Iterator<Item = (usize, &'a Operation)> {
    let pages = pages.enumerate();
    pages.flat_map(|(number, page)| page.operations.iter().map(move |operation| (number, operation)))
}

/// Method and path of an operation, the path with its first slash.
pub(super) fn name(operation: &Operation) -> String {
    format!(
        "{} /{}",
        operation.method,
        operation.endpoint.trim().trim_start_matches('/')
    )
}

/// The changes of one page as they are found.
struct Changes<'f> {
    api: &'f str,
    page: &'f str,
    /// The operation that is looked at; `*` for the page as a whole.
    operation: String,
    findings: &'f mut Vec<Finding>,
}

impl<'f> Changes<'f> {
    fn new(api: &'f str, (was, is): &pages::PagePair<'f>, findings: &'f mut Vec<Finding>) -> Self {
        let page = if is.page.is_empty() { &was.page } else { &is.page };
        Self {
            api,
            page,
            operation: "*".to_owned(),
            findings,
        }
    }

    /// Notes a change.
    fn add<W: Into<String>, I: Into<String>>(
        &mut self,
        kind: Kind,
        class: Class,
        place: &str,
        (was, is): (W, I),
        line: usize,
    ) {
        let (was, is) = (was.into(), is.into());
        let remedy = remedy(self.api, &self.operation, kind, class, place, &was, &is);
        self.findings.push(Finding {
            api: self.api.to_owned(),
            step: Step::PageLock,
            operation: self.operation.clone(),
            place: place.to_owned(),
            kind,
            class,
            was,
            is,
            page: self.page.to_owned(),
            line,
            remedy,
            spec: None,
        });
    }
}

/// What to do about a change.
fn remedy(api: &str, operation: &str, kind: Kind, class: Class, place: &str, was: &str, is: &str) -> String {
    let spec = format!("specs/{api}/openapi.yaml");
    // The codes of a page that is a list of codes belong to no operation.
    let codes = match operation {
        "*" => "every `enum` of these codes".to_owned(),
        _ => format!("the `enum` of `{place}` of {operation}"),
    };
    let edit = match kind {
        Kind::PageMoved => format!("let `externalDocs.url` in {spec} name the new page"),
        Kind::PageWording => format!("read the page, and see whether the descriptions in {spec} are still true"),
        Kind::OperationAdded => {
            format!("write it into {spec}; `cargo xtask docs scaffold --docs DIR PAGE` makes a draft")
        }
        Kind::OperationRemoved => {
            format!("mark {operation} as `deprecated` in {spec}, or delete it if the service no longer has it")
        }
        Kind::Host => format!("see that the `servers` in {spec} name every host that is listed"),
        Kind::HttpStatus => format!("see that the responses in {spec} cover every status that is listed"),
        Kind::ListedEndpoint => format!("see that {spec} has what the overview lists"),
        Kind::Endpoint | Kind::Method => format!("move {operation} in {spec} to where the page has it"),
        Kind::Scopes => format!("let `security` of {operation} in {spec} name the page's scopes"),
        Kind::Status => format!("let {operation} in {spec} answer with the page's status"),
        Kind::MemberAdded => format!("add `{place}` to {operation} in {spec}"),
        Kind::MemberRemoved => format!("delete `{place}` of {operation} in {spec}, if the service no longer knows it"),
        Kind::MemberRenamed => format!("rename `{place}` of {operation} in {spec} to `{is}`"),
        Kind::CodeAdded => format!("add the code {is} to {codes} in {spec}"),
        Kind::CodeRemoved => format!("delete the code {was} from {codes} in {spec}, if the service no longer has it"),
        Kind::CodeLabel => format!("see whether {codes} in {spec} still names the code {was} well"),
        _ if class == Class::Documentation => {
            format!("see whether `{place}` of {operation} in {spec} still says the same as the page")
        }
        _ => format!("change `{place}` of {operation} in {spec} to what the page says now"),
    };
    format!("run `cargo xtask docs lock --docs DIR`, then {edit}")
}
