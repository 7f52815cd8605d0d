//! A client of the HTTP library, and which way its requests go.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::{Client, Url};

/// A client of the HTTP library. Which way a request went the library does not tell.
#[derive(Clone, Debug)]
pub struct HttpClient {
    http: Client,
    /// What goes by a proxy, by the library's own rules; none where the caller has adjusted these.
    proxies: Option<Arc<Matcher>>,
}

impl HttpClient {
    pub(super) fn new(http: Client, proxies: Option<Matcher>) -> Self {
        let proxies = proxies.map(Arc::new);
        HttpClient { http, proxies }
    }

    /// Where the connection for an address goes, and by which proxy, for the words of an error. Nothing else of either
    /// address is told.
    pub(crate) fn way_to(&self, url: &Url) -> String {
        let mut way = String::new();
        let mut tell = |what: &str, host: &str, port: Option<u16>| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let _ = write!(way, " {what} {host}{port}");
        };
        tell("to", url.host_str().unwrap_or_default(), url.port());
        let proxies = self.proxies.as_ref();
        let proxy = proxies.and_then(|proxies| proxies.intercept(&url.as_str().parse().ok()?));
        if let Some(proxy) = proxy.as_ref().map(Intercept::uri) {
            tell("through the proxy", proxy.host().unwrap_or_default(), proxy.port_u16());
        }
        way
    }
}

impl Deref for HttpClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.http
    }
}
