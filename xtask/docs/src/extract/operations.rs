//! The operations of a page while it is read: each collects its tables and samples; the scopes are dealt out last,
//! since their table stands above the endpoints.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::endpoint::bare;
use crate::facts::{Operation, Row, Section, Table};
use crate::markup::Code;

use super::found::Extraction;
use super::pattern::{Pattern, pattern};
use super::{program, row, sample};

/// The operations that are read of a page at most. The largest page of the vendor has 18.
const OPERATIONS: usize = 100;

/// The words of a title that are looked at.
const TITLE: usize = 8;

/// The letters of a path that are looked at.
const LETTERS: usize = 200;

/// The scope that all operations need, in the words about it.
static SCOPE: Pattern =
    pattern!(r"\b[Ss]cope (?:is|are) ([a-z]+(?:\.[a-z]+){2,}(?:(?:,|, | or )[a-z]+(?:\.[a-z]+){2,})*)\.?$");

/// The name of a scope in words.
static NAME: Pattern = pattern!(r"\b[a-z]\w*(?:\.\w+){2,}\b");

/// A row of the permission table; not all have a column for the method.
pub struct Permission {
    pub method: Option<String>,
    pub endpoint: String,
    pub scopes: Vec<String>,
    pub line: usize,
}

#[derive(Default)]
pub struct Operations {
    pub permissions: Vec<Permission>,
    /// The scopes that words name, and their lines.
    shared: Vec<(Vec<String>, usize)>,
    drafts: Vec<OperationBuilder>,
    /// Whether the last operation is still being read.
    pub open: bool,
}

/// An operation, and what becomes of it when the page is read.
#[derive(Default)]
struct OperationBuilder {
    operation: Operation,
    query: String,
    /// The places of its rows by their names, alone and behind those of their holders: the table and the row.
    names: HashMap<String, (usize, usize)>,
    request: Vec<Code>,
    response: Vec<Code>,
}

impl OperationBuilder {
    /// The row of a path such as `target.mode` in a title: none if `target` has no such row, since what the title is
    /// about is not `target`. Nothing if there is no such path.
    fn by_path(&self, title: &str, about: bool) -> Option<Option<(usize, usize)>> {
        let mut tokens = title.split_whitespace().take(if about { TITLE } else { 1 });
        let path = |token: &str| row::path(token.trim_matches(|end: char| !end.is_alphanumeric()));
        let (holder, name) = tokens.find_map(path)?;
        let is_held = |(table, row): &&(usize, usize)| {
            let table = &self.operation.tables[*table];
            let title = table.title.as_ref();
            let title = title.filter(|title| self.names.contains_key(&letters(title)));
            let own = table.rows[*row].parent.as_ref().or(title);
            let (own, holder) = (own.map(|own| letters(own)).unwrap_or_default(), letters(&holder));
            own.ends_with(&holder) || holder.ends_with(&own)
        };
        let mut ends = ends(&holder).chain([""]);
        let place = ends.find_map(|holder| self.names.get(&letters(&format!("{holder}{name}"))).filter(is_held));
        let outer = letters(holder.split('.').next()?);
        (place.is_some() || self.names.contains_key(&outer)).then_some(place.copied())
    }

    fn by_words(&self, title: &str, about: bool) -> Option<(usize, usize)> {
        let words = title.split(|character: char| !character.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).take(TITLE).collect();
        let least = if about { 1 } else { words.len().max(1) };
        let runs = |lengths: RangeInclusive<usize>| lengths.rev().flat_map(|length| words.windows(length));
        // `shift of gardener` and `shift (gardener)` are the gardener's, not another's.
        let pair = |name: usize| words.iter().map(move |holder| (holder, name));
        let pairs = (0..words.len()).filter(|_| about).flat_map(pair);
        let pairs = pairs.map(|(holder, name)| format!("{holder}{}", words[name]));
        let longer = runs(least.max(2)..=words.len()).map(<[&str]>::concat);
        let mut names = longer.chain(pairs).chain(runs(least..=1).map(<[&str]>::concat));
        names.find_map(|name| {
            let name = letters(&name);
            let place = self.names.get(&name);
            place.or_else(|| self.names.get(name.strip_suffix('s')?)).copied()
        })
    }
}

/// A path, and what is left of it behind each of its dots. A long one is a hostile page's.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    let path = Some(path).filter(|path| path.len() < LETTERS);
    std::iter::successors(path, |path| path.split_once('.').map(|(_, end)| end))
}

/// A name in small letters and digits alone.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(|character| character.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}

impl Operations {
    /// Whether the page has shown an operation or the scopes of one.
    pub fn any(&self) -> bool {
        !self.drafts.is_empty() || !self.permissions.is_empty()
    }

    fn draft(&mut self) -> Option<&mut OperationBuilder> {
        self.drafts.last_mut().filter(|_| self.open)
    }

    pub fn current(&mut self) -> Option<&mut Operation> {
        self.draft().map(|draft| &mut draft.operation)
    }

    /// Begins an operation; false if the page has too many.
    pub fn begin(&mut self, method: String, endpoint: &str, line: usize) -> bool {
        let (endpoint, query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
        self.open = self.drafts.len() < OPERATIONS;
        if self.open {
            self.drafts.push(OperationBuilder {
                query: query.to_owned(),
                operation: Operation {
                    method,
                    endpoint: endpoint.to_owned(),
                    line,
                    ..Operation::default()
                },
                ..OperationBuilder::default()
            });
        }
        self.open
    }

    /// Takes the scopes of the operations below from words that name them, as all words under a heading of permissions
    /// do.
    pub fn share_scope(&mut self, words: &str, line: usize, is_permission: bool) {
        let found = SCOPE.captures(words).map(|found| found.extract::<1>().1[0]);
        let words = found.unwrap_or(if is_permission { words } else { "" });
        // A host looks like a scope, and has slashes around it.
        let is_host = |start: usize, end: usize| words[..start].ends_with('/') || words[end..].starts_with('/');
        let names = NAME.find_iter(words).filter(|name| !is_host(name.start(), name.end()));
        let scopes: Vec<_> = names.map(|name| name.as_str().to_owned()).collect();
        if !scopes.is_empty() {
            self.shared.push((scopes, line));
        }
    }

    /// The row of which a title speaks, the last of several: by its name, perhaps behind that of its holder, or, if it
    /// may be `about` it, by words that are one.
    pub fn row(&mut self, title: &str, about: bool) -> Option<&mut Row> {
        let draft = self.draft()?;
        let place = draft.by_path(title, about);
        let (table, row) = place.unwrap_or_else(|| draft.by_words(title, about))?;
        draft.operation.tables.get_mut(table)?.rows.get_mut(row)
    }

    /// Adds a table to the operation that is being read. What a request takes stands in the query, if the endpoint says
    /// so: `/plants?id={id}` takes an `id`.
    pub fn table(&mut self, mut table: Table) {
        let Some(draft) = self.draft() else { return };
        let names = draft.query.split('&').filter_map(|parameter| parameter.split_once('='));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        let in_query = !names.is_empty() && table.rows.iter().all(|row| names.contains(&&*row.name));
        if table.section == Section::Request && in_query {
            table.section = Section::Query;
        }
        for (at, row) in table.rows.iter().enumerate() {
            let place = (draft.operation.tables.len(), at);
            for holder in row.parent.iter().chain(&table.title).flat_map(|holder| ends(holder)) {
                let name = letters(&format!("{holder}{}", row.name));
                draft.names.entry(name).or_insert(place);
            }
            draft.names.insert(letters(&row.name), place);
        }
        draft.operation.tables.push(table);
    }

    pub fn sample(&mut self, code: &Code, response: bool) {
        if let Some(draft) = self.draft() {
            let samples = [&mut draft.request, &mut draft.response];
            samples[usize::from(response)].extend(program::sent(code));
        }
    }

    /// Ends the page: deals out the scopes and passes the operations. A page whose headings name the operations
    /// may tell the scopes in prose, unless it has a table of them.
    pub fn finish(self, scopes_expected: bool, found: &mut Extraction) {
        let needed = scopes_expected || !self.permissions.is_empty();
        let operations = self.drafts.into_iter().map(|mut draft| {
            sample::add(&mut draft.operation, &draft.request, &draft.response);
            (bare(&draft.operation.endpoint), draft.operation)
        });
        let mut operations: Vec<_> = operations.collect();
        // The only operation of a page can be meant, whatever the table calls it.
        let is_alone = operations.len() == 1;
        for Permission {
            method,
            endpoint,
            scopes,
            line,
        } in self.permissions
        {
            let (bare, mut given) = (bare(&endpoint), operations.is_empty());
            for (own, operation) in &mut operations {
                let is_meant = *own == bare && method.as_ref().is_none_or(|method| *method == operation.method);
                if is_alone || is_meant {
                    let other = Some(&endpoint).filter(|other| **other != operation.endpoint);
                    operation.scopes_endpoint = other.cloned().or(operation.scopes_endpoint.take());
                    operation.scopes_line.get_or_insert(line);
                    operation.scopes.extend(scopes.iter().cloned());
                    given = true;
                }
            }
            if !given {
                let what = format!("there is a permission for `{endpoint}`, and no such operation");
                found.report(line, what, "check whether the page still describes the operation");
            }
        }
        for (_, mut operation) in operations {
            let mut above = self.shared.iter().rev().filter(|(_, line)| *line < operation.line);
            if let Some((scopes, line)) = above.next().filter(|_| operation.scopes.is_empty()) {
                operation.scopes.clone_from(scopes);
                operation.scopes_line = Some(*line);
            }
            if needed && operation.scopes.is_empty() {
                let Operation { method, endpoint, .. } = &operation;
                let what = format!("there is no permission for `{method} {endpoint}`");
                let remedy = "check whether the permission table is broken or gone";
                found.report(operation.line, what, remedy);
            }
            found.page.operations.push(operation);
        }
    }
}
