//! `enums.rs` and `ids.rs`: open enums from the lists of codes, and a type for each kind of id.

use std::fmt::Write;

use anyhow::Context;
use xtask_spec::Spec;

use super::names::camel;
use super::view::is_id;

/// How many codes the lists of a spec hold.
pub fn count(spec: &Spec) -> usize {
    let schemas = spec.components("schemas");
    schemas.iter().map(|(_, schema)| schema.entries_of("enum").len()).sum()
}

/// The open enums.
///
/// # Errors
/// If a code has no name or description: what the lint refuses.
pub fn enums(spec: &Spec) -> anyhow::Result<String> {
    let mut out = String::new();
    let schemas = spec.components("schemas").into_iter();
    for (name, schema) in schemas.filter(|(_, schema)| schema.get("enum").is_some()) {
        let is_integer = schema.text("type") == Some("integer");
        let kind = if is_integer { "integer" } else { "text" };
        writeln!(out, "::avepoint_core::open_enum! {{")?;
        writeln!(out, "    /// {}", schema.description())?;
        writeln!(out, "    pub enum {}: {kind} {{", camel(name))?;
        let (names, descriptions) = (schema.texts("x-enum-varnames"), schema.texts("x-enum-descriptions"));
        for (index, code) in schema.entries_of("enum").iter().enumerate() {
            let beside = names.get(index).zip(descriptions.get(index));
            let (name, description) = beside.with_context(|| format!("a code of {name} has no name"))?;
            writeln!(out, "        /// {}", one_line(description))?;
            // JSON's spelling of an integer or a text is Rust's too, for the texts that are codes.
            writeln!(out, "        {name} = {},", code.value)?;
        }
        writeln!(out, "    }}\n}}\n")?;
    }
    Ok(trimmed(out))
}

/// The types of ids.
pub fn ids(spec: &Spec) -> String {
    let schemas = spec.components("schemas");
    let ids = schemas
        .iter()
        .filter(|(_, schema)| is_id(schema))
        .map(|(name, schema)| {
            let (description, name) = (schema.description(), camel(name));
            format!("::avepoint_core::id! {{\n    /// {description}\n    pub struct {name};\n}}\n\n")
        });
    trimmed(ids.collect())
}

fn trimmed(text: String) -> String {
    format!("{}\n", text.trim_end())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
