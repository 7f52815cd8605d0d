//! What stands in each place of a body, without the values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::json_type::{JsonType, type_names};

/// How many places are listed. The pages have up to about sixty; the limit keeps the long names of a hostile page,
/// each of which is part of all the places below it, from filling the memory.
const MAX_PLACES: usize = 2000;

/// A place of a body with all below it. Several bodies, and the entries of a list, share one.
#[derive(Default)]
pub struct Shape {
    types: BTreeSet<JsonType>,
    members: BTreeMap<String, Shape>,
    entries: Option<Box<Shape>>,
    codes: Vec<Value>,
}

impl Shape {
    /// Records that there is an object or a list; what is in it follows.
    pub fn record(&mut self, kind: JsonType) {
        self.types.insert(kind);
    }

    pub fn member(&mut self, name: &str) -> &mut Shape {
        self.members.entry(name.to_owned()).or_default()
    }

    pub fn entries(&mut self) -> &mut Shape {
        self.entries.get_or_insert_default()
    }

    /// Records a value that holds no others, and the value itself if it is a code.
    pub fn scalar(&mut self, value: Value, coded: bool) {
        self.record(match &value {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(number) if number.is_f64() => JsonType::Number,
            Value::Number(_) => JsonType::Integer,
            _ => JsonType::String,
        });
        // Null is the absence of a code, and a masked text hides the one that was there.
        let is_shown = !value.is_null() && !value.as_str().is_some_and(|text| text.contains('*'));
        if coded && is_shown {
            self.codes.push(value);
        }
    }

    /// The types and the codes by place, and whether they are all.
    pub fn places(self) -> (BTreeMap<String, String>, BTreeMap<String, Vec<Value>>, bool) {
        let (mut types, mut codes) = (BTreeMap::new(), BTreeMap::new());
        let mut open = vec![(String::new(), self)];
        while let Some((place, mut shape)) = open.pop() {
            if types.len() == MAX_PLACES {
                return (types, codes, false);
            }
            if !shape.types.is_empty() {
                types.insert(place.clone(), type_names(&shape.types));
            }
            if !shape.codes.is_empty() {
                // Truth values, then numbers by size, then texts by letter.
                let key = |code: &Value| (code.is_string(), code.as_i64(), code.to_string());
                shape.codes.sort_by_cached_key(key);
                shape.codes.dedup();
                codes.insert(place.clone(), shape.codes);
            }
            if let Some(entries) = shape.entries {
                open.push((format!("{place}[]"), *entries));
            }
            for (name, member) in shape.members {
                let dot = if place.is_empty() { "" } else { "." };
                open.push((format!("{place}{dot}{name}"), member));
            }
        }
        (types, codes, true)
    }
}
