//! An app that is described by environment variables.

use std::env::VarError;
use std::fmt::Display;

use avepoint_core::{Cloud, Error, ErrorKind};

use crate::certificate::{CertificateFiles, Password};
use crate::credential::{CredentialBuilder, credential};
use crate::endpoint::Identity;
use crate::proofs::{Proofs, without_line_break};

const CLIENT_ID: &str = "AVEPOINT_CLIENT_ID";
const SECRET: &str = "AVEPOINT_CLIENT_SECRET";
const SECRET_FILE: &str = "AVEPOINT_CLIENT_SECRET_FILE";
const CERTIFICATE: &str = "AVEPOINT_CLIENT_CERTIFICATE_PATH";
const PASSWORD: &str = "AVEPOINT_CLIENT_CERTIFICATE_PASSWORD";
const PASSWORD_FILE: &str = "AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE";
const PASSWORD_HINT: &str = " (AVEPOINT_CLIENT_CERTIFICATE_PASSWORD is for the password, or \
                             AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE for its file)";
const CLOUD: &str = "AVEPOINT_CLOUD";
const IDENTITY_URL: &str = "AVEPOINT_IDENTITY_URL";

credential! {
    /// Tokens for the app that the environment describes. Clones share their tokens.
    ///
    /// | Variable | What it holds |
    /// | --- | --- |
    /// | `AVEPOINT_CLIENT_ID` | the client id; always needed |
    /// | `AVEPOINT_CLIENT_SECRET` | the client secret, or else: |
    /// | `AVEPOINT_CLIENT_SECRET_FILE` | the file that holds it alone, or else: |
    /// | `AVEPOINT_CLIENT_CERTIFICATE_PATH` | the file of the certificate with its key, PKCS#12 or PEM |
    /// | `AVEPOINT_CLIENT_CERTIFICATE_PASSWORD` | the password of that file, if it has one |
    /// | `AVEPOINT_CLIENT_CERTIFICATE_PASSWORD_FILE` | the file that holds that password alone |
    /// | `AVEPOINT_CLOUD` | `commercial` (the default), `us-government`, `aos2` or `fedramp` |
    /// | `AVEPOINT_IDENTITY_URL` | another identity service than the cloud's |
    ///
    /// The files are read again before each token request: if one was replaced, its new content is used.
    ///
    /// A line break at the end of a value is ignored, and so is white space around the id, the cloud and the URL; in a
    /// secret, a path and a password it is significant.
    ///
    /// ```no_run
    /// use avepoint_auth::EnvironmentCredential;
    ///
    /// let credential = EnvironmentCredential::new()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    EnvironmentCredential
}

impl EnvironmentCredential {
    /// Builds the credential that the process's environment describes.
    ///
    /// # Errors
    /// A configuration error that names the variable that is missing or wrong.
    pub fn new() -> Result<Self, Error> {
        Self::builder()?.build()
    }

    /// Returns a builder for the credential of the process's environment, to set what no variable says, such as a store.
    ///
    /// ```no_run
    /// use avepoint_auth::{EnvironmentCredential, FileStore};
    ///
    /// let credential = EnvironmentCredential::builder()?.store(FileStore::new("tokens.json")?).build()?;
    /// # let _ = credential;
    /// # Ok::<(), avepoint_auth::avepoint_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A configuration error that names the variable that is missing or wrong.
    pub fn builder() -> Result<CredentialBuilder<EnvironmentCredential>, Error> {
        Self::from_variables(|name| std::env::var(name))
    }

    /// Returns a builder for a credential whose variables are kept elsewhere than in the process's environment. The
    /// function returns the value of a variable by its name.
    ///
    /// ```
    /// use std::env::VarError;
    /// use avepoint_auth::EnvironmentCredential;
    ///
    /// let result = EnvironmentCredential::from_variables(|name| match name {
    ///     "AVEPOINT_CLIENT_ID" => Ok("my-app".to_owned()),
    ///     _ => Err(VarError::NotPresent),
    /// });
    /// let missing = result.unwrap_err().to_string();
    /// assert!(missing.contains("AVEPOINT_CLIENT_SECRET") && missing.contains("AVEPOINT_CLIENT_CERTIFICATE_PATH"));
    /// ```
    ///
    /// # Errors
    /// A configuration error that names the variable that is missing or wrong.
    pub fn from_variables(
        variable: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<CredentialBuilder<EnvironmentCredential>, Error> {
        let get = |name: &str| match variable(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            // The value may be a secret: it is not shown.
            Err(VarError::NotUnicode(_)) => Err(wrong(name, "is not valid Unicode")),
        };
        // An empty variable is how some tools write one that is not set.
        let filled = |name: &str| get(name).map(|value| value.filter(|value| !value.trim().is_empty()));

        let client_id = filled(CLIENT_ID)?.ok_or_else(|| wrong(CLIENT_ID, "is missing: set it to the client id"))?;
        if client_id.trim().chars().any(char::is_whitespace) {
            return Err(wrong(CLIENT_ID, "contains white space"));
        }
        let cloud = match filled(CLOUD)? {
            Some(name) => name
                .trim()
                .parse::<Cloud>()
                .map_err(|error| wrong(CLOUD, format!("is wrong: {}", error.message())))?,
            None => Cloud::default(),
        };
        let identity_url = filled(IDENTITY_URL)?.map(|url| url.trim().to_owned());
        if let Some(url) = &identity_url {
            Identity::at(url).map_err(|error| wrong(IDENTITY_URL, format!("is wrong: {}", error.message())))?;
        }
        let (secret, secret_file, certificate) = (filled(SECRET)?, filled(SECRET_FILE)?, filled(CERTIFICATE)?);
        let ways = [
            (SECRET, &secret),
            (SECRET_FILE, &secret_file),
            (CERTIFICATE, &certificate),
        ];
        one_of(ways.map(|(name, value)| (name, value.is_some())))?;
        // A password may be empty, and that is not the same as none in a PEM file.
        let (password, password_file) = (get(PASSWORD)?.map(zeroize::Zeroizing::new), filled(PASSWORD_FILE)?);
        one_of([(PASSWORD, password.is_some()), (PASSWORD_FILE, password_file.is_some())])?;
        for (name, secret) in &ways[..2] {
            let password = password.as_ref().filter(|text| !text.trim().is_empty());
            one_of([(name, secret.is_some()), (PASSWORD, password.is_some())])?;
            one_of([(name, secret.is_some()), (PASSWORD_FILE, password_file.is_some())])?;
        }
        let proofs = match (secret, secret_file, certificate) {
            (Some(secret), ..) => Proofs::secret(secret.into()),
            (_, Some(path), _) => Proofs::secret_file(without_line_break(&path).into())
                .map_err(|error| wrong(SECRET_FILE, format!("cannot be used: {}", error.message())))?,
            (.., Some(path)) => {
                let password = match password_file {
                    Some(file) => Password::File(without_line_break(&file).into()),
                    None => password.as_ref().map(|text| without_line_break(text)).into(),
                };
                let files = CertificateFiles::new(without_line_break(&path).into(), None, password, PASSWORD_HINT);
                files
                    .load()
                    .map(Proofs::certificate)
                    .map_err(|error| wrong(CERTIFICATE, format!("cannot be used: {}", error.message())))?
            }
            (None, None, None) => {
                return Err(configuration(format!(
                    "{SECRET} or {CERTIFICATE} is missing: set one of them, or {SECRET_FILE}"
                )));
            }
        };
        let builder = CredentialBuilder::new(client_id.trim().to_owned(), proofs).cloud(cloud);
        Ok(match identity_url {
            Some(url) => builder.identity_url(url),
            None => builder,
        })
    }
}

/// Refuses variables of which one makes the others void.
fn one_of<const N: usize>(variables: [(&str, bool); N]) -> Result<(), Error> {
    let mut set = variables.iter().filter(|(_, set)| *set).map(|(name, _)| name);
    match (set.next(), set.next()) {
        (Some(one), Some(other)) => Err(configuration(format!(
            "{one} and {other} are both set: keep one of them"
        ))),
        _ => Ok(()),
    }
}

fn wrong(name: &str, problem: impl Display) -> Error {
    configuration(format!("{name} {problem}"))
}

fn configuration(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
