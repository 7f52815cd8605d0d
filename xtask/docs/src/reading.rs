//! All pages of an API at once: read, and what could not be read told as findings.

use std::collections::{BTreeMap, HashSet};

use xtask_spec::api::Api;

use super::doubt::Doubt;
use super::extract::{Coverage, extract};
use super::facts::Page;
use super::finding::{Class, Finding, Kind, Step};
use super::source::Source;

/// The pages of an API as they are now.
#[derive(Debug, Default)]
pub struct Reading {
    /// Their facts.
    pub pages: Vec<Page>,
    /// The names of those that were not understood as a whole: their facts say nothing.
    pub unreadable: HashSet<String>,
    /// Those that were understood in part.
    pub doubt: Doubt,
    /// What could not be read.
    pub unread: Vec<Finding>,
    /// How much was used of each, by name.
    pub coverage: BTreeMap<String, Coverage>,
}

/// The name of the page of an API that is described on one web page alone: its address may change, and a saved copy has
/// none.
const WEB_PAGE: &str = "web page";

impl Reading {
    /// Tells on stderr what could not be read, where, and what to do.
    pub fn tell_unread(&self) {
        for finding in &self.unread {
            eprintln!("{}:{}: {}; {}", finding.page, finding.line, finding.is, finding.remedy);
        }
    }

    /// The pages as far as they are known: one that was not understood stands for what it said when it was locked, so
    /// that it is told once and not once more for each of its operations. One that was never locked is left out.
    #[must_use]
    pub fn known(self, locked: &[Page]) -> Vec<Page> {
        let known = |page: Page| {
            if !self.unreadable.contains(&page.page) {
                return Some(page);
            }
            locked.iter().find(|locked| locked.page == page.page).cloned()
        };
        self.pages.into_iter().filter_map(known).collect()
    }
}

/// Reads the pages of an API.
pub fn read(api: &Api, sources: &[Source]) -> Reading {
    let mut reading = Reading::default();
    for source in sources {
        let extraction = extract(&source.name, &source.bytes);
        let name = if api.pages.is_empty() { WEB_PAGE } else { &source.name };
        if extraction.unread.iter().any(|unread| unread.fatal) {
            reading.unreadable.insert(name.to_owned());
        } else if !extraction.unread.is_empty() {
            reading.doubt.add(name, &source.bytes);
        }
        for unread in extraction.unread {
            reading.unread.push(Finding {
                api: api.name.to_owned(),
                step: Step::PageLock,
                operation: "*".to_owned(),
                place: "page".to_owned(),
                kind: if unread.fatal {
                    Kind::PageUnreadable
                } else {
                    Kind::PageUnread
                },
                // Nobody knows what stands there, so it may be anything.
                class: Class::Breaking,
                was: String::new(),
                is: unread.what,
                page: name.to_owned(),
                line: unread.line,
                remedy: unread.remedy,
                spec: None,
            });
        }
        reading.coverage.insert(name.to_owned(), extraction.coverage);
        reading.pages.push(Page {
            page: name.to_owned(),
            elsewhere: source.elsewhere,
            ..extraction.page
        });
    }
    reading
}
