//! Each kind of change with its class, on a document with one call.

use serde_json::json;

use super::*;

/// A document with one operation that sends `Ask` and answers `Tell`, both the same.
fn document() -> Value {
    let size = json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "description": "How large." });
    let kind = json!({ "allOf": [{ "$ref": "#/components/schemas/Kind" }], "description": "Which." });
    let object = json!({
        "type": "object",
        "required": ["name"],
        "properties": { "name": { "type": "string" }, "size": size, "kind": kind },
    });
    let content =
        |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } });
    let operation = json!({
        "operationId": "ask",
        "tags": ["Beds"],
        "security": [{ "oauth2": ["beds.read"] }],
        "parameters": [{ "name": "top", "in": "query", "schema": { "type": "integer" } }],
        "requestBody": { "required": false, "content": content("Ask") },
        "responses": { "200": { "description": "It.", "content": content("Tell") } },
    });
    let kinds = json!({ "type": "string", "enum": ["a", "b"], "x-enum-varnames": ["First", "Second"] });
    json!({
        "info": { "title": "Beds", "version": "1.0.0" },
        "servers": [{ "url": "https://a.example" }],
        "paths": { "/ask": { "post": operation } },
        "components": { "schemas": { "Ask": object, "Tell": object, "Kind": kinds } },
    })
}

/// The classes and places of what an edit changes: the JSON pointer, and the new value; `Null` removes it.
fn changed(pointer: &str, value: Value) -> Vec<Change> {
    let (old, mut new) = (document(), document());
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    match new.pointer_mut(parent).expect("a place") {
        Value::Object(members) if value.is_null() => drop(members.remove(&name).expect("a member")),
        Value::Object(members) => drop(members.insert(name, value)),
        Value::Array(entries) => entries[name.parse::<usize>().expect("an index")] = value,
        other => panic!("{other}"),
    }
    between(&old, &new)
}

#[test]
fn a_change_has_its_class_and_place() {
    use Class::{Additive, Breaking, Documentation};
    const ASK: &str = "/components/schemas/Ask";
    const TELL: &str = "/components/schemas/Tell";
    const CALL: &str = "/paths/~1ask/post";
    let top = |more: Value| {
        let mut parameter = json!({ "name": "top", "in": "query", "schema": { "type": "integer" } });
        parameter
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        json!([parameter])
    };
    for (root, pointer, value, class, place) in [
        (CALL, "", Value::Null, Breaking, "operation"),
        ("", "/paths/~1tell", json!({ "get": {} }), Additive, "operation"),
        (CALL, "/operationId", json!("tell"), Breaking, "operation"),
        (CALL, "/tags", json!(["Plants"]), Breaking, "operation"),
        (CALL, "/summary", json!("Ask"), Documentation, "operation"),
        (CALL, "/deprecated", json!(true), Additive, "operation"),
        (
            CALL,
            "/security",
            json!([{ "oauth2": ["beds.all"] }]),
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
            top(json!({ "schema": { "type": "string" } })),
            Breaking,
            "query.top",
        ),
        (
            CALL,
            "/parameters",
            top(json!({ "schema": { "type": "integer", "maximum": 9 } })),
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
            "/responses/200/description",
            json!("All."),
            Documentation,
            "response.200",
        ),
        (
            CALL,
            "/responses/404",
            json!({ "description": "No." }),
            Additive,
            "response",
        ),
        (CALL, "/responses/200/content", Value::Null, Breaking, "response.200"),
        (ASK, "/required", json!(["name", "size"]), Breaking, "Ask.size"),
        (ASK, "/required", json!([]), Additive, "Ask.name"),
        (TELL, "/required", json!(["name", "size"]), Additive, "Tell.size"),
        (TELL, "/required", json!([]), Breaking, "Tell.name"),
        (ASK, "/properties/size", Value::Null, Breaking, "Ask.size"),
        (ASK, "/properties/depth", json!({}), Additive, "Ask.depth"),
        (TELL, "/properties/size", Value::Null, Breaking, "Tell.size"),
        (TELL, "/properties/depth", json!({}), Additive, "Tell.depth"),
        (ASK, "/properties/size/maximum", json!(8), Breaking, "Ask.size"),
        (ASK, "/properties/size/maximum", json!(10), Additive, "Ask.size"),
        (ASK, "/properties/size/maximum", Value::Null, Additive, "Ask.size"),
        (ASK, "/properties/size/minimum", json!(2), Breaking, "Ask.size"),
        (ASK, "/properties/size/minimum", Value::Null, Additive, "Ask.size"),
        (ASK, "/properties/name/minLength", json!(1), Breaking, "Ask.name"),
        (ASK, "/properties/name/maxLength", json!(9), Breaking, "Ask.name"),
        (ASK, "/properties/name/pattern", json!("a"), Breaking, "Ask.name"),
        (TELL, "/properties/size/maximum", json!(8), Additive, "Tell.size"),
        (TELL, "/properties/size/maximum", Value::Null, Breaking, "Tell.size"),
        (TELL, "/properties/name/nullable", json!(true), Breaking, "Tell.name"),
        (ASK, "/properties/name/nullable", json!(true), Additive, "Ask.name"),
        (ASK, "/properties/size/type", json!("number"), Breaking, "Ask.size"),
        (TELL, "/properties/size/format", json!("int64"), Breaking, "Tell.size"),
        (TELL, "/properties/size/default", json!(1), Documentation, "Tell.size"),
        (ASK, "/properties/size/default", json!(1), Breaking, "Ask.size"),
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
        ("", "/info/title", json!("Plants"), Documentation, "info"),
        (
            "",
            "/servers",
            json!([{ "url": "https://b.example" }]),
            Breaking,
            "servers",
        ),
    ] {
        let changes = changed(&format!("{root}{pointer}"), value.clone());
        let first = changes
            .first()
            .unwrap_or_else(|| panic!("{root}{pointer} to {value} is no change"));
        assert_eq!(
            (first.class, first.place.as_str()),
            (class, place),
            "{root}{pointer} to {value}: {changes:#?}"
        );
        assert!(!first.what.is_empty());
    }
}

#[test]
fn a_component_is_compared_on_both_sides_and_told_once() {
    let kinds = json!({ "type": "string", "enum": ["a", "c"], "x-enum-varnames": ["One", "Third"] });
    let told: Vec<_> = changed("/components/schemas/Kind", kinds)
        .iter()
        .map(Change::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "`POST /ask`, `Kind`: the code `\"a\"` is called `One` instead of `First`.",
            "`POST /ask`, `Kind`: the code `\"b\"` is gone.",
            "`POST /ask`, `Kind`: the code `\"c\"` (`Third`) is new.",
        ]
    );
}

#[test]
fn a_union_may_get_alternatives_in_requests_alone() {
    let union =
        |names: &[&str]| json!({ "anyOf": names.iter().map(|kind| json!({ "type": kind })).collect::<Vec<_>>() });
    for (side, class) in [("Ask", Class::Additive), ("Tell", Class::Breaking)] {
        let [mut old, mut new] = [document(), document()];
        old["components"]["schemas"][side]["properties"]["name"] = union(&["string"]);
        new["components"]["schemas"][side]["properties"]["name"] = union(&["string", "integer"]);
        assert_eq!(between(&old, &new)[0].class, class, "{side}");
        assert_eq!(between(&new, &old)[0].class, Class::Breaking, "{side}");
    }
}

#[test]
fn the_same_and_another_version_are_no_change() {
    assert_eq!(changed("/info/version", json!("2.0.0")), []);
    let mut circle = document();
    circle["components"]["schemas"]["Ask"]["properties"]["inner"] = json!({ "$ref": "#/components/schemas/Ask" });
    assert_eq!(between(&circle, &circle), []);
}
