//! Where tokens are asked for: the address that the cloud's table gives, or the one that the service itself names.

use std::sync::{Mutex, PoisonError};

use avepoint_core::outline::Outline;
use avepoint_core::redact::Secrets;
use avepoint_core::transport::base_url;
use reqwest::Url;

use crate::failure::{Failure, shown};
use crate::request::{Answer, READ_DISCOVERY, Sender};

/// The service that issues tokens.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Without a slash at the end.
    address: String,
    url: Url,
    /// Where else the token endpoint may be.
    allowed: Vec<Url>,
}

/// Where tokens are asked for, and who gives them. Both as the service spells them: an assertion is held against them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) token: String,
    pub(crate) issuer: String,
}

impl Identity {
    /// The service at an address: https, or plain http to this machine.
    ///
    /// # Errors
    /// A configuration error for any other address.
    pub(crate) fn at(address: &str) -> Result<Self, avepoint_core::Error> {
        let url = base_url(address)?;
        Ok(Identity {
            address: url.as_str().trim_end_matches('/').to_owned(),
            url,
            allowed: Vec::new(),
        })
    }

    /// Lets the discovery document name a token endpoint at another origin too.
    ///
    /// # Errors
    /// A configuration error for what is no origin, or one that a secret must not be sent to.
    pub(crate) fn allow(&mut self, origin: &str) -> Result<(), avepoint_core::Error> {
        let url = base_url(origin)?;
        if url.path() != "/" {
            return Err(avepoint_core::Error::new(
                avepoint_core::ErrorKind::Configuration,
                format!(
                    "`{}` is the origin: give only the scheme, host and port, without a path",
                    url.origin().ascii_serialization()
                ),
            ));
        }
        if url.scheme() != self.url.scheme() {
            return Err(avepoint_core::Error::new(
                avepoint_core::ErrorKind::Configuration,
                format!(
                    "`{}` has another scheme than the identity service",
                    url.origin().ascii_serialization()
                ),
            ));
        }
        self.allowed.push(url);
        Ok(())
    }

    /// Its address, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Its host.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The token endpoint by convention.
    pub(crate) fn by_convention(&self) -> Endpoint {
        Endpoint {
            token: format!("{}/connect/token", self.address),
            issuer: self.address.clone(),
        }
    }

    /// The token endpoint that the service names in its discovery document.
    ///
    /// # Errors
    /// A failure where there is no such document, or it speaks for another service.
    pub(crate) async fn discover(&self, sender: &Sender, secrets: Secrets) -> Result<Endpoint, Failure> {
        let address = format!("{}/.well-known/openid-configuration", self.address);
        let what = format!("the discovery document of {} cannot be read", self.host());
        let secrets = Mutex::new(secrets);
        let answer = sender
            .send(&READ_DISCOVERY, &what, &secrets, async |_| {
                Ok(sender.http.get(&address))
            })
            .await?;
        let secrets = secrets.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.read(&answer, &secrets).map_err(|problem| {
            let failure = Failure::other(format!("the discovery document of {} {problem}", self.host()));
            failure.by(answer.obstacle()).with_ids(answer.ids(&secrets))
        })
    }

    pub(crate) fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Endpoint, String> {
        let (status, remedy) = (answer.status.as_u16(), answer.remedy());
        if answer.obstacle().is_some() {
            return Err(format!("cannot be read: the service answered {status}: {remedy}"));
        }
        if !answer.status.is_success() {
            return Err(format!(
                "is not there: the service answered {status}; do not use discovery, or check the identity URL"
            ));
        }
        let text = answer.text();
        let document = Outline::of(&text).filter(Outline::is_whole);
        let document = document.ok_or_else(|| format!("cannot be read: the service {}", answer.no_json(secrets)))?;
        let issuer = document.text("issuer").ok_or("names no issuer")?;
        let same = Url::parse(&issuer).is_ok_and(|url| url.as_str().trim_end_matches('/') == self.address);
        if !same {
            return Err(format!(
                "is for another issuer, {}: use that as the identity URL if it is the right one",
                shown(&issuer, secrets).unwrap_or_else(|| "one without a name".to_owned())
            ));
        }
        let endpoint = document.text("token_endpoint").ok_or("names no token endpoint")?;
        let url = base_url(&endpoint).map_err(|_| "names a token endpoint that is not an https address")?;
        let origin = url.origin();
        if !std::iter::once(&self.url)
            .chain(&self.allowed)
            .any(|known| known.origin() == origin)
        {
            return Err(format!(
                "names a token endpoint at another origin, {}: secrets are not sent there, unless it is allowed with \
                 `allow_token_endpoint_origin`",
                shown(&origin.ascii_serialization(), secrets).unwrap_or_default()
            ));
        }
        Ok(Endpoint {
            token: endpoint,
            issuer,
        })
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn read(identity: &str, status: u16, body: &str) -> Result<String, String> {
        let status = StatusCode::from_u16(status).expect("a status");
        let answer = crate::fuzz::answer(status, "application/json", body.as_bytes());
        let mut identity = Identity::at(identity).expect("an address");
        if identity.url.scheme() == "https" {
            identity.allow("https://tokens.example.com:8443").expect("an origin");
        }
        identity
            .read(&answer, &Secrets::default())
            .map(|endpoint| endpoint.token)
    }

    #[test]
    fn a_document_speaks_for_its_own_service_alone() {
        let own =
            r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com/oauth/token","more":1}"#;
        for identity in [
            "https://id.example.com",
            "https://id.example.com/",
            "https://ID.example.com:443",
        ] {
            assert_eq!(
                read(identity, 200, own).as_deref(),
                Ok("https://id.example.com/oauth/token")
            );
        }
        let slash = own.replace("com\",", "com/\",");
        assert!(read("https://id.example.com", 200, &slash).is_ok());
        for (identity, status, body, problem) in [
            (
                "https://other.example.com",
                200,
                own,
                "is for another issuer, https://id.example.com: ",
            ),
            ("https://id.example.com/stem", 200, own, "is for another issuer"),
            (
                "https://id.example.com",
                404,
                "",
                "is not there: the service answered 404",
            ),
            (
                "https://id.example.com",
                302,
                "",
                "is not there: the service answered 302",
            ),
            (
                "https://id.example.com",
                200,
                "{\"issuer\":",
                "JSON that is invalid or truncated",
            ),
            ("https://id.example.com", 200, "", "answered 200 with nothing"),
            ("https://id.example.com", 200, "{}", "names no issuer"),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com"}"#,
                "names no token endpoint",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"http://id.example.com/t"}"#,
                "names a token endpoint that is not an https address",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://evil.example.com/t"}"#,
                "at another origin, https://evil.example.com: secrets are not sent there",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com:8443/t"}"#,
                "at another origin, https://id.example.com:8443: ",
            ),
            (
                "https://id.example.com:8443",
                200,
                r#"{"issuer":"https://id.example.com:8443","token_endpoint":"https://id.example.com/t"}"#,
                "at another origin, https://id.example.com: ",
            ),
            (
                "http://127.0.0.1:8080",
                200,
                r#"{"issuer":"http://127.0.0.1:8080","token_endpoint":"https://127.0.0.1:8080/t"}"#,
                "at another origin, https://127.0.0.1:8080: ",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com./t"}"#,
                "at another origin, https://id.example.com.: ",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://tokens.example.com/t"}"#,
                "at another origin, https://tokens.example.com: ",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com@evil.example.com/t"}"#,
                "not an https address",
            ),
        ] {
            let found = read(identity, status, body).expect_err(problem);
            assert!(found.contains(problem), "{found}");
        }
    }

    #[test]
    fn the_same_origin_may_be_spelled_in_several_ways_and_another_be_allowed() {
        for endpoint in [
            "https://id.example.com:443/t",
            "HTTPS://ID.Example.com/t",
            "https://tokens.example.com:8443/t",
        ] {
            let body = format!(r#"{{"issuer":"https://id.example.com","token_endpoint":"{endpoint}"}}"#);
            assert_eq!(read("https://id.example.com", 200, &body).as_deref(), Ok(endpoint));
            // Nothing else in the document matters, nor how its names are written.
            let body = format!(
                "\u{feff}{}",
                body.replace("issuer", "Issuer").replace('{', r#"{"\ud800":1e400,"#)
            );
            assert_eq!(read("https://id.example.com", 200, &body).as_deref(), Ok(endpoint));
        }
        let mut identity = Identity::at("https://id.example.com").expect("an address");
        for (origin, problem) in [
            (
                "https://id.example.com/hunter2",
                "`https://id.example.com` is the origin",
            ),
            ("http://127.0.0.1:8080", "has another scheme than the identity service"),
            ("http://id.example.com", "is not https"),
            (
                "https://me:hunter2@id.example.com",
                "must not contain a user or a password",
            ),
            ("id.example.com", "is not a URL"),
        ] {
            let error = identity.allow(origin).expect_err(problem).to_string();
            assert!(error.contains(problem) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn addresses_need_https_and_may_have_a_stem() {
        let identity = Identity::at("https://id.example.com/stem/").expect("an address");
        assert_eq!(
            identity.by_convention().token,
            "https://id.example.com/stem/connect/token"
        );
        assert!(Identity::at("http://id.example.com").is_err());
        assert!(Identity::at("http://127.0.0.1:9").is_ok());
    }
}
