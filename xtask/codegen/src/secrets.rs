//! Which members hold secrets: what a spec calls `format: password`, wherever it stands.

use std::collections::BTreeSet;

use anyhow::bail;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;

/// The names of the members that hold secrets, be it in lists, in maps, or as one of several alternatives.
///
/// # Errors
/// If a secret has no member to name it, or stands in an address, which is logged on its way.
pub fn names<'d>(spec: &Spec<'d>) -> anyhow::Result<BTreeSet<&'d str>> {
    for operation in &spec.operations {
        let parameters = spec.parameters(operation).into_iter();
        let mut schemas = parameters.filter_map(|parameter| parameter.described.get("schema"));
        let name = operation.name();
        if schemas.any(|schema| is_secret(spec, &schema)) {
            bail!("{name}: a parameter holds a secret; addresses are logged, so put it in the body");
        }
        let mut bodies = spec.body(operation).into_iter().chain(spec.answer(operation));
        if bodies.any(|schema| is_secret(spec, &schema)) {
            bail!("{name}: a secret body must be an object with a named property");
        }
    }
    let members = spec
        .all(Kind::Schema)
        .flat_map(|schema| schema.members_of("properties"));
    let secrets = members.filter(|(_, member)| is_secret(spec, member));
    Ok(secrets.map(|(name, _)| name).collect())
}

/// Whether a schema is a secret, or can hold one that no member of its own names.
fn is_secret<'d>(spec: &Spec<'d>, schema: &Place<'d>) -> bool {
    let (mut waiting, mut seen) = (vec![schema.clone()], BTreeSet::new());
    while let Some(schema) = waiting.pop() {
        if schema.text("format") == Some("password") {
            return true;
        }
        if seen.insert(schema.pointer.clone()) {
            let alternatives = ["allOf", "anyOf", "oneOf"].map(|key| schema.entries_of(key));
            let contents = ["items", "additionalProperties"].map(|key| schema.get(key));
            let parts = alternatives.into_iter().flatten().chain(contents.into_iter().flatten());
            waiting.extend(parts.chain(spec.target(&schema)));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};
    use xtask_spec::document::Document;

    use super::*;

    fn document(schema: &Value, answer: &Value) -> Document {
        let spec = json!({
            "paths": {"/things": {"get": {
                "operationId": "listThings",
                "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
            }}},
            "components": {"schemas": {
                "Secret": {"type": "string", "format": "password"},
                "Loop": {"type": "object", "properties": {"loop": {"$ref": "#/components/schemas/Loop"}}},
                "Chain": {"items": {"$ref": "#/components/schemas/Chain"}},
                "Thing": schema,
            }},
        });
        // JSON is YAML.
        Document::parse(Path::new("openapi.yaml"), &spec.to_string()).expect("a spec")
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands() {
        let secret = || json!({"type": "string", "format": "password"});
        let reference = || json!({"$ref": "#/components/schemas/Secret"});
        let members = |members: Value| json!({"type": "object", "properties": members});
        for member in [
            secret(),
            reference(),
            json!({"allOf": [reference()], "description": "A secret."}),
            json!({"type": "array", "items": secret()}),
            json!({"type": "array", "items": {"anyOf": [{"type": "integer"}, reference()]}}),
            json!({"type": "object", "additionalProperties": secret()}),
            json!({"oneOf": [secret(), {"type": "array", "items": secret()}]}),
        ] {
            for schema in [
                members(json!({"word": member})),
                members(json!({"deep": members(json!({"word": member}))})),
                json!({"anyOf": [members(json!({"word": member})), reference()]}),
                json!({"type": "object", "additionalProperties": members(json!({"word": member}))}),
            ] {
                let document = document(&schema, &members(json!({"answer": member})));
                let names = names(&Spec::new(&document)).expect("names");
                assert_eq!(names, BTreeSet::from(["answer", "word"]), "{schema}");
            }
        }
        let none = members(json!({"word": {"type": "string"}, "chain": {"$ref": "#/components/schemas/Chain"}}));
        let document = document(&none, &none);
        assert!(names(&Spec::new(&document)).expect("names").is_empty());
    }

    #[test]
    fn a_secret_without_a_name_is_refused() {
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Secret"}});
        let document = document(&json!({}), &list);
        let problem = names(&Spec::new(&document)).expect_err("no name").to_string();
        assert!(
            problem.contains("listThings") && problem.contains("with a named property"),
            "{problem}"
        );
    }
}
