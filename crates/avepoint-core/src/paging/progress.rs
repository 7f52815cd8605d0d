//! What is known of a list while its pages come, and when that says that it does not end.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use super::Page;
use crate::error::{Error, ErrorKind};

/// What is known of a list whose pages have numbers.
#[derive(Debug)]
pub(super) struct Progress {
    start: u32,
    /// How many entries have come.
    seen: u64,
    /// The greatest count that the server has told. A smaller one later does not end the list early: entries may have
    /// gone, or the count may be the page's own.
    total: Option<u64>,
    /// The largest page so far, from which the number of pages is guessed.
    largest: u64,
    previous: Option<u64>,
}

impl Progress {
    pub(super) fn new(start: u32) -> Self {
        Progress {
            start,
            seen: 0,
            total: None,
            largest: 0,
            previous: None,
        }
    }

    /// Whether a page of this number can still hold entries, as far as is known. Used for looking ahead.
    pub(super) fn may_go_on_to(&self, number: u32) -> bool {
        match self.total {
            Some(total) if self.largest > 0 => u64::from(number - 1) < total.div_ceil(self.largest).max(1),
            _ => true,
        }
    }

    /// Takes in a page, and tells whether it is the last.
    pub(super) fn ends_with<T: Serialize>(&mut self, number: u32, page: &Page<T>) -> Result<bool, Error> {
        if page.items.is_empty() {
            return Ok(true);
        }
        let content = fingerprint(&page.items);
        // A page that comes twice is a server that does not look at the number.
        if self.previous == Some(content) {
            return Err(Error::new(
                ErrorKind::Paging,
                format!("page {number} is the same as the one before: the list does not end"),
            ));
        }
        self.previous = Some(content);
        self.seen += page.items.len() as u64;
        self.largest = self.largest.max(page.items.len() as u64);
        self.total = self.total.max(page.total);
        // A list that was not begun at its first page has entries before it that were not seen.
        let before = u64::from(self.start - 1) * self.largest;
        // A count that is less than what has come is wrong, and the empty page tells the end instead.
        Ok(self.total == Some(before + self.seen))
    }
}

/// The content of a page as one number; pages are compared, never kept.
fn fingerprint<T: Serialize>(items: &[T]) -> u64 {
    struct Sink(DefaultHasher);

    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut sink = Sink(DefaultHasher::new());
    // What was read from JSON can be written as JSON, and the sink takes everything.
    let _ = serde_json::to_writer(&mut sink, items);
    sink.0.finish()
}

/// How many empty pages in a row are followed: a server that filters may send a few.
const EMPTY_PAGES: u32 = 10;

/// What is known of a list whose pages follow each other by tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// The tokens so far, each as one number.
    seen: HashSet<u64>,
    /// How many empty pages came in a row.
    empty: u32,
}

impl Tokens {
    /// Takes in the token of the next page.
    pub(super) fn take(&mut self, token: &str, page_is_empty: bool) -> Result<(), Error> {
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        self.empty = if page_is_empty { self.empty + 1 } else { 0 };
        let problem = if !self.seen.insert(hasher.finish()) {
            "the token of the next page has come before"
        } else if self.empty > EMPTY_PAGES {
            "one empty page follows another"
        } else {
            return Ok(());
        };
        Err(Error::new(
            ErrorKind::Paging,
            format!("{problem}: the list does not end"),
        ))
    }
}
