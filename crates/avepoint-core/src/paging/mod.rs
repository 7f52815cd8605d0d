//! Lists in pages, as streams.
//!
//! Nothing is asked for before the stream is polled. Each page says where the next one begins, so that a list can be
//! taken up again in another process. A list that does not end is an error, not an endless loop.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::operation::Operation;

mod progress;

use progress::{Progress, Tokens};

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
    /// The token that the server gave for the next page.
    Token(String),
}

impl fmt::Display for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Continuation::Page(number) => write!(f, "page:{number}"),
            Continuation::Token(token) => write!(f, "token:{token}"),
        }
    }
}

impl std::str::FromStr for Continuation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once(':') {
            Some(("token", token)) if !token.is_empty() => Some(Continuation::Token(token.to_owned())),
            Some(("page", number)) => number.parse().ok().filter(|number| *number > 0).map(Continuation::Page),
            _ => None,
        }
        .ok_or_else(|| Error::configuration(format!("`{text}` is no continuation, such as page:2")))
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
    /// The token of the next page, as the answer has it.
    token: Option<String>,
}

impl<T> Page<T> {
    /// A page as it was read from an answer. For use by generated code.
    #[doc(hidden)]
    pub fn new(items: Vec<T>, total: Option<i64>) -> Self {
        Page {
            items,
            total: total.and_then(|total| u64::try_from(total).ok()),
            next: None,
            token: None,
        }
    }

    /// The same page with the token that leads to the next. For use by generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn followed_by(mut self, token: Option<impl AsRef<str>>) -> Self {
        self.token = token
            .map(|token| token.as_ref().to_owned())
            .filter(|token| !token.is_empty());
        self
    }
}

/// What to ask a server for: a page by its number, counted in any case, or by the token that the last one gave.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Ask {
    pub page: u32,
    pub token: Option<String>,
}

type Fetch<'a, T> = Arc<dyn Fn(Ask) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a>;
type Fetched<T> = (u32, Result<Page<T>, Error>);

/// How the pages of a list follow each other, and what is known of them so far.
#[derive(Debug)]
enum Order {
    /// By number.
    Numbered(Progress),
    /// Each by the token of the one before.
    Tokens(Tokens),
    /// There is but one.
    Single,
}

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
    next: Ask,
    order: Order,
    /// Why the list cannot even be begun.
    refused: Option<Error>,
    done: bool,
    /// How many pages were given out.
    shown: u64,
}

impl<'a, T: Serialize + Send + 'a> Pages<'a, T> {
    fn new<F>(operation: &'static Operation, order: Order, fetch: F) -> Self
    where
        F: Fn(Ask) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        Pages {
            operation,
            fetch: Arc::new(fetch),
            ahead: FuturesOrdered::new(),
            prefetch: 0,
            next: Ask { page: 1, token: None },
            order,
            refused: None,
            done: false,
            shown: 0,
        }
    }

    /// A list whose pages are asked for by number. For use by generated code.
    #[doc(hidden)]
    pub fn numbered<F>(operation: &'static Operation, start: Result<u32, Error>, fetch: F) -> Self
    where
        F: Fn(Ask) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        let (page, refused) = match start {
            Ok(start) => (start, None),
            Err(error) => (1, Some(error)),
        };
        Pages {
            next: Ask { page, token: None },
            refused,
            ..Pages::new(operation, Order::Numbered(Progress::new(page)), fetch)
        }
    }

    /// A list each of whose pages gives the token of the next. For use by generated code.
    #[doc(hidden)]
    pub fn tokens<F>(operation: &'static Operation, fetch: F) -> Self
    where
        F: Fn(Ask) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        Pages::new(operation, Order::Tokens(Tokens::default()), fetch)
    }

    /// A list that comes whole. For use by generated code.
    #[doc(hidden)]
    pub fn single<F>(operation: &'static Operation, fetch: F) -> Self
    where
        F: Fn(Ask) -> BoxFuture<'a, Result<Page<T>, Error>> + Send + Sync + 'a,
    {
        Pages::new(operation, Order::Single, fetch)
    }

    /// Asks for so many pages before they are wanted, beside the one that is. Default: 0.
    ///
    /// Up to so many requests after the end of the list may be made for nothing. A list whose pages are not asked for
    /// by number takes no notice.
    pub fn prefetch(mut self, pages: u32) -> Self {
        self.prefetch = pages;
        self
    }

    /// Begins where another run of the same list left off.
    ///
    /// A continuation of another sort than the list's own is told as an error by the first poll.
    pub fn resume(mut self, continuation: &Continuation) -> Self {
        match (continuation, &mut self.order) {
            (Continuation::Page(number), Order::Numbered(progress)) => {
                *progress = Progress::new(*number);
                self.next.page = *number;
            }
            (Continuation::Token(token), Order::Tokens(_)) => self.next.token = Some(token.clone()),
            _ => {
                let problem = format!("`{continuation}` does not continue this list");
                self.refused = Some(Error::configuration(problem).with_operation(self.operation));
            }
        }
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
        // The page that is wanted is asked for in any case: how many there are is a guess.
        while self.ahead.is_empty() || self.may_look_ahead() {
            let ask = self.next.clone();
            let (number, page) = (ask.page, (self.fetch)(ask));
            self.ahead.push_back(Box::pin(async move { (number, page.await) }));
            match self.next.page.checked_add(1) {
                Some(next) => self.next.page = next,
                None => return,
            }
        }
    }

    fn may_look_ahead(&self) -> bool {
        match &self.order {
            Order::Numbered(progress) => {
                self.ahead.len() <= self.prefetch as usize && progress.may_go_on_to(self.next.page)
            }
            Order::Tokens(_) | Order::Single => false,
        }
    }

    /// Takes in a page, and tells where the list goes on, if it does.
    fn after(&mut self, number: u32, page: &Page<T>) -> Result<Option<Continuation>, Error> {
        Ok(match &mut self.order {
            Order::Single => None,
            Order::Numbered(progress) => {
                let ends = progress.ends_with(number, page)?;
                (!ends).then(|| Continuation::Page(number.saturating_add(1)))
            }
            Order::Tokens(tokens) => match &page.token {
                Some(token) => {
                    tokens.take(token, page.items.is_empty())?;
                    self.next.token = Some(token.clone());
                    Some(Continuation::Token(token.clone()))
                }
                None => None,
            },
        })
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
        let outcome = result.and_then(|mut page| {
            page.next = this.after(number, &page)?;
            Ok(page)
        });
        let outcome = outcome.map_err(|error| error.with_operation(this.operation));
        this.done = outcome.as_ref().map_or(true, |page| page.next.is_none());
        if this.done {
            // What was asked for ahead is not wanted any more.
            this.ahead.clear();
        }
        match outcome {
            // The empty page that told the end is nothing to show, unless the list itself is empty.
            Ok(page) if page.items.is_empty() && this.done && this.shown > 0 => Poll::Ready(None),
            outcome => {
                this.shown += 1;
                Poll::Ready(Some(outcome))
            }
        }
    }
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.next)
            .field("prefetch", &self.prefetch)
            .field("order", &self.order)
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
    use crate::error::ErrorKind;
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
        Pages::numbered(&LIST, Ok(1), move |ask| {
            let number = ask.page;
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

    /// A list of tokens: each page is one number, and the token of the next.
    fn chain(tokens: &'static [(Option<u32>, &'static str)]) -> Pages<'static, u32> {
        Pages::tokens(&LIST, move |ask| {
            let place = match &ask.token {
                None => 0,
                Some(token) => {
                    1 + tokens
                        .iter()
                        .position(|(_, next)| next == token)
                        .expect("a token of the server's")
                }
            };
            let (item, next) = tokens[place];
            Box::pin(async move { Ok(Page::new(item.into_iter().collect(), None).followed_by(Some(next))) })
        })
    }

    #[tokio::test]
    async fn tokens_are_followed_to_the_end_over_empty_pages_too() {
        let tokens = &[(Some(1), "a"), (None, "b"), (Some(2), "c"), (Some(3), "")];
        assert_eq!(numbers(chain(tokens)).await.expect("a list"), [1, 2, 3]);
        let rest = chain(tokens).resume(&"token:b".parse().expect("a continuation"));
        assert_eq!(numbers(rest).await.expect("the rest"), [2, 3]);
    }

    #[tokio::test]
    async fn tokens_that_come_again_are_an_error() {
        let error = numbers(chain(&[(Some(1), "a"), (Some(2), "b"), (Some(3), "a")]))
            .await
            .expect_err("a circle");
        assert_eq!(error.kind(), ErrorKind::Paging);
        let endless = Pages::tokens(&LIST, |ask| {
            Box::pin(async move { Ok(Page::<u32>::new(vec![], None).followed_by(Some(ask.page.to_string()))) })
        });
        assert_eq!(
            numbers(endless).await.expect_err("only empty pages").kind(),
            ErrorKind::Paging
        );
    }

    #[tokio::test]
    async fn a_continuation_of_another_sort_is_refused() {
        let page = Continuation::Page(2);
        assert!(numbers(chain(&[(Some(1), "")]).resume(&page)).await.is_err());
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
