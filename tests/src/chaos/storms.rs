//! What does not come call by call: refused tokens in masses, answers without end, a proxy for everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use avepoint_auth::ClientSecretCredential;
use avepoint_core::{CallOptions, ClientBuilder, Credential, RetryPolicy, StaticToken, Transport};
use avepoint_elements_v3::{Client, dynamic};
use bytes::Bytes;
use futures_util::StreamExt;

use super::calls::{Setup, check_redacted};
use super::plan::known;
use super::report::Violation;
use super::secrets::{CLIENT_SECRET, TOKENS};
use crate::clock::FakeClock;
use crate::elements::START;
use crate::raw_server::{RawServer, Script, head};

/// How many calls a server refuses the token of, and how many token requests they are worth at most: the first, one
/// again, and as many again for calls that were on their way.
const REFUSED: usize = 100;
const ALLOWED: u64 = 4;

/// The longest answer that the client reads; how long the answers are, in pieces of 64 KiB; and how many bytes of one may
/// be taken, those that lie in the buffers of two sockets among them.
const BOUND: usize = 1024 * 1024;
const PIECES: u64 = 320;
const TAKEN: u64 = 16 * 1024 * 1024;

pub async fn make(setup: &Setup) {
    let begun = Instant::now();
    refused_tokens(setup).await;
    endless_answers(setup).await;
    a_proxy_of_the_caller(setup).await;
    setup.run_state.took(begun.elapsed(), "what does not come call by call");
}

/// Every token is good for the identity service, and none for the API.
async fn refused_tokens(setup: &Setup) {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let identity = RawServer::start(move |_| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        Script::answer(
            200,
            &[],
            format!(r#"{{"access_token": "refused-{number}", "expires_in": 3600}}"#),
        )
    })
    .await;
    let api = RawServer::start(|_| Script::answer(401, &[], "")).await;
    let credential = ClientSecretCredential::builder("an-app", CLIENT_SECRET)
        .identity_url(identity.url())
        .clock(Arc::new(FakeClock::at(START)))
        .build()
        .expect("a credential");
    let client = client(&api.url(), credential);
    let operation = known("elements-v3", "getUser");
    futures_util::stream::iter(0..REFUSED)
        .for_each_concurrent(8, |_| async {
            let outcome = dynamic::call(&client, "getUser", operation.case.parameters.clone()).await;
            outcome
                .err()
                .iter()
                .for_each(|error| check_redacted(&setup.run_state, error));
        })
        .await;
    let asked = asked.load(Ordering::Relaxed);
    setup
        .run_state
        .violations(Violation::ExcessTokenRequest, asked.saturating_sub(ALLOWED), || {
            format!("{asked} token requests for {REFUSED} calls")
        });
}

/// Answers that do not end, whatever is asked for.
async fn endless_answers(setup: &Setup) {
    let entry = r#"{"id": "6f1c2b9a", "organization": "Contoso", "tenants": []},"#;
    for (what, status, beginning, piece) in [
        ("entries", 200, "{\"data\": [", entry),
        ("a text", 200, "{\"data\": [{\"id\": \"", "abcdefgh"),
        ("a member nobody knows", 200, "{\"new\": [", entry),
        ("what is no JSON", 200, "", "no JSON "),
        ("a refusal", 400, "{\"message\": \"", "it was refused "),
    ] {
        let piece = Bytes::from(piece.repeat(64 * 1024 / piece.len()));
        let taken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&taken);
        let server = RawServer::start(move |_| {
            let head = head(
                status,
                "OK",
                &[("content-type", "application/json"), ("connection", "close")],
            );
            Script::bytes(head)
                .then(beginning)
                .repeat(piece.clone(), PIECES, &count)
                .close()
        })
        .await;
        let client = client(&server.url(), StaticToken::new(TOKENS[0].as_str()));
        // A read, a write that answers nothing, and a token.
        for id in ["listCustomers", "updateUserBirthday", "token"] {
            let known = known("elements-v3", if id == "token" { "getUser" } else { id });
            let outcome = if id == "token" {
                let credential = ClientSecretCredential::builder("an-app", CLIENT_SECRET).identity_url(server.url());
                let credential = credential.retry(RetryPolicy::none()).build().expect("a credential");
                credential.token(known.operation).await.map(drop)
            } else {
                dynamic::call(&client, id, known.case.parameters.clone())
                    .await
                    .map(drop)
            };
            outcome
                .err()
                .iter()
                .for_each(|error| check_redacted(&setup.run_state, error));
            let bytes = taken.swap(0, Ordering::Relaxed);
            if bytes > TAKEN {
                setup.run_state.violations(Violation::ExcessBytes, bytes - TAKEN, || {
                    format!("{id}: {bytes} bytes of {what}")
                });
                // Each more would take minutes to say the same.
                return;
            }
        }
    }
}

/// A caller wants everything to go through a proxy: plain http stays on this machine all the same.
async fn a_proxy_of_the_caller(setup: &Setup) {
    let run_state = Arc::clone(&setup.run_state);
    let proxy = RawServer::start(move |request| {
        run_state.violation(Violation::PlainHttpSent, || {
            format!("a proxy has got {} {}", request.method, request.path)
        });
        Script::answer(502, &[], "")
    })
    .await;
    let server = RawServer::start(|_| Script::answer(200, &[], "{}")).await;
    let through = reqwest::Proxy::all(proxy.url()).expect("an address");
    let transport = Transport::new().adjust_reqwest(move |http| http.proxy(through.clone()));
    let credential = ClientSecretCredential::builder("an-app", CLIENT_SECRET)
        .identity_url(server.url())
        .transport(transport.clone());
    let credential = credential.retry(RetryPolicy::none()).build().expect("a credential");
    let builder = ClientBuilder::<Client>::default()
        .base_url(server.url())
        .credential(StaticToken::new(TOKENS[0].as_str()));
    let client = builder.transport(transport).build().expect("a client");
    let known = known("elements-v3", "getUser");
    let outcomes = [
        credential.token(known.operation).await.map(drop),
        dynamic::call(&client, "getUser", known.case.parameters.clone())
            .await
            .map(drop),
    ];
    outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .for_each(|error| check_redacted(&setup.run_state, error));
}

/// A client that sends every call once.
fn client(url: &str, credential: impl Credential + 'static) -> Client {
    let options = CallOptions::default()
        .retry(RetryPolicy::none())
        .max_response_size(BOUND);
    let builder = ClientBuilder::default()
        .base_url(url)
        .credential(credential)
        .options(options);
    builder.build().expect("a client")
}
