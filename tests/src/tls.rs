//! TLS with an authority of the test's own, made by `openssl`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority, and the certificate of one server that it has signed.
pub struct Tls {
    /// The authority, as PEM.
    pub authority: Vec<u8>,
    /// What speaks as the server.
    pub acceptor: TlsAcceptor,
}

impl Tls {
    /// An authority and a server of these names, such as `DNS:localhost,IP:127.0.0.1`.
    ///
    /// # Panics
    /// Where `openssl` is missing or fails.
    pub fn of(names: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let openssl = |arguments: &str| {
            let run = Command::new("openssl")
                .args(arguments.split(' '))
                .current_dir(folder.path())
                .output();
            let output = run.expect("openssl runs");
            assert!(
                output.status.success(),
                "openssl {arguments}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        openssl(&format!(
            "{new} -subj /CN=authority -keyout ca.key -out ca.pem -addext keyUsage=critical,keyCertSign"
        ));
        openssl(&format!(
            "{new} -subj /CN=server -keyout key.pem -out server.pem -CA ca.pem -CAkey ca.key \
             -addext subjectAltName={names} -addext basicConstraints=critical,CA:FALSE"
        ));
        let read = |name: &str| std::fs::read(Path::new(folder.path()).join(name)).expect("a file of openssl's");
        let chain = CertificateDer::pem_slice_iter(&read("server.pem"))
            .collect::<Result<Vec<_>, _>>()
            .expect("certificates");
        let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair of a certificate and a key");
        Tls {
            authority: read("ca.pem"),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }
}
