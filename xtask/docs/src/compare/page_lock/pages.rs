//! Which page was which, and the facts of a page that belong to no operation.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use super::super::codes_of;
use super::operations::name;
use super::{Changes, pairs, rows};
use crate::facts::{Listed, Page};
use crate::finding::{Class, Kind};

/// A page as it was and as it is. A page that is gone or new has a page without a name on the other side.
pub struct PagePair<'a> {
    pub was: &'a Page,
    pub is: &'a Page,
    /// Whether something was found in it.
    pub changed: bool,
}

impl PagePair<'_> {
    /// Whether the page has another name.
    pub fn moved(&self) -> bool {
        self.was.page != self.is.page && !self.was.page.is_empty() && !self.is.page.is_empty()
    }
}

/// Pairs the pages of the lock with the fresh ones.
pub fn pair<'a>(locked: &'a [Page], fresh: &'a [Page]) -> Vec<PagePair<'a>> {
    static NONE: LazyLock<Page> = LazyLock::new(Page::default);
    let read: HashSet<_> = fresh.iter().map(|page| &page.page).collect();
    let mut was: Vec<_> = locked.iter().collect();
    was.retain(|page| !page.elsewhere || read.contains(&page.page));
    let mut is: Vec<_> = fresh.iter().collect();

    let mut found = pairs::by_key(&mut was, &mut is, |page| &page.page);
    found.extend(pairs::by_key(&mut was, &mut is, |page| &page.sha256));
    // A page with operations is known by them, another one by what it lists.
    let (mut other_was, mut other_is) = (
        extract_without_operations(&mut was),
        extract_without_operations(&mut is),
    );
    found.extend(pairs::by_key(&mut was, &mut is, |page| {
        page.operations.iter().map(name).collect::<BTreeSet<_>>()
    }));
    found.extend(pairs::by_key(&mut was, &mut is, |page| {
        page.operations.first().map(name)
    }));
    // What lists nothing cannot be recognised.
    let empty_was = extract(&mut other_was, |page| listing(page).is_empty());
    found.extend(pairs::by_key(&mut other_was, &mut other_is, listing));
    let gone = was.into_iter().chain(other_was).chain(empty_was);
    let new = is.into_iter().chain(other_is);
    found.extend(gone.map(|page| (page, &*NONE)));
    found.extend(new.map(|page| (&*NONE, page)));
    found
        .into_iter()
        .map(|(was, is)| PagePair {
            was,
            is,
            changed: false,
        })
        .collect()
}

/// Takes the pages without operations out of a list.
fn extract_without_operations<'a>(pages: &mut Vec<&'a Page>) -> Vec<&'a Page> {
    extract(pages, |page| page.operations.is_empty())
}

/// Takes some pages out of a list.
fn extract<'a>(pages: &mut Vec<&'a Page>, chosen: impl Fn(&Page) -> bool) -> Vec<&'a Page> {
    pages.extract_if(.., |page| chosen(page)).collect()
}

/// What a page lists, as one text.
fn listing(page: &Page) -> String {
    let codes = page.codes.iter().flat_map(|list| &list.codes).map(rows::code_text);
    let listed = [&page.hosts, &page.statuses, &page.endpoints].into_iter().flatten();
    let all: Vec<_> = codes.chain(listed.map(|listed| listed.value.clone())).collect();
    all.join("\n")
}

/// Compares what a page says beside its operations.
pub fn compare(pair: &PagePair<'_>, changes: &mut Changes<'_>) {
    let (was, is) = (pair.was, pair.is);
    match (&was.codes, &is.codes) {
        (Some(old), Some(new)) => rows::compare_codes(&old.codes, &new.codes, "page", new.line, changes),
        // A list that is gone or new is one change, not one for each of its hundreds of codes.
        (Some(old), None) => {
            let codes = codes_of(&old.codes);
            changes.add(Kind::CodesPage, Class::Breaking, "page", &codes, "", old.line);
        }
        (None, Some(new)) => {
            let codes = codes_of(&new.codes);
            changes.add(Kind::CodesPage, Class::Additive, "page", "", &codes, new.line);
        }
        (None, None) => {}
    }
    listed(&was.hosts, &is.hosts, Kind::Host, Class::Breaking, changes);
    listed(
        &was.statuses,
        &is.statuses,
        Kind::HttpStatus,
        Class::Documentation,
        changes,
    );
    listed(
        &was.endpoints,
        &is.endpoints,
        Kind::ListedEndpoint,
        Class::Documentation,
        changes,
    );
}

/// Compares two lists of values; one that is gone is of this class.
fn listed(was: &[Listed], is: &[Listed], kind: Kind, gone: Class, changes: &mut Changes<'_>) {
    let (mut was, mut is): (Vec<_>, Vec<_>) = (was.iter().collect(), is.iter().collect());
    pairs::by_key(&mut was, &mut is, |listed| &listed.value);
    for value in was {
        changes.add(kind, gone, "page", &value.value, "", value.line);
    }
    for value in is {
        changes.add(kind, Class::Additive, "page", "", &value.value, value.line);
    }
}

/// Tells of a page without any changed fact that its text is another, or that it is new or gone.
pub fn compare_wording(pair: &PagePair<'_>, changes: &mut Changes<'_>) {
    let (was, is) = match (pair.was.page.is_empty(), pair.is.page.is_empty()) {
        (true, _) => ("", "a page without facts"),
        (_, true) => ("a page without facts", ""),
        _ if pair.was.sha256 == pair.is.sha256 => return,
        _ => ("the text when it was locked", "another text with the same facts"),
    };
    changes.add(Kind::PageWording, Class::Documentation, "page", was, is, 1);
}
