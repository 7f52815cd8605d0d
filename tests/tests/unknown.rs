//! What the specification does not know: members of answers, parameters, and calls that are not held against it. And
//! values that are made without a server, which are the same as those that came from one.

use avepoint_core::{CallOptions, Error, Items, Method, Response, UnknownMember, Validation, testing};
use avepoint_elements_v3::types::{CountryCode, Customer, OnboardCustomerRequest};
use avepoint_tests::client::{APIS, AnyClient, client_of, operations};
use avepoint_tests::elements::{builder, case, client};
use avepoint_tests::json::crowded;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::{Case, cases};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn a_call_by_name_gives_the_answer_as_it_came() {
    let mut problems = Vec::new();
    for api in APIS {
        for case in cases(api) {
            let Some(answer) = case.answer.as_ref().map(crowded) else {
                continue;
            };
            let server = Server::always(Reply::json(case.status, &answer)).await;
            let client = AnyClient::new(api, &server.url());
            match client.call_by_name(&case.id, case.parameters.clone()).await {
                Ok(given) if given == answer => {}
                outcome => problems.push(format!("{api} {}: {answer} became {outcome:?}", case.id)),
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));

    // It is read by its type nonetheless: what is no list of customers is none by name.
    let server = Server::always(Reply::json(200, &json!({"data": "none"}))).await;
    let parameters = case("listCustomers").parameters.clone();
    let error = AnyClient::new("elements-v3", &server.url())
        .call_by_name("listCustomers", parameters)
        .await;
    assert!(error.expect_err("no list").is_unreadable());
}

/// The places of all that `crowded` has added.
fn added(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                match &**name {
                    "brandNew" | "" => found.push(at),
                    _ => added(member, &at, found),
                }
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                added(entry, &format!("{place}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn paths(members: &[UnknownMember]) -> Vec<String> {
    let mut paths: Vec<_> = members.iter().map(|member| member.path().to_owned()).collect();
    paths.sort();
    paths
}

/// An operation of this API that is answered so, and the same answer without a server.
macro_rules! kept {
    ($api:literal, $client:ident, $operation:ident, $id:literal, $answer:ident) => {{
        let case = cases($api).into_iter().find(|case| case.id == $id).expect($id);
        let example = case.answer.expect("an example");
        let answer = crowded(&example);
        let server = Server::always(Reply::json(case.status, &answer)).await;
        let client = client_of::<$client::Client>($client::Client::builder(), &server.url());
        let keep = CallOptions::default().keep_unknown_members(true);

        let without = client.$operation().validation(Validation::Off).send().await;
        let without = without.expect("an answer");
        assert_eq!(without.unknown(), [], $api);
        let options = keep.validation(Validation::Off);
        let with = client.$operation().options(options).send().await.expect("an answer");
        let mut expected = Vec::new();
        added(&answer, "", &mut expected);
        expected.sort();
        assert!(expected.len() > 3, "{}: {expected:?}", $api);
        assert_eq!(paths(with.unknown()), expected, $api);
        for member in with.unknown() {
            let value = match member.name() {
                "" => json!(1.5),
                _ => answer["brandNew"].clone(),
            };
            assert_eq!(member.value(), value, "{} {}", $api, member.path());
        }
        assert!(with.unread().is_empty(), "{} {:?}", $api, with.unread());

        let given = Response::<$client::types::$answer>::from_json(&answer).expect("an answer");
        assert_eq!(given.unknown(), with.unknown(), $api);
        let plain: $client::types::$answer = testing::from_json(&example).expect("an answer");
        for value in [&*with, &*without, &*given, &plain] {
            let written = serde_json::to_value(value).expect("JSON");
            assert_eq!(written, serde_json::to_value(&*with).expect("JSON"), $api);
        }
    }};
}

#[tokio::test]
#[allow(deprecated)] // the vendor has replaced a whole API, and here it is one of four
async fn unknown_members_are_kept_where_they_are_wanted_in_each_api() {
    kept!(
        "elements-v3",
        avepoint_elements_v3,
        list_customers,
        "listCustomers",
        CustomerPage
    );
    kept!(
        "elements-legacy",
        avepoint_elements_legacy,
        list_customers,
        "listCustomers",
        CustomerList
    );
    kept!("insights", avepoint_insights, list_users, "listUsers", UserPage);
    kept!(
        "insights-legacy",
        avepoint_insights_legacy,
        list_site_permissions,
        "listSitePermissions",
        SitePermissionPage
    );
}

#[tokio::test]
async fn each_page_has_its_unknown_members_and_shows_no_value_of_them() {
    let page = |id: &str, new: &str| {
        json!({
            "data": [{"id": id, "colour": {"secret": new}}],
            "metadata": {"totalCount": 2, "pageSize": 1},
        })
    };
    let pages = vec![
        Reply::json(200, &page("a", "Sesame-1")),
        Reply::json(200, &page("b", "Sesame-2")),
        Reply::json(200, &json!({"data": [], "now": "never"})),
    ];
    let server = Server::in_turn(pages).await;
    let client = client(&server);
    let keep = client.session().options().clone().keep_unknown_members(true);
    let mut pages = client.list_customers().page_size(1).options(keep).pages();
    let mut kept = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        let shown = format!("{page:?}");
        assert!(!shown.contains("Sesame") && shown.contains("colour"), "{shown}");
        kept.extend(
            page.unknown()
                .iter()
                .map(|member| (member.path().to_owned(), member.value())),
        );
    }
    let colour = |secret: &str| ("data[0].colour".to_owned(), json!({"secret": secret}));
    assert_eq!(kept, [colour("Sesame-1"), colour("Sesame-2")]);
}

#[tokio::test]
async fn one_call_alone_is_not_held_against_the_specification() {
    let list = case("listCustomers").answer.clone().expect("an example");
    let server = Server::always(Reply::json(200, &list)).await;
    let options = CallOptions::default().header("x-own", "yes").expect("a header");
    let client = builder(&server.url()).options(options).build().expect("a client");
    let call = || client.list_customers().page_size(101);

    let error = call().send().await.expect_err("the maximum is 100");
    assert!(error.is_invalid_request() && !error.was_sent(), "{error}");
    let error = call().stream().next().await.expect("an error").expect_err("as before");
    assert!(error.is_invalid_request(), "{error}");
    call().dry_run().expect_err("as before");
    assert!(server.received().is_empty());

    let open = || call().validation(Validation::Off);
    open().send().await.expect("it is sent");
    open().stream().next().await.expect("an entry").expect("it is sent");
    open().dry_run().expect("it is not refused");
    open()
        .validation(Validation::Strict)
        .send()
        .await
        .expect_err("the last one counts");
    // All else is as the client has it, and the client is as it was.
    let received = server.received();
    assert_eq!(received.len(), 2);
    for request in &received {
        let query = request.query.as_deref().unwrap_or_default();
        assert!(query.contains("pageSize=101"), "{query}");
        assert_eq!(request.header("x-own"), Some("yes"));
    }
    call().send().await.expect_err("as before");

    // Options take the place of the client's, on any request.
    let other = CallOptions::default().header("x-other", "yes").expect("a header");
    client
        .list_customers()
        .options(other.clone())
        .send()
        .await
        .expect("an answer");
    let request = client.request(Method::Get, "/any").options(other);
    request.send().await.expect("an answer");
    for request in &server.received()[2..] {
        assert_eq!(
            (request.header("x-own"), request.header("x-other")),
            (None, Some("yes"))
        );
    }
}

fn answering(case: &Case) -> Reply {
    match &case.answer {
        Some(answer) => Reply::json(case.status, answer),
        None => Reply::empty(case.status),
    }
}

#[tokio::test]
async fn a_call_by_name_sends_what_nobody_knows_where_nothing_is_held_against_the_specification() {
    let mut problems = Vec::new();
    for api in APIS {
        for case in cases(api).into_iter().filter(|case| !case.is_file) {
            let server = Server::always(answering(&case)).await;
            let strict = AnyClient::new(api, &server.url());
            let open = strict.with_options(strict.options().clone().validation(Validation::Off));
            let mut parameters = case.parameters.clone();
            parameters["zzNew"] = json!([1, "a b", true]);
            let refused = strict.call_by_name(&case.id, parameters.clone()).await;
            let is_named = refused.is_err_and(|error| error.to_string().contains("`zzNew` is not a parameter"));
            let sent = open.call_by_name(&case.id, parameters).await;
            let received = server.received();
            let query = received
                .first()
                .and_then(|request| request.query.clone())
                .unwrap_or_default();
            let parts: Vec<_> = query.split('&').collect();
            if !is_named
                || sent.is_err()
                || received.len() != 1
                || parts.len() != case.query.len() + 3
                || !query.ends_with("zzNew=1&zzNew=a+b&zzNew=true")
                || received[0].json() != case.body.clone().unwrap_or_default()
            {
                problems.push(format!("{api} {}: {is_named} {sent:?} {query}", case.id));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[tokio::test]
async fn the_letter_case_of_a_code_is_no_reason_to_refuse_in_either_way() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let strict = AnyClient::new("elements-v3", &server.url());
    let open = strict.with_options(strict.options().clone().validation(Validation::Off));
    let mut parameters = case("onboardCustomer").parameters.clone();
    parameters["body"]["countryCode"] = json!("fr");
    for client in [strict, open] {
        let sent = client.call_by_name("onboardCustomer", parameters.clone()).await;
        sent.expect("it is sent");
    }
    let typed = client(&server);
    for validation in [Validation::Strict, Validation::Off] {
        let country: CountryCode = testing::from_json(r#""fr""#).expect("a code");
        let body: OnboardCustomerRequest = testing::from_json(&parameters["body"]).expect("a request");
        let call = typed.onboard_customer().validation(validation).body(body);
        let call = call.body_map(|body| body.country_code(country));
        call.send().await.expect("it is sent");
    }
    // Only who has given text, and wants it as it is, has it sent so.
    let received = server.received();
    let sent: Vec<_> = received
        .iter()
        .map(|request| request.json()["countryCode"].clone())
        .collect();
    assert_eq!(sent, ["FR", "fr", "FR", "FR"]);
}

#[tokio::test]
async fn a_body_goes_out_where_the_specification_has_none() {
    for api in APIS {
        let bodiless = operations(api).iter().find(|operation| operation.body.is_none());
        let id = bodiless.expect(api).id;
        let case = cases(api).into_iter().find(|case| case.id == id).expect(id);
        let server = Server::always(answering(&case)).await;
        let strict = AnyClient::new(api, &server.url());
        let open = strict.with_options(strict.options().clone().validation(Validation::Off));
        let mut parameters = case.parameters.clone();
        parameters["body"] = json!({"new": 1});
        let error = strict.call_by_name(id, parameters.clone()).await.expect_err(id);
        assert!(
            error.to_string().contains("`body` is not a parameter"),
            "{api}: {error}"
        );
        open.call_by_name(id, parameters).await.expect(id);
        let [request] = server.received().try_into().expect("one request");
        assert_eq!(request.json(), json!({"new": 1}), "{api} {id}");
        assert_eq!(request.header("content-type"), Some("application/json"), "{api} {id}");
    }
}

/// A program of a user's: it takes a list, wherever it comes from.
async fn organizations(mut customers: Items<Customer>) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    while let Some(customer) = customers.next().await {
        names.extend(customer?.organization);
    }
    Ok(names)
}

#[tokio::test]
async fn a_list_that_is_given_is_as_one_that_came() {
    let list = json!([{"organization": "Northwind"}, {"ORGANIZATION": "Contoso", "new": 1}, {}]);
    let server = Server::in_turn(vec![
        Reply::json(200, &json!({"data": list})),
        Reply::json(200, &json!({"data": []})),
    ])
    .await;
    let came = organizations(client(&server).list_customers().stream()).await;
    let given: Vec<Customer> = testing::from_json(&list).expect("customers");
    let names = organizations(given.clone().into()).await.expect("a list");
    assert_eq!(names, came.expect("a list"));
    assert_eq!(names, ["Northwind", "Contoso"]);

    // One that breaks is as one of a server that fails.
    let server = Server::in_turn(vec![Reply::empty(503)]).await;
    let came = organizations(client(&server).list_customers().stream()).await;
    let failed = Error::from_response(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new(), b"");
    let broken: Items<Customer> = given.into_iter().map(Ok).chain([Err(failed)]).collect();
    let error = organizations(broken).await.expect_err("it breaks");
    assert_eq!(error.status(), came.expect_err("it breaks").status());
}
