//! Which page was which, and the facts of a page that belong to no operation.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use super::matching::Unmatched;
use super::rows;
use crate::compare::codes::codes_of;
use crate::compare::collector::Collector;
use crate::compare::match_operations;
use crate::facts::Page;
use crate::finding::Kind;

/// A page as it was and as it is. One that is gone or new has a page without a name on the other side.
pub type PagePair<'a> = (&'a Page, &'a Page);

/// Matches the pages of the lock with the fresh ones. One that stands elsewhere and was not read is left out.
pub fn matched<'a>(locked: &'a [Page], fresh: &'a [Page]) -> Vec<PagePair<'a>> {
    static NONE: LazyLock<Page> = LazyLock::new(Page::default);
    let read: HashSet<_> = fresh.iter().map(|page| &page.page).collect();
    let is_here = |page: &&Page| !page.elsewhere || read.contains(&page.page);
    let mut left = Unmatched::new(locked.iter().filter(is_here), fresh);
    let mut found = left.match_similar(|page| &page.page);
    found.extend(left.match_similar(|page| &page.sha256));
    // A page with operations is known by them, another one by what it lists; what has neither cannot be recognised.
    let alone = |page: &Page| (listing(page).is_empty() && page.operations.is_empty()).then_some(&raw const *page);
    found.extend(left.match_similar(|page| {
        let operations: BTreeSet<_> = page.operations.iter().map(match_operations::name).collect();
        let listing = operations.is_empty().then(|| listing(page));
        (operations, listing, alone(page))
    }));
    found.extend(left.match_similar(|page| {
        let first = page.operations.first().map(match_operations::name);
        let other = first.is_none().then_some(&raw const *page);
        (first, other)
    }));
    // What is left and has the same name in another folder, if it is the only one.
    let file = |page: &'a Page| page.page.rsplit('/').next();
    found.extend(left.match_last(file, |was, is| was.operations.len() == is.operations.len()));
    found.extend(left.was.into_iter().map(|page| (page, &*NONE)));
    found.extend(left.is.into_iter().map(|page| (&*NONE, page)));
    found
}

/// What a page lists, as one text.
fn listing(page: &Page) -> String {
    let codes = page.codes.iter().flat_map(|list| &list.codes).map(rows::code_text);
    let listed = [&page.hosts, &page.statuses, &page.endpoints].into_iter().flatten();
    let all: Vec<_> = codes.chain(listed.map(|listed| listed.value.clone())).collect();
    all.join("\n")
}

/// Compares what a page says beside its operations.
pub fn compare((was, is): &PagePair, report: &mut Collector) {
    if !was.page.is_empty() && !is.page.is_empty() && was.page != is.page {
        report.add(Kind::PageMoved, "page", (&was.page, &is.page), 1);
    }
    match (&was.codes, &is.codes) {
        (Some(old), Some(new)) => rows::compare_codes(&old.codes, &new.codes, "page", new.line, report),
        // A list that is gone or new is one change, not one for each of its hundreds of codes.
        (Some(old), None) => report.add(Kind::CodesPage, "page", (codes_of(&old.codes), ""), old.line),
        (None, Some(new)) => report.add(Kind::CodesPage, "page", ("", codes_of(&new.codes)), new.line),
        (None, None) => {}
    }
    for (kind, place, was, is) in [
        (Kind::Host, "host", &was.hosts, &is.hosts),
        (Kind::HttpStatus, "status", &was.statuses, &is.statuses),
        (Kind::ListedEndpoint, "endpoint", &was.endpoints, &is.endpoints),
    ] {
        let mut left = Unmatched::new(was, is);
        left.match_similar(|listed| &listed.value);
        for old in left.was {
            report.add(kind, place, (&old.value, ""), old.line);
        }
        for new in left.is {
            report.add(kind, place, ("", &new.value), new.line);
        }
    }
}

/// Reports of a page without any changed fact that its text is another, or that it is new or gone.
pub fn compare_wording((was, is): &PagePair, report: &mut Collector) {
    let sides = match (was.page.is_empty(), is.page.is_empty()) {
        (true, _) => ("", "a page without facts"),
        (_, true) => ("a page without facts", ""),
        _ if was.sha256 == is.sha256 => return,
        _ => ("the text when it was locked", "another text with the same facts"),
    };
    report.add(Kind::PageWording, "page", sides, 1);
}

/// The page by its name now, or else as it was.
pub fn name<'p>((was, is): &PagePair<'p>) -> &'p str {
    if is.page.is_empty() { &was.page } else { &is.page }
}
