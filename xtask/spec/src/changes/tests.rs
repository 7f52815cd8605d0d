//! Each kind of change with its class, on a document with one call; oasdiff is the opponent.

use std::process::Command;

use serde_json::json;

use super::*;
use crate::place::LOCAL_TIME;

const ASK: &str = "/components/schemas/Ask";
const TELL: &str = "/components/schemas/Tell";
const CALL: &str = "/paths/~1ask/post";

/// A document with one operation that sends `Ask` and answers `Tell`, both the same.
fn document() -> Value {
    let size = json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "description": "How large." });
    let kind = json!({ "allOf": [{ "$ref": "#/components/schemas/Kind" }], "description": "Which." });
    let marks = json!({ "type": "array", "minItems": 1, "maxItems": 9, "items": { "type": "string" } });
    let form = json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] });
    let name = json!({ "type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$" });
    let at = json!({ "type": "string", "pattern": LOCAL_TIME });
    let object = json!({
        "type": "object",
        "required": ["name"],
        "properties": { "name": name, "note": { "type": "string" }, "size": size, "kind": kind, "marks": marks, "form": form, "at": at },
    });
    let content =
        |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } });
    let header = json!({ "required": true, "schema": { "type": "string" } });
    let operation = json!({
        "operationId": "ask",
        "tags": ["Beds"],
        "security": [{ "oauth2": ["beds.read"] }],
        "parameters": [{ "name": "top", "in": "query", "schema": { "type": "integer", "default": 5 } }],
        "requestBody": { "required": false, "content": content("Ask") },
        "responses": {
            "200": { "description": "It.", "headers": { "ETag": header }, "content": content("Tell") },
            "404": { "description": "None." },
        },
    });
    let kinds = json!({ "type": "string", "enum": ["a", "b"], "x-enum-varnames": ["First", "Second"] });
    let scopes = json!({ "beds.read": "Read.", "beds.all": "All." });
    let flow = json!({ "tokenUrl": "https://id.example/token", "scopes": scopes });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Beds", "version": "1.0.0" },
        "servers": [{ "url": "https://a.example" }],
        "paths": { "/ask": { "post": operation } },
        "components": {
            "schemas": { "Ask": object, "Tell": object, "Kind": kinds },
            "securitySchemes": { "oauth2": { "type": "oauth2", "flows": { "clientCredentials": flow } } },
        },
    })
}

/// The document after an edit: the JSON pointer, and the new value; `Null` removes it.
fn edited(pointer: &str, value: &Value) -> Value {
    let mut new = document();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    match new.pointer_mut(parent).expect("a place") {
        Value::Object(members) if value.is_null() => drop(members.remove(&name).expect("a member")),
        Value::Object(members) => drop(members.insert(name, value.clone())),
        Value::Array(entries) => entries[name.parse::<usize>().expect("an index")] = value.clone(),
        other => panic!("{other}"),
    }
    new
}

fn changed(pointer: &str, value: &Value) -> Vec<Change> {
    between(&document(), &edited(pointer, value))
}

/// Single edits, each with the class and the place of the change that it is.
fn edits() -> Vec<(String, Value, Class, &'static str)> {
    use Class::{Additive, Breaking, Documentation};
    let parameter = |more: Value| {
        let mut parameter = json!({ "name": "top", "in": "query", "schema": { "type": "integer", "default": 5 } });
        let more = more.as_object().expect("an object").clone();
        parameter.as_object_mut().expect("an object").extend(more);
        parameter
    };
    let top = |more: Value| json!([parameter(more)]);
    let and = |name: &str, required: bool| {
        let other = json!({ "name": name, "in": "query", "required": required, "schema": { "type": "string" } });
        json!([parameter(json!({})), other])
    };
    let rows = [
        (CALL, "", Value::Null, Breaking, "operation"),
        (
            "",
            "/paths/~1tell",
            json!({ "get": { "responses": { "204": { "description": "Told." } } } }),
            Additive,
            "operation",
        ),
        (CALL, "/operationId", json!("tell"), Breaking, "operation"),
        (CALL, "/tags", json!(["Plants"]), Breaking, "operation"),
        (CALL, "/summary", json!("Ask"), Documentation, "operation"),
        (CALL, "/deprecated", json!(true), Additive, "operation"),
        (CALL, "/x-other", json!(1), Breaking, "operation"),
        (CALL, "/x-read-only", json!(true), Additive, "operation"),
        (
            CALL,
            "/security",
            json!([{ "oauth2": ["beds.all"] }]),
            Breaking,
            "security",
        ),
        (
            CALL,
            "/security",
            json!([{ "oauth2": ["beds.read"] }, { "oauth2": ["beds.all"] }]),
            Additive,
            "security",
        ),
        // A client that takes the first asks for what its app may not have been granted.
        (
            CALL,
            "/security",
            json!([{ "oauth2": ["beds.all"] }, { "oauth2": ["beds.read"] }]),
            Breaking,
            "security",
        ),
        (
            CALL,
            "/security/0/oauth2",
            json!(["beds.read", "beds.all"]),
            Breaking,
            "security",
        ),
        (CALL, "/parameters", Value::Null, Breaking, "query.top"),
        (CALL, "/parameters", and("skip", false), Additive, "query.skip"),
        (CALL, "/parameters", and("skip", true), Breaking, "query.skip"),
        (
            CALL,
            "/parameters",
            top(json!({ "required": true })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "explode": false })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "deprecated": true })),
            Additive,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "schema": { "type": "string" } })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "schema": { "type": "integer", "default": 6 } })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "schema": { "type": "integer", "default": 5, "maximum": 9 } })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "description": "How many." })),
            Documentation,
            "query.top",
        ),
        (CALL, "/requestBody", Value::Null, Breaking, "body"),
        (CALL, "/requestBody/required", json!(true), Breaking, "body"),
        (
            CALL,
            "/requestBody/content",
            json!({ "text/plain": { "schema": { "type": "string" } } }),
            Breaking,
            "body",
        ),
        (
            CALL,
            "/responses/200/description",
            json!("All."),
            Documentation,
            "response.200",
        ),
        (
            CALL,
            "/responses/409",
            json!({ "description": "No." }),
            Additive,
            "response",
        ),
        (CALL, "/responses/404", Value::Null, Breaking, "response"),
        (CALL, "/responses/200", Value::Null, Breaking, "response"),
        (CALL, "/responses/200/content", Value::Null, Breaking, "response.200"),
        (CALL, "/responses/200/headers", Value::Null, Breaking, "response.200"),
        (
            CALL,
            "/responses/200/headers/Age",
            json!({ "schema": { "type": "string" } }),
            Additive,
            "response.200",
        ),
        (
            CALL,
            "/responses/200/headers/ETag/required",
            json!(false),
            Breaking,
            "response.200.ETag",
        ),
        (ASK, "/required", json!(["name", "size"]), Breaking, "Ask.size"),
        (
            ASK,
            "/required",
            json!(["name", "elsewhere"]),
            Breaking,
            "Ask.elsewhere",
        ),
        (ASK, "/required", json!([]), Additive, "Ask.name"),
        (TELL, "/required", json!(["name", "size"]), Additive, "Tell.size"),
        (TELL, "/required", json!([]), Breaking, "Tell.name"),
        (ASK, "/properties/size", Value::Null, Breaking, "Ask.size"),
        (
            ASK,
            "/properties/depth",
            json!({ "type": "integer" }),
            Additive,
            "Ask.depth",
        ),
        (TELL, "/properties/size", Value::Null, Breaking, "Tell.size"),
        (
            TELL,
            "/properties/depth",
            json!({ "type": "integer" }),
            Additive,
            "Tell.depth",
        ),
        (ASK, "/properties/size/maximum", json!(8), Breaking, "Ask.size"),
        (ASK, "/properties/size/maximum", json!(10), Additive, "Ask.size"),
        (ASK, "/properties/size/maximum", Value::Null, Additive, "Ask.size"),
        (ASK, "/properties/size/minimum", json!(2), Breaking, "Ask.size"),
        (ASK, "/properties/size/minimum", Value::Null, Additive, "Ask.size"),
        (ASK, "/properties/note/minLength", json!(1), Breaking, "Ask.note"),
        (ASK, "/properties/note/maxLength", json!(9), Breaking, "Ask.note"),
        (ASK, "/properties/note/pattern", json!("a"), Breaking, "Ask.note"),
        (ASK, "/properties/name/pattern", json!("a"), Breaking, "Ask.name"),
        (ASK, "/properties/name/pattern", Value::Null, Additive, "Ask.name"),
        (ASK, "/properties/at/pattern", Value::Null, Breaking, "Ask.at"),
        (ASK, "/properties/marks/maxItems", json!(8), Breaking, "Ask.marks"),
        (
            ASK,
            "/properties/marks/items/type",
            json!("integer"),
            Breaking,
            "Ask.marks[]",
        ),
        (
            ASK,
            "/properties/form/anyOf",
            json!([{ "type": "string" }]),
            Breaking,
            "Ask.form",
        ),
        (TELL, "/properties/size/maximum", json!(8), Additive, "Tell.size"),
        (TELL, "/properties/size/maximum", Value::Null, Breaking, "Tell.size"),
        (TELL, "/properties/size/maximum", json!(10), Breaking, "Tell.size"),
        (TELL, "/properties/size/minimum", json!(0), Breaking, "Tell.size"),
        (TELL, "/properties/name/maxLength", json!(10), Breaking, "Tell.name"),
        (TELL, "/properties/name/minLength", Value::Null, Breaking, "Tell.name"),
        (TELL, "/properties/name/pattern", Value::Null, Breaking, "Tell.name"),
        (TELL, "/properties/marks/minItems", Value::Null, Breaking, "Tell.marks"),
        (TELL, "/properties/name/nullable", json!(true), Breaking, "Tell.name"),
        (ASK, "/properties/name/nullable", json!(true), Additive, "Ask.name"),
        (ASK, "/properties/size/type", json!("number"), Breaking, "Ask.size"),
        (ASK, "/properties/note/format", json!("uuid"), Breaking, "Ask.note"),
        (TELL, "/properties/size/format", json!("int64"), Breaking, "Tell.size"),
        (TELL, "/properties/size/type", json!("string"), Breaking, "Tell.size"),
        (TELL, "/properties/size/default", json!(1), Documentation, "Tell.size"),
        (ASK, "/properties/size/default", json!(1), Breaking, "Ask.size"),
        (ASK, "/properties/note/readOnly", json!(true), Breaking, "Ask.note"),
        (ASK, "/additionalProperties", json!(false), Breaking, "Ask.{}"),
        (TELL, "/properties/size/x-other", json!(1), Breaking, "Tell.size"),
        (
            TELL,
            "/properties/kind/description",
            json!("What."),
            Documentation,
            "Tell.kind",
        ),
        (
            TELL,
            "/properties/kind",
            json!({ "type": "string" }),
            Breaking,
            "Tell.kind",
        ),
        ("/components/schemas/Kind", "/enum", json!(["a"]), Breaking, "Kind"),
        (
            "/components/schemas/Kind",
            "/enum",
            json!(["a", "b", "c"]),
            Additive,
            "Kind",
        ),
        ("/components/schemas/Kind", "/enum", Value::Null, Breaking, "Kind"),
        (
            "/components/schemas/Kind",
            "/x-enum-varnames",
            json!(["One", "Second"]),
            Breaking,
            "Kind",
        ),
        (
            "/components/securitySchemes",
            "/oauth2/flows/clientCredentials/tokenUrl",
            json!("https://b.example"),
            Breaking,
            "security.oauth2.clientCredentials",
        ),
        (
            "/components/securitySchemes",
            "/oauth2/flows/clientCredentials/scopes/beds.all",
            Value::Null,
            Breaking,
            "security.oauth2.clientCredentials",
        ),
        ("", "/openapi", json!("3.0.2"), Breaking, "document"),
        ("", "/info/title", json!("Plants"), Documentation, "info"),
        (
            "",
            "/servers",
            json!([{ "url": "https://b.example" }]),
            Breaking,
            "servers",
        ),
    ];
    let rows = rows.into_iter();
    rows.map(|(root, pointer, value, class, place)| (format!("{root}{pointer}"), value, class, place))
        .collect()
}

#[test]
fn a_change_has_its_class_and_place() {
    for (pointer, value, class, place) in edits() {
        let changes = changed(&pointer, &value);
        let first = changes
            .first()
            .unwrap_or_else(|| panic!("{pointer} to {value} is no change"));
        assert_eq!(
            (first.class, first.place.as_str()),
            (class, place),
            "{pointer} to {value}: {changes:#?}"
        );
        assert!(!first.what.is_empty());
    }
}

/// What oasdiff warns of, and is less here: the rule of oasdiff, and why no caller can fail.
const MILDER: &[(&str, &str)] = &[(
    "response-property-enum-value-added",
    "readers must expect codes that are not documented: the clients and the portable edition have open ones",
)];

/// `OASDIFF` names the program.
#[test]
#[ignore = "needs oasdiff"]
fn oasdiff_is_never_graver_without_a_reason() {
    let tool = std::env::var_os("OASDIFF").expect("OASDIFF names the program");
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = ["old.json", "new.json"].map(|name| folder.path().join(name));
    std::fs::write(&old, document().to_string()).expect("written");
    let (mut graver, mut used) = (Vec::new(), BTreeSet::new());
    for (pointer, value, class, _) in edits() {
        std::fs::write(&new, edited(&pointer, &value).to_string()).expect("written");
        let mut command = Command::new(&tool);
        let output = command
            .arg("changelog")
            .args([&old, &new])
            .args(["--format", "json"])
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{pointer}: {output:?}");
        let verdicts: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        for verdict in verdicts.as_array().into_iter().flatten() {
            let rule = verdict["id"].as_str().expect("a rule");
            // From 2 on, a caller may fail.
            if verdict["level"].as_u64().expect("a level") < 2 || class == Class::Breaking {
                continue;
            }
            match MILDER.iter().find(|(known, _)| *known == rule) {
                Some((known, _)) => drop(used.insert(*known)),
                None => graver.push(format!("{pointer} to {value}: {class:?}, and {verdict}")),
            }
        }
    }
    assert!(graver.is_empty(), "{graver:#?}");
    assert_eq!(used.len(), MILDER.len(), "a row that nothing needs: {used:?}");
}

#[test]
fn a_component_is_compared_on_both_sides_and_told_once() {
    let kinds = json!({ "type": "string", "enum": ["a", "c"], "x-enum-varnames": ["One", "Third"] });
    let changes = changed("/components/schemas/Kind", &kinds);
    let told: Vec<_> = changes.iter().map(Change::to_string).collect();
    assert_eq!(
        told,
        [
            "`POST /ask`, `Kind`: the code `\"a\"` is called `One` instead of `First`.",
            "`POST /ask`, `Kind`: the code `\"b\"` is gone.",
            "`POST /ask`, `Kind`: the code `\"c\"` (`Third`) is new.",
        ]
    );
}

/// Generators make types of their names, and arguments in their order.
#[test]
fn names_of_components_and_the_order_of_parameters_count() {
    let parameter = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    let with = |names: [&str; 4], order: [&str; 2]| {
        let [top, told, tag, asked] = names;
        let mut document = document();
        let mut response = document
            .pointer(&format!("{CALL}/responses/200"))
            .expect("a response")
            .clone();
        let header = std::mem::replace(&mut response["headers"]["ETag"], reference("headers", tag));
        let body = document
            .pointer(&format!("{CALL}/requestBody"))
            .expect("a body")
            .clone();
        let components = &mut document["components"];
        components["parameters"] = json!({ top: parameter("top") });
        components["responses"] = json!({ told: response });
        components["headers"] = json!({ tag: header });
        components["requestBodies"] = json!({ asked: body });
        let call = document.pointer_mut(CALL).expect("a call");
        let parameters = order.map(|name| match name {
            "top" => reference("parameters", top),
            name => parameter(name),
        });
        call["parameters"] = parameters.to_vec().into();
        call["responses"]["200"] = reference("responses", told);
        call["requestBody"] = reference("requestBodies", asked);
        document
    };
    let names = ["Top", "Told", "Tag", "Asked"];
    let old = with(names, ["top", "skip"]);
    assert_eq!(between(&old, &old), []);
    let places = ["query.top", "response.200", "response.200.ETag", "body"];
    for (index, place) in places.into_iter().enumerate() {
        let mut names = names;
        names[index] = "Other";
        let changes = between(&old, &with(names, ["top", "skip"]));
        assert_eq!(changes.len(), 1, "{changes:#?}");
        assert_eq!((changes[0].class, changes[0].place.as_str()), (Class::Breaking, place));
        assert!(
            changes[0].what.starts_with("the type is `Other` instead of "),
            "{changes:#?}"
        );
    }
    let changes = between(&old, &with(names, ["skip", "top"]));
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(
        changes[0].to_string(),
        "`POST /ask`, `operation`: the parameters are in another order."
    );
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

#[test]
fn a_union_may_get_alternatives_in_requests_alone() {
    let union = json!([{ "type": "string" }, { "type": "boolean" }, { "type": "integer" }]);
    for (side, class) in [(ASK, Class::Additive), (TELL, Class::Breaking)] {
        let changes = changed(&format!("{side}/properties/form/anyOf"), &union);
        assert_eq!((changes.len(), changes[0].class), (1, class), "{side}");
    }
}

/// Its type is another in Rust, whichever way it comes into a request; that of any other component is not.
#[test]
fn a_union_of_objects_that_only_answers_had_stays_out_of_requests() {
    let with = |name: &str| {
        let mut document = document();
        let schemas = &mut document["components"]["schemas"];
        schemas["Inner"] = json!({ "type": "object" });
        schemas["Union"] = json!({ "oneOf": [reference("schemas", "Inner")] });
        schemas["Scalar"] = json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] });
        schemas["Outer"] = json!({ "type": "object", "properties": { "all": { "type": "array", "items": reference("schemas", name) } } });
        schemas["Tell"]["properties"]["outer"] = reference("schemas", "Outer");
        document
    };
    for (name, class) in [
        ("Union", Class::Breaking),
        ("Inner", Class::Additive),
        ("Scalar", Class::Additive),
    ] {
        let old = with(name);
        let mut member = old.clone();
        member["components"]["schemas"]["Ask"]["properties"]["outer"] = reference("schemas", "Outer");
        let mut operation = old.clone();
        operation["paths"]["/tell"]["post"] = old["paths"]["/ask"]["post"].clone();
        operation["paths"]["/tell"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
            reference("schemas", "Tell");
        for new in [member, operation] {
            let changes = between(&old, &new);
            assert_eq!(changes[0].class, class, "{changes:#?}");
            assert_eq!(between(&new, &new), []);
            // What goes the other way is no change of a type.
            assert!(
                between(&new, &old)
                    .iter()
                    .all(|change| change.kind != Kind::Altered(Aspect::UnionSide))
            );
        }
    }
}

/// Whether it is the member's own list, that of its component, or of one behind that.
#[test]
fn what_clients_fill_in_stays_filled_in_or_it_is_breaking() {
    let with = |codes: &[&str], required: &[&str], member: Value| {
        let mut document = document();
        let names: Vec<_> = codes.iter().map(|code| code.to_uppercase()).collect();
        let list = json!({ "type": "string", "enum": codes, "x-enum-varnames": names });
        let schemas = &mut document["components"]["schemas"];
        for side in ["Ask", "Tell"] {
            schemas[side]["properties"]["only"] = if member.is_null() { list.clone() } else { member.clone() };
            schemas[side]["required"] = json!(required);
        }
        schemas["Same"] = json!({ "allOf": [reference("schemas", "Only")] });
        schemas["Only"] = list;
        document
    };
    let described = json!({ "description": "Which.", "allOf": [reference("schemas", "Same")] });
    for member in [Value::Null, reference("schemas", "Only"), described] {
        let with = |codes: &[&str], required: &[&str]| with(codes, required, member.clone());
        let filled_in = with(&["a"], &["name", "only"]);
        for new in [with(&["a", "b"], &["name", "only"]), with(&["a"], &["name"])] {
            let changes = between(&filled_in, &new);
            let told: Vec<_> = changes
                .iter()
                .filter(|change| change.kind == Kind::Altered(Aspect::Constant))
                .map(Change::to_string)
                .collect();
            let only = "`POST /ask`, `Ask.only`: clients filled in `\"a\"`, its only code, and do not any more.";
            assert_eq!((changes[0].class, told), (Class::Breaking, vec![only.to_owned()]));
        }
        // Where nothing was filled in, a code more is only that.
        for (old, codes, required) in [
            (&["a"][..], &["a", "b"][..], &["name"][..]),
            (&["a", "b"], &["a", "b", "c"], &["name", "only"]),
        ] {
            let changes = between(&with(old, required), &with(codes, required));
            assert_eq!(changes[0].class, Class::Additive, "{changes:#?}");
        }
    }
}

#[test]
fn alternatives_of_one_type_are_told_apart() {
    let mut document = document();
    let union =
        json!([{ "type": "string", "format": "date" }, { "type": "string" }, { "type": "string", "pattern": "a" }]);
    document["components"]["schemas"]["Tell"]["properties"]["form"] = json!({ "anyOf": union });
    assert_eq!(between(&document, &document), []);
}

#[test]
fn the_same_and_another_version_are_no_change() {
    assert_eq!(
        changed("/components/schemas/Ask/properties/name/nullable", &json!(false)),
        []
    );
    assert_eq!(changed("/info/version", &json!("2.0.0")), []);
    let mut circle = document();
    circle["components"]["schemas"]["Ask"]["properties"]["inner"] = json!({ "$ref": "#/components/schemas/Ask" });
    assert_eq!(between(&circle, &circle), []);
}
