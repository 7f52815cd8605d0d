//! The portable edition: what a plain generator can carry without losing data, derived from the exact document by small
//! rules, each of which `specs/README.md` describes.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Value, json};
use xtask_spec::document::{Document, Fault};
use xtask_spec::place::Place;

use crate::schema::{
    Draft, Schema, Side, answered, component, describe, is_object, list, named, references, sentences, text,
};
use crate::widen::{Components, MAX_DEPTH, OPEN_CODES, choices, open};

/// A rule: its name in `specs/README.md`, and what it does to a document.
type Rule = (&'static str, fn(&mut Draft));

/// The rules, in their order: each may build on what those before it have done.
const RULES: &[Rule] = &[
    ("one-server", one_server),
    ("free-members", free_members),
    ("wide-unions", wide_unions),
    ("named-objects", named_objects),
    ("values-in-place", values_in_place),
    ("open-codes", open_codes),
    ("tolerant-values", tolerant_values),
    ("nullable-members", nullable_members),
    ("distinct-codes", distinct_codes),
];

/// Derives the portable edition.
///
/// # Errors
/// If the document has something that no rule makes portable: the place, and what to write instead.
pub fn derive(document: &Document) -> anyhow::Result<Value> {
    let mut draft = Draft::new(&document.value);
    for (_, apply) in RULES {
        apply(&mut draft);
    }
    check(document, &mut draft)?;
    let rules: Vec<_> = RULES.iter().map(|(name, _)| *name).collect();
    draft.value["info"]["x-edition"] = json!({ "name": "portable", "rules": rules });
    Ok(draft.value)
}

/// One server, at any of the hosts: a generator takes the first of several, and its users never see the others.
fn one_server(draft: &mut Draft) {
    let servers = Place::root(&draft.value).entries_of("servers");
    let default = |variable: &Place| {
        variable
            .text("default")
            .map(str::to_owned)
            .into_iter()
            .collect::<Vec<_>>()
    };
    let all = |variable: &Place| match variable.texts("enum") {
        none if none.is_empty() => default(variable),
        values => values.into_iter().map(str::to_owned).collect(),
    };
    let first = servers.iter().flat_map(|server| hosts(server, &default)).next();
    let hosts: Vec<_> = servers.iter().flat_map(|server| hosts(server, &all)).collect();
    let described = servers.iter().map(|server| {
        let variables = server
            .members_of("variables")
            .into_iter()
            .map(|(_, variable)| variable.description());
        let said = variables.fold(server.description(), |said, variable| sentences(&said, &variable));
        format!("`{}`: {said}", host(server))
    });
    let described: Vec<_> = described.collect();
    let host = json!({ "description": described.join(" "), "enum": hosts, "default": first });
    draft.value["servers"] = json!([{
        "url": "https://{host}",
        "description": "The host of a cloud, and of a region where there is one for each.",
        "variables": { "host": host },
    }]);
}

fn host<'s>(server: &Place<'s>) -> &'s str {
    let url = server.text("url").unwrap_or_default();
    url.trim_start_matches("https://").trim_end_matches('/')
}

/// The hosts of a server: one for each of the values of its variables.
fn hosts(server: &Place, values: &dyn Fn(&Place) -> Vec<String>) -> Vec<String> {
    let mut hosts = vec![host(server).to_owned()];
    for (name, variable) in server.members_of("variables") {
        let mark = format!("{{{name}}}");
        let fill = |value: &String| hosts.iter().map(|host| host.replace(&mark, value)).collect::<Vec<_>>();
        hosts = values(&variable).iter().flat_map(fill).collect();
    }
    hosts
}

/// No `additionalProperties` without a type, which generators take for a map or an empty class: that others may come holds
/// without it. What it says is said of the object.
fn free_members(draft: &mut Draft) {
    draft.each(|_, _, schema| {
        let Some(others) = schema.get("additionalProperties").and_then(Value::as_object) else {
            return;
        };
        if others.keys().all(|key| key == "description") {
            let said = text(others, "description").to_owned();
            schema.shift_remove("additionalProperties");
            describe(schema, &said);
        }
    });
}

/// No unions: the narrowest plain schema that accepts all alternatives.
fn wide_unions(draft: &mut Draft) {
    let components = draft.components();
    draft.each(|_, _, schema| *schema = Components(&components).plain(schema));
}

/// No objects without a name: one within a component is called like the component and the members that lead to it.
fn named_objects(draft: &mut Draft) {
    let mut components = draft.components();
    let mut found = Vec::new();
    draft.each(|side, pointer, schema| {
        let within = pointer
            .strip_prefix("/components/schemas/")
            .and_then(|pointer| pointer.split_once('/'));
        let Some((owner, members)) = within.filter(|_| schema.contains_key("properties")) else {
            return;
        };
        let words = members
            .split('/')
            .filter(|word| *word != "properties")
            .map(ToUpperCamelCase::to_upper_camel_case);
        let mut name = words.fold(owner.to_owned(), |name, word| name + &word);
        // A member may be called `items` as well.
        while components.contains_key(&name) {
            name.push_str("Object");
        }
        let reference = Schema::from_iter([("$ref".to_owned(), format!("#/components/schemas/{name}").into())]);
        let object = std::mem::replace(schema, reference);
        components.insert(name.clone(), object.clone().into());
        found.push((side, name, object));
    });
    for (side, name, object) in found {
        draft.value["components"]["schemas"][&name] = object.into();
        if side == Side::Answer {
            draft.answers.insert(name);
        }
    }
}

/// In answers only objects are components; values stand in their places, where each can be nullable. Generators make no
/// types of their names anyway.
fn values_in_place(draft: &mut Draft) {
    let components = draft.components();
    draft.each(|side, pointer, schema| {
        // What an `allOf` holds goes to the place that it describes.
        if side == Side::Answer && !pointer.ends_with("/allOf/0") {
            put_in_place(schema, &components, MAX_DEPTH);
        }
    });
    let used = references(&draft.value).into_iter().filter_map(|(_, to)| component(to));
    let used: BTreeSet<_> = used.map(str::to_owned).collect();
    if let Some(Value::Object(schemas)) = draft.value.pointer_mut("/components/schemas") {
        schemas.retain(|name, schema| used.contains(name) || schema.as_object().is_some_and(is_object));
    }
    // The values that are left are those of requests, which stay closed.
    let components = draft.components();
    let answered = answered(&draft.value);
    let is_answer = |name: &String| answered.contains(name) || components[name].as_object().is_some_and(is_object);
    draft
        .answers
        .retain(|name| components.contains_key(name) && is_answer(name));
}

/// `left` is how many values may still be followed: one that is made of itself stays a component within.
fn put_in_place(schema: &mut Schema, components: &Schema, left: usize) {
    let target = named(schema).and_then(|name| Some((name, components.get(name)?.as_object()?)));
    let Some((name, target)) = target.filter(|(_, target)| left > 0 && !is_object(target)) else {
        return;
    };
    let mut value = target.clone();
    put_in_place(&mut value, components, left - 1);
    if let Some(Value::Object(items)) = value.get_mut("items") {
        put_in_place(items, components, left - 1);
    }
    if value.contains_key("enum") || value.contains_key(OPEN_CODES) {
        value.insert("title".to_owned(), name.into());
    }
    let description = sentences(text(schema, "description"), text(&value, "description"));
    schema.retain(|key, _| !matches!(key.as_str(), "$ref" | "allOf"));
    value.extend(std::mem::take(schema));
    value.insert("description".to_owned(), description.into());
    *schema = value;
}

/// Codes of answers are open: the type alone is binding, the known codes with their names and meanings stand beside it.
fn open_codes(draft: &mut Draft) {
    draft.each(|side, _, schema| {
        if side == Side::Answer {
            open(schema);
        }
        let known = list(schema, OPEN_CODES)
            .iter()
            .zip(list(schema, "x-enum-varnames"))
            .map(|(code, name)| {
                let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
                format!("`{code}` {}", name.as_str().unwrap_or_default())
            });
        let known: Vec<_> = known.collect();
        if !known.is_empty() {
            describe(
                schema,
                &format!("Known codes: {}; there may be others.", known.join(", ")),
            );
        }
    });
}

/// Values of answers are not held to limits, and texts not to a format: a reader of times fails where `N/A` or a time
/// without an offset arrives. The format stands beside it. Requests keep all of them.
fn tolerant_values(draft: &mut Draft) {
    draft.each(|side, _, schema| {
        if side == Side::Request {
            return;
        }
        schema.retain(|key, _| !is_limit(key));
        // These are not read as anything but text.
        let is_checked = !matches!(text(schema, "format"), "binary" | "byte" | "password");
        if text(schema, "type") == "string"
            && is_checked
            && let Some(format) = schema.shift_remove("format")
        {
            schema.insert("x-format".to_owned(), format);
        }
    });
}

/// Whether a reader might refuse a value for this, or make one up.
fn is_limit(key: &str) -> bool {
    let ends = ["minimum", "maximum", "Minimum", "Maximum", "Length", "Items"];
    ends.iter().any(|end| key.ends_with(end)) || matches!(key, "pattern" | "multipleOf" | "default")
}

/// Every member and every entry of an answer may be null. Beside a `$ref` that would be ignored, so an object's reference
/// stands in an `allOf`.
fn nullable_members(draft: &mut Draft) {
    draft.each(|side, pointer, schema| {
        let mut words = pointer.rsplit('/');
        let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_part = before == "properties" || matches!(last, "items" | "additionalProperties");
        if side == Side::Request || !is_part {
            return;
        }
        if let Some(reference) = schema.shift_remove("$ref") {
            schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
        }
        if schema.contains_key("type") || schema.contains_key("allOf") {
            schema.insert("nullable".to_owned(), true.into());
        }
    });
}

/// No two codes of closed lists with one name: in Go they are constants of one package, beside the types.
pub fn distinct_codes(draft: &mut Draft) {
    let components = draft.components();
    let mut uses: BTreeMap<String, usize> = components.keys().map(|name| (name.clone(), 1)).collect();
    let closed = components
        .values()
        .filter_map(Value::as_object)
        .filter(|schema| schema.contains_key("enum"));
    for name in closed.flat_map(|schema| list(schema, "x-enum-varnames")) {
        *uses.entry(name.as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    draft.each(|_, pointer, schema| {
        let owner = pointer.rsplit('/').next().unwrap_or_default();
        if !schema.contains_key("enum") {
            return;
        }
        for code in schema
            .get_mut("x-enum-varnames")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(name) = code
                .as_str()
                .filter(|name| uses.get(*name).is_some_and(|uses| *uses > 1))
            {
                *code = format!("{owner}{name}").into();
            }
        }
    });
}

/// Refuses what the rules have left that a plain generator cannot carry.
fn check(document: &Document, draft: &mut Draft) -> Result<(), Fault> {
    let mut found = None;
    draft.each(|side, pointer, schema| {
        let left = left(side, pointer, schema);
        found = left
            .map(|(message, remedy)| document.fault(pointer, message, remedy))
            .or(found.take());
    });
    let is_lost = |to: &str| to.strip_prefix('#').and_then(|to| draft.value.pointer(to)).is_none();
    let lost = references(&draft.value).into_iter().find(|(_, to)| is_lost(to));
    let lost = lost.map(|(from, to)| document.fault(&from, format!("`{to}` leads nowhere"), "refer to a component"));
    found.or(lost).map_or(Ok(()), Err)
}

/// What is not portable in a schema, and what to do about it.
fn left(side: Side, pointer: &str, schema: &Schema) -> Option<(&'static str, &'static str)> {
    let is_component = pointer
        .strip_prefix("/components/schemas/")
        .is_some_and(|name| !name.contains('/'));
    let parts = list(schema, "allOf");
    if choices(schema).is_some() {
        return Some((
            "an object of its own properties is a union as well",
            "write each alternative whole, with all properties",
        ));
    }
    if schema.contains_key("not") {
        return Some((
            "what the schema excludes cannot be carried",
            "write it as a union, or leave it out",
        ));
    }
    if !is_component && schema.contains_key("properties") {
        return Some((
            "an object, or a union of objects, has no name",
            "make it a component and refer to that",
        ));
    }
    if parts.len() > 1 || !parts.is_empty() && schema.contains_key("properties") {
        return Some((
            "an `allOf` puts an object together",
            "write one object with all properties",
        ));
    }
    if !parts.is_empty() && named(schema).is_none() {
        return Some((
            "an `allOf` holds something else than a reference to a component",
            "refer to a component",
        ));
    }
    let is_closed = side == Side::Answer && schema.contains_key("enum");
    is_closed.then_some(("the codes of an answer are closed", "mend the rule `open-codes`"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests;
