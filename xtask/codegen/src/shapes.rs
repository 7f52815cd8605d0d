//! What a request may hold, as static data: the `Shape` of a schema.

use anyhow::{Context, bail};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use xtask_spec::Spec;
use xtask_spec::place::Place;

use super::names::{camel, shouty};
use super::view::{choices, is_id, requests};

/// The patterns that the table can say, and how it says them.
const PATTERNS: [(&str, &str); 2] = [
    ("^-?[0-9]+$", "Digits"),
    ("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", "LocalTime"),
];

/// The statics of the components that requests need, in the order of the spec.
///
/// # Errors
/// If a schema says something that a shape cannot.
pub fn components(spec: &Spec) -> anyhow::Result<Vec<TokenStream>> {
    let requests = requests(spec);
    let schemas = spec.components("schemas").into_iter();
    schemas
        .filter(|(name, _)| requests.contains(*name))
        .map(|(name, schema)| {
            let shape = if is_id(&schema) {
                let min = number(&schema, "minLength");
                quote! { Shape::Text { min: #min, max: None, format: Format::Id } }
            } else {
                shape(spec, &schema)?
            };
            let name = shouty(name);
            Ok(quote! { pub static #name: Shape = #shape; })
        })
        .collect()
}

/// A reference to the shape of a schema: to its component's static, or to one made on the spot.
///
/// # Errors
/// If the schema says something that a shape cannot.
pub fn reference(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    Ok(match schema.referenced() {
        Some(name) => {
            let name = shouty(name);
            quote! { &shapes::#name }
        }
        None => {
            let shape = shape(spec, schema)?;
            quote! { &#shape }
        }
    })
}

fn shape(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    if let Some(name) = schema.referenced() {
        let name = shouty(name);
        return Ok(quote! { Shape::AllOf(&[&shapes::#name]) });
    }
    let codes = schema.get("enum");
    let own = match (schema.text("type"), &codes) {
        (Some("boolean"), _) => quote! { Shape::Boolean },
        (Some(kind @ ("integer" | "number")), None) => bounded(spec, kind, schema)?,
        (Some("integer"), Some(codes)) => {
            let codes = codes.entries();
            let codes = codes.iter().filter_map(|code| code.value.as_i64());
            quote! { Shape::IntegerCode(&[#(#codes),*]) }
        }
        (Some("string"), Some(_)) => {
            let codes = schema.texts("enum");
            quote! { Shape::TextCode(&[#(#codes),*]) }
        }
        (Some("string"), None) => {
            let (min, max) = (number(schema, "minLength"), option(schema, "maxLength"));
            let format = format(spec, schema)?;
            quote! { Shape::Text { min: #min, max: #max, format: Format::#format } }
        }
        (Some("array"), _) => {
            let (min, max) = (number(schema, "minItems"), option(schema, "maxItems"));
            let item = reference(spec, &schema.get("items").context("an array without `items`")?)?;
            quote! { Shape::List { item: #item, min: #min, max: #max } }
        }
        (Some("object"), _) => members(spec, schema)?,
        (Some(other), _) => bail!("there is no shape for the type {other}"),
        (None, _) => quote! { Shape::Any },
    };
    let Some(alternatives) = schema.get("oneOf").or_else(|| schema.get("anyOf")) else {
        return Ok(own);
    };
    let alternatives = alternatives.entries();
    let alternatives = if choices(schema).is_some() {
        alternatives
            .iter()
            .map(|alternative| reference(spec, alternative))
            .collect::<anyhow::Result<Vec<_>>>()?
    } else {
        let conditions = alternatives.iter().map(|alternative| alternative.texts("required"));
        conditions
            .map(|names| quote! { &Shape::Requiring(&[#(#names),*]) })
            .collect()
    };
    let choice = quote! { Shape::AnyOf(&[#(#alternatives),*]) };
    Ok(match schema.text("type") {
        None => choice,
        Some(_) => quote! { Shape::AllOf(&[&#own, &#choice]) },
    })
}

fn members(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    let required = schema.texts("required");
    let mut members = Vec::new();
    for (name, property) in schema.members_of("properties") {
        let required = required.contains(&name);
        let shape = reference(spec, &property)?;
        members.push(quote! { Member { name: #name, required: #required, shape: #shape } });
    }
    let open = schema
        .get("additionalProperties")
        .is_some_and(|allowed| allowed.value != false);
    Ok(quote! { Shape::Object { members: &[#(#members),*], open: #open } })
}

fn bounded(spec: &Spec, kind: &str, schema: &Place) -> anyhow::Result<TokenStream> {
    for key in ["exclusiveMinimum", "exclusiveMaximum"] {
        if schema.get(key).is_some_and(|value| value.value != false) {
            bail!(spec.document.fault(
                &format!("{}/{key}", schema.pointer),
                "an exclusive limit is not supported",
                "write the nearest value that is supported",
            ));
        }
    }
    let bound = |key: &str| {
        let Some(place) = schema.get(key) else {
            return Ok(quote! { None });
        };
        let bound = match kind {
            "integer" => place.value.as_i64().map(Literal::i64_suffixed),
            _ => place.value.as_f64().map(Literal::f64_suffixed),
        };
        let Some(bound) = bound else {
            bail!(spec.document.fault(
                &place.pointer,
                format!("the limit {} of an {kind} does not fit in 64 bits", place.value),
                "write the nearest value that is supported",
            ));
        };
        Ok(quote! { Some(#bound) })
    };
    let (minimum, maximum) = (bound("minimum")?, bound("maximum")?);
    Ok(match kind {
        "integer" => quote! { Shape::Integer { minimum: #minimum, maximum: #maximum } },
        _ => quote! { Shape::Number { minimum: #minimum, maximum: #maximum } },
    })
}

fn format(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    let refuse = |key: &str, what: &str, known: &[&str]| {
        spec.document.fault(
            &format!("{}/{key}", schema.pointer),
            format!("the {key} `{what}` is not supported"),
            format!("leave it out, or use {}", known.join(" or ")),
        )
    };
    if let Some(pattern) = schema.text("pattern") {
        let Some((_, format)) = PATTERNS.iter().find(|(known, _)| *known == pattern) else {
            bail!(refuse("pattern", pattern, &PATTERNS.map(|(known, _)| known)));
        };
        let format = camel(format);
        return Ok(quote! { #format });
    }
    Ok(match schema.text("format") {
        Some("date-time") => quote! { DateTime },
        Some("date") => quote! { Date },
        Some("email") => quote! { Email },
        Some("uri") => quote! { Uri },
        Some("password") => quote! { Password },
        Some("uuid") | None => quote! { Plain },
        Some(other) => bail!(refuse(
            "format",
            other,
            &["date-time", "date", "email", "uri", "password", "uuid"]
        )),
    })
}

fn number(schema: &Place, key: &str) -> TokenStream {
    let value = schema.value[key].as_u64().unwrap_or_default();
    let value = Literal::u64_unsuffixed(value);
    quote! { #value }
}

fn option(schema: &Place, key: &str) -> TokenStream {
    match schema.value[key].as_u64() {
        Some(value) => {
            let value = Literal::u64_unsuffixed(value);
            quote! { Some(#value) }
        }
        None => quote! { None },
    }
}
