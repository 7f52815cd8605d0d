//! A spec as the generator reads it: resolved references, operations in the order of the file.

use anyhow::{Context, anyhow};
use serde_json::{Map, Value};

/// A linted OpenAPI document.
pub struct Spec {
    pub value: Value,
    operations: Vec<Operation>,
}

/// One operation, with its references resolved as far as the parameters and the bodies.
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub value: Value,
    pub parameters: Vec<Value>,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Spec {
    /// Reads the operations of a document.
    ///
    /// # Errors
    /// If a reference leads nowhere, or an operation has no id: what the lint refuses.
    pub fn new(value: Value) -> anyhow::Result<Self> {
        let mut spec = Spec {
            value,
            operations: Vec::new(),
        };
        let mut operations = Vec::new();
        for (path, item) in object(&spec.value["paths"]) {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let own = operation["parameters"].as_array().into_iter().flatten();
                let shared = item["parameters"].as_array().into_iter().flatten();
                operations.push(Operation {
                    id: text(operation, "operationId")
                        .with_context(|| format!("{method} {path} has no operationId"))?
                        .to_owned(),
                    method: method.to_owned(),
                    path: path.clone(),
                    value: operation.clone(),
                    parameters: shared
                        .chain(own)
                        .map(|p| spec.resolve(p).cloned())
                        .collect::<Result<_, _>>()?,
                });
            }
        }
        spec.operations = operations;
        Ok(spec)
    }

    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What the API calls itself.
    pub fn title(&self) -> &str {
        text(&self.value["info"], "title").unwrap_or("API")
    }

    /// The codes of the regions in which the API has a host; none where one host serves all.
    pub fn regions(&self) -> Vec<&str> {
        let servers = self.value["servers"].as_array().into_iter().flatten();
        servers
            .filter_map(|server| server.pointer("/variables/region/enum")?.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The component schemas.
    pub fn schemas(&self) -> &Map<String, Value> {
        object(&self.value["components"]["schemas"])
    }

    /// What a value or the reference in it stands for.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> anyhow::Result<&'a Value> {
        let mut value = value;
        while let Some(reference) = text(value, "$ref") {
            value = reference
                .strip_prefix('#')
                .and_then(|pointer| self.value.pointer(pointer))
                .ok_or_else(|| anyhow!("the reference {reference} leads nowhere"))?;
        }
        Ok(value)
    }

    /// The schema itself: references resolved, and an `allOf` of one thing taken for that thing.
    pub fn schema<'a>(&'a self, schema: &'a Value) -> anyhow::Result<&'a Value> {
        let mut schema = self.resolve(schema)?;
        while let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            schema = self.resolve(only)?;
        }
        Ok(schema)
    }
}

impl Operation {
    /// The schema of the JSON body, if there is one.
    pub fn body(&self) -> Option<&Value> {
        self.value.pointer("/requestBody/content/application~1json/schema")
    }

    /// The response to a success.
    pub fn success(&self) -> Option<(&str, &Value)> {
        object(&self.value["responses"])
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .map(|(status, response)| (status.as_str(), response))
    }

    /// The schema of the JSON answer, if there is one.
    pub fn answer(&self) -> Option<&Value> {
        self.success()?.1.pointer("/content/application~1json/schema")
    }

    /// Whether a success carries a file.
    pub fn is_file(&self) -> bool {
        self.answer().is_none()
            && self
                .success()
                .is_some_and(|(_, success)| success.get("content").is_some())
    }

    pub fn is_deprecated(&self) -> bool {
        self.value["deprecated"] == true
    }
}

/// The members of an object; none for what is no object.
pub fn object(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

/// A member that is text.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// The name of the component schema that a reference, or an `allOf` of one, points to.
pub fn referenced(schema: &Value) -> Option<&str> {
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return referenced(only);
    }
    text(schema, "$ref")?.strip_prefix("#/components/schemas/")
}

/// A description as one paragraph.
pub fn description(value: &Value) -> String {
    text(value, "description")
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
