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

use xtask_spec::document::Fault;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id};

/// The Rust view of a spec.
#[derive(Default)]
pub struct View {
    pub document: OpenAPI,
    /// The components that progenitor replaces, and the Rust types it puts in their place.
    pub replacements: BTreeMap<String, String>,
    /// The components that only answers use.
    pub answers: BTreeSet<String>,
    /// Bodies that are one of several objects: the name, and the objects.
    pub choices: Vec<(String, Vec<String>)>,
    /// Answers that are one of several objects: the name, what it is, and the objects.
    pub variants: Vec<(String, String, Vec<String>)>,
}

/// Derives the view.
///
/// # Errors
/// If a schema has a form for which there is no Rust type.
pub fn derive(spec: &Spec) -> anyhow::Result<View> {
    let requests = requests(spec);
    let operations = spec.operations.iter();
    let answers = schemas(spec, operations.filter_map(|operation| spec.answer(operation)));
    let mut deriving = Deriving {
        spec,
        view: View {
            answers: answers.difference(&requests).cloned().collect(),
            ..View::default()
        },
        extra: Map::new(),
    };
    let mut schemas = Map::new();
    for (name, schema) in spec.components("schemas") {
        if requests.contains(name) || answers.contains(name) {
            schemas.insert(name.to_owned(), deriving.component(name, &schema)?);
        }
    }
    let mut paths = Map::new();
    for operation in &spec.operations {
        let derived = deriving.operation(operation)?;
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method] = derived;
    }
    schemas.append(&mut deriving.extra);
    let document = json!({
        "openapi": "3.0.3",
        "info": spec.root.value["info"],
        "paths": paths,
        "components": { "schemas": schemas },
    });
    let document = serde_json::from_value(document).context("the derived document is not valid OpenAPI")?;
    Ok(View {
        document,
        ..deriving.view
    })
}

/// The component schemas that requests use.
pub fn requests(spec: &Spec) -> BTreeSet<String> {
    let operations = spec.operations.iter();
    let places = operations.flat_map(|operation| {
        let parameters = spec.parameters(operation).into_iter();
        parameters
            .map(|parameter| parameter.described)
            .chain(spec.body(operation))
    });
    schemas(spec, places)
}

/// The component schemas that places refer to.
fn schemas<'d>(spec: &Spec<'d>, places: impl Iterator<Item = Place<'d>>) -> BTreeSet<String> {
    let reached = spec.reached(places).into_iter();
    reached
        .filter_map(|pointer| pointer.strip_prefix("/components/schemas/").map(str::to_owned))
        .collect()
}

/// What a schema is in Rust, where it is not left to progenitor.
enum RustType {
    /// The type of this path.
    Path(String),
    /// One of several objects, of which the value itself does not say which.
    Variants(Vec<String>),
}

struct Deriving<'a, 'd> {
    spec: &'a Spec<'d>,
    view: View,
    extra: Map<String, Value>,
}

impl<'d> Deriving<'_, 'd> {
    fn operation(&mut self, operation: &Operation<'d>) -> anyhow::Result<Value> {
        let parameters = self.spec.parameters(operation).into_iter().map(|parameter| {
            let parameter = parameter.described;
            Ok(json!({
                "name": parameter.text("name"),
                "in": parameter.text("in"),
                "required": parameter.says("required"),
                "description": parameter.description(),
                "schema": self.schema(&schema_of(&parameter)?)?,
            }))
        });
        let parameters = parameters.collect::<anyhow::Result<Vec<_>>>()?;
        let mut response = json!({ "description": "Success." });
        if let Some(success) = self.spec.successes(operation).first() {
            for (media_type, media) in success.members_of("content") {
                response["content"] = json!({ media_type: { "schema": self.schema(&schema_of(&media)?)? } });
            }
        }
        let mut derived = json!({
            "operationId": id(operation),
            "summary": operation.place.text("summary"),
            "description": documentation(operation),
            "parameters": parameters,
            "responses": { "2XX": response },
        });
        if let (Some(body), Some(schema)) = (self.spec.request_body(operation), self.spec.body(operation)) {
            derived["requestBody"] = json!({
                "required": body.says("required"),
                "content": { "application/json": { "schema": self.schema(&schema)? } },
            });
        }
        Ok(derived)
    }

    /// A component: replaced by a type of ours, or left to progenitor.
    fn component(&mut self, name: &str, schema: &Place<'d>) -> anyhow::Result<Value> {
        let is_answer = self.view.answers.contains(name);
        let path = match self.rust_type(schema)? {
            Some(RustType::Path(path)) => path,
            Some(RustType::Variants(objects)) if is_answer => {
                let variants = (name.to_owned(), schema.description(), objects);
                self.view.variants.push(variants);
                format!("crate::generated::variants::{}", camel(name))
            }
            // A choice of bodies is an enum that progenitor makes.
            Some(RustType::Variants(objects)) => {
                let forms: Vec<_> = objects.iter().map(|name| reference(name)).collect();
                self.view.choices.push((name.to_owned(), objects));
                return Ok(json!({ "description": schema.description(), "oneOf": forms }));
            }
            None => {
                let mut derived = self.schema(schema)?;
                if let Some(members) = derived.as_object_mut().filter(|_| is_answer) {
                    members.remove("required");
                    widen(&mut derived);
                }
                return Ok(derived);
            }
        };
        self.view.replacements.insert(name.to_owned(), path);
        // What stands here is not looked at any more.
        Ok(json!({ "type": "string" }))
    }

    /// A schema without what Rust's types do not say, and with our types in it.
    fn schema(&mut self, schema: &Place<'d>) -> anyhow::Result<Value> {
        if let Some(name) = schema.referenced() {
            return Ok(match schema.description() {
                text if text.is_empty() => reference(name),
                text => json!({ "description": text, "allOf": [reference(name)] }),
            });
        }
        if let Some(rust_type) = self.rust_type(schema)? {
            let RustType::Path(path) = rust_type else {
                bail!(self.fault(
                    schema,
                    "a choice of objects here has no name",
                    "make it a component, and refer to it",
                ));
            };
            let reference = self.replaced(path);
            return Ok(json!({ "description": schema.description(), "allOf": [reference] }));
        }
        let mut derived = Map::new();
        for (key, place) in schema.members() {
            let value = match key {
                "additionalProperties" if place.value.is_object() => self.schema(&place)?,
                "type" | "required" | "additionalProperties" => place.value.clone(),
                "description" => schema.description().into(),
                "format" if matches!(place.value.as_str(), Some("int32" | "int64" | "float" | "double")) => {
                    place.value.clone()
                }
                "properties" => {
                    let properties = place.members().into_iter();
                    let properties = properties.map(|(name, property)| Ok((name.to_owned(), self.schema(&property)?)));
                    Value::Object(properties.collect::<anyhow::Result<_>>()?)
                }
                "items" => self.schema(&place)?,
                "oneOf" | "anyOf" => {
                    let alternatives = place.entries().into_iter();
                    let alternatives = alternatives.map(|alternative| self.schema(&alternative));
                    Value::Array(alternatives.collect::<anyhow::Result<_>>()?)
                }
                _ => continue,
            };
            derived.insert(key.to_owned(), value);
        }
        Ok(Value::Object(derived))
    }

    /// A reference to a component that stands for a Rust type.
    fn replaced(&mut self, path: String) -> Value {
        let words: String = path.rsplit("::").flat_map(|part| part.split(['<', '>'])).collect();
        let name = format!("Rust{}", camel(&words));
        self.extra.insert(name.clone(), json!({ "type": "string" }));
        let reference = reference(&name);
        self.view.replacements.insert(name, path);
        reference
    }

    fn fault(&self, place: &Place, message: &str, remedy: &'static str) -> Fault {
        self.spec.document.fault(&place.pointer, message, remedy)
    }

    /// The type of ours that a schema becomes, if it becomes one.
    fn rust_type(&self, schema: &Place<'d>) -> anyhow::Result<Option<RustType>> {
        let path = |path: String| Some(RustType::Path(path));
        if let Some(kind @ (Kind::Code(_) | Kind::Id(_) | Kind::Secret | Kind::Time)) = plain(schema) {
            return Ok(kind.path().and_then(path));
        }
        let says = |key: &str| schema.get(key).is_some();
        let alternatives = match (schema.get("anyOf"), schema.get("oneOf")) {
            // Anything at all.
            (None, None) if !["type", "allOf", "properties", "$ref"].into_iter().any(says) => {
                return Ok(path("::avepoint_core::Json".to_owned()));
            }
            (None, None) => return Ok(None),
            (Some(alternatives), None) | (None, Some(alternatives)) => alternatives.entries(),
            // Progenitor panics.
            (Some(_), Some(second)) => {
                bail!(self.fault(&second, "`anyOf` and `oneOf` are used together", "keep one of the two",))
            }
        };
        if says("properties") {
            return Ok(None);
        }
        let kinds = alternatives.iter().map(|alternative| self.kind(alternative));
        let mut kinds = kinds.collect::<anyhow::Result<Vec<_>>>()?;
        kinds.sort();
        let of = |outer: &str, inner: &Kind| Some(format!("::avepoint_core::{outer}<{}>", inner.path()?));
        let is_scalar = |kind: &Kind| !matches!(kind, Kind::Object(_) | Kind::List(_));
        let rust_type = match kinds.as_slice() {
            // Whatever else it may be, it is not shown.
            scalars if scalars.contains(&Kind::Secret) && scalars.iter().all(is_scalar) => Kind::Secret.path(),
            [Kind::Text, Kind::Time] => Kind::Time.path(),
            [Kind::Number, Kind::Text | Kind::Time] => Some("::avepoint_core::NumberOrText".to_owned()),
            [code @ Kind::Code(_), Kind::Text] => of("CodeOrText", code),
            [one, Kind::List(item)] if one == item.as_ref() => of("OneOrMany", one),
            [Kind::Text, list @ Kind::List(_)] => of("TextOr", list),
            objects if objects.iter().all(|kind| matches!(kind, Kind::Object(_))) => {
                // In the order of the spec, not of the kinds.
                let objects = alternatives.iter().filter_map(Place::referenced);
                return Ok(Some(RustType::Variants(objects.map(str::to_owned).collect())));
            }
            _ => None,
        };
        match rust_type {
            Some(rust_type) => Ok(path(rust_type)),
            None => bail!(self.fault(schema, "there is no Rust type for this choice", TYPES)),
        }
    }

    fn kind(&self, place: &Place<'d>) -> anyhow::Result<Kind> {
        let name = place.referenced();
        let schema = self.spec.schema(place).context("a reference without a target")?;
        let named = |what: &str| {
            let remedy = "make it a component, and refer to it";
            name.map(str::to_owned).ok_or_else(|| self.fault(place, what, remedy))
        };
        if let Some(kind) = plain(&schema) {
            return Ok(kind);
        }
        Ok(match schema.text("type") {
            _ if schema.get("enum").is_some() => Kind::Code(named("a code list here has no name")?),
            Some("array") => {
                let items = schema.get("items").context("an array without `items`")?;
                Kind::List(Box::new(self.kind(&items)?))
            }
            Some("object") => Kind::Object(named("an object in a choice here has no name")?),
            _ => bail!(self.fault(place, "there is no Rust type for this part of a choice", TYPES)),
        })
    }
}

/// The kind of a number or a string; codes have one if they are a component.
fn plain(schema: &Place) -> Option<Kind> {
    match (schema.text("type"), schema.text("format")) {
        _ if schema.get("enum").is_some() => schema.is_component("schemas").then(|| Kind::Code(schema.name())),
        _ if is_id(schema) => Some(Kind::Id(schema.name())),
        (Some("integer" | "number"), _) => Some(Kind::Number),
        (None | Some("string"), Some("password")) => Some(Kind::Secret),
        (Some("string"), Some("date-time" | "date")) => Some(Kind::Time),
        (Some("string"), _) => Some(Kind::Text),
        _ => None,
    }
}

/// Where the reader finds what can be said.
const TYPES: &str = "use one of the combinations that `specs/README.md` lists under \"Values with two types\"";

/// A reference to a component.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema of a parameter or of a body.
fn schema_of<'d>(place: &Place<'d>) -> anyhow::Result<Place<'d>> {
    place.get("schema").context("a parameter or a body without a schema")
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
            Kind::Secret => "::avepoint_core::SecretText".to_owned(),
            Kind::Text => "::std::string::String".to_owned(),
            Kind::Time => "::avepoint_core::Time".to_owned(),
            Kind::List(item) => format!("::avepoint_core::List<{}>", item.path()?),
            Kind::Number => return None,
        })
    }
}

/// Whether a schema is an identifier: a component of text, called so, and no secret.
pub fn is_id(schema: &Place) -> bool {
    schema.is_component("schemas")
        && schema.name().ends_with("Id")
        && schema.text("type") == Some("string")
        && schema.get("enum").is_none()
        && schema.text("format") != Some("password")
}

/// What the documentation of a call says beside its summary.
fn documentation(operation: &Operation) -> String {
    let permissions = operation.permissions().into_iter();
    let permissions: Vec<_> = permissions.map(|scopes| format!("`{}`", scopes.join(" "))).collect();
    let mut parts = vec![
        operation.place.description(),
        format!("Permission: {}.", permissions.join(" or ")),
    ];
    parts.extend(operation.page().map(|url| format!("The vendor's page: <{url}>")));
    parts.join("\n\n")
}
