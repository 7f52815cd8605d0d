//! Which table and which row was which.

use std::collections::{HashMap, HashSet};

use super::place::Places;
use super::rows::{self, is_request};
use super::{Changes, pairs};
use crate::facts::{Operation, Row, Section, Table};
use crate::finding::{Class, Kind};
use crate::paths::parameter_names;

/// A row where it stands.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    pub table: &'a Table,
    pub index: usize,
    pub row: &'a Row,
}

impl Spot<'_> {
    /// The line of the row.
    pub fn line(&self) -> usize {
        self.table.line_of(self.index)
    }
}

/// Names that are told of already, in small letters; those of rows each with whether it stands in the request.
#[derive(Default)]
pub struct Told {
    /// The parameters of the path that the endpoint calls something else now.
    pub renamed: HashSet<(String, String)>,
    pub gone: HashSet<(bool, String)>,
    pub new: HashSet<(bool, String)>,
    pub changed: HashSet<(bool, String)>,
}

/// A table as it was and as it is, with the rows that have no partner yet.
struct TablePair<'a> {
    was: &'a Table,
    is: &'a Table,
    gone: Vec<Spot<'a>>,
    new: Vec<Spot<'a>>,
    /// The index that a row has now, by the index that it had.
    same: HashMap<usize, usize>,
}

/// Compares the tables of an operation.
pub fn compare(was: &Operation, is: &Operation, changes: &mut Changes<'_>) -> Told {
    let names = |operation: &Operation| {
        parameter_names(&operation.endpoint)
            .into_iter()
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    let mut told = Told {
        renamed: names(was).into_iter().zip(names(is)).collect(),
        ..Told::default()
    };
    let (places, new_places) = (Places::of(was), Places::of(is));
    let mut pairs = Vec::new();
    let (mut old, mut new): (Vec<_>, Vec<_>) = (was.tables.iter().collect(), is.tables.iter().collect());
    for (was, is) in pairs::by_key(&mut old, &mut new, |table| (table.section, table.title.as_deref())) {
        pairs.push(TablePair::new(was, is));
    }
    for (was, is) in retitled(&mut old, &mut new) {
        let text = |table: &Table| table.title.clone().unwrap_or_default();
        changes.add(
            Kind::PageWording,
            Class::Documentation,
            part(was.section),
            &text(was),
            &text(is),
            is.line,
        );
        pairs.push(TablePair::new(was, is));
    }
    let mut found: Vec<_> = pairs.iter_mut().flat_map(TablePair::same).collect();
    // What is left in any table may have moved to another one.
    let mut gone: Vec<_> = old.iter().flat_map(|table| spots(table)).collect();
    let mut added: Vec<_> = new.iter().flat_map(|table| spots(table)).collect();
    for pair in &mut pairs {
        gone.append(&mut pair.gone);
        added.append(&mut pair.new);
    }
    let name = |spot: Spot<'_>| (is_request(spot.table.section), spot.row.name.clone());
    let moved = pairs::by_key(&mut gone, &mut added, name);
    for pair in &mut pairs {
        pair.gone = take(&mut gone, pair.was);
        pair.new = take(&mut added, pair.is);
        found.extend(pair.renamed());
        gone.append(&mut pair.gone);
        added.append(&mut pair.new);
    }
    for (old, new) in moved {
        rows::compare_tables(&places, old, new, changes);
        found.push((old, new));
    }
    for (old, new) in found {
        rows::compare(&places, old, new, &mut told, changes);
    }
    for spot in gone {
        // The line where the row stood is that of its table now, if there is one.
        let table = is
            .tables
            .iter()
            .find(|table| table.section == spot.table.section && table.title == spot.table.title);
        let line = table.map_or(is.line, |table| table.line);
        let at = places.place(spot.row);
        told.gone.insert(key(spot));
        changes.add(
            Kind::MemberRemoved,
            Class::Breaking,
            at,
            &rows::text(spot.row),
            "",
            line,
        );
    }
    for spot in added {
        let at = new_places.place(spot.row);
        told.new.insert(key(spot));
        let class = rows::class_of_new(spot);
        changes.add(Kind::MemberAdded, class, at, "", &rows::text(spot.row), spot.line());
    }
    told
}

/// A row's name as [`Told`] keeps it.
pub fn key(spot: Spot<'_>) -> (bool, String) {
    (is_request(spot.table.section), spot.row.name.to_lowercase())
}

/// The word for a section.
pub fn part(section: Section) -> &'static str {
    match section {
        Section::Path => "path",
        Section::Query => "query",
        Section::Body => "body",
        Section::Request => "request",
        Section::Response => "response",
    }
}

/// The rows of a table where they stand.
fn spots(table: &Table) -> Vec<Spot<'_>> {
    let rows = table.rows.iter().enumerate();
    rows.map(|(index, row)| Spot { table, index, row }).collect()
}

/// Takes the rows of one table out of a list.
fn take<'a>(spots: &mut Vec<Spot<'a>>, table: &Table) -> Vec<Spot<'a>> {
    spots.extract_if(.., |spot| std::ptr::eq(spot.table, table)).collect()
}

/// Pairs the tables that have another title: those of one section that share most of their names.
fn retitled<'a>(was: &mut Vec<&'a Table>, is: &mut Vec<&'a Table>) -> Vec<(&'a Table, &'a Table)> {
    let mut found = Vec::new();
    was.retain(|old| {
        let names: HashSet<_> = old.rows.iter().map(|row| &row.name).collect();
        let shared = |new: &Table| new.rows.iter().filter(|row| names.contains(&row.name)).count();
        let alike = |new: &&Table| new.section == old.section && shared(new) * 2 > new.rows.len().max(old.rows.len());
        let best = is
            .iter()
            .enumerate()
            .filter(|(_, new)| alike(new))
            .max_by_key(|(_, new)| shared(new));
        match best.map(|(index, _)| index) {
            Some(index) => {
                found.push((*old, is.remove(index)));
                false
            }
            None => true,
        }
    });
    found
}

impl<'a> TablePair<'a> {
    fn new(was: &'a Table, is: &'a Table) -> Self {
        Self {
            was,
            is,
            gone: spots(was),
            new: spots(is),
            same: HashMap::new(),
        }
    }

    /// Pairs the rows of the same name, first those that have the same holder too.
    fn same(&mut self) -> Vec<(Spot<'a>, Spot<'a>)> {
        let name = |spot: Spot<'a>| (spot.row.parent.as_deref(), spot.row.name.as_str());
        let mut found = pairs::by_key(&mut self.gone, &mut self.new, name);
        found.extend(pairs::by_key(&mut self.gone, &mut self.new, |spot| {
            spot.row.name.as_str()
        }));
        self.same = found.iter().map(|(was, is)| (was.index, is.index)).collect();
        found
    }

    /// Pairs the rows that have another name: but for capitals and signs the same one, the same position, or, if only
    /// one is left on each side, the same facts.
    fn renamed(&mut self) -> Vec<(Spot<'a>, Spot<'a>)> {
        let letters = |spot: Spot<'a>| {
            let letters = spot.row.name.chars().filter(|letter| letter.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect::<String>()
        };
        let mut found = pairs::by_key(&mut self.gone, &mut self.new, letters);
        let before = self.positions();
        let position = |spot: Spot<'a>| before.get(&(std::ptr::eq(spot.table, self.was), spot.index)).copied();
        found.extend(pairs::by_key(&mut self.gone, &mut self.new, position));
        if let ([gone], [new]) = (self.gone.as_slice(), self.new.as_slice())
            && rows::same_facts(gone.row, new.row)
        {
            found.extend(pairs::lone(&mut self.gone, &mut self.new));
        }
        found
    }

    /// The position of each row without a partner: behind which row that stands in both tables, and how far.
    fn positions(&self) -> HashMap<(bool, usize), (Option<usize>, usize)> {
        let now: HashSet<_> = self.same.values().copied().collect();
        let mut positions = HashMap::new();
        for is_old in [true, false] {
            let table = if is_old { self.was } else { self.is };
            let (mut anchor, mut distance) = (None, 0);
            for index in 0..table.rows.len() {
                let partner = if is_old {
                    self.same.get(&index).copied()
                } else {
                    now.get(&index).copied()
                };
                match partner {
                    Some(partner) => (anchor, distance) = (Some(partner), 0),
                    None => {
                        positions.insert((is_old, index), (anchor, distance));
                        distance += 1;
                    }
                }
            }
        }
        positions
    }
}
