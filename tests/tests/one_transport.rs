//! One transport for a client and its credential: what it says counts for the requests of both, and for no other host.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use avepoint_auth::ClientSecretCredential;
use avepoint_core::{CallOptions, Error, ErrorKind, RetryPolicy, Transport};
use avepoint_elements_v3::Client;
use avepoint_tests::elements::{case, run};
use avepoint_tests::raw_server::tls::Authority;
use avepoint_tests::raw_server::{RawServer, read_request, write_json};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

/// A client whose tokens come over the same transport.
fn client(transport: &Transport, identity: &str, api: &str) -> Result<Client, Error> {
    let credential = ClientSecretCredential::builder("an-app", "a-secret")
        .identity_url(identity)
        .retry(RetryPolicy::none())
        .transport(transport.clone())
        .build()?;
    Client::builder()
        .base_url(api)
        .credential(credential)
        .options(CallOptions::default().retry(RetryPolicy::none()))
        .transport(transport.clone())
        .build()
}

/// The identity service and the API as one server.
async fn both(acceptor: TlsAcceptor) -> RawServer {
    RawServer::manual(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // Whoever shows no certificate is gone.
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream).await;
            }
        }
    })
    .await
}

/// Answers all requests of a connection: with a token, or with a user.
async fn answer<S: tokio::io::AsyncRead + AsyncWriteExt + Unpin>(mut stream: S) {
    let user = case("getUser").answer.clone().unwrap_or_default().to_string();
    while let Some(head) = read_request(&mut stream).await {
        let body = match head.contains("/connect/token") {
            true => r#"{"access_token":"a-token","token_type":"Bearer","expires_in":3600}"#,
            false => user.as_str(),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .expect("an answer");
    }
}

#[tokio::test]
async fn both_go_through_the_proxy() {
    let authority = Authority::new();
    let acceptors = ["identity.example.com", "api.example.com"]
        .map(|host| (host, authority.identity(host, 2999).acceptor(b"http/1.1")));
    let (ask, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let proxy = RawServer::manual(move |mut stream| {
        let (acceptors, ask) = (acceptors.clone(), ask.clone());
        async move {
            let head = read_request(&mut stream).await.expect("a request to the proxy");
            let named = acceptors
                .iter()
                .find(|(host, _)| head.starts_with(&format!("CONNECT {host}:443 ")));
            let (host, acceptor) = named.expect("a known host");
            ask.send(*host).expect("the test listens");
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an answer");
            answer(acceptor.accept(stream).await.expect("TLS")).await;
        }
    })
    .await;
    let transport = Transport::new().proxy(proxy.url()).root_certificate(authority.pem());
    let client = client(&transport, "https://identity.example.com", "https://api.example.com").expect("a client");
    run(&client, "getUser").await.expect("a user");
    assert_eq!(asked.recv().await, Some("identity.example.com"));
    assert_eq!(asked.recv().await, Some("api.example.com"));
}

#[tokio::test]
async fn both_find_a_host_under_the_addresses_that_were_given() {
    let authority = Authority::new();
    let server = both(authority.identity("api.example.com", 2999).acceptor(b"http/1.1")).await;
    let transport = Transport::new()
        .root_certificate(authority.pem())
        .resolve("API.example.com", [server.address()]);
    let url = "https://api.example.com";
    let client = client(&transport, url, url).expect("a client");
    run(&client, "getUser").await.expect("a user");
    assert_eq!(server.connections(), 1, "one connection serves both");
}

#[tokio::test]
async fn a_host_is_the_same_with_a_dot_at_its_end() {
    let authority = Authority::new();
    for (host, url) in [
        ("api.example.test.", "https://api.example.test"),
        ("api.example.test", "https://API.example.test."),
    ] {
        let server = both(authority.identity("api.example.test", 2999).acceptor(b"http/1.1")).await;
        let transport = Transport::new().root_certificate(authority.pem());
        let transport = transport.resolve(host, [server.address()]);
        let client = client(&transport, url, url).expect("a client");
        run(&client, "getUser")
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }
}

#[tokio::test]
async fn both_show_the_certificate_of_this_machine() {
    let (authority, machines) = (Authority::new(), Authority::new());
    let own = machines.identity("this-machine", 2999).pem();
    let server = both(
        authority
            .identity("127.0.0.1", 2999)
            .acceptor_for(b"http/1.1", Some(&machines)),
    )
    .await;
    let url = format!("https://{}", server.address());
    let without = Transport::new().root_certificate(authority.pem());
    let with = without.clone().client_certificate(own.clone());
    run(&client(&with, &url, &url).expect("a client"), "getUser")
        .await
        .expect("a user");

    let error = run(&client(&without, &url, &url).expect("a client"), "getUser").await;
    assert_eq!(error.expect_err("no certificate").kind(), ErrorKind::Credential);
    let strange = without.client_certificate(Authority::new().identity("this-machine", 2999).pem());
    let error = run(&client(&strange, &url, &url).expect("a client"), "getUser").await;
    assert_eq!(error.expect_err("another authority").kind(), ErrorKind::Credential);
}

#[tokio::test]
async fn no_other_host_is_shown_the_certificate_of_this_machine() {
    let (authority, machines) = (Authority::new(), Authority::new());
    let acceptor = authority
        .identity("127.0.0.1", 2999)
        .acceptor_for(b"http/1.1", Some(&machines));
    let shown = Arc::new(AtomicUsize::new(0));
    let (strict, count) = (acceptor.clone(), Arc::clone(&shown));
    let other = RawServer::manual(move |stream| {
        let (strict, count) = (strict.clone(), Arc::clone(&count));
        async move {
            if strict.accept(stream).await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    let location = format!("location: https://{}/file\r\n", other.address());
    let home = RawServer::manual(move |stream| {
        let (acceptor, location) = (acceptor.clone(), location.clone());
        async move {
            let mut stream = acceptor.accept(stream).await.expect("TLS with a certificate");
            read_request(&mut stream).await.expect("a request");
            write_json(&mut stream, "302 Found", &location, "").await;
        }
    })
    .await;
    let client = Client::builder()
        .base_url(format!("https://{}", home.address()))
        .credential(avepoint_core::StaticToken::new("a-token"))
        .options(CallOptions::default().retry(RetryPolicy::none()))
        .transport(
            Transport::new()
                .root_certificate(authority.pem())
                .client_certificate(machines.identity("this-machine", 2999).pem()),
        )
        .build()
        .expect("a client");
    run(&client, "getUser").await.expect_err("no certificate");
    assert_eq!((other.connections(), shown.load(Ordering::SeqCst)), (1, 0));
}

#[test]
fn what_is_wrong_is_told_by_build_and_shown_by_nobody() {
    let authority = Authority::new();
    let pem = authority.identity("this-machine", 2999).pem();
    let (certificate, key) = pem.split_at(pem.find("-----BEGIN PRIVATE").expect("a key"));
    let other = authority.identity("this-machine", 2999).pem();
    let (_, other_key) = other.split_at(other.find("-----BEGIN PRIVATE").expect("a key"));
    let damaged = "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n";
    let new = Transport::new;
    for (transport, problem) in [
        (new().client_certificate("hunter2"), "the client certificate is not PEM"),
        (new().client_certificate(key), "the client certificate is not PEM"),
        (
            new().client_certificate(certificate),
            "the client certificate has no key",
        ),
        (
            new().client_certificate(format!("{certificate}{}", key.replace("PRIVATE", "ENCRYPTED PRIVATE"))),
            "the client certificate has no key",
        ),
        (
            new().client_certificate(format!("{certificate}{other_key}")),
            "the client certificate cannot be used",
        ),
        (
            new().client_certificate(format!("{damaged}{key}")),
            "the client certificate cannot be used",
        ),
        (new().root_certificate("hunter2"), "the root certificate is not PEM"),
        (new().root_certificate(damaged), "the root certificate cannot be used"),
        (
            new().proxy("ftp://me:hunter2@example.com"),
            "the proxy address is invalid",
        ),
        (
            new().resolve("localhost", [([192, 0, 2, 1], 443).into()]),
            "which is always this machine",
        ),
        (
            new().resolve("api.example.com", []),
            "no addresses for `api.example.com`",
        ),
        (
            new().resolve("https://api.example.com", [([192, 0, 2, 1], 443).into()]),
            "which is not a host",
        ),
        (
            new().resolve("localhost.", [([192, 0, 2, 1], 443).into()]),
            "which is always this machine",
        ),
        (
            new().resolve("192.0.2.7", [([192, 0, 2, 1], 443).into()]),
            "which is an address itself",
        ),
        (
            new().resolve("[2001:db8::1]", [([192, 0, 2, 1], 443).into()]),
            "which is an address itself",
        ),
        (
            new().resolve("2001:db8::1", [([192, 0, 2, 1], 443).into()]),
            "which is an address itself",
        ),
        (
            // As URLs read it.
            new().resolve("127.1", [([192, 0, 2, 1], 443).into()]),
            "which is an address itself",
        ),
    ] {
        let shown = format!("{transport:?} {transport:#?}");
        let url = "https://api.example.com";
        let error = client(&transport, url, url).map(drop).expect_err(problem);
        assert!(error.is_configuration(), "{error}");
        let told = format!("{error} {error:#?}");
        assert!(told.contains(problem), "{told}");
        let line = key.lines().nth(1).expect("a line of the key");
        for secret in ["hunter2", "aHVudGVyMg", line] {
            assert!(
                !told.contains(secret) && !shown.contains(secret),
                "{secret}: {told} {shown}"
            );
        }
    }
}
