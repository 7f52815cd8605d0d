//! What the columns of a table hold, by the words of its header.

use std::rc::Rc;

use crate::markup::{Content, Row};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The endpoint of the permission table.
    Api,
    Endpoint,
    Method,
    /// The name of an operation, in a table of contents.
    Operation,
    Scopes,
    Name,
    Description,
    Type,
    Required,
    /// A code, in a list of codes.
    Value,
    Status,
    /// The address of a host.
    Url,
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
    Permission,
    Endpoint,
    Members,
    Codes,
    /// A list of what a column holds.
    Values(Column),
    /// A list of HTTP methods, which says nothing about any operation.
    Methods,
}

pub struct Columns(Vec<(Column, String)>);

impl Columns {
    pub fn of(header: &[Rc<Content>]) -> Self {
        let titles = header.iter().map(|cell| cell.text());
        Self(titles.map(|title| (Column::of(&title), title)).collect())
    }

    /// What the table is for.
    pub fn purpose(&self) -> Option<Purpose> {
        use Column::{Api, Description, Endpoint, Method, Name, Operation, Required, Scopes, Status, Type, Url, Value};
        let only = |known: &[Column]| self.0.iter().all(|(column, _)| known.contains(column));
        let fits = [
            (
                Purpose::Permission,
                self.has(Scopes) && (self.has(Api) || self.has(Endpoint)),
            ),
            (Purpose::Endpoint, self.has(Method) && self.has(Endpoint)),
            (Purpose::Values(Endpoint), self.has(Operation) && self.has(Endpoint)),
            (Purpose::Methods, self.has(Method) && only(&[Method, Description])),
            (
                Purpose::Values(Status),
                self.has(Status) && only(&[Status, Description]),
            ),
            (Purpose::Values(Url), self.has(Url)),
            (Purpose::Codes, self.has(Value)),
            (
                Purpose::Members,
                self.has(Name) && (self.has(Type) || self.has(Description) || only(&[Name, Required])),
            ),
        ];
        fits.into_iter().find_map(|(purpose, fits)| fits.then_some(purpose))
    }

    /// The titles of the columns of a table of members that nobody reads.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let known = [Column::Name, Column::Description, Column::Type, Column::Required];
        let unread = self.0.iter().filter(move |(column, _)| !known.contains(column));
        unread.map(|(_, title)| title.as_str())
    }

    pub fn titles(&self) -> String {
        let titles: Vec<_> = self.0.iter().map(|(_, title)| title.as_str()).collect();
        titles.join(" | ")
    }

    pub fn has(&self, column: Column) -> bool {
        self.0.iter().any(|(own, _)| *own == column)
    }

    pub fn cells<'a>(&self, row: &'a Row, column: Column) -> impl Iterator<Item = &'a Content> {
        let cells = self
            .0
            .iter()
            .zip(&row.cells)
            .filter(move |((own, _), _)| *own == column);
        cells.map(|(_, cell)| &**cell)
    }

    /// The text of the first such cell of a row, empty if there is none.
    pub fn text(&self, row: &Row, column: Column) -> String {
        self.cells(row, column).next().map(Content::text).unwrap_or_default()
    }
}
