//! An app that proves who it is by a certificate.

use crate::assertion::Audience;
use crate::certificate::ClientCertificate;
use crate::credential::environment::EnvironmentCredential;
use crate::credential::{CredentialBuilder, credential};
use crate::proofs::Proofs;

credential! {
    /// Tokens for an app that has a certificate. Clones share their tokens.
    ///
    /// Each token request carries an assertion that the certificate's key has signed (RFC 7523). The key itself is never
    /// sent.
    ///
    /// ```no_run
    /// use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
    ///
    /// let certificate = ClientCertificate::from_file("app.pfx", Some("password"))?;
    /// let credential = ClientCertificateCredential::builder("my-app", certificate).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    ClientCertificateCredential
}

impl ClientCertificateCredential {
    /// Returns a builder for the credential of an app with this client id and certificate.
    pub fn builder(
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> CredentialBuilder<ClientCertificateCredential> {
        CredentialBuilder::new(client_id.into(), Proofs::certificate(certificate))
    }
}

/// The credentials that may sign assertions.
pub(crate) trait Signs {}

impl Signs for ClientCertificateCredential {}
impl Signs for EnvironmentCredential {}

// The bound is met by the credentials of this crate and by nothing else.
#[allow(private_bounds)]
impl<C: Signs> CredentialBuilder<C> {
    /// The audience of the assertions. Default: the token endpoint, which is what the service documents; some services accept
    /// only their issuer. Ignored if there is no certificate.
    ///
    /// ```no_run
    /// use avepoint_auth::{Audience, ClientCertificate, ClientCertificateCredential};
    ///
    /// let certificate = ClientCertificate::from_file("app.pfx", None)?;
    /// let credential = ClientCertificateCredential::builder("my-app", certificate).audience(Audience::Issuer).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Audience>) -> Self {
        self.audience = audience.into();
        self
    }

    /// A certificate to try if the identity service rejects the first (`invalid_client`), while one is replaced by the other.
    /// Its file is not read again. Once the first was accepted and its file is replaced, the previous content of that file is
    /// tried instead. Default: none.
    ///
    /// ```no_run
    /// use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
    ///
    /// let [old, new] = ["old.pfx", "new.pfx"].map(|path| ClientCertificate::from_file(path, None));
    /// let credential = ClientCertificateCredential::builder("my-app", new?).fallback_certificate(old?).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    #[must_use]
    pub fn fallback_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.proofs.fall_back_on(certificate);
        self
    }
}
