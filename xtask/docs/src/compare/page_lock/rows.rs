//! Which row was which, and the facts of rows.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::matching::Unmatched;
use crate::compare::codes::codes_of;
use crate::compare::collector::Collector;
use crate::compare::match_operations::Described;
use crate::endpoint::parameter_names;
use crate::facts::{Code, Operation, Required, Row, Table};
use crate::finding::Kind;
use crate::placement::{Part, Placed, placed};

/// A row, and what it is known by.
#[derive(Clone, Copy)]
struct RowRef<'a> {
    placed: &'a Placed<'a>,
    /// The number of its pair of tables; of its own if the table has no partner.
    tables: usize,
    /// Behind which row that stands in both tables, and how far.
    position: (Option<&'a str>, usize),
}

impl<'a> RowRef<'a> {
    fn name(&self) -> &'a str {
        &self.placed.row.name
    }

    /// The part of the call under whose heading it stands.
    fn section(&self) -> &'static str {
        self.placed.listed.map_or("request", Part::name)
    }
}

type Numbered<'a> = (usize, &'a Table);

/// The tables of two states of an operation in pairs, each with its number.
fn matched<'a>(was: &'a Operation, is: &'a Operation) -> Vec<(Numbered<'a>, Numbered<'a>)> {
    let mut left = Unmatched::new(was.tables.iter().enumerate(), is.tables.iter().enumerate());
    let mut found = left.match_similar(|(_, table)| (table.section, table.title.as_deref()));
    // Those that have another title: of one section, and with most of their names in common.
    for (number, old) in left.was {
        let names: HashSet<_> = old.rows.iter().map(|row| &row.name).collect();
        let shared = |new: &Table| new.rows.iter().filter(|row| names.contains(&row.name)).count();
        let is_similar =
            |new: &Table| new.section == old.section && shared(new) * 2 > new.rows.len().max(old.rows.len());
        let similar = left.is.iter().enumerate().filter(|(_, (_, new))| is_similar(new));
        let best = similar.max_by_key(|(_, (_, new))| shared(new)).map(|(index, _)| index);
        found.extend(best.map(|index| ((number, old), left.is.remove(index))));
    }
    found
}

/// The rows of one side; `pairs` are the numbers of the pairs of its tables, `others` what the other side has.
fn rows<'a>(placed: &'a [Placed<'a>], pairs: &[usize], others: &HashSet<(usize, &str)>) -> Vec<RowRef<'a>> {
    let mut rows: Vec<RowRef> = Vec::new();
    for placed in placed {
        let (tables, name) = (pairs[placed.table], placed.row.name.as_str());
        let before = rows.last().filter(|last| last.placed.table == placed.table);
        let (behind, far) = before.map_or((None, 0), |before| before.position);
        let is_in_both = others.contains(&(tables, name));
        let position = if is_in_both { (Some(name), 0) } else { (behind, far + 1) };
        rows.push(RowRef {
            placed,
            tables,
            position,
        });
    }
    rows
}

/// Compares the tables of two states of an operation, row by row; `moves` are the pages by their former names.
pub fn compare((was, is): (Described, Described), moves: &HashMap<&str, &str>, report: &mut Collector) {
    let spec = is.spec.or(was.spec);
    let (was, is) = (was.documented, is.documented);
    // A pair of tables has the number of the former one; a new table has one of its own.
    let mut pairs = [
        Vec::from_iter(0..was.tables.len()),
        (was.tables.len()..).take(is.tables.len()).collect(),
    ];
    for ((number, old), (new_number, new)) in matched(was, is) {
        pairs[1][new_number] = number;
        let title = |table: &Table| table.title.clone().unwrap_or_default();
        let part = old.section.part().map_or("request", Part::name);
        report.compare(Kind::PageWording, part, (title(old), title(new)), new.line);
    }
    let placed = [placed(was, spec), placed(is, spec)];
    let names = [0, 1].map(|side: usize| -> HashSet<_> {
        placed[side]
            .iter()
            .map(|placed| (pairs[side][placed.table], placed.row.name.as_str()))
            .collect()
    });
    let mut left = Unmatched::new(
        rows(&placed[0], &pairs[0], &names[1]),
        rows(&placed[1], &pairs[1], &names[0]),
    );
    let mut found = left.match_similar(|at| (at.tables, at.placed.row.parent.as_deref(), at.name()));
    found.extend(left.match_similar(|at| (at.tables, at.name())));
    let moved = left.match_similar(|at| (at.section() == "response", at.name()));
    // But for capitals and signs the same name, the same position, or, if only one is left, the same facts.
    found.extend(left.match_similar(|at| {
        let letters = at.name().chars().filter(|letter| letter.is_alphanumeric());
        (at.tables, letters.flat_map(char::to_lowercase).collect::<String>())
    }));
    found.extend(left.match_similar(|at| (at.tables, at.position)));
    let said = |at: &RowRef<'_>| (facts(at.placed.row), at.placed.row.codes.clone());
    found.extend(left.match_last(|at| at.tables, |was, is| said(&was) == said(&is)));

    for (old, new) in &moved {
        let text = |at: &RowRef| match at.placed.title {
            Some(title) => format!("{}: {title}", at.section()),
            None => at.section().to_owned(),
        };
        let sides = (text(old), text(new));
        report.add(Kind::Placement, &old.placed.place, sides, new.placed.line);
    }
    // The parameters of the path that the endpoint calls something else now: it has been reported with the endpoint.
    let is_in_endpoint = |operation: &Operation, at: &RowRef| {
        let mut names = parameter_names(&operation.endpoint).into_iter();
        names.any(|name| name.eq_ignore_ascii_case(at.name()))
    };
    for (old, new) in found.iter().chain(&moved) {
        let sides = (old.name(), new.name());
        let is_reported =
            || old.placed.part() == Some(Part::Path) && is_in_endpoint(was, old) && is_in_endpoint(is, new);
        if sides.0 != sides.1 && !is_reported() {
            report.add(Kind::MemberRenamed, &old.placed.place, sides, new.placed.line);
        }
        compare_row(old.placed, new.placed, moves, report);
    }
    for old in &left.was {
        // The line where the row stood is that of its table now, if there is one.
        let table = pairs[1].iter().position(|pair| *pair == old.tables);
        let line = table.map_or(is.line, |table| is.tables[table].line);
        report.add(
            Kind::MemberRemoved,
            &old.placed.place,
            (row_text(old.placed.row, ""), ""),
            line,
        );
    }
    for new in left.is.iter().map(|new| new.placed) {
        report.add(Kind::MemberAdded, &new.place, ("", row_text(new.row, "")), new.line);
    }
}

/// Compares two states of one row.
fn compare_row(was: &Placed, is: &Placed, moves: &HashMap<&str, &str>, report: &mut Collector) {
    let (old, new, at) = (was.row, is.row, was.place.as_str());
    for ((kind, was), (_, now)) in facts(old).into_iter().zip(facts(new)).filter(|(was, is)| was != is) {
        // A page that has moved is reported as that.
        if kind != Kind::CodesPage || moves.get(was.as_str()) != Some(&now.as_str()) {
            report.add(kind, at, (was, now), is.line);
        }
    }
    // A list that has moved as a whole between the row and another page is reported by the link.
    let lists = [old, new].map(|row| (!row.codes.is_empty(), row.codes_page.is_some()));
    if !(lists.contains(&(true, false)) && lists.contains(&(false, true))) {
        compare_codes(&old.codes, &new.codes, at, is.line, report);
    }
}

/// Compares two lists of codes by their values.
pub fn compare_codes(was: &[Code], is: &[Code], at: &str, line: usize, report: &mut Collector) {
    let mut left = Unmatched::new(was, is);
    // The same code twice in a list is the vendor's slip; those with the same label belong together.
    left.match_similar(|code| (wire(code), code.label.as_ref()));
    for (was, is) in left.match_similar(wire) {
        report.add(Kind::CodeLabel, at, (code_text(was), code_text(is)), line);
    }
    for code in left.was {
        report.add(Kind::CodeRemoved, at, (code_text(code), ""), line);
    }
    for code in left.is {
        report.add(Kind::CodeAdded, at, ("", code_text(code)), line);
    }
}

/// The facts of a row that stand for themselves, in the order of reports; empty where the row says nothing.
fn facts(row: &Row) -> [(Kind, String); 10] {
    fn shown(before: &str, value: Option<impl ToString>) -> String {
        value.map_or_else(String::new, |value| format!("{before}{}", value.to_string()))
    }
    [
        (Kind::Placement, shown("in ", row.parent.as_ref())),
        (Kind::Type, shown("", row.kind.as_ref())),
        (Kind::Required, shown("", row.required.map(required_text))),
        (Kind::Default, shown("", row.default.as_ref().map(value_text))),
        (Kind::Limit, shown("minimum ", row.minimum)),
        (Kind::Limit, shown("maximum ", row.maximum)),
        (Kind::Limit, shown("maxLength ", row.max_length)),
        (Kind::Limit, shown("maxItems ", row.max_items)),
        (Kind::Format, shown("", row.format.as_ref())),
        (Kind::CodesPage, shown("", row.codes_page.as_ref())),
    ]
}

/// A row in one line: `integer, required, default 20, maximum 100`; `kind` stands for a type that it does not name.
pub fn row_text(row: &Row, kind: &str) -> String {
    let facts = facts(row).into_iter().filter(|(kind, _)| *kind != Kind::Placement);
    let texts = facts.map(|(fact, text)| match fact {
        Kind::Type if text.is_empty() => kind.to_owned(),
        Kind::Default | Kind::Format if !text.is_empty() => format!("{fact} {text}"),
        Kind::CodesPage if !text.is_empty() => format!("codes of {text}"),
        _ => text,
    });
    let codes = (!row.codes.is_empty()).then(|| format!("codes {}", codes_of(&row.codes)));
    let texts: Vec<_> = texts.chain(codes).filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        format!("`{}`", row.name)
    } else {
        texts.join(", ")
    }
}

/// A code in one line: `7 (Running)`.
pub fn code_text(code: &Code) -> String {
    let value = value_text(&code.code);
    match &code.label {
        Some(label) => format!("{value} ({label})"),
        None => value,
    }
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

/// A code without what the type of its row makes of it: `True` is a text in one and a truth value in another.
fn wire(code: &Code) -> String {
    let text = value_text(&code.code).to_lowercase();
    if matches!(text.as_str(), "true" | "false") {
        text
    } else {
        code.code.to_string()
    }
}
