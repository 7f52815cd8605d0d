//! `enums.rs` and `ids.rs`: open enums from the lists of codes, and a type for each kind of id.

use anyhow::Context;
use xtask_spec::Spec;
use xtask_spec::place::Place;

use super::docs;
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
    let schemas = spec.components("schemas").into_iter();
    let lists = schemas.filter(|(_, schema)| schema.get("enum").is_some());
    let enums = lists.map(|(name, schema)| {
        let (names, descriptions) = (schema.texts("x-enum-varnames"), schema.texts("x-enum-descriptions"));
        let codes = schema.entries_of("enum").into_iter().enumerate().map(|(index, code)| {
            let beside = names.get(index).zip(descriptions.get(index));
            let (name, description) = beside.with_context(|| format!("a code of {name} has no name"))?;
            // JSON's spelling of an integer or a text is Rust's too, for the texts that are codes.
            let (description, code) = (one_line(description), code.value);
            let alias = code.as_str().filter(|text| text != name);
            let alias = alias
                .map(|_| format!("        #[doc(alias = {code})]\n"))
                .unwrap_or_default();
            Ok(format!("        /// {description}\n{alias}        {name} = {code},\n"))
        });
        let codes = codes.collect::<anyhow::Result<String>>()?;
        let is_integer = schema.text("type") == Some("integer");
        let kind = if is_integer { "integer" } else { "text" };
        let (description, name) = (comment(spec, &schema), camel(name));
        let body = format!("{description}    pub enum {name}: {kind} {{\n{codes}    }}");
        Ok(format!("::avepoint_core::open_enum! {{\n{body}\n}}\n"))
    });
    Ok(enums.collect::<anyhow::Result<Vec<_>>>()?.join("\n"))
}

/// The types of ids.
pub fn ids(spec: &Spec) -> String {
    let schemas = spec.components("schemas").into_iter();
    let ids = schemas.filter(|(_, schema)| is_id(schema)).map(|(name, schema)| {
        let (description, name) = (comment(spec, &schema), camel(name));
        format!("::avepoint_core::id! {{\n{description}    pub struct {name};\n}}\n")
    });
    ids.collect::<Vec<_>>().join("\n")
}

/// The description of a schema as the comment of its type.
fn comment(spec: &Spec, schema: &Place) -> String {
    let lines = docs::lines(&docs::in_rust(spec, &schema.description())).into_iter();
    lines.map(|line| format!("    /// {line}\n")).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
