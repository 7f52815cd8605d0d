//! What a user of the crate relies on, as far as no server is needed.

use avepoint_insights_legacy::avepoint_core::ApiClient;
use avepoint_insights_legacy::{Client, Region, StaticToken};

#[test]
fn every_region_has_its_host_and_china_is_one() {
    assert_eq!(Client::REGIONS.len(), Region::ALL.len());
    assert!(Client::REGIONS.contains(&Region::China.code()));
    for region in Region::ALL {
        let client = Client::builder().region(*region).credential(StaticToken::new("token"));
        let client = client.build().unwrap_or_else(|error| panic!("{error}"));
        let expected = format!("https://graph-{}.avepointonlineservices.com/", region.code());
        assert_eq!(client.session().base_url(), expected);
    }
}
