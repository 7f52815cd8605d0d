//! The schemas of the documents, compiled when they are first used.

use std::sync::OnceLock;

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Api;
use super::document::{Part, document};

/// What a document is called while values are judged; nothing is ever fetched from there.
const BASE: &str = "spec:///openapi";

/// What is escaped of a JSON pointer in the fragment of a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'~')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// A schema of a document.
pub(crate) struct Schema {
    api: Api,
    pointer: String,
    /// The schema as it is written.
    value: &'static Value,
    validator: OnceLock<Validator>,
}

impl Schema {
    pub(super) fn new(api: Api, part: &Part) -> Self {
        Self {
            api,
            pointer: part.pointer.clone(),
            value: part.value,
            validator: OnceLock::new(),
        }
    }

    /// The schema as it is written.
    pub(super) fn value(&self) -> &'static Value {
        self.value
    }

    /// What a value left out stands for; none if the schema does not say.
    pub(super) fn default(&self) -> Option<&'static Value> {
        self.value.get("default")
    }

    /// What a member of an object left out stands for; none if the schema does not say.
    pub(super) fn default_of(&self, member: &str) -> Option<&'static Value> {
        self.value.get("properties")?.get(member)?.get("default")
    }

    /// The type that text stands for, where it says one: the schema's, or that of what it refers to or consists of.
    pub(super) fn kind(&self) -> Kind {
        kind(self.api, self.value)
    }

    /// What is wrong with a value: the JSON pointer of the place within it, and a sentence, which quotes no value.
    ///
    /// # Panics
    /// If the schema cannot be compiled: it is generated and embedded, and a test compiles each.
    pub(super) fn problems(&self, value: &Value) -> Vec<(String, String)> {
        let errors = self.validator().iter_errors(value);
        errors
            .map(|error| (error.instance_path().to_string(), error.masked().to_string()))
            .collect()
    }

    fn validator(&self) -> &Validator {
        self.validator.get_or_init(|| {
            let fragment = utf8_percent_encode(&self.pointer, ESCAPED);
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true);
            let schema = json!({ "$ref": format!("{BASE}#{fragment}") });
            let built = options.with_registry(registry(self.api)).build(&schema);
            built.expect("the schemas of an embedded document compile")
        })
    }
}

fn registry(api: Api) -> &'static Registry<'static> {
    static REGISTRIES: [OnceLock<Registry<'static>>; Api::ALL.len()] = [const { OnceLock::new() }; Api::ALL.len()];
    REGISTRIES[api as usize].get_or_init(|| {
        let registry = Registry::new().draft(Draft::Draft202012).add(BASE, document(api));
        let registry = registry.and_then(jsonschema::RegistryBuilder::prepare);
        registry.expect("the schemas of an embedded document can be used")
    })
}

/// What the text of a parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// The parameter is repeated.
    List(Scalar),
}

/// What the text of an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
}

fn kind(api: Api, schema: &'static Value) -> Kind {
    let schema = resolved(api, schema);
    match named_type(schema) {
        "array" => Kind::List(match schema.get("items").map(|items| kind(api, items)) {
            Some(Kind::Integer) => Scalar::Integer,
            Some(Kind::Number) => Scalar::Number,
            Some(Kind::Boolean) => Scalar::Boolean,
            _ => Scalar::Text,
        }),
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        _ => Kind::Text,
    }
}

fn resolved(api: Api, schema: &'static Value) -> &'static Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|to| document(api).pointer(to.strip_prefix('#')?));
    let all = schema.get("allOf").and_then(Value::as_array);
    match (target, all.map(Vec::as_slice)) {
        (Some(target), _) => resolved(api, target),
        (None, Some([part])) if schema.get("type").is_none() => resolved(api, part),
        _ => schema,
    }
}

/// The type of a schema beside null.
fn named_type(schema: &Value) -> &str {
    let of = schema.get("type");
    let first = of.and_then(Value::as_array).into_iter().flatten();
    let mut names = of.into_iter().chain(first).filter_map(Value::as_str);
    names.find(|name| *name != "null").unwrap_or_default()
}
