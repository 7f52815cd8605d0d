//! Where tokens are asked for: the address that the cloud's table gives, or the one that the service itself names.

use avepoint_core::checked_url;
use avepoint_core::redact::Secrets;
use reqwest::Url;
use serde::Deserialize;

use crate::failure::{Failure, shown};
use crate::request::{Answer, Sender};

/// The service that issues tokens.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Without a slash at the end.
    address: String,
    url: Url,
}

impl Identity {
    /// The service at an address: https, or plain http to this machine.
    ///
    /// # Errors
    /// A configuration error for any other address.
    pub(crate) fn at(address: &str) -> Result<Self, avepoint_core::Error> {
        let url = checked_url(address)?;
        Ok(Identity {
            address: url.as_str().trim_end_matches('/').to_owned(),
            url,
        })
    }

    /// Its address, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its host.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The token endpoint by convention.
    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/connect/token", self.address)
    }

    /// The token endpoint that the service names in its discovery document.
    ///
    /// # Errors
    /// A failure where there is no such document, or it speaks for another service.
    pub(crate) async fn discover(&self, sender: &Sender) -> Result<String, Failure> {
        let address = format!("{}/.well-known/openid-configuration", self.address);
        let what = format!("the discovery document of {} cannot be read", self.host());
        let answer = sender.send(&what, |_| Ok(sender.http.get(&address))).await?;
        self.read(&answer)
            .map_err(|problem| Failure::other(format!("the discovery document of {} {problem}", self.host())))
    }

    fn read(&self, answer: &Answer) -> Result<String, String> {
        /// The members that are looked at; there are many more.
        #[derive(Deserialize)]
        struct Document {
            issuer: Option<String>,
            token_endpoint: Option<String>,
        }
        if !answer.status.is_success() {
            return Err(format!(
                "is not there: the service answered {}; do without discovery, or check the identity URL",
                answer.status.as_u16()
            ));
        }
        let document: Document = serde_json::from_slice(&answer.body)
            .map_err(|_| format!("cannot be read: the service {}", answer.no_json(&Secrets::default())))?;
        let issuer = document.issuer.ok_or("names no issuer")?;
        let same = Url::parse(&issuer).is_ok_and(|url| url.as_str().trim_end_matches('/') == self.address);
        if !same {
            return Err(format!(
                "is of another issuer, {}: give that one as the identity URL if it is the right one",
                shown(&issuer, &Secrets::default()).unwrap_or_else(|| "one without a name".to_owned())
            ));
        }
        let endpoint = document.token_endpoint.ok_or("names no token endpoint")?;
        let url = checked_url(&endpoint).map_err(|_| "names a token endpoint that is no https address")?;
        if url.host_str() != self.url.host_str() {
            return Err(format!(
                "names a token endpoint on another host, {}: secrets are not sent there",
                shown(url.host_str().unwrap_or_default(), &Secrets::default()).unwrap_or_default()
            ));
        }
        // As the service spells it: an assertion is held against this text.
        Ok(endpoint)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use jiff::Timestamp;

    use super::*;

    fn read(identity: &str, status: u16, body: &str) -> Result<String, String> {
        let answer = Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            content_type: Some("application/json".to_owned()),
            body: body.as_bytes().to_vec().into(),
            asked_at: Timestamp::UNIX_EPOCH,
        };
        Identity::at(identity).expect("an address").read(&answer)
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
                "is of another issuer, https://id.example.com: ",
            ),
            ("https://id.example.com/stem", 200, own, "is of another issuer"),
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
                "JSON that is broken or cut off",
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
                "names a token endpoint that is no https address",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://evil.example.com/t"}"#,
                "on another host, evil.example.com",
            ),
            (
                "https://id.example.com",
                200,
                r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com@evil.example.com/t"}"#,
                "no https address",
            ),
        ] {
            let found = read(identity, status, body).expect_err(problem);
            assert!(found.contains(problem), "{found}");
        }
    }

    #[test]
    fn addresses_need_https_and_may_have_a_stem() {
        let identity = Identity::at("https://id.example.com/stem/").expect("an address");
        assert_eq!(identity.token_endpoint(), "https://id.example.com/stem/connect/token");
        assert!(Identity::at("http://id.example.com").is_err());
        assert!(Identity::at("http://127.0.0.1:9").is_ok());
    }
}
