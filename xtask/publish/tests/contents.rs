//! What is in the published files: every operation, with its own scopes and its own examples.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;
use xtask_spec::Spec;
use xtask_spec::api::APIS;
use xtask_spec::document::Document;

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| xtask_publish::files().expect("publishes"));

fn json(path: &str) -> Value {
    let bytes = FILES.get(path).unwrap_or_else(|| panic!("there is no {path}"));
    serde_json::from_slice(bytes).expect("JSON")
}

fn text(path: &str) -> &'static str {
    std::str::from_utf8(&FILES[path]).expect("UTF-8")
}

/// Runs with each API: its name and its spec.
fn each(check: impl Fn(&str, &Spec)) {
    for api in APIS {
        let document = api.document().expect("a spec");
        check(api.name, &Spec::new(&document));
    }
}

#[test]
fn both_notations_say_the_same() {
    for path in FILES.keys().filter(|path| path.ends_with(".yaml")) {
        let document = Document::parse(path.as_ref(), text(path)).expect("YAML");
        assert_eq!(document.value, json(&path.replace(".yaml", ".json")), "{path}");
    }
}

#[test]
fn a_postman_request_asks_for_the_scopes_of_its_call_alone() {
    each(|api, spec| {
        let collection = json(&format!("{api}/postman/collection.json"));
        let items: Vec<_> = collection["item"]
            .as_array()
            .expect("folders")
            .iter()
            .flat_map(|folder| folder["item"].as_array().expect("items"))
            .collect();
        assert_eq!(items.len(), spec.operations.len());
        for operation in &spec.operations {
            let summary = operation.place.text("summary").expect("a summary");
            let item = items.iter().find(|item| item["name"] == summary).expect("an item");
            let request = &item["request"];
            assert_eq!(request["method"], operation.method.to_uppercase());
            let settings = request["auth"]["oauth2"].as_array().expect("settings");
            let scope = settings
                .iter()
                .find(|setting| setting["key"] == "scope")
                .expect("scopes");
            assert_eq!(scope["value"], operation.permissions()[0].join(" "));
            for variable in request["url"]["variable"].as_array().expect("variables") {
                assert!(!variable["value"].as_str().expect("text").contains('/'), "{variable}");
            }
            if let Some(body) = spec.request_body(operation) {
                let media = body.members_of("content").remove(0).1;
                let token = operation.place.get("x-paging").and_then(|paging| paging.text("token"));
                // That of the page that an answer has named.
                let first = |example: &Value| {
                    let mut example = example.clone();
                    let members = example.as_object_mut();
                    members.and_then(|members| members.remove(token?.strip_prefix("body.")?));
                    example
                };
                let sent: Value = serde_json::from_str(request["body"]["raw"].as_str().expect("a body")).expect("JSON");
                let named = media
                    .members_of("examples")
                    .into_iter()
                    .filter_map(|(_, example)| example.value.get("value"));
                assert!(
                    media
                        .value
                        .get("example")
                        .into_iter()
                        .chain(named)
                        .any(|example| first(example) == sent),
                    "{sent}"
                );
            }
        }
    });
}

#[test]
fn each_server_has_an_environment_and_so_has_a_local_one() {
    each(|api, spec| {
        let prefix = format!("{api}/postman/environment.");
        let environments: Vec<_> = FILES
            .keys()
            .filter(|path| path.starts_with(&prefix))
            .map(|path| json(path))
            .collect();
        let value = |environment: &Value, key: &str| {
            let values = environment["values"].as_array().expect("values").iter();
            let found = values.clone().find(|value| value["key"] == key).expect("a value");
            found["value"].as_str().expect("text").to_owned()
        };
        let urls: BTreeSet<_> = environments
            .iter()
            .map(|it| value(it, "baseUrl").replace("{{", "{").replace("}}", "}"))
            .collect();
        let servers = spec.root.entries_of("servers");
        let mut wanted: BTreeSet<_> = servers
            .iter()
            .filter_map(|server| server.text("url").map(str::to_owned))
            .collect();
        wanted.insert("http://localhost:8080".to_owned());
        assert_eq!(urls, wanted);
        let tokens: BTreeSet<_> = environments.iter().map(|it| value(it, "tokenUrl")).collect();
        assert_eq!(
            tokens.len(),
            wanted.len(),
            "each cloud has an identity of its own: {tokens:?}"
        );
        assert!(environments.iter().all(|it| value(it, "clientSecret").is_empty()));
    });
}

#[test]
fn an_http_file_has_each_call_with_a_token_for_it() {
    each(|api, spec| {
        let text = text(&format!("{api}/requests.http"));
        for operation in &spec.operations {
            let id = operation.id().expect("an id");
            let (_, request) = text.split_once(&format!("# @name {id}\n")).expect("a request");
            let request = request.split("\n###").next().expect("a request");
            assert!(
                request.starts_with(&format!("{} {{{{baseUrl}}}}/", operation.method.to_uppercase())),
                "{request}"
            );
            assert!(
                !request.lines().next().expect("a line").contains("}/{"),
                "a parameter is open: {request}"
            );
            let token = request
                .split_once("Bearer {{")
                .and_then(|(_, rest)| rest.split_once('.'))
                .expect("a token")
                .0;
            let (_, login) = text.split_once(&format!("# @name {token}\n")).expect("a token request");
            let scopes = login
                .lines()
                .nth(3)
                .and_then(|line| line.rsplit_once("&scope="))
                .expect("scopes")
                .1;
            assert_eq!(scopes, operation.permissions()[0].join("+"));
        }
    });
}

#[test]
fn each_example_is_a_fixture() {
    each(|api, spec| {
        for operation in &spec.operations {
            let id = operation.id().expect("an id");
            let body = spec.request_body(operation).map(|body| ("request".to_owned(), body));
            let answers = operation.place.members_of("responses").into_iter();
            let answers = answers
                .filter(|(_, answer)| answer.reference().is_none())
                .map(|(status, answer)| (status.to_owned(), answer));
            for (part, holder) in body.into_iter().chain(answers) {
                for (_, media) in holder.members_of("content") {
                    if let Some(example) = media.value.get("example") {
                        assert_eq!(json(&format!("{api}/fixtures/{id}.{part}.json")), *example);
                    }
                    for (name, example) in media.members_of("examples") {
                        assert_eq!(
                            json(&format!("{api}/fixtures/{id}.{part}.{name}.json")),
                            example.value["value"]
                        );
                    }
                }
            }
            let parameters = spec.parameters(operation);
            if !parameters.is_empty() {
                let fixture = json(&format!("{api}/fixtures/{id}.parameters.json"));
                assert_eq!(fixture.as_object().expect("an object").len(), parameters.len(), "{id}");
            }
        }
    });
}

#[test]
fn nothing_is_lost_in_the_portable_document_of_all() {
    let all = json("all/openapi.portable.json");
    let (mut operations, mut scopes) = (0, BTreeSet::new());
    each(|api, spec| {
        let portable = json(&format!("{api}/openapi.portable.json"));
        for operation in &spec.operations {
            let [exact, one, merged] = [&spec.document.value, &portable, &all]
                .map(|document| &document["paths"][operation.path][operation.method]);
            for key in [
                "summary",
                "security",
                "deprecated",
                "externalDocs",
                "x-paging",
                "x-read-only",
            ] {
                assert_eq!(
                    (exact.get(key), exact.get(key)),
                    (one.get(key), merged.get(key)),
                    "{key}"
                );
            }
            assert_eq!(exact["description"], one["description"]);
            let id = merged["operationId"].as_str().expect("an id");
            assert!(
                id.to_lowercase()
                    .ends_with(&operation.id().expect("an id").to_lowercase())
                    && id.len() > api.len()
            );
        }
    });
    for api in APIS {
        let document = api.document().expect("a spec");
        operations += Spec::new(&document).operations.len();
        let listed = &document.value["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
        scopes.extend(listed.as_object().expect("scopes").keys().cloned());
    }
    let document = Document::parse("all.yaml".as_ref(), text("all/openapi.portable.yaml")).expect("YAML");
    let merged = Spec::new(&document);
    assert_eq!(merged.operations.len(), operations);
    let ids: BTreeSet<_> = merged.operations.iter().filter_map(xtask_spec::Operation::id).collect();
    assert_eq!(ids.len(), operations);
    let listed = &all["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
    assert_eq!(
        listed
            .as_object()
            .expect("scopes")
            .keys()
            .cloned()
            .collect::<BTreeSet<_>>(),
        scopes
    );
    // What a description speaks of has the new name.
    let text = text("all/openapi.portable.json");
    assert!(text.contains("`insightsGetSiteId` finds the id") && !text.contains("`getSiteId`"));
}

#[test]
fn no_two_codes_have_one_name() {
    let folders = APIS.iter().map(|api| api.name).chain(["all"]);
    for folder in folders {
        let document = json(&format!("{folder}/openapi.portable.json"));
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        let mut names: BTreeSet<_> = schemas.keys().cloned().collect();
        for schema in schemas.values().filter(|schema| schema.get("enum").is_some()) {
            for name in schema["x-enum-varnames"].as_array().expect("names") {
                assert!(
                    names.insert(name.as_str().expect("a name").to_owned()),
                    "{folder}: {name}"
                );
            }
        }
    }
}

#[test]
fn types_stand_on_their_own() {
    each(|api, spec| {
        let mut types = json(&format!("{api}/types.schema.json"));
        let all = spec.components("schemas").into_iter();
        types["allOf"] = all
            .map(|(name, _)| serde_json::json!({ "$ref": format!("#/$defs/{name}") }))
            .collect();
        jsonschema::draft202012::new(&types).unwrap_or_else(|error| panic!("{api}: {error}"));
    });
}
