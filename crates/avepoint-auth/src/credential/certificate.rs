//! An app that proves who it is by a certificate.

use crate::certificate::ClientCertificate;
use crate::credential::{CredentialBuilder, credential};
use crate::source::Authentication;

credential! {
    /// Tokens for an app that has a certificate. Clones share their tokens.
    ///
    /// Each token request carries an assertion that the certificate's key has signed (RFC 7523). The key itself is sent
    /// nowhere.
    ///
    /// ```no_run
    /// use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
    ///
    /// let certificate = ClientCertificate::from_file("app.pfx", Some("password"))?;
    /// let credential = ClientCertificateCredential::builder("my-app", certificate).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_core::Error>(())
    /// ```
    ClientCertificateCredential
}

impl ClientCertificateCredential {
    /// A credential to be finished, for an app with this client id and certificate.
    pub fn builder(
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> CredentialBuilder<ClientCertificateCredential> {
        CredentialBuilder::new(client_id.into(), Authentication::Certificate(certificate))
    }
}
