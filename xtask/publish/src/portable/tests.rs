//! Each rule on its own, on a document with one call.

use std::path::Path;

use super::*;

/// What one rule makes of the schemas of a document, in which `ask` takes `Ask` and answers `Tell`.
fn apply(rule: &str, schemas: Value) -> Value {
    let (_, apply) = RULES.iter().find(|(name, _)| *name == rule).unwrap();
    let mut draft = Draft::new(&document(schemas));
    apply(&mut draft);
    draft.value["components"]["schemas"].take()
}

fn document(schemas: Value) -> Value {
    let body = |name: &str| json!({ "content": { "application/json": { "schema": reference(name) } } });
    let operation = json!({ "requestBody": body("Ask"), "responses": { "200": body("Tell") } });
    json!({ "paths": { "/ask": { "post": operation } }, "components": { "schemas": schemas } })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Both sides of the call with the same member.
fn both(member: &Value) -> Value {
    let object = json!({ "type": "object", "properties": { "it": member } });
    json!({ "Ask": object, "Tell": object })
}

/// The member on both sides, once a rule was applied.
fn sides(rule: &str, member: &Value) -> [Value; 2] {
    let schemas = apply(rule, both(member));
    ["Ask", "Tell"].map(|side| schemas[side]["properties"]["it"].clone())
}

#[test]
fn one_server() {
    let mut draft = Draft::new(&json!({ "servers": [
        {
            "url": "https://graph-{region}.example.com",
            "description": "The first.",
            "variables": { "region": { "description": "Of the data.", "enum": ["eu", "us"], "default": "us" } },
        },
        { "url": "https://other.example.com/", "description": "The second." },
    ] }));
    super::one_server(&mut draft);
    let [server] = draft.value["servers"].as_array().unwrap().as_slice() else {
        panic!("{}", draft.value)
    };
    assert_eq!(server["url"], "https://{host}");
    let host = &server["variables"]["host"];
    assert_eq!(
        host["enum"],
        json!(["graph-eu.example.com", "graph-us.example.com", "other.example.com"])
    );
    assert_eq!(host["default"], "graph-us.example.com");
    for said in ["The first.", "Of the data.", "The second."] {
        assert!(host["description"].as_str().unwrap().contains(said), "{host}");
    }
}

#[test]
fn free_members() {
    let schemas = apply(
        "free-members",
        json!({
            "Ask": { "type": "object", "description": "It.", "additionalProperties": { "description": "More." } },
            "Tell": { "type": "object", "additionalProperties": { "type": "string" } },
            "Other": { "type": "object", "additionalProperties": false },
        }),
    );
    assert_eq!(schemas["Ask"], json!({ "type": "object", "description": "It. More." }));
    assert_eq!(schemas["Tell"]["additionalProperties"], json!({ "type": "string" }));
    assert_eq!(schemas["Other"]["additionalProperties"], false);
}

#[test]
fn wide_unions() {
    let text = json!({ "type": "string" });
    let time = json!({ "type": "string", "format": "date-time" });
    let codes =
        json!({ "type": "string", "enum": ["A"], "x-enum-varnames": ["First"], "x-enum-descriptions": ["One."] });
    for (choices, wide) in [
        (json!([time, text]), json!({ "type": "string" })),
        (
            json!([{ "type": "integer", "minimum": 1 }, { "type": "number" }]),
            json!({ "type": "number" }),
        ),
        (
            json!([{ "type": "array", "items": time }, { "type": "array", "items": text }]),
            json!({ "type": "array", "items": text }),
        ),
        (json!([text, { "type": "integer" }]), json!({})),
        (json!([{ "type": "array", "items": text }, text]), json!({})),
        (
            json!([reference("Codes"), text]),
            json!({
                "type": "string", "x-extensible-enum": ["A"], "x-enum-varnames": ["First"], "x-enum-descriptions": ["One."],
            }),
        ),
        (
            json!([{ "type": "string", "nullable": true }, time]),
            json!({ "type": "string", "nullable": true }),
        ),
    ] {
        let mut schemas = both(&json!({ "anyOf": choices }));
        schemas["Codes"] = codes.clone();
        let mut made = apply("wide-unions", schemas)["Ask"]["properties"]["it"].clone();
        made.as_object_mut().unwrap().shift_remove("description");
        assert_eq!(made, wide, "{choices}");
    }
}

#[test]
fn a_wide_union_of_objects_has_the_members_of_all() {
    let one = json!({ "type": "object", "required": ["kind", "a"], "properties": {
        "kind": { "type": "integer", "enum": [1], "x-enum-varnames": ["One"], "x-enum-descriptions": ["1."] },
        "a": { "type": "string", "description": "Here." },
    } });
    let two = json!({ "type": "object", "required": ["kind"], "properties": {
        "kind": { "type": "integer", "enum": [2], "x-enum-varnames": ["Two"], "x-enum-descriptions": ["2."] },
        "a": { "type": "string", "description": "There." },
        "b": { "type": "boolean" },
    } });
    let union = json!({ "description": "It.", "oneOf": [reference("One"), reference("Two")] });
    let schemas = apply("wide-unions", json!({ "Ask": union, "One": one, "Two": two }));
    assert_eq!(
        schemas["Ask"],
        json!({
            "description": "It. One of: `One`, `Two`.",
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {
                    "type": "integer", "x-extensible-enum": [1, 2], "x-enum-varnames": ["One", "Two"],
                    "x-enum-descriptions": ["1.", "2."],
                },
                "a": { "type": "string", "description": "Here. Or: There." },
                "b": { "type": "boolean" },
            },
        })
    );
    assert_eq!(schemas["One"], one, "what callers build the body with stays");
}

#[test]
fn named_objects() {
    let inner = json!({ "type": "object", "properties": { "x": { "type": "string" } } });
    let ask = json!({ "type": "object", "properties": { "list": { "type": "array", "items": inner } } });
    let schemas = apply(
        "named-objects",
        json!({ "Ask": ask, "AskListItems": { "type": "string" } }),
    );
    assert_eq!(
        schemas["Ask"]["properties"]["list"]["items"],
        reference("AskListItemsObject")
    );
    assert_eq!(schemas["AskListItemsObject"], inner);
}

#[test]
fn values_in_place() {
    let member = json!({ "description": "The state.", "allOf": [reference("State")] });
    let mut schemas = both(&member);
    schemas["State"] = json!({ "type": "integer", "description": "A state.", "enum": [1] });
    schemas["Tell"]["properties"]["list"] = reference("States");
    schemas["States"] = json!({ "type": "array", "items": reference("State") });
    let schemas = apply("values-in-place", schemas);
    assert_eq!(schemas["Ask"]["properties"]["it"], member, "a request keeps the name");
    let state =
        |description: &str| json!({ "type": "integer", "description": description, "enum": [1], "title": "State" });
    assert_eq!(schemas["Tell"]["properties"]["it"], state("The state. A state."));
    assert_eq!(schemas["Tell"]["properties"]["list"]["items"], state("A state."));
    assert_eq!(schemas.get("States"), None, "nothing refers to it");
    assert!(schemas.get("State").is_some());
}

#[test]
fn what_both_sides_use_stays_closed_in_requests() {
    let mut schemas = both(&reference("Kind"));
    schemas["Kind"] = json!({ "type": "string", "minLength": 1, "enum": ["a"], "x-enum-varnames": ["First"] });
    let mut draft = Draft::new(&document(schemas));
    for (_, apply) in RULES {
        apply(&mut draft);
    }
    let schemas = &draft.value["components"]["schemas"];
    assert_eq!(schemas["Ask"]["properties"]["it"], reference("Kind"));
    assert_eq!(
        (&schemas["Kind"]["enum"], &schemas["Kind"]["minLength"]),
        (&json!(["a"]), &json!(1))
    );
    let it = &schemas["Tell"]["properties"]["it"];
    assert_eq!((&it[OPEN_CODES], &it["nullable"]), (&json!(["a"]), &json!(true)));
    assert!(it.get("enum").is_none() && it.get("minLength").is_none(), "{it}");
}

#[test]
fn open_codes() {
    let codes = json!({ "type": "integer", "enum": [0, 1], "x-enum-varnames": ["No", "Yes"], "x-enum-descriptions": ["A.", "B."] });
    let [ask, tell] = sides("open-codes", &codes);
    assert_eq!(ask, codes, "a request is refused before it is sent");
    assert_eq!(
        tell,
        json!({
            "type": "integer",
            "x-extensible-enum": [0, 1],
            "x-enum-varnames": ["No", "Yes"],
            "x-enum-descriptions": ["A.", "B."],
            "description": "Known codes: `0` No, `1` Yes; there may be others.",
        })
    );
}

#[test]
fn tolerant_values() {
    let time = json!({ "type": "string", "format": "date-time", "minLength": 1, "default": "x", "example": "y" });
    let [ask, tell] = sides("tolerant-values", &time);
    assert_eq!(ask, time);
    assert_eq!(
        tell,
        json!({ "type": "string", "x-format": "date-time", "example": "y" })
    );
    let secret = json!({ "type": "string", "format": "password" });
    assert_eq!(sides("tolerant-values", &secret)[1], secret);
}

#[test]
fn nullable_members() {
    let with_null = |mut schema: Value| {
        schema["nullable"] = true.into();
        schema
    };
    let described = json!({ "description": "It.", "allOf": [reference("Tell")] });
    for (member, made) in [
        (json!({ "type": "string" }), with_null(json!({ "type": "string" }))),
        (described.clone(), with_null(described)),
        (
            reference("Tell"),
            json!({ "nullable": true, "allOf": [reference("Tell")] }),
        ),
        (
            json!({ "type": "array", "items": { "type": "string" } }),
            with_null(json!({ "type": "array", "items": with_null(json!({ "type": "string" })) })),
        ),
        (
            json!({ "description": "Anything, so null too." }),
            json!({ "description": "Anything, so null too." }),
        ),
    ] {
        let [ask, tell] = sides("nullable-members", &member);
        assert_eq!((ask, tell), (member, made));
    }
}

#[test]
fn distinct_codes() {
    let codes = |names: &[&str]| json!({ "type": "string", "enum": names, "x-enum-varnames": names });
    let schemas = apply(
        "distinct-codes",
        json!({
            "First": codes(&["On", "Off"]), "Second": codes(&["Off", "Third"]), "Third": { "type": "string" },
        }),
    );
    assert_eq!(schemas["First"]["x-enum-varnames"], json!(["On", "FirstOff"]));
    assert_eq!(
        schemas["Second"]["x-enum-varnames"],
        json!(["SecondOff", "SecondThird"])
    );
    assert_eq!(schemas["Second"]["enum"], json!(["Off", "Third"]), "what is sent stays");
}

#[test]
fn what_no_rule_makes_portable_is_refused_by_its_place() {
    let object = |member: Value| json!({ "type": "object", "properties": { "a": member } });
    for (schema, key, words) in [
        (
            json!({ "properties": {}, "not": {} }),
            "Ask:",
            "what the schema excludes",
        ),
        (
            json!({ "allOf": [reference("Tell"), { "type": "object" }] }),
            "Ask:",
            "an `allOf` puts an object together",
        ),
        (
            object(json!({ "allOf": [{ "type": "string" }] })),
            "a:",
            "holds something else than a reference",
        ),
        (
            object(reference("Gone")),
            "a:",
            "`#/components/schemas/Gone` leads nowhere",
        ),
    ] {
        refused(
            &document(json!({ "Ask": schema, "Tell": { "type": "object" } })),
            key,
            words,
        );
    }
}

/// Nothing forbids it, and it must not exhaust the stack.
#[test]
fn what_is_made_of_itself_ends() {
    let object =
        |member: &str| json!({ "type": "object", "properties": { "a": reference(member), "b": reference(member) } });
    let text = document(json!({
        "Ask": { "anyOf": [reference("Tree"), reference("Bush")] },
        "Tree": object("Tree"),
        "Bush": object("Bush"),
        "Tell": { "type": "object", "properties": { "list": reference("List"), "union": reference("Union") } },
        "List": { "type": "array", "items": reference("List") },
        "Union": { "anyOf": [{ "type": "string" }, reference("Union")] },
    }));
    let text = crate::yaml::write(&text).unwrap();
    let document = Document::parse(Path::new("specs/mini/openapi.yaml"), &text).unwrap();
    let exact = crate::Judge::new(&document.value).unwrap();
    let portable = crate::Judge::new(&derive(&document).unwrap()).unwrap();
    for (name, value) in [
        ("Ask", json!({ "a": { "b": { "a": {} } } })),
        ("Tell", json!({ "list": [[[], [[]]]], "union": "text" })),
    ] {
        for judge in [&exact, &portable] {
            assert!(
                judge
                    .validator(&format!("/components/schemas/{name}"))
                    .unwrap()
                    .is_valid(&value),
                "{name}"
            );
        }
    }
}

#[test]
fn a_union_of_objects_has_a_name() {
    let mut document = document(both(&json!({ "type": "string" })));
    document["paths"]["/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"] =
        json!({ "oneOf": [reference("Ask"), reference("Tell")] });
    refused(&document, "schema:", "an object, or a union of objects, has no name");
}

/// The message for a document names the last line with this key, and what is wrong.
fn refused(document: &Value, key: &str, words: &str) {
    let text = crate::yaml::write(document).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let line = lines.iter().rposition(|line| line.trim() == key).unwrap() + 1;
    let document = Document::parse(Path::new("specs/mini/openapi.yaml"), &text).unwrap();
    let message = format!("{:#}", derive(&document).unwrap_err());
    let place = format!("specs/mini/openapi.yaml:{line}: ");
    assert!(
        message.starts_with(&place) && message.contains(words),
        "{place} {words}: {message}"
    );
}

#[test]
fn the_rules_are_described() {
    let readme = std::fs::read_to_string(xtask_spec::api::root().join("specs/README.md")).unwrap();
    let described: Vec<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(name, _)| name))
        .collect();
    let rules: Vec<_> = RULES.iter().map(|(name, _)| *name).collect();
    assert!(
        described.windows(rules.len()).any(|names| names == rules),
        "{described:?}"
    );
}
