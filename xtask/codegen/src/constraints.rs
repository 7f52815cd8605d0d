//! What a request may hold, as static data: the `Constraint` of a schema.

use anyhow::{Context, bail};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use serde_json::Value;
use xtask_spec::Spec;
use xtask_spec::place::{LOCAL_TIME, Place};

use super::names::{camel, shouty, snake};
use super::view::{is_id, requests};

/// The patterns that the table can say, and how it says them.
const PATTERNS: [(&str, &str); 2] = [("^-?[0-9]+$", "Digits"), (LOCAL_TIME, "LocalTime")];

/// The formats that the table can say, and how it says them.
const FORMATS: [(&str, &str); 6] = [
    ("date-time", "DateTime"),
    ("date", "Date"),
    ("email", "Email"),
    ("uri", "Uri"),
    ("password", "Password"),
    ("uuid", "Plain"),
];

/// The statics of the components that requests need, in the order of the spec.
///
/// # Errors
/// If a schema says something that a constraint cannot.
pub fn components(spec: &Spec) -> anyhow::Result<Vec<TokenStream>> {
    let requests = requests(spec);
    let schemas = spec.components("schemas").into_iter();
    schemas
        .filter(|(name, _)| requests.contains(*name))
        .map(|(name, schema)| {
            let (name, constraint) = (shouty(name), constraint(spec, &schema)?);
            Ok(quote! { pub static #name: Constraint = #constraint; })
        })
        .collect()
}

/// A reference to the constraint of a schema: to its component's static, or to one made on the spot.
///
/// # Errors
/// If the schema says something that a constraint cannot.
pub fn reference(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    Ok(match schema.referenced() {
        Some(name) => {
            let name = shouty(name);
            quote! { &constraints::#name }
        }
        None => {
            let constraint = constraint(spec, schema)?;
            quote! { &#constraint }
        }
    })
}

fn constraint(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    if let Some(name) = schema.referenced() {
        let name = shouty(name);
        return Ok(quote! { Constraint::AllOf(&[&constraints::#name]) });
    }
    let codes = schema.get("enum");
    let own = match (schema.text("type"), &codes) {
        (Some("boolean"), _) => quote! { Constraint::Boolean },
        (Some(kind @ ("integer" | "number")), None) => bounded(spec, kind, schema)?,
        (Some("integer"), Some(codes)) => {
            let codes = codes.entries().into_iter().filter_map(|code| code.value.as_i64());
            let names = schema.texts("x-enum-varnames");
            quote! { Constraint::integer_code(&[#(#codes),*], &[#(#names),*]) }
        }
        (Some("string"), Some(_)) => {
            let (codes, mut names) = (schema.texts("enum"), schema.texts("x-enum-varnames"));
            if codes.iter().zip(&names).all(|(code, name)| is_alike(code, name)) {
                names.clear();
            }
            quote! { Constraint::text_code(&[#(#codes),*], &[#(#names),*]) }
        }
        (Some("string"), None) => {
            let (sizes, format) = (sizes(schema, "Length"), format(spec, schema)?);
            quote! { Constraint::text(#sizes, Format::#format) }
        }
        (Some("array"), _) => {
            let sizes = sizes(schema, "Items");
            let item = reference(spec, &schema.get("items").context("an array without `items`")?)?;
            quote! { Constraint::list(#item, #sizes) }
        }
        (Some("object"), _) => members(spec, schema)?,
        (Some(other), _) => bail!("there is no constraint for the type {other}"),
        (None, _) => quote! { Constraint::Any },
    };
    let Some(alternatives) = schema.get("oneOf").or_else(|| schema.get("anyOf")) else {
        return Ok(own);
    };
    let alternatives = alternatives.entries().into_iter();
    let alternatives = alternatives.map(|alternative| reference(spec, &alternative));
    let alternatives = alternatives.collect::<anyhow::Result<Vec<_>>>()?;
    let choice = quote! { Constraint::AnyOf(&[#(#alternatives),*]) };
    Ok(match schema.text("type") {
        None => choice,
        Some(_) => quote! { Constraint::AllOf(&[&#own, &#choice]) },
    })
}

/// Whether a code says what its name says.
fn is_alike(code: &str, name: &str) -> bool {
    let letters = |text: &str| {
        text.to_lowercase()
            .replace(|letter: char| !letter.is_alphanumeric(), "")
    };
    letters(code) == letters(name)
}

fn members(spec: &Spec, schema: &Place) -> anyhow::Result<TokenStream> {
    let required = schema.texts("required");
    let mut members = Vec::new();
    for (name, property) in schema.members_of("properties") {
        let required = required.contains(&name);
        let constraint = reference(spec, &property)?;
        members.push(quote! { Member::new(#name, #required, #constraint) });
    }
    let open = schema
        .get("additionalProperties")
        .is_some_and(|allowed| allowed.value != false);
    Ok(quote! { Constraint::object(&[#(#members),*], #open) })
}

/// The least and the greatest that a number may be: what the spec says, or else the bounds of its format.
pub fn bounds(schema: &Place) -> [Option<Value>; 2] {
    let [least, greatest] = match schema.text("format") {
        // Of codes, those that are listed are allowed.
        Some("int32") if schema.get("enum").is_none() => [Some(i32::MIN.into()), Some(i32::MAX.into())],
        // Any other number is as large as its type in Rust can be.
        _ => [None, None],
    };
    let own = |key: &str| schema.get(key).map(|place| place.value.clone());
    [own("minimum").or(least), own("maximum").or(greatest)]
}

fn bounded(spec: &Spec, kind: &str, schema: &Place) -> anyhow::Result<TokenStream> {
    let fault = |key: &str, message: String| {
        let remedy = "write the nearest value that is supported";
        let pointer = format!("{}/{key}", schema.pointer);
        spec.document.fault(&pointer, message, remedy)
    };
    let mut exclusive = ["exclusiveMinimum", "exclusiveMaximum"].into_iter();
    if let Some(key) = exclusive.find(|key| schema.get(key).is_some_and(|place| place.value != false)) {
        bail!(fault(key, "an exclusive limit is not supported".to_owned()));
    }
    let bound = |key: &str, bound: Option<Value>| -> anyhow::Result<_> {
        let Some(bound) = bound else {
            return Ok(quote! { None });
        };
        let literal = match kind {
            "integer" => bound.as_i64().map(Literal::i64_suffixed),
            _ => bound.as_f64().map(Literal::f64_suffixed),
        };
        let message = || format!("the limit {bound} of an {kind} does not fit in 64 bits");
        let literal = literal.ok_or_else(|| fault(key, message()))?;
        Ok(quote! { Some(#literal) })
    };
    let [least, greatest] = bounds(schema);
    let (minimum, maximum) = (bound("minimum", least)?, bound("maximum", greatest)?);
    let kind = snake(kind);
    Ok(quote! { Constraint::#kind(#minimum, #maximum) })
}

fn format(spec: &Spec, schema: &Place) -> anyhow::Result<Ident> {
    if is_id(schema) {
        return Ok(camel("id"));
    }
    let (key, what, known) = match (schema.text("pattern"), schema.text("format")) {
        (Some(pattern), _) => ("pattern", pattern, &PATTERNS[..]),
        (None, Some(format)) => ("format", format, &FORMATS[..]),
        (None, None) => return Ok(camel("plain")),
    };
    let Some((_, format)) = known.iter().find(|(known, _)| *known == what) else {
        let known: Vec<_> = known.iter().map(|(known, _)| *known).collect();
        bail!(spec.document.fault(
            &format!("{}/{key}", schema.pointer),
            format!("the {key} `{what}` is not supported"),
            format!("leave it out, or use {}", known.join(" or ")),
        ));
    };
    Ok(camel(format))
}

/// How many letters or entries there are at least and at most.
fn sizes(schema: &Place, of: &str) -> TokenStream {
    let limit = |end: &str| schema.value[format!("{end}{of}")].as_u64().map(Literal::u64_unsuffixed);
    let (min, max) = (limit("min").unwrap_or(Literal::u64_unsuffixed(0)), option(limit("max")));
    quote! { #min, #max }
}

/// An option as Rust writes it.
pub fn option(value: Option<impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote! { None }, |value| quote! { Some(#value) })
}
