//! Which operation of the spec a page describes.

use crate::facts::{self, Page};
use crate::paths::template;
use crate::spec::{Operation, Spec};

/// An operation of a page, and that of the spec, if it has one.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'p, 's> {
    /// The page.
    pub page: &'p Page,
    /// What the page says.
    pub said: &'p facts::Operation,
    /// What the spec says.
    pub spec: Option<&'s Operation>,
}

impl Pair<'_, '_> {
    /// Method and path, as the spec has them or, if it has none, as the page has.
    pub fn name(&self) -> String {
        let said = || format!("{} {}", self.said.method, self.said.endpoint);
        self.spec.map_or_else(said, Operation::name)
    }
}

/// Every operation of the pages with that of the spec: the same method and path if there is one; else the same path
/// without the prefix of a server, else the same path with another method, else the one that names the page.
pub fn pairs<'p, 's>(pages: &'p [Page], spec: &'s Spec) -> Vec<Pair<'p, 's>> {
    let operations = pages
        .iter()
        .flat_map(|page| page.operations.iter().map(move |said| (page, said)));
    let mut pairs: Vec<_> = operations
        .map(|(page, said)| Pair {
            page,
            said,
            spec: spec
                .operations
                .iter()
                .find(|known| known.method == said.method && template(&known.path) == template(&said.endpoint)),
        })
        .collect();
    let rules: [fn(&Pair, &Operation) -> bool; 4] = [
        |pair, known| known.method == pair.said.method && is_without_prefix(&known.path, &pair.said.endpoint),
        |pair, known| template(&known.path) == template(&pair.said.endpoint),
        |pair, known| is_without_prefix(&known.path, &pair.said.endpoint),
        |pair, known| {
            let page = known.page.as_deref();
            pair.page.operations.len() == 1 && page.is_some_and(|page| is_same_page(page, &pair.page.page))
        },
    ];
    for rule in rules {
        // What one page describes to the letter is not guessed for another.
        let mut described: Vec<_> = pairs.iter().filter_map(|pair| pair.spec).map(Operation::name).collect();
        for pair in pairs.iter_mut().filter(|pair| pair.spec.is_none()) {
            let mut fitting = spec.operations.iter().filter(|known| rule(pair, known));
            let Some(known) = fitting.next().filter(|_| fitting.next().is_none()) else {
                continue;
            };
            if !described.contains(&known.name()) {
                described.push(known.name());
                pair.spec = Some(known);
            }
        }
    }
    pairs
}

/// Whether a page's path is that of the spec without what a server's URL begins with.
fn is_without_prefix(known: &str, said: &str) -> bool {
    let (known, said) = (template(known), template(said));
    // One segment alone is too little to go by.
    let of_some_length = said.len() > 1 && known.len() > said.len();
    of_some_length && known.ends_with(&said)
}

/// Whether two paths name one page, even if one of them begins further down.
fn is_same_page(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| {
        let rest = long.strip_suffix(short);
        !short.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(one, other) || ends(other, one)
}
