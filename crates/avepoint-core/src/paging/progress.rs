//! What is known of a list while its pages come, and what that says of its end.

use std::fmt;

use super::Page;
use super::circle::Visited;
use crate::counted::counted as counted_as;
use crate::error::{Error, ErrorKind};
use crate::protection::Protection;

/// How many empty pages in a row are followed: a server that filters may send a few.
const EMPTY_PAGES: u32 = 10;

/// How many pages whose entries have come before are followed where something else says that the list goes on. Rows may
/// be equal; a server that writes the time into each response and looks at nothing else must not keep a caller for ever.
const REPETITIONS: u32 = 32;

/// A number of entries reported by the server that differs from the number received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discrepancy {
    /// How many entries the server reports.
    pub counted: u64,
    /// How many were received; if the list was resumed, the pages before are assumed to have been full.
    pub received: u64,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Discrepancy { counted, received } = self;
        let reported = counted_as(*counted, "entry", "entries");
        let received = counted_as(*received, "was", "were");
        write!(f, "the server reports {reported}, but {received} received")
    }
}

/// What a page says of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    More,
    /// This page is the last.
    Last,
    /// The page before was the last, and this is the same once more.
    Past,
}

/// What is known of a list.
#[derive(Debug)]
pub(super) struct Progress {
    /// The number of the first page that was asked for.
    start: u32,
    /// How many entries have come.
    seen: u64,
    /// The largest page so far.
    largest: u64,
    /// How many entries a page holds, as the server says.
    size: u64,
    /// The greatest count of the server's.
    greatest: u64,
    /// The greatest count that was more than what had come by then. Such a count speaks of the list; one that is equal
    /// may be the page's own, or of what has come so far.
    promised: u64,
    /// What the server said last of the list, unless it was the count of the page.
    counted: Option<u64>,
    lists: Visited,
    answers: Visited,
    /// How many pages have brought entries that had come before.
    repeated: u32,
    /// How many empty pages have come in a row.
    empty: u32,
}

impl Progress {
    pub(super) fn new(start: u32) -> Self {
        Progress {
            start,
            seen: 0,
            largest: 0,
            size: 0,
            greatest: 0,
            promised: 0,
            counted: None,
            lists: Visited::default(),
            answers: Visited::default(),
            repeated: 0,
            empty: 0,
        }
    }

    /// Whether a page of this number can still hold entries, as far as is known. Used for looking ahead.
    pub(super) fn may_go_on_to(&self, number: u32) -> bool {
        let pages = self.greatest.div_ceil(self.largest.max(1));
        self.greatest == 0 || self.largest == 0 || u64::from(number) <= pages
    }

    /// Takes in a page of a list whose pages have numbers.
    ///
    /// The list is at its end where the server says so, at an empty page, and after a page that is not full, once as many
    /// entries have come as were promised or as the page counts. Nothing else is the end: a count may be the page's own or
    /// capped, and a page may be short by a limit that the documentation does not tell.
    pub(super) fn take_numbered<T>(&mut self, number: u32, page: &Page<T>) -> Result<Verdict, Error> {
        if page.is_empty() {
            self.take_empty(page, page.more == Some(true))?;
            return Ok(match page.more {
                Some(true) => Verdict::More,
                _ => Verdict::Last,
            });
        }
        let received = self.received();
        let is_whole = received > 0 && self.repeated == 0 && self.counted == Some(received);
        if is_whole && page.total == self.counted && self.answers.is_last(page.bytes.whole()) {
            // A server that has but one page and gives it whatever number is asked for.
            return Ok(Verdict::Past);
        }
        self.take(number, page)?;
        let entries = page.items.len() as u64;
        let received = self.received();
        // A count may be capped, and what came before a resumption is an estimate, so that a second sign is wanted: a page
        // that is not full.
        let as_promised = self.promised == received && entries < self.largest.max(self.size);
        let as_counted = page.total == Some(received) && entries < self.size;
        let ends = match page.more {
            Some(more) => !more,
            // Where pages have come twice the count proves nothing: an empty page must.
            None => self.repeated == 0 && (as_promised || as_counted),
        };
        Ok(if ends { Verdict::Last } else { Verdict::More })
    }

    /// Takes in a page that says by itself whether another follows.
    pub(super) fn take<T>(&mut self, number: u32, page: &Page<T>) -> Result<(), Error> {
        if page.is_empty() {
            return self.take_empty(page, page.token.is_some());
        }
        self.empty = 0;
        let more_is_due = self.promised > self.received();
        let list_again = self.lists.came_before(page.bytes.list);
        let answer_again = self.answers.came_before(page.bytes.whole());
        self.count(page);
        if !list_again || !Protection::ListEnd.is_on() {
            return Ok(());
        }
        self.repeated += 1;
        let received = self.received();
        if answer_again && !more_is_due {
            Err(endless(&format!("page {number} is the same as an earlier one")))
        } else if self.promised > 0 && received > self.greatest {
            let greatest = self.greatest;
            Err(endless(&format!(
                "page {number} repeats earlier entries, and {received} of {greatest} were received"
            )))
        } else if self.repeated > REPETITIONS {
            Err(endless(&format!("{REPETITIONS} pages repeated earlier entries")))
        } else {
            Ok(())
        }
    }

    fn take_empty<T>(&mut self, page: &Page<T>, goes_on: bool) -> Result<(), Error> {
        self.count(page);
        self.empty += 1;
        if goes_on && self.empty > EMPTY_PAGES {
            return Err(endless("one empty page follows another"));
        }
        Ok(())
    }

    fn count<T>(&mut self, page: &Page<T>) {
        let entries = page.items.len() as u64;
        self.seen += entries;
        self.largest = self.largest.max(entries);
        self.size = page.size.unwrap_or(self.size);
        let received = self.received();
        if let Some(total) = page.total {
            self.greatest = self.greatest.max(total);
            if total > received {
                self.promised = self.promised.max(total);
            }
            let is_of_the_page = total == entries && total != received;
            self.counted = (!is_of_the_page).then_some(total);
        }
    }

    /// How many entries have come, those before the start among them.
    fn received(&self) -> u64 {
        let before = u64::from(self.start.saturating_sub(1)).saturating_mul(self.largest.max(self.size));
        before.saturating_add(self.seen)
    }

    /// What does not agree, now that the list has ended.
    pub(super) fn discrepancy(&self) -> Option<Discrepancy> {
        let received = self.received();
        let before_is_unknown = self.start > 1 && self.largest.max(self.size) == 0;
        let counted = match self.counted {
            Some(counted) if counted >= received => counted,
            _ if self.promised > received => self.promised,
            Some(counted) => counted,
            None => return None,
        };
        (counted != received && !before_is_unknown).then_some(Discrepancy { counted, received })
    }
}

/// The error for a list that does not end.
pub(super) fn endless(problem: &str) -> Error {
    Error::new(ErrorKind::Paging, format!("{problem}: the list does not end"))
}
