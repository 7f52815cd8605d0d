//! All pages of an API at once: read, and what could not be read reported as findings.

use std::collections::{BTreeMap, HashMap, HashSet};

use xtask_spec::api::Api;

use super::endpoint::template;
use super::extract::{Coverage, Unread, extract};
use super::facts::{Listed, Operation, Page, Row, Section, Table};
use super::finding::{Class, Finding, Kind, Step};
use super::source::Source;

/// The pages of an API as they are now.
#[derive(Debug, Default)]
pub struct Reading {
    /// Their facts.
    pub pages: Vec<Page>,
    /// The text of those that were not read whole, by name: what is missing among their facts may stand in the part that
    /// nobody could read, and is not gone.
    pub(crate) partial: HashMap<String, String>,
    /// What could not be read.
    pub unread: Vec<Finding>,
    /// How much was used of each, by name.
    pub coverage: BTreeMap<String, Coverage>,
}

/// The name of the page of an API that is described on one web page alone: its address may change, and a saved copy has
/// none.
pub const WEB_PAGE: &str = "web page";

/// Reads the pages of an API.
pub fn read(api: &Api, sources: &[Source]) -> Reading {
    let mut reading = Reading::default();
    for source in sources {
        let extraction = extract(&source.name, &source.bytes);
        let name = if api.pages.is_empty() { WEB_PAGE } else { &source.name };
        if !extraction.unread.is_empty() {
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
    /// Whether a page was read whole.
    #[must_use]
    pub fn is_whole(&self, page: &Page) -> bool {
        !self.partial.contains_key(&page.page)
    }

    /// The pages as they are now; in the place of what could not be read stands what was locked, so that it is reported
    /// once and does not pass for deleted. A page that was never locked is left out then.
    #[must_use]
    pub fn settled(&self, locked: &[Page]) -> Vec<Page> {
        let settled = self.pages.iter().filter_map(|page| {
            let was = locked.iter().find(|locked| locked.page == page.page);
            let is_about = |unread: &Finding| unread.kind == Kind::PageUnreadable && unread.page == page.page;
            if self.unread.iter().any(is_about) {
                return was.cloned();
            }
            let mut page = page.clone();
            match (self.partial.get(&page.page), was) {
                (Some(text), Some(was)) => complete(&mut page, was, text),
                (Some(_), None) if page.operations.is_empty() && !page.lists_something() => return None,
                _ => {}
            }
            Some(page)
        });
        merge_pages(locked, settled.collect())
    }

    /// Whether the member that a sample alone shows may be listed in the part of its page that nobody could read.
    #[must_use]
    pub fn may_list(&self, finding: &Finding) -> bool {
        let name = finding.place.rsplit('.').next().unwrap_or_default();
        let text = self.partial.get(&finding.page);
        finding.kind == Kind::SampleOnly && text.is_some_and(|text| has_cell(text, name))
    }
}

/// What could not be read, where, and what to do.
pub fn unread_line(finding: &Finding) -> String {
    let Finding {
        page, line, is, remedy, ..
    } = finding;
    format!("{page}:{line}: {is}; {remedy}")
}

/// Adds to a page that was understood in part what was locked of it and may stand in the part that nobody could read.
fn complete(page: &mut Page, was: &Page, text: &str) {
    // Of its text it is known already that it has changed.
    page.sha256.clone_from(&was.sha256);
    for old in &was.operations {
        let is_same =
            |now: &&mut Operation| now.method == old.method && template(&now.endpoint) == template(&old.endpoint);
        match page.operations.iter_mut().find(is_same) {
            Some(now) => complete_operation(now, old, text),
            None if text.contains(old.endpoint.trim()) => page.operations.push(old.clone()),
            None => {}
        }
    }
    for (now, old) in [
        (&mut page.hosts, &was.hosts),
        (&mut page.statuses, &was.statuses),
        (&mut page.endpoints, &was.endpoints),
    ] {
        let missing = |old: &&Listed| !now.iter().any(|now| now.value == old.value) && has_cell(text, &old.value);
        let missing: Vec<_> = old.iter().filter(missing).cloned().collect();
        now.extend(missing);
    }
}

fn complete_operation(now: &mut Operation, old: &Operation, text: &str) {
    if now.scopes.is_empty() {
        now.scopes.clone_from(&old.scopes);
        now.scopes_line = old.scopes_line;
        now.scopes_endpoint.clone_from(&old.scopes_endpoint);
    }
    now.success = now.success.or(old.success);
    now.request = now.request.take().or_else(|| old.request.clone());
    now.response = now.response.take().or_else(|| old.response.clone());
    for table in &old.tables {
        let beside = |now: &&Table| (now.section == Section::Response) == (table.section == Section::Response);
        let rows = now.tables.iter().filter(beside).flat_map(|table| &table.rows);
        let names: HashSet<_> = rows.map(|row| row.name.to_lowercase()).collect();
        let missing = |row: &&Row| !names.contains(&row.name.to_lowercase()) && has_cell(text, &row.name);
        let missing: Vec<_> = table.rows.iter().filter(missing).cloned().collect();
        let is_same = |now: &&mut Table| (now.section, &now.title) == (table.section, &table.title);
        match now.tables.iter_mut().find(is_same) {
            Some(now) => now.rows.extend(missing),
            None if missing.is_empty() => {}
            None => now.tables.push(Table {
                rows: missing,
                ..table.clone()
            }),
        }
    }
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
