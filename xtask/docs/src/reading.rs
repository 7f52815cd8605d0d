//! All pages of an API at once: read, and what could not be read reported as findings.

use std::collections::{BTreeMap, HashMap, HashSet};

use xtask_spec::api::Api;

use super::endpoint::template;
use super::extract::{Coverage, Unread, extract};
use super::facts::{Operation, Page};
use super::finding::{Class, Finding, Kind, Step};
use super::source::Source;

/// The pages of an API as they are now.
#[derive(Debug, Default)]
pub struct Reading {
    /// Their facts.
    pub pages: Vec<Page>,
    /// The names of those that were not understood as a whole: their facts say nothing.
    unreadable: HashSet<String>,
    /// Those that were understood in part, by name, and their text: what is missing among their facts may stand in the
    /// part that nobody could read, and is not gone.
    partial: HashMap<String, String>,
    /// What could not be read.
    pub unread: Vec<Finding>,
    /// How much was used of each, by name.
    pub coverage: BTreeMap<String, Coverage>,
}

/// The name of the page of an API that is described on one web page alone: its address may change, and a saved copy has
/// none.
const WEB_PAGE: &str = "web page";

/// Reads the pages of an API.
pub fn read(api: &Api, sources: &[Source]) -> Reading {
    let mut reading = Reading::default();
    for source in sources {
        let extraction = extract(&source.name, &source.bytes);
        let name = if api.pages.is_empty() { WEB_PAGE } else { &source.name };
        if extraction.unread.iter().any(|unread| unread.fatal) {
            reading.unreadable.insert(name.to_owned());
        } else if !extraction.unread.is_empty() {
            let text = String::from_utf8_lossy(&source.bytes).into_owned();
            reading.partial.insert(name.to_owned(), text);
        }
        let unread = extraction.unread.into_iter().map(|unread| finding(api, name, unread));
        reading.unread.extend(unread);
        reading.coverage.insert(name.to_owned(), extraction.coverage);
        reading.pages.push(Page {
            page: name.to_owned(),
            elsewhere: source.elsewhere,
            ..extraction.page
        });
    }
    reading
}

fn finding(api: &Api, page: &str, unread: Unread) -> Finding {
    let kinds = [Kind::PageUnread, Kind::PageUnreadable];
    Finding {
        api: api.name.to_owned(),
        step: Step::PageLock,
        operation: "*".to_owned(),
        place: "page".to_owned(),
        kind: kinds[usize::from(unread.fatal)],
        // Nobody knows what stands there, so it may be anything.
        class: Class::Breaking,
        was: String::new(),
        is: unread.what,
        page: page.to_owned(),
        line: unread.line,
        remedy: unread.remedy.to_owned(),
        spec: None,
    }
}

impl Reading {
    /// The pages as they were locked, for a run without pages.
    #[must_use]
    pub fn of_lock(locked: &[Page]) -> Self {
        Self {
            pages: locked.to_vec(),
            ..Self::default()
        }
    }

    /// Reports on stderr what could not be read, where, and what to do.
    pub fn report_unread(&self) {
        for finding in &self.unread {
            let Finding {
                page, line, is, remedy, ..
            } = finding;
            xtask_cli::report(&format!("{page}:{line}: {is}; {remedy}"));
        }
    }

    /// The pages to hold against the lock: one that was not understood stands for what it said when it was locked, so
    /// that it is reported once and not once more for each of its operations.
    #[must_use]
    pub fn readable(&self, locked: &[Page]) -> Vec<Page> {
        fall_back_to_lock(&self.pages, locked, |page| self.unreadable.contains(page))
    }

    /// The pages that were understood in part, as they are now.
    #[must_use]
    pub fn partial(&self) -> Vec<Page> {
        let is_partial = |page: &&Page| self.partial.contains_key(&page.page);
        self.pages.iter().filter(is_partial).cloned().collect()
    }

    /// The pages by which samples and deviations are judged: those that are there now and were read whole; in place of
    /// any other, what it said when it was locked.
    #[must_use]
    pub fn settled(&self, locked: &[Page]) -> Vec<Page> {
        let is_in_doubt = |page: &str| self.unreadable.contains(page) || self.partial.contains_key(page);
        let mut pages = merge_pages(locked, fall_back_to_lock(&self.pages, locked, is_in_doubt));
        let gone: Vec<_> = locked.iter().filter(|page| is_gone(page, &pages)).cloned().collect();
        pages.extend(gone);
        pages
    }

    /// Whether a page that was understood in part may contradict a change that the vendor has made.
    #[must_use]
    pub fn contradicts(&self, finding: &Finding) -> bool {
        let Some(text) = self.partial.get(&finding.page) else {
            return false;
        };
        match finding.kind {
            // It says that the facts are the same.
            Kind::PageWording => true,
            // It may be listed there.
            Kind::SampleOnly => has_cell(text, finding.place.rsplit('.').next().unwrap_or_default()),
            _ if !finding.is.is_empty() => false,
            Kind::MemberRemoved => {
                let name = finding.place.rsplit('.').next().unwrap_or_default();
                has_cell(text, name.trim_end_matches("[]"))
            }
            Kind::Host | Kind::HttpStatus | Kind::ListedEndpoint => has_cell(text, &finding.was),
            Kind::OperationRemoved => text.contains(finding.was.split_once(' ').map_or("", |(_, path)| path)),
            kind => matches!(kind, Kind::Scopes | Kind::Status | Kind::SampleShape | Kind::SampleUrl),
        }
    }
}

/// The pages, with what some of them said when they were locked. One that was never locked is left out then.
fn fall_back_to_lock(pages: &[Page], locked: &[Page], is_in_doubt: impl Fn(&str) -> bool) -> Vec<Page> {
    let known = |page: &Page| {
        let locked = || locked.iter().find(|locked| locked.page == page.page);
        if is_in_doubt(&page.page) {
            locked().cloned()
        } else {
            Some(page.clone())
        }
    };
    pages.iter().filter_map(known).collect()
}

/// The pages as they are after a run that has read some, by name.
///
/// A run reads all pages of the checkout, so a page that it has not read is gone. A page that stands elsewhere is read
/// only when it is passed, and stays as it was locked until then.
pub fn merge_pages(locked: &[Page], fresh: Vec<Page>) -> Vec<Page> {
    let is_read = |page: &Page| fresh.iter().any(|read| read.page == page.page);
    let kept = locked.iter().filter(|page| page.elsewhere && !is_read(page));
    let mut pages: Vec<_> = kept.cloned().collect();
    pages.extend(fresh);
    pages.sort_by(|one, other| one.page.cmp(&other.page));
    pages
}

/// Whether a page is gone, and its operations with it. That is reported by their removal alone, and not once more by
/// each deviation: so the page counts as it was locked for as long as it is.
fn is_gone(locked: &Page, pages: &[Page]) -> bool {
    let key = |operation: &Operation| (operation.method.clone(), template(&operation.endpoint));
    let there: HashSet<_> = pages.iter().flat_map(|page| &page.operations).map(key).collect();
    let is_there = |operation: &Operation| there.contains(&key(operation));
    !pages.iter().any(|page| page.page == locked.page) && !locked.operations.iter().any(is_there)
}

/// Whether a text still stands as a cell of a table somewhere on the page, broken or not. In a sample a name stands
/// between quotation marks, and perhaps has other capitals than in the table.
fn has_cell(text: &str, cell: &str) -> bool {
    let cell = regex::escape(cell);
    let pattern = regex::Regex::new(&format!(r"(?im)(?:^|[|>])[ \t*`_]*{cell}[ \t*`_]*[|<\[]"));
    !cell.is_empty() && pattern.is_ok_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::has_cell;

    #[test]
    fn a_cell_is_no_member_of_a_sample() {
        for line in [
            "| weight | Heavy. |",
            "| **`weight`** |",
            "weight | integer",
            "<td>weight</td>",
            "| Weight |",
        ] {
            assert!(has_cell(line, "weight"), "{line}");
        }
        for line in ["\"weight\": 3,", "| its weight |", "| weightless |", "The weight."] {
            assert!(!has_cell(line, "weight"), "{line}");
        }
    }
}
