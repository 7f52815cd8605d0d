//! Which row was which, and the facts of rows.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Changes, Unmatched};
use crate::endpoint::parameter_names;
use crate::facts::{Code, Operation, Required, Row, Section, Table};
use crate::finding::{Class, Kind};
use crate::placement::{Placed, placed};

/// A row where it stands, and the pair of tables to which it belongs.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    placed: &'a Placed<'a>,
    section: Section,
    tables: TablePair,
}

/// The number of a pair of tables, or the table itself if it has no partner.
type TablePair = Result<usize, *const Table>;

impl RowRef<'_> {
    fn row(&self) -> &Row {
        self.placed.row
    }

    /// Whether it stands in the request, and its name in small letters.
    fn key(&self) -> (bool, String) {
        (is_request(self.section), self.row().name.to_lowercase())
    }
}

/// The rows of an operation, matched.
pub struct Rows<'a> {
    tables: Vec<(&'a Table, &'a Table)>,
    /// Those of one table that are the same or have another name.
    found: Vec<(RowRef<'a>, RowRef<'a>)>,
    /// Those that stand in another table.
    moved: Vec<(RowRef<'a>, RowRef<'a>)>,
    left: Unmatched<RowRef<'a>>,
}

impl Rows<'_> {
    fn pairs(&self) -> impl Iterator<Item = &(RowRef<'_>, RowRef<'_>)> {
        self.moved.iter().chain(&self.found)
    }

    fn renamed(&self) -> impl Iterator<Item = &(RowRef<'_>, RowRef<'_>)> {
        let is_renamed = |(was, is): &&(RowRef<'_>, RowRef<'_>)| was.row().name != is.row().name;
        self.pairs().filter(is_renamed)
    }

    /// The names that are gone, each with whether it stood in the request.
    pub fn gone(&self) -> HashSet<(bool, String)> {
        let renamed = self.renamed().map(|(was, _)| was);
        self.left.was.iter().chain(renamed).map(RowRef::key).collect()
    }

    /// The names that are new.
    pub fn added(&self) -> HashSet<(bool, String)> {
        let renamed = self.renamed().map(|(_, is)| is);
        self.left.is.iter().chain(renamed).map(RowRef::key).collect()
    }

    /// The names that have another type.
    pub fn retyped(&self) -> HashSet<(bool, String)> {
        let retyped = self.pairs().filter(|(was, is)| was.row().kind != is.row().kind);
        retyped.map(|(was, _)| was.key()).collect()
    }
}

/// The rows of one state of an operation, without the help of a spec: it may know only one of the two states.
pub fn placed_rows(operation: &Operation) -> Vec<Placed<'_>> {
    placed(operation, None)
}

/// Matches the rows of two states of an operation, from the tables inwards.
pub fn matched<'a>(
    (was, placed_was): (&'a Operation, &'a [Placed<'a>]),
    (is, placed_is): (&'a Operation, &'a [Placed<'a>]),
) -> Rows<'a> {
    let mut left = Unmatched::new(&was.tables, &is.tables);
    let mut tables = left.match_similar(|table| (table.section, table.title.as_deref()));
    tables.extend(retitled(&mut left));
    let numbers: HashMap<*const Table, usize> = (0..)
        .zip(&tables)
        .flat_map(|(number, (was, is))| [(&raw const **was, number), (&raw const **is, number)])
        .collect();
    let reference = |operation: &'a Operation, placed: &'a Placed<'a>| {
        let table = &operation.tables[placed.table];
        let own: *const Table = table;
        let tables = numbers.get(&own).copied().ok_or(own);
        RowRef {
            placed,
            section: table.section,
            tables,
        }
    };
    let mut left = Unmatched::new(
        placed_was.iter().map(|placed| reference(was, placed)),
        placed_is.iter().map(|placed| reference(is, placed)),
    );
    let mut found = left.match_similar(|at| (at.tables, at.placed.row.parent.as_deref(), at.placed.row.name.as_str()));
    found.extend(left.match_similar(|at| (at.tables, at.placed.row.name.as_str())));
    let positions = positions(was.tables.iter().chain(&is.tables), &found);
    let moved = left.match_similar(|at| (is_request(at.section), at.placed.row.name.as_str()));
    // But for capitals and signs the same name, the same position, or, if only one is left, the same facts.
    found.extend(left.match_similar(|at| {
        let letters = at.placed.row.name.chars().filter(|letter| letter.is_alphanumeric());
        (at.tables, letters.flat_map(char::to_lowercase).collect::<String>())
    }));
    found.extend(left.match_similar(|at| (at.tables, positions.get(&(&raw const *at.placed.row)).copied())));
    found.extend(left.match_last(|at| at.tables, |was, is| same_facts(was.placed.row, is.placed.row)));
    Rows {
        tables,
        found,
        moved,
        left,
    }
}

/// Matches the tables that have another title: those of one section that share most of their names.
fn retitled<'a>(left: &mut Unmatched<&'a Table>) -> Vec<(&'a Table, &'a Table)> {
    let mut found = Vec::new();
    left.was.retain(|old| {
        let names: HashSet<_> = old.rows.iter().map(|row| &row.name).collect();
        let shared = |new: &Table| new.rows.iter().filter(|row| names.contains(&row.name)).count();
        let is_similar =
            |new: &Table| new.section == old.section && shared(new) * 2 > new.rows.len().max(old.rows.len());
        let similar = left.is.iter().enumerate().filter(|(_, new)| is_similar(new));
        let best = similar.max_by_key(|(_, new)| shared(new)).map(|(index, _)| index);
        found.extend(best.map(|index| (*old, left.is.remove(index))));
        best.is_none()
    });
    found
}

/// The position of each row without a partner: behind which row that stands in both tables, and how far.
fn positions<'a>(
    tables: impl Iterator<Item = &'a Table>,
    found: &[(RowRef<'_>, RowRef<'_>)],
) -> HashMap<*const Row, (Option<usize>, usize)> {
    let numbered = (0..).zip(found);
    let anchors: HashMap<*const Row, usize> = numbered
        .flat_map(|(number, (was, is))| [was, is].map(|at| (&raw const *at.placed.row, number)))
        .collect();
    let mut positions = HashMap::new();
    for table in tables {
        let (mut anchor, mut distance) = (None, 0);
        for row in &table.rows {
            let row: *const Row = row;
            if let Some(number) = anchors.get(&row) {
                (anchor, distance) = (Some(*number), 0);
            } else {
                positions.insert(row, (anchor, distance));
                distance += 1;
            }
        }
    }
    positions
}

/// Compares the tables of an operation.
pub fn compare(rows: &Rows<'_>, (was, is): (&Operation, &Operation), changes: &mut Changes<'_>) {
    for (old, new) in &rows.tables {
        let text = |table: &Table| table.title.clone().unwrap_or_default();
        if text(old) != text(new) {
            let sides = (text(old), text(new));
            changes.add(
                Kind::PageWording,
                Class::Documentation,
                part(old.section),
                sides,
                new.line,
            );
        }
    }
    for (old, new) in &rows.moved {
        let text = |at: &RowRef<'_>| match at.placed.title {
            Some(title) => format!("{}: {title}", part(at.section)),
            None => part(at.section).to_owned(),
        };
        // A table that does not say where in the request its rows go contradicts none that does.
        let sections = [old.section, new.section];
        let vague = sections[0] != sections[1] && sections.contains(&Section::Request);
        let class = if vague { Class::Documentation } else { Class::Breaking };
        changes.add(
            Kind::Placement,
            class,
            &old.placed.place,
            (text(old), text(new)),
            new.placed.line,
        );
    }
    let names = |operation: &Operation| -> Vec<String> {
        let names = parameter_names(&operation.endpoint).into_iter();
        names.map(str::to_lowercase).collect()
    };
    let renamed: Vec<_> = names(was).into_iter().zip(names(is)).collect();
    for (old, new) in rows.found.iter().chain(&rows.moved) {
        compare_row(*old, *new, &renamed, changes);
    }
    for old in &rows.left.was {
        // The line where the row stood is that of its table now, if there is one.
        let mut tables = is.tables.iter();
        let table = tables.find(|table| table.section == old.section && table.title.as_deref() == old.placed.title);
        let line = table.map_or(is.line, |table| table.line);
        changes.add(
            Kind::MemberRemoved,
            Class::Breaking,
            &old.placed.place,
            (text(old.row()), ""),
            line,
        );
    }
    for new in &rows.left.is {
        // A new row concerns callers if they must send it.
        let must = is_request(new.section) && new.row().required == Some(Required::Yes);
        let class = if must { Class::Breaking } else { Class::Additive };
        changes.add(
            Kind::MemberAdded,
            class,
            &new.placed.place,
            ("", text(new.row())),
            new.placed.line,
        );
    }
}

/// Compares two states of one row; `renamed` are the parameters of the path that the endpoint calls something else now.
fn compare_row(was: RowRef<'_>, is: RowRef<'_>, renamed: &[(String, String)], changes: &mut Changes<'_>) {
    use Class::{Additive, Breaking, Documentation};
    let request = is_request(was.section);
    let (old, new, at) = (was.placed.row, is.placed.row, &was.placed.place);
    let either = |condition, class, other| if condition { class } else { other };
    // What a path parameter is called does not reach the wire, and the endpoint may have reported it already.
    let is_path = was.section == Section::Path;
    let names = (old.name.to_lowercase(), new.name.to_lowercase());
    if old.name != new.name && !(is_path && renamed.contains(&names)) {
        let class = either(is_path, Documentation, Breaking);
        changes.add(Kind::MemberRenamed, class, at, (&old.name, &new.name), is.placed.line);
    }
    let mut add = |kind, class, sides: (String, String)| {
        if sides.0 != sides.1 {
            changes.add(kind, class, at, sides, is.placed.line);
        }
    };
    let shown = |text: &Option<String>| text.clone().unwrap_or_default();
    let parent = |row: &Row| {
        row.parent
            .as_ref()
            .map_or_else(String::new, |parent| format!("in {parent}"))
    };
    let both = old.parent.is_some() && new.parent.is_some();
    add(
        Kind::Placement,
        either(both, Breaking, Documentation),
        (parent(old), parent(new)),
    );
    let class = type_class(old.kind.as_deref(), new.kind.as_deref());
    add(Kind::Type, class, (shown(&old.kind), shown(&new.kind)));
    let required = |row: &Row| row.required.map_or("", required_text).to_owned();
    add(
        Kind::Required,
        required_class(old.required, new.required, request),
        (required(old), required(new)),
    );
    let default = |row: &Row| row.default.as_ref().map_or_else(String::new, value_text);
    // A caller who sends nothing gets another value.
    let breaks = request && old.default.is_some() && new.default.is_some();
    add(
        Kind::Default,
        either(breaks, Breaking, Documentation),
        (default(old), default(new)),
    );
    for ((name, is_most, was), (_, _, is)) in limits(old).into_iter().zip(limits(new)) {
        let tighter = match (was, is) {
            (Some(was), Some(is)) => (is < was) == is_most,
            _ => is.is_some(),
        };
        let class = either(!request, Documentation, either(tighter, Breaking, Additive));
        add(Kind::Limit, class, (limit_text(name, was), limit_text(name, is)));
    }
    // The sender must keep to a format, the receiver relies on it.
    let looser = if request { &new.format } else { &old.format }.is_none();
    add(
        Kind::Format,
        either(looser, Additive, Breaking),
        (shown(&old.format), shown(&new.format)),
    );
    add(
        Kind::CodesPage,
        Documentation,
        (shown(&old.codes_page), shown(&new.codes_page)),
    );
    // A list that has moved as a whole between the row and another page is reported by the link.
    let moved = |here: &Row, there: &Row| {
        here.codes_page.is_none() && there.codes_page.is_some() && there.codes.is_empty() && !here.codes.is_empty()
    };
    if !moved(old, new) && !moved(new, old) {
        compare_codes(&old.codes, &new.codes, at, is.placed.line, changes);
    }
}

/// Compares two lists of codes by their values.
pub fn compare_codes(was: &[Code], is: &[Code], at: &str, line: usize, changes: &mut Changes<'_>) {
    let mut left = Unmatched::new(was, is);
    // The same code twice in a list is the vendor's slip; those with the same label belong together.
    left.match_similar(|code| (wire(code), code.label.as_ref()));
    for (was, is) in left.match_similar(wire) {
        changes.add(
            Kind::CodeLabel,
            Class::Documentation,
            at,
            (code_text(was), code_text(is)),
            line,
        );
    }
    for code in left.was {
        changes.add(Kind::CodeRemoved, Class::Breaking, at, (code_text(code), ""), line);
    }
    for code in left.is {
        changes.add(Kind::CodeAdded, Class::Additive, at, ("", code_text(code)), line);
    }
}

/// Whether a section is of the request.
fn is_request(section: Section) -> bool {
    section != Section::Response
}

/// The word for a section.
fn part(section: Section) -> &'static str {
    match section {
        Section::Path => "path",
        Section::Query => "query",
        Section::Body => "body",
        Section::Request => "request",
        Section::Response => "response",
    }
}

/// Whether two rows say the same but for their names.
fn same_facts(was: &Row, is: &Row) -> bool {
    let nameless = |row: &Row| Row {
        name: String::new(),
        line: None,
        ..row.clone()
    };
    nameless(was) == nameless(is)
}

/// A row in one line: `integer, required, default 20, maximum 100`.
fn text(row: &Row) -> String {
    let codes: Vec<_> = row.codes.iter().map(|code| value_text(&code.code)).collect();
    let mut parts: Vec<_> = row.kind.iter().cloned().collect();
    parts.extend(row.required.map(|required| required_text(required).to_owned()));
    parts.extend(
        row.default
            .iter()
            .map(|default| format!("default {}", value_text(default))),
    );
    parts.extend(limits(row).map(|(name, _, value)| limit_text(name, value)));
    parts.extend(row.format.iter().map(|format| format!("format {format}")));
    parts.extend((!codes.is_empty()).then(|| format!("codes {}", codes.join(" "))));
    parts.extend(row.codes_page.iter().map(|page| format!("codes of {page}")));
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        format!("`{}`", row.name)
    } else {
        parts.join(", ")
    }
}

/// A code in one line: `7 (Running)`.
pub fn code_text(code: &Code) -> String {
    let value = value_text(&code.code);
    code.label
        .as_ref()
        .map_or_else(|| value.clone(), |label| format!("{value} ({label})"))
}

/// A value; a text without its quotes, unless it would look like a number or another word of JSON.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

fn required_text(required: Required) -> &'static str {
    match required {
        Required::Yes => "required",
        Required::No => "optional",
        Required::Sometimes => "required in some cases",
    }
}

/// The limits of a row: the name, whether it bounds from above, the value.
fn limits(row: &Row) -> [(&'static str, bool, Option<i128>); 4] {
    [
        ("minimum", false, row.minimum.map(i128::from)),
        ("maximum", true, row.maximum.map(i128::from)),
        ("maxLength", true, row.max_length.map(i128::from)),
        ("maxItems", true, row.max_items.map(i128::from)),
    ]
}

fn limit_text(name: &str, value: Option<i128>) -> String {
    value.map_or_else(String::new, |value| format!("{name} {value}"))
}

/// A type that the page only begins or ceases to give, or gives in more or less detail, changes nothing on the wire.
fn type_class(was: Option<&str>, is: Option<&str>) -> Class {
    let details = |more: &str, less: &str| more.strip_prefix(less).is_some_and(|rest| rest.starts_with(" of "));
    match (was, is) {
        (Some(was), Some(is)) if !details(was, is) && !details(is, was) => Class::Breaking,
        _ => Class::Documentation,
    }
}

fn required_class(was: Option<Required>, is: Option<Required>, request: bool) -> Class {
    let strictness = |required| match required {
        None | Some(Required::No) => 0,
        Some(Required::Sometimes) => 1,
        Some(Required::Yes) => 2,
    };
    match strictness(is) - strictness(was) {
        _ if !request => Class::Documentation,
        0 => Class::Documentation,
        1.. => Class::Breaking,
        _ => Class::Additive,
    }
}

/// A code without what the type of its row makes of it: `True` is a text in one and a truth value in another.
fn wire(code: &Code) -> String {
    let text = value_text(&code.code).to_lowercase();
    if matches!(text.as_str(), "true" | "false") {
        text
    } else {
        code.code.to_string()
    }
}
