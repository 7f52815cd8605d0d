//! What a user of the crate relies on, as far as no server is needed.

use avepoint_insights::avepoint_core::{ApiClient, ClientBuilder, ErrorKind};
use avepoint_insights::{Client, Cloud, Error, Region, StaticToken};

/// The regions of the newer Insights API, as its page names them.
const REGIONS: [&str; 20] = [
    "au", "sg", "ca", "ne", "we", "fr", "de", "jp", "kr", "ch", "uk", "us", "uae", "za", "qa", "gcp-au", "gcp-jp",
    "gcp-us", "gcp-we", "gcp-kr",
];

fn builder() -> ClientBuilder<Client> {
    Client::builder().credential(StaticToken::new("token"))
}

fn address(client: Result<Client, Error>) -> String {
    let client = client.unwrap_or_else(|error| panic!("{error}"));
    client.session().base_url().to_string()
}

fn refusal(builder: ClientBuilder<Client>) -> String {
    let error = builder.build().expect_err("no client");
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    error.to_string()
}

#[test]
fn a_client_is_made_with_a_region() {
    let client = builder().region(Region::UnitedStates).build();
    assert_eq!(address(client), "https://graph-us.avepointonlineservices.com/");
}

#[test]
fn every_region_has_its_host() {
    assert_eq!(Client::REGIONS, REGIONS);
    for code in REGIONS {
        let region = code.parse().unwrap_or_else(|error| panic!("{error}"));
        let expected = format!("https://graph-{code}.avepointonlineservices.com/");
        assert_eq!(address(builder().region(region).build()), expected);
    }
}

#[test]
fn without_a_region_there_is_no_client_of_the_commercial_cloud() {
    for builder in [builder(), builder().cloud(Cloud::Commercial)] {
        let line = refusal(builder);
        assert!(line.contains("choose one with `region`"), "{line}");
    }
}

#[test]
fn the_other_clouds_have_one_host_and_no_region() {
    for (cloud, host) in [
        (Cloud::UsGovernment, "graph-gov.avepointonlineservices.com"),
        (Cloud::Aos2, "graph-aos2.avepointonlineservices.com"),
        (Cloud::FedRamp, "graphusgovapi.online15.net"),
    ] {
        assert_eq!(address(builder().cloud(cloud).build()), format!("https://{host}/"));
        let line = refusal(builder().cloud(cloud).region(Region::UnitedStates));
        assert!(
            line.contains(&format!("the {} cloud", cloud.name())) && line.contains("no region `us`"),
            "{line}"
        );
    }
}

#[test]
fn a_region_of_another_api_is_refused() {
    let line = refusal(builder().region(Region::China));
    assert!(line.contains("no region `cn`") && line.contains("au, sg, ca"), "{line}");
    // Who gives the whole address knows where it leads.
    let client = builder().region(Region::China).base_url("https://insights.example/");
    assert_eq!(address(client.build()), "https://insights.example/");
}
