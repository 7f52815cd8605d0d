//! The samples of an operation.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::compare::collector::Collector;
use crate::compare::documented::places;
use crate::endpoint::bare;
use crate::facts::{Operation, Sample};
use crate::finding::{Finding, Kind};
use crate::placement::{Part, in_part, is_below, without_lists};

/// Compares the samples of an operation. What its rows have reported, from a finding on, is left out: table and sample
/// that change alike are one change of the vendor's.
pub fn compare((was, is): (&Operation, &Operation), first: usize, report: &mut Collector) {
    let is_of_row = |kind| {
        matches!(
            kind,
            Kind::MemberAdded | Kind::MemberRemoved | Kind::MemberRenamed | Kind::Type
        )
    };
    let of_rows = report.findings[first..]
        .iter()
        .filter(|finding| is_of_row(finding.kind));
    let reported = of_rows
        .flat_map(Finding::places)
        .map(|place| without_lists(&place))
        .collect();
    let places = [was, is].map(|operation| places(operation, &[]));
    let none = Sample::default();
    for (part, old, now) in [
        (Part::Query, &was.request, &is.request),
        (Part::Body, &was.request, &is.request),
        (Part::Response, &was.response, &is.response),
    ] {
        let line = now.as_ref().map_or(is.line, |sample| sample.line);
        let (old, now) = (old.as_ref().unwrap_or(&none), now.as_ref().unwrap_or(&none));
        let shapes = places.each_ref().map(|places| -> Shape {
            let own = places.iter().filter(|(place, _)| Part::of(place) == Some(part));
            own.filter_map(|(place, at)| Some((place.as_str(), at.shown?.0)))
                .collect()
        });
        let roots = shapes.each_ref().map(|shape| shape.get(part.name()).copied());
        if roots[0].is_some() == roots[1].is_some() {
            compare_shape(&shapes, line, &reported, report);
        } else {
            // The sample as a whole came or went; the API did not.
            let [was, is] = roots.map(Option::unwrap_or_default);
            report.add(Kind::SampleShape, part.name(), (was, is), line);
        }
        // The parameters of the URL are not another sample.
        if part == Part::Query {
            continue;
        }
        // The path of the URL, unless it ends with the endpoint and has changed with it alone.
        let paths = [old, now].map(|sample| sample.path.as_deref().unwrap_or_default());
        let start = |path, operation: &Operation| Some(bare(path).strip_suffix(&bare(&operation.endpoint))?.to_owned());
        let starts = [start(paths[0], was), start(paths[1], is)];
        if starts[0].is_none() || starts[0] != starts[1] {
            report.compare(Kind::SampleUrl, "path", (paths[0], paths[1]), line);
        }
        // What keeps the sample from being JSON.
        let slips = |sample: &Sample| {
            sample
                .slips
                .iter()
                .map(|slip| slip.value.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let slip_line = now.slips.first().map_or(line, |slip| slip.line);
        report.compare(Kind::SampleSyntax, part.name(), (slips(old), slips(now)), slip_line);
        // The codes that the sample shows. A place that has some on one side only is one whose row or shape has changed.
        let text = |codes: &[Value]| codes.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        for (place, old) in &old.codes {
            if let Some(now) = now.codes.get(place) {
                report.compare(Kind::SampleCode, &in_part(part, place), (text(old), text(now)), line);
            }
        }
    }
}

/// What a sample shows, by place.
type Shape<'s> = BTreeMap<&'s str, &'s str>;

/// Compares the topmost places that differ: what stands beneath them differs for the same reason.
fn compare_shape([old, new]: &[Shape; 2], line: usize, reported: &HashSet<String>, report: &mut Collector) {
    let renamed = renamed(old, new);
    let mut changed: HashSet<&str> = HashSet::new();
    let places: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    for place in places.into_iter().filter(|place| old.get(place) != new.get(place)) {
        // A place sorts behind those that hold it, as far as its signs tell: a name may hold a dot itself.
        let mut holders = place.match_indices(['.', '[']).map(|(end, _)| &place[..end]);
        if holders.any(|top| changed.contains(top)) {
            continue;
        }
        changed.insert(place);
        if reported.contains(&without_lists(place)) || renamed.is_some_and(|(_, name)| name == place) {
            continue;
        }
        let [was, is] = [old, new].map(|shape| shape.get(place).copied().unwrap_or_default());
        let mut sides = (was.to_owned(), is.to_owned());
        if let Some((gone, name)) = renamed.filter(|(gone, _)| *gone == place) {
            let named = |place: &str| format!("{}: {was}", place.rsplit('.').next().unwrap_or_default());
            sides = (named(gone), named(name));
        }
        report.add(Kind::SampleShape, place, sides, line);
    }
}

/// The place that is gone and the new one, if each is the only one, and both stand in the same place and hold the same:
/// a wrapper with another name.
fn renamed<'s>(old: &Shape<'s>, new: &Shape<'s>) -> Option<(&'s str, &'s str)> {
    // The only place of a shape that the other has not, apart from what stands beneath it, which sorts behind it.
    let only = |shape: &Shape<'s>, other: &Shape<'s>| {
        let mut places = shape.keys().copied().filter(|place| !other.contains_key(place));
        let first = places.next()?;
        places.all(|place| is_below(place, first)).then_some(first)
    };
    // What stands in a place and beneath it, seen from there.
    let held = |shape: &Shape<'s>, top: &str| -> Vec<(&'s str, &'s str)> {
        let places = shape.iter().filter(|(place, _)| **place == top || is_below(place, top));
        places.map(|(place, kind)| (&place[top.len()..], *kind)).collect()
    };
    let (gone, name) = (only(old, new)?, only(new, old)?);
    let around = |place: &'s str| place.rsplit_once('.').map(|(around, _)| around);
    let (was, is) = (held(old, gone), held(new, name));
    (was.len() > 1 && was == is && around(gone) == around(name)).then_some((gone, name))
}
