//! The way through the blocks of a page: headings say which part of a description comes next, the headers of tables
//! say what they hold.

use crate::facts::{Listed, Operation, Row, Section, Table};
use crate::markup::{self, Block, Code, Content, Item, Piece, Unread, squeeze};

use super::codes;
use super::columns::{Column, Columns, Purpose};
use super::found::{Coverage, Extraction};
use super::operations::{Operations, Permission};
use super::pattern::{Pattern, pattern};
use super::sections::{self, Part};
use super::{kinds, listings, row, sample};

/// The level of a title in bold type: below all headings.
const BOLD: u8 = 7;

pub fn read(blocks: &[Block], prose: bool, found: Extraction) -> Extraction {
    let mut walk = Walk {
        found,
        prose,
        ..Walk::default()
    };
    blocks.iter().for_each(|block| walk.block(block));
    walk.finish()
}

#[derive(Default)]
struct Walk {
    found: Extraction,
    /// Whether nothing is expected of the page.
    prose: bool,
    operations: Operations,
    /// The level of the headings that name operations, on a page that has such headings.
    reference: Option<u8>,
    /// The part of a description that is being read, and the level of its heading.
    part: Option<Part>,
    level: u8,
    title: Option<String>,
    /// Samples of a page that has shown no operation yet: perhaps a list of codes.
    codes: Vec<Code>,
    /// The broken tables: what each was for, and which of what is unread it is.
    broken: Vec<(Option<Purpose>, usize)>,
    /// Whether what comes next may be more of a broken table.
    is_torn: bool,
    /// Tables that belong to no operation: worth a word unless the page has none at all.
    orphans: Vec<Unread>,
}

impl Walk {
    fn block(&mut self, block: &Block) {
        let was_torn = std::mem::take(&mut self.is_torn);
        match block {
            Block::Heading { level, text, line } => self.heading(*level, text, *line),
            Block::Paragraph { content, line } => self.paragraph(content, *line),
            Block::Table(table) => self.table(table),
            Block::Rows { text, line } => self.rows(text, *line, was_torn),
            // Codes in a cell of a broken table.
            Block::List { items, .. } if was_torn => {
                items.iter().for_each(|_| self.found.coverage.items.count(false));
                self.is_torn = true;
            }
            Block::List { items, line } => self.list(items, *line),
            Block::Code(code) => self.code(code),
        }
    }

    fn heading(&mut self, level: u8, text: &str, line: usize) {
        // A line of dashes makes a heading of the row above it.
        if text.starts_with('|') {
            return self.rows(text, line, false);
        }
        self.title = None;
        if let Some((method, endpoint)) = sections::endpoint(text) {
            self.begin(method, &endpoint, line);
            self.reference = Some(level);
            (self.part, self.level) = (None, level);
        } else if let Some(part) = self.part_of(text) {
            (self.part, self.level) = (Some(part), level);
        } else {
            self.title = Some(title(text));
            let is_below = level > self.level && matches!(self.part, Some(Part::Table(_)));
            self.part = self.part.filter(|_| is_below);
            // The description of an operation ends with a heading that is not below its own.
            if self.reference.is_some_and(|reference| level <= reference) {
                self.operations.open = false;
            }
        }
    }

    /// The part that a title opens. On a page of many operations only requests have an `Example`. Within an operation,
    /// what sounds like an introduction is the title of a table.
    fn part_of(&mut self, title: &str) -> Option<Part> {
        // A member may be called as a part is.
        let is_named = |row: &mut Row| row.name == title || row::path(title).is_some();
        if matches!(self.part, Some(Part::Table(_))) && self.operations.row(title, false).is_some_and(is_named) {
            return None;
        }
        if title.trim() == "Example" && self.reference.is_some() {
            return Some(Part::RequestSample);
        }
        let part = sections::part(title)?;
        (part != Part::Introduction || self.operations.current().is_none()).then_some(part)
    }

    fn paragraph(&mut self, content: &Content, line: usize) {
        if let Some(bold) = content.bold_only() {
            match self.part_of(&bold) {
                Some(part) => (self.part, self.level, self.title) = (Some(part), BOLD, None),
                None => self.title = Some(title(&bold)),
            }
            return;
        }
        let text = content.text();
        self.operations
            .share_scope(&text, line, self.part == Some(Part::Permission));
        if let Some(operation) = self.operations.current() {
            operation.success = operation.success.or_else(|| success(&text));
        }
    }

    fn list(&mut self, items: &[Item], line: usize) {
        let title = self.title.as_deref().unwrap_or_default();
        if let Some(row) = self.operations.row(title, false) {
            let pieces = vec![Piece::List(items.to_vec())];
            return codes::read(&Content { pieces }, row, &mut self.found);
        }
        if self.part == Some(Part::Permission) {
            let texts: Vec<_> = items.iter().map(|item| item.content.text()).collect();
            return self.operations.share_scope(&texts.join(", "), line, true);
        }
        let describes = matches!(self.part, Some(Part::Table(_) | Part::Endpoint));
        if describes && self.operations.any() {
            let remedy = "check whether the list says something about the call that the tables do not";
            self.found
                .report(line, "there is a list where a table is expected", remedy);
        }
    }

    fn code(&mut self, code: &Code) {
        if let Some(index) = sample::swallowed(&code.text) {
            let what = "a sample contains headings or tables";
            let remedy = "check whether the fence above is closed";
            self.found.report(code.line + index, what, remedy);
        }
        if code.text.trim().is_empty() && self.operations.any() {
            let remedy = "check whether a fence is missing or one too many";
            self.found.report(code.line, "the sample is empty", remedy);
        }
        // Instead of in a table, the call may stand as a line of HTTP.
        let call = code.text.lines().find_map(sections::endpoint);
        if let (Some(Part::Endpoint), Some((method, endpoint))) = (self.part, call) {
            let is_known = |known: &mut Operation| known.method == method && endpoint.ends_with(&known.endpoint);
            if !self.operations.current().is_some_and(is_known) {
                self.begin(method, &endpoint, code.line);
            }
            return;
        }
        match self.part {
            Some(Part::RequestSample) => self.operations.sample(code, false),
            Some(Part::ResponseSample) => self.operations.sample(code, true),
            None if !self.operations.any() => self.codes.push(code.clone()),
            _ => {}
        }
    }

    /// The rows of a table whose markup is broken. All of one table are one fault.
    fn rows(&mut self, text: &str, line: usize, was_torn: bool) {
        // What begins with a blank is the rest of a row that a list in one of its cells cuts.
        let is_row = |row: &&str| row.contains('|') && row.contains(char::is_alphanumeric) && !row.starts_with(' ');
        let rows = text.lines().filter(is_row);
        let header = text.lines().next().unwrap_or_default();
        let titles = header.trim().trim_matches('|').split('|');
        let purpose = Columns::of(titles.map(squeeze)).purpose();
        rows.skip(usize::from(purpose.is_some()))
            .for_each(|_| self.found.coverage.rows.count(false));
        if !was_torn || purpose.is_some() {
            let remedy =
                "check whether the table's header or the line below it is broken, or a blank line cuts the table";
            self.broken(line, purpose, "there is a row of a table outside of any table", remedy);
        }
        self.operations
            .share_scope(text, line, self.part == Some(Part::Permission));
        self.is_torn = true;
    }

    /// Reports a table that cannot be read, and expects no more of what it was to say.
    fn broken(&mut self, line: usize, purpose: Option<Purpose>, what: &str, remedy: &'static str) {
        if purpose.is_some() {
            self.found.coverage.tables.count(false);
        }
        if purpose == Some(Purpose::Endpoint) && self.reference.is_none() {
            self.operations.open = false;
        }
        self.broken.push((purpose, self.found.unread.len()));
        self.found.report(line, what, remedy);
    }

    fn is_broken(&self, purpose: Purpose) -> bool {
        self.broken.iter().any(|(broken, _)| *broken == Some(purpose))
    }

    fn table(&mut self, table: &markup::Table) {
        let columns = Columns::of(table.header.iter().map(|cell| cell.text()));
        let (title, purpose) = (self.title.take(), columns.purpose());
        if table.header.is_empty() {
            return;
        }
        if table.rows.is_empty() && purpose.is_some_and(|purpose| purpose != Purpose::Methods) && !self.is_prose() {
            let remedy = "check whether its rows are outside of it";
            return self.broken(table.line, purpose, "the table has no rows", remedy);
        }
        let used = self.rows_used(table, &columns, title);
        let Coverage { tables, rows, .. } = &mut self.found.coverage;
        tables.count(used.is_some_and(|used| used > 0));
        rows.used += used.unwrap_or_default();
        rows.total += table.rows.len();
        let rows = if used.is_none() || purpose == Some(Purpose::Members) {
            &[][..]
        } else {
            &table.rows
        };
        for row in rows {
            if let Some(cell) = columns.beyond(row) {
                let what = format!("`{cell}` stands in a row beyond the last column of its table");
                let remedy = "check whether the header lacks a column, or the row has a `|` too many";
                self.found.report(row.line, what, remedy);
            }
        }
    }

    /// Reads a table; says how many of its rows were used, and nothing if it was not understood.
    fn rows_used(&mut self, table: &markup::Table, columns: &Columns, title: Option<String>) -> Option<usize> {
        let (purpose, has_statuses) = (columns.purpose(), is_of_statuses(table, columns));
        if purpose == Some(Purpose::Methods) || matches!(self.part, Some(Part::Introduction | Part::Headers)) {
            // It says nothing of any operation.
            return Some(0);
        }
        match purpose {
            Some(Purpose::Permission) => return Some(self.permissions(table, columns)),
            Some(Purpose::Endpoint) => return Some(self.endpoint(table, columns)),
            Some(Purpose::Members) if has_statuses => return Some(self.values(table, columns, Column::Name)),
            _ => {}
        }
        if let Some(used) = self.codes(table, columns, title.as_deref()) {
            return Some(used);
        }
        match purpose {
            Some(Purpose::Members) => self.members(table, columns, title),
            Some(Purpose::Codes) if !self.operations.any() => {
                let list = listings::codes_of_table(table, columns, &mut self.found);
                Some(self.found.add_codes(list))
            }
            // Codes on the page of an operation that are not those of HTTP are somebody's.
            Some(Purpose::Values(column)) if column != Column::Status || !self.operations.any() || has_statuses => {
                Some(self.values(table, columns, column))
            }
            _ => self.unread(table, columns, "is not understood"),
        }
    }

    /// Reads the codes of the member that the title of a table names. A member that holds no others has no members.
    fn codes(&mut self, table: &markup::Table, columns: &Columns, title: Option<&str>) -> Option<usize> {
        let is_list = matches!(columns.purpose()?, Purpose::Codes | Purpose::Values(Column::Status));
        // `Status codes` are those of HTTP, whatever member is called `status`.
        let about = is_list && !is_of_statuses(table, columns);
        let row = self.operations.row(title?, about)?;
        let is_plain = matches!(row.kind.as_deref(), Some("integer" | "number" | "string" | "enum"));
        if !is_list && (columns.has(Column::Type) || !is_plain) {
            return None;
        }
        let list = listings::codes_of_table(table, columns, &mut self.found);
        let used = list.codes.len();
        for code in list.codes {
            if row.codes.iter().all(|known| known.code != code.code) {
                row.codes.push(code);
            }
        }
        Some(used)
    }

    fn values(&mut self, table: &markup::Table, columns: &Columns, column: Column) -> usize {
        let mut values = Vec::new();
        for row in &table.rows {
            let (value, line) = (columns.text(row, column), row.line);
            if value.is_empty() {
                let what = format!("the row has no value in a table of `{}`", columns.titles());
                self.found.report(line, what, row::CUT);
            } else {
                values.push(Listed { value, line });
            }
        }
        let (used, page) = (values.len(), &mut self.found.page);
        let listed = match column {
            Column::Url => &mut page.hosts,
            Column::Status => &mut page.statuses,
            _ => &mut page.endpoints,
        };
        match self.operations.current() {
            // The statuses of one operation: those of failures are the same for all.
            Some(operation) if matches!(column, Column::Status | Column::Name) => {
                let mut statuses = values.iter().filter_map(|listed| listed.value.get(..3)?.parse().ok());
                let success = || statuses.find(|status| (200..300).contains(status));
                operation.success = operation.success.or_else(success);
            }
            _ => listed.extend(values),
        }
        used
    }

    /// Whether nothing is expected of the page as far as it is read.
    fn is_prose(&self) -> bool {
        self.prose && !self.operations.any() && !self.found.page.lists_something()
    }

    fn unread(&mut self, table: &markup::Table, columns: &Columns, why: &str) -> Option<usize> {
        if self.is_prose() {
            return Some(0);
        }
        let what = format!("a table of `{}` {why}", columns.titles());
        let remedy = "see what the table says; a new title of a column belongs in \
                      xtask/docs/src/extract/columns.rs, a new heading in xtask/docs/src/extract/sections.rs";
        self.found.report(table.line, what, remedy);
        None
    }

    fn permissions(&mut self, table: &markup::Table, columns: &Columns) -> usize {
        let before = self.operations.permissions.len();
        for row in &table.rows {
            let mut endpoint = columns.text(row, Column::Api);
            if !endpoint.contains('/') && columns.has(Column::Endpoint) {
                endpoint = columns.text(row, Column::Endpoint);
            }
            let Some(scopes) = scopes(&columns.text(row, Column::Scopes)).filter(|_| !endpoint.is_empty()) else {
                let what = "the row of the permission table names no endpoint or no scope";
                self.found.report(row.line, what, row::CUT);
                continue;
            };
            let (method, line) = (sections::method(&columns.text(row, Column::Method)), row.line);
            let permission = Permission {
                method,
                endpoint,
                scopes,
                line,
            };
            self.operations.permissions.push(permission);
        }
        self.operations.permissions.len() - before
    }

    fn endpoint(&mut self, table: &markup::Table, columns: &Columns) -> usize {
        let column = columns.first_of(&[Column::Endpoint, Column::Url]);
        let mut used = 0;
        for (index, row) in table.rows.iter().enumerate() {
            let endpoint = columns.text(row, column);
            match sections::method(&columns.text(row, Column::Method)) {
                None => self.fatal(row.line, "the page names no HTTP method"),
                Some(_) if index > 0 => self.fatal(row.line, "one table names several endpoints"),
                Some(_) if !endpoint.contains('/') => self.fatal(row.line, "the page names no endpoint"),
                Some(method) => {
                    self.begin(method, &endpoint, row.line);
                    used = 1;
                }
            }
        }
        used
    }

    fn members(&mut self, table: &markup::Table, columns: &Columns, title: Option<String>) -> Option<usize> {
        let section = match self.part {
            Some(Part::Table(section)) => section,
            Some(Part::Endpoint) => Section::Request,
            _ => return self.unread(table, columns, "stands under no heading that is known"),
        };
        if self.operations.current().is_none() {
            self.unread(table, columns, "belongs to no operation");
            let orphan = self.found.unread.pop().filter(|_| !self.is_broken(Purpose::Endpoint));
            self.orphans.extend(orphan);
            return None;
        }
        for title in columns.unread() {
            let remedy = "see what the column says of the members; its title belongs in \
                          xtask/docs/src/extract/columns.rs";
            let what = format!("the column `{title}` is not understood");
            self.found.report(table.line, what, remedy);
        }
        let line = table.rows[0].line;
        let mut rows: Vec<Row> = Vec::new();
        for source in &table.rows {
            let Some(mut row) = row::read(columns, source, &mut self.found) else {
                continue;
            };
            if !matches!(section, Section::Path | Section::Query) {
                row = row::nested(row);
            }
            row.line = (source.line != line + rows.len()).then_some(source.line);
            let beyond = columns.beyond(source);
            if section != Section::Response && !columns.has(Column::Required) {
                row.required = beyond.as_deref().and_then(|cell| kinds::required(cell).ok()).flatten();
            }
            row.beyond = beyond.and_then(|cell| codes::label(&cell));
            rows.push(row);
        }
        // Rows that were not understood are reported one by one.
        let used = Some(rows.len()).filter(|used| *used > 0)?;
        let title = title.as_deref().and_then(codes::label);
        self.operations.table(Table {
            section,
            title,
            line,
            rows,
        });
        Some(used)
    }

    fn begin(&mut self, method: String, endpoint: &str, line: usize) {
        // That of all operations.
        static HOST: Pattern = pattern!("^.*?://[^/]*/");
        if !self.operations.begin(method, &HOST.replace(endpoint, "/"), line) {
            self.fatal(line, "the page describes more operations than any page should");
        }
    }

    fn fatal(&mut self, line: usize, what: &str) {
        self.found
            .unread
            .push(Unread::fatal(line, what, "check whether the table is broken"));
    }

    fn finish(mut self) -> Extraction {
        // A page of codes has one sample and nothing that an operation has.
        if let ([code], false) = (self.codes.as_slice(), self.operations.any())
            && code.text.trim_start().starts_with('{')
        {
            match listings::codes_of_json(code) {
                Ok(list) if list.codes.is_empty() => {}
                Ok(list) => drop(self.found.add_codes(list)),
                // On a page that lists something else it is an illustration.
                Err(_) if self.found.page.lists_something() => {}
                Err(unread) => self.found.unread.push(unread),
            }
        }
        let scopes_expected = self.reference.is_none() && !self.is_broken(Purpose::Permission);
        self.operations.finish(scopes_expected, &mut self.found);
        let page = &self.found.page;
        if !page.operations.is_empty() || page.lists_something() {
            self.found.unread.extend(self.orphans);
        } else if let Some((_, first)) = self.broken.first() {
            // What the page lacks is what could not be read.
            self.found.unread[*first].fatal = true;
        }
        self.found
    }
}

/// Whether each row of a table begins with an HTTP status, whatever the column is called.
fn is_of_statuses(table: &markup::Table, columns: &Columns) -> bool {
    static STATUS: Pattern = pattern!(r"^[1-5]\d\d(?: .*)?$");
    let column = columns.first_of(&[Column::Status, Column::Name]);
    let mut rows = table.rows.iter();
    rows.all(|row| STATUS.is_match(&columns.text(row, column)))
}

fn title(text: &str) -> String {
    text.trim().trim_end_matches(':').trim_end().to_owned()
}

/// The status of a success, where the text tells it.
fn success(text: &str) -> Option<u16> {
    static SUCCESS: Pattern = pattern!(r"\b(2\d\d) (?:OK|Created|Accepted|No Content)\b");
    SUCCESS.captures(text)?.get(1)?.as_str().parse().ok()
}

/// The scopes of a cell: one, or several of which one is enough.
fn scopes(text: &str) -> Option<Vec<String>> {
    static SCOPE: Pattern = pattern!(r"^[A-Za-z][\w-]*(?:\.[\w-]+)+$");
    let words = text.split([' ', ',', ';', '/']).map(str::to_owned);
    let scopes: Vec<_> = words.filter(|word| !word.is_empty() && word != "or").collect();
    let known = scopes.iter().all(|scope| SCOPE.is_match(scope));
    (known && !scopes.is_empty()).then_some(scopes)
}
