//! The Rust view of a spec: the same API, said so that progenitor makes the types we want.
//!
//! - Codes, ids, times, passwords and values of two kinds become our own types, by the extension `x-rust-type`; any other
//!   text is a `String`, whatever its component is called.
//! - Limits leave, and what is required: they are checked on the request as it goes out, from the table of operations. In
//!   the types they would refuse answers, and one that is lifted would change a type.
//! - Any 2xx is a success. Refusals are read by the core crate.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use xtask_spec::document::Fault;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id};

/// The Rust view of a spec.
pub struct View {
    pub document: OpenAPI,
    /// The components that only answers use.
    pub answers: BTreeSet<String>,
}

/// Derives the view.
///
/// # Errors
/// If a schema has a form for which there is no Rust type.
pub fn derive(spec: &Spec) -> anyhow::Result<View> {
    let requests = requests(spec);
    let operations = spec.operations.iter();
    let answers = schemas(spec, operations.filter_map(|operation| spec.answer(operation)));
    let is_used = |name: &str| requests.contains(name) || answers.contains(name);
    let answers = answers.difference(&requests).cloned().collect();
    let deriving = Deriving {
        spec,
        answers: &answers,
    };
    let mut schemas = Map::new();
    for (name, schema) in spec.components("schemas") {
        if !is_used(name) || is_text(&schema) || deriving.rust_type(&schema)?.is_some() {
            continue;
        }
        let mut derived = deriving.schema(&schema)?;
        widen(&mut derived);
        schemas.insert(name.to_owned(), derived);
    }
    let mut paths = json!({});
    for operation in &spec.operations {
        let mut derived = deriving.operation(operation)?;
        widen(&mut derived);
        paths[operation.path][operation.method] = derived;
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": spec.root.value["info"],
        "paths": paths,
        "components": { "schemas": schemas },
    });
    let document = serde_json::from_value(document).context("the derived document is not valid OpenAPI")?;
    Ok(View { document, answers })
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

struct Deriving<'a, 'd> {
    spec: &'a Spec<'d>,
    answers: &'a BTreeSet<String>,
}

impl<'d> Deriving<'_, 'd> {
    fn operation(&self, operation: &Operation<'d>) -> anyhow::Result<Value> {
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

    /// A schema without what Rust's types do not say, and with our types in it.
    fn schema(&self, schema: &Place<'d>) -> anyhow::Result<Value> {
        let description = schema.description();
        let component = schema.referenced().map(|name| Place {
            pointer: format!("/components/schemas/{name}"),
            value: &self.spec.root.value["components"]["schemas"][name],
        });
        if let Some(path) = self.rust_type(component.as_ref().unwrap_or(schema))? {
            let path = path.trim_start_matches("::");
            let (name, _) = path.split_once("::").unwrap_or_default();
            let rust_type = json!({ "crate": name, "version": "*", "path": path });
            let description = Some(description).filter(|text| !text.is_empty());
            return Ok(json!({ "description": description, "x-rust-type": rust_type }));
        }
        if component.as_ref().is_some_and(is_text) {
            return Ok(json!({ "description": description, "type": "string" }));
        }
        if let Some(name) = schema.referenced() {
            return Ok(match description.as_str() {
                "" => reference(name),
                text => json!({ "description": text, "allOf": [reference(name)] }),
            });
        }
        let mut derived = Map::new();
        for (mut key, place) in schema.members() {
            let value = match key {
                "items" => self.schema(&place)?,
                "additionalProperties" if place.value.is_object() => self.schema(&place)?,
                "type" | "additionalProperties" => place.value.clone(),
                "description" => description.as_str().into(),
                "format" if matches!(place.value.as_str(), Some("int32" | "int64" | "float" | "double")) => {
                    place.value.clone()
                }
                "properties" => {
                    let properties = place.members().into_iter();
                    let properties = properties.map(|(name, property)| Ok((name.to_owned(), self.schema(&property)?)));
                    Value::Object(properties.collect::<anyhow::Result<_>>()?)
                }
                "oneOf" | "anyOf" => {
                    let alternatives = place.entries().into_iter();
                    let alternatives = alternatives.map(|alternative| self.schema(&alternative));
                    key = "oneOf";
                    alternatives.collect::<anyhow::Result<_>>()?
                }
                _ => continue,
            };
            derived.insert(key.to_owned(), value);
        }
        Ok(Value::Object(derived))
    }

    fn fault(&self, place: &Place, message: &str, remedy: &'static str) -> Fault {
        self.spec.document.fault(&place.pointer, message, remedy)
    }

    /// The path of the type of ours that a schema becomes, if it becomes one.
    fn rust_type(&self, schema: &Place<'d>) -> anyhow::Result<Option<String>> {
        if let Some(kind @ (Kind::Code(_) | Kind::Id(_) | Kind::LocalTime | Kind::Secret | Kind::Time)) = plain(schema)
        {
            return Ok(kind.path());
        }
        let says = |key: &str| schema.get(key).is_some();
        let alternatives = match (schema.get("anyOf"), schema.get("oneOf")) {
            // Anything at all.
            (None, None) if !["type", "allOf", "properties", "$ref"].into_iter().any(says) => {
                return Ok(Some("::avepoint_core::Json".to_owned()));
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
        let path = match kinds.as_slice() {
            // Whatever else it may be, it is not shown.
            scalars if scalars.contains(&Kind::Secret) && scalars.iter().all(is_scalar) => Kind::Secret.path(),
            [Kind::Text, Kind::Time] => Kind::Time.path(),
            [Kind::Number, Kind::Text | Kind::Time] => Some("::avepoint_core::NumberOrText".to_owned()),
            [code @ Kind::Code(_), Kind::Text] => of("CodeOrText", code),
            [one, Kind::List(item)] if one == item.as_ref() => of("OneOrMany", one),
            [Kind::Text, list @ Kind::List(_)] => of("TextOr", list),
            _ if forms(self.spec, schema).is_some() => {
                let name = schema.name();
                if !schema.is_component("schemas") {
                    bail!(self.fault(schema, "a choice of objects here has no name", NAMED));
                }
                // A choice of bodies is an enum that progenitor makes.
                let path = || format!("crate::generated::variants::{}", camel(&name));
                return Ok(self.answers.contains(&name).then(path));
            }
            _ => None,
        };
        let fault = || self.fault(schema, "there is no Rust type for this choice", TYPES);
        Ok(Some(path.ok_or_else(fault)?))
    }

    fn kind(&self, place: &Place<'d>) -> anyhow::Result<Kind> {
        let schema = self.spec.schema(place).context("a reference without a target")?;
        if let Some(kind) = plain(&schema) {
            return Ok(kind);
        }
        Ok(match (schema.text("type"), place.referenced()) {
            (Some("array"), _) => {
                let items = schema.get("items").context("an array without `items`")?;
                Kind::List(Box::new(self.kind(&items)?))
            }
            (Some("object"), Some(name)) => Kind::Object(name.to_owned()),
            (Some("object"), None) => bail!(self.fault(place, "an object in a choice here has no name", NAMED)),
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
        (Some("string"), _) if schema.is_local_time() => Some(Kind::LocalTime),
        (Some("string"), _) => Some(Kind::Text),
        _ => None,
    }
}

/// Whether a schema is a text for which there is no type.
fn is_text(schema: &Place) -> bool {
    plain(schema) == Some(Kind::Text)
}

/// What is to be done about what has no name.
const NAMED: &str = "make it a component, and refer to it";

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

/// Lets integers be of 64 bits: a count in an answer that is larger than its page says is a count all the same, an object of
/// answers that a request takes one day stays as it is, and a parameter that is too large is refused for the limit that it
/// has in the spec.
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
    LocalTime,
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
            Kind::LocalTime => "::avepoint_core::LocalTime".to_owned(),
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

/// The objects of which a value is one, where it is a choice of nothing else.
pub fn forms<'d>(spec: &Spec<'d>, schema: &Place<'d>) -> Option<Vec<&'d str>> {
    if schema.get("properties").is_some() {
        return None;
    }
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.entries();
    let objects = choices.iter().filter(|choice| spec.type_of(choice) == Some("object"));
    let names: Vec<_> = objects.filter_map(Place::referenced).collect();
    (names.len() == choices.len()).then_some(names)
}
