//! What proves who an app is: as it was given, or as its files have it by now.
//!
//! Secrets and certificates are replaced while a program runs, and at their service and at their files not at the same
//! moment. So the files are looked at before each token request, and what was replaced is kept for the time in which the
//! service does not know the new one yet.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avepoint_core::{Error, ErrorKind};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::certificate::{CertificateFiles, ClientCertificate};
use crate::file::{Contents, Kind};

/// How an app proves who it is.
#[derive(Clone)]
pub(crate) enum Proof {
    Secret(SecretString),
    Certificate(ClientCertificate),
}

impl Proof {
    /// By a secret. A line break at its end is that of the file or the variable it comes from.
    pub(crate) fn secret(secret: SecretString) -> Self {
        let text = secret.expose_secret();
        match without_line_break(text) {
            without if without.len() < text.len() => Proof::Secret(without.into()),
            _ => Proof::Secret(secret),
        }
    }

    /// Whether the service cannot tell them apart.
    fn is(&self, other: &Proof) -> bool {
        match (self, other) {
            (Proof::Secret(one), Proof::Secret(other)) => one.expose_secret() == other.expose_secret(),
            (Proof::Certificate(one), Proof::Certificate(other)) => one.thumbprint() == other.thumbprint(),
            _ => false,
        }
    }

    /// Tells that it has taken the place of another one.
    fn announce(&self, now: Timestamp) {
        match self {
            Proof::Secret(_) => tracing::info!("the client secret was replaced"),
            Proof::Certificate(certificate) => {
                let thumbprint = certificate.thumbprint();
                tracing::info!(thumbprint, "the client certificate was replaced");
                certificate.warn_of_its_end(now);
            }
        }
    }

    /// Whether it cannot be accepted any more.
    fn has_ended(&self, now: Timestamp) -> bool {
        match self {
            Proof::Secret(_) => false,
            Proof::Certificate(certificate) => certificate.has_ended(now),
        }
    }
}

/// The files that a proof comes from.
#[derive(Clone)]
enum Origin {
    Secret(PathBuf),
    Certificate(Arc<CertificateFiles>),
}

impl Origin {
    fn read(&self) -> Result<Contents, Error> {
        match self {
            Origin::Secret(path) => Contents::read([(Kind::Secret, path.as_path())]),
            Origin::Certificate(files) => files.read(),
        }
    }

    fn parse(&self, contents: &Contents) -> Result<Proof, Error> {
        match self {
            Origin::Secret(_) => contents.text(0).map(|text| Proof::Secret(text.into())),
            Origin::Certificate(files) => files.parse(contents).map(Proof::Certificate),
        }
    }
}

/// The proofs of one app.
pub(crate) struct Proofs {
    /// The files to look at again, if there are any.
    origin: Option<Origin>,
    /// Those who ask at the same time read the files one after another, and the later ones find nothing new.
    reading: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    current: Proof,
    /// Whether the service has accepted it.
    accepted: bool,
    /// The last one before that the service has accepted, or that the caller has named for when the current one is refused.
    former: Option<Proof>,
    /// What was read last, whether it could be used or not.
    seen: Option<[u8; 32]>,
    /// What is wrong with it.
    problem: Option<String>,
}

impl Proofs {
    fn new(current: Proof, origin: Option<(Origin, [u8; 32])>) -> Self {
        let (origin, seen) = origin.unzip();
        Proofs {
            origin,
            reading: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                current,
                accepted: false,
                former: None,
                seen,
                problem: None,
            }),
        }
    }

    /// By this secret.
    pub(crate) fn secret(secret: SecretString) -> Self {
        Proofs::new(Proof::secret(secret), None)
    }

    /// By the secret in a file.
    ///
    /// # Errors
    /// A configuration error that names the file, what is wrong with it, and the remedy.
    pub(crate) fn secret_file(path: PathBuf) -> Result<Self, Error> {
        let origin = Origin::Secret(path);
        let contents = origin.read()?;
        let proof = origin.parse(&contents)?;
        Ok(Proofs::new(proof, contents.seen().map(|seen| (origin, seen))))
    }

    /// By this certificate, and the files that it comes from.
    pub(crate) fn certificate(certificate: ClientCertificate) -> Self {
        let origin = certificate
            .origin()
            .map(|(files, seen)| (Origin::Certificate(Arc::clone(files)), seen));
        Proofs::new(Proof::Certificate(certificate), origin)
    }

    /// Names the certificate to try where the current one is refused.
    pub(crate) fn fall_back_on(&mut self, certificate: ClientCertificate) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.former = Some(Proof::Certificate(certificate));
    }

    /// Refuses what no service accepts, and warns of a certificate that does not hold.
    ///
    /// # Errors
    /// A configuration error for a secret that is empty.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Error> {
        match &self.state().current {
            Proof::Secret(secret) if secret.expose_secret().trim().is_empty() => {
                Err(Error::new(ErrorKind::Configuration, "the client secret is empty"))
            }
            Proof::Secret(_) => Ok(()),
            Proof::Certificate(certificate) => {
                certificate.warn_of_its_end(now);
                Ok(())
            }
        }
    }

    /// The proof to try first, and the one to try if that is not accepted. Looks at the files before.
    pub(crate) async fn in_turn(&self, now: Timestamp) -> (Proof, Option<Proof>) {
        self.refresh(now).await;
        let state = self.state();
        let former = state.former.clone().filter(|former| !former.has_ended(now));
        (state.current.clone(), former)
    }

    /// Reads the files again, and takes what stands in them if that is new and can be used.
    async fn refresh(&self, now: Timestamp) {
        let Some(origin) = &self.origin else { return };
        let _turn = self.reading.lock().await;
        let seen = self.state().seen;
        let origin = origin.clone();
        // Keys are derived from passwords by many rounds, and a disk may be slow.
        let read = tokio::task::spawn_blocking(move || {
            let contents = origin.read()?;
            let now_seen = contents.seen();
            Ok((now_seen != seen).then(|| (now_seen, origin.parse(&contents))))
        });
        // A task that has no outcome is one of a runtime that is being shut down.
        let Ok(read) = read.await else { return };
        let mut state = self.state();
        let (seen, proof) = match read {
            Ok(None) => return,
            Ok(Some((seen, proof))) => (seen, proof),
            Err(error) => (None, Err(error)),
        };
        state.seen = seen;
        match proof {
            Ok(proof) => {
                state.problem = None;
                if !proof.is(&state.current) {
                    proof.announce(now);
                    let before = std::mem::replace(&mut state.current, proof);
                    // One that was never accepted, such as a secret of which only a half was written yet, is no help.
                    if std::mem::take(&mut state.accepted) || state.former.is_none() {
                        state.former = Some(before);
                    }
                }
            }
            Err(error) => {
                let problem = error.message().to_owned();
                if state.problem.as_ref() != Some(&problem) {
                    tracing::warn!(
                        error = problem,
                        "the replaced file cannot be used: keeping the previous secret or certificate"
                    );
                    state.problem = Some(problem);
                }
            }
        }
    }

    /// Remembers that the service has accepted a proof.
    pub(crate) fn accepted(&self, proof: &Proof) {
        let mut state = self.state();
        state.accepted |= proof.is(&state.current);
    }

    /// The secrets that a server may quote.
    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        let state = self.state();
        let proofs = [Some(&state.current), state.former.as_ref()];
        let secret = |proof: &Proof| match proof {
            Proof::Secret(secret) => Some(secret.clone()),
            Proof::Certificate(_) => None,
        };
        proofs.into_iter().flatten().filter_map(secret).collect()
    }

    /// What to check where it is not accepted.
    pub(crate) fn to_check(&self) -> String {
        let state = self.state();
        let check = match &state.current {
            Proof::Secret(_) => "the client secret (it may have expired)".to_owned(),
            Proof::Certificate(certificate) => {
                let or = match &state.former {
                    Some(Proof::Certificate(former)) => {
                        format!(" (or {}, the one before)", former.thumbprint())
                    }
                    _ => String::new(),
                };
                format!(
                    "that the certificate with the thumbprint {}{or} is the one of the app registration",
                    certificate.thumbprint()
                )
            }
        };
        match &state.problem {
            Some(problem) => format!("{check} (the previous secret or certificate is used, since {problem})"),
            None => check,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A secret or a password without the line break that a file or a variable may have put at its end.
pub(crate) fn without_line_break(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proof::Secret(_) => f.write_str("Secret([redacted])"),
            Proof::Certificate(certificate) => f.debug_tuple("Certificate").field(certificate).finish(),
        }
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().current.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let proofs = Proofs::secret("hunter2".into());
        assert_eq!(
            format!("{proofs:?} {proofs:#?}"),
            "Secret([redacted]) Secret([redacted])"
        );
    }
}
