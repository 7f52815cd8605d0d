//! The members of examples: none that the schema does not know and, where an example stands for all, none left out.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::document::child;
use xtask_spec::place::Place;
use xtask_spec::schema::{MAX_DEPTH, Variant};

/// How many schemas are read for one example.
const MAX_SCHEMAS: usize = 20_000;

/// Holds the members of examples against their schemas.
pub struct Members<'s, 'd, 'r> {
    pub spec: &'s Spec<'d>,
    pub report: &'s mut Report<'r>,
    /// Whether every member of the schema is to be shown.
    pub complete: bool,
    left: Cell<usize>,
}

/// Values that stand in one place of an example: the entries of a list stand in one.
type Shown<'v> = Vec<(String, &'v Value)>;

impl<'s, 'd, 'r> Members<'s, 'd, 'r> {
    pub fn new(spec: &'s Spec<'d>, report: &'s mut Report<'r>, complete: bool) -> Self {
        let left = Cell::new(MAX_SCHEMAS);
        Self {
            spec,
            report,
            complete,
            left,
        }
    }

    /// Checks an example as a whole.
    pub fn check(&mut self, schema: &Place<'d>, example: &Place) {
        self.values(schema, vec![(example.pointer.clone(), example.value)], &mut Vec::new());
    }

    fn values(&mut self, schema: &Place<'d>, shown: Shown, trail: &mut Vec<String>) {
        let objects: Shown = shown.iter().filter(|(_, value)| value.is_object()).cloned().collect();
        let entries: Shown = shown
            .iter()
            .filter_map(|(pointer, value)| Some((pointer, value.as_array()?)))
            .flat_map(|(pointer, list)| {
                list.iter()
                    .enumerate()
                    .map(move |(at, entry)| (child(pointer, at), entry))
            })
            .collect();
        if (objects.is_empty() && entries.is_empty()) || trail.len() > MAX_DEPTH {
            return;
        }
        trail.push(schema.pointer.clone());
        let variants = self.spec.variants(schema, &self.left);
        let items = variants
            .iter()
            .flat_map(|variant| &variant.parts)
            .find_map(|part| part.get("items"));
        if let Some(items) = items {
            self.values(&items, entries, trail);
        }
        // Each object is one of the choices: the one whose codes it has or, of several, the one that knows most of it.
        let mut chosen: BTreeMap<usize, Shown> = BTreeMap::new();
        for (pointer, object) in objects {
            let distance = |(_, variant): &(usize, &Variant<'d>)| self.distance(variant, object);
            if let Some((index, _)) = variants.iter().enumerate().min_by_key(distance) {
                chosen.entry(index).or_default().push((pointer, object));
            }
        }
        for (index, objects) in chosen {
            self.objects(&variants[index], &objects, trail);
        }
        trail.pop();
    }

    /// How far an object is from a choice: codes that are not those of the choice, codes that are, members that it does not
    /// know, however deep, and members that are not shown.
    fn distance(&self, variant: &Variant<'d>, object: &Value) -> (usize, Reverse<usize>, usize, usize) {
        let known = properties(variant);
        let (mut wrong, mut right) = (0, 0);
        for (value, schema) in known
            .iter()
            .filter_map(|(name, schema)| Some((object.get(*name)?, schema)))
        {
            let variants = self.spec.variants(schema, &self.left);
            let codes: Vec<_> = variants
                .iter()
                .filter_map(|variant| variant.get("enum")?.as_array())
                .flatten()
                .collect();
            wrong += usize::from(!codes.is_empty() && !codes.contains(&value));
            right += usize::from(codes.contains(&value));
        }
        let missing = known.keys().filter(|name| object.get(**name).is_none()).count();
        (
            wrong,
            Reverse(right),
            self.strangers(variant, object, MAX_DEPTH),
            missing,
        )
    }

    /// How many members of an object a choice does not know.
    fn strangers(&self, variant: &Variant<'d>, object: &Value, depth: usize) -> usize {
        let known = properties(variant);
        let own = names(object)
            .into_iter()
            .filter(|name| !is_open(variant) && !known.contains_key(name))
            .count();
        let below = known
            .iter()
            .filter_map(|(name, schema)| Some((object.get(*name)?, schema)));
        let below = below
            .filter(|(value, _)| value.is_object() && depth > 0)
            .map(|(value, schema)| {
                let variants = self.spec.variants(schema, &self.left);
                let strangers = variants.iter().map(|variant| self.strangers(variant, value, depth - 1));
                strangers.min().unwrap_or_default()
            });
        own + below.sum::<usize>()
    }

    fn objects(&mut self, variant: &Variant<'d>, objects: &Shown, trail: &mut Vec<String>) {
        let known = properties(variant);
        if !is_open(variant) {
            for (pointer, object) in objects {
                // What is required and no property is a mistake of the schema.
                let required: BTreeSet<_> = variant.parts.iter().flat_map(|part| part.texts("required")).collect();
                let is_unknown = |name: &&str| !known.contains_key(name) && !required.contains(name);
                for name in names(object).into_iter().filter(is_unknown) {
                    self.report.add(
                        "example",
                        &child(pointer, name),
                        format!("the example has the member `{name}`, which its schema does not know"),
                        "delete it, or add it to the schema",
                    );
                }
            }
        }
        for (name, schema) in known {
            let shown = objects
                .iter()
                .filter_map(|(pointer, object)| Some((child(pointer, name), object.get(name)?)));
            let shown: Shown = shown.collect();
            // What is made of itself ends somewhere.
            // What tells of the answer itself is data only where a service sends it.
            let is_annotation = name.starts_with('@');
            let is_circle = self
                .spec
                .resolve(&schema)
                .is_some_and(|schema| trail.contains(&schema.pointer));
            if let Some((pointer, _)) = objects
                .first()
                .filter(|_| self.complete && shown.is_empty() && !is_circle && !is_annotation)
            {
                self.report.add(
                    "incomplete-example",
                    pointer,
                    format!("the example does not show the member `{name}`"),
                    "invent a value for it: an example is complete",
                );
            }
            self.values(&schema, shown, trail);
        }
    }
}

fn properties<'d>(variant: &Variant<'d>) -> BTreeMap<&'d str, Place<'d>> {
    let parts = variant.parts.iter();
    parts.flat_map(|part| part.members_of("properties")).collect()
}

fn names(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys())
        .map(String::as_str)
        .collect()
}

/// Whether an object may have members that the schema does not name; where it says that none may be, the values are
/// held against that already.
fn is_open(variant: &Variant) -> bool {
    variant.get("properties").is_none() || variant.get("additionalProperties").is_some()
}
