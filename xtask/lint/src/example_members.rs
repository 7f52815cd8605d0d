//! The members of examples: none that the schema does not know and, where an example stands for all, none left out.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::names::write_nearest;
use xtask_spec::place::Place;
use xtask_spec::schema::{MAX_DEPTH, Variant};

/// How many schemas are read for one example.
const MAX_SCHEMAS: usize = 20_000;

/// Holds the members of an example against its schema.
pub struct Members<'s, 'd> {
    spec: &'s Spec<'d>,
    /// Whether every member of the schema is to be shown.
    complete: bool,
    left: Cell<usize>,
}

/// Values that stand in one place of an example: the entries of a list stand in one.
type Shown<'v> = Vec<Place<'v>>;

impl<'s, 'd> Members<'s, 'd> {
    /// Checks an example as a whole; one that is `complete` shows every member.
    pub fn check(spec: &'s Spec<'d>, schema: &Place<'d>, example: &Place, complete: bool, report: &mut Report) {
        let left = Cell::new(MAX_SCHEMAS);
        let members = Self { spec, complete, left };
        members.values(schema, vec![example.clone()], &mut Vec::new(), report);
    }

    fn values(&self, schema: &Place<'d>, shown: Shown, trail: &mut Vec<String>, report: &mut Report) {
        let entries: Shown = shown.iter().flat_map(Place::entries).collect();
        let objects: Shown = shown.into_iter().filter(|shown| shown.value.is_object()).collect();
        if (objects.is_empty() && entries.is_empty()) || trail.len() > MAX_DEPTH {
            return;
        }
        trail.push(schema.pointer.clone());
        let variants = self.spec.variants(schema, &self.left);
        let mut parts = variants.iter().flat_map(|variant| &variant.parts);
        if let Some(items) = parts.find_map(|part| part.get("items")) {
            self.values(&items, entries, trail, report);
        }
        // Each object is one of the choices: the one whose codes it has or, of several, the one it has least against it.
        let mut chosen: BTreeMap<usize, Shown> = BTreeMap::new();
        for object in objects {
            let codes: Vec<_> = variants.iter().map(|variant| self.codes(variant, &object)).collect();
            let best = codes.iter().min();
            let near: Vec<_> = (0..codes.len()).filter(|index| Some(&codes[*index]) == best).collect();
            let problems = |index: &usize| {
                let mut problems = Report::new(report.document);
                self.objects(&variants[*index], std::slice::from_ref(&object), trail, &mut problems);
                problems.finish().len()
            };
            let choice = match near.as_slice() {
                [one] => Some(*one),
                several => several.iter().copied().min_by_key(problems),
            };
            if let Some(index) = choice {
                chosen.entry(index).or_default().push(object);
            }
        }
        for (index, objects) in chosen {
            self.objects(&variants[index], &objects, trail, report);
        }
        trail.pop();
    }

    /// How many members of an object have codes that are not those of a choice, and how many have those.
    fn codes(&self, variant: &Variant<'d>, object: &Place) -> (usize, Reverse<usize>) {
        let known = properties(variant).into_iter();
        let members = known.filter_map(|(name, schema)| Some((object.value.get(name)?, schema)));
        let fits = members.filter_map(|(value, schema)| {
            let variants = self.spec.variants(&schema, &self.left);
            let lists = variants.iter().filter_map(|variant| variant.get("enum")?.as_array());
            let codes: Vec<_> = lists.flatten().collect();
            (!codes.is_empty()).then(|| codes.contains(&value))
        });
        let (right, wrong): (Vec<_>, Vec<_>) = fits.partition(|fits| *fits);
        (wrong.len(), Reverse(right.len()))
    }

    fn objects(&self, variant: &Variant<'d>, objects: &[Place], trail: &mut Vec<String>, report: &mut Report) {
        let known = properties(variant);
        // What is required and no property is a mistake of the schema.
        let required: BTreeSet<_> = variant.parts.iter().flat_map(|part| part.texts("required")).collect();
        // Where a schema says that no others may be, the values are held against that already.
        let is_open = variant.get("properties").is_none() || variant.get("additionalProperties").is_some();
        let is_known = |name: &str| is_open || known.contains_key(name) || required.contains(name);
        let members = objects.iter().flat_map(Place::members);
        for (name, member) in members.filter(|(name, _)| !is_known(name)) {
            let message = format!("the example has the member `{name}`, which its schema does not know");
            let remedy = write_nearest(name, known.keys().copied(), "delete it, or add it to the schema");
            report.add("example", member, message, remedy);
        }
        for (name, schema) in known {
            let shown: Shown = objects.iter().filter_map(|object| object.get(name)).collect();
            // What tells of the answer itself is data only where a service sends it.
            let is_annotation = name.starts_with('@');
            // What is made of itself ends somewhere.
            let described = self.spec.resolve(&schema);
            let is_circle = described.is_some_and(|schema| trail.contains(&schema.pointer));
            if self.complete && shown.is_empty() && !is_circle && !is_annotation {
                let message = format!("the example does not show the member `{name}`");
                let remedy = "invent a value for it: an example is complete";
                report.add("incomplete-example", &objects[0], message, remedy);
            }
            self.values(&schema, shown, trail, report);
        }
    }
}

fn properties<'d>(variant: &Variant<'d>) -> BTreeMap<&'d str, Place<'d>> {
    let parts = variant.parts.iter();
    parts.flat_map(|part| part.members_of("properties")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::document;

    #[test]
    fn an_object_is_the_choice_whose_codes_and_members_it_has() {
        let schemas = document(
            "\
components:
  schemas:
    Rose: { type: object, properties: { kind: { enum: [rose] }, thorns: {}, care: { properties: { prune: {} } } } }
    Tulip: { type: object, properties: { kind: { enum: [tulip] }, care: { properties: { dig: {} } } } }
    Plant: { anyOf: [{ type: object }, { $ref: '#/components/schemas/Tulip' }, { $ref: '#/components/schemas/Rose' }] }
    Care: { anyOf: [{ properties: { care: { properties: { prune: {} } } } }, { properties: { care: { properties: { dig: {} } } } }] }
",
        );
        for (name, example, problem) in [
            ("Plant", "{ kind: rose, thorns: 1, care: { prune: 1 } }", None),
            (
                "Plant",
                "{ kind: rose, care: { prune: 1 } }",
                Some("does not show the member `thorns`"),
            ),
            (
                "Plant",
                "{ kind: rose, thorns: 1, care: { prune: 1, dig: 1 } }",
                Some("has the member `dig`"),
            ),
            ("Plant", "{ kind: oak, acorns: 1 }", None),
            ("Care", "{ care: { prune: 1 } }", None),
            ("Care", "{ care: { dig: 1 } }", None),
        ] {
            let example = document(example);
            let spec = Spec::new(&schemas);
            let schemas: BTreeMap<_, _> = spec.components("schemas").into_iter().collect();
            let mut report = Report::new(&example);
            Members::check(&spec, &schemas[name], &Place::root(&example.value), true, &mut report);
            let found: Vec<_> = report.finish().into_iter().map(|problem| problem.message).collect();
            assert_eq!(found.len(), problem.iter().len(), "{found:?}");
            assert!(
                found
                    .iter()
                    .zip(problem)
                    .all(|(found, problem)| found.contains(problem)),
                "{found:?}"
            );
        }
    }
}
