//! A row of a table of parameters or members.

use crate::facts::{Code, Row, TypeName};
use crate::markup::{self, Content, Piece, squeeze, text_of};

use super::columns::{Column, Columns};
use super::found::Extraction;
use super::pattern::{Pattern, pattern};
use super::{codes, kinds, limits, links};

/// What to do about a row without what its table lists.
pub const CUT: &str = "check whether the row is cut off or lacks a `|`";

/// The facts of a row; none if it was not understood, which is reported.
pub fn read(columns: &Columns, row: &markup::Row, found: &mut Extraction) -> Option<Row> {
    let mut report = |what: String, remedy| {
        found.report(row.line, what, remedy);
        None
    };
    let mut names: Vec<String> = columns.cells(row, Column::Name).map(name).collect();
    let name = names.pop().unwrap_or_default();
    if name.is_empty() || name.contains(' ') {
        let remedy = "check whether the table is broken above this row";
        return report(format!("the row names no parameter or member: `{name}`"), remedy);
    }
    let (kind, rest) = columns.cells(row, Column::Type).next().map(type_of).unwrap_or_default();
    if kind.is_empty() && columns.has(Column::Type) {
        return report(format!("`{name}` has no type"), CUT);
    }
    let required = columns.text(row, Column::Required);
    let Ok(required) = kinds::required(&required) else {
        let remedy =
            "check for a stray `|` that shifts the cells; otherwise add the word to xtask/docs/src/extract/kinds.rs";
        return report(
            format!("the *Required* cell of `{name}` says `{required}`, which is not understood"),
            remedy,
        );
    };
    let mut fact = Row {
        // A member that stands in none repeats its own name in the column of the parent.
        parent: names.pop().filter(|parent| !parent.is_empty() && *parent != name),
        name,
        kind: (!kind.is_empty()).then(|| kinds::kind(&kind)),
        model: TypeName(kinds::model(&kind).map(str::to_owned)),
        required,
        ..Row::default()
    };
    let description = columns.cells(row, Column::Description).next();
    let notes = columns.cells(row, Column::Note);
    let contents: Vec<&Content> = description.into_iter().chain(&rest).chain(notes).collect();
    values(&contents, &mut fact, found);
    if fact.codes.is_empty() {
        let code = |text| codes::code_value(text, "enum").map(|code| Code { code, label: None });
        fact.codes = kinds::codes(&kind).filter_map(code).collect();
    }
    let default = columns.text(row, Column::Default);
    if default.contains(char::is_alphanumeric) && !matches!(default.to_lowercase().as_str(), "none" | "n/a" | "null") {
        fact.default = limits::value(&default, fact.kind.as_deref().unwrap_or_default());
    }
    Some(fact)
}

/// A name that says in what it stands: `metadata.count` is the `count` of `metadata`.
pub fn path(name: &str) -> Option<(String, String)> {
    static DOTTED: Pattern = pattern!(r"^(\w+(?:\[\])?(?:\.\w+(?:\[\])?)*?)(?:\[\])?\.(\w+)$");
    let (_, [holder, name]) = DOTTED.captures(name)?.extract();
    Some((holder.replace("[]", ""), name.to_owned()))
}

/// A row with the member that holds it, if its name says so.
pub fn nested(row: Row) -> Row {
    let Some((holder, name)) = path(&row.name).filter(|_| row.parent.is_none()) else {
        return row;
    };
    Row {
        parent: Some(holder),
        name,
        ..row
    }
}

/// What the description says of the values; some pages go on in the cell of the type.
fn values(contents: &[&Content], fact: &mut Row, found: &mut Extraction) {
    let text: Vec<String> = contents.iter().map(|content| content.text()).collect();
    limits::read(&text.join(". "), fact);
    for content in contents {
        codes::read(content, fact, found);
        for piece in &content.pieces {
            match piece {
                Piece::Link { target, .. } if fact.codes_page.is_none() => {
                    fact.codes_page = links::resolve(&found.page.page, target);
                }
                Piece::Table(line) => {
                    found.coverage.tables.count(false);
                    found.report(*line, "there is a table within a cell", "read the table by hand");
                }
                _ => {}
            }
        }
    }
}

/// The name, without the mark of a footnote.
fn name(cell: &Content) -> String {
    let footnote = |piece: &Piece| matches!(piece, Piece::Link { target, .. } if target.starts_with('#'));
    squeeze(&text_of(cell.pieces.iter().filter(|piece| !footnote(piece))))
}

/// The type, and what its cell says beyond it.
fn type_of(cell: &Content) -> (String, Option<Content>) {
    let is_inside = |piece: &&Piece| !matches!(piece, Piece::Break | Piece::List(_) | Piece::Table(_));
    let mut pieces = cell.pieces.iter().skip_while(|piece| piece.is_blank()).peekable();
    let kind = text_of(std::iter::from_fn(|| pieces.next_if(is_inside)));
    let rest: Vec<Piece> = pieces.cloned().collect();
    (squeeze(&kind), (!rest.is_empty()).then_some(Content { pieces: rest }))
}
