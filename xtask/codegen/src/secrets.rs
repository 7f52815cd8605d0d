//! Which members hold secrets: what a spec calls `format: password`, wherever it stands.

use std::collections::BTreeSet;

use anyhow::bail;
use serde_json::Value;

use super::spec::{Spec, object, text};

/// The names of the members that hold secrets, be it in lists, in maps, or as one of several alternatives.
///
/// # Errors
/// If a secret has no member to name it, or stands in an address, which is logged on its way.
pub fn names(spec: &Spec) -> anyhow::Result<BTreeSet<&str>> {
    let mut names = BTreeSet::new();
    for schema in spec.schemas().values() {
        collect(spec, schema, &mut names);
    }
    for operation in spec.operations() {
        for parameter in &operation.parameters {
            if is_secret(spec, &parameter["schema"]) {
                bail!(
                    "{}: a parameter holds a secret; addresses are logged, so put it in the body",
                    operation.id
                );
            }
        }
        for schema in operation.body().into_iter().chain(operation.answer()) {
            if is_secret(spec, schema) {
                bail!(
                    "{}: a body that is a secret itself has no member to know it by",
                    operation.id
                );
            }
            collect(spec, schema, &mut names);
        }
    }
    Ok(names)
}

/// The schemas that stand directly in a schema, but for those of its members.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let alternatives = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| schema[key].as_array());
    let contents = ["items", "additionalProperties"]
        .into_iter()
        .filter_map(|key| schema.get(key));
    alternatives.flatten().chain(contents)
}

fn collect<'a>(spec: &'a Spec, schema: &'a Value, names: &mut BTreeSet<&'a str>) {
    for (name, member) in object(&schema["properties"]) {
        if is_secret(spec, member) {
            names.insert(name);
        }
        collect(spec, member, names);
    }
    parts(schema).for_each(|part| collect(spec, part, names));
}

/// Whether a schema is a secret, or can hold one that no member of its own names.
fn is_secret(spec: &Spec, schema: &Value) -> bool {
    fn within<'a>(spec: &'a Spec, schema: &'a Value, seen: &mut BTreeSet<&'a str>) -> bool {
        if let Some(reference) = text(schema, "$ref") {
            // One that is being looked at already adds nothing.
            let new = seen.insert(reference);
            return new && spec.resolve(schema).is_ok_and(|schema| within(spec, schema, seen));
        }
        text(schema, "format") == Some("password") || parts(schema).any(|part| within(spec, part, seen))
    }
    within(spec, schema, &mut BTreeSet::new())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(schema: Value, answer: Value) -> Spec {
        Spec::new(json!({
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
        }))
        .expect("a spec")
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
                let spec = spec(schema.clone(), members(json!({"answer": member})));
                let names = names(&spec).expect("names");
                assert_eq!(names, BTreeSet::from(["answer", "word"]), "{schema}");
            }
        }
        let none = members(json!({"word": {"type": "string"}, "chain": {"$ref": "#/components/schemas/Chain"}}));
        assert!(names(&spec(none.clone(), none)).expect("names").is_empty());
    }

    #[test]
    fn a_secret_without_a_name_is_refused() {
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Secret"}});
        let problem = names(&spec(json!({}), list)).expect_err("no name").to_string();
        assert!(
            problem.contains("listThings") && problem.contains("no member to know it by"),
            "{problem}"
        );
    }
}
