//! A value of the document together with where it stands.

use std::fmt::Display;

use serde_json::Value;

use crate::document::child;

/// The pattern of times without an offset.
pub const LOCAL_TIME: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$";

/// A value of the document and its JSON pointer, from which its line follows.
#[derive(Clone, Debug)]
pub struct Place<'d> {
    /// The JSON pointer.
    pub pointer: String,
    /// The value.
    pub value: &'d Value,
}

/// Its JSON pointer.
impl AsRef<str> for Place<'_> {
    fn as_ref(&self) -> &str {
        &self.pointer
    }
}

impl<'d> Place<'d> {
    /// The whole document.
    pub fn root(value: &'d Value) -> Self {
        Self {
            pointer: String::new(),
            value,
        }
    }

    /// What stands in it under a key.
    fn inner(&self, key: impl Display, value: &'d Value) -> Self {
        Self {
            pointer: child(&self.pointer, key),
            value,
        }
    }

    /// The member of this name.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.inner(key, value))
    }

    /// The text in the member of this name.
    pub fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether the member of this name says `true`.
    pub fn says(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// Whether the member of this name is a text with something in it.
    pub fn has_text(&self, key: &str) -> bool {
        self.text(key).is_some_and(|text| !text.trim().is_empty())
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> Vec<(&'d str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| (key.as_str(), self.inner(key, value)))
            .collect()
    }

    /// The members of the object in the member of this name.
    pub fn members_of(&self, key: &str) -> Vec<(&'d str, Self)> {
        self.get(key).map_or_else(Vec::new, |place| place.members())
    }

    /// The entries of a list; none of anything else.
    pub fn entries(&self) -> Vec<Self> {
        let entries = self.value.as_array().into_iter().flatten().enumerate();
        entries.map(|(index, value)| self.inner(index, value)).collect()
    }

    /// The entries of the list in the member of this name.
    pub fn entries_of(&self, key: &str) -> Vec<Self> {
        self.get(key).map_or_else(Vec::new, |place| place.entries())
    }

    /// The members of an object, or the entries of a list.
    pub fn parts(&self) -> Vec<Self> {
        let members = self.members().into_iter().map(|(_, member)| member);
        members.chain(self.entries()).collect()
    }

    /// The texts in the list in the member of this name.
    pub fn texts(&self, key: &str) -> Vec<&'d str> {
        let list = self.value.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Its description as one paragraph.
    pub fn description(&self) -> String {
        let words = self.text("description").unwrap_or_default().split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }

    /// The one entry of its `allOf`.
    pub fn only_part(&self) -> Option<Self> {
        let mut parts = self.entries_of("allOf");
        (parts.len() == 1).then(|| parts.remove(0))
    }

    /// The name of the component schema to which its `$ref`, or that of the one entry of its `allOf`, leads.
    pub fn referenced(&self) -> Option<&'d str> {
        match self.only_part() {
            Some(part) => part.referenced(),
            None => self.reference()?.strip_prefix("#/components/schemas/"),
        }
    }

    /// What its `$ref` says.
    pub fn reference(&self) -> Option<&'d str> {
        self.text("$ref")
    }

    /// Whether it is a schema of times without an offset, which generators make a type of.
    pub fn is_local_time(&self) -> bool {
        self.text("pattern") == Some(LOCAL_TIME)
    }

    /// The last part of its pointer: the name of a component or of a property.
    pub fn name(&self) -> String {
        let last = self.pointer.rsplit('/').next().unwrap_or_default();
        last.replace("~1", "/").replace("~0", "~")
    }

    /// Whether it is a component of this section (`schemas`, `parameters`, …) itself, not a part of one.
    pub fn is_component(&self, section: &str) -> bool {
        let name = self.pointer.strip_prefix(&format!("/components/{section}/"));
        name.is_some_and(|name| !name.contains('/'))
    }
}
