//! An app that proves who it is by a secret.

use std::path::PathBuf;

use avepoint_core::Error;

use crate::credential::{CredentialBuilder, credential};
use crate::proofs::Proofs;

credential! {
    /// Tokens for an app that has a client secret. Clones share their tokens.
    ///
    /// ```
    /// use avepoint_auth::ClientSecretCredential;
    /// use avepoint_auth::avepoint_core::Cloud;
    ///
    /// let credential = ClientSecretCredential::builder("my-app", "my-secret").cloud(Cloud::Commercial).build()?;
    /// assert!(!format!("{credential:?}").contains("my-secret"));
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    ClientSecretCredential
}

impl ClientSecretCredential {
    /// Returns a builder for the credential of an app with this client id and secret. A line break at the secret's end, as
    /// a file has it, is not a part of it.
    pub fn builder(
        client_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> CredentialBuilder<ClientSecretCredential> {
        CredentialBuilder::new(client_id.into(), Proofs::secret(secret.into().into()))
    }

    /// Returns a builder for the credential of an app whose secret is in a file, as Docker and Kubernetes mount it: one
    /// line of UTF-8. The file is read again before each token request: if it was replaced, the new secret is used.
    ///
    /// ```no_run
    /// use avepoint_auth::ClientSecretCredential;
    ///
    /// let credential = ClientSecretCredential::builder_from_file("my-app", "/run/secrets/my-app")?.build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A configuration error that names the file, what is wrong with it, and the remedy.
    pub fn builder_from_file(
        client_id: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Result<CredentialBuilder<ClientSecretCredential>, Error> {
        Ok(CredentialBuilder::new(
            client_id.into(),
            Proofs::secret_file(path.into())?,
        ))
    }
}
