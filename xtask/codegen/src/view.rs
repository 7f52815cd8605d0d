//! The Rust view of a spec: the same API, said so that progenitor makes the types we want.
//!
//! - Codes, ids, times, passwords and values of two kinds become our own types, by reference to a component that
//!   progenitor replaces.
//! - Limits leave: they are checked on the request as it goes out, from the table of operations, and must not make
//!   types that refuse an answer.
//! - Nothing is required of an answer, and any 2xx is a success. Refusals are read by the core crate.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use super::names::camel;
use super::spec::{Spec, description, object, referenced, text};

/// The Rust view of a spec.
pub struct View {
    pub document: OpenAPI,
    /// The components that progenitor replaces, and the Rust types it puts in their place.
    pub replacements: BTreeMap<String, String>,
    /// The components that only answers use.
    pub answers: BTreeSet<String>,
    /// Answers that are one of several objects: the name, what it is, and the objects.
    pub variants: Vec<(String, String, Vec<String>)>,
}

/// Derives the view.
///
/// # Errors
/// If a schema has a form for which there is no Rust type.
pub fn derive(spec: &Spec) -> anyhow::Result<View> {
    let (requests, answers) = reach(spec)?;
    let mut deriving = Deriving {
        spec,
        answers: answers.difference(&requests).cloned().collect(),
        replacements: BTreeMap::new(),
        extra: Map::new(),
        variants: Vec::new(),
    };
    let mut schemas = Map::new();
    for (name, schema) in spec.schemas() {
        if !requests.contains(name) && !answers.contains(name) {
            continue;
        }
        let schema = deriving
            .component(name, schema)
            .with_context(|| format!("the schema {name}"))?;
        schemas.insert(name.clone(), schema);
    }
    let mut paths = Map::new();
    for operation in spec.operations() {
        let derived = deriving
            .operation(operation)
            .with_context(|| format!("the operation {}", operation.id))?;
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        item[&operation.method] = derived;
    }
    schemas.append(&mut deriving.extra);
    let document = json!({
        "openapi": "3.0.3",
        "info": spec.value["info"],
        "paths": paths,
        "components": { "schemas": schemas },
    });
    Ok(View {
        document: serde_json::from_value(document).context("the derived document is no OpenAPI")?,
        replacements: deriving.replacements,
        answers: deriving.answers,
        variants: deriving.variants,
    })
}

/// The component schemas that requests use.
///
/// # Errors
/// If a reference leads nowhere.
pub fn requests(spec: &Spec) -> anyhow::Result<BTreeSet<String>> {
    Ok(reach(spec)?.0)
}

/// The component schemas that requests use, and those that answers use.
fn reach(spec: &Spec) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut requests, mut answers) = (BTreeSet::new(), BTreeSet::new());
    for operation in spec.operations() {
        for parameter in &operation.parameters {
            collect(spec, &parameter["schema"], &mut requests)?;
        }
        if let Some(body) = operation.body() {
            collect(spec, body, &mut requests)?;
        }
        if let Some(answer) = operation.answer() {
            collect(spec, answer, &mut answers)?;
        }
    }
    Ok((requests, answers))
}

fn collect(spec: &Spec, schema: &Value, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    match schema {
        Value::Object(members) => {
            if let Some(name) = referenced(schema)
                && found.insert(name.to_owned())
            {
                collect(
                    spec,
                    spec.resolve(&json!({ "$ref": format!("#/components/schemas/{name}") }))?,
                    found,
                )?;
            }
            members.values().try_for_each(|member| collect(spec, member, found))
        }
        Value::Array(entries) => entries.iter().try_for_each(|entry| collect(spec, entry, found)),
        _ => Ok(()),
    }
}

/// The type of a secret.
const SECRET: &str = "::avepoint_core::SecretText";

/// What a schema is in Rust, where it is not left to progenitor.
enum RustType {
    /// The type of this path.
    Path(String),
    /// One of several objects, of which the value itself does not say which.
    Variants(Vec<String>),
}

struct Deriving<'a> {
    spec: &'a Spec,
    answers: BTreeSet<String>,
    replacements: BTreeMap<String, String>,
    extra: Map<String, Value>,
    variants: Vec<(String, String, Vec<String>)>,
}

impl Deriving<'_> {
    fn operation(&mut self, operation: &super::spec::Operation) -> anyhow::Result<Value> {
        let mut derived = json!({
            "operationId": operation.id,
            "summary": operation.value["summary"],
            "description": documentation(operation),
            "responses": {},
        });
        let parameters: Vec<Value> = operation
            .parameters
            .iter()
            .map(|parameter| {
                Ok(json!({
                    "name": parameter["name"],
                    "in": parameter["in"],
                    "required": parameter["required"] == true,
                    "description": description(parameter),
                    "schema": self.schema(&parameter["schema"])?,
                }))
            })
            .collect::<anyhow::Result<_>>()?;
        derived["parameters"] = parameters.into();
        if let Some(body) = operation.body() {
            derived["requestBody"] = json!({
                "required": operation.value["requestBody"]["required"] == true,
                "content": { "application/json": { "schema": self.schema(body)? } },
            });
        }
        let mut response = json!({ "description": "Success." });
        if let Some((_, success)) = operation.success() {
            for (media_type, content) in object(&success["content"]) {
                let schema = self.schema(&content["schema"])?;
                response["content"] = json!({ media_type: { "schema": schema } });
            }
        }
        derived["responses"]["2XX"] = response;
        Ok(derived)
    }

    /// A component: replaced by a type of ours, or left to progenitor.
    fn component(&mut self, name: &str, schema: &Value) -> anyhow::Result<Value> {
        let path = if schema.get("enum").is_some() {
            Some(format!("crate::generated::enums::{}", camel(name)))
        } else if is_id(name, schema) {
            Some(format!("crate::generated::ids::{}", camel(name)))
        } else {
            match self.rust_type(schema)? {
                Some(RustType::Path(path)) => Some(path),
                // A choice of bodies is an enum that progenitor makes.
                Some(RustType::Variants(objects)) if !self.answers.contains(name) => {
                    let forms: Vec<_> = objects
                        .iter()
                        .map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }))
                        .collect();
                    return Ok(json!({ "description": description(schema), "oneOf": forms }));
                }
                Some(RustType::Variants(objects)) => {
                    self.variants.push((name.to_owned(), description(schema), objects));
                    Some(format!("crate::generated::variants::{}", camel(name)))
                }
                None => None,
            }
        };
        if let Some(path) = path {
            self.replacements.insert(name.to_owned(), path);
            // What stands here is not looked at any more.
            return Ok(json!({ "type": "string" }));
        }
        let mut derived = self.schema(schema)?;
        if self.answers.contains(name) {
            if let Some(members) = derived.as_object_mut() {
                members.remove("required");
            }
            widen(&mut derived);
        }
        Ok(derived)
    }

    /// A schema without what Rust's types do not say, and with our types in it.
    fn schema(&mut self, schema: &Value) -> anyhow::Result<Value> {
        if let Some(name) = referenced(schema) {
            let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
            return Ok(match description(schema) {
                text if text.is_empty() => reference,
                text => json!({ "description": text, "allOf": [reference] }),
            });
        }
        if let Some(rust_type) = self.rust_type(schema)? {
            let RustType::Path(path) = rust_type else {
                bail!("a choice of objects must be a component of its own, so that it has a name");
            };
            let reference = self.replaced(path);
            return Ok(json!({ "description": description(schema), "allOf": [reference] }));
        }
        let mut derived = Map::new();
        for (key, value) in object(schema) {
            let value = match key.as_str() {
                "additionalProperties" if value.is_object() => self.schema(value)?,
                "type" | "required" | "additionalProperties" => value.clone(),
                "description" => Value::from(description(schema)),
                "format" if matches!(value.as_str(), Some("int32" | "int64" | "float" | "double")) => value.clone(),
                "properties" => Value::Object(
                    object(value)
                        .iter()
                        .map(|(name, property)| Ok((name.clone(), self.schema(property)?)))
                        .collect::<anyhow::Result<_>>()?,
                ),
                "items" => self.schema(value)?,
                "oneOf" | "anyOf" if !are_conditions(value) => Value::Array(
                    value
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(|alternative| self.schema(alternative))
                        .collect::<anyhow::Result<_>>()?,
                ),
                _ => continue,
            };
            derived.insert(key.clone(), value);
        }
        Ok(Value::Object(derived))
    }

    /// A reference to a component that stands for a Rust type.
    fn replaced(&mut self, path: String) -> Value {
        let words: String = path.rsplit("::").flat_map(|part| part.split(['<', '>'])).collect();
        let name = format!("Rust{}", camel(&words));
        self.extra.insert(name.clone(), json!({ "type": "string" }));
        self.replacements.insert(name.clone(), path);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// The type of ours that a schema becomes, if it becomes one.
    fn rust_type(&self, schema: &Value) -> anyhow::Result<Option<RustType>> {
        let path = |path: &str| Ok(Some(RustType::Path(path.to_owned())));
        match (text(schema, "type"), text(schema, "format")) {
            (None | Some("string"), Some("password")) => return path(SECRET),
            (Some("string"), Some("date-time" | "date")) => return path("::avepoint_core::Time"),
            // Anything at all.
            (None, _)
                if ["anyOf", "oneOf", "allOf", "properties", "$ref"]
                    .iter()
                    .all(|key| schema.get(key).is_none()) =>
            {
                return path("::avepoint_core::Json");
            }
            _ => {}
        }
        let alternatives = match (schema["anyOf"].as_array(), schema["oneOf"].as_array()) {
            (Some(alternatives), None) | (None, Some(alternatives)) => alternatives,
            _ => return Ok(None),
        };
        if schema.get("properties").is_some() {
            return Ok(None);
        }
        let mut kinds = Vec::new();
        for alternative in alternatives {
            kinds.push(self.kind(alternative)?);
        }
        kinds.sort();
        let is_scalar = |kind: &Kind| !matches!(kind, Kind::Object(_) | Kind::List(_));
        Ok(Some(match kinds.as_slice() {
            // Whatever else it may be, it is not shown.
            scalars if scalars.contains(&Kind::Secret) && scalars.iter().all(is_scalar) => {
                RustType::Path(SECRET.to_owned())
            }
            [Kind::Text, Kind::Time] => RustType::Path("::avepoint_core::Time".to_owned()),
            [Kind::Number, Kind::Text] | [Kind::Number, Kind::Time] => {
                RustType::Path("::avepoint_core::NumberOrText".to_owned())
            }
            [Kind::Code(code), Kind::Text] => RustType::Path(format!(
                "::avepoint_core::CodeOrText<crate::generated::enums::{}>",
                camel(code)
            )),
            [one, Kind::List(item)] if one == item.as_ref() => match one.path() {
                Some(path) => RustType::Path(format!("::avepoint_core::OneOrMany<{path}>")),
                None => bail!("there is no Rust type for one or many of this"),
            },
            [Kind::Text, list @ Kind::List(_)] => match list.path() {
                Some(path) => RustType::Path(format!("::avepoint_core::TextOr<{path}>")),
                None => bail!("there is no Rust type for a text or a list of this"),
            },
            objects if objects.iter().all(|kind| matches!(kind, Kind::Object(_))) => RustType::Variants(
                // In the order of the spec, not of the kinds.
                alternatives.iter().filter_map(referenced).map(str::to_owned).collect(),
            ),
            _ => bail!("there is no Rust type for this choice; see `view.rs` for those there are"),
        }))
    }

    fn kind(&self, schema: &Value) -> anyhow::Result<Kind> {
        let name = referenced(schema);
        let schema = self.spec.schema(schema)?;
        if schema.get("enum").is_some() {
            return Ok(Kind::Code(
                name.context("a list of codes must be a component")?.to_owned(),
            ));
        }
        if let Some(name) = name.filter(|name| is_id(name, schema)) {
            return Ok(Kind::Id(name.to_owned()));
        }
        Ok(match (text(schema, "type"), text(schema, "format")) {
            (Some("integer" | "number"), _) => Kind::Number,
            (None | Some("string"), Some("password")) => Kind::Secret,
            (Some("string"), Some("date-time" | "date")) => Kind::Time,
            (Some("string"), _) => Kind::Text,
            (Some("array"), _) => Kind::List(Box::new(self.kind(&schema["items"])?)),
            (Some("object"), _) => Kind::Object(name.context("an object must be a component")?.to_owned()),
            _ => bail!("a choice of choices is more than Rust's types here can say"),
        })
    }
}

/// Lets the integers of an answer be of 64 bits: a count that is larger than its page says is a count all the same.
fn widen(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format == "int32") {
                members.remove("format");
            }
            members.values_mut().for_each(widen);
        }
        Value::Array(entries) => entries.iter_mut().for_each(widen),
        _ => {}
    }
}

/// What kind of value a schema describes; sorted in the order in which choices are told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Code(String),
    Id(String),
    Number,
    Object(String),
    Secret,
    Text,
    Time,
    List(Box<Kind>),
}

impl Kind {
    fn path(&self) -> Option<String> {
        Some(match self {
            Kind::Code(name) => format!("crate::generated::enums::{}", camel(name)),
            Kind::Id(name) => format!("crate::generated::ids::{}", camel(name)),
            Kind::Object(name) => format!("crate::generated::client::types::{}", camel(name)),
            Kind::Secret => SECRET.to_owned(),
            Kind::Text => "::std::string::String".to_owned(),
            Kind::Time => "::avepoint_core::Time".to_owned(),
            Kind::List(item) => format!("::avepoint_core::List<{}>", item.path()?),
            Kind::Number => return None,
        })
    }
}

/// Whether a component is an identifier: text, called so, and no secret.
pub fn is_id(name: &str, schema: &Value) -> bool {
    text(schema, "type") == Some("string")
        && name.ends_with("Id")
        && schema.get("enum").is_none()
        && text(schema, "format") != Some("password")
}

/// Whether alternatives only say which members must stand together.
pub fn are_conditions(alternatives: &Value) -> bool {
    let only_required = |schema: &Value| object(schema).keys().eq(["required"]);
    alternatives
        .as_array()
        .is_some_and(|alternatives| alternatives.iter().all(only_required))
}

/// What the documentation of a call says beside its summary.
fn documentation(operation: &super::spec::Operation) -> String {
    let mut parts = vec![description(&operation.value)];
    let permissions: Vec<String> = operation.value["security"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|entry| object(entry).values())
        .map(|scopes| {
            let scopes: Vec<_> = scopes
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            format!("`{}`", scopes.join(" "))
        })
        .collect();
    parts.push(format!("Permission: {}.", permissions.join(" or ")));
    if let Some(url) = operation.value.pointer("/externalDocs/url").and_then(Value::as_str) {
        parts.push(format!("The vendor's page: <{url}>"));
    }
    parts.join("\n\n")
}
