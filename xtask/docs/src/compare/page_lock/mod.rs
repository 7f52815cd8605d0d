//! Page → lock: what the vendor has changed since the pages were locked.
//!
//! Facts are matched from the outside in: pages, operations, tables, rows. What has another name is recognised by what
//! stands around it or in it, so that one change of the vendor's is one finding. That a fact stands on another line is
//! no change.

mod operations;
mod pages;
mod pairs;
mod place;
mod rows;
mod samples;
mod tables;
#[cfg(test)]
mod tests;

use crate::facts::{Operation, Page};
use crate::finding::{Class, Finding, Kind, Step};
use crate::lock::Lock;

pub(super) use operations::name;
use pages::PagePair;

/// What differs between the lock of an API and its pages as they are now, by page and line.
///
/// Pages that stand elsewhere are compared only if they are among the fresh ones.
pub fn page_lock(api: &str, lock: &Lock, fresh: &[Page]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut pairs = pages::pair(&lock.pages, fresh);
    let mut open = Vec::new();
    for pair in &mut pairs {
        let mut changes = Changes::new(api, pair, &mut findings);
        if pair.moved() {
            changes.add(
                Kind::PageMoved,
                Class::Documentation,
                "page",
                &pair.was.page,
                &pair.is.page,
                1,
            );
        }
        pages::compare(pair, &mut changes);
        let mut operations = operations::Open::of(pair);
        for (was, is) in operations.same() {
            operations::compare(was, is, &mut changes);
        }
        pair.changed |= changes.any();
        open.push(operations);
    }
    moved_alone(&mut pairs, &mut open, api, &mut findings);
    for (pair, mut operations) in pairs.iter_mut().zip(open) {
        let mut changes = Changes::new(api, pair, &mut findings);
        for (was, is) in operations.alike() {
            operations::compare(was, is, &mut changes);
        }
        for gone in operations.was {
            changes.operation = name(gone);
            changes.add(
                Kind::OperationRemoved,
                Class::Breaking,
                "operation",
                &name(gone),
                "",
                gone.line,
            );
        }
        for new in operations.is {
            changes.operation = name(new);
            changes.add(
                Kind::OperationAdded,
                Class::Additive,
                "operation",
                "",
                &name(new),
                new.line,
            );
        }
        if !(pair.changed || changes.any()) {
            pages::compare_wording(pair, &mut changes);
        }
    }
    findings.sort_by(|one, other| (&one.page, one.line).cmp(&(&other.page, other.line)));
    findings
}

/// Operations that stand on another page now, while both pages are there.
fn moved_alone<'a>(
    pairs: &mut [PagePair<'a>],
    open: &mut [operations::Open<'a>],
    api: &str,
    findings: &mut Vec<Finding>,
) {
    let mut was: Vec<(usize, &'a Operation)> = Vec::new();
    let mut is = Vec::new();
    for (page, open) in open.iter().enumerate() {
        was.extend(open.was.iter().map(|operation| (page, *operation)));
        is.extend(open.is.iter().map(|operation| (page, *operation)));
    }
    for ((from, gone), (to, new)) in pairs::by_key(&mut was, &mut is, |(_, operation)| name(operation)) {
        open[from].was.retain(|operation| !std::ptr::eq(*operation, gone));
        open[to].is.retain(|operation| !std::ptr::eq(*operation, new));
        pairs[from].changed = true;
        pairs[to].changed = true;
        let (old_page, new_page) = (&pairs[from].was.page, &pairs[to].is.page);
        let mut changes = Changes::new(api, &pairs[to], findings);
        changes.operation = name(gone);
        changes.add(
            Kind::PageMoved,
            Class::Documentation,
            "page",
            old_page,
            new_page,
            new.line,
        );
        operations::compare(gone, new, &mut changes);
    }
}

/// The changes of one page as they are found.
struct Changes<'f> {
    api: &'f str,
    page: String,
    /// The operation that is looked at; `*` for the page as a whole.
    operation: String,
    findings: &'f mut Vec<Finding>,
    before: usize,
}

impl<'f> Changes<'f> {
    fn new(api: &'f str, pair: &PagePair<'_>, findings: &'f mut Vec<Finding>) -> Self {
        let page = if pair.is.page.is_empty() {
            &pair.was.page
        } else {
            &pair.is.page
        };
        Self {
            api,
            page: page.clone(),
            operation: "*".to_owned(),
            before: findings.len(),
            findings,
        }
    }

    /// Whether something was found since these changes began.
    fn any(&self) -> bool {
        self.findings.len() > self.before
    }

    /// Notes a change.
    fn add(&mut self, kind: Kind, class: Class, place: &str, was: &str, is: &str, line: usize) {
        let remedy = remedy(self.api, &self.operation, kind, class, place, was, is);
        self.findings.push(Finding {
            api: self.api.to_owned(),
            step: Step::PageLock,
            operation: self.operation.clone(),
            place: place.to_owned(),
            kind,
            class,
            was: was.to_owned(),
            is: is.to_owned(),
            page: self.page.clone(),
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
