//! Parameters and members: what rows and samples say of each place against what the spec says.

mod cases;
mod row;

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::operations::Described;
use crate::endpoint::parameter_names;
use crate::facts::Page;
use crate::finding::Kind;
use crate::json_type::{JsonType, documented_types, shown_types, type_names};
use crate::placement::{Part, Placed, in_part, is_below, named_by_page, placed, samples, split, without_lists};
use crate::spec::{Member, Operation, Spec};

/// The differences in parameters and members between an operation of a page and that of the spec.
pub fn compare(described: &Described, known: &Operation, pages: &[Page], spec: &Spec, report: &mut Report) {
    let rows = placed(described.documented, Some(known));
    let comparison = Comparison {
        described,
        known,
        pages,
        spec,
        owners: BTreeMap::new(),
    };
    let owners = comparison.owners(&rows);
    let comparison = Comparison { owners, ..comparison };
    comparison.documented(&rows, report);
    comparison.unsaid(&rows, report);
    comparison.unnamed_entries(&rows, report);
}

struct Comparison<'c> {
    described: &'c Described<'c, 'c>,
    known: &'c Operation,
    pages: &'c [Page],
    spec: &'c Spec,
    /// Which of a choice of objects a table describes at a place, by the component that holds the members.
    owners: BTreeMap<(usize, String), String>,
}

/// What a page says of one place.
#[derive(Default)]
struct Documented<'p> {
    rows: Vec<&'p Placed<'p>>,
    /// The types that the sample shows, and the line where the sample begins.
    shown: Option<(&'p str, usize)>,
    /// The line of a sample whose URL has the parameter.
    sent: Option<usize>,
}

impl Documented<'_> {
    /// In short: the type of the table or, without one, that of the sample.
    fn what(&self) -> String {
        let kinds = self.rows.iter().filter_map(|placed| placed.row.kind.as_deref());
        let shown = self.shown.map(|(shape, _)| shape);
        kinds.chain(shown).next().unwrap_or("listed").to_owned()
    }

    fn line(&self) -> usize {
        let row = self.rows.first().map(|placed| placed.line);
        row.or(self.shown.map(|(_, line)| line)).or(self.sent).unwrap_or(1)
    }
}

impl Comparison<'_> {
    /// Everything that the page says, place by place.
    fn documented(&self, rows: &[Placed], report: &mut Report) {
        let mut places: BTreeMap<String, Documented> = BTreeMap::new();
        for placed in rows {
            places.entry(placed.place.clone()).or_default().rows.push(placed);
        }
        for (part, sample) in samples(self.described.documented) {
            for (place, shape) in &sample.shape {
                places.entry(in_part(part, place)).or_default().shown = Some((shape, sample.line));
            }
            if part == Part::Body {
                for name in &sample.query {
                    places.entry(format!("query.{name}")).or_default().sent = Some(sample.line);
                }
            }
        }
        // What is missing or of another type as a whole is reported once, not member by member. A place comes before what
        // lies below it.
        let mut reported: Vec<String> = Vec::new();
        for (place, documented) in &places {
            if reported.iter().any(|above| is_below(place, above)) || self.known.is_open(place) {
                continue;
            }
            let Some((name, members)) = self.known.find(place) else {
                if self.named_entries(documented, report) {
                    continue;
                }
                reported.push(place.clone());
                report.add(
                    Kind::MemberMissing,
                    place.clone(),
                    (documented.what(), ""),
                    documented.line(),
                    Some(self.spec.at(self.around_line(place))),
                );
                continue;
            };
            if !self.at_place(place, name, members, documented, report) {
                reported.push(place.clone());
            }
        }
    }

    /// The line of the nearest place around one that the spec has.
    fn around_line(&self, place: &str) -> usize {
        let mut around = place;
        while let Some((next, _)) = split(around, |place| self.known.places.contains_key(place)) {
            if let Some(member) = self.known.places.get(next).and_then(|members| members.first()) {
                return member.line;
            }
            around = next;
        }
        self.known.line
    }

    /// What the page says of a place that the spec has. False if the types differ, so that nothing below can agree.
    fn at_place(
        &self,
        place: &str,
        name: &str,
        members: &[Member],
        documented: &Documented,
        report: &mut Report,
    ) -> bool {
        let line_of =
            |member: Option<&Member>| Some(self.spec.at(member.map_or(self.known.line, |member| member.line)));
        let mut add = |kind, place: &str, was: String, is: String, line, member: Option<&Member>| {
            report.add(kind, place.to_owned(), (was, is), line, line_of(member));
        };
        let first = members.first();
        if without_case_only(place, name) {
            add(
                Kind::LetterCase,
                name,
                last(place),
                last(name),
                documented.line(),
                first,
            );
        }
        let mut types: Vec<String> = Vec::new();
        let mut line = documented.line();
        for placed in &documented.rows {
            if let (Some(listed), Some(part)) = (placed.listed, placed.part())
                && listed != part
            {
                let (was, is) = (listed.name().to_owned(), part.name().to_owned());
                add(Kind::Placement, name, was, is, placed.line, first);
            }
            let member = self.choose(placed, members);
            for difference in member.map(|member| self.row(placed, name, member)).unwrap_or_default() {
                if difference.kind == Kind::Type {
                    if types.is_empty() {
                        line = placed.line;
                    }
                    types.push(difference.was);
                } else {
                    add(
                        difference.kind,
                        name,
                        difference.was,
                        difference.is,
                        placed.line,
                        member,
                    );
                }
            }
            self.entries(placed, name, &mut add);
        }
        let (table_fits, all) = (types.is_empty(), union(members));
        let shown = documented
            .shown
            .map(|(shape, _)| shown_types(shape))
            .unwrap_or_default();
        let refused: Vec<_> = shown.into_iter().filter(|json| !json.fits(&all)).collect();
        if !refused.is_empty() {
            types.push(format!("sample: {}", type_names(&refused)));
        }
        types.dedup();
        if !types.is_empty() {
            add(Kind::Type, name, types.join("; "), type_names(&all), line, first);
        }
        // Null alone has nothing below.
        table_fits && refused.iter().all(|json| *json == JsonType::Null)
    }

    /// The type of the entries of a list that a row names.
    fn entries(
        &self,
        placed: &Placed,
        name: &str,
        add: &mut impl FnMut(Kind, &str, String, String, usize, Option<&Member>),
    ) {
        let kind = placed.row.kind.as_deref().unwrap_or_default();
        let (_, Some(entries)) = documented_types(kind) else {
            return;
        };
        let place = format!("{name}[]");
        let Some(members) = self.known.places.get(&place) else {
            return;
        };
        let (documented, _) = documented_types(entries);
        let all = union(members);
        if !documented.is_empty() && !documented.iter().any(|json| json.fits(&all)) {
            let was = format!("table: {entries}");
            add(Kind::Type, &place, was, type_names(&all), placed.line, members.first());
        }
    }

    /// What the spec has and the page does not name.
    fn unsaid(&self, rows: &[Placed], report: &mut Report) {
        let mut named = named_by_page(self.described.documented, rows);
        if parameter_names(&self.described.documented.endpoint).len() == parameter_names(&self.known.path).len() {
            named.extend(
                parameter_names(&self.known.path)
                    .iter()
                    .map(|name| without_lists(&format!("path.{name}"))),
            );
        }
        let mut reported: Vec<&str> = Vec::new();
        for (place, members) in &self.known.places {
            // Entries are never named by themselves.
            if place.ends_with("[]") || reported.iter().any(|above| is_below(place, above)) {
                continue;
            }
            if named.contains(&without_lists(place)) {
                for member in self.unlisted(place, members, rows) {
                    let owner = member.owner.as_deref().unwrap_or_default();
                    self.undocumented(
                        place,
                        member,
                        format!("{} ({owner})", type_names(&member.types)),
                        report,
                    );
                }
            } else if let Some(member) = members
                .first()
                .filter(|member| !(member.free && Part::of(place).is_some_and(|part| part.name() == place)))
            {
                reported.push(place);
                self.undocumented(place, member, type_names(&union(members)), report);
            }
        }
    }

    fn undocumented(&self, place: &str, member: &Member, is: String, report: &mut Report) {
        report.add(
            Kind::MemberUndocumented,
            place.to_owned(),
            ("", is),
            self.described.documented.line,
            Some(self.spec.at(member.line)),
        );
    }
}

/// The place around a place. Names with a dot are rare, and stand at the root of answers.
fn around(place: &str) -> String {
    let known = |place: &str| !place.ends_with("@odata");
    split(place, known).map_or_else(String::new, |(around, _)| around.to_owned())
}

/// The last name of a place.
fn last(place: &str) -> String {
    let place = place.trim_end_matches("[]");
    place.rsplit('.').next().unwrap_or(place).to_owned()
}

fn same_place(one: &str, other: &str) -> bool {
    without_lists(one) == without_lists(other)
}

/// Whether the last names of two places differ in the case of letters. Those of path parameters are not sent.
fn without_case_only(documented: &str, known: &str) -> bool {
    let (said_name, known_name) = (last(documented), last(known));
    said_name != known_name && Part::of(documented) != Some(Part::Path)
}

/// The types of all members of a place.
fn union(members: &[Member]) -> BTreeSet<JsonType> {
    members.iter().flat_map(|member| member.types.iter().copied()).collect()
}
