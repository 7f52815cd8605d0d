//! The one place where HTTP clients are made. Whatever another crate in the same build switches on in the HTTP library,
//! whatever the environment says and whatever a caller's settings hold, what must not change is said here.

mod client;
mod tls;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Client, Proxy, Url};
use secrecy::{ExposeSecret, SecretSlice};

pub use self::client::HttpClient;
use crate::error::{Error, own_words};
use crate::protection::Protection;

/// The time for a connection where the caller says nothing.
const CONNECT: Duration = Duration::from_secs(10);

/// How requests travel: proxy, certificates, names, connections. Given to a client and to its credential, it serves both,
/// and clones of it share their connections and what was read of certificates.
///
/// ```no_run
/// use avepoint_core::Transport;
/// # use avepoint_core::{ApiClient, ClientBuilder, Credential};
/// # fn client<C: ApiClient>(builder: ClientBuilder<C>, credential: impl Credential + 'static) -> Result<C, Box<dyn std::error::Error>> {
///
/// let transport = Transport::new()
///     .proxy("http://proxy.example.com:3128")
///     .root_certificate(std::fs::read("authority.pem")?);
/// // The builder of a credential has the same method.
/// let client = builder.transport(transport).credential(credential).build()?;
/// # Ok(client)
/// # }
/// ```
///
/// Whatever it says, plain http stays on this machine, no redirection leads a token to another host, nothing is sent again
/// but by the [`RetryPolicy`](crate::RetryPolicy), answers are not compressed, and TLS is rustls with aws-lc-rs: another
/// crate in the same build cannot change that, and neither can a process-wide default of rustls. What is wrong with it
/// `build` of the client or credential reports.
///
/// The authorities of the machine are loaded at most once a minute for all clients of the process, and a client keeps those
/// with which it was made: where the machine's have changed, clients that are made a minute later have the new ones.
#[derive(Clone, Default)]
pub struct Transport {
    settings: Settings,
    clients: Arc<Clients>,
}

#[derive(Clone, Default)]
struct Settings {
    proxy: Route,
    root_certificates: Vec<Vec<u8>>,
    client_certificate: Option<SecretSlice<u8>>,
    connect_timeout: Option<Duration>,
    addresses: Vec<(String, Vec<SocketAddr>)>,
    #[cfg(feature = "unstable-reqwest")]
    adjust: Option<Adjust>,
}

#[cfg(feature = "unstable-reqwest")]
type Adjust = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// How https reaches other machines.
#[derive(Clone, Default)]
enum Route {
    /// By the proxy that the environment or the system names, if it does.
    #[default]
    Environment,
    Direct,
    Proxy(String),
}

/// What was made of the settings: a client for https and one for plain http, each for the hosts that the caller has named
/// and for those to which they point.
#[derive(Default)]
struct Clients {
    tls: OnceLock<HttpClient>,
    plain: OnceLock<HttpClient>,
    tls_away: OnceLock<HttpClient>,
    plain_away: OnceLock<HttpClient>,
}

impl Transport {
    /// A transport with the proxies of the environment and the authorities of the operating system.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether TLS is done by a build of aws-lc that is validated for FIPS 140-3. It is where the program's manifest has
    /// switched on the feature `fips` of rustls; what is said of TLS in a build of reqwest by the caller is not looked at.
    #[must_use]
    pub fn is_fips() -> bool {
        tls::none().is_ok_and(|tls| tls.fips())
    }

    /// The proxy for https, instead of the one that the environment names, such as `http://proxy.example.com:3128`; it may
    /// contain a user and a password. Plain http, which is for this machine only, uses no proxy.
    #[must_use]
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.with(|settings| settings.proxy = Route::Proxy(url.into()))
    }

    /// No proxy, whatever the environment and the system name.
    #[must_use]
    pub fn no_proxy(self) -> Self {
        self.with(|settings| settings.proxy = Route::Direct)
    }

    /// Certificates, as PEM, of authorities that are trusted in addition to those of the machine. May be called several
    /// times.
    #[must_use]
    pub fn root_certificate(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.root_certificates.push(pem.into()))
    }

    /// The certificate by which this machine shows who it is (mutual TLS), as a gateway in front of the services may ask:
    /// PEM with the certificate, those between it and its authority if there are any, and the key without a password. It
    /// is shown to the hosts of the API and of the identity service, and to no other host to which these point.
    ///
    /// It has nothing to do with the certificate by which an app gets its tokens: that is `ClientCertificateCredential` of
    /// `avepoint-auth`.
    #[must_use]
    pub fn client_certificate(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.client_certificate = Some(pem.into().into()))
    }

    /// The time limit for a connection, including its handshakes. Default: 10 seconds.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.connect_timeout = Some(timeout))
    }

    /// The addresses of a host, instead of those that DNS names; with a dot at its end, the host is the same. Port 0 is the
    /// port of the URL. Behind a proxy it is the proxy that looks for the host. `localhost` is always this machine, and an
    /// IP address is itself.
    ///
    /// ```
    /// use avepoint_core::Transport;
    ///
    /// let transport = Transport::new().resolve("graph.example.com", [([192, 0, 2, 10], 0).into()]);
    /// # let _ = transport;
    /// ```
    #[must_use]
    pub fn resolve(self, host: impl Into<String>, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        let addresses = addresses.into_iter().collect();
        self.with(|settings| settings.addresses.push((host.into(), addresses)))
    }

    /// Adjusts the HTTP client, for what this type has no method. The function is given a builder with all of the above,
    /// once for each client that is made, those for the hosts that the caller has named; for others, to which these point,
    /// it is not asked, so that its default headers stay here.
    ///
    /// A TLS backend that it sets up (`tls_backend_preconfigured`, `tls_backend_native`) is used in place of this crate's;
    /// without one, what it says of certificates and versions of TLS has no effect. What no setting can change is said of
    /// [`Transport`]. What its default headers are the HTTP library does not say, so that an error shows one that the
    /// server quotes: a key belongs in [`CallOptions::header`](crate::CallOptions::header), whose values are known. A
    /// proxy whose address the HTTP library does not know is left out by it, unseen: give it by
    /// [`proxy`](Transport::proxy), which refuses such a proxy.
    ///
    /// Only with the feature `unstable-reqwest`: a new version of reqwest may change this in a minor version of this crate.
    #[cfg(feature = "unstable-reqwest")]
    #[must_use]
    pub fn adjust_reqwest(
        self,
        adjust: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.adjust = Some(Arc::new(adjust)))
    }

    /// The same with another setting: what was made of the former ones is for those who have them.
    fn with(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self.clients = Arc::default();
        self
    }

    /// The client for a host that the caller has named, by its scheme. Its requests go out as they are, once, and no
    /// redirection is followed. Plain http stays on this machine: without a proxy, and with `localhost` being where it
    /// must be.
    ///
    /// # Errors
    /// A configuration error where a setting or this machine does not allow it.
    #[doc(hidden)]
    pub fn client(&self, address: &Url) -> Result<HttpClient, Error> {
        let (client, plain) = match address.scheme() {
            "http" => (&self.clients.plain, true),
            _ => (&self.clients.tls, false),
        };
        made(client, || self.settings.client(plain))
    }

    /// The client for a host to which another one has pointed. What is the caller's alone has no part in it.
    pub(crate) fn away(&self, address: &Url) -> Result<HttpClient, Error> {
        if !self.settings.has_own() {
            return self.client(address);
        }
        let (client, plain) = match address.scheme() {
            "http" => (&self.clients.plain_away, true),
            _ => (&self.clients.tls_away, false),
        };
        made(client, || self.settings.clone().without_own().client(plain))
    }
}

/// A client that is made when it is needed first.
fn made(client: &OnceLock<HttpClient>, make: impl FnOnce() -> Result<HttpClient, Error>) -> Result<HttpClient, Error> {
    match client.get() {
        Some(client) => Ok(client.clone()),
        None => {
            let made = make()?;
            Ok(client.get_or_init(|| made).clone())
        }
    }
}

impl Settings {
    /// Whether there is something that only the hosts may see that the caller has named.
    fn has_own(&self) -> bool {
        #[cfg(feature = "unstable-reqwest")]
        if self.adjust.is_some() {
            return true;
        }
        self.client_certificate.is_some()
    }

    fn without_own(self) -> Self {
        Settings {
            client_certificate: None,
            #[cfg(feature = "unstable-reqwest")]
            adjust: None,
            ..self
        }
    }

    fn client(&self, plain: bool) -> Result<HttpClient, Error> {
        let key = self.client_certificate.as_ref().map(ExposeSecret::expose_secret);
        let tls = match plain {
            // It meets no certificate, so that a machine without authorities will do.
            true => tls::none()?,
            false => tls::config(&self.root_certificates, key)?,
        };
        let mut http = Client::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT))
            .tls_backend_preconfigured(tls);
        let mut proxies = None;
        match &self.proxy {
            Route::Proxy(url) => {
                let url = proxy(url)?;
                proxies = Some(Matcher::builder().https(url.as_str()).build());
                http = http.proxy(Proxy::https(url).map_err(|_| invalid_proxy())?);
            }
            Route::Direct => http = http.no_proxy(),
            Route::Environment if !plain => {
                check_environment()?;
                proxies = Some(Matcher::from_system());
            }
            Route::Environment => {}
        }
        for (host, addresses) in &self.addresses {
            let host = host.strip_suffix('.').unwrap_or(host);
            check_addresses(host, addresses)?;
            http = http.resolve_to_addrs(host, addresses);
            // The HTTP library tells it from the other.
            http = http.resolve_to_addrs(&format!("{host}."), addresses);
        }
        #[cfg(feature = "unstable-reqwest")]
        if let Some(adjust) = &self.adjust {
            http = adjust(http);
            proxies = None;
        }
        // After all that anyone else has said.
        let localhost = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(|ip| SocketAddr::new(ip, 0));
        http = http
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .resolve_to_addrs("localhost", &localhost)
            .resolve_to_addrs("localhost.", &localhost)
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
        } else if Protection::PlainHttp.is_on() {
            http = http.no_proxy();
        }
        match http.build() {
            Ok(http) => Ok(HttpClient::new(http, proxies)),
            Err(error) => Err(Error::configuration(format!(
                "the HTTP client cannot be set up: {}",
                own_words(&error)
            ))),
        }
    }
}

/// The setters of [`Transport`] for a builder that keeps one in `transport`: those of clients and of credentials are the
/// same. What is documented here is added to `proxy`.
#[doc(hidden)]
#[macro_export]
macro_rules! transport_setters {
    ($(#[$proxy:meta])*) => {
        /// How requests travel, for clients and credentials that have it in common; in place of all that `proxy`,
        /// `root_certificate` and `connect_timeout` have said before.
        #[must_use]
        pub fn transport(mut self, transport: $crate::Transport) -> Self {
            self.transport = transport;
            self
        }

        /// The proxy for https: see [`Transport::proxy`]($crate::Transport::proxy).
        ///
        $(#[$proxy])*
        #[must_use]
        pub fn proxy(mut self, url: impl Into<String>) -> Self {
            self.transport = self.transport.proxy(url);
            self
        }

        /// Certificates, as PEM, of authorities that are trusted in addition to those of the machine: see
        /// [`Transport::root_certificate`]($crate::Transport::root_certificate).
        #[must_use]
        pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
            self.transport = self.transport.root_certificate(pem);
            self
        }

        /// The time limit for a connection, including its handshakes. Default: 10 seconds.
        #[must_use]
        pub fn connect_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.transport = self.transport.connect_timeout(timeout);
            self
        }
    };
}

/// Refuses addresses to which nothing can be sent, or under a name that they must not have.
fn check_addresses(host: &str, addresses: &[SocketAddr]) -> Result<(), Error> {
    let url = Url::parse(&format!("https://{host}/"));
    let is_host = url
        .as_ref()
        .is_ok_and(|url| url.host_str().is_some_and(|name| name.eq_ignore_ascii_case(host)));
    let is_address = host.parse::<Ipv6Addr>().is_ok() || url.is_ok_and(|url| url.has_host() && url.domain().is_none());
    let problem = if host.eq_ignore_ascii_case("localhost") {
        "`resolve` has addresses for `localhost`, which is always this machine: leave them out".to_owned()
    } else if is_address {
        format!("`resolve` has addresses for `{host}`, which is an address itself: name it in the URL")
    } else if !is_host {
        format!(
            "`resolve` has addresses for `{host}`, which is not a host: give the name alone, without scheme and port"
        )
    } else if addresses.is_empty() {
        format!("`resolve` has no addresses for `{host}`: give at least one, or leave it out")
    } else {
        return Ok(());
    };
    Err(Error::configuration(problem))
}

/// How the address of a proxy is written.
const FORM: &str =
    "expected the form `http://proxy.example.com:3128`, with http, https, socks4, socks4a, socks5 or socks5h";

// A password may stand in the address: it is not shown.
fn invalid_proxy() -> Error {
    Error::configuration(format!("the proxy address is invalid: {FORM}"))
}

fn proxy(text: &str) -> Result<Url, Error> {
    let url = match Url::parse(text) {
        Ok(url) if url.has_host() => Some(url),
        // As `proxy.example.com:3128`. What has a path was meant to begin with a scheme, which would be the host.
        _ if !text.contains("://") => {
            let url = Url::parse(&format!("http://{text}")).ok();
            url.filter(|url| url.path() == "/")
        }
        _ => None,
    };
    url.filter(|url| is_taken(url.as_str())).ok_or_else(invalid_proxy)
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

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        let proxy = match &settings.proxy {
            Route::Environment => "of the environment",
            Route::Direct => "none",
            // A password may stand in it.
            Route::Proxy(_) => "[redacted]",
        };
        f.debug_struct("Transport")
            .field("proxy", &proxy)
            .field("root_certificates", &settings.root_certificates.len())
            .field(
                "client_certificate",
                &settings.client_certificate.as_ref().map(|_| "[redacted]"),
            )
            .field("connect_timeout", &settings.connect_timeout.unwrap_or(CONNECT))
            .field("addresses", &settings.addresses)
            .finish_non_exhaustive()
    }
}
