//! The portable edition: what a plain generator can carry without losing data, derived from the exact document by small
//! rules, each of which `specs/README.md` describes.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};
use xtask_spec::document::{Document, Fault};

use crate::schema::{Draft, Side, component, is_object, named, parts, references};
use crate::widen::{Components, OPEN_CODES, choices, codes_open, sentences, text};

/// A rule: its name in `specs/README.md`, and what it does to a document.
struct Rule {
    name: &'static str,
    apply: fn(&mut Draft),
}

/// The rules, in their order: each may build on what those before it have done.
const RULES: &[Rule] = &[
    Rule {
        name: "one-server",
        apply: one_server,
    },
    Rule {
        name: "free-members",
        apply: free_members,
    },
    Rule {
        name: "free-requirements",
        apply: free_requirements,
    },
    Rule {
        name: "wide-unions",
        apply: wide_unions,
    },
    Rule {
        name: "named-objects",
        apply: named_objects,
    },
    Rule {
        name: "values-in-place",
        apply: values_in_place,
    },
    Rule {
        name: "open-codes",
        apply: open_codes,
    },
    Rule {
        name: "tolerant-values",
        apply: tolerant_values,
    },
    Rule {
        name: "nullable-members",
        apply: nullable_members,
    },
    Rule {
        name: "distinct-codes",
        apply: distinct_codes,
    },
];

/// What an answer's value is not held to, since a reader must not fail.
const LIMITS: [&str; 12] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "default",
];

/// Derives the portable edition.
///
/// # Errors
/// If the document has something that no rule makes portable: the place, and what to write instead.
pub fn derive(document: &Document) -> anyhow::Result<Value> {
    let mut draft = Draft::new(&document.value);
    for rule in RULES {
        (rule.apply)(&mut draft);
    }
    check(document, &mut draft)?;
    let rules: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    draft.value["info"]["x-edition"] = json!({ "name": "portable", "rules": rules });
    Ok(draft.value)
}

/// One server, at any of the hosts: a generator takes the first of several, and its users never see the others.
fn one_server(draft: &mut Draft) {
    let servers = draft
        .value
        .get("servers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let hosts: Vec<_> = servers.iter().flat_map(hosts).collect();
    let Some(default) = servers.first().map(default_host) else {
        return;
    };
    let described: Vec<_> = servers
        .iter()
        .map(|server| format!("`{}`: {}", host(server), described(server)))
        .collect();
    draft.value["servers"] = json!([{
        "url": "https://{host}",
        "description": "The host of a cloud, and of a region where there is one for each.",
        "variables": { "host": { "description": described.join(" "), "enum": hosts, "default": default } },
    }]);
}

/// What a server and its variables say of themselves.
fn described(server: &Value) -> String {
    let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
    let variables = variables.map(|(_, variable)| text(variable, "description"));
    variables.fold(text(server, "description").to_owned(), |all, next| {
        sentences(&all, next)
    })
}

fn host(server: &Value) -> &str {
    text(server, "url").trim_start_matches("https://").trim_end_matches('/')
}

fn default_host(server: &Value) -> String {
    let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
    variables.fold(host(server).to_owned(), |host, (name, variable)| {
        host.replace(&format!("{{{name}}}"), text(variable, "default"))
    })
}

/// The hosts of a server: one for each value of each of its variables.
fn hosts(server: &Value) -> Vec<String> {
    let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
    variables.fold(vec![host(server).to_owned()], |hosts, (name, variable)| {
        let values = variable
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let values: Vec<_> = values.collect();
        let fill = |host: &String| {
            values
                .iter()
                .map(|value| host.replace(&format!("{{{name}}}"), value))
                .collect::<Vec<_>>()
        };
        hosts.iter().flat_map(fill).collect()
    })
}

/// No `additionalProperties: true`, which generators take for a map of anything: it says what holds without it.
fn free_members(draft: &mut Draft) {
    draft.each(&mut |_, _, schema| {
        if let Value::Object(schema) = schema {
            let is_free = |is: &Value| is == &json!(true) || is == &json!({});
            if schema.get("additionalProperties").is_some_and(is_free) {
                schema.shift_remove("additionalProperties");
            }
        }
    });
}

/// No alternatives that only say which members are sent together: generators make classes without members of them.
fn free_requirements(draft: &mut Draft) {
    draft.each(&mut |_, _, schema| {
        let is_requirement = |entry: &Value| {
            entry
                .as_object()
                .is_some_and(|entry| entry.keys().all(|key| key == "required"))
        };
        let Value::Object(schema) = schema else { return };
        for key in ["anyOf", "oneOf"] {
            let Some(entries) = schema.get(key).and_then(Value::as_array) else {
                continue;
            };
            if !entries.iter().all(is_requirement) {
                continue;
            }
            let forms = entries.iter().map(|entry| {
                let names = entry.get("required").and_then(Value::as_array).into_iter().flatten();
                let names: Vec<_> = names
                    .filter_map(Value::as_str)
                    .map(|name| format!("`{name}`"))
                    .collect();
                names.join(" and ")
            });
            let needed = format!("Send {}.", forms.collect::<Vec<_>>().join(", or "));
            let description = sentences(
                schema.get("description").and_then(Value::as_str).unwrap_or_default(),
                &needed,
            );
            schema.insert("description".to_owned(), description.into());
            schema.shift_remove(key);
        }
    });
}

/// No unions: the narrowest plain schema that accepts all alternatives.
fn wide_unions(draft: &mut Draft) {
    let components = schemas(&draft.value);
    draft.each(&mut |_, _, schema| *schema = Components(&components).plain(schema));
}

/// No objects without a name: one within a component is called like the component and the members that lead to it.
fn named_objects(draft: &mut Draft) {
    let mut found = Map::new();
    let known = schemas(&draft.value);
    let mut answers = BTreeSet::new();
    draft.each(&mut |side, pointer, schema| {
        let Some((component, members)) = pointer
            .strip_prefix("/components/schemas/")
            .and_then(|at| at.split_once('/'))
        else {
            return;
        };
        if schema.get("properties").is_none() {
            return;
        }
        let words = members
            .split('/')
            .filter(|word| *word != "properties")
            .map(ToUpperCamelCase::to_upper_camel_case);
        let mut name = words.fold(component.to_owned(), |name, word| name + &word);
        // A member may be called `items` as well.
        while known.contains_key(&name) || found.contains_key(&name) {
            name.push_str("Object");
        }
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        if side == Side::Answer {
            answers.insert(name.clone());
        }
        found.insert(name, std::mem::replace(schema, reference));
    });
    if let Some(Value::Object(schemas)) = draft.value.pointer_mut("/components/schemas") {
        schemas.extend(found);
    }
    draft.answers.extend(answers);
}

/// In answers only objects are components; values stand in their places, where each can be nullable. Generators make no
/// types of their names anyway.
fn values_in_place(draft: &mut Draft) {
    let components = schemas(&draft.value);
    draft.each(&mut |side, pointer, schema| {
        // What an `allOf` holds goes to the place that it describes.
        if side == Side::Answer && !pointer.ends_with("/allOf/0") {
            put_in_place(schema, &components);
        }
    });
    let used: BTreeSet<_> = references(&draft.value)
        .into_iter()
        .filter_map(component)
        .map(str::to_owned)
        .collect();
    if let Some(Value::Object(schemas)) = draft.value.pointer_mut("/components/schemas") {
        schemas.retain(|name, schema| used.contains(name) || is_object(schema));
    }
}

fn put_in_place(schema: &mut Value, components: &Map<String, Value>) {
    let Some((name, target)) = named(schema).and_then(|name| Some((name, components.get(name)?))) else {
        return;
    };
    if is_object(target) {
        return;
    }
    let mut value = target.clone();
    put_in_place(&mut value, components);
    if let Value::Object(members) = &mut value {
        parts(members, "", &mut |_, part| put_in_place(part, components));
    }
    if value.get("enum").or_else(|| value.get(OPEN_CODES)).is_some() {
        value["title"] = name.into();
    }
    let description = sentences(text(schema, "description"), text(&value, "description"));
    for (key, own) in schema.as_object().into_iter().flatten() {
        if !matches!(key.as_str(), "$ref" | "allOf") {
            value[key] = own.clone();
        }
    }
    value["description"] = description.into();
    *schema = value;
}

/// Codes of answers are open: the type alone is binding, the known codes with their names and meanings stand beside it.
fn open_codes(draft: &mut Draft) {
    draft.each(&mut |side, _, schema| {
        let Value::Object(schema) = schema else { return };
        if side == Side::Answer {
            codes_open(schema);
        }
        let list = |key: &str| schema.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let known = list(OPEN_CODES)
            .iter()
            .zip(list("x-enum-varnames"))
            .map(|(code, name)| {
                let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
                format!("`{code}` {}", name.as_str().unwrap_or_default())
            });
        let known: Vec<_> = known.collect();
        if !known.is_empty() {
            let known = format!("Known codes: {}; there may be others.", known.join(", "));
            let description = sentences(
                schema.get("description").and_then(Value::as_str).unwrap_or_default(),
                &known,
            );
            schema.insert("description".to_owned(), description.into());
        }
    });
}

/// Values of answers are not held to limits, and texts not to a format: a reader of times fails where `N/A` or a time
/// without an offset arrives. The format stands beside it. Requests keep all of them.
fn tolerant_values(draft: &mut Draft) {
    draft.each(&mut |side, _, schema| {
        let Value::Object(schema) = schema else { return };
        if side == Side::Request {
            return;
        }
        for limit in LIMITS {
            schema.shift_remove(limit);
        }
        let is_text = schema.get("type").is_some_and(|is| is == "string");
        let is_checked = |format: &Value| !matches!(format.as_str(), Some("binary" | "byte" | "password"));
        if is_text
            && schema.get("format").is_some_and(is_checked)
            && let Some(format) = schema.shift_remove("format")
        {
            schema.insert("x-format".to_owned(), format);
        }
    });
}

/// Every member and every entry of an answer may be null. Beside a `$ref` that would be ignored, so an object's reference
/// stands in an `allOf`.
fn nullable_members(draft: &mut Draft) {
    draft.each(&mut |side, pointer, schema| {
        let Value::Object(members) = schema else { return };
        if side == Side::Answer {
            parts(members, pointer, &mut |pointer, part| {
                // An `allOf` describes the place itself.
                if !pointer.ends_with("/allOf/0") {
                    nullable(part);
                }
            });
        }
    });
}

fn nullable(schema: &mut Value) {
    if let Some(reference) = schema.get("$ref").cloned() {
        *schema = json!({ "nullable": true, "allOf": [{ "$ref": reference }] });
    } else if schema.get("type").is_some() || schema.get("allOf").is_some() {
        schema["nullable"] = true.into();
    }
}

/// No two codes of closed lists with one name: in Go they are constants of one package, beside the types.
pub fn distinct_codes(draft: &mut Draft) {
    let components = schemas(&draft.value);
    let mut uses: BTreeMap<String, usize> = components.keys().map(|name| (name.clone(), 1)).collect();
    let closed = |schema: &Value| {
        schema
            .get("enum")
            .and(schema.get("x-enum-varnames")?.as_array().cloned())
    };
    for name in components.values().filter_map(closed).flatten() {
        *uses.entry(name.as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    for (name, schema) in draft
        .value
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if schema.get("enum").is_none() {
            continue;
        }
        for code in schema
            .get_mut("x-enum-varnames")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(word) = code
                .as_str()
                .filter(|word| uses.get(*word).is_some_and(|uses| *uses > 1))
            {
                *code = format!("{name}{word}").into();
            }
        }
    }
}

fn schemas(document: &Value) -> Map<String, Value> {
    document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// Refuses what the rules have left that a plain generator cannot carry.
fn check(document: &Document, draft: &mut Draft) -> Result<(), Fault> {
    let mut found = None;
    draft.each(&mut |side, pointer, schema| {
        if let (None, Some((message, remedy))) = (&found, left(side, pointer, schema)) {
            found = Some(document.fault(pointer, message, remedy));
        }
    });
    let is_lost = |reference: &&str| {
        reference
            .strip_prefix('#')
            .and_then(|to| draft.value.pointer(to))
            .is_none()
    };
    let lost = references(&draft.value).into_iter().find(is_lost);
    let lost = lost.map(|reference| {
        document.fault(
            "",
            format!("`{reference}` leads nowhere in the portable edition"),
            "mend the reference",
        )
    });
    found.or(lost).map_or(Ok(()), Err)
}

/// What is not portable in a schema, and what to do about it.
fn left(side: Side, pointer: &str, schema: &Value) -> Option<(&'static str, &'static str)> {
    let has = |key: &str| schema.get(key).is_some();
    let is_component = pointer
        .strip_prefix("/components/schemas/")
        .is_some_and(|name| !name.contains('/'));
    let more = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|parts| parts.len() > 1 || has("properties"));
    if choices(schema).is_some() || has("not") {
        return Some((
            "a union stands beside other members of a schema",
            "make it a component of its own, or leave out the others",
        ));
    }
    if !is_component && has("properties") {
        return Some((
            "an object, or a union of objects, has no name",
            "make it a component and refer to that",
        ));
    }
    if more {
        return Some((
            "an `allOf` puts an object together",
            "write one object with all properties",
        ));
    }
    if has("allOf") && named(schema).is_none() {
        return Some((
            "an `allOf` holds something else than a reference to a component",
            "refer to a component",
        ));
    }
    (side == Side::Answer && has("enum")).then_some((
        "the codes of an answer are closed",
        "this is a fault of the rule `open-codes`",
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests;
