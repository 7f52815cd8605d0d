//! What the client costs beside code written by hand for one purpose: reqwest and serde_json, into the same types.
//!
//! ```sh
//! cargo bench -p avepoint-elements-v3
//! ```
//!
//! criterion tells the times. The two ratios at the end are measured apart from that: both sides take turns, so that a
//! machine which grows slower does so for both.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use avepoint_elements_v3::avepoint_core::fuzz::answered;
use avepoint_elements_v3::operations::LIST_CUSTOMERS;
use avepoint_elements_v3::types::{CustomerPage, ListCustomersRequest};
use avepoint_elements_v3::{Client, StaticToken};
use criterion::Criterion;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const PATH: &str = "/partner/external/v3/general/customers/batch";

/// A full page of customers, as the service would write it.
static PAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let places = [
        "France",
        "Portugal",
        "Japan",
        "Côte d'Ivoire",
        "United States of America",
    ];
    let names = [
        "Northwind Harbour Services",
        "Fabrikam Robotics",
        "Contoso Bakery",
        "Tailwind Optics",
    ];
    let customers: Vec<Value> = (0..100)
        .map(|n: usize| {
            let name = format!("{} {n}", names[n % names.len()]);
            let tenants: Vec<Value> = (0..n % 4)
                .map(|t| json!({ "id": id(1000 * n + t), "name": format!("{name} – tenant {t}") }))
                .collect();
            json!({
                "id": id(n),
                "organization": name,
                "ownerEmail": format!("owner{n}@customer-{n}.example"),
                "jobStatus": n % 4,
                "countryOrRegion": places[n % places.len()],
                "managementMode": n % 3,
                "tenants": tenants,
            })
        })
        .collect();
    let page = json!({ "data": customers, "metadata": { "pageIndex": 1, "pageSize": 100, "totalCount": 100 } });
    page.to_string().into_bytes()
});

fn id(n: usize) -> String {
    format!("6f1c2b9a-3d4e-4f5a-8b6c-{n:012}")
}

/// The answer as it is when it comes out of the HTTP client, read by the code that every call of the client runs.
async fn our_decode() -> CustomerPage {
    let answer = answered::<CustomerPage>(&LIST_CUSTOMERS, PAGE.as_slice()).await;
    answer.expect("a page").into_inner()
}

/// The same answer, read the plain way.
async fn plain_decode() -> CustomerPage {
    serde_json::from_slice(&PAGE).expect("a page")
}

async fn our_call(client: &Client) -> CustomerPage {
    client
        .list_customers()
        .page_size(100)
        .send()
        .await
        .expect("an answer")
        .into_inner()
}

async fn plain_call(client: &reqwest::Client, url: &str) -> CustomerPage {
    let response = client
        .post(url)
        .query(&[("pageSize", 100)])
        .bearer_auth("a-token")
        .json(&ListCustomersRequest::default())
        .send()
        .await
        .expect("an answer");
    assert!(response.status().is_success());
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("a page")
}

/// A server on this machine that answers every request with the page; it has a thread of its own.
fn serve() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("a socket that does not block");
    std::thread::spawn(move || {
        runtime().block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection));
            }
        });
    });
    format!("http://{address}")
}

/// Both sides send a body of two bytes, `{}`, which ends a request.
async fn answer(mut connection: TcpStream) {
    connection.set_nodelay(true).expect("a socket");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        PAGE.len()
    );
    let answer = [head.as_bytes(), &PAGE].concat();
    let mut request = Vec::new();
    loop {
        match connection.read_buf(&mut request).await {
            Ok(1..) => {}
            _ => return,
        }
        if request.ends_with(b"\r\n\r\n{}") {
            request.clear();
            if connection.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The time of one side divided by that of the other: of many rounds in which both take turns, the median.
fn ratio(mut ours: impl FnMut(), mut plain: impl FnMut(), calls: u32) -> f64 {
    const ROUNDS: usize = 201;
    let time = |work: &mut dyn FnMut()| -> Duration {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed()
    };
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|round| {
            // Who goes first changes, too.
            let (one, other) = if round % 2 == 0 {
                let one = time(&mut ours);
                (one, time(&mut plain))
            } else {
                let other = time(&mut plain);
                (time(&mut ours), other)
            };
            one.as_secs_f64() / other.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ROUNDS / 2]
}

fn main() {
    let runtime = runtime();
    let base_url = serve();
    let url = format!("{base_url}{PATH}");
    let credential = StaticToken::new("a-token");
    let client = Client::builder()
        .base_url(base_url)
        .credential(credential)
        .build()
        .expect("a client");
    let plain_client = reqwest::Client::new();

    // What is compared must come to the same.
    let pages = runtime.block_on(async {
        [
            our_decode().await,
            plain_decode().await,
            our_call(&client).await,
            plain_call(&plain_client, &url).await,
        ]
    });
    let whole: Value = serde_json::from_slice(&PAGE).expect("JSON");
    for page in pages {
        assert_eq!(serde_json::to_value(page).expect("JSON"), whole);
    }

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("decode 100 customers");
    group.bench_function("client", |bencher| bencher.to_async(&runtime).iter(our_decode));
    group.bench_function("by hand", |bencher| bencher.to_async(&runtime).iter(plain_decode));
    group.finish();
    let mut group = criterion.benchmark_group("call on loopback");
    group.bench_function("client", |bencher| {
        bencher.to_async(&runtime).iter(|| our_call(&client))
    });
    group.bench_function("by hand", |bencher| {
        bencher.to_async(&runtime).iter(|| plain_call(&plain_client, &url))
    });
    group.finish();
    criterion.final_summary();

    // Without it `cargo test` runs the benches only to see that they work.
    if std::env::args().any(|argument| argument == "--bench") {
        let decode = ratio(
            || drop(black_box(runtime.block_on(our_decode()))),
            || drop(black_box(runtime.block_on(plain_decode()))),
            20,
        );
        let call = ratio(
            || drop(black_box(runtime.block_on(our_call(&client)))),
            || drop(black_box(runtime.block_on(plain_call(&plain_client, &url)))),
            10,
        );
        println!("decode: ours / hand-written = {decode:.2}");
        println!("call:   ours / hand-written = {call:.2}");
    }
}
