//! A body as a tree: the shape of the sample, with the rows of the tables at its places.
//!
//! Where a row belongs, [`places`](crate::placement) says; what is doubtful about it, the tree notes.

use std::collections::HashMap;

use crate::facts::{Row, Sample};
use crate::json_type::{JsonType, shown_types};
use crate::placement::{Part, Placed, in_part, split};
use xtask_spec::names::folded;

/// The longest name that is taken for one. What is longer is a sentence in the wrong column.
const MAX_NAME: usize = 100;

/// A body.
pub struct Tree<'p> {
    members: Vec<Member<'p>>,
    places: HashMap<String, usize>,
    has_sample: bool,
    rows: usize,
    /// What concerns no single member.
    pub notes: Vec<String>,
}

/// A value of a body: the body itself, a member of an object, or the entries of a list.
#[derive(Default)]
pub struct Member<'p> {
    /// The name, as the wire has it as far as we know; empty for the body and for entries.
    pub name: String,
    /// What a table says of it.
    pub row: Option<&'p Row>,
    /// What the sample shows.
    pub seen: Vec<JsonType>,
    /// The entries, if it is a list.
    pub entry: Option<usize>,
    /// The members, if it is an object.
    pub members: Vec<usize>,
    /// What a person must look at.
    pub notes: Vec<String>,
    /// Where its row stands among all rows.
    order: Option<usize>,
}

/// The body itself.
pub const ROOT: usize = 0;

impl<'p> Tree<'p> {
    /// The tree of a part of a call: its sample, and the rows about it.
    pub fn new(part: Part, sample: Option<&Sample>, rows: &[Placed<'p>]) -> Self {
        let mut tree = Self {
            members: vec![Member::default()],
            places: HashMap::from([(part.name().to_owned(), ROOT)]),
            has_sample: sample.is_some_and(|sample| !sample.shape.is_empty()),
            rows: 0,
            notes: Vec::new(),
        };
        // A place stands behind the places that it begins with.
        for (place, kinds) in sample.iter().flat_map(|sample| &sample.shape) {
            let index = tree.reach(&in_part(part, place));
            if !place.ends_with("[]") && !place.ends_with(&tree.at(index).name) {
                tree.note(index, format!("the sample spells it otherwise too, as in `{place}`"));
            }
            if let Some(member) = tree.members.get_mut(index) {
                member.seen.extend(shown_types(kinds));
            }
        }
        for row in rows {
            tree.attach(row);
        }
        tree.sort();
        tree
    }

    /// The tree of a single row.
    pub fn of(row: &'p Row) -> Self {
        let mut tree = Self::new(Part::Query, None, &[]);
        if let Some(root) = tree.members.first_mut() {
            root.row = Some(row);
        }
        tree
    }

    /// A value. What is no index of the tree is an empty value, so that nothing can fail.
    pub fn at(&self, index: usize) -> &Member<'p> {
        const EMPTY: &Member = &Member {
            name: String::new(),
            row: None,
            seen: Vec::new(),
            entry: None,
            members: Vec::new(),
            notes: Vec::new(),
            order: None,
        };
        self.members.get(index).unwrap_or(EMPTY)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        let root = self.at(ROOT);
        root.seen.is_empty() && root.members.is_empty() && root.entry.is_none()
    }

    /// The value at a place, made with all around it if it is not there.
    fn reach(&mut self, place: &str) -> usize {
        if let Some(index) = self.places.get(place) {
            return *index;
        }
        // The entries of a list are a place as soon as the list is.
        let is_place = |around: &str| self.places.contains_key(around.trim_end_matches("[]"));
        let around = split(place, is_place);
        let index = match around {
            None => ROOT,
            Some((list, "[]")) => {
                let list = self.reach(list);
                self.entry(list)
            }
            Some((around, name)) => {
                let parent = self.reach(around);
                self.child(parent, name)
            }
        };
        self.places.insert(place.to_owned(), index);
        index
    }

    fn attach(&mut self, placed: &Placed<'p>) {
        let Placed { row, line, .. } = placed;
        let name = row.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            self.notes
                .push(format!("the row at line {line} has no name that could be one"));
            return;
        }
        // The row's name tells where the place around it ends, dots or not.
        let around = placed.place.strip_suffix(row.name.as_str());
        let index = match around.and_then(|around| around.strip_suffix('.')) {
            Some(around) => {
                let parent = self.reach(around);
                self.child(parent, &row.name)
            }
            None => self.reach(&placed.place),
        };
        if self.has_sample && self.at(index).seen.is_empty() {
            self.note(
                index,
                "the sample does not have it; see whether it stands in the right place".to_owned(),
            );
        }
        self.set_row(index, row);
    }

    fn child_of(&self, parent: usize, name: &str) -> Option<usize> {
        let wanted = folded(name);
        let mut children = self.at(parent).members.iter();
        children.find(|child| folded(&self.at(**child).name) == wanted).copied()
    }

    fn child(&mut self, parent: usize, name: &str) -> usize {
        if let Some(child) = self.child_of(parent, name) {
            return child;
        }
        let index = self.members.len();
        self.members.push(Member {
            name: name.to_owned(),
            ..Member::default()
        });
        if let Some(parent) = self.members.get_mut(parent) {
            parent.members.push(index);
        }
        index
    }

    fn entry(&mut self, list: usize) -> usize {
        if let Some(entry) = self.at(list).entry {
            return entry;
        }
        let index = self.members.len();
        self.members.push(Member::default());
        if let Some(list) = self.members.get_mut(list) {
            list.entry = Some(index);
        }
        index
    }

    fn set_row(&mut self, index: usize, row: &'p Row) {
        self.rows += 1;
        let rows = self.rows;
        if let Some(member) = self.members.get_mut(index) {
            if member.name != row.name {
                member.notes.push(format!("the table spells it `{}`", row.name));
            }
            if member.row.is_some() {
                member.notes.push("the tables list it more than once".to_owned());
            } else {
                member.row = Some(row);
                member.order = Some(rows);
            }
        }
    }

    fn note(&mut self, index: usize, note: String) {
        if let Some(member) = self.members.get_mut(index) {
            member.notes.push(note);
        }
    }

    /// The order of the tables; what no table lists stands behind.
    fn sort(&mut self) {
        let orders: Vec<usize> = self
            .members
            .iter()
            .map(|member| member.order.unwrap_or(usize::MAX))
            .collect();
        for member in &mut self.members {
            member
                .members
                .sort_by_key(|child| orders.get(*child).copied().unwrap_or(usize::MAX));
        }
    }
}
