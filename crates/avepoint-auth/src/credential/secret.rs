//! An app that proves who it is by a secret.

use crate::credential::{CredentialBuilder, credential};
use crate::source::Authentication;

credential! {
    /// Tokens for an app that has a client secret. Clones share their tokens.
    ///
    /// ```
    /// use avepoint_auth::ClientSecretCredential;
    /// use avepoint_core::Cloud;
    ///
    /// let credential = ClientSecretCredential::builder("my-app", "my-secret").cloud(Cloud::Commercial).build()?;
    /// assert!(!format!("{credential:?}").contains("my-secret"));
    /// # Ok::<(), avepoint_core::Error>(())
    /// ```
    ClientSecretCredential
}

impl ClientSecretCredential {
    /// A credential to be finished, for an app with this client id and secret. A line break at the secret's end, as a
    /// file has it, is not a part of it.
    pub fn builder(
        client_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> CredentialBuilder<ClientSecretCredential> {
        CredentialBuilder::new(client_id.into(), Authentication::secret(secret.into().into()))
    }
}
