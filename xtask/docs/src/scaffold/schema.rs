//! Schemas from a tree: types, limits and codes of the rows, and the forms of the sample where the two disagree.

use serde_json::Value;

use crate::facts::{Code, Required, Row};
use crate::json_type::{JsonType, documented_types};
use xtask_spec::names::folded;

use super::codes;
use super::components::Components;
use super::describe;
use super::example::example;
use super::limits::limits;
use super::mark::todo;
use super::member::Member;
use super::names::{pascal, singular};
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

/// What the names of secrets hold.
const SECRETS: [&str; 6] = [
    "password",
    "secret",
    "accesskey",
    "accountkey",
    "privatekey",
    "signaturekey",
];

/// Writes the schemas of one operation.
pub struct Writer<'w, 's> {
    /// Where new components go.
    pub components: &'w mut Components<'s>,
    /// What the operation is about, in PascalCase: names that are too common begin with it.
    pub noun: &'w str,
    /// Whether they are of the request, which is strict.
    pub is_request: bool,
    /// The folder of the page.
    pub folder: &'w str,
}

/// A schema.
pub struct Written {
    /// The schema.
    pub schema: Map,
    /// Comments to go above it.
    pub notes: Vec<String>,
    /// What the value is called and what it is about, for a person.
    pub description: String,
}

impl Writer<'_, '_> {
    /// The schema of a value; `name` is what a component for it may be called.
    pub fn value(&mut self, member: Member, name: &str) -> Written {
        self.value_within(member, name, self.noun, 0)
    }

    /// The same of a value that lies `depth` steps down; `owner` is what it is a member of.
    fn value_within(&mut self, mut member: Member, name: &str, owner: &str, depth: usize) -> Written {
        let forms = member.forms();
        let row = member.row.take().unwrap_or_default();
        let mut notes = std::mem::take(&mut member.notes);
        let wire = member.name.clone();
        let first = forms.first().copied().unwrap_or(JsonType::String);
        let description = describe::member(&wire, first, owner);
        if depth > MAX_DEPTH {
            notes.push(todo("it nests too deep; write the rest by hand"));
            let schema = Map::new().with("type", "string");
            return Written {
                schema,
                notes,
                description,
            };
        }
        let codes = codes::of(&row, forms.contains(&JsonType::Integer), &mut notes);
        // The sample shows a text that is none of the codes.
        let is_other = |value: &Value| value.is_string() && codes.iter().all(|code| code.code != *value);
        let has_other = forms == [JsonType::String] && !codes.is_empty() && member.values.iter().any(is_other);
        // In a union, the name of the value itself is what generators call the union.
        let end = match (forms.len() > 1 || has_other, codes.is_empty()) {
            (false, _) => "",
            (true, false) => "Code",
            (true, true) => "Object",
        };
        let name = &format!("{name}{end}");
        let scalar = Scalar {
            row: &row,
            codes: &codes,
            wire: &wire,
            names: self.names(name),
            owner,
            forms: &forms,
            is_member: depth > 0,
            description: &description,
        };
        let shows_null = member.seen.contains(&JsonType::Null);
        let item = forms.contains(&JsonType::Array).then(|| {
            let item = self.item(&mut member, &row, name, owner, depth);
            notes.extend(item.notes);
            item.schema
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
        if has_other {
            alternatives.push(Map::new().with("type", "string"));
        }
        if let Some(first) = alternatives.first_mut() {
            limits(&row, forms.first().copied(), first, &mut notes);
        }
        let mut schema = match alternatives.len() {
            0 | 1 => alternatives.pop().unwrap_or_default(),
            _ => self.union(alternatives, &wire),
        };
        if shows_null {
            if schema.reference().is_some() {
                schema = Map::new().with("allOf", vec![Value::from(schema)]);
            }
            schema.put("nullable", true);
        }
        if row.required == Some(Required::Sometimes) && depth == 0 {
            notes.push(todo("it must be sent in some cases; say when in the description"));
        }
        Written {
            schema,
            notes,
            description,
        }
    }

    /// The schema of a list's entries: what a table says of the list's codes and the type of its entries is theirs.
    fn item(&mut self, list: &mut Member, row: &Row, name: &str, owner: &str, depth: usize) -> Written {
        let mut entry = list.entry.take().map_or_else(Member::default, |entry| *entry);
        if entry.members.is_empty() {
            entry.members = std::mem::take(&mut list.members);
        }
        entry.name = singular(&list.name);
        entry.values = std::mem::take(&mut list.values);
        let kind = row.kind.as_deref().and_then(|kind| documented_types(kind).1);
        entry.row = Some(Row {
            name: entry.name.clone(),
            kind: kind.map(str::to_owned),
            codes: row.codes.clone(),
            codes_page: row.codes_page.clone(),
            ..Row::default()
        });
        self.value_within(entry, &entry_name(name, self.noun), owner, depth + 1)
    }

    fn object(&mut self, members: Vec<Member>, name: &str, depth: usize, notes: &mut Vec<String>) -> Map {
        let names = self.names(name);
        let is_whole = ["Request", "Result", "Page"].iter().any(|end| name.ends_with(end));
        let owner = if is_whole { self.noun } else { names[0].as_str() };
        let text = describe::component(&names[0], self.noun);
        let mut schema = Map::new().with("type", "object").with("description", text);
        let mut properties = Map::new();
        let (mut required, mut sometimes) = (Vec::new(), Vec::new());
        for member in members {
            let wire = member.name.clone();
            match member.row.as_ref().and_then(|row| row.required) {
                Some(Required::Yes) if self.is_request => required.push(Value::from(wire.as_str())),
                Some(Required::Sometimes) => sometimes.push(format!("`{wire}`")),
                _ => {}
            }
            let written = self.value_within(member, &pascal(&wire, "Value"), owner, depth + 1);
            // Whatever the keys of a map are, the values are alike.
            if wire == "{}" {
                notes.extend(written.notes);
                schema.put("additionalProperties", written.schema);
                continue;
            }
            properties.notes(written.notes);
            properties.put(&wire, described(written.schema, &written.description));
        }
        if !sometimes.is_empty() {
            let names = sometimes.join(", ");
            schema.note(todo(&format!(
                "{names} must be sent in some cases; say when in the description"
            )));
        }
        if !required.is_empty() {
            schema.put("required", required);
        }
        if !properties.is_empty() {
            schema.put("properties", properties);
        } else if schema.get("additionalProperties").is_none() {
            notes.push(todo("its members are not known"));
            schema.put(
                "additionalProperties",
                Map::new().with("description", "A member, of any type."),
            );
        }
        reference(&self.components.add(&names, schema))
    }

    /// A value in one of several forms: a component, with an example for each.
    fn union(&mut self, alternatives: Vec<Map>, wire: &str) -> Map {
        let label = |schema: &Map| {
            let items = schema.get("items").cloned();
            let (one, end) = items.map_or((schema.value(), ""), |items| (items, "List"));
            let name = one
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.rsplit('/').next());
            let kind = one.get("type").and_then(Value::as_str).unwrap_or("value");
            let kind = match kind {
                "string" if one.get("pattern").is_some() => "digits",
                "string" => "text",
                kind => kind,
            };
            name.map_or_else(|| pascal(kind, ""), str::to_owned) + end
        };
        let names: Vec<_> = alternatives.iter().map(label).collect();
        let name = match names.as_slice() {
            [one, many] | [many, one] if *many == format!("{one}List") => format!("{one}OrList"),
            _ => names.join("Or"),
        };
        let with_example = |schema: Map| {
            let example = example(self.components, &schema.value(), wire);
            let value = schema.value();
            let name = value
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.rsplit('/').next());
            match name {
                Some(name) => {
                    self.components.show(name, example);
                    value
                }
                None => schema.with("example", example).into(),
            }
        };
        let alternatives: Vec<Value> = alternatives.into_iter().map(with_example).collect();
        let schema = Map::new()
            .with("description", "In one of these forms: the page shows each of them.")
            .with("anyOf", alternatives);
        let long = format!("{}{name}", self.noun);
        reference(&self.components.add(&[name, long], schema))
    }

    /// What a component may be called. A word that says little goes behind what the operation is about.
    fn names(&self, name: &str) -> Vec<String> {
        let is_whole = ["Request", "Result", "Page"].iter().any(|end| name.ends_with(end));
        if name.contains(self.noun) || is_whole {
            return vec![name.to_owned()];
        }
        let long = format!("{}{name}", self.noun);
        if folded(name) == "metadata" {
            return vec!["PageMetadata".to_owned(), "TokenPageMetadata".to_owned(), long];
        }
        let is_known = self.components.known.has("schemas", name);
        if is_known {
            vec![name.to_owned(), long]
        } else {
            vec![long]
        }
    }

    fn scalar(&mut self, form: JsonType, scalar: &Scalar, notes: &mut Vec<String>) -> Map {
        let Scalar { row, codes, wire, .. } = *scalar;
        let is_choice = scalar.forms.len() > 1;
        // Beside a list or an object there is no type for codes.
        let fits = match codes.first() {
            Some(code) if code.code.is_number() => matches!(form, JsonType::Integer | JsonType::Number),
            first => first.is_some() && form == JsonType::String && !is_choice,
        };
        if fits {
            let (name, reported) = self.components.add_codes(&scalar.names, codes, scalar.description);
            notes.extend(reported);
            return reference(&name);
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
        let time = row.kind.as_deref().filter(|kind| *kind == "date-time");
        let format = row.format.as_deref().or(time);
        // An identifier has a component of its own.
        let of_owner = if wire.eq_ignore_ascii_case("id") {
            scalar.owner
        } else {
            ""
        };
        let id = format!("{of_owner}{}", pascal(wire, ""));
        if id.ends_with("Id") && id.len() > 2 && format.is_none() && !is_choice {
            let (name, reported) = self.components.identifier(&id, self.folder);
            notes.extend(reported);
            return reference(&name);
        }
        let key = folded(wire);
        let is_secret = scalar.is_member && SECRETS.iter().any(|secret| key.contains(secret));
        match format {
            Some(format) if FORMATS.contains(&format) => schema.put("format", format),
            Some(format) => notes.push(todo(&format!(
                "the page speaks of the format {format}, which no schema has"
            ))),
            None if is_secret => schema.put("format", "password"),
            None => {}
        }
        let beside_codes = is_choice && self.is_request && scalar.forms.contains(&JsonType::Integer);
        if beside_codes && schema.get("format").is_none() {
            schema.put("pattern", "^-?[0-9]+$");
        }
        schema
    }
}

/// What is known of a value that is neither list nor object.
struct Scalar<'a> {
    row: &'a Row,
    codes: &'a [Code],
    /// What it is called on the wire.
    wire: &'a str,
    /// What a component for it may be called.
    names: Vec<String>,
    /// What it is a member of.
    owner: &'a str,
    /// All forms that it may have.
    forms: &'a [JsonType],
    /// Whether it stands in a body.
    is_member: bool,
    description: &'a str,
}

/// A schema with a description of its own.
pub fn described(schema: Map, text: &str) -> Map {
    let described = Map::new().with("description", text);
    match schema.reference() {
        Some(_) => described.with("allOf", vec![Value::from(schema)]),
        None => schema.with("description", text),
    }
}

fn reference(name: &str) -> Map {
    Map::new().with("$ref", format!("#/components/schemas/{name}"))
}

/// What the entries of a list are called: `plantItemModels` holds plants.
fn entry_name(list: &str, noun: &str) -> String {
    const COMMON: [&str; 8] = ["Data", "Value", "Values", "Result", "Results", "Item", "Items", "List"];
    let is_common = COMMON.contains(&list) || list.ends_with("Page") || list.ends_with("Result");
    if is_common {
        return noun.to_owned();
    }
    let mut name = list;
    while let Some(rest) = ["Models", "Model", "Items", "Item", "List"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
    {
        if rest.is_empty() {
            break;
        }
        name = rest;
    }
    singular(name)
}
