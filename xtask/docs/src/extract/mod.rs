//! From a page to its facts.
//!
//! What the page shows is either used or reported: a row that is not understood is worth more attention than one that
//! is, since it is where the vendor does something new.

mod codes;
mod columns;
mod flat;
mod found;
mod kinds;
mod limits;
mod links;
mod listings;
mod operations;
mod pattern;
mod program;
mod row;
mod sample;
mod sections;
#[cfg(test)]
mod tests;
mod walk;

use sha2::{Digest, Sha256};

use super::markup;
pub use super::markup::Unread;
pub use found::{Coverage, Extraction, Share};

/// Pages that are prose and nothing else, by the ends of their names. They are named, not guessed: a page that should
/// describe an operation and does not any more must not pass for prose.
const PROSE: [&str; 5] = ["change-log", "overview", "elements/index", "register-app", "Use-Cases"];

/// Reads a page; `name` is its path in the vendor's repository.
pub fn extract(name: &str, bytes: &[u8]) -> Extraction {
    let mut found = Extraction::default();
    found.page.page = name.to_owned();
    found.page.sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = decode(bytes, &mut found);
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let begins = |line: &str, with| line.trim_start().starts_with(with);
    let blocks = match extension.as_deref() {
        _ if text.len() > markup::BYTES => Err(Unread::size()),
        Some("md") => markup::read_markdown(&text),
        Some("html" | "htm") => markup::read_html(&text, None),
        _ if begins(&text, '<') => markup::read_html(&text, None),
        _ if text.lines().any(|line| begins(line, '|')) => markup::read_markdown(&text),
        // The text of a web page, without its markup.
        _ => markup::read_html(&flat::to_html(&text, &mut found), Some(text.lines().count())),
    };
    match blocks {
        Ok(blocks) => found = walk::read(&blocks, is_prose(name), found),
        Err(unread) => found.unread.push(unread),
    }
    judge(&mut found);
    found
}

/// The text of a page. A lone carriage return ends a line for the parsers, and each line is to have one number.
fn decode(bytes: &[u8], found: &mut Extraction) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    if let Err(error) = std::str::from_utf8(bytes) {
        let line = text(&bytes[..error.valid_up_to()]).matches('\n').count() + 1;
        found.report(line, "the page is not UTF-8", "save the page as UTF-8");
    }
    text(bytes).trim_start_matches('\u{feff}').to_owned()
}

/// Whether nothing is expected of a page of this name.
fn is_prose(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut before = PROSE.iter().filter_map(|prose| stem.strip_suffix(prose));
    before.any(|before| before.is_empty() || before.ends_with('/'))
}

/// A page without any fact is not understood, unless it is known to have none.
fn judge(found: &mut Extraction) {
    let Extraction { page, unread, .. } = found;
    let nothing = page.operations.is_empty() && !page.lists_something();
    if nothing && !is_prose(&page.page) && unread.iter().all(|unread| !unread.fatal) {
        let what = "the page cannot be understood: it has no table of an endpoint, and no list of codes";
        let remedy = "see what the page has become; if it is prose, add its name to `PROSE` in \
                      xtask/docs/src/extract/mod.rs";
        unread.push(Unread::fatal(1, what, remedy));
    }
    unread.sort_by_key(|unread| unread.line);
}
