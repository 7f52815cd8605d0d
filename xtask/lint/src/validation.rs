//! Values against schemas of OpenAPI 3.0.
//!
//! OpenAPI 3.0's schemas are a dialect of JSON Schema draft 4, which the `jsonschema` crate checks: `nullable` is the
//! difference that matters.

use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::{Kind, Shape};
use xtask_spec::place::Place;

/// What the components are called while values are checked; nothing is ever fetched from there.
const BASE: &str = "spec:///openapi";

/// Checks values against the schemas of one document.
pub struct Validation {
    components: Option<Registry<'static>>,
}

/// Why a value is not valid.
pub struct Complaint {
    /// The place within the value, as a JSON pointer.
    pub place: String,
    pub message: String,
}

impl Validation {
    pub fn new(spec: &Spec) -> Self {
        let schemas = spec.components("schemas").into_iter();
        let translated = schemas.map(|(name, schema)| (name.to_owned(), translate(schema.value)));
        let translated: Map<_, _> = translated.collect();
        let document = json!({ "components": { "schemas": translated } });
        let registry = Registry::new().draft(Draft::Draft4).add(BASE, document);
        Self {
            components: registry.and_then(jsonschema::RegistryBuilder::prepare).ok(),
        }
    }

    /// Everything that makes a value invalid. A schema that cannot be used at all has been complained about
    /// elsewhere, and finds nothing.
    pub fn complaints(&self, schema: &Place, value: &Value) -> Vec<Complaint> {
        let validator = self.validator(schema).ok();
        let errors = validator.iter().flat_map(|validator| validator.iter_errors(value));
        let complaints = errors.map(|error| Complaint {
            place: error.instance_path().as_str().to_owned(),
            message: error.to_string(),
        });
        complaints.collect()
    }

    fn validator(&self, schema: &Place) -> Result<Validator, ValidationError<'static>> {
        let schema = translate(schema.value);
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true);
        if let Some(components) = &self.components {
            options = options.with_registry(components);
        }
        options.build(&schema)
    }
}

/// Every schema can be used to check values: the last net, if no rule has found anything.
pub fn check_schemas(spec: &Spec, report: &mut Report) {
    let validation = Validation::new(spec);
    for schema in spec.all(Kind::Schema) {
        if let Err(error) = validation.validator(schema) {
            let message = format!("the schema cannot be used: {error}");
            report.add("schema", schema, message, "write what JSON Schema expects there");
        }
    }
}

/// Whether a pattern is a regular expression in the dialect of JSON Schema, which is JavaScript's.
pub fn compile_pattern(pattern: &str) -> Result<(), String> {
    let compiled = jsonschema::draft7::new(&json!({ "pattern": pattern }));
    compiled.map(drop).map_err(|error| error.to_string())
}

/// A schema of OpenAPI 3.0 in the words of JSON Schema draft 4, which passes over what it does not know.
fn translate(schema: &Value) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        return match reference.strip_prefix('#') {
            Some(pointer) => json!({ "$ref": format!("{BASE}#{pointer}") }),
            // Nothing is fetched; that it leads elsewhere is a problem of its own.
            None => json!({}),
        };
    }
    let members = members.iter();
    let mut translated: Map<_, _> = members
        .map(|(key, value)| (key.clone(), translate_member(key, value)))
        .collect();
    match translated.remove("nullable") {
        Some(Value::Bool(true)) => nullable(translated),
        _ => Value::Object(translated),
    }
}

fn translate_member(key: &str, value: &Value) -> Value {
    let member = Kind::Schema.members().iter().find(|(known, _)| *known == key);
    match (member.map(|(_, shape)| *shape), value) {
        (Some(Shape::One(Kind::Schema)), value) => translate(value),
        (Some(Shape::List(_)), Value::Array(entries)) => entries.iter().map(translate).collect(),
        (Some(Shape::Map(_)), Value::Object(members)) => {
            let members = members.iter().map(|(name, member)| (name, translate(member)));
            members.collect()
        }
        (_, value) => value.clone(),
    }
}

/// Null is one more type; where no type is named, one more alternative.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if let Some(Value::Array(codes)) = schema.get_mut("enum") {
        codes.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(name) => {
            *name = json!([name, "null"]);
            Value::Object(schema)
        }
        None => json!({ "anyOf": [{ "type": "null" }, schema] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_translated() {
        for (openapi, translated) in [
            (
                json!({ "type": "string", "nullable": true, "example": { "nullable": true } }),
                json!({ "type": ["string", "null"], "example": { "nullable": true } }),
            ),
            (
                json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/A" }] }),
                json!({ "anyOf": [{ "type": "null" }, { "allOf": [{ "$ref": "spec:///openapi#/components/schemas/A" }] }] }),
            ),
            (
                json!({ "properties": { "nullable": { "type": "integer", "nullable": true } } }),
                json!({ "properties": { "nullable": { "type": ["integer", "null"] } } }),
            ),
            (
                json!({ "additionalProperties": false }),
                json!({ "additionalProperties": false }),
            ),
        ] {
            assert_eq!(translate(&openapi), translated);
        }
    }

    #[test]
    fn what_no_rule_names_is_found_by_using_the_schema() {
        let line = "required: [contact, contact]";
        crate::testing::expect(&[("required: [contact]", line)], &[("schema", "RoundRequest:")]);
    }

    #[test]
    fn limits_are_those_of_openapi() {
        let document =
            crate::testing::document("components: { schemas: { A: { minimum: 1, exclusiveMinimum: true } } }");
        let spec = Spec::new(&document);
        let validation = Validation::new(&spec);
        let [(_, schema)] = spec.components("schemas").try_into().expect("one schema");
        assert_eq!(validation.complaints(&schema, &json!(1)).len(), 1);
        assert_eq!(validation.complaints(&schema, &json!(1.5)).len(), 0);
    }

    #[test]
    fn patterns_are_those_of_javascript() {
        assert!(compile_pattern(r"^(?=.*\d)[^\W_]+$").is_ok());
        assert!(compile_pattern("(").is_err());
    }
}
