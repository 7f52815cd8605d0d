//! What goes out: headers, addresses, redirections, and what is refused before anything does.

use avepoint_core::{CallOptions, Cloud, ErrorKind, OpenEnum, ResponseRecorder, RetryPolicy, StaticToken};
use avepoint_elements_v3::{Client, dynamic, operations, types};
use avepoint_tests::client::client_of;
use avepoint_tests::elements::{READS, TOKEN, WRITES, builder, case, client, client_with_retries, run};
use avepoint_tests::json::differences;
use avepoint_tests::server::{Received, Reply, Server};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

fn one_call() -> CallOptions {
    CallOptions::default().retry(RetryPolicy::none())
}

async fn answering(id: &str) -> Server {
    Server::always(Reply::json(200, &case(id).answer.clone().unwrap_or_default())).await
}

fn only(server: &Server) -> Received {
    let mut received = server.received();
    assert_eq!(received.len(), 1, "one request is received");
    received.remove(0)
}

#[tokio::test]
async fn headers_are_the_clients_own_and_the_callers() {
    for id in READS.iter().chain(&WRITES) {
        let done = Reply::json(200, &case(id).answer.clone().unwrap_or_default());
        let server = Server::in_turn(vec![Reply::empty(429), done]).await;
        let options = CallOptions::default()
            .header("x-correlation", "nightly")
            .and_then(|options| options.header("x-correlation", "second"))
            .expect("headers");
        let client = client_with_retries(&server.url(), RetryPolicy::default())
            .0
            .with_options(options);
        run(&client, id).await.expect("a success in the end");
        assert_eq!(server.received().len(), 2);
        for request in server.received() {
            let all = |name: &str| {
                let values = request.headers.get_all(name).iter();
                values
                    .map(|value| value.to_str().expect("text").to_owned())
                    .collect::<Vec<_>>()
            };
            let expected = format!("avepoint-elements-v3/{}", env!("CARGO_PKG_VERSION"));
            assert_eq!(all("user-agent"), [expected], "{id}");
            assert_eq!(all("authorization"), [format!("Bearer {TOKEN}")], "{id}");
            // Once each, however often the request was sent.
            assert_eq!(all("x-correlation"), ["nightly", "second"], "{id}");
            assert_eq!(all("api-version"), Vec::<String>::new(), "{id}");
            assert!(!request.query.unwrap_or_default().contains("api-version"), "{id}");
            let json: &[&str] = if request.body.is_empty() {
                &[]
            } else {
                &["application/json"]
            };
            assert_eq!(all("content-type"), json, "{id}");
        }
    }
    for name in [
        "authorization",
        "Authorization",
        "api-version",
        "host",
        "content-length",
        "user-agent",
        "content-type",
        "content-encoding",
        "Accept-Encoding",
        "transfer-encoding",
        "te",
        "trailer",
        "connection",
        "keep-alive",
        "upgrade",
        "expect",
        "proxy-authorization",
        "proxy-connection",
        "a b",
        "",
    ] {
        assert!(
            CallOptions::default().header(name, "x").is_err(),
            "`{name}` is set by the client"
        );
    }
}

#[tokio::test]
async fn a_part_is_asked_of_files_alone() {
    let server = answering("getUser").await;
    for name in ["range", "if-range"] {
        let options = one_call().header(name, "bytes=5-").expect("a header");
        let json = client(&server).with_options(options.clone());
        for id in ["getUser", "onboardCustomer"] {
            let error = run(&json, id).await.expect_err("a part of JSON");
            let expected = format!(
                "{id}: the request was not sent: the header `{name}` asks for a part of a file, and this call gets none: leave \
                 it out"
            );
            assert_eq!(error.to_string(), expected);
        }
        let files = avepoint_insights::Client::builder()
            .base_url(server.url())
            .credential(StaticToken::new(TOKEN));
        let files = files.options(options).build().expect("a client");
        let file = files
            .download_export_job_file()
            .job_id("8")
            .dry_run()
            .expect("a download");
        assert_eq!(file.headers()[name], "bytes=5-");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_accept_of_the_callers_stands_in_the_place_of_the_clients() {
    let server = answering("getUser").await;
    let with = |values: &[&str]| {
        let add = |options: CallOptions, value: &&str| options.header("accept", value).expect("a header");
        client(&server).with_options(values.iter().fold(one_call(), add))
    };
    for values in [&["application/problem+json", "application/json;q=0.5"][..], &[]] {
        run(&with(values), "getUser").await.expect("a user");
        let received = server.received().pop().expect("a request");
        let all: Vec<_> = received.headers.get_all("accept").iter().collect();
        let expected = if values.is_empty() {
            &["application/json"]
        } else {
            values
        };
        assert_eq!(all, expected);
    }
}

#[tokio::test]
async fn a_write_without_a_body_says_that_it_has_none() {
    let server = Server::always(Reply::json(200, &json!({ "status": 200, "message": "" }))).await;
    let client = client_of(avepoint_insights::Client::builder(), &server.url());
    let tag = client.add_object_tag().site_id("s").object_url("o").tag_name("t");
    tag.send().await.expect("a tag");
    let request = only(&server);
    assert_eq!(
        (request.header("content-length"), request.header("transfer-encoding")),
        (Some("0"), None)
    );
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn the_user_agent_names_the_caller_first() {
    let server = answering("getUser").await;
    let client = builder(&server.url()).user_agent("mine/1.0").build().expect("a client");
    run(&client, "getUser").await.expect("an answer");
    let expected = format!("mine/1.0 avepoint-elements-v3/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(only(&server).header("user-agent"), Some(expected.as_str()));
    let error = builder(&server.url())
        .user_agent("a\r\nb: c")
        .build()
        .expect_err("two lines");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn a_token_and_the_callers_headers_stay_with_their_host() {
    for status in [301, 302, 303, 307, 308] {
        let other = answering("getUser").await;
        let elsewhere = format!("{}/elsewhere", other.url());
        let back = Server::start(move |request, _| match request.path.as_str() {
            "/again" => Reply::empty(302).header("location", elsewhere.clone()),
            _ => Reply::empty(status).header("location", "/again"),
        })
        .await;
        let options = one_call().header("x-tenant-secret", "mine").expect("a header");
        let client = client(&back).with_options(options);
        let user = run(&client, "getUser")
            .await
            .unwrap_or_else(|error| panic!("{status}: {error}"));
        assert_eq!(
            differences(case("getUser").answer.as_ref().expect("an example"), &user),
            Vec::<String>::new()
        );

        // To the same host all goes along; to another, nothing that is anyone's business there.
        let hops = back.received();
        assert_eq!(hops.len(), 2, "{status}");
        assert!(
            hops.iter()
                .all(|hop| hop.header("authorization").is_some() && hop.header("x-tenant-secret").is_some())
        );
        let arrived = only(&other);
        assert_eq!((arrived.method.as_str(), arrived.path.as_str()), ("GET", "/elsewhere"));
        assert_eq!(
            (arrived.header("authorization"), arrived.header("x-tenant-secret")),
            (None, None),
            "{status}"
        );
        assert!(!format!("{:?}", arrived.headers).contains(TOKEN));
    }
}

#[tokio::test]
async fn what_comes_back_from_another_host_brings_no_token_along() {
    // A host that gets a read by redirection must not be able to send the token's own host a request that carries it.
    let home = Server::start(|_, _| Reply::empty(500)).await;
    let home_url = home.url();
    let other = Server::start(move |_, _| Reply::empty(302).header("location", format!("{home_url}/secret"))).await;
    let other_url = other.url();
    let start = Server::start(move |_, _| Reply::empty(302).header("location", other_url.clone())).await;
    run(&client(&start), "getUser").await.expect_err("500");
    assert_eq!(
        (
            only(&other).header("authorization"),
            only(&home).header("authorization")
        ),
        (None, None)
    );
}

#[tokio::test]
async fn a_read_that_has_a_body_follows_within_its_host_only() {
    let example = case("listCustomers").answer.clone().expect("an example");
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/again" => Reply::json(200, &example),
        _ => Reply::empty(307).header("location", "/again"),
    })
    .await;
    run(&client(&server), "listCustomers").await.expect("an answer");
    let received = server.received();
    assert_eq!(
        (received.len(), &received[1].method, &received[1].body),
        (2, &received[0].method, &received[0].body)
    );

    let other = answering("listCustomers").await;
    let server = Server::always(Reply::empty(307).header("location", other.url())).await;
    let error = run(&client(&server), "listCustomers")
        .await
        .expect_err("filters name customers");
    assert_eq!((error.kind(), other.received().len()), (ErrorKind::Redirect, 0));
}

#[tokio::test]
async fn a_redirection_of_a_write_or_without_end_is_an_error() {
    for id in WRITES {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::always(Reply::empty(status).header("location", "/again")).await;
            let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
            let error = run(&client, id).await.expect_err("a redirection");
            assert_eq!(
                (error.kind(), server.received().len()),
                (ErrorKind::Redirect, 1),
                "{id} {status}"
            );
            assert!(
                !error.is_retryable() && error.to_string().contains(&status.to_string()),
                "{error}"
            );
        }
    }
    let server = Server::always(Reply::empty(302).header("location", "/round")).await;
    let error = run(&client_with_retries(&server.url(), RetryPolicy::default()).0, "getUser")
        .await
        .expect_err("a loop");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(server.received().len() <= 10, "{} requests", server.received().len());

    for location in [
        "http://api.example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
    ] {
        let server = Server::always(Reply::empty(302).header("location", location)).await;
        let error = run(&client(&server), "getUser").await.expect_err(location);
        assert!(
            matches!(error.kind(), ErrorKind::Redirect | ErrorKind::Status),
            "{location}: {error}"
        );
        assert_eq!(server.received().len(), 1, "{location}");
    }
}

#[test]
fn a_token_is_not_sent_over_plain_http_to_another_machine() {
    for url in [
        "http://api.example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com",
        "ws://127.0.0.1/",
        "x",
    ] {
        let error = builder(url).build().expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
    }
    assert!(
        Client::builder()
            .cloud(Cloud::Commercial)
            .build()
            .expect_err("no credential")
            .to_string()
            .contains("credential")
    );
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    for stem in ["/gateway/avepoint", "/gateway/avepoint/", "/a%20b"] {
        for id in READS {
            let server = answering(id).await;
            let client = builder(&format!("{}{stem}", server.url()))
                .options(one_call())
                .build()
                .expect("a client");
            run(&client, id).await.unwrap_or_else(|error| panic!("{stem}: {error}"));
            assert_eq!(
                only(&server).path,
                format!("{}{}", stem.trim_end_matches('/'), case(id).path.join("/"))
            );
        }
    }
}

#[tokio::test]
async fn an_id_is_encoded_once_and_arrives_whole() {
    let template = case("getUser").template.split('/').count();
    let mut problems = Vec::new();
    for id in [
        "a b",
        "a/b",
        "/",
        "//",
        "a/../b",
        "../x",
        "a%2Fb",
        "%2e%2e",
        "100%",
        "a?b=c",
        "a#b",
        "a;b",
        "a:b@c",
        "a+b",
        "a&b",
        "...",
        "ünï-\u{1F600}",
        "a\\b",
        "x\\..\\y",
        "..\\x",
        "a\tb",
        "a\nb",
        "\"<>`{}|^",
        " padded ",
        "\u{feff}x",
        "a\u{0}b",
    ] {
        let server = answering("getUser").await;
        let client = client(&server);
        let sent = client
            .get_user()
            .customer_id(id)
            .tenant_id("t")
            .user_id(id)
            .send()
            .await;
        if let Err(error) = sent {
            problems.push(format!("{id:?}: {error}"));
            continue;
        }
        let request = only(&server);
        let segments: Vec<_> = request.path.split('/').collect();
        let whole = |place: usize| {
            segments
                .get(place)
                .is_some_and(|text| percent_decode_str(text).decode_utf8_lossy() == id)
        };
        if segments.len() != template || !whole(6) || !whole(template - 1) || request.query.is_some() {
            problems.push(format!("{id:?} went out as {}", request.path));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[tokio::test]
async fn what_the_spec_forbids_is_refused_before_anything_is_sent() {
    let server = Server::always(Reply::empty(200)).await;
    let client = client(&server);
    // The example of an operation with one thing changed: its parameter, or where the name has dots, deep in it.
    let changed = |id: &str, pointer: &str, value: Option<Value>| {
        let mut parameters = case(id).parameters.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = parameters
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("an object of the example");
        match value {
            Some(value) => parent.insert(name.to_owned(), value),
            None => parent.remove(name),
        };
        parameters
    };
    let long = |length: usize| Some(json!("ü".repeat(length)));
    for (id, pointer, value, words) in [
        (
            "updateUserGeneral",
            "/body/firstName",
            long(65),
            "`body.firstName` has 65 characters, the maximum is 64",
        ),
        (
            "updateUserOfficeLocation",
            "/body/address",
            long(1025),
            "the maximum is 1024",
        ),
        ("updateLocalUserGeneral", "/body/initials", long(7), "the maximum is 6"),
        (
            "getProductOverview",
            "/productType",
            Some(json!(12_345)),
            "`productType` is 12345",
        ),
        (
            "getServiceAppStatus",
            "/productName",
            Some(json!("Nothing")),
            "`productName` is \"Nothing\"",
        ),
        ("listRiskRules", "/status", Some(json!(99)), "`status` is 99"),
        ("listSignIns", "/risky", Some(json!("perhaps")), "`risky`"),
        ("listUsers", "/pageSize", Some(json!(101)), "the maximum is 100"),
        ("listUsers", "/pageIndex", Some(json!(0)), "the minimum is 1"),
        (
            "onboardCustomer",
            "/body/dataCenter",
            Some(json!("Atlantis")),
            "`body.dataCenter` is \"Atlantis\"",
        ),
        ("onboardCustomer", "/body/password", None, "`body.password` is missing"),
        (
            "onboardCustomer",
            "/body/pasword",
            Some(json!("x")),
            "`body.pasword` is not a documented field",
        ),
        (
            "onboardCustomer",
            "/body/tags",
            Some(json!("retail")),
            "`body.tags` is a string where an array is expected",
        ),
        (
            "onboardCustomer",
            "/body/tags",
            Some(json!([1])),
            "`body.tags[0]` is a number where a string is expected",
        ),
        (
            "onboardCustomer",
            "/body/firstName",
            Some(Value::Null),
            "`body.firstName` is null",
        ),
        ("createBaseline", "/body/color", Some(json!("red")), "`body.color`"),
        (
            "createBaseline",
            "/body/customerId",
            Some(json!(" ")),
            "`body.customerId` is not an id",
        ),
        (
            "updateUserBirthday",
            "/body/birthday",
            Some(json!("22 March")),
            "`body.birthday` is not a time",
        ),
        (
            "addCustomerService",
            "/body/product",
            Some(json!(-1)),
            "`body.product` is -1 where the documented codes are ",
        ),
        (
            "addCustomerService",
            "/body/licenseItems",
            Some(json!([{"resource": "None"}])),
            "`body.licenseItems[0].resource` is \"None\" where",
        ),
        ("getUser", "/userId", Some(json!("")), "`userId`"),
        ("getUser", "/userId", Some(json!("..")), "`userId`"),
        ("getUser", "/userId", Some(json!(" . ")), "`userId`"),
        ("getUser", "/userId", None, "`userId` is missing"),
        (
            "getUser",
            "/usrId",
            Some(json!("x")),
            "`usrId` is not a parameter; there are: customerId, tenantId, userId",
        ),
        ("onboardCustomer", "/body", None, "`body.organizationName` is missing"),
    ] {
        let outcome = dynamic::call(&client, id, changed(id, pointer, value.clone())).await;
        let error = outcome.expect_err(&format!("{id} {pointer} {value:?}"));
        let line = error.to_string();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{line}");
        assert!(
            line.starts_with(&format!("{id}: the request was not sent: ")) && line.contains(words),
            "{pointer}: {line}"
        );
        assert!(error.is_invalid_request() && !error.is_retryable());
    }
    for (id, words) in [
        ("listCustomer", "did you mean listCustomers"),
        ("", "there is no operation"),
        ("x", "`x`"),
    ] {
        let error = dynamic::call(&client, id, json!({}))
            .await
            .expect_err("no such operation");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(server.received().is_empty(), "{:?}", server.received());
}

/// A body whose members are all optional is sent without any where none was given, as by the typed call.
#[tokio::test]
async fn a_call_by_name_needs_no_empty_body() {
    let server = answering("listCustomers").await;
    let client = client(&server);
    client.list_customers().page_size(1).send().await.expect("typed");
    dynamic::call(&client, "listCustomers", json!({"pageSize": 1}))
        .await
        .expect("by name");
    let received = server.received();
    assert_eq!((received.len(), received[1].json()), (2, json!({})));
    assert_eq!(
        (&received[0].query, received[0].json()),
        (&received[1].query, json!({}))
    );
}

/// A subscription to Cloud Backup names its storage by its type and the years, by whose it is, or by both.
#[tokio::test]
async fn a_backup_whose_storage_is_not_named_is_refused() {
    for (left_out, is_sent) in [
        (&[][..], true),
        (&["byos"], true),
        (&["avepointStorageType", "retentionYear"], true),
        (&["retentionYear"], true),
        (&["byos", "retentionYear"], false),
        (&["byos", "avepointStorageType"], false),
        (&["byos", "avepointStorageType", "retentionYear"], false),
    ] {
        for license_type in [0, 1] {
            let mut parameters = case("addCustomerService").parameters.clone();
            let body = parameters["body"].as_object_mut().expect("the body of the example");
            left_out.iter().for_each(|name| drop(body.remove(*name)));
            // A trial takes nothing from a pool.
            if license_type == 0 {
                body.remove("licenseItems");
            }
            body.insert("licenseType".to_owned(), json!(license_type));
            let server = answering("addCustomerService").await;
            let outcome = dynamic::call(&client(&server), "addCustomerService", parameters).await;
            assert_eq!(
                outcome.is_ok(),
                is_sent,
                "{license_type} without {left_out:?}: {outcome:?}"
            );
            assert_eq!(server.received().len(), usize::from(is_sent), "{left_out:?}");
            if let Err(error) = outcome {
                assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
                assert!(error.to_string().contains("is missing"), "{error}");
            }
        }
    }
}

/// The six bodies share their members, so that what was chosen cannot be seen by them.
#[tokio::test]
async fn of_several_bodies_the_one_that_was_chosen_is_told_of_and_sent_with_its_constants() {
    let server = answering("addCustomerService").await;
    let client = client(&server);
    let add = || client.add_customer_service().customer_id("c");
    let mut chosen = types::AddBackupTrialWithByosRequest::default();
    let variant = types::AddCustomerServiceRequest::AddBackupTrialWithByosRequest(chosen.clone());
    for call in [add().body(chosen.clone()), add().body(variant)] {
        let error = call
            .send()
            .await
            .expect_err("whose storage it is nobody knows")
            .to_string();
        assert!(error.ends_with(": `body.byos` is missing"), "{error}");
    }
    // Of a JSON nobody knows which it is meant to be: it is like one of them more than like the others, or like two.
    let [product, trial] = [
        json!(types::BackupProduct::KNOWN[0]),
        json!(types::TrialLicense::KNOWN[0]),
    ];
    for (body, told) in [
        (
            json!({"product": product, "licenseType": trial}),
            "`body.byos` is missing",
        ),
        (
            json!({"product": product, "licenseType": trial, "retentionYear": 1}),
            "`body` matches none of the 6 documented variants (`avepointStorageType` is missing: give \
             `avepoint_storage_type` a value; `byos` is missing)",
        ),
    ] {
        let parameters = json!({"customerId": "c", "body": body});
        let outcome = dynamic::call(&client, "addCustomerService", parameters).await;
        let error = outcome.expect_err(told).to_string();
        assert!(error.ends_with(&format!(": {told}")), "{error}");
    }
    assert!(server.received().is_empty());
    chosen.byos = Some(false);
    add().body(chosen).send().await.expect("an answer");
    assert_eq!(
        only(&server).json(),
        json!({"product": product, "licenseType": trial, "byos": false})
    );
}

#[tokio::test]
async fn the_typed_builders_refuse_the_same() {
    let server = Server::always(Reply::empty(200)).await;
    let client = client(&server);
    let birthday = types::UpdateUserBirthdayRequest::builder().birthday("tomorrow");
    let baseline = types::CreateBaselineRequest::builder()
        .name("n")
        .customer_id("c")
        .tenant_id("t");
    let overview = client
        .get_product_overview()
        .customer_id("c")
        .product_type(types::Product::from(77));
    for (what, error) in [
        (
            "an empty id",
            client
                .get_user()
                .customer_id("")
                .tenant_id("t")
                .user_id("u")
                .send()
                .await
                .map(drop),
        ),
        (
            "a dot segment",
            client
                .get_user()
                .customer_id("c")
                .tenant_id("..")
                .user_id("u")
                .send()
                .await
                .map(drop),
        ),
        (
            "no id",
            client.get_user().customer_id("c").tenant_id("t").send().await.map(drop),
        ),
        ("no body", client.onboard_customer().send().await.map(drop)),
        (
            "a member that is missing",
            client.create_baseline().body(baseline).send().await.map(drop),
        ),
        ("an unknown code in the path", overview.send().await.map(drop)),
        (
            "a time that is none",
            client
                .update_user_birthday()
                .customer_id("c")
                .tenant_id("t")
                .user_id("u")
                .body(birthday)
                .send()
                .await
                .map(drop),
        ),
    ] {
        let error = error.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{what}: {error}");
        assert!(error.operation().is_some(), "{what}: {error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn limits_themselves_are_allowed() {
    for (id, pointer, value) in [
        ("updateUserGeneral", "/body/firstName", json!("ü".repeat(64))),
        ("listUsers", "/pageSize", json!(100)),
        ("listUsers", "/pageSize", json!(1)),
        ("listUsers", "/pageIndex", json!(i32::MAX)),
        ("createBaseline", "/body/color", json!("-3")),
    ] {
        let mut parameters = case(id).parameters.clone();
        *parameters.pointer_mut(pointer).expect("a place of the example") = value.clone();
        let server = answering(id).await;
        let outcome = dynamic::call(&client(&server), id, parameters).await;
        outcome.unwrap_or_else(|error| panic!("{id} {pointer} = {value}: {error}"));
        let request = only(&server);
        let sent = match pointer.strip_prefix("/body") {
            Some(inner) => request.json().pointer(inner).cloned().expect("the member"),
            None => {
                let query = request.query.expect("a query");
                let name = &pointer[1..];
                let text = query
                    .split('&')
                    .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                    .expect("the parameter");
                text.parse::<i64>().expect("a number").into()
            }
        };
        assert_eq!(sent, value, "{id}");
    }
}

#[tokio::test]
async fn a_recorder_keeps_answers_as_they_came() {
    let raw = "{ \"data\": [{\"ID\": \"a\", \"brandNew\": [1.50]}],\n \"metadata\": null, \"odd\": 1e2 }";
    let failure = Reply::json(503, &json!({"message": "Later."}));
    let success = Reply::text(200, "application/json", raw).header("x-more", "yes");
    let server = Server::in_turn(vec![
        failure,
        success,
        Reply::empty(204),
        Reply::text(200, "text/html", "<html>"),
    ])
    .await;
    let recorder = ResponseRecorder::default();
    let (client, _) = client_with_retries(&server.url(), RetryPolicy::default());
    let recording = client.with_options(CallOptions::default().record_responses(&recorder));

    let page = recording.list_customers().send().await.expect("a page");
    assert_eq!(page.data[0].id.as_ref().map(types::CustomerId::as_str), Some("a"));
    assert_eq!(
        page.headers().get("x-more").map(|value| value.as_bytes()),
        Some(b"yes".as_slice())
    );
    run(&recording, "updateUserBirthday").await.expect("done");
    // What cannot be read is kept all the more.
    run(&recording, "getUser").await.expect_err("HTML");
    run(&client, "getUser").await.expect_err("HTML, not recorded");

    let answers = recorder.take();
    let recorded: Vec<_> = answers
        .iter()
        .map(|answer| (answer.operation.id, answer.status.as_u16(), &answer.body[..]))
        .collect();
    assert_eq!(
        recorded,
        [
            ("listCustomers", 200, raw.as_bytes()),
            ("updateUserBirthday", 204, b"".as_slice()),
            ("getUser", 200, b"<html>".as_slice())
        ]
    );
    assert!(answers[0].headers.contains_key("x-more") && recorder.take().is_empty());
    assert_eq!(Some(answers[0].operation), operations::find("listCustomers"));
}
