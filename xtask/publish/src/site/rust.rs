//! The call through the crate of its API: the builders that `cargo xtask generate` has made, by the names it forms.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::Context;
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use crate::call::Call;

/// A program that makes the call.
///
/// # Errors
/// If it is no Rust, as where a name is a keyword.
pub fn program(api: &str, spec: &Spec, operation: &Operation, call: &Call) -> anyhow::Result<String> {
    let mut chain = format!("client.{}()", call.id.to_snake_case());
    for (parameter, listed) in call.parameters.iter().zip(spec.parameters(operation)) {
        let value = listed
            .described
            .get("schema")
            .and_then(|schema| value(spec, &schema, parameter.example));
        set(&mut chain, parameter.name, value);
    }
    let body = call.body.as_ref().and_then(|(_, examples)| Some(examples.first()?.1));
    let body = body.zip(spec.body(operation));
    set(
        &mut chain,
        "body",
        body.and_then(|(example, schema)| value(spec, &schema, example)),
    );
    let call = match (spec.is_file(operation), spec.answer(operation)) {
        (true, _) => format!(
            "let mut file = {chain}.send().await?; let mut archive = Vec::new();
             while let Some(bytes) = file.next().await {{ archive.extend_from_slice(&bytes?); }}
             std::fs::write(\"export.zip\", archive)?;"
        ),
        (false, Some(_)) => format!("let answer = {chain}.send().await?; println!(\"{{answer:#?}}\");"),
        (false, None) => format!("{chain}.send().await?;"),
    };
    let types = if chain.contains("types::") { ", types" } else { "" };
    let text = format!(
        "use {}::{{Client, StaticToken{types}}};
         #[tokio::main]
         async fn main() -> Result<(), Box<dyn std::error::Error>> {{
             let token = StaticToken::new(std::env::var(\"AVEPOINT_ACCESS_TOKEN\")?);
             let url = std::env::var(\"AVEPOINT_BASE_URL\")?;
             let client = Client::builder().base_url(url).credential(token).build()?;
             {call}
             Ok(())
         }}",
        format!("avepoint-{api}").to_snake_case(),
    );
    let program = syn::parse_file(&text).with_context(|| format!("the call in Rust is none: {text}"))?;
    Ok(prettyplease::unparse(&program).replacen(";\n#[", ";\n\n#[", 1))
}

/// Adds a setter to a chain, if there is a value for it.
fn set(chain: &mut String, name: &str, value: Option<String>) {
    if let Some(value) = value {
        let name = name.to_snake_case();
        // A keyword is a name with a mark behind it.
        let mark = if syn::parse_str::<syn::Ident>(&name).is_err() {
            "_"
        } else {
            ""
        };
        let _ = write!(chain, ".{name}{mark}({value})");
    }
}

/// What a setter takes for a value of a schema; none for null, which is not sent.
fn value(spec: &Spec, schema: &Place, example: &Value) -> Option<String> {
    let name = schema.referenced();
    let schema = spec.schema(schema)?;
    let choices: Vec<_> = ["oneOf", "anyOf"]
        .iter()
        .flat_map(|key| schema.entries_of(key))
        .collect();
    if !choices.is_empty() {
        let choice = choices.iter().find(|choice| fits(spec, choice, example))?;
        // One or several: a list of what is whole, not of what converts.
        return match example.as_array() {
            Some(entries) => {
                let items = spec.schema(choice)?.get("items")?;
                let entries = entries.iter().filter_map(|entry| value(spec, &items, entry));
                let entries: Vec<_> = entries.map(whole).collect();
                Some(format!("Vec::from([{}])", entries.join(", ")))
            }
            None => value(spec, choice, example),
        };
    }
    if let Some(code) = code(&schema, example) {
        return Some(format!("types::{}::{code}", schema.name()));
    }
    Some(match example {
        Value::Null => return None,
        Value::Array(entries) => {
            let items = schema.get("items")?;
            let entries: Vec<_> = entries.iter().filter_map(|entry| value(spec, &items, entry)).collect();
            // A tuple has entries of several types.
            let kind = |entry: &String| {
                entry
                    .split("::builder()")
                    .next()
                    .filter(|kind| kind.len() < entry.len())
                    .map(str::to_owned)
            };
            let [open, close] = match entries.iter().map(kind).collect::<BTreeSet<_>>().len() {
                0 | 1 => ['[', ']'],
                _ => ['(', ')'],
            };
            format!("{open}{}{close}", entries.join(", "))
        }
        Value::Object(members) => {
            let mut chain = format!("types::{}::builder()", schema.name().to_upper_camel_case());
            for (name, property) in spec.properties(&schema) {
                // The one value that a member can have is there already.
                let codes = spec.schema(&property).map(|schema| schema.entries_of("enum").len());
                if let Some(example) = members.get(name).filter(|_| codes != Some(1)) {
                    set(&mut chain, name, value(spec, &property, example));
                }
            }
            chain
        }
        // Identifiers are made of any text, other texts with a name of their own of one that is theirs.
        Value::String(text) if name.is_some_and(|name| !name.ends_with("Id")) => format!("{text:?}.to_owned()"),
        Value::String(text) => format!("{text:?}"),
        plain => plain.to_string(),
    })
}

/// A value in the type that it converts into.
fn whole(value: String) -> String {
    match value {
        text if text.starts_with('"') => text + ".to_owned()",
        chain if chain.contains("::builder()") => chain + ".build()?",
        plain => plain,
    }
}

/// The name of a code of the schema: also of one that is sent as digits, or by that name.
fn code<'d>(schema: &Place<'d>, example: &Value) -> Option<&'d str> {
    let names = schema.texts("x-enum-varnames");
    let codes = schema.value.get("enum")?.as_array()?;
    let is_meant = |(code, name): (&Value, &&str)| {
        code == example
            || example
                .as_str()
                .is_some_and(|text| [*name, &code.to_string()].contains(&text))
    };
    let index = codes.iter().zip(&names).position(is_meant)?;
    names.get(index).copied()
}

/// Whether a value is of the schema, as far as alternatives differ.
fn fits(spec: &Spec, schema: &Place, example: &Value) -> bool {
    let Some(schema) = spec.schema(schema) else {
        return false;
    };
    if schema.value.get("enum").is_some() {
        return code(&schema, example).is_some();
    }
    let kind = spec.type_of(&schema);
    match example {
        Value::Object(members) => {
            let properties = spec.properties(&schema);
            let is_known = |name: &String| properties.iter().any(|(known, _)| known == name);
            let is_right =
                |(name, property): &(&str, Place)| members.get(*name).is_none_or(|member| fits(spec, property, member));
            schema.texts("required").iter().all(|name| members.contains_key(*name))
                && members.keys().all(is_known)
                && properties.iter().all(is_right)
        }
        Value::Array(entries) => {
            kind == Some("array")
                && schema
                    .get("items")
                    .is_none_or(|items| entries.iter().all(|entry| fits(spec, &items, entry)))
        }
        Value::String(_) => kind.is_none_or(|kind| kind == "string"),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => !matches!(kind, Some("string" | "array" | "object")),
    }
}
