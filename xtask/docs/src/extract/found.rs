//! What was found on a page, and how much of it was used.

use serde::Serialize;

use crate::facts::{CodeList, Page};
use crate::markup::Unread;

/// What was read of a page, and what was not.
#[derive(Debug, Default)]
pub struct Extraction {
    /// The facts.
    pub page: Page,
    /// What was not understood, in the page's order.
    pub unread: Vec<Unread>,
    /// How much of the page was used.
    pub coverage: Coverage,
}

/// How much of a page has become facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Of the tables.
    pub tables: Share,
    /// Of their rows.
    pub rows: Share,
    /// Of the entries of the lists in their cells.
    pub items: Share,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many have become facts.
    pub used: usize,
    /// How many there are.
    pub total: usize,
}

impl Share {
    /// One more, which has become a fact or not.
    pub(super) fn count(&mut self, used: bool) {
        self.total += 1;
        self.used += usize::from(used);
    }
}

impl Coverage {
    /// Whether all was used.
    #[must_use]
    pub fn is_whole(self) -> bool {
        let shares = [self.tables, self.rows, self.items];
        shares.iter().all(|share| share.used == share.total)
    }
}

impl Extraction {
    pub(super) fn report(&mut self, line: usize, what: impl Into<String>, remedy: &'static str) {
        let fatal = Unread::fatal(line, what, remedy);
        self.unread.push(Unread { fatal: false, ..fatal });
    }

    /// Adds codes to those of the page; says how many.
    pub(super) fn add_codes(&mut self, list: CodeList) -> usize {
        let added = list.codes.len();
        match &mut self.page.codes {
            Some(codes) => codes.codes.extend(list.codes),
            None => self.page.codes = Some(list),
        }
        added
    }
}
