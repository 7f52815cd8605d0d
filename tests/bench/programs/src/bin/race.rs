//! What the client takes to run, beside what others take for the same: reading an answer, one call, and a list of 5,000
//! customers in 50 pages. Prints rows of the table that `cost.py` prints.
//!
//! Both sides take turns, so that a machine which grows slower does so for both. Each figure is the median of the rounds,
//! and a ratio that of the rounds' ratios: on the clock, and of the processor's time that the thread of the client takes,
//! which others who are busy on the same machine disturb less.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use avepoint_elements_v3::avepoint_core::fuzz::answered;
use avepoint_elements_v3::operations::LIST_CUSTOMERS;
use avepoint_elements_v3::types::CustomerPage;
use avepoint_elements_v3::{Client, StaticToken};
use openapi::apis::configuration::Configuration;
use openapi::apis::customers_api::list_customers;
use openapi::models::ListCustomersRequest;
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CUSTOMERS: i32 = 5_000;
const PAGE_SIZE: i32 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let body = body(1);
    let ours = async || {
        for _ in 0..20 {
            answered::<CustomerPage>(&LIST_CUSTOMERS, body.clone())
                .await
                .expect("a page");
        }
    };
    let plain = async || {
        for _ in 0..20 {
            serde_json::from_slice::<openapi::models::CustomerPage>(body.clone().as_bytes()).expect("a page");
        }
    };
    race("20 answers of 100 customers", "serde_json", 301, ours, plain).await;

    let sides = Sides::of(serve(Duration::ZERO));
    let (ours, plain) = (async || sides.call().await, async || sides.plain_call().await);
    race("a call", "reqwest", 1001, ours, plain).await;
    let (ours, theirs) = (async || sides.stream(0).await, async || sides.generated_loop().await);
    race("a list of 50 pages", "openapi-generator", 101, ours, theirs).await;

    let late = Sides::of(serve(Duration::from_millis(5)));
    let (ahead, in_sequence) = (async || late.stream(4).await, async || late.stream(0).await);
    race(
        "a list of 50 pages after 5 ms each, `prefetch(4)`",
        "in sequence",
        11,
        ahead,
        in_sequence,
    )
    .await;
}

/// Has two sides do the same by turns, and prints what each takes.
async fn race(what: &str, beside: &str, rounds: usize, ours: impl AsyncFn(), theirs: impl AsyncFn()) {
    ours().await;
    theirs().await;
    let mut costs = Vec::new();
    for round in 0..rounds {
        // Who goes first changes, too.
        costs.push(if round % 2 == 0 {
            let ours = cost(&ours).await;
            (ours, cost(&theirs).await)
        } else {
            let theirs = cost(&theirs).await;
            (cost(&ours).await, theirs)
        });
    }
    for (of, pick) in [("on the clock", 0), ("CPU", 1)] {
        let median = |figure: &dyn Fn(&([f64; 2], [f64; 2])) -> f64| {
            let mut figures: Vec<_> = costs.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures[rounds / 2]
        };
        let (ours, theirs) = (median(&|(ours, _)| ours[pick]), median(&|(_, theirs)| theirs[pick]));
        let ratio = median(&|(ours, theirs)| ours[pick] / theirs[pick]);
        println!("| {what}, ms {of} | {ours:.3} | {beside} | {theirs:.3} | {ratio:.2} |");
    }
}

/// The milliseconds that something takes, on the clock and of the processor's time for this thread.
async fn cost(work: &impl AsyncFn()) -> [f64; 2] {
    let cpu = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a time");
    let (clock, begun) = (Instant::now(), cpu());
    work().await;
    [clock.elapsed(), cpu() - begun].map(|time| time.as_secs_f64() * 1000.0)
}

/// The clients that are compared.
struct Sides {
    ours: Client,
    other: Configuration,
    plain: reqwest::Client,
}

impl Sides {
    fn of(base_url: String) -> Self {
        let ours = Client::builder()
            .base_url(&*base_url)
            .credential(StaticToken::new("a-token"));
        Sides {
            ours: ours.build().expect("a client"),
            other: Configuration {
                base_path: base_url,
                oauth_access_token: Some("a-token".to_owned()),
                ..Configuration::default()
            },
            plain: reqwest::Client::new(),
        }
    }

    async fn call(&self) {
        let page = self
            .ours
            .list_customers()
            .page_index(1)
            .page_size(PAGE_SIZE)
            .send()
            .await;
        assert_eq!(page.expect("a page").data.len(), 100);
    }

    async fn plain_call(&self) {
        let url = format!("{}/partner/external/v3/general/customers/batch", self.other.base_path);
        let request = self.plain.post(url).query(&[("pageIndex", 1), ("pageSize", PAGE_SIZE)]);
        let request = request.bearer_auth("a-token").json(&ListCustomersRequest::new());
        let response = request
            .send()
            .await
            .expect("an answer")
            .error_for_status()
            .expect("a success");
        let page: CustomerPage = response.json().await.expect("a page");
        assert_eq!(page.data.len(), 100);
    }

    async fn stream(&self, ahead: u32) {
        let mut customers = self.ours.list_customers().page_size(PAGE_SIZE).stream().prefetch(ahead);
        let mut count = 0;
        while let Some(customer) = customers.next().await {
            drop(black_box(customer.expect("a customer")));
            count += 1;
        }
        assert_eq!(count, CUSTOMERS);
    }

    /// As `other.rs` does it: customer by customer, up to an empty page, where the stream ends as well.
    async fn generated_loop(&self) {
        let mut count = 0;
        for index in 1.. {
            let page = list_customers(&self.other, ListCustomersRequest::new(), Some(index), Some(PAGE_SIZE)).await;
            let customers = page.expect("a page").data.flatten().unwrap_or_default();
            if customers.is_empty() {
                break;
            }
            for customer in customers {
                drop(black_box(customer));
                count += 1;
            }
        }
        assert_eq!(count, CUSTOMERS);
    }
}

/// A server on a thread of its own, which answers each page after this time.
fn serve(delay: Duration) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("a socket that does not block");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            // Behind the last there is an empty one.
            let answers: Arc<[_]> = (1..=CUSTOMERS / PAGE_SIZE + 1).map(page).collect();
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, delay, answers.clone()));
            }
        });
    });
    format!("http://{address}")
}

/// Both sides send a body of two bytes, `{}`, which ends a request.
async fn answer(mut connection: TcpStream, delay: Duration, answers: Arc<[Vec<u8>]>) {
    connection.set_nodelay(true).expect("a socket");
    let mut request = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut request).await {
        if !request.ends_with(b"\r\n\r\n{}") {
            continue;
        }
        let head = String::from_utf8_lossy(&request);
        let index = head.split_once("pageIndex=").map(|(_, rest)| rest);
        let digits = index.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        let index: usize = digits
            .and_then(|digits| digits.parse().ok())
            .expect("the number of a page");
        request.clear();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let written = connection.write_all(&answers[index.min(answers.len()) - 1]).await;
        if written.is_err() {
            return;
        }
    }
}

/// The answer with a page of customers.
fn page(index: i32) -> Vec<u8> {
    let body = body(index);
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// A page of customers, as the service would write it.
fn body(index: i32) -> String {
    let entry = |n: i32| {
        let tenants: Vec<_> = (0..n % 4)
            .map(|t| format!(r#"{{"id":"6f1c2b9a-3d4e-4f5a-8b6c-{t:012}","name":"Northwind {n}, tenant {t}"}}"#))
            .collect();
        format!(
            r#"{{"id":"6f1c2b9a-3d4e-4f5a-8b6c-{n:012}","organization":"Northwind Harbour Services {n}","ownerEmail":"owner{n}@customer-{n}.example","jobStatus":{},"countryOrRegion":"Côte d'Ivoire","managementMode":{},"tenants":[{}]}}"#,
            n % 4,
            n % 3,
            tenants.join(",")
        )
    };
    let entries: Vec<_> = ((index - 1) * PAGE_SIZE..CUSTOMERS.min(index * PAGE_SIZE))
        .map(entry)
        .collect();
    format!(
        r#"{{"data":[{}],"metadata":{{"pageIndex":{index},"pageSize":{PAGE_SIZE},"totalCount":{CUSTOMERS}}}}}"#,
        entries.join(",")
    )
}
