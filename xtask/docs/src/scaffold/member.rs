//! A body as a tree: the shape of the sample, with the rows of the tables at its places.
//!
//! Where a row belongs, [`places`](crate::placement) says; what is doubtful about it, the tree notes.

use std::collections::HashSet;

use crate::facts::{Row, Sample};
use crate::json_type::{JsonType, documented_types, shown_types};
use crate::placement::{Part, Placed, in_part, split};
use crate::yaml::Map;
use serde_json::Value;
use xtask_spec::names::folded;

use super::describe;

/// A value of a call: a parameter, a body, a member of an object, or the entries of a list.
#[derive(Default)]
pub struct Member {
    /// The name, as the wire has it as far as we know; empty for the body.
    pub name: String,
    /// What a table says of it, if one does.
    pub row: Row,
    /// What the sample shows.
    pub seen: Vec<JsonType>,
    /// The entries, if it is a list.
    pub entry: Option<Box<Member>>,
    /// The members, if it is an object.
    pub members: Vec<Member>,
    /// The values of the sample, if a table lists codes for it.
    pub values: Vec<Value>,
    /// Comments for a person.
    pub notes: Map,
    /// The forms that it may have, once they are decided.
    pub forms: Vec<JsonType>,
    /// Where its row stands among all rows.
    order: Option<usize>,
}

impl Member {
    /// The value that a row alone describes.
    pub fn of(row: Row) -> Self {
        Self {
            name: row.name.clone(),
            row,
            ..Self::default()
        }
    }

    /// A part of a call: its sample, and the rows about it.
    pub fn body(part: Part, sample: Option<&Sample>, rows: &[Placed]) -> Self {
        let mut tree = Tree::default();
        // A place stands behind the places that it begins with.
        for (place, kinds) in sample.iter().flat_map(|sample| &sample.shape) {
            let member = tree.reach(&in_part(part, place));
            if !place.ends_with("[]") && !place.ends_with(&member.name) {
                let notes = &mut member.notes;
                notes.note(format!("The sample spells it otherwise too, as in `{place}`."));
            }
            member.seen.extend(shown_types(kinds));
        }
        for (place, values) in sample.iter().flat_map(|sample| &sample.codes) {
            tree.reach(&in_part(part, place)).values.clone_from(values);
        }
        for (order, row) in rows.iter().enumerate() {
            tree.attach(row, order);
        }
        tree.root.sort();
        tree.root
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.members.is_empty() && self.entry.is_none()
    }

    /// Whether it is a list, as the sample shows or, without one, the table says.
    pub fn is_list(&self) -> bool {
        let is_reported = self.row.kind.as_ref().is_some_and(|kind| kind.starts_with("array"));
        self.seen.contains(&JsonType::Array) || (self.seen.is_empty() && is_reported)
    }

    /// What it is, if its name says it plainly, or else the words of its name; `owner` is what it is a member of.
    pub fn description(&self, owner: &str) -> Result<String, String> {
        let form = self.forms.first().copied().unwrap_or(JsonType::String);
        describe::member(&self.name, form, owner)
    }

    /// Decides which forms it may have, by the rules for values of two kinds. The sample wins where there is no type for
    /// both.
    pub fn decide(&mut self) {
        let mut notes = Map::new();
        let seen = shown(self);
        let mut table = match (&self.entry, self.members.is_empty()) {
            // Where no sample does, the tree itself tells: there are members, or entries.
            (_, false) if self.seen.is_empty() => Some(JsonType::Object),
            (Some(_), true) if self.seen.is_empty() => Some(JsonType::Array),
            _ => form_of(&self.row, &mut notes),
        };
        // A table below says more of the form than a cell.
        let has_rows = |members: &[Self]| members.iter().any(|member| member.order.is_some());
        let entry = self.entry.as_deref();
        if !seen.is_empty() && (has_rows(&self.members) || entry.is_some_and(|entry| has_rows(&entry.members))) {
            table = None;
        }
        let mut forms: Vec<JsonType> = table.into_iter().collect();
        for form in &seen {
            match forms.iter_mut().find(|known| known.is_like(*form)) {
                Some(known) if *known == JsonType::Integer && *form == JsonType::Number => {
                    *known = JsonType::Number;
                    notes.note("The table says a whole number; the sample shows a fraction.");
                }
                Some(_) => {}
                None => forms.push(*form),
            }
        }
        let names: Vec<_> = forms.iter().map(|form| form.name()).collect();
        let names = format!("table and sample show {}", names.join(" and "));
        // Numbers and codes first, then lists, then text: the forms that the clients have types for.
        forms.sort_by_key(|form| match form {
            JsonType::Integer | JsonType::Number => 0,
            JsonType::Array => 1,
            _ => 2,
        });
        let has_codes = !self.row.codes.is_empty();
        let entries_are = |form| entry.is_none_or(|entry| shown(entry).iter().all(|seen| seen.is_like(form)));
        let has_type = match forms.as_slice() {
            [JsonType::Integer | JsonType::Number | JsonType::Array, JsonType::String] => true,
            [JsonType::Integer, JsonType::Array] => has_codes && entries_are(JsonType::Integer),
            [JsonType::Array, JsonType::Object] => entries_are(JsonType::Object),
            _ => false,
        };
        match forms.len() {
            0 => {
                notes.todo("its type is not known");
                forms.push(JsonType::String);
            }
            1 => {}
            _ if has_type => notes.note(format!("Both are allowed: {names}.")),
            _ => {
                let chosen = seen.first().copied().or(table).unwrap_or(JsonType::String);
                notes.todo(format!("{names}; there is no type for both, and the sample is taken"));
                if has_codes && Some(chosen) != table {
                    notes.todo("the codes of the table are not written, since the sample shows something else");
                }
                forms = vec![chosen];
            }
        }
        self.notes.append(notes);
        self.forms = forms;
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let wanted = folded(name);
        let known = self.members.iter().position(|child| folded(&child.name) == wanted);
        let index = known.unwrap_or_else(|| {
            self.members.push(Self {
                name: name.to_owned(),
                ..Self::default()
            });
            self.members.len() - 1
        });
        &mut self.members[index]
    }

    /// The order of the tables; what no table lists stands behind.
    fn sort(&mut self) {
        self.members.sort_by_key(|member| member.order.unwrap_or(usize::MAX));
        let inner = self.members.iter_mut().chain(self.entry.as_deref_mut());
        inner.for_each(Self::sort);
    }
}

/// The forms that the sample shows; null is none.
fn shown(member: &Member) -> Vec<JsonType> {
    let seen = member.seen.iter().copied();
    seen.filter(|json| *json != JsonType::Null).collect()
}

/// The form that a table says.
pub fn form_of(row: &Row, notes: &mut Map) -> Option<JsonType> {
    let kind = row.kind.as_deref().filter(|kind| *kind != "enum");
    let known = kind.and_then(|kind| documented_types(kind).0.first().copied());
    if let (Some(kind), None) = (kind, known) {
        notes.todo(format!(
            "the page says `{kind}`, which is not a known type; see what the value may be"
        ));
    }
    let all = |is_it: fn(&Value) -> bool| row.codes.iter().all(|code| is_it(&code.code));
    known.or(match () {
        () if row.codes.is_empty() => None,
        () if all(Value::is_boolean) => Some(JsonType::Boolean),
        () if all(|code| code.is_i64() || code.is_u64()) => Some(JsonType::Integer),
        () => Some(JsonType::String),
    })
}

/// A body as it grows.
#[derive(Default)]
struct Tree {
    root: Member,
    /// The places that there are.
    places: HashSet<String>,
}

impl Tree {
    /// The value at a place, made with all around it if it is not there.
    fn reach(&mut self, place: &str) -> &mut Member {
        // The entries of a list are a place as soon as the list is.
        let is_place = |around: &str| self.places.contains(around.trim_end_matches("[]"));
        let around = split(place, is_place);
        self.places.insert(place.to_owned());
        match around {
            None => &mut self.root,
            Some((list, "[]")) => self.reach(list).entry.get_or_insert_default(),
            Some((around, name)) => self.reach(around).child(name),
        }
    }

    fn attach(&mut self, placed: &Placed, order: usize) {
        let Placed { row, place, .. } = placed;
        // The row's name tells where the place around it ends, dots or not.
        let around = place.strip_suffix(row.name.as_str());
        let member = match around.and_then(|around| around.strip_suffix('.')) {
            Some(around) => self.reach(around).child(&row.name),
            None => self.reach(place),
        };
        if member.order.is_some() {
            member.notes.note("The tables list it more than once.");
        } else {
            member.row = (*row).clone();
            member.order = Some(order);
        }
    }
}
