//! TLS: rustls with aws-lc-rs, set up here and not by the HTTP library, which takes whatever cryptography a process has
//! chosen for all, and another library where a build has switched one on.

use std::env::var_os;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use crate::error::Error;

/// What to do on a machine without certificates of authorities, as many containers are.
const NO_AUTHORITIES: &str = "install the CA certificates of the system (the package `ca-certificates`), name a file of \
                              them in `SSL_CERT_FILE`, or give one with `root_certificate`";

/// The cryptography.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// TLS that trusts the authorities of the machine and these, and shows this certificate if it is asked.
///
/// # Errors
/// A configuration error for what is no certificate or no key, and on a machine without authorities.
pub(super) fn config(roots: &[Vec<u8>], own: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let verifier = VERIFIERS.get(root_certificates(roots)?, Instant::now())?;
    let builder = builder()?.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match own {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let (chain, key) = identity(pem)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                Error::configuration(format!(
                    "the client certificate cannot be used: {error}; give the key of the first certificate, RSA or \
                     elliptic curve"
                ))
            })?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// TLS that trusts nobody, for connections without it.
///
/// # Errors
/// None that could be met.
pub(super) fn none() -> Result<ClientConfig, Error> {
    Ok(builder()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))
}

fn unusable(error: &rustls::Error) -> Error {
    let problem = match error {
        rustls::Error::General(problem) => problem.clone(),
        error => error.to_string(),
    };
    Error::configuration(format!("the HTTP client cannot be set up: {problem}"))
}

/// What the clients of this process verify servers with.
static VERIFIERS: Verifiers = Verifiers(Mutex::new(Vec::new()));

/// How long a verifier serves new clients. Those that have it keep it.
const FRESH: Duration = Duration::from_secs(60);

/// The verifiers that were made last: loading the authorities of the machine takes longer than a call, and a program may
/// make a client for each of its calls.
struct Verifiers(Mutex<Vec<Made>>);

struct Made {
    origin: Origin,
    at: Instant,
    verifier: Arc<dyn ServerCertVerifier>,
}

/// What a verifier was made of: the authorities of the caller, and where those of the machine are looked for.
#[derive(PartialEq)]
struct Origin {
    roots: Vec<CertificateDer<'static>>,
    places: [Option<OsString>; 2],
}

impl Verifiers {
    /// One that trusts the authorities of the machine, as they were at most a minute ago, and these.
    fn get(&self, roots: Vec<CertificateDer<'static>>, now: Instant) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let origin = Origin {
            roots,
            places: ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(var_os),
        };
        // Whoever comes while they are loaded waits for them, and need not load them too.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|one| now.saturating_duration_since(one.at) < FRESH);
        if let Some(same) = made.iter().find(|one| one.origin == origin) {
            return Ok(Arc::clone(&same.verifier));
        }
        let verifier = verifier(origin.roots.clone())?;
        made.push(Made {
            origin,
            at: now,
            verifier: Arc::clone(&verifier),
        });
        Ok(verifier)
    }
}

fn verifier(roots: Vec<CertificateDer<'static>>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let verifier = if roots.is_empty() {
        Verifier::new(provider())
    } else {
        #[cfg(not(target_os = "android"))]
        {
            Verifier::new_with_extra_roots(roots, provider())
        }
        #[cfg(target_os = "android")]
        return Err(Error::configuration(
            "root certificates cannot be added on Android: install them there",
        ));
    };
    match verifier {
        Ok(verifier) => Ok(Arc::new(verifier)),
        // Those of the caller were looked at before.
        Err(error) => Err(unusable(&error).with_remedy(NO_AUTHORITIES)),
    }
}

fn root_certificates(pems: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut all = Vec::new();
    for pem in pems {
        let before = all.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            all.push(certificate.map_err(|_| no_pem())?);
        }
        if all.len() == before {
            return Err(no_pem());
        }
    }
    let mut store = RootCertStore::empty();
    for certificate in &all {
        store
            .add(certificate.clone())
            .map_err(|error| Error::configuration(format!("the root certificate cannot be used: {error}")))?;
    }
    Ok(all)
}

fn no_pem() -> Error {
    Error::configuration("the root certificate is not PEM, which begins with `-----BEGIN CERTIFICATE-----`")
}

/// A certificate with those above it, and its key. Nothing of the text is shown.
fn identity(pem: &[u8]) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| {
        Error::configuration("the client certificate is not PEM, which begins with `-----BEGIN CERTIFICATE-----`")
    })?;
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        Error::configuration(
            "the client certificate has no key that can be read: add it to the PEM, without a password, as \
             `-----BEGIN PRIVATE KEY-----`",
        )
    })?;
    Ok((chain, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The certificate of an authority whose key was thrown away.
    const ROOT: &str = "-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUPli3CQdY2VkL6HsSokCAWqKqCwkwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGTm9ib2R5MCAXDTI2MTEyODEzMjQ0N1oYDzIxMjYxMTA0MTMy
NDQ3WjARMQ8wDQYDVQQDDAZOb2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASUjWDMDen3IiIPhfBP7bok0BBzkNReX2goBse8hHfYKtbbbqN9QKHhhuqKmGMd
0hxFQXQtwe6HT3nK/TTrqXaco1MwUTAdBgNVHQ4EFgQUGhABYbQ8dIaUvX74xC6r
QCdyNqUwHwYDVR0jBBgwFoAUGhABYbQ8dIaUvX74xC6rQCdyNqUwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA8gelwaXtm55HJAaohG6OL6KR53nX
Un65cErnd1RlZV0CIHLBmkZh9yAXxKce33OWbI5RjhRdpR1JmVfNEHueIiq8
-----END CERTIFICATE-----";

    #[test]
    fn authorities_are_loaded_once_a_minute_for_all_who_trust_the_same() {
        let verifiers = Verifiers(Mutex::default());
        let begun = Instant::now();
        let get = |roots, seconds| {
            let verifier = verifiers.get(roots, begun + Duration::from_secs(seconds));
            verifier.expect("a machine with authorities")
        };
        let [first, again, late] = [0, 59, 60].map(|seconds| get(Vec::new(), seconds));
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &late));

        let one = root_certificates(&[ROOT.into()]).expect("a certificate");
        let own = get(one.clone(), 61);
        assert!(!Arc::ptr_eq(&own, &late));
        assert!(Arc::ptr_eq(&own, &get(one, 62)) && Arc::ptr_eq(&late, &get(Vec::new(), 62)));
        assert_eq!(verifiers.0.lock().expect("no panic").len(), 2);
    }
}
