//! Apps: who may ask for tokens, and how they prove who they are.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use super::certificate::Registered;
use super::jws::encoded;
use crate::sandbox::Error;
use crate::spec::Spec;

/// An app that is registered with the identity service: its id, its secrets and certificates, and what it may do.
///
/// Several secrets, and several certificates, may hold at a time, as when one takes the place of another. The
/// [`Debug`](fmt::Debug) form shows none of them.
///
/// ```
/// use avepoint_sandbox::App;
///
/// let app = App::new("reader").secret("a secret").scopes(["elements.customers.read.all"]);
/// assert!(!format!("{app:?}").contains("a secret"));
/// ```
#[derive(Clone)]
pub struct App {
    id: String,
    secrets: Vec<String>,
    certificates: Vec<Registered>,
    /// All, if there are none here.
    scopes: Option<BTreeSet<String>>,
}

impl App {
    /// An app that may do everything, once it has a secret or a certificate.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            scopes: None,
        }
    }

    /// Gives it a secret.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Gives it a certificate, in PEM or DER: one with an RSA key of at least 2048 bits.
    ///
    /// # Errors
    /// If it is no such certificate.
    pub fn certificate(mut self, certificate: impl AsRef<[u8]>) -> Result<Self, Error> {
        let read = Registered::read(certificate.as_ref()).map_err(|reason| self.unfit("a certificate", reason))?;
        self.certificates.push(read);
        Ok(self)
    }

    /// What it may do; everything unless this is called.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The app of a sandbox, with a secret that nobody else knows.
    pub(crate) fn generated(id: String) -> Result<Self, Error> {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Error::Randomness)?;
        Ok(Self::new(id).secret(encoded(&secret)))
    }

    /// Judges what it was registered with.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.id.is_empty() || self.secrets.iter().any(String::is_empty) {
            return Err(self.unfit("the id and the secrets", "none of them can be empty"));
        }
        let known = all_scopes();
        let unknown = self
            .scopes
            .iter()
            .flatten()
            .find(|scope| !known.contains(scope.as_str()));
        match unknown {
            Some(scope) => Err(self.unfit(&format!("the scope \"{scope}\""), "no operation has it")),
            None => Ok(()),
        }
    }

    fn unfit(&self, what: &str, reason: &'static str) -> Error {
        Error::App {
            id: self.id.clone(),
            what: what.to_owned(),
            reason,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn first_secret(&self) -> &str {
        self.secrets.first().map_or("", String::as_str)
    }

    pub(super) fn certificates(&self) -> &[Registered] {
        &self.certificates
    }

    /// What it may do.
    pub(super) fn allowed(&self) -> BTreeSet<&str> {
        match &self.scopes {
            Some(scopes) => scopes.iter().map(String::as_str).collect(),
            None => all_scopes(),
        }
    }

    /// Whether a secret is one of its own. How long that takes says nothing of them.
    pub(super) fn knows(&self, secret: &str) -> bool {
        let given = digest(&SHA256, secret.as_bytes());
        self.secrets.iter().fold(false, |known, own| {
            let own = digest(&SHA256, own.as_bytes());
            known | verify_slices_are_equal(own.as_ref(), given.as_ref()).is_ok()
        })
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("id", &self.id)
            .field("secrets", &self.secrets.len())
            .field("certificates", &self.certificates.len())
            .field("scopes", &self.scopes)
            .finish()
    }
}

/// The scopes of all operations.
pub(super) fn all_scopes() -> BTreeSet<&'static str> {
    let operations = Spec::embedded().operations().iter();
    operations
        .flat_map(|operation| operation.scopes.iter().flatten().copied())
        .collect()
}
