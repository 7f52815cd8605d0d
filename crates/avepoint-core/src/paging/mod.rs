//! Lists in pages, as streams.
//!
//! Nothing is asked for before the stream is polled. Each page says where the next one begins, so that a list can be
//! taken up again in another process. A list that does not end is an error, not an endless loop; where it ends is decided
//! from the responses as they came.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::future::TryFutureExt;
use futures_util::stream::StreamExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::BoxFuture;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::generated::decoder;
use crate::operation::{Operation, Paging};
use crate::reader::{UnknownMember, Unread, UnreadMember};
use crate::redact::REDACTED;
use crate::response::typed;

mod ahead;
mod answer;
mod circle;
mod progress;

use ahead::ahead;
pub use answer::Origin;
pub(crate) use answer::{Examined, Fingerprint, examine, reported_status, tells_of_a_failure};
use circle::Visited;
pub use progress::Discrepancy;
use progress::{Progress, Verdict, endless};

/// How many pages are asked for ahead at most: each takes a connection, and the memory of its response.
const AHEAD: u32 = 64;

/// Where a list continues.
///
/// It can be stored: as JSON, or as text with `Display` and `FromStr`. A server may write anything into its token: `Debug`
/// does not show it.
///
/// ```
/// use avepoint_core::Continuation;
///
/// let place = Continuation::Page(7);
/// assert_eq!(place.to_string(), "page:7");
/// assert_eq!("page:7".parse::<Continuation>()?, place);
/// # Ok::<(), avepoint_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Continuation {
    /// The number of the next page. The first page is 1.
    Page(u32),
    /// The token that the server sent for the next page.
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

impl fmt::Debug for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Continuation::Page(number) => f.debug_tuple("Page").field(number).finish(),
            Continuation::Token(_) => f.debug_tuple("Token").field(&REDACTED).finish(),
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
        // A token can stand in it however it is spoilt: what was given is not shown.
        .ok_or_else(|| {
            Error::configuration(
                "this is not a continuation: expected `page:` and a number from 1 on, or `token:` and a token",
            )
        })
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
    /// Where the list continues; `None` after the last page.
    pub next: Option<Continuation>,
    /// What of the page could not be read: such a member is missing in its entry, and such an entry in the entries.
    pub unread: Unread,
    /// What its bytes say.
    bytes: Fingerprint,
    /// How many entries a page holds, as the response says.
    size: Option<u64>,
    /// Whether another page follows, as the response says.
    more: Option<bool>,
    /// The token of the next page, as the response has it.
    token: Option<String>,
    /// The id of the request by which it came.
    request_id: Option<String>,
}

impl<T> Page<T> {
    /// A page as it was read from a response. For use by generated code, as all that follows it.
    #[doc(hidden)]
    pub fn new(items: Vec<T>, origin: Origin) -> Self {
        Page {
            items,
            total: None,
            next: None,
            unread: origin.unread,
            bytes: origin.bytes,
            size: None,
            more: None,
            token: None,
            request_id: origin.request_id,
        }
    }

    /// The members of the response that the specification does not have, if the options
    /// [keep](crate::CallOptions::keep_unknown_members) them: those of its entries, and those beside them.
    pub fn unknown(&self) -> &[UnknownMember] {
        self.unread.unknown()
    }

    /// Whether the response has no entries. Those that could not be read are no sign of an end.
    fn is_empty(&self) -> bool {
        self.items.is_empty() && !self.bytes.entries
    }

    /// The same page, of a list that is counted.
    #[doc(hidden)]
    #[must_use]
    pub fn with_total(mut self, total: Option<i64>) -> Self {
        self.total = total.and_then(|total| u64::try_from(total).ok());
        self
    }

    /// The same page, of which the response says how many entries it has room for.
    #[doc(hidden)]
    #[must_use]
    pub fn with_size(mut self, size: Option<i64>) -> Self {
        self.size = size.and_then(|size| u64::try_from(size).ok());
        self
    }

    /// The same page, of which the response says whether another follows.
    #[doc(hidden)]
    #[must_use]
    pub fn with_more(mut self, more: Option<bool>) -> Self {
        self.more = more;
        self
    }

    /// The same page with the token that leads to the next. A blank one leads nowhere.
    #[doc(hidden)]
    #[must_use]
    pub fn with_next_token(mut self, token: Option<impl AsRef<str>>) -> Self {
        self.token = token
            .map(|token| token.as_ref().to_owned())
            .filter(|token| !token.trim().is_empty());
        self
    }
}

/// The only page of a list, for tests. Its public fields can be set; `next` is the list's own affair.
///
/// ```
/// use avepoint_core::Page;
///
/// let mut page = Page::from(vec!["Northwind"]);
/// page.total = Some(250);
/// ```
impl<T> From<Vec<T>> for Page<T> {
    fn from(items: Vec<T>) -> Self {
        Page::new(items, Origin::default())
    }
}

/// What to ask a server for: a page by its number, counted in any case, or by the token that the last one gave.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub page: u32,
    pub token: Option<String>,
}

type Fetching<T> = BoxFuture<'static, Result<Page<T>, Error>>;
type Fetch<T> = Arc<dyn Fn(PageRequest) -> Fetching<T> + Send + Sync>;

/// How the pages of a list follow each other.
#[derive(Debug)]
enum Order {
    /// By number.
    Numbered,
    /// Each by the token of the one before. The tokens so far, each as one number.
    Tokens(Visited),
    /// There is but one.
    Single,
    /// They were given, and so many are left.
    Given(usize),
}

/// How far a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    GoesOn,
    Ended,
    Failed,
}

/// The pages of a list, as a stream.
///
/// It ends after the last page, and after an error. Pages with numbers end
///
/// - at an empty page;
/// - after a page that is not full, where as many entries have come as the server promised: as it counted when there were
///   still fewer. A count may be capped, and one that is equal to the entries of its page, or to those that have come so
///   far, may be no more than that: after a full page one more is asked for;
/// - after a page that is not full, by the size that its response names, and that counts as many entries as have come.
///
/// Pages with tokens end where a response has none; one that cannot be read is an error after the page.
///
/// A list that turns in circles is an error: at once where a response comes that came before, byte by byte, and nothing
/// says that more is due; else (rows may be equal, and some servers write the time into each response) after 32 pages
/// whose entries have come before. The first thousand responses are remembered, of later ones a part, so that a long
/// circle is found a little later. A server that changes every entry of every response cannot be found out.
///
/// Where the server's count and the entries do not agree at the end, nothing is hidden: [`Pages::discrepancy`] says so,
/// and an event of the level `WARN`.
#[must_use = "a stream does nothing unless it is polled"]
pub struct Pages<T> {
    /// None where the pages were given, and nobody is asked.
    operation: Option<&'static Operation>,
    fetch: Fetch<T>,
    /// The pages that were asked for, with their numbers. All but the first go on by themselves.
    ahead: VecDeque<(u32, Fetching<T>)>,
    prefetch: u32,
    /// How a page is asked for ahead. It is set with their number, so that a program which asks for none goes without it.
    spawn: fn(Fetching<T>) -> Fetching<T>,
    next: PageRequest,
    order: Order,
    progress: Progress,
    /// The error that comes next: the list cannot be begun, or not go on.
    refused: Option<Error>,
    state: State,
    /// How many pages were given out.
    shown: u64,
    /// How many members and entries of the pages that have come could not be read.
    unread: usize,
    /// The id of the request by which the last page has come.
    request_id: Option<String>,
}

impl<T: Send + 'static> Pages<T> {
    fn new<F>(operation: Option<&'static Operation>, order: Order, fetch: F) -> Self
    where
        F: Fn(PageRequest) -> Fetching<T> + Send + Sync + 'static,
    {
        Pages {
            operation,
            fetch: Arc::new(fetch),
            ahead: VecDeque::new(),
            prefetch: 0,
            spawn: |page| page,
            next: PageRequest { page: 1, token: None },
            order,
            progress: Progress::new(1),
            refused: None,
            state: State::GoesOn,
            shown: 0,
            unread: 0,
            request_id: None,
        }
    }

    /// The list that a call begins, of which each response is opened into a page. For use by generated code.
    #[doc(hidden)]
    pub fn of<A: DeserializeOwned + Send + 'static>(call: Call, open: fn(A, Origin) -> Page<T>) -> Self {
        let (operation, start) = (call.operation(), call.first_page());
        let order = match &operation.paging {
            Some(Paging::PageNumber { .. }) => Order::Numbered,
            Some(Paging::Token { .. }) => Order::Tokens(Visited::default()),
            Some(Paging::Single { .. }) | None => Order::Single,
        };
        let pages = Pages::new(Some(operation), order, move |wanted| {
            let page = call.page(wanted, decoder::<A>);
            Box::pin(page.map_ok(move |(answer, origin)| open(typed(answer), origin)))
        });
        match start {
            Ok(start) => pages.starting_at(start),
            Err(error) => Pages {
                refused: Some(error),
                ..pages
            },
        }
    }

    fn starting_at(mut self, page: u32) -> Self {
        self.progress = Progress::new(page);
        self.next.page = page;
        self
    }

    /// Requests up to `pages` pages ahead of the one that is being read. Default: 0; more than 64 count as 64.
    ///
    /// Each is requested by a task of its own, which runs while the stream is not polled, and is cancelled when the stream
    /// is dropped. Up to `pages` requests beyond the end of the list may be made in vain. A list whose pages are not
    /// requested by number is not affected.
    pub fn prefetch(mut self, pages: u32) -> Self {
        self.prefetch = pages.min(AHEAD);
        self.spawn = ahead;
        self
    }

    /// Continues where another run of the same list stopped.
    ///
    /// A continuation of another sort than the list's own, the page 0 and a blank token are reported as an error by the first
    /// poll.
    pub fn resume(mut self, continuation: &Continuation) -> Self {
        let problem = match (continuation, &mut self.order) {
            (Continuation::Page(0), Order::Numbered) => "there is no page 0; the first is 1",
            (Continuation::Page(number), Order::Numbered) => return self.starting_at(*number),
            (Continuation::Token(token), Order::Tokens(_)) if token.trim().is_empty() => "the token is blank",
            (Continuation::Token(token), Order::Tokens(visited)) => {
                visited.came_before(number_of(token));
                self.next.token = Some(token.clone());
                return self;
            }
            // A token can be long and is nobody's to read: the sort says enough.
            (Continuation::Page(_), _) => "a page number cannot continue this list",
            (Continuation::Token(_), _) => "a token cannot continue this list",
        };
        self.refused = Some(self.named(Error::configuration(problem)));
        self
    }

    /// The difference, once the list has ended, between the number of entries that the server reports and the number that
    /// was received.
    ///
    /// `None` if they agree, if the list has not ended or ended with an error, and if the server reports no number.
    ///
    /// ```
    /// # use avepoint_core::{Error, Pages};
    ///
    /// # async fn all(mut pages: Pages<u32>) -> Result<(), Error> {
    /// while let Some(page) = pages.next().await {
    ///     println!("{} entries", page?.items.len());
    /// }
    /// if let Some(discrepancy) = pages.discrepancy() {
    ///     println!("{discrepancy}"); // the server reports 250 entries, but 100 were received
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn discrepancy(&self) -> Option<Discrepancy> {
        match self.state {
            State::Ended => self.progress.discrepancy(),
            State::GoesOn | State::Failed => None,
        }
    }

    /// How many members and entries could not be read so far and are missing; [`Page::unread`] says which.
    pub fn unread_count(&self) -> usize {
        self.unread
    }

    /// The next page, if there is one.
    ///
    /// # Errors
    /// If the page cannot be fetched; nothing follows it.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        StreamExt::next(self).await
    }

    /// The same, for `?`: `while let Some(page) = pages.try_next().await?`.
    ///
    /// # Errors
    /// If the page cannot be fetched; nothing follows it.
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>, Error> {
        self.next().await.transpose()
    }

    /// The entries of the pages, as a stream.
    pub fn items(self) -> Items<T> {
        Items {
            pages: self,
            page: Vec::new().into_iter(),
        }
    }

    fn fill(&mut self) {
        // The page that is wanted is asked for in any case: how many there are is a guess.
        while self.ahead.is_empty() || self.may_look_ahead() {
            let request = self.next.clone();
            let (number, page) = (request.page, (self.fetch)(request));
            let page = match self.ahead.is_empty() {
                true => page,
                false => (self.spawn)(page),
            };
            self.ahead.push_back((number, page));
            // After the last number there is no other, and nothing is asked for ahead.
            self.next.page = number.saturating_add(1);
        }
    }

    fn may_look_ahead(&self) -> bool {
        match self.order {
            Order::Numbered => {
                self.ahead.len() <= self.prefetch as usize
                    && self.next.page < u32::MAX
                    && self.progress.may_go_on_to(self.next.page)
            }
            Order::Tokens(_) | Order::Single | Order::Given(_) => false,
        }
    }

    /// Takes in a page, and tells where the list goes on, if it does.
    fn after(&mut self, number: u32, page: &mut Page<T>) -> Result<Option<Continuation>, Error> {
        let verdict = match &mut self.order {
            Order::Single => {
                self.progress.take(number, page)?;
                if page.bytes.leads_on {
                    self.refused = Some(leads_elsewhere());
                }
                Verdict::Last
            }
            Order::Numbered => self.progress.take_numbered(number, page)?,
            Order::Given(left) => {
                // Those that were made by hand have no bytes by which they differ.
                page.bytes.list = number.into();
                self.progress.take(number, page)?;
                *left -= 1;
                match *left {
                    0 => Verdict::Last,
                    _ => Verdict::More,
                }
            }
            Order::Tokens(visited) => {
                self.progress.take(number, page)?;
                let Some(token) = &page.token else {
                    // One that came and says nothing is no end, and neither is another than the documented one.
                    if lacks_token(self.operation, &page.unread) {
                        let problem = "the token of the next page cannot be read";
                        self.refused = Some(Error::new(ErrorKind::Paging, problem));
                    } else if page.bytes.leads_on {
                        self.refused = Some(leads_elsewhere());
                    }
                    return Ok(None);
                };
                if visited.came_before(number_of(token)) {
                    self.refused = Some(endless("the token of the next page was used before"));
                    return Ok(None);
                }
                self.next.token = Some(token.clone());
                return Ok(Some(Continuation::Token(token.clone())));
            }
        };
        match verdict {
            Verdict::More => match number.checked_add(1) {
                Some(next) => Ok(Some(Continuation::Page(next))),
                None => {
                    self.refused = Some(endless(&format!("there is no page after {number}")));
                    Ok(None)
                }
            },
            Verdict::Last => Ok(None),
            Verdict::Past => {
                page.items.clear();
                Ok(None)
            }
        }
    }

    /// The error as one of the operation, if there is one. What is wrong with the list itself was found at its last page.
    fn named(&self, error: Error) -> Error {
        let error = match error.kind() {
            ErrorKind::Paging => error.with_request_id(self.request_id.clone()),
            _ => error,
        };
        match self.operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }

    /// Ends the list, and tells what does not agree.
    fn end(&mut self, state: State) {
        self.state = state;
        // What was asked for ahead is not wanted any more.
        self.ahead.clear();
        if let Some(Discrepancy { counted, received }) = self.discrepancy() {
            tracing::warn!(
                operation = self.operation.map(|operation| operation.id),
                counted,
                received,
                "the list has ended, but the server reports another number of entries"
            );
        }
    }
}

fn leads_elsewhere() -> Error {
    let problem = "the response refers to a next page in an undocumented way";
    Error::new(ErrorKind::Paging, problem)
}

/// Whether the token of the next page, or what it stands in, is among what could not be read.
fn lacks_token(operation: Option<&Operation>, unread: &Unread) -> bool {
    let Some(Paging::Token { next, .. }) = operation.and_then(|operation| operation.paging.as_ref()) else {
        return false;
    };
    let mut places = unread.members().iter().map(UnreadMember::path);
    places.any(|place| {
        next.strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// A token as one number: tokens are compared, never kept.
fn number_of(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(error) = this.refused.take() {
                this.end(State::Failed);
                return Poll::Ready(Some(Err(this.named(error))));
            }
            if this.state != State::GoesOn {
                return Poll::Ready(None);
            }
            this.fill();
            let Some((number, page)) = this.ahead.front_mut() else {
                return Poll::Ready(None);
            };
            let (number, result) = (*number, std::task::ready!(page.as_mut().poll(context)));
            this.ahead.pop_front();
            let outcome = result.and_then(|mut page| {
                this.request_id = page.request_id.take();
                page.next = this.after(number, &mut page)?;
                Ok(page)
            });
            let page = match outcome {
                Ok(page) => page,
                Err(error) => {
                    this.refused = Some(error);
                    continue;
                }
            };
            this.unread += page.unread.total();
            let is_last = page.next.is_none();
            if is_last && this.refused.is_none() {
                this.end(State::Ended);
            }
            // The empty page that marks the end is not shown, unless the list itself is empty.
            if !(is_last && page.is_empty() && this.shown > 0) {
                this.shown += 1;
                return Poll::Ready(Some(Ok(page)));
            }
        }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.next)
            .field("prefetch", &self.prefetch)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// A list of pages that are given, for tests of code that takes one. It ends after the last, and after an error; what is
/// said of the whole list, such as [`Pages::discrepancy`], is found as for any other.
///
/// ```
/// use avepoint_core::{Error, ErrorKind, Page, Pages};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let mut counted = Page::from(vec!["Northwind", "Contoso"]);
/// counted.total = Some(3);
/// let broken = Error::new(ErrorKind::Connection, "the connection broke");
/// let mut pages: Pages<&str> = [Ok(counted), Err(broken)].into_iter().collect();
///
/// let page = pages.next().await.expect("a page")?;
/// assert_eq!((page.items.len(), page.total), (2, Some(3)));
/// assert!(pages.next().await.expect("an error").is_err());
/// assert!(pages.next().await.is_none());
/// # Ok(())
/// # }
/// ```
impl<T: Send + 'static> FromIterator<Result<Page<T>, Error>> for Pages<T> {
    fn from_iter<I: IntoIterator<Item = Result<Page<T>, Error>>>(pages: I) -> Self {
        let pages: VecDeque<_> = pages.into_iter().collect();
        let order = Order::Given(pages.len());
        let state = match pages.is_empty() {
            true => State::Ended,
            false => State::GoesOn,
        };
        let pages = Mutex::new(pages);
        let given = Pages::new(None, order, move |_| {
            let page = pages.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            // As many are asked for as there are.
            let page = page.unwrap_or_else(|| Ok(Page::from(Vec::new())));
            Box::pin(std::future::ready(page))
        });
        Pages { state, ..given }
    }
}

/// The entries of a list, as a stream over all its pages.
#[must_use = "a stream does nothing unless it is polled"]
#[derive(Debug)]
pub struct Items<T> {
    pages: Pages<T>,
    /// What is left of the page that came last.
    page: std::vec::IntoIter<T>,
}

impl<T: Send + 'static> Items<T> {
    /// Requests up to `pages` pages ahead; see [`Pages::prefetch`].
    pub fn prefetch(mut self, pages: u32) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// The difference between the entries reported and received, once the list has ended; see [`Pages::discrepancy`].
    pub fn discrepancy(&self) -> Option<Discrepancy> {
        self.pages.discrepancy()
    }

    /// How many members and entries could not be read so far and are missing; [`Pages`] say which, page by page, and an
    /// event of the level `WARN` names their places.
    pub fn unread_count(&self) -> usize {
        self.pages.unread_count()
    }

    /// The next entry, if there is one.
    ///
    /// ```
    /// # use avepoint_core::{Error, Items};
    /// # async fn all(mut customers: Items<u32>) -> Result<(), Error> {
    /// while let Some(customer) = customers.next().await {
    ///     println!("{}", customer?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the page in which it is; nothing follows it.
    pub async fn next(&mut self) -> Option<Result<T, Error>>
    where
        T: Unpin,
    {
        // Most entries are here: nobody need be asked for them.
        match self.page.next() {
            Some(item) => Some(Ok(item)),
            None => StreamExt::next(self).await,
        }
    }

    /// The same, for `?`.
    ///
    /// ```
    /// # use avepoint_core::{Error, Items};
    /// # async fn all(mut customers: Items<u32>) -> Result<(), Error> {
    /// while let Some(customer) = customers.try_next().await? {
    ///     println!("{customer}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the page in which it is; nothing follows it.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error>
    where
        T: Unpin,
    {
        self.next().await.transpose()
    }

    /// Collects all entries, whatever number the server reports. Mind the memory: an account may hold thousands.
    ///
    /// # Errors
    /// The first error of any page.
    pub async fn collect_all(mut self) -> Result<Vec<T>, Error>
    where
        T: Unpin,
    {
        self.rest().await
    }

    /// Collects all entries, and checks that there are as many as the server reports. For work that must not miss one.
    ///
    /// ```
    /// # use avepoint_core::{Error, Pages};
    /// # async fn all(pages: Pages<u32>) -> Result<(), Error> {
    /// let customers = pages.items().collect_counted().await?;
    /// println!("all {} customers", customers.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The first error of any page, and one of kind [`ErrorKind::Paging`] if the server reports another number of
    /// entries than were received. If it reports none, the list is returned as it came.
    pub async fn collect_counted(mut self) -> Result<Vec<T>, Error>
    where
        T: Unpin,
    {
        let all = self.rest().await?;
        match self.discrepancy() {
            Some(discrepancy) => Err(self.pages.named(Error::new(ErrorKind::Paging, discrepancy.to_string()))),
            None => Ok(all),
        }
    }

    async fn rest(&mut self) -> Result<Vec<T>, Error>
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

/// A list of entries that are given, for tests of code that takes one. It ends after an error.
///
/// ```
/// use avepoint_core::{Error, ErrorKind, Items};
///
/// let broken = Error::new(ErrorKind::Connection, "the connection broke");
/// let names: Items<&str> = [Ok("Northwind"), Err(broken)].into_iter().collect();
/// # let _ = names;
/// ```
impl<T: Send + 'static> FromIterator<Result<T, Error>> for Items<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, Error>>>(entries: I) -> Self {
        let (mut page, mut error) = (Vec::new(), None);
        for entry in entries {
            match entry {
                Ok(entry) => page.push(entry),
                Err(problem) => {
                    error = Some(Err(problem));
                    break;
                }
            }
        }
        let pages: Pages<T> = [Ok(Page::from(page))].into_iter().chain(error).collect();
        pages.items()
    }
}

/// A list of entries that are given, for tests of code that takes one.
///
/// ```
/// use avepoint_core::{Error, Items};
///
/// async fn longest(mut names: Items<String>) -> Result<usize, Error> {
///     let mut longest = 0;
///     while let Some(name) = names.next().await {
///         longest = longest.max(name?.len());
///     }
///     Ok(longest)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let names = Items::from(vec!["Northwind".to_owned(), "Contoso".to_owned()]);
/// assert_eq!(longest(names).await?, 9);
/// # Ok(())
/// # }
/// ```
impl<T: Send + 'static> From<Vec<T>> for Items<T> {
    fn from(entries: Vec<T>) -> Self {
        entries.into_iter().map(Ok).collect()
    }
}

impl<T: Send + Unpin + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.page = page.items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests;
