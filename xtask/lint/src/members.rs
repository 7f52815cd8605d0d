//! The members of examples: none that the schema does not know and, where an example stands for all, none left out.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::names::write_nearest;
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
type Shown<'v> = Vec<Place<'v>>;

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
        self.values(schema, vec![example.clone()], &mut Vec::new());
    }

    fn values(&mut self, schema: &Place<'d>, shown: Shown, trail: &mut Vec<String>) {
        let entries: Shown = shown.iter().flat_map(Place::entries).collect();
        let objects: Shown = shown.into_iter().filter(|shown| shown.value.is_object()).collect();
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
        for object in objects {
            let distance = |(_, variant): &(usize, &Variant<'d>)| self.distance(variant, object.value);
            if let Some((index, _)) = variants.iter().enumerate().min_by_key(distance) {
                chosen.entry(index).or_default().push(object);
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
        let names = object.as_object().into_iter().flat_map(|members| members.keys());
        let own = names.filter(|name| !is_open(variant) && !known.contains_key(name.as_str()));
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
        own.count() + below.sum::<usize>()
    }

    fn objects(&mut self, variant: &Variant<'d>, objects: &Shown, trail: &mut Vec<String>) {
        let known = properties(variant);
        // What is required and no property is a mistake of the schema.
        let required: BTreeSet<_> = variant.parts.iter().flat_map(|part| part.texts("required")).collect();
        let is_known = |name: &str| is_open(variant) || known.contains_key(name) || required.contains(name);
        let members = objects.iter().flat_map(Place::members);
        for (name, member) in members.filter(|(name, _)| !is_known(name)) {
            let message = format!("the example has the member `{name}`, which its schema does not know");
            let remedy = write_nearest(name, known.keys().copied(), "delete it, or add it to the schema");
            self.report.add("example", member, message, remedy);
        }
        for (name, schema) in known {
            let shown: Shown = objects.iter().filter_map(|object| object.get(name)).collect();
            // What is made of itself ends somewhere.
            // What tells of the answer itself is data only where a service sends it.
            let is_annotation = name.starts_with('@');
            let described = self.spec.resolve(&schema);
            let is_circle = described.is_some_and(|schema| trail.contains(&schema.pointer));
            if let [object, ..] = objects.as_slice()
                && self.complete
                && !(is_circle || is_annotation)
                && shown.is_empty()
            {
                let message = format!("the example does not show the member `{name}`");
                let remedy = "invent a value for it: an example is complete";
                self.report.add("incomplete-example", object, message, remedy);
            }
            self.values(&schema, shown, trail);
        }
    }
}

fn properties<'d>(variant: &Variant<'d>) -> BTreeMap<&'d str, Place<'d>> {
    let parts = variant.parts.iter();
    parts.flat_map(|part| part.members_of("properties")).collect()
}

/// Whether an object may have members that the schema does not name; where it says that none may be, the values are
/// held against that already.
fn is_open(variant: &Variant) -> bool {
    variant.get("properties").is_none() || variant.get("additionalProperties").is_some()
}
