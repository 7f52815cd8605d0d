//! From a page to its facts.
//!
//! What the page shows is either used or reported: a row that is not understood is worth more attention than one that
//! is, since it is where the vendor does something new.

mod codes;
mod columns;
mod flat;
mod kinds;
mod limits;
mod links;
mod listings;
mod operations;
mod patterns;
mod program;
mod row;
mod sample;
mod sections;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::AddAssign;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::facts::Page;
use super::markup;
pub use super::markup::Unread;

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

/// How much of a page was used.
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
    /// How many were used.
    pub used: usize,
    /// How many there are.
    pub total: usize,
}

impl Share {
    /// One more, used or not.
    fn count(&mut self, used: bool) {
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

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.used += other.used;
        self.total += other.total;
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.tables += other.tables;
        self.rows += other.rows;
        self.items += other.items;
    }
}

/// Pages that are prose and nothing else, by the ends of their names. They are named, not guessed: a page that should
/// describe an operation and does not any more must not pass for prose.
const PROSE: [&str; 5] = ["change-log", "overview", "elements/index", "register-app", "Use-Cases"];

/// Reads a page; `name` is its path in the vendor's repository.
pub fn extract(name: &str, bytes: &[u8]) -> Extraction {
    let mut found = Extraction::default();
    found.page.page = name.to_owned();
    found.page.sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = decode(bytes, &mut found);
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let begins = |line: &str, with| line.trim_start().starts_with(with);
    let blocks = match extension.as_deref() {
        Some("md") => markup::read_markdown(&text),
        Some("html" | "htm") => markup::read_html(&text),
        _ if begins(&text, '<') => markup::read_html(&text),
        _ if text.lines().any(|line| begins(line, '|')) => markup::read_markdown(&text),
        // The text of a web page, without its markup.
        _ => markup::read_marked(&flat::to_html(&text, &mut found), text.lines().count()),
    };
    match blocks {
        Ok(blocks) => walk::read(&blocks, is_prose(name), &mut found),
        Err(unread) => found.unread.push(unread),
    }
    judge(&mut found);
    found
}

fn decode(bytes: &[u8], found: &mut Extraction) -> String {
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        found.report(line, "the page is not UTF-8", "save the page as UTF-8");
    }
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}').to_owned()
}

/// Whether nothing is expected of a page of this name.
fn is_prose(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let ends = |prose: &&str| {
        stem.strip_suffix(prose)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    PROSE.iter().any(ends)
}

/// A page without any fact is not understood, unless it is known to have none.
fn judge(found: &mut Extraction) {
    let Extraction { page, unread, .. } = found;
    let nothing = page.operations.is_empty() && !page.lists_something();
    if nothing && !is_prose(&page.page) && unread.iter().all(|unread| !unread.fatal) {
        unread.push(Unread::fatal(
            1,
            "the page cannot be understood: it has no table of an endpoint, and no list of codes",
            "see what the page has become; if it is prose, add its name to `PROSE` in xtask/docs/src/extract/mod.rs",
        ));
    }
    unread.sort_by_key(|unread| unread.line);
}
