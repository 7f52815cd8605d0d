//! The Elements v3 client as the tests set it up, and the calls that stand for their kind.

use std::sync::{Arc, LazyLock};

use avepoint_auth::ClientSecretCredential;
use avepoint_core::{CallOptions, ClientBuilder, Error, RetryPolicy, StaticToken};
use avepoint_elements_v3::{Client, dynamic};
use serde_json::Value;

use crate::client::typed;
use crate::clock::FakeClock;
use crate::server::Server;
use crate::specs::{Case, cases};

/// The token that the clients send.
pub const TOKEN: &str = "a-token";

/// What the clocks show at first.
pub const START: &str = "2026-01-31T12:00:00Z";

/// A read by GET, a read by POST, and a write of each kind of answer: JSON with 200, JSON with 201, nothing with 204.
pub const READS: [&str; 2] = ["getUser", "listCustomers"];
pub const WRITES: [&str; 3] = ["onboardCustomer", "createBaseline", "updateUserBirthday"];

/// Every operation with its examples.
pub fn all() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases("elements-v3"));
    &CASES
}

/// One operation with its examples.
///
/// # Panics
/// For a name that no operation has.
pub fn case(id: &str) -> &'static Case {
    all()
        .iter()
        .find(|case| case.id == id)
        .unwrap_or_else(|| panic!("there is no operation {id}"))
}

/// A client to be finished: it talks to this address.
pub fn builder(base_url: &str) -> ClientBuilder<Client> {
    Client::builder().base_url(base_url).credential(StaticToken::new(TOKEN))
}

/// A client whose tokens are those of an identity service, for an app with this id and secret.
pub fn authenticated(base_url: &str, identity_url: &str, id: &str, secret: &str) -> Client {
    let credential = ClientSecretCredential::builder(id, secret).identity_url(identity_url);
    let credential = credential.build().expect("a credential");
    let client = Client::builder().base_url(base_url).credential(credential);
    client.build().expect("a client")
}

/// A client that sends every call once.
pub fn client(server: &Server) -> Client {
    let options = CallOptions::default().retry(RetryPolicy::none());
    builder(&server.url()).options(options).build().expect("a client")
}

/// A client that repeats calls, and the clock by which it waits.
pub fn client_with_retries(base_url: &str, policy: RetryPolicy) -> (Client, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(START));
    let options = CallOptions::default().retry(policy);
    let client = builder(base_url)
        .options(options)
        .clock(clock.clone())
        .build()
        .expect("a client");
    (client, clock)
}

/// Runs an operation as its examples have it, and gives what the type of its answer has read, written anew.
///
/// # Errors
/// As the call.
pub async fn run(client: &Client, id: &str) -> Result<Value, Error> {
    let client = client.with_options(typed(client.session().options()));
    dynamic::call(&client, id, case(id).parameters.clone()).await
}
