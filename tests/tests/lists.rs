//! Lists in pages over a real socket: what is asked for, what arrives, and that every list ends.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use avepoint_core::{CallOptions, Continuation, Error, ErrorKind, Paging, RetryPolicy};
use avepoint_elements_v3::types::{
    AzureCostIssue, AzureCostRecommendation, AzureIssueSeverity, BackupModule, Customer, SftpDeviceType,
};
use avepoint_insights::types::ListSiteOverviewsRequest;
use avepoint_tests::client::{APIS, AnyClient, client_of};
use avepoint_tests::elements::{builder, client};
use avepoint_tests::server::{Received, Reply, Server};
use avepoint_tests::specs::{Case, cases};
use avepoint_tests::traces::Traces;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

/// The most requests that a list which does not end may cost.
const BOUND: usize = 50;

/// The number of the page that is asked for, and its size.
fn asked(request: &Received) -> (usize, usize) {
    let query = request.query.clone().unwrap_or_default();
    let number = |name: &str, default| {
        let value = query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    (number("pageIndex", 1), number("pageSize", 50))
}

fn pages_asked(server: &Server) -> Vec<usize> {
    server.received().iter().map(|request| asked(request).0).collect()
}

/// Some customers, named by their numbers, and what the server says of their count.
fn page(customers: impl Iterator<Item = usize>, total: Option<usize>) -> Reply {
    let data: Vec<_> = customers.map(|number| json!({"id": number.to_string()})).collect();
    Reply::json(
        200,
        &json!({"data": data, "metadata": total.map(|total| json!({"totalCount": total}))}),
    )
}

/// A server that has so many customers and says so, or not.
async fn customers(count: usize, tells: bool) -> Server {
    Server::start(move |request, _| {
        let (number, size) = asked(request);
        page(
            ((number - 1) * size).min(count)..(number * size).min(count),
            tells.then_some(count),
        )
    })
    .await
}

fn numbers(customers: &[Customer]) -> Vec<usize> {
    let id = |customer: &Customer| customer.id.as_ref().expect("an id").as_str().parse().expect("a number");
    customers.iter().map(id).collect()
}

fn upto(count: usize) -> Vec<usize> {
    (0..count).collect()
}

#[tokio::test]
async fn a_thousand_pages_are_streamed_each_when_it_is_wanted() {
    let server = customers(10_000, true).await;
    let client = client(&server);
    let mut items = client.list_customers().page_size(10).stream();
    assert!(
        server.received().is_empty(),
        "nothing is asked for before the stream is polled"
    );
    let mut seen = 0;
    while let Some(customer) = items.next().await {
        assert_eq!(numbers(&[customer.expect("an entry")]), [seen]);
        seen += 1;
        // No page is asked for before all entries of the one before were taken. (The log is long to copy.)
        if seen % 500 < 2 {
            assert_eq!(server.received().len(), seen.div_ceil(10));
        }
    }
    assert_eq!(seen, 10_000);
    assert_eq!(pages_asked(&server), (1..=1001).collect::<Vec<_>>());
}

#[tokio::test]
async fn taking_a_few_entries_asks_for_one_page() {
    let server = customers(10_000, true).await;
    let first: Vec<_> = client(&server)
        .list_customers()
        .stream()
        .take(3)
        .try_collect()
        .await
        .expect("entries");
    assert_eq!((numbers(&first), pages_asked(&server)), (upto(3), vec![1]));
}

#[tokio::test]
async fn a_list_goes_on_in_another_process_where_it_stopped() {
    let server = customers(47, true).await;
    let (stored, mut all) = {
        let client = client(&server);
        let mut pages = client.list_customers().page_size(10).pages();
        pages.next().await.expect("a page").expect("the first page");
        let second = pages.next().await.expect("a page").expect("the second page");
        let next = second.next.expect("more pages");
        (
            [next.to_string(), serde_json::to_string(&next).expect("JSON")],
            upto(20),
        )
    };
    let [text, json] = stored;
    let continuation: Continuation = text.parse().expect("a continuation");
    assert_eq!(
        serde_json::from_str::<Continuation>(&json).expect("a continuation"),
        continuation
    );

    let pages = client(&server);
    let rest = pages
        .list_customers()
        .page_size(10)
        .pages()
        .resume(&continuation)
        .items()
        .collect_all()
        .await;
    all.extend(numbers(&rest.expect("the rest")));
    assert_eq!(all, upto(47));
    assert_eq!(pages_asked(&server), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn looking_ahead_keeps_the_order_and_asks_for_little_more() {
    for (count, tells, most) in [
        (95, true, 10),
        (95, false, 10 + 1 + 4),
        (5, true, 1 + 4),
        (0, true, 1 + 4),
    ] {
        let server = customers(count, tells).await;
        let client = client(&server);
        let all = client
            .list_customers()
            .page_size(10)
            .stream()
            .prefetch(4)
            .collect_all()
            .await
            .expect("a list");
        assert_eq!(numbers(&all), upto(count));
        let asked = pages_asked(&server);
        assert!(asked.len() <= most, "{count} {tells}: {asked:?}");
    }

    let server = customers(1000, true).await;
    let client = client(&server);
    let few: Vec<_> = client
        .list_customers()
        .page_size(10)
        .stream()
        .prefetch(4)
        .take(3)
        .try_collect()
        .await
        .expect("entries");
    assert_eq!(numbers(&few), upto(3));
    assert!(
        pages_asked(&server).len() <= 5,
        "the page that is wanted and four ahead"
    );
}

#[tokio::test]
async fn a_page_that_is_asked_for_ahead_arrives_while_nobody_asks_for_it() {
    // It takes a second attempt, which nobody makes who is not polled.
    let refused = AtomicBool::new(false);
    let server = Server::start(move |request, _| {
        let (number, size) = asked(request);
        if number == 2 && !refused.swap(true, Ordering::Relaxed) {
            return Reply::empty(503);
        }
        page(((number - 1) * size).min(40)..(number * size).min(40), Some(40))
    })
    .await;
    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let options = CallOptions::default().retry(policy.deadline(Duration::from_secs(2)));
    let client = builder(&server.url()).options(options).build().expect("a client");
    let mut entries = client.list_customers().page_size(10).stream().prefetch(2);
    let mut all = vec![entries.next().await.expect("an entry").expect("the first")];
    // Longer than any call may take.
    tokio::time::sleep(Duration::from_secs(3)).await;
    while let Some(entry) = entries.next().await {
        all.push(entry.expect("an entry"));
    }
    assert_eq!(numbers(&all), upto(40));
}

#[tokio::test]
async fn a_list_that_does_not_end_is_an_error() {
    let lying = |total: Value| json!({"totalCount": total});
    let metadata = [
        ("no count", Value::Null),
        ("a count that lies", lying(json!(i32::MAX))),
        ("no number", lying(json!(-1))),
    ];
    let mut problems = Vec::new();
    for (what, metadata) in metadata {
        // One entry, as where a server answers every further page with the last one.
        for entries in [1, 2, 50] {
            for ahead in [0, 4] {
                let body = json!({"data": vec![json!({"id": "same"}); entries], "metadata": metadata});
                // It ends in the end, so that a client which does not stop is a failed test and not an endless one.
                let server = Server::start(move |_, count| match count {
                    0..300 => Reply::json(200, &body).header("request-id", format!("r-{count}")),
                    _ => Reply::json(200, &json!({"data": []})),
                })
                .await;
                let outcome = client(&server)
                    .list_customers()
                    .stream()
                    .prefetch(ahead)
                    .collect_all()
                    .await;
                let place = format!("{what}, {entries} entries a page, {ahead} ahead");
                let requests = server.received().len();
                match outcome {
                    Err(error) if error.kind() == ErrorKind::Paging && requests <= BOUND => {
                        // The operation is all that tells which list it was.
                        if !error.to_string().starts_with("listCustomers: ") {
                            problems.push(format!("{place}: the error names no operation: {error}"));
                        }
                        // Of the page at which it was found: others may have been asked for ahead.
                        let last = format!("r-{}", requests - 1);
                        if error.request_id().is_none_or(|id| ahead == 0 && id != last) {
                            problems.push(format!("{place}: the error does not name the request {last}: {error}"));
                        }
                    }
                    Err(error) => problems.push(format!("{place}: after {requests} requests: {error}")),
                    Ok(_) => problems.push(format!("{place}: no error after {requests} requests")),
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[tokio::test]
async fn pages_that_come_in_turn_are_a_list_without_end() {
    // Without a count; with one that fits what would come; with the time in each answer.
    for (total, stamps) in [(None, false), (Some(150), false), (None, true)] {
        let server = Server::start(move |request, count| {
            let number = asked(request).0;
            if count > 300 {
                return page(0..0, total);
            }
            let first = if number.is_multiple_of(2) { 50 } else { 0 };
            let data: Vec<_> = (first..first + 50).map(|n| json!({"id": n.to_string()})).collect();
            let mut answer = json!({"data": data, "metadata": {"totalCount": total}});
            if stamps {
                answer["servedAt"] = json!(count);
            }
            Reply::json(200, &answer)
        })
        .await;
        let client = client(&server);
        let mut items = client.list_customers().stream();
        let mut seen = Vec::new();
        let error = loop {
            match items.next().await.expect("an error before the end") {
                Ok(customer) => seen.push(customer),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Paging, "{total:?} {stamps}: {error}");
        assert_eq!(numbers(&seen[..100]), upto(100), "what came before is good");
        let requests = server.received().len();
        assert!(
            if stamps { requests <= BOUND } else { requests <= 4 },
            "{total:?} {stamps}: {requests}"
        );
    }
}

#[tokio::test]
async fn a_count_of_the_page_ends_no_list() {
    for size in [100, 50, 7] {
        let server = Server::start(|request, _| {
            let (number, size) = asked(request);
            let customers = ((number - 1) * size).min(250)..(number * size).min(250);
            page(customers.clone(), Some(customers.len()))
        })
        .await;
        let client = client(&server);
        let mut items = client.list_customers().page_size(size).stream();
        let all: Vec<_> = items.by_ref().try_collect().await.expect("a list");
        assert_eq!((numbers(&all), items.discrepancy()), (upto(250), None), "{size}");
    }
    // A server that gives fewer than were asked for, and counts those.
    let server = Server::start(|request, _| {
        let number = asked(request).0;
        let customers = ((number - 1) * 20).min(50)..(number * 20).min(50);
        page(customers.clone(), Some(customers.len()))
    })
    .await;
    let all = client(&server)
        .list_customers()
        .page_size(100)
        .stream()
        .collect_all()
        .await;
    assert_eq!(numbers(&all.expect("a list")), upto(50));
}

#[tokio::test]
async fn a_page_that_says_it_has_room_needs_no_second_request() {
    let server = Server::always(Reply::json(
        200,
        &json!({"data": [{"id": "0"}], "metadata": {"pageIndex": 1, "pageSize": 50, "totalCount": 1}}),
    ))
    .await;
    let all = client(&server).list_customers().stream().collect_all().await;
    assert_eq!(
        (numbers(&all.expect("a list")), pages_asked(&server)),
        (upto(1), vec![1])
    );
    // Where it does not say so, that it comes again is no circle: it is the whole list.
    let server = Server::always(page(0..1, Some(1))).await;
    let all = client(&server).list_customers().stream().collect_all().await;
    assert_eq!(
        (numbers(&all.expect("a list")), pages_asked(&server)),
        (upto(1), vec![1, 2])
    );
}

#[tokio::test]
async fn rows_that_are_equal_as_far_as_the_client_reads_are_not_a_repetition() {
    // Equal but for a member that the specification does not know; and equal, from a server that says which page it is.
    let differing: fn(usize, usize) -> Value = |_, row| json!({"organization": "Contoso", "row": row});
    let equal: fn(usize, usize) -> Value = |_, _| json!({"organization": "Contoso"});
    for (what, row) in [("unknown members", differing), ("equal rows", equal)] {
        for total in [None, Some(250), Some(300)] {
            let server = Server::start(move |request, _| {
                let (number, size) = asked(request);
                let rows = ((number - 1) * size).min(250)..(number * size).min(250);
                let data: Vec<_> = rows.map(|n| row(number, n)).collect();
                Reply::json(
                    200,
                    &json!({"data": data, "metadata": {"pageIndex": number, "totalCount": total}}),
                )
            })
            .await;
            let client = client(&server);
            let mut items = client.list_customers().page_size(100).stream();
            let all: Vec<_> = items.by_ref().try_collect().await.expect(what);
            assert_eq!(all.len(), 250, "{what}, {total:?}");
            // Nothing is hidden where the count says otherwise.
            let discrepancy = items.discrepancy().map(|found| (found.counted, found.received));
            assert_eq!(discrepancy, (total == Some(300)).then_some((300, 250)), "{what}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_seen() {
    let server = Server::start(|request, _| match asked(request).0 {
        1 => page(0..50, Some(120)),
        _ => page(0..0, Some(120)),
    })
    .await;
    let client = client(&server);
    let list = || client.list_customers();
    let error = list()
        .stream()
        .collect_counted()
        .await
        .expect_err("seventy are missing");
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert_eq!(
        error.to_string(),
        "listCustomers: the server reports 120 entries, but 50 were received"
    );
    let mut pages = list().pages();
    let first = pages.next().await.expect("a page").expect("the first page");
    assert_eq!(
        (first.total, pages.discrepancy()),
        (Some(120), None),
        "it has not ended"
    );
    assert!(pages.next().await.is_none());
    let discrepancy = pages.discrepancy().expect("it has ended");
    assert_eq!((discrepancy.counted, discrepancy.received), (120, 50));
}

#[tokio::test]
async fn an_answer_without_its_list_is_no_empty_list() {
    let row = json!([{"id": "0"}]);
    for (what, body, words) in [
        ("another name", json!({"items": row}), "no `data`, but `items`"),
        ("a wrapper", json!({"result": {"data": row}}), "no `data`, but `result`"),
        (
            "an envelope",
            json!({"Response": {"Body": {"data": row}}, "Ok": true}),
            "`Response`, `Ok`",
        ),
        (
            "beside what is known",
            json!({"customers": row, "metadata": {"totalCount": 1}}),
            "`customers`",
        ),
        ("in an object", json!({"metadata": {}, "page": {"rows": row}}), "`page`"),
        ("another answer", json!({"message": "we are moving"}), "`message`"),
        ("no member's name", json!({"": 1}), "``"),
        (
            "many members",
            (0..20).map(|n| (format!("m{n}"), json!(n))).collect(),
            "`m7` and 12 more",
        ),
        ("a bare list", row.clone(), "an array where an object is expected"),
        ("an object in its place", json!({"data": {"items": row}}), "`data`"),
        ("nothing", json!({}), "no `data`: it is an empty object"),
    ] {
        let server = Server::always(Reply::json(200, &body).header("request-id", "r-1")).await;
        let client = client(&server);
        let streamed = client.list_customers().stream().collect_all().await.expect_err(what);
        let sent = client.list_customers().send().await.expect_err(what);
        for error in [streamed, sent] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{what}: {error}");
            assert_eq!(error.request_id(), Some("r-1"), "{what}");
            assert!(
                error
                    .to_string()
                    .starts_with("listCustomers: the response (200) cannot be read: "),
                "{error}"
            );
            assert!(error.message().contains(words), "{what}: {error}");
        }
    }
    for (what, body) in [
        ("null", Value::Null),
        ("a blank text", json!(" ")),
        ("a null", json!({"data": null})),
        (
            "a null beside what is known",
            json!({"data": null, "metadata": {"totalCount": 0}}),
        ),
        ("another letter case", json!({"DATA": []})),
        ("what is known alone", json!({"metadata": {"totalCount": 0}})),
        (
            "what is known, and a trace",
            json!({"metadata": {}, "traceId": "t-1", "links": {"self": "/"}}),
        ),
        ("an empty list elsewhere", json!({"metadata": null, "errors": []})),
        (
            "more beside the list",
            json!({"data": [], "items": row, "result": {"data": row}}),
        ),
    ] {
        let server = Server::always(Reply::json(200, &body)).await;
        let all = client(&server).list_customers().stream().collect_all().await;
        assert!(all.expect(what).is_empty(), "{what}");
    }
}

/// An answer with a value at a dotted path.
fn at(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |inner, name| json!({name: inner}))
}

/// Clients of all APIs, at one address.
struct Clients {
    v3: avepoint_elements_v3::Client,
    legacy: avepoint_elements_legacy::Client,
    insights: avepoint_insights::Client,
    insights_legacy: avepoint_insights_legacy::Client,
}

impl Clients {
    /// Calls a list by its name.
    async fn called(&self, api: &str, case: &Case) -> Result<(), Error> {
        let client = match api {
            "elements-v3" => AnyClient::ElementsV3(self.v3.clone()),
            "elements-legacy" => AnyClient::ElementsLegacy(self.legacy.clone()),
            "insights" => AnyClient::Insights(self.insights.clone()),
            _ => AnyClient::InsightsLegacy(self.insights_legacy.clone()),
        };
        client.call(&case.id, case.parameters.clone()).await.map(drop)
    }

    /// How many entries a list of each way of paging has, asked for as a caller does.
    #[allow(deprecated)] // the vendor has replaced a whole API, and here it is one of four
    async fn walked(&self, api: &str, id: &str) -> Option<Result<usize, Error>> {
        let sites = vec!["https://northwind.example/sites/a".to_owned()];
        Some(match (api, id) {
            ("elements-v3", "listCustomers") => self
                .v3
                .list_customers()
                .stream()
                .collect_all()
                .await
                .map(|all| all.len()),
            ("elements-legacy", "listCustomers") => self
                .legacy
                .list_customers()
                .stream()
                .collect_all()
                .await
                .map(|all| all.len()),
            ("insights", "listUsers") => self
                .insights
                .list_users()
                .page_size(2)
                .stream()
                .collect_all()
                .await
                .map(|all| all.len()),
            ("insights", "listSiteOverviews") => self
                .insights
                .list_site_overviews()
                .stream()
                .collect_all()
                .await
                .map(|all| all.len()),
            ("insights-legacy", "listSitePermissions") => {
                let list = self
                    .insights_legacy
                    .list_site_permissions()
                    .body_map(|body| body.site_urls(sites));
                list.stream().collect_all().await.map(|all| all.len())
            }
            _ => return None,
        })
    }
}

#[tokio::test]
async fn every_list_is_told_from_an_answer_without_it() {
    let answer = Arc::new(Mutex::new(Value::Null));
    let now = Arc::clone(&answer);
    let server = Server::start(move |_, _| Reply::json(200, &now.lock().expect("no panic"))).await;
    let clients = Clients {
        v3: client_of(avepoint_elements_v3::Client::builder(), &server.url()),
        legacy: client_of(avepoint_elements_legacy::Client::builder(), &server.url()),
        insights: client_of(avepoint_insights::Client::builder(), &server.url()),
        insights_legacy: client_of(avepoint_insights_legacy::Client::builder(), &server.url()),
    };
    let tables = [
        avepoint_elements_v3::operations::ALL,
        avepoint_elements_legacy::operations::ALL,
        avepoint_insights::operations::ALL,
        avepoint_insights_legacy::operations::ALL,
    ];
    let (mut lists, mut walked) = (0, BTreeSet::new());
    for (api, table) in APIS.iter().zip(tables) {
        for case in cases(api) {
            let operation = table
                .iter()
                .find(|operation| operation.id == case.id)
                .expect("an operation");
            let Some(paging) = &operation.paging else { continue };
            lists += 1;
            for (what, body, expected) in answers(paging, &case) {
                let place = format!("{api} {}: {what}: {body}", case.id);
                *answer.lock().expect("no panic") = body;
                let mut outcomes = vec![clients.called(api, &case).await];
                if let Some(outcome) = clients.walked(api, &case.id).await {
                    walked.insert((api, case.id.clone()));
                    outcomes.push(outcome.map(|entries| assert_eq!(entries, 0, "{place}")));
                }
                for outcome in outcomes {
                    match (outcome, &expected) {
                        (Ok(()), Ok(())) => {}
                        (Err(error), Err(words)) => {
                            assert_eq!(error.kind(), ErrorKind::Decode, "{place}: {error}");
                            assert!(error.message().contains(words), "{place}: {error}");
                        }
                        (outcome, _) => panic!("{place}: {outcome:?}"),
                    }
                }
            }
        }
    }
    assert!(lists > 40 && walked.len() == 5, "{lists} {walked:?}");
}

/// Answers without entries, and whether each is an empty list or what the error says.
fn answers(paging: &Paging, case: &Case) -> Vec<(&'static str, Value, Result<(), String>)> {
    let items = paging.items();
    let entries = case.answer.as_ref().expect("an example")[items].clone();
    assert!(
        entries.as_array().is_some_and(|entries| !entries.is_empty()),
        "{}",
        case.id
    );
    let lost = |but: &str| Err(format!("no `{items}`{but}"));
    let no_list = || Err(format!("`{items}` is not an array"));
    let mut answers = vec![
        ("nothing", json!({}), lost(": it is an empty object")),
        ("null", Value::Null, Ok(())),
        ("a wrapper", json!({"body": {items: entries}}), lost(", but `body`")),
        ("another name", json!({"entries": entries}), lost(", but `entries`")),
        ("another name, empty", json!({"entries": []}), lost(", but `entries`")),
        ("an object", json!({items: {"entries": entries}}), no_list()),
        ("a text", json!({items: "none"}), no_list()),
        ("a null", json!({items: null}), Ok(())),
        ("an empty list", json!({items: []}), Ok(())),
    ];
    // What stands beside the list: how many there are, or that nothing follows.
    let beside = |count: u64| match paging {
        Paging::PageNumber { total: Some(path), .. } => Some(at(path, json!(count))),
        Paging::Token { next, .. } => Some(at(next, Value::Null)),
        _ => None,
    };
    for (what, count) in [("missing, and none counted", 0), ("missing, and some counted", 3)] {
        answers.extend(beside(count).map(|beside| (what, beside, Ok(()))));
    }
    if let Some(mut other) = beside(1) {
        other["entries"] = entries;
        answers.push(("another name beside what is known", other, lost(", but `entries`")));
    }
    answers
}

#[tokio::test]
async fn what_of_a_page_cannot_be_read_is_seen_by_who_walks_it() {
    let server = Server::start(|request, _| match asked(request).0 {
        1 => Reply::json(
            200,
            &json!({"data": [{"id": "0", "tenants": 5}, {"id": "1"}, 7], "metadata": {"totalCount": 5}}),
        ),
        2 => Reply::json(
            200,
            &json!({"data": [{"id": "2", "tenants": "none"}], "metadata": {"totalCount": 5}}),
        ),
        _ => Reply::json(200, &json!({"data": []})),
    })
    .await;
    let client = client(&server);
    let mut pages = client.list_customers().pages();
    let mut unread = Vec::new();
    while let Some(page) = pages.try_next().await.expect("a page") {
        let members = page.unread.members().iter();
        unread.push(
            members
                .map(|member| format!("{} {}", member.path(), member.json()))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(
        unread,
        [vec!["data[0].tenants 5", "data[2] 7"], vec!["data[0].tenants \"none\""]]
    );
    assert_eq!(pages.unread_count(), 3);

    let (traces, _guard) = Traces::begin();
    let mut items = client.list_customers().stream().prefetch(1);
    let mut seen = Vec::new();
    while let Some(customer) = items.try_next().await.expect("an entry") {
        seen.push((numbers(&[customer])[0], items.unread_count()));
    }
    // Those of a page count from its first entry on.
    assert_eq!(seen, [(0, 2), (1, 2), (2, 3)]);
    let text = traces.text();
    for places in ["data[0].tenants, data[2]", "places=\"data[0].tenants\""] {
        assert!(text.contains(places), "{text}");
    }
}

#[tokio::test]
async fn a_token_under_another_name_is_no_end() {
    for (name, token, ends) in [
        ("nextToken", json!("t2"), false),
        ("@odata.nextLink", json!("https://example.com/?$skiptoken=2"), false),
        ("nextToken", json!(""), true),
        ("nextToken", Value::Null, true),
        ("NextLink", json!(" "), true),
    ] {
        let server = Server::always(Reply::json(200, &json!({"values": [{}], name: token}))).await;
        let client = client_of(avepoint_insights::Client::builder(), &server.url());
        let mut sites = client.list_site_overviews().stream();
        assert!(sites.next().await.expect("an entry").is_ok(), "{name}");
        match (sites.next().await, ends) {
            (None, true) => {}
            (Some(Err(error)), false) => {
                assert_eq!(error.kind(), ErrorKind::Paging, "{name}: {error}");
                assert!(!error.to_string().contains("skiptoken"), "{error}");
            }
            (next, _) => panic!("{name} {token}: {next:?}"),
        }
        assert_eq!(server.received().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_no_end() {
    for (token, ends) in [
        (json!({"href": "t2"}), false),
        (json!(["t2"]), false),
        (Value::Null, true),
        (json!(" "), true),
    ] {
        let server = Server::always(Reply::json(200, &json!({"values": [{}], "nextLink": token}))).await;
        let client = client_of(avepoint_insights::Client::builder(), &server.url());
        let mut sites = client.list_site_overviews().stream();
        assert!(sites.next().await.expect("an entry").is_ok(), "{token}");
        match (sites.next().await, ends) {
            (None, true) => {}
            (Some(Err(error)), false) => {
                assert_eq!(error.kind(), ErrorKind::Paging, "{token}");
                let line = "listSiteOverviews: the token of the next page cannot be read";
                assert_eq!(error.to_string(), line, "{token}");
            }
            (next, _) => panic!("{token}: {next:?}"),
        }
        assert!(sites.next().await.is_none() && server.received().len() == 1, "{token}");
    }
    // A number is one that can be read.
    let server = Server::start(|request, _| match request.json()["nextLink"].as_str() {
        None => Reply::json(200, &json!({"values": [{}], "nextLink": 2})),
        Some(token) => Reply::json(200, &json!({"values": [{"siteName": token}]})),
    })
    .await;
    let client = client_of(avepoint_insights::Client::builder(), &server.url());
    let sites = client
        .list_site_overviews()
        .stream()
        .collect_all()
        .await
        .expect("a list");
    assert_eq!(sites.len(), 2);
}

#[tokio::test]
async fn a_success_that_tells_of_a_failure_is_no_empty_list() {
    for (body, fails) in [
        (json!({"status": 429, "message": "too many"}), true),
        (json!({"status": 503, "values": null}), true),
        (json!({"Status": 500, "values": []}), true),
        (json!({"status": 200, "values": []}), false),
        (json!({"status": 503, "values": [{}]}), false),
    ] {
        let server = Server::always(Reply::json(200, &body)).await;
        let client = client_of(avepoint_insights::Client::builder(), &server.url());
        let sites = ListSiteOverviewsRequest::builder().page_size(10);
        let outcome = client.list_site_overviews().body(sites).stream().collect_all().await;
        assert_eq!(outcome.is_err(), fails, "{body}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(
                error
                    .message()
                    .contains(&body["status"].as_u64().unwrap_or(500).to_string()),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_list_that_comes_whole_and_leads_on_is_an_error_after_its_entries() {
    let server = Server::always(Reply::json(
        200,
        &json!({"value": [{"id": "a"}], "@odata.nextLink": "https://example.com/?$skiptoken=2"}),
    ))
    .await;
    let client = client_of(avepoint_elements_legacy::Client::builder(), &server.url());
    let mut customers = client.list_customers().stream();
    assert!(customers.next().await.expect("an entry").is_ok());
    let error = customers.next().await.expect("an error").expect_err("there is more");
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(!error.to_string().contains("skiptoken"), "{error}");
    assert!(customers.next().await.is_none());
}

#[tokio::test]
async fn the_greatest_numbers_are_no_trouble() {
    let server = customers(120, false).await;
    let client = client(&server);
    let all = client.list_customers().stream().prefetch(u32::MAX).collect_all().await;
    assert_eq!(numbers(&all.expect("a list")), upto(120));
    assert!(server.received().len() <= 70, "looking ahead is bounded");

    let server =
        Server::start(|request, _| page(asked(request).0..asked(request).0 + 1, Some(i32::MAX as usize))).await;
    let client = avepoint_tests::elements::client(&server);
    let last = i32::MAX as u32;
    let mut items = client
        .list_customers()
        .pages()
        .resume(&Continuation::Page(last))
        .prefetch(3)
        .items();
    assert!(items.next().await.expect("an entry").is_ok());
    let error = items.next().await.expect("an error").expect_err("an i32 ends there");
    assert_eq!(
        error.to_string(),
        "listCustomers: the request was not sent: `pageIndex` is 2147483648, the maximum is 2147483647"
    );
    assert!(items.next().await.is_none());
    assert_eq!(pages_asked(&server), [last as usize]);
}

#[tokio::test]
async fn an_empty_page_ends_a_list_whatever_the_count_says() {
    for body in [
        json!({"data": [], "metadata": {"totalCount": 5000}}),
        json!({"data": null, "metadata": {"totalCount": 5000}}),
        json!({"metadata": {"totalCount": 5000}}),
        json!({"data": [null, null], "metadata": {"totalCount": 5000}}),
        Value::Null,
    ] {
        let then = body.clone();
        let server = Server::start(move |request, _| match asked(request).0 {
            1 => page(0..50, Some(5000)),
            _ => Reply::json(200, &then),
        })
        .await;
        let all = client(&server)
            .list_customers()
            .stream()
            .collect_all()
            .await
            .expect("a list");
        assert_eq!((numbers(&all), pages_asked(&server)), (upto(50), vec![1, 2]), "{body}");
    }
}

#[tokio::test]
async fn a_count_that_is_wrong_loses_nothing() {
    type Count = fn(usize) -> usize;
    let counts: [(&str, Count); 6] = [
        ("it shrinks", |page| 300 / page),
        ("it grows", |page| 60 * page),
        ("it comes and goes", |page| 300 * (page % 2)),
        // Fewer than have come already: such a count says nothing.
        ("it is never counted", |_| 0),
        ("it is too small", |_| 7),
        ("it is capped at two pages", |_| 100),
    ];
    for (what, count) in counts {
        for ahead in [0, 2] {
            let server = Server::start(move |request, _| {
                let (number, size) = asked(request);
                page(
                    ((number - 1) * size).min(230)..(number * size).min(230),
                    Some(count(number)),
                )
            })
            .await;
            let all = client(&server)
                .list_customers()
                .stream()
                .prefetch(ahead)
                .collect_all()
                .await
                .expect(what);
            assert_eq!(numbers(&all), upto(230), "{what}, {ahead} ahead");
        }
    }
}

#[tokio::test]
async fn a_failure_in_a_success_is_no_end_of_a_list() {
    for reported in [
        r#""success":false"#,
        r#""statusCode":500"#,
        r#""totalCount":0,"error":{"code":"X","message":"No more today."}"#,
        r#""status":"Error","message":"No more today.""#,
    ] {
        for list in [r#","data":[]"#, ""] {
            let body = format!("{{{reported}{list}}}");
            let server = Server::start(move |request, _| match asked(request).0 {
                1 => page(0..50, None),
                _ => Reply::text(200, "application/json", body.clone()),
            })
            .await;
            let error = client(&server)
                .list_customers()
                .stream()
                .collect_all()
                .await
                .expect_err(reported);
            assert_eq!(error.kind(), ErrorKind::Decode, "{reported}");
            assert!(
                error.message().starts_with("it has no entries, and its body reports "),
                "{error}"
            );
            assert_eq!(
                error.message().contains("No more today."),
                reported.contains("today"),
                "{error}"
            );
            // For a single call as well, since its type has no place for it.
            let single = client(&server)
                .list_customers()
                .page_index(2)
                .send()
                .await
                .expect_err(reported);
            assert_eq!(single.message(), error.message());
        }
    }
}

#[tokio::test]
async fn half_a_character_beside_a_list_makes_no_circle_of_it() {
    let server = Server::start(|request, _| {
        let (number, _) = asked(request);
        let entries = if number < 6 {
            format!(r#"{{"id":"{number}"}}"#)
        } else {
            String::new()
        };
        Reply::text(200, "application/json", format!(r#"{{"\ud800":1,"data":[{entries}]}}"#))
    })
    .await;
    let all = client(&server)
        .list_customers()
        .stream()
        .collect_all()
        .await
        .expect("a list");
    assert_eq!(numbers(&all), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn pages_of_uneven_size_lose_nothing() {
    // Four pages hold what three pages of the first one's size would.
    let starts = [0, 50, 80, 110, 140];
    let server = Server::start(move |request, _| match asked(request).0 {
        number @ 1..=4 => page(starts[number - 1]..starts[number], Some(140)),
        _ => page(0..0, Some(140)),
    })
    .await;
    let all = client(&server)
        .list_customers()
        .stream()
        .collect_all()
        .await
        .expect("a list");
    assert_eq!(numbers(&all), upto(140));
}

#[tokio::test]
async fn an_error_comes_after_the_entries_before_it_and_ends_the_list() {
    for ahead in [0, 3] {
        let server = Server::start(|request, _| match asked(request) {
            (3, _) => Reply::json(500, &json!({"message": "no third page"})),
            (number, size) => page((number - 1) * size..number * size, Some(500)),
        })
        .await;
        let client = client(&server);
        let mut items = client.list_customers().stream().prefetch(ahead);
        let mut seen = Vec::new();
        let error = loop {
            match items.next().await.expect("an error before the end") {
                Ok(customer) => seen.push(customer),
                Err(error) => break error,
            }
        };
        assert_eq!((numbers(&seen), error.message()), (upto(100), "no third page"));
        let before = server.received().len();
        assert!(items.next().await.is_none() && items.next().await.is_none());
        assert_eq!(server.received().len(), before, "nothing is asked for after the end");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused_before_anything_is_sent() {
    let server = customers(10, true).await;
    let client = client(&server);
    let list = || client.list_customers();
    for (what, request, words) in [
        ("page 0", list().page_index(0), "is 1"),
        ("page -1", list().page_index(-1), "is 1"),
        ("101 entries", list().page_size(101), "is 101, the maximum is 100"),
        ("0 entries", list().page_size(0), "is 1"),
        (
            "a number too large",
            list().page_size(1_u64 << 40),
            "is 1099511627776, the maximum is 100",
        ),
        ("a page too far", list().page_index(1_u64 << 40), "1099511627776"),
    ] {
        let mut items = request.clone().stream().prefetch(2);
        let streamed = items.next().await.expect("an error").expect_err(what);
        assert!(items.next().await.is_none(), "{what}");
        let sent = request.send().await.expect_err(what);
        for error in [streamed, sent] {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{what}");
            assert!(
                error
                    .to_string()
                    .starts_with("listCustomers: the request was not sent: "),
                "{error}"
            );
            assert!(error.message().contains(words), "{what}: {error}");
        }
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_list_that_says_whether_it_goes_on_is_asked_for_no_page_too_many() {
    let counts: [fn(usize) -> Value; 4] = [|_| json!(230), |page| json!(page), |_| json!(0), |_| Value::Null];
    for (api, list) in [("acm", "costIssueItemModels"), ("asm", "securityManagementIssueModels")] {
        for (counts, count) in counts.into_iter().enumerate() {
            let server = Server::start(move |request, _| {
                let (number, size) = asked(request);
                assert_eq!(
                    request.path,
                    format!("/partner/external/v3/{api}/customers/c/tenants/t/issues")
                );
                let rows = ((number - 1) * size).min(230)..(number * size).min(230);
                let issues: Vec<_> = rows.map(|row| json!({"description": row.to_string()})).collect();
                Reply::json(
                    200,
                    &json!({"hasNextPage": number < 3, "totalCount": count(issues.len()), list: issues}),
                )
            })
            .await;
            let client = client(&server);
            let texts: Vec<Option<String>> = if api == "acm" {
                let issues = client.list_azure_cost_issues().customer_id("c").tenant_id("t");
                let issues = issues.page_size(100).stream().collect_all().await.expect("a list");
                issues.into_iter().map(|issue| issue.description).collect()
            } else {
                let issues = client.list_azure_security_issues().customer_id("c").tenant_id("t");
                let issues = issues.page_size(100).stream().collect_all().await.expect("a list");
                issues.into_iter().map(|issue| issue.description).collect()
            };
            let expected: Vec<_> = (0..230).map(|row| Some(row.to_string())).collect();
            assert_eq!(texts, expected, "{api}, {counts}");
            assert_eq!(pages_asked(&server), [1, 2, 3], "{api}, {counts}");
        }
    }
}

#[tokio::test]
async fn a_code_is_known_by_its_number_and_by_its_name_and_stays_as_it_came() {
    let came = json!([
        {"severity": 2, "recommendation": 15, "ruleName": "number"},
        {"severity": "2", "recommendation": "15"},
        {"severity": "High", "recommendation": "ShutdownIdle"},
        {"severity": "HIGH", "recommendation": "Shutdown idle"},
        {"severity": "Terrible", "recommendation": 99},
        {"severity": "", "recommendation": "none"},
    ]);
    let server = Server::always(Reply::json(
        200,
        &json!({"costIssueItemModels": came, "hasNextPage": false}),
    ))
    .await;
    let client = client(&server);
    let issues = client.list_azure_cost_issues().customer_id("c").tenant_id("t");
    let issues = issues.stream().collect_all().await.expect("a list");
    assert_eq!(serde_json::to_value(&issues).expect("JSON"), came);
    let is_known = |issue: &AzureCostIssue| {
        issue.severity.as_deref() == Some(&AzureIssueSeverity::High)
            && issue.recommendation.as_deref() == Some(&AzureCostRecommendation::ShutdownIdle)
    };
    assert_eq!(
        issues.iter().map(is_known).collect::<Vec<_>>(),
        [true, true, true, true, false, false]
    );
    // Where a label is no name that a language allows, the meaning has it.
    let none = issues[5].recommendation.as_deref();
    assert_eq!(none, Some(&AzureCostRecommendation::NoRecommendation));
}

/// What the query says of a name, as it was meant.
fn query(request: &Received, name: &str) -> Option<String> {
    let query = request.query.as_deref()?;
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let value = percent_encoding::percent_decode_str(value).decode_utf8();
    Some(value.expect("UTF-8").into_owned())
}

#[tokio::test]
async fn a_token_alone_ends_a_list_whose_count_is_that_of_its_page() {
    // Tokens as the services give them, with signs that an address must not have as they are.
    const TOKENS: [&str; 2] = ["4GIM+/AV&ngR==", "||1%2152%21Qm--%201%"];
    for end in [json!(""), Value::Null] {
        let server = Server::start(move |request, _| {
            assert_eq!(query(request, "pageSize").as_deref(), Some("1"));
            let token = query(request, "skipToken");
            let number = match token.as_deref() {
                None => 0,
                Some(token) => {
                    1 + TOKENS
                        .iter()
                        .position(|known| *known == token)
                        .expect("a token of ours")
                }
            };
            let next = TOKENS.get(number).map_or(end.clone(), |token| json!(token));
            let count = if number == 1 { json!("1") } else { json!(1) };
            let row = json!({"displayName": number.to_string(), "title": number.to_string()});
            Reply::json(
                200,
                &json!({"data": [row], "metadata": {"skipToken": next, "totalCount": count}}),
            )
        })
        .await;
        let client = client(&server);
        let objects = client.list_protected_objects().customer_id("c").page_size(1);
        let mut objects = objects.module(BackupModule::SharePointOnline).stream();
        let all: Vec<_> = objects.by_ref().try_collect().await.expect("a list");
        let names: Vec<_> = all.into_iter().filter_map(|object| object.display_name).collect();
        assert_eq!(
            (names, objects.discrepancy()),
            (["0", "1", "2"].map(str::to_owned).into(), None)
        );
        let lines = client
            .list_job_report_details()
            .customer_id("c")
            .job_id("j")
            .page_size(1);
        let lines = lines.stream().collect_counted().await.expect("a list");
        let titles: Vec<_> = lines.into_iter().filter_map(|line| line.title).collect();
        assert_eq!(titles, ["0", "1", "2"]);
        assert_eq!(server.received().len(), 6);
    }
}

#[tokio::test]
async fn entries_of_several_kinds_come_as_they_are_over_all_pages() {
    let came: Vec<_> = [1, 12, 301, 302, 401, 403, 601, 701, 990]
        .map(|kind| json!({"deviceType": kind, "extension": {"Password": format!("secret-{kind}"), "Own": [kind]}}))
        .into();
    let entries = came.clone();
    let server = Server::start(move |request, _| {
        let (number, size) = asked(request);
        let page: Vec<_> = entries.iter().skip((number - 1) * size).take(size).collect();
        let metadata = json!({"pageIndex": number, "pageSize": size, "totalCount": entries.len()});
        Reply::json(200, &json!({"data": page, "metadata": metadata}))
    })
    .await;
    let client = client(&server);
    let all = client
        .list_storage_profiles()
        .page_size(4)
        .stream()
        .collect_all()
        .await
        .expect("a list");
    assert_eq!(pages_asked(&server), [1, 2, 3]);
    assert_eq!(serde_json::to_value(&all).expect("JSON"), Value::Array(came));
    assert!(!format!("{all:?}").contains("secret-"), "{all:?}");
    let secure = all[1].as_sftp_storage_profile().expect("an object");
    assert_eq!(secure.device_type, Some(SftpDeviceType::Sftp));
    let password = secure.extension.and_then(|own| own.password).expect("a password");
    assert_eq!(password.expose(), "secret-12");
    let unknown = all[8].as_unknown_storage_profile().expect("an object");
    assert_eq!(unknown.device_type, Some(990));
    assert_eq!(unknown.extension.expect("an extension").to_value()["Own"], json!([990]));
}
