//! What the environment says of a client.

use std::env::VarError;
use std::fmt::Display;

use crate::client::{ApiClient, ClientBuilder};
use crate::cloud::{Cloud, Region, parse_base_url};
use crate::error::Error;

const CLOUD: &str = "AVEPOINT_CLOUD";
const REGION: &str = "AVEPOINT_REGION";
const BASE_URL: &str = "AVEPOINT_BASE_URL";

impl<C: ApiClient> ClientBuilder<C> {
    /// Configures the client from the process's environment: for the same cloud as `EnvironmentCredential` of
    /// `avepoint-auth`, which reads `AVEPOINT_CLOUD` too.
    ///
    /// | Variable | What it holds |
    /// | --- | --- |
    /// | `AVEPOINT_CLOUD` | as for [`cloud`](ClientBuilder::cloud): `commercial`, `us-government`, `aos2` or `fedramp` |
    /// | `AVEPOINT_REGION` | as for [`region`](ClientBuilder::region), such as `us`; an API without regions does not read it |
    /// | `AVEPOINT_BASE_URL` | as for [`base_url`](ClientBuilder::base_url), such as that of the sandbox |
    ///
    /// A variable that is not set, or empty, leaves the builder unchanged. White space around a value is ignored.
    ///
    /// ```
    /// use avepoint_core::{ApiClient, ClientBuilder, Error, StaticToken};
    ///
    /// fn from_environment<C: ApiClient>(builder: ClientBuilder<C>, token: StaticToken) -> Result<C, Error> {
    ///     builder.environment()?.credential(token).build()
    /// }
    /// ```
    ///
    /// # Errors
    /// A configuration error that names the variable that is wrong.
    pub fn environment(self) -> Result<Self, Error> {
        self.variables(|name| std::env::var(name))
    }

    fn variables(mut self, variable: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let get = |name| match variable(name) {
            Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(wrong(name, "it is not valid Unicode")),
        };
        if let Some(cloud) = get(CLOUD)? {
            self = self.cloud(cloud.parse::<Cloud>().map_err(|error| wrong(CLOUD, error.message()))?);
        }
        if !C::REGIONS.is_empty()
            && let Some(region) = get(REGION)?
        {
            self = self.region(
                region
                    .parse::<Region>()
                    .map_err(|error| wrong(REGION, error.message()))?,
            );
        }
        if let Some(url) = get(BASE_URL)? {
            parse_base_url(&url).map_err(|error| wrong(BASE_URL, error.message()))?;
            self = self.base_url(url);
        }
        Ok(self)
    }
}

fn wrong(name: &str, problem: impl Display) -> Error {
    Error::configuration(format!("{name} is wrong: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Service;
    use crate::credential::StaticToken;
    use crate::session::Session;

    /// A client of a service with regions, and of one without.
    #[derive(Debug)]
    struct Regional(Session);
    #[derive(Debug)]
    struct Global(Session);

    impl ApiClient for Regional {
        const SERVICE: Service = Service::Insights;
        const REGIONS: &'static [&'static str] = &["us", "we"];
        const SECRETS: &'static [&'static str] = &[];
        const AGENT: &'static str = "regional";

        fn from_session(session: Session) -> Self {
            Regional(session)
        }
    }

    impl ApiClient for Global {
        const SERVICE: Service = Service::Elements;
        const REGIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const AGENT: &'static str = "global";

        fn from_session(session: Session) -> Self {
            Global(session)
        }
    }

    fn client<C: ApiClient>(variables: &[(&str, &str)]) -> Result<C, Error> {
        let get = |name: &str| {
            let variable = variables.iter().find(|(known, _)| *known == name);
            variable
                .map(|(_, value)| (*value).to_owned())
                .ok_or(VarError::NotPresent)
        };
        let builder = ClientBuilder::<C>::default().variables(get)?;
        builder.credential(StaticToken::new("token")).build()
    }

    fn base_url<C: ApiClient>(variables: &[(&str, &str)], session: impl Fn(&C) -> &Session) -> String {
        session(&client(variables).unwrap()).base_url().to_string()
    }

    #[test]
    fn what_is_set_counts_and_what_is_empty_does_not() {
        let global = |variables: &[_]| base_url::<Global>(variables, |client| &client.0);
        assert_eq!(global(&[]), "https://graph.avepointonlineservices.com/");
        assert_eq!(
            global(&[(CLOUD, " us-government\n"), (REGION, "of another API"), (BASE_URL, "")]),
            "https://graph-gov.avepointonlineservices.com/"
        );
        assert_eq!(
            global(&[(CLOUD, "aos2"), (BASE_URL, "http://127.0.0.1:8090")]),
            "http://127.0.0.1:8090/"
        );
        let regional = |variables: &[_]| base_url::<Regional>(variables, |client| &client.0);
        assert_eq!(
            regional(&[(REGION, "we")]),
            "https://graph-we.avepointonlineservices.com/"
        );
    }

    #[test]
    fn the_variable_that_is_wrong_is_named() {
        for (name, value, says) in [
            (CLOUD, "moon", "AVEPOINT_CLOUD is wrong: there is no cloud `moon`"),
            (REGION, "moon", "AVEPOINT_REGION is wrong: there is no region `moon`"),
            (BASE_URL, "http://example.com", "AVEPOINT_BASE_URL is wrong: "),
            (
                BASE_URL,
                "https://ada:pass-word@example.com",
                "AVEPOINT_BASE_URL is wrong: ",
            ),
        ] {
            let error = client::<Regional>(&[(name, value)]).unwrap_err();
            assert!(error.is_configuration());
            let text = format!("{error} {error:#?}");
            assert!(text.contains(says), "{text}");
            assert!(!text.contains("pass-word"), "{text}");
        }
        let builder = ClientBuilder::<Global>::default();
        let broken = builder.variables(|_| Err(VarError::NotUnicode("\u{fffd}".into())));
        let error = broken.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(
            error.contains("AVEPOINT_CLOUD is wrong: it is not valid Unicode"),
            "{error}"
        );
    }
}
