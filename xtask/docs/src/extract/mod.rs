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

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::facts::Page;
use super::markup::{self, Block};

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

/// Something on a page that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line of the page, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether the page as a whole is not understood: its facts say nothing then.
    pub fatal: bool,
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
        [self.tables, self.rows, self.items]
            .iter()
            .all(|share| share.used == share.total)
    }
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        let pairs = [
            (&mut self.tables, other.tables),
            (&mut self.rows, other.rows),
            (&mut self.items, other.items),
        ];
        for (share, other) in pairs {
            share.used += other.used;
            share.total += other.total;
        }
    }
}

/// Pages that are prose and nothing else, by the ends of their names. They are named, not guessed: a page that should
/// describe an operation and does not any more must not pass for prose.
const PROSE: [&str; 5] = ["change-log", "overview", "elements/index", "register-app", "Use-Cases"];

/// Reads a page; `name` is its path in the vendor's repository.
pub fn extract(name: &str, bytes: &[u8]) -> Extraction {
    let mut reading = Reading::new(name, bytes);
    let text = reading.decode(bytes);
    match Form::of(name, &text) {
        Form::Markdown => reading.blocks(markup::read_markdown(&text)),
        Form::Html => reading.blocks(markup::read_html(&text)),
        Form::Flat => {
            let html = flat::to_html(&text, &mut reading.found);
            reading.blocks(markup::read_marked(&html, text.lines().count()));
            operations::share_scope(&text, &mut reading.found.page.operations);
        }
    }
    reading.judge();
    reading.found
}

/// The form of a page.
enum Form {
    Markdown,
    Html,
    /// The text of a web page, without its markup.
    Flat,
}

impl Form {
    fn of(name: &str, text: &str) -> Self {
        let extension = name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("md") => Self::Markdown,
            Some("html" | "htm") => Self::Html,
            _ if text.trim_start().starts_with('<') => Self::Html,
            _ if text.lines().any(|line| line.trim_start().starts_with('|')) => Self::Markdown,
            _ => Self::Flat,
        }
    }
}

/// A page on the way to its facts.
struct Reading {
    found: Extraction,
}

impl Reading {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let page = Page {
            page: name.to_owned(),
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            ..Page::default()
        };
        Self {
            found: Extraction {
                page,
                ..Extraction::default()
            },
        }
    }

    fn decode(&mut self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            self.found
                .report(line, "the page is not UTF-8".to_owned(), "save the page as UTF-8");
        }
        text.trim_start_matches('\u{feff}').to_owned()
    }

    fn blocks(&mut self, blocks: Result<Vec<Block>, markup::Refused>) {
        match blocks {
            Ok(blocks) => walk::read(&blocks, &mut self.found),
            Err(refused) => self.found.unread.push(Unread {
                line: refused.line(),
                what: refused.to_string(),
                remedy: refused.remedy().to_owned(),
                fatal: true,
            }),
        }
    }

    /// A page without any fact is not understood, unless it is known to have none.
    fn judge(&mut self) {
        let Extraction { page, unread, .. } = &mut self.found;
        let nothing = page.operations.is_empty() && !page.lists_something();
        let stem = page.page.rsplit_once('.').map_or(page.page.as_str(), |(stem, _)| stem);
        let prose = PROSE.iter().any(|prose| {
            let before = stem.strip_suffix(prose);
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        });
        if nothing && !prose && unread.iter().all(|unread| !unread.fatal) {
            unread.push(Unread {
                line: 1,
                what: "the page cannot be understood: it has no table of an endpoint, and no list of codes".to_owned(),
                remedy: "see what the page has become; if it is prose, add its name to `PROSE` in \
                         xtask/docs/src/extract/mod.rs"
                    .to_owned(),
                fatal: true,
            });
        }
        unread.sort_by_key(|unread| unread.line);
    }
}
