//! What the columns of a table hold, by the words of its header.

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
    /// More of the description.
    Note,
    Type,
    Required,
    /// The value that counts if none is sent.
    Default,
    /// A value that may be sent, of which nothing follows.
    Example,
    /// A code, in a list of codes.
    Value,
    /// An HTTP status, or a code as well.
    Status,
    /// The address of a host.
    Url,
    Other,
}

impl Column {
    fn of(title: &str) -> Self {
        let title = title.to_lowercase();
        let title = title.trim_matches(|character: char| !character.is_alphanumeric());
        let last = title.rsplit([' ', '-']).next().unwrap_or_default();
        match title {
            "api" => Self::Api,
            "method" | "http method" => Self::Method,
            "api method" => Self::Operation,
            "description" | "descriptions" => Self::Description,
            "type" | "data type" => Self::Type,
            "required" | "mandatory" | "is required" => Self::Required,
            "code" | "status" | "status code" | "http code" | "http status" | "http status code" => Self::Status,
            "url" | "web api url" | "request url" => Self::Url,
            "default" | "default value" => Self::Default,
            "example" | "examples" | "sample" | "example value" | "sample value" => Self::Example,
            "possible values" | "allowed values" | "valid values" | "accepted values" => Self::Note,
            // With and without its slip: `Permissin`.
            _ if title.contains("permis") || last == "scope" || last == "scopes" => Self::Scopes,
            _ => match last.strip_suffix('s').unwrap_or(last) {
                "endpoint" | "uri" => Self::Endpoint,
                "parameter" | "field" | "element" | "response" | "property" | "propertie" | "name" | "member"
                | "attribute" => Self::Name,
                "remark" | "note" | "comment" | "detail" | "constraint" | "limit" | "format" => Self::Note,
                _ if title.ends_with("value") => Self::Value,
                _ => Self::Other,
            },
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
    pub fn of(titles: impl Iterator<Item = String>) -> Self {
        let mut columns: Vec<_> = titles.map(|title| (Column::of(&title), title)).collect();
        // A column of holders has the title of that of the names.
        let mut names = columns.iter_mut().filter(|(column, _)| *column == Column::Name);
        if let Some((_, first)) = names.next() {
            let others = names.filter(|(_, title)| title != first);
            others.for_each(|(column, _)| *column = Column::Other);
        }
        Self(columns)
    }

    /// What the table is for.
    pub fn purpose(&self) -> Option<Purpose> {
        use Column::*;
        let has = |column| self.has(column);
        let only = |known: &[Column]| self.0.iter().all(|(column, _)| known.contains(column));
        let lists_statuses = has(Status) && only(&[Status, Name, Description, Other]);
        let lists_members = has(Name) && (has(Description) || only(&[Name, Required]));
        let fits = [
            (Purpose::Permission, has(Scopes) && (has(Api) || has(Endpoint))),
            (Purpose::Endpoint, has(Method) && (has(Endpoint) || has(Url))),
            (Purpose::Values(Endpoint), has(Operation) && has(Endpoint)),
            (Purpose::Methods, has(Method) && only(&[Method, Description])),
            (Purpose::Members, has(Name) && has(Type)),
            (Purpose::Values(Status), lists_statuses),
            (Purpose::Values(Url), has(Url)),
            (Purpose::Codes, has(Value)),
            (Purpose::Members, lists_members),
        ];
        fits.into_iter().find_map(|(purpose, fits)| fits.then_some(purpose))
    }

    /// The titles of the columns of a table of members that nobody reads.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        use Column::{Default, Description, Example, Name, Note, Required, Type};
        let known = [Name, Description, Note, Type, Required, Default, Example];
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

    /// The first of these columns that the table has, or the last of them.
    pub fn first_of(&self, wanted: &[Column]) -> Column {
        let mut known = wanted.iter().filter(|column| self.has(**column)).chain(wanted.last());
        known.next().copied().unwrap_or(Column::Other)
    }

    pub fn cells<'a>(&self, row: &'a Row, column: Column) -> impl Iterator<Item = &'a Content> {
        let cells = self.0.iter().zip(&row.cells);
        cells.filter_map(move |((own, _), cell)| (*own == column).then_some(&**cell))
    }

    /// What stands in a row beyond the last column.
    pub fn beyond(&self, row: &Row) -> Option<String> {
        let cells = row.cells.iter().skip(self.0.len()).map(|cell| cell.text());
        let cells: Vec<_> = cells.filter(|cell| !cell.is_empty()).collect();
        (!cells.is_empty()).then(|| cells.join(" | "))
    }

    /// The text of the first such cell of a row, empty if there is none.
    pub fn text(&self, row: &Row, column: Column) -> String {
        self.cells(row, column).next().map(Content::text).unwrap_or_default()
    }
}
