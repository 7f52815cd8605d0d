//! Lists of 5,000 customers in 50 pages: our stream against a plain loop over the client of openapi-generator's.
//!
//! Both take turns, so that a machine which grows slower does so for both; each figure is the median of the rounds.

use std::time::{Duration, Instant};

use avepoint_elements_v3::{Client, StaticToken};
use futures_util::TryStreamExt;
use openapi::apis::configuration::Configuration;
use openapi::apis::customers_api::list_customers;
use openapi::models::ListCustomersRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CUSTOMERS: i32 = 5_000;
const PAGE_SIZE: i32 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let at_once = Sides::of(serve(Duration::ZERO));
    let ratio = at_once.ratio(101).await;
    println!("list of 5,000 in sequence: ours / generated loop = {ratio:.2}");
    let late = Sides::of(serve(Duration::from_millis(5)));
    let times = late.times_faster(11, 4).await;
    println!("the same, 5 ms a page: in sequence / prefetch(4) = {times:.2}");
}

struct Sides {
    ours: Client,
    other: Configuration,
}

impl Sides {
    fn of(base_url: String) -> Self {
        let ours = Client::builder().base_url(&*base_url).credential(StaticToken::new("a-token"));
        Sides {
            ours: ours.build().expect("a client"),
            other: Configuration {
                base_path: base_url,
                oauth_access_token: Some("a-token".to_owned()),
                ..Configuration::default()
            },
        }
    }

    async fn stream(&self, ahead: u32) -> Duration {
        let start = Instant::now();
        let mut customers = self.ours.list_customers().page_size(PAGE_SIZE).stream().prefetch(ahead);
        let mut count = 0;
        while customers.try_next().await.expect("a customer").is_some() {
            count += 1;
        }
        assert_eq!(count, CUSTOMERS);
        start.elapsed()
    }

    async fn generated_loop(&self) -> Duration {
        let start = Instant::now();
        let mut count = 0;
        for index in 1.. {
            let page = list_customers(&self.other, ListCustomersRequest::new(), Some(index), Some(PAGE_SIZE)).await;
            let page = page.expect("a page");
            count += i32::try_from(page.data.flatten().expect("a list").len()).expect("a page's length");
            let total = page.metadata.flatten().and_then(|metadata| metadata.total_count.flatten());
            if count >= total.expect("a total") {
                break;
            }
        }
        assert_eq!(count, CUSTOMERS);
        start.elapsed()
    }

    /// The time of our stream divided by that of the loop.
    async fn ratio(&self, rounds: usize) -> f64 {
        let mut ratios = Vec::new();
        for round in 0..rounds {
            // Who goes first changes, too.
            let (ours, other) = if round % 2 == 0 {
                let ours = self.stream(0).await;
                (ours, self.generated_loop().await)
            } else {
                let other = self.generated_loop().await;
                (self.stream(0).await, other)
            };
            ratios.push(ours.as_secs_f64() / other.as_secs_f64());
        }
        median(ratios)
    }

    /// The time of our stream in sequence divided by that with pages asked for before they are wanted.
    async fn times_faster(&self, rounds: usize, ahead: u32) -> f64 {
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let in_sequence = self.stream(0).await;
            ratios.push(in_sequence.as_secs_f64() / self.stream(ahead).await.as_secs_f64());
        }
        median(ratios)
    }
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
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
            let entries = entries();
            let entries: &'static str = Box::leak(entries.into_boxed_str());
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, delay, entries));
            }
        });
    });
    format!("http://{address}")
}

/// Both sides send a body of two bytes, `{}`, which ends a request.
async fn answer(mut connection: TcpStream, delay: Duration, entries: &str) {
    connection.set_nodelay(true).expect("a socket");
    let mut request = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut request).await {
        if !request.ends_with(b"\r\n\r\n{}") {
            continue;
        }
        let head = String::from_utf8_lossy(&request);
        let index = head.split_once("pageIndex=").map(|(_, rest)| rest);
        let digits = index.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        let index: i32 = digits.and_then(|digits| digits.parse().ok()).unwrap_or(1);
        request.clear();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let body = format!(
            r#"{{"data":[{entries}],"metadata":{{"pageIndex":{index},"pageSize":{PAGE_SIZE},"totalCount":{CUSTOMERS}}}}}"#
        );
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        if connection.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The customers of a page, as the service would write them.
fn entries() -> String {
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
    (0..PAGE_SIZE).map(entry).collect::<Vec<_>>().join(",")
}
