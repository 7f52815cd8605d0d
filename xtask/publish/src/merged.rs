//! One document of several APIs, for those who want one client. The name of the API stands before every name.

use std::collections::BTreeMap;

use anyhow::bail;
use heck::{ToLowerCamelCase, ToUpperCamelCase};
use serde_json::{Map, Value, json};

use crate::portable::distinct_codes;
use crate::schema::{Draft, is_example};

/// Merges portable documents, each with the name of its API.
///
/// # Errors
/// If two of them have a path, or tell a token endpoint, that excludes the other's.
pub fn merge(documents: &[(&str, Value)]) -> anyhow::Result<Value> {
    let mut merged = json!({
        "openapi": "3.0.3",
        "info": {},
        "servers": [],
        "tags": [],
        "paths": {},
        "components": { "securitySchemes": {} },
    });
    let mut titles = Vec::new();
    for (api, document) in documents {
        let document = prefixed(api, document);
        titles.push(format!(
            "{}: {}",
            word(&document["info"]["title"]),
            word(&document["info"]["description"])
        ));
        let entries = document["tags"].as_array().cloned().unwrap_or_default();
        merged["tags"]
            .as_array_mut()
            .into_iter()
            .for_each(|tags| tags.extend(entries.clone()));
        for (path, item) in members(&document["paths"]) {
            if merged["paths"].get(path).is_some() {
                bail!(
                    "specs/{api}/openapi.yaml: the path `{path}` is in another API too; a merged document can have it once"
                );
            }
            merged["paths"][path] = item.clone();
        }
        for (section, components) in members(&document["components"]) {
            let section = &mut merged["components"][section];
            if section.is_null() {
                *section = json!({});
            }
            for (name, component) in members(components) {
                match section.get_mut(name) {
                    Some(known) => join_scheme(api, known, component)?,
                    None => section[name] = component.clone(),
                }
            }
        }
        join_server(&mut merged["servers"], &document["servers"][0]);
    }
    let first = documents.first().map(|(_, document)| document["info"].clone());
    merged["info"] = first.unwrap_or_default();
    merged["info"]["title"] = "AvePoint APIs".into();
    merged["info"]["description"] = format!(
        "All APIs as one document; the name of its API stands before every name. Configure a client for each host: in the \
         commercial cloud, not all APIs have the same. {}",
        titles.join(" ")
    )
    .into();
    // What had one name in each document may have two here.
    let mut draft = Draft::new(&merged);
    distinct_codes(&mut draft);
    Ok(draft.value)
}

/// A document in which the name of the API stands before the names of operations, tags and components.
fn prefixed(api: &str, document: &Value) -> Value {
    let (upper, lower) = (api.to_upper_camel_case(), api.to_lower_camel_case());
    // What descriptions may speak of.
    let mut names = BTreeMap::new();
    let mut document = document.clone();
    for (_, item) in members_mut(&mut document["paths"]) {
        for (_, operation) in members_mut(item) {
            let Some(id) = operation.get("operationId").and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            let longer = format!("{lower}{}", id.to_upper_camel_case());
            operation["operationId"] = longer.clone().into();
            names.insert(id, longer);
            for tag in operation["tags"].as_array_mut().into_iter().flatten() {
                *tag = format!("{upper} {}", word(tag)).into();
            }
        }
    }
    for tag in document["tags"].as_array_mut().into_iter().flatten() {
        tag["name"] = format!("{upper} {}", word(&tag["name"])).into();
    }
    for (section, components) in members_mut(&mut document["components"]) {
        // All APIs take tokens from the same place.
        if section == "securitySchemes" {
            continue;
        }
        let renamed = members(components).map(|(name, component)| (format!("{upper}{name}"), component.clone()));
        let renamed: Map<_, _> = renamed.collect();
        if section == "schemas" {
            names.extend(members(components).map(|(name, _)| (name.clone(), format!("{upper}{name}"))));
        }
        *components = renamed.into();
    }
    rename(&mut document, &upper, &names);
    document
}

/// Follows new names in references and descriptions.
fn rename(value: &mut Value, prefix: &str, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter_mut().filter(|(key, _)| !is_example(key)) {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        if let Some((section, name)) = reference.rsplit_once('/') {
                            *reference = format!("{section}/{prefix}{name}");
                        }
                    }
                    Value::String(text) if key == "description" || key == "summary" => {
                        let parts = text.split('`').enumerate().map(|(index, part)| match names.get(part) {
                            Some(name) if index % 2 == 1 => name.as_str(),
                            _ => part,
                        });
                        *text = parts.collect::<Vec<_>>().join("`");
                    }
                    value => rename(value, prefix, names),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| rename(entry, prefix, names)),
        _ => {}
    }
}

/// Adds the scopes of a scheme to one of the same name and kind.
fn join_scheme(api: &str, known: &mut Value, other: &Value) -> anyhow::Result<()> {
    let scopes = "/flows/clientCredentials/scopes";
    let endpoint = "/flows/clientCredentials/tokenUrl";
    if known.pointer(endpoint).is_none() || known.pointer(endpoint) != other.pointer(endpoint) {
        bail!(
            "specs/{api}/openapi.yaml: the security scheme has another token endpoint than that of another API; a merged document can have one"
        );
    }
    let added = other
        .pointer(scopes)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if let Some(Value::Object(known)) = known.pointer_mut(scopes) {
        known.extend(added);
    }
    Ok(())
}

/// Adds the hosts of a server to the one there is.
fn join_server(servers: &mut Value, other: &Value) {
    let Some(known) = servers
        .get_mut(0)
        .and_then(|server| server.pointer_mut("/variables/host"))
    else {
        *servers = json!([other]);
        return;
    };
    let other = &other["variables"]["host"];
    let description = crate::widen::sentences(word(&known["description"]), word(&other["description"]));
    known["description"] = description.into();
    if let Value::Array(hosts) = &mut known["enum"] {
        let added = other["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|host| !hosts.contains(host))
            .cloned();
        let added: Vec<_> = added.collect();
        hosts.extend(added);
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn members_mut(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}
