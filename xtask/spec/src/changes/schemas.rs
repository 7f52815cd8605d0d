//! Schemas: what each allows, keyword by keyword, and whether that is more or less than before.

use serde_json::Value;

use crate::place::LOCAL_TIME;

use super::{Aspect, Comparison, Kind, Pair, Part, Rule, Side, entries, shown};

/// Keywords that only people read.
const WORDS: [&str; 6] = [
    "title",
    "description",
    "example",
    "externalDocs",
    "x-enum-descriptions",
    "xml",
];

/// Keywords that are compared together with another.
const ELSEWHERE: [&str; 2] = ["x-enum-varnames", "$ref"];

/// Keywords that allow less the larger they are.
const LEAST: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];

/// Keywords that allow more the larger they are.
const MOST: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];

/// Keywords that allow less where they are there, whatever they say.
const FILTERS: [&str; 5] = [
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "multipleOf",
    "uniqueItems",
];

impl<'d> Comparison<'d> {
    pub(super) fn schema(&mut self, pair: Pair<'d>, place: &str, side: Side) {
        match pair.map(named).into() {
            (Some(name), Some(same)) if name == same => {
                // What stands beside the reference.
                self.keywords(pair, place, side);
                if self.compared.insert((name.to_owned(), side)) {
                    let reference = format!("/components/schemas/{name}");
                    let null = &Value::Null;
                    let targets = self
                        .documents
                        .map(|document| document.pointer(&reference).unwrap_or(null));
                    self.schema(targets, name, side);
                }
            }
            (None, None) => self.keywords(pair, place, side),
            names => self.component(names.into(), place),
        }
    }

    fn keywords(&mut self, pair: Pair<'d>, place: &str, side: Side) {
        let [old, new] = pair.map(|schema| schema.as_object());
        let mut keys: Vec<_> = [old, new]
            .into_iter()
            .flatten()
            .flat_map(|schema| schema.keys())
            .collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let values = pair.map(|schema| &schema[key.as_str()]);
            if values[0] != values[1] || holds_schemas(key) {
                self.keyword(key, pair, values, place, side);
            }
        }
    }

    fn keyword(&mut self, key: &str, pair: Pair<'d>, values: Pair<'d>, place: &str, side: Side) {
        let [old, new] = values;
        let is = || format!("`{key}` is {} instead of {}", shown(new), shown(old));
        match key {
            _ if WORDS.contains(&key) => self.words(pair, place, key),
            _ if ELSEWHERE.contains(&key) => {}
            "properties" => self.properties(pair, values, place, side),
            "required" => self.required(pair, place, side),
            "items" => self.part(values, &format!("{place}[]"), side),
            "additionalProperties" => self.part(values, &format!("{place}.{{}}"), side),
            "allOf" if pair.map(named) != [None, None] => {}
            "allOf" | "oneOf" | "anyOf" => self.alternatives(key, values, place, side),
            "enum" => self.codes(pair, place),
            // To say `false` is to say nothing.
            _ if values.iter().all(|value| value.is_null() || **value == false) => {}
            "nullable" if *new == true => self.add(Kind::Widened(side, Rule::Null), place, "it may be null now"),
            "nullable" => self.add(Kind::Narrowed(side, Rule::Null), place, "it may not be null any more"),
            "deprecated" => self.add(Kind::Deprecation, place, is()),
            // What is sent in the place of nothing.
            "default" if side == Side::Answer => self.add(Kind::Words, place, is()),
            _ if LEAST.contains(&key) || MOST.contains(&key) => {
                let grows = match (old.as_f64(), new.as_f64()) {
                    (Some(old), Some(new)) => new > old,
                    // Where there was no limit, there is one.
                    (None, _) => LEAST.contains(&key),
                    (_, None) => MOST.contains(&key),
                };
                let kind = match grows == LEAST.contains(&key) {
                    true => Kind::Narrowed(side, Rule::Limit),
                    false => Kind::Widened(side, Rule::Limit),
                };
                self.add(kind, place, is());
            }
            "pattern" if pair.iter().any(|schema| schema["pattern"] == LOCAL_TIME) => {
                self.add(Kind::Altered(Aspect::Keyword), place, is());
            }
            _ if FILTERS.contains(&key) => {
                let says = |value: &Value| !value.is_null() && *value != false;
                let kind = match (says(old), says(new)) {
                    (false, _) => Kind::Narrowed(side, Rule::Filter),
                    (_, false) => Kind::Widened(side, Rule::Filter),
                    _ => Kind::Altered(Aspect::Filter),
                };
                self.add(kind, place, is());
            }
            // A type or a format, and whatever else a generator may make code of.
            _ => self.add(Kind::Altered(Aspect::Keyword), place, is()),
        }
    }

    /// What stands within a schema, if it is a schema in both.
    fn part(&mut self, values: Pair<'d>, place: &str, side: Side) {
        if values.iter().all(|value| value.is_object()) {
            self.schema(values, place, side);
        } else if values[0] != values[1] {
            let [old, new] = values.map(|value| {
                if value.is_object() {
                    "a schema".to_owned()
                } else {
                    shown(value)
                }
            });
            self.add(
                Kind::Altered(Aspect::Keyword),
                place,
                format!("there is {new} instead of {old}"),
            );
        }
    }

    fn properties(&mut self, schemas: Pair<'d>, values: Pair<'d>, place: &str, side: Side) {
        let [old, new] = values.map(|members| members.as_object());
        for (name, before) in old.into_iter().flatten() {
            let place = format!("{place}.{name}");
            match new.and_then(|new| new.get(name)) {
                Some(after) => {
                    self.constant(schemas, name, &place, side);
                    self.schema([before, after], &place, side);
                }
                None => self.add(Kind::Removed(Part::Member), &place, "the member is gone"),
            }
        }
        let is_new = |name: &str| old.is_none_or(|old| !old.contains_key(name));
        for (name, _) in new.into_iter().flatten().filter(|(name, _)| is_new(name)) {
            let place = format!("{place}.{name}");
            match side == Side::Request && required(schemas[1]).contains(&name.as_str()) {
                true => self.add(Kind::Demanded(Part::Member), &place, "the member is new and required"),
                false => self.add(Kind::Added(Part::Member), &place, "the member is new"),
            }
        }
    }

    /// The only code of a member that a request must have is filled in by clients: whoever relies on that sends another
    /// request, or none, where there are more codes to choose from, or the member may be left out.
    fn constant(&mut self, schemas: Pair<'d>, name: &str, place: &str, side: Side) {
        let [old, new] = [0, 1].map(|state| {
            let member = self.described(state, &schemas[state]["properties"][name]);
            match entries(&member["enum"]) {
                [code] if required(schemas[state]).contains(&name) => Some(code),
                _ => None,
            }
        });
        if let (Side::Request, Some(code), None) = (side, old, new) {
            let what = format!("clients filled in {}, its only code, and do not any more", shown(code));
            self.add(Kind::Altered(Aspect::Constant), place, what);
        }
    }

    /// What a schema describes, after the components that it is or only describes again.
    fn described(&self, state: usize, mut schema: &'d Value) -> &'d Value {
        let components = &self.documents[state]["components"]["schemas"];
        // A circle is for the lint to refuse.
        for _ in 0..16 {
            let Some(name) = named(schema) else { break };
            schema = &components[name];
        }
        schema
    }

    fn required(&mut self, schemas: Pair<'d>, place: &str, side: Side) {
        let [old, new] = schemas.map(required);
        // That a member is new or gone is told with the member.
        let has = |schema: &Value, name: &str| schema["properties"].get(name).is_some();
        let is_told = |[one, other]: Pair, name: &str| has(one, name) && !has(other, name);
        let [before, after] = schemas;
        for name in new
            .iter()
            .filter(|name| !old.contains(name) && !is_told([after, before], name))
        {
            self.add(
                Kind::Narrowed(side, Rule::Presence),
                &format!("{place}.{name}"),
                "it is required now",
            );
        }
        for name in old
            .iter()
            .filter(|name| !new.contains(name) && !is_told([before, after], name))
        {
            self.add(
                Kind::Widened(side, Rule::Presence),
                &format!("{place}.{name}"),
                "it may be left out now",
            );
        }
    }

    /// Alternatives are told apart by their names, or by what they are.
    fn alternatives(&mut self, key: &str, values: Pair<'d>, place: &str, side: Side) {
        let [old, new] = values.map(labelled);
        let is_whole = key == "allOf" || values.iter().any(|value| value.is_null());
        for (name, before) in &old {
            match new.iter().find(|(other, _)| other == name) {
                Some((_, after)) => self.schema([before, after], place, side),
                None => self.add(
                    Kind::Altered(Aspect::Union),
                    place,
                    format!("`{name}` in `{key}` is gone"),
                ),
            }
        }
        for (name, _) in new
            .iter()
            .filter(|(name, _)| old.iter().all(|(known, _)| known != name))
        {
            let kind = if is_whole {
                Kind::Altered(Aspect::Union)
            } else {
                Kind::Alternative(side)
            };
            self.add(kind, place, format!("`{name}` in `{key}` is new"));
        }
    }

    /// Codes with their names, after which generators call constants. A new one is no surprise: readers are told that there
    /// may be others than the documented ones.
    fn codes(&mut self, schemas: Pair<'d>, place: &str) {
        let [old, new] = schemas.map(|schema| {
            let names = |index: usize| {
                schema["x-enum-varnames"]
                    .get(index)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let codes = schema["enum"].as_array().into_iter().flatten().enumerate();
            codes.map(|(index, code)| (code, names(index))).collect::<Vec<_>>()
        });
        if old.is_empty() || new.is_empty() {
            let what = if new.is_empty() {
                "its codes are not listed any more"
            } else {
                "only listed codes are allowed now"
            };
            return self.add(Kind::Altered(Aspect::CodeList), place, what);
        }
        for (code, name) in &old {
            match new.iter().find(|(other, _)| other == code) {
                None => self.add(
                    Kind::Removed(Part::Code),
                    place,
                    format!("the code {} is gone", shown(code)),
                ),
                Some((_, other)) if other != name => {
                    self.add(
                        Kind::Altered(Aspect::CodeName),
                        place,
                        format!("the code {} is called `{other}` instead of `{name}`", shown(code)),
                    );
                }
                Some(_) => {}
            }
        }
        for (code, name) in new
            .iter()
            .filter(|(code, _)| old.iter().all(|(known, _)| known != code))
        {
            self.add(
                Kind::Added(Part::Code),
                place,
                format!("the code {} (`{name}`) is new", shown(code)),
            );
        }
    }
}

/// The members that an object must have.
fn required(schema: &Value) -> Vec<&str> {
    entries(&schema["required"]).iter().filter_map(Value::as_str).collect()
}

/// Whether schemas stand in the member, which are compared even where they are the same: what they refer to may differ.
fn holds_schemas(key: &str) -> bool {
    matches!(
        key,
        "properties" | "items" | "additionalProperties" | "allOf" | "oneOf" | "anyOf" | "enum"
    )
}

/// The component that a schema is, or only describes again.
pub(super) fn named(schema: &Value) -> Option<&str> {
    let parts = schema["allOf"].as_array().filter(|parts| parts.len() == 1);
    let holder = parts.map_or(schema, |parts| &parts[0]);
    holder["$ref"].as_str()?.rsplit('/').next()
}

/// The alternatives, each with a name of its own.
fn labelled(list: &Value) -> Vec<(String, &Value)> {
    let mut labelled: Vec<(String, &Value)> = Vec::new();
    for entry in list.as_array().into_iter().flatten() {
        let label = label(entry);
        let same = labelled
            .iter()
            .filter(|(known, _)| known.split(" #").next() == Some(label.as_str()))
            .count();
        let name = if same > 0 {
            format!("{label} #{}", same + 1)
        } else {
            label
        };
        labelled.push((name, entry));
    }
    labelled
}

/// What an alternative is called in a sentence.
fn label(schema: &Value) -> String {
    match (named(schema), schema["type"].as_str(), schema["format"].as_str()) {
        (Some(name), ..) => name.to_owned(),
        (None, Some("array"), _) => format!("array of {}", label(&schema["items"])),
        (None, Some(kind), Some(format)) => format!("{kind} ({format})"),
        (None, kind, _) => kind.unwrap_or("anything").to_owned(),
    }
}
