//! What the columns of a table hold, by the words of its header.

use std::rc::Rc;

use crate::markup::{Content, Row};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The endpoint of the permission table.
    Api,
    /// An endpoint.
    Endpoint,
    /// The HTTP method.
    Method,
    /// The name of an operation, in a table of contents.
    Operation,
    /// The scopes.
    Scopes,
    /// The name of a parameter or member.
    Name,
    /// What it is.
    Description,
    /// Its type.
    Type,
    /// Whether it must be sent.
    Required,
    /// A code, in a list of codes.
    Value,
    /// An HTTP status.
    Status,
    /// The address of a host.
    Url,
    /// Something else.
    Other,
}

impl Column {
    fn of(title: &str) -> Self {
        let title = title.to_lowercase();
        let title = title.trim_matches(|character: char| !character.is_alphanumeric());
        match title {
            "api" => Self::Api,
            "endpoint" => Self::Endpoint,
            "method" | "http method" => Self::Method,
            "api method" => Self::Operation,
            "parameter" | "parameters" | "field" | "fields" | "element" | "elements" | "response" | "responses"
            | "property" | "properties" | "name" | "member" | "attribute" => Self::Name,
            "description" | "descriptions" => Self::Description,
            "type" | "data type" => Self::Type,
            "required" | "mandatory" => Self::Required,
            "code" | "status code" => Self::Status,
            "url" | "web api url" => Self::Url,
            // With and without its slip: `Permissin`.
            _ if title.starts_with("permis") => Self::Scopes,
            _ if title.ends_with("value") => Self::Value,
            _ => Self::Other,
        }
    }
}

/// What a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The scopes of operations.
    Permission,
    /// The method and endpoint of an operation.
    Endpoint,
    /// Parameters or members.
    Members,
    /// A list of codes.
    Codes,
    /// A list of hosts.
    Hosts,
    /// A list of HTTP status codes.
    Statuses,
    /// A list of endpoints.
    Endpoints,
    /// A list of HTTP methods, which says nothing about any operation.
    Methods,
}

/// The columns of a table.
#[derive(Debug)]
pub struct Columns {
    titles: Vec<String>,
    columns: Vec<Column>,
}

impl Columns {
    /// The columns, by the header.
    pub fn of(header: &[Rc<Content>]) -> Self {
        let titles: Vec<String> = header.iter().map(|cell| cell.text()).collect();
        let columns = titles.iter().map(|title| Column::of(title)).collect();
        Self { titles, columns }
    }

    /// What the table is for.
    pub fn purpose(&self) -> Option<Purpose> {
        let has = |column| self.columns.contains(&column);
        let only = |known: &[Column]| self.columns.iter().all(|column| known.contains(column));
        if has(Column::Scopes) && (has(Column::Api) || has(Column::Endpoint)) {
            Some(Purpose::Permission)
        } else if has(Column::Method) && has(Column::Endpoint) {
            Some(Purpose::Endpoint)
        } else if has(Column::Operation) && has(Column::Endpoint) {
            Some(Purpose::Endpoints)
        } else if has(Column::Method) && only(&[Column::Method, Column::Description]) {
            Some(Purpose::Methods)
        } else if has(Column::Status) && only(&[Column::Status, Column::Description]) {
            Some(Purpose::Statuses)
        } else if has(Column::Url) {
            Some(Purpose::Hosts)
        } else if has(Column::Value) {
            Some(Purpose::Codes)
        } else if has(Column::Name)
            && (has(Column::Type) || has(Column::Description) || only(&[Column::Name, Column::Required]))
        {
            Some(Purpose::Members)
        } else {
            None
        }
    }

    /// The titles of the columns of a table of members that nobody reads.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let known = [Column::Name, Column::Description, Column::Type, Column::Required];
        let of = self.columns.iter().zip(&self.titles);
        of.filter(move |(column, _)| !known.contains(column))
            .map(|(_, title)| title.as_str())
    }

    /// The titles, for a message.
    pub fn titles(&self) -> String {
        self.titles.join(" | ")
    }

    /// Whether there is such a column.
    pub fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// The first such cell of a row.
    pub fn cell<'a>(&self, row: &'a Row, column: Column) -> Option<&'a Rc<Content>> {
        self.cells(row, column).next()
    }

    /// All such cells of a row.
    pub fn cells<'a>(&self, row: &'a Row, column: Column) -> impl Iterator<Item = &'a Rc<Content>> {
        let of = self.columns.iter().zip(&row.cells);
        of.filter(move |(own, _)| **own == column).map(|(_, cell)| cell)
    }

    /// The text of the first such cell of a row, empty if there is none.
    pub fn text(&self, row: &Row, column: Column) -> String {
        self.cell(row, column).map(|cell| cell.text()).unwrap_or_default()
    }
}
