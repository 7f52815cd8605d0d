//! Requests to the service: tokens, retries and errors.

use std::collections::HashMap;
use std::env;
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

const ATTEMPTS: u32 = 5;

/// Whether a request may be sent again when nobody knows whether it has been carried out.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Read,
    Write,
}

pub struct Service {
    http: Client,
    base_url: String,
    identity_url: String,
    client_id: String,
    client_secret: String,
    tokens: HashMap<String, (String, Instant)>,
}

impl Service {
    pub fn from_environment() -> Result<Self, String> {
        let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is missing"));
        let http = Client::builder().timeout(Duration::from_secs(100)).build();
        Ok(Service {
            http: http.map_err(|error| describe(&error))?,
            base_url: variable("AVEPOINT_BASE_URL")?,
            identity_url: variable("AVEPOINT_IDENTITY_URL")?,
            client_id: variable("AVEPOINT_CLIENT_ID")?,
            client_secret: variable("AVEPOINT_CLIENT_SECRET")?,
            tokens: HashMap::new(),
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    pub async fn json(
        &mut self,
        kind: Kind,
        scope: &str,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Value, String> {
        let response = self.send(kind, scope, request).await?;
        response.json().await.map_err(|error| describe(&error))
    }

    /// Sends a request with a token, and sends it again where that is safe.
    pub async fn send(
        &mut self,
        kind: Kind,
        scope: &str,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Response, String> {
        for attempt in 1.. {
            let token = self.token(scope).await?;
            let response = match request(&self.http).bearer_auth(token).send().await {
                Ok(response) => response,
                Err(error) if attempt < ATTEMPTS && (kind == Kind::Read || error.is_connect()) => {
                    pause(attempt, None).await;
                    continue;
                }
                Err(error) if kind == Kind::Write && !error.is_connect() => {
                    return Err(format!("{}; it may have been carried out", describe(&error)));
                }
                Err(error) => return Err(describe(&error)),
            };
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            if status == StatusCode::UNAUTHORIZED && attempt == 1 {
                self.tokens.remove(scope);
                continue;
            }
            let again = match status {
                StatusCode::TOO_MANY_REQUESTS => true,
                StatusCode::REQUEST_TIMEOUT => kind == Kind::Read,
                status => kind == Kind::Read && status.is_server_error(),
            };
            if again && attempt < ATTEMPTS {
                pause(attempt, Some(&response)).await;
                continue;
            }
            let unsure = kind == Kind::Write && status.is_server_error();
            let unsure = if unsure { "; it may have been carried out" } else { "" };
            return Err(format!("{}{unsure}", refusal(response, scope).await));
        }
        Err("no attempt was made".to_owned())
    }

    /// A token for a scope, from the cache while it holds.
    async fn token(&mut self, scope: &str) -> Result<String, String> {
        if let Some((token, until)) = self.tokens.get(scope)
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        for attempt in 1.. {
            let request = self.http.post(format!("{}/connect/token", self.identity_url));
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", &self.client_id),
                ("client_secret", &self.client_secret),
                ("scope", scope),
            ];
            let response = request.form(&form).send().await.map_err(|error| describe(&error))?;
            let status = response.status();
            if attempt < ATTEMPTS && (status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()) {
                pause(attempt, Some(&response)).await;
                continue;
            }
            if !status.is_success() {
                return Err(format!("no token: {}", refusal(response, scope).await));
            }
            let answer: Value = response.json().await.map_err(|error| describe(&error))?;
            let token = answer["access_token"]
                .as_str()
                .ok_or("no token: there is none in the answer")?;
            let lifetime = answer["expires_in"].as_u64().unwrap_or(300).saturating_sub(60);
            let until = Instant::now() + Duration::from_secs(lifetime);
            self.tokens.insert(scope.to_owned(), (token.to_owned(), until));
            return Ok(token.to_owned());
        }
        Err("no attempt was made".to_owned())
    }
}

/// Waits longer each time, and no shorter than the service asks for.
async fn pause(attempt: u32, response: Option<&Response>) {
    let asked = response.and_then(|response| response.headers().get("retry-after")?.to_str().ok()?.parse().ok());
    let backoff = Duration::from_millis(500) * 2_u32.pow(attempt - 1);
    let backoff = backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
    tokio::time::sleep(backoff.max(Duration::from_secs(asked.unwrap_or(0)))).await;
}

/// Why the service refused a request.
async fn refusal(response: Response, scope: &str) -> String {
    let status = response.status();
    let id = response.headers().get("request-id").and_then(|id| id.to_str().ok());
    let id = id.map(|id| format!(" (request id {id})")).unwrap_or_default();
    let body = response.text().await.unwrap_or_default();
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    let message = ["message", "error_description", "error"]
        .iter()
        .find_map(|name| json[name].as_str());
    let message = message.unwrap_or("no message");
    let hint = match status {
        StatusCode::FORBIDDEN => format!("; grant the app {scope}"),
        _ => String::new(),
    };
    format!("{status}: {message}{id}{hint}")
}

/// An error of reqwest with its causes, of which its own text says nothing.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
