//! An app that proves who it is by a certificate.

use crate::assertion::Audience;
use crate::certificate::ClientCertificate;
use crate::credential::environment::EnvironmentCredential;
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

/// The credentials that may sign assertions.
pub(crate) trait Signs {}

impl Signs for ClientCertificateCredential {}
impl Signs for EnvironmentCredential {}

// The bound is met by the credentials of this crate and by nothing else.
#[allow(private_bounds)]
impl<C: Signs> CredentialBuilder<C> {
    /// For whom the assertions are meant. Default: the token endpoint, which is what the service documents; some services
    /// accept their issuer alone. Where there is no certificate it says nothing.
    ///
    /// ```no_run
    /// use avepoint_auth::{Audience, ClientCertificate, ClientCertificateCredential};
    ///
    /// let certificate = ClientCertificate::from_file("app.pfx", None)?;
    /// let credential = ClientCertificateCredential::builder("my-app", certificate).audience(Audience::Issuer).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_core::Error>(())
    /// ```
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Audience>) -> Self {
        self.audience = audience.into();
        self
    }
}
