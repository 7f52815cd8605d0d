//! The samples of an operation.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::Changes;
use super::tables::Told;
use crate::facts::{Operation, Sample};
use crate::finding::{Class, Kind};
use crate::paths::bare;
use crate::places::{Part, in_part, is_below};

/// Compares the samples of an operation; `told` is what its rows have told already.
pub fn compare(was: &Operation, is: &Operation, told: &Told, changes: &mut Changes<'_>) {
    let none = Sample::default();
    for (request, part, old, new) in [
        (true, Part::Body, &was.request, &is.request),
        (false, Part::Response, &was.response, &is.response),
    ] {
        let line = new.as_ref().map_or(is.line, |sample| sample.line);
        let (old, new) = (old.as_ref().unwrap_or(&none), new.as_ref().unwrap_or(&none));
        let sides = Sides {
            request,
            part,
            old,
            new,
            line,
        };
        sides.compare_path((&was.endpoint, &is.endpoint), changes);
        sides.compare_query(told, changes);
        sides.compare_slips(changes);
        sides.compare_shape(told, changes);
        sides.compare_codes(changes);
    }
}

/// A sample as it was and as it is.
struct Sides<'a> {
    request: bool,
    part: Part,
    old: &'a Sample,
    new: &'a Sample,
    line: usize,
}

impl Sides<'_> {
    /// The path of the URL, unless it is the endpoint and has changed with it.
    fn compare_path(&self, (was, is): (&str, &str), changes: &mut Changes<'_>) {
        let text = |sample: &Sample| sample.path.clone().unwrap_or_default();
        let (old, new) = (text(self.old), text(self.new));
        let follows = bare(&old) == bare(was) && bare(&new) == bare(is);
        if old != new && !follows {
            changes.add(Kind::SampleUrl, Class::Documentation, "path", &old, &new, self.line);
        }
    }

    /// The parameters of the URL in whatever order, but for those whose rows have come or gone too.
    fn compare_query(&self, told: &Told, changes: &mut Changes<'_>) {
        let is_told = |name: &String| {
            let row = (self.request, name.to_lowercase());
            told.gone.contains(&row) || told.new.contains(&row)
        };
        let set = |sample: &Sample| {
            let names = sample.query.iter().filter(|name| !is_told(name));
            names.cloned().collect::<BTreeSet<_>>()
        };
        if set(self.old) != set(self.new) {
            let (old, new) = (self.old.query.join(", "), self.new.query.join(", "));
            changes.add(Kind::SampleUrl, Class::Documentation, "query", &old, &new, self.line);
        }
    }

    /// What keeps the sample from being JSON.
    fn compare_slips(&self, changes: &mut Changes<'_>) {
        let text = |sample: &Sample| {
            let slips: Vec<_> = sample.slips.iter().map(|slip| slip.value.as_str()).collect();
            slips.join(", ")
        };
        let (old, new) = (text(self.old), text(self.new));
        if old != new {
            let line = self.new.slips.first().map_or(self.line, |slip| slip.line);
            changes.add(
                Kind::SampleSyntax,
                Class::Documentation,
                self.part.name(),
                &old,
                &new,
                line,
            );
        }
    }

    /// The topmost places that differ: what stands beneath them differs for the same reason.
    fn compare_shape(&self, told: &Told, changes: &mut Changes<'_>) {
        let (old, new) = (&self.old.shape, &self.new.shape);
        if old.is_empty() || new.is_empty() {
            // The sample as a whole came or went; the API did not.
            if let Some(class) = (old.is_empty() != new.is_empty()).then_some(Class::Documentation) {
                let text = |shape: &BTreeMap<String, String>| shape.get("").cloned().unwrap_or_default();
                changes.add(
                    Kind::SampleShape,
                    class,
                    self.part.name(),
                    &text(old),
                    &text(new),
                    self.line,
                );
            }
            return;
        }
        let renamed = self.renamed();
        let mut changed: HashSet<&str> = HashSet::new();
        let places: BTreeSet<_> = old.keys().chain(new.keys()).map(String::as_str).collect();
        for place in places.into_iter().filter(|place| old.get(*place) != new.get(*place)) {
            // A place sorts behind those that hold it.
            if holders(place).any(|top| changed.contains(top)) {
                continue;
            }
            changed.insert(place);
            let (was, is) = (old.get(place), new.get(place));
            if renamed.is_some_and(|(_, name)| name == place) {
                continue;
            }
            let (class, rows) = match (was, is) {
                (_, None) => (Class::Breaking, &told.gone),
                (None, _) => (Class::Additive, &told.new),
                _ => (Class::Breaking, &told.changed),
            };
            // Table and sample that change alike are one change of the vendor's.
            if last_names(place).any(|name| rows.contains(&(self.request, name.to_lowercase()))) {
                continue;
            }
            let text = |kind: Option<&String>| kind.cloned().unwrap_or_default();
            let at = in_part(self.part, place);
            let (mut was, mut is) = (text(was), text(is));
            if let Some((gone, name)) = renamed.filter(|(gone, _)| *gone == place) {
                is = format!("{name}: {was}");
                was = format!("{gone}: {was}");
            }
            changes.add(Kind::SampleShape, class, &at, &was, &is, self.line);
        }
    }

    /// The place that is gone and the new one, if each is the only one, and both stand in the same place and hold the
    /// same: a wrapper with another name.
    fn renamed(&self) -> Option<(&str, &str)> {
        let (old, new) = (&self.old.shape, &self.new.shape);
        let (gone, name) = (only(old, new)?, only(new, old)?);
        let around = |place: &'_ str| place.rsplit_once('.').map(|(around, _)| around.to_owned());
        let (was, is) = (held(old, gone), held(new, name));
        (was.len() > 1 && was == is && around(gone) == around(name)).then_some((gone, name))
    }

    /// The codes that the sample shows. A place that has some on one side only is one whose row or shape has changed.
    fn compare_codes(&self, changes: &mut Changes<'_>) {
        let text = |codes: &[Value]| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        for (place, old) in &self.old.codes {
            if let Some(new) = self.new.codes.get(place).filter(|new| *new != old) {
                let at = in_part(self.part, place);
                changes.add(
                    Kind::SampleCode,
                    Class::Documentation,
                    &at,
                    &text(old),
                    &text(new),
                    self.line,
                );
            }
        }
    }
}

/// The only place of a shape that another shape has not, apart from what stands beneath it.
fn only<'s>(shape: &'s BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Option<&'s str> {
    let mut places = shape
        .keys()
        .map(String::as_str)
        .filter(|place| !other.contains_key(*place));
    // A place sorts before those beneath it.
    let first = places.next()?;
    places.all(|place| is_below(place, first)).then_some(first)
}

/// What stands in a place and beneath it, seen from there.
fn held<'s>(shape: &'s BTreeMap<String, String>, top: &str) -> Vec<(&'s str, &'s str)> {
    let places = shape.iter().filter(|(place, _)| *place == top || is_below(place, top));
    places
        .map(|(place, kind)| (&place[top.len()..], kind.as_str()))
        .collect()
}

/// The places that hold a place, as far as its signs tell: a name may hold a dot itself.
fn holders(place: &str) -> impl Iterator<Item = &str> {
    let inner = place.match_indices(['.', '[']).map(|(end, _)| &place[..end]);
    std::iter::once("").filter(|_| !place.is_empty()).chain(inner)
}

/// What the last name of a place may be: names may hold dots themselves.
fn last_names(place: &str) -> impl Iterator<Item = &str> {
    let inner = place.match_indices('.').map(|(dot, _)| &place[dot + 1..]);
    std::iter::once(place).chain(inner)
}
