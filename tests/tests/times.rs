//! Times: the setters of every API take the same things, whatever is written on the wire.

use std::time::{Duration, SystemTime};

use avepoint_core::{PreparedRequest, Time};
use avepoint_tests::client::client_of;
use serde_json::json;

const BASE_URL: &str = "https://api.contoso.example";

/// 2026-01-31T12:00:00Z.
const MOMENT: Duration = Duration::from_secs(1_769_860_800);

/// A request for each form in which a moment may be given.
macro_rules! in_each_form {
    (|$given:ident| $call:expr) => {{
        let moment = SystemTime::UNIX_EPOCH + MOMENT;
        let time = Time::try_from(moment).expect("a time");
        let text = String::from("2026-01-31T12:00:00Z");
        let member_of_an_answer = Some(time.clone());
        in_each_form!(|$given| $call, [
            moment,
            jiff::Timestamp::UNIX_EPOCH + MOMENT,
            &time,
            time,
            text.as_str(),
            &text,
            text,
            "2026-01-31T12:00:00",
            Some(moment),
            &member_of_an_answer,
            member_of_an_answer
        ])
    }};
    (|$given:ident| $call:expr, [$($form:expr),+]) => {
        [$({
            let $given = $form;
            prepared($call.dry_run())
        }),+]
    };
}

fn prepared(request: Result<PreparedRequest, avepoint_core::Error>) -> PreparedRequest {
    request.expect("a request that the specification allows")
}

#[test]
fn elements_takes_a_moment_in_each_form() {
    use avepoint_elements_v3::Client;
    use avepoint_elements_v3::types::UpdateUserBirthdayRequest;

    let client = client_of(Client::builder(), BASE_URL);
    let call = || {
        client
            .update_user_birthday()
            .customer_id("c")
            .tenant_id("t")
            .user_id("u")
    };
    for request in in_each_form!(|given| call().body(UpdateUserBirthdayRequest::builder().birthday(given))) {
        assert_eq!(request.body(), Some(&json!({ "birthday": "2026-01-31T12:00:00Z" })));
    }
    // As services write them in answers.
    for (arrived, sent) in [
        ("2026-01-31T12:00:00.5", "2026-01-31T12:00:00.5Z"),
        ("2026-01-31", "2026-01-31T00:00:00Z"),
    ] {
        let time: Time = serde_json::from_value(json!(arrived)).expect("a time");
        let request = call().body(UpdateUserBirthdayRequest::builder().birthday(&time));
        assert_eq!(prepared(request.dry_run()).body(), Some(&json!({ "birthday": sent })));
    }
}

#[test]
fn insights_takes_a_moment_in_each_form() {
    use avepoint_insights::Client;

    let client = client_of(Client::builder(), BASE_URL);
    let call = || {
        client
            .export_object_activities()
            .path("p")
            .finish_time("2026-02-28T23:59:59")
    };
    for request in in_each_form!(|given| call().start_time(given)) {
        let (_, query) = request.url().split_once('?').expect("a query");
        assert_eq!(
            query,
            "finishTime=2026-02-28T23%3A59%3A59&startTime=2026-01-31T12%3A00%3A00"
        );
    }
}

#[test]
#[allow(deprecated, reason = "every operation of this API is")]
fn the_insights_web_api_takes_a_moment_in_each_form() {
    use avepoint_insights_legacy::types::{ExportSharingLinksRequest, LinkType};
    use avepoint_insights_legacy::{Client, filters};

    let client = client_of(Client::builder(), BASE_URL);
    let body = || ExportSharingLinksRequest::builder().export_link_type(LinkType::Anyone);
    for request in in_each_form!(|given| client.export_sharing_links().body(body().start_time(given))) {
        assert_eq!(request.body().expect("a body")["startTime"], "2026-01-31T12:00:00");
    }
    let call = || client.list_site_detail_records();
    for request in in_each_form!(|given| call().body_map(|body| {
        body.site_id("s")
            .page_size(1)
            .filters([filters::modified_time([given])])
    })) {
        let values = &request.body().expect("a body")["filters"][0]["values"];
        assert_eq!(values, &json!(["2026-01-31T12:00:00Z"]));
    }
}
