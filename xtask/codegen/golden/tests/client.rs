//! The client of the garden over a real socket: that what was read and approved also does what the spec says.

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use xtask_codegen_golden::avepoint_core::{CallOptions, Code, Items, RetryPolicy, Validation};
use xtask_codegen_golden::types::{
    Colour, Gardener, MowerKind, NewGardener, PlantCutting, PlantSeeds, Planting, Season, SpadeKind,
};
use xtask_codegen_golden::{Client, Error, StaticToken, operations};

/// A request: its method and address, and its body.
type Request = (String, Value);

/// A client of a server that gives these answers, one a connection, and the requests that it gets.
fn client(answers: Vec<Answer>) -> (Client, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (connection, _) = listener.accept().expect("a connection");
            serve(connection, answer, &sender);
        }
    });
    let client = Client::builder()
        .base_url(format!("http://{address}"))
        .credential(StaticToken::new("token"))
        .options(CallOptions::default().retry(RetryPolicy::none()))
        .build();
    (client.expect("a client"), requests)
}

/// The status line's end, the type of the content, and the content.
type Answer = (&'static str, &'static str, Vec<u8>);

fn ok(body: &Value) -> Answer {
    ("200 OK", "application/json", body.to_string().into_bytes())
}

fn serve(connection: TcpStream, (status, content_type, content): Answer, requests: &Sender<Request>) {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).expect("the first line");
    let address = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut length = 0;
    while line.trim_end() != "" {
        line.clear();
        reader.read_line(&mut line).expect("a header");
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    // Nobody may listen any more.
    let _ = requests.send((address, serde_json::from_slice(&body).unwrap_or_default()));
    let head = match status {
        "204 No Content" => format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n"),
        _ => format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            content.len()
        ),
    };
    let mut connection = reader.into_inner();
    connection.write_all(head.as_bytes()).expect("the head");
    connection.write_all(&content).expect("the content");
}

/// The entries of a list come in this number, after these requests.
async fn expect_list<T: Debug + Send + Unpin + 'static>(
    answers: &[Value],
    list: impl Fn(&Client) -> Items<T>,
    count: usize,
    expected: &[(&str, Value)],
) {
    let (client, requests) = client(answers.iter().map(ok).collect());
    let entries = list(&client).collect_all().await.expect("a list");
    assert_eq!(entries.len(), count, "{entries:?}");
    let requests: Vec<_> = requests.try_iter().collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(address, body)| ((*address).to_owned(), body.clone()))
        .collect();
    assert_eq!(requests, expected);
}

#[tokio::test]
async fn each_shape_of_paging_asks_for_the_next_page_where_the_spec_says() {
    expect_list(
        &[json!({"result": [{"rows": [["p-1", "p-2"], null]}, {"id": "b-2"}]})],
        |client| client.list_beds().stream(),
        2,
        &[("GET /garden/v1/beds", Value::Null)],
    )
    .await;
    let plants = [
        json!({"data": [{"id": "p-1"}, {"id": "p-2"}], "metadata": {"pageSize": 2, "totalCount": 3}}),
        json!({"data": [{"id": "p-3"}], "metadata": {"pageSize": 2, "totalCount": 3}}),
    ];
    expect_list(
        &plants,
        |client| {
            let plants = client.list_plants().bed_id("b 1").page_size(2);
            plants.colours([Colour::Red, Colour::Green]).stream()
        },
        3,
        &[
            (
                "GET /garden/v1/beds/b%201/plants?colours=red&colours=green&pageIndex=1&pageSize=2",
                Value::Null,
            ),
            (
                "GET /garden/v1/beds/b%201/plants?colours=red&colours=green&pageIndex=2&pageSize=2",
                Value::Null,
            ),
        ],
    )
    .await;
    let filter = || json!({"label": "Basil"});
    expect_list(
        &plants,
        |client| {
            let plants = client.search_plants().bed_id("b-1").page_size(2);
            plants.body_map(|filter| filter.label("Basil".to_owned())).stream()
        },
        3,
        &[
            (
                "POST /garden/v1/beds/b-1/plants/search?pageIndex=1&pageSize=2",
                filter(),
            ),
            (
                "POST /garden/v1/beds/b-1/plants/search?pageIndex=2&pageSize=2",
                filter(),
            ),
        ],
    )
    .await;
    expect_list(
        &[
            json!({"data": [{"weight": 3}], "metadata": {"skipToken": "t&2"}}),
            json!({"data": [{"weight": "4"}], "metadata": {"skipToken": ""}}),
        ],
        |client| client.list_harvests().stream(),
        2,
        &[
            ("GET /garden/v1/harvests", Value::Null),
            ("GET /garden/v1/harvests?skipToken=t%262", Value::Null),
        ],
    )
    .await;
    expect_list(
        &[json!({"results": [{"weight": 3}]}), json!({"results": []})],
        |client| client.search_harvests().body_map(|filter| filter.page_size(1)).stream(),
        1,
        &[
            (
                "POST /garden/v1/harvests/search",
                json!({"startPage": 1, "pageSize": 1}),
            ),
            (
                "POST /garden/v1/harvests/search",
                json!({"startPage": 2, "pageSize": 1}),
            ),
        ],
    )
    .await;
    expect_list(
        &[
            json!({"values": [{"id": "g-1"}], "nextLink": "t-2"}),
            json!({"values": [{"id": "g-2"}]}),
        ],
        |client| {
            client
                .search_gardeners()
                .body_map(|filter| filter.page_size(1))
                .stream()
        },
        2,
        &[
            ("POST /garden/v1/gardeners/search", json!({"pageSize": 1})),
            (
                "POST /garden/v1/gardeners/search",
                json!({"pageSize": 1, "nextLink": "t-2"}),
            ),
        ],
    )
    .await;
    // It counts its pages alone, and says by itself where the last is.
    expect_list(
        &[
            json!({"hasNextPage": true, "totalCount": 1, "toolModels": [{"kind": 1}]}),
            json!({"hasNextPage": false, "totalCount": 1, "toolModels": [{"kind": 9}]}),
        ],
        |client| client.list_tools().stream(),
        2,
        &[
            ("GET /garden/v1/tools?pageIndex=1", Value::Null),
            ("GET /garden/v1/tools?pageIndex=2", Value::Null),
        ],
    )
    .await;
}

/// No type says what its object requires: a choice that is read is the one that has all it requires.
#[test]
fn a_choice_is_read_by_what_its_objects_require() {
    let read = |json: &str| serde_json::from_str::<Planting>(json);
    assert!(matches!(read(r#"{"from": "p-1"}"#), Ok(Planting::PlantCutting(cutting)) if cutting.from.is_some()));
    assert!(
        matches!(read(r#"{"kind": "seeds", "count": 3}"#), Ok(Planting::PlantSeeds(seeds)) if seeds.count == Some(3))
    );
    for neither in [r#"{"kind": "seeds"}"#, "[]"] {
        let error = read(neither).expect_err("it is none").to_string();
        assert!(
            error.contains("none of those") || error.contains("expected a map"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_choice_is_made_by_a_builder_and_its_answer_read_as_each_of_its_objects() {
    let answer = || {
        (
            "201 Created",
            "application/json",
            br#"{"outcome": {"sprouts": 7}}"#.to_vec(),
        )
    };
    let (client, requests) = client(vec![answer(), answer()]);
    let seeds = PlantSeeds::builder().count(10);
    let sown = client.add_plants().bed_id("b-1").body(seeds).send().await;
    let outcome = sown.expect("an answer").into_inner().outcome.expect("an outcome");
    assert_eq!(outcome.as_seeds_outcome().expect("seeds").sprouts, Some(7));
    assert!(outcome.as_cutting_outcome().expect("an object").plant.is_none());
    let cutting = PlantCutting::builder().from("p-1");
    let set = client.add_plants().bed_id("b-1").body(cutting).send().await;
    set.expect("an answer");
    let address = || "POST /garden/v1/beds/b-1/plants".to_owned();
    let sent: Vec<_> = requests.try_iter().collect();
    assert_eq!(
        sent,
        [
            (address(), json!({"kind": "seeds", "count": 10})),
            (address(), json!({"from": "p-1"}))
        ]
    );
}

#[tokio::test]
async fn an_entry_that_is_one_of_several_objects_is_kept_as_it_came_and_read_as_what_its_constant_says() {
    let came = json!([
        {"kind": 1, "extension": {"blade": 20, "brand": "Moss"}},
        {"kind": 2, "extension": {"LockCode": "4711"}},
        {"kind": 9, "extension": ["anything"]},
    ]);
    let (client, _requests) = client(vec![ok(&json!({"toolModels": came}))]);
    let tools = client.list_tools().send().await.expect("an answer").into_inner();
    let tools = tools.tool_models.into_vec();
    assert_eq!(serde_json::to_value(&tools).expect("JSON"), came);
    let spade = tools[0].as_spade().expect("a spade");
    assert_eq!(spade.kind, Some(SpadeKind::SpadeTool));
    assert_eq!(spade.extension.expect("an extension").blade, Some(20));
    let mower = tools[1].as_mower().expect("a mower");
    let code = mower.extension.as_ref().and_then(|own| own.lock_code.as_ref());
    assert_eq!(code.expect("a code").expose(), "4711");
    for shown in [format!("{mower:?}"), format!("{tools:?}")] {
        assert!(shown.contains("[redacted]") && !shown.contains("4711"), "{shown}");
    }
    let unknown = tools[2].as_unknown_tool().expect("a tool");
    assert_eq!(unknown.kind, Some(9));
    assert_eq!(unknown.extension.expect("an extension").to_value(), json!(["anything"]));
    // The constant tells them apart: another's is kept, and is not the documented one.
    assert_ne!(tools[0].as_mower().expect("an object").kind, Some(MowerKind::MowerTool));
}

#[tokio::test]
async fn passwords_are_sent_and_received_and_never_shown() {
    let (client, requests) = client(vec![ok(&json!({"id": "g-1", "firstPassword": "Open-Sesame-2"}))]);
    let new = NewGardener::builder()
        .email("moss@garden.example")
        .password("Open-Sesame-1");
    let request = client.add_gardener().body(new.clone());
    let gardener: Gardener = request.clone().send().await.expect("an answer").into_inner();
    let (_, sent) = requests.recv().expect("a request");
    assert_eq!(sent["password"], "Open-Sesame-1");
    assert_eq!(
        gardener.first_password.as_ref().expect("a password").expose(),
        "Open-Sesame-2"
    );
    let whole = new.clone().build().expect("a gardener");
    for shown in [
        format!("{request:?}"),
        format!("{new:?}"),
        format!("{whole:?}"),
        format!("{gardener:?}"),
    ] {
        assert!(shown.contains("[redacted]") && !shown.contains("Sesame"), "{shown}");
    }
}

#[tokio::test]
async fn what_the_spec_forbids_is_refused_before_it_is_sent() {
    let (client, requests) = client(Vec::new());
    let plants = || client.list_plants().bed_id("b-1");
    let search = || client.search_plants().bed_id("b-1");
    let refused = |sent: Result<(), Error>, expected: &str| {
        let problem = sent.expect_err(expected).to_string();
        assert!(problem.contains(expected), "{expected}: {problem}");
    };
    let three = vec![Colour::Red, Colour::Green, Colour::Red];
    refused(plants().colours(three).send().await.map(drop), "colours");
    refused(plants().page_size(101).send().await.map(drop), "pageSize");
    refused(
        plants().sown_since("yesterday".to_owned()).send().await.map(drop),
        "sownSince",
    );
    refused(client.list_plants().send().await.map(drop), "bed_id");
    let label = |label: &str| search().body_map(|body| body.label(label.to_owned()));
    refused(search().send().await.map(drop), "label");
    refused(label(&"x".repeat(41)).send().await.map(drop), "label");
    let tall = label("x").body_map(|body| body.height("tall".to_owned()));
    refused(tall.send().await.map(drop), "height");
    let water = xtask_codegen_golden::types::Litres::builder().least(9.75);
    refused(
        label("x").body_map(|body| body.water(water)).send().await.map(drop),
        "least",
    );
    assert_eq!(requests.try_iter().count(), 0);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_by_the_names_of_the_wire_and_of_the_setters() {
    let (client, requests) = client(Vec::new());
    let water = xtask_codegen_golden::types::Litres::builder().least(9.75);
    let search = client.search_plants().page_size(i64::MAX).bed_id(None::<String>);
    let search = search.body_map(|body| body.water(water).height(Some("tall")).season(None::<Season>));
    let problem = search.dry_run().expect_err("it breaks the spec").to_string();
    let expected = [
        "`bedId` is missing: give `bed_id` a value",
        "`pageSize` is 9223372036854775807, the maximum is ",
        "`body.water.least` is 9.75, the maximum is 9.5",
        "`body.height` ",
        "`body.label` is missing",
    ];
    for part in expected {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    assert_eq!(problem.matches("; ").count(), expected.len() - 1, "{problem}");
    assert_eq!(requests.try_iter().count(), 0);
}

/// As a builder, as an object or as a variant.
#[tokio::test]
async fn of_a_body_that_was_chosen_only_its_own_rules_are_told_and_its_constants_are_filled_in() {
    let (client, _requests) = client(Vec::new());
    let add = || client.add_plants().bed_id("b-1");
    let calls = |count| {
        let mut seeds = PlantSeeds::default();
        seeds.count = count;
        let variant = Planting::PlantSeeds(seeds.clone());
        [
            add().body(PlantSeeds::builder().count(count)),
            add().body(variant),
            add().body(Some(seeds.clone())),
            add().body(seeds),
        ]
    };
    for (count, problem) in [
        (Some(0), "`body.count` is 0, the minimum is 1"),
        (None, "`body.count` is missing"),
    ] {
        for call in calls(count) {
            let told = call.dry_run().expect_err(problem).to_string();
            assert!(told.ends_with(&format!(": {problem}")), "{told}");
        }
    }
    for call in calls(Some(10)) {
        let prepared = call.dry_run().expect("a request");
        assert_eq!(prepared.body(), Some(&json!({"kind": "seeds", "count": 10})));
    }
    let nothing = add()
        .body(PlantCutting::default())
        .dry_run()
        .expect_err("from nothing")
        .to_string();
    assert!(nothing.ends_with(": `body.from` is missing"), "{nothing}");
}

#[tokio::test]
async fn without_validation_all_is_sent_that_can_be() {
    let (strict, _requests) = client(Vec::new());
    let open = strict.with_options(strict.session().options().clone().validation(Validation::Off));
    let water = xtask_codegen_golden::types::Litres::builder().least(9.75);
    let search = |client: &Client| client.search_plants().bed_id("b-1").page_size(101);
    let dry = search(&open).body_map(|body| body.water(water).season(9)).dry_run();
    let prepared = dry.expect("nothing is held against the spec");
    let address = "/garden/v1/beds/b-1/plants/search?pageSize=101";
    assert!(prepared.url().ends_with(address), "{}", prepared.url());
    assert_eq!(prepared.body(), Some(&json!({"water": {"least": 9.75}, "season": 9})));
    // A code is spelled as it was given, or as it is documented.
    let loud = || Colour::Unknown(Code::Text("RED".to_owned()));
    for (client, spelled) in [(&open, "colours=RED"), (&strict, "colours=red")] {
        let prepared = client.list_plants().bed_id("b-1").colours([loud()]).dry_run();
        let prepared = prepared.expect("a documented code");
        assert_eq!(prepared.url().split_once('?').map(|(_, query)| query), Some(spelled));
    }
    // What leads to another path, or is no value of the type, is refused nonetheless.
    for (call, problem) in [
        (search(&open).bed_id(""), "`bedId` "),
        (search(&open).bed_id(".."), "`bedId` "),
        (search(&open).bed_id(None::<String>), "`bedId` is missing"),
        (search(&open).page_size(u64::MAX), "`pageSize` is a number out of range"),
    ] {
        let refused = call.dry_run().expect_err(problem).to_string();
        assert!(refused.contains(problem) && !refused.contains("; "), "{refused}");
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let (client, requests) = client(Vec::new());
    let new = NewGardener::builder()
        .email("moss@garden.example")
        .password("Open-Sesame-1");
    let prepared = client.add_gardener().body(new).dry_run().expect("a request");
    assert_eq!(prepared.method(), "POST");
    assert!(prepared.url().ends_with("/garden/v1/gardeners"), "{}", prepared.url());
    assert_eq!(
        prepared.body(),
        Some(&json!({"email": "moss@garden.example", "password": "Open-Sesame-1"}))
    );
    assert_eq!(prepared.headers()["content-type"], "application/json");
    assert!(!prepared.headers().contains_key("authorization"));
    for shown in [prepared.to_string(), format!("{prepared:?}")] {
        assert!(
            shown.contains("moss@garden.example") && !shown.contains("Sesame"),
            "{shown}"
        );
    }
    assert_eq!(requests.try_iter().count(), 0);
}

#[tokio::test]
async fn a_call_and_a_list_can_be_moved_to_a_task_of_their_own() {
    let beds = || ok(&json!({"result": [{"id": "b-1"}]}));
    let (client, _requests) = client(vec![beds(), beds()]);
    let call = tokio::spawn(client.list_beds().send());
    let mut list = client.list_beds().stream();
    drop(client);
    assert_eq!(call.await.expect("no panic").expect("a list").result.len(), 1);
    let list = tokio::spawn(async move {
        let mut count = 0;
        while let Some(bed) = list.next().await {
            bed.expect("a bed");
            count += 1;
        }
        count
    });
    assert_eq!(list.await.expect("no panic"), 1);
}

#[tokio::test]
async fn whatever_an_answer_holds_is_read_and_written_as_it_came() {
    let odd = json!({
        "id": "p-1",
        "height": "12",
        "season": 9,
        "colour": "mauve",
        "sownOn": "N/A",
        "labels": "Basil",
        "visits": "nobody",
    });
    let usual = json!({
        "height": 12,
        "season": 1,
        "colour": "red",
        "sownOn": "2030-04-01T08:00:00Z",
        "labels": ["Basil", "Mint"],
        "visits": [{"by": "g-1"}],
        "gardener": "g-2",
    });
    let (client, _requests) = client(vec![ok(&json!({"data": [odd, usual]}))]);
    let page = client.list_plants().bed_id("b-1").send().await.expect("a page");
    let data = serde_json::to_value(&page.into_inner().data).expect("JSON");
    assert_eq!(data, json!([odd, usual]));
}

#[tokio::test]
async fn files_empty_answers_and_replaced_operations() {
    let file = b"PK\x03\x04\xff\x00".to_vec();
    let (client, requests) = client(vec![
        ("200 OK", "application/zip", file.clone()),
        ("204 No Content", "", Vec::new()),
        ok(&json!({"id": "b-1", "type": "Raised"})),
    ]);
    let map = client.download_bed_map().bed_id("b-1").send().await.expect("a file");
    let chunks: Vec<_> = map.into_inner().try_collect().await.expect("bytes");
    assert_eq!(chunks.concat(), file);
    client
        .remove_gardener()
        .gardener_id("g-1")
        .send()
        .await
        .expect("nothing");
    #[expect(deprecated)]
    let bed = client.get_bed().bed_id("b-1").send().await.expect("a bed").into_inner();
    assert_eq!(bed.type_.as_deref(), Some("Raised"));
    let addresses: Vec<_> = requests.try_iter().map(|(address, _)| address).collect();
    assert_eq!(
        addresses,
        [
            "GET /garden/v1/beds/b-1/map",
            "DELETE /garden/v1/gardeners/g-1",
            "GET /garden/v1/beds/b-1"
        ]
    );
    assert!(operations::GET_BED.deprecated && operations::SEARCH_PLANTS.read_only && !operations::ADD_PLANTS.read_only);
}

#[cfg(feature = "dynamic")]
#[tokio::test]
async fn a_call_by_name_takes_the_form_of_the_body_from_its_members() {
    let (client, requests) = client(vec![ok(&json!({"outcome": {"plant": "p-2"}}))]);
    let parameters = json!({"bedId": "b-1", "body": {"from": "p-1"}});
    let answer = xtask_codegen_golden::dynamic::call(&client, "addPlants", parameters).await;
    assert_eq!(answer.expect("an answer"), json!({"outcome": {"plant": "p-2"}}));
    let (address, body) = requests.recv().expect("a request");
    assert_eq!(address, "POST /garden/v1/beds/b-1/plants");
    assert_eq!(body, json!({"from": "p-1"}));
}
