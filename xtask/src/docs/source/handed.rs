//! A page that is handed over, since no checkout has it: `--page API=FILE-or-URL`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use reqwest::{Client, Url, redirect};

use super::{LIMIT, Source, read};
use crate::api::Api;

/// How long a page may take, from the connection to its last byte.
const TIME: Duration = Duration::from_secs(60);

/// How often an address may lead to another.
const REDIRECTS: usize = 5;

/// What to do where an address does not give the page.
const REMEDY: &str = "open it in a browser, save the page as a UTF-8 file, and hand over the file";

/// An argument `API=FILE-or-URL`: the saved web page of an API, or an older state of a page that the vendor has
/// replaced.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The API that the page describes.
    pub api: &'static Api,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    Url(Url),
}

impl Handed {
    /// Reads the argument, not yet the page.
    ///
    /// # Errors
    /// If it is not of this form, there is no such API, or the address may not be asked.
    pub fn parse(argument: &str) -> anyhow::Result<Self> {
        let form = "write API=FILE or API=URL, such as insights-legacy=page.html";
        let (api, place) = argument
            .split_once('=')
            .ok_or_else(|| anyhow!("`{argument}` names no API; {form}"))?;
        let api = Api::parse(api)?;
        if place.is_empty() {
            bail!("`{argument}` names no page; {form}");
        }
        let place = if place.contains("://") {
            Place::Url(address(place)?)
        } else {
            Place::File(PathBuf::from(place))
        };
        Ok(Handed { api, place })
    }

    /// Reads the page. Its name is the file's, without the folder, or the address.
    ///
    /// # Errors
    /// If it cannot be had, or is no text.
    pub fn read(&self) -> anyhow::Result<Source> {
        let (name, bytes) = match &self.place {
            Place::File(path) => {
                let name = path.file_name().and_then(|name| name.to_str());
                let name = name.with_context(|| {
                    let shown = path.display();
                    format!("{shown} has no name that a lock could hold; hand over a file with a plain name")
                })?;
                let bytes = read(path)?;
                if let Err(error) = std::str::from_utf8(&bytes) {
                    let from = error.valid_up_to() + 1;
                    bail!("the page {} is not UTF-8 from byte {from} on; {REMEDY}", path.display());
                }
                (name.to_owned(), bytes)
            }
            Place::Url(url) => {
                let bytes = get(url).map_err(|error| anyhow!("cannot get the page {url}: {error:#}; {REMEDY}"))?;
                (url.to_string(), bytes)
            }
        };
        Ok(Source {
            name,
            bytes,
            elsewhere: true,
        })
    }
}

/// An address from which a page may be taken.
fn address(text: &str) -> anyhow::Result<Url> {
    let mut url =
        Url::parse(text).with_context(|| format!("`{text}` is no address; write it as a browser shows it"))?;
    if !(url.scheme() == "https" || is_loopback(&url)) {
        bail!("`{text}` is not https; {REMEDY}");
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The message does not repeat it.
        bail!("the address of a page holds a user name or password, and a lock would show it; {REMEDY}");
    }
    // It names a place on the page, not another page.
    url.set_fragment(None);
    Ok(url)
}

/// Whether it is plain http to this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    url.scheme() == "http" && (host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback()))
}

/// The bytes behind an address.
fn get(url: &Url) -> anyhow::Result<Vec<u8>> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the network")?
        .block_on(download(url))
}

async fn download(url: &Url) -> anyhow::Result<Vec<u8>> {
    let policy = redirect::Policy::custom(|attempt| {
        if attempt.url().scheme() != "https" {
            let to = attempt.url().clone();
            attempt.error(anyhow!("it leads to {to}, which is not https"))
        } else if attempt.previous().len() > REDIRECTS {
            attempt.error(anyhow!("it leads on more than {REDIRECTS} times"))
        } else {
            attempt.follow()
        }
    });
    let mut client = Client::builder().redirect(policy).timeout(TIME);
    if is_loopback(url) {
        client = client.no_proxy();
    }
    let response = client.build()?.get(url.clone()).send().await;
    // The caller names the address.
    let mut response = response.map_err(reqwest::Error::without_url)?;
    if response.status() != reqwest::StatusCode::OK {
        bail!("the status is {} instead of 200", response.status().as_u16());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.context("it ends too early")? {
        if bytes.len() + chunk.len() > LIMIT {
            bail!("it has more than {LIMIT} bytes");
        }
        bytes.extend_from_slice(&chunk);
    }
    if let Err(error) = std::str::from_utf8(&bytes) {
        bail!("it is not UTF-8 from byte {} on", error.valid_up_to() + 1);
    }
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;
    use std::net::SocketAddr;

    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::response::Redirect;
    use axum::routing;

    use super::*;

    fn parse_refusal(argument: &str) -> String {
        format!("{:#}", Handed::parse(argument).unwrap_err())
    }

    /// A web server, as long as the test's process runs.
    fn serve(router: Router) -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        address
    }

    fn read_url(address: SocketAddr, path: &str) -> anyhow::Result<Source> {
        Handed::parse(&format!("insights-legacy=http://{address}{path}"))?.read()
    }

    #[test]
    fn a_file_is_named_without_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("page = 1.txt");
        fs::write(&file, "Text").unwrap();
        let handed = Handed::parse(&format!("elements-legacy={}", file.display())).unwrap();
        assert_eq!(handed.api.name, "elements-legacy");
        assert_eq!(
            handed.read().unwrap(),
            Source {
                name: "page = 1.txt".to_owned(),
                bytes: b"Text".to_vec(),
                elsewhere: true
            }
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("page.html");
        fs::write(&binary, b"\xff").unwrap();
        for (file, words) in [
            (binary.clone(), "is not UTF-8 from byte 1 on"),
            (dir.path().join("missing.html"), "cannot read the page"),
            (dir.path().to_owned(), "cannot read the page"),
            (PathBuf::from("/"), "has no name"),
        ] {
            let handed = Handed::parse(&format!("insights={}", file.display())).unwrap();
            let message = format!("{:#}", handed.read().unwrap_err());
            assert!(
                message.contains(words) && message.contains(file.to_str().unwrap()),
                "{message}"
            );
        }
    }

    #[test]
    fn an_argument_of_another_form_is_refused() {
        for (argument, words) in [
            ("page.html", "names no API; write API=FILE"),
            ("insights-legacy=", "names no page; write API=FILE"),
            ("insight=page.html", "there is no API `insight`"),
            ("insights=http://example.com/page", "is not https"),
            ("insights=http://127.0.0.1.example.com/page", "is not https"),
            ("insights=ftp://example.com/page", "is not https"),
            ("insights=file:///page", "is not https"),
            ("insights=https://", "is no address"),
            ("insights=https://me:word@example.com/", "holds a user name or password"),
        ] {
            let message = parse_refusal(argument);
            assert!(message.contains(words), "{argument}: {message}");
        }
        assert!(!parse_refusal("insights=https://me:word@example.com/").contains("word@"));
    }

    #[test]
    fn https_and_this_machine_are_accepted() {
        for url in [
            "https://example.com/a?b=c",
            "http://localhost:1/",
            "http://[::1]:1/",
            "http://127.0.0.1:1/",
        ] {
            match Handed::parse(&format!("insights={url}#part")).unwrap().place {
                Place::Url(parsed) => assert_eq!(parsed.as_str(), url),
                Place::File(path) => panic!("{path:?} is an address"),
            }
        }
    }

    #[test]
    fn a_page_on_the_web_is_named_by_its_address() {
        let address = serve(Router::new().route("/page", routing::get(|| async { "<h1>Page</h1>" })));
        assert_eq!(
            read_url(address, "/page?version=1").unwrap(),
            Source {
                name: format!("http://{address}/page?version=1"),
                bytes: b"<h1>Page</h1>".to_vec(),
                elsewhere: true
            }
        );
    }

    #[test]
    fn an_address_that_does_not_give_the_page_is_named_with_the_remedy() {
        let other = serve(Router::new().route("/", routing::get(|| async { "must not be read" })));
        let to_http = format!("http://{other}/");
        let endless = || async {
            let chunk = vec![b'a'; 1024 * 1024];
            let chunks = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
            Body::from_stream(chunks)
        };
        let router = Router::new()
            .route(
                "/http",
                routing::get(move || async move { Redirect::temporary(&to_http) }),
            )
            .route("/large", routing::get(endless))
            .route("/empty", routing::get(|| async { StatusCode::NO_CONTENT }))
            .route("/binary", routing::get(|| async { b"ab\xff".to_vec() }));
        let address = serve(router);
        for (path, words) in [
            ("/missing", "the status is 404 instead of 200"),
            ("/empty", "the status is 204 instead of 200"),
            ("/http", "which is not https"),
            ("/large", "it has more than 16777216 bytes"),
            ("/binary", "it is not UTF-8 from byte 3 on"),
        ] {
            let message = format!("{:#}", read_url(address, path).unwrap_err());
            assert!(
                message.starts_with(&format!("cannot get the page http://{address}{path}: "))
                    && message.contains(words)
                    && message.ends_with("hand over the file"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_page_that_is_cut_off_is_no_page() {
        use std::io::{Read, Write};

        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            assert!(connection.read(&mut [0; 4096]).unwrap() > 0, "a request");
            connection
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<h1>")
                .unwrap();
        });
        let message = format!("{:#}", read_url(address, "/page").unwrap_err());
        server.join().unwrap();
        assert!(message.contains("it ends too early"), "{message}");
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let message = format!("{:#}", read_url(address, "/page").unwrap_err());
        assert!(
            message.starts_with(&format!("cannot get the page http://{address}/page: ")),
            "{message}"
        );
    }
}
