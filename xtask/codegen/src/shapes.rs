//! What a request may hold, as static data: the `Shape` of a schema.

use anyhow::{Context, bail};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use xtask_spec::Spec;
use xtask_spec::place::Place;

use super::names::{camel, shouty};
use super::view::{is_id, requests};

/// The patterns that the table can say, and how it says them.
const PATTERNS: [(&str, &str); 2] = [
    ("^-?[0-9]+$", "Digits"),
    ("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", "LocalTime"),
];

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
/// If a schema says something that a shape cannot.
pub fn components(spec: &Spec) -> anyhow::Result<Vec<TokenStream>> {
    let requests = requests(spec);
    let schemas = spec.components("schemas").into_iter();
    schemas
        .filter(|(name, _)| requests.contains(*name))
        .map(|(name, schema)| {
            let shape = if is_id(&schema) {
                let min = least(&schema, "minLength");
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
            let (min, max) = (least(schema, "minLength"), option(limit(schema, "maxLength")));
            let format = format(spec, schema)?;
            quote! { Shape::Text { min: #min, max: #max, format: Format::#format } }
        }
        (Some("array"), _) => {
            let (min, max) = (least(schema, "minItems"), option(limit(schema, "maxItems")));
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
    let alternatives = alternatives.entries().into_iter();
    let alternatives = alternatives.map(|alternative| reference(spec, &alternative));
    let alternatives = alternatives.collect::<anyhow::Result<Vec<_>>>()?;
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
        let bound = schema.get(key).map(|place| {
            let bound = match kind {
                "integer" => place.value.as_i64().map(Literal::i64_suffixed),
                _ => place.value.as_f64().map(Literal::f64_suffixed),
            };
            bound.ok_or_else(|| {
                let message = format!("the limit {} of an {kind} does not fit in 64 bits", place.value);
                spec.document
                    .fault(&place.pointer, message, "write the nearest value that is supported")
            })
        });
        bound.transpose().map(option)
    };
    let (minimum, maximum) = (bound("minimum")?, bound("maximum")?);
    let kind = camel(kind);
    Ok(quote! { Shape::#kind { minimum: #minimum, maximum: #maximum } })
}

fn format(spec: &Spec, schema: &Place) -> anyhow::Result<Ident> {
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

fn limit(schema: &Place, key: &str) -> Option<Literal> {
    schema.value[key].as_u64().map(Literal::u64_unsuffixed)
}

/// The least length or number, which has a value in any case.
fn least(schema: &Place, key: &str) -> Literal {
    limit(schema, key).unwrap_or_else(|| Literal::u64_unsuffixed(0))
}

/// An option as Rust writes it.
pub fn option(value: Option<impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote! { None }, |value| quote! { Some(#value) })
}
