//! The filters of the Insights Web API: a function for each, so that nobody writes the name of a filter as text.
//!
//! A filter goes out as `{"id": …, "values": […]}`. Each list takes filters of its own choice, several in a tuple, and
//! the compiler refuses those that the list does not take:
//!
//! | Filter | `list_site_overviews` | `list_site_detail_records` | `list_detail_records` |
//! | --- | --- | --- | --- |
//! | [`module`] | yes | | yes |
//! | [`location`] | yes | | yes |
//! | [`risk_level`], [`exposure_level`], [`sensitivity_level`] | yes | yes | yes |
//! | [`object_type`], [`tag_name`] | | yes | yes |
//! | [`created_by`] | yes | yes | |
//! | [`modified_time`] | | yes | |
//! | [`site_name`], [`username`] | | | yes |
//!
//! ```
//! use avepoint_insights_legacy::types::{ExposureLevel, ListSiteOverviewsRequest, RiskLevel};
//! use avepoint_insights_legacy::{Client, Error, filters};
//!
//! #[allow(deprecated)]
//! async fn risky_items(client: &Client) -> Result<i64, Error> {
//!     let request = ListSiteOverviewsRequest::builder().page_size(100).filters((
//!         filters::risk_level([RiskLevel::High]),
//!         filters::exposure_level([ExposureLevel::Medium, ExposureLevel::High]),
//!         filters::location(["https://contoso.sharepoint.example/sites/harbour"]),
//!     ));
//!     let sites = client.list_site_overviews().body(request).stream().collect_all().await?;
//!     Ok(sites.iter().filter_map(|site| site.risk_item_count).sum())
//! }
//! ```
//!
//! Filters are made to be sent. Read back from JSON, the types that are one of several filters are the variant that `id`
//! says; where the values are none that it takes, the first of all: the members are kept as they came, but the variant tells
//! nothing.

use avepoint_core::{Arguments, CodeOrText, List, OpenEnum, Time};

use crate::types::{
    CreatedByFilter, CreatedByFilterName, ExposureLevel, ExposureLevelFilter, ExposureLevelFilterName, LocationFilter,
    LocationFilterName, ModifiedTimeFilter, ModuleFilter, ModuleFilterName, ObjectType, ObjectTypeFilter,
    ObjectTypeFilterName, RiskLevel, RiskLevelFilter, RiskLevelFilterName, SensitivityLevel, SensitivityLevelFilter,
    SensitivityLevelFilterName, SiteNameFilter, SiteNameFilterName, TagNameFilter, TagNameFilterName, UsernameFilter,
    UsernameFilterName, WorkspaceType, builder,
};

/// Keeps what lies in workspaces of these kinds.
pub fn module(kinds: impl IntoIterator<Item = WorkspaceType>) -> ModuleFilter {
    ModuleFilter {
        id: Some(ModuleFilterName::ByModule),
        values: codes(kinds),
    }
}

/// Keeps objects of these kinds.
pub fn object_type(kinds: impl IntoIterator<Item = ObjectType>) -> ObjectTypeFilter {
    ObjectTypeFilter {
        id: Some(ObjectTypeFilterName::ByObjectType),
        values: codes(kinds),
    }
}

/// Keeps what is this sensitive.
pub fn sensitivity_level(levels: impl IntoIterator<Item = SensitivityLevel>) -> SensitivityLevelFilter {
    SensitivityLevelFilter {
        id: Some(SensitivityLevelFilterName::BySensitivityLevel),
        values: codes(levels),
    }
}

/// Keeps what is this widely exposed.
pub fn exposure_level(levels: impl IntoIterator<Item = ExposureLevel>) -> ExposureLevelFilter {
    ExposureLevelFilter {
        id: Some(ExposureLevelFilterName::ByExposureLevel),
        values: codes(levels),
    }
}

/// Keeps what is at this risk.
pub fn risk_level(levels: impl IntoIterator<Item = RiskLevel>) -> RiskLevelFilter {
    RiskLevelFilter {
        id: Some(RiskLevelFilterName::ByRiskLevel),
        values: codes(levels),
    }
}

/// Keeps what lies at these URLs, of objects or of site collections. Blanks in them may stand as they are.
pub fn location(urls: impl IntoIterator<Item = impl Into<String>>) -> LocationFilter {
    LocationFilter {
        id: Some(LocationFilterName::ByLocation),
        values: texts(urls),
    }
}

/// Keeps what lies in sites of these names.
pub fn site_name(names: impl IntoIterator<Item = impl Into<String>>) -> SiteNameFilter {
    SiteNameFilter {
        id: Some(SiteNameFilterName::BySiteName),
        values: texts(names),
    }
}

/// Keeps what has these tags, which must exist in Insights.
pub fn tag_name(names: impl IntoIterator<Item = impl Into<String>>) -> TagNameFilter {
    TagNameFilter {
        id: Some(TagNameFilterName::ByTagName),
        values: texts(names),
    }
}

/// Keeps what these users created, by their e-mail addresses.
pub fn created_by(emails: impl IntoIterator<Item = impl Into<String>>) -> CreatedByFilter {
    CreatedByFilter {
        id: Some(CreatedByFilterName::ByCreator),
        values: texts(emails),
    }
}

/// Keeps what belongs to these users of Insights, by the e-mail addresses they have in its user management.
pub fn username(emails: impl IntoIterator<Item = impl Into<String>>) -> UsernameFilter {
    UsernameFilter {
        id: Some(UsernameFilterName::ByUsername),
        values: texts(emails),
    }
}

/// Keeps what was last changed at these times: two of them are the beginning and the end of a period. More than two are
/// refused when the request is sent, and so is what is no time.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use avepoint_insights_legacy::avepoint_core::Error;
/// use avepoint_insights_legacy::filters;
///
/// let last_quarter = filters::modified_time(["2025-10-01T00:00:00Z", "2025-12-31T23:59:59Z"]).build()?;
/// assert_eq!(last_quarter.values[1].as_str(), "2025-12-31T23:59:59Z");
///
/// let now = SystemTime::now();
/// let last_week = filters::modified_time([now - Duration::from_secs(7 * 24 * 60 * 60), now]);
/// # let _ = last_week;
/// # Ok::<(), Error>(())
/// ```
pub fn modified_time<M>(times: impl Arguments<Time, M>) -> builder::ModifiedTimeFilter {
    ModifiedTimeFilter::builder().values(times)
}

/// The documented requests spell codes as text.
fn codes<T: OpenEnum>(codes: impl IntoIterator<Item = T>) -> List<CodeOrText<T>> {
    codes.into_iter().map(CodeOrText::in_text).collect()
}

fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> List<String> {
    texts.into_iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{DetailRecordFilter, SiteDetailRecordFilter, SiteOverviewFilter};
    use serde_json::{json, to_value};

    fn last_quarter() -> ModifiedTimeFilter {
        let filter = modified_time(["2025-10-01T00:00:00Z", "2025-12-31T23:59:59Z"]);
        filter.build().expect("times")
    }

    #[test]
    fn the_filters_of_site_overviews_are_those_of_the_example() {
        let filters: [SiteOverviewFilter; 6] = [
            risk_level([RiskLevel::Medium, RiskLevel::High, RiskLevel::NoRiskDefinitionApplied]).into(),
            location(["https://contoso.sharepoint.example/sites/harbour"]).into(),
            exposure_level([ExposureLevel::High]).into(),
            module([WorkspaceType::MicrosoftTeams, WorkspaceType::SharePointOnline]).into(),
            created_by(["ines.moreau@contoso.example"]).into(),
            sensitivity_level([SensitivityLevel::Medium, SensitivityLevel::High]).into(),
        ];
        let expected = json!([
            { "id": "riskLevel", "values": ["2", "3", "-2"] },
            { "id": "location", "values": ["https://contoso.sharepoint.example/sites/harbour"] },
            { "id": "exposureLevel", "values": ["3"] },
            { "id": "module", "values": ["1", "2"] },
            { "id": "createdBy", "values": ["ines.moreau@contoso.example"] },
            { "id": "sensitivityLevel", "values": ["2", "3"] },
        ]);
        assert_eq!(to_value(filters).expect("JSON"), expected);
    }

    #[test]
    fn the_filters_of_one_sites_records_are_those_of_the_example() {
        let filters: [SiteDetailRecordFilter; 7] = [
            risk_level([RiskLevel::Low, RiskLevel::Medium, RiskLevel::High]).into(),
            exposure_level([ExposureLevel::Medium, ExposureLevel::High]).into(),
            last_quarter().into(),
            tag_name(["Reviewed"]).into(),
            object_type([ObjectType::File, ObjectType::Item]).into(),
            created_by(["ines.moreau@contoso.example"]).into(),
            sensitivity_level([SensitivityLevel::Medium, SensitivityLevel::High]).into(),
        ];
        let expected = json!([
            { "id": "riskLevel", "values": ["1", "2", "3"] },
            { "id": "exposureLevel", "values": ["2", "3"] },
            { "id": "modifiedTime", "values": ["2025-10-01T00:00:00Z", "2025-12-31T23:59:59Z"] },
            { "id": "tagName", "values": ["Reviewed"] },
            { "id": "objectType", "values": ["2", "3"] },
            { "id": "createdBy", "values": ["ines.moreau@contoso.example"] },
            { "id": "sensitivityLevel", "values": ["2", "3"] },
        ]);
        assert_eq!(to_value(filters).expect("JSON"), expected);
    }

    #[test]
    fn the_filters_of_all_records_are_those_of_the_example() {
        let berths = "https://contoso.sharepoint.example/sites/harbour/plans/berths 2026.xlsx";
        let filters: [DetailRecordFilter; 9] = [
            risk_level([RiskLevel::Medium, RiskLevel::High]).into(),
            location([berths]).into(),
            site_name(["Harbour"]).into(),
            exposure_level([ExposureLevel::High]).into(),
            module([WorkspaceType::SharePointOnline, WorkspaceType::OneDrive]).into(),
            tag_name(["Reviewed"]).into(),
            object_type([ObjectType::File, ObjectType::Library]).into(),
            sensitivity_level([SensitivityLevel::High, SensitivityLevel::NoSensitivityDefinitionApplied]).into(),
            username(["jonas.weber@contoso.example"]).into(),
        ];
        let expected = json!([
            { "id": "riskLevel", "values": ["2", "3"] },
            { "id": "location", "values": [berths] },
            { "id": "siteName", "values": ["Harbour"] },
            { "id": "exposureLevel", "values": ["3"] },
            { "id": "module", "values": ["2", "3"] },
            { "id": "tagName", "values": ["Reviewed"] },
            { "id": "objectType", "values": ["2", "14"] },
            { "id": "sensitivityLevel", "values": ["3", "-2"] },
            { "id": "username", "values": ["jonas.weber@contoso.example"] },
        ]);
        assert_eq!(to_value(filters).expect("JSON"), expected);
    }

    #[test]
    fn a_code_that_nobody_documented_goes_out_as_it_was_given() {
        let filter = object_type([ObjectType::from(15), ObjectType::from("2"), ObjectType::from("x")]);
        let expected = json!({ "id": "objectType", "values": ["15", "2", "x"] });
        assert_eq!(to_value(filter).expect("JSON"), expected);
    }
}
