//! The samples of an operation.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::compare::collector::Collector;
use crate::endpoint::bare;
use crate::facts::{Operation, Sample};
use crate::finding::{Finding, Kind};
use crate::placement::{Part, in_part, is_below, without_lists};

/// Compares the samples of an operation. What its rows have reported, from a finding on, is left out: table and sample that change alike are
/// one change of the vendor's.
pub fn compare((was, is): (&Operation, &Operation), first: usize, report: &mut Collector) {
    let none = Sample::default();
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
    let parts = [
        (Part::Body, &was.request, &is.request),
        (Part::Response, &was.response, &is.response),
    ];
    for (part, old, now) in parts {
        let line = now.as_ref().map_or(is.line, |sample| sample.line);
        let (old, now) = (old.as_ref().unwrap_or(&none), now.as_ref().unwrap_or(&none));
        // The path of the URL, unless it is the endpoint and has changed with it.
        let [path_was, path_is] = [old, now].map(|sample| sample.path.clone().unwrap_or_default());
        if bare(&path_was) != bare(&was.endpoint) || bare(&path_is) != bare(&is.endpoint) {
            report.compare(Kind::SampleUrl, "path", (path_was, path_is), line);
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
        if old.shape.is_empty() || now.shape.is_empty() {
            // The sample as a whole came or went; the API did not.
            let whole = |sample: &Sample| sample.shape.get("").cloned().unwrap_or_default();
            report.compare(Kind::SampleShape, part.name(), (whole(old), whole(now)), line);
        } else {
            compare_shape((&old.shape, &now.shape), part, line, &reported, report);
        }
        // The parameters of the URL in whatever order, but for those whose rows have come or gone too.
        let sent = |sample: &Sample, name| if sample.query.contains(name) { "sent" } else { "" };
        for name in old.query.iter().chain(&now.query) {
            let place = format!("query.{name}");
            if !reported.contains(&without_lists(&place)) {
                report.compare(Kind::SampleShape, &place, (sent(old, name), sent(now, name)), line);
            }
        }
        // The codes that the sample shows. A place that has some on one side only is one whose row or shape has changed.
        let text = |codes: &[Value]| codes.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        for (place, old) in &old.codes {
            if let Some(now) = now.codes.get(place) {
                report.compare(Kind::SampleCode, &in_part(part, place), (text(old), text(now)), line);
            }
        }
    }
}

type Shape = BTreeMap<String, String>;

/// Compares the topmost places that differ: what stands beneath them differs for the same reason.
fn compare_shape(
    (old, new): (&Shape, &Shape),
    part: Part,
    line: usize,
    reported: &HashSet<String>,
    report: &mut Collector,
) {
    let renamed = renamed(old, new);
    let mut changed: HashSet<&str> = HashSet::new();
    let places: BTreeSet<_> = old.keys().chain(new.keys()).map(String::as_str).collect();
    for place in places.into_iter().filter(|place| old.get(*place) != new.get(*place)) {
        // A place sorts behind those that hold it.
        if holders(place).any(|top| changed.contains(top)) {
            continue;
        }
        changed.insert(place);
        let is_reported = reported.contains(&without_lists(&in_part(part, place)));
        if is_reported || renamed.is_some_and(|(_, name)| name == place) {
            continue;
        }
        let text = |shape: &Shape| shape.get(place).cloned().unwrap_or_default();
        let mut sides = (text(old), text(new));
        if let Some((gone, name)) = renamed.filter(|(gone, _)| *gone == place) {
            sides = (format!("{gone}: {}", sides.0), format!("{name}: {}", sides.0));
        }
        report.add(Kind::SampleShape, &in_part(part, place), sides, line);
    }
}

/// The place that is gone and the new one, if each is the only one, and both stand in the same place and hold the same:
/// a wrapper with another name.
fn renamed<'s>(old: &'s Shape, new: &'s Shape) -> Option<(&'s str, &'s str)> {
    let (gone, name) = (only(old, new)?, only(new, old)?);
    let around = |place: &str| place.rsplit_once('.').map(|(around, _)| around.to_owned());
    let (was, is) = (held(old, gone), held(new, name));
    (was.len() > 1 && was == is && around(gone) == around(name)).then_some((gone, name))
}

/// The only place of a shape that another shape has not, apart from what stands beneath it.
fn only<'s>(shape: &'s Shape, other: &Shape) -> Option<&'s str> {
    let mut places = shape
        .keys()
        .map(String::as_str)
        .filter(|place| !other.contains_key(*place));
    // A place sorts before those beneath it.
    let first = places.next()?;
    places.all(|place| is_below(place, first)).then_some(first)
}

/// What stands in a place and beneath it, seen from there.
fn held<'s>(shape: &'s Shape, top: &str) -> Vec<(&'s str, &'s str)> {
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
