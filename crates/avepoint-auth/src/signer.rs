//! Keys that stay where they are: a signature is asked for, and the key is never seen.

use std::fmt;
use std::sync::Arc;

use avepoint_core::Error;
use aws_lc_rs::digest::{SHA256, digest};

use crate::BoxFuture;

/// The algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3): the only one that AvePoint's identity service documents.
    Rs256,
}

impl SignatureAlgorithm {
    /// The name in JSON Web Signatures, which Azure Key Vault has too: `RS256`. AWS KMS says `RSASSA_PKCS1_V1_5_SHA_256`,
    /// PKCS#11 `CKM_SHA256_RSA_PKCS`, or `CKM_RSA_PKCS` for a digest in its `DigestInfo`.
    pub fn as_str(self) -> &'static str {
        match self {
            SignatureAlgorithm::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is to be signed, as the whole message and as its digest: services take either. The signature is the same.
#[derive(Clone, Copy)]
pub struct SigningInput<'a> {
    message: &'a [u8],
}

impl<'a> SigningInput<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        SigningInput { message }
    }

    /// The algorithm to sign with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::Rs256
    }

    /// The message, which is not hashed yet: for a key that hashes what it signs.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The SHA-256 of the message: for a key that signs digests, such as Azure Key Vault's.
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, self.message).as_ref());
        bytes
    }
}

impl fmt::Debug for SigningInput<'_> {
    /// The message becomes an assertion as soon as it is signed: it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningInput")
            .field("algorithm", &self.algorithm())
            .field("bytes", &self.message.len())
            .finish_non_exhaustive()
    }
}

/// Signs with a private key that is kept elsewhere, such as in a key vault or a hardware security module. See
/// [`ClientCertificate::with_signer`](crate::ClientCertificate::with_signer).
///
/// It is called once for each attempt of a token request, within the time of that attempt. It is not called again when it
/// fails: a signer that goes over a network repeats what is worth repeating itself.
///
/// A minor version adds only methods with a default.
///
/// ```
/// use avepoint_auth::{BoxFuture, Signer, SigningInput};
/// use avepoint_auth::avepoint_core::{Error, ErrorKind};
///
/// struct Vault;
///
/// # impl Vault { async fn ask(&self, _: &str, _: &[u8]) -> std::io::Result<Vec<u8>> { Ok(Vec::new()) } }
/// impl Signer for Vault {
///     fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
///         Box::pin(async move {
///             let signature = self.ask(input.algorithm().as_str(), &input.digest()).await;
///             // What the vault says may hold a secret of its own: only the kind of the failure is told.
///             signature.map_err(|error| {
///                 Error::new(ErrorKind::Credential, format!("the vault did not sign ({})", error.kind()))
///             })
///         })
///     }
/// }
/// ```
pub trait Signer: Send + Sync {
    /// The signature of an input, as bare bytes: as long as the key's modulus, neither base64 nor DER.
    ///
    /// # Errors
    /// Why there is none. The message is shown in the error of the call, in one line and without what is known here to be
    /// secret; a source of it is not. Put no secret of your own into it.
    fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>>;
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn sign<'a>(&'a self, input: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        (**self).sign(input)
    }
}
