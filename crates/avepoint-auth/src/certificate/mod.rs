//! The certificate of an app, with its key, whatever file it comes from.

mod files;
mod leaf;
mod password;
mod pem;
mod pkcs12;
mod rsa;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use avepoint_core::redact::Secrets;
use avepoint_core::{Error, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};

pub(crate) use files::{CertificateFiles, Password};
use leaf::Leaf;
use rsa::{PublicKey, RsaKey};

use crate::request::LONGEST_PROBLEM;
use crate::signer::{SignatureAlgorithm, Signer, SigningInput};

/// From how long before its end on a certificate is warned of.
const WARNED_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is wrong with a certificate or a key, without the name of its file; never with a part of the key.
#[derive(Clone)]
pub(crate) enum Problem {
    /// The password is missing or wrong.
    Password(String),
    Other(String),
}

impl<T: Into<String>> From<T> for Problem {
    fn from(text: T) -> Self {
        Problem::Other(text.into())
    }
}

/// A certificate with its private key, with which an app authenticates. It is read from PKCS#12 (`.pfx`, `.p12`) or from
/// PEM.
///
/// The service checks signatures of the kind RS256: the key is RSA with 2048 to 8192 bits. The key is wiped from memory
/// when the last clone goes, and neither `Debug` nor an error shows it.
///
/// ```no_run
/// use std::time::SystemTime;
/// use avepoint_auth::ClientCertificate;
///
/// let certificate = ClientCertificate::from_file("app.pfx", Some("password"))?;
/// let left = certificate.not_after().duration_since(SystemTime::now())?;
/// println!("{} is valid for {} more days", certificate.thumbprint(), left.as_secs() / 86_400);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ClientCertificate {
    parts: Arc<Parts>,
    /// The files that it was read from, and what stood in them; nothing where they cannot be read again.
    origin: Option<(Arc<CertificateFiles>, [u8; 32])>,
}

struct Parts {
    key: Key,
    leaf: Leaf,
}

enum Key {
    /// It wipes itself when it is dropped, and shows nothing.
    Held(EncodingKey),
    /// It is kept elsewhere; what it signs is held against its public part.
    Elsewhere(Arc<dyn Signer>, PublicKey),
}

impl ClientCertificate {
    /// Reads a file that holds both the certificate and the key, as PKCS#12 or as PEM: its content tells which. A chain
    /// of issuers may stand in it too. Pass `None` if there is no password.
    ///
    /// A credential reads the file again before each token request: if it was replaced, the new certificate is used.
    ///
    /// # Errors
    /// A configuration error that names the file, what is wrong with it, and the remedy.
    pub fn from_file(path: impl AsRef<Path>, password: Option<&str>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        CertificateFiles::new(path, None, Password::from(password), "").load()
    }

    /// Reads PKCS#12: the content of a `.pfx` or `.p12` file. The password may be empty.
    ///
    /// ```
    /// use avepoint_auth::ClientCertificate;
    ///
    /// let error = ClientCertificate::from_pkcs12(b"nonsense", "password").unwrap_err();
    /// assert!(error.to_string().starts_with("the certificate is neither PKCS#12"));
    /// ```
    ///
    /// # Errors
    /// A configuration error that says what is wrong, and the remedy.
    pub fn from_pkcs12(content: &[u8], password: &str) -> Result<Self, Error> {
        pkcs12::read(content, Some(password))
            .and_then(Self::assemble)
            .map_err(in_memory)
    }

    /// Reads PEM that holds both the certificate and the key, in any order. The key is PKCS#8 (`PRIVATE KEY`, or
    /// `ENCRYPTED PRIVATE KEY` with a password) or PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// ```
    /// use avepoint_auth::ClientCertificate;
    ///
    /// let error = ClientCertificate::from_pem(b"nonsense", None).unwrap_err();
    /// assert_eq!(error.to_string(), "the certificate contains no PEM block: give everything from `-----BEGIN` on");
    /// ```
    ///
    /// # Errors
    /// A configuration error that says what is wrong, and the remedy.
    pub fn from_pem(content: &[u8], password: Option<&str>) -> Result<Self, Error> {
        pem::read(content)
            .and_then(|found| found.finish(password))
            .and_then(Self::assemble)
            .map_err(in_memory)
    }

    /// Reads two PEM files: one with the certificate, one with the key. A credential reads them again, as in
    /// [`from_file`](Self::from_file); if they do not match, since only one of them
    /// has been replaced so far, the previous pair stays in use.
    ///
    /// ```no_run
    /// use avepoint_auth::ClientCertificate;
    ///
    /// let certificate = ClientCertificate::from_pem_files("app.crt", "app.key", None)?;
    /// # let _ = certificate;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A configuration error that names the file, what is wrong with it, and the remedy.
    pub fn from_pem_files(
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
        password: Option<&str>,
    ) -> Result<Self, Error> {
        let (certificate, key) = (certificate.as_ref().to_owned(), key.as_ref().to_owned());
        CertificateFiles::new(certificate, Some(key), Password::from(password), "").load()
    }

    /// A certificate whose key is kept elsewhere, such as in a key vault: the signer is asked for each signature. The
    /// certificate alone is given, as PEM or DER, which key vaults let everyone read; if PEM has a chain, the app's own
    /// comes first.
    ///
    /// Each signature is verified with the certificate before it is sent.
    ///
    /// ```no_run
    /// # use avepoint_auth::{BoxFuture, Signer, SigningInput};
    /// # use avepoint_auth::avepoint_core::Error;
    /// # struct Vault;
    /// # impl Signer for Vault {
    /// #     fn sign<'a>(&'a self, _: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
    /// #         Box::pin(async { Ok(Vec::new()) })
    /// #     }
    /// # }
    /// use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
    ///
    /// let certificate = ClientCertificate::with_signer(&std::fs::read("app.crt")?, Vault)?;
    /// let credential = ClientCertificateCredential::builder("my-app", certificate).build()?;
    /// # let _ = credential;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A configuration error that says what is wrong with the certificate, and the remedy.
    pub fn with_signer(certificate: &[u8], signer: impl Signer + 'static) -> Result<Self, Error> {
        let certificates = if pem::is_pem(certificate) {
            pem::read(certificate).map_or_else(|_| Vec::new(), |blocks| blocks.certificates)
        } else {
            vec![certificate.to_vec()]
        };
        let (leaf, public) = Leaf::alone(&certificates).map_err(in_memory)?;
        Ok(Self::of(Key::Elsewhere(Arc::new(signer), public), leaf))
    }

    /// The SHA-1 of the certificate, in hexadecimal capitals, as portals show it.
    pub fn thumbprint(&self) -> &str {
        &self.parts.leaf.thumbprint
    }

    /// When the certificate becomes valid.
    pub fn not_before(&self) -> SystemTime {
        self.parts.leaf.not_before.into()
    }

    /// When the certificate expires.
    pub fn not_after(&self) -> SystemTime {
        self.parts.leaf.not_after.into()
    }

    /// The SHA-1 of the certificate as the header of an assertion takes it.
    pub(crate) fn x5t(&self) -> &str {
        &self.parts.leaf.x5t
    }

    pub(crate) fn origin(&self) -> Option<(&Arc<CertificateFiles>, [u8; 32])> {
        self.origin.as_ref().map(|(files, seen)| (files, *seen))
    }

    /// The signature of a message by the certificate's key.
    ///
    /// # Errors
    /// A credential error where the key does not sign.
    pub(crate) async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |problem: String| Error::new(ErrorKind::Credential, problem);
        match &self.parts.key {
            // The provider is named here: `jsonwebtoken::encode` takes the process's own, and panics in an application
            // where another crate has switched on the other one.
            Key::Held(key) => (DEFAULT_PROVIDER.signer_factory)(&Algorithm::RS256, key)
                .ok()
                .and_then(|signer| signer.try_sign(message).ok())
                .ok_or_else(|| failed("the assertion cannot be signed with the certificate's key".to_owned())),
            Key::Elsewhere(signer, public) => {
                let signature = signer.sign(SigningInput::new(message)).await.map_err(|error| {
                    let hidden = Secrets::new([String::from_utf8_lossy(message).as_ref().into()]);
                    let problem = hidden.clean(error.message(), LONGEST_PROBLEM);
                    failed(format!("the signer failed: {problem}"))
                })?;
                if public.has_signed(message, &signature) {
                    return Ok(signature);
                }
                Err(failed(format!(
                    "the signer's {} bytes are no {} signature by the key of the certificate with the thumbprint {}: \
                     check which key signs, and that the message is hashed once",
                    signature.len(),
                    SignatureAlgorithm::Rs256,
                    self.thumbprint()
                )))
            }
        }
    }

    fn of(key: Key, leaf: Leaf) -> Self {
        ClientCertificate {
            parts: Arc::new(Parts { key, leaf }),
            origin: None,
        }
    }

    fn assemble(found: Found) -> Result<Self, Problem> {
        let leaf = Leaf::of(&found.key, &found.certificates)?;
        let key = EncodingKey::from_rsa_der(found.key.pkcs1());
        Ok(Self::of(Key::Held(key), leaf))
    }

    /// Whether the certificate does not hold any more.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        now > self.parts.leaf.not_after
    }

    /// Tells through `tracing` if the certificate does not hold at this time, or soon will not.
    pub(crate) fn warn_of_its_end(&self, now: Timestamp) {
        let thumbprint = self.thumbprint();
        let (from, until) = (self.parts.leaf.not_before, self.parts.leaf.not_after);
        if now > until {
            tracing::warn!(
                thumbprint, not_after = %until,
                "the client certificate expired at {until}: upload a new one to the app registration"
            );
        } else if now < from {
            tracing::warn!(
                thumbprint, not_before = %from,
                "the client certificate is not valid before {from}: check the clock"
            );
        } else if until.duration_since(now) < WARNED_BEFORE {
            tracing::warn!(
                thumbprint, not_after = %until,
                "the client certificate expires at {until}: upload a new one to the app registration"
            );
        }
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint())
            .field("not_before", &self.parts.leaf.not_before)
            .field("not_after", &self.parts.leaf.not_after)
            .finish_non_exhaustive()
    }
}

/// A key, and the certificates beside it; which of them is the key's own is not settled yet.
struct Found {
    key: RsaKey,
    certificates: Vec<Vec<u8>>,
}

fn in_memory(problem: Problem) -> Error {
    let (Problem::Password(text) | Problem::Other(text)) = problem;
    Error::new(ErrorKind::Configuration, format!("the certificate {text}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::BoxFuture;

    struct Never;

    impl Signer for Never {
        fn sign<'a>(&'a self, _: SigningInput<'a>) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
            Box::pin(std::future::pending())
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = ClientCertificate::from_pkcs12(&bytes, "p");
            let _ = ClientCertificate::from_pem(&bytes, Some("p"));
            let _ = ClientCertificate::with_signer(&bytes, Never);
        }

        #[test]
        fn no_pem_makes_it_panic(
            label in "(CERTIFICATE|PRIVATE KEY|RSA PRIVATE KEY|ENCRYPTED PRIVATE KEY|EC PRIVATE KEY|[A-Z ]{0,20})",
            headers in "(Proc-Type: 4,ENCRYPTED\n\n|[ -~]{0,30}\n)?",
            body in "[A-Za-z0-9+/=\r\n]{0,200}",
            end in "(-----END CERTIFICATE-----|-----END PRIVATE KEY-----)?",
        ) {
            let text = format!("-----BEGIN {label}-----\n{headers}{body}\n-----END {label}-----\n{end}");
            let _ = ClientCertificate::from_pem(text.as_bytes(), None);
            let _ = ClientCertificate::from_pem(text.as_bytes(), Some("p"));
            let _ = ClientCertificate::with_signer(text.as_bytes(), Never);
        }
    }
}
