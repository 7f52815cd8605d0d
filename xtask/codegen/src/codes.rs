//! `enums.rs` and `ids.rs`: open enums from the lists of codes, and a type for each kind of id.

use std::fmt::Write;

use anyhow::{Context, bail};
use serde_json::Value;

use super::names::camel;
use super::spec::{Spec, description, text};
use super::view::is_id;

/// How many codes the lists of a spec hold.
pub fn count(spec: &Spec) -> usize {
    spec.schemas()
        .values()
        .filter_map(|schema| schema["enum"].as_array())
        .map(Vec::len)
        .sum()
}

/// The open enums.
///
/// # Errors
/// If a list of codes lacks names or descriptions: what the lint refuses.
pub fn enums(spec: &Spec) -> anyhow::Result<String> {
    let mut out = String::new();
    for (name, schema) in spec.schemas() {
        let Some(codes) = schema["enum"].as_array() else {
            continue;
        };
        let context = || format!("the list of codes {name}");
        let names = schema["x-enum-varnames"].as_array().with_context(context)?;
        let descriptions = schema["x-enum-descriptions"].as_array().with_context(context)?;
        if names.len() != codes.len() || descriptions.len() != codes.len() {
            bail!("{} has lists of different lengths", context());
        }
        let kind = if text(schema, "type") == Some("integer") {
            "integer"
        } else {
            "text"
        };
        writeln!(out, "::avepoint_core::open_enum! {{")?;
        writeln!(out, "    /// {}", description(schema))?;
        writeln!(out, "    pub enum {}: {kind} {{", camel(name))?;
        for ((code, name), description) in codes.iter().zip(names).zip(descriptions) {
            let name = name.as_str().with_context(context)?;
            writeln!(out, "        /// {}", one_line(description))?;
            // JSON's spelling of an integer or a text is Rust's too, for the texts that are codes.
            writeln!(out, "        {name} = {code},")?;
        }
        writeln!(out, "    }}\n}}\n")?;
    }
    Ok(trimmed(out))
}

/// The types of ids.
pub fn ids(spec: &Spec) -> String {
    let mut out = String::new();
    for (name, schema) in spec.schemas().iter().filter(|(name, schema)| is_id(name, schema)) {
        out.push_str(&format!(
            "::avepoint_core::id! {{\n    /// {}\n    pub struct {};\n}}\n\n",
            description(schema),
            camel(name)
        ));
    }
    trimmed(out)
}

fn one_line(text: &Value) -> String {
    text.as_str()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn trimmed(text: String) -> String {
    format!("{}\n", text.trim_end())
}
