//! What a schema allows: its choices, with `$ref`, `allOf`, `oneOf` and `anyOf` followed.

use std::cell::Cell;

use serde_json::Value;

use crate::Spec;
use crate::place::Place;

/// How deep schemas are followed. A circle is noticed before; this stops one that grows on its way.
pub const MAX_DEPTH: usize = 24;

/// How many choices are followed at one place, so that choices of choices cannot multiply without end.
const MAX_VARIANTS: usize = 64;

/// One of the choices that a schema allows: the schemas that hold together.
#[derive(Clone)]
pub struct Variant<'d> {
    /// The schemas.
    pub parts: Vec<Place<'d>>,
    /// The innermost component among them.
    pub component: Option<String>,
}

impl<'d> Variant<'d> {
    /// What the first part with this key says.
    pub fn get(&self, key: &str) -> Option<&'d Value> {
        self.parts.iter().find_map(|part| part.value.get(key))
    }

    /// Whether a part says `true` in the member of this name.
    pub fn says(&self, key: &str) -> bool {
        self.parts.iter().any(|part| part.says(key))
    }

    /// Each of some choices together with each of others; without others, the choices themselves.
    fn join(found: Vec<Self>, others: &[Self]) -> Vec<Self> {
        if others.is_empty() {
            return found;
        }
        let pairs = found
            .iter()
            .flat_map(|one| others.iter().map(move |other| (one, other)));
        let joined = pairs.take(MAX_VARIANTS).map(|(one, other)| Self {
            parts: one.parts.iter().chain(&other.parts).cloned().collect(),
            component: other.component.clone().or_else(|| one.component.clone()),
        });
        joined.collect()
    }
}

impl<'d> Spec<'d> {
    /// The choices that a schema allows; `left` is how many schemas may still be read.
    pub fn variants(&self, schema: &Place<'d>, left: &Cell<usize>) -> Vec<Variant<'d>> {
        self.variants_within(schema, left, &mut Vec::new())
    }

    /// `trail` holds the schemas around it within the same place, so that one which is made of itself ends.
    fn variants_within(&self, schema: &Place<'d>, left: &Cell<usize>, trail: &mut Vec<String>) -> Vec<Variant<'d>> {
        let is_reference = schema.reference().is_some();
        let Some(schema) = self.resolve(schema) else {
            return Vec::new();
        };
        if trail.contains(&schema.pointer) || trail.len() > MAX_DEPTH || left.get() == 0 {
            return Vec::new();
        }
        left.set(left.get() - 1);
        trail.push(schema.pointer.clone());
        let component = (is_reference && schema.is_component("schemas")).then(|| schema.name());
        let mut found = vec![Variant {
            parts: vec![schema.clone()],
            component,
        }];
        for part in schema.entries_of("allOf") {
            found = Variant::join(found, &self.variants_within(&part, left, trail));
        }
        for key in ["oneOf", "anyOf"] {
            // An entry of nothing but `required` only says which members stand together.
            let is_choice = |choice: &Place| choice.members().iter().any(|(name, _)| *name != "required");
            let choices = schema.entries_of(key).into_iter().filter(is_choice);
            let choices: Vec<_> = choices
                .flat_map(|choice| self.variants_within(&choice, left, trail))
                .collect();
            found = Variant::join(found, &choices);
        }
        trail.pop();
        found
    }
}
