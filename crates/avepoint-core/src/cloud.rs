//! The clouds and regions in which the services run, and the addresses they have there.

use reqwest::Url;

use crate::error::Error;

/// The service a client talks to; the clouds address them differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Elements: one host for all regions of a cloud.
    Elements,
    /// Insights: in the commercial cloud a host for each region.
    Insights,
}

/// A cloud: where tokens are issued and where the APIs answer.
///
/// ```
/// use avepoint_core::{Cloud, Service};
///
/// let url = Cloud::UsGovernment.base_url(Service::Elements, None)?;
/// assert_eq!(url, "https://graph-gov.avepointonlineservices.com/");
/// # Ok::<(), avepoint_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The commercial cloud.
    #[default]
    Commercial,
    /// The cloud of the US government.
    UsGovernment,
    /// AvePoint Online Services 2.
    Aos2,
    /// The FedRAMP cloud, run by Project Hosts.
    FedRamp,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: [Cloud; 4] = [Cloud::Commercial, Cloud::UsGovernment, Cloud::Aos2, Cloud::FedRamp];

    /// The name used in configuration and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Cloud::Commercial => "commercial",
            Cloud::UsGovernment => "us-government",
            Cloud::Aos2 => "aos2",
            Cloud::FedRamp => "fedramp",
        }
    }

    /// The host that issues tokens.
    pub const fn identity_host(self) -> &'static str {
        match self {
            Cloud::Commercial => "identity.avepointonlineservices.com",
            Cloud::UsGovernment => "identity-gov.avepointonlineservices.com",
            Cloud::Aos2 => "identity-aos2.avepointonlineservices.com",
            Cloud::FedRamp => "identity.online15.net",
        }
    }

    /// The address of a service.
    ///
    /// # Errors
    /// A configuration error where the service has a host for each region and none was chosen, or one was chosen that
    /// the cloud does not have.
    pub fn base_url(self, service: Service, region: Option<Region>) -> Result<String, Error> {
        let host = match (self, service, region) {
            (Cloud::Commercial, Service::Insights, Some(region)) => {
                format!("graph-{}.avepointonlineservices.com", region.code())
            }
            (Cloud::Commercial, Service::Insights, None) => {
                return Err(Error::configuration(
                    "Insights has a host for each region of the commercial cloud: choose one with `region`",
                ));
            }
            (_, _, Some(region)) => {
                return Err(Error::configuration(format!(
                    "the {} cloud has one host for {service:?} and no region `{}`: leave `region` out",
                    self.name(),
                    region.code()
                )));
            }
            (Cloud::Commercial, Service::Elements, None) => "graph.avepointonlineservices.com".to_owned(),
            (Cloud::UsGovernment, _, None) => "graph-gov.avepointonlineservices.com".to_owned(),
            (Cloud::Aos2, _, None) => "graph-aos2.avepointonlineservices.com".to_owned(),
            (Cloud::FedRamp, _, None) => "graphusgovapi.online15.net".to_owned(),
        };
        Ok(format!("https://{host}/"))
    }
}

impl std::str::FromStr for Cloud {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Cloud::ALL
            .into_iter()
            .find(|cloud| cloud.name() == name)
            .ok_or_else(|| {
                let names = Cloud::ALL.map(Cloud::name).join(", ");
                Error::configuration(format!("there is no cloud `{name}`; there are: {names}"))
            })
    }
}

macro_rules! regions {
    ($($variant:ident = $code:literal, $place:literal;)*) => {
        /// A region of the commercial cloud, where Insights keeps its data.
        ///
        /// The vendor's overview gives the location of each:
        /// <https://github.com/AvePoint/cloud-api/blob/main/docs/docs/Overview.md>.
        ///
        /// ```
        /// use avepoint_core::Region;
        ///
        /// assert_eq!("we".parse::<Region>()?, Region::Netherlands);
        /// assert!("mars".parse::<Region>().is_err());
        /// # Ok::<(), avepoint_core::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Region {
            $( #[doc = $place] $variant, )*
        }

        impl Region {
            /// Every region.
            pub const ALL: &'static [Region] = &[ $( Region::$variant, )* ];

            /// The code in the host's name.
            pub const fn code(self) -> &'static str {
                match self { $( Region::$variant => $code, )* }
            }
        }
    };
}

regions! {
    Australia = "au", "Australia.";
    Singapore = "sg", "Singapore.";
    Canada = "ca", "Canada (Toronto).";
    Ireland = "ne", "North Europe (Ireland).";
    Netherlands = "we", "West Europe (Netherlands).";
    France = "fr", "France (Paris).";
    Germany = "de", "Germany (Frankfurt).";
    Japan = "jp", "Japan (Osaka).";
    Korea = "kr", "Korea (Seoul).";
    Switzerland = "ch", "Switzerland (Zurich).";
    UnitedKingdom = "uk", "United Kingdom (London).";
    UnitedStates = "us", "United States (East).";
    UnitedArabEmirates = "uae", "United Arab Emirates (Dubai).";
    SouthAfrica = "za", "South Africa (Johannesburg).";
    Qatar = "qa", "Qatar (Doha).";
    China = "cn", "China North. The Insights Web API alone documents it; a client of the newer API refuses it.";
    GoogleAustralia = "gcp-au", "Google Cloud, Australia (Sydney).";
    GoogleJapan = "gcp-jp", "Google Cloud, Japan (Tokyo).";
    GoogleUnitedStates = "gcp-us", "Google Cloud, United States (Moncks Corner).";
    GoogleNetherlands = "gcp-we", "Google Cloud, Netherlands (Eemshaven).";
    GoogleKorea = "gcp-kr", "Google Cloud, Korea (Seoul).";
}

impl std::str::FromStr for Region {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self, Error> {
        Region::ALL
            .iter()
            .copied()
            .find(|region| region.code() == code)
            .ok_or_else(|| {
                let codes: Vec<_> = Region::ALL.iter().map(|region| region.code()).collect();
                Error::configuration(format!("there is no region `{code}`; there are: {}", codes.join(", ")))
            })
    }
}

/// Parses a base URL to which a token may be sent: https, or plain http to this machine only.
///
/// ```
/// use avepoint_core::parse_base_url;
///
/// assert_eq!(parse_base_url("HTTPS://API.example.com:443/stem")?, "https://api.example.com/stem");
/// assert!(parse_base_url("http://api.example.com/").is_err());
/// # Ok::<(), avepoint_core::Error>(())
/// ```
///
/// # Errors
/// A configuration error that says what is wrong with the address.
pub fn parse_base_url(text: &str) -> Result<String, Error> {
    base_url(text).map(String::from)
}

const WHOLE_ADDRESS: &str = "write all of it, as `https://api.example.com`";

/// The same, to be worked with.
///
/// # Errors
/// A configuration error that says what is wrong with the address.
pub fn base_url(text: &str) -> Result<Url, Error> {
    // A password may stand in it, so that it is not shown.
    let url = Url::parse(text)
        .map_err(|error| Error::configuration(format!("the address is not a URL: {error}; {WHOLE_ADDRESS}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::configuration("a base URL must not contain a user or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::configuration(
            "a base URL must not contain a query or a fragment",
        ));
    }
    if may_carry_token(&url) {
        Ok(url)
    } else {
        // Without `https://` before it a host or a user is taken for the scheme, and a password for the path.
        Err(Error::configuration(match url.scheme() {
            "http" => format!(
                "`{}` is not https; tokens are sent over plain http to this machine only",
                url.origin().ascii_serialization()
            ),
            _ => format!("the address is not https; {WHOLE_ADDRESS}"),
        }))
    }
}

/// Whether a token may go to an address: https, or this machine.
pub(crate) fn may_carry_token(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => match url.host_str() {
            Some("localhost") => true,
            Some(host) => host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insights_needs_a_region_in_the_commercial_cloud_only() {
        let region = Some(Region::UnitedStates);
        let url = Cloud::Commercial.base_url(Service::Insights, region).expect("a URL");
        assert_eq!(url, "https://graph-us.avepointonlineservices.com/");
        assert!(Cloud::Commercial.base_url(Service::Insights, None).is_err());
        assert!(Cloud::FedRamp.base_url(Service::Insights, region).is_err());
        assert!(Cloud::Commercial.base_url(Service::Elements, region).is_err());
        for cloud in Cloud::ALL {
            assert!(cloud.base_url(Service::Elements, None).is_ok());
            assert_eq!(cloud.name().parse::<Cloud>().expect("its own name"), cloud);
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "https://api.example.com/",
            "http://127.0.0.1:80/",
            "http://[::1]:9/",
            "http://localhost/stem",
        ] {
            assert!(parse_base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "ftp://127.0.0.1/",
            "https://user:secret@example.com/",
            "user:secret@example.com/",
            "secret:443/",
            "secret://example.com/",
            "http://example.com/secret",
            "https://example.com/?a=b",
            "nonsense",
        ] {
            let error = parse_base_url(bad).expect_err(bad).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        for bad in ["x.example.com", "x.example.com:443", "x.example.com/stem"] {
            let error = parse_base_url(bad).expect_err(bad).to_string();
            assert!(
                error.ends_with("write all of it, as `https://api.example.com`"),
                "{error}"
            );
        }
    }
}
