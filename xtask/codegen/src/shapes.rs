//! What a request may hold, as static data: the `Shape` of a schema.

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::names::{camel, shouty};
use super::spec::{Spec, object, referenced, text};
use super::view::{are_conditions, is_id};

/// The patterns that the table can say, and how it says them.
const PATTERNS: [(&str, &str); 2] = [
    ("^-?[0-9]+$", "Digits"),
    ("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", "LocalTime"),
];

/// A reference to the shape of a schema: to its component's static, or to one made on the spot.
///
/// # Errors
/// If the schema says something that a shape cannot.
pub fn reference(schema: &Value) -> anyhow::Result<TokenStream> {
    Ok(match referenced(schema) {
        Some(name) => {
            let name = shouty(name);
            quote! { &shapes::#name }
        }
        None => {
            let shape = shape(schema)?;
            quote! { &#shape }
        }
    })
}

/// The static of a component.
///
/// # Errors
/// If the schema says something that a shape cannot.
pub fn component(name: &str, schema: &Value) -> anyhow::Result<TokenStream> {
    let shape = if is_id(name, schema) {
        let min = number(schema, "minLength");
        quote! { Shape::Text { min: #min, max: None, format: Format::Id } }
    } else {
        shape(schema).with_context(|| format!("the schema {name}"))?
    };
    let name = shouty(name);
    Ok(quote! { pub static #name: Shape = #shape; })
}

fn shape(schema: &Value) -> anyhow::Result<TokenStream> {
    if let Some(name) = referenced(schema) {
        let name = shouty(name);
        return Ok(quote! { Shape::AllOf(&[&shapes::#name]) });
    }
    let own = match text(schema, "type") {
        Some("boolean") => quote! { Shape::Boolean },
        Some(kind @ ("integer" | "number")) if schema.get("enum").is_none() => bounded(kind, schema)?,
        Some("integer") => {
            let codes = schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_i64);
            quote! { Shape::IntegerCode(&[#(#codes),*]) }
        }
        Some("string") if schema.get("enum").is_some() => {
            let codes = schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            quote! { Shape::TextCode(&[#(#codes),*]) }
        }
        Some("string") => {
            let (min, max) = (number(schema, "minLength"), option(schema, "maxLength"));
            let format = format(schema)?;
            quote! { Shape::Text { min: #min, max: #max, format: Format::#format } }
        }
        Some("array") => {
            let (min, max) = (number(schema, "minItems"), option(schema, "maxItems"));
            let item = reference(&schema["items"])?;
            quote! { Shape::List { item: #item, min: #min, max: #max } }
        }
        Some("object") => members(schema)?,
        Some(other) => bail!("there is no shape for the type {other}"),
        None => quote! { Shape::Any },
    };
    let alternatives = match (schema["anyOf"].as_array(), schema["oneOf"].as_array()) {
        (Some(alternatives), None) | (None, Some(alternatives)) => alternatives,
        (None, None) => return Ok(own),
        _ => bail!("`anyOf` and `oneOf` beside each other"),
    };
    let choice = if are_conditions(&Value::Array(alternatives.clone())) {
        let conditions = alternatives.iter().map(|alternative| {
            let names = alternative["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            quote! { &Shape::Requiring(&[#(#names),*]) }
        });
        quote! { Shape::AnyOf(&[#(#conditions),*]) }
    } else {
        let alternatives = alternatives.iter().map(reference).collect::<anyhow::Result<Vec<_>>>()?;
        quote! { Shape::AnyOf(&[#(#alternatives),*]) }
    };
    Ok(match text(schema, "type") {
        None => choice,
        Some(_) => quote! { Shape::AllOf(&[&#own, &#choice]) },
    })
}

fn members(schema: &Value) -> anyhow::Result<TokenStream> {
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut members = Vec::new();
    for (name, property) in object(&schema["properties"]) {
        let required = required.contains(&name.as_str());
        let shape = reference(property).with_context(|| format!("the member {name}"))?;
        members.push(quote! { Member { name: #name, required: #required, shape: #shape } });
    }
    let open = schema
        .get("additionalProperties")
        .is_some_and(|allowed| *allowed != Value::Bool(false));
    Ok(quote! { Shape::Object { members: &[#(#members),*], open: #open } })
}

fn bounded(kind: &str, schema: &Value) -> anyhow::Result<TokenStream> {
    let exclusive = |key: &str| schema.get(key).is_some_and(|value| *value != Value::Bool(false));
    if exclusive("exclusiveMinimum") || exclusive("exclusiveMaximum") {
        bail!("bounds that are not themselves allowed; say the nearest ones that are");
    }
    let bound = |key: &str| match (kind, schema.get(key)) {
        (_, None) => quote! { None },
        ("integer", Some(value)) => {
            let value = value.as_i64();
            quote! { Some(#value) }
        }
        (_, Some(value)) => {
            let value = value.as_f64();
            quote! { Some(#value) }
        }
    };
    let (minimum, maximum) = (bound("minimum"), bound("maximum"));
    Ok(match kind {
        "integer" => quote! { Shape::Integer { minimum: #minimum, maximum: #maximum } },
        _ => quote! { Shape::Number { minimum: #minimum, maximum: #maximum } },
    })
}

fn format(schema: &Value) -> anyhow::Result<TokenStream> {
    if let Some(pattern) = text(schema, "pattern") {
        let Some((_, format)) = PATTERNS.iter().find(|(known, _)| *known == pattern) else {
            bail!(
                "the pattern {pattern} has no shape; there are: {}",
                PATTERNS.map(|(known, _)| known).join(" and ")
            );
        };
        let format = camel(format);
        return Ok(quote! { #format });
    }
    Ok(match text(schema, "format") {
        Some("date-time") => quote! { DateTime },
        Some("date") => quote! { Date },
        Some("email") => quote! { Email },
        Some("uri") => quote! { Uri },
        Some("password") => quote! { Password },
        Some("uuid") | None => quote! { Plain },
        Some(other) => bail!("there is no shape for the format {other}"),
    })
}

fn number(schema: &Value, key: &str) -> TokenStream {
    let value = schema[key].as_u64().unwrap_or_default();
    let value = proc_macro2::Literal::u64_unsuffixed(value);
    quote! { #value }
}

fn option(schema: &Value, key: &str) -> TokenStream {
    match schema[key].as_u64() {
        Some(value) => {
            let value = proc_macro2::Literal::u64_unsuffixed(value);
            quote! { Some(#value) }
        }
        None => quote! { None },
    }
}

/// The components whose shapes a request needs, in the order of the spec.
///
/// # Errors
/// If a reference leads nowhere.
pub fn needed(spec: &Spec) -> anyhow::Result<Vec<(&String, &Value)>> {
    let requests = super::view::requests(spec)?;
    Ok(spec
        .schemas()
        .iter()
        .filter(|(name, _)| requests.contains(*name))
        .collect())
}
