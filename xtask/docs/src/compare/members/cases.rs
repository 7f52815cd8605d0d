//! Which of a choice of objects a table or a row describes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Documented, around, same_place};
use crate::compare::{Report, text_of};
use crate::finding::Kind;
use crate::placement::Placed;
use crate::spec::Member;
use crate::words::words;

impl Comparison<'_> {
    /// The member that a row describes: that of the object which its table describes, if the spec has several.
    pub(super) fn choose<'m>(&self, placed: &Placed, members: &'m [Member]) -> Option<&'m Member> {
        let owner = self.owners.get(&(placed.table, around(&placed.place)));
        let chosen = owner.and_then(|owner| members.iter().find(|member| member.owner.as_ref() == Some(owner)));
        chosen.or_else(|| members.first())
    }

    /// For each table that describes one of a choice of objects, which: the one with the fewest differences and, of
    /// equals, the one that shares most words with the title. The title alone is not enough: pages put the names of
    /// all products into each of them.
    pub(super) fn owners(&self, rows: &[Placed]) -> BTreeMap<(usize, String), String> {
        let mut groups: BTreeMap<(usize, String), Vec<&Placed>> = BTreeMap::new();
        for placed in rows {
            groups
                .entry((placed.table, around(&placed.place)))
                .or_default()
                .push(placed);
        }
        let mut chosen = BTreeMap::new();
        for (group, rows) in groups {
            let around_place = group.1.clone();
            let below: Vec<_> = self.directly_below(&around_place).collect();
            let owners: BTreeSet<_> = below
                .iter()
                .flat_map(|(_, members)| members.iter())
                .filter_map(|member| member.owner.as_deref())
                .collect();
            if owners.len() < 2 {
                continue;
            }
            let title = words(rows.first().and_then(|placed| placed.title).unwrap_or_default());
            let best = owners.into_iter().min_by_key(|owner| {
                let shared = words(owner).intersection(&title).count();
                (self.distance(&rows, &below, owner), usize::MAX - shared)
            });
            if let Some(owner) = best.map(str::to_owned) {
                chosen.insert(group, owner);
            }
        }
        chosen
    }

    /// How far the rows of a table are from one of the objects of a choice.
    fn distance(&self, rows: &[&Placed], below: &[(&String, &Vec<Member>)], owner: &str) -> usize {
        let of_owner = |members: &'_ [Member]| -> Option<usize> {
            members.iter().position(|member| member.owner.as_deref() == Some(owner))
        };
        let differences: usize = rows
            .iter()
            .map(|placed| {
                let Some((name, members)) = self.known.find(&placed.place) else {
                    return 1;
                };
                let member = of_owner(members).and_then(|at| members.get(at));
                // A member that the object has not counts more than one that it has in another way.
                member.map_or(4, |member| self.row(placed, name, member).len())
            })
            .sum();
        let unlisted = below.iter().filter(|(place, members)| {
            of_owner(members).is_some() && !rows.iter().any(|placed| same_place(&placed.place, place))
        });
        differences + unlisted.count()
    }

    fn directly_below<'s>(&'s self, around_place: &'s str) -> impl Iterator<Item = (&'s String, &'s Vec<Member>)> {
        self.known
            .places
            .iter()
            .filter(move |(place, _)| !place.ends_with("[]") && same_place(&around(place), around_place))
    }

    /// The members of a place whose object has a table of its own that does not list them, while others do.
    pub(super) fn unlisted<'m>(&self, place: &str, members: &'m [Member], rows: &[Placed]) -> Vec<&'m Member> {
        if members.len() < 2 || !rows.iter().any(|placed| same_place(&placed.place, place)) {
            return Vec::new();
        }
        let around_place = around(place);
        let lists = |owner: &str| {
            let mut tables = self.owners.iter();
            let has_table = tables.any(|((_, at), known)| known == owner && same_place(at, &around_place));
            let is_listed = rows.iter().any(|placed| {
                same_place(&placed.place, place)
                    && self
                        .owners
                        .get(&(placed.table, around(&placed.place)))
                        .is_some_and(|known| known == owner)
            });
            !has_table || is_listed
        };
        let members = members.iter();
        members
            .filter(|member| member.owner.as_deref().is_some_and(|owner| !lists(owner)))
            .collect()
    }

    /// Rows that describe entries of a list by name, where the wire has entries `{ name, values }`: they are held
    /// against the values of the entry that has their name. False if the spec has no such entry.
    pub(super) fn named_entries(&self, documented: &Documented, report: &mut Report) -> bool {
        let found: Vec<_> = documented
            .rows
            .iter()
            .filter_map(|placed| Some((placed, self.named_entry(placed)?)))
            .collect();
        for (placed, (place, member)) in &found {
            let entries = self.known.places.get(&format!("{place}[]")).into_iter().flatten();
            let entry = entries.into_iter().find(|entry| entry.owner == member.owner);
            let mut values = entry.unwrap_or(member).clone();
            // One value may stand for a list of them, and an entry need not be sent at all.
            values.types.extend(&member.types);
            values.max_items = member.max_items;
            for difference in self.row(placed, "", &values) {
                if difference.kind != Kind::Required {
                    report.add(
                        difference.kind,
                        placed.place.clone(),
                        (difference.was, difference.is),
                        placed.line,
                        Some(self.spec.at(values.line)),
                    );
                }
            }
        }
        !found.is_empty()
    }

    /// The values of the entry that a row names: the one other member of the object whose code is the name.
    fn named_entry(&self, placed: &Placed) -> Option<(String, Member)> {
        let around_place = around(&placed.place);
        let below: Vec<_> = self.directly_below(&around_place).collect();
        let names =
            |member: &Member| matches!(member.codes.as_slice(), [code] if text_of(&code.code) == placed.row.name);
        let (name, owner) = below.iter().find_map(|(place, members)| {
            Some((*place, members.iter().find(|member| names(member))?.owner.as_ref()?))
        })?;
        let others = below.iter().filter(|(place, _)| *place != name);
        let mut others = others.filter_map(|(place, members)| {
            let mut members = members.iter();
            let member = members.find(|member| member.owner.as_ref() == Some(owner))?;
            Some(((*place).clone(), member.clone()))
        });
        others.next().filter(|_| others.next().is_none())
    }

    /// Entries of a list, known by their name, that no row names although rows name others of the list.
    pub(super) fn unnamed_entries(&self, rows: &[Placed], report: &mut Report) {
        for (place, members) in &self.known.places {
            let names: Vec<_> = members
                .iter()
                .filter_map(|member| match member.codes.as_slice() {
                    [code] => Some((text_of(&code.code), member)),
                    _ => None,
                })
                .collect();
            let around_place = around(place);
            let is_listed = |name: &str| {
                let mut beside = rows
                    .iter()
                    .filter(|placed| same_place(&around(&placed.place), &around_place));
                beside.any(|placed| placed.row.name == name)
            };
            if names.len() < 2 || !names.iter().any(|(name, _)| is_listed(name)) {
                continue;
            }
            for (name, member) in names.iter().filter(|(name, _)| !is_listed(name)) {
                let owner = member.owner.as_deref().unwrap_or_default();
                self.undocumented(
                    &format!("{around_place}.{name}"),
                    member,
                    format!("object ({owner})"),
                    report,
                );
            }
        }
    }
}
