//! Schemas from a tree: types, limits and codes of the rows, and the forms of the sample where the two disagree.

use serde_json::Value;

use crate::facts::{Required, Row};
use crate::json_type::{JsonType, documented_types};
use xtask_spec::names::folded;

use super::codes;
use super::components::{Components, reference};
use super::describe::{self, singular};
use super::example::example;
use super::limits::limits;
use super::member::Member;
use super::names::pascal;
use crate::yaml::Map;

/// How deep a body may nest before a person must go on.
const MAX_DEPTH: usize = 24;

/// What the names of secrets hold.
const SECRETS: &str = "password secret accesskey accountkey privatekey signaturekey";

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

impl Writer<'_, '_> {
    /// The schema of a value, whose notes go above it. `name` is what a component for it may be called, and `owner` what it
    /// is a member of; it lies `depth` steps down.
    pub fn value(&mut self, member: &mut Member, name: &str, owner: &str, depth: usize) -> Map {
        member.decide();
        if depth > MAX_DEPTH {
            member.notes.todo("it nests too deep; write the rest by hand");
            return Map::new().with("type", "string");
        }
        let forms = member.forms.clone();
        member.row.codes = codes::of(&member.row, forms.contains(&JsonType::Integer), &mut member.notes);
        // The sample shows a text that is none of the codes.
        let codes = &member.row.codes;
        let is_other = |value: &Value| value.is_string() && codes.iter().all(|code| code.code != *value);
        let has_other = forms == [JsonType::String] && !codes.is_empty() && member.values.iter().any(is_other);
        // In a union, the name of the value itself is what generators call the union.
        let end = match (forms.len() > 1 || has_other, codes.is_empty()) {
            (false, _) => "",
            (true, false) => "Code",
            (true, true) => "Object",
        };
        let name = &format!("{name}{end}");
        let names = match &member.row.model.0 {
            Some(model) => vec![
                pascal(model, "Value"),
                format!("{}{}", self.noun, pascal(model, "Value")),
            ],
            None => self.names(name, depth),
        };
        let item = forms
            .contains(&JsonType::Array)
            .then(|| self.item(member, name, owner, depth));
        let mut alternatives: Vec<Map> = Vec::new();
        for form in &forms {
            alternatives.push(match (form, &item) {
                (JsonType::Array, Some(item)) => Map::new().with("type", "array").with("items", item.clone()),
                // One of the list's entries.
                (JsonType::Object | JsonType::Integer, Some(item)) => item.clone(),
                (JsonType::Object, None) => self.object(member, &names, depth),
                (form, _) => self.scalar(*form, member, &names, owner, depth),
            });
        }
        if has_other {
            alternatives.push(Map::new().with("type", "string"));
        }
        if let Some(first) = alternatives.first_mut() {
            limits(&member.row, forms.first().copied(), first, &mut member.notes);
        }
        let mut schema = match alternatives.len() {
            0 | 1 => alternatives.pop().unwrap_or_default(),
            _ => self.union(alternatives, &member.name),
        };
        if member.seen.contains(&JsonType::Null) {
            schema = schema.beside();
            schema.put("nullable", true);
        }
        if member.row.required == Some(Required::Sometimes) && depth == 0 {
            member
                .notes
                .todo("it must be sent in some cases; say when in the description");
        }
        schema
    }

    /// The schema of a list's entries: what a table says of the list's codes and the type of its entries is theirs.
    fn item(&mut self, list: &mut Member, name: &str, owner: &str, depth: usize) -> Map {
        let mut entry = list.entry.take().map_or_else(Member::default, |entry| *entry);
        if entry.members.is_empty() {
            entry.members = std::mem::take(&mut list.members);
        }
        entry.name = singular(&list.name);
        entry.values = std::mem::take(&mut list.values);
        let kind = list.row.kind.as_deref().and_then(|kind| documented_types(kind).1);
        entry.row = Row {
            kind: kind.map(str::to_owned),
            codes: list.row.codes.clone(),
            codes_page: list.row.codes_page.clone(),
            model: list.row.model.clone(),
            ..Row::default()
        };
        let schema = self.value(&mut entry, &entry_name(name, self.noun), owner, depth + 1);
        list.notes.append(entry.notes);
        schema
    }

    fn object(&mut self, object: &mut Member, names: &[String], depth: usize) -> Map {
        let (owner, text) = match depth {
            0 => (self.noun, describe::body(&names[0], self.noun)),
            _ => (names[0].as_str(), describe::component(&names[0])),
        };
        let mut schema = Map::new().with("type", "object").with("description", text);
        let mut properties = Map::new();
        let (mut required, mut sometimes, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
        for mut member in std::mem::take(&mut object.members) {
            let wire = member.name.clone();
            match member.row.required {
                Some(Required::Yes) if self.is_request => required.push(Value::from(wire.as_str())),
                Some(Required::Sometimes) => sometimes.push(format!("`{wire}`")),
                _ => {}
            }
            let value = self.value(&mut member, &pascal(&wire, "Value"), owner, depth + 1);
            // Whatever the keys of a map are, the values are alike.
            if wire == "{}" {
                object.notes.append(member.notes);
                schema.put("additionalProperties", value);
                continue;
            }
            let description = member.description(owner).unwrap_or_else(|words| {
                unclear.push(format!("`{wire}`"));
                words
            });
            properties.append(member.notes);
            properties.put(&wire, described(value, &description));
        }
        let unsaid = "have names that do not say what they mean; say it in the description";
        let unless = "must be sent in some cases; say when in the description";
        for (names, what) in [(sometimes, unless), (unclear, unsaid)] {
            if !names.is_empty() {
                schema.todo(format!("{} {what}", names.join(", ")));
            }
        }
        if !required.is_empty() {
            schema.put("required", required);
        }
        if !properties.is_empty() {
            schema.put("properties", properties);
        } else if schema.get("additionalProperties").is_none() {
            object.notes.todo("its members are not known");
            schema.put(
                "additionalProperties",
                Map::new().with("description", "A member, of any type."),
            );
        }
        reference("schemas", &self.components.add(names, schema))
    }

    /// A value in one of several forms: a component, with an example for each.
    fn union(&mut self, alternatives: Vec<Map>, wire: &str) -> Map {
        let label = |schema: &Map| {
            let schema = schema.value();
            let (one, end) = schema.get("items").map_or((&schema, ""), |items| (items, "List"));
            let name = match (one["$ref"].as_str(), one["type"].as_str()) {
                (Some(path), _) => path.rsplit('/').next().unwrap_or_default().to_owned(),
                (None, Some("string")) if one.get("pattern").is_some() => "Digits".to_owned(),
                (None, Some("string")) => "Text".to_owned(),
                (None, kind) => pascal(kind.unwrap_or("value"), ""),
            };
            name + end
        };
        let names: Vec<_> = alternatives.iter().map(label).collect();
        let name = match names.as_slice() {
            [one, many] | [many, one] if *many == format!("{one}List") => format!("{one}OrList"),
            _ => names.join("Or"),
        };
        let with_example = |schema: Map| {
            let example = example(self.components, &schema.value(), wire, 0);
            match schema.reference().and_then(|path| path.rsplit('/').next()) {
                Some(name) => {
                    self.components.show(name, example);
                    schema.into()
                }
                None => schema.with("example", example).into(),
            }
        };
        let alternatives: Vec<Value> = alternatives.into_iter().map(with_example).collect();
        let schema = Map::new()
            .with("description", "In one of these forms: the page shows each of them.")
            .with("anyOf", alternatives);
        let long = format!("{}{name}", self.noun);
        reference("schemas", &self.components.add(&[name, long], schema))
    }

    /// What a component may be called. A word that says little goes behind what the operation is about.
    fn names(&self, name: &str, depth: usize) -> Vec<String> {
        let is_body = depth == 0 && ["Request", "Result", "Page"].iter().any(|end| name.ends_with(end));
        if name.contains(self.noun) || is_body {
            return vec![name.to_owned()];
        }
        let long = format!("{}{name}", self.noun);
        if folded(name) == "metadata" {
            return vec!["PageMetadata".to_owned(), "TokenPageMetadata".to_owned(), long];
        }
        let short = self.components.known.has("schemas", name).then(|| name.to_owned());
        short.into_iter().chain([long]).collect()
    }

    /// The schema of a value that is neither list nor object.
    fn scalar(&mut self, form: JsonType, member: &mut Member, names: &[String], owner: &str, depth: usize) -> Map {
        let description = member.description(owner);
        let Member { row, notes, forms, .. } = member;
        let wire = member.name.as_str();
        let is_choice = forms.len() > 1;
        // Beside a list or an object there is no type for codes.
        let fits = match row.codes.first() {
            Some(code) if code.code.is_number() => matches!(form, JsonType::Integer | JsonType::Number),
            first => first.is_some() && form == JsonType::String && !is_choice,
        };
        if fits {
            let what = description.unwrap_or_else(|words| words);
            let name = self.components.add_codes(names, &row.codes, &what, notes);
            return reference("schemas", &name);
        }
        if !row.codes.is_empty() && !is_choice {
            notes.todo("the codes of the page are not written, since they do not fit the type");
        }
        if let Some(page) = row.codes_page.as_ref().filter(|_| row.codes.is_empty()) {
            notes.todo(format!(
                "the codes are listed on {page}; refer to a component that has them"
            ));
        }
        let mut schema = Map::new().with("type", form.name());
        if form != JsonType::String {
            return schema;
        }
        let time = row.kind.as_deref().filter(|kind| *kind == "date-time");
        let format = row.format.as_deref().or(time);
        // An identifier has a component of its own.
        let id = match wire.eq_ignore_ascii_case("id") {
            true => format!("{owner}Id"),
            false => pascal(wire, ""),
        };
        if id.ends_with("Id") && id.len() > 2 && format.is_none() && !is_choice {
            return reference("schemas", &self.components.identifier(&id, self.folder, notes));
        }
        let key = folded(wire);
        let is_secret = depth > 0 && SECRETS.split(' ').any(|secret| key.contains(secret));
        if let Some(format) = format.or(is_secret.then_some("password")) {
            schema.put("format", format);
        } else if is_choice && self.is_request && forms.contains(&JsonType::Integer) {
            // Beside codes.
            schema.put("pattern", "^-?[0-9]+$");
        }
        schema
    }
}

/// A schema with a description of its own.
fn described(schema: Map, text: &str) -> Map {
    let described = Map::new().with("description", text);
    match schema.reference() {
        Some(_) => described.with("allOf", vec![Value::from(schema)]),
        None => schema.with("description", text),
    }
}

/// What the entries of a list are called: `plantItemModels` holds plants.
fn entry_name(list: &str, noun: &str) -> String {
    const COMMON: [&str; 8] = ["Data", "Value", "Values", "Result", "Results", "Item", "Items", "List"];
    const ENDS: [&str; 5] = ["Models", "TypeName", "Items", "Item", "List"];
    if COMMON.contains(&list) || list.ends_with("Page") || list.ends_with("Result") {
        return noun.to_owned();
    }
    let mut name = list;
    while let Some(rest) = ENDS
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .filter(|rest| !rest.is_empty())
    {
        name = rest;
    }
    singular(name)
}
