//! Which of a choice of objects a table or a row describes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::row_differences;
use crate::compare::codes::text_of;
use crate::facts::Page;
use crate::placement::{Placed, split, without_lists};
use crate::spec::{Member, Operation};
use crate::stems::stems;

/// The rows of an operation, and which of a choice of objects each of its tables describes.
pub struct Alternatives<'c> {
    known: &'c Operation,
    pages: &'c [Page],
    rows: &'c [Placed<'c>],
    /// By table and place, the component that holds the members; none if the table describes all of the choice.
    owners: BTreeMap<(usize, String), Option<&'c str>>,
}

impl<'c> Alternatives<'c> {
    /// For each table that describes one of a choice of objects, which: the one with the fewest differences and, of
    /// equals, the one that shares most words with the title. The title alone is not enough: pages put the names of
    /// all products into each of them.
    pub fn of(known: &'c Operation, pages: &'c [Page], rows: &'c [Placed<'c>]) -> Self {
        let mut groups: BTreeMap<(usize, String), Vec<&Placed>> = BTreeMap::new();
        for placed in rows {
            groups.entry(group(placed)).or_default().push(placed);
        }
        let owners = BTreeMap::new();
        let mut cases = Self {
            known,
            pages,
            rows,
            owners,
        };
        for (group, rows) in &groups {
            let below: Vec<_> = cases.directly_below(&group.1).collect();
            let members = below.iter().flat_map(|(_, members)| members.iter());
            let owners: BTreeSet<_> = members.filter_map(|member| member.owner.as_deref()).collect();
            if owners.len() < 2 {
                continue;
            }
            // A table that is alone speaks of all of them.
            let of_place = groups.keys().filter(|(_, place)| same_place(place, &group.1));
            let is_of_all = of_place.count() == 1 || is_common(rows, &below, &owners);
            let title = stems(rows.first().and_then(|placed| placed.title).unwrap_or_default());
            let best = owners.into_iter().min_by_key(|owner| {
                let shared = stems(owner).intersection(&title).count();
                (cases.distance(rows, &below, owner), usize::MAX - shared)
            });
            cases.owners.insert(group.clone(), best.filter(|_| !is_of_all));
        }
        cases
    }

    /// How far the rows of a table are from one of the objects of a choice.
    fn distance(&self, rows: &[&Placed], below: &[(&String, &Vec<Member>)], owner: &str) -> usize {
        let differences = rows.iter().map(|placed| {
            let Some((name, members)) = self.known.find(&placed.place) else {
                return 1;
            };
            // A member that the object has not counts more than one that it has in another way.
            of_owner(members, owner).map_or(4, |member| {
                row_differences::differences(placed, name, member, self.known, self.pages).len()
            })
        });
        let unlisted = below.iter().filter(|(place, members)| {
            of_owner(members, owner).is_some() && !rows.iter().any(|placed| same_place(&placed.place, place))
        });
        differences.sum::<usize>() + unlisted.count()
    }

    /// The member that a row describes: that of the object which its table describes, if the spec has several; what all
    /// of them take together, if the table describes all of them.
    pub fn choose<'m>(&self, placed: &Placed, members: &'m [Member]) -> Option<Cow<'m, Member>> {
        let owner = self.owners.get(&group(placed));
        if owner == Some(&None) {
            return Member::together(members).map(Cow::Owned);
        }
        let chosen = owner.and_then(|owner| of_owner(members, (*owner)?));
        chosen.or_else(|| members.first()).map(Cow::Borrowed)
    }

    fn directly_below<'s>(&self, above: &'s str) -> impl Iterator<Item = (&'c String, &'c Vec<Member>)> + use<'c, 's> {
        let places = self.known.places.iter();
        places.filter(move |(place, _)| !place.ends_with("[]") && same_place(around(place), above))
    }

    /// The members of a place whose object has a table of its own that does not list them, while others do.
    pub fn unlisted<'m>(&self, place: &str, members: &'m [Member]) -> Vec<&'m Member> {
        let rows = self.rows.iter().filter(|placed| same_place(&placed.place, place));
        let listed: Vec<_> = rows.map(|placed| self.owners.get(&group(placed))).collect();
        if members.len() < 2 || listed.is_empty() {
            return Vec::new();
        }
        let is_unlisted = |owner: &str| {
            let mut tables = self.owners.iter().filter(|((_, at), _)| same_place(at, around(place)));
            let mut listed = listed.iter().flatten();
            tables.any(|(_, known)| *known == Some(owner))
                && !listed.any(|known| known.is_none_or(|known| known == owner))
        };
        let members = members.iter();
        members
            .filter(|member| member.owner.as_deref().is_some_and(is_unlisted))
            .collect()
    }

    /// The values of the entry that a row names: the one other member of the object whose code is the name. One value
    /// may stand for a list of them.
    pub fn named_entry(&self, placed: &Placed) -> Option<Member> {
        let below: Vec<_> = self.directly_below(around(&placed.place)).collect();
        let names = |member: &&Member| only_code(member).as_ref() == Some(&placed.row.name);
        let mut holders = below
            .iter()
            .filter_map(|(place, members)| Some((place, members.iter().find(names)?)));
        let (name, owner) = holders.find_map(|(place, member)| Some((place, member.owner.as_deref()?)))?;
        let others = below.iter().filter(|(place, _)| place != name);
        let mut others = others.filter_map(|(place, members)| Some((place, of_owner(members, owner)?)));
        let (place, member) = others.next().filter(|_| others.next().is_none())?;
        let mut entries = self.known.places.get(&format!("{place}[]")).into_iter().flatten();
        let mut values = entries
            .find(|entry| entry.owner == member.owner)
            .unwrap_or(member)
            .clone();
        values.types.extend(&member.types);
        values.max_items = member.max_items;
        Some(values)
    }

    /// Entries of a list, known by their name, that no row names although rows name others of the list.
    pub fn unnamed_entries(&self) -> Vec<(String, &'c Member)> {
        let mut unnamed = Vec::new();
        for (place, members) in &self.known.places {
            let above = around(place);
            let rows = self
                .rows
                .iter()
                .filter(|placed| same_place(around(&placed.place), above));
            let listed: BTreeSet<_> = rows.map(|placed| placed.row.name.as_str()).collect();
            let named = members.iter().filter_map(|member| Some((only_code(member)?, member)));
            let (found, missing): (Vec<_>, Vec<_>) = named.partition(|(name, _)| listed.contains(name.as_str()));
            let missing = missing.into_iter().filter(|_| !found.is_empty());
            unnamed.extend(missing.map(|(name, member)| (format!("{above}.{name}"), member)));
        }
        unnamed
    }
}

/// Whether a table describes what all of a choice of objects have: each of them has every row, and more than that.
fn is_common(rows: &[&Placed], below: &[(&String, &Vec<Member>)], owners: &BTreeSet<&str>) -> bool {
    let is_row = |place: &str| rows.iter().any(|placed| same_place(&placed.place, place));
    let (listed, beyond): (Vec<_>, Vec<_>) = below.iter().partition(|(place, _)| is_row(place));
    let has_all = |owner: &&str| listed.iter().all(|(_, members)| of_owner(members, owner).is_some());
    let has_more = |owner: &&str| beyond.iter().any(|(_, members)| of_owner(members, owner).is_some());
    !listed.is_empty() && owners.iter().all(has_all) && owners.iter().all(has_more)
}

/// The rows that are held against one object: those of a table in one place.
fn group(placed: &Placed) -> (usize, String) {
    (placed.table, around(&placed.place).to_owned())
}

/// The member of the object of this name.
fn of_owner<'m>(members: &'m [Member], owner: &str) -> Option<&'m Member> {
    members.iter().find(|member| member.owner.as_deref() == Some(owner))
}

/// The code of a member that has no other.
fn only_code(member: &Member) -> Option<String> {
    match member.codes.as_slice() {
        [code] => Some(text_of(&code.code)),
        _ => None,
    }
}

/// The place around a place. Names with a dot are rare, and stand at the root of answers.
fn around(place: &str) -> &str {
    split(place, |place| !place.ends_with("@odata")).map_or("", |(around, _)| around)
}

/// Whether two names are of one place: a page may spell it with other capitals.
fn same_place(one: &str, other: &str) -> bool {
    without_lists(one).eq_ignore_ascii_case(&without_lists(other))
}
