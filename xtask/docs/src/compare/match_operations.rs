//! Which operation of the spec a page describes.

use crate::endpoint::template;
use crate::facts::{self, Page};
use crate::placement::placed;
use crate::spec::{Operation, Spec};

/// An operation of a page, and that of the spec, if it has one.
#[derive(Clone, Copy, Debug)]
pub struct Described<'p> {
    /// The page.
    pub page: &'p Page,
    /// What the page says.
    pub documented: &'p facts::Operation,
    /// What the spec says.
    pub spec: Option<&'p Operation>,
}

impl Described<'_> {
    /// Method and path, as the spec has them or, if it has none, as the page has, with its first slash.
    pub fn name(&self) -> String {
        self.spec.map_or_else(|| name(self.documented), Operation::name)
    }
}

/// Method and path of an operation as a page has them, the path with its first slash.
pub fn name(operation: &facts::Operation) -> String {
    let path = operation.endpoint.trim().trim_start_matches('/');
    format!("{} /{path}", operation.method)
}

/// The pages of one time, and the operations that they describe.
#[derive(Debug)]
pub struct MatchedPages<'p> {
    /// The pages.
    pub pages: &'p [Page],
    /// Their operations, in their order.
    pub operations: Vec<Described<'p>>,
}

impl<'p> MatchedPages<'p> {
    /// The pages, and every operation of theirs with that of the spec: the same method and path if there is one; else
    /// the same path without the prefix of a server, else the same path with another method, else the one that names
    /// the page, else the only one left of the same method and scopes that has nearly all of its rows.
    pub fn new(pages: &'p [Page], spec: &'p Spec) -> Self {
        let mut described = Vec::new();
        for page in pages {
            for documented in &page.operations {
                let is_same = |known: &&Operation| {
                    known.method == documented.method && template(&known.path) == template(&documented.endpoint)
                };
                let spec = spec.operations.iter().find(is_same);
                described.push(Described { page, documented, spec });
            }
        }
        let rules: [fn(&Described, &Operation) -> bool; 5] = [
            |one, known| {
                known.method == one.documented.method && is_without_prefix(&known.path, &one.documented.endpoint)
            },
            |one, known| template(&known.path) == template(&one.documented.endpoint),
            |one, known| is_without_prefix(&known.path, &one.documented.endpoint),
            |one, known| {
                let page = known.page.as_deref();
                one.page.operations.len() == 1 && page.is_some_and(|page| is_same_page(page, &one.page.page))
            },
            is_renamed,
        ];
        for rule in rules {
            // What one page describes to the letter is not guessed for another.
            let taken = described.iter().filter_map(|one| one.spec);
            let mut taken: Vec<_> = taken.map(Operation::name).collect();
            for one in described.iter_mut().filter(|one| one.spec.is_none()) {
                let free = spec.operations.iter().filter(|known| !taken.contains(&known.name()));
                let mut fitting = free.filter(|known| rule(one, known));
                let Some(known) = fitting.next().filter(|_| fitting.next().is_none()) else {
                    continue;
                };
                taken.push(known.name());
                one.spec = Some(known);
            }
        }
        let operations = described;
        Self { pages, operations }
    }
}

/// Whether the spec has the same method, scopes and nearly all rows: path and page have changed together. A few rows alone
/// are too little to go by.
fn is_renamed(one: &Described, known: &Operation) -> bool {
    let rows = placed(one.documented, Some(known));
    let shared = rows.iter().filter(|row| known.places.contains_key(&row.place));
    let shared = shared.count();
    let is_same_call = known.method == one.documented.method && known.scopes == one.documented.scopes;
    is_same_call && shared >= 3 && shared * 5 >= rows.len() * 4
}

/// Whether a page's path is that of the spec without what a server's URL begins with.
fn is_without_prefix(known: &str, documented: &str) -> bool {
    let (known, documented) = (template(known), template(documented));
    // One segment alone is too little to go by.
    let of_some_length = documented.len() > 1 && known.len() > documented.len();
    of_some_length && known.ends_with(&documented)
}

/// Whether two paths name one page, even if one of them begins further down.
pub fn is_same_page(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| {
        let rest = long.strip_suffix(short);
        !short.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(one, other) || ends(other, one)
}
