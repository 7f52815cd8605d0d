//! The filters of the Insights Web API over a real socket: what the typed constructors make goes out as the example of
//! the spec, and what is called by name goes out as it was given.

// The vendor has deprecated the whole API.
#![allow(deprecated)]

use std::sync::LazyLock;

use avepoint_insights_legacy::{Client, dynamic, filters, types};
use avepoint_tests::client::client_of;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::{Case, cases};
use serde_json::{Value, json};
use types::{ExposureLevel, ObjectType, ReportLanguage, RiskLevel, SensitivityLevel, WorkspaceType};

const INES: &str = "ines.moreau@contoso.example";

/// The operations that take filters.
const FILTERED: [&str; 3] = ["listSiteOverviews", "listSiteDetailRecords", "listDetailRecords"];

fn case(id: &str) -> &'static Case {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases("insights-legacy"));
    let found = CASES.iter().find(|case| case.id == id);
    found.unwrap_or_else(|| panic!("there is no operation {id}"))
}

async fn answering(id: &str) -> (Server, Client) {
    let server = Server::always(Reply::json(200, case(id).answer.as_ref().expect("an example"))).await;
    let client = client_of(Client::builder(), &server.url());
    (server, client)
}

/// The one body that the server received is the example, to the letter.
fn assert_example_was_sent(server: &Server, id: &str) {
    let (received, case) = (server.received(), case(id));
    assert_eq!(received.len(), 1, "{id}");
    assert_eq!(received[0].path, case.template);
    assert_eq!(received[0].json(), *case.body.as_ref().expect("an example"), "{id}");
}

#[tokio::test]
async fn site_overviews_are_asked_for_as_in_the_example() {
    let (server, client) = answering("listSiteOverviews").await;
    let request = types::ListSiteOverviewsRequest::builder()
        .filters((
            filters::risk_level([RiskLevel::Medium, RiskLevel::High, RiskLevel::NoRiskDefinitionApplied]),
            filters::location(["https://contoso.sharepoint.example/sites/harbour"]),
            filters::exposure_level([ExposureLevel::High]),
            filters::module([WorkspaceType::MicrosoftTeams, WorkspaceType::SharePointOnline]),
            filters::created_by([INES]),
            filters::sensitivity_level([SensitivityLevel::Medium, SensitivityLevel::High]),
        ))
        .token("c2l0ZXN8MTAwfGhhcmJvdXI".to_owned())
        .page_size(50);
    let page = client.list_site_overviews().body(request).send().await.expect("a page");
    assert_eq!(page.results.len(), 1);
    assert_example_was_sent(&server, "listSiteOverviews");
}

#[tokio::test]
async fn detail_records_of_a_site_are_asked_for_as_in_the_example() {
    let (server, client) = answering("listSiteDetailRecords").await;
    let request = types::ListSiteDetailRecordsRequest::builder()
        .filters((
            filters::risk_level([RiskLevel::Low, RiskLevel::Medium, RiskLevel::High]),
            filters::exposure_level([ExposureLevel::Medium, ExposureLevel::High]),
            filters::modified_time(["2025-10-01T00:00:00Z", "2025-12-31T23:59:59Z"]),
            filters::tag_name(["Reviewed"]),
            filters::object_type([ObjectType::File, ObjectType::Item]),
            filters::created_by([INES]),
            filters::sensitivity_level([SensitivityLevel::Medium, SensitivityLevel::High]),
        ))
        .site_id("b84e61d9-27c3-4f05-8a9b-d0e2f4a6c813")
        .token("cmVjb3Jkc3xoYXJib3VyfDEwMA".to_owned())
        .language(ReportLanguage::English)
        .page_size(100);
    let sent = client.list_site_detail_records().body(request).send().await;
    sent.expect("a page");
    assert_example_was_sent(&server, "listSiteDetailRecords");
}

#[tokio::test]
async fn detail_records_of_all_sites_are_asked_for_as_in_the_example() {
    let (server, client) = answering("listDetailRecords").await;
    let berths = "https://contoso.sharepoint.example/sites/harbour/plans/berths 2026.xlsx";
    let no_definition = SensitivityLevel::NoSensitivityDefinitionApplied;
    let request = types::ListDetailRecordsRequest::builder()
        .filters((
            filters::risk_level([RiskLevel::Medium, RiskLevel::High]),
            filters::location([berths]),
            filters::site_name(["Harbour"]),
            filters::exposure_level([ExposureLevel::High]),
            filters::module([WorkspaceType::SharePointOnline, WorkspaceType::OneDrive]),
            filters::tag_name(["Reviewed"]),
            filters::object_type([ObjectType::File, ObjectType::Library]),
            filters::sensitivity_level([SensitivityLevel::High, no_definition]),
            filters::username(["jonas.weber@contoso.example"]),
        ))
        .token("cmVjb3Jkc3xhbGx8MTAw".to_owned())
        .language(ReportLanguage::Japanese)
        .page_size(100);
    client.list_detail_records().body(request).send().await.expect("a page");
    assert_example_was_sent(&server, "listDetailRecords");
}

/// A filter is told by its `id` alone, which is filled in wherever it stands.
#[tokio::test]
async fn a_filter_of_a_whole_request_goes_out_as_the_one_that_it_is() {
    let (server, client) = answering("listSiteOverviews").await;
    let mut filter = types::CreatedByFilter::default();
    filter.values = vec![INES.to_owned()].into();
    let mut request = types::ListSiteOverviewsRequest::default();
    request.filters = vec![filter.into()].into();
    request.page_size = Some(50);
    client.list_site_overviews().body(request).send().await.expect("a page");
    let sent = server.received().remove(0).json();
    assert_eq!(sent["filters"], json!([{"id": "createdBy", "values": [INES]}]));
    // And back again.
    let read: types::SiteOverviewFilter = serde_json::from_value(sent["filters"][0].clone()).expect("a filter");
    assert!(
        matches!(read, types::SiteOverviewFilter::CreatedByFilter(_)),
        "{read:?}"
    );
}

#[tokio::test]
async fn a_code_or_a_time_too_many_is_refused_before_anything_is_sent() {
    let (server, client) = answering("listSiteDetailRecords").await;
    let times = filters::modified_time(["2025-10-01T00:00:00Z"; 3]);
    let filters: [types::SiteDetailRecordFilter; 2] = [
        times.build().expect("times").into(),
        filters::risk_level([RiskLevel::from("grave")]).into(),
    ];
    for filter in filters {
        let request = types::ListSiteDetailRecordsRequest::builder()
            .filters([filter])
            .site_id("s")
            .page_size(1);
        let error = client.list_site_detail_records().body(request).send().await;
        let error = error.expect_err("no request");
        assert!(
            error.is_invalid_request() && error.to_string().contains("`body.filters[0].values"),
            "{error}"
        );
    }
    assert!(server.received().is_empty());
}

/// Called by name the filters are read from JSON, where any of them is taken for the first that an operation has: that
/// must not change what is sent.
#[tokio::test]
async fn filters_called_by_name_go_out_as_they_were_given() {
    let texts = json!([
        "1",
        "01",
        " 1",
        "+1",
        "-0",
        "1.0",
        "1e3",
        "",
        "true",
        "null",
        "N/A",
        "Ünï \u{1F600}",
        "\"",
        "99999999999999999999"
    ]);
    let mut problems = Vec::new();
    for id in FILTERED {
        let example = &case(id).parameters;
        let names: Vec<_> = example["body"]["filters"]
            .as_array()
            .expect("filters")
            .iter()
            .map(|filter| filter["id"].as_str().expect("a name").to_owned())
            .collect();
        for name in names {
            // Where the spec takes any text, any text goes out; where it takes codes, either form.
            let values: &[Value] = match name.as_str() {
                "modifiedTime" => &[
                    json!(["2025-10-01T00:00:00Z"]),
                    json!(["2025-10-01T00:00:00.0000000+02:00", "2025-12-31T23:59:59Z"]),
                    json!([]),
                ],
                "tagName" | "createdBy" | "username" | "siteName" | "location" => &[texts.clone(), json!([])],
                _ => &[json!([1, "2", 3]), json!(["1", "007", "-2"]), json!([])],
            };
            for values in values {
                let mut parameters = example.clone();
                parameters["body"]["filters"] = json!([{ "id": name, "values": values }]);
                let (server, client) = answering(id).await;
                if let Err(error) = dynamic::call(&client, id, parameters.clone()).await {
                    problems.push(format!("{id} {name} {values}: {error}"));
                    continue;
                }
                let sent = server.received().remove(0).json();
                if sent != parameters["body"] {
                    problems.push(format!("{id} {name}: {values} became {}", sent["filters"]));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
