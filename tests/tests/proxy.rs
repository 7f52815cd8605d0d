//! Plain http stays on this machine, and what goes through a proxy goes through it closed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::PoisonError;

use avepoint_auth::ClientSecretCredential;
use avepoint_core::{CallOptions, ErrorKind, RetryPolicy, Transport};
use avepoint_tests::elements::{TOKEN, builder, case, run};
use avepoint_tests::raw_server::tls::Authority;
use avepoint_tests::raw_server::{RawServer, read_request};
use avepoint_tests::server::{Reply, Server};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::AsyncWriteExt;

fn once() -> CallOptions {
    CallOptions::default().retry(RetryPolicy::none())
}

async fn user() -> Server {
    Server::always(Reply::json(200, case("getUser").answer.as_ref().expect("an example"))).await
}

/// The address of a server by the name of this machine.
fn by_name(url: &str) -> String {
    url.replace("127.0.0.1", "localhost")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_variable_of_the_environment_leads_plain_http_to_a_proxy() {
    let (proxy, _) = RawServer::silent().await;
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
        "https_proxy",
    ] {
        for kind in ["http", "socks5h"] {
            let other = user().await;
            let other_url = by_name(&other.url());
            let server = Server::start(move |_, _| Reply::empty(302).header("location", other_url.clone())).await;
            for address in [server.url(), by_name(&server.url())] {
                let mut call = Command::new(env!("CARGO_BIN_EXE_call"));
                call.args([&address, "getUser"])
                    .env_clear()
                    .env(name, format!("{kind}://{}", proxy.address()));
                let output = tokio::task::block_in_place(|| call.output()).expect("a call");
                assert!(
                    output.status.success(),
                    "{name}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
            }
            assert_eq!((server.received().len(), other.received().len()), (2, 2), "{name}");
        }
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn no_builder_of_a_caller_leads_plain_http_away() {
    /// A resolver for which every name is somewhere else.
    struct Elsewhere;
    impl Resolve for Elsewhere {
        fn resolve(&self, _: Name) -> Resolving {
            let addresses: Addrs = Box::new([SocketAddr::new(ELSEWHERE, 0)].into_iter());
            Box::pin(std::future::ready(Ok(addresses)))
        }
    }
    // An address that nobody has.
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    let (proxy, _) = RawServer::silent().await;
    let proxy_url = format!("http://{}", proxy.address());
    let proxies =
        [reqwest::Proxy::all(&proxy_url), reqwest::Proxy::http(&proxy_url)].map(|proxy| proxy.expect("a proxy"));
    let [all, http] = proxies;
    let adjusted = |adjust: Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>| {
        Transport::new().adjust_reqwest(adjust)
    };
    for transport in [
        adjusted(Box::new(move |client| client.proxy(all.clone()))),
        adjusted(Box::new(move |client| client.proxy(http.clone()))),
        adjusted(Box::new(|client| {
            client.resolve("localhost", SocketAddr::new(ELSEWHERE, 80))
        })),
        adjusted(Box::new(|client| {
            client.resolve("LOCALHOST", SocketAddr::new(ELSEWHERE, 80))
        })),
        adjusted(Box::new(|client| client.dns_resolver(Elsewhere))),
    ] {
        let server = user().await;
        let client = builder(&by_name(&server.url()))
            .transport(transport)
            .options(once())
            .build();
        run(&client.expect("a client"), "getUser").await.expect("an answer");
        assert_eq!(server.received().len(), 1);
    }
    let server = user().await;
    let client = builder(&server.url()).proxy(&proxy_url).options(once()).build();
    run(&client.expect("a client"), "getUser").await.expect("an answer");
    assert_eq!((server.received().len(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn a_proxy_for_https_sees_the_host_and_no_more() {
    let authority = Authority::new();
    // Whatever host it is asked for, the proxy is the server itself.
    let acceptor = authority.identity("api.example.com", 2999).acceptor(b"http/1.1");
    let (ask, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let proxy = RawServer::manual(move |mut stream| {
        let (acceptor, ask) = (acceptor.clone(), ask.clone());
        async move {
            let head = read_request(&mut stream).await.expect("a request to the proxy");
            ask.send(head).expect("the test listens");
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an answer");
            let mut inner = acceptor.accept(stream).await.expect("TLS");
            let head = read_request(&mut inner).await.expect("a request");
            ask.send(head).expect("the test listens");
            let user = case("getUser").answer.clone().unwrap_or_default().to_string();
            avepoint_tests::raw_server::write_json(&mut inner, "200 OK", "", &user).await;
        }
    })
    .await;
    let client = builder("https://api.example.com/")
        .proxy(format!("http://me:hunter2@{}", proxy.address()))
        .root_certificate(authority.pem())
        .options(once())
        .build()
        .expect("a client");
    assert!(!format!("{client:?}").contains("hunter2"));
    run(&client, "getUser").await.expect("an answer");
    let (outside, inside) = (asked.recv().await.expect("a head"), asked.recv().await.expect("a head"));
    assert!(
        outside.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"),
        "{outside}"
    );
    assert!(!outside.contains(TOKEN) && !outside.contains("/partner"), "{outside}");
    assert!(
        inside.contains(&format!("Bearer {TOKEN}")) && !inside.contains("roxy-"),
        "{inside}"
    );
}

#[tokio::test]
async fn a_proxy_or_a_certificate_that_is_none_is_told_at_once_and_not_shown() {
    let long = format!("http://me:hunter2@proxy.example.com/{}", "x".repeat(70_000));
    for address in [
        "http://me:hunter2@",
        "::hunter2",
        "",
        "http://me:hunter2@exa mple.com",
        // Such as the HTTP library would leave out.
        "ftp://me:hunter2@127.0.0.1:1",
        "ftp:/me:hunter2@127.0.0.1:1",
        // A scheme that would be the host.
        "htp:/me:hunter2@127.0.0.1:1",
        "https//me:hunter2@127.0.0.1:1",
        "127.0.0.1:1/hunter2",
        "foo://me:hunter2@127.0.0.1:1",
        "socks://me:hunter2@127.0.0.1:1",
        "socks6://me:hunter2@127.0.0.1:1",
        "ws://me:hunter2@127.0.0.1:1",
        "file:///hunter2",
        "data:hunter2",
        "://hunter2",
        &long,
    ] {
        let client = builder("https://api.example.com/").proxy(address).build().map(drop);
        let credential = ClientSecretCredential::builder("an-app", "its-secret");
        let credential = credential.proxy(address).build().map(drop);
        for error in [client.expect_err(address), credential.expect_err(address)] {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            assert!(error.to_string().contains("proxy address"), "{error}");
            assert!(!format!("{error} {error:#?}").contains("hunter2"));
        }
    }
    for pem in [
        "",
        "hunter2",
        "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n",
    ] {
        let error = builder("https://api.example.com/")
            .root_certificate(pem)
            .build()
            .expect_err(pem);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(!format!("{error} {error:#?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_proxy_is_taken_in_every_spelling_that_names_one() {
    let (proxy, heard) = RawServer::silent().await;
    for address in [
        format!("http://{}", proxy.address()),
        format!("HTTP://me:pass@{}/", proxy.address()),
        proxy.address().to_string(),
        format!("me:pass@{}", proxy.address()),
        format!("https://{}", proxy.address()),
        format!("socks4://{}", proxy.address()),
        format!("Socks5h://{}", proxy.address()),
    ] {
        let before = proxy.connections();
        let short = once().timeout(std::time::Duration::from_millis(300));
        // Where nobody goes directly.
        let client = builder("https://127.0.0.1:1/").proxy(&address).options(short).build();
        run(&client.expect("a client"), "getUser").await.expect_err("silence");
        assert_eq!(proxy.connections(), before + 1, "{address}");
    }
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(!String::from_utf8_lossy(&heard).contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_environment_that_is_none_is_not_gone_round() {
    let call = |address: &str, variables: &[(&str, &str)]| {
        let mut call = Command::new(env!("CARGO_BIN_EXE_call"));
        call.args([address, "getUser"])
            .env_clear()
            .envs(variables.iter().copied());
        tokio::task::block_in_place(|| call.output()).expect("a call")
    };
    let (server, _) = RawServer::silent().await;
    let address = format!("https://{}", server.address());
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for value in [
            "foo://me:hunter2@127.0.0.1:1",
            "SOCKS5://127.0.0.1:1",
            "http://hunter2 b",
            "127.0.0.1:1/x",
        ] {
            let output = call(&address, &[(name, value)]);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(
                !output.status.success() && stderr.contains(&format!("`{name}`")),
                "{value}: {stderr}"
            );
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
    assert_eq!(server.connections(), 0);
    // It is not asked for plain http, and one that is empty is none.
    let local = user().await;
    let output = call(&local.url(), &[("HTTPS_PROXY", "foo://x"), ("ALL_PROXY", "")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reached_is_named_with_the_proxy_before_it() {
    let refusing = RawServer::writing("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    let refusing = refusing.address().to_string();
    let url = "https://api.example.com/hunter2";
    for (scheme, proxy, causes) in [
        ("http", "127.0.0.1:1", ["tunnel error", "Connection refused"]),
        // The library tells no more of this one.
        (
            "socks5h",
            "127.0.0.1:1",
            ["socks proxy", "failed to create underlying connection"],
        ),
        ("http", &refusing, ["tunnel error", "unsuccessful"]),
    ] {
        let address = format!("{scheme}://me:hunter2@{proxy}");
        let client = builder(url).proxy(&address).options(once()).build().expect("a client");
        let error = run(&client, "getUser").await.expect_err("no way through").to_string();
        let mut call = Command::new(env!("CARGO_BIN_EXE_call"));
        call.args([url, "getUser"]).env_clear().env("HTTPS_PROXY", &address);
        let call = tokio::task::block_in_place(|| call.output()).expect("a call");
        for line in [&*error, &*String::from_utf8_lossy(&call.stderr)] {
            let way = format!("no connection was made to api.example.com through the proxy {proxy}: ");
            assert!(line.contains(&way) && !line.contains("hunter2"), "{line}");
            for cause in causes {
                assert_eq!(line.matches(cause).count(), 1, "{line}");
            }
        }
    }
    // Whoever is excepted is reached directly.
    let mut call = Command::new(env!("CARGO_BIN_EXE_call"));
    call.args(["https://127.0.0.1:1/", "getUser"])
        .env_clear()
        .envs([("HTTPS_PROXY", &*refusing), ("NO_PROXY", "127.0.0.1")]);
    let call = tokio::task::block_in_place(|| call.output()).expect("a call");
    let line = String::from_utf8_lossy(&call.stderr);
    assert!(line.contains("no connection was made to 127.0.0.1:1: "), "{line}");
}

#[tokio::test]
async fn a_proxy_that_refuses_has_carried_nothing_out() {
    let proxy = RawServer::writing("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
    let (silent, heard) = RawServer::silent().await;
    for url in [proxy.url(), silent.url()] {
        let client = builder("https://api.example.com/")
            .proxy(url)
            .options(once().timeout(std::time::Duration::from_millis(300)))
            .build()
            .expect("a client");
        let error = run(&client, "onboardCustomer").await.expect_err("no way through");
        assert!(
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout),
            "{error}"
        );
        assert!(error.is_retryable() && !error.may_have_been_carried_out(), "{error}");
    }
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(String::from_utf8_lossy(&heard).starts_with("CONNECT "));
}
