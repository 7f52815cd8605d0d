//! Schemas from a tree: types, limits and codes of the rows, and the forms of the sample where the two disagree.

use serde_json::Value;

use crate::facts::{Code, Required, Row};
use crate::json_type::{JsonType, documented_types};

use super::codes;
use super::components::Components;
use super::limits::{has_limits, limits};
use super::member::Member;
use super::names::{pascal, singular};
use super::todo;
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

/// Writes the schemas of one operation.
pub struct Writer<'w, 's> {
    /// Where new components go.
    pub components: &'w mut Components<'s>,
    /// What the operation is about, in PascalCase: names that are too common begin with it.
    pub noun: &'w str,
    /// Whether they are of the request, which is strict.
    pub is_request: bool,
}

impl Writer<'_, '_> {
    /// The schema of a value, and the comments that go above it; `name` is what a component for it may be called.
    pub fn value(&mut self, member: Member, name: &str) -> (Map, Vec<String>) {
        self.value_within(member, name, 0)
    }

    fn value_within(&mut self, mut member: Member, name: &str, depth: usize) -> (Map, Vec<String>) {
        let forms = member.forms();
        let row = member.row.take().unwrap_or_default();
        let mut notes = std::mem::take(&mut member.notes);
        if depth > MAX_DEPTH {
            notes.push(todo("it nests too deep; write the rest by hand"));
            return (Map::new().with("type", "string"), notes);
        }
        let wire = member.name.clone();
        let codes = codes::of(&row, forms.contains(&JsonType::Integer), &mut notes);
        let scalar = Scalar {
            row: &row,
            codes: &codes,
            wire: &wire,
            name,
            forms: &forms,
        };
        let shows_null = member.seen.contains(&JsonType::Null);
        let item = forms.contains(&JsonType::Array).then(|| {
            let (item, found) = self.item(&mut member, &row, name, depth);
            notes.extend(found);
            item
        });
        let mut alternatives: Vec<Map> = Vec::new();
        for form in &forms {
            alternatives.push(match (form, &item) {
                (JsonType::Array, Some(item)) => Map::new().with("type", "array").with("items", item.clone()),
                // One of the list's entries.
                (JsonType::Object | JsonType::Integer, Some(item)) => item.clone(),
                (JsonType::Object, None) => {
                    let members = std::mem::take(&mut member.members);
                    self.object(members, name, depth, &mut notes)
                }
                (form, _) => self.scalar(*form, &scalar, &mut notes),
            });
        }
        let is_choice = alternatives.len() > 1;
        let mut schema = if is_choice {
            let alternatives = alternatives.into_iter().map(Value::from);
            Map::new().with("anyOf", alternatives.collect::<Vec<_>>())
        } else {
            alternatives.pop().unwrap_or_default()
        };
        if !is_choice {
            limits(&row, forms.first().copied(), &mut schema, &mut notes);
        } else if has_limits(&row) {
            notes.push(todo(
                "the table has limits or a default; write them to the form that they are for",
            ));
        }
        if shows_null && schema.get("type").is_some() {
            schema.put("nullable", true);
        } else if shows_null {
            notes.push(todo("the sample shows null; see that the schema allows it"));
        }
        if row.required == Some(Required::Sometimes) {
            notes.push(todo("it must be sent in some cases; say when in the description"));
        }
        (schema, notes)
    }

    /// The schema of a list's entries: what a table says of the list's codes and the type of its entries is theirs.
    fn item(&mut self, list: &mut Member, row: &Row, name: &str, depth: usize) -> (Map, Vec<String>) {
        let mut entry = list.entry.take().map_or_else(Member::default, |entry| *entry);
        if entry.members.is_empty() {
            entry.members = std::mem::take(&mut list.members);
        }
        entry.name = singular(&list.name);
        entry.row = Some(Row {
            name: entry.name.clone(),
            kind: row
                .kind
                .as_deref()
                .and_then(|kind| documented_types(kind).1)
                .map(str::to_owned),
            codes: row.codes.clone(),
            codes_page: row.codes_page.clone(),
            ..Row::default()
        });
        self.value_within(entry, &entry_name(name, self.noun), depth + 1)
    }

    fn object(&mut self, members: Vec<Member>, name: &str, depth: usize, notes: &mut Vec<String>) -> Map {
        if members.is_empty() {
            notes.push(todo("its members are not known"));
            return Map::new().with("type", "object").with("additionalProperties", true);
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        for member in members {
            let wire = member.name.clone();
            let is_listed = member.row.is_some();
            if self.is_request
                && member
                    .row
                    .as_ref()
                    .is_some_and(|row| row.required == Some(Required::Yes))
            {
                required.push(Value::from(wire.as_str()));
            }
            let (schema, found) = self.value_within(member, &pascal(&wire, "Member"), depth + 1);
            properties.notes(found);
            if !is_listed {
                properties.note(todo("no table lists it"));
            }
            properties.put(&wire, described(schema));
        }
        let mut schema = Map::new()
            .with("type", "object")
            .with("description", todo("say what it is"));
        if !required.is_empty() {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        reference(&self.components.add(&self.names(name), schema))
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

    fn scalar(&mut self, form: JsonType, scalar: &Scalar, notes: &mut Vec<String>) -> Map {
        let Scalar { row, codes, wire, .. } = *scalar;
        let is_choice = scalar.forms.len() > 1;
        // Beside text there is a type for codes that are numbers, not for codes that are text.
        match codes.first().map(|code| code.code.is_number()) {
            Some(true) if matches!(form, JsonType::Integer | JsonType::Number) => {
                return self.codes(scalar, notes);
            }
            Some(false) if form == JsonType::String && !is_choice => return self.codes(scalar, notes),
            Some(false) if is_choice => notes.push(todo(
                "the codes of the table are text and not written, since the sample shows more",
            )),
            _ => {}
        }
        if let (Some(page), true) = (&row.codes_page, row.codes.is_empty()) {
            notes.push(todo(&format!(
                "the codes are listed on {page}; refer to a component that has them"
            )));
        }
        let mut schema = Map::new().with("type", form.name());
        if form != JsonType::String {
            return schema;
        }
        // An identifier has a component of its own.
        if let Some(known) = self.components.known.identifier(wire).filter(|_| !is_choice) {
            return reference(known);
        }
        let time = row.kind.as_deref().filter(|kind| *kind == "date-time");
        match row.format.as_deref().or(time) {
            Some(format) if FORMATS.contains(&format) => schema.put("format", format),
            Some(format) => notes.push(todo(&format!(
                "the page speaks of the format {format}, which no schema has"
            ))),
            None => {}
        }
        let beside_codes = is_choice && self.is_request && scalar.forms.contains(&JsonType::Integer);
        if beside_codes && schema.get("format").is_none() {
            schema.put("pattern", "^-?[0-9]+$");
        }
        schema
    }

    fn codes(&mut self, scalar: &Scalar, notes: &mut Vec<String>) -> Map {
        let (name, reported) = self.components.add_codes(&self.names(scalar.name), scalar.codes);
        notes.extend(reported);
        reference(&name)
    }
}

/// What is known of a value that is neither list nor object.
struct Scalar<'a> {
    row: &'a Row,
    codes: &'a [Code],
    /// What it is called on the wire.
    wire: &'a str,
    /// What a component for it may be called.
    name: &'a str,
    /// All forms that it may have.
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
