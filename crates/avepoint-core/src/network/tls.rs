//! TLS: rustls with aws-lc-rs, set up here and not by the HTTP library, which takes whatever cryptography a process has
//! chosen for all, and another library where a build has switched one on.

use std::sync::Arc;

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
    let verifier = verifier(root_certificates(roots)?)?;
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
