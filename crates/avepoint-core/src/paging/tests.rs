#![allow(clippy::type_complexity, reason = "rows of a table are read where they stand")]

use std::sync::Mutex;

use futures_util::FutureExt;
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::operation::Method;

static LIST: Operation = Operation::new("listThings", Method::Get, "/things", "List the things");

/// A response of a server's: its entries, and what it says of them.
#[derive(Clone, Debug, Default)]
struct Answer {
    items: Vec<u32>,
    total: Option<i64>,
    size: Option<i64>,
    more: Option<bool>,
    token: Option<String>,
    /// A time, an id, the number of the page: what stands beside the list.
    stamp: u32,
}

impl From<Answer> for Page<u32> {
    fn from(answer: Answer) -> Self {
        fn hash(part: impl Hash) -> u64 {
            let mut hasher = DefaultHasher::new();
            part.hash(&mut hasher);
            hasher.finish()
        }
        let bytes = Fingerprint {
            list: hash(&answer.items),
            rest: hash((answer.total, &answer.token, answer.stamp)),
            leads_on: false,
            entries: !answer.items.is_empty(),
        };
        let unread = Unread::default();
        Page::new(
            answer.items,
            Origin {
                bytes,
                unread,
                request_id: None,
            },
        )
        .with_total(answer.total)
        .with_size(answer.size)
        .with_more(answer.more)
        .with_next_token(answer.token)
    }
}

/// The requests that a server has had: by the number of a page, counted in any case, and by token.
type Log = Arc<Mutex<Vec<(u32, String)>>>;

/// Answers a request, and logs it.
fn serve(
    answer: impl Fn(&PageRequest) -> Answer + Send + Sync + 'static,
) -> (
    Log,
    impl Fn(PageRequest) -> BoxFuture<'static, Result<Page<u32>, Error>> + Send + Sync + 'static,
) {
    let log = Log::default();
    let written = Arc::clone(&log);
    let fetch = move |request: PageRequest| -> BoxFuture<'static, Result<Page<u32>, Error>> {
        let page = answer(&request).into();
        log.lock()
            .expect("no panic")
            .push((request.page, request.token.unwrap_or_default()));
        Box::pin(async move { Ok(page) })
    };
    (written, fetch)
}

fn numbered(answer: impl Fn(u32) -> Answer + Send + Sync + 'static) -> (Log, Pages<u32>) {
    let (log, fetch) = serve(move |request| answer(request.page));
    (log, Pages::new(Some(&LIST), Order::Numbered, fetch))
}

fn tokens(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (Log, Pages<u32>) {
    let (log, fetch) = serve(move |request| answer(request.token.as_deref().unwrap_or_default()));
    (log, Pages::new(Some(&LIST), Order::Tokens(Visited::default()), fetch))
}

fn pages_asked(log: &Log) -> Vec<u32> {
    log.lock().expect("no panic").iter().map(|(page, _)| *page).collect()
}

/// How a server counts: by the page's number, its entries, and the entries up to its end.
type Count = fn(u32, i64, i64) -> Option<i64>;

/// A server that gives the numbers from 0, in pages of these sizes.
fn honest(sizes: &[u32], count: Count) -> impl Fn(u32) -> Answer + Send + Sync + use<> {
    let sizes = sizes.to_vec();
    move |page| {
        let index = page as usize - 1;
        let size = sizes.get(index).copied().unwrap_or_default();
        let before: u32 = sizes.iter().take(index).sum();
        Answer {
            items: (before..before + size).collect(),
            total: count(page, size.into(), (before + size).into()),
            ..Answer::default()
        }
    }
}

/// What came of a list whose requests never wait, and what did not agree.
fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

/// What comes of it. All of a test run in one runtime, as pages asked ahead outlive a poll.
fn wait<T>(future: impl Future<Output = T>) -> T {
    thread_local!(static RUNTIME: Runtime = runtime());
    RUNTIME.with(|runtime| runtime.block_on(future))
}

fn run(pages: Pages<u32>) -> Result<(Vec<u32>, Option<(u64, u64)>), Error> {
    let mut items = pages.items();
    let all = wait(items.rest())?;
    let discrepancy = items.discrepancy();
    Ok((all, discrepancy.map(|found| (found.counted, found.received))))
}

fn upto(count: u32) -> Vec<u32> {
    (0..count).collect()
}

#[test]
fn a_count_ends_a_list_only_if_it_promised_what_came() {
    const WHOLE: &[u32] = &[100, 100, 50];
    const MAX: u64 = i64::MAX as u64;
    let table: &[(&str, &[u32], Count, u32, Option<(u64, u64)>)] = &[
        ("the list", WHOLE, |_, _, _| Some(250), 3, None),
        ("the page", WHOLE, |_, page, _| Some(page), 4, None),
        ("what came so far", WHOLE, |_, _, so_far| Some(so_far), 4, None),
        (
            "what came, and one page",
            WHOLE,
            |_, page, so_far| Some(page + so_far),
            4,
            None,
        ),
        ("nothing", WHOLE, |_, _, _| None, 4, None),
        (
            "the list, once",
            WHOLE,
            |page, _, _| (page == 1).then_some(250),
            3,
            None,
        ),
        ("the list, late", WHOLE, |page, _, _| (page > 1).then_some(250), 3, None),
        (
            "the list, as it grows",
            WHOLE,
            |page, _, _| Some(230 + 10 * i64::from(page)),
            4,
            Some((270, 250)),
        ),
        (
            "the list, as it shrinks",
            WHOLE,
            |page, _, _| Some(280 - 10 * i64::from(page)),
            4,
            Some((270, 250)),
        ),
        (
            "fewer in the end",
            WHOLE,
            |page, _, _| Some(if page == 1 { 300 } else { 250 }),
            4,
            None,
        ),
        (
            "the list, then the page",
            WHOLE,
            |page, size, _| Some(if page == 1 { 250 } else { size }),
            3,
            None,
        ),
        ("too many", WHOLE, |_, _, _| Some(300), 4, Some((300, 250))),
        (
            "too many, then none",
            WHOLE,
            |page, _, _| Some(if page < 4 { 300 } else { 0 }),
            4,
            Some((300, 250)),
        ),
        ("too few", WHOLE, |_, _, _| Some(7), 4, Some((7, 250))),
        // It does not count.
        ("zero", WHOLE, |_, _, _| Some(0), 4, None),
        ("below zero", WHOLE, |_, _, _| Some(-1), 4, None),
        ("without end", WHOLE, |_, _, _| Some(i64::MAX), 4, Some((MAX, 250))),
        ("the least", WHOLE, |_, _, _| Some(i64::MIN), 4, None),
        // The last page is as large as the largest: the count may be capped.
        ("uneven pages", &[50, 30, 1, 50], |_, _, _| Some(131), 5, None),
        (
            "no more than the count is capped at",
            &[50, 50, 50, 50, 37],
            |_, _, _| Some(100),
            6,
            Some((100, 237)),
        ),
        (
            "uneven pages, each its own",
            &[50, 30, 1, 50],
            |_, page, _| Some(page),
            5,
            None,
        ),
        (
            "equal pages, each its own",
            &[20, 20, 20],
            |_, page, _| Some(page),
            4,
            None,
        ),
        ("one page", &[3], |_, _, _| Some(3), 2, None),
        ("no entry", &[], |_, _, _| Some(0), 1, None),
        ("no entry of five", &[], |_, _, _| Some(5), 1, Some((5, 0))),
        ("no entry, uncounted", &[], |_, _, _| None, 1, None),
        ("a hole", &[50, 0, 50], |_, _, _| Some(100), 2, Some((100, 50))),
    ];
    for (what, sizes, count, requests, discrepancy) in table {
        // What comes after an empty page is not found; that it is missing is.
        let entries = sizes.iter().take_while(|size| **size > 0).sum();
        for ahead in [0, 3] {
            let (log, pages) = numbered(honest(sizes, *count));
            let outcome = run(pages.prefetch(ahead)).expect(what);
            assert_eq!(outcome, (upto(entries), *discrepancy), "{what}");
            let most = requests + ahead;
            let made = pages_asked(&log);
            assert!(
                (*requests..=most).contains(&(made.len() as u32)),
                "{what}, {ahead} ahead: {made:?}"
            );
        }
    }
}

#[test]
fn a_page_with_room_left_is_the_only_one_if_it_is_counted_whole() {
    for (what, items, total, size, requests) in [
        ("room and a count", 3, Some(3), Some(50), 1),
        ("no room", 50, Some(50), Some(50), 2),
        ("more than fits", 51, Some(51), Some(50), 2),
        ("no count", 3, None, Some(50), 2),
        ("no size", 3, Some(3), None, 2),
        ("no size", 3, Some(3), Some(-1), 2),
        ("a promise", 3, Some(4), Some(50), 2),
    ] {
        let (log, pages) = numbered(move |page| Answer {
            items: if page == 1 { upto(items) } else { Vec::new() },
            total,
            size,
            ..Answer::default()
        });
        assert_eq!(run(pages).expect(what).0, upto(items), "{what}");
        assert_eq!(pages_asked(&log).len(), requests, "{what}");
    }
}

#[test]
fn a_server_that_says_whether_more_follows_is_believed() {
    let says = |more: fn(u32) -> bool, sizes: &[u32], count: Count| {
        let answer = honest(sizes, count);
        numbered(move |page| Answer {
            more: Some(more(page)),
            ..answer(page)
        })
    };
    let (log, pages) = says(|page| page < 3, &[2, 2, 2, 2], |_, page, _| Some(page));
    assert_eq!(run(pages).expect("a list"), (upto(6), None));
    assert_eq!(pages_asked(&log), [1, 2, 3]);
    // Also where the count says otherwise, and over an empty page; what does not agree is reported.
    let (log, pages) = says(|page| page < 4, &[2, 0, 2, 2], |_, _, _| Some(4));
    assert_eq!(run(pages).expect("a list"), (upto(6), Some((4, 6))));
    assert_eq!(pages_asked(&log), [1, 2, 3, 4]);
    let (log, pages) = says(|_| true, &[2], |_, _, _| None);
    assert_eq!(run(pages).expect_err("empty pages").kind(), ErrorKind::Paging);
    assert_eq!(pages_asked(&log).len(), 12);
}

#[test]
fn a_list_resumes_where_it_stopped() {
    let table: &[(&str, &[u32], Count, u32, u32, Option<(u64, u64)>)] = &[
        ("counted", &[10, 10, 10, 10, 7], |_, _, _| Some(47), 3, 3, None),
        // That the pages before were full is a guess: a full page may have another after it.
        ("full to the end", &[10, 10, 10, 10], |_, _, _| Some(40), 3, 3, None),
        ("uncounted", &[10, 10, 10, 10, 7], |_, _, _| None, 3, 4, None),
        (
            "each its own",
            &[10, 10, 10, 10, 7],
            |_, page, _| Some(page),
            3,
            4,
            None,
        ),
        (
            "a short beginning",
            &[5, 10, 10, 10, 2],
            |_, _, _| Some(37),
            2,
            5,
            Some((37, 42)),
        ),
        (
            "the last page",
            &[10, 10, 10, 10, 7],
            |_, _, _| Some(47),
            5,
            2,
            Some((47, 35)),
        ),
        ("after the last page", &[10, 10], |_, _, _| Some(20), 3, 1, None),
        ("far away", &[10, 10], |_, _, _| Some(20), u32::MAX, 1, None),
    ];
    for (what, sizes, count, start, requests, discrepancy) in table {
        let (log, pages) = numbered(honest(sizes, *count));
        let before: u32 = sizes.iter().take(*start as usize - 1).sum();
        let rest: Vec<_> = (before..sizes.iter().sum()).collect();
        let place = format!("page:{start}").parse().expect("a continuation");
        assert_eq!(run(pages.resume(&place)).expect(what), (rest, *discrepancy), "{what}");
        assert_eq!(
            pages_asked(&log),
            (0..*requests).map(|n| start + n).collect::<Vec<_>>(),
            "{what}"
        );
    }
    // With the size of a page nothing has to be guessed.
    let answer = honest(&[10, 10, 10, 10, 7], |_, _, _| Some(47));
    let (log, pages) = numbered(move |page| Answer {
        size: Some(10),
        ..answer(page)
    });
    let outcome = run(pages.resume(&Continuation::Page(5))).expect("the rest");
    assert_eq!((outcome, pages_asked(&log)), (((40..47).collect(), None), vec![5]));
}

#[test]
fn what_does_not_continue_a_list_is_refused_before_anything_is_asked() {
    let token = |text: &str| Continuation::Token(text.to_owned());
    for place in [Continuation::Page(0), token("secret")] {
        let (log, pages) = numbered(honest(&[1], |_, _, _| None));
        let error = run(pages.resume(&place)).expect_err("no place in this list");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error.to_string().starts_with("listThings: ") && !error.to_string().contains("secret"),
            "{error}"
        );
        assert!(pages_asked(&log).is_empty());
    }
    for place in [Continuation::Page(2), token(""), token(" \n")] {
        let (log, pages) = tokens(|_| Answer::default());
        assert_eq!(
            run(pages.resume(&place)).expect_err("no place").kind(),
            ErrorKind::Configuration
        );
        assert!(pages_asked(&log).is_empty());
    }
}

#[test]
fn there_is_no_page_after_the_last_number() {
    for ahead in [0, 5] {
        let (log, pages) = numbered(|page| Answer {
            items: vec![page],
            ..Answer::default()
        });
        let mut pages = pages.resume(&Continuation::Page(u32::MAX - 1)).prefetch(ahead);
        let mut next = || wait(pages.next());
        assert_eq!(next().expect("a page").expect("the last but one").items, [u32::MAX - 1]);
        assert_eq!(next().expect("a page").expect("the last").items, [u32::MAX]);
        assert_eq!(
            next().expect("an error").expect_err("no number").kind(),
            ErrorKind::Paging
        );
        assert!(next().is_none());
        assert_eq!(pages_asked(&log), [u32::MAX - 1, u32::MAX]);
    }
}

#[test]
fn looking_ahead_is_bounded() {
    let (log, pages) = numbered(honest(&[1; 200], |_, _, _| Some(200)));
    let mut pages = pages.prefetch(u32::MAX);
    let first = wait(pages.next());
    assert_eq!(first.expect("a page").expect("the first").items, [0]);
    assert_eq!(pages_asked(&log).len(), 1 + AHEAD as usize);
    drop(pages);

    let (log, pages) = numbered(honest(&[10; 10], |_, _, _| Some(100)));
    assert_eq!(run(pages.prefetch(3)).expect("a list").0, upto(100));
    assert_eq!(
        pages_asked(&log).len(),
        11,
        "no page is asked for that the count rules out, but the one that shows the count to be true"
    );
}

#[test]
fn rows_may_be_equal() {
    /// Pages of equal rows, from a server that says or does not say which page it is.
    fn equal(sizes: &'static [usize], total: Option<i64>, says: bool) -> Pages<u32> {
        let answer = move |page: u32| Answer {
            items: vec![7; sizes.get(page as usize - 1).copied().unwrap_or_default()],
            total,
            stamp: if says { page } else { 0 },
            ..Answer::default()
        };
        numbered(answer).1
    }
    for (sizes, total, says) in [
        (&[100, 100, 50][..], Some(250), true),
        (&[100, 100, 50], Some(250), false),
        (&[100, 100, 50], None, true),
        (&[100, 100], Some(200), true),
        (&[100, 100], Some(200), false),
        (&[100; 30], Some(3000), true),
    ] {
        let (all, discrepancy) = run(equal(sizes, total, says)).expect("a list");
        assert_eq!(
            (all.len(), discrepancy),
            (sizes.iter().sum(), None),
            "{sizes:?} {total:?} {says}"
        );
    }
    // Where nothing tells an honest server from one that does not look at the number, that is said.
    let error = run(equal(&[100, 100, 50], None, false)).expect_err("it may have no end");
    assert_eq!(
        error.to_string(),
        "listThings: page 2 is the same as an earlier one: the list does not end"
    );
}

#[test]
fn a_server_with_one_page_may_give_it_whatever_is_asked() {
    let (log, pages) = numbered(|_| Answer {
        items: upto(3),
        total: Some(3),
        ..Answer::default()
    });
    assert_eq!(run(pages).expect("a list"), (upto(3), None));
    assert_eq!(pages_asked(&log), [1, 2]);
}

#[test]
fn circles_are_errors_soon() {
    let circle = |total: Option<i64>, stamps: bool, lists: &'static [u32]| {
        numbered(move |page| Answer {
            items: vec![lists[(page as usize - 1) % lists.len()]; 10],
            total,
            stamp: if stamps { page } else { 0 },
            ..Answer::default()
        })
    };
    for (what, total, stamps, lists, requests) in [
        ("the same page", None, false, &[1][..], 2),
        ("two in turn", None, false, &[1, 2], 3),
        ("three in turn", None, false, &[1, 2, 3], 4),
        ("the same page, with the time", None, true, &[1], 34),
        ("two in turn, with the time", None, true, &[1, 2], 35),
        ("the same page, of many", Some(i64::from(i32::MAX)), false, &[1], 34),
        ("the same page, of many, with the time", Some(i64::MAX), true, &[1], 34),
        // As many entries as were promised, and yet not those.
        ("the same page, twice promised", Some(20), false, &[1], 3),
        ("the same page, twice promised, with the time", Some(20), true, &[1], 3),
        ("two of three", Some(30), false, &[1, 2], 4),
        ("two of three, with the time", Some(30), true, &[1, 2], 4),
        ("more than promised", Some(25), true, &[1], 3),
    ] {
        let (log, pages) = circle(total, stamps, lists);
        let error = run(pages).expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Paging, "{what}");
        assert!(error.to_string().starts_with("listThings: "), "{error}");
        assert!(error.to_string().ends_with(": the list does not end"), "{error}");
        assert_eq!(pages_asked(&log).len(), requests, "{what}");
    }
}

#[test]
fn tokens_are_followed_to_the_end() {
    /// Each token leads to one entry, to another token, and to the count of the page.
    fn chain(token: &str) -> Answer {
        let (items, next) = match token {
            "" => (vec![0], "a"),
            "a" => (vec![], "b"),
            "b" => (vec![1], "c"),
            _ => (vec![2], " \t"),
        };
        Answer {
            total: Some(items.len() as i64),
            items,
            token: Some(next.to_owned()),
            ..Answer::default()
        }
    }
    let (_, pages) = tokens(chain);
    assert_eq!(run(pages).expect("a list"), (upto(3), None));
    let place = "token:b".parse().expect("a continuation");
    assert_eq!(run(tokens(chain).1.resume(&place)).expect("the rest").0, [1, 2]);
}

#[test]
fn tokens_that_lead_nowhere_are_errors_after_what_came() {
    let answer = |items: Vec<u32>, token: &str| Answer {
        items,
        token: Some(token.to_owned()),
        ..Answer::default()
    };
    type Answering = fn(&str) -> (u32, String);
    // With how many requests are made, and how many entries come before the error.
    let table: [(&str, Answering, usize, usize); 4] = [
        ("the same answer again", |_| (1, "a".to_owned()), 2, 1),
        (
            "the same token again",
            |token| (token.len() as u32, "a".to_owned()),
            2,
            2,
        ),
        (
            "a circle",
            |token| match token {
                "" => (1, "a".to_owned()),
                "a" => (2, "b".to_owned()),
                _ => (3, "a".to_owned()),
            },
            3,
            3,
        ),
        (
            "a new token for the same page",
            |token| (1, format!("{token}x")),
            34,
            33,
        ),
    ];
    for (what, next, requests, entries) in table {
        let (log, pages) = tokens(move |token| {
            let (item, token) = next(token);
            answer(vec![item], &token)
        });
        let mut items = pages.items();
        let mut seen = 0;
        let error = loop {
            match items
                .next()
                .now_or_never()
                .expect("nothing to wait for")
                .expect("an error before the end")
            {
                Ok(_) => seen += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Paging, "{what}");
        assert_eq!(pages_asked(&log).len(), requests, "{what}");
        // What a page brought is not lost for its token's sake.
        assert_eq!(seen, entries, "{what}");
        assert!(items.next().now_or_never().expect("nothing to wait for").is_none());
        assert_eq!(items.discrepancy(), None);
    }
    let (log, pages) = tokens(move |token| answer(Vec::new(), &format!("{token}x")));
    assert_eq!(run(pages).expect_err("only empty pages").kind(), ErrorKind::Paging);
    assert_eq!(pages_asked(&log).len(), 11);
    // A token that was asked for and comes back is a circle also after a resumption.
    let (log, pages) = tokens(move |_| answer(vec![1], "a"));
    assert!(run(pages.resume(&Continuation::Token("a".to_owned()))).is_err());
    assert_eq!(pages_asked(&log).len(), 1);
}

#[test]
fn a_list_of_one_page_that_leads_on_is_not_whole() {
    let (_, fetch) = serve(|_| Answer::default());
    let pages = Pages::new(Some(&LIST), Order::Single, move |request| {
        let page = fetch(request);
        Box::pin(async move {
            let mut page = page.await?;
            page.items = upto(2);
            page.bytes.leads_on = true;
            Ok(page)
        })
    });
    let mut pages = pages;
    let mut next = || pages.next().now_or_never().expect("nothing to wait for");
    assert_eq!(next().expect("a page").expect("the first").items, upto(2));
    assert_eq!(
        next().expect("an error").expect_err("there is more").kind(),
        ErrorKind::Paging
    );
    assert!(next().is_none());
}

#[test]
fn an_error_ends_the_list() {
    let mut pages: Pages<u32> = Pages::new(Some(&LIST), Order::Numbered, |_| {
        Box::pin(async { Err(Error::new(ErrorKind::Connect, "no")) })
    });
    let mut next = || pages.next().now_or_never().expect("nothing to wait for");
    assert!(next().expect("an error").is_err());
    assert!(next().is_none());
    assert_eq!(pages.discrepancy(), None);
}

#[test]
fn a_list_that_is_not_whole_is_refused_where_it_must_be() {
    let counted = |total| {
        let items = numbered(honest(&[2, 2], total)).1.items();
        items.collect_counted().now_or_never().expect("nothing to wait for")
    };
    assert_eq!(counted(|_, _, _| Some(4)).expect("a list"), upto(4));
    assert_eq!(counted(|_, _, _| None).expect("a list"), upto(4));
    let error = counted(|_, _, _| Some(5)).expect_err("one is missing");
    assert_eq!(
        error.to_string(),
        "listThings: the server reports 5 entries, but 4 were received"
    );
    assert_eq!(error.kind(), ErrorKind::Paging);
}

/// Keeps the numbers of each warning.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<(String, u64)>>>);

impl tracing::field::Visit for Warnings {
    fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
        self.0.lock().expect("no panic").push((field.name().to_owned(), value));
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn fmt::Debug) {}
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn what_does_not_agree_is_an_event() {
    let warnings = Warnings::default();
    // With a second dispatcher the threads of the other tests do not settle whether an event is wanted.
    let _second = tracing::Dispatch::new(warnings.clone());
    tracing::subscriber::with_default(warnings.clone(), || {
        run(numbered(honest(&[2], |_, _, _| Some(2))).1).expect("a list");
        run(numbered(honest(&[2], |_, _, _| Some(9))).1).expect("a list");
    });
    let warned = warnings.0.lock().expect("no panic").clone();
    assert_eq!(warned, [("counted".to_owned(), 9), ("received".to_owned(), 2)]);
}

proptest! {
    #[test]
    fn from_an_honest_server_each_entry_comes_once(
        sizes in prop::collection::vec(1_u32..5, 0..40),
        counts in 0_usize..6,
        ahead in 0_u32..6,
    ) {
        let whole: u32 = sizes.iter().sum();
        let counting: [Count; 5] = [
            |_, _, _| None,
            |_, page, _| Some(page),
            |_, _, so_far| Some(so_far),
            |_, _, _| Some(0),
            |_, _, _| Some(i64::MAX),
        ];
        let answer = honest(&sizes, counting.get(counts).copied().unwrap_or(counting[0]));
        let (log, pages) = numbered(move |page| {
            let answer = answer(page);
            Answer {
                // The last of the kinds of counting: of the list.
                total: if counts == 5 { Some(whole.into()) } else { answer.total },
                ..answer
            }
        });
        let (all, _) = run(pages.prefetch(ahead)).expect("a list");
        prop_assert_eq!(all, upto(whole));
        prop_assert!(pages_asked(&log).len() <= sizes.len() + 1 + ahead as usize);
    }

    #[test]
    fn no_circle_goes_on_and_none_is_taken_for_a_list(
        prefix in 0_u32..40,
        period in 1_u32..40,
        entries in 1_u32..4,
        total in prop::option::of(0_i64..400),
        stamps in any::<bool>(),
    ) {
        let (log, pages) = numbered(move |page| {
            let index = page - 1;
            let list = if index < prefix { index } else { prefix + (index - prefix) % period };
            Answer {
                items: (0..entries).map(|entry| list * entries + entry).collect(),
                total,
                stamp: if stamps { page } else { 0 },
                ..Answer::default()
            }
        });
        if let Ok((all, discrepancy)) = run(pages) {
            // As many as were promised, and no two the same.
            prop_assert_eq!((Some(all.len() as i64), discrepancy), (total, None));
            prop_assert_eq!(upto(all.len() as u32), all);
        }
        let distinct = (prefix + period) as usize;
        let most = if stamps || total.is_some() { distinct + 33 } else { distinct + 1 };
        prop_assert!(pages_asked(&log).len() <= most);
    }
}

#[tokio::test]
async fn pages_that_are_given_end_after_the_last_whatever_stands_in_them() {
    let mut none: Pages<u32> = std::iter::empty().collect();
    assert!(none.next().await.is_none());
    let none = Items::<u32>::from(Vec::new()).collect_counted().await;
    assert!(none.expect("an empty list").is_empty());

    // Equal pages are no circle, and there may be many without entries.
    let mut page = Page::from(vec![1, 2]);
    page.total = Some(5);
    let given = || [page.clone(), Page::from(Vec::new()), page.clone()].map(Ok);
    let mut pages = given().into_iter().collect::<Pages<u32>>().prefetch(4);
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        seen.push((page.items, page.next));
    }
    assert_eq!(
        seen,
        [
            (vec![1, 2], Some(Continuation::Page(2))),
            (Vec::new(), Some(Continuation::Page(3))),
            (vec![1, 2], None),
        ]
    );
    let discrepancy = pages.discrepancy().expect("one is missing");
    assert_eq!((discrepancy.counted, discrepancy.received), (5, 4));
    let counted = given().into_iter().collect::<Pages<u32>>().items().collect_counted();
    assert_eq!(counted.await.expect_err("one is missing").kind(), ErrorKind::Paging);

    // An error is the end, and is as it was given.
    let error = Error::new(ErrorKind::Connection, "the connection broke");
    let mut broken: Pages<u32> = [Ok(page.clone()), Err(error), Ok(page)].into_iter().collect();
    assert!(broken.next().await.expect("a page").is_ok());
    let error = broken.next().await.expect("an error").expect_err("as it was given");
    assert_eq!(error.to_string(), "the connection broke");
    assert!(broken.next().await.is_none() && broken.discrepancy().is_none());
}

#[test]
fn a_text_that_is_no_continuation_is_not_shown() {
    for text in [
        "tok en:hunter22xyz",
        "hunter22xyz",
        "page:hunter22xyz",
        "token:",
        "page:0",
        "",
    ] {
        let error = text.parse::<Continuation>().expect_err(text);
        let told = format!("{error} {error:?}");
        assert!(
            error.is_configuration() && told.contains("this is not a continuation"),
            "{told}"
        );
        assert!(!told.contains("hunter22xyz"), "{told}");
    }
}

#[test]
fn the_token_of_a_continuation_is_stored_and_not_shown() {
    let place = Continuation::Token("hunter22xyz".to_owned());
    let page = Page {
        next: Some(place.clone()),
        ..Page::from(vec![1])
    };
    let shown = format!("{place:?} {page:?} {page:#?}");
    assert!(
        shown.starts_with("Token(\"[redacted]\")") && !shown.contains("hunter22xyz"),
        "{shown}"
    );
    assert_eq!(format!("{:?}", Continuation::Page(7)), "Page(7)");
    assert_eq!(place.to_string().parse::<Continuation>().expect("a place"), place);
    assert_eq!(
        serde_json::to_string(&place).expect("JSON"),
        r#"{"token":"hunter22xyz"}"#
    );
}

#[test]
fn a_page_asked_ahead_ends_with_its_runtime_and_the_list_says_so() {
    let (_, pages) = numbered(honest(&[1; 5], |_, _, _| Some(5)));
    let mut pages = pages.prefetch(2);
    let first = runtime().block_on(pages.next());
    assert_eq!(first.expect("a page").expect("the first").items, [0]);
    let error = wait(pages.next()).expect("an error").expect_err("the runtime is gone");
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            ErrorKind::Connection,
            format!("{}: the runtime in which the page was asked for has ended", LIST.id)
        )
    );
    assert!(wait(pages.next()).is_none());
}
