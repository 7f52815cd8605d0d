//! A page that is passed, since no checkout has it: `--page API=FILE-or-URL`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};
use url::Url;

use super::{LIMIT, Source, read};
use xtask_spec::api::Api;

/// How long a page may take, from the connection to its last byte.
const TIME: Duration = Duration::from_secs(60);

/// How often an address may lead to another.
const REDIRECTS: usize = 5;

/// What to do where an address does not give the page.
const REMEDY: &str = "open it in a browser, save the page as a UTF-8 file, and pass the file";

/// An argument `API=FILE-or-URL`: the saved web page of an API, or an older state of a page that the vendor has
/// replaced.
#[derive(Clone, Debug)]
pub struct ExternalPage {
    /// The API that the page describes.
    pub api: &'static Api,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    Url(Url),
}

impl ExternalPage {
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
        Ok(ExternalPage { api, place })
    }

    /// Reads the page. Its name is the file's, without the folder, or the address.
    ///
    /// # Errors
    /// If it cannot be had, or is no text.
    pub fn read(&self) -> anyhow::Result<Source> {
        let (name, shown, bytes) = match &self.place {
            Place::File(path) => {
                let shown = path.display().to_string();
                let name = path.file_name().and_then(|name| name.to_str());
                let name = name.with_context(|| {
                    format!("{shown} has no name that a lock could hold; pass a file with a plain name")
                })?;
                (name.to_owned(), shown, read(path)?)
            }
            Place::Url(url) => {
                let bytes = get(url).map_err(|error| anyhow!("cannot get the page {url}: {error:#}; {REMEDY}"))?;
                (url.to_string(), url.to_string(), bytes)
            }
        };
        if let Err(error) = std::str::from_utf8(&bytes) {
            let from = error.valid_up_to() + 1;
            bail!("the page {shown} is not UTF-8 from byte {from} on; {REMEDY}");
        }
        Ok(Source {
            name,
            bytes,
            elsewhere: true,
        })
    }
}

/// An address from which a page may be taken.
fn address(text: &str) -> anyhow::Result<Url> {
    let mut url = Url::parse(text).with_context(|| format!("`{text}` is not a URL; write it as a browser shows it"))?;
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
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "http" && is_local
}

/// The bytes behind an address, wherever it leads.
fn get(url: &Url) -> anyhow::Result<Vec<u8>> {
    let start = Instant::now();
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let agent = agent(&url, TIME.saturating_sub(start.elapsed()));
        let response = agent.get(url.as_str()).call()?;
        let status = response.status();
        let location = response.headers().get("location").filter(|_| status.is_redirection());
        let Some(location) = location else {
            if status != 200 {
                bail!("the status is {} instead of 200", status.as_u16());
            }
            return Ok(response
                .into_body()
                .into_with_config()
                .limit(LIMIT as u64)
                .read_to_vec()?);
        };
        let to = location.to_str().ok().and_then(|location| url.join(location).ok());
        url = to.context("it leads to something that is not a URL")?;
        if url.scheme() != "https" {
            bail!("it leads to {url}, which is not https");
        }
    }
    bail!("it leads on more than {REDIRECTS} times")
}

/// A client that asks for one page. It follows no redirect: where one leads is not known to be https.
fn agent(url: &Url, time: Duration) -> Agent {
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let proxy = if is_loopback(url) { None } else { Proxy::try_from_env() };
    Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(time))
        .build()
        .into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use super::*;

    fn parse_refusal(argument: &str) -> String {
        format!("{:#}", ExternalPage::parse(argument).unwrap_err())
    }

    /// A web server, as long as the test's process runs: it answers the path of each request on a connection of its own.
    fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    connection.read_exact(&mut byte).unwrap();
                    request.push(byte[0]);
                }
                let request = String::from_utf8(request).unwrap();
                answer(request.split(' ').nth(1).unwrap(), &mut connection);
            }
        });
        address
    }

    /// A whole answer, behind which the connection ends.
    fn answer(connection: &mut TcpStream, status: &str, body: &[u8]) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(body).unwrap();
    }

    fn read_url(address: SocketAddr, path: &str) -> anyhow::Result<Source> {
        ExternalPage::parse(&format!("insights-legacy=http://{address}{path}"))?.read()
    }

    #[test]
    fn a_file_is_named_without_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("page = 1.txt");
        fs::write(&file, "Text").unwrap();
        let external = ExternalPage::parse(&format!("elements-legacy={}", file.display())).unwrap();
        assert_eq!(external.api.name, "elements-legacy");
        assert_eq!(
            external.read().unwrap(),
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
            let external = ExternalPage::parse(&format!("insights={}", file.display())).unwrap();
            let message = format!("{:#}", external.read().unwrap_err());
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
            ("insights=https://", "is not a URL"),
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
            match ExternalPage::parse(&format!("insights={url}#part")).unwrap().place {
                Place::Url(parsed) => assert_eq!(parsed.as_str(), url),
                Place::File(path) => panic!("{path:?} is an address"),
            }
        }
    }

    #[test]
    fn a_page_on_the_web_is_named_by_its_address() {
        let address = serve(|path, connection| {
            assert_eq!(path, "/page?version=1");
            answer(connection, "200 OK", b"<h1>Page</h1>");
        });
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
        let other = serve(|path, _| panic!("{path} must not be asked for"));
        let address = serve(move |path, connection| match path {
            "/empty" => answer(connection, "204 No Content", b""),
            "/http" => answer(
                connection,
                &format!("307 Temporary Redirect\r\nlocation: http://{other}/"),
                b"",
            ),
            "/nowhere" => answer(connection, "302 Found\r\nlocation: https://", b""),
            "/large" => {
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
                // It ends when nobody reads any more.
                while connection.write_all(&[b'a'; 4096]).is_ok() {}
            }
            "/cut" => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<h1>";
                connection.write_all(head).unwrap();
            }
            _ => answer(connection, "404 Not Found", b""),
        });
        for (path, words) in [
            ("/missing", "the status is 404 instead of 200"),
            ("/empty", "the status is 204 instead of 200"),
            ("/http", "which is not https"),
            ("/nowhere", "it leads to something that is not a URL"),
            ("/large", "larger than request limit: 16777216"),
            ("/cut", "disconnected"),
        ] {
            let message = format!("{:#}", read_url(address, path).unwrap_err());
            assert!(
                message.starts_with(&format!("cannot get the page http://{address}{path}: "))
                    && message.contains(words)
                    && message.ends_with("pass the file"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let message = format!("{:#}", read_url(address, "/page").unwrap_err());
        assert!(
            message.starts_with(&format!("cannot get the page http://{address}/page: ")),
            "{message}"
        );
    }
}
