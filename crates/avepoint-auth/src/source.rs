//! One token request: who asks, how it is proved, and how the response is read.

use avepoint_core::Error;
use avepoint_core::outline::{self, Outline};
use avepoint_core::redact::{RecentTokens, Secrets};
use avepoint_core::transport::{Ids, joined, timestamp};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use crate::assertion::{Assertion, Audience, sign};
use crate::endpoint::{Endpoint, Identity};
use crate::failure::{Failure, Refusal, obstacle, quoted, shown};
use crate::proofs::{Proof, Proofs};
use crate::request::{Answer, LONGEST_PROBLEM, REQUEST_TOKEN, Sender};
use crate::store::{LONGEST_LIFE, StoredToken, is_token};

/// How long a token is taken to hold if the response does not say, in seconds. A guess that is too short costs a request;
/// one that is too long costs failed calls.
const UNSAID_LIFE: i64 = 300;

/// Where tokens come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) identity: Identity,
    pub(crate) client_id: String,
    pub(crate) proofs: Proofs,
    /// Whom an assertion is meant for.
    pub(crate) audience: Audience,
    pub(crate) discovery: bool,
    /// Filled by the first request, one at a time.
    pub(crate) endpoint: OnceCell<Endpoint>,
    pub(crate) sender: Sender,
    /// The tokens that were had, from here or from a store: the server may quote one that still holds.
    pub(crate) tokens: RecentTokens,
}

impl Source {
    /// What must not be shown of a response, but for the assertion that it answers.
    fn secrets(&self) -> Secrets {
        Secrets::new(self.tokens.all()).with_all(self.proofs.secrets())
    }

    /// Asks for a token: where a secret or a certificate is not accepted, with the one before too.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn fetch(&self, scope: &str) -> Result<StoredToken, Failure> {
        let endpoint = self.endpoint().await?;
        let (proof, former) = self.proofs.in_turn(timestamp(self.sender.clock.now())).await;
        let refused = match self.fetch_with(endpoint, scope, &proof).await {
            Err(Failure::Refused(refusal)) if refusal.code == "invalid_client" => Failure::Refused(refusal),
            Ok(token) => {
                self.proofs.accepted(&proof);
                return Ok(token);
            }
            Err(failure) => return Err(failure),
        };
        // The service may not know yet what it will be asked with from now on.
        let Some(former) = former else { return Err(refused) };
        let token = self.fetch_with(endpoint, scope, &former).await.map_err(|_| refused)?;
        tracing::warn!(
            refused = ?proof, accepted = ?former,
            "the identity service accepted only the previous secret or certificate: add the new one to the app registration"
        );
        Ok(token)
    }

    async fn fetch_with(&self, endpoint: &Endpoint, scope: &str, proof: &Proof) -> Result<StoredToken, Failure> {
        let what = format!("no token from {}", self.identity.host());
        // What the server may quote: an assertion is another one in each attempt.
        let quotable = std::sync::Mutex::new(self.secrets());
        let answer = self
            .sender
            .send(&REQUEST_TOKEN, &what, &quotable, async |now| {
                let text = self.text(proof, endpoint, now).await.map_err(|error| {
                    let problem = lock(&quotable).clean(error.message(), LONGEST_PROBLEM);
                    Failure::other(format!("{what}: {problem}")).by(obstacle(&error))
                })?;
                let mut form = vec![("grant_type", "client_credentials"), ("client_id", &self.client_id)];
                if !scope.is_empty() {
                    form.push(("scope", scope));
                }
                match proof {
                    Proof::Secret(_) => form.push(("client_secret", text.expose_secret())),
                    Proof::Certificate(_) => form.extend([
                        (
                            "client_assertion_type",
                            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        ),
                        ("client_assertion", text.expose_secret()),
                    ]),
                }
                let request = self.sender.http.post(&endpoint.token).form(&form);
                let mut quotable = lock(&quotable);
                *quotable = quotable.with(text);
                Ok(request.header(http::header::ACCEPT, "application/json"))
            })
            .await?;
        let secrets = lock(&quotable).clone();
        let read = read(&answer, &secrets, self.identity.host());
        let read = read.map_err(|failure| failure.with_ids(answer.ids(&secrets)));
        read.map_err(|failure| match (failure, proof) {
            // An assertion is judged by its dates.
            (Failure::Refused(refusal), Proof::Certificate(_)) => Failure::Refused(Box::new(Refusal {
                clock_ahead: answer.clock_ahead(),
                ..*refusal
            })),
            (failure, _) => failure,
        })
    }

    /// What is sent to prove who the app is. An assertion is created again for each attempt.
    async fn text(&self, proof: &Proof, endpoint: &Endpoint, now: Timestamp) -> Result<SecretString, Error> {
        let certificate = match proof {
            Proof::Secret(secret) => return Ok(secret.clone()),
            Proof::Certificate(certificate) => certificate,
        };
        let assertion = Assertion {
            client_id: &self.client_id,
            audience: match &self.audience {
                Audience::TokenEndpoint => &endpoint.token,
                Audience::Issuer => &endpoint.issuer,
                Audience::Other(text) => text,
            },
            now,
        };
        sign(certificate, &assertion).await
    }

    async fn endpoint(&self) -> Result<&Endpoint, Failure> {
        let endpoint = self.endpoint.get_or_try_init(async || {
            if self.discovery {
                self.identity.discover(&self.sender, self.secrets()).await
            } else {
                Ok(self.identity.by_convention())
            }
        });
        endpoint.await
    }
}

/// Reads the response of the token endpoint: tolerant of what does not matter, and without showing what might be a token.
pub(crate) fn read(answer: &Answer, secrets: &Secrets, host: &str) -> Result<StoredToken, Failure> {
    let other = |problem: &str| Failure::other(format!("{host} {problem}")).by(answer.obstacle());
    let (text, status) = (answer.text(), answer.status.as_u16());
    let body = Outline::of(&text);
    // What is cut off may still say why there is no token.
    let code = body.as_ref().and_then(|body| body.get("error"));
    let code = code.filter(|code| code.starts_with('"')).map(outline::text);
    if code.is_some() || !answer.status.is_success() {
        let (secrets, challenge) = (answer.secrets(secrets), answer.challenge());
        let said = |words: Option<String>| shown(&words?, &secrets);
        let description = body.as_ref().and_then(|body| body.text("error_description"));
        let description = joined(said(description), said(challenge.words));
        if let Some(code) = code.or(challenge.code) {
            return Err(Failure::Refused(Box::new(Refusal {
                status: answer.status,
                code: said(Some(code)).unwrap_or_else(|| "unnamed".to_owned()),
                description,
                clock_ahead: None,
                ids: Ids::default(),
            })));
        }
        if let Some(words) = description {
            let quoted = quoted(&words);
            return Err(other(&format!("refused the token request with {status}{quoted}")));
        }
    }
    let unreadable = || {
        let problem = answer.no_json(&answer.secrets(secrets));
        other(&format!("{problem}: {}", answer.remedy()))
    };
    let body = body.ok_or_else(unreadable)?;
    if !body.is_whole() {
        return Err(unreadable());
    }
    if !answer.status.is_success() {
        return Err(other(&format!("answered {status} without saying why")));
    }
    let token = body.get("access_token").filter(|token| token.starts_with('"'));
    let token = token
        .map(outline::text)
        .filter(|token| !token.is_empty())
        .ok_or_else(|| other(&format!("answered {status} without an access token")))?;
    if !is_token(&token) {
        return Err(other(
            "returned a token with characters that are not allowed in a header",
        ));
    }
    if body.get("token_type").is_some()
        && !body
            .text("token_type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
    {
        return Err(other("returned a token of another type than `Bearer`"));
    }
    let life = body
        .text("expires_in")
        .and_then(|life| seconds(&life))
        .unwrap_or(UNSAID_LIFE);
    if life <= 0 {
        return Err(other(
            "returned a token that had already expired (`expires_in` is not above 0)",
        ));
    }
    let issued_at = answer.asked_at;
    let ends = issued_at.saturating_add(SignedDuration::from_secs(life).min(LONGEST_LIFE));
    // A clock at the end of time is nobody's; then the token ends now.
    Ok(StoredToken::between(token, issued_at, ends.unwrap_or(issued_at)))
}

/// A number of seconds; a part of a second is dropped.
fn seconds(text: &str) -> Option<i64> {
    let number = text.trim().parse::<f64>().ok()?;
    // A cast from a float saturates, so that a number of any size will do. What is none has other letters than `e`.
    let is_number = !text.contains(['n', 'N']);
    is_number.then_some(number as i64)
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn answer(status: u16, content_type: &str, body: &[u8]) -> Answer {
        crate::fuzz::answer(StatusCode::from_u16(status).expect("a status"), content_type, body)
    }

    fn life(body: &Value) -> Result<i64, String> {
        read(
            &answer(200, "application/json", body.to_string().as_bytes()),
            &Secrets::default(),
            "host",
        )
        .map(|token| token.span().1.as_second())
        .map_err(|failure| failure.text())
    }

    #[test]
    fn the_life_of_a_token_is_read_in_every_form() {
        for (expires_in, expected) in [
            (json!(3600), 3600),
            (json!("3600"), 3600),
            (json!(3600.9), 3600),
            (json!(" 60 "), 60),
            (Value::Null, UNSAID_LIFE),
            (json!("soon"), UNSAID_LIFE),
            (json!([1]), UNSAID_LIFE),
            (json!(u64::MAX), LONGEST_LIFE.as_secs()),
            (json!("1e300"), LONGEST_LIFE.as_secs()),
            (json!("inf"), UNSAID_LIFE),
            (json!("nan"), UNSAID_LIFE),
        ] {
            let body = json!({"access_token": "t", "token_type": "bearer", "expires_in": expires_in, "more": {}});
            assert_eq!(life(&body), Ok(expected), "{body}");
        }
        assert_eq!(life(&json!({"access_token": "t"})), Ok(UNSAID_LIFE));
        for ended in [json!(0), json!(-1), json!("0")] {
            let problem = life(&json!({"access_token": "t", "expires_in": ended})).expect_err("ended");
            assert!(problem.contains("already expired"), "{problem}");
        }
    }

    #[test]
    fn what_is_no_token_is_named_and_not_shown() {
        for (status, kind, body, problem) in [
            (
                200,
                "application/json",
                "",
                "host answered 200 with nothing: check the cloud and the identity URL",
            ),
            (
                200,
                "text/html",
                "<p>hidden",
                "host answered 200 with text/html, which is not JSON: a firewall or gateway answered in place of the \
                 service: check the proxy, and from which addresses calls are allowed, or the identity URL",
            ),
            (
                200,
                "application/json",
                r#"{"access_token":"hidden"#,
                "host answered 200 with JSON that is invalid or truncated",
            ),
            (200, "application/json", r#"["hidden"]"#, "invalid or truncated"),
            (
                200,
                "application/json",
                r#"{"access_token":7}"#,
                "host answered 200 without an access token",
            ),
            (
                200,
                "application/json",
                r#"{"token":"hidden"}"#,
                "without an access token",
            ),
            (
                200,
                "application/json",
                r#"{"access_token":"hid\nden"}"#,
                "host returned a token with characters that are not allowed in a header",
            ),
            (
                200,
                "application/json",
                r#"{"access_token":"hidden","token_type":"mac"}"#,
                "of another type than `Bearer`",
            ),
            (
                302,
                "text/html",
                "hidden",
                "host answered 302, a redirection, which is not followed",
            ),
            (400, "application/json", "{}", "host answered 400 without saying why"),
            (
                503,
                "text/html",
                "hidden",
                "host answered 503 with text/html, which is not JSON: try again later",
            ),
        ] {
            let found = read(&answer(status, kind, body.as_bytes()), &Secrets::default(), "host")
                .expect_err(problem)
                .text();
            assert!(found.contains(problem), "{found}");
            assert!(!found.contains("hid"), "{found}");
        }
    }

    #[test]
    fn a_token_is_read_from_whatever_else_stands_beside_it() {
        let mark = "\u{feff}".as_bytes();
        for (body, life) in [
            (&[mark, br#"{"access_token":"t","expires_in":60}"#].concat()[..], 60),
            (br#"{"access_token":"t","expires_in":1e400}"#, LONGEST_LIFE.as_secs()),
            (
                format!(r#"{{"access_token":"t","expires_in":{}}}"#, "9".repeat(400)).as_bytes(),
                LONGEST_LIFE.as_secs(),
            ),
            (
                br#"{"\ud800":1,"note":"\udc00","access_token":"t","expires_in":60}"#,
                60,
            ),
            (
                b"{\"note\":\"ung\xfcltig\",\"access_token\":\"t\",\"expires_in\":60}",
                60,
            ),
            (br#"{"access_token":"t","access_token":"other","expires_in":60}"#, 60),
            (
                br#"{"Access_Token":"t","TOKEN_TYPE":"BEARER","Expires_In":60,"error":null}"#,
                60,
            ),
        ] {
            let token = read(&answer(200, "application/json", body), &Secrets::default(), "host");
            let token = token.unwrap_or_else(|failure| panic!("{}: {}", String::from_utf8_lossy(body), failure.text()));
            assert_eq!((token.token().expose(), token.span().1.as_second()), ("t", life));
        }
    }

    #[test]
    fn a_refusal_is_read_from_whatever_else_stands_beside_it() {
        for (body, said) in [
            (
                &b"{\"error\":\"invalid_client\",\"error_description\":\"ung\xfcltig\"}"[..],
                Some("ung\u{fffd}ltig"),
            ),
            (
                br#"{"error":"invalid_client","error_description":"half \ud800"}"#,
                Some("half \u{fffd}"),
            ),
            (
                br#"{"Error":"invalid_client","ERROR_description":"No","\ud800":1e400}"#,
                Some("No"),
            ),
            (br#"{"error":"invalid_client","error_description":"cut"#, Some("cut")),
            (br#"{"error":"invalid_client","error_description":7}"#, Some("7")),
            (br#"{"error":"invalid_client","error_uri":"#, None),
        ] {
            let failure =
                read(&answer(400, "application/json", body), &Secrets::default(), "host").expect_err("refused");
            let Failure::Refused(refusal) = failure else {
                panic!("{}", failure.text());
            };
            assert_eq!(
                (refusal.code.as_str(), refusal.description.as_deref()),
                ("invalid_client", said)
            );
        }
    }

    #[test]
    fn a_refusal_quotes_no_token_of_its_own_body() {
        let body = json!({
            "error": "invalid_request", "error_description": "odd id-token-7, refresh-7 and list-token-7",
            "id_token": "id-token-7", "Refresh_Token": "refresh-7", "access_token": ["list-token-7"],
        });
        let failure = read(
            &answer(400, "application/json", body.to_string().as_bytes()),
            &Secrets::default(),
            "host",
        );
        let said = failure.expect_err("refused").text();
        assert!(said.contains("odd [redacted], [redacted] and [redacted]"), "{said}");
    }

    #[test]
    fn a_refusal_does_not_quote_the_secret() {
        let body = json!({"error": "invalid_client", "error_description": "the secret s3cr3t!\nis wrong"});
        let failure = read(
            &answer(401, "application/json", body.to_string().as_bytes()),
            &Secrets::new(["s3cr3t!".into()]),
            "host",
        );
        assert_eq!(
            failure.expect_err("refused"),
            Failure::Refused(Box::new(Refusal {
                status: StatusCode::UNAUTHORIZED,
                code: "invalid_client".to_owned(),
                description: Some("the secret [redacted] is wrong".to_owned()),
                clock_ahead: None,
                ids: Ids::default(),
            }))
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 200_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&answer(status, "application/json", &body), &Secrets::default(), "host");
        }
    }
}
