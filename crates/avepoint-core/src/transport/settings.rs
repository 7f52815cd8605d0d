//! The one place where HTTP clients are made. Whatever another crate in the same build switches on in the HTTP library,
//! whatever the environment says and whatever a caller's builder holds, what must not change is said here.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::Uri;
use reqwest::{Certificate, Client, Proxy, Url};

use crate::error::{Error, own_words};
use crate::protection::Protection;

/// The time for a connection where the caller says nothing.
const CONNECT: Duration = Duration::from_secs(10);

/// What a caller may set for all HTTP clients that are made on its behalf.
#[derive(Clone, Default)]
pub struct HttpSettings {
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    connect_timeout: Option<Duration>,
}

impl HttpSettings {
    /// The proxy for https, with a user and a password if it needs them.
    pub fn proxy(&mut self, url: String) {
        self.proxy = Some(url);
    }

    /// Certificates, as PEM, that are trusted beside those of the machine.
    pub fn root_certificate(&mut self, pem: Vec<u8>) {
        self.root_certificates.push(pem);
    }

    /// The time for a connection.
    pub fn connect_timeout(&mut self, timeout: Duration) {
        self.connect_timeout = Some(timeout);
    }

    /// A client for addresses with the scheme of this one. Its requests go out as they are, once, and no redirection is
    /// followed. Plain http stays on this machine: without a proxy, and with `localhost` being where it must be.
    ///
    /// # Errors
    /// A configuration error where a setting, the caller's builder or this machine does not allow it.
    pub fn client(&self, caller: Option<reqwest::ClientBuilder>, address: &Url) -> Result<Client, Error> {
        let plain = address.scheme() == "http";
        let mut http = caller.unwrap_or_else(|| Client::builder().connect_timeout(CONNECT));
        if let Some(timeout) = self.connect_timeout {
            http = http.connect_timeout(timeout);
        }
        for pem in &self.root_certificates {
            for certificate in certificates(pem)? {
                http = http.add_root_certificate(certificate);
            }
        }
        match &self.proxy {
            Some(url) => http = http.proxy(proxy(url)?),
            None if !plain => check_environment()?,
            None => {}
        }
        // After all that anyone else has said.
        let localhost = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(|ip| SocketAddr::new(ip, 0));
        http = http
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .resolve_to_addrs("localhost", &localhost)
            .tls_backend_rustls()
            .no_hickory_dns()
            // A range counts the bytes of the file, and a bound those that arrive.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd();
        if Protection::PolicyAlone.is_on() {
            http = http.retry(reqwest::retry::never());
        }
        if !plain {
            http = http.https_only(true);
        } else {
            // It meets no certificate, so that a machine without authorities will do.
            http = http.tls_certs_only([]);
            if Protection::PlainHttp.is_on() {
                http = http.no_proxy();
            }
        }
        http.build().map_err(|error| {
            let failure = Error::configuration(format!("the HTTP client cannot be set up: {}", own_words(&error)));
            if has_authorities() {
                failure
            } else {
                failure.with_remedy(NO_AUTHORITIES)
            }
        })
    }
}

/// The setters of [`HttpSettings`] for a builder that keeps them in `settings`: those of clients and of credentials are the
/// same. What is documented here is added to `proxy`.
#[doc(hidden)]
#[macro_export]
macro_rules! http_setters {
    ($(#[$proxy:meta])*) => {
        /// The proxy for https, instead of the one that the environment names, such as `http://proxy.example.com:3128`;
        /// it may contain a user and a password. Plain http, which is for this machine only, uses no proxy.
        ///
        $(#[$proxy])*
        #[must_use]
        pub fn proxy(mut self, url: impl Into<String>) -> Self {
            self.settings.proxy(url.into());
            self
        }

        /// Certificates, as PEM, of authorities that are trusted in addition to those of the machine.
        #[must_use]
        pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
            self.settings.root_certificate(pem.into());
            self
        }

        /// The time limit for a connection, including its handshakes. Default: 10 seconds, or that of the builder given
        /// to `http`.
        #[must_use]
        pub fn connect_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.settings.connect_timeout(timeout);
            self
        }
    };
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Error::configuration(
            "the root certificate is not PEM, which begins with `-----BEGIN CERTIFICATE-----`",
        )),
    }
}

/// What to do on a machine without certificates of authorities, as many containers are.
const NO_AUTHORITIES: &str = "install the CA certificates of the system (the package `ca-certificates`), name a file of \
                              them in `SSL_CERT_FILE`, or give one with `root_certificate`";

/// Whether this machine has certificates of authorities. Without any the HTTP library makes no client that looks at them.
fn has_authorities() -> bool {
    let new = || Client::builder().tls_backend_rustls().no_proxy();
    new().build().is_ok() || new().tls_certs_only([]).build().is_err()
}

/// How the address of a proxy is written.
const FORM: &str =
    "expected the form `http://proxy.example.com:3128`, with http, https, socks4, socks4a, socks5 or socks5h";

// A password may stand in the address: it is not shown.
fn proxy(text: &str) -> Result<Proxy, Error> {
    let invalid = || Error::configuration(format!("the proxy address is invalid: {FORM}"));
    let url = match Url::parse(text) {
        Ok(url) if url.has_host() => url,
        // As `proxy.example.com:3128`.
        _ if !text.contains("://") => Url::parse(&format!("http://{text}")).map_err(|_| invalid())?,
        _ => return Err(invalid()),
    };
    if !is_taken(url.as_str()) {
        return Err(invalid());
    }
    Proxy::https(url).map_err(|_| invalid())
}

/// Refuses a proxy of the environment that would be left out.
fn check_environment() -> Result<(), Error> {
    // As the HTTP library looks: of a name the first spelling that is set, and of the names the first with a proxy.
    for spellings in [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]] {
        let mut set = spellings
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        match set.next() {
            Some((_, value)) if value.to_str().is_some_and(is_taken) => return Ok(()),
            Some((name, value)) if !value.is_empty() => {
                return Err(Error::configuration(format!(
                    "the proxy in the environment variable `{name}` is invalid: {FORM}; fix or remove the variable, \
                     or set a proxy with `proxy`"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the HTTP library takes an address for that of a proxy. Any other it leaves out without a word, and goes where
/// the request goes directly.
fn is_taken(address: &str) -> bool {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    address.parse::<Uri>().is_ok_and(|address| {
        address.authority().is_some() && address.scheme_str().is_none_or(|scheme| SCHEMES.contains(&scheme))
    })
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("proxy", &self.proxy.as_ref().map(|_| "[redacted]"))
            .field("root_certificates", &self.root_certificates.len())
            .field("connect_timeout", &self.connect_timeout)
            .finish()
    }
}
