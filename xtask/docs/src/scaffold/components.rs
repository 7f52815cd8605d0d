//! The components that a scaffold adds to a spec, and those of the spec that it refers to.

use serde_json::Value;

use crate::facts::Code;
use xtask_spec::names::folded;

use super::codes::text;
use super::existing::ExistingSpec;
use super::names::{code_names, free};
use super::todo;
use crate::yaml::{Map, plain};

/// Whether two names of codes mean the same, one of them perhaps with more words.
fn is_alike(one: &str, other: &str) -> bool {
    /// The letters that a name must have to be the beginning of another.
    const ENOUGH: usize = 5;
    let (one, other) = (folded(one), folded(other));
    let begins = |whole: &str, part: &str| part.len() >= ENOUGH && whole.starts_with(part);
    one == other || begins(&one, &other) || begins(&other, &one)
}

/// The new components.
pub struct Components<'s> {
    /// What the spec has.
    pub known: ExistingSpec<'s>,
    /// The parameters that operations share.
    pub parameters: Map,
    schemas: Vec<New>,
}

/// A new component.
struct New {
    name: String,
    schema: Map,
    /// What a person must look at.
    notes: Vec<String>,
}

impl<'s> Components<'s> {
    /// None yet.
    pub fn new(known: ExistingSpec<'s>) -> Self {
        Self {
            known,
            parameters: Map::new(),
            schemas: Vec::new(),
        }
    }

    /// Adds a schema under the first of these names that is free, and says under which.
    pub fn add(&mut self, candidates: &[String], schema: Map) -> String {
        let same = self.schemas.iter().find(|new| {
            let is_called = |name: &String| new.name.starts_with(name.as_str());
            candidates.iter().any(is_called) && new.schema.value() == schema.value()
        });
        if let Some(new) = same {
            return new.name.clone();
        }
        let name = free(candidates, |name| self.is_taken(name));
        let notes = self.known.objects(&schema.value()).into_iter().take(3).map(|known| {
            todo(&format!(
                "`{known}` of the spec has the same members; refer to it instead, if it means the same"
            ))
        });
        let notes = notes.collect();
        self.schemas.push(New {
            name: name.clone(),
            schema,
            notes,
        });
        name
    }

    /// Adds a list of codes, unless the spec or the scaffold has it already; says its name and what to look at.
    pub fn add_codes(&mut self, candidates: &[String], codes: &[Code]) -> (String, Vec<String>) {
        let list = candidates.first().map_or("Codes", String::as_str);
        let names = code_names(codes.iter().map(|code| (text(&code.code), code.label.as_deref())), list);
        let values: Vec<Value> = codes.iter().map(|code| code.code.clone()).collect();
        let mut notes = Vec::new();

        let mut known = self.known.code_lists(&values);
        let shared = |known: &[&str]| {
            let is_there = |name: &str| known.iter().any(|known| is_alike(known, name));
            names.iter().filter(|code| is_there(&code.name)).count()
        };
        let is_named = |name: &str| candidates.iter().any(|candidate| folded(candidate) == folded(name));
        known.sort_by_key(|list| std::cmp::Reverse((shared(&list.names), is_named(list.name))));
        let has_labels = codes.iter().any(|code| code.label.is_some());
        if let Some(best) = known.first() {
            let count = shared(&best.names);
            if count > 0 || !has_labels || is_named(best.name) {
                notes.push(todo(&format!(
                    "the spec has these codes as `{}`, {count} of {} under the same names; see whether it means the \
                     same",
                    best.name,
                    names.len()
                )));
                return (best.name.to_owned(), notes);
            }
            let others: Vec<_> = known.iter().take(3).map(|list| format!("`{}`", list.name)).collect();
            notes.push(todo(&format!(
                "the spec has the same codes under other names in {}; this is taken for another list",
                others.join(", ")
            )));
        }

        let mut schema = Map::new()
            .with(
                "type",
                if values.iter().all(Value::is_number) {
                    "integer"
                } else {
                    "string"
                },
            )
            .with("description", todo("say what the codes are about"))
            .with("enum", Value::Array(values));
        for (code, name) in codes.iter().zip(&names) {
            if let Some(doubt) = &name.doubt {
                let code = text(&code.code);
                schema.note(todo(&format!(
                    "name the code {code} better than `{}`: {doubt}",
                    name.name
                )));
            }
        }
        schema.put(
            "x-enum-varnames",
            names.into_iter().map(|code| Value::from(code.name)).collect::<Vec<_>>(),
        );
        let meanings = codes.iter().map(|_| Value::from(todo("say what the code means")));
        schema.put("x-enum-descriptions", meanings.collect::<Vec<_>>());
        (self.add(candidates, schema), notes)
    }

    fn is_taken(&self, name: &str) -> bool {
        self.known.has("schemas", name) || self.schemas.iter().any(|new| folded(&new.name) == folded(name))
    }

    /// What a reference leads to, in the spec or new.
    fn target(&self, reference: &str) -> Option<Value> {
        let name = |section: &str| reference.strip_prefix("#/components/")?.strip_prefix(section);
        let mut schemas = self.schemas.iter();
        let schema = name("schemas/").and_then(|name| schemas.find(|new| new.name == name));
        let schema = schema.map(|new| new.schema.value());
        let parameter = || self.parameters.get(name("parameters/")?).map(plain);
        schema.or_else(parameter).or_else(|| self.known.at(reference).cloned())
    }

    /// What a schema or parameter says behind its references, and an `allOf` of one entry.
    pub fn resolved(&self, value: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..8 {
            let part = value.get("allOf").and_then(|parts| parts.get(0));
            let inner = match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.target(reference),
                None => part.filter(|_| value.get("type").is_none()).cloned(),
            };
            match inner {
                Some(inner) => value = inner,
                None => break,
            }
        }
        value
    }

    /// The new parameters, and the new schemas in alphabetical order, as the specs have them.
    pub fn into_maps(mut self) -> (Map, Map) {
        self.schemas.sort_by(|one, other| one.name.cmp(&other.name));
        let mut map = Map::new();
        for new in self.schemas {
            map.notes(new.notes);
            map.put(&new.name, new.schema);
        }
        (self.parameters, map)
    }
}
