//! The files of a certificate and its key, which may be read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use avepoint_core::Error;
use secrecy::{ExposeSecret, SecretString};

use super::{ClientCertificate, Found, Problem, pem, pkcs12};
use crate::file::{Contents, Kind, in_file};

/// The files of a certificate and its key.
pub(crate) struct CertificateFiles {
    certificate: PathBuf,
    /// The key's own, if it has one.
    key: Option<PathBuf>,
    password: Password,
    /// How a password is given, told where one is missing or wrong.
    hint: &'static str,
}

/// The password of a key.
pub(crate) enum Password {
    None,
    Text(SecretString),
    File(PathBuf),
}

impl CertificateFiles {
    /// Files that are not read yet.
    pub(crate) fn new(certificate: PathBuf, key: Option<PathBuf>, password: Password, hint: &'static str) -> Self {
        CertificateFiles {
            certificate,
            key,
            password,
            hint,
        }
    }

    /// The certificate that stands in the files now.
    ///
    /// # Errors
    /// A configuration error that names the file, what is wrong with it, and the remedy.
    pub(crate) fn load(self) -> Result<ClientCertificate, Error> {
        let contents = self.read()?;
        let certificate = self.parse(&contents)?;
        Ok(ClientCertificate {
            origin: contents.seen().map(|seen| (Arc::new(self), seen)),
            ..certificate
        })
    }

    pub(crate) fn read(&self) -> Result<Contents, Error> {
        let key = self.key.as_deref().map(|path| (Kind::Certificate, path));
        let password = match &self.password {
            Password::File(path) => Some((Kind::Password, path.as_path())),
            _ => None,
        };
        let certificate = (Kind::Certificate, self.certificate.as_path());
        Contents::read([certificate].into_iter().chain(key).chain(password))
    }

    pub(crate) fn parse(&self, contents: &Contents) -> Result<ClientCertificate, Error> {
        let at = |path: &Path, problem: Problem| {
            let text = match problem {
                Problem::Password(text) => text + self.hint,
                Problem::Other(text) => text,
            };
            in_file(Kind::Certificate, path, &text)
        };
        let path = self.certificate.as_path();
        let password = match &self.password {
            Password::None => None,
            Password::Text(text) => Some(text.expose_secret()),
            Password::File(_) => Some(contents.text(1 + usize::from(self.key.is_some()))?),
        };
        let content = contents.bytes(0);
        let found = match &self.key {
            Some(key) => {
                let certificates = pem::read(content).map_err(|problem| at(path, problem))?.certificates;
                if certificates.is_empty() {
                    return Err(at(
                        path,
                        "contains no certificate: give the file that has one first".into(),
                    ));
                }
                let found = pem::read(contents.bytes(1)).and_then(|found| found.finish(password));
                let found = found.map_err(|problem| at(key, problem))?;
                Ok(Found {
                    key: found.key,
                    certificates,
                })
            }
            None if pem::is_pem(content) => pem::read(content).and_then(|found| found.finish(password)),
            None => pkcs12::read(content, password),
        };
        found
            .and_then(ClientCertificate::assemble)
            .map_err(|problem| at(path, problem))
    }
}

impl From<Option<&str>> for Password {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Password::None, |text| Password::Text(text.into()))
    }
}
