//! Where each row of a page's tables belongs: in which part of the call, and below which member.
//!
//! The tables are flat, and some stand under the wrong heading. The samples of the page show the nesting; where they
//! do not, the spec and the other rows of the table do.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::endpoint::parameter_names;
use super::facts::{Operation, Row, Sample, Section, Table};
use super::json_type::{JsonType, documented_types};
use super::spec;
use super::stems::stems;

pub use super::field_path::{Part, in_part, is_below, split, without_lists};

/// A row and its place.
#[derive(Clone, Debug)]
pub struct Placed<'p> {
    /// The row.
    pub row: &'p Row,
    /// Where it belongs: `query.size`, `response.data[].name`.
    pub place: String,
    /// The part of the call under whose heading the row stands, if the heading names one.
    pub listed: Option<Part>,
    /// The table, counted from 0 within the operation.
    pub table: usize,
    /// The title of the table.
    pub title: Option<&'p str>,
    /// The line of the row, from 1.
    pub line: usize,
}

impl Placed<'_> {
    /// The part of the call that the place is in.
    pub fn part(&self) -> Option<Part> {
        Part::of(&self.place)
    }
}

/// The rows of an operation, each with its place. The spec's operation helps where the page leaves something open; the
/// names of path parameters are those of the spec, since only their position counts.
pub fn placed<'p>(operation: &'p Operation, spec: Option<&spec::Operation>) -> Vec<Placed<'p>> {
    let sent = operation.request.iter().flat_map(|sample| sample.shape.keys());
    let sent = Names::of(sent.cloned());
    let call = Call { operation, spec, sent };
    let mut rows = Vec::new();
    for (index, table) in operation.tables.iter().enumerate() {
        for ((at, row), part) in table.rows.iter().enumerate().zip(call.parts(table)) {
            // The query is a part of the URL as well.
            let is_in_url = part == Part::Query && table.section == Section::Path;
            rows.push(Placed {
                row,
                place: call.parameter(part, &row.name),
                listed: if is_in_url { Some(part) } else { table.section.part() },
                table: index,
                title: table.title.as_deref(),
                line: table.line_of(at),
            });
        }
    }
    for (part, sample) in [(Part::Body, &operation.request), (Part::Response, &operation.response)] {
        let all = rows.iter().filter(|placed| placed.part() == Some(part));
        let tree = Tree::new(part, sample.as_ref(), spec, all.map(|placed| placed.row).collect());
        for (index, table) in operation.tables.iter().enumerate() {
            let own = rows
                .iter_mut()
                .filter(|placed| placed.part() == Some(part) && placed.table == index);
            let own: Vec<_> = own.collect();
            let places = tree.place(table, &Vec::from_iter(own.iter().map(|placed| placed.row)));
            own.into_iter()
                .zip(places)
                .for_each(|(placed, place)| placed.place = place);
        }
    }
    rows.sort_by_key(|placed| (placed.table, placed.line));
    rows
}

/// One call: what the page says of it, and the spec.
struct Call<'p, 's> {
    operation: &'p Operation,
    spec: Option<&'s spec::Operation>,
    /// What the sample of the request has in its body.
    sent: Names,
}

impl Call<'_, '_> {
    /// The part of the call that each row of a table belongs to.
    fn parts(&self, table: &Table) -> Vec<Part> {
        // Without a spec to ask, the rows of a table go together: into the body if the sample has some of them there, and
        // none in its URL.
        let rows = &table.rows;
        let is_in_url = || rows.iter().any(|row| self.is_in_url(row));
        let sends_body = self.spec.is_none() && rows.iter().any(|row| self.sends(row)) && !is_in_url();
        rows.iter().map(|row| self.part(table, row, sends_body)).collect()
    }

    /// The part of the call that a row belongs to, whatever its heading says. `sends_body` says that its table goes
    /// into the body.
    fn part(&self, table: &Table, row: &Row, sends_body: bool) -> Part {
        let is_in_spec = |part: Part| {
            let place = format!("{}.{}", part.name(), row.name);
            self.spec.is_some_and(|spec| spec.find(&place).is_some())
        };
        let mut parameters = parameter_names(&self.operation.endpoint).into_iter();
        let is_in_path = parameters.any(|name| name.eq_ignore_ascii_case(&row.name));
        let is_in_query = is_in_spec(Part::Query);
        let is_in_body = sends_body || self.sends(row) || is_in_spec(Part::Body);
        let has_no_body = matches!(self.operation.method.as_str(), "GET" | "DELETE" | "HEAD");
        match table.section {
            Section::Response => Part::Response,
            _ if row.parent.is_none() && is_in_path => Part::Path,
            Section::Path if is_in_query || self.is_in_url(row) => Part::Query,
            Section::Query if is_in_query => Part::Query,
            Section::Path | Section::Query | Section::Request if is_in_body => Part::Body,
            Section::Path => Part::Path,
            Section::Query => Part::Query,
            Section::Body if is_in_query && !is_in_body => Part::Query,
            Section::Request if is_in_query || has_no_body => Part::Query,
            Section::Body | Section::Request => Part::Body,
        }
    }

    /// Whether the sample of the request has the row in its body.
    fn sends(&self, row: &Row) -> bool {
        !self.sent.named(&row.name).is_empty()
    }

    /// Whether the sample of the request has the row in its query.
    fn is_in_url(&self, row: &Row) -> bool {
        let mut query = self.operation.request.iter().flat_map(|sample| &sample.query);
        query.any(|name| row.name.eq_ignore_ascii_case(name))
    }

    /// The place of a parameter: in the path its name is that of the spec, or else that of the endpoint.
    fn parameter(&self, part: Part, name: &str) -> String {
        let own = parameter_names(&self.operation.endpoint);
        let known = self.spec.map_or(own.clone(), |spec| parameter_names(&spec.path));
        let counts = part == Part::Path && own.len() == known.len();
        let mut names = own.iter().zip(known).filter(|_| counts);
        let known = names.find_map(|(own, known)| own.eq_ignore_ascii_case(name).then_some(known));
        format!("{}.{}", part.name(), known.unwrap_or(name))
    }
}

/// Places by their last names, in small letters.
#[derive(Default)]
struct Names(HashMap<String, Vec<String>>);

impl Names {
    fn of(places: impl Iterator<Item = String>) -> Self {
        let mut names = Self::default();
        for place in places {
            names.0.entry(last_name(&place)).or_default().push(place);
        }
        names
    }

    /// The places of this name: with its very letters, else in another case.
    fn named(&self, name: &str) -> Vec<&str> {
        let same = self.0.get(&last_name(name)).into_iter().flatten();
        let mut named: Vec<_> = same.map(String::as_str).filter(|place| is_named(place, name)).collect();
        if named.iter().any(|place| place.ends_with(name)) {
            named.retain(|place| place.ends_with(name));
        }
        named
    }
}

/// What stands behind the last dot, in small letters.
fn last_name(place: &str) -> String {
    place.rsplit('.').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
thread_local! {
    /// How many places were looked at.
    pub static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Whether the last name of a place is this one, ignoring the case of letters.
fn is_named(place: &str, name: &str) -> bool {
    #[cfg(test)]
    LOOKED_AT.set(LOOKED_AT.get() + 1);
    let start = place.len().checked_sub(name.len()).filter(|_| !name.is_empty());
    let parts = start.and_then(|start| place.split_at_checked(start));
    parts.is_some_and(|(around, end)| end.eq_ignore_ascii_case(name) && (around.is_empty() || around.ends_with('.')))
}

/// The places of a body that the sample shows and that the spec has, and the rows of all its tables.
struct Tree<'p> {
    root: &'static str,
    sample: Names,
    spec: Names,
    known: BTreeSet<String>,
    rows: Vec<&'p Row>,
    /// Those that have their place.
    placed: RefCell<Vec<(&'p Row, String)>>,
}

impl<'p> Tree<'p> {
    fn new(part: Part, sample: Option<&Sample>, spec: Option<&spec::Operation>, rows: Vec<&'p Row>) -> Self {
        let shape = sample.into_iter().flat_map(|sample| sample.shape.keys());
        let sample = shape.map(|place| in_part(part, place));
        let places = spec.into_iter().flat_map(|spec| spec.places.keys());
        let spec = places.filter(|place| Part::of(place) == Some(part)).cloned();
        Self {
            root: part.name(),
            known: sample.clone().chain(spec.clone()).collect(),
            sample: Names::of(sample),
            spec: Names::of(spec),
            rows,
            placed: RefCell::default(),
        }
    }

    fn around<'n>(&self, place: &'n str) -> &'n str {
        split(place, |around| self.known.contains(around)).map_or(place, |(around, _)| around)
    }

    /// The place in which the members of a list or an object stand.
    fn inside(&self, place: &str, row: Option<&Row>) -> String {
        let entries = format!("{place}[]");
        let kind = row.and_then(|row| row.kind.as_deref());
        match kind {
            _ if self.known.contains(&entries) => entries,
            _ if self.knows_inside(place) => place.to_owned(),
            Some("map") => format!("{place}.{{}}"),
            Some(kind) if kind.starts_with("array") => entries,
            _ => place.to_owned(),
        }
    }

    fn knows_inside(&self, place: &str) -> bool {
        self.known.iter().any(|known| is_below(known, place))
    }

    /// The place in which the members of the member of this name stand.
    fn inside_named(&self, name: &str, row: Option<&Row>) -> String {
        // Of several rows the last above.
        let placed = self.placed.borrow();
        let mut above = placed.iter().rev();
        if let Some((row, place)) = above.find(|(row, _)| row.name.eq_ignore_ascii_case(name)) {
            return self.inside(place, Some(row));
        }
        let mut known = self.sample.named(name).into_iter().chain(self.spec.named(name));
        let at_root = || format!("{}.{name}", self.inside(self.root, None));
        self.inside(&known.next().map_or_else(at_root, str::to_owned), row)
    }

    /// The places of the rows of one table.
    fn place(&self, table: &Table, rows: &[&'p Row]) -> Vec<String> {
        let candidates = rows
            .iter()
            .map(|row| (self.sample.named(&row.name), self.spec.named(&row.name)));
        let candidates: Vec<_> = candidates.collect();
        let titled = self.titled(table, rows);
        // Of what neither sample nor spec shows, the title alone tells.
        let is_new = |(sample, spec): &(Vec<_>, Vec<_>)| sample.is_empty() && spec.is_empty();
        let is_hidden =
            titled.as_ref().is_some_and(|titled| !self.knows_inside(titled)) && candidates.iter().any(is_new);
        let shown = self.home(&candidates).filter(|_| !is_hidden);
        let home = shown.or(titled);
        let home = home.unwrap_or_else(|| self.inside(self.root, None));
        let mut taken = BTreeSet::new();
        let rows = rows.iter().zip(candidates);
        let places = rows.map(|(row, candidates)| {
            let place = match &row.parent {
                Some(parent) => self.below(parent, row),
                None if is_hidden => format!("{home}.{}", row.name),
                None => self.place_row(table, row, candidates, &home, &taken),
            };
            taken.insert(place.clone());
            self.placed.borrow_mut().push((row, place.clone()));
            place
        });
        places.collect()
    }

    /// The place around most rows of a table; of several the first that the sample shows.
    fn home(&self, candidates: &[(Vec<&str>, Vec<&str>)]) -> Option<String> {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for (sample, spec) in candidates {
            // A row that may stand in several places tells less than one that cannot.
            let places = if sample.is_empty() { spec } else { sample };
            let weight = if places.len() == 1 { 4 } else { 1 };
            let around: BTreeSet<_> = places.iter().map(|place| self.around(place)).collect();
            for place in around {
                *votes.entry(place).or_default() += weight;
            }
        }
        let shown = candidates.iter().flat_map(|(sample, _)| sample);
        let shown: BTreeSet<_> = shown.map(|place| self.around(place)).collect();
        let most = votes
            .into_iter()
            .max_by_key(|(place, count)| (*count, Reverse((!shown.contains(place), *place))));
        most.map(|(place, _)| place.to_owned())
    }

    fn place_row<'n>(
        &self,
        table: &Table,
        row: &Row,
        (mut sample, mut spec): (Vec<&'n str>, Vec<&'n str>),
        home: &str,
        taken: &BTreeSet<String>,
    ) -> String {
        sample.retain(|place| !taken.contains(*place));
        spec.retain(|place| !taken.contains(*place));
        let at_home = |places: &[&'n str]| places.iter().copied().find(|place| self.around(place) == home);
        // A name that the sample has elsewhere alone stands there, unless the spec has it beside the rest of the table.
        let beside = at_home(&spec).filter(|_| table.title.is_some() || sample.is_empty());
        let topmost = || {
            sample
                .iter()
                .copied()
                .min_by_key(|place| place.matches(['.', '[']).count())
        };
        if let Some(place) = at_home(&sample).or_else(|| topmost().filter(|_| beside.is_none())) {
            return place.to_owned();
        }
        // The sample spells a name as the wire does; the spec must not hide how the page spells it.
        let known = beside.or(spec.first().copied().filter(|_| spec.len() == 1));
        let around = known.and_then(|place| place.get(..place.len().saturating_sub(row.name.len())));
        around.map_or_else(
            || format!("{home}.{}", row.name),
            |around| format!("{around}{}", row.name),
        )
    }

    /// The place below a member that the row names.
    fn below(&self, parent: &str, row: &Row) -> String {
        let mut rows = self.rows.iter().copied();
        let around = self.inside_named(parent, rows.find(|other| other.name.eq_ignore_ascii_case(parent)));
        // The sample spells a name as the wire does.
        let mut shown = self.sample.named(&row.name).into_iter();
        let shown = shown.find(|place| self.around(place) == around).map(str::to_owned);
        shown.unwrap_or_else(|| format!("{around}.{}", row.name))
    }

    /// The place inside the row that the title of a table names: `Plant rows` those of `rows`.
    fn titled(&self, table: &Table, own: &[&Row]) -> Option<String> {
        let title = stems(table.title.as_deref()?);
        // A type of an unknown name may be one of objects.
        let holds = |row: &&Row| {
            let types = row.kind.as_deref().map(|kind| documented_types(kind).0);
            types.is_none_or(|types| types.is_empty() || matches!(types, [JsonType::Array | JsonType::Object]))
        };
        let shared = |row: &&Row| stems(&row.name).intersection(&title).count();
        let best = |rows: &[&'p Row]| {
            let rows = rows.iter().copied().filter(holds);
            rows.max_by_key(shared).filter(|row| shared(row) > 0)
        };
        let above: Vec<_> = self.placed.borrow().iter().map(|(row, _)| *row).collect();
        let is_own = |row: &Row| own.iter().any(|own| std::ptr::eq(*own, row));
        let others: Vec<_> = self.rows.iter().copied().filter(|row| !is_own(row)).collect();
        let row = best(&above).or_else(|| best(&others))?;
        Some(self.inside_named(&row.name, Some(row)))
    }
}

/// The samples of an operation, and the part of the call that their bodies are.
pub fn samples(operation: &Operation) -> impl Iterator<Item = (Part, &Sample)> {
    let request = operation.request.iter().map(|sample| (Part::Body, sample));
    request.chain(operation.response.iter().map(|sample| (Part::Response, sample)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::spec::Member;

    /// The places of the rows of an operation with these tables and this sample of the response.
    fn places(tables: &Value, shape: &Value, spec: &[&str]) -> Vec<String> {
        let operation = json!({
            "method": "GET", "endpoint": "/beds/{id}", "line": 1, "tables": tables,
            "response": { "line": 9, "shape": shape },
        });
        let operation: Operation = serde_json::from_value(operation).unwrap_or_default();
        assert_eq!(operation.method, "GET", "the facts are well formed");
        let known = spec.iter().map(|place| ((*place).to_owned(), vec![Member::default()]));
        let known = spec::Operation {
            places: known.collect(),
            ..spec::Operation::default()
        };
        let placed = placed(&operation, Some(&known));
        placed.into_iter().map(|placed| placed.place).collect()
    }

    fn table(title: Option<&str>, names: &[&str]) -> Value {
        let rows: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
        json!({ "section": "response", "title": title, "line": 2, "rows": rows })
    }

    #[test]
    fn the_sample_gives_the_nesting() {
        let shape = json!({
            "": "object", "data": "array", "data[]": "object", "data[].id": "string", "data[].Name": "string",
            "data[].size": "integer", "meta": "object", "meta.size": "integer", "meta.page": "integer",
            "@a.b": "string",
        });
        let rows = table(None, &["@a.b", "id", "name", "size", "page", "size"]);
        assert_eq!(
            places(&json!([rows]), &shape, &[]),
            [
                "response.@a.b",
                "response.data[].id",
                "response.data[].Name",
                "response.data[].size",
                "response.meta.page",
                "response.meta.size",
            ]
        );
    }

    #[test]
    fn a_root_that_is_a_list() {
        let shape = json!({ "": "array", "[]": "object", "[].id": "string" });
        let rows = table(None, &["id", "other"]);
        assert_eq!(
            places(&json!([rows]), &shape, &[]),
            ["response[].id", "response[].other"]
        );
    }

    #[test]
    fn the_spec_helps_where_the_sample_is_silent() {
        let spec = [
            "response",
            "response.data",
            "response.data[]",
            "response.data[].bloom",
            "response.data[].bloom.mark",
        ];
        let rows = json!([table(None, &["data"]), table(Some("Blooms"), &["MARK", "new"])]);
        assert_eq!(
            places(&rows, &json!({}), &spec),
            [
                "response.data",
                "response.data[].bloom.MARK",
                "response.data[].bloom.new",
            ]
        );
    }

    #[test]
    fn a_title_names_the_row_that_holds_the_table() {
        let first = json!({ "section": "response", "line": 2, "rows": [
            { "name": "total", "type": "integer" }, { "name": "plantRows", "type": "array" },
        ] });
        let rows = json!([first, table(Some("Rows of the plant:"), &["price"])]);
        assert_eq!(
            places(&rows, &json!({}), &[]),
            ["response.total", "response.plantRows", "response.plantRows[].price",]
        );
    }

    #[test]
    fn a_title_names_a_row_wherever_that_stands() {
        let shape = json!({ "": "object", "data": "array", "data[]": "object", "data[].name": "string" });
        for (kind, inside) in [
            ("array of object", "rules[]"),
            ("object", "rules"),
            ("map", "rules.{}"),
            ("Rule", "rules"),
        ] {
            for title in ["Rule", "rules", "Rule Information"] {
                let row = |name: &str, kind: &str| json!({ "name": name, "type": kind });
                let table = |title: &str, rows: Value| json!({ "section": "response", "title": title, "line": 2, "rows": rows });
                let tables = json!([
                    table("Response", json!([row("data", "array of object")])),
                    table("Plan", json!([row("name", "string"), row("rules", kind)])),
                    table(title, json!([row("name", "string"), row("scopes", "array of object")])),
                    table("Scope", json!([row("bed", "string"), row("scopes", "array of object")])),
                ]);
                let rules = format!("response.data[].{inside}");
                assert_eq!(
                    places(&tables, &shape, &[]),
                    [
                        "response.data",
                        "response.data[].name",
                        "response.data[].rules",
                        &format!("{rules}.name"),
                        &format!("{rules}.scopes"),
                        &format!("{rules}.scopes[].bed"),
                        &format!("{rules}.scopes[].scopes"),
                    ]
                );
            }
        }
    }

    #[test]
    fn a_column_names_the_holder() {
        let shape = json!({ "": "object", "data": "array", "data[]": "object", "data[].id": "string", "id": "string" });
        let rows = json!({ "section": "response", "line": 2, "rows": [
            { "name": "id" }, { "name": "id", "parent": "data" }, { "name": "new", "parent": "other" },
        ] });
        assert_eq!(
            places(&json!([rows]), &shape, &[]),
            ["response.id", "response.data[].id", "response.other.new",]
        );
    }

    #[test]
    fn a_name_in_braces_is_in_the_path() {
        let rows = json!({ "section": "query", "line": 2, "rows": [{ "name": "ID" }, { "name": "size" }] });
        assert_eq!(
            places(&json!([rows]), &json!({}), &["path.id"]),
            ["path.ID", "query.size"]
        );
    }
}
