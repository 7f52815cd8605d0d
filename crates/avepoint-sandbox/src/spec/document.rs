//! One embedded document: its parts by JSON pointer, with references followed.

use std::sync::OnceLock;

use serde_json::Value;

use super::Api;

/// The document of an API.
///
/// # Panics
/// If it is no JSON: it is generated and embedded, and a test reads it.
pub(crate) fn document(api: Api) -> &'static Value {
    static DOCUMENTS: [OnceLock<Value>; Api::ALL.len()] = [const { OnceLock::new() }; Api::ALL.len()];
    DOCUMENTS[api as usize].get_or_init(|| {
        let mut document = serde_json::from_str(api.text()).expect("an embedded document is JSON");
        bound_integers(&mut document);
        document
    })
}

/// A part of a document, and where it stands.
#[derive(Clone)]
pub(super) struct Part {
    api: Api,
    pub(super) pointer: String,
    pub(super) value: &'static Value,
}

impl Part {
    pub(super) fn root(api: Api) -> Self {
        let value = document(api);
        Self {
            api,
            pointer: String::new(),
            value,
        }
    }

    /// A member, or what a reference in its place leads to.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        let pointer = format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
        Some(self.at(pointer, value))
    }

    /// All members, with references followed.
    pub(super) fn members(&self) -> Vec<(&'static str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .filter_map(|(name, _)| Some((name.as_str(), self.get(name)?)))
            .collect()
    }

    /// The entries of a list, with references followed.
    pub(super) fn entries(&self) -> Vec<Self> {
        let entries = self.value.as_array().into_iter().flatten().enumerate();
        entries
            .map(|(index, value)| self.at(format!("{}/{index}", self.pointer), value))
            .collect()
    }

    /// The text of a member; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &'static str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether a member is true.
    pub(super) fn is(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    fn at(&self, pointer: String, value: &'static Value) -> Self {
        let api = self.api;
        let target = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|to| to.strip_prefix('#'));
        let found = target.and_then(|to| Some((to.to_owned(), document(api).pointer(to)?)));
        let (pointer, value) = found.unwrap_or((pointer, value));
        Self { api, pointer, value }
    }
}

/// Says of each integer with a width which numbers fit into it: to JSON Schema the width is a mere note.
fn bound_integers(value: &mut Value) {
    if let Value::Object(members) = value {
        let limits = match members.get("format").and_then(Value::as_str) {
            Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Some("int64") => Some((i64::MIN, i64::MAX)),
            _ => None,
        };
        if let Some((least, most)) = limits {
            members.entry("minimum").or_insert_with(|| least.into());
            members.entry("maximum").or_insert_with(|| most.into());
        }
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(bound_integers),
        Value::Array(entries) => entries.iter_mut().for_each(bound_integers),
        _ => {}
    }
}
