//! Certificates that are made on the spot: by an authority of the test's own, for the right host and the wrong one.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A certificate authority that nobody else knows.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate of an authority, with its key.
pub struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Panics
    /// Where no key can be made.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// Its certificate, as a client takes it.
    pub fn der(&self) -> &[u8] {
        self.0.der()
    }

    /// The same as PEM.
    pub fn pem(&self) -> Vec<u8> {
        pem::encode(&pem::Pem::new("CERTIFICATE", self.der())).into_bytes()
    }

    /// A certificate for this host, which holds until the end of this year.
    ///
    /// # Panics
    /// For what is no name of a host.
    pub fn identity(&self, host: &str, last_year: i32) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        Identity {
            certificate: params.signed_by(&key, &self.0).expect("a certificate").der().clone(),
            key: key.serialize_der(),
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Authority::new()
    }
}

impl Identity {
    /// What takes connections with it, for one protocol.
    ///
    /// # Panics
    /// Where the certificate and the key are no pair.
    pub fn acceptor(&self, protocol: &[u8]) -> TlsAcceptor {
        self.acceptor_for(protocol, None)
    }

    /// The same, which takes those alone who have a certificate of an authority.
    ///
    /// # Panics
    /// Where the certificate and the key are no pair.
    pub fn acceptor_for(&self, protocol: &[u8], clients: Option<&Authority>) -> TlsAcceptor {
        let key = PrivatePkcs8KeyDer::from(self.key.clone());
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).expect("an authority");
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
                builder.with_client_cert_verifier(verifier.expect("a verifier"))
            }
        };
        let config = builder.with_single_cert(vec![self.certificate.clone()], key.into());
        let mut config = config.expect("a configuration");
        config.alpn_protocols = vec![protocol.to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// The certificate and its key, as PEM.
    pub fn pem(&self) -> String {
        let blocks = [
            pem::Pem::new("CERTIFICATE", self.certificate.to_vec()),
            pem::Pem::new("PRIVATE KEY", self.key.clone()),
        ];
        pem::encode_many(&blocks)
    }
}
