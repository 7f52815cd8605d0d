//! Lists in pages, as streams.
//!
//! Nothing is asked for before the stream is polled. Each page says where the next one begins, so that a list can be
//! taken up again in another process. A list that does not end is an error, not an endless loop.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::operation::Operation;

/// Where a list goes on.
///
/// It can be stored: as JSON, or as text with `Display` and `FromStr`.
///
/// ```
/// use avepoint_core::Continuation;
///
/// let place = Continuation::Page(7);
/// assert_eq!(place.to_string(), "page:7");
/// assert_eq!("page:7".parse::<Continuation>()?, place);
/// # Ok::<(), avepoint_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Continuation {
    /// The number of the next page. The first page is 1.
    Page(u32),
}

impl fmt::Display for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Continuation::Page(number) => write!(f, "page:{number}"),
        }
    }
}

impl std::str::FromStr for Continuation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = text.strip_prefix("page:").and_then(|number| number.parse().ok());
        match number {
            Some(number) if number > 0 => Ok(Continuation::Page(number)),
            _ => Err(Error::configuration(format!(
                "`{text}` is no continuation, such as page:2"
            ))),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// How many entries the server says there are in all, if it says so.
    pub total: Option<u64>,
    /// Where the list goes on; nothing after the last page.
    pub next: Option<Continuation>,
}

impl<T> Page<T> {
    /// A page as it was read from an answer. For use by generated code.
    #[doc(hidden)]
    pub fn new(items: Vec<T>, total: Option<i64>) -> Self {
        Page {
            items,
            total: total.and_then(|total| u64::try_from(total).ok()),
            next: None,
        }
    }
}

type Fetch<'a, T> = Arc<dyn Fn(u32) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a>;
type Fetched<T> = (u32, Result<Page<T>, Error>);

/// The pages of a list, as a stream.
///
/// It ends after the last page, and after an error. A list ends where as many entries have come as the server says
/// there are, or at an empty page.
#[must_use = "a stream does nothing unless it is polled"]
pub struct Pages<'a, T> {
    operation: &'static Operation,
    fetch: Fetch<'a, T>,
    ahead: FuturesOrdered<BoxFuture<'a, Fetched<T>>>,
    prefetch: u32,
    /// The page to ask for next.
    next: u32,
    /// Whether the list is one page only.
    single: bool,
    /// Why the list cannot even be begun.
    refused: Option<Error>,
    done: bool,
    progress: Progress,
}

impl<'a, T: Serialize + Send + 'a> Pages<'a, T> {
    /// A list whose pages are asked for by number. For use by generated code.
    #[doc(hidden)]
    pub fn numbered<F>(operation: &'static Operation, start: Result<u32, Error>, fetch: F) -> Self
    where
        F: Fn(u32) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        let (start, refused) = match start {
            Ok(start) => (start, None),
            Err(error) => (1, Some(error)),
        };
        Pages {
            operation,
            fetch: Arc::new(fetch),
            ahead: FuturesOrdered::new(),
            prefetch: 0,
            next: start,
            single: false,
            refused,
            done: false,
            progress: Progress::new(start),
        }
    }

    /// A list that comes whole. For use by generated code.
    #[doc(hidden)]
    pub fn single<F>(operation: &'static Operation, fetch: F) -> Self
    where
        F: Fn(u32) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        Pages {
            single: true,
            ..Pages::numbered(operation, Ok(1), fetch)
        }
    }

    /// Asks for so many pages before they are wanted, beside the one that is. Default: 0.
    ///
    /// Up to so many requests after the end of the list may be made for nothing.
    pub fn prefetch(mut self, pages: u32) -> Self {
        self.prefetch = pages;
        self
    }

    /// Begins where another run of the same list left off.
    pub fn resume(mut self, continuation: &Continuation) -> Self {
        let Continuation::Page(number) = continuation;
        self.next = *number;
        self.progress = Progress::new(*number);
        self
    }

    /// The entries of the pages, as a stream.
    pub fn items(self) -> Items<'a, T> {
        Items {
            pages: self,
            buffer: VecDeque::new(),
        }
    }

    fn fill(&mut self) {
        let wanted = if self.single { 1 } else { self.prefetch as usize + 1 };
        // The page that is wanted is asked for in any case: how many there are is a guess.
        while self.ahead.is_empty() || (self.ahead.len() < wanted && self.progress.may_go_on_to(self.next)) {
            let number = self.next;
            let page = (self.fetch)(number);
            self.ahead.push_back(Box::pin(async move { (number, page.await) }));
            match self.next.checked_add(1) {
                Some(next) => self.next = next,
                None => return,
            }
        }
    }
}

impl<'a, T: Serialize + Send + 'a> Stream for Pages<'a, T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        if let Some(error) = this.refused.take() {
            this.done = true;
            return Poll::Ready(Some(Err(error)));
        }
        this.fill();
        let Some((number, result)) = std::task::ready!(this.ahead.poll_next_unpin(context)) else {
            this.done = true;
            return Poll::Ready(None);
        };
        let operation = this.operation;
        let outcome = result.and_then(|mut page| {
            let ends = this.single || this.progress.ends_with(number, &page)?;
            page.next = (!ends).then(|| Continuation::Page(number.saturating_add(1)));
            Ok(page)
        });
        let outcome = outcome.map_err(|error| error.with_operation(operation));
        this.done = outcome.as_ref().map_or(true, |page| page.next.is_none());
        if this.done {
            // What was asked for ahead is not wanted any more.
            this.ahead.clear();
        }
        match outcome {
            Ok(page) if page.items.is_empty() && this.done && number > this.progress.start => Poll::Ready(None),
            outcome => Poll::Ready(Some(outcome)),
        }
    }
}

/// What is known of a list so far.
#[derive(Debug)]
struct Progress {
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
    fn new(start: u32) -> Self {
        Progress {
            start,
            seen: 0,
            total: None,
            largest: 0,
            previous: None,
        }
    }

    /// Whether a page of this number can still hold entries, as far as is known. Used for looking ahead.
    fn may_go_on_to(&self, number: u32) -> bool {
        match self.total {
            Some(total) if self.largest > 0 => u64::from(number - 1) < total.div_ceil(self.largest).max(1),
            _ => true,
        }
    }

    /// Takes in a page, and tells whether it is the last.
    fn ends_with<T: Serialize>(&mut self, number: u32, page: &Page<T>) -> Result<bool, Error> {
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

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.next)
            .field("prefetch", &self.prefetch)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// The entries of a list, as a stream over all its pages.
#[must_use = "a stream does nothing unless it is polled"]
#[derive(Debug)]
pub struct Items<'a, T> {
    pages: Pages<'a, T>,
    buffer: VecDeque<T>,
}

impl<'a, T: Serialize + Send + 'a> Items<'a, T> {
    /// Asks for so many pages before they are wanted; see [`Pages::prefetch`].
    pub fn prefetch(mut self, pages: u32) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// All entries in one list. Mind the memory: an account may hold thousands.
    ///
    /// # Errors
    /// The first error of any page.
    pub async fn collect_all(mut self) -> Result<Vec<T>, Error>
    where
        T: Unpin,
    {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<'a, T: Serialize + Send + Unpin + 'a> Stream for Items<'a, T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.buffer.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.buffer = page.items.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Method;
    use std::sync::atomic::{AtomicU32, Ordering};

    static LIST: Operation = Operation::new("listThings", Method::Get, "/things", "List the things");

    /// A list of `count` numbers in pages of `size`; `total` is what the server says of each page.
    fn list(
        count: u32,
        size: u32,
        asked: &Arc<AtomicU32>,
        total: impl Fn(u32) -> Option<i64> + Send + Sync + Copy + 'static,
    ) -> Pages<'static, u32> {
        let asked = Arc::clone(asked);
        Pages::numbered(&LIST, Ok(1), move |number| {
            asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                let first = (number - 1) * size;
                Ok(Page::new((first..count.min(first + size)).collect(), total(number)))
            })
        })
    }

    async fn numbers(pages: Pages<'_, u32>) -> Result<Vec<u32>, Error> {
        pages.items().collect_all().await
    }

    #[tokio::test]
    async fn a_list_ends_at_its_count_and_is_lazy() {
        let asked = Arc::default();
        let pages = list(250, 100, &asked, |_| Some(250));
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert_eq!(numbers(pages).await.expect("a list").len(), 250);
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn without_a_count_it_ends_at_the_empty_page() {
        let asked = Arc::default();
        assert_eq!(
            numbers(list(200, 100, &asked, |_| None)).await.expect("a list").len(),
            200
        );
        assert_eq!(asked.load(Ordering::Relaxed), 3);
        assert!(
            numbers(list(0, 100, &Arc::default(), |_| Some(0)))
                .await
                .expect("a list")
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_count_that_shrinks_or_is_wrong_loses_nothing_and_ends() {
        let shrinking = |number| Some(if number == 1 { 300 } else { 100 });
        assert_eq!(
            numbers(list(300, 100, &Arc::default(), shrinking))
                .await
                .expect("a list")
                .len(),
            300
        );
        let promising = |_| Some(i64::MAX);
        assert_eq!(
            numbers(list(300, 100, &Arc::default(), promising))
                .await
                .expect("a list")
                .len(),
            300
        );
        assert_eq!(
            numbers(list(300, 100, &Arc::default(), |_| Some(-1)))
                .await
                .expect("a list")
                .len(),
            300
        );
    }

    #[tokio::test]
    async fn a_page_that_repeats_is_an_error_and_the_end() {
        let mut pages = Pages::numbered(&LIST, Ok(1), |_| {
            Box::pin(async { Ok(Page::new(vec![1, 2], Some(1000))) })
        });
        assert!(pages.next().await.expect("a page").is_ok());
        let error = pages.next().await.expect("an error").expect_err("the same page twice");
        assert_eq!(error.kind(), ErrorKind::Paging);
        assert!(pages.next().await.is_none());
    }

    #[tokio::test]
    async fn a_list_resumes_where_it_stopped() {
        let asked = Arc::default();
        let mut pages = list(250, 100, &asked, |_| Some(250));
        let first = pages.next().await.expect("a page").expect("no error");
        let place = first
            .next
            .expect("more pages")
            .to_string()
            .parse()
            .expect("a continuation");
        let rest = numbers(list(250, 100, &asked, |_| Some(250)).resume(&place))
            .await
            .expect("the rest");
        assert_eq!((rest[0], rest.len()), (100, 150));
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn looking_ahead_keeps_the_order_and_stops_at_the_end() {
        let asked = Arc::default();
        let all = numbers(list(1000, 100, &asked, |_| Some(1000)).prefetch(3))
            .await
            .expect("a list");
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(asked.load(Ordering::Relaxed), 10);
    }

    #[tokio::test]
    async fn an_error_ends_the_list() {
        let mut pages: Pages<'_, u32> = Pages::numbered(&LIST, Ok(1), |_| {
            Box::pin(async { Err(Error::new(ErrorKind::Connect, "no")) })
        });
        assert!(pages.next().await.expect("an error").is_err());
        assert!(pages.next().await.is_none());
    }
}
