//! Parameters and members: what rows and samples say of each place against what the spec says.

mod alternatives;
mod row_differences;

use std::collections::{BTreeMap, BTreeSet};

use super::collector::Collector;
use super::documented::{Documented, places};
use super::match_operations::Described;
use crate::endpoint::parameter_names;
use crate::facts::Page;
use crate::finding::Kind;
use crate::json_type::{JsonType, documented_types, shown_types, type_names};
use crate::placement::{Part, Placed, is_below, placed, without_lists};
use crate::spec::{Member, Operation};

use alternatives::Alternatives;

/// The differences in parameters and members between an operation of the spec and that of a page.
pub fn compare(described: &Described, known: &Operation, pages: &[Page], report: &mut Collector) {
    let rows = placed(described.documented, Some(known));
    let comparison = Comparison {
        described,
        known,
        pages,
        places: places(described.documented, &rows),
        cases: Alternatives::of(known, pages, &rows),
    };
    comparison.documented(report);
    comparison.undocumented(report);
}

struct Comparison<'c> {
    described: &'c Described<'c>,
    known: &'c Operation,
    pages: &'c [Page],
    places: BTreeMap<String, Documented<'c>>,
    cases: Alternatives<'c>,
}

impl Comparison<'_> {
    /// Everything that the page says, place by place.
    fn documented(&self, report: &mut Collector) {
        // What the spec describes nothing of is reported once, not member by member. A difference hides nothing of what
        // both describe below it: once recorded, it would hide all that the vendor changes there.
        let mut reported: Vec<&String> = Vec::new();
        for (place, documented) in &self.places {
            if reported.iter().any(|above| is_below(place, above)) || self.known.is_open(place) {
                continue;
            }
            let is_described = match self.known.find_in_maps(place) {
                Some((name, members)) => {
                    self.at_place(place, name, members, documented, report) || self.known.has_members(name)
                }
                None if self.named_entries(documented, report) => true,
                None => {
                    report.add(Kind::MemberMissing, place, ("", documented.what()), documented.line());
                    false
                }
            };
            if !is_described {
                reported.push(place);
            }
        }
    }

    /// What the page says of a place that the spec has, and whether the types agree.
    fn at_place(
        &self,
        place: &str,
        name: &str,
        members: &[Member],
        documented: &Documented,
        report: &mut Collector,
    ) -> bool {
        // The names of path parameters are not sent, and the keys of a map are values.
        if last(place) != last(name) && last(name) != "{}" && Part::of(place) != Some(Part::Path) {
            report.add(Kind::LetterCase, name, (last(name), last(place)), documented.line());
        }
        let mut types: Vec<String> = Vec::new();
        let mut line = documented.line();
        for placed in &documented.rows {
            if let Some(member) = self.cases.choose(placed, members) {
                for (kind, was, is, spec_line) in
                    row_differences::differences(placed, name, &member, self.known, self.pages)
                {
                    if kind == Kind::Type {
                        line = if types.is_empty() { placed.line } else { line };
                        types.push(is);
                    } else {
                        report.add_at(kind, name, (was, is), placed.line, Some(spec_line));
                    }
                }
            }
            self.entries(placed, name, report);
        }
        let (table_fits, all) = (types.is_empty(), union(members));
        let shown = documented.shown.map(|(shape, _)| shown_types(shape));
        let mut refused = shown.unwrap_or_default();
        refused.retain(|json| !json.fits(&all));
        if !refused.is_empty() {
            types.push(format!("sample: {}", type_names(&refused)));
        }
        types.dedup();
        if !types.is_empty() {
            report.add(Kind::Type, name, (type_names(&all), types.join("; ")), line);
        }
        // Null alone has nothing below.
        table_fits && refused.iter().all(|json| *json == JsonType::Null)
    }

    /// The type of the entries of a list that a row names.
    fn entries(&self, placed: &Placed, name: &str, report: &mut Collector) {
        let place = format!("{name}[]");
        let (_, entries) = documented_types(placed.row.kind.as_deref().unwrap_or_default());
        let (Some(entries), Some(members)) = (entries, self.known.places.get(&place)) else {
            return;
        };
        let ((documented, _), all) = (documented_types(entries), union(members));
        if !documented.is_empty() && !documented.iter().any(|json| json.fits(&all)) {
            let sides = (type_names(&all), format!("table: {entries}"));
            report.add(Kind::Type, &place, sides, placed.line);
        }
    }

    /// Rows that describe entries of a list by name, where the wire has entries `{ name, values }`: they are held
    /// against the values of the entry that has their name. False if the spec has no such entry.
    fn named_entries(&self, documented: &Documented, report: &mut Collector) -> bool {
        let mut found = false;
        for placed in &documented.rows {
            if let Some(values) = self.cases.named_entry(placed) {
                found = true;
                for (kind, was, is, _) in row_differences::differences(placed, "", &values, self.known, self.pages) {
                    // An entry need not be sent at all.
                    if kind != Kind::Required {
                        report.add_at(kind, &placed.place, (was, is), placed.line, Some(values.line));
                    }
                }
            }
        }
        found
    }

    /// What the spec has and the page does not name.
    fn undocumented(&self, report: &mut Collector) {
        let mut add = |place: &str, member: &Member, was: String| {
            let line = self.described.documented.line;
            report.add_at(Kind::MemberUndocumented, place, (was, ""), line, Some(member.line));
        };
        let owned = |member: &Member| member.owner.clone().unwrap_or_default();
        let parameters = parameter_names(&self.known.path);
        let counts = parameter_names(&self.described.documented.endpoint).len() == parameters.len();
        let parameters = parameters.iter().filter(|_| counts).map(|name| format!("path.{name}"));
        // What the page names, and what is around it.
        let mut named = BTreeSet::new();
        let in_maps = self.places.keys().filter_map(|place| self.known.find_in_maps(place));
        let in_maps = in_maps.map(|(name, _)| name.to_owned());
        for place in self.places.keys().cloned().chain(in_maps).chain(parameters) {
            let mut place = without_lists(&place);
            while named.insert(place.clone()) {
                place.truncate(place.rfind('.').unwrap_or(place.len()));
            }
        }
        let mut reported: Vec<&str> = Vec::new();
        for (place, members) in &self.known.places {
            // Entries are never named by themselves.
            if place.ends_with("[]") || reported.iter().any(|above| is_below(place, above)) {
                continue;
            }
            let Some(first) = members.first() else { continue };
            if named.contains(&without_lists(place)) {
                for member in self.cases.unlisted(place, members) {
                    let types = type_names(&member.types);
                    add(place, member, format!("{types} ({})", owned(member)));
                }
            } else if !(first.free && Part::of(place).is_some_and(|part| part.name() == place)) {
                reported.push(place);
                add(place, first, type_names(&union(members)));
            }
        }
        for (place, member) in self.cases.unnamed_entries() {
            add(&place, member, format!("object ({})", owned(member)));
        }
    }
}

/// The last name of a place.
fn last(place: &str) -> &str {
    let place = place.trim_end_matches("[]");
    place.rsplit('.').next().unwrap_or(place)
}

/// The types of all members of a place.
fn union(members: &[Member]) -> BTreeSet<JsonType> {
    members.iter().flat_map(|member| member.types.iter().copied()).collect()
}
