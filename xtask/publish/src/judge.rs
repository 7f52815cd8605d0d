//! Whether a document accepts a value, as the `jsonschema` crate judges it by the 3.1 edition.

use anyhow::{Context, anyhow};
use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use xtask_spec::openapi31;

/// What the document is called while values are judged; nothing is ever fetched from there.
const BASE: &str = "spec:///openapi";

/// What is escaped of a JSON pointer in the fragment of a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'~')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Judges values by the schemas of one document.
pub struct Judge {
    document: Value,
    registry: Registry<'static>,
}

impl Judge {
    /// Prepares a document of OpenAPI 3.0.
    ///
    /// # Errors
    /// If its schemas cannot be used.
    pub fn new(document: &Value) -> anyhow::Result<Self> {
        let document = openapi31::derive(document);
        let registry = Registry::new().draft(Draft::Draft202012).add(BASE, document.clone());
        let registry = registry.and_then(jsonschema::RegistryBuilder::prepare);
        let registry = registry.map_err(|error| anyhow!("the schemas of a document cannot be used: {error}"))?;
        Ok(Self { document, registry })
    }

    /// What judges by the schema at a JSON pointer.
    ///
    /// # Errors
    /// If there is none, or it cannot be used.
    pub fn validator(&self, pointer: &str) -> anyhow::Result<Validator> {
        self.document
            .pointer(pointer)
            .with_context(|| format!("there is no schema at {pointer}"))?;
        let fragment = utf8_percent_encode(pointer, ESCAPED);
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        let schema = json!({ "$ref": format!("{BASE}#{fragment}") });
        let built = options.with_registry(&self.registry).build(&schema);
        built.map_err(|error| anyhow!("the schema at {pointer} cannot be used: {error}"))
    }
}
