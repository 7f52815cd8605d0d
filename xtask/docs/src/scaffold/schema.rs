//! Schemas from a tree: types, limits and codes of the rows, and the forms of the sample where the two disagree.

use serde_json::Value;

use crate::facts::{Required, Row};
use crate::json_type::JsonType;

use super::codes;
use super::components::Components;
use super::form::{code_form, form_of, seen_forms, structure, word};
use super::limits::{has_limits, limits};
use super::names::{pascal, singular};
use super::todo;
use super::tree::{ROOT, Tree};
use crate::yaml::Map;

/// How deep a body may nest before a person must go on.
const MAX_DEPTH: usize = 24;

/// The formats that a schema may name.
const FORMATS: [&str; 8] = [
    "date-time",
    "date",
    "email",
    "uri",
    "uuid",
    "password",
    "byte",
    "binary",
];

/// Writes the schemas of one body.
pub struct Writer<'w, 's, 'p> {
    /// The tree of the body.
    pub tree: &'w Tree<'p>,
    /// Where new components go.
    pub components: &'w mut Components<'s>,
    /// What the operation is about, in PascalCase: names that are too common begin with it.
    pub noun: &'w str,
    /// Whether it is a request, which is strict.
    pub is_request: bool,
}

/// A schema, and what a person must look at.
pub struct Written {
    /// The schema.
    pub schema: Map,
    /// Comments to go above it.
    pub notes: Vec<String>,
}

impl Writer<'_, '_, '_> {
    /// The schema of the body; an object becomes a component of this name.
    pub fn body(&mut self, name: &str) -> Written {
        let mut written = self.value(ROOT, name, 0);
        let notes = self.tree.notes.iter();
        written.notes.extend(notes.map(|note| todo(note)));
        written
    }

    /// The schema of a value; `name` is what a component for it may be called.
    fn value(&mut self, index: usize, name: &str, depth: usize) -> Written {
        let member = self.tree.at(index);
        let mut notes: Vec<String> = member.notes.iter().map(|note| todo(note)).collect();
        let row = member.row;
        let table = row.and_then(|row| form_of(row, &mut notes));
        let table = structure(member).or(table);
        let seen = seen_forms(member);
        let shows_null = member.seen.contains(&JsonType::Null);
        let forms = self.decide(index, table, &seen, &mut notes);
        if depth > MAX_DEPTH {
            notes.push(todo("it nests too deep; write the rest by hand"));
            return Written {
                schema: Map::new().with("type", "string"),
                notes,
            };
        }
        let is_choice = forms.len() > 1;
        let mut alternatives = Vec::new();
        for form in &forms {
            let schema = match form {
                JsonType::Array => self.list(index, name, depth, &mut notes),
                JsonType::Object if forms.contains(&JsonType::Array) => {
                    // One of the list's entries.
                    self.object(index, &entry_name(name, self.noun), depth, &mut notes)
                }
                JsonType::Object => self.object(index, name, depth, &mut notes),
                scalar => {
                    // Codes that are numbers are those of the number, whatever the table calls it.
                    let fits = |row: &&Row| {
                        table.is_none_or(|table| table.is_like(*scalar) || table == JsonType::Array)
                            || (*scalar == JsonType::Integer
                                && !row.codes.is_empty()
                                && codes::of(row, true).are_numbers)
                    };
                    let row = row.filter(fits);
                    let wire = row
                        .filter(|_| index == ROOT)
                        .map_or(member.name.as_str(), |row| &row.name);
                    let scalar = Scalar {
                        form: *scalar,
                        row,
                        name,
                        wire,
                        is_choice,
                        forms: &forms,
                    };
                    self.scalar(&scalar, &mut notes)
                }
            };
            alternatives.push(schema);
        }
        let mut schema = match (alternatives.len(), alternatives.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                alternatives.push(last);
                Map::new().with("anyOf", alternatives.into_iter().map(Value::from).collect::<Vec<_>>())
            }
            (_, None) => Map::new().with("type", "string"),
        };
        if let Some(row) = row.filter(|_| !is_choice) {
            limits(row, forms.first().copied(), &mut schema, &mut notes);
        } else if row.is_some_and(has_limits) {
            notes.push(todo(
                "the table has limits or a default; write them to the form that they are for",
            ));
        }
        if shows_null && schema.get("type").is_some() {
            schema.put("nullable", true);
        } else if shows_null {
            notes.push(todo("the sample shows null; see that the schema allows it"));
        }
        Written { schema, notes }
    }

    /// The forms of a value, by the rules for values of two kinds. The sample wins where there is no type for both.
    fn decide(
        &self,
        index: usize,
        table: Option<JsonType>,
        seen: &[JsonType],
        notes: &mut Vec<String>,
    ) -> Vec<JsonType> {
        let mut forms: Vec<JsonType> = table.into_iter().collect();
        for form in seen {
            match forms.iter_mut().find(|known| known.is_like(*form)) {
                Some(known) if *known == JsonType::Integer && *form == JsonType::Number => {
                    *known = JsonType::Number;
                    notes.push(todo("the table says a whole number; the sample shows a fraction"));
                }
                Some(_) => {}
                None => forms.push(*form),
            }
        }
        match forms.len() {
            0 => {
                notes.push(todo("its type is not known"));
                return vec![JsonType::String];
            }
            1 => return forms,
            _ => {}
        }
        let names: Vec<_> = forms.iter().map(|form| form.name()).collect();
        let reported = format!("table and sample show {}; both are allowed", names.join(" and "));
        // Numbers and codes first, then lists, then text: the forms that the clients have types for.
        forms.sort_by_key(|form| match form {
            JsonType::Integer | JsonType::Number => 0,
            JsonType::Array => 1,
            _ => 2,
        });
        let fits = match forms.as_slice() {
            [JsonType::Integer | JsonType::Number, JsonType::String] | [JsonType::Array, JsonType::String] => true,
            [JsonType::Array, JsonType::Object] => self.entries_are(index, JsonType::Object),
            [number @ JsonType::Integer, JsonType::Array] => {
                let codes = self.tree.at(index).row.is_some_and(|row| !row.codes.is_empty());
                codes && self.entries_are(index, *number)
            }
            _ => false,
        };
        if fits {
            notes.push(todo(&reported));
            return forms;
        }
        let chosen = seen.first().copied().or(table).unwrap_or(JsonType::String);
        notes.push(todo(&format!(
            "table and sample show {}; there is no type for both, and the sample is taken",
            names.join(" and ")
        )));
        if self.tree.at(index).row.is_some_and(|row| !row.codes.is_empty()) && Some(chosen) != table {
            notes.push(todo(
                "the codes of the table are not written, since the sample shows something else",
            ));
        }
        vec![chosen]
    }

    /// Whether nothing speaks against the entries being of this form.
    fn entries_are(&self, index: usize, form: JsonType) -> bool {
        let entry = self.tree.at(index).entry;
        entry.is_none_or(|entry| seen_forms(self.tree.at(entry)).iter().all(|seen| seen.is_like(form)))
    }

    fn list(&mut self, index: usize, name: &str, depth: usize, notes: &mut Vec<String>) -> Map {
        let one = entry_name(name, self.noun);
        let member = self.tree.at(index);
        let row = member.row;
        let reported = row.and_then(|row| row.kind.as_deref()?.strip_prefix("array of "));
        let entry = member.entry.filter(|entry| {
            let entry = self.tree.at(*entry);
            !seen_forms(entry).is_empty() || !entry.members.is_empty() || entry.entry.is_some()
        });
        let codes = row.filter(|row| !row.codes.is_empty());
        let mut items = match entry {
            Some(entry) if codes.is_none() || !self.tree.at(entry).members.is_empty() => {
                let written = self.value(entry, &one, depth + 1);
                notes.extend(written.notes);
                if codes.is_some() {
                    notes.push(todo(
                        "the codes of the table are not written, since the sample shows objects",
                    ));
                }
                let seen = seen_forms(self.tree.at(entry));
                let differs = reported
                    .and_then(word)
                    .filter(|reported| !seen.is_empty() && !seen.iter().any(|seen| seen.is_like(*reported)));
                if let Some(reported) = differs {
                    notes.push(todo(&format!(
                        "the table says entries of type {}, the sample shows others; the sample is taken",
                        reported.name()
                    )));
                }
                written.schema
            }
            _ => {
                let mut seen = entry.map(|entry| seen_forms(self.tree.at(entry))).unwrap_or_default();
                seen.retain(|form| !matches!(form, JsonType::Array | JsonType::Object));
                let form = reported.and_then(word).or(seen.first().copied());
                let form = form.or_else(|| codes.map(|row| code_form(&row.codes)));
                match form {
                    Some(JsonType::Object) => self.unknown_object(notes),
                    Some(JsonType::Array) => {
                        notes.push(todo("what the lists in it hold is not known"));
                        Map::new()
                            .with("type", "array")
                            .with("items", Map::new().with("type", "string"))
                    }
                    Some(form) => {
                        let mut forms = vec![form];
                        forms.extend(seen);
                        let scalar = Scalar {
                            form,
                            row: codes,
                            name: &one,
                            wire: &singular(&member.name),
                            is_choice: false,
                            forms: &forms,
                        };
                        let mut items = self.scalar(&scalar, notes);
                        if reported == Some("date-time") && form == JsonType::String {
                            items.put("format", "date-time");
                        }
                        items
                    }
                    None => {
                        notes.push(todo("what its entries are is not known"));
                        Map::new().with("type", "string")
                    }
                }
            }
        };
        if items.is_empty() {
            items = Map::new().with("type", "string");
        }
        Map::new().with("type", "array").with("items", items)
    }

    fn object(&mut self, index: usize, name: &str, depth: usize, notes: &mut Vec<String>) -> Map {
        let index = match self.tree.at(index) {
            // An object or a list of them: the table may have put the members to the entries.
            member if member.members.is_empty() => member.entry.unwrap_or(index),
            _ => index,
        };
        let members = self.tree.at(index).members.clone();
        if members.is_empty() {
            return self.unknown_object(notes);
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        for child in members {
            let member = self.tree.at(child);
            let written = self.value(child, &pascal(&member.name, "Member"), depth + 1);
            properties.notes(written.notes);
            if member.row.is_none() {
                properties.note(todo("no table lists it"));
            }
            if let Some(row) = member.row {
                if row.required == Some(Required::Yes) && self.is_request {
                    required.push(Value::from(member.name.as_str()));
                }
                if row.required == Some(Required::Sometimes) {
                    properties.note(todo("it must be sent in some cases; say when in the description"));
                }
            }
            properties.put(&member.name, described(written.schema));
        }
        let mut schema = Map::new()
            .with("type", "object")
            .with("description", todo("say what it is"));
        if !required.is_empty() {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        let name = self.components.add(&self.names(name), schema);
        reference(&name)
    }

    /// What a component may be called. A word that says little goes behind what the operation is about.
    fn names(&self, name: &str) -> Vec<String> {
        const COMMON: [&str; 12] = [
            "Action", "Category", "Code", "Data", "Kind", "Level", "Metadata", "Mode", "State", "Status", "Type",
            "Value",
        ];
        if name.contains(self.noun) {
            return vec![name.to_owned()];
        }
        let long = format!("{}{name}", self.noun);
        let short = (!COMMON.contains(&name)).then(|| name.to_owned());
        short.into_iter().chain([long]).collect()
    }

    fn unknown_object(&mut self, notes: &mut Vec<String>) -> Map {
        notes.push(todo("its members are not known"));
        Map::new().with("type", "object").with("additionalProperties", true)
    }

    fn scalar(&mut self, scalar: &Scalar, notes: &mut Vec<String>) -> Map {
        let Scalar {
            form,
            row,
            name,
            wire,
            is_choice,
            forms,
        } = *scalar;
        if let Some(row) = row {
            let codes = codes::of(row, forms.contains(&JsonType::Integer));
            notes.extend(codes.notes);
            // Beside text there is a type for codes that are numbers, not for codes that are text.
            let is_for_this = codes.are_numbers && form == JsonType::Integer;
            if is_choice && !codes.codes.is_empty() && !codes.are_numbers {
                notes.push(todo(
                    "the codes of the table are text and not written, since the sample shows more",
                ));
            } else if !codes.codes.is_empty() && (is_for_this || !is_choice) {
                let (name, reported) = self
                    .components
                    .add_codes(&self.names(name), &codes.codes, codes.are_numbers);
                notes.extend(reported);
                return reference(&name);
            }
            if let (Some(page), true) = (&row.codes_page, row.codes.is_empty()) {
                notes.push(todo(&format!(
                    "the codes are listed on {page}; refer to a component that has them"
                )));
            }
        }
        let mut schema = Map::new();
        if form == JsonType::String && !is_choice {
            // An identifier has a component of its own.
            if let Some(known) = self.components.known().identifier(wire) {
                return reference(known);
            }
        }
        schema.put("type", form.name());
        if form == JsonType::String {
            let time = row
                .filter(|row| row.kind.as_deref() == Some("date-time"))
                .map(|_| "date-time");
            if let Some(format) = row.and_then(|row| row.format.as_deref()).or(time) {
                if FORMATS.contains(&format) {
                    schema.put("format", format);
                } else {
                    notes.push(todo(&format!(
                        "the page speaks of the format {format}, which no schema has"
                    )));
                }
            }
            let beside_codes = is_choice && self.is_request && forms.contains(&JsonType::Integer);
            if beside_codes && schema.get("format").is_none() {
                schema.put("pattern", "^-?[0-9]+$");
            }
        }
        schema
    }

    /// The schema of a parameter.
    pub fn parameter(&mut self, row: &Row) -> Written {
        self.value(ROOT, &pascal(&row.name, "Parameter"), 0)
    }
}

/// A single value and what is known of it.
#[derive(Clone, Copy)]
struct Scalar<'a> {
    form: JsonType,
    row: Option<&'a Row>,
    /// What a component for it may be called.
    name: &'a str,
    /// What it is called on the wire.
    wire: &'a str,
    /// Whether it is one of several forms.
    is_choice: bool,
    forms: &'a [JsonType],
}

/// A schema with a description of its own.
pub fn described(schema: Map) -> Map {
    let text = todo("say what it holds");
    if schema.reference().is_some() {
        Map::new()
            .with("description", text)
            .with("allOf", vec![Value::from(schema)])
    } else {
        schema.with("description", text)
    }
}

fn reference(name: &str) -> Map {
    Map::new().with("$ref", format!("#/components/schemas/{name}"))
}

/// What the entries of a list are called.
fn entry_name(list: &str, noun: &str) -> String {
    const COMMON: [&str; 8] = ["Data", "Value", "Values", "Result", "Results", "Item", "Items", "List"];
    let is_common = COMMON.contains(&list) || list.ends_with("Page") || list.ends_with("Result");
    if is_common { noun.to_owned() } else { singular(list) }
}
