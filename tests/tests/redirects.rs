//! What goes along when a server points to another address, and what stays.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avepoint_core::{CallOptions, ErrorKind, Method, RetryPolicy, Transport};
use avepoint_tests::elements::{TOKEN, builder, case, client_with_retries, run};
use avepoint_tests::raw_server::tls::Authority;
use avepoint_tests::raw_server::{RawServer, Script, read_request, write_json};
use avepoint_tests::server::{Reply, Server};

fn once() -> CallOptions {
    CallOptions::default().retry(RetryPolicy::none())
}

fn user() -> Reply {
    Reply::json(200, case("getUser").answer.as_ref().expect("an example"))
}

/// A caller's settings whose headers are for the API alone.
fn with_key() -> Transport {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("x-api-key", "hunter2".parse().expect("a header"));
    headers.insert("cookie", "session=hunter2".parse().expect("a header"));
    Transport::new().adjust_reqwest(move |http| http.user_agent("hunter2/1.0").default_headers(headers.clone()))
}

#[tokio::test]
async fn nothing_that_is_anyones_goes_to_another_origin_or_comes_back_from_it() {
    for status in [301, 302, 303, 307, 308] {
        // Home points to another port, that one to a third, and the third back home.
        let home_url: Arc<Mutex<String>> = Arc::default();
        let back = Arc::clone(&home_url);
        let third = Server::start(move |_, _| {
            let back = back.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Reply::empty(302).header("location", format!("{back}/back?sig=s3cret"))
        })
        .await;
        let third_url = third.url();
        let other = Server::start(move |_, _| Reply::empty(status).header("location", third_url.clone())).await;
        let other_url = other.url();
        let home = Server::start(move |request, _| match request.path.as_str() {
            "/back" => user(),
            _ => Reply::empty(status).header("location", format!("{other_url}/file?sig=s3cret#part")),
        })
        .await;
        *home_url.lock().unwrap_or_else(PoisonError::into_inner) = home.url();

        let options = once()
            .header("range", "bytes=5-")
            .and_then(|options| options.header("if-range", "\"tag\""))
            .and_then(|options| options.header("x-tenant", "hunter2"))
            .expect("headers");
        let client = builder(&home.url())
            .transport(with_key())
            .options(options)
            .build()
            .expect("a client");
        // One of no specification, which may ask for a part of a file.
        let file = client.request(Method::Get, "/user");
        file.send().await.unwrap_or_else(|error| panic!("{status}: {error}"));

        let at_home = home.received();
        assert_eq!(at_home.len(), 2, "{status}");
        assert_eq!(
            at_home[0].header("x-api-key"),
            Some("hunter2"),
            "the caller's key is for the API"
        );
        let elsewhere = [other.received(), third.received(), vec![at_home[1].clone()]].concat();
        assert_eq!(elsewhere.len(), 3, "{status}");
        for request in elsewhere {
            let headers = format!("{:?}", request.headers);
            for secret in ["hunter2", TOKEN, "authorization", "cookie", "referer", "user-agent"] {
                assert!(!headers.contains(secret), "{status}: `{secret}` in {headers}");
            }
            // What a file is asked for by goes along, or a broken download could not go on.
            assert_eq!(
                (request.header("range"), request.header("if-range")),
                (Some("bytes=5-"), Some("\"tag\"")),
                "{status}"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_of_another_host_costs_no_token_and_advises_no_permission() {
    for status in [401, 403] {
        let other = Server::always(Reply::empty(status)).await;
        let other_url = other.url();
        let home = Server::start(move |_, _| Reply::empty(302).header("location", other_url.clone())).await;
        let error = run(&client_with_retries(&home.url(), RetryPolicy::default()).0, "getUser")
            .await
            .expect_err("a refusal");
        assert_eq!((home.received().len(), other.received().len()), (1, 1), "{error}");
        assert_eq!(error.kind(), ErrorKind::Redirect, "{error}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        assert!(
            !error.to_string().contains("grant") && !error.to_string().contains("credential"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn https_does_not_lead_to_plain_http_nor_to_an_address_with_a_password() {
    let authority = Authority::new();
    let tls = authority.identity("127.0.0.1", 2999).acceptor(b"http/1.1");
    let plain = Server::always(user()).await;
    for location in [plain.url(), "https://me:hunter2@127.0.0.1/".to_owned()] {
        let (acceptor, target) = (tls.clone(), location.clone());
        let server = RawServer::manual(move |stream| {
            let (acceptor, target) = (acceptor.clone(), target.clone());
            async move {
                let mut stream = acceptor.accept(stream).await.expect("TLS");
                read_request(&mut stream).await.expect("a request");
                write_json(&mut stream, "302 Found", &format!("location: {target}\r\n"), "").await;
            }
        })
        .await;
        let client = builder(&format!("https://{}", server.address()))
            .root_certificate(authority.pem())
            .options(once())
            .build()
            .expect("a client");
        let error = run(&client, "getUser").await.expect_err(&location);
        assert_eq!(
            (error.kind(), server.connections()),
            (ErrorKind::Redirect, 1),
            "{error}"
        );
        assert!(!format!("{error} {error:#?}").contains("hunter2"), "{error:?}");
    }
    assert!(plain.received().is_empty());
}

#[tokio::test]
async fn all_hops_share_the_time_of_one_attempt() {
    // Each answer takes most of the time that there is for all of them.
    let hops = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&hops);
    let server = RawServer::manual(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            if read_request(&mut stream).await.is_some() {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(400)).await;
                write_json(&mut stream, "302 Found", "location: /again\r\n", "").await;
            }
        }
    })
    .await;
    let attempt = once().timeout(Duration::from_millis(600));
    let deadline = CallOptions::default().retry(RetryPolicy::none().deadline(Duration::from_millis(600)));
    for options in [attempt, deadline] {
        hops.store(0, Ordering::SeqCst);
        let client = builder(&server.url()).options(options).build().expect("a client");
        let error = run(&client, "getUser").await.expect_err("no time");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        let hops = hops.load(Ordering::SeqCst);
        assert!(hops <= 2, "{hops} hops");
    }
}

#[tokio::test]
async fn a_write_that_is_answered_by_neither_success_nor_refusal_may_have_been_carried_out() {
    for status in [101, 300, 301, 302, 303, 304, 305, 307, 308, 399] {
        for location in [
            &b""[..],
            b"location: \r\n",
            b"location: /done\r\n",
            b"location: /caf\xe9\r\n",
            b"location: https://[\r\n",
        ] {
            let head = format!("HTTP/1.1 {status} Odd\r\ncontent-length: 0\r\nconnection: close\r\n");
            let answer = [head.as_bytes(), location, b"\r\n"].concat();
            let asked = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&asked);
            let server = RawServer::start(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                Script::bytes(answer.clone()).close()
            })
            .await;
            let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
            let error = run(&client, "onboardCustomer").await.expect_err("no success");
            let headers = format!("{status} {}: {error}", String::from_utf8_lossy(location));
            assert_eq!(asked.load(Ordering::SeqCst), 1, "{headers}");
            assert!(
                matches!(error.kind(), ErrorKind::Redirect | ErrorKind::Status),
                "{headers}"
            );
            assert!(error.may_have_been_carried_out() && !error.is_retryable(), "{headers}");
            assert!(error.to_string().contains("may have been carried out"), "{headers}");
        }
    }
}

#[tokio::test]
async fn a_read_follows_an_address_with_letters_as_they_are() {
    for (location, path) in [(&b"/caf\xe9"[..], "/caf%E9"), (b"/caf\xc3\xa9", "/caf%C3%A9")] {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let paths = Arc::clone(&asked);
        let user = case("getUser").answer.clone().unwrap_or_default().to_string();
        let server = RawServer::start(move |request| {
            let mut paths = paths.lock().unwrap_or_else(PoisonError::into_inner);
            paths.push(request.path);
            if paths.len() > 1 {
                return Script::answer(200, &[("content-type", "application/json")], user.clone());
            }
            Script::bytes("HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: ")
                .then(location)
                .then("\r\n\r\n")
        })
        .await;
        let client = builder(&server.url()).options(once()).build().expect("a client");
        run(&client, "getUser").await.expect("an answer");
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(asked[1], path);
    }
}

#[tokio::test]
async fn a_write_that_was_pointed_elsewhere_may_have_been_carried_out() {
    // A 303 is how many a server answers when it is done.
    let server = Server::always(Reply::empty(303).header("location", "/done")).await;
    let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
    let error = run(&client, "onboardCustomer").await.expect_err("a redirection");
    assert_eq!((error.kind(), server.received().len()), (ErrorKind::Redirect, 1));
    assert!(error.may_have_been_carried_out() && error.to_string().contains("may have been carried out"));
    let error = run(&client, "getUser").await.expect_err("a loop");
    assert!(!error.may_have_been_carried_out(), "{error}");
}
