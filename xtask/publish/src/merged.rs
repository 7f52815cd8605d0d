//! One document of several APIs, for those who want one client. The name of the API stands before every name.

use std::collections::BTreeMap;

use anyhow::bail;
use heck::{ToLowerCamelCase, ToUpperCamelCase};
use semver::Version;
use serde_json::{Value, json};
use xtask_spec::model::walk;

use crate::portable::distinct_codes;
use crate::schema::{Draft, Schema, sentences};

/// Merges portable documents, each with the name of its API.
///
/// # Errors
/// If two of them have the same path, or different token endpoints.
pub fn merge(documents: &[(&str, Value)]) -> anyhow::Result<Value> {
    let mut merged = Value::Null;
    let mut described =
        "All APIs as one document; the name of its API stands before every name. Configure a client for \
                         each host: in the commercial cloud, not all APIs have the same."
            .to_owned();
    for (api, document) in documents {
        let document = prefixed(api, document);
        let info = &document["info"];
        described = format!("{described} {}: {}", word(&info["title"]), word(&info["description"]));
        if merged.is_null() {
            merged = document;
        } else {
            join(&mut merged, document).map_err(|error| error.context(format!("specs/{api}/openapi.yaml")))?;
        }
    }
    // Those are one API's own.
    object(&mut merged).shift_remove("externalDocs");
    merged["info"]["title"] = "AvePoint APIs".into();
    let versions = documents.iter().map(|(_, document)| word(&document["info"]["version"]));
    merged["info"]["version"] = sum(versions)?.to_string().into();
    let apis = documents
        .iter()
        .map(|(api, document)| ((*api).to_owned(), document["info"]["version"].clone()));
    merged["info"]["x-edition"]["apis"] = apis.collect::<Schema>().into();
    merged["info"]["description"] = described.into();
    // What had one name in each document may have two here.
    let mut draft = Draft::new(&merged);
    distinct_codes(&mut draft);
    Ok(draft.value)
}

/// The sum of versions, which takes a step whenever one of them does, and the same.
fn sum<'v>(versions: impl Iterator<Item = &'v str>) -> anyhow::Result<Version> {
    versions
        .map(Version::parse)
        .try_fold(Version::new(0, 0, 0), |sum, version| {
            let version = version?;
            Ok(Version::new(
                sum.major + version.major,
                sum.minor + version.minor,
                sum.patch + version.patch,
            ))
        })
}

fn join(merged: &mut Value, mut other: Value) -> anyhow::Result<()> {
    for (path, item) in object(&mut other["paths"]) {
        if object(&mut merged["paths"]).insert(path.clone(), item.take()).is_some() {
            bail!("another API has the path `{path}` too; a merged document can have it once");
        }
    }
    // The APIs share one scheme, and each has scopes of its own.
    let flow = "/components/securitySchemes/oauth2/flows/clientCredentials";
    let [endpoint, same] = [&*merged, &other].map(|document| document.pointer(flow).map(|flow| &flow["tokenUrl"]));
    if endpoint.is_none() || endpoint != same {
        bail!(
            "the tokens come from elsewhere than those of another API; a merged document can have one token endpoint"
        );
    }
    let more = other.pointer(flow).cloned().unwrap_or_default();
    for key in ["scopes", "x-token-urls"] {
        merged
            .pointer_mut(flow)
            .into_iter()
            .for_each(|flow| flow[key] = joined(&flow[key], &more[key]));
    }
    for (section, components) in object(&mut other["components"])
        .iter_mut()
        .filter(|(name, _)| *name != "securitySchemes")
    {
        object(&mut merged["components"][section]).extend(std::mem::take(object(components)));
    }
    let host = "/servers/0/variables/host";
    let more = other.pointer(host).cloned().unwrap_or_default();
    if let Some(host) = merged.pointer_mut(host) {
        host["description"] = sentences(word(&host["description"]), word(&more["description"])).into();
        host["enum"] = joined(&host["enum"], &more["enum"]);
    }
    merged["tags"] = joined(&merged["tags"], &other["tags"]);
    Ok(())
}

/// Both objects or both lists as one; what is in both is in it once.
fn joined(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let all = one.iter().chain(other).map(|(key, value)| (key.clone(), value.clone()));
            Value::Object(all.collect())
        }
        (Value::Array(one), Value::Array(other)) => {
            let more = other.iter().filter(|entry| !one.contains(entry));
            one.iter().chain(more).cloned().collect()
        }
        _ => one.clone(),
    }
}

/// A document in which the name of the API stands before the names of operations, tags and components.
fn prefixed(api: &str, document: &Value) -> Value {
    let (upper, lower) = (api.to_upper_camel_case(), api.to_lower_camel_case());
    let mut document = document.clone();
    // What descriptions may speak of.
    let mut names = BTreeMap::new();
    for (_, item) in object(&mut document["paths"]) {
        for (_, operation) in object(item) {
            if let Some(id) = operation.get("operationId").map(|id| word(id).to_owned()) {
                let longer = format!("{lower}{}", id.to_upper_camel_case());
                operation["operationId"] = longer.clone().into();
                names.insert(id, longer);
                for tag in operation["tags"].as_array_mut().into_iter().flatten() {
                    *tag = format!("{upper} {}", word(tag)).into();
                }
            }
        }
    }
    for tag in document["tags"].as_array_mut().into_iter().flatten() {
        tag["name"] = format!("{upper} {}", word(&tag["name"])).into();
    }
    for (section, components) in object(&mut document["components"])
        .iter_mut()
        .filter(|(name, _)| *name != "securitySchemes")
    {
        let renamed = std::mem::take(object(components)).into_iter().map(|(name, component)| {
            let longer = format!("{upper}{name}");
            if section == "schemas" {
                names.insert(name, longer.clone());
            }
            (longer, component)
        });
        *components = renamed.collect();
    }
    let nodes: Vec<_> = walk(&document).into_iter().map(|node| node.place.pointer).collect();
    for pointer in nodes {
        if let Some(Value::Object(members)) = document.pointer_mut(&pointer) {
            rename(members, &upper, &names);
        }
    }
    document
}

/// Follows new names in the reference and the descriptions of an object.
fn rename(members: &mut Schema, prefix: &str, names: &BTreeMap<String, String>) {
    if let Some(Value::String(reference)) = members.get_mut("$ref")
        && let Some((section, name)) = reference.rsplit_once('/')
    {
        *reference = format!("{section}/{prefix}{name}");
    }
    for key in ["description", "summary"] {
        if let Some(Value::String(text)) = members.get_mut(key) {
            let parts = text.split('`').enumerate().map(|(index, part)| match names.get(part) {
                Some(name) if index % 2 == 1 => name,
                _ => part,
            });
            *text = parts.collect::<Vec<_>>().join("`");
        }
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The members of an object; an empty one takes the place of anything else.
fn object(value: &mut Value) -> &mut Schema {
    if !value.is_object() {
        *value = json!({});
    }
    value
        .as_object_mut()
        .unwrap_or_else(|| unreachable!("it has just been made one"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use super::*;

    /// A document with one operation, whose tokens come from a host.
    fn document(path: &str, identity: &str) -> Value {
        let scope = format!("read{}", path.replace('/', "."));
        json!({
            "info": { "title": path, "description": "An API.", "version": "1.2.0" },
            "tags": [{ "name": "Plants" }],
            "servers": [{ "variables": { "host": { "enum": ["a.example.com", identity], "description": "" } } }],
            "paths": { path: { "get": {
                "operationId": "listPlants",
                "tags": ["Plants"],
                "description": "Lists each `Plant`; `listPlants` and `other` are words.",
                "responses": { "200": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Plant" },
                    "example": { "$ref": "#/components/schemas/Plant" },
                } } } },
            } } },
            "components": {
                "schemas": { "Plant": { "type": "object", "properties": { "example": { "$ref": "#/components/schemas/Plant" } } } },
                "securitySchemes": { "oauth2": { "flows": { "clientCredentials": {
                    "tokenUrl": format!("https://{identity}/connect/token"), "scopes": { scope: "Read." },
                } } } },
            },
        })
    }

    #[test]
    fn names_have_the_name_of_their_api_in_front() {
        let documents = [
            ("first", document("/a", "id.example.com")),
            ("second-api", document("/b", "id.example.com")),
        ];
        let merged = merge(&documents).unwrap();
        assert_eq!(merged["info"]["version"], "2.4.0");
        assert_eq!(
            merged["info"]["x-edition"]["apis"],
            json!({ "first": "1.2.0", "second-api": "1.2.0" })
        );
        let operation = &merged["paths"]["/b"]["get"];
        assert_eq!(operation["operationId"], "secondApiListPlants");
        assert_eq!(operation["tags"], json!(["SecondApi Plants"]));
        assert_eq!(
            operation["description"],
            "Lists each `SecondApiPlant`; `secondApiListPlants` and `other` are words."
        );
        let media = &operation["responses"]["200"]["content"]["application/json"];
        let reference = json!({ "$ref": "#/components/schemas/SecondApiPlant" });
        assert_eq!(media["schema"], reference);
        assert_eq!(
            media["example"],
            json!({ "$ref": "#/components/schemas/Plant" }),
            "an example is the API's own"
        );
        let schemas = merged["components"]["schemas"].as_object().unwrap();
        assert_eq!(schemas.keys().collect::<Vec<_>>(), ["FirstPlant", "SecondApiPlant"]);
        assert_eq!(schemas["SecondApiPlant"]["properties"]["example"], reference);
        let scopes = &merged["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
        assert_eq!(*scopes, json!({ "read.a": "Read.", "read.b": "Read." }));
        assert_eq!(
            merged["servers"][0]["variables"]["host"]["enum"],
            json!(["a.example.com", "id.example.com"])
        );
        assert_eq!(
            merged["tags"],
            json!([{ "name": "First Plants" }, { "name": "SecondApi Plants" }])
        );
    }

    #[test]
    fn what_excludes_another_api_is_refused() {
        for (other, words) in [
            (document("/a", "id.example.com"), "another API has the path `/a` too"),
            (
                document("/b", "elsewhere.example.com"),
                "the tokens come from elsewhere",
            ),
        ] {
            let documents = [("first", document("/a", "id.example.com")), ("second", other)];
            let message = format!("{:#}", merge(&documents).unwrap_err());
            assert!(
                message.starts_with("specs/second/openapi.yaml: ") && message.contains(words),
                "{message}"
            );
        }
    }
}
