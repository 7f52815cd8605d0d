//! The components that a scaffold adds to a spec, and those of the spec that it refers to.

use serde_json::{Value, json};

use crate::facts::Code;
use xtask_spec::names::folded;

use super::codes::text;
use super::describe::{sentence, words};
use super::existing::ExistingSpec;
use super::mark::todo;
use super::names::{code_names, free, label_words};
use crate::yaml::{Map, plain};

/// Whether two names of codes mean the same, one of them perhaps with more words.
fn is_alike(one: &str, other: &str) -> bool {
    /// The letters that a name must have to be the beginning of another.
    const ENOUGH: usize = 5;
    let (one, other) = (folded(one), folded(other));
    let begins = |whole: &str, part: &str| part.len() >= ENOUGH && whole.starts_with(part);
    one == other || begins(&one, &other) || begins(&other, &one)
}

/// The failures of a spec that has none yet.
const FAILURES: [(&str, &str, &str); 7] = [
    (
        "400",
        "BadRequest",
        "The request was not understood, or a value in it is not allowed.",
    ),
    (
        "401",
        "Unauthorized",
        "The access token is missing or expired, or was issued elsewhere.",
    ),
    ("403", "Forbidden", "The app lacks the permission for this operation."),
    ("404", "NotFound", "Nothing exists under this path."),
    (
        "429",
        "TooManyRequests",
        "Too many requests in a short time. Wait before the next one.",
    ),
    ("500", "InternalServerError", "The service failed."),
    (
        "503",
        "ServiceUnavailable",
        "The service is overloaded or under maintenance.",
    ),
];

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

/// The properties of a schema for which generators may form a name: a list has none.
fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    properties.filter(|(_, property)| property.get("type").is_none_or(|kind| kind != "array"))
}

/// The new components.
pub struct Components<'s> {
    /// What the spec has.
    pub known: ExistingSpec<'s>,
    /// The parameters that operations share.
    pub parameters: Map,
    responses: Map,
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
            responses: Map::new(),
            schemas: Vec::new(),
        }
    }

    /// Adds a schema under the first of these names that is free, unless the spec or the scaffold has it already; says
    /// under which.
    pub fn add(&mut self, candidates: &[String], schema: Map) -> String {
        let wanted = essence(&schema.value());
        // What is called by the same last word, and is the same, is one thing. Ids are all the same, but for their names.
        let is_text = schema.get("type").is_some_and(|kind| kind == "string") && schema.get("enum").is_none();
        let end = |name: &str| {
            if is_text {
                Some(name.to_owned())
            } else {
                words(name).pop()
            }
        };
        let ends = |name: &str| candidates.iter().any(|candidate| end(candidate) == end(name));
        let same = |new: &&New| ends(&new.name) && essence(&new.schema.value()) == wanted;
        if let Some(new) = self.schemas.iter().find(same) {
            return new.name.clone();
        }
        let known = self.known.objects(&schema.value());
        let by_name = candidates.iter().filter_map(|name| self.known.schema(name));
        let mut same = known.iter().copied().chain(by_name);
        if let Some((known, _)) = same.find(|(_, known)| essence(known) == wanted) {
            return known.to_owned();
        }
        let value = schema.value();
        let name = free(candidates, |name| self.is_taken(name) || self.is_formed(name, &value));
        let notes = known.into_iter().take(3).map(|(known, _)| {
            format!("`{known}` of the spec has members of the same names; refer to it instead, if it means the same.")
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
    pub fn add_codes(&mut self, candidates: &[String], codes: &[Code], what: &str) -> (String, Vec<String>) {
        let list = candidates.first().map_or("Codes", String::as_str);
        let names = code_names(codes.iter().map(|code| (text(&code.code), code.label.as_deref())), list);
        // In some languages a code has its name from no list.
        let apart = |name: String| if self.is_taken(&name) { name + "Code" } else { name };
        let names: Vec<_> = names.into_iter().map(apart).collect();
        let values: Vec<Value> = codes.iter().map(|code| code.code.clone()).collect();
        let mut notes = Vec::new();

        let mut known = self.known.code_lists(&values);
        let shared = |known: &[&str]| {
            let is_there = |name: &str| known.iter().any(|known| is_alike(known, name));
            names.iter().filter(|name| is_there(name)).count()
        };
        let is_named = |name: &str| candidates.iter().any(|candidate| folded(candidate) == folded(name));
        known.sort_by_key(|list| std::cmp::Reverse((shared(&list.names), is_named(list.name))));
        let unnamed: Vec<_> = codes.iter().filter(|code| code.label.is_none()).collect();
        if let Some(best) = known.first() {
            let count = shared(&best.names);
            if count > 0 || unnamed.len() == codes.len() || is_named(best.name) {
                if count < names.len() {
                    notes.push(todo(&format!(
                        "the spec has these codes as `{}`, {count} of {} under the same names; see whether it means \
                         the same",
                        best.name,
                        names.len()
                    )));
                }
                return (best.name.to_owned(), notes);
            }
        }

        let is_number = values.iter().all(Value::is_number);
        let example = values.first().cloned().unwrap_or_default();
        let mut schema = Map::new()
            .with("type", if is_number { "integer" } else { "string" })
            .with("description", what)
            .with("enum", Value::Array(values));
        if is_number && !unnamed.is_empty() {
            let codes: Vec<_> = unnamed.iter().map(|code| text(&code.code)).collect();
            let what = format!(
                "the page has no names for {}; find out what they mean",
                codes.join(", ")
            );
            schema.note(todo(&what));
        }
        let meanings = codes.iter().zip(&names).map(|(code, name)| match &code.label {
            Some(label) => sentence(label_words(label)),
            None => sentence(&words(name).join(" ")),
        });
        let meanings: Vec<_> = meanings.map(Value::from).collect();
        schema.put("x-enum-varnames", names);
        schema.put("x-enum-descriptions", meanings);
        schema.put("example", example);
        (self.add(candidates, schema), notes)
    }

    /// The component of an identifier that is called so, of the spec or new. `folder` is that of the page: an id of the
    /// same name in another module may be one of other things.
    pub fn identifier(&mut self, name: &str, folder: &str) -> (String, Option<String>) {
        if let Some((known, folders)) = self.known.identifier(name) {
            let is_elsewhere = folders.len() == 1 && !folders.iter().any(|known| known == folder);
            let what =
                format!("`{known}` is an id that another module has; see whether this is one of the same things");
            return (known.to_owned(), is_elsewhere.then(|| todo(&what)));
        }
        let thing = words(name.get(..name.len() - 2).unwrap_or_default()).join(" ");
        let article = if thing.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        let schema = Map::new()
            .with("type", "string")
            .with("description", format!("Identifies {article} {thing}."))
            .with("example", "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c");
        (self.add(&[name.to_owned()], schema), None)
    }

    fn is_taken(&self, name: &str) -> bool {
        self.known.has("schemas", name) || self.schemas.iter().any(|new| folded(&new.name) == folded(name))
    }

    /// Whether generators form this name for a property of another schema, or for a property of this one that of another.
    /// What refers to the very schema means the same by it.
    fn is_formed(&self, name: &str, schema: &Value) -> bool {
        let form = |owner: &str, property: &str| folded(&format!("{owner}{property}"));
        let refers = |property: &Value, name: &str| {
            let property = property.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(property);
            let reference = property.get("$ref").and_then(Value::as_str);
            reference.is_some_and(|reference| reference.ends_with(&format!("/{name}")))
        };
        // The alternatives of a union are numbered.
        let numbers = |union: &str, schema: &Value| {
            let name = folded(name);
            let number = name
                .strip_prefix(&folded(union))
                .and_then(|end| end.parse::<usize>().ok());
            let alternatives = schema
                .get("anyOf")
                .or_else(|| schema.get("oneOf"))
                .and_then(Value::as_array);
            number
                .zip(alternatives)
                .is_some_and(|(number, alternatives)| number <= alternatives.len())
        };
        let own = folded(name);
        let has_code = |schema: &Value| {
            let names = schema.get("x-enum-varnames").and_then(Value::as_array);
            let mut names = names.into_iter().flatten().filter_map(Value::as_str);
            names.any(|code| folded(code) == own)
        };
        let mut known = self.known.schemas().map(|(_, schema)| schema);
        if known.any(has_code) || self.schemas.iter().any(|new| has_code(&new.schema.value())) {
            return true;
        }
        let is_near = |other: &str| {
            let other = folded(other);
            other.starts_with(&own) || own.starts_with(&other)
        };
        let new = self.schemas.iter().filter(|new| is_near(&new.name));
        let new = new.map(|new| (new.name.clone(), new.schema.value()));
        let known = self.known.schemas().filter(|(name, _)| is_near(name));
        let known = known.map(|(name, schema)| (name.to_owned(), schema.clone()));
        new.chain(known).any(|(other, known)| {
            properties(schema).any(|(key, value)| form(name, key) == folded(&other) && !refers(value, &other))
                || numbers(&other, &known)
                || properties(&known).any(|(key, value)| form(&other, key) == own && !refers(value, name))
        })
    }

    /// Gives a new schema an example, if it has none.
    pub fn show(&mut self, name: &str, example: Value) {
        if let Some(new) = self.schemas.iter_mut().find(|new| new.name == name)
            && new.schema.get("example").is_none()
        {
            new.schema.put("example", example);
        }
    }

    /// The failures that operations share, by their status: those of the spec, or else the usual ones.
    pub fn failures(&mut self) -> serde_json::Map<String, Value> {
        let known = self.known.failures();
        if !known.is_empty() {
            return known;
        }
        let mut failures = serde_json::Map::new();
        let is_begun = FAILURES.iter().any(|(_, name, _)| self.known.has("responses", name));
        for (status, name, text) in FAILURES {
            if is_begun && !self.known.has("responses", name) {
                continue;
            }
            if self.responses.get(name).is_none() && !is_begun {
                let body = Map::new()
                    .with("type", "object")
                    .with("description", "What a refusal carries, as far as it is known.")
                    .with(
                        "additionalProperties",
                        Map::new().with("description", "What else the service says, in any form."),
                    );
                let body = self.add(&["ErrorBody".to_owned()], body);
                let schema = Map::new().with("$ref", format!("#/components/schemas/{body}"));
                let example = Map::new().with("message", text);
                let media = Map::new().with("schema", schema).with("example", example);
                let content = Map::new().with("application/json", media);
                let mut response = Map::new().with("description", text);
                if matches!(status, "429" | "503") {
                    let wait = Map::new()
                        .with("description", "How long to wait: a number of seconds, or a date.")
                        .with("schema", Map::new().with("type", "string"))
                        .with("example", "30");
                    response.put("headers", Map::new().with("Retry-After", wait));
                }
                response.put("content", content);
                self.responses.put(name, response);
            }
            failures.insert(
                status.to_owned(),
                json!({ "$ref": format!("#/components/responses/{name}") }),
            );
        }
        failures
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

    /// The sections of new components, each below a comment that says where it goes. The schemas come in alphabetical
    /// order, as the specs have them.
    pub fn into_map(mut self) -> Map {
        self.schemas.sort_by(|one, other| one.name.cmp(&other.name));
        let mut schemas = Map::new();
        for new in self.schemas {
            schemas.notes(new.notes);
            schemas.put(&new.name, new.schema);
        }
        let mut map = Map::new();
        for (section, part) in [
            ("parameters", self.parameters),
            ("responses", self.responses),
            ("schemas", schemas),
        ] {
            if !part.is_empty() {
                map.note(format!("Goes into `components.{section}`."));
                map.put(section, part);
            }
        }
        map
    }
}
