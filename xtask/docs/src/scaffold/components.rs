//! The components that a scaffold adds to a spec, and those of the spec that it refers to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::facts::Code;
use xtask_spec::names::folded;

use super::codes::text;
use super::describe::{one, sentence, split_words};
use super::existing::ExistingSpec;
use super::names::{code_names, free, label_words};
use crate::yaml::{Map, plain};

/// Whether two names of codes mean the same, one of them perhaps with more words.
fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (folded(one), folded(other));
    // A name of few letters is the beginning of many.
    let begins = |whole: &str, part: &str| part.len() >= 5 && whole.starts_with(part);
    one == other || begins(&one, &other) || begins(&other, &one)
}

/// The failures of a spec that has none yet: status, name and meaning.
const FAILURES: &str = "\
400 BadRequest The request was not understood, or a value in it is not allowed.
401 Unauthorized The access token is missing or expired, or was issued elsewhere.
403 Forbidden The app lacks the permission for this operation.
404 NotFound Nothing exists under this path.
429 TooManyRequests Too many requests in a short time. Wait before the next one.
500 InternalServerError The service failed.
503 ServiceUnavailable The service is overloaded or under maintenance.";

/// What a schema allows, without what it says of that: two of the same essence are one.
fn essence(schema: &Value) -> Value {
    const SAID: [&str; 4] = ["description", "example", "x-enum-descriptions", "nullable"];
    match schema {
        Value::Object(members) => {
            let is_said = |key: &str, value: &Value| match key {
                "format" => *value == "int32" || *value == "int64",
                _ => SAID.contains(&key) && !value.is_object(),
            };
            let kept = members.iter().filter(|(key, value)| !is_said(key, value));
            let kept: serde_json::Map<_, _> = kept.map(|(key, value)| (key.clone(), essence(value))).collect();
            match kept.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([only]) if kept.len() == 1 => only.clone(),
                _ => Value::Object(kept),
            }
        }
        Value::Array(entries) => entries.iter().map(essence).collect(),
        scalar => scalar.clone(),
    }
}

/// Whether generators form the name of another schema for a property: not for a list, nor for what refers to that schema.
fn forms(owner: &str, schema: &Value, other: &str) -> bool {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut named = properties
        .filter(|(key, property)| property["type"] != "array" && folded(&format!("{owner}{key}")) == folded(other));
    named.any(|(_, property)| {
        let property = property.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(property);
        let target = property["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        target != Some(other)
    })
}

/// Whether a folded name is that of a union with the number of an alternative.
fn numbers(union: &str, schema: &Value, name: &str) -> bool {
    let number = name.strip_prefix(&folded(union)).map(str::parse::<usize>);
    let alternatives = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    matches!((number, alternatives), (Some(Ok(number)), Some(all)) if number <= all.len())
}

/// The new components.
pub struct Components<'s> {
    /// What the spec has.
    pub known: ExistingSpec<'s>,
    /// The parameters that operations share.
    pub parameters: Map,
    responses: Map,
    /// Each with what a person must look at.
    schemas: BTreeMap<String, (Map, Map)>,
}

impl<'s> Components<'s> {
    /// None yet.
    pub fn new(known: ExistingSpec<'s>) -> Self {
        Self {
            known,
            parameters: Map::new(),
            responses: Map::new(),
            schemas: BTreeMap::new(),
        }
    }

    /// Adds a schema under the first of these names that is free, unless the spec or the scaffold has it already; says
    /// under which.
    pub fn add(&mut self, candidates: &[String], schema: Map) -> String {
        let wanted = essence(&schema.value());
        // What is called by the same last word, and is the same, is one thing. Ids are all the same, but for their names.
        let is_text = schema.get("type").is_some_and(|kind| kind == "string") && schema.get("enum").is_none();
        let last_word = |name: &str| split_words(name).pop();
        let is_one = |one: &str, other: &str| one == other || (!is_text && last_word(one) == last_word(other));
        let ends = |name: &str| candidates.iter().any(|candidate| is_one(candidate, name));
        let mut new = self.schemas.iter();
        if let Some((new, _)) = new.find(|(name, (new, _))| ends(name) && essence(&new.value()) == wanted) {
            return new.clone();
        }
        let alike = self.known.objects(&schema.value());
        let by_name = candidates.iter().filter_map(|name| self.known.schema(name));
        let mut same = alike.iter().copied().chain(by_name);
        // A single member of the same name says little of what an object is.
        let is_enough = |(name, known): &(&str, &Value)| {
            let count = known["properties"].as_object().map(|members| members.len());
            essence(known) == wanted
                && (count != Some(1) || candidates.iter().any(|candidate| folded(candidate) == folded(name)))
        };
        if let Some((known, _)) = same.find(is_enough) {
            return known.to_owned();
        }
        let value = schema.value();
        let name = free(candidates, |name| self.is_taken(name) || self.is_formed(name, &value));
        let mut notes = Map::new();
        for (known, _) in alike.into_iter().take(3) {
            notes.note(format!(
                "`{known}` of the spec has members of the same names; refer to it instead, if it means the same."
            ));
        }
        self.schemas.insert(name.clone(), (schema, notes));
        name
    }

    /// Adds a list of codes, unless the spec or the scaffold has it already; says its name.
    pub fn add_codes(&mut self, candidates: &[String], codes: &[Code], what: &str, notes: &mut Map) -> String {
        let list = candidates.first().map_or("Codes", String::as_str);
        let names = code_names(codes.iter().map(|code| (text(&code.code), code.label.as_deref())), list);
        // In some languages a code has its name from no list.
        let apart = |name: String| if self.is_taken(&name) { name + "Code" } else { name };
        let names: Vec<_> = names.into_iter().map(apart).collect();
        let values: Vec<Value> = codes.iter().map(|code| code.code.clone()).collect();
        let unnamed = codes.iter().filter(|code| code.label.is_none());
        let unnamed: Vec<_> = unnamed.map(|code| text(&code.code)).collect();

        let shared = |known: &[&str]| {
            let is_there = |name: &&String| known.iter().any(|known| is_alike(known, name));
            names.iter().filter(is_there).count()
        };
        let is_named = |name: &str| candidates.iter().any(|candidate| folded(candidate) == folded(name));
        let known = self.known.code_lists(&values).into_iter();
        let known = known.map(|(name, known)| (shared(&known), is_named(name), name));
        if let Some((count, is_named, name)) = known.rev().max_by_key(|(count, is_named, _)| (*count, *is_named))
            && (count > 0 || is_named || unnamed.len() == codes.len())
        {
            let all = names.len();
            if count < all {
                notes.todo(format!(
                    "the spec has these codes as `{name}`, {count} of {all} under the same names; check whether it means the \
                     same"
                ));
            }
            return name.to_owned();
        }

        let is_number = values.iter().all(Value::is_number);
        let example = values.first().cloned().unwrap_or_default();
        let mut schema = Map::new()
            .with("type", if is_number { "integer" } else { "string" })
            .with("description", what)
            .with("enum", Value::Array(values));
        if is_number && !unnamed.is_empty() {
            let unnamed = unnamed.join(", ");
            schema.todo(format!("the page has no names for {unnamed}; find out what they mean"));
        }
        let meanings = codes.iter().zip(&names).map(|(code, name)| match &code.label {
            Some(label) => sentence(label_words(label)),
            None => sentence(&split_words(name).join(" ")),
        });
        let meanings: Vec<_> = meanings.collect();
        schema.put("x-enum-varnames", names);
        schema.put("x-enum-descriptions", meanings);
        schema.put("example", example);
        self.add(candidates, schema)
    }

    /// The component of an identifier that is called so, of the spec or new. `folder` is that of the page: an id of the
    /// same name in another module may be one of other things.
    pub fn identifier(&mut self, name: &str, folder: &str, notes: &mut Map) -> String {
        if let Some((known, folders)) = self.known.identifier(name) {
            if folders.len() == 1 && !folders.contains(folder) {
                notes.todo(format!(
                    "`{known}` is an id that another module has; check whether this is one of the same things"
                ));
            }
            return known.to_owned();
        }
        let thing = split_words(name.get(..name.len() - 2).unwrap_or_default()).join(" ");
        let schema = Map::new()
            .with("type", "string")
            .with("description", format!("Identifies {}.", one(&thing)))
            .with("example", "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c");
        self.add(&[name.to_owned()], schema)
    }

    fn is_taken(&self, name: &str) -> bool {
        self.known.has("schemas", name) || self.schemas.keys().any(|new| folded(new) == folded(name))
    }

    /// Whether generators form this name for a property of another schema, or for a property of this one that of another.
    /// What refers to the very schema means the same by it.
    fn is_formed(&self, name: &str, schema: &Value) -> bool {
        let new = self.schemas.iter();
        let new = new.map(|(name, (schema, _))| (name.clone(), schema.value()));
        let known = self.known.schemas();
        let known = known.map(|(name, schema)| (name.to_owned(), schema.clone()));
        let own = folded(name);
        new.chain(known).any(|(other_name, other)| {
            let codes = other["x-enum-varnames"].as_array().into_iter().flatten();
            let mut codes = codes.filter_map(Value::as_str);
            codes.any(|code| folded(code) == own)
                || forms(name, schema, &other_name)
                || forms(&other_name, &other, name)
                || numbers(&other_name, &other, &own)
        })
    }

    /// Gives a new schema an example, if it has none.
    pub fn show(&mut self, name: &str, example: Value) {
        if let Some((schema, _)) = self.schemas.get_mut(name)
            && schema.get("example").is_none()
        {
            schema.put("example", example);
        }
    }

    /// The failures that operations share, by their status: those of the spec, or else the usual ones.
    pub fn failures(&mut self) -> serde_json::Map<String, Value> {
        let known = self.known.failures();
        if !known.is_empty() {
            return known;
        }
        let rows = FAILURES.lines().map(|row| {
            let mut words = row.splitn(3, ' ');
            std::array::from_fn(|_| words.next().unwrap_or_default())
        });
        // What the spec has begun with is all that it means to have.
        let (known, other): (Vec<_>, Vec<_>) = rows.partition(|[_, name, _]| self.known.has("responses", name));
        let is_begun = !known.is_empty();
        let mut failures = serde_json::Map::new();
        for [status, name, text] in if is_begun { known } else { other } {
            if !is_begun && self.responses.get(name).is_none() {
                let body = Map::new()
                    .with("type", "object")
                    .with("description", "What a refusal carries, as far as it is known.")
                    .with(
                        "additionalProperties",
                        json!({ "description": "What else the service says, in any form." }),
                    );
                let schema = reference("schemas", &self.add(&["ErrorBody".to_owned()], body));
                let media = json!({ "schema": schema, "example": { "message": text } });
                let mut response = Map::new().with("description", text);
                if matches!(status, "429" | "503") {
                    let wait = "How long to wait: a number of seconds, or a date.";
                    let wait = json!({ "description": wait, "schema": { "type": "string" }, "example": "30" });
                    response.put("headers", json!({ "Retry-After": wait }));
                }
                response.put("content", json!({ "application/json": media }));
                self.responses.put(name, response);
            }
            failures.insert(status.to_owned(), reference("responses", name).into());
        }
        failures
    }

    /// What a reference leads to, in the spec or new.
    fn target(&self, reference: &str) -> Option<Value> {
        let name = |section: &str| reference.strip_prefix("#/components/")?.strip_prefix(section);
        let schema = name("schemas/").and_then(|name| self.schemas.get(name));
        let schema = schema.map(|(schema, _)| schema.value());
        let parameter = || self.parameters.get(name("parameters/")?).map(plain);
        let known = || {
            self.known
                .0
                .document
                .value
                .pointer(reference.strip_prefix('#')?)
                .cloned()
        };
        schema.or_else(parameter).or_else(known)
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

    /// Puts the new components into a draft, section by section. The schemas come in alphabetical order, as the specs
    /// have them.
    pub fn put_into(self, draft: &mut Map) {
        let mut schemas = Map::new();
        for (name, (schema, notes)) in self.schemas {
            schemas.append(notes);
            schemas.put(&name, schema);
        }
        draft.section("parameters", self.parameters, "`components.parameters`.");
        draft.section("responses", self.responses, "`components.responses`.");
        draft.section("schemas", schemas, "`components.schemas`.");
    }
}

/// A reference to a component.
pub fn reference(section: &str, name: &str) -> Map {
    Map::new().with("$ref", format!("#/components/{section}/{name}"))
}
