//! What a user of the crate relies on, as far as no server is needed.

use avepoint_elements_v3::types::{CustomerId, TenantId};
use avepoint_elements_v3::{Client, Cloud, StaticToken};

#[test]
fn a_client_is_made_in_one_line_and_shared_freely() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}

    let client = Client::builder()
        .cloud(Cloud::UsGovernment)
        .credential(StaticToken::new("token"))
        .build();
    let client = client.expect("a client");
    is_shared(&client);
    assert_eq!(
        client.session().base_url(),
        "https://graph-gov.avepointonlineservices.com/"
    );
    let sent = client.get_tenant().customer_id("c").tenant_id("t").send();
    fn is_send<T: Send>(_: &T) {}
    is_send(&sent);
}

#[test]
fn without_a_credential_there_is_no_client() {
    let error = Client::builder().build().expect_err("no credential");
    assert!(error.to_string().contains("`credential`"), "{error}");
}

#[test]
fn ids_are_made_from_text_and_refuse_what_is_no_segment_of_a_path() {
    assert_eq!(CustomerId::try_from("c-1").expect("an id").as_str(), "c-1");
    for bad in ["", "  ", ".", ".."] {
        assert!(TenantId::try_from(bad).is_err(), "{bad:?}");
    }
}

#[cfg(feature = "schemars")]
#[test]
fn every_type_has_a_json_schema() {
    use avepoint_elements_v3::types::{Customer, OnboardCustomerRequest};

    let schema = schemars::schema_for!(OnboardCustomerRequest);
    let required: Vec<_> = schema
        .get("required")
        .and_then(|names| names.as_array())
        .into_iter()
        .flatten()
        .collect();
    assert!(required.iter().any(|name| *name == "countryCode"), "{schema:?}");
    assert_eq!(schema.pointer("/properties/password/writeOnly"), Some(&true.into()));
    let schema = schemars::schema_for!(Customer);
    assert!(schema.pointer("/properties/tenants").is_some(), "{schema:?}");
}
