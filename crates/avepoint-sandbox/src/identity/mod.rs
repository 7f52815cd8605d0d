//! The identity service: says where it is, gives tokens to clients that prove who they are, and knows the tokens again.

mod app;
mod assertion;
mod certificate;
mod denied;
mod jws;
mod request;
mod scopes;
#[cfg(test)]
mod tests;
mod tokens;
mod used;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

pub use app::App;
pub use certificate::Certificate;

use assertion::Judge;
use certificate::Registered;
use denied::Denied;
use request::{Proof, TokenRequest};
use tokens::{ALGORITHM, LIFE, Tokens};
use used::Used;

use crate::call::Refusal;
use crate::sandbox::Error;
use crate::server::{self, authorize};
use crate::spec::Operation;
use crate::world::Clock;

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/.well-known/openid-configuration/jwks";
const TOKEN: &str = "/connect/token";

/// How strict an identity service is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// Whether a request for a token must name scopes.
    pub(crate) is_scope_required: bool,
    /// Whether everybody may call everything.
    pub(crate) is_open: bool,
}

/// The identity service of a sandbox.
///
/// Tokens live by the clock of the sandbox, so that a test can let them expire. Assertions are judged by the clock of the
/// machine: it is the client's clock too, and that is not put forward with the sandbox's.
pub(crate) struct Identity {
    issuer: String,
    endpoint: String,
    tokens: Tokens,
    clock: Clock,
    /// The client that the sandbox tells of.
    own: App,
    /// The certificate of that client, once somebody has asked for it.
    certificate: OnceLock<Registered>,
    /// The other apps by their ids.
    others: BTreeMap<String, App>,
    rules: Rules,
    used: Mutex<Used>,
}

impl Identity {
    /// An identity service at an address, which has no slash at its end.
    pub(crate) fn new(issuer: String, clock: Clock, own: App, others: Vec<App>, rules: Rules) -> Result<Self, Error> {
        own.check()?;
        let mut by_id = BTreeMap::new();
        for app in others {
            app.check()?;
            let id = app.id().to_owned();
            if id == own.id() || by_id.insert(id.clone(), app).is_some() {
                let reason = "there is another app with it";
                let what = "the id".to_owned();
                return Err(Error::App { id, what, reason });
            }
        }
        Ok(Self {
            endpoint: format!("{issuer}{TOKEN}"),
            tokens: Tokens::new(issuer.clone()).ok_or(Error::Randomness)?,
            issuer,
            clock,
            own,
            certificate: OnceLock::new(),
            others: by_id,
            rules,
            used: Mutex::default(),
        })
    }

    /// The client that the sandbox tells of.
    pub(crate) fn own(&self) -> &App {
        &self.own
    }

    /// A certificate for that client, which is registered from now on.
    pub(crate) fn certificate(&self) -> Result<&'static Certificate, Error> {
        let made = Certificate::own().map_err(|error| Error::Certificate(error.into()))?;
        if self.certificate.get().is_none() {
            let read = Registered::read(made.der()).map_err(|reason| Error::Certificate(reason.into()))?;
            self.certificate.get_or_init(|| read);
        }
        Ok(made)
    }

    /// An app and its certificates.
    fn app(&self, id: &str) -> Option<(&App, Vec<&Registered>)> {
        if id == self.own.id() {
            let certificates = self.own.certificates().iter().chain(self.certificate.get());
            return Some((&self.own, certificates.collect()));
        }
        let app = self.others.get(id)?;
        Some((app, app.certificates().iter().collect()))
    }

    fn discovery(&self) -> Value {
        let (issuer, scopes) = (&self.issuer, app::all_scopes());
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}{KEYS}"),
            "token_endpoint": self.endpoint,
            "scopes_supported": scopes,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        })
    }

    /// Answers a request for a token.
    fn token(&self, headers: &HeaderMap, body: &[u8], machine: Timestamp) -> Result<Value, Denied> {
        let request = TokenRequest::read(headers, body)?;
        let app = self.prove(&request.proof, machine)?;
        match request.grant_type.as_deref() {
            Some("client_credentials") => {}
            Some(_) => {
                let problem = "The grant_type is not client_credentials.";
                return Err(Denied::new("unsupported_grant_type", problem));
            }
            None => return Err(Denied::request("There is no grant_type.")),
        }
        let allowed = app.allowed();
        let scopes = scopes::granted(&allowed, request.scope.as_deref(), self.rules.is_scope_required)?;
        let token = self.tokens.issue(app.id(), &scopes, self.clock.machine());
        let token = token.ok_or_else(|| Denied::fault("The token cannot be signed."))?;
        Ok(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": LIFE,
            "scope": scopes.join(" "),
        }))
    }

    /// The app that a request is proved to come from.
    fn prove(&self, proof: &Proof, machine: Timestamp) -> Result<&App, Denied> {
        match proof {
            Proof::Secret {
                client,
                secret,
                is_basic,
            } => match self.app(client) {
                Some((app, _)) if app.knows(secret) => Ok(app),
                _ => {
                    let denied = Denied::client("The client is not registered, or the secret is not its own.");
                    Err(if *is_basic { denied.challenged() } else { denied })
                }
            },
            Proof::Assertion { text, client } => {
                let judge = Judge {
                    audiences: [&self.issuer, &self.endpoint],
                    now: machine,
                };
                let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
                judge.app(text, client.as_deref(), |id| self.app(id), &mut used)
            }
        }
    }

    /// Whether a request is for it.
    pub(crate) fn is_at(path: &str) -> bool {
        matches!(path, DISCOVERY | KEYS | TOKEN)
    }

    /// Answers what is asked of it; none if a request is for another. `spoil` changes what an answer says.
    pub(crate) fn answer(&self, request: &Parts, body: &Bytes, spoil: impl FnOnce(&mut Value)) -> Option<Response> {
        let is_read = matches!(request.method, Method::GET | Method::HEAD);
        let answer = match request.uri.path() {
            DISCOVERY if is_read => Ok(self.discovery()),
            KEYS if is_read => Ok(json!({ "keys": [self.tokens.public_key()] })),
            DISCOVERY | KEYS => Err(Denied::method("GET")),
            TOKEN if request.method == Method::POST => self.token(&request.headers, body, Timestamp::now()),
            TOKEN => Err(Denied::method("POST")),
            _ => return None,
        };
        let mut answer = match answer {
            Ok(mut value) => {
                spoil(&mut value);
                server::json(200, &value)
            }
            Err(denied) => denied.response(),
        };
        if request.uri.path() == TOKEN {
            let headers = answer.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        }
        Some(answer)
    }

    /// Lets a request make a call of an operation.
    ///
    /// # Errors
    /// If it has no token, or one that does not allow the operation.
    pub(crate) fn authorize(&self, request: &Parts, operation: &Operation) -> Result<(), Refusal> {
        if self.rules.is_open {
            return Ok(());
        }
        authorize(&request.headers, operation, |token| {
            self.tokens.scopes(token, self.clock.machine())
        })
    }
}
